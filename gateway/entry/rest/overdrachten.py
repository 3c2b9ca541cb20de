"""Outgoing transfers: the menu "OSO-overdrachten" of ELK."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator, Field
from starlette.responses import Response

from gateway.domain.overdracht import Levering
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Rol
from gateway.entry.rest.basis import MAX_AANTAL, STANDAARD_AANTAL, Uitvoer, Vraag, gevuld, moment
from gateway.entry.rest.lijsten import Aantal, Nummer, als_lijst, bladzijden, lees_moment, lijst_of_csv, wil_alles
from gateway.entry.rest.omgeving import EigenOmgeving
from gateway.entry.rest.openapi import problemen
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.usecases import inzien

router = APIRouter(prefix="/v1", tags=["overdrachten"])

_KOLOMMEN: Final = (
    "moment",
    "elkNummer",
    "brin",
    "vestigingscode",
    "systeem",
    "resultaat",
    "versie",
    "overgedragen",
    "via",
    "overgedragenMoment",
)


class Overdrachtenvraag(Vraag):
    """Filters en bladzijde van de lijst van overdrachten."""

    brin: Annotated[str | None, Field(pattern=r"^[0-9]{2}[A-Z]{2}$")] = None
    sinds: Annotated[
        datetime | None, BeforeValidator(lees_moment), Field(description="Dag of moment; zonder zone is het UTC.")
    ] = None
    resultaat: Resultaat | None = None
    na: Nummer = 0
    aantal: Aantal = STANDAARD_AANTAL


class OverdrachtUit(Uitvoer):
    """Een antwoord aan een LAS; brin en vestigingscode zijn die van ons aanleverpunt."""

    moment: str
    elk_nummer: str | None = None
    brin: str
    vestigingscode: str
    systeem: str
    resultaat: str
    versie: int | None = None
    overgedragen: bool
    via: str | None = None
    overgedragen_moment: str | None = None


class OverdrachtenUit(Uitvoer):
    """Eén bladzijde overdrachten, oudste eerst."""

    overdrachten: list[OverdrachtUit]
    volgende: str | None


@router.get(
    "/overdrachten",
    summary="Toon de uitgaande overdrachten",
    responses={**lijst_of_csv(OverdrachtenUit), **problemen()},
)
async def lijst(
    vraag: Annotated[Overdrachtenvraag, Query()],
    verzoek: Request,
    wie: Annotated[Aanroeper, mag(Rol.LOCATIEBEHEERDER, Rol.KERN, vraag=Overdrachtenvraag)],
    omgeving: EigenOmgeving,
) -> Response:
    """Toon wat er aan systemen is geantwoord, oudste eerst; met `Accept: text/csv` als CSV, zonder `aantal` geheel."""
    alles = wil_alles(verzoek, vraag)

    def haal(na: int) -> tuple[Sequence[Levering], int | None]:
        gevraagd = inzien.Overdrachtenvraag(
            Brin(vraag.brin) if vraag.brin is not None else None,
            vraag.sinds,
            vraag.resultaat,
            na,
            MAX_AANTAL if alles else vraag.aantal,
        )
        return inzien.overdrachten(omgeving.wereld, wie.token, gevraagd)

    rijen, volgende = await omgeving.doe(lambda: bladzijden(haal, vraag.na, alles=alles))
    return als_lijst(verzoek, "overdrachten", _KOLOMMEN, [_rij(een) for een in rijen], volgende)


def _rij(levering: Levering) -> dict[str, Any]:
    overgedragen = levering.overgedragen
    velden: dict[str, Any] = {
        "moment": moment(levering.moment),
        "elkNummer": levering.elk_nummer.waarde if levering.elk_nummer is not None else None,
        "brin": levering.bron.brin.waarde,
        "vestigingscode": levering.bron.code,
        "systeem": levering.systeem,
        "resultaat": levering.resultaat.value,
        "versie": levering.versie,
        "overgedragen": overgedragen is not None,
        "via": levering.via,
        "overgedragenMoment": moment(overgedragen) if overgedragen is not None else None,
    }
    return gevuld(velden)
