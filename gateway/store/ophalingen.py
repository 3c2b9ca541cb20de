"""Dossiers that we fetch as doel; the PGN is encrypted and found by its keyed index, content is encrypted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, insert, or_, select, update

from gateway.domain.logboek import Opdrachtgever
from gateway.domain.ophaling import VERSTE_PAUZE, Fase, OpgehaaldDocument, Ophaling
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Overdrachtsoort, Pgn, RouteringsKenmerk, SessieId, Vestiging
from gateway.ports import OphalingFilter, OpslagTegenstrijdig
from gateway.store.coderen import rapport_octetten, rapport_uit
from gateway.store.ophalingvorm import verschillen_octetten, verschillen_uit, vragen_tekst, vragen_uit
from gateway.store.sessie import Sessie, Upsert
from gateway.store.soorten import cursor_nummer, zoekbaar
from gateway.store.tabellen_ophalen import ophaling as t
from gateway.store.tabellen_ophalen import ophaling_document as d

PGN = "ophaling.pgn"
BERICHT = "ophaling_document.bericht"
ONTVANGEN = "ophaling_document.ontvangen"
OCTETS = "ophaling_document.octets"
RAPPORT = "ophaling_document.rapport"
WIJZIGINGEN = "ophaling_document.wijzigingen"

_FEITEN = [kolom for kolom in t.columns if kolom.name not in ("pgn", "pgn_index")]
_VAST = frozenset({"nr", "id", "pgn", "pgn_index"})
_MAAK = insert(t)
_EEN = select(*_FEITEN).where(t.c.id == bindparam("i"))
_BEWAAR = (
    update(t)
    .where(t.c.id == bindparam("b_id"), t.c.revisie == bindparam("b_was"))
    .values({kolom.name: bindparam(f"b_{kolom.name}") for kolom in t.columns if kolom.name not in _VAST})
)
_PGN = select(t.c.pgn).where(t.c.id == bindparam("i"))
_BEWAAR_DOCUMENT = Upsert(d)
_DOCUMENT = select(d).where(d.c.ophaling_id == bindparam("i"), d.c.volgnummer == bindparam("v"))
_OORDEEL = select(d.c.rapport, d.c.wijzigingen).where(
    d.c.ophaling_id == bindparam("i"), d.c.volgnummer == bindparam("v")
)
_TE_DOEN = (
    select(t.c.id)
    .where(
        t.c.afgerond.is_(None),
        or_(
            t.c.volgende_poging.is_(None),
            t.c.volgende_poging <= bindparam("nu"),
            t.c.volgende_poging > bindparam("verst"),  # the clock was put back
        ),
    )
    .order_by(t.c.nr)
    .limit(bindparam("aantal"))
)
_OUD = and_(t.c.afgerond < bindparam("voor"), t.c.pgn.is_not(None))
_WIS_DOCUMENTEN = delete(d).where(d.c.ophaling_id.in_(select(t.c.id).where(_OUD)))
_WIS_PGN = update(t).where(_OUD).values(pgn=None, pgn_index=None)


@cache
def _laatst_geslaagd(aantal: int) -> Select[Any]:
    """One statement for each size of the key ring, so that its compiled form is found again."""
    indexen = [bindparam(f"i{nr}", type_=t.c.pgn_index.type) for nr in range(aantal)]
    return (
        select(*_FEITEN)
        .where(
            t.c.pgn_index.in_(indexen),
            t.c.fase == Fase.GEREED.value,
            t.c.resultaat == Resultaat.GELUKT.value,
            t.c.doel_brin == bindparam("doel"),
            t.c.geleverd_kenmerk == bindparam("bron"),
            t.c.overdrachtsoort == bindparam("soort"),
        )
        .order_by(t.c.afgerond.desc(), t.c.nr.desc())
        .limit(1)
    )


class SqlOphalingen:
    """Dossiers that we fetch as doel."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def maak(self, ophaling: Ophaling, pgn: Pgn) -> None:
        """Add one."""
        geheim = {
            "id": ophaling.id,
            "pgn": self._sessie.versleutel(pgn.waarde, PGN, ophaling.id),
            "pgn_index": self._sessie.kluis.index(pgn),
        }
        self._sessie.schrijf(_MAAK, _rij(ophaling) | geheim)

    def ophaling(self, ophaling_id: str) -> Ophaling | None:
        """Find one."""
        if not zoekbaar(ophaling_id):
            return None
        rij = self._sessie.lees(_EEN, {"i": ophaling_id}).first()
        return _uit(rij) if rij is not None else None

    def bewaar(self, ophaling: Ophaling) -> Ophaling:
        """Store a step; raises `OpslagTegenstrijdig` when someone else stored one since it was read."""
        nieuw = replace(ophaling, revisie=ophaling.revisie + 1)
        waarden = {f"b_{naam}": waarde for naam, waarde in _rij(nieuw).items()}
        gedaan = self._sessie.schrijf(_BEWAAR, waarden | {"b_id": ophaling.id, "b_was": ophaling.revisie})
        if gedaan.rowcount != 1:
            raise OpslagTegenstrijdig("Deze ophaling is intussen verder gebracht.")
        return nieuw

    def pgn(self, ophaling_id: str) -> Pgn | None:
        """Whose dossier it is, decrypted; None once it was removed."""
        geheim = self._sessie.lees(_PGN, {"i": ophaling_id}).scalar()
        return Pgn(self._sessie.ontsleutel(geheim, PGN, ophaling_id).decode("ascii")) if geheim is not None else None

    def laatst_geslaagd(
        self, pgn: Pgn, doel_brin: Brin, bron: RouteringsKenmerk, soort: Overdrachtsoort
    ) -> Ophaling | None:
        """The newest one of this pupil that took a dossier of this aanleverpunt for this school."""
        indexen = self._sessie.kluis.indexen(pgn)
        waarden: dict[str, object] = {f"i{nr}": index for nr, index in enumerate(indexen)}
        waarden |= {"doel": doel_brin.waarde, "bron": bron.waarde, "soort": soort.value}
        rij = self._sessie.lees(_laatst_geslaagd(len(indexen)), waarden).first()
        return _uit(rij) if rij is not None else None

    def bewaar_document(self, ophaling_id: str, document: OpgehaaldDocument) -> None:
        """Add or replace what an aanleverpunt gave."""
        plek = (ophaling_id, document.volgnummer)
        rapport = rapport_octetten(document.rapport) if document.rapport is not None else None
        wijzigingen = verschillen_octetten(document.wijzigingen) if document.wijzigingen is not None else None
        versleutel = self._sessie.versleutel
        _BEWAAR_DOCUMENT(
            self._sessie,
            {
                "ophaling_id": ophaling_id,
                "volgnummer": document.volgnummer,
                "bericht": versleutel(document.bericht, BERICHT, *plek),
                "ontvangen": versleutel(document.ontvangen, ONTVANGEN, *plek),
                "octets": versleutel(document.octets, OCTETS, *plek),
                "rapport": versleutel(rapport, RAPPORT, *plek),
                "wijzigingen": versleutel(wijzigingen, WIJZIGINGEN, *plek),
            },
        )

    def document(self, ophaling_id: str, volgnummer: int) -> OpgehaaldDocument | None:
        """What an aanleverpunt gave, decrypted."""
        rij = self._sessie.lees(_DOCUMENT, {"i": ophaling_id, "v": volgnummer}).first()
        if rij is None:
            return None
        plek = (ophaling_id, volgnummer)
        return OpgehaaldDocument(
            volgnummer,
            self._sessie.ontsleutel(rij.bericht, BERICHT, *plek),
            self._sessie.ontsleutel(rij.ontvangen, ONTVANGEN, *plek),
            self._sessie.ontsleutel(rij.octets, OCTETS, *plek) if rij.octets is not None else None,
            **self._oordeel(rij, plek),
        )

    def oordeel(self, ophaling_id: str, volgnummer: int) -> OpgehaaldDocument | None:
        """The same with empty octets: report and changes only."""
        rij = self._sessie.lees(_OORDEEL, {"i": ophaling_id, "v": volgnummer}).first()
        if rij is None:
            return None
        return OpgehaaldDocument(volgnummer, b"", b"", **self._oordeel(rij, (ophaling_id, volgnummer)))

    def _oordeel(self, rij: Any, plek: tuple[str, int]) -> dict[str, Any]:
        lees = self._sessie.ontsleutel
        return {
            "rapport": rapport_uit(lees(rij.rapport, RAPPORT, *plek)) if rij.rapport is not None else None,
            "wijzigingen": verschillen_uit(lees(rij.wijzigingen, WIJZIGINGEN, *plek))
            if rij.wijzigingen is not None
            else None,
        }

    def lijst(self, filter: OphalingFilter, na: int, aantal: int) -> tuple[Sequence[Ophaling], int | None]:
        """One page, oldest first, and the cursor of the next or None."""
        aantal = max(1, aantal)
        if filter.lijst is not None and not zoekbaar(filter.lijst):
            return [], None
        opdracht = select(*_FEITEN).where(t.c.nr > cursor_nummer(na)).order_by(t.c.nr).limit(aantal + 1)
        if filter.doel_brin is not None:
            opdracht = opdracht.where(t.c.doel_brin == filter.doel_brin.waarde)
        if filter.lijst is not None:
            opdracht = opdracht.where(t.c.lijst == filter.lijst)
        rijen = [_uit(rij) for rij in self._sessie.lees(opdracht)]
        bladzijde = rijen[:aantal]
        return bladzijde, bladzijde[-1].nr if len(rijen) > aantal else None

    def te_doen(self, nu: datetime, aantal: int) -> Sequence[str]:
        """Ids of those that are not finished and need not wait, oldest first."""
        return list(
            self._sessie.lees(_TE_DOEN, {"nu": nu, "verst": nu + VERSTE_PAUZE, "aantal": max(0, aantal)}).scalars()
        )

    def wis_inhoud_voor(self, moment: datetime) -> int:
        """Delete PGN and content of what was finished before; gives the number of fetches. Facts stay."""
        self._sessie.schrijf(_WIS_DOCUMENTEN, {"voor": moment})
        return self._sessie.schrijf(_WIS_PGN, {"voor": moment}).rowcount


