"""`POST /validaties`: judge a dossier and store nothing."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from gateway.domain.beoordeling import GeenXml
from gateway.domain.waarden import Rol
from gateway.entry.rest.basis import Uitvoer
from gateway.entry.rest.lichaam import lees
from gateway.entry.rest.omgeving import EigenOmgeving
from gateway.entry.rest.openapi import BevindingSchema, beschrijf, problemen
from gateway.entry.rest.toegang import Aanroeper, mag

router = APIRouter(prefix="/v1", tags=["validaties"])


class ValidatieUit(Uitvoer):
    """Het oordeel over een dossier; geldig als er geen bevinding met ernst fout is."""

    pakket: str | None
    profiel: str | None
    geldig: bool
    bevindingen: list[BevindingSchema]


@router.post(
    "/validaties",
    summary="Controleer een dossier",
    responses={200: {"model": ValidatieUit}, **problemen(413, 415)},
    openapi_extra=beschrijf(anders={"application/xml": {"schema": {"type": "string", "format": "binary"}}}),
)
async def valideer(
    verzoek: Request,
    wie: Annotated[Aanroeper, mag(*Rol)],
    omgeving: EigenOmgeving,
) -> Response:
    """Controleer een dossier zonder iets te bewaren: altijd 200 met het rapport, ook als het geen XML is.

    De inhoud wordt als XML gelezen, wat Content-Type ook zegt. Een Idempotency-Key doet niets: er wordt niets bewaard.
    """
    octets = await lees(verzoek, omgeving.instellingen.max_bericht)

    def doe() -> dict[str, Any]:
        try:
            return omgeving.wereld.toetser.beoordeel(octets).rapport.als_json()
        except GeenXml as fout:
            return fout.rapport.als_json()

    return JSONResponse(await omgeving.doe(doe))
