"""Processes that do side work, and the slots that they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from gateway.domain.werkproces import Werkproces
from gateway.store.sessie import Sessie, Upsert
from gateway.store.tabellen import werkproces as p
from gateway.store.tabellen import werkslot as s

_MELD = Upsert(p)
_PROCESSEN = select(p).order_by(p.c.id)
_LEEG = delete(s).where(s.c.werkproces == bindparam("p"))
_WEG = delete(p).where(p.c.id == bindparam("p"))
_LAAT = delete(s).where(s.c.naam == bindparam("n"), s.c.beurt == bindparam("b"))


def _pak(invoegen: Any) -> Any:
    # Only for a process on the list: one that was declared dead while it slept must not take anything.
    rij = select(
        bindparam("n", type_=s.c.naam.type),
        bindparam("p", type_=s.c.werkproces.type),
        bindparam("b", type_=s.c.beurt.type),
    ).where(exists().where(p.c.id == bindparam("p")))
    return invoegen.from_select(["naam", "werkproces", "beurt"], rij).on_conflict_do_nothing().returning(s.c.naam)


_PAK = {"sqlite": _pak(sqlite.insert(s)), "postgresql": _pak(postgresql.insert(s))}


class SqlWerkverdeling:
    """Which processes live, and which of them holds what only one may do at a time."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def meld(self, proces: Werkproces) -> None:
        """Add a process, or store its heartbeat."""
        _MELD(
            self._sessie,
            {
                "id": proces.id,
                "plek": proces.plek,
                "pid": proces.pid,
                "begin": proces.begin,
                "hartslag": proces.hartslag,
            },
        )

    def processen(self) -> Sequence[Werkproces]:
        """List all, by id."""
        return [Werkproces(**rij._asdict()) for rij in self._sessie.lees(_PROCESSEN)]

    def verwijder(self, proces_id: str) -> bool:
        """Take a process that is gone off the list, with all that it held; tells whether this call did it."""
        self._sessie.schrijf(_LEEG, {"p": proces_id})
        return self._sessie.schrijf(_WEG, {"p": proces_id}).rowcount == 1

    def pak(self, slot: str, proces_id: str, beurt: str) -> bool:
        """Take a slot for one turn; False when someone has it, or when the process is not on the list."""
        opdracht = _PAK[self._sessie.verbinding.dialect.name]
        return self._sessie.schrijf(opdracht, {"n": slot, "p": proces_id, "b": beurt}).first() is not None

    def laat(self, slot: str, beurt: str) -> None:
        """Give a slot back; nothing when that turn has it no longer."""
        self._sessie.schrijf(_LAAT, {"n": slot, "b": beurt})
