"""Schools: `PUT /scholen/{brin}/{vestigingscode}`, `GET /scholen`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic.alias_generators import to_camel
from starlette.responses import JSONResponse, Response

from gateway.domain.school import School
from gateway.domain.waarden import Rol, Vestiging
from gateway.entry.rest.basis import Invoer, Tekst, Uitvoer, gevuld
from gateway.entry.rest.lichaam import lees_json
from gateway.entry.rest.lijsten import Bladzijdevraag, bladzijde
from gateway.entry.rest.omgeving import EigenOmgeving
from gateway.entry.rest.openapi import beschrijf, problemen
from gateway.entry.rest.paden import BrinPad, CodePad, vestiging
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.usecases import scholen

router = APIRouter(prefix="/v1", tags=["scholen"])


class SchoolInvoer(Invoer):
    """Gegevens van een vestiging; `las` is de naam van de adapter van het LAS van de school.

    `notificeren`: hoort een LAS dat tevergeefs om een dossier vroeg vanzelf dat het klaarstaat (zo is het zonder dit
    veld), of pas als iemand daar opdracht voor geeft.
    """

    officiele_naam: Tekst
    naam: Tekst
    schooltype: Tekst
    bestuur: Tekst
    straat: Tekst
    huisnummer: Tekst
    postcode: Tekst
    plaats: Tekst
    telefoon: Tekst | None = None
    las: Tekst | None = None
    notificeren: Literal["vanzelf", "handmatig"] | None = None


class SchoolUit(Uitvoer):
    """Een vestiging zoals zij bekend is."""

    brin: str
    vestigingscode: str
    officiele_naam: str
    naam: str
    schooltype: str
    bestuur: str
    straat: str
    huisnummer: str
    postcode: str
    plaats: str
    telefoon: str | None = None
    las: str | None = None
    notificeren: Literal["vanzelf", "handmatig"] | None = None


class ScholenUit(Uitvoer):
    """Eén bladzijde scholen."""

    scholen: list[SchoolUit]
    volgende: str | None


@router.put(
    "/scholen/{brin}/{vestigingscode}",
    summary="Bewaar een school",
    status_code=200,
    responses={200: {"model": SchoolUit}, 201: {"model": SchoolUit}, **problemen(404, 413, 415)},
    openapi_extra=beschrijf(SchoolInvoer),
)
async def bewaar(
    brin: BrinPad,
    vestigingscode: CodePad,
    verzoek: Request,
    wie: Annotated[Aanroeper, mag(Rol.CONTACTPERSOON, Rol.BEHEER)],
    omgeving: EigenOmgeving,
) -> Response:
    """Voeg een school toe (201) of vervang haar gegevens (200)."""
    plek = vestiging(brin, vestigingscode)
    invoer, _ = await lees_json(verzoek, SchoolInvoer, omgeving.instellingen.max_json)
    school = School(plek, **invoer.model_dump())
    bewaard, nieuw = await omgeving.doe(lambda: scholen.bewaar(omgeving.wereld, wie.token, school, wie.opdrachtgever))
    return JSONResponse(_beeld(bewaard), 201 if nieuw else 200)


@router.get(
    "/scholen",
    summary="Toon de scholen",
    responses={200: {"model": ScholenUit}, **problemen()},
)
async def lijst(
    vraag: Annotated[Bladzijdevraag, Query()],
    wie: Annotated[Aanroeper, mag(Rol.CONTACTPERSOON, Rol.BEHEER, vraag=Bladzijdevraag)],
    omgeving: EigenOmgeving,
) -> Response:
    """Toon de scholen binnen het bereik van het token, op volgorde van vestiging."""
    alle = await omgeving.doe(lambda: scholen.lijst(omgeving.wereld, wie.token))
    rijen, volgende = bladzijde(alle, vraag, lambda school: school.vestiging)
    return JSONResponse({"scholen": [_beeld(school) for school in rijen], "volgende": volgende})


def _beeld(school: School) -> dict[str, Any]:
    plek: Vestiging = school.vestiging
    velden = {
        "brin": plek.brin.waarde,
        "vestigingscode": plek.code,
        **{to_camel(naam): getattr(school, naam) for naam in SchoolInvoer.model_fields},
    }
    return gevuld(velden)
