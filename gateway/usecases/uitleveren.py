"""Pull: a LAS asks for a dossier. Session first, then the pupil; audit before the answer; counted when handed over.

Source: `messages.md` "What a bron does with a documentRequest" and wiki OSO:2018/Opvragen dossier; `interfaces.md`
"How a dossier behaves".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.domain.aanleverpunt import Aanleverpunt
from gateway.domain.dossier import Dossier, Einde, Versie
from gateway.domain.fouten import Weigering
from gateway.domain.gevolg import Zijde
from gateway.domain.logboek import AuditRegel
from gateway.domain.overdracht import Documentvraag, Levering, Sessieantwoord, Sessievraag, Verzoek
from gateway.domain.partij import Partij
from gateway.domain.resultaat import Resultaat
from gateway.domain.schakelaar import Schakelstand
from gateway.domain.signalen import HERHAALD_BINNEN
from gateway.domain.waarden import ElkNummer, Herkomst, Oin, Overdrachtsoort, Pgn
from gateway.ports import TrafficCenterOnbereikbaar, Wereld, Werk
from gateway.usecases import schakelen
from gateway.usecases.uitzetten import zet_uit
from gateway.usecases.verslaglegging import meld_herhaling, meld_status, noteer

_BEWAARD = (Overdrachtsoort.OVERSTAPDOSSIER, Overdrachtsoort.OVERDRACHTBINNENBRIN)


class PartijGeweigerd(Weigering):
    """The address block and the certificate (or our own points) do not go together: answered with a SOAP Fault."""


@dataclass(frozen=True, slots=True)
class Uitlevering:
    """The answer to one documentRequest; `octets` and `versie` only on success."""

    resultaat: Resultaat
    levering_id: int
    versie: Versie | None = None
    octets: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Vraag:
    """A request with who asked it, at which point of ours."""

    documentvraag: Documentvraag
    partij: Partij
    punt: Aanleverpunt
    via: str | None


@dataclass(frozen=True, slots=True)
class _Besluit:
    resultaat: Resultaat
    dossier: Dossier | None = None
    octets: bytes | None = field(default=None, repr=False)


def uitleveren(wereld: Wereld, vraag: Documentvraag, partij: Partij, via: str | None = None) -> Uitlevering:
    """Answer a documentRequest; the first thing that holds decides. Raises `PartijGeweigerd`.

    `via` is `proxy` when a proxy ends TLS, so that only the hand-over to it can be seen.
    """
    punt, stand = _eis_adres(wereld, vraag, partij)
    gevraagd = _Vraag(vraag, partij, punt, via)
    uit = _uit(stand, gevraagd, punt)
    if uit is not None:
        return _weiger(wereld, gevraagd, uit)
    antwoord = _sessiecontrole(wereld, vraag)
    if not antwoord.geldig:
        return _weiger(wereld, gevraagd, antwoord.resultaat, antwoord)
    return _zoek_en_geef(wereld, gevraagd)


def _uit(stand: Schakelstand, gevraagd: _Vraag, punt: Aanleverpunt) -> Resultaat | None:
    """The answer when this point or this party is off, by the Traffic Center or by hand; None when both are on."""
    if not punt.oso or stand.school(punt.vestiging) is not None:
        return Resultaat.BRON_STAAT_UIT
    if stand.partij(gevraagd.partij.oin) is not None:
        return Resultaat.NIET_VOOR_DIT_DOEL
    return None


def _eis_adres(wereld: Wereld, vraag: Documentvraag, partij: Partij) -> tuple[Aanleverpunt, Schakelstand]:
    adres = vraag.adres
    if not wereld.partijen.mag_spreken_voor(partij.oin, adres.doel_brin, adres.doel_kenmerk):
        raise _geweigerde_partij(wereld, partij.oin, "CertificaatHoortNietBijPartij")
    with wereld.opslag.lezen() as werk:
        kenmerk = adres.bron_kenmerk
        punt = werk.aanleverpunten.bij_kenmerk(adres.bron_brin, kenmerk) if kenmerk is not None else None
        stand = schakelen.stand(werk, wereld.klok.nu())
    if punt is None:
        raise _geweigerde_partij(wereld, partij.oin, "BronHoortNietBijSysteem")
    return punt, stand


def _geweigerde_partij(wereld: Wereld, oin: Oin, code: str) -> PartijGeweigerd:
    with wereld.opslag.werk(samen=True) as werk:
        werk.logboek.audit(AuditRegel(wereld.klok.nu(), "uitleveren", code, partij=oin))
    if code == "CertificaatHoortNietBijPartij":
        return PartijGeweigerd(
            code,
            "Het certificaat van deze verbinding hoort niet bij het doel in het bericht.",
            "Controleer doelBrin en doelRouteringsKenmerk, en of dit certificaat voor dat aanleverpunt mag spreken.",
        )
    return PartijGeweigerd(
        code,
        "De bron in het bericht is geen aanleverpunt van dit systeem.",
        "Gebruik het adres en het routeringskenmerk die het Traffic Center bij de overdracht gaf.",
    )


def _sessiecontrole(wereld: Wereld, vraag: Documentvraag) -> Sessieantwoord:
    sleutel = vraag.sleutel
    zoek = wereld.zoeksleutels.zoeksleutel(sleutel) if isinstance(sleutel, Pgn) else sleutel
    try:
        return wereld.traffic_center.sessiecontrole(
            Sessievraag(vraag.adres, zoek, vraag.overdrachtsoort, vraag.sessie_id)
        )
    except TrafficCenterOnbereikbaar:
        return Sessieantwoord(Resultaat.TRAFFIC_CENTER_WEG)


def _weiger(
    wereld: Wereld, gevraagd: _Vraag, resultaat: Resultaat, antwoord: Sessieantwoord | None = None
) -> Uitlevering:
    """Refuse before anything about a pupil was looked up; the audit record has no PGN."""
    nu = wereld.klok.nu()
    with wereld.opslag.werk(samen=True) as werk:
        if antwoord is not None and wereld.tabel.zet_uit(resultaat, Zijde.BRON):
            punt = werk.aanleverpunten.punt(gevraagd.punt.vestiging, vergrendel=True)
            # A point that was changed or registered again since we asked: the news is about what it was before.
            if punt is not None and punt == gevraagd.punt:
                zet_uit(werk, punt, resultaat.value, nu, antwoord.oorzaak)
        return _leg_vast(werk, gevraagd, _Besluit(resultaat), nu, None)


def _zoek_en_geef(wereld: Wereld, gevraagd: _Vraag) -> Uitlevering:
    nu = wereld.klok.nu()
    vraag = gevraagd.documentvraag
    with wereld.opslag.werk(samen=True) as werk:
        pgn = vraag.sleutel if isinstance(vraag.sleutel, Pgn) else None
        if pgn is not None and vraag.overdrachtsoort in _BEWAARD:
            # Our point under its kenmerk, by whatever name it was addressed: that is how its requests are found.
            adres = replace(vraag.adres, bron_kenmerk=gevraagd.punt.routerings_kenmerk)
            werk.verzoeken.bewaar(Verzoek(nu, pgn, adres, vraag.overdrachtsoort, vraag.sessie_id))
        besluit = _besluit(werk, gevraagd, pgn, schakelen.stand(werk, nu))
        uitlevering = _leg_vast(werk, gevraagd, besluit, nu, pgn)
        _waarschuw(wereld, werk, gevraagd, besluit, nu)
    return uitlevering


def _besluit(werk: Werk, gevraagd: _Vraag, pgn: Pgn | None, stand: Schakelstand) -> _Besluit:
    punt = werk.aanleverpunten.punt(gevraagd.punt.vestiging)
    if punt is None:
        return _Besluit(Resultaat.BRON_STAAT_UIT)
    uit = _uit(stand, gevraagd, punt)
    if uit is not None:
        # Switched off while this session was being checked: nothing may go out from now on.
        return _Besluit(uit)
    # Under the lock: who moves or withdraws a pupil and hears that it is done must not see the dossier leave later.
    kandidaten = werk.dossiers.met_pgn(pgn, gevraagd.punt.vestiging, vergrendel=True) if pgn is not None else ()
    if not kandidaten:
        return _Besluit(Resultaat.LEERLING_NIET_HIER)
    dossier = _kies(kandidaten, gevraagd)
    resultaat = _oordeel(dossier, gevraagd)
    if resultaat is not Resultaat.GELUKT or dossier.nieuwste is None:
        return _Besluit(resultaat, dossier)
    octets = werk.dossiers.octets(dossier.elk_nummer, dossier.nieuwste.versie)
    # Facts outlive octets (retention): what is no longer there is not to be had.
    return _Besluit(resultaat if octets is not None else Resultaat.NIET_KLAAR, dossier, octets)


def _waarschuw(wereld: Wereld, werk: Werk, gevraagd: _Vraag, besluit: _Besluit, nu: datetime) -> None:
    """Speak up when a LAS gets the same version again and again within an hour: it is probably refusing it."""
    dossier, vanaf = besluit.dossier, wereld.bewaking.herhaald_vanaf
    if besluit.octets is None or dossier is None or dossier.nieuwste is None:
        return
    doel, nr = gevraagd.documentvraag.adres.doel_kenmerk, dossier.nieuwste.versie
    sinds = nu - HERHAALD_BINNEN
    # At the limit only, so that a LAS that goes on and on is told of once an hour.
    if werk.signalen.aantal_leveringen(dossier.elk_nummer, nr, doel, sinds, vanaf + 1) == vanaf:
        meld_herhaling(werk, dossier, gevraagd.punt.vestiging, gevraagd.partij.systeem, vanaf, nu)


def _kies(kandidaten: Sequence[Dossier], gevraagd: _Vraag) -> Dossier:
    """The one set ready last, if several have this PGN; one placed here goes before one that has left."""
    return min(kandidaten, key=lambda dossier: dossier.context.plaatsing != gevraagd.punt.vestiging)


def _oordeel(dossier: Dossier, gevraagd: _Vraag) -> Resultaat:
    vraag, versie = gevraagd.documentvraag, dossier.nieuwste
    plaatsing = dossier.context.plaatsing
    if plaatsing != gevraagd.punt.vestiging or plaatsing.brin != vraag.adres.doel_brin:
        return Resultaat.NIET_VOOR_DIT_DOEL
    if dossier.context.herkomst is not Herkomst.REGULIER and dossier.einde is Einde.HERKOMST:
        return Resultaat.NIET_VOOR_DIT_DOEL
    if versie is not None and versie.overdrachtsoort is not vraag.overdrachtsoort:
        return Resultaat.NIET_VOOR_DIT_DOEL
    if versie is None or dossier.tegengehouden() is not None:
        return Resultaat.NIET_KLAAR
    if versie.inzage_ontbreekt:
        return Resultaat.ZONDER_INZAGE
    if vraag.dossier_versies and versie.gegevensset_versie not in vraag.dossier_versies:
        return Resultaat.ANDERE_VERSIE_GEVRAAGD
    if vraag.dossier_verzameldatum is not None and vraag.dossier_verzameldatum >= versie.verzameldatum:
        return Resultaat.NIETS_NIEUWS
    return Resultaat.GELUKT


def _leg_vast(werk: Werk, gevraagd: _Vraag, besluit: _Besluit, nu: datetime, pgn: Pgn | None) -> Uitlevering:
    """Write the audit record and the row of the transfer before the answer exists."""
    vraag, partij, punt = gevraagd.documentvraag, gevraagd.partij, gevraagd.punt
    dossier = besluit.dossier
    geslaagd = besluit.resultaat is Resultaat.GELUKT
    versie = dossier.nieuwste if dossier is not None and geslaagd else None
    over: ElkNummer | Pgn | None = dossier.elk_nummer if dossier is not None else pgn
    werk.logboek.audit(
        AuditRegel(
            nu,
            "uitleveren",
            besluit.resultaat.value,
            partij=partij.oin,
            over=over,
            versie=versie.versie if versie else None,
            bijzonderheden={
                "doelBrin": vraag.adres.doel_brin.waarde,
                "doelRouteringsKenmerk": vraag.adres.doel_kenmerk.waarde,
                "sessieId": vraag.sessie_id.waarde,
                "account": dossier.klaarzetting.account if dossier and dossier.klaarzetting and geslaagd else None,
            },
        )
    )
    levering_id = werk.leveringen.voeg_toe(
        Levering(
            moment=nu,
            bron=punt.vestiging,
            doel_brin=vraag.adres.doel_brin,
            doel_kenmerk=vraag.adres.doel_kenmerk,
            oin=partij.oin,
            systeem=partij.systeem,
            resultaat=besluit.resultaat,
            sessie_id=vraag.sessie_id,
            elk_nummer=dossier.elk_nummer if dossier else None,
            versie=versie.versie if versie else None,
            via=gevraagd.via,
        )
    )
    return Uitlevering(besluit.resultaat, levering_id, versie, besluit.octets)


def overgedragen(wereld: Wereld, *levering_ids: int) -> None:
    """Count deliveries as handed over in full; turns the dot green of whose newest version it was.

    Idempotent; a refusal hands nothing over, whatever becomes of its answer.
    """
    nu = wereld.klok.nu()
    with wereld.opslag.werk(samen=True) as werk:
        gevonden = [levering for nr in levering_ids if (levering := werk.leveringen.levering(nr)) is not None]
        per_dossier = [(elk_nummer, een) for een in gevonden if (elk_nummer := een.elk_nummer) is not None]
        # Locked in one order, so that two who do this at the same time cannot wait for each other crosswise.
        for elk_nummer, levering in sorted(per_dossier, key=lambda paar: paar[0].waarde):
            if levering.versie is not None:
                _tel_overdracht(werk, elk_nummer, levering, nu)


def _tel_overdracht(werk: Werk, elk_nummer: ElkNummer, levering: Levering, nu: datetime) -> None:
    voor = werk.dossiers.dossier(elk_nummer, vergrendel=True)
    if not werk.leveringen.overgedragen(levering.id, nu):
        return  # told before: one line of history
    na = werk.dossiers.dossier(elk_nummer)
    noteer(
        werk,
        elk_nummer,
        "opgehaald",
        nu,
        versie=levering.versie,
        brin=levering.doel_brin.waarde,
        systeem=levering.systeem,
    )
    if na is not None:
        meld_status(werk, voor, na, nu)
