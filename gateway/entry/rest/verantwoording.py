"""Accounting: who got a dossier, its line of time, and the calls that we made to other parties."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator, Field
from starlette.responses import JSONResponse, Response

from gateway.domain.poging import Belpoging, Pogingafloop, Pogingengroep
from gateway.domain.waarden import Rol
from gateway.entry.rest.basis import STANDAARD_AANTAL, Uitvoer, Vraag, gevuld, moment
from gateway.entry.rest.lichaam import JSON
from gateway.entry.rest.lijsten import Aantal, Nummer, Nummervraag, als_csv, lees_moment, lijst_of_csv, wil
from gateway.entry.rest.omgeving import EigenOmgeving, Omgeving
from gateway.entry.rest.openapi import problemen
from gateway.entry.rest.paden import ElkPad, elk_nummer
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.ports import PogingFilter
from gateway.usecases import pogingen, verantwoorden
from gateway.usecases.verantwoorden import Tijdlijnregel, Verstrekking

router = APIRouter(prefix="/v1", tags=["verantwoording"])

_KOLOMMEN: Final = (
    "moment",
    "soort",
    "versie",
    "systeem",
    "oin",
    "doelBrin",
    "overgedragen",
    "overgedragenMoment",
    "account",
    "namens",
    "rol",
)


class VerstrekkingUit(Uitvoer):
    """Eén keer dat iemand het dossier kreeg: een systeem over OSO, of een account dat de inhoud bekeek."""

    moment: str
    soort: str
    versie: int | None = None
    systeem: str | None = None
    oin: str | None = None
    doel_brin: str | None = None
    overgedragen: bool | None = None
    overgedragen_moment: str | None = None
    account: str | None = None
    namens: str | None = None
    rol: str | None = None


class WieKreegUit(Uitvoer):
    """Wie het dossier kreeg, oudste eerst."""

    verstrekkingen: list[VerstrekkingUit]


@router.get(
    "/dossiers/{elkNummer}/wie-kreeg",
    summary="Toon wie dit dossier kreeg",
    responses={**lijst_of_csv(WieKreegUit), **problemen(404)},
)
async def wie_kreeg(
    elk: ElkPad, verzoek: Request, wie: Annotated[Aanroeper, mag(Rol.BEHEER)], omgeving: EigenOmgeving
) -> Response:
    """Toon wie dit dossier kreeg; ook als het dossier zelf al is verwijderd. De vraag komt in de audit."""
    nummer = elk_nummer(elk)
    csv = wil(verzoek, JSON, "text/csv") == "text/csv"
    gevonden = await omgeving.doe(lambda: verantwoorden.wie_kreeg(omgeving.wereld, nummer, wie.opdrachtgever))
    rijen = [verstrekking(een) for een in gevonden]
    if csv:
        return als_csv(verzoek, _KOLOMMEN, rijen, None)
    return JSONResponse({"verstrekkingen": rijen}, headers={"Vary": "Accept"})


def verstrekking(een: Verstrekking) -> dict[str, Any]:
    """A disclosure as JSON."""
    over_oso = een.oin is not None
    return gevuld(
        {
            "moment": moment(een.moment),
            "soort": een.soort,
            "versie": een.versie,
            "systeem": een.systeem,
            "oin": een.oin,
            "doelBrin": een.doel_brin,
            "overgedragen": een.overgedragen is not None if over_oso else None,
            "overgedragenMoment": moment(een.overgedragen) if een.overgedragen is not None else None,
            "account": een.account,
            "namens": een.namens,
            "rol": een.rol,
        }
    )


class TijdlijnregelUit(Uitvoer):
    """Eén gebeurtenis rond een dossier."""

    moment: str
    soort: str = Field(description="versie, historie, aanvraag, overdracht, notificatie, poging of audit.")
    wat: str
    gegevens: dict[str, Any]


class TijdlijnUit(Uitvoer):
    """Wat er met een dossier gebeurde, oudste eerst."""

    tijdlijn: list[TijdlijnregelUit]
    volgende: str | None


@router.get(
    "/dossiers/{elkNummer}/tijdlijn",
    summary="Toon de tijdlijn van een dossier",
    responses={200: {"model": TijdlijnUit}, **problemen(404)},
)
async def tijdlijn(
    elk: ElkPad,
    vraag: Annotated[Nummervraag, Query()],
    wie: Annotated[Aanroeper, mag(Rol.KERN, vraag=Nummervraag)],
    omgeving: EigenOmgeving,
) -> Response:
    """Toon versies, context, klaarzetting, aanvragen, overdrachten, notificaties, pogingen en audit in één rij."""
    nummer = elk_nummer(elk)
    alle = await omgeving.doe(lambda: verantwoorden.tijdlijn(omgeving.wereld, nummer, wie.opdrachtgever))
    tot = vraag.na + vraag.aantal
    rijen = [_regel(regel) for regel in alle[vraag.na : tot]]
    return JSONResponse({"tijdlijn": rijen, "volgende": str(tot) if tot < len(alle) else None})


def _regel(regel: Tijdlijnregel) -> dict[str, Any]:
    return {
        "moment": moment(regel.moment),
        "soort": regel.soort,
        "wat": regel.wat,
        "gegevens": gevuld(regel.gegevens),
    }


class Pogingenvraag(Vraag):
    """Welke aanroepen worden geteld."""

    sinds: Annotated[
        datetime | None,
        BeforeValidator(lees_moment),
        Field(description="Dag of moment; zonder zone is het UTC. Anders de laatste dag."),
    ] = None
    alles: Annotated[bool, Field(description="Ook wat goed ging.")] = False


class PogingengroepUit(Uitvoer):
    """Aanroepen aan dezelfde partij met dezelfde afloop en oorzaak."""

    partij: str
    operatie: str
    afloop: str
    oorzaak: str | None = None
    aantal: int
    eerste: str
    laatste: str


class PogingenUit(Uitvoer):
    """Uitgaande aanroepen, gegroepeerd naar oorzaak; de meeste eerst."""

    groepen: list[PogingengroepUit]


@router.get(
    "/pogingen",
    summary="Toon uitgaande aanroepen naar oorzaak",
    responses={200: {"model": PogingenUit}, **problemen()},
)
async def groepen(
    vraag: Annotated[Pogingenvraag, Query()],
    wie: Annotated[Aanroeper, mag(Rol.KERN, Rol.BEHEER, vraag=Pogingenvraag)],
    omgeving: EigenOmgeving,
) -> Response:
    """Toon wat er misging bij aanroepen aan het Traffic Center en andere systemen, geteld per oorzaak."""
    sinds = _sinds(omgeving, vraag)
    gevonden = await omgeving.doe(lambda: pogingen.groepen(omgeving.wereld, sinds, alleen_mislukt=not vraag.alles))
    return JSONResponse({"groepen": [_groep(een) for een in gevonden]})


class Pogingenlijstvraag(Pogingenvraag):
    """Welke aanroepen worden getoond, en welke bladzijde."""

    partij: Annotated[str | None, Field(max_length=300)] = None
    operatie: Annotated[str | None, Field(max_length=64)] = None
    oorzaak: Annotated[str | None, Field(max_length=100)] = None
    na: Nummer = 0
    aantal: Aantal = STANDAARD_AANTAL


class PogingUit(Uitvoer):
    """Eén uitgaande aanroep; van wat de ander antwoordde alleen code en foutId."""

    id: int
    moment: str
    partij: str
    operatie: str
    afloop: Pogingafloop
    oorzaak: str | None = None
    melding: str | None = None
    duur_ms: int
    fout_id: str | None = None
    onderwerp: str | None = Field(None, description="sessie/ID of ophaling/ID.")


class PogingenlijstUit(Uitvoer):
    """Eén bladzijde uitgaande aanroepen, oudste eerst."""

    pogingen: list[PogingUit]
    volgende: str | None


@router.get(
    "/pogingen/lijst",
    summary="Toon uitgaande aanroepen een voor een",
    responses={200: {"model": PogingenlijstUit}, **problemen()},
)
async def lijst(
    vraag: Annotated[Pogingenlijstvraag, Query()],
    wie: Annotated[Aanroeper, mag(Rol.KERN, Rol.BEHEER, vraag=Pogingenlijstvraag)],
    omgeving: EigenOmgeving,
) -> Response:
    """Toon elke aanroep met moment, duur, afloop en wat de ander antwoordde, oudste eerst."""
    filter_ = PogingFilter(
        vraag.partij, vraag.operatie, vraag.oorzaak, _sinds(omgeving, vraag), alleen_mislukt=not vraag.alles
    )
    rijen, volgende = await omgeving.doe(lambda: pogingen.lijst(omgeving.wereld, filter_, vraag.na, vraag.aantal))
    return JSONResponse(
        {"pogingen": [_poging(een) for een in rijen], "volgende": str(volgende) if volgende is not None else None}
    )


def _sinds(omgeving: Omgeving, vraag: Pogingenvraag) -> datetime:
    return vraag.sinds or omgeving.wereld.klok.nu() - timedelta(days=1)


def _poging(een: Belpoging) -> dict[str, Any]:
    return gevuld(
        {
            "id": een.id,
            "moment": moment(een.moment),
            "partij": een.partij,
            "operatie": een.operatie,
            "afloop": een.afloop.value,
            "oorzaak": een.oorzaak,
            "melding": een.melding,
            "duurMs": een.duur_ms,
            "foutId": een.fout_id,
            "onderwerp": een.onderwerp,
        }
    )


def _groep(een: Pogingengroep) -> dict[str, Any]:
    return gevuld(
        {
            "partij": een.partij,
            "operatie": een.operatie,
            "afloop": een.afloop.value,
            "oorzaak": een.oorzaak,
            "aantal": een.aantal,
            "eerste": moment(een.eerste),
            "laatste": moment(een.laatste),
        }
    )
