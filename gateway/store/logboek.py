"""Audit, event feed and histories.

Audit records and events wait in memory until the transaction is about to commit. Both need a row that all writers
share (the head of the chain, the counter of the feed); taken last, in one fixed order, it is held for the shortest
time and two transactions cannot wait for each other crosswise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from gateway.domain.logboek import AuditRegel, Gebeurtenis, GebeurtenisType, HistorieRegel
from gateway.domain.waarden import ElkNummer
from gateway.ports import AuditRij, Ketenoordeel
from gateway.store import audit
from gateway.store.coderen import gegevens_tekst, gegevens_uit
from gateway.store.sessie import Sessie
from gateway.store.soorten import cursor_nummer
from gateway.store.tabellen import gebeurtenis as g
from gateway.store.tabellen import historie as h
from gateway.store.tabellen import teller
from gateway.store.vast import Vast

TELLER = "gebeurtenis"
_TEL = Vast(
    update(teller)
    .where(teller.c.naam == TELLER)
    .values(waarde=teller.c.waarde + bindparam("erbij"))
    .returning(teller.c.waarde)
)
_VOEG_GEBEURTENIS = Vast(insert(g))
_GEBEURTENISSEN = select(g).where(g.c.nr > bindparam("na")).order_by(g.c.nr).limit(bindparam("aantal"))
_VOEG_HISTORIE = Vast(insert(h))
_HISTORIE = (
    select(h)
    .where(h.c.elk_nummer == bindparam("elk"), h.c.nr > bindparam("na"))
    .order_by(h.c.nr)
    .limit(bindparam("aantal"))
)


class SqlLogboek:
    """Audit, events and histories: appended, never changed."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie
        self._audit: list[AuditRegel] = []
        self._gebeurtenissen: list[Gebeurtenis] = []

    def audit(self, regel: AuditRegel) -> None:
        """Append one audit record to the hash chain."""
        self._sessie.eis_schrijvend()
        self._audit.append(regel)

    def audit_rijen(self, na: int, aantal: int) -> Sequence[AuditRij]:
        """Read the chain, in order."""
        self.schrijf_weg()
        return audit.rijen(self._sessie, na, aantal)

    def audit_over(self, elk_nummer: ElkNummer) -> Sequence[AuditRij]:
        """All records about one pupil."""
        self.schrijf_weg()
        return audit.over(self._sessie, elk_nummer)

    def controleer_keten(self) -> Ketenoordeel:
        """Check every hash, number and the sealed head: finds change, gap and truncation."""
        self.schrijf_weg()
        return audit.controleer_keten(self._sessie)

    def gebeurtenis(self, gebeurtenis: Gebeurtenis) -> None:
        """Append one event to the feed; becomes visible with the commit, in an order without gaps for readers."""
        self._sessie.eis_schrijvend()
        self._gebeurtenissen.append(gebeurtenis)

    def gebeurtenissen(self, na: int, aantal: int) -> Sequence[Gebeurtenis]:
        """Read the feed, oldest first."""
        self.schrijf_weg()
        waarden = {"na": cursor_nummer(na), "aantal": max(0, aantal)}
        return [gebeurtenis_uit(rij, rij.id) for rij in self._sessie.lees(_GEBEURTENISSEN, waarden)]

    def historie(self, regel: HistorieRegel) -> None:
        """Append one line to the history of a dossier."""
        self._sessie.schrijf(
            _VOEG_HISTORIE,
            {
                "elk_nummer": regel.elk_nummer.waarde,
                "moment": regel.moment,
                "soort": regel.soort,
                "gegevens": gegevens_tekst(regel.gegevens),
            },
        )

    def historie_van(self, elk_nummer: ElkNummer, na: int, aantal: int) -> tuple[Sequence[HistorieRegel], int | None]:
        """Read the history of a dossier, oldest first."""
        aantal = max(1, aantal)
        waarden = {"elk": elk_nummer.waarde, "na": cursor_nummer(na), "aantal": aantal + 1}
        rijen = self._sessie.lees(_HISTORIE, waarden).all()
        bladzijde = [_regel(rij) for rij in rijen[:aantal]]
        return bladzijde, bladzijde[-1].nr if len(rijen) > aantal else None

    def schrijf_weg(self) -> None:
        """Write what waits; called before the commit, and before reading back in the same transaction."""
        if self._gebeurtenissen:
            self._schrijf_gebeurtenissen(self._gebeurtenissen)
            self._gebeurtenissen = []
        if self._audit:
            audit.voeg_toe(self._sessie, self._audit)
            self._audit = []

    def _schrijf_gebeurtenissen(self, wachtend: Sequence[Gebeurtenis]) -> None:
        laatste: int = self._sessie.schrijf(_TEL, {"erbij": len(wachtend)}).scalar_one()
        eerste = laatste - len(wachtend) + 1
        rijen = [
            {
                "nr": nr,
                "id": gebeurtenis.id,
                "type": gebeurtenis.type.value,
                "moment": gebeurtenis.moment,
                "onderwerp": gebeurtenis.onderwerp,
                "gegevens": gegevens_tekst(gebeurtenis.gegevens),
            }
            for nr, gebeurtenis in enumerate(wachtend, start=eerste)
        ]
        self._sessie.schrijf(_VOEG_GEBEURTENIS, rijen)


def gebeurtenis_uit(rij: Any, id_: str) -> Gebeurtenis:
    """Make an event of a row that has its columns; `id_` apart, for a row that has an id of its own."""
    return Gebeurtenis(
        id=id_,
        type=GebeurtenisType(rij.type),
        moment=rij.moment,
        onderwerp=rij.onderwerp,
        gegevens=gegevens_uit(rij.gegevens),
        nr=rij.nr,
    )


def _regel(rij: Any) -> HistorieRegel:
    return HistorieRegel(ElkNummer(rij.elk_nummer), rij.moment, rij.soort, gegevens_uit(rij.gegevens), rij.nr)
