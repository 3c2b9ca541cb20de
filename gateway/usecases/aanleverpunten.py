"""Aanleverpunten: enter, register at the Traffic Center, ping, see.

Source: ELK manual as retold in `architecture.md` (Registreer, flags, what to check), `interfaces.md` REST table.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.domain.aanleverpunt import Aanleverpunt, AanleverpuntStatus
from gateway.domain.fouten import Onbekend, TijdelijkNietMogelijk, Weigering
from gateway.domain.gevolg import Gevolg
from gateway.domain.logboek import AuditRegel, GebeurtenisType, Gegeven, Opdrachtgever
from gateway.domain.overdracht import Registratieaanvraag, Registratieantwoord
from gateway.domain.resultaat import Resultaat
from gateway.domain.toegang import Token
from gateway.domain.waarden import Doel, RouteringsKenmerk, Vestiging
from gateway.ports import TrafficCenterOnbereikbaar, Wereld, Werk
from gateway.usecases import meldingen, schakelen, uitzetten
from gateway.usecases.scholen import eis_zichtbaar
from gateway.usecases.verslaglegging import meld_aanleverpunt

HET_PUNT = "Het aanleverpunt"


@dataclass(frozen=True, slots=True, repr=False)
class Invoer:
    """What the contactpersoon copies from Mijn OSO; exactly one of nummer and kenmerk."""

    vestiging: Vestiging
    aanleverpuntnummer: int | None
    routerings_kenmerk: RouteringsKenmerk | None
    sleutel: str
    naam: str | None = None
    doel: Doel = Doel.OV


def invoeren(wereld: Wereld, token: Token, invoer: Invoer, opdrachtgever: Opdrachtgever) -> tuple[Aanleverpunt, bool]:
    """Enter or replace a point; a change puts the flags off and the status on `nieuw`. Tells whether it is new.

    Raises `Weigering` `SchoolOnbekend` without its school, `KenmerkBezet` when another vestiging has that address.
    """
    nu = wereld.klok.nu()
    with wereld.opslag.werk() as werk:
        eis_zichtbaar(werk, token, invoer.vestiging, HET_PUNT)
        if werk.scholen.school(invoer.vestiging) is None:
            raise Weigering(
                "SchoolOnbekend",
                "De school bij dit aanleverpunt is nog niet ingevuld.",
                "Vul eerst de gegevens van de school in en sla daarna het aanleverpunt op.",
            )
        bestaand = werk.aanleverpunten.punt(invoer.vestiging, vergrendel=True)
        punt = Aanleverpunt(
            invoer.vestiging,
            invoer.aanleverpuntnummer,
            invoer.routerings_kenmerk or _bekend_kenmerk(bestaand, invoer),
            invoer.sleutel,
            nu,
            naam=invoer.naam,
            doel=invoer.doel,
        )
        if bestaand is not None and bestaand.zelfde_invoer(punt):
            return bestaand, False
        _eis_kenmerk_vrij(werk, punt)
        werk.aanleverpunten.bewaar(punt)
        _audit(werk, wereld, punt, "aanleverpunt-invoeren", "bewaard", opdrachtgever)
    return punt, bestaand is None


def _bekend_kenmerk(bestaand: Aanleverpunt | None, invoer: Invoer) -> RouteringsKenmerk | None:
    """The address that the same nummer got at an earlier registration: who asks there hears that the point is off."""
    if bestaand is None or invoer.aanleverpuntnummer is None:
        return None
    return bestaand.routerings_kenmerk if bestaand.aanleverpuntnummer == invoer.aanleverpuntnummer else None


def _eis_kenmerk_vrij(werk: Werk, punt: Aanleverpunt) -> None:
    if punt.routerings_kenmerk is None:
        return
    ander = werk.aanleverpunten.bij_kenmerk(punt.vestiging.brin, punt.routerings_kenmerk)
    if ander is not None and ander.vestiging != punt.vestiging:
        raise Weigering(
            "KenmerkBezet",
            "Dit routeringskenmerk is al ingevuld bij een andere vestiging van deze school.",
            "Controleer het routeringskenmerk; elke vestiging heeft haar eigen aanleverpunt.",
        )


def punt_van(wereld: Wereld, token: Token, vestiging: Vestiging) -> Aanleverpunt:
    """Find a point within the token's scope, or raise `Onbekend`."""
    with wereld.opslag.lezen() as werk:
        return eis_punt(werk, token, vestiging)


def eis_punt(werk: Werk, token: Token, vestiging: Vestiging) -> Aanleverpunt:
    """Find a point within the token's scope in an open transaction, or raise `Onbekend`."""
    eis_zichtbaar(werk, token, vestiging, HET_PUNT)
    punt = werk.aanleverpunten.punt(vestiging)
    if punt is None:
        raise Onbekend(HET_PUNT)
    return punt


