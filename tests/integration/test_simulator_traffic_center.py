"""The Traffic Center simulator over real mutual TLS, with clients that know nothing of our code."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import zeep
from zeep.exceptions import Fault
from zeep.transports import Transport

from gateway.berichten.pakket import laad_pakketten
from gateway.domain.waarden import Pgn
from gateway.ports import TrafficCenterOnbereikbaar
from gateway.simulators.traffic_center import TrafficCenterSimulator
from gateway.trust.certificaten import OntwikkelPki
from gateway.trust.zoeksleutel import maak_zoeksleutels
from tests.hulp.berichtvoorbeelden import ADRES, DOCUMENT, NS, SESSIE, envelop
from tests.hulp.draaiende_tc import DraaiendTrafficCenter, draaiend_traffic_center, maak_wereldpki
from tests.hulp.geduld import GEDULD

ELK, LAS = "0000000700000YY00931", "0000000700000YY00932"
SLEUTEL = maak_zoeksleutels(rondes=1).zoeksleutel(Pgn("101211151"))
KEUZE = {"zoeksleutelPgnfrag": {"zoeksleutel": SLEUTEL.zoeksleutel, "pgnfrag": SLEUTEL.pgnfrag}}
PING = envelop(f'<pingRequest xmlns="{NS}"/>')
XML = {"Content-Type": "text/xml; charset=utf-8"}


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> OntwikkelPki:
    return maak_wereldpki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def tc(tmp_path: Path, pki: OntwikkelPki) -> Iterator[DraaiendTrafficCenter]:
    with draaiend_traffic_center(tmp_path / "tc", pki) as draaiend:
        yield draaiend


def _zeep(tc: DraaiendTrafficCenter, partij: str) -> Any:
    """Make a client from nothing but the WSDL that the simulator gives."""
    transport = Transport(session=tc.sessie(partij), timeout=GEDULD, operation_timeout=GEDULD)
    return zeep.Client(f"{tc.url}?wsdl", transport=transport).service


def _registreer(dienst: Any, **anders: Any) -> Any:
    velden = {
        "brin": "00YY",
        "vestigingscode": "00",
        "aanleverpuntnummer": 100,
        "sleutel": "sleutel-00YY-100",
        "doel": "OV",
        "url": "https://127.0.0.1:1/oso/x",
    }
    return dienst.registreerAanleverpunt(**{**velden, **anders})


def _overdracht(dienst: Any, **anders: Any) -> Any:
    velden = {"bronBrin": "00YY", "doelBrin": "00YY", "doelRouteringsKenmerk": LAS, **KEUZE}
    return dienst.overdracht(**{**velden, "overdrachtsoort": "overstapdossier", **anders})


def _adres() -> dict[str, str]:
    return {"bronBrin": "00YY", "bronRouteringsKenmerk": ELK, "doelBrin": "00YY", "doelRouteringsKenmerk": LAS}


def _sessie(sessie_id: str) -> dict[str, Any]:
    return {**_adres(), **KEUZE, "overdrachtsoort": "overstapdossier", "sessieId": sessie_id}


# ------------------------------------------------------------------------------------------------ zeep alone


def test_een_overdracht_met_alleen_de_wsdl(tc: DraaiendTrafficCenter) -> None:
    gateway, magister = _zeep(tc, "gateway"), _zeep(tc, "magister")

    assert gateway.ping() is True
    registratie = _registreer(gateway)
    assert (registratie.resultaat, registratie.routeringsKenmerk) == ("OverdrachtGeslaagd", ELK)
    assert registratie.magOverdrachtAanvragen is True

    sessie = _overdracht(magister)
    assert sessie.resultaat == "OverdrachtGeslaagd"
    assert [(punt.brin, punt.routeringsKenmerk, punt.url) for punt in sessie.aanleverpunt] == [
        ("00YY", ELK, "https://127.0.0.1:1/oso/x")
    ]
    controle = gateway.sessiecontrole(**_sessie(sessie.sessieId.upper()))
    assert (controle.resultaat, controle.sector) == ("OverdrachtGeslaagd", "VO")
    afmelding = {**_sessie(sessie.sessieId), "resultaat": "OverdrachtGeslaagd"}
    assert magister.afmelding(**afmelding) == "OverdrachtGeslaagd"
    assert gateway.sessiecontrole(**_sessie(sessie.sessieId)).resultaat == "SessieReedsAfgemeld"


def test_melden_en_overzicht_met_zeep(tc: DraaiendTrafficCenter) -> None:
    gateway, magister = _zeep(tc, "gateway"), _zeep(tc, "magister")
    _registreer(gateway)

    swv = gateway.meldenNotificatie(**_adres(), doel="SWV")
    assert swv.resultaat == "OverdrachtGeslaagd"
    assert swv.koppelsleutel
    gemeld = gateway.meldenNotificatie(
        **_adres(), sessieId=SESSIE, aanvraagdatum=datetime.fromisoformat("2026-01-20T11:17:33+01:00"), doel="OV"
    )
    assert (gemeld.url is not None, gemeld.koppelsleutel) == (True, None)
    terug = magister.meldenTerugkoppeling(**_adres(), koppelsleutel=swv.koppelsleutel)
    assert terug.url == "https://127.0.0.1:1/oso/x"
    overzicht = magister.overzichtAanleverpunt(brin="00YY")
    assert [(punt.routeringsKenmerk, punt.actief) for punt in overzicht.aanleverpunt] == [(LAS, True), (ELK, True)]


def test_een_fault_is_te_begrijpen(tc: DraaiendTrafficCenter) -> None:
    with pytest.raises(Fault) as fout:
        _overdracht(_zeep(tc, "vreemde"))

    assert fout.value.code == "soapenv:Client"
    assert "certificaat" in fout.value.message
    detail = fout.value.detail.find(f"{{{NS}}}fout")
    assert detail.findtext(f"{{{NS}}}code") == "CertificaatHoortNietBijPartij"


# -------------------------------------------------------------------------------------- HTTP and hostile input


def _post(tc: DraaiendTrafficCenter, inhoud: bytes, koppen: dict[str, str] | None = None, pad: str = "") -> Any:
    begin = time.process_time()  # that of the client counts as well; the wall clock says nothing on a busy machine
    with tc.sessie("magister") as sessie:
        antwoord = sessie.post(pad or tc.url, data=inhoud, headers=koppen or XML, timeout=GEDULD)
    assert time.process_time() - begin < 2
    return antwoord


VIJANDIG: dict[str, tuple[bytes, str]] = {
    "leeg": (b"", "BerichtOngeldig"),
    "ruis": (bytes(range(256)) * 40, "BerichtOngeldig"),
    "afgebroken": (PING[:-9], "BerichtOngeldig"),
    "miljard keer lachen": (
        b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>',
        "BerichtOngeldig",
    ),
    "uitwendige entiteit": (b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>', "BerichtOngeldig"),
    "diep": (envelop("<a>" * 5_000 + "</a>" * 5_000), "BerichtOngeldig"),
    "veel attributen": (envelop("<a " + " ".join(f'a{nr}="1"' for nr in range(50_000)) + "/>"), "BerichtOngeldig"),
    "veel naamruimten": (envelop("".join(f'<a xmlns:n{nr}="urn:{nr}"/>' for nr in range(15_000))), "BerichtOngeldig"),
    "twee verzoeken": (envelop(f'<pingRequest xmlns="{NS}"/>' * 2), "BerichtOngeldig"),
    "andere dienst": (envelop(DOCUMENT), "OperatieOnbekend"),
    "andere versie": (PING.replace(b"20200910", b"20180404"), "VersieOnbekend"),
    "XSD": (envelop(f'<overdrachtRequest xmlns="{NS}">{ADRES}</overdrachtRequest>'), "BerichtOngeldig"),
    "te groot zonder lengte": (b"<a>" + b"x" * 1_100_000 + b"</a>", "TeGroot"),
}


@pytest.mark.parametrize(("inhoud", "code"), VIJANDIG.values(), ids=VIJANDIG.keys())
def test_vijandige_invoer_geeft_een_fault_en_verder_niets(tc: DraaiendTrafficCenter, inhoud: bytes, code: str) -> None:
    voor = tc.sim("GET", "aanleverpunten")
    gezonden: Any = iter([inhoud]) if code == "TeGroot" else inhoud  # chunked: the size is not declared

    antwoord = _post(tc, gezonden)

    assert antwoord.status_code == 500
    assert f"<o:code>{code}</o:code>" in antwoord.text
    assert "passwd" not in antwoord.text
    assert tc.sim("GET", "aanleverpunten") == voor
    assert [rij["antwoord"] for rij in tc.sim("GET", "aanroepen")["aanroepen"]] == ["fault"]
    assert b"true" in _post(tc, PING).content


def test_http_fouten(tc: DraaiendTrafficCenter) -> None:
    with tc.sessie("magister") as sessie:
        assert sessie.get(tc.url, timeout=GEDULD).status_code == 405
        assert sessie.put(tc.url, data=PING, headers=XML, timeout=GEDULD).status_code == 405
        assert sessie.get(f"{tc.url}?WSDL", timeout=GEDULD).status_code == 200
    assert _post(tc, PING, pad=f"{tc.soap.url}/trafficcenter/20991231").status_code == 404
    assert _post(tc, PING, pad=f"{tc.soap.url}/").status_code == 404
    assert _post(tc, PING, {"Content-Type": "application/soap+xml"}).status_code == 415
    assert _post(tc, PING, {**XML, "Content-Encoding": "gzip"}).status_code == 415
    assert _post(tc, b" " * 2_000_000).status_code == 413
    assert _post(tc, PING.decode().encode("utf-16"), {"Content-Type": "text/xml; charset=utf-16"}).status_code == 200
    assert _post(tc, PING, {**XML, "SOAPAction": '"urn:iets-anders"'}).status_code == 200


def test_soap_12_en_onbekende_koppen(tc: DraaiendTrafficCenter) -> None:
    anders = _post(tc, envelop(f'<pingRequest xmlns="{NS}"/>', ns="http://www.w3.org/2003/05/soap-envelope"))
    assert "soapenv:VersionMismatch" in anders.text
    kop = '<s:Header><x xmlns="urn:x" s:mustUnderstand="1"/></s:Header>'
    plicht = _post(tc, envelop(f'<pingRequest xmlns="{NS}"/>', kop))
    assert (plicht.status_code, "soapenv:MustUnderstand" in plicht.text) == (500, True)
    assert "detail" not in plicht.text


def test_zonder_certificaat_geen_http(tc: DraaiendTrafficCenter) -> None:
    context = ssl.create_default_context(cafile=str(tc.pki.ca))
    with socket.create_connection((tc.soap.host, tc.soap.nummer), timeout=GEDULD) as kaal:
        try:
            with context.wrap_socket(kaal, server_hostname="127.0.0.1") as verbinding:
                verbinding.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                gelezen = verbinding.recv(100)
        except OSError:
            gelezen = b""
    assert gelezen == b""


# ------------------------------------------------------------------------------------------------ control surface


def test_het_logboek(tc: DraaiendTrafficCenter) -> None:
    gateway, magister = _zeep(tc, "gateway"), _zeep(tc, "magister")
    _registreer(gateway)
    sessie = _overdracht(magister).sessieId
    magister.afmelding(**_sessie(sessie), resultaat="LeerlingOnbekend")
    with pytest.raises(Fault):
        _overdracht(_zeep(tc, "vreemde"))

    rijen = tc.sim("GET", "aanroepen?na=0")["aanroepen"]

    assert [(rij["nr"], rij["operatie"], rij["partij"], rij["antwoord"]) for rij in rijen] == [
        (1, "registreerAanleverpunt", "gateway", "OverdrachtGeslaagd"),
        (2, "overdracht", "magister", "OverdrachtGeslaagd"),
        (3, "afmelding", "magister", "OverdrachtGeslaagd"),
        (4, "overdracht", "vreemde", "fault"),
    ]
    assert rijen[2]["sessieId"] == sessie
    assert (rijen[2]["bronBrin"], rijen[2]["doelBrin"], rijen[2]["resultaat"]) == ("00YY", "00YY", "LeerlingOnbekend")
    assert rijen[0]["oin"] == "00000003000000010000"
    assert datetime.fromisoformat(rijen[0]["tijd"]).tzinfo is not None
    assert [rij["nr"] for rij in tc.sim("GET", "aanroepen?na=2")["aanroepen"]] == [3, 4]


def test_uitzetten_en_aanzetten(tc: DraaiendTrafficCenter) -> None:
    gateway, magister = _zeep(tc, "gateway"), _zeep(tc, "magister")
    _registreer(gateway)
    sessie = _overdracht(magister).sessieId

    assert tc.sim("POST", f"aanleverpunten/{ELK}/uitzetten")["actief"] is False
    uit = gateway.sessiecontrole(**_sessie(sessie))
    assert (uit.resultaat, uit.oorzaak) == ("VerstrekkerAanleverpuntNietActief", None)
    assert tc.sim("POST", f"aanleverpunten/{ELK}/aanzetten")["actief"] is True
    assert gateway.sessiecontrole(**_sessie(sessie)).resultaat == "OverdrachtGeslaagd"


def test_ongeldig_dossier_zet_uit_met_oorzaak(tc: DraaiendTrafficCenter) -> None:
    gateway, magister = _zeep(tc, "gateway"), _zeep(tc, "magister")
    _registreer(gateway)
    tc.sim("POST", "instellingen", {"foutenTotUit": 1})
    sessie = _overdracht(magister).sessieId
    magister.afmelding(**_sessie(sessie), resultaat="DossierOngeldig")

    uit = gateway.sessiecontrole(**_sessie(SESSIE))
    assert (uit.resultaat, uit.oorzaak.sessieId) == ("VerstrekkerAanleverpuntNietActief", sessie)
    assert uit.oorzaak.moment.tzinfo is not None


def test_sessies_en_instellingen(tc: DraaiendTrafficCenter) -> None:
    gateway, magister = _zeep(tc, "gateway"), _zeep(tc, "magister")
    _registreer(gateway)
    sessie = _overdracht(magister).sessieId
    assert tc.sim("POST", "sessies/verloop") == {"aantal": 1}
    assert gateway.sessiecontrole(**_sessie(sessie)).resultaat == "SessieVerlopen"
    assert tc.sim("POST", "instellingen", {"sessieSeconden": 60}) == {"foutenTotUit": 3, "sessieSeconden": 60}


def test_een_punt_erbij(tc: DraaiendTrafficCenter) -> None:
    punt = {
        "brin": "34AB",
        "vestigingscode": "02",
        "aanleverpuntnummer": 7,
        "routeringsKenmerk": "0000000700034AB00007",
        "sleutel": "geheim",
        "sector": "VO",
        "oin": "00000003000000010000",
        "actief": False,
        "goedgekeurd": False,
    }
    antwoord = tc.sim("POST", "aanleverpunten", punt)
    assert "sleutel" not in antwoord
    gateway = _zeep(tc, "gateway")
    eigen = {"brin": "34AB", "vestigingscode": "02", "aanleverpuntnummer": 7, "sleutel": "geheim"}
    assert _registreer(gateway, **eigen).resultaat == "AanleverpuntNietGoedgekeurd"
    tc.sim("POST", "aanleverpunten", {**punt, "goedgekeurd": True})
    assert _registreer(gateway, **eigen).resultaat == "OverdrachtGeslaagd"
    assert _registreer(gateway, **{**eigen, "sleutel": "x"}).resultaat == "SleutelOnjuist"
    assert "geheim" not in str(tc.sim("GET", "aanleverpunten"))


@pytest.mark.parametrize(
    ("methode", "pad", "inhoud", "status"),
    [
        ("GET", "bestaat-niet", None, 404),
        ("DELETE", "storingen/99", None, 404),
        ("POST", "aanleverpunten/onbekend/uitzetten", None, 404),
        ("GET", "aanroepen?na=x", None, 422),
        ("POST", "storingen", [], 400),
        ("POST", "storingen", {"operatie": "document", "soort": "stil", "aantal": 1}, 422),
        ("POST", "storingen", {"operatie": "ping", "soort": "boos", "aantal": 1}, 422),
        ("POST", "storingen", {"operatie": "ping", "soort": "stil", "aantal": 0}, 422),
        ("POST", "instellingen", {"foutenTotUit": 0}, 422),
        ("POST", "instellingen", {"onbekend": 1}, 422),
        ("POST", "aanleverpunten", {"brin": "00YY"}, 422),
    ],
)
def test_verkeerd_bediend(tc: DraaiendTrafficCenter, methode: str, pad: str, inhoud: object, status: int) -> None:
    antwoord = requests.request(methode, f"{tc.bediening.url}/_sim/{pad}", json=inhoud, timeout=GEDULD)

    assert antwoord.status_code == status
    assert antwoord.json()["melding"]


# ------------------------------------------------------------------------------------------------ faults on demand


@pytest.mark.parametrize("soort", ["fault", "verbreek", "onzin", "stil", "traag"])
def test_storing_van_elke_soort(tc: DraaiendTrafficCenter, soort: str) -> None:
    klant = tc.klant("gateway")
    haastig = tc.klant("gateway", termijn=0.5) if soort in ("traag", "stil") else klant
    haastig.bereid_voor()
    assert klant.ping() is True
    storing = {"operatie": "ping", "soort": soort, "aantal": 2, "msVertraging": 8_000}
    assert tc.sim("POST", "storingen", storing)["id"]

    for _ in range(2):
        with pytest.raises(TrafficCenterOnbereikbaar):
            haastig.ping()
    assert klant.ping() is True


def test_een_storing_gaat_weg(tc: DraaiendTrafficCenter) -> None:
    klant = tc.klant("gateway")
    nummers = [tc.sim("POST", "storingen", {"operatie": "ping", "soort": "fault", "aantal": 9})["id"] for _ in range(3)]
    tc.sim("DELETE", f"storingen/{nummers[0]}")
    with pytest.raises(TrafficCenterOnbereikbaar):
        klant.ping()
    tc.sim("DELETE", "storingen")
    assert klant.ping() is True
    assert tc.sim("GET", "aanroepen")["aanroepen"][0]["antwoord"] == "fault"


def test_een_beetje_traag_is_nog_een_antwoord(tc: DraaiendTrafficCenter) -> None:
    tc.sim("POST", "storingen", {"operatie": "ping", "soort": "traag", "aantal": 1, "msVertraging": 100})

    assert tc.klant("gateway").ping() is True


# ------------------------------------------------------------------------------------------------ what survives


def test_alles_overleeft_een_herstart(tmp_path: Path, pki: OntwikkelPki) -> None:
    with draaiend_traffic_center(tmp_path, pki) as tc:
        _registreer(_zeep(tc, "gateway"))
        sessie = _overdracht(_zeep(tc, "magister")).sessieId
        tc.sim("POST", "instellingen", {"foutenTotUit": 1})
        tc.sim("POST", "storingen", {"operatie": "ping", "soort": "stil", "aantal": 9})
    with draaiend_traffic_center(tmp_path, pki) as tc:
        assert _zeep(tc, "gateway").sessiecontrole(**_sessie(sessie)).resultaat == "OverdrachtGeslaagd"
        assert tc.klant("gateway").ping() is True
        assert [rij["nr"] for rij in tc.sim("GET", "aanroepen")["aanroepen"]] == [1, 2, 3, 4]
        assert tc.sim("POST", "instellingen", {}) == {"foutenTotUit": 1, "sessieSeconden": 900}


_DOODGAAN = """
import os, signal, sys
from pathlib import Path
from dataclasses import replace
from gateway.berichten.pakket import laad_pakketten
from gateway.simulators.traffic_center import TrafficCenterSimulator
from gateway.simulators.traffic_center.wereld import vul
simulator = TrafficCenterSimulator(Path(sys.argv[1]), laad_pakketten())
vul(simulator.machine, {})
punt = simulator.machine.punten()[0]
simulator.machine.zet_punt(replace(punt, fouten=2))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_kill_verliest_niets(tmp_path: Path) -> None:
    einde = subprocess.run([sys.executable, "-c", _DOODGAAN, str(tmp_path)], check=False, timeout=GEDULD)
    assert einde.returncode == -signal.SIGKILL

    simulator = TrafficCenterSimulator(tmp_path, laad_pakketten())
    try:
        assert len(simulator.machine.punten()) == 5
        assert simulator.machine.punten()[0].fouten == 2
    finally:
        simulator.sluit()


def test_geen_zoeksleutel_in_bestand_of_logboek(tmp_path: Path, pki: OntwikkelPki) -> None:
    with draaiend_traffic_center(tmp_path, pki) as tc:
        _registreer(_zeep(tc, "gateway"))
        sessie = _overdracht(_zeep(tc, "magister")).sessieId
        _zeep(tc, "gateway").sessiecontrole(**_sessie(sessie))
        verteld = str(tc.sim("GET", "aanroepen"))
    bestanden = [pad for pad in tmp_path.rglob("*") if pad.is_file()]
    assert bestanden
    for inhoud in (verteld.encode(), *(pad.read_bytes() for pad in bestanden)):
        assert SLEUTEL.zoeksleutel.encode() not in inhoud
        assert b"101211151" not in inhoud
    assert all(pad.stat().st_mode & 0o077 == 0 for pad in bestanden)
