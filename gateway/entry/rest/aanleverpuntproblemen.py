"""What is wrong with a point and what to do: `GET /aanleverpunten/{brin}/{vestigingscode}/problemen`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from gateway.domain.waarden import Rol
from gateway.entry.rest.basis import Uitvoer, gevuld, moment
from gateway.entry.rest.omgeving import EigenOmgeving
from gateway.entry.rest.openapi import problemen as fouten
from gateway.entry.rest.paden import BrinPad, CodePad, vestiging
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.usecases import problemen

router = APIRouter(prefix="/v1", tags=["aanleverpunten"])


class ProbleemLeveringUit(Uitvoer):
    """Een levering van het dossier waar het om gaat."""

    moment: str
    systeem: str
    sessie_id: str
    versie: int
    overgedragen: bool


class PuntprobleemUit(Uitvoer):
    """Wat er mis is, wat u kunt doen en wie u kunt bellen; elkNummer alleen voor wie de leerling mag zien."""

    soort: str
    sinds: str
    melding: str
    wat_nu: str
    contact: str
    reden: str | None = None
    tot: str | None = None
    aantal: int | None = None
    elk_nummer: str | None = None
    leveringen: tuple[ProbleemLeveringUit, ...] = ()


class PuntproblemenUit(Uitvoer):
    """Alles wat er nu mis is, het ernstigste eerst; leeg als alles goed is."""

    problemen: list[PuntprobleemUit]


@router.get(
    "/aanleverpunten/{brin}/{vestigingscode}/problemen",
    summary="Toon wat er mis is met een aanleverpunt",
    responses={200: {"model": PuntproblemenUit}, **fouten(404)},
)
async def toon(
    brin: BrinPad,
    vestigingscode: CodePad,
    wie: Annotated[Aanroeper, mag(Rol.CONTACTPERSOON, Rol.BEHEER, Rol.LOCATIEBEHEERDER, Rol.KERN)],
    omgeving: EigenOmgeving,
) -> Response:
    """Toon wat er mis is en wat u kunt doen: uitgezet, verdachte dossiers, een LAS dat steeds hetzelfde ophaalt."""
    plek = vestiging(brin, vestigingscode)
    alle = await omgeving.doe(lambda: problemen.problemen(omgeving.wereld, wie.token, plek))
    return JSONResponse({"problemen": [_beeld(een) for een in alle]})


def _beeld(een: problemen.Probleem) -> dict[str, Any]:
    velden: dict[str, Any] = {
        "soort": een.soort.value,
        "sinds": moment(een.sinds),
        "melding": een.melding,
        "watNu": een.wat_nu,
        "contact": een.contact,
        "reden": een.reden,
        "tot": moment(een.tot) if een.tot is not None else None,
        "aantal": een.aantal,
        "elkNummer": een.elk_nummer.waarde if een.elk_nummer is not None else None,
        "leveringen": [
            {
                "moment": moment(levering.moment),
                "systeem": levering.systeem,
                "sessieId": levering.sessie_id,
                "versie": levering.versie,
                "overgedragen": levering.overgedragen,
            }
            for levering in een.leveringen
        ],
    }
    return gevuld(velden)
