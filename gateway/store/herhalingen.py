"""Signed messages that were accepted, for all processes together."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from gateway.store.sessie import Sessie
from gateway.store.tabellen_herhalingen import aangenomen_bericht as t

_RUIM = timedelta(hours=2)
"""Kept so much longer than asked: a clock that ran an hour ahead and is set back finds everything still there."""
_PER_KEER = 50

_VOEG_TOE = {
    "sqlite": sqlite.insert(t).on_conflict_do_nothing().returning(t.c.kenmerk),
    "postgresql": postgresql.insert(t).on_conflict_do_nothing().returning(t.c.kenmerk),
}
# Rows that another process is removing are left to it; SQLite has one writer and needs no lock.
_OUD = (
    select(t.c.kenmerk)
    .where(t.c.tot < bindparam("voor"))
    .order_by(t.c.tot)
    .limit(_PER_KEER)
    .with_for_update(skip_locked=True)
)
_VERGEET = delete(t).where(t.c.kenmerk.in_(_OUD))


class SqlHerhalingen:
    """Signed messages that were accepted, so that none is accepted twice."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def eerste_keer(self, kenmerk: bytes, tot: datetime, nu: datetime) -> bool:
        """Remember a message, at least until `tot`, and tell whether it was new."""
        opdracht = _VOEG_TOE[self._sessie.verbinding.dialect.name]
        nieuw = self._sessie.schrijf(opdracht, {"kenmerk": kenmerk.hex(), "tot": tot}).first() is not None
        if nieuw:
            self._sessie.schrijf(_VERGEET, {"voor": nu - _RUIM})
        return nieuw
