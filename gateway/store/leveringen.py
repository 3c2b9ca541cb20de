"""Answers given to documentRequests; a hand-over also writes what the dot is read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.domain.overdracht import Levering
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, ElkNummer, Oin, RouteringsKenmerk, SessieId, Vestiging
from gateway.ports import LeveringFilter
from gateway.store.dossierlezer import binnen
from gateway.store.sessie import Sessie
from gateway.store.soorten import cursor_nummer
from gateway.store.tabellen import dossier as d
from gateway.store.tabellen import levering as t
from gateway.store.tabellen import overdracht_per_school as o
from gateway.store.vast import Vast

_VOEG_TOE = Vast(insert(t).returning(t.c.id))
_OVERGEDRAGEN = Vast(
    update(t)
    .where(t.c.id == bindparam("b_id"), t.c.overgedragen.is_(None))
    .values(overgedragen=bindparam("b_moment"))
    .returning(*t.columns)
)
_PER_SCHOOL = {
    "sqlite": Vast(sqlite.insert(o).on_conflict_do_nothing()),
    "postgresql": Vast(postgresql.insert(o).on_conflict_do_nothing()),
}
_OPGEHAALD = Vast(
    update(d)
    .where(
        d.c.elk_nummer == bindparam("elk"),
        or_(
            d.c.opgehaald_moment.is_(None),
            d.c.opgehaald_moment < bindparam("b_moment"),
            and_(d.c.opgehaald_moment == bindparam("b_moment"), d.c.opgehaald_levering < bindparam("b_id")),
        ),
    )
    .values(
        opgehaald_levering=bindparam("b_id"),
        opgehaald_moment=bindparam("b_moment"),
        opgehaald_brin=bindparam("b_brin"),
        opgehaald_systeem=bindparam("b_systeem"),
    )
)
_EEN = Vast(select(t).where(t.c.id == bindparam("b_id")))
_VAN_DOSSIER = select(t).where(t.c.elk_nummer == bindparam("elk")).order_by(t.c.id)
_BIJ_SESSIE = (
    select(t)
    .where(
        func.lower(t.c.sessie_id) == bindparam("sessie"),
        t.c.bron_brin == bindparam("b"),
        t.c.bron_vestigingscode == bindparam("v"),
        t.c.versie.is_not(None),
        t.c.resultaat == Resultaat.GELUKT.value,
    )
    .order_by(t.c.id.desc())
)
_LAATST_OVERGEDRAGEN = Vast(
    select(t.c.bron_brin, t.c.bron_vestigingscode, func.max(t.c.overgedragen).label("laatst"))
    .where(t.c.overgedragen.is_not(None))
    .group_by(t.c.bron_brin, t.c.bron_vestigingscode)
)
_BLADZIJDE = select(t).where(t.c.id > bindparam("na")).order_by(t.c.id).limit(bindparam("aantal"))


class SqlLeveringen:
    """Answers given to documentRequests, deliveries among them."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def voeg_toe(self, levering: Levering) -> int:
        """Add one, give its id."""
        nummer: int = self._sessie.schrijf(_VOEG_TOE, _rij(levering)).scalar_one()
        if levering.overgedragen is not None:
            self._tel_mee(replace(levering, id=nummer), levering.overgedragen)
        return nummer

    def overgedragen(self, levering_id: int, moment: datetime) -> bool:
        """Mark as handed over in full; the first moment stays, so that calling it again changes nothing (False)."""
        waarden = {"b_id": cursor_nummer(levering_id), "b_moment": moment}
        rij = self._sessie.schrijf(_OVERGEDRAGEN, waarden).first()
        if rij is None:
            return False
        self._tel_mee(levering_uit(rij), moment)
        return True

    def _tel_mee(self, levering: Levering, moment: datetime) -> None:
        if levering.elk_nummer is None or levering.versie is None:
            return
        if levering.resultaat is not Resultaat.GELUKT:
            return
        elk, brin = levering.elk_nummer.waarde, levering.doel_brin.waarde
        per_school = {"elk_nummer": elk, "versie": levering.versie, "brin": brin, "moment": moment}
        self._sessie.schrijf(_PER_SCHOOL[self._sessie.verbinding.dialect.name], per_school)
        laatste = {"elk": elk, "b_id": levering.id, "b_moment": moment, "b_brin": brin, "b_systeem": levering.systeem}
        self._sessie.schrijf(_OPGEHAALD, laatste)

    def levering(self, levering_id: int) -> Levering | None:
        """Find one."""
        rij = self._sessie.lees(_EEN, {"b_id": cursor_nummer(levering_id)}).first()
        return levering_uit(rij) if rij is not None else None

    def bij_sessie(self, sessie_id: SessieId, bron: Vestiging) -> Sequence[Levering]:
        """Deliveries (not refusals) made in a session by a point of ours, newest first."""
        waarden = {"sessie": sessie_id.waarde.lower(), "b": bron.brin.waarde, "v": bron.code}
        return [levering_uit(rij) for rij in self._sessie.lees(_BIJ_SESSIE, waarden)]

    def van_dossier(self, elk_nummer: ElkNummer) -> Sequence[Levering]:
        """All of one dossier, oldest first."""
        return [levering_uit(rij) for rij in self._sessie.lees(_VAN_DOSSIER, {"elk": elk_nummer.waarde})]

    def laatst_overgedragen(self) -> Mapping[Vestiging, datetime]:
        """When each point of ours last handed a dossier over in full."""
        rijen = self._sessie.lees(_LAATST_OVERGEDRAGEN)
        return {Vestiging.van(rij.bron_brin, rij.bron_vestigingscode): rij.laatst for rij in rijen}

    def lijst(self, filter: LeveringFilter, na: int, aantal: int) -> tuple[Sequence[Levering], int | None]:
        """One page, oldest first, and the cursor of the next or None."""
        aantal = max(1, aantal)
        opdracht = _BLADZIJDE
        if filter.brin is not None:
            opdracht = opdracht.where(t.c.bron_brin == filter.brin.waarde)
        if filter.sinds is not None:
            opdracht = opdracht.where(t.c.moment >= filter.sinds)
        if filter.resultaat is not None:
            opdracht = opdracht.where(t.c.resultaat == filter.resultaat.value)
        if filter.binnen is not None:
            opdracht = opdracht.where(binnen(t.c.bron_brin, t.c.bron_vestigingscode, filter.binnen))
        rijen = self._sessie.lees(opdracht, {"na": cursor_nummer(na), "aantal": aantal + 1}).all()
        bladzijde = [levering_uit(rij) for rij in rijen[:aantal]]
        return bladzijde, bladzijde[-1].id if len(rijen) > aantal else None


