"""REST over a real socket: refusals that reach a client still sending, errors of HTTP itself, limits on headers."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import uvicorn

from gateway.entry.rest.bediening import uvicorn_instellingen
from gateway.entry.rest.ring import VASTE_KOPPEN
from gateway.observability import richt_in
from tests.hulp.geduld import GEDULD, wacht_tot
from tests.hulp.restwereld import DOSSIER, RestWereld, maak_restwereld

_MIB = 1024 * 1024


class Draaiend:
    """The application on a free port of loopback, in a thread."""

    def __init__(self, w: RestWereld) -> None:
        self.w = w
        self._server = uvicorn.Server(uvicorn_instellingen(w.app, "127.0.0.1", 0))
        self._server.capture_signals = contextlib.nullcontext  # type: ignore[assignment,method-assign]  # not the main thread
        self._draad = threading.Thread(target=self._server.run)

    def __enter__(self) -> Draaiend:
        self._draad.start()
        while not self._server.started:
            time.sleep(0.01)
        self.poort = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.poort}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._draad.join(GEDULD)
        assert not self._draad.is_alive()

    def koppen(self, als: str = "kern", **anders: str) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.w.tokens[als]}",
            "OSO-Account": "juf",
            "Content-Type": "application/xml",
            **anders,
        }

    def rauw(self, octets: bytes, seconden: float = GEDULD) -> tuple[int, dict[str, str], bytes]:
        """Send octets as they are, read until the end; gives status, headers and body of the last response."""
        with socket.create_connection(("127.0.0.1", self.poort), seconden) as verbinding:
            with contextlib.suppress(ConnectionError):
                verbinding.sendall(octets)
            antwoord = http.client.HTTPResponse(verbinding)
            antwoord.begin()
            return antwoord.status, {k.lower(): v for k, v in antwoord.getheaders()}, antwoord.read()


@pytest.fixture(scope="module")
def dienst() -> Iterator[Draaiend]:
    richt_in(io.StringIO())
    with Draaiend(maak_restwereld(max_bericht=8 * _MIB, leestijd=3.0)) as dienst:
        yield dienst


def _eis(status: int, code: str, antwoord: tuple[int, dict[str, str], bytes]) -> None:
    assert antwoord[0] == status, antwoord
    assert antwoord[1]["content-type"] == "application/problem+json"
    assert json.loads(antwoord[2])["code"] == code
    for naam, waarde in VASTE_KOPPEN.items():
        assert antwoord[1][naam.lower()] == waarde
    assert "server" not in antwoord[1]


@pytest.mark.parametrize(
    ("anders", "status", "code"),
    [
        ({}, 413, "TeGroot"),
        ({"Authorization": "Bearer x"}, 401, "NietAangemeld"),
        ({"als": "beheer"}, 403, "NietToegestaan"),
        ({"OSO-Account": ""}, 400, "AccountOntbreekt"),
    ],
)
@pytest.mark.parametrize("grootte", [9, 14])
def test_een_client_die_nog_stuurt_ziet_de_weigering(
    dienst: Draaiend, anders: dict[str, str], status: int, code: str, grootte: int
) -> None:
    """A client that sends the whole body before it reads: a reset would break its sending or wipe the answer out."""
    koppen = "".join(f"{naam}: {waarde}\r\n" for naam, waarde in dienst.koppen(**anders).items())
    kop = f"PUT /v1/dossiers/1 HTTP/1.1\r\nHost: g\r\n{koppen}Content-Length: {grootte * _MIB}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", dienst.poort), GEDULD) as verbinding:
        verbinding.sendall(kop.encode())
        for _ in range(grootte):
            verbinding.sendall(b"x" * _MIB)
        antwoord = http.client.HTTPResponse(verbinding)
        antwoord.begin()
        assert (antwoord.status, json.loads(antwoord.read())["code"]) == (status, code)
        assert antwoord.headers["connection"] == "close"
        assert verbinding.recv(1) == b""
    assert dienst.w.toetser.gezien == []


def test_ook_requests_ziet_de_weigering(dienst: Draaiend) -> None:
    for _ in range(5):
        antwoord = requests.put(
            f"{dienst.url}/v1/dossiers/1", data=b"x" * 9 * _MIB, headers=dienst.koppen(), timeout=GEDULD
        )
        assert (antwoord.status_code, antwoord.json()["code"]) == (413, "TeGroot")


def test_een_stroom_zonder_lengte_wordt_afgebroken_bij_de_grens(dienst: Draaiend) -> None:
    def stukken() -> Iterator[bytes]:
        for _ in range(100):
            yield b"<" * 100_000

    antwoord = requests.put(f"{dienst.url}/v1/dossiers/1", data=stukken(), headers=dienst.koppen(), timeout=GEDULD)
    assert (antwoord.status_code, antwoord.json()["code"]) == (413, "TeGroot")


def test_wie_op_100_continue_wacht_krijgt_meteen_het_antwoord(dienst: Draaiend) -> None:
    kop = (
        f"PUT /v1/dossiers/1 HTTP/1.1\r\nHost: g\r\nExpect: 100-continue\r\nContent-Length: {9 * _MIB}\r\n\r\n"
    ).encode()
    _eis(401, "NietAangemeld", dienst.rauw(kop))


def test_een_goede_aanroep_na_100_continue_lukt(dienst: Draaiend) -> None:
    koppen = "".join(f"{naam}: {waarde}\r\n" for naam, waarde in dienst.koppen().items())
    koppen += f"Expect: 100-continue\r\nContent-Length: {len(DOSSIER)}\r\n"
    kop = f"PUT /v1/dossiers/77 HTTP/1.1\r\nHost: g\r\n{koppen}\r\n"
    with socket.create_connection(("127.0.0.1", dienst.poort), GEDULD) as verbinding:
        verbinding.sendall(kop.encode())
        assert verbinding.recv(100).startswith(b"HTTP/1.1 100")
        verbinding.sendall(DOSSIER)
        antwoord = http.client.HTTPResponse(verbinding)
        antwoord.begin()
        assert antwoord.status in (200, 201)


@pytest.mark.parametrize(
    "octets",
    [
        b"dit is geen http\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: g\r\nSlecht kop\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: g\r\n\r\n",
        b"PUT /v1/dossiers/1 HTTP/1.1\r\nHost: g\r\nContent-Length: x\r\n\r\n",
        b"PUT /v1/dossiers/1 HTTP/1.1\r\nHost: g\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"PUT /v1/dossiers/1 HTTP/1.1\r\nHost: g\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nxxxxxx",
    ],
)
def test_wat_geen_http_is_krijgt_een_probleem(dienst: Draaiend, octets: bytes) -> None:
    _eis(400, "HttpOnleesbaar", dienst.rauw(octets))
    assert requests.get(f"{dienst.url}/healthz", timeout=GEDULD).status_code == 200


def test_een_stuk_van_een_body_dat_niet_klopt_stopt_de_aanroep(dienst: Draaiend) -> None:
    koppen = "".join(f"{naam}: {waarde}\r\n" for naam, waarde in dienst.koppen().items())
    octets = f"PUT /v1/dossiers/1 HTTP/1.1\r\nHost: g\r\n{koppen}Transfer-Encoding: chunked\r\n\r\nZZ\r\nx".encode()
    _eis(400, "HttpOnleesbaar", dienst.rauw(octets))
    assert requests.get(f"{dienst.url}/healthz", timeout=GEDULD).status_code == 200


def test_een_client_die_wegloopt_is_geen_fout(dienst: Draaiend, capsys: pytest.CaptureFixture[str]) -> None:
    uitvoer = io.StringIO()
    richt_in(uitvoer)
    koppen = "".join(f"{naam}: {waarde}\r\n" for naam, waarde in dienst.koppen().items())
    octets = f"PUT /v1/dossiers/1 HTTP/1.1\r\nHost: g\r\n{koppen}Content-Length: 100\r\n\r\n<dos".encode()
    with socket.create_connection(("127.0.0.1", dienst.poort), GEDULD) as verbinding:
        verbinding.sendall(octets)
    wacht_tot(lambda: '"status": 499' in uitvoer.getvalue())
    assert "rest-fout" not in uitvoer.getvalue()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("kop", [b"X-Lang: " + b"a" * 200_000, b"\r\n".join(b"X-%d: a" % n for n in range(20_000))])
def test_te_grote_kopregels_zijn_431(dienst: Draaiend, kop: bytes) -> None:
    _eis(431, "KopTeGroot", dienst.rauw(b"GET /healthz HTTP/1.1\r\nHost: g\r\n" + kop))


def test_een_te_lang_adres_is_431(dienst: Draaiend) -> None:
    _eis(431, "KopTeGroot", dienst.rauw(b"GET /" + b"a" * 300_000))


def test_een_body_die_uitblijft_is_408(dienst: Draaiend) -> None:
    koppen = "".join(f"{naam}: {waarde}\r\n" for naam, waarde in dienst.koppen().items())
    octets = f"PUT /v1/dossiers/1 HTTP/1.1\r\nHost: g\r\n{koppen}Content-Length: 100\r\n\r\n<dos".encode()
    _eis(408, "TeTraag", dienst.rauw(octets))


def test_een_body_die_druppelt_is_408() -> None:
    """Each drop in time, the whole too late."""
    with Draaiend(maak_restwereld(leestijd=5.0, uploadtijd=0.5)) as dienst:
        koppen = "".join(f"{naam}: {waarde}\r\n" for naam, waarde in dienst.koppen().items())
        kop = f"PUT /v1/dossiers/1 HTTP/1.1\r\nHost: g\r\n{koppen}Content-Length: 100000\r\n\r\n"
        with socket.create_connection(("127.0.0.1", dienst.poort), GEDULD) as verbinding:
            verbinding.sendall(kop.encode())
            verbinding.settimeout(0.1)
            gelezen = b""
            while not gelezen:
                verbinding.sendall(b"<")
                with contextlib.suppress(TimeoutError):
                    gelezen = verbinding.recv(100)
            assert gelezen.startswith(b"HTTP/1.1 408 ")


def test_een_verbinding_blijft_bruikbaar_na_een_gewone_fout(dienst: Draaiend) -> None:
    with requests.Session() as sessie:
        for _ in range(3):
            antwoord = sessie.put(f"{dienst.url}/v1/dossiers/0", data=b"<x/>", headers=dienst.koppen(), timeout=GEDULD)
            assert antwoord.status_code == 422
            goed = sessie.put(f"{dienst.url}/v1/dossiers/5", data=DOSSIER, headers=dienst.koppen(), timeout=GEDULD)
            assert goed.status_code in (200, 201)


def test_multipart_van_requests_komt_aan(dienst: Draaiend) -> None:
    dienst.w.toetser.gezien.clear()
    koppen = {naam: waarde for naam, waarde in dienst.koppen().items() if naam != "Content-Type"}
    antwoord = requests.put(
        f"{dienst.url}/v1/dossiers/88",
        files=[
            ("dossier", ("dossier.xml", DOSSIER, "application/xml")),
            ("context", (None, '{"okiDocVrijgegeven":true}', "application/json")),
            ("okiDoc", ("advies é.pdf", b"%PDF-1.7 " + b"\r\n--" * 100_000, "application/pdf")),
        ],
        headers=koppen,
        timeout=GEDULD,
    )
    assert antwoord.status_code == 201, antwoord.text
    documenten = dienst.w.toetser.gezien[0][1]
    assert [(een.soort, een.bestandsnaam, len(een.inhoud)) for een in documenten] == [
        ("oki-doc", "advies é.pdf", 400_009)
    ]


def test_een_lopende_voortgang_eindigt_als_de_dienst_stopt() -> None:
    """A stream that nobody ends would hold up the stop of the process."""
    staat = {"stopt": False}
    w = maak_restwereld(werker=lambda _: None, poll=0.01, hartslag=0.05, stopt=lambda: staat["stopt"])
    with Draaiend(w) as dienst:
        koppen = {**dienst.koppen(), "Content-Type": "application/json"}
        opdracht = requests.post(
            f"{dienst.url}/v1/klaarzettingen", json={"elkNummers": ["1"]}, headers=koppen, timeout=GEDULD
        )
        stroom = requests.get(
            f"{dienst.url}{opdracht.headers['location']}/voortgang", headers=koppen, stream=True, timeout=GEDULD
        )
        stukken: Iterator[Any] = stroom.iter_content(None)
        assert next(stukken).startswith(b"retry:")
        staat["stopt"] = True
        assert b"klaar" not in b"".join(stukken)
