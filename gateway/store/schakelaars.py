"""What is off by hand, and the rounds that all processes together make once in a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from gateway.domain.schakelaar import Bereik, Schakelaar
from gateway.store.sessie import Sessie, Upsert
from gateway.store.tabellen import ronde as r
from gateway.store.tabellen import schakelaar as t
from gateway.store.vast import Vast

_ZET = Upsert(t)
_VERWIJDER = delete(t).where(t.c.bereik == bindparam("b"))
_ALLE = Vast(select(t).order_by(t.c.bereik))


def _begin(invoegen: Any) -> Any:
    # A round from the future: the clock went back. It is made now, or nobody would for as long as that takes.
    return invoegen.on_conflict_do_update(
        index_elements=["naam"],
        set_={"moment": invoegen.excluded.moment},
        where=or_(
            r.c.moment <= bindparam("voor", type_=r.c.moment.type),
            r.c.moment > bindparam("nu", type_=r.c.moment.type),
        ),
    ).returning(r.c.naam)


_BEGIN = {"sqlite": _begin(sqlite.insert(r)), "postgresql": _begin(postgresql.insert(r))}


class SqlSchakelaars:
    """What is off by hand."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def zet(self, schakelaar: Schakelaar) -> None:
        """Add or replace one."""
        _ZET(
            self._sessie,
            {
                "bereik": schakelaar.bereik.waarde,
                "reden": schakelaar.reden,
                "account": schakelaar.account,
                "sinds": schakelaar.sinds,
                "tot": schakelaar.tot,
            },
        )

    def verwijder(self, bereik: Bereik) -> bool:
        """Take one away; tells whether it was there."""
        return self._sessie.schrijf(_VERWIJDER, {"b": bereik.waarde}).rowcount == 1

    def alle(self) -> Sequence[Schakelaar]:
        """List all by bereik, those whose time is over too."""
        return [
            Schakelaar(Bereik(rij.bereik), rij.reden, rij.account, rij.sinds, rij.tot)
            for rij in self._sessie.lees(_ALLE)
        ]


class SqlRondes:
    """Rounds that all processes together make once in a while."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def begin(self, naam: str, nu: datetime, elke: timedelta) -> bool:
        """Take the next round of this name; False when it was begun less than `elke` ago."""
        opdracht = _BEGIN[self._sessie.verbinding.dialect.name]
        waarden = {"naam": naam, "moment": nu, "voor": nu - elke, "nu": nu}
        return self._sessie.schrijf(opdracht, waarden).scalar() is not None
