"""Notifications to LAS systems: `GET /notificaties`, `POST /dossiers/{elkNummer}/notificaties`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from gateway.domain.bewaren import Bewaartermijnen
from gateway.domain.notificatie import NotificatieStatus, Notificatietaak
from gateway.domain.waarden import Rol
from gateway.entry.rest.basis import STANDAARD_AANTAL, Uitvoer, Vraag, gevuld, moment
from gateway.entry.rest.idempotentie import eenmalig
from gateway.entry.rest.lichaam import lees_leeg
from gateway.entry.rest.lijsten import Aantal, Nummer
from gateway.entry.rest.omgeving import EigenOmgeving
from gateway.entry.rest.openapi import beschrijf, problemen
from gateway.entry.rest.paden import ElkPad, elk_nummer
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.usecases import notificeren

router = APIRouter(prefix="/v1", tags=["notificaties"])

_TERMIJNEN = Bewaartermijnen()


class Notificatievraag(Vraag):
    """Filter en bladzijde van de lijst van notificaties."""

    status: NotificatieStatus | None = None
    na: Nummer = 0
    aantal: Aantal = STANDAARD_AANTAL


class NotificatieUit(Uitvoer):
    """Eén versie waarvan één LAS hoort; brin en vestigingscode zijn die van ons aanleverpunt."""

    id: int | None = None
    elk_nummer: str
    versie: int
    brin: str
    vestigingscode: str
    doel_brin: str
    doel_routerings_kenmerk: str
    aanvraagdatum: str
    status: Literal["te-melden", "gemeld", "verstuurd", "ontvangen", "mislukt", "vervallen"]
    sinds: str
    pogingen: int
    reden: str | None = None


class NotificatiesUit(Uitvoer):
    """Eén bladzijde notificaties, oudste eerst."""

    notificaties: list[NotificatieUit]
    volgende: str | None


class OpgenomenUit(Uitvoer):
    """De notificaties die zijn opgenomen; de gateway verstuurt ze."""

    notificaties: list[NotificatieUit]


@router.get("/notificaties", summary="Toon de notificaties", responses={200: {"model": NotificatiesUit}, **problemen()})
async def lijst(
    vraag: Annotated[Notificatievraag, Query()],
    wie: Annotated[Aanroeper, mag(Rol.KERN, Rol.LOCATIEBEHEERDER, vraag=Notificatievraag)],
    omgeving: EigenOmgeving,
) -> Response:
    """Toon welk LAS van welke versie hoort of hoorde dat zij klaarstaat, oudste eerst."""
    rijen, volgende = await omgeving.doe(
        lambda: notificeren.lijst(omgeving.wereld, wie.token, vraag.status, vraag.na, vraag.aantal)
    )
    return JSONResponse(
        {
            "notificaties": [_beeld(rij) for rij in rijen],
            "volgende": str(volgende) if volgende is not None else None,
        }
    )


@router.post(
    "/dossiers/{elkNummer}/notificaties",
    summary="Laat een LAS weten dat een dossier klaarstaat",
    status_code=202,
    responses={202: {"model": OpgenomenUit}, **problemen(404)},
    openapi_extra=beschrijf(account=True, idempotent=True),
)
async def geef_opdracht(
    elk: ElkPad,
    verzoek: Request,
    wie: Annotated[Aanroeper, mag(Rol.KERN, Rol.LOCATIEBEHEERDER, account=True)],
    omgeving: EigenOmgeving,
) -> Response:
    """Notificeer elk LAS dat tevergeefs om dit dossier vroeg, ook als de school dat met de hand wil."""
    nummer = elk_nummer(elk)
    lichaam = await lees_leeg(verzoek, omgeving.instellingen.max_json)

    async def doe() -> Response:
        taken = await omgeving.doe(
            lambda: notificeren.opdracht(omgeving.wereld, wie.token, nummer, _TERMIJNEN, wie.opdrachtgever)
        )
        return JSONResponse({"notificaties": [_beeld(taak) for taak in taken]}, 202)

    return await eenmalig(verzoek, omgeving, wie, lichaam, doe)


def _beeld(taak: Notificatietaak) -> dict[str, Any]:
    velden: dict[str, Any] = {
        "id": taak.id or None,
        "elkNummer": taak.elk_nummer.waarde,
        "versie": taak.versie,
        "brin": taak.bron.brin.waarde,
        "vestigingscode": taak.bron.code,
        "doelBrin": taak.doel_brin.waarde,
        "doelRouteringsKenmerk": taak.doel_kenmerk.waarde,
        "aanvraagdatum": moment(taak.aanvraagdatum),
        "status": taak.status.value,
        "sinds": moment(taak.sinds),
        "pogingen": taak.pogingen,
        "reden": taak.reden,
    }
    return gevuld(velden)
