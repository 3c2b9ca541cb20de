"""The port `TrafficCenter`: the fake and the real client (against the simulator) keep to the same contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from adapters.beleefdheid import Omgang, Omgangsregels
from adapters.traffic_center.beleefd import BeleefdTrafficCenter
from gateway.domain.overdracht import (
    Adresblok,
    Afmelding,
    Notificatiemelding,
    Overdrachtvraag,
    Overzichtvraag,
    Registratieaanvraag,
    Sessievraag,
    Terugkoppelmelding,
    Zoeksleutel,
)
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Doel, Overdrachtsoort, RouteringsKenmerk, SessieId, Vestiging
from gateway.ports import TrafficCenter, TrafficCenterOnbereikbaar
from gateway.simulators.ontwikkelwereld import GATEWAY, MAGISTER
from gateway.simulators.traffic_center.machine import Machine
from tests.fakes.traffic_center import NepTrafficCenter, maak_machine
from tests.hulp.draaiende_tc import draaiend_traffic_center, maak_wereldpki

ELK, LAS = RouteringsKenmerk("0000000700000YY00931"), RouteringsKenmerk("0000000700000YY00932")
ADRES = Adresblok(Brin("00YY"), ELK, Brin("00YY"), LAS)
SLEUTEL = Zoeksleutel("QUJDREVG", "1151")
SOORT = Overdrachtsoort.OVERSTAPDOSSIER
AANVRAAG = Registratieaanvraag(
    Vestiging.van("00YY", "00"), 100, None, "sleutel-00YY-100", Doel.OV, "https://127.0.0.1:1/oso/x"
)


@dataclass
class Opstelling:
    """The port as the gateway and as Magister see it, the rules behind it, and a way to take it away."""

    gateway: NepTrafficCenter  # or the real client, which has the same methods
    magister: NepTrafficCenter
    machine: Machine
    neem_weg: Callable[[], None]


@pytest.fixture(scope="module")
def _wereld(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    pki = maak_wereldpki(tmp_path_factory.mktemp("pki"))
    with draaiend_traffic_center(tmp_path_factory.mktemp("tc"), pki) as draaiend:
        yield draaiend


@pytest.fixture(params=["nep", "echt"])
def tc(request: pytest.FixtureRequest) -> Iterator[Opstelling]:
    if request.param == "nep":
        machine = maak_machine()
        gateway = NepTrafficCenter(machine, GATEWAY.oin)

        def weg() -> None:
            gateway.weg = True

        yield Opstelling(gateway, NepTrafficCenter(machine, MAGISTER.oin), machine, weg)
        return
    draaiend = request.getfixturevalue("_wereld")
    machine = draaiend.simulator.machine

    def storing() -> None:
        for operatie in ("registreerAanleverpunt", "sessiecontrole", "ping"):
            draaiend.sim("POST", "storingen", {"operatie": operatie, "soort": "verbreek", "aantal": 1})

    onze, van_magister = (
        BeleefdTrafficCenter(draaiend.klant(naam), Omgang(Omgangsregels())) for naam in ("gateway", "magister")
    )
    yield Opstelling(cast(Any, onze), cast(Any, van_magister), machine, storing)
    draaiend.sim("DELETE", "storingen")
    for kenmerk in (ELK, LAS):
        punt = machine.punt(kenmerk)
        assert punt is not None
        begin = {"actief": kenmerk == LAS, "fouten": 0, "oorzaak": None}
        machine.zet_punt(replace(punt, **begin, url=punt.url if kenmerk == LAS else None))


def test_beide_passen_in_de_poort(tc: Opstelling) -> None:
    poort: TrafficCenter = tc.gateway

    assert poort.ping() is True


def test_registreren(tc: Opstelling) -> None:
    antwoord = tc.gateway.registreer(AANVRAAG)

    assert antwoord.resultaat is Resultaat.OVERDRACHT_GESLAAGD
    assert (antwoord.routerings_kenmerk, antwoord.mag_overdracht_aanvragen) == (ELK, True)


def test_registreren_geweigerd(tc: Opstelling) -> None:
    antwoord = tc.gateway.registreer(replace(AANVRAAG, sleutel="verkeerd"))

    assert (antwoord.resultaat, antwoord.routerings_kenmerk) == (Resultaat.SLEUTEL_ONJUIST, None)
    assert antwoord.mag_overdracht_aanvragen is False


def test_een_hele_overdracht(tc: Opstelling) -> None:
    tc.gateway.registreer(AANVRAAG)
    sessie = tc.magister.overdracht(
        Overdrachtvraag(replace(ADRES, bron_kenmerk=None), SLEUTEL, SOORT), onderwerp="ophaling/1"
    )
    assert sessie.sessie_id is not None
    assert [(punt.kenmerk, punt.url) for punt in sessie.punten] == [(ELK, AANVRAAG.url)]

    controle = tc.gateway.sessiecontrole(Sessievraag(ADRES, SLEUTEL, SOORT, sessie.sessie_id))
    assert (controle.resultaat, controle.sector) == (Resultaat.OVERDRACHT_GESLAAGD, "VO")

    melding = Afmelding(ADRES, SLEUTEL, SOORT, sessie.sessie_id, Resultaat.OVERDRACHT_GESLAAGD)
    assert tc.magister.afmelding(melding, onderwerp="ophaling/1") is Resultaat.OVERDRACHT_GESLAAGD
    assert tc.magister.afmelding(melding) is Resultaat.SESSIE_REEDS_AFGEMELD


def test_geweigerde_sessie(tc: Opstelling) -> None:
    tc.gateway.registreer(AANVRAAG)

    antwoord = tc.gateway.sessiecontrole(Sessievraag(ADRES, SLEUTEL, SOORT, SessieId.nieuw()))

    assert (antwoord.resultaat, antwoord.sector, antwoord.oorzaak) == (Resultaat.SESSIE_ONBEKEND, None, None)


def test_uitgezet_met_oorzaak(tc: Opstelling) -> None:
    tc.gateway.registreer(AANVRAAG)
    for _ in range(3):
        sessie = tc.magister.overdracht(Overdrachtvraag(ADRES, SLEUTEL, SOORT)).sessie_id
        assert sessie is not None
        tc.magister.afmelding(Afmelding(ADRES, SLEUTEL, SOORT, sessie, Resultaat.DOSSIER_ONGELDIG))

    antwoord = tc.gateway.sessiecontrole(Sessievraag(ADRES, SLEUTEL, SOORT, SessieId.nieuw()))

    assert antwoord.resultaat is Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF
    assert antwoord.oorzaak is not None
    assert antwoord.oorzaak.sessie_id == sessie
    assert abs((antwoord.oorzaak.moment - datetime.now(UTC)).total_seconds()) < 60


def test_notificatie_en_terugkoppeling(tc: Opstelling) -> None:
    tc.gateway.registreer(AANVRAAG)
    melding = Notificatiemelding(ADRES, Doel.OV, SessieId.nieuw(), datetime(2026, 1, 1, tzinfo=UTC))
    assert tc.gateway.melden_notificatie(melding).url is not None

    swv = tc.gateway.melden_notificatie(Notificatiemelding(ADRES, Doel.SWV))
    assert swv.koppelsleutel is not None
    terug = tc.magister.melden_terugkoppeling(Terugkoppelmelding(ADRES, swv.koppelsleutel))
    assert (terug.resultaat, terug.url) == (Resultaat.OVERDRACHT_GESLAAGD, AANVRAAG.url)


def test_overzicht(tc: Opstelling) -> None:
    antwoord = tc.gateway.overzicht_aanleverpunt(Overzichtvraag(brin=Brin("00YY"), doel=Doel.OV))

    assert [(punt.kenmerk, punt.actief) for punt in antwoord.punten] == [(LAS, True), (ELK, False)]
    assert len(tc.gateway.overzicht_aanleverpunt(Overzichtvraag()).punten) == 5


def test_namens_een_ander_is_geen_antwoord(tc: Opstelling) -> None:
    with pytest.raises(TrafficCenterOnbereikbaar) as fout:
        tc.magister.sessiecontrole(Sessievraag(ADRES, SLEUTEL, SOORT, SessieId.nieuw()))

    assert "CertificaatHoortNietBijPartij" in str(fout.value)


def test_weg_is_weg(tc: Opstelling) -> None:
    tc.gateway.registreer(AANVRAAG)
    tc.neem_weg()

    for doe in (
        tc.gateway.ping,
        lambda: tc.gateway.registreer(AANVRAAG),
        lambda: tc.gateway.sessiecontrole(Sessievraag(ADRES, SLEUTEL, SOORT, SessieId.nieuw())),
    ):
        with pytest.raises(TrafficCenterOnbereikbaar):
            doe()