def _tekst(waarde: Any) -> str | None:
    """The text of a value object or of an enum, None as it is."""
    if waarde is None:
        return None
    return str(waarde.waarde if hasattr(waarde, "waarde") else waarde.value)


def _rij(ophaling: Ophaling) -> dict[str, Any]:
    wie = ophaling.opdrachtgever
    geleverd = ophaling.vragen[ophaling.beste].punt.kenmerk if ophaling.beste is not None else None
    return {
        "moment": ophaling.moment,
        "account": wie.account,
        "namens": wie.namens,
        "rol": wie.rol,
        "bron_brin": ophaling.bron_brin.waarde,
        "bron_kenmerk": _tekst(ophaling.bron_kenmerk),
        "doel_brin": ophaling.doel.brin.waarde,
        "doel_vestigingscode": ophaling.doel.code,
        "doel_kenmerk": _tekst(ophaling.doel_kenmerk),
        "overdrachtsoort": ophaling.overdrachtsoort.value,
        "opnieuw": ophaling.opnieuw,
        "lijst": ophaling.lijst,
        "nummer": ophaling.nummer,
        "fase": ophaling.fase.value,
        "sessie_id": _tekst(ophaling.sessie_id),
        "sessie_moment": ophaling.sessie_moment,
        "vragen": vragen_tekst(ophaling.vragen),
        "begonnen": ophaling.begonnen,
        "pogingen": ophaling.pogingen,
        "volgende_poging": ophaling.volgende_poging,
        "resultaat": _tekst(ophaling.resultaat),
        "beste": ophaling.beste,
        "geleverd_kenmerk": _tekst(geleverd),
        "afmelding": _tekst(ophaling.afmelding),
        "code": ophaling.code,
        "melding": ophaling.melding,
        "afgerond": ophaling.afgerond,
        "revisie": ophaling.revisie,
    }


