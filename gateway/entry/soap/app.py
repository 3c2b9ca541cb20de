"""The SOAP port as an ASGI application: paths, methods, sizes, types; one thread hop a request.

| Case | Answer |
|---|---|
| path or version unknown | 404 |
| method other than POST (GET with `?wsdl` gives the WSDL) | 405 |
| declared length over the limit | 413, unread |
| content type other than `text/xml` in UTF-8 or UTF-16, or a content encoding | 415 |
| everything else | SOAP, faults with 500 |

An answer given before the body was read closes the connection (the line below drains a little first).
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import partial
from typing import Any

from gateway.berichten.envelop import INHOUDSTYPE, is_tekst_xml
from gateway.berichten.fout import TeGroot
from gateway.berichten.pakket import Berichtpakket
from gateway.entry.soap.aftekenen import Aftekenlijst
from gateway.entry.soap.behandeling import OPERATIES, Antwoord, Behandeling, Dienst, Operatie
from gateway.entry.soap.beller import Beller, BellerOnbekend, Proxy
from gateway.entry.soap.beveiliging import Beveiliging
from gateway.entry.soap.overdragen import Bewaking, Overdrachten
from gateway.entry.verbinding import Melder, Verbinding
from gateway.observability import log_gebeurtenis
from gateway.ports import Wereld
from gateway.usecases.uitleveren import overgedragen

Scope = MutableMapping[str, Any]
Bericht = MutableMapping[str, Any]
Ontvang = Callable[[], Awaitable[Bericht]]
Zend = Callable[[Bericht], Awaitable[None]]

DIENSTEN = ("bron", "doel")
"""The services of a pack that this gateway gives; the third is that of the Traffic Center."""

_SLUIT = (b"connection", b"close")
_ALTIJD = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


class SoapApp:
    """Answers `POST /oso/<version>/bron|doel`.

    `beveiliging` is for parties that sign. `basis` is the address of this port for the WSDL, `https://host:port`;
    `maximum` the largest request in octets.
    """

    def __init__(
        self,
        wereld: Wereld,
        pakketten: Mapping[str, Berichtpakket],
        overdrachten: Overdrachten,
        beveiliging: Beveiliging,
        *,
        basis: str,
        maximum: int = 64 * 1024 * 1024,
        proxy: Proxy | None = None,
        meld: Melder = log_gebeurtenis,
        operaties: Mapping[str, Operatie] = OPERATIES,
    ) -> None:
        self._overdrachten = overdrachten
        self._aftekenlijst = Aftekenlijst(partial(asyncio.to_thread, overgedragen, wereld), meld)
        self._maximum = maximum
        self._proxy = proxy
        self._meld = meld
        self._behandeling = Behandeling(wereld, meld, maximum, beveiliging, operaties)
        self._diensten: dict[str, tuple[Dienst, bytes]] = {}
        for versie, pakket in pakketten.items():
            for naam in DIENSTEN:
                pad = f"/oso/{versie}/{naam}"
                self._diensten[pad] = (Dienst(naam, pakket), pakket.wsdl(basis.rstrip("/") + pad))

    async def __call__(self, scope: Scope, receive: Ontvang, send: Zend) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        gevonden = self._diensten.get(scope["path"])
        if gevonden is None:
            await _antwoord_leeg(send, 404)
        elif scope["method"] == "POST":
            await self._post(gevonden[0], scope, receive, send)
        elif scope["method"] == "GET" and scope["query_string"].lower() == b"wsdl":
            await self._geef_wsdl(gevonden[1], scope, send)
        else:
            await _antwoord_leeg(send, 405, (b"allow", b"GET, POST"))

    async def _geef_wsdl(self, wsdl: bytes, scope: Scope, send: Zend) -> None:
        try:
            await asyncio.to_thread(self._beller, scope)
        except Exception:  # noqa: BLE001 - whatever goes wrong in recognising somebody, the answer is no
            await _antwoord_leeg(send, 403)
            return
        await _antwoord(send, 200, wsdl)

    async def _post(self, dienst: Dienst, scope: Scope, receive: Ontvang, send: Zend) -> None:
        begin = asyncio.get_running_loop().time()
        koppen = dict(scope["headers"])
        if int(koppen.get(b"content-length", b"0")) > self._maximum:
            await _antwoord_leeg(send, 413)
            return
        soort = koppen.get(b"content-type", b"").decode("latin-1")
        if koppen.get(b"content-encoding", b"identity").lower() != b"identity" or not is_tekst_xml(soort):
            await _antwoord_leeg(send, 415)
            return
        try:
            lijf = await _lees_lijf(receive, self._maximum)
        except TeGroot as fout:
            antwoord = await asyncio.to_thread(self._behandeling.weiger, dienst, fout, partial(self._beller, scope))
            await _antwoord(send, antwoord.status, antwoord.octets, _SLUIT)
            return
        if lijf is None:
            return  # the sender left
        antwoord = await asyncio.to_thread(self._behandeling.beantwoord, dienst, lijf, partial(self._beller, scope))
        await self._verstuur(antwoord, scope, send)
        self._meld(
            "soap-aanroep",
            dienst=dienst.naam,
            operatie=antwoord.operatie,
            status=antwoord.status,
            resultaat=antwoord.resultaat,
            duurMs=round((asyncio.get_running_loop().time() - begin) * 1000),
        )

    def _beller(self, scope: Scope) -> Beller:
        client = scope.get("client")
        if self._proxy is not None and client is not None and self._proxy.is_van(client[0]):
            return self._proxy.beller(scope["headers"])
        verbinding: Verbinding = scope["extensions"]["oso"]
        if verbinding.oin is None:
            raise BellerOnbekend("Deze verbinding heeft geen gekeurd clientcertificaat.")
        return Beller(verbinding.oin, tussen=tuple(scope["extensions"].get("tls", {}).get("client_cert_chain", ())[1:]))

    async def _verstuur(self, antwoord: Antwoord, scope: Scope, send: Zend) -> None:
        if antwoord.levering_id is None:
            await _antwoord(send, antwoord.status, antwoord.octets)
            return
        bewaking = Bewaking(scope["extensions"]["oso"].lijn)
        try:
            await _antwoord(send, antwoord.status, antwoord.octets)
            bewaking.geschreven()
        except BaseException:
            bewaking.klaar()
            raise
        self._overdrachten.start(bewaking, partial(self._na_afloop, antwoord.levering_id, antwoord.versie or 0))

    async def _na_afloop(self, levering_id: int, versie: int, gelukt: bool) -> None:
        """Record a hand-over, or tell that there was none."""
        if not gelukt:
            self._meld("niet-overgedragen", leveringId=levering_id, reden="de ontvanger las het antwoord niet uit")
            return
        if await self._aftekenlijst.teken_af(levering_id):
            self._meld("overgedragen", leveringId=levering_id, versie=versie)


async def _lees_lijf(receive: Ontvang, maximum: int) -> bytes | None:
    """Read the body; None when the sender left. Raises `TeGroot` as soon as there is too much of it."""
    lijf = io.BytesIO()  # gives what it holds without a copy: a large body is in memory once
    while True:
        bericht = await receive()
        if bericht["type"] == "http.disconnect":
            return None
        lijf.write(bericht.get("body", b""))
        if lijf.tell() > maximum:
            raise TeGroot
        if not bericht.get("more_body", False):
            return lijf.getvalue()


async def _antwoord_leeg(send: Zend, status: int, *koppen: tuple[bytes, bytes]) -> None:
    """Answer without a body and close: the body of the request was not read."""
    await send(
        {"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0"), *koppen, _SLUIT]}
    )
    await send({"type": "http.response.body", "body": b""})


async def _antwoord(send: Zend, status: int, lijf: bytes, *koppen: tuple[bytes, bytes]) -> None:
    alle = [
        (b"content-type", INHOUDSTYPE.encode()),
        (b"content-length", str(len(lijf)).encode()),
        *_ALTIJD,
        *koppen,
    ]
    await send({"type": "http.response.start", "status": status, "headers": alle})
    await send({"type": "http.response.body", "body": lijf})
