"""Versions of a dossier: octets, facts, evidence; and the history of what happened to it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import JSONResponse, Response

from gateway.domain.dossier import Versie, VersieInhoud
from gateway.domain.fouten import Onbekend
from gateway.domain.logboek import HistorieRegel
from gateway.domain.waarden import Rol
from gateway.entry.rest.basis import Uitvoer, moment
from gateway.entry.rest.lichaam import JSON
from gateway.entry.rest.lijsten import Nummervraag, wil
from gateway.entry.rest.omgeving import EigenOmgeving, Omgeving
from gateway.entry.rest.openapi import BevindingSchema, problemen
from gateway.entry.rest.paden import ElkPad, elk_nummer
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.usecases import inzien

router = APIRouter(prefix="/v1", tags=["versies"])

_XML: Final = "application/xml"

VersiePad = Annotated[
    str,
    Path(
        alias="versie",
        description="Nummer van de versie.",
        json_schema_extra={"pattern": "^[0-9]+$", "examples": ["1"]},
    ),
]


class VersieUit(Uitvoer):
    """Feiten van een versie; grootte in octetten."""

    versie: int
    sha256: str
    verzameldatum: str
    gegevensset_versie: str
    profiel: str
    overdrachtsoort: str
    grootte: int
    bevindingen: list[BevindingSchema]


class HistorieUit(Uitvoer):
    """Eén bladzijde van de geschiedenis, oudste eerst."""

    historie: list[dict[str, Any]]
    volgende: str | None


@router.get(
    "/dossiers/{elkNummer}/versies/{versie}",
    summary="Geef een versie",
    responses={
        200: {
            "description": "De octetten van de versie, of de feiten ervan met Accept: application/json.",
            "content": {
                _XML: {"schema": {"type": "string"}},
                JSON: {"schema": {"$ref": "#/components/schemas/VersieUit"}},
            },
        },
        **problemen(404),
    },
)
async def versie(
    elk: ElkPad, nr: VersiePad, verzoek: Request, wie: Annotated[Aanroeper, mag(Rol.KERN)], omgeving: EigenOmgeving
) -> Response:
    """Geef de octetten van een versie zoals ze zijn bewaard, ondertekend en worden geleverd."""
    feiten, inhoud = await _versie(elk, nr, wie, omgeving)
    if wil(verzoek, _XML, JSON) == JSON:
        return JSONResponse(_feiten(feiten, inhoud), headers={"Vary": "Accept"})
    return Response(inhoud.octets, media_type=_XML, headers={"Vary": "Accept"})


@router.get(
    "/dossiers/{elkNummer}/versies/{versie}/handtekening",
    summary="Geef de handtekening van een versie",
    responses={
        200: {"description": "XAdES-B-B, los van de octetten.", "content": {_XML: {"schema": {"type": "string"}}}},
        **problemen(404),
    },
)
async def handtekening(
    elk: ElkPad, nr: VersiePad, wie: Annotated[Aanroeper, mag(Rol.KERN)], omgeving: EigenOmgeving
) -> Response:
    """Geef het bewijs bij een versie: een losse XAdES-handtekening over de octetten."""
    _, inhoud = await _versie(elk, nr, wie, omgeving)
    return Response(inhoud.handtekening, media_type=_XML)


async def _versie(elk: str, nr: str, wie: Aanroeper, omgeving: Omgeving) -> tuple[Versie, VersieInhoud]:
    nummer = elk_nummer(elk)
    if not (nr.isascii() and nr.isdigit() and len(nr) < 10):
        raise Onbekend(inzien.DE_VERSIE)
    return await omgeving.doe(lambda: inzien.versie(omgeving.wereld, nummer, int(nr), wie.opdrachtgever))


def _feiten(feiten: Versie, inhoud: VersieInhoud) -> dict[str, Any]:
    return {
        "versie": feiten.versie,
        "sha256": feiten.sha256,
        "verzameldatum": moment(feiten.verzameldatum),
        "gegevenssetVersie": feiten.gegevensset_versie,
        "profiel": feiten.profiel,
        "overdrachtsoort": feiten.overdrachtsoort.value,
        "grootte": feiten.grootte,
        "bevindingen": [bevinding.als_json() for bevinding in inhoud.rapport.bevindingen],
    }


@router.get(
    "/dossiers/{elkNummer}/historie",
    summary="Toon de geschiedenis van een dossier",
    responses={200: {"model": HistorieUit}, **problemen(404)},
)
async def historie(
    elk: ElkPad,
    vraag: Annotated[Nummervraag, Query()],
    wie: Annotated[Aanroeper, mag(Rol.KERN, vraag=Nummervraag)],
    omgeving: EigenOmgeving,
) -> Response:
    """Toon wat er met een dossier gebeurde, oudste eerst."""
    nummer = elk_nummer(elk)
    regels, volgende = await omgeving.doe(lambda: inzien.historie(omgeving.wereld, nummer, vraag.na, vraag.aantal))
    return JSONResponse(
        {"historie": [_regel(regel) for regel in regels], "volgende": str(volgende) if volgende is not None else None}
    )


def _regel(regel: HistorieRegel) -> dict[str, Any]:
    return {**regel.gegevens, "moment": moment(regel.moment), "soort": regel.soort}
