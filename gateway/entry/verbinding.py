"""HTTP on our own line, for both ports: uvicorn's httptools protocol, plus what a port needs of a connection.

The application finds in `scope["extensions"]`

- `tls`: the ASGI TLS extension with the client's certificate chain (PEM, leaf first);
- `oso`: this connection as a `Verbinding`: who is on the other side, and its line, for who watches a delivery.

Limits that uvicorn does not have: size of the headers, total time for headers and for a body (slow senders). A client
whose certificate is not accepted is let go before the first octet of HTTP. An answer that goes out before the request
was read in full is followed by a short reading on (`Lijn.uitloop`). What the ports do not share, the form of an answer
that no application gives, stands in `Ingang.vorm`.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from gateway.domain.waarden import Oin
from gateway.entry.lijn import Lijn, Lijntermijnen, LijnTransport
from gateway.observability import Veldwaarde

_VERSIES = {"TLSv1.2": 0x0303, "TLSv1.3": 0x0304}
_TEKSTEN = {
    400: "Dit is geen leesbaar HTTP-verzoek.",
    408: "Het verzoek kwam te langzaam binnen.",
    431: "De koppen van dit verzoek zijn te groot.",
}

Keuring = Callable[[Sequence[str]], Oin]
"""Checks a chain (PEM, leaf first) in full, in a thread; gives the OIN or raises with a Dutch reason."""

Koppen = Sequence[tuple[bytes, bytes]]
Vorm = Callable[[int], tuple[Koppen, bytes]]
"""Headers and body of an answer that no application gives; its status is 400, 408 or 431."""


class Melder(Protocol):
    """Writes one event of the event log."""

    def __call__(self, naam: str, **velden: Veldwaarde) -> None: ...


def meld_niets(naam: str, **velden: Veldwaarde) -> None:
    """Write no events."""


def platte_tekst(status: int) -> tuple[Koppen, bytes]:
    """Give a Dutch sentence as plain text."""
    lijf = _TEKSTEN[status].encode()
    return [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(lijf)).encode())], lijf


@dataclass(frozen=True, slots=True)
class Grenzen:
    """Limits on one connection: seconds, and octets of all headers of a request together."""

    kop_octets: int = 32_768
    kop: float = 15.0
    """From the start of the connection, or the first octet of a request, to the end of its headers."""
    lijf: float = 120.0
    verbindingen: int = 800
    """At once on the port, those in the middle of a handshake too; what comes above is cut off."""
    lijn: Lijntermijnen = field(default_factory=Lijntermijnen)


@dataclass(frozen=True, slots=True)
class Ingang:
    """How connections on one port are treated: `context` None is plain TCP, `keur` None accepts any certificate."""

    context: ssl.SSLContext | None = None
    keur: Keuring | None = None
    grenzen: Grenzen = field(default_factory=Grenzen)
    meld: Melder = meld_niets
    vorm: Vorm = platte_tekst


@dataclass(frozen=True, slots=True)
class Verbinding:
    """One connection, as `scope["extensions"]["oso"]`."""

    lijn: Lijn
    oin: Oin | None
    """OIN of the accepted client certificate; None without TLS or without a `keur`."""


class HttpVerbinding(HttpToolsProtocol):
    """uvicorn's protocol with the extensions and limits of this module."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None,
        ingang: Ingang,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._ingang = ingang
        self._uitbreidingen: dict[str, Any] = {}
        self._termijn: asyncio.TimerHandle | None = None
        self._kop_octets = 0
        self._in_kop = True
        self._keten: list[str] = []

    @property
    def _lijn(self) -> Lijn:
        return cast(LijnTransport, self.transport).lijn

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn declares it
        super().connection_made(transport)
        self._keten = [ssl.DER_cert_to_PEM_cert(der) for der in self._lijn.keten()]
        self._zet_termijn(self._ingang.grenzen.kop)
        if self._ingang.keur is None:
            self._laat_toe(None)
            return
        self._lijn.pauzeer(True)  # not an octet of HTTP before the certificate is accepted
        keuring = self.loop.run_in_executor(None, self._ingang.keur, self._keten)
        keuring.add_done_callback(self._gekeurd)

    def _gekeurd(self, keuring: asyncio.Future[Oin]) -> None:
        if keuring.cancelled() or self.transport.is_closing():
            return
        fout = keuring.exception()
        if fout is not None:  # whatever goes wrong in a check, the answer is no
            self._ingang.meld("soap-verbinding-geweigerd", reden=str(fout) or type(fout).__name__)
            self._lijn.uitloop = True
            self.transport.close()
            return
        self._laat_toe(keuring.result())
        self._lijn.pauzeer(False)

    def _laat_toe(self, oin: Oin | None) -> None:
        self._uitbreidingen = {"oso": Verbinding(self._lijn, oin)}
        if self._lijn.tls is not None:
            self._uitbreidingen["tls"] = _tls_gegevens(self._lijn.tls, self._keten)

    def connection_lost(self, exc: Exception | None) -> None:
        self._zet_termijn(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_kop:
            self._kop_octets += len(data)
            if self._termijn is None:  # after a request; not only its successor, an empty line also ends the keep-alive
                self._zet_termijn(self._ingang.grenzen.kop)
        super().data_received(data)
        if self._in_kop and self._kop_octets > self._ingang.grenzen.kop_octets:
            self._antwoord_kort(431)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = self._uitbreidingen
        self._lijn.uitloop = True
        self._zet_termijn(self._ingang.grenzen.kop)

    def on_headers_complete(self) -> None:
        self._in_kop = False
        self._zet_termijn(self._ingang.grenzen.lijf)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_kop = True
        self._kop_octets = 0
        self._lijn.uitloop = False
        self._zet_termijn(None)
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._antwoord_kort(400)

    def _te_langzaam(self) -> None:
        grenzen = self._ingang.grenzen
        if self.flow.read_paused or self._wordt_beantwoord():  # it is our turn, not that of the client
            self._zet_termijn(grenzen.kop if self._in_kop else grenzen.lijf)
            return
        self._antwoord_kort(408)

    def _wordt_beantwoord(self) -> bool:
        """Tell whether a request that came in whole waits for its answer or gets it, or an answer is under way."""
        bezig = self.cycle is not None and not self.cycle.response_complete
        return bezig and (self.cycle.response_started or not self.cycle.more_body)

    def _antwoord_kort(self, status: int) -> None:
        """Answer without the application and close; only close where it would read as the answer to another request."""
        if self.transport.is_closing():
            return
        if self._uitbreidingen and not self._wordt_beantwoord():
            koppen, lijf = self._ingang.vorm(status)
            regels = [naam + b": " + waarde for naam, waarde in (*koppen, (b"connection", b"close"))]
            self.transport.write(STATUS_LINE[status] + b"\r\n".join([*regels, b"", lijf]))
        self._lijn.uitloop = True
        self.transport.close()

    def _zet_termijn(self, seconden: float | None) -> None:
        if self._termijn is not None:
            self._termijn.cancel()
        self._termijn = None if seconden is None else self.loop.call_later(seconden, self._te_langzaam)


def _tls_gegevens(tls: ssl.SSLObject, keten: Sequence[str]) -> dict[str, Any]:
    """Make the ASGI `tls` extension (asgiref, "TLS extension", 0.3)."""
    return {
        "server_cert": None,
        "client_cert_chain": keten,
        "client_cert_name": None,
        "client_cert_error": None,
        "tls_version": _VERSIES.get(tls.version() or ""),
        "cipher_suite": None,
    }


def protocolklasse(ingang: Ingang) -> type[asyncio.Protocol]:
    """Make the class that uvicorn's `Config(http=…)` takes for a port."""

    aantal = 0

    class Poortlijn(Lijn):
        def __init__(
            self,
            config: Config,
            server_state: ServerState,
            app_state: dict[str, Any],
            _loop: asyncio.AbstractEventLoop | None = None,
        ) -> None:
            loop = _loop or asyncio.get_running_loop()
            http = HttpVerbinding(config, server_state, app_state, loop, ingang)
            super().__init__(loop, http, ingang.context, ingang.grenzen.lijn, self._weigering)

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            nonlocal aantal
            aantal += 1
            if aantal > ingang.grenzen.verbindingen:
                self._weigering("te veel verbindingen tegelijk")
                cast(asyncio.Transport, transport).abort()
                return
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            nonlocal aantal
            aantal -= 1
            super().connection_lost(exc)

        @staticmethod
        def _weigering(reden: str) -> None:
            ingang.meld("soap-verbinding-geweigerd", reden=reden)

    return Poortlijn
