"""Calls that we made to other parties: added in batches, counted by cause, read in pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select

from gateway.domain.poging import Belpoging, Pogingafloop, Pogingengroep
from gateway.ports import PogingFilter
from gateway.store.sessie import Sessie
from gateway.store.soorten import cursor_nummer, zoekbaar
from gateway.store.tabellen_pogingen import belpoging as t

_VELDEN = ("moment", "partij", "operatie", "duur_ms", "oorzaak", "melding", "fout_id", "onderwerp")
_SOORT = (t.c.partij, t.c.operatie, t.c.afloop, t.c.oorzaak)
_VOEG_TOE = insert(t)
_GROEPEN = (
    select(
        *_SOORT,
        func.count().label("aantal"),
        func.min(t.c.moment).label("eerste"),
        func.max(t.c.moment).label("laatste"),
    )
    .where(t.c.moment >= bindparam("sinds"))
    .group_by(*_SOORT)
)
_BLADZIJDE = select(t).where(t.c.id > bindparam("na")).order_by(t.c.id).limit(bindparam("aantal"))
_VERWIJDER = delete(t).where(t.c.moment < bindparam("b_moment"))
_MISLUKT = t.c.afloop != Pogingafloop.BEANTWOORD.value


class SqlPogingen:
    """Calls that we made to other parties."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def voeg_toe(self, pogingen: Sequence[Belpoging]) -> None:
        """Add some."""
        if pogingen:
            rijen = [{veld: getattr(een, veld) for veld in _VELDEN} | {"afloop": een.afloop.value} for een in pogingen]
            self._sessie.schrijf(_VOEG_TOE, rijen)

    def groepen(self, sinds: datetime, *, alleen_mislukt: bool) -> Sequence[Pogingengroep]:
        """Counted by party, operation, end and cause; those with most first."""
        opdracht = _GROEPEN.where(_MISLUKT) if alleen_mislukt else _GROEPEN
        groepen = [
            Pogingengroep(
                rij.partij,
                rij.operatie,
                Pogingafloop(rij.afloop),
                rij.oorzaak,
                rij.aantal,
                rij.eerste,
                rij.laatste,
            )
            for rij in self._sessie.lees(opdracht, {"sinds": sinds})
        ]
        return sorted(groepen, key=lambda g: (-g.aantal, g.partij, g.operatie, g.afloop, g.oorzaak or ""))

    def lijst(self, filter: PogingFilter, na: int, aantal: int) -> tuple[Sequence[Belpoging], int | None]:
        """One page, oldest first, and the cursor of the next or None."""
        aantal = max(1, aantal)
        gezocht = {"partij": filter.partij, "operatie": filter.operatie, "oorzaak": filter.oorzaak}
        opdracht = _BLADZIJDE
        for naam, waarde in gezocht.items():
            if waarde is not None:
                if not zoekbaar(waarde):
                    return [], None
                opdracht = opdracht.where(t.c[naam] == waarde)
        if filter.sinds is not None:
            opdracht = opdracht.where(t.c.moment >= filter.sinds)
        if filter.onderwerpen is not None:
            opdracht = opdracht.where(t.c.onderwerp.in_(een for een in filter.onderwerpen if zoekbaar(een)))
        if filter.alleen_mislukt:
            opdracht = opdracht.where(_MISLUKT)
        rijen = self._sessie.lees(opdracht, {"na": cursor_nummer(na), "aantal": aantal + 1}).all()
        bladzijde = [_poging(rij) for rij in rijen[:aantal]]
        return bladzijde, bladzijde[-1].id if len(rijen) > aantal else None

    def verwijder_voor(self, moment: datetime) -> int:
        """Delete what is older; gives the number."""
        return self._sessie.schrijf(_VERWIJDER, {"b_moment": moment}).rowcount


def _poging(rij: Any) -> Belpoging:
    velden = {veld: getattr(rij, veld) for veld in _VELDEN}
    return Belpoging(afloop=Pogingafloop(rij.afloop), id=rij.id, **velden)
