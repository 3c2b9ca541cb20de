"""The simulated LAS as doel and as bron, over real mutual TLS, with the Traffic Center simulator in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree
from zeep.exceptions import Fault
from zeep.transports import Transport

from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Overdrachtsoort, Pgn, RouteringsKenmerk
from gateway.simulators.las import LasPunt, Ontvangst, SimulatieLas
from gateway.simulators.las.leerlingen import VERNIEUWD, VERZAMELD, leerlingen_00ah
from gateway.simulators.las.lijn import GeenAntwoord
from gateway.simulators.ontwikkelwereld import POSCHOOL
from gateway.trust.certificaten import OntwikkelPki
from gateway.trust.zoeksleutel import maak_zoeksleutels
from gateway.xmlio import canoniek
from tests.hulp.draaiende_tc import (
    PAKKET,
    DraaiendTrafficCenter,
    draai_apps,
    draaiend_traffic_center,
    maak_wereldpki,
    verzender_van,
)

PO, LAS = RouteringsKenmerk("0000000700000AH00900"), RouteringsKenmerk("0000000700000YY00932")
SCHOOL = Brin("00AH")
POVO, WISSELEND = Pgn("101211151"), Pgn("388483763")
SLEUTELS = maak_zoeksleutels(rondes=1)


@dataclass
class Opstelling:
    tc: DraaiendTrafficCenter
    magister: SimulatieLas
    poschool: SimulatieLas
    url: str

    def haal(self, pgn: str | Pgn, **anders: Any) -> Ontvangst:
        return self.magister.haal_op(pgn if isinstance(pgn, Pgn) else Pgn(pgn), SCHOOL, **anders)

    def zeep(self, url: str, partij: str) -> Any:
        transport = Transport(session=self.tc.sessie(partij), timeout=60, operation_timeout=60)
        return zeep.Client(f"{url}?wsdl", transport=transport).service


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> OntwikkelPki:
    return maak_wereldpki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def las(tmp_path: Path, pki: OntwikkelPki) -> Iterator[Opstelling]:
    with draaiend_traffic_center(tmp_path / "tc", pki) as tc:

        def maak(partij: str, brin: Brin, kenmerk: RouteringsKenmerk, leerlingen: Any) -> SimulatieLas:
            verzender = verzender_van(pki, partij)
            return SimulatieLas(
                LasPunt(brin, kenmerk), verzender, tc.url, PAKKET, zoeksleutels=SLEUTELS, leerlingen=leerlingen
            )

        magister = maak("magister", Brin("00YY"), LAS, {})
        poschool = maak("poschool", SCHOOL, PO, leerlingen_00ah("2019.1"))
        with draai_apps(pki, {"po": ("poschool", poschool.app), "ma": ("magister", magister.app)}, {}) as adressen:
            url = f"{adressen['po'].url}/oso/{PAKKET.versie}"
            tc.simulator.machine.zet_adres(POSCHOOL.oin, url)
            yield Opstelling(tc, magister, poschool, url)


@pytest.mark.parametrize(
    ("pgn", "verwacht"),
    [
        ("101211151", Resultaat.OVERDRACHT_GESLAAGD),
        ("482782481", Resultaat.OVERDRACHT_GESLAAGD),
        ("388483763", Resultaat.OVERDRACHT_GESLAAGD),
        ("097902378", Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR),
        ("334390205", Resultaat.LEERLINGINFO_NIET_OPVRAAGBAAR),
        ("662460613", Resultaat.LEERLING_ONBEKEND),
    ],
)
def test_de_leerlingen_van_00ah(las: Opstelling, pgn: str, verwacht: Resultaat) -> None:
    ontvangst = las.haal(pgn)

    assert ontvangst.resultaat is verwacht
    assert ontvangst.gelukt is (ontvangst.octets is not None)
    assert ontvangst.afmelding is Resultaat.OVERDRACHT_GESLAAGD
    rijen = las.tc.sim("GET", "aanroepen")["aanroepen"]
    assert [(rij["operatie"], rij["partij"]) for rij in rijen] == [
        ("overdracht", "magister"),
        ("sessiecontrole", "poschool"),
        ("afmelding", "magister"),
    ]
    assert rijen[-1]["resultaat"] == verwacht.value


def test_de_wisselende_leerling(las: Opstelling) -> None:
    eerste = las.haal(WISSELEND)
    tweede = las.haal(WISSELEND, dossier_verzameldatum=eerste.verzameldatum)
    derde = las.haal(WISSELEND, dossier_verzameldatum=tweede.verzameldatum)

    assert (eerste.verzameldatum, tweede.verzameldatum) == (VERZAMELD, VERNIEUWD)
    assert eerste.octets != tweede.octets
    assert (derde.resultaat, derde.octets) == (Resultaat.LEERLINGINFO_NIET_GEWIJZIGD, None)


def test_versie_en_soort(las: Opstelling) -> None:
    assert las.haal(POVO, dossier_versies=("2018.1", "2019.1")).gelukt
    assert las.haal(POVO, dossier_versies=("2018.1",)).resultaat is Resultaat.DOSSIER_VERSIE_NIET_BESCHIKBAAR
    andere_soort = las.haal(POVO, overdrachtsoort=Overdrachtsoort.SWV_DOSSIER)
    assert andere_soort.resultaat is Resultaat.LEVERING_GEWEIGERD
    assert las.haal(POVO, bron_kenmerk=PO).gelukt


def test_eigen_keuring_die_weigert(las: Opstelling) -> None:
    gezien: list[bytes] = []

    def keur(octets: bytes) -> bool:
        gezien.append(octets)
        return False

    ontvangst = las.haal(POVO, keur=keur)

    assert (ontvangst.resultaat, ontvangst.gelukt) == (Resultaat.DOSSIER_ONGELDIG, False)
    assert gezien == [ontvangst.octets]
    punt = las.tc.simulator.machine.punt(PO)
    assert punt is not None
    assert punt.fouten == 1


def test_een_geweigerde_overdracht_wordt_niet_afgemeld(las: Opstelling) -> None:
    ontvangst = las.magister.haal_op(POVO, Brin("99ZZ"))

    assert (ontvangst.resultaat, ontvangst.sessie_id) == (Resultaat.VERSTREKKER_NIET_BEKEND, None)
    assert len(las.tc.sim("GET", "aanroepen")["aanroepen"]) == 1


def test_een_bron_die_er_niet_is(las: Opstelling) -> None:
    las.tc.simulator.machine.zet_adres(POSCHOOL.oin, "https://127.0.0.1:1/oso/x")

    ontvangst = las.haal(POVO)

    assert (ontvangst.resultaat, ontvangst.afmelding) == (
        Resultaat.BRON_NIET_BESCHIKBAAR,
        Resultaat.OVERDRACHT_GESLAAGD,
    )


def test_het_beste_van_twee_punten(las: Opstelling) -> None:
    machine = las.tc.simulator.machine
    punt = machine.punt(PO)
    assert punt is not None
    stuk = replace(punt, nummer=9, kenmerk=RouteringsKenmerk("0000000700000AH00909"), url="https://127.0.0.1:1/oso/x")
    machine.zet_punt(stuk)

    ontvangst = las.haal(POVO)

    assert [deel.resultaat for deel in ontvangst.deelantwoorden] == [
        Resultaat.OVERDRACHT_GESLAAGD,
        Resultaat.BRON_NIET_BESCHIKBAAR,
    ]
    assert ontvangst.gelukt
    assert [rij["operatie"] for rij in las.tc.sim("GET", "aanroepen")["aanroepen"]].count("afmelding") == 1


def test_bron_zonder_traffic_center(las: Opstelling) -> None:
    las.tc.sim("POST", "storingen", {"operatie": "sessiecontrole", "soort": "onzin", "aantal": 1})
    assert las.haal(POVO).resultaat is Resultaat.TRAFFIC_CENTER_NIET_BESCHIKBAAR
    las.tc.sim("POST", "storingen", {"operatie": "overdracht", "soort": "fault", "aantal": 1})
    with pytest.raises(GeenAntwoord) as fout:
        las.haal(POVO)
    assert fout.value.code == "TijdelijkeStoring"


def test_zeep_haalt_een_dossier_met_alleen_de_wsdl(las: Opstelling) -> None:
    tc, bron = las.zeep(las.tc.url, "magister"), las.zeep(f"{las.url}/bron", "magister")
    sleutel = SLEUTELS.zoeksleutel(POVO)
    keuze = {"zoeksleutelPgnfrag": {"zoeksleutel": sleutel.zoeksleutel, "pgnfrag": sleutel.pgnfrag}}
    wie = {"doelBrin": "00YY", "doelRouteringsKenmerk": LAS.waarde}
    soort = {"overdrachtsoort": "overstapdossier"}
    sessie = tc.overdracht(bronBrin="00AH", **wie, **keuze, **soort)
    adres = {"bronBrin": "00AH", "bronRouteringsKenmerk": sessie.aanleverpunt[0].routeringsKenmerk, **wie}

    antwoord = bron.document(**adres, pgn=POVO.waarde, **soort, sessieId=sessie.sessieId)

    assert (antwoord.resultaat, antwoord.dossierVersie) == ("OverdrachtGeslaagd", "2019.1")
    assert antwoord.dossierVerzameldatum == VERZAMELD
    dossier: etree._Element = antwoord.document._value_1
    assert canoniek(dossier) == las.haal(POVO).octets
    einde = {**adres, **keuze, **soort, "sessieId": sessie.sessieId, "resultaat": "OverdrachtGeslaagd"}
    assert tc.afmelding(**einde) == "OverdrachtGeslaagd"


def test_een_bron_voor_een_ander(las: Opstelling) -> None:
    with pytest.raises(Fault) as fout:
        las.zeep(f"{las.url}/bron", "magister").document(
            bronBrin="00YY",
            bronRouteringsKenmerk="0000000700000YY00931",
            doelBrin="00YY",
            doelRouteringsKenmerk=LAS.waarde,
            pgn=POVO.waarde,
            overdrachtsoort="overstapdossier",
            sessieId="3b0e1b3e-8f2d-4d0e-9a5c-1e5f8a7b6c5d",
        )
    assert "aanleverpunt" in fout.value.message


def test_notificatie_en_ping(las: Opstelling) -> None:
    doel, bron = las.zeep(f"{las.url}/doel", "magister"), las.zeep(f"{las.url}/bron", "magister")
    adres = {
        "bronBrin": "00YY",
        "bronRouteringsKenmerk": "0000000700000YY00931",
        "doelBrin": "00AH",
        "doelRouteringsKenmerk": PO.waarde,
    }
    sessie = "3b0e1b3e-8f2d-4d0e-9a5c-1e5f8a7b6c5d"

    assert doel.ping() is True
    assert bron.ping() is True
    assert doel.notificatie(**adres, sessieId=sessie, doel="OV") == "NotificatieOntvangen"

    (ontvangen,) = las.poschool.notificaties
    assert str(ontvangen.sessie_id) == sessie
    naar_ons = {**adres, "bronBrin": "00AH", "bronRouteringsKenmerk": PO.waarde}
    terug = bron.terugkoppeling(**naar_ons, koppelsleutel=sessie, tekst="Dank u.")
    assert terug == "TerugkoppelingOntvangen"
    assert las.poschool.terugkoppelingen[0].tekst == "Dank u."
