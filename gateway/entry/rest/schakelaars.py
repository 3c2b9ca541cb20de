"""Switches by hand: `PUT`/`DELETE /schakelaars/{bereik}`, `GET /schakelaars`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BeforeValidator, Field
from starlette.responses import JSONResponse, Response

from gateway.domain.schakelaar import Bereik, Schakelaar
from gateway.domain.waarden import OngeldigeWaarde, Rol
from gateway.entry.rest.basis import Invoer, Tekst, Uitvoer, gevuld, moment
from gateway.entry.rest.lichaam import lees_json
from gateway.entry.rest.lijsten import lees_moment
from gateway.entry.rest.omgeving import EigenOmgeving
from gateway.entry.rest.openapi import beschrijf, problemen
from gateway.entry.rest.problemen import RestFout
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.usecases import schakelen

router = APIRouter(prefix="/v1", tags=["schakelaars"])

BereikPad = Annotated[
    str,
    Path(
        description="alles, school- met BRIN en vestigingscode (school-00YY00), of partij- met een OIN.",
        json_schema_extra={
            "pattern": "^(alles|school-[0-9]{2}[A-Z]{2}[0-9]{2}|partij-[0-9]{20})$",
            "examples": ["school-00YY00"],
        },
    ),
]


class SchakelaarInvoer(Invoer):
    """Waarom iets uit gaat, en tot wanneer; zonder `tot` blijft het uit tot iemand het weer aanzet."""

    reden: Tekst
    tot: Annotated[
        datetime | None,
        BeforeValidator(lees_moment),
        Field(description="Dag of moment; zonder zone is het UTC."),
    ] = None


class SchakelaarUit(Uitvoer):
    """Wat met de hand is uitgezet, door wie, waarom en tot wanneer."""

    bereik: str
    reden: str
    account: str
    sinds: str
    tot: str | None = None


class SchakelaarsUit(Uitvoer):
    """Alles wat nu met de hand uit staat."""

    schakelaars: list[SchakelaarUit]


@router.get(
    "/schakelaars", summary="Toon wat met de hand uit staat", responses={200: {"model": SchakelaarsUit}, **problemen()}
)
async def lijst(wie: Annotated[Aanroeper, mag(Rol.BEHEER)], omgeving: EigenOmgeving) -> Response:
    """Toon wat nu met de hand is uitgezet."""
    alle = await omgeving.doe(lambda: schakelen.lijst(omgeving.wereld))
    return JSONResponse({"schakelaars": [beeld(een) for een in alle]})


@router.put(
    "/schakelaars/{bereik}",
    summary="Zet een school, een partij of alles uit",
    responses={200: {"model": SchakelaarUit}, 201: {"model": SchakelaarUit}, **problemen(404, 413, 415)},
    openapi_extra=beschrijf(SchakelaarInvoer),
)
async def zet_uit(
    bereik: BereikPad, verzoek: Request, wie: Annotated[Aanroeper, mag(Rol.BEHEER)], omgeving: EigenOmgeving
) -> Response:
    """Zet uit, of wijzig reden en einde: er gaat dan geen dossier en geen bericht meer naar buiten."""
    plek = _bereik(bereik)
    invoer, _ = await lees_json(verzoek, SchakelaarInvoer, omgeving.instellingen.max_json)
    schakelaar, nieuw = await omgeving.doe(
        lambda: schakelen.zet_uit(omgeving.wereld, plek, invoer.reden, invoer.tot, wie.opdrachtgever)
    )
    return JSONResponse(beeld(schakelaar), 201 if nieuw else 200)


@router.delete(
    "/schakelaars/{bereik}",
    summary="Zet weer aan",
    status_code=204,
    response_class=Response,
    responses={204: {"description": "Het staat weer aan."}, **problemen(404)},
)
async def zet_aan(bereik: BereikPad, wie: Annotated[Aanroeper, mag(Rol.BEHEER)], omgeving: EigenOmgeving) -> Response:
    """Zet weer aan; wat wachtte, gaat verder."""
    plek = _bereik(bereik)
    await omgeving.doe(lambda: schakelen.zet_aan(omgeving.wereld, plek, wie.opdrachtgever))
    return Response(status_code=204)


def _bereik(tekst: str) -> Bereik:
    try:
        return Bereik(tekst)
    except OngeldigeWaarde as fout:
        raise RestFout(422, "BereikOngeldig", str(fout), "Verbeter het bereik in het adres.") from None


def beeld(schakelaar: Schakelaar) -> dict[str, Any]:
    """A switch as shown."""
    velden: dict[str, Any] = {
        "bereik": schakelaar.bereik.waarde,
        "reden": schakelaar.reden,
        "account": schakelaar.account,
        "sinds": moment(schakelaar.sinds),
        "tot": moment(schakelaar.tot) if schakelaar.tot is not None else None,
    }
    return gevuld(velden)
