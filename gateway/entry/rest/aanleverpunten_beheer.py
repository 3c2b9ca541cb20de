"""Many aanleverpunten at once: register those of a bestuur, import a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from gateway.domain.waarden import Rol
from gateway.entry.rest.basis import Invoer, Tekst, Uitvoer, gevuld
from gateway.entry.rest.idempotentie import eenmalig
from gateway.entry.rest.lichaam import lees, lees_json, mediatype, niet_ondersteund
from gateway.entry.rest.omgeving import EigenOmgeving
from gateway.entry.rest.openapi import beschrijf, problemen
from gateway.entry.rest.problemen import RestFout
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.usecases import aanleverpunten_beheer as beheer

router = APIRouter(prefix="/v1", tags=["aanleverpuntenBeheer"])

CSV: Final = "text/csv"
_CSV_VORM: Final = {CSV: {"schema": {"type": "string"}}}


class BestuurInvoer(Invoer):
    """Het bestuur, zoals het bij de scholen is ingevuld."""

    bestuur: Tekst


class PuntuitkomstUit(Uitvoer):
    """Wat er van één aanleverpunt werd; `regel` is de regel van het bestand. Een sleutel komt er nooit in voor."""

    brin: str | None = None
    vestigingscode: str | None = None
    regel: int | None = None
    uitkomst: Literal[
        "geregistreerd", "alGeregistreerd", "geweigerd", "nietGevraagd", "nieuw", "gewijzigd", "ongewijzigd"
    ]
    code: str | None = None
    melding: str | None = None
    wat_nu: str | None = None


class PuntuitkomstenUit(Uitvoer):
    """De uitkomst per aanleverpunt, en hoeveel er van elke uitkomst zijn."""

    resultaten: list[PuntuitkomstUit]
    aantallen: dict[str, int]


@router.post(
    "/aanleverpunten/registraties",
    summary="Registreer alle aanleverpunten van een bestuur",
    responses={200: {"model": PuntuitkomstenUit}, **problemen(404, 413, 415)},
    openapi_extra=beschrijf(BestuurInvoer, idempotent=True),
)
async def registreer_bestuur(
    verzoek: Request, wie: Annotated[Aanroeper, mag(Rol.CONTACTPERSOON, Rol.BEHEER)], omgeving: EigenOmgeving
) -> Response:
    """Registreer wat nog niet geregistreerd is, binnen het bereik van het token, met een uitkomst per aanleverpunt.

    Antwoordt het Traffic Center niet, dan wordt de rest niet gevraagd (`nietGevraagd`).
    """
    invoer, octets = await lees_json(verzoek, BestuurInvoer, omgeving.instellingen.max_json)

    async def doe() -> Response:
        uitkomsten = await omgeving.doe(
            lambda: beheer.registreer_bestuur(omgeving.wereld, wie.token, invoer.bestuur, wie.opdrachtgever)
        )
        return JSONResponse(als_json(uitkomsten))

    return await eenmalig(verzoek, omgeving, wie, octets, doe)


@router.post(
    "/aanleverpunten/import",
    summary="Lees aanleverpunten met sleutels in uit een bestand",
    responses={200: {"model": PuntuitkomstenUit}, **problemen(413, 415)},
    openapi_extra=beschrijf(anders=_CSV_VORM, idempotent=True),
)
async def importeer(verzoek: Request, wie: Annotated[Aanroeper, mag(Rol.BEHEER)], omgeving: EigenOmgeving) -> Response:
    """Lees een CSV in (UTF-8, komma of puntkomma, met kopregel), met een uitkomst per regel.

    Velden: brin, vestigingscode, aanleverpuntnummer of routeringsKenmerk, sleutel, naam, doel. Een regel die niet klopt
    houdt de andere niet tegen; een bestand dat als geheel niet klopt wordt niet ingelezen.
    """
    if mediatype(verzoek.headers.get("content-type")) not in ("", CSV):
        raise niet_ondersteund("text/csv")
    octets = await lees(verzoek, omgeving.instellingen.max_json)
    tekst = _tekst(octets)

    async def doe() -> Response:
        uitkomsten = await omgeving.doe(lambda: beheer.importeer(omgeving.wereld, wie.token, tekst, wie.opdrachtgever))
        return JSONResponse(als_json(uitkomsten))

    return await eenmalig(verzoek, omgeving, wie, octets, doe)


def _tekst(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        pass
    raise RestFout(
        400, "CsvOnleesbaar", "Het bestand is geen UTF-8; er is niets ingelezen.", "Sla het op als CSV in UTF-8."
    )


def als_json(uitkomsten: Sequence[beheer.Puntuitkomst]) -> dict[str, Any]:
    """Outcomes as JSON, with their numbers."""
    rijen = [_rij(een) for een in uitkomsten]
    return {"resultaten": rijen, "aantallen": dict(Counter(rij["uitkomst"] for rij in rijen))}


def _rij(een: beheer.Puntuitkomst) -> dict[str, Any]:
    plek = een.vestiging
    velden = {
        "brin": plek.brin.waarde if plek is not None else None,
        "vestigingscode": plek.code if plek is not None else None,
        "regel": een.regel,
        "uitkomst": een.uitkomst,
        "code": een.code,
        "melding": een.melding,
        "watNu": een.wat_nu,
    }
    return gevuld(velden)
