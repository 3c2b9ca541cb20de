"""The clamd client against a small clamd of our own; whatever goes wrong, the file is not called clean."""

from __future__ import annotations

import socketserver
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.gegevensset.virusscan import ClamdScanner, Uitslag


class _Afhandeling(socketserver.BaseRequestHandler):
    server: _Clamd

    def handle(self) -> None:
        kanaal = self.request.makefile("rb")
        if kanaal.read(10) != b"zINSTREAM\0":
            return
        while lengte := int.from_bytes(kanaal.read(4), "big"):
            self.server.ontvangen += kanaal.read(lengte)
        for deel in self.server.antwoord:
            self.request.sendall(deel)


class _Clamd(socketserver.UnixStreamServer):
    def __init__(self, adres: str, *antwoord: bytes) -> None:
        super().__init__(adres, _Afhandeling)
        self.antwoord = antwoord
        self.ontvangen = b""


@contextmanager
def clamd(*antwoord: bytes) -> Iterator[tuple[_Clamd, ClamdScanner]]:
    with tempfile.TemporaryDirectory() as map_:
        adres = str(Path(map_) / "clamd")
        with _Clamd(adres, *antwoord) as server:
            draad = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            draad.start()
            try:
                yield server, ClamdScanner(adres, seconden=10)
            finally:
                server.shutdown()
                draad.join()


@pytest.mark.parametrize(
    ("antwoord", "uitslag"),
    [
        ((b"stream: OK\0",), Uitslag.SCHOON),
        ((b"stre", b"am: OK", b"\0"), Uitslag.SCHOON),
        ((b"stream: Eicar-Signature FOUND\0",), Uitslag.BESMET),
        ((b"INSTREAM size limit exceeded. ERROR\0",), Uitslag.ONBEKEND),
        ((b"",), Uitslag.ONBEKEND),
        ((b"niet OK\0",), Uitslag.ONBEKEND),
        ((b"x" * 10_000,), Uitslag.ONBEKEND),
    ],
)
def test_antwoorden(antwoord: tuple[bytes, ...], uitslag: Uitslag) -> None:
    inhoud = bytes(range(256)) * 2_000
    with clamd(*antwoord) as (server, scanner):
        assert scanner.bekijk(inhoud) is uitslag
        assert server.ontvangen == inhoud


def test_leeg_bestand() -> None:
    with clamd(b"stream: OK\0") as (_, scanner):
        assert scanner.bekijk(b"") is Uitslag.SCHOON


@pytest.mark.parametrize("adres", ["/bestaat/niet", "127.0.0.1:1", "127.0.0.1:geen-poort", "zonder-poort", ""])
def test_geen_scanner_is_niet_schoon(adres: str) -> None:
    assert ClamdScanner(adres, seconden=1).bekijk(b"x") is Uitslag.ONBEKEND
