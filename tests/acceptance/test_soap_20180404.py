"""A LAS that still speaks OSO'18: a client made by zeep of nothing but the WSDL of that version, over mutual TLS."""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import zeep
from lxml import etree
from zeep.exceptions import Fault
from zeep.transports import Transport

from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld, Klaargezet, ontwikkelwereld
from tests.hulp.soapklant import BRIN, OVERSTAP, PING, SoapKlant, zoeksleutel

VERSIE = "20180404"
NS = f"{{http://xml.kennisnet.nl/schemas/Overstapservice/{VERSIE}}}"
ONS, MAGISTER = 100, 2
DOEL = {"doelBrin": BRIN, "doelAanleverpuntIndex": MAGISTER}
_nummers = leerlingen(40, __name__)


class Las:
    """Magister, four years ago."""

    def __init__(self, dev: dict[str, Any]) -> None:
        sessie = requests.Session()
        sessie.trust_env = False
        sessie.cert = (dev["parties"]["magister"]["cert"], dev["parties"]["magister"]["key"])
        sessie.verify = dev["ca"]
        transport: Any = Transport(session=sessie, timeout=60)
        self.bron_url = f"{dev['soap']}/oso/{VERSIE}/bron"
        self._klant: Any = zeep.Client(f"{self.bron_url}?wsdl", transport=transport)
        self.tc = self.dienst(f"{dev['trafficCenter']}/trafficcenter/{VERSIE}")
        self.bron = self.dienst(self.bron_url)

    def dienst(self, url: str) -> Any:
        """The same messages at another address."""
        return self._klant.create_service(f"{NS}Overstapservice", url)

    def sessie(self, pgn: str) -> Any:
        """Open a session; the zoeksleutel goes bare."""
        sleutel, _ = zoeksleutel(pgn)
        return self.tc.overdracht(bronBrin=BRIN, **DOEL, zoeksleutel=sleutel, overdrachtsoort=OVERSTAP)

    def vraag(self, pgn: str, sessie: str, bron: int = ONS, **doel: Any) -> Any:
        """Ask the bron for the dossier."""
        return self.bron.document(
            bronBrin=BRIN,
            bronAanleverpuntIndex=bron,
            **(DOEL | doel),
            pgn=pgn,
            overdrachtsoort=OVERSTAP,
            sessieId=sessie,
        )

    def meld_af(self, pgn: str, sessie: str, resultaat: str) -> Any:
        """Sign the session off."""
        sleutel, _ = zoeksleutel(pgn)
        return self.tc.afmelding(
            bronBrin=BRIN,
            bronAanleverpuntIndex=ONS,
            **DOEL,
            zoeksleutel=sleutel,
            overdrachtsoort=OVERSTAP,
            sessieId=sessie,
            resultaat=resultaat,
        )


@pytest.fixture(scope="module")
def las(wereld: DraaiendeWereld) -> Las:
    return Las(wereld.dev)


@pytest.fixture(scope="module")
def nieuw(wereld: DraaiendeWereld) -> Iterator[SoapKlant]:
    klant = SoapKlant(wereld.dev)
    yield klant
    klant.sluit()


def _klaar(wereld: DraaiendeWereld) -> Klaargezet:
    nummer = next(_nummers)
    return wereld.zet_klaar(str(nummer), proef_pgn(nummer), omvang=20_000, zaad=nummer)


def _haal(wereld: DraaiendeWereld, las: Las) -> None:
    leerling = _klaar(wereld)
    pgn = leerling.pgn.waarde
    sessie = las.sessie(pgn)
    assert sessie.resultaat == "OverdrachtGeslaagd"
    (punt,) = sessie.aanleverpunt
    assert (punt.brin, punt.aanleverpuntIndex, f"{punt.url}/bron") == (BRIN, ONS, las.bron_url)
    antwoord = las.vraag(pgn, sessie.sessieId)
    assert antwoord.resultaat == "OverdrachtGeslaagd"
    octets = etree.tostring(antwoord.document._value_1, method="c14n", exclusive=True)
    assert hashlib.sha256(octets).hexdigest() == leerling.sha256
    assert las.meld_af(pgn, sessie.sessieId, antwoord.resultaat) == "OverdrachtGeslaagd"
    eigen = [rij for rij in wereld.sim("GET", "aanroepen")["aanroepen"] if rij.get("sessieId") == sessie.sessieId]
    assert [(rij["operatie"], rij["partij"], rij["antwoord"]) for rij in eigen] == [
        ("overdracht", "magister", "OverdrachtGeslaagd"),
        ("sessiecontrole", "gateway", "OverdrachtGeslaagd"),
        ("afmelding", "magister", "OverdrachtGeslaagd"),
    ]


