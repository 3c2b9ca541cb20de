"""The client believes nothing: whatever the Traffic Center says that is no valid answer, is no answer, in time."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.traffic_center import TrafficCenterKlant
from gateway.berichten import codec
from gateway.berichten.fout import InterneFout, schrijf_fout
from gateway.berichten.inhoud import Pingantwoord
from gateway.berichten.verzending import SoapVerzender, VerzendFout
from gateway.domain.overdracht import Adresblok, Oorzaak, Sessieantwoord, Sessievraag
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Overdrachtsoort, Pgn, RouteringsKenmerk, SessieId
from gateway.ports import TrafficCenterOnbereikbaar
from gateway.trust.certificaten import OntwikkelPki
from gateway.trust.tls import ssl_context_klant, ssl_context_server
from gateway.trust.zoeksleutel import maak_zoeksleutels
from tests.hulp.draaiende_tc import PAKKET, SERVER, maak_wereldpki, verzender_van
from tests.hulp.geduld import GEDULD
from tests.hulp.vijandig import Antwoorder, drup, http, vijandige_server, zeg, zwijg

SLEUTEL = maak_zoeksleutels(rondes=1).zoeksleutel(Pgn("101211151"))
VRAAG = Sessievraag(
    Adresblok(
        Brin("00YY"),
        RouteringsKenmerk("0000000700000YY00931"),
        Brin("00YY"),
        RouteringsKenmerk("0000000700000YY00932"),
    ),
    SLEUTEL,
    Overdrachtsoort.OVERSTAPDOSSIER,
    SessieId.nieuw(),
)


def _antwoord(antwoord: Sessieantwoord) -> bytes:
    return codec.schrijf_antwoord("sessiecontrole", antwoord, PAKKET)


GOED = _antwoord(Sessieantwoord(Resultaat.OVERDRACHT_GESLAAGD, "VO"))
PING = codec.schrijf_antwoord("ping", Pingantwoord(beschikbaar=True), PAKKET)
DOCTYPE = b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>'

FOUT: dict[str, Antwoorder] = {
    "fault": zeg(http(schrijf_fout(InterneFout(), PAKKET.naamruimte), status="500 X")),
    "fault met 200": zeg(http(schrijf_fout(InterneFout(), PAKKET.naamruimte))),
    "goed met 500": zeg(http(GOED, status="500 X")),
    "onzin": zeg(http(b"<html>Even geduld</html>")),
    "geen XML": zeg(http(b"OK")),
    "leeg": zeg(http(b"")),
    "geen HTTP": zeg(b"hallo\r\n\r\n"),
    "andere operatie": zeg(http(PING)),
    "succes zonder sector": zeg(http(_antwoord(Sessieantwoord(Resultaat.OVERDRACHT_GESLAAGD)))),
    "onbekende code": zeg(http(GOED.replace(b"OverdrachtGeslaagd", b"HelemaalGoed"))),
    "andere versie": zeg(http(GOED.replace(b"20200910", b"20180404"))),
    "verkeerde sector": zeg(http(GOED.replace(b">VO<", b">XX<"))),
    "DOCTYPE": zeg(http(DOCTYPE + GOED.partition(b"?>")[2])),
    "verkeerd type": zeg(http(GOED, "Content-Type: text/html\r\n")),
    "zonder type": zeg(http(GOED, "")),
    "gecomprimeerd": zeg(http(GOED, "Content-Type: text/xml\r\nContent-Encoding: gzip\r\n")),
    "te groot": zeg(http(GOED + b" " * 1_100_000)),
    "te groot zonder lengte": zeg(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n" + b" " * 1_500_000),
    "doorverwijzing": zeg(http(GOED, "Content-Type: text/xml\r\nLocation: https://127.0.0.1:1/\r\n", "307 X")),
    "404": zeg(http(GOED, status="404 X")),
    "afgekapt": zeg(http(GOED)[:-10]),
    "stil": zwijg,
    "koppen druppelen": drup(http(GOED)),
    "inhoud druppelt": drup(GOED.ljust(4000)),
    "eindeloze koppen": drup(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500, 0.05),
}


EINDELOOS = {"stil", "koppen druppelen", "inhoud druppelt", "eindeloze koppen", "afgekapt"}
"""These go on for longer than a test waits; all others are refused for what they say."""


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> OntwikkelPki:
    return maak_wereldpki(tmp_path_factory.mktemp("pki"))


def _klant(pki: OntwikkelPki, url: str, termijn: float = GEDULD) -> TrafficCenterKlant:
    klant = TrafficCenterKlant(url, verzender_van(pki, "gateway"), PAKKET, termijn=termijn)
    klant.bereid_voor()
    return klant


def _server(pki: OntwikkelPki, antwoord: Antwoorder) -> AbstractContextManager[str]:
    paar = pki.partijen[SERVER]
    return vijandige_server(ssl_context_server(paar.cert, paar.key, pki.ca), antwoord)


@pytest.mark.parametrize("soort", FOUT)
def test_wat_geen_antwoord_is(pki: OntwikkelPki, soort: str, caplog: pytest.LogCaptureFixture) -> None:
    termijn = 1.0 if soort in EINDELOOS else 2 * GEDULD
    with _server(pki, FOUT[soort]) as url, caplog.at_level(logging.DEBUG):
        begin = time.monotonic()
        with pytest.raises(TrafficCenterOnbereikbaar) as fout:
            _klant(pki, url, termijn).sessiecontrole(VRAAG)
        duur = time.monotonic() - begin

    assert duur < GEDULD
    gezegd = str(fout.value) + caplog.text
    for geheim in (SLEUTEL.zoeksleutel, "1151", "Even geduld", "passwd"):
        assert geheim not in gezegd


def test_een_goed_antwoord(pki: OntwikkelPki, caplog: pytest.LogCaptureFixture) -> None:
    with _server(pki, zeg(http(GOED))) as url, caplog.at_level(logging.DEBUG):
        klant = _klant(pki, url)
        assert [klant.sessiecontrole(VRAAG).sector for _ in range(3)] == ["VO"] * 3

    assert SLEUTEL.zoeksleutel not in caplog.text


def test_een_oorzaak_telt_alleen_bij_een_punt_dat_uit_staat(pki: OntwikkelPki) -> None:
    oorzaak = Oorzaak(SessieId.nieuw(), datetime(2026, 3, 1, tzinfo=UTC))
    with _server(pki, zeg(http(_antwoord(Sessieantwoord(Resultaat.SESSIE_ONBEKEND, None, oorzaak))))) as url:
        assert _klant(pki, url).sessiecontrole(VRAAG).oorzaak is None
    uit = Sessieantwoord(Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF, None, oorzaak)
    with _server(pki, zeg(http(_antwoord(uit)))) as url:
        assert _klant(pki, url).sessiecontrole(VRAAG) == uit


def test_niemand_luistert(pki: OntwikkelPki) -> None:
    with pytest.raises(TrafficCenterOnbereikbaar):
        _klant(pki, "https://127.0.0.1:1").ping()


def test_een_server_zonder_ons_vertrouwen(pki: OntwikkelPki, tmp_path: Path) -> None:
    vreemd = maak_wereldpki(tmp_path)
    with _server(vreemd, zeg(http(PING))) as url, pytest.raises(TrafficCenterOnbereikbaar):
        _klant(pki, url).ping()


def test_de_keuring_van_de_server_telt(pki: OntwikkelPki) -> None:
    class Ingetrokken(Exception):
        pass

    def keur(_verbinding: object) -> None:
        raise Ingetrokken("met een naam erin")

    paar = pki.partijen["gateway"]
    verzender = SoapVerzender(ssl_context_klant(paar.cert, paar.key, pki.ca), keur=keur)
    with _server(pki, zeg(http(PING))) as url, pytest.raises(VerzendFout) as fout:
        verzender.verstuur(url, "ping", b"<x/>", termijn=2)
    assert "naam" not in str(fout.value)


def test_omgevingsproxy_telt_niet(pki: OntwikkelPki, monkeypatch: pytest.MonkeyPatch) -> None:
    for naam in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(naam, "http://127.0.0.1:1")
    with _server(pki, zeg(http(PING))) as url:
        assert _klant(pki, url).ping() is True


def test_alleen_https() -> None:
    verzender = object.__new__(SoapVerzender)
    with pytest.raises(VerzendFout):
        verzender.verstuur("http://127.0.0.1/", "ping", b"", termijn=1)


def test_een_verbinding_die_de_server_intussen_sloot(pki: OntwikkelPki) -> None:
    gesloten = threading.Semaphore(0)

    def eenmalig(verbinding: ssl.SSLSocket, _stop: threading.Event) -> None:
        verbinding.sendall(http(PING))
        verbinding.shutdown(socket.SHUT_RDWR)
        gesloten.release()

    with _server(pki, eenmalig) as url:
        klant = _klant(pki, url)
        for _ in range(3):
            assert klant.ping() is True
            assert gesloten.acquire(timeout=GEDULD)


def test_veel_draden_tegelijk(pki: OntwikkelPki) -> None:
    with _server(pki, zeg(http(GOED))) as url, ThreadPoolExecutor(8) as draden:
        klant = _klant(pki, url)
        antwoorden = list(draden.map(lambda _: klant.sessiecontrole(VRAAG), range(200)))

    assert {antwoord.sector for antwoord in antwoorden} == {"VO"}
