"""The outermost ring around the application: limits on the body, headers on every answer, log, figures, last resort.

An answer that is given before the body is read ends the connection; that a client which is still sending sees it all
the same is the work of the line below (`gateway.entry.lijn`).
"""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.entry.rest.problemen import Probleem, RestFout, te_groot, van_uitzondering
from gateway.observability import log_gebeurtenis

if TYPE_CHECKING:
    from gateway.entry.rest.omgeving import Omgeving

API_VERSIE: Final = "1.0.0"

VASTE_KOPPEN: Final = {
    "API-Version": API_VERSIE,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "accelerometer=(), camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}

_WEGGELOPEN: Final = 499
"""Status in the log of a call whose client left before it was answered; nobody gets it."""

_METHODEN: Final = frozenset({"GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"})
_STIL: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Routes that are asked every few seconds: in the log only when something is wrong."""
_LANGSTE_LENGTE: Final = 18
"""Digits of a Content-Length that are looked at: more than enough for "too large", and cheap to read."""
_GROOT: Final = 1024 * 1024
"""Octets from which a body counts as large."""


def aangekondigd(koppen: Headers) -> int:
    """Size of the body as declared, 0 when it is not; a number that no body can have counts as very large."""
    lengte = koppen.get("content-length", "0")
    if not (lengte.isascii() and lengte.isdigit()):
        return 0
    return int(lengte[:_LANGSTE_LENGTE])


class Ring:
    """ASGI middleware; must be the outermost one that we add."""

    def __init__(self, app: ASGIApp, omgeving: Omgeving) -> None:
        self._app = app
        self._omgeving = omgeving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; other kinds of connection (there are none) go straight on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin = time.perf_counter()
        uitwisseling = _Uitwisseling(scope, receive, send, self._omgeving)
        try:
            await self._app(scope, uitwisseling.ontvang, uitwisseling.zend)
        except Exception as fout:  # noqa: BLE001 - last resort: nothing of an exception may reach a client or a log
            await self._vang(scope, uitwisseling, fout)
        finally:
            uitwisseling.geef_plaats_vrij()
            self._leg_vast(scope, uitwisseling, time.perf_counter() - begin)

    async def _vang(self, scope: Scope, uitwisseling: _Uitwisseling, fout: Exception) -> None:
        if isinstance(fout, ClientDisconnect):
            uitwisseling.status = _WEGGELOPEN
            return
        probleem = van_uitzondering(fout)
        if probleem is None:
            fout_id = str(uuid.uuid4())
            log_gebeurtenis(
                "rest-fout",
                methode=_methode(scope),
                route=_route(scope),
                foutId=fout_id,
                soort=type(fout).__name__,
            )
            probleem = Probleem(500, "OnverwachteFout", "Er ging hier iets mis.", extra={"foutId": fout_id})
        if uitwisseling.status is None:
            await probleem.antwoord()(scope, uitwisseling.ontvang, uitwisseling.zend)

    def _leg_vast(self, scope: Scope, uitwisseling: _Uitwisseling, seconden: float) -> None:
        methode, route, status = _methode(scope), _route(scope), uitwisseling.status or 0
        self._omgeving.metrieken.tel(methode, route, status, seconden)
        if route in _STIL and status < 400:
            return
        staat = scope.get("state", {})
        log_gebeurtenis(
            "rest-aanroep",
            methode=methode,
            route=route,
            status=status,
            duurMs=round(seconden * 1000),
            tokenId=staat.get("tokenId"),
            rol=staat.get("rol"),
        )


def _methode(scope: Scope) -> str:
    methode = str(scope["method"])
    return methode if methode in _METHODEN else "ANDERS"


def _route(scope: Scope) -> str:
    """The template of the route, never the path: that may hold an ELK number."""
    return str(getattr(scope.get("route"), "path", "onbekend"))


class _Uitwisseling:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, omgeving: Omgeving) -> None:
        koppen = Headers(scope=scope)
        self._ontvang = receive
        self._zend = send
        self._grens = omgeving.instellingen.max_bericht
        self._leestijd = omgeving.instellingen.leestijd
        self._uiterlijk = time.monotonic() + omgeving.instellingen.uploadtijd
        self._lengte = aangekondigd(koppen)
        self._gelezen = "transfer-encoding" not in koppen and not self._lengte
        self._plaatsen = omgeving.grote_berichten
        self._heeft_plaats = False
        self._octetten = 0
        self.status: int | None = None

    async def ontvang(self) -> Message:
        """Receive the next piece of the body, within the limits of size and patience."""
        if self._gelezen:
            return await self._ontvang()
        if not self._heeft_plaats and max(self._lengte, self._octetten) > _GROOT:
            await self._neem_plaats()
        try:
            async with asyncio.timeout(min(self._leestijd, self._uiterlijk - time.monotonic())):
                bericht = await self._ontvang()
        except TimeoutError:
            raise RestFout(
                408,
                "TeTraag",
                "De inhoud kwam niet op tijd binnen.",
                "Controleer de verbinding en probeer het opnieuw.",
            ) from None
        self._verwerk(bericht)
        if self._octetten > self._grens:
            raise te_groot(self._grens)
        return bericht

    async def _neem_plaats(self) -> None:
        """Wait for a turn among the large bodies: they are held in memory, and there is only so much of it."""
        try:
            async with asyncio.timeout(self._leestijd):
                await self._plaatsen.acquire()
        except TimeoutError:
            raise RestFout(
                503,
                "TeDruk",
                "Er worden nu te veel grote berichten tegelijk verwerkt; dit is niet aangenomen.",
                "Probeer het over enkele seconden opnieuw.",
                {"Retry-After": "5"},
            ) from None
        self._heeft_plaats = True

    def geef_plaats_vrij(self) -> None:
        """Give the turn back when the call is over."""
        if self._heeft_plaats:
            self._plaatsen.release()
            self._heeft_plaats = False

    def _verwerk(self, bericht: Message) -> None:
        if bericht["type"] == "http.request":
            self._octetten += len(bericht.get("body", b""))
        if not bericht.get("more_body", False):
            self._gelezen = True

    async def zend(self, bericht: Message) -> None:
        """Send on, with the fixed headers; an answer to what was not read in full is the last on its connection."""
        if bericht["type"] == "http.response.start":
            self.status = bericht["status"]
            koppen = MutableHeaders(scope=bericht)
            for naam, waarde in VASTE_KOPPEN.items():
                koppen.setdefault(naam, waarde)
            koppen.setdefault("Cache-Control", "no-store")
            if not self._gelezen:
                koppen["Connection"] = "close"
        await self._zend(bericht)
