"""Column types that mean the same on SQLite and PostgreSQL: text in code point order, moments in UTC, lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from gateway.domain.waarden import Brin, Vestiging

# The database's own collation must not decide the order of a list or where a cursor stands: code points do.
TEKST = Text().with_variant(Text(collation="C"), "postgresql")
GEHEIM = LargeBinary()
"""Octets made by the kluis."""
# SQLite gives numbers of its own accord only to a column declared INTEGER.
NUMMER = BigInteger().with_variant(Integer(), "sqlite")

_LENGTE_ISO = 32


class Moment(TypeDecorator[datetime]):
    """A moment in UTC to the microsecond; on SQLite text of fixed width, so that text order is time order."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose text on SQLite, timestamptz elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(_LENGTE_ISO))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse a moment without zone: it would mean something else on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment in the store must carry its zone")
        if dialect.name == "sqlite":
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give it back aware, in UTC."""
        if value is None:
            return None
        return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


def vestigingen_tekst(vestigingen: Iterable[Vestiging]) -> str:
    """Write a set of vestigingen as sorted text, `00YY00 12SS01`."""
    return " ".join(sorted(f"{v.brin}{v.code}" for v in vestigingen))


def vestigingen_uit(tekst: str | None) -> frozenset[Vestiging]:
    """Read what `vestigingen_tekst` wrote."""
    return frozenset(Vestiging.uit_tekst(deel) for deel in (tekst or "").split())


def brins_tekst(brins: Iterable[Brin]) -> str:
    """Write a set of BRINs as sorted text."""
    return " ".join(sorted(b.waarde for b in brins))


def brins_uit(tekst: str | None) -> frozenset[Brin]:
    """Read what `brins_tekst` wrote, or what the database joined with spaces."""
    return frozenset(Brin(deel) for deel in (tekst or "").split())


_GROOTSTE = 2**63 - 1


def cursor_nummer(na: int) -> int:
    """Bring a cursor from outside within what a column can be compared with."""
    return max(0, min(na, _GROOTSTE))


def cursor_tekst(na: str | None) -> str:
    """Bring a text cursor from outside into a form that every database takes; None is the beginning.

    No key holds NUL (PostgreSQL refuses it), so what comes after it changes nothing of the place.
    """
    return leesbaar((na or "").split("\x00", 1)[0])


def leesbaar(tekst: str) -> str:
    """Replace lone surrogates, which no database takes."""
    return tekst.encode("utf-8", "replace").decode("utf-8")


def zoekbaar(*teksten: str) -> bool:
    """Tell whether texts from outside can be in the store at all: PostgreSQL knows no NUL, UTF-8 no lone surrogate."""
    return all("\x00" not in tekst and leesbaar(tekst) == tekst for tekst in teksten)
