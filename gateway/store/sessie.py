"""One open transaction as the repositories see it: the connection, the kluis and whether it may write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from sqlalchemy import Connection, CursorResult, Executable, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from gateway.store.kluis import Kluis
from gateway.store.vast import Uitslag, Vast, Waarden


@dataclass(frozen=True, slots=True)
class Sessie:
    """A transaction in progress."""

    verbinding: Connection
    kluis: Kluis
    schrijvend: bool

    @property
    def postgres(self) -> bool:
        """True on PostgreSQL, where rows must be locked; SQLite has one writer at a time."""
        return self.verbinding.dialect.name == "postgresql"

    @overload
    def lees(self, opdracht: Vast, waarden: Waarden | None = None) -> Uitslag: ...
    @overload
    def lees(self, opdracht: Executable, waarden: Waarden | None = None) -> CursorResult[Any]: ...
    def lees(self, opdracht: Executable | Vast, waarden: Waarden | None = None) -> CursorResult[Any] | Uitslag:
        """Run a query."""
        if isinstance(opdracht, Vast):
            return opdracht.voer_uit(self.verbinding, waarden)
        return self.verbinding.execute(opdracht, waarden)

    @overload
    def schrijf(self, opdracht: Vast, waarden: Waarden | Sequence[Waarden] | None = None) -> Uitslag: ...
    @overload
    def schrijf(
        self, opdracht: Executable, waarden: Waarden | Sequence[Waarden] | None = None
    ) -> CursorResult[Any]: ...
    def schrijf(
        self, opdracht: Executable | Vast, waarden: Waarden | Sequence[Waarden] | None = None
    ) -> CursorResult[Any] | Uitslag:
        """Run a statement that changes something; a slip in a reading transaction shows itself at once."""
        self.eis_schrijvend()
        if isinstance(opdracht, Vast):
            return opdracht.voer_uit(self.verbinding, waarden)
        return self.verbinding.execute(opdracht, waarden)

    def eis_schrijvend(self) -> None:
        """Refuse to write in a reading transaction."""
        if not self.schrijvend:
            raise RuntimeError("this unit of work only reads: open it with opslag.werk()")

    def versleutel(self, klaar: bytes | str | None, tabel: str, *rij: object) -> bytes | None:
        """Encrypt a value, bound to its table, column and row; None stays None."""
        if klaar is None:
            return None
        octetten = klaar.encode("utf-8") if isinstance(klaar, str) else klaar
        return self.kluis.versleutel(octetten, bij(tabel, *rij))

    def ontsleutel(self, geheim: bytes, tabel: str, *rij: object) -> bytes:
        """Decrypt what `versleutel` made for the same place."""
        return self.kluis.ontsleutel(geheim, bij(tabel, *rij))


def bij(tabel_kolom: str, *rij: object) -> str:
    """Name the place that a secret belongs to, such as `versie_octets.octets|123|4`; no two places share a name."""
    delen = (str(deel).replace("\\", "\\\\").replace("|", "\\|") for deel in rij)
    return "|".join([tabel_kolom, *delen])


class Upsert:
    """Add a row or replace it by primary key; columns in `behoud` are left alone both ways."""

    __slots__ = ("postgres", "sqlite")

    def __init__(self, tabel: Table, *, behoud: frozenset[str] = frozenset()) -> None:
        """Build the statement for both dialects once."""
        self.sqlite = Vast(_upsert(sqlite.insert(tabel), tabel, behoud))
        self.postgres = Vast(_upsert(postgresql.insert(tabel), tabel, behoud))

    def __call__(self, sessie: Sessie, waarden: Mapping[str, Any]) -> None:
        """Run it."""
        sessie.schrijf(self.postgres if sessie.postgres else self.sqlite, waarden)


def _upsert(invoegen: Any, tabel: Table, behoud: frozenset[str]) -> Executable:
    # Any: the two dialects have each their own Insert with the same methods and no common type.
    sleutels = [kolom.name for kolom in tabel.primary_key.columns]
    namen = [kolom.name for kolom in tabel.columns if kolom.name not in behoud]
    opdracht = invoegen.values({naam: bindparam(naam, type_=tabel.c[naam].type) for naam in namen})
    klaar: Executable = opdracht.on_conflict_do_update(
        index_elements=sleutels,
        set_={naam: opdracht.excluded[naam] for naam in namen if naam not in sleutels},
    )
    return klaar
