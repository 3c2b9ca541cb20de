"""The development world from outside: dev.json, what survives a restart and a kill -9, what ends with `serve`."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.hulp.ontwikkelwereld import PUNTEN, DraaiendeWereld, ontwikkelwereld
from tests.hulp.zwartedoos import KENMERK, LOKAAL, Las, LasFout, Rest, aanroepen, dossier, pgn, sim, veld, zoeksleutel

_GOED = {"plaatsing": {"brin": "00YY", "vestigingscode": "00"}, "okiDocVrijgegeven": True}
_PARTIJEN = {
    "magister": "00000003000000020000",
    "trajectplanner": "00000003000000030000",
    "poschool": "00000003000000040000",
}


@pytest.fixture(scope="module")
def eigen() -> Iterator[DraaiendeWereld]:
    """A world of its own, fresh and unregistered: these tests stop and kill it."""
    with tempfile.TemporaryDirectory(prefix="oso-") as map_, ontwikkelwereld(Path(map_), registreer=()) as wereld:
        yield wereld


def test_dev_json(eigen: DraaiendeWereld) -> None:
    bestand = eigen.map / "dev.json"
    assert stat.S_IMODE(bestand.stat().st_mode) == 0o600
    dev = json.loads(bestand.read_text("utf-8"))
    assert set(dev) == {"rest", "soap", "trafficCenter", "control", "tokens", "ca", "parties"}
    poorten = set()
    for naam, schema in (("rest", "http"), ("soap", "https"), ("trafficCenter", "https"), ("control", "http")):
        adres = urlsplit(dev[naam])
        assert (adres.scheme, adres.hostname, adres.path) == (schema, "127.0.0.1", "")
        assert adres.port
        poorten.add(adres.port)
    assert len(poorten) == 4
    assert set(dev["tokens"]) == {"kern", "contactpersoon", "locatiebeheerder", "beheer"}
    assert set(dev["parties"]) == {*_PARTIJEN, "vreemde"}
    for naam, oin in _PARTIJEN.items():
        assert dev["parties"][naam]["oin"] == oin
    for partij in dev["parties"].values():
        assert set(partij) == {"cert", "key", "oin"}
        for pad in (Path(partij["cert"]), Path(partij["key"])):
            assert pad.is_absolute()
            assert pad.is_file()
        assert stat.S_IMODE(Path(partij["key"]).stat().st_mode) & 0o077 == 0
    assert Path(dev["ca"]).is_absolute()


def test_punten_van_het_begin(eigen: DraaiendeWereld) -> None:
    dev = eigen.dev
    assert Rest(dev, "beheer").get("/aanleverpunten").json()["aanleverpunten"] == []
    las = Las(dev)
    gezien = {}
    for brin in ("00YY", "12SS", "00AH"):
        antwoord = las.vraag(las.traffic_center, "overzichtAanleverpunt", f"<brin>{brin}</brin>")
        for deel in antwoord.split("aanleverpunt>")[1::2]:
            gezien[veld(deel, "routeringsKenmerk")] = (veld(deel, "brin"), veld(deel, "actief"))
    assert gezien == {
        "0000000700000YY00931": ("00YY", "false"),
        "0000000700000YY00932": ("00YY", "true"),
        "0000000700012SS00931": ("12SS", "false"),
        "0000000700012SS00933": ("12SS", "true"),
        "0000000700000AH00900": ("00AH", "true"),
    }


def test_zonder_clientcertificaat_geen_woord(eigen: DraaiendeWereld) -> None:
    for naam in ("soap", "trafficCenter"):
        adres = urlsplit(eigen.dev[naam])
        context = ssl.create_default_context(cafile=eigen.dev["ca"])
        for gastheer in ("localhost", "127.0.0.1"):  # both are in the certificate
            gelezen = b""
            try:
                with (
                    socket.create_connection((adres.hostname, adres.port), timeout=5) as ruw,
                    context.wrap_socket(ruw, server_hostname=gastheer) as verbinding,
                ):
                    verbinding.sendall(b"GET /oso/20200910/bron?wsdl HTTP/1.1\r\nHost: x\r\n\r\n")
                    gelezen = verbinding.recv(100)
            except ssl.SSLCertVerificationError:
                raise
            except (ssl.SSLError, ConnectionError):
                pass
            assert gelezen == b""


def test_po_school_houdt_haar_leerlingen(eigen: DraaiendeWereld) -> None:
    """The simulated LAS of 00AH answers as a bron for its five pupils."""
    adres = {"bron_brin": "00AH", "bron_kenmerk": "0000000700000AH00900"}
    las = Las(eigen.dev)
    sleutel, fragment = zoeksleutel("101211151")
    assert fragment == "1151"
    assert sleutel.startswith("SVFztVdnk4spWNdMem6OPiNN")
    antwoord = las.vraag(
        las.traffic_center,
        "overdracht",
        f"{las.adresblok('00AH', None)}<zoeksleutelPgnfrag><zoeksleutel>{sleutel}</zoeksleutel>"
        f"<pgnfrag>{fragment}</pgnfrag></zoeksleutelPgnfrag><overdrachtsoort>overstapdossier</overdrachtsoort>",
    )
    bron = f"{veld(antwoord, 'url')}/bron"
    for nummer, resultaat in (
        ("101211151", "OverdrachtGeslaagd"),
        ("482782481", "OverdrachtGeslaagd"),
        ("388483763", "OverdrachtGeslaagd"),
        ("097902378", "LeerlinginfoNietBeschikbaar"),
        ("334390205", "LeerlinginfoNietOpvraagbaar"),
        (pgn(480_000), "LeerlingOnbekend"),
    ):
        gekregen = las.vraag(bron, "document", las.documentvraag(nummer, las.open(nummer, **adres), **adres))
        assert veld(gekregen, "resultaat") == resultaat, nummer


def _sleutels(dev: dict[str, Any]) -> list[bytes]:
    paden = [Path(dev["ca"]), *(Path(partij[soort]) for partij in dev["parties"].values() for soort in ("cert", "key"))]
    return [pad.read_bytes() for pad in paden]


def test_kill_9_verliest_niets(eigen: DraaiendeWereld) -> None:
    """Tokens, PKI, points, sessions, call log, versions and dots: all there after a kill right behind the answers."""
    for vestiging in PUNTEN:
        eigen.registreer(vestiging)
    kern, las = Rest(eigen.dev), Las(eigen.dev)
    persoon = pgn(480_001)
    kern.lever("480001", dossier(persoon), context=_GOED)
    kern.zet_klaar("480001")
    las.haal_op(persoon)
    assert kern.wacht_op("480001", "groen")["status"] == "groen"
    sessie = las.open(persoon)
    tokens, sleutels, gelogd = eigen.dev["tokens"], _sleutels(eigen.dev), aanroepen(eigen.dev)
    sim(eigen.dev, "POST", "instellingen", {"foutenTotUit": 3})
    laatste = kern.lever("480001", dossier(persoon, naam="Net op tijd"))
    assert laatste.json()["versie"] == 2
    eigen.stop(signal.SIGKILL)  # also waits until the simulators are gone
    for poort in ("soap", "trafficCenter", "control", "rest"):
        adres = urlsplit(eigen.dev[poort])
        with pytest.raises(OSError, match=r"."):
            socket.create_connection((adres.hostname, adres.port), timeout=2).close()

    assert (eigen.map / "dev.json").exists()  # a killed serve leaves it; the next start takes it away
    eigen.start()
    assert eigen.dev["tokens"] == tokens
    assert _sleutels(eigen.dev) == sleutels
    assert aanroepen(eigen.dev)[: len(gelogd)] == gelogd
    kern, las = Rest(eigen.dev), Las(eigen.dev)
    beeld = kern.dossier("480001")
    assert (beeld["versie"], beeld["status"]) == (2, "blauw")
    assert Rest(eigen.dev, "beheer").get("/aanleverpunten/00YY/00").json()["status"] == "geregistreerd"
    assert las.haal(persoon, sessie).resultaat == "OverdrachtGeslaagd"  # a session of before the kill
    assert kern.wacht_op("480001", "groen")["status"] == "groen"


def test_sigterm_eindigt_met_nul_en_zonder_las_mist_er_iets(eigen: DraaiendeWereld) -> None:
    persoon = pgn(480_002)
    Rest(eigen.dev).lever("480002", dossier(persoon), context=_GOED)
    Rest(eigen.dev).zet_klaar("480002")
    assert Las(eigen.dev).haal_op(persoon).resultaat == "OverdrachtGeslaagd"
    assert eigen.stop() == 0
    eigen._opties = ("--zonder-las",)
    eigen.start()
    assert Rest(eigen.dev).wacht_op("480002", "groen")["status"] == "groen"
    las = Las(eigen.dev)
    adres = {"bron_brin": "00AH", "bron_kenmerk": "0000000700000AH00900"}
    antwoord = las.vraag(
        las.traffic_center, "overzichtAanleverpunt", "<routeringsKenmerk>0000000700000AH00900</routeringsKenmerk>"
    )
    bron = f"{veld(antwoord, 'url')}/bron"
    with pytest.raises((httpx.TransportError, LasFout)):
        las.vraag(bron, "document", las.documentvraag("101211151", las.open("101211151", **adres), **adres))
    assert las.haal_op(persoon).resultaat == "OverdrachtGeslaagd"  # the parties themselves are there


def test_bediening_van_de_simulator(eigen: DraaiendeWereld) -> None:
    dev = eigen.dev
    storing = sim(dev, "POST", "storingen", {"operatie": "ping", "soort": "traag", "aantal": 5, "msVertraging": 300})
    beheer = Rest(dev, "beheer")
    assert beheer.post("/aanleverpunten/00YY/00/ping").json()["duurMs"] >= 250
    sim(dev, "DELETE", f"storingen/{storing['id']}")
    assert beheer.post("/aanleverpunten/00YY/00/ping").json()["duurMs"] < 250
    sim(dev, "POST", "instellingen", {"foutenTotUit": 1, "sessieSeconden": 1})
    persoon = pgn(480_003)
    kern, las = Rest(dev), Las(dev)
    kern.lever("480003", dossier(persoon), context=_GOED)
    kern.zet_klaar("480003")
    assert las.haal_op(persoon, meld="DossierOngeldig").resultaat == "OverdrachtGeslaagd"
    antwoord = las.vraag(
        las.traffic_center, "overzichtAanleverpunt", f"<routeringsKenmerk>{KENMERK}</routeringsKenmerk>"
    )
    assert veld(antwoord, "actief") == "false"  # one is enough now
    sim(dev, "POST", f"aanleverpunten/{KENMERK}/aanzetten")
    sim(dev, "POST", "instellingen", {"foutenTotUit": 3, "sessieSeconden": 900})
    rij = aanroepen(dev)[-1]
    assert (rij["operatie"], rij["partij"], rij["antwoord"]) == (
        "overzichtAanleverpunt",
        rij["partij"],
        rij["antwoord"],
    )
    slecht = httpx.post(f"{dev['control']}/_sim/storingen", json={"operatie": "ping", "soort": "onbekend"}, **LOKAAL)
    assert 400 <= slecht.status_code < 500
