"""Dossiers: push, context, look, versions, history."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from gateway.domain.dossier import Status
from gateway.domain.waarden import Brin, Rol
from gateway.entry.rest.aanlevering import ContextInvoer, lees_octets, maak_aanlevering
from gateway.entry.rest.basis import MAX_AANTAL, STANDAARD_AANTAL, Uitvoer, Vraag, moment
from gateway.entry.rest.lichaam import lees_json
from gateway.entry.rest.lijsten import Aantal, als_lijst, bladzijden, lijst_of_csv, wil_alles
from gateway.entry.rest.omgeving import EigenOmgeving
from gateway.entry.rest.openapi import BevindingSchema, beschrijf, problemen
from gateway.entry.rest.paden import ElkPad, elk_nummer
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.entry.rest.toetsing import toetser_van
from gateway.usecases import inzien
from gateway.usecases.aanleveren import Aangeleverd, lever_aan
from gateway.usecases.context import wijzig_context

router = APIRouter(prefix="/v1", tags=["dossiers"])

_XML: Final = "application/xml"
_ETAG: Final = re.compile(r'"([0-9]+-[0-9]+)"')
_KOLOMMEN: Final = (
    "elkNummer",
    "status",
    "ophaalbaar",
    "reden",
    "versie",
    "verzameldatum",
    "opgehaald.moment",
    "opgehaald.brin",
    "opgehaald.systeem",
    "laatstAfgekeurd.moment",
    "laatstAfgekeurd.aantalFouten",
)

Kleur = Literal["wit", "blauw", "groen"]


class AangeleverdUit(Uitvoer):
    """Wat er van een aanlevering werd; bevindingen zijn hier waarschuwingen."""

    elk_nummer: str
    versie: int
    sha256: str
    status: Kleur
    bevindingen: list[BevindingSchema]


class OpgehaaldUit(Uitvoer):
    """De laatste keer dat het dossier geheel is overgedragen; een locatiebeheerder ziet alleen zijn eigen school."""

    moment: str
    brin: str
    systeem: str


class AfgekeurdUit(Uitvoer):
    """De laatste aanlevering die is afgekeurd."""

    moment: str
    aantal_fouten: int


class DossierUit(Uitvoer):
    """Een dossier; `reden` zegt waarom het nu niet op te halen is."""

    elk_nummer: str
    status: Kleur
    ophaalbaar: bool
    reden: str | None = None
    versie: int | None
    verzameldatum: str | None
    opgehaald: OpgehaaldUit | None = None
    laatst_afgekeurd: AfgekeurdUit | None = None


class DossiersUit(Uitvoer):
    """Eén bladzijde dossiers."""

    dossiers: list[DossierUit]
    volgende: str | None


class Dossiersvraag(Vraag):
    """Filters en bladzijde van de lijst van dossiers."""

    status: Kleur | None = None
    brin: Annotated[str | None, Field(pattern=r"^[0-9]{2}[A-Z]{2}$")] = None
    vestigingscode: Annotated[str | None, Field(pattern=r"^[0-9]{2}$")] = None
    na: Annotated[str | None, Field(pattern=r"^B?[0-9]{1,12}$")] = None
    aantal: Aantal = STANDAARD_AANTAL


_PUSH: Final = {
    _XML: {"schema": {"type": "string", "format": "binary"}},
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["dossier"],
            "additionalProperties": False,
            "properties": {
                "dossier": {
                    "type": "string",
                    "format": "binary",
                    "description": "Het dossier als XML, of als JSON (application/json).",
                },
                "context": {"$ref": "#/components/schemas/ContextInvoer"},
                "okiDoc": {"type": "string", "format": "binary", "description": "Het oki-doc als PDF."},
                "bijlage": {"type": "array", "items": {"type": "string", "format": "binary"}},
            },
        }
    },
}


@router.put(
    "/dossiers/{elkNummer}",
    summary="Lever een dossier aan",
    responses={
        200: {"model": AangeleverdUit},
        201: {"model": AangeleverdUit},
        **problemen(409, 412, 413, 415, 507),
    },
    openapi_extra=beschrijf(account=True, if_match=True, anders=_PUSH),
)
async def lever(
    elk: ElkPad, verzoek: Request, wie: Annotated[Aanroeper, mag(Rol.KERN, account=True)], omgeving: EigenOmgeving
) -> Response:
    """Lever een dossier aan, alleen of met context en documenten: 201 bij een nieuwe versie, 200 bij een gelijke.

    Een afgekeurd dossier verdringt de vorige versie niet; een context die meekwam wordt dan toch overgenomen.
    """
    nummer = elk_nummer(elk)
    if_match = _if_match(verzoek)
    lading = [await lees_octets(verzoek, omgeving.instellingen.max_bericht)]
    soort = verzoek.headers["content-type"]

    def doe() -> Aangeleverd:
        # Taken out of the list: a form of tens of MB must not stay in memory beside the parts taken out of it.
        aanlevering = maak_aanlevering(soort, lading.pop(), lambda: toetser_van(omgeving).pakketten)
        return lever_aan(omgeving.wereld, nummer, aanlevering, wie.opdrachtgever, if_match)

    return _aangeleverd(await omgeving.doe(doe))


def _aangeleverd(resultaat: Aangeleverd) -> Response:
    dossier = resultaat.dossier
    versie = dossier.nieuwste
    if versie is None:
        raise AssertionError("an accepted push leaves a version")
    lichaam = {
        "elkNummer": dossier.elk_nummer.waarde,
        "versie": versie.versie,
        "sha256": versie.sha256,
        "status": dossier.status.value,
        "bevindingen": [bevinding.als_json() for bevinding in resultaat.beoordeling.rapport.bevindingen],
    }
    return JSONResponse(lichaam, 201 if resultaat.nieuw else 200, {"ETag": f'"{dossier.etag}"'})


def _if_match(verzoek: Request) -> str | None:
    """The ETag text of If-Match, `*`, or None; what is no single strong ETag of ours matches nothing."""
    waarden = verzoek.headers.getlist("if-match")
    if not waarden:
        return None
    tekst = waarden[0].strip()
    if len(waarden) == 1 and tekst == "*":
        return tekst
    gevonden = _ETAG.fullmatch(tekst) if len(waarden) == 1 else None
    return gevonden[1] if gevonden is not None else ""


@router.put(
    "/dossiers/{elkNummer}/context",
    summary="Wijzig de context van een leerling",
    responses={200: {"model": DossierUit}, **problemen(409, 412, 413, 415, 507)},
    openapi_extra=beschrijf(ContextInvoer, account=True, if_match=True),
)
async def context(
    elk: ElkPad, verzoek: Request, wie: Annotated[Aanroeper, mag(Rol.KERN, account=True)], omgeving: EigenOmgeving
) -> Response:
    """Wijzig plaatsing, herkomst, vrijgave van het oki-doc of tegenhouden; geldt meteen, ook zonder dossier."""
    nummer = elk_nummer(elk)
    if_match = _if_match(verzoek)
    invoer, _ = await lees_json(verzoek, ContextInvoer, omgeving.instellingen.max_json)

    def doe() -> inzien.Dossierbeeld:
        na = wijzig_context(omgeving.wereld, nummer, invoer.wijziging(), wie.opdrachtgever, if_match)
        return inzien.beeld_van(omgeving.wereld, na)

    return _met_etag(await omgeving.doe(doe))


def _met_etag(gezien: inzien.Dossierbeeld) -> Response:
    return JSONResponse(beeld(gezien), headers={"ETag": f'"{gezien.dossier.etag}"'})


@router.get(
    "/dossiers",
    summary="Toon de dossiers",
    responses={**lijst_of_csv(DossiersUit), **problemen()},
)
async def lijst(
    vraag: Annotated[Dossiersvraag, Query()],
    verzoek: Request,
    wie: Annotated[Aanroeper, mag(Rol.KERN, Rol.LOCATIEBEHEERDER, vraag=Dossiersvraag)],
    omgeving: EigenOmgeving,
) -> Response:
    """Toon de dossiers binnen het bereik van het token; met `Accept: text/csv` als CSV, zonder `aantal` geheel."""
    alles = wil_alles(verzoek, vraag)

    def haal(na: str | None) -> tuple[Sequence[inzien.Dossierbeeld], str | None]:
        lijstvraag = inzien.Lijstvraag(
            Status(vraag.status) if vraag.status is not None else None,
            Brin(vraag.brin) if vraag.brin is not None else None,
            vraag.vestigingscode,
            na,
            MAX_AANTAL if alles else vraag.aantal,
        )
        return inzien.dossiers(omgeving.wereld, wie.token, lijstvraag)

    rijen, volgende = await omgeving.doe(lambda: bladzijden(haal, vraag.na, alles=alles))
    return als_lijst(verzoek, "dossiers", _KOLOMMEN, [beeld(een) for een in rijen], volgende)


@router.get(
    "/dossiers/{elkNummer}", summary="Toon een dossier", responses={200: {"model": DossierUit}, **problemen(404)}
)
async def een(
    elk: ElkPad, wie: Annotated[Aanroeper, mag(Rol.KERN, Rol.LOCATIEBEHEERDER)], omgeving: EigenOmgeving
) -> Response:
    """Toon een dossier. De ETag verandert met elke versie en elke wijziging van de context, niet met de stip."""
    nummer = elk_nummer(elk)
    return _met_etag(await omgeving.doe(lambda: inzien.dossier(omgeving.wereld, wie.token, nummer)))


def beeld(gezien: inzien.Dossierbeeld) -> dict[str, Any]:
    """A dossier as shown; where it is placed is not part of it."""
    dossier, versie = gezien.dossier, gezien.dossier.nieuwste
    velden: dict[str, Any] = {
        "elkNummer": dossier.elk_nummer.waarde,
        "status": dossier.status.value,
        "ophaalbaar": gezien.ophaalbaar,
    }
    if gezien.reden is not None:
        velden["reden"] = gezien.reden.value
    velden["versie"] = versie.versie if versie is not None else None
    velden["verzameldatum"] = moment(versie.verzameldatum) if versie is not None else None
    if (opgehaald := dossier.opgehaald) is not None:
        velden["opgehaald"] = {
            "moment": moment(opgehaald.moment),
            "brin": opgehaald.brin.waarde,
            "systeem": opgehaald.systeem,
        }
    if (afgekeurd := dossier.laatst_afgekeurd) is not None:
        velden["laatstAfgekeurd"] = {"moment": moment(afgekeurd.moment), "aantalFouten": afgekeurd.aantal_fouten}
    return velden
