"""LAS systems that are to hear of a version, or heard of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, not_, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.notificatie import OPEN, VERSTE_PAUZE, NotificatieStatus, Notificatietaak
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, ElkNummer, Herkomst, RouteringsKenmerk, SessieId, Vestiging
from gateway.ports import NotificatieFilter, OpslagTegenstrijdig
from gateway.store.dossierlezer import binnen
from gateway.store.sessie import Sessie
from gateway.store.soorten import cursor_nummer
from gateway.store.tabellen import aanleverpunt as p
from gateway.store.tabellen import dossier as d
from gateway.store.tabellen import levering as lev
from gateway.store.tabellen import notificatie as t
from gateway.store.tabellen import school as s
from gateway.store.tabellen import versie as vr
from gateway.store.tabellen import verzoek as v

# Written as in the index, so that both databases use it.
_TE_DOEN = text("status IN ('te-melden', 'gemeld', 'verstuurd')")

_GEHOORD = exists().where(
    t.c.elk_nummer == d.c.elk_nummer,
    t.c.versie == d.c.versie,
    t.c.doel_brin == v.c.doel_brin,
    t.c.doel_kenmerk == v.c.doel_kenmerk,
    or_(t.c.status != NotificatieStatus.VERVALLEN.value, t.c.verstuurd.is_not(None)),
)
_GEKREGEN = exists().where(
    lev.c.elk_nummer == d.c.elk_nummer,
    lev.c.doel_brin == v.c.doel_brin,
    lev.c.doel_kenmerk == v.c.doel_kenmerk,
    or_(
        and_(
            lev.c.versie == d.c.versie,
            lev.c.resultaat == Resultaat.GELUKT.value,
            or_(lev.c.overgedragen.is_not(None), lev.c.moment > bindparam("onderweg")),
        ),
        # The doel said itself that it has what is newest.
        and_(
            lev.c.resultaat == Resultaat.NIETS_NIEUWS.value,
            lev.c.moment >= vr.c.verzameldatum,
        ),
    ),
)
_KANDIDATEN = (
    select(d.c.elk_nummer)
    .distinct()
    .select_from(v)
    .join(d, d.c.pgn_index == v.c.pgn_index)
    .join(vr, and_(vr.c.elk_nummer == d.c.elk_nummer, vr.c.versie == d.c.versie))
    .join(p, and_(p.c.brin == d.c.plaatsing_brin, p.c.vestigingscode == d.c.plaatsing_vestigingscode))
    .join(s, and_(s.c.brin == p.c.brin, s.c.vestigingscode == p.c.vestigingscode))
    .where(
        v.c.moment >= bindparam("vanaf"),
        v.c.bron_brin == p.c.brin,
        or_(v.c.bron_kenmerk.is_(None), v.c.bron_kenmerk == p.c.routerings_kenmerk),
        v.c.doel_brin == p.c.brin,
        v.c.overdrachtsoort == vr.c.overdrachtsoort,
        p.c.status == AanleverpuntStatus.GEREGISTREERD.value,
        or_(s.c.notificeren.is_(None), s.c.notificeren != "handmatig"),
        d.c.klaargezet_brin.is_not(None),
        d.c.oki_doc_vrijgegeven,
        d.c.tegenhouden.is_(None),
        d.c.herkomst == Herkomst.REGULIER.value,
        vr.c.heeft_pgn,
        not_(vr.c.inzage_ontbreekt),
        vr.c.quarantaine_moment.is_(None),
        vr.c.verwijderd.is_(None),
        not_(_GEHOORD),
        not_(_GEKREGEN),
    )
    .order_by(d.c.elk_nummer)
    .limit(bindparam("aantal"))
)
_VOEG_TOE = {
    "sqlite": sqlite.insert(t).on_conflict_do_nothing().returning(t.c.id),
    "postgresql": postgresql.insert(t).on_conflict_do_nothing().returning(t.c.id),
}
_KOLOMMEN = (
    "sessie_id",
    "aanvraagdatum",
    "account",
    "status",
    "gemaakt",
    "sinds",
    "volgende_poging",
    "pogingen",
    "url",
    "verstuurd",
    "reden",
)
_BEWAAR = (
    update(t)
    .where(t.c.id == bindparam("i"))
    .values({naam: bindparam(f"b_{naam}", type_=t.c[naam].type) for naam in _KOLOMMEN})
)
_EEN = select(t).where(t.c.id == bindparam("i"))
_VAN_DOSSIER = select(t).where(t.c.elk_nummer == bindparam("elk")).order_by(t.c.id)
_DOEN = (
    select(t.c.id)
    .where(_TE_DOEN, or_(t.c.volgende_poging <= bindparam("nu"), t.c.volgende_poging > bindparam("verst")))
    .order_by(t.c.volgende_poging, t.c.id)
    .limit(bindparam("aantal"))
)
_HERVAT = (
    update(t)
    .where(_TE_DOEN, t.c.volgende_poging > bindparam("nu"))
    .values(volgende_poging=bindparam("nu", type_=t.c.volgende_poging.type))
)
_BLADZIJDE = select(t).where(t.c.id > bindparam("na")).order_by(t.c.id).limit(bindparam("aantal"))
_VERWIJDER = delete(t).where(
    t.c.status.not_in([status.value for status in sorted(OPEN)]), t.c.sinds < bindparam("voor")
)


class SqlNotificaties:
    """LAS systems that are to hear of a version, or heard of it."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def kandidaten(self, vanaf: datetime, onderweg_sinds: datetime, aantal: int) -> Sequence[ElkNummer]:
        """Pupils with a servable version that a request kept since `vanaf` has not received and was not told of."""
        waarden = {"vanaf": vanaf, "onderweg": onderweg_sinds, "aantal": max(0, aantal)}
        return [ElkNummer(elk) for elk in self._sessie.lees(_KANDIDATEN, waarden).scalars()]

    def voeg_toe(self, taak: Notificatietaak) -> bool:
        """Add one; False when there is one for this version and doel."""
        opdracht = _VOEG_TOE[self._sessie.verbinding.dialect.name]
        return self._sessie.schrijf(opdracht, _rij(taak)).scalar() is not None

    def bewaar(self, taak: Notificatietaak) -> None:
        """Store what became of one that exists."""
        rij = _rij(taak)
        waarden = {"i": taak.id} | {f"b_{naam}": rij[naam] for naam in _KOLOMMEN}
        if self._sessie.schrijf(_BEWAAR, waarden).rowcount != 1:
            raise OpslagTegenstrijdig("Deze notificatie bestaat niet.")

    def taak(self, taak_id: int, *, vergrendel: bool = False) -> Notificatietaak | None:
        """Find one."""
        opdracht = _EEN
        if vergrendel and self._sessie.postgres and self._sessie.schrijvend:
            opdracht = _EEN.with_for_update()
        rij = self._sessie.lees(opdracht, {"i": cursor_nummer(taak_id)}).first()
        return _taak(rij) if rij is not None else None

    def van_dossier(self, elk_nummer: ElkNummer) -> Sequence[Notificatietaak]:
        """All about one pupil, oldest first."""
        return [_taak(rij) for rij in self._sessie.lees(_VAN_DOSSIER, {"elk": elk_nummer.waarde})]

    def te_doen(self, nu: datetime, aantal: int) -> Sequence[int]:
        """Ids of open ones whose time has come, the longest waiting first."""
        return list(
            self._sessie.lees(_DOEN, {"nu": nu, "verst": nu + VERSTE_PAUZE, "aantal": max(0, aantal)}).scalars()
        )

    def hervat(self, bron: Vestiging | None, nu: datetime) -> int:
        """Let open ones of a point (None: all) that were put off be looked at now; gives the number."""
        opdracht = _HERVAT
        if bron is not None:
            opdracht = opdracht.where(t.c.brin == bron.brin.waarde, t.c.vestigingscode == bron.code)
        return self._sessie.schrijf(opdracht, {"nu": nu}).rowcount

    def lijst(self, filter: NotificatieFilter, na: int, aantal: int) -> tuple[Sequence[Notificatietaak], int | None]:
        """One page, oldest first, and the cursor of the next or None."""
        aantal = max(1, aantal)
        opdracht = _BLADZIJDE
        if filter.status is not None:
            opdracht = opdracht.where(t.c.status == filter.status.value)
        if filter.binnen is not None:
            opdracht = opdracht.where(binnen(t.c.brin, t.c.vestigingscode, filter.binnen))
        rijen = self._sessie.lees(opdracht, {"na": cursor_nummer(na), "aantal": aantal + 1}).all()
        bladzijde = [_taak(rij) for rij in rijen[:aantal]]
        return bladzijde, bladzijde[-1].id if len(rijen) > aantal else None

    def verwijder_voor(self, moment: datetime) -> int:
        """Delete finished ones from before; gives the number."""
        return self._sessie.schrijf(_VERWIJDER, {"voor": moment}).rowcount


