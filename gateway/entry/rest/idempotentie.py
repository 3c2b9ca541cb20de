"""`Idempotency-Key` on POST: the same call twice gives the same answer, for 24 hours, per token and route.

The key and the fingerprint of the body are kept as HMACs under the text of the token, which is stored nowhere: a body
names ELK numbers, and a bare hash of a few digits gives them away. Within this process a second call with the same key
waits for the first; only an answer that says what became of the order (2xx, or a refusal 422) is kept, so that a call
that failed may be tried again.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from fastapi import Request
from starlette.responses import Response

from gateway.domain.fouten import Weigering
from gateway.domain.toegang import BewaardAntwoord
from gateway.entry.rest.omgeving import Omgeving
from gateway.entry.rest.problemen import RestFout, van_uitzondering
from gateway.entry.rest.toegang import Aanroeper
from gateway.observability import log_gebeurtenis
from gateway.ports import OpslagNietBeschikbaar

_SLEUTEL: Final = re.compile(r"[\x21-\x7e]{1,255}")
_BEWAARDE_KOPPEN: Final = ("content-type", "location", "content-language")


async def eenmalig(
    verzoek: Request,
    omgeving: Omgeving,
    wie: Aanroeper,
    lichaam: bytes,
    doe: Callable[[], Awaitable[Response]],
) -> Response:
    """Do a POST, or give the answer of the first time. Raises `RestFout` 422 `IdempotentieAfwijkend`."""
    sleutel = _sleutel(verzoek)
    if sleutel is None:
        return await doe()
    route = f"{verzoek.method} {verzoek.url.path}"
    kern = (wie.token.id, route, _hmac(wie, sleutel.encode()))
    afdruk = _hmac(wie, lichaam)
    async with _slot(omgeving.sloten, kern):
        eerder = await omgeving.doe(lambda: _zoek(omgeving, kern))
        if eerder is not None:
            return _herhaal(eerder, afdruk)
        antwoord = await _antwoord(doe)
        if antwoord.status_code < 500 and antwoord.status_code != 404:
            await _bewaar_zo_mogelijk(omgeving, kern, afdruk, antwoord)
        return antwoord


def _sleutel(verzoek: Request) -> str | None:
    waarden = verzoek.headers.getlist("idempotency-key")
    if not waarden:
        return None
    if len(waarden) > 1 or _SLEUTEL.fullmatch(waarden[0].strip()) is None:
        raise RestFout(
            400,
            "IdempotentieSleutelOngeldig",
            "De kopregel Idempotency-Key is niet bruikbaar.",
            "Gebruik één waarde van 1 tot 255 zichtbare tekens zonder spatie, bijvoorbeeld een UUID.",
        )
    return waarden[0].strip()


def _hmac(wie: Aanroeper, octets: bytes) -> str:
    return hmac.new(wie.geheim, octets, hashlib.sha256).hexdigest()


@asynccontextmanager
async def _slot(
    sloten: dict[tuple[str, str, str], tuple[asyncio.Lock, int]], kern: tuple[str, str, str]
) -> AsyncIterator[None]:
    slot, gebruikers = sloten.get(kern, (asyncio.Lock(), 0))
    sloten[kern] = (slot, gebruikers + 1)
    try:
        async with slot:
            yield
    finally:
        slot, gebruikers = sloten[kern]
        if gebruikers == 1:
            del sloten[kern]
        else:
            sloten[kern] = (slot, gebruikers - 1)


def _zoek(omgeving: Omgeving, kern: tuple[str, str, str]) -> BewaardAntwoord | None:
    sinds = omgeving.wereld.klok.nu() - timedelta(hours=omgeving.instellingen.idempotentie_uren)
    with omgeving.wereld.opslag.lezen() as werk:
        return werk.toegang.bewaard_antwoord(*kern, sinds)


def _herhaal(eerder: BewaardAntwoord, afdruk: str) -> Response:
    if not hmac.compare_digest(eerder.vingerafdruk, afdruk):
        raise RestFout(
            422,
            "IdempotentieAfwijkend",
            "Deze Idempotency-Key is al gebruikt met een andere inhoud; er is niets uitgevoerd.",
            "Gebruik een nieuwe sleutel voor een nieuwe opdracht.",
        )
    return Response(eerder.inhoud, eerder.status, {**eerder.koppen, "Idempotency-Replayed": "true"})


async def _antwoord(doe: Callable[[], Awaitable[Response]]) -> Response:
    """A refusal of the use case is an answer too; anything else that goes wrong is not kept."""
    try:
        return await doe()
    except Weigering as fout:
        probleem = van_uitzondering(fout)
        if probleem is None:
            raise
        return probleem.antwoord()


async def _bewaar_zo_mogelijk(omgeving: Omgeving, kern: tuple[str, str, str], afdruk: str, antwoord: Response) -> None:
    """The deed is done and committed: a store that fails only now must not make the answer say otherwise."""
    try:
        await omgeving.doe(lambda: _bewaar(omgeving, kern, afdruk, antwoord))
    except OpslagNietBeschikbaar as fout:
        log_gebeurtenis("opslag-niet-beschikbaar", reden=type(fout).__name__)


def _bewaar(omgeving: Omgeving, kern: tuple[str, str, str], afdruk: str, antwoord: Response) -> None:
    token_id, route, sleutel = kern
    koppen = {naam: waarde for naam, waarde in antwoord.headers.items() if naam in _BEWAARDE_KOPPEN}
    bewaard = BewaardAntwoord(
        token_id,
        route,
        sleutel,
        afdruk,
        omgeving.wereld.klok.nu(),
        antwoord.status_code,
        bytes(antwoord.body),
        koppen,
    )
    with omgeving.wereld.opslag.werk() as werk:
        werk.toegang.bewaar_antwoord(bewaard)
