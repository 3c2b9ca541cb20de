"""A version of a dossier as a page that people can read: the REST twin of `oso-gateway render`."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from gateway.domain.fouten import Onbekend
from gateway.domain.waarden import Rol
from gateway.entry.rest.omgeving import EigenOmgeving
from gateway.entry.rest.openapi import problemen
from gateway.entry.rest.paden import ElkPad, elk_nummer
from gateway.entry.rest.problemen import RestFout
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.entry.rest.toetsing import toetser_van
from gateway.entry.rest.versies import VersiePad
from gateway.gegevensset.weergave import NietWeerTeGeven, maak_pagina
from gateway.gegevensset.weergave_pagina import BELEID
from gateway.usecases import inzien

router = APIRouter(prefix="/v1", tags=["versies"])

_KOPPEN: Final = {"Content-Security-Policy": f"{BELEID}; frame-ancestors 'none'", "Cache-Control": "no-store"}


@router.get(
    "/dossiers/{elkNummer}/versies/{versie}/weergave",
    summary="Toon een versie als leesbare pagina",
    response_class=HTMLResponse,
    responses={
        200: {"description": "Een pagina zonder script, om te lezen of te printen."},
        **problemen(404),
    },
)
async def weergave(
    elk: ElkPad, nr: VersiePad, wie: Annotated[Aanroeper, mag(Rol.KERN)], omgeving: EigenOmgeving
) -> Response:
    """Toon alle gegevens van een versie als pagina, voor de inzage door ouders en een controle met het oog.

    Dit is inzage in de inhoud en komt als zodanig in de audit.
    """
    nummer = elk_nummer(elk)
    if not (nr.isascii() and nr.isdigit() and len(nr) < 10):
        raise Onbekend(inzien.DE_VERSIE)

    def doe() -> str:
        _, inhoud = inzien.versie(omgeving.wereld, nummer, int(nr), wie.opdrachtgever)
        return maak_pagina(inhoud.octets, toetser_van(omgeving))

    try:
        pagina = await omgeving.doe(doe)
    except NietWeerTeGeven as fout:
        raise RestFout(
            422,
            "NietWeerTeGeven",
            str(fout),
            "Laat de beheerder de gegevensset van deze versie installeren, of haal de octetten zelf op.",
        ) from None
    return HTMLResponse(pagina, headers=_KOPPEN)