def lijst(wereld: Wereld, token: Token) -> Sequence[Aanleverpunt]:
    """Points within the token's scope, by vestiging."""
    with wereld.opslag.lezen() as werk:
        besturen = {school.vestiging: school.bestuur for school in werk.scholen.alle()}
        return [
            punt
            for punt in werk.aanleverpunten.alle()
            if token.ziet_vestiging(punt.vestiging, besturen.get(punt.vestiging))
        ]


def registreer(wereld: Wereld, token: Token, vestiging: Vestiging, opdrachtgever: Opdrachtgever) -> Aanleverpunt:
    """Register at the Traffic Center; on success both flags go on by themselves.

    Raises `Weigering` with the code of the Traffic Center (status then `geweigerd`, or `uitgezet` when it says so), or
    `HandmatigUitgezet` when the school is off by hand; `TijdelijkNietMogelijk` when it cannot be reached (flags as
    they were).
    """
    with wereld.opslag.lezen() as werk:
        punt = eis_punt(werk, token, vestiging)
        schakelen.eis_aan(werk, wereld.klok.nu(), vestiging)
    aanvraag = Registratieaanvraag(
        vestiging,
        punt.aanleverpuntnummer,
        punt.routerings_kenmerk if punt.aanleverpuntnummer is None else None,
        punt.sleutel,
        punt.doel,
        wereld.soap_basis,
    )
    try:
        antwoord = wereld.traffic_center.registreer(aanvraag)
    except TrafficCenterOnbereikbaar as fout:
        raise TijdelijkNietMogelijk(
            Resultaat.TRAFFIC_CENTER_WEG.value,
            "Het Traffic Center is nu niet bereikbaar; er is niets gewijzigd.",
            f"Probeer het over enkele minuten opnieuw. Blijft het zo, bel dan {wereld.contact.beheer}.",
            wereld.contact.beheer,
        ) from fout
    return _verwerk_registratie(wereld, punt, antwoord, opdrachtgever)


def _verwerk_registratie(
    wereld: Wereld, gevraagd: Aanleverpunt, antwoord: Registratieantwoord, opdrachtgever: Opdrachtgever
) -> Aanleverpunt:
    nu = wereld.klok.nu()
    with wereld.opslag.werk() as werk:
        punt = werk.aanleverpunten.punt(gevraagd.vestiging, vergrendel=True)
        if punt is None or not punt.zelfde_invoer(gevraagd):
            raise Weigering(
                "IntussenGewijzigd",
                "Het aanleverpunt is tijdens de registratie gewijzigd.",
                "Controleer de gegevens en druk opnieuw op Registreer.",
            )
        if antwoord.resultaat is Resultaat.GELUKT and antwoord.routerings_kenmerk is not None:
            nieuw = punt.geregistreerd(antwoord.routerings_kenmerk, antwoord.mag_overdracht_aanvragen, nu)
            werk.aanleverpunten.bewaar(nieuw)
            meld_aanleverpunt(werk, GebeurtenisType.AANLEVERPUNT_GEREGISTREERD, nieuw.vestiging, nu)
            werk.notificaties.hervat(nieuw.vestiging, nu)
        elif wereld.tabel.gevolg(antwoord.resultaat) is Gevolg.UITZETTEN:
            nieuw = uitzetten.zet_uit(werk, punt, antwoord.resultaat.value, nu)
        else:
            nieuw = punt.geweigerd(antwoord.resultaat.value, nu)
            werk.aanleverpunten.bewaar(nieuw)
        _audit(werk, wereld, nieuw, "registreren", antwoord.resultaat.value, opdrachtgever)
    if nieuw.status is not AanleverpuntStatus.GEREGISTREERD:
        raise Weigering(
            antwoord.resultaat.value,
            meldingen.registratie_geweigerd(wereld.tabel, antwoord.resultaat),
            meldingen.registratie_wat_nu(wereld.contact),
            wereld.contact.servicedesk,
        )
    return nieuw


@dataclass(frozen=True, slots=True)
class Pingantwoord:
    """Whether the Traffic Center answers, and how long that took in whole milliseconds."""

    beschikbaar: bool
    duur_ms: int


def ping(wereld: Wereld, token: Token, vestiging: Vestiging) -> Pingantwoord:
    """Ask the Traffic Center whether it is there, registered or not."""
    punt_van(wereld, token, vestiging)
    begin = time.perf_counter()
    try:
        beschikbaar = wereld.traffic_center.ping()
    except TrafficCenterOnbereikbaar:
        beschikbaar = False
    return Pingantwoord(beschikbaar, round((time.perf_counter() - begin) * 1000))


def _audit(
    werk: Werk, wereld: Wereld, punt: Aanleverpunt, operatie: str, uitkomst: str, opdrachtgever: Opdrachtgever
) -> None:
    bijzonderheden: dict[str, Gegeven] = {"vestiging": str(punt.vestiging)}
    werk.logboek.audit(
        AuditRegel(wereld.klok.nu(), operatie, uitkomst, opdrachtgever=opdrachtgever, bijzonderheden=bijzonderheden)
    )
