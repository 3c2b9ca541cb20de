"""`/healthz`, `/readyz`, `/metrics` and the description: without a token, outside `/v1`."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from gateway.entry.rest.omgeving import EigenOmgeving, Omgeving
from gateway.entry.rest.problemen import Probleem, RestFout

router = APIRouter(include_in_schema=False)

_PROMETHEUS: Final = "text/plain; version=0.0.4; charset=utf-8"


class Gereedheid:
    """Asks what readiness depends on, one question at a time: a store that hangs costs one thread, not one a probe."""

    def __init__(self) -> None:
        self._draad = ThreadPoolExecutor(1, thread_name_prefix="rest-gereed")
        self._lopend: Future[None] | None = None

    async def is_gereed(self, omgeving: Omgeving) -> bool:
        """True when the answer came in time and without an exception."""
        if self._lopend is None or self._lopend.done():
            vraag = omgeving.instellingen.gereed or omgeving.wereld.opslag.controleer
            self._lopend = self._draad.submit(vraag)
        try:
            async with asyncio.timeout(omgeving.instellingen.gereedheid):
                await asyncio.shield(asyncio.wrap_future(self._lopend))
        except Exception:  # noqa: BLE001 - whatever is wrong, it is not ready; also TimeoutError
            return False
        return True


@router.get("/healthz")
async def leeft() -> Response:
    """Tell that the process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
async def gereed(verzoek: Request, omgeving: EigenOmgeving) -> Response:
    """Tell whether calls can be served now: the store answers, and the process is not stopping."""
    gereedheid: Gereedheid = verzoek.app.state.gereedheid
    if not omgeving.instellingen.stopt() and await gereedheid.is_gereed(omgeving):
        return JSONResponse({"status": "gereed"})
    return Probleem(
        503, "NietGereed", "De gateway kan nu geen aanroepen verwerken.", koppen={"Retry-After": "5"}
    ).antwoord()


@router.get("/metrics")
async def metrieken(omgeving: EigenOmgeving) -> Response:
    """Give the figures for Prometheus."""
    if not omgeving.instellingen.metrieken:
        raise RestFout(404, "AdresOnbekend", "Dit adres bestaat hier niet.")
    return Response(omgeving.metrieken.tekst(), media_type=_PROMETHEUS)


@router.get("/v1/openapi.json")
async def beschrijving(verzoek: Request) -> Response:
    """Give the OpenAPI description; any web page may read it."""
    return JSONResponse(verzoek.app.openapi(), headers={"Access-Control-Allow-Origin": "*"})