def _of_niets(soort: Any, tekst: str | None) -> Any:
    # Any: gives an object of the class named, or None; the field it goes into has that type.
    return soort(tekst) if tekst is not None else None


def _uit(rij: Any) -> Ophaling:
    velden: Mapping[str, Any] = rij._mapping
    return Ophaling(
        opdrachtgever=Opdrachtgever(rij.account, rij.namens, rij.rol),
        bron_brin=Brin(rij.bron_brin),
        bron_kenmerk=_of_niets(RouteringsKenmerk, rij.bron_kenmerk),
        doel=Vestiging.van(rij.doel_brin, rij.doel_vestigingscode),
        doel_kenmerk=_of_niets(RouteringsKenmerk, rij.doel_kenmerk),
        overdrachtsoort=Overdrachtsoort(rij.overdrachtsoort),
        fase=Fase(rij.fase),
        sessie_id=_of_niets(SessieId, rij.sessie_id),
        vragen=vragen_uit(rij.vragen),
        resultaat=_of_niets(Resultaat, rij.resultaat),
        afmelding=_of_niets(Resultaat, rij.afmelding),
        **{naam: velden[naam] for naam in _ZELFDE},
    )


_ZELFDE = (
    *("id", "nr", "moment", "opnieuw", "lijst", "nummer", "sessie_moment", "begonnen", "pogingen", "volgende_poging"),
    *("beste", "code", "melding", "afgerond", "revisie"),
)
"""Columns that are the field of the same name."""
