"""The connections of the REST port: errors of HTTP itself are problems too, headers are bounded in size and time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from gateway.entry.lijn import Lijntermijnen
from gateway.entry.rest.problemen import Probleem
from gateway.entry.rest.ring import VASTE_KOPPEN
from gateway.entry.verbinding import Grenzen, Ingang, Koppen, protocolklasse

_GRENZEN: Final = Grenzen(
    kop_octets=64 * 1024,
    lijf=600.0,  # behind the limits of the application itself, which answers with what to do
    lijn=Lijntermijnen(uitloop=2.0),  # `security.md`: what is refused costs at most 2 s
)
_PROBLEMEN: Final[Mapping[int, Probleem]] = {
    400: Probleem(
        400,
        "HttpOnleesbaar",
        "De aanroep is geen leesbare HTTP.",
        "Controleer de aanroep en probeer het opnieuw.",
    ),
    408: Probleem(408, "TeTraag", "De aanroep kwam niet op tijd binnen."),
    431: Probleem(431, "KopTeGroot", "De kopregels zijn te groot.", "Stuur minder of kortere kopregels."),
}


def als_probleem(status: int) -> tuple[Koppen, bytes]:
    """Give an error of HTTP itself as a problem, with the fixed headers."""
    antwoord = _PROBLEMEN[status].antwoord()
    vast = [(naam.encode(), waarde.encode()) for naam, waarde in VASTE_KOPPEN.items()]
    return [*antwoord.raw_headers, *vast], bytes(antwoord.body)


def rest_protocol() -> type[asyncio.Protocol]:
    """Make the class that uvicorn's `Config(http=…)` takes for a REST port."""
    return protocolklasse(Ingang(grenzen=_GRENZEN, vorm=als_probleem))


def uvicorn_instellingen(app: FastAPI, host: str, port: int, **anders: Any) -> uvicorn.Config:
    """Configuration for one REST port: no access log (paths hold ELK numbers), no lifespan, no server header."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="asyncio",
        http=rest_protocol(),
        ws="none",
        lifespan="off",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_config=None,
        **anders,
    )
