"""The HTTP side that the simulators share: a SOAP service as a plain ASGI application.

It checks path, method, type and size, gives the WSDL, turns octets into a `Verzoek` and errors into faults. What the
service does with a request is a coroutine that it gets.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography import x509

from gateway.berichten.envelop import INHOUDSTYPE, Verzoek, is_tekst_xml, lees_verzoek
from gateway.berichten.fout import BerichtFout, CertificaatHoortNietBijPartij, InterneFout, TeGroot, schrijf_fout
from gateway.berichten.pakket import Berichtpakket
from gateway.domain.waarden import Oin
from gateway.trust.fouten import OinOngeldig
from gateway.trust.inlezen import lees_oin

Scope = MutableMapping[str, Any]
Ontvang = Callable[[], Awaitable[MutableMapping[str, Any]]]
Zend = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_log = logging.getLogger(__name__)


class Onderbroken(Exception):
    """The service cuts the connection in the middle of an answer (a fault that was asked for)."""


@dataclass(frozen=True, slots=True)
class Aanroep:
    """One request for a service: who asks and what; `vertrokken` waits until the caller is gone."""

    oin: Oin
    pakket: Berichtpakket
    verzoek: Verzoek
    vertrokken: Callable[[], Awaitable[None]]


Behandeling = Callable[[Aanroep], Awaitable[bytes]]
BijFout = Callable[[Oin, BerichtFout], None]


def _doe_niets(_oin: Oin, _fout: BerichtFout) -> None:
    """Pay no attention to requests that could not be read."""


@dataclass(frozen=True, slots=True)
class Dienst:
    """A service under one path: its name in the pack, and what it does with a request that is valid.

    `bij_fout` hears of requests that could not be read; those that reach `behandel` are its own business.
    """

    naam: str
    pakket: Berichtpakket
    behandel: Behandeling
    bij_fout: BijFout = _doe_niets


class SoapApp:
    """ASGI application of services by path. `maximum` is the largest request in octets."""

    def __init__(self, diensten: Mapping[str, Dienst], *, maximum: int = 1024 * 1024) -> None:
        self._diensten = dict(diensten)
        self._maximum = maximum

    def met(self, omhul: Callable[[Dienst], Dienst]) -> SoapApp:
        """Give the same application with each service changed, for faults on demand."""
        return SoapApp({pad: omhul(dienst) for pad, dienst in self._diensten.items()}, maximum=self._maximum)

    async def __call__(self, scope: Scope, receive: Ontvang, send: Zend) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        dienst = self._diensten.get(scope["path"])
        if dienst is None:
            await antwoord(send, 404)
        elif scope["method"] == "GET" and scope["query_string"].lower() == b"wsdl":
            await antwoord(send, 200, dienst.pakket.wsdl(_adres(scope)), INHOUDSTYPE)
        elif scope["method"] != "POST":
            await antwoord(send, 405, koppen=[(b"allow", b"GET, POST")])
        else:
            await self._post(dienst, scope, receive, send)

    async def _post(self, dienst: Dienst, scope: Scope, receive: Ontvang, send: Zend) -> None:
        koppen = {naam.lower(): waarde for naam, waarde in scope["headers"]}
        lengte = koppen.get(b"content-length", b"0")
        if not lengte.isdigit() or int(lengte) > self._maximum:
            await antwoord(send, 413, koppen=[(b"connection", b"close")])
            return
        codering = koppen.get(b"content-encoding", b"identity").lower()
        if codering != b"identity" or not is_tekst_xml(koppen.get(b"content-type", b"").decode("latin-1")):
            await antwoord(send, 415)
            return
        try:
            octets = await self._behandel(dienst, scope, receive)
            status = 200
        except BerichtFout as fout:
            octets, status = schrijf_fout(fout, dienst.pakket.naamruimte), 500
        except Onderbroken:
            await _breek_af(send)
            return
        await antwoord(send, status, octets, INHOUDSTYPE)

    async def _behandel(self, dienst: Dienst, scope: Scope, receive: Ontvang) -> bytes:
        oin = oin_van(scope)
        try:
            octets = await lees_alles(receive, self._maximum)
            verzoek = lees_verzoek(octets, dienst.pakket, dienst.naam, maximum=self._maximum)
        except BerichtFout as fout:
            dienst.bij_fout(oin, fout)
            raise
        try:
            return await dienst.behandel(Aanroep(oin, dienst.pakket, verzoek, lambda: _vertrek(receive)))
        except (BerichtFout, Onderbroken):
            raise
        except Exception as fout:  # noqa: BLE001 - whatever it is, the caller gets a fault and the service goes on
            interne = InterneFout()
            # Only the kind of the error: its text might hold what the caller sent.
            _log.error("simulator: interne fout %s (%s)", interne.fout_id, type(fout).__name__)
            raise interne from None


async def lees_alles(receive: Ontvang, maximum: int) -> bytes:
    """Read a request body. Raises `TeGroot` as soon as there is too much of it."""
    delen, totaal, meer = [], 0, True
    while meer:
        bericht = await receive()
        if bericht["type"] == "http.disconnect":
            break
        deel = bericht.get("body", b"")
        totaal += len(deel)
        if totaal > maximum:
            raise TeGroot
        delen.append(deel)
        meer = bericht.get("more_body", False)
    return b"".join(delen)


async def antwoord(
    send: Zend,
    status: int,
    inhoud: bytes = b"",
    inhoudstype: str | None = None,
    koppen: Sequence[tuple[bytes, bytes]] = (),
) -> None:
    """Send a whole response."""
    alle = [*koppen]
    if status != 204:
        alle.append((b"content-length", str(len(inhoud)).encode()))
    if inhoudstype is not None:
        alle.append((b"content-type", inhoudstype.encode()))
    await send({"type": "http.response.start", "status": status, "headers": alle})
    await send({"type": "http.response.body", "body": inhoud})


def oin_van(scope: Scope) -> Oin:
    """Tell who calls, by the client certificate of the ASGI TLS extension.

    Raises `CertificaatHoortNietBijPartij` without a certificate, or with one that does not hold exactly one OIN.
    """
    keten = scope.get("extensions", {}).get("tls", {}).get("client_cert_chain") or ()
    if not keten:
        raise CertificaatHoortNietBijPartij("Er is geen clientcertificaat.")
    try:
        return _oin_uit(keten[0])
    except OinOngeldig as fout:
        raise CertificaatHoortNietBijPartij(str(fout)) from None


@lru_cache(maxsize=256)
def _oin_uit(pem: str) -> Oin:
    return lees_oin(x509.load_pem_x509_certificate(pem.encode()))


async def _vertrek(receive: Ontvang) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _breek_af(send: Zend) -> None:
    """Begin an answer and leave it at that: the server then closes the connection."""
    koppen = [(b"content-type", INHOUDSTYPE.encode()), (b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": koppen})
    await send({"type": "http.response.body", "body": b"<", "more_body": True})


def _adres(scope: Scope) -> str:
    host = dict(scope["headers"]).get(b"host", b"localhost").decode("latin-1")
    return f"{scope['scheme']}://{host}{scope['path']}"
