"""Several ports in one process: real addresses, one clean stop, one clear line when a port is taken."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import IO, Any

import pytest

from gateway.entry.servers import Poort, PoortNietTeOpenen, Stopknop, draai
from gateway.entry.verbinding import Ingang, protocolklasse
from tests.hulp.geduld import GEDULD

PROGRAMMA = """
import asyncio, json, sys
from gateway.entry.servers import Poort, draai
from gateway.entry.soap.overdragen import Bewaking, Overdrachten, Overdrachtstermijnen
from gateway.entry.verbinding import Ingang, protocolklasse

overdrachten = Overdrachten(Overdrachtstermijnen(rust=float(sys.argv[1])))
stopt = asyncio.Event()

async def afloop(gelukt):
    await asyncio.sleep(0.2)
    print("overgedragen", gelukt, flush=True)

async def leegmaken():
    if not stopt.is_set():
        print("stopt", flush=True)
    stopt.set()
    await overdrachten.leeg()

async def app(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    if scope["query_string"] == b"tot-de-stop":
        print("bezig", flush=True)
        await stopt.wait()
    if scope["query_string"] == b"altijd":
        print("bezig", flush=True)
        await asyncio.Event().wait()
    bewaking = Bewaking(scope["extensions"]["oso"].lijn) if scope["path"] == "/volg" else None
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ja"})
    if bewaking:
        bewaking.geschreven()
        overdrachten.start(bewaking, afloop)

def klaar(adressen):
    print(json.dumps({naam: adres.nummer for naam, adres in adressen.items()}), flush=True)

poorten = [Poort(naam, app, "127.0.0.1", 0, protocolklasse(Ingang())) for naam in ("REST", "SOAP")]
asyncio.run(draai(poorten, klaar, leegmaken=leegmaken))
print("afgesloten", flush=True)
"""


@pytest.fixture
def rust() -> float:
    """Seconds without a reset after which a connection that stays open counts."""
    return 2.0


@pytest.fixture
def proces(rust: float) -> Any:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAMMA, str(rust)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as proces:
        try:
            yield proces
        finally:
            proces.kill()


def regel(proces: subprocess.Popen[bytes]) -> str:
    stroom: IO[bytes] | None = proces.stdout
    assert stroom is not None
    return stroom.readline().decode().strip()


def test_beide_poorten_antwoorden_en_sigterm_eindigt_met_nul(proces: subprocess.Popen[bytes]) -> None:
    nummers = json.loads(regel(proces))
    for nummer in nummers.values():
        antwoord = urllib.request.urlopen(f"http://127.0.0.1:{nummer}/", timeout=GEDULD)
        assert antwoord.read() == b"ja"
        assert "server" not in {naam.lower() for naam in antwoord.headers}
    proces.send_signal(signal.SIGTERM)
    assert (regel(proces), regel(proces)) == ("stopt", "afgesloten")
    assert proces.wait(GEDULD) == 0
    assert proces.stderr is not None
    assert proces.stderr.read() == b""


@pytest.mark.parametrize("nummer", [signal.SIGTERM, signal.SIGINT])
def test_verzoek_onderweg_wordt_afgemaakt(proces: subprocess.Popen[bytes], nummer: signal.Signals) -> None:
    poorten = json.loads(regel(proces))
    antwoorden: list[bytes] = []

    def haal(poort: int) -> None:
        antwoorden.append(urllib.request.urlopen(f"http://127.0.0.1:{poort}/?tot-de-stop", timeout=GEDULD).read())

    draden = [threading.Thread(target=haal, args=(poort,)) for poort in poorten.values()]
    for draad in draden:
        draad.start()
    assert [regel(proces) for _ in draden] == ["bezig"] * len(draden)
    proces.send_signal(nummer)
    for draad in draden:
        draad.join(GEDULD)
    assert antwoorden == [b"ja", b"ja"]
    assert proces.wait(GEDULD) == 0


def test_wachtende_overdracht_wordt_afgewacht(proces: subprocess.Popen[bytes]) -> None:
    poorten = json.loads(regel(proces))
    with socket.create_connection(("127.0.0.1", poorten["SOAP"]), timeout=GEDULD) as verbinding:
        verbinding.sendall(b"GET /volg HTTP/1.1\r\nHost: x\r\n\r\n")
        assert verbinding.recv(1_000)
        proces.send_signal(signal.SIGTERM)
        assert regel(proces) == "stopt"
        assert regel(proces) == "overgedragen True"  # after the rest of 2 s, and before the end
        assert regel(proces) == "afgesloten"
        assert proces.wait(GEDULD) == 0


@pytest.mark.parametrize("rust", [3600.0])
def test_overdracht_die_op_zich_laat_wachten_houdt_de_stop_niet_op(proces: subprocess.Popen[bytes]) -> None:
    poorten = json.loads(regel(proces))
    with socket.create_connection(("127.0.0.1", poorten["SOAP"]), timeout=GEDULD) as verbinding:
        verbinding.sendall(b"GET /volg?tot-de-stop HTTP/1.1\r\nHost: x\r\n\r\n")
        assert regel(proces) == "bezig"
        proces.send_signal(signal.SIGTERM)  # the watch begins after this
        assert [regel(proces) for _ in range(3)] == ["stopt", "overgedragen False", "afgesloten"]
        assert proces.wait(GEDULD) == 0


def test_tweede_signaal_kapt_af(proces: subprocess.Popen[bytes]) -> None:
    poorten = json.loads(regel(proces))
    with socket.create_connection(("127.0.0.1", poorten["REST"]), timeout=GEDULD) as verbinding:
        verbinding.sendall(b"GET /?altijd HTTP/1.1\r\nHost: x\r\n\r\n")
        assert regel(proces) == "bezig"
        proces.send_signal(signal.SIGTERM)
        assert regel(proces) == "stopt"
        assert proces.poll() is None
        proces.send_signal(signal.SIGTERM)
        assert proces.wait(GEDULD) == 0


async def _niets(_scope: Any, _receive: Any, _send: Any) -> None:
    """Answer nothing."""


def _poort(naam: str, host: str, nummer: int) -> Poort:
    return Poort(naam, _niets, host, nummer, protocolklasse(Ingang()), instelling=f"OSO_{naam}_BIND")


def test_bezette_poort_geeft_een_regel_en_start_niets() -> None:
    klaar: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as bezet, socket.create_server(("127.0.0.1", 0)) as vrij:
        vrij_nummer = vrij.getsockname()[1]
        vrij.close()
        poorten = [_poort("REST", "127.0.0.1", vrij_nummer), _poort("SOAP", "127.0.0.1", bezet.getsockname()[1])]
        with pytest.raises(PoortNietTeOpenen) as fout:
            asyncio.run(draai(poorten, klaar.append))
        socket.create_server(("127.0.0.1", vrij_nummer)).close()  # the first port was let go again
    assert klaar == []
    assert "De SOAP-poort op 127.0.0.1:" in str(fout.value)
    assert "OSO_SOAP_BIND" in str(fout.value)
    assert "\n" not in str(fout.value)


@pytest.mark.parametrize(("host", "nummer"), [("bestaat-niet.invalid", 0), ("192.0.2.1", 0), ("127.0.0.1", 70_000)])
def test_onmogelijk_adres_geeft_een_regel(host: str, nummer: int) -> None:
    with pytest.raises(PoortNietTeOpenen, match="niet te openen"):
        asyncio.run(draai([_poort("REST", host, nummer)], lambda _: None))


def test_fout_bij_het_melden_stopt_alles() -> None:
    def mislukt(_adressen: object) -> None:
        raise RuntimeError("geen plaats voor dev.json")

    with pytest.raises(RuntimeError, match="geen plaats"):
        asyncio.run(draai([_poort("REST", "127.0.0.1", 0), _poort("SOAP", "127.0.0.1", 0)], mislukt))


def test_stopknop_van_tevoren_ingedrukt_stopt_meteen() -> None:
    knop = Stopknop()
    knop.druk()
    asyncio.run(draai([_poort("REST", "127.0.0.1", 0)], lambda _: None, stopknop=knop))


def test_ipv6_adres_staat_tussen_haken() -> None:
    knop = Stopknop()
    adressen: dict[str, Any] = {}

    def klaar(gevonden: Any) -> None:
        adressen.update(gevonden)
        knop.druk()

    asyncio.run(draai([_poort("REST", "::1", 0)], klaar, stopknop=knop))
    assert adressen["REST"].url == f"http://[::1]:{adressen['REST'].nummer}"
