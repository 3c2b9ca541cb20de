"""Live progress as server-sent events: every outcome once, the whole at the end, heartbeats between.

The store is asked at short intervals: several processes may work on one order and share nothing but the store. The id
of an event is the number of outcomes given so far, so that `Last-Event-ID` says where to go on; `klaar` is the last.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from gateway.domain.toegang import Token
from gateway.entry.rest.omgeving import Omgeving
from gateway.entry.rest.openapi import problemen
from gateway.entry.rest.problemen import RestFout, van_uitzondering
from gateway.entry.rest.toegang import Aanroeper

_SOORT: Final = "text/event-stream"
_KLAAR: Final = "klaar"


@dataclass(frozen=True, slots=True)
class Gezien:
    """What one look at the store gave: new rows, the whole object when all is done, or that it is over."""

    rijen: Sequence[Mapping[str, Any]]
    geheel: Mapping[str, Any] | None = None
    voorbij: bool = False


def antwoorden(rij: str) -> dict[int | str, dict[str, Any]]:
    """Describe the answers of a stream; `rij` says what one event is, in Dutch."""
    return {
        200: {
            "description": f"Server-sent events: leerling (één {rij}) en aan het eind klaar (het geheel).",
            "content": {_SOORT: {"schema": {"type": "string"}}},
        },
        204: {"description": "Alles is al gegeven (Last-Event-ID: klaar)."},
        **problemen(404),
    }


async def stroom(verzoek: Request, omgeving: Omgeving, wie: Aanroeper, zie: Callable[[Token, int], Gezien]) -> Response:
    """Open a stream over `zie`, which gives what comes after the first so many rows. Raises what `zie` raises."""

    def kijk(na: int) -> Gezien:
        # A token that is revoked while the stream runs ends it.
        token = omgeving.zoek_token(wie.token.hash)
        return zie(token, na) if token is not None else Gezien((), voorbij=True)

    laatste = verzoek.headers.get("last-event-id", "").strip()
    if laatste == _KLAAR:
        await omgeving.doe_kort(lambda: kijk(0))  # still a question of scope
        return Response(status_code=204)
    na = int(laatste) if laatste.isascii() and laatste.isdigit() and len(laatste) < 10 else 0
    eerste = await omgeving.doe_kort(lambda: kijk(na))
    if omgeving.stromen >= omgeving.instellingen.stromen:
        raise RestFout(
            503, "TeDruk", "Er wordt al te veel voortgang gevolgd.", "Probeer het zo weer.", {"Retry-After": "5"}
        )
    return StreamingResponse(_gebeurtenissen(omgeving, kijk, na, eerste), media_type=_SOORT)


async def _gebeurtenissen(
    omgeving: Omgeving, kijk: Callable[[int], Gezien], na: int, gezien: Gezien
) -> AsyncIterator[bytes]:
    instellingen = omgeving.instellingen
    omgeving.stromen += 1
    omgeving.metrieken.stromen.inc()
    stil_sinds = time.monotonic()
    try:
        yield b"retry: 1000\n\n"
        while not gezien.voorbij:
            for rij in gezien.rijen:
                na += 1
                yield _gebeurtenis("leerling", str(na), rij)
            if gezien.geheel is not None:
                yield _gebeurtenis(_KLAAR, _KLAAR, gezien.geheel)
                return
            if gezien.rijen:
                stil_sinds = time.monotonic()
            elif time.monotonic() - stil_sinds >= instellingen.hartslag:
                yield b": hartslag\n\n"
                stil_sinds = time.monotonic()
            if instellingen.stopt():
                return
            if not gezien.rijen:
                await asyncio.sleep(instellingen.poll)
            gezien = await _kijk_verder(omgeving, kijk, na)
    finally:
        omgeving.stromen -= 1
        omgeving.metrieken.stromen.dec()


async def _kijk_verder(omgeving: Omgeving, kijk: Callable[[int], Gezien], na: int) -> Gezien:
    """A store that is away (or an order that is gone) ends the stream; the client comes back with Last-Event-ID."""
    try:
        return await omgeving.doe_kort(lambda: kijk(na))
    except Exception as fout:
        if van_uitzondering(fout) is None:
            raise
        return Gezien((), voorbij=True)


def _gebeurtenis(soort: str, id_: str, gegevens: Mapping[str, Any]) -> bytes:
    tekst = json.dumps(gegevens, ensure_ascii=False, separators=(",", ":"))
    return f"id: {id_}\nevent: {soort}\ndata: {tekst}\n\n".encode()