def _rij(levering: Levering) -> dict[str, Any]:
    return {
        "moment": levering.moment,
        "bron_brin": levering.bron.brin.waarde,
        "bron_vestigingscode": levering.bron.code,
        "doel_brin": levering.doel_brin.waarde,
        "doel_kenmerk": levering.doel_kenmerk.waarde,
        "oin": levering.oin.waarde,
        "systeem": levering.systeem,
        "resultaat": levering.resultaat.value,
        "sessie_id": levering.sessie_id.waarde,
        "elk_nummer": levering.elk_nummer.waarde if levering.elk_nummer else None,
        "versie": levering.versie,
        "overgedragen": levering.overgedragen,
        "via": levering.via,
    }


def levering_uit(rij: Any) -> Levering:
    """Make a delivery of its row."""
    return Levering(
        moment=rij.moment,
        bron=Vestiging.van(rij.bron_brin, rij.bron_vestigingscode),
        doel_brin=Brin(rij.doel_brin),
        doel_kenmerk=RouteringsKenmerk(rij.doel_kenmerk),
        oin=Oin(rij.oin),
        systeem=rij.systeem,
        resultaat=Resultaat(rij.resultaat),
        sessie_id=SessieId(rij.sessie_id),
        elk_nummer=ElkNummer(rij.elk_nummer) if rij.elk_nummer is not None else None,
        versie=rij.versie,
        overgedragen=rij.overgedragen,
        via=rij.via,
        id=rij.id,
    )
