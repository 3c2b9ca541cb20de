"""A real mutual-TLS port in a thread of the test, with an app that answers a given number of octets."""

from __future__ import annotations

import asyncio
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.domain.waarden import Oin
from gateway.entry.servers import Adres, Poort, Stopknop, draai
from gateway.entry.soap.overdragen import Bewaking, Overdrachten, Overdrachtstermijnen
from gateway.entry.verbinding import Ingang, protocolklasse
from gateway.trust.certificaten import OntwikkelPki, maak_ontwikkel_pki
from gateway.trust.tls import ssl_context_klant, ssl_context_server
from tests.hulp.geduld import GEDULD

MAGISTER = Oin("00000003000000020000")
GATEWAY = Oin("00000003000000010000")


def maak_pki(map_: Path) -> OntwikkelPki:
    """Make a development PKI with a gateway and one LAS."""
    return maak_ontwikkel_pki(map_, {"gateway": GATEWAY, "magister": MAGISTER})


def server_context(pki: OntwikkelPki) -> ssl.SSLContext:
    paar = pki.partijen["gateway"]
    return ssl_context_server(paar.cert, paar.key, pki.ca)


def klant_context(pki: OntwikkelPki, partij: str = "magister") -> ssl.SSLContext:
    paar = pki.partijen[partij]
    return ssl_context_klant(paar.cert, paar.key, pki.ca)


@dataclass
class Draaiend:
    """A running port: its address, and what was decided about each delivery, in order of decision."""

    adres: Adres
    overdrachten: Overdrachten
    stopknop: Stopknop
    uitslagen: queue.Queue[bool] = field(default_factory=queue.Queue)
    gebeurtenissen: list[tuple[str, dict[str, object]]] = field(default_factory=list)


class Uitleverapp:
    """ASGI app: `GET /<octets>` gives that many octets and watches the delivery."""

    def __init__(self, overdrachten: Overdrachten, uitslagen: queue.Queue[bool]) -> None:
        self.overdrachten = overdrachten
        self.uitslagen = uitslagen
        self.scopes: list[dict[str, Any]] = []

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        self.scopes.append(scope)
        while (await receive()).get("more_body"):
            pass
        aantal = int(scope["path"].strip("/") or 0)
        bewaking = Bewaking(scope["extensions"]["oso"].lijn)
        koppen = [(b"content-length", str(aantal).encode()), (b"content-type", b"text/xml; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": koppen})
        await send({"type": "http.response.body", "body": b"x" * aantal})
        bewaking.geschreven()
        self.overdrachten.start(bewaking, self._afloop)

    async def _afloop(self, gelukt: bool) -> None:
        self.uitslagen.put(gelukt)


@contextmanager
def draaiende_poort(
    ingang: Ingang, termijnen: Overdrachtstermijnen | None = None, app: Any = None, keep_alive: int = 30
) -> Iterator[Draaiend]:
    """Run the port in a thread until the block ends."""
    overdrachten = Overdrachten(termijnen)
    uitslagen: queue.Queue[bool] = queue.Queue()
    adressen: queue.Queue[Any] = queue.Queue()
    stopknop = Stopknop()
    poort = Poort(
        "SOAP",
        app or Uitleverapp(overdrachten, uitslagen),
        "127.0.0.1",
        0,
        protocolklasse(ingang),
        tls=ingang.context is not None,
        keep_alive=keep_alive,
    )

    async def serveer() -> None:
        await draai([poort], adressen.put, leegmaken=overdrachten.leeg, stopknop=stopknop)

    def werk() -> None:
        try:
            asyncio.run(serveer())
        except BaseException as fout:  # the test must hear of it, whatever it is
            adressen.put(fout)
            raise

    draad = threading.Thread(target=werk)
    draad.start()
    try:
        adres = adressen.get(timeout=GEDULD)
        assert not isinstance(adres, BaseException), adres
        yield Draaiend(adres["SOAP"], overdrachten, stopknop, uitslagen)
    finally:
        stopknop.druk()
        draad.join(GEDULD)
        assert not draad.is_alive()


def verbind(adres: Adres, context: ssl.SSLContext | None) -> socket.socket:
    """Open a connection, over TLS when there is a context."""
    kaal = socket.create_connection((adres.host, adres.nummer), timeout=GEDULD)
    return kaal if context is None else context.wrap_socket(kaal, server_hostname="localhost")
