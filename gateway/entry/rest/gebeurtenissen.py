"""The event feed and its webhooks, for the core application."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from gateway.domain.aflevering import cloudevent
from gateway.domain.logboek import GebeurtenisType
from gateway.domain.waarden import Rol
from gateway.entry.rest.basis import Invoer, Tekst, Uitvoer
from gateway.entry.rest.lichaam import lees_json
from gateway.entry.rest.lijsten import Nummervraag
from gateway.entry.rest.omgeving import EigenOmgeving
from gateway.entry.rest.openapi import beschrijf, problemen
from gateway.entry.rest.problemen import RestFout, VeldFout
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.entry.rest.velden import ongeldig
from gateway.entry.rest.webhookadres import eis_adres
from gateway.usecases import abonneren, inzien

router = APIRouter(prefix="/v1", tags=["gebeurtenissen"])

_TYPES: Final = tuple(soort.value for soort in GebeurtenisType)
_NAAM: Final = r"^[a-z0-9][a-z0-9-]{0,62}$"


class CloudEventUit(Uitvoer):
    """Een gebeurtenis volgens CloudEvents 1.0."""

    specversion: str
    id: str
    source: str
    type: str
    time: str
    subject: str
    datacontenttype: str
    data: dict[str, Any]


class GebeurtenissenUit(Uitvoer):
    """Eén bladzijde gebeurtenissen, oudste eerst; volgende is er altijd."""

    gebeurtenissen: list[CloudEventUit]
    volgende: str


class AbonnementInvoer(Invoer):
    """Waar gebeurtenissen heen gaan; `geheim` ondertekent ze, zonder `types` gaan alle soorten."""

    url: Annotated[str, Field(min_length=1, max_length=500)]
    geheim: Tekst
    types: Annotated[list[str], Field(min_length=1, max_length=20)] | None = None


class AbonnementUit(Uitvoer):
    """Een abonnement; het geheim wordt nooit teruggegeven."""

    naam: str
    url: str
    types: list[str]


@router.get(
    "/gebeurtenissen",
    summary="Toon de gebeurtenissen",
    responses={200: {"model": GebeurtenissenUit}, **problemen()},
)
async def lijst(
    vraag: Annotated[Nummervraag, Query()],
    wie: Annotated[Aanroeper, mag(Rol.KERN, vraag=Nummervraag)],
    omgeving: EigenOmgeving,
) -> Response:
    """Toon gebeurtenissen na een cursor, oudste eerst."""
    rijen, volgende = await omgeving.doe(lambda: inzien.gebeurtenissen(omgeving.wereld, vraag.na, vraag.aantal))
    return JSONResponse({"gebeurtenissen": [cloudevent(rij) for rij in rijen], "volgende": str(volgende)})


@router.put(
    "/abonnementen/{naam}",
    summary="Bewaar een abonnement",
    responses={200: {"model": AbonnementUit}, 201: {"model": AbonnementUit}, **problemen(413, 415)},
    openapi_extra=beschrijf(AbonnementInvoer),
)
async def abonneer(
    naam: Annotated[str, Path(description="Eigen naam van het abonnement.", json_schema_extra={"pattern": _NAAM})],
    verzoek: Request,
    wie: Annotated[Aanroeper, mag(Rol.KERN)],
    omgeving: EigenOmgeving,
) -> Response:
    """Laat gebeurtenissen naar een adres sturen: een nieuw abonnement begint bij de eerstvolgende gebeurtenis."""
    if not abonneren.geldige_naam(naam):
        raise RestFout(
            422,
            "NaamOngeldig",
            "De naam van het abonnement heeft niet de juiste vorm.",
            "Gebruik 1 tot 63 kleine letters, cijfers en streepjes.",
        )
    invoer, _ = await lees_json(verzoek, AbonnementInvoer, omgeving.instellingen.max_json)
    eis_adres(invoer.url, omgeving.instellingen)
    if vreemd := [soort for soort in invoer.types or () if soort not in _TYPES]:
        raise VeldFout(
            [ongeldig("types", f"noemt {len(vreemd)} onbekende soort(en); bekend zijn: {', '.join(_TYPES)}")]
        )
    types = tuple(dict.fromkeys(invoer.types or _TYPES))
    nieuw = await omgeving.doe(
        lambda: abonneren.abonneer(omgeving.wereld, abonneren.Invoer(naam, invoer.url, invoer.geheim, types))
    )
    return JSONResponse({"naam": naam, "url": invoer.url, "types": list(types)}, 201 if nieuw else 200)
