"""Fetch as doel, step by step: each step stored before and after its call out, so that a crash loses nothing.

Source: `messages.md` (overdracht, documentRequest, afmelding, beste resultaat); wiki OSO:2017/Initiëren sessie,
OSO:2018/Opvragen dossier, OSO:2017/Afmelden Sessie. The transitions are those of `gateway.domain.ophaling`.

A step that was begun and not stored as done is done again: a second overdracht leaves a session behind that nobody
knows (it ends by itself), a second documentRequest delivers anew, a second afmelding is answered with "already".
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from gateway.domain.gevolg import Zijde
from gateway.domain.logboek import AuditRegel, Gebeurtenis, GebeurtenisType, Gegeven
from gateway.domain.ophaling import Fase, OpgehaaldDocument, Ophaling
from gateway.domain.overdracht import (
    Adresblok,
    Afmelding,
    Documentantwoord,
    Documentvraag,
    Overdrachtantwoord,
    Overdrachtvraag,
    TeBevragenPunt,
)
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Pgn, RouteringsKenmerk
from gateway.ports import (
    Bronantwoord,
    BronOnbereikbaar,
    OpslagTegenstrijdig,
    TrafficCenterOnbereikbaar,
    Werk,
)
from gateway.usecases import schakelen
from gateway.usecases.doelsysteem import Doelsysteem
from gateway.usecases.ophaling_toetsen import beoordeel, onleesbaar
from gateway.usecases.uitzetten import zet_uit

SOORT = "ophalen"


def verwerk(doel: Doelsysteem, ophaling_id: str, stop: Callable[[], bool] = lambda: False) -> datetime | None:
    """Bring a fetch as far as it will go now; gives when to come back, None when nothing is left to do.

    Safe to repeat at any moment, also after a crash within any step. Of two that work on one, the second steps back.
    `stop` is asked between steps.
    """
    while not stop():
        with doel.wereld.opslag.lezen() as werk:
            ophaling = werk.ophalingen.ophaling(ophaling_id)
        if ophaling is None or ophaling.klaar:
            return None
        if not ophaling.mag_nu(doel.wereld.klok.nu()):
            return ophaling.volgende_poging
        try:
            STAPPEN[ophaling.fase](doel, ophaling)
        except OpslagTegenstrijdig:
            return doel.wereld.klok.nu() + doel.regels.langste_pauze  # someone else is at it
    return doel.wereld.klok.nu()


# ---------------------------------------------------------------------------------------------------------- the steps


def _begin(doel: Doelsysteem, ophaling: Ophaling) -> None:
    """May our point ask? It may have been switched off since the order."""
    nu = doel.wereld.klok.nu()
    with doel.wereld.opslag.werk() as werk:
        if _met_de_hand_uit(doel, werk, ophaling, nu):
            werk.ophalingen.bewaar(ophaling.later(nu + doel.regels.langste_pauze))
            return
        punt = werk.aanleverpunten.punt(ophaling.doel)
        if punt is None or punt.routerings_kenmerk is None or not (punt.oso and punt.mag_overdracht_aanvragen):
            resultaat = Resultaat.DOEL_STAAT_UIT
            _rond_af(werk, werk.ophalingen.bewaar(ophaling.mislukt(resultaat, nu)), nu)
            return
        werk.ophalingen.bewaar(ophaling.naar_sessie(punt.routerings_kenmerk))


def _met_de_hand_uit(
    doel: Doelsysteem, werk: Werk, ophaling: Ophaling, nu: datetime, punt: TeBevragenPunt | None = None
) -> bool:
    """Did the administrator switch off this school, everything, or the party behind this aanleverpunt?"""
    peer = None
    if punt is not None:
        peer = Adresblok(ophaling.doel.brin, None, punt.brin, punt.kenmerk)
    return not schakelen.mag_naar_buiten(doel.wereld, schakelen.stand(werk, nu), ophaling.doel, peer)


def _open_sessie(doel: Doelsysteem, ophaling: Ophaling) -> None:
    if ophaling.pogingen >= doel.regels.sessie_pogingen:
        _geef_op(doel, ophaling)
        return
    begonnen, pgn = _leg_begin_vast(doel, ophaling)
    vraag = Overdrachtvraag(
        _adres(begonnen, begonnen.bron_kenmerk),
        doel.wereld.zoeksleutels.zoeksleutel(pgn),
        begonnen.overdrachtsoort,
    )
    try:
        antwoord = doel.wereld.traffic_center.overdracht(vraag, onderwerp=_onderwerp(ophaling))
    except TrafficCenterOnbereikbaar:
        laatste = begonnen.pogingen >= doel.regels.sessie_pogingen
        (_geef_op if laatste else _later)(doel, begonnen)
        return
    _neem_sessie(doel, begonnen, antwoord)


def _geef_op(doel: Doelsysteem, ophaling: Ophaling) -> None:
    nu = doel.wereld.klok.nu()
    with doel.wereld.opslag.werk() as werk:
        mislukt = ophaling.mislukt(Resultaat.TRAFFIC_CENTER_WEG, nu)
        _rond_af(werk, werk.ophalingen.bewaar(mislukt), nu)


def _neem_sessie(doel: Doelsysteem, ophaling: Ophaling, antwoord: Overdrachtantwoord) -> None:
    nu = doel.wereld.klok.nu()
    with doel.wereld.opslag.werk() as werk:
        if antwoord.sessie_id is not None and antwoord.resultaat is Resultaat.GELUKT:
            werk.ophalingen.bewaar(ophaling.met_sessie(antwoord.sessie_id, antwoord.punten, nu))
            return
        if doel.wereld.tabel.zet_uit(antwoord.resultaat, Zijde.DOEL):
            _merk_uitgezet(werk, ophaling, antwoord.resultaat, nu)
        _rond_af(werk, werk.ophalingen.bewaar(ophaling.mislukt(antwoord.resultaat, nu)), nu)


def _merk_uitgezet(werk: Werk, ophaling: Ophaling, resultaat: Resultaat, nu: datetime) -> None:
    """Our own point is off, says the Traffic Center: the flags follow, unless the point was changed since we asked."""
    punt = werk.aanleverpunten.punt(ophaling.doel, vergrendel=True)
    if punt is not None and punt.oso and punt.routerings_kenmerk == ophaling.doel_kenmerk:
        zet_uit(werk, punt, resultaat.value, nu)


def _vraag(doel: Doelsysteem, ophaling: Ophaling) -> None:
    """Ask the next aanleverpunt for the dossier."""
    plaats = ophaling.aan_de_beurt
    if plaats is None or ophaling.sessie_id is None:
        raise AssertionError("in this phase there is a session, and someone to ask")
    with doel.wereld.opslag.lezen() as werk:
        uit = _met_de_hand_uit(doel, werk, ophaling, doel.wereld.klok.nu(), ophaling.vragen[plaats].punt)
    if uit or ophaling.pogingen >= doel.regels.bron_pogingen:
        _beslis(doel, ophaling, plaats, Resultaat.BRON_WEG)
        return
    begonnen, pgn = _leg_begin_vast(doel, ophaling, plaats)
    vraag = begonnen.vragen[plaats]
    documentvraag = Documentvraag(
        replace(_adres(begonnen, vraag.punt.kenmerk), bron_brin=vraag.punt.brin),
        pgn,
        begonnen.overdrachtsoort,
        doel.dossier_versies,
        vraag.sinds,
        ophaling.sessie_id,
    )
    try:
        antwoord = doel.bronnen.vraag(vraag.punt.url, documentvraag, onderwerp=_onderwerp(ophaling))
    except BronOnbereikbaar:
        if begonnen.pogingen >= doel.regels.bron_pogingen:
            _beslis(doel, begonnen, plaats, Resultaat.BRON_WEG)
        else:
            _later(doel, begonnen)
        return
    _neem_antwoord(doel, begonnen, plaats, antwoord)


def _neem_antwoord(doel: Doelsysteem, ophaling: Ophaling, plaats: int, bronantwoord: Bronantwoord) -> None:
    antwoord = bronantwoord.antwoord
    if antwoord.octets is None or antwoord.resultaat is not Resultaat.GELUKT:
        _beslis(doel, ophaling, plaats, _geloofwaardig(doel, ophaling, plaats, antwoord))
        return
    document = OpgehaaldDocument(plaats, bronantwoord.bericht, antwoord.octets)
    with doel.wereld.opslag.werk() as werk:
        werk.ophalingen.bewaar_document(ophaling.id, document)
        werk.ophalingen.bewaar(ophaling.ontvangen(plaats, antwoord.dossier_versie, antwoord.verzameldatum))


def _geloofwaardig(doel: Doelsysteem, ophaling: Ophaling, plaats: int, antwoord: Documentantwoord) -> Resultaat:
    """The result, when a bron may give it and it answers what was asked; else it is no answer."""
    resultaat = antwoord.resultaat
    regel = doel.wereld.tabel.regels.get(resultaat)
    zonder_datum = ophaling.vragen[plaats].sinds is None
    if (
        regel is None
        or regel.rang is None
        or not {"bron", "trafficcenter"} & set(regel.zender)
        or resultaat is Resultaat.GELUKT
        or (resultaat is Resultaat.NIETS_NIEUWS and zonder_datum)
    ):
        return Resultaat.BRON_WEG
    return resultaat


def _valideer(doel: Doelsysteem, ophaling: Ophaling) -> None:
    """Judge what came in; hostile until then."""
    plaats = ophaling.aan_de_beurt
    if plaats is None:
        raise AssertionError("in this phase there is a dossier to judge")
    te_vaak = ophaling.pogingen >= doel.regels.toets_pogingen
    begonnen, pgn = _leg_begin_vast(doel, ophaling)
    with doel.wereld.opslag.lezen() as werk:
        document = werk.ophalingen.document(ophaling.id, plaats)
        oud = _vorige_octets(werk, ophaling.vragen[plaats].vorige)
    if document is None:
        _beslis(doel, begonnen, plaats, Resultaat.BRON_WEG)
        return
    oordeel = onleesbaar() if te_vaak else beoordeel(doel.wereld.toetser, document.ontvangen, ophaling, pgn)
    if oordeel.octets is not None and oud is not None:
        oordeel = replace(oordeel, wijzigingen=doel.vergelijker.verschillen(oud, oordeel.octets))
    klaar = replace(document, octets=oordeel.octets, rapport=oordeel.rapport, wijzigingen=oordeel.wijzigingen)
    goed = oordeel.octets is not None
    resultaat = Resultaat.GELUKT if goed else Resultaat.AFGEKEURD
    with doel.wereld.opslag.werk() as werk:
        werk.ophalingen.bewaar_document(ophaling.id, klaar)
        werk.ophalingen.bewaar(begonnen.beslist(plaats, resultaat, doel.wereld.tabel))


def _vorige_octets(werk: Werk, vorige_id: str | None) -> bytes | None:
    """The dossier of the fetch before; None when there was none, or when it is no longer kept."""
    vorige = werk.ophalingen.ophaling(vorige_id) if vorige_id is not None else None
    if vorige is None or vorige.beste is None:
        return None
    document = werk.ophalingen.document(vorige.id, vorige.beste)
    return document.octets if document is not None else None


def _meld_af(doel: Doelsysteem, ophaling: Ophaling) -> None:
    """Sign the session off. Whatever the Traffic Center answers, nothing is left to sign off then.

    Without an answer it is tried for as long as a session lives; by then there is none any more.
    """
    if ophaling.sessie_id is None or ophaling.resultaat is None:
        raise AssertionError("in this phase there is a session with a result")
    if ophaling.pogingen >= doel.regels.afmeld_pogingen:
        _sluit(doel, ophaling, Resultaat.TRAFFIC_CENTER_WEG)
        return
    begonnen, pgn = _leg_begin_vast(doel, ophaling)
    beste = ophaling.vragen[ophaling.beste].punt.kenmerk if ophaling.beste is not None else ophaling.bron_kenmerk
    melding = Afmelding(
        _adres(begonnen, beste),
        doel.wereld.zoeksleutels.zoeksleutel(pgn),
        ophaling.overdrachtsoort,
        ophaling.sessie_id,
        ophaling.resultaat,
    )
    try:
        antwoord = doel.wereld.traffic_center.afmelding(melding, onderwerp=_onderwerp(ophaling))
    except TrafficCenterOnbereikbaar:
        _later(doel, begonnen)
        return
    _sluit(doel, begonnen, antwoord)


def _sluit(doel: Doelsysteem, ophaling: Ophaling, antwoord: Resultaat) -> None:
    nu = doel.wereld.klok.nu()
    with doel.wereld.opslag.werk() as werk:
        _rond_af(werk, werk.ophalingen.bewaar(ophaling.afgemeld(antwoord, nu)), nu)


STAPPEN: Mapping[Fase, Callable[[Doelsysteem, Ophaling], None]] = MappingProxyType(
    {
        Fase.WACHT: _begin,
        Fase.SESSIE: _open_sessie,
        Fase.VRAGEN: _vraag,
        Fase.VALIDEREN: _valideer,
        Fase.AFMELDEN: _meld_af,
    }
)
"""What is done in each phase that is not an end."""


# ---------------------------------------------------------------------------------------------------- what they share


def _leg_begin_vast(doel: Doelsysteem, ophaling: Ophaling, plaats: int | None = None) -> tuple[Ophaling, Pgn]:
    """Store that a call out begins, and give whose dossier it is about. With `plaats`: also what we have of there."""
    with doel.wereld.opslag.werk() as werk:
        pgn = werk.ophalingen.pgn(ophaling.id)
        if pgn is None:
            raise AssertionError("retention takes nothing that is not finished")
        begonnen = ophaling.begin(doel.wereld.klok.nu())
        if plaats is not None:
            begonnen = _met_kennis(werk, begonnen, plaats, pgn)
        return werk.ophalingen.bewaar(begonnen), pgn


def _met_kennis(werk: Werk, ophaling: Ophaling, plaats: int, pgn: Pgn) -> Ophaling:
    kenmerk = ophaling.vragen[plaats].punt.kenmerk
    vorige = werk.ophalingen.laatst_geslaagd(pgn, ophaling.doel.brin, kenmerk, ophaling.overdrachtsoort)
    if vorige is None:
        return ophaling.gevraagd_sinds(plaats, None, None)
    return ophaling.gevraagd_sinds(plaats, None if ophaling.opnieuw else vorige.dossier_verzameldatum, vorige.id)


def _later(doel: Doelsysteem, ophaling: Ophaling) -> None:
    with doel.wereld.opslag.werk() as werk:
        werk.ophalingen.bewaar(ophaling.later(doel.wereld.klok.nu() + doel.regels.pauze_na(ophaling)))


def _beslis(doel: Doelsysteem, ophaling: Ophaling, plaats: int, resultaat: Resultaat) -> None:
    with doel.wereld.opslag.werk() as werk:
        werk.ophalingen.bewaar(ophaling.beslist(plaats, resultaat, doel.wereld.tabel))


def _onderwerp(ophaling: Ophaling) -> str:
    return f"ophaling/{ophaling.id}"


def _adres(ophaling: Ophaling, bron_kenmerk: RouteringsKenmerk | None) -> Adresblok:
    if ophaling.doel_kenmerk is None:
        raise AssertionError("the first step took the kenmerk of our point")
    return Adresblok(ophaling.bron_brin, bron_kenmerk, ophaling.doel.brin, ophaling.doel_kenmerk)


def _rond_af(werk: Werk, ophaling: Ophaling, nu: datetime) -> None:
    """Tell once that it is over: audit and event, in the transaction that ends it."""
    resultaat = ophaling.resultaat.value if ophaling.resultaat is not None else ophaling.code or "mislukt"
    bijzonderheden: dict[str, Gegeven] = {
        "ophaling": ophaling.id,
        "bronBrin": ophaling.bron_brin.waarde,
        "doel": str(ophaling.doel),
        "sessieId": ophaling.sessie_id.waarde if ophaling.sessie_id is not None else None,
        "afmelding": ophaling.afmelding.value if ophaling.afmelding is not None else None,
    }
    werk.logboek.audit(
        AuditRegel(
            nu,
            SOORT,
            resultaat,
            opdrachtgever=ophaling.opdrachtgever,
            over=werk.ophalingen.pgn(ophaling.id),
            bijzonderheden=bijzonderheden,
        )
    )
    soort = GebeurtenisType.OPHALING_GEREED if ophaling.fase is Fase.GEREED else GebeurtenisType.OPHALING_MISLUKT
    id_ = str(uuid.uuid5(uuid.NAMESPACE_OID, _onderwerp(ophaling)))
    werk.logboek.gebeurtenis(Gebeurtenis(id_, soort, nu, _onderwerp(ophaling), {"id": ophaling.id}))
