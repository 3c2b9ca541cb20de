"""Retention and the rights of a pupil: what is removed, and the stone that marks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, delete, exists, func, insert, not_, or_, select, text, update

from gateway.domain.aflevering import AfleveringStatus
from gateway.domain.bewaren import Grafsteen
from gateway.domain.waarden import ElkNummer, Pgn
from gateway.ports import OpslagTegenstrijdig
from gateway.store import dossierlezer
from gateway.store.audit import persoon_tekst
from gateway.store.sessie import Sessie
from gateway.store.tabellen import (
    abonnement,
    dossier,
    gebeurtenis,
    grafsteen,
    historie,
    klaarzetopdracht,
    klaarzetrij,
    levering,
    notificatie,
    overdracht_per_school,
    versie,
    versie_bewijs,
    versie_octets,
    verzoek,
    webhook_aflevering,
    webhook_stand,
)
from gateway.store.tabellen_ophalen import ophaling, ophaling_document

_ELK: BindParameter[str] = bindparam("elk", type_=versie.c.elk_nummer.type)
_NR: BindParameter[int] = bindparam("nr", type_=versie.c.versie.type)
# Truth about hand-overs; the last one counts, because a LAS may fetch a green dossier again at will.
_LAATST = (
    select(func.max(levering.c.overgedragen))
    .where(levering.c.elk_nummer == versie.c.elk_nummer, levering.c.versie == versie.c.versie)
    .scalar_subquery()
)
_VERLOPEN = (
    select(versie.c.elk_nummer, versie.c.versie)
    .join_from(
        versie,
        versie_octets,
        (versie_octets.c.elk_nummer == versie.c.elk_nummer) & (versie_octets.c.versie == versie.c.versie),
    )
    .where(
        or_(
            versie.c.verzameldatum < bindparam("verzameld"),
            bindparam("opgehaald", type_=levering.c.overgedragen.type) > _LAATST,
        )
    )
    .order_by(versie.c.elk_nummer, versie.c.versie)
    .limit(bindparam("aantal"))
)
_WIS_OCTETS = delete(versie_octets).where(versie_octets.c.elk_nummer == _ELK, versie_octets.c.versie == _NR)
_WIS_BEWIJS = delete(versie_bewijs).where(versie_bewijs.c.elk_nummer == _ELK, versie_bewijs.c.versie == _NR)
_SHA = select(versie.c.sha256).where(versie.c.elk_nummer == _ELK, versie.c.versie == _NR)
# Compared with nothing any more: an equal push must make a new version, not find this one.
_ZONDER_INHOUD = (
    update(versie)
    .where(versie.c.elk_nummer == _ELK, versie.c.versie == _NR)
    .values(vergelijking=b"", verwijderd=bindparam("b_m"))
)
_STEEN = insert(grafsteen)
_STENEN = select(grafsteen).order_by(grafsteen.c.id)
_PGN = select(dossier.c.pgn).where(dossier.c.elk_nummer == _ELK)
_VAN_LEERLING = select(gebeurtenis.c.nr).where(gebeurtenis.c.onderwerp == bindparam("onderwerp"))
_WIS_LEERLING: Mapping[str, Any] = {
    "afleveringen": delete(webhook_aflevering).where(webhook_aflevering.c.gebeurtenis_nr.in_(_VAN_LEERLING)),
    "gebeurtenissen": delete(gebeurtenis).where(gebeurtenis.c.onderwerp == bindparam("onderwerp")),
    "notificaties": delete(notificatie).where(notificatie.c.elk_nummer == _ELK),
    "historie": delete(historie).where(historie.c.elk_nummer == _ELK),
    "klaarzetrijen": delete(klaarzetrij).where(klaarzetrij.c.elk_nummer == _ELK, text("gereed")),
    "leveringen": update(levering).where(levering.c.elk_nummer == _ELK).values(elk_nummer=None, versie=None),
    "overdrachten": delete(overdracht_per_school).where(overdracht_per_school.c.elk_nummer == _ELK),
    "inhoud": delete(versie_octets).where(versie_octets.c.elk_nummer == _ELK),
    "bewijs": delete(versie_bewijs).where(versie_bewijs.c.elk_nummer == _ELK),
    "versies": delete(versie).where(versie.c.elk_nummer == _ELK),
    "dossiers": delete(dossier).where(dossier.c.elk_nummer == _ELK),
}
_WIS_VERZOEKEN = delete(verzoek).where(verzoek.c.pgn_index.in_(bindparam("indexen", expanding=True)))
_OPGEHAALD = and_(
    ophaling.c.pgn_index.in_(bindparam("indexen", expanding=True)),
    ophaling.c.afgerond.is_not(None),  # one under way needs it still; retention takes it soon after
)
_WIS_OPGEHAALD = delete(ophaling_document).where(
    ophaling_document.c.ophaling_id.in_(select(ophaling.c.id).where(_OPGEHAALD))
)
_WIS_OPHALER = update(ophaling).where(_OPGEHAALD).values(pgn=None, pgn_index=None)
_ACHTER = (
    exists()
    .where(
        abonnement.c.naam.is_not(None),
        func.coalesce(
            select(webhook_stand.c.tot).where(webhook_stand.c.abonnement == abonnement.c.naam).scalar_subquery(),
            abonnement.c.vanaf,
        )
        < gebeurtenis.c.nr,
    )
    .correlate(gebeurtenis)
)
_OUD = (
    select(gebeurtenis.c.nr)
    .where(
        gebeurtenis.c.moment < bindparam("voor"),
        not_(
            exists().where(
                webhook_aflevering.c.gebeurtenis_nr == gebeurtenis.c.nr,
                webhook_aflevering.c.status == AfleveringStatus.WACHT.value,
            )
        ),
        not_(_ACHTER),
    )
    .order_by(gebeurtenis.c.nr)
    .limit(bindparam("aantal"))
)
_WIS_AFLEVERINGEN = delete(webhook_aflevering).where(
    webhook_aflevering.c.gebeurtenis_nr.in_(bindparam("nrs", expanding=True))
)
_WIS_GEBEURTENISSEN = delete(gebeurtenis).where(gebeurtenis.c.nr.in_(bindparam("nrs", expanding=True)))
_OUDE_OPDRACHTEN = select(klaarzetopdracht.c.id).where(
    klaarzetopdracht.c.moment < bindparam("voor"),
    not_(exists().where(klaarzetrij.c.opdracht_id == klaarzetopdracht.c.id, text("NOT klaarzetrij.gereed"))),
)
_WIS_RIJEN = delete(klaarzetrij).where(klaarzetrij.c.opdracht_id == bindparam("i"))
_WIS_OPDRACHT = delete(klaarzetopdracht).where(klaarzetopdracht.c.id == bindparam("i"))
_PER_KEER = 500


class SqlOpruiming:
    """Retention and the rights of a pupil."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def verlopen_inhoud(
        self, opgehaald_voor: datetime, verzameld_voor: datetime, aantal: int
    ) -> Sequence[tuple[ElkNummer, int]]:
        """Versions with content that was last handed over, or accepted, before these moments."""
        waarden = {"opgehaald": opgehaald_voor, "verzameld": verzameld_voor, "aantal": max(0, aantal)}
        return [(ElkNummer(rij.elk_nummer), rij.versie) for rij in self._sessie.lees(_VERLOPEN, waarden)]

    def wis_inhoud(self, elk_nummer: ElkNummer, nr: int, moment: datetime, reden: str) -> None:
        """Remove octets, evidence and report of a version; its facts stay, and are equal to no push."""
        s, sleutel = self._sessie, {"elk": elk_nummer.waarde, "nr": nr}
        sha256 = s.lees(_SHA, sleutel).scalar()
        if s.schrijf(_WIS_OCTETS, sleutel).rowcount != 1:
            raise OpslagTegenstrijdig("Deze versie bestaat niet, of haar inhoud is al verwijderd.")
        s.schrijf(_WIS_BEWIJS, sleutel)
        s.schrijf(_ZONDER_INHOUD, sleutel | {"b_m": moment})
        self._zet_steen(Grafsteen(moment, "dossier-inhoud", reden, self._pseudoniem(elk_nummer), nr, sha256))

    def wis_leerling(self, elk_nummer: ElkNummer, moment: datetime, reden: str) -> Mapping[str, int]:
        """Remove everything about a pupil but the audit and anonymous transfers; gives rows removed by kind."""
        s = self._sessie
        waarden = {"elk": elk_nummer.waarde, "onderwerp": f"dossier/{elk_nummer.waarde}"}
        pgn = s.lees(_PGN, {"elk": elk_nummer.waarde}).scalar()
        weg = {}
        for soort, opdracht in _WIS_LEERLING.items():
            namen = set(opdracht.compile().params)
            weg[soort] = s.schrijf(
                opdracht, {naam: waarde for naam, waarde in waarden.items() if naam in namen}
            ).rowcount
        if pgn is not None:
            klaar = Pgn(s.ontsleutel(pgn, dossierlezer.PGN, elk_nummer.waarde).decode("ascii"))
            indexen = {"indexen": list(s.kluis.indexen(klaar))}
            weg["verzoeken"] = s.schrijf(_WIS_VERZOEKEN, indexen).rowcount
            s.schrijf(_WIS_OPGEHAALD, indexen)
            weg["ophalingen"] = s.schrijf(_WIS_OPHALER, indexen).rowcount
        if any(weg.values()):
            self._zet_steen(Grafsteen(moment, "leerling", reden, self._pseudoniem(elk_nummer)))
        return weg

    def verwijder_gebeurtenissen_voor(self, moment: datetime) -> int:
        """Delete events of the feed from before that no webhook waits for; gives the number."""
        totaal = 0
        while nrs := list(self._sessie.lees(_OUD, {"voor": moment, "aantal": _PER_KEER}).scalars()):
            self._sessie.schrijf(_WIS_AFLEVERINGEN, {"nrs": nrs})
            totaal += self._sessie.schrijf(_WIS_GEBEURTENISSEN, {"nrs": nrs}).rowcount
        return totaal

    def verwijder_klaarzettingen_voor(self, moment: datetime) -> int:
        """Delete finished bulk orders from before, with their rows; gives the number of orders."""
        ids = list(self._sessie.lees(_OUDE_OPDRACHTEN, {"voor": moment}).scalars())
        for id_ in ids:
            self._sessie.schrijf(_WIS_RIJEN, {"i": id_})
            self._sessie.schrijf(_WIS_OPDRACHT, {"i": id_})
        return len(ids)

    def grafstenen(self, elk_nummer: ElkNummer | None = None) -> Sequence[Grafsteen]:
        """What was removed, oldest first; of one pupil, or all."""
        opdracht = _STENEN
        if elk_nummer is not None:
            namen = self._sessie.kluis.pseudoniemen(persoon_tekst(elk_nummer))
            opdracht = opdracht.where(grafsteen.c.pseudoniem.in_(namen))
        return [
            Grafsteen(rij.moment, rij.soort, rij.reden, rij.pseudoniem, rij.versie, rij.sha256)
            for rij in self._sessie.lees(opdracht)
        ]

    def _pseudoniem(self, elk_nummer: ElkNummer) -> str:
        return self._sessie.kluis.pseudoniem(persoon_tekst(elk_nummer))

    def _zet_steen(self, steen: Grafsteen) -> None:
        self._sessie.schrijf(
            _STEEN,
            {
                "moment": steen.moment,
                "soort": steen.soort,
                "reden": steen.reden,
                "pseudoniem": steen.pseudoniem,
                "versie": steen.versie,
                "sha256": steen.sha256,
            },
        )