def _rij(taak: Notificatietaak) -> dict[str, Any]:
    return {
        "elk_nummer": taak.elk_nummer.waarde,
        "versie": taak.versie,
        "brin": taak.bron.brin.waarde,
        "vestigingscode": taak.bron.code,
        "doel_brin": taak.doel_brin.waarde,
        "doel_kenmerk": taak.doel_kenmerk.waarde,
        "sessie_id": taak.sessie_id.waarde,
        "aanvraagdatum": taak.aanvraagdatum,
        "account": taak.account,
        "status": taak.status.value,
        "gemaakt": taak.gemaakt,
        "sinds": taak.sinds,
        "volgende_poging": taak.volgende_poging,
        "pogingen": taak.pogingen,
        "url": taak.url,
        "verstuurd": taak.verstuurd,
        "reden": taak.reden,
    }


def _taak(rij: Any) -> Notificatietaak:
    return Notificatietaak(
        elk_nummer=ElkNummer(rij.elk_nummer),
        versie=rij.versie,
        bron=Vestiging.van(rij.brin, rij.vestigingscode),
        doel_brin=Brin(rij.doel_brin),
        doel_kenmerk=RouteringsKenmerk(rij.doel_kenmerk),
        sessie_id=SessieId(rij.sessie_id),
        aanvraagdatum=rij.aanvraagdatum,
        gemaakt=rij.gemaakt,
        sinds=rij.sinds,
        volgende_poging=rij.volgende_poging,
        status=NotificatieStatus(rij.status),
        pogingen=rij.pogingen,
        url=rij.url,
        verstuurd=rij.verstuurd,
        reden=rij.reden,
        account=rij.account,
        id=rij.id,
    )
