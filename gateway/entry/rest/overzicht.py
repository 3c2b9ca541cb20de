"""How the placed pupils of a school stand: `GET /overdrachten/overzicht`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from gateway.domain.waarden import Brin, Rol
from gateway.entry.rest.basis import MAX_AANTAL, STANDAARD_AANTAL, Uitvoer, Vraag, gevuld, moment
from gateway.entry.rest.lijsten import Aantal, als_lijst, bladzijden, lijst_of_csv, wil_alles
from gateway.entry.rest.omgeving import EigenOmgeving, Omgeving
from gateway.entry.rest.openapi import problemen
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.usecases.overzicht import Overzichtrij, Overzichtvraag, Stand, overzicht

router = APIRouter(prefix="/v1", tags=["overzicht"])

_KOLOMMEN: Final = (
    "elkNummer",
    "brin",
    "vestigingscode",
    "stand",
    "status",
    "versie",
    "code",
    "waarom",
    "opgehaald.moment",
    "opgehaald.systeem",
    "opgehaald.versie",
    "geweigerd.moment",
    "geweigerd.systeem",
    "geweigerd.resultaat",
    "geweigerd.betekenis",
)


class OverzichtVraag(Vraag):
    """Filters en bladzijde van het overzicht."""

    brin: Annotated[str | None, Field(pattern=r"^[0-9]{2}[A-Z]{2}$")] = None
    vestigingscode: Annotated[str | None, Field(pattern=r"^[0-9]{2}$")] = None
    stand: Stand | None = None
    na: Annotated[str | None, Field(pattern=r"^B?[0-9]{1,12}$")] = None
    aantal: Aantal = STANDAARD_AANTAL


class GehaaldUit(Uitvoer):
    """De laatste overdracht die geheel aankwam."""

    moment: str
    systeem: str
    versie: int | None = None


class GeweigerdUit(Uitvoer):
    """Het laatste antwoord, als dat een weigering was."""

    moment: str
    systeem: str
    resultaat: str
    betekenis: str


class OverzichtrijUit(Uitvoer):
    """Een geplaatste leerling; `waarom` zegt waarom het dossier niet klaarstaat of nu niet meegaat."""

    elk_nummer: str
    brin: str
    vestigingscode: str
    stand: Stand
    status: str
    versie: int | None = None
    code: str | None = None
    waarom: str | None = None
    opgehaald: GehaaldUit | None = None
    geweigerd: GeweigerdUit | None = None


class OverzichtUit(Uitvoer):
    """Eén bladzijde van het overzicht."""

    overzicht: list[OverzichtrijUit]
    volgende: str | None


@router.get(
    "/overdrachten/overzicht",
    summary="Toon hoe het met de geplaatste leerlingen staat",
    responses={**lijst_of_csv(OverzichtUit), **problemen()},
)
async def toon(
    vraag: Annotated[OverzichtVraag, Query()],
    verzoek: Request,
    wie: Annotated[Aanroeper, mag(Rol.LOCATIEBEHEERDER, Rol.KERN, vraag=OverzichtVraag)],
    omgeving: EigenOmgeving,
) -> Response:
    """Toon per geplaatste leerling of het dossier klaarstaat, is opgehaald (door welk systeem), geweigerd of gewijzigd.

    Met `Accept: text/csv` als CSV, zonder `aantal` geheel.
    """
    alles = wil_alles(verzoek, vraag)

    def haal(na: str | None) -> tuple[Sequence[Overzichtrij], str | None]:
        gevraagd = Overzichtvraag(
            Brin(vraag.brin) if vraag.brin is not None else None,
            vraag.vestigingscode,
            vraag.stand,
            na,
            MAX_AANTAL if alles else vraag.aantal,
        )
        return overzicht(omgeving.wereld, wie.token, gevraagd)

    rijen, volgende = await omgeving.doe(lambda: bladzijden(haal, vraag.na, alles=alles))
    return als_lijst(verzoek, "overzicht", _KOLOMMEN, [_rij(omgeving, een) for een in rijen], volgende)


def _rij(omgeving: Omgeving, een: Overzichtrij) -> dict[str, Any]:
    dossier, gehaald, geweigerd = een.dossier, een.laatst_gehaald, een.laatst_geweigerd
    velden: dict[str, Any] = {
        "elkNummer": dossier.elk_nummer.waarde,
        "brin": een.plaatsing.brin.waarde,
        "vestigingscode": een.plaatsing.code,
        "stand": een.stand.value,
        "status": dossier.status.value,
        "versie": dossier.nieuwste.versie if dossier.nieuwste is not None else None,
        "code": een.code,
        "waarom": een.waarom,
    }
    if gehaald is not None and gehaald.overgedragen is not None:
        velden["opgehaald"] = {
            "moment": moment(gehaald.overgedragen),
            "systeem": gehaald.systeem,
            "versie": gehaald.versie,
        }
    if geweigerd is not None:
        velden["geweigerd"] = {
            "moment": moment(geweigerd.moment),
            "systeem": geweigerd.systeem,
            "resultaat": geweigerd.resultaat.value,
            "betekenis": omgeving.wereld.tabel.betekenis(geweigerd.resultaat),
        }
    return gevuld(velden)
