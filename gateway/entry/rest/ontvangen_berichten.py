"""Messages that other systems sent: `GET /ontvangen-berichten`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from gateway.domain.ontvangen import OntvangenBericht
from gateway.domain.waarden import Rol
from gateway.entry.rest.basis import Uitvoer, gevuld, moment
from gateway.entry.rest.lijsten import Nummervraag
from gateway.entry.rest.omgeving import EigenOmgeving
from gateway.entry.rest.openapi import problemen
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.usecases import ontvangen_berichten

router = APIRouter(prefix="/v1", tags=["ontvangenBerichten"])


class AfzenderUit(Uitvoer):
    """Wie een bericht stuurde."""

    brin: str
    routerings_kenmerk: str | None = None
    systeem: str


class OntvangenBerichtUit(Uitvoer):
    """Een notificatie of terugkoppeling; brin en vestigingscode zijn die van ons aanleverpunt."""

    id: int
    soort: Literal["notificatie", "terugkoppeling"]
    moment: str
    laatst: str
    aantal: int
    brin: str
    vestigingscode: str
    afzender: AfzenderUit
    doel: Literal["OV", "SWV"] | None = None
    sessie_id: str | None = None
    aanvraagdatum: str | None = None
    koppelsleutel: str | None = None
    tekst: str | None = None


class OntvangenBerichtenUit(Uitvoer):
    """Eén bladzijde berichten, oudste eerst."""

    ontvangen_berichten: list[OntvangenBerichtUit]
    volgende: str | None


@router.get(
    "/ontvangen-berichten",
    summary="Toon ontvangen notificaties en terugkoppelingen",
    responses={200: {"model": OntvangenBerichtenUit}, **problemen()},
)
async def lijst(
    vraag: Annotated[Nummervraag, Query()],
    wie: Annotated[Aanroeper, mag(Rol.KERN, Rol.LOCATIEBEHEERDER, vraag=Nummervraag)],
    omgeving: EigenOmgeving,
) -> Response:
    """Toon wat andere systemen stuurden, oudste eerst; hetzelfde bericht staat er eenmaal, met hoe vaak het kwam."""
    rijen, volgende = await omgeving.doe(
        lambda: ontvangen_berichten.lijst(omgeving.wereld, wie.token, vraag.na, vraag.aantal)
    )
    return JSONResponse(
        {
            "ontvangenBerichten": [_beeld(rij, volledig=wie.token.rol is Rol.KERN) for rij in rijen],
            "volgende": str(volgende) if volgende is not None else None,
        }
    )


def _beeld(bericht: OntvangenBericht, *, volledig: bool) -> dict[str, Any]:
    """A message as shown; the koppelsleutel, which opens a dossier, only for the core application."""
    kenmerk, sleutel = bericht.afzender_kenmerk, bericht.koppelsleutel
    afzender = {
        "brin": bericht.afzender_brin.waarde,
        "routeringsKenmerk": kenmerk.waarde if kenmerk is not None else None,
        "systeem": bericht.systeem,
    }
    velden: dict[str, Any] = {
        "id": bericht.id,
        "soort": bericht.soort.value,
        "moment": moment(bericht.moment),
        "laatst": moment(bericht.laatst or bericht.moment),
        "aantal": bericht.aantal,
        "brin": bericht.vestiging.brin.waarde,
        "vestigingscode": bericht.vestiging.code,
        "afzender": gevuld(afzender),
        "doel": bericht.doel.value if bericht.doel is not None else None,
        "sessieId": bericht.sessie_id.waarde if bericht.sessie_id is not None else None,
        "aanvraagdatum": moment(bericht.aanvraagdatum) if bericht.aanvraagdatum is not None else None,
        "koppelsleutel": sleutel.waarde if sleutel is not None and volledig else None,
        "tekst": bericht.tekst,
    }
    return gevuld(velden)
