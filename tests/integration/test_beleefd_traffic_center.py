"""The polite Traffic Center over real mutual TLS, with every fault that the simulator knows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.beleefdheid import Omgang, Omgangsregels
from adapters.traffic_center.beleefd import BeleefdTrafficCenter
from gateway.domain.overdracht import Adresblok, Overzichtvraag, Sessievraag, Zoeksleutel
from gateway.domain.poging import Belpoging, Pogingafloop
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Overdrachtsoort, RouteringsKenmerk, SessieId
from gateway.ports import TrafficCenterOnbereikbaar
from tests.hulp.draaiende_tc import DraaiendTrafficCenter, draaiend_traffic_center, maak_wereldpki
from tests.hulp.geduld import GEDULD

ADRES = Adresblok(
    Brin("00YY"), RouteringsKenmerk("0000000700000YY00931"), Brin("00YY"), RouteringsKenmerk("0000000700000YY00932")
)
SLEUTEL = Zoeksleutel("QUJDREVG", "1151")


class Boek:
    def __init__(self) -> None:
        self.pogingen: list[Belpoging] = []

    def noteer(self, poging: Belpoging) -> None:
        self.pogingen.append(poging)


@pytest.fixture(scope="module")
def draaiend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DraaiendTrafficCenter]:
    pki = maak_wereldpki(tmp_path_factory.mktemp("pki"))
    with draaiend_traffic_center(tmp_path_factory.mktemp("tc"), pki) as tc:
        yield tc


def maak(
    draaiend: DraaiendTrafficCenter, boek: Boek, partij: str = "gateway", termijn: float = GEDULD, **regels: Any
) -> BeleefdTrafficCenter:
    omgang = Omgang(Omgangsregels(**{"anders_per_seconde": 1000.0, **regels}), boek)
    return BeleefdTrafficCenter(draaiend.klant(partij, termijn=termijn), omgang)


def sessievraag() -> Sessievraag:
    return Sessievraag(ADRES, SLEUTEL, Overdrachtsoort.OVERSTAPDOSSIER, SessieId.nieuw())


@pytest.fixture(autouse=True)
def _zonder_storingen(draaiend: DraaiendTrafficCenter) -> Iterator[None]:
    yield
    draaiend.sim("DELETE", "storingen")


@pytest.mark.parametrize("soort", ["traag", "fault", "verbreek", "stil", "onzin"])
def test_een_sessiecontrole_wordt_een_keer_gevraagd_en_de_volgende_werkt(
    draaiend: DraaiendTrafficCenter, soort: str
) -> None:
    boek = Boek()
    tc = maak(draaiend, boek)
    haastig = maak(draaiend, boek, termijn=0.5) if soort in ("traag", "stil") else tc
    draaiend.sim(
        "POST", "storingen", {"operatie": "sessiecontrole", "soort": soort, "aantal": 1, "msVertraging": 8_000}
    )
    with pytest.raises(TrafficCenterOnbereikbaar):
        haastig.sessiecontrole(sessievraag())
    assert len(boek.pogingen) == 1
    poging = boek.pogingen[0]
    fault = Pogingafloop.FAULT if soort == "fault" else Pogingafloop.GEEN_ANTWOORD
    assert (poging.partij, poging.operatie, poging.afloop) == ("traffic-center", "sessiecontrole", fault)
    assert (poging.fout_id is not None) is (soort == "fault")
    assert poging.melding
    assert SLEUTEL.zoeksleutel not in repr(poging)
    draaiend.sim("DELETE", "storingen")
    antwoord = tc.sessiecontrole(sessievraag()).resultaat
    assert boek.pogingen[-1].oorzaak == antwoord.value


def test_wat_mag_wordt_herhaald_en_haalt_het(draaiend: DraaiendTrafficCenter) -> None:
    boek = Boek()
    tc = maak(draaiend, boek, pogingen={"overzichtAanleverpunt": 3}, pauze_eerst=0.01, pauze_langst=0.02)
    draaiend.sim("POST", "storingen", {"operatie": "overzichtAanleverpunt", "soort": "verbreek", "aantal": 2})
    assert tc.overzicht_aanleverpunt(Overzichtvraag()).resultaat is Resultaat.OVERDRACHT_GESLAAGD
    assert [poging.mislukt for poging in boek.pogingen] == [True, True, False]


def test_wie_weg_is_wordt_met_rust_gelaten_en_daarna_teruggevonden(draaiend: DraaiendTrafficCenter) -> None:
    boek, verstreken = Boek(), [0.0]
    regels = Omgangsregels(kring_fouten=2, anders_per_seconde=1000.0)
    omgang = Omgang(regels, boek, tijd=lambda: verstreken[0])
    tc = BeleefdTrafficCenter(draaiend.klant("gateway"), omgang)
    draaiend.sim("POST", "storingen", {"operatie": "ping", "soort": "verbreek", "aantal": 2})
    voor = len(draaiend.sim("GET", "aanroepen")["aanroepen"])
    for _ in range(5):
        with pytest.raises(TrafficCenterOnbereikbaar):
            tc.ping()
    assert [poging.afloop for poging in boek.pogingen[2:]] == [Pogingafloop.NIET_GEVRAAGD] * 3
    assert len(draaiend.sim("GET", "aanroepen")["aanroepen"]) - voor <= 2
    verstreken[0] += regels.kring_open_eerst
    assert tc.ping() is True


def test_een_fault_over_onze_vraag_houdt_niemand_anders_op(draaiend: DraaiendTrafficCenter) -> None:
    boek = Boek()
    tc = maak(draaiend, boek, partij="magister", kring_fouten=1)
    for _ in range(3):
        with pytest.raises(TrafficCenterOnbereikbaar):
            tc.sessiecontrole(sessievraag())
    assert {poging.oorzaak for poging in boek.pogingen} == {"CertificaatHoortNietBijPartij"}
    assert tc.ping() is True


def test_een_stortvloed_blijft_in_het_logboek_van_het_traffic_center_binnen_het_tempo(
    draaiend: DraaiendTrafficCenter,
) -> None:
    tc = maak(draaiend, Boek(), per_seconde={"ping": 50.0}, ineens=0.2)
    nr = max((aanroep["nr"] for aanroep in draaiend.sim("GET", "aanroepen")["aanroepen"]), default=0)
    begin = time.monotonic()
    for _ in range(60):
        tc.ping()
    duur = time.monotonic() - begin
    gezien = draaiend.sim("GET", f"aanroepen?na={nr}")["aanroepen"]
    assert len([aanroep for aanroep in gezien if aanroep["operatie"] == "ping"]) == 60
    assert duur >= (60 - 10 - 1) / 50