def test_een_las_van_toen_haalt_een_dossier(wereld: DraaiendeWereld, las: Las) -> None:
    _haal(wereld, las)


def test_een_gateway_die_zelf_de_oude_versie_spreekt() -> None:
    """Registration, sessions and pulls all by number: one setting, no program code."""
    with (
        tempfile.TemporaryDirectory(prefix="oso-") as map_,
        ontwikkelwereld(Path(map_), omgeving={"OSO_BERICHTVERSIE": VERSIE}, registreer=("00YY/00",)) as wereld,
    ):
        (punt,) = (
            rij
            for rij in wereld.sim("GET", "aanleverpunten")["aanleverpunten"]
            if rij["actief"] and rij["aanleverpuntnummer"] == ONS
        )
        assert punt["url"].endswith(f"/oso/{VERSIE}")
        _haal(wereld, Las(wereld.dev))


# ---------------------------------------------------------------------------------------------- refusals and faults


def test_weigeringen_in_de_taal_van_toen(wereld: DraaiendeWereld, las: Las) -> None:
    onbekend = proef_pgn(next(_nummers)).waarde
    sessie = las.sessie(onbekend).sessieId
    assert las.vraag(onbekend, sessie).resultaat == "LeerlingOnbekend"
    assert las.vraag(onbekend, str(uuid.uuid4())).resultaat == "SessieOnbekend"
    assert las.vraag(onbekend, sessie, doelAanleverpuntIndex=77).resultaat == "OnbekendAanleverpunt"
    assert las.meld_af(onbekend, sessie, "LeerlingOnbekend") == "OverdrachtGeslaagd"
    assert las.vraag(onbekend, sessie).resultaat == "SessieReedsAfgemeld"


@pytest.mark.parametrize(
    ("anders", "code"),
    [
        ({"bron": 77}, "BronHoortNietBijSysteem"),
        ({"doelBrin": "12SS"}, "CertificaatHoortNietBijPartij"),
    ],
)
def test_fouten_in_de_naamruimte_van_toen(las: Las, anders: dict[str, Any], code: str) -> None:
    with pytest.raises(Fault) as fout:
        las.vraag(proef_pgn(next(_nummers)).waarde, str(uuid.uuid4()), **anders)
    assert fout.value.detail.findtext(f"{NS}fout/{NS}code") == code


def test_een_body_van_de_andere_versie_is_een_fault(nieuw: SoapKlant, las: Las) -> None:
    antwoord = nieuw.post(PING, las.bron_url)
    assert antwoord.status == 500
    assert f'{VERSIE}"' in antwoord.octets.decode()
    assert b"VersieOnbekend" in antwoord.octets
    oud = PING.replace(b"20200910", VERSIE.encode())
    assert nieuw.post(oud, las.bron_url).status == 200
    assert b"VersieOnbekend" in nieuw.post(oud).octets


def test_ping_en_beide_diensten(wereld: DraaiendeWereld, las: Las, nieuw: SoapKlant) -> None:
    assert las.bron.ping() is True
    doel = las.bron_url.removesuffix("bron") + "doel"
    assert las.dienst(doel).ping() is True
    assert nieuw.http.get(f"{doel}?wsdl").status_code == 200
    for pad in ("/oso/20180405/bron", f"/oso/{VERSIE}", f"/oso/{VERSIE}/trafficcenter"):
        assert nieuw.post(PING, f"{wereld.dev['soap']}{pad}").status == 404


def test_een_notificatie_van_toen(wereld: DraaiendeWereld, las: Las) -> None:
    sessie = str(uuid.uuid4())
    antwoord = las.dienst(las.bron_url.removesuffix("bron") + "doel").notificatie(
        bronBrin=BRIN,
        bronAanleverpuntIndex=MAGISTER,
        doelBrin=BRIN,
        doelAanleverpuntIndex=ONS,
        sessieId=sessie,
        doel="OV",
    )
    assert antwoord == "NotificatieOntvangen"
    met = {"Authorization": f"Bearer {wereld.dev['tokens']['kern']}", "OSO-Account": "test"}
    rest = requests.get(
        f"{wereld.dev['rest']}/v1/ontvangen-berichten", headers=met, verify=wereld.dev["ca"], timeout=10
    ).json()
    (bericht,) = (rij for rij in rest["ontvangenBerichten"] if rij.get("sessieId") == sessie)
    assert bericht["afzender"]["brin"] == BRIN
