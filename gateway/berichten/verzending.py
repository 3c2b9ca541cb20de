"""Send one message to another party over mutual TLS and give the octets of its answer, under limits.

What answers is not trusted: no redirects, no proxies from the environment, no compressed bodies, a largest size, and
one wall-clock limit over the whole exchange, however slowly the octets drip in.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import urllib3

from gateway.berichten.envelop import INHOUDSTYPE, is_tekst_xml

MAX_ANTWOORD = 1024 * 1024
_BLOK = 64 * 1024


class VerzendFout(Exception):
    """There is no answer that can be read; the message says why, without anything the peer sent."""


@dataclass(frozen=True, slots=True)
class Antwoord:
    """What came back: status 200 or 500, and octets that claim to be XML."""

    status: int
    octets: bytes


Keuring = Callable[[ssl.SSLSocket], object]
"""Checks the certificate of a peer after the handshake; raises when it is not to be trusted."""


class _Termijn(threading.local):
    """Moment (monotonic) at which the exchange of this thread ends."""

    tot: float = float("inf")


_TERMIJN = _Termijn()


class _TermijnSocket(ssl.SSLSocket):
    """TLS socket that keeps to the wall-clock limit of its thread: urllib3's own limit starts anew at every read."""

    keur: Keuring | None = None

    def do_handshake(self, block: bool = False) -> None:
        self._begrens()
        super().do_handshake(block)
        if self.keur is not None:
            self.keur(self)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self._begrens()
        return super().recv_into(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self._begrens()
        super().sendall(*args, **kwargs)

    def _begrens(self) -> None:
        rest = _TERMIJN.tot - time.monotonic()
        if rest <= 0:
            raise TimeoutError
        huidig = self.gettimeout()
        if huidig is None or huidig > rest:
            self.settimeout(rest)


class SoapVerzender:
    """A pool of kept connections with our certificate. Safe to share between threads."""

    def __init__(
        self,
        tls: ssl.SSLContext,
        *,
        keur: Keuring | None = None,
        verbinden: float = 2.0,
        verbindingen: int = 32,
    ) -> None:
        """Make a pool.

        `tls` is a client context with our certificate, used for nothing else. `keur` checks what OpenSSL does not
        (revocation, strength). `verbinden` is the longest time in seconds for making a connection; `verbindingen` are
        kept per address.
        """
        keurt = None if keur is None else staticmethod(keur)
        tls.sslsocket_class = type("_GekeurdeSocket", (_TermijnSocket,), {"keur": keurt})
        self._pool = urllib3.PoolManager(num_pools=32, maxsize=verbindingen, ssl_context=tls, retries=False)
        self._verbinden = verbinden

    def verstuur(
        self, url: str, soapactie: str, octets: bytes, *, termijn: float, maximum: int = MAX_ANTWOORD
    ) -> Antwoord:
        """Post a message; `termijn` is the time in seconds for all of it. Raises `VerzendFout`."""
        if not url.startswith("https://"):
            raise VerzendFout("Het adres begint niet met https://.")
        _TERMIJN.tot = time.monotonic() + termijn
        try:
            return self._wissel_uit(url, soapactie, octets, termijn, maximum)
        except VerzendFout:
            raise
        except Exception as fout:  # noqa: BLE001 - a peer can make libraries raise anything; it is no answer either way
            # The text of such an exception may quote the peer: only its kind is told.
            raise VerzendFout(f"Geen antwoord ({type(fout).__name__}).") from None
        finally:
            _TERMIJN.tot = float("inf")

    def sluit(self) -> None:
        """Close all connections."""
        self._pool.clear()

    def _wissel_uit(self, url: str, soapactie: str, octets: bytes, termijn: float, maximum: int) -> Antwoord:
        antwoord = self._pool.urlopen(
            "POST",
            url,
            body=octets,
            headers={"Content-Type": INHOUDSTYPE, "SOAPAction": f'"{soapactie}"', "Accept-Encoding": "identity"},
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
            timeout=urllib3.Timeout(connect=min(self._verbinden, termijn), read=termijn),
        )
        gelezen = False
        try:
            inhoud = _lees(antwoord, maximum)
            gelezen = True
        finally:
            if gelezen:
                antwoord.release_conn()
            else:
                antwoord.close()  # what is left on this connection belongs to an answer that we gave up
        return Antwoord(antwoord.status, inhoud)


def _lees(antwoord: urllib3.BaseHTTPResponse, maximum: int) -> bytes:
    if antwoord.status not in (200, 500):
        raise VerzendFout(f"De andere partij antwoordde met HTTP-status {antwoord.status}.")
    if not is_tekst_xml(antwoord.headers.get("Content-Type")):
        raise VerzendFout("Het antwoord is geen text/xml.")
    if antwoord.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise VerzendFout("Het antwoord is gecomprimeerd; daar is niet om gevraagd.")
    delen, totaal = [], 0
    while blok := antwoord.read(_BLOK):
        totaal += len(blok)
        if totaal > maximum:
            raise VerzendFout(f"Het antwoord is groter dan {maximum} bytes.")
        delen.append(blok)
    return b"".join(delen)
