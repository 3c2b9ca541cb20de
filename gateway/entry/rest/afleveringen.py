"""Webhook deliveries: what waits and why, sending one again, letting one go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from gateway.domain.aflevering import Aflevering, AfleveringStatus
from gateway.domain.logboek import Opdrachtgever
from gateway.domain.waarden import Rol
from gateway.entry.rest.basis import STANDAARD_AANTAL, Invoer, Tekst, Uitvoer, Vraag, gevuld, moment
from gateway.entry.rest.idempotentie import eenmalig
from gateway.entry.rest.lichaam import lees_json
from gateway.entry.rest.lijsten import Aantal, Nummer
from gateway.entry.rest.omgeving import EigenOmgeving, Omgeving
from gateway.entry.rest.openapi import beschrijf, problemen
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.ports import AfleveringFilter, Wereld
from gateway.usecases import webhooks

router = APIRouter(prefix="/v1", tags=["afleveringen"])

_IdPad = Annotated[int, Path(alias="id", ge=1, le=2**53, description="Nummer van de aflevering.")]
_Doe = Callable[[Wereld, int, str, Opdrachtgever], Aflevering]


class Afleveringenvraag(Vraag):
    """Filters en bladzijde van de lijst van afleveringen."""

    status: AfleveringStatus | None = None
    abonnement: Annotated[str | None, Field(max_length=63)] = None
    na: Nummer = 0
    aantal: Aantal = STANDAARD_AANTAL


class AfleveringUit(Uitvoer):
    """Een gebeurtenis op weg naar een abonnement; `reden` zegt waarom de laatste poging mislukte."""

    id: int
    abonnement: str
    gebeurtenis_id: str
    type: str
    moment: str
    status: AfleveringStatus
    sinds: str
    pogingen: int
    volgende_poging: str | None = None
    reden: str | None = None


class AfleveringenUit(Uitvoer):
    """Eén bladzijde afleveringen, oudste eerst."""

    afleveringen: list[AfleveringUit]
    volgende: str | None


class RedenInvoer(Invoer):
    """Waarom dit gebeurt; komt in de audit. Noem geen persoon."""

    reden: Tekst


@router.get(
    "/afleveringen",
    summary="Toon de afleveringen van webhooks",
    responses={200: {"model": AfleveringenUit}, **problemen()},
)
async def lijst(
    vraag: Annotated[Afleveringenvraag, Query()],
    wie: Annotated[Aanroeper, mag(Rol.KERN, Rol.BEHEER, vraag=Afleveringenvraag)],
    omgeving: EigenOmgeving,
) -> Response:
    """Toon wat er naar abonnees ging of nog moet, en waarom iets wacht; oudste eerst."""
    filter_ = AfleveringFilter(vraag.status, vraag.abonnement)
    rijen, volgende = await omgeving.doe(lambda: webhooks.lijst(omgeving.wereld, filter_, vraag.na, vraag.aantal))
    return JSONResponse(
        {"afleveringen": [als_json(rij) for rij in rijen], "volgende": str(volgende) if volgende is not None else None}
    )


def als_json(aflevering: Aflevering) -> dict[str, Any]:
    """A delivery as it is shown: never what the event says."""
    wacht = aflevering.status is AfleveringStatus.WACHT
    velden: dict[str, Any] = {
        "id": aflevering.id,
        "abonnement": aflevering.abonnement,
        "gebeurtenisId": aflevering.gebeurtenis.id,
        "type": aflevering.gebeurtenis.type.value,
        "moment": moment(aflevering.gebeurtenis.moment),
        "status": aflevering.status.value,
        "sinds": moment(aflevering.sinds),
        "pogingen": aflevering.pogingen,
        "volgendePoging": moment(aflevering.volgende_poging) if wacht else None,
        "reden": aflevering.reden,
    }
    return gevuld(velden)


@router.post(
    "/afleveringen/{id}/opnieuw",
    summary="Verstuur een aflevering opnieuw",
    responses={200: {"model": AfleveringUit}, **problemen(404, 413, 415, 507)},
    openapi_extra=beschrijf(RedenInvoer, idempotent=True),
)
async def opnieuw(
    aflevering_id: _IdPad, verzoek: Request, wie: Annotated[Aanroeper, mag(Rol.BEHEER)], omgeving: EigenOmgeving
) -> Response:
    """Verstuur een aflevering nog eens, ook als zij al was aangekomen of opgegeven; zij houdt haar id."""
    return await _met_reden(aflevering_id, verzoek, wie, omgeving, webhooks.opnieuw)


@router.post(
    "/afleveringen/{id}/vervallen",
    summary="Laat een aflevering vervallen",
    responses={200: {"model": AfleveringUit}, **problemen(404, 413, 415, 507)},
    openapi_extra=beschrijf(RedenInvoer, idempotent=True),
)
async def vervallen(
    aflevering_id: _IdPad, verzoek: Request, wie: Annotated[Aanroeper, mag(Rol.BEHEER)], omgeving: EigenOmgeving
) -> Response:
    """Verstuur een aflevering niet meer; wat erachter wacht gaat verder."""
    return await _met_reden(aflevering_id, verzoek, wie, omgeving, webhooks.laat_vervallen)


async def _met_reden(aflevering_id: int, verzoek: Request, wie: Aanroeper, omgeving: Omgeving, doe: _Doe) -> Response:
    invoer, octets = await lees_json(verzoek, RedenInvoer, omgeving.instellingen.max_json)

    async def nu() -> Response:
        gedaan = await omgeving.doe(lambda: doe(omgeving.wereld, aflevering_id, invoer.reden, wie.opdrachtgever))
        return JSONResponse(als_json(gedaan))

    return await eenmalig(verzoek, omgeving, wie, octets, nu)
