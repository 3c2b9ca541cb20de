"""The OpenAPI 3.1 description at `/v1/openapi.json`, made from the routes and completed by the NL API Design Rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from gateway.entry.rest.ring import API_VERSIE
from gateway.ports import Contactteksten

Rollen = Mapping[str, Sequence[str]]

_SCHEMA: Final = "#/components/schemas/{model}"

_UITLEG: Final = (
    "De gateway neemt leerlingdossiers van de kernapplicatie (ELK) aan, controleert en ondertekent ze, zet ze klaar en"
    " levert ze over OSO aan het LAS van de school. Zij haalt ook dossiers op bij andere scholen (ophalingen), laat "
    "een LAS weten dat een dossier klaarstaat (notificaties), zegt wie een dossier kreeg (verantwoording), en kan met "
    "de hand een school, een partij of alles stilzetten (schakelaars). Alle fouten zijn `application/problem+json` "
    "(RFC 9457) met een `code` voor programma's, een `melding` en `watNu` voor mensen. Onbekende velden en vraagvelden"
    " worden geweigerd. Lijsten gaan per bladzijde: geef de waarde van `volgende` mee als `na`. Een POST met "
    "`Idempotency-Key` wordt 24 uur lang één keer uitgevoerd."
)

_STATUSSEN: Final[Mapping[int, str]] = {
    400: "De aanroep is niet leesbaar, of OSO-Account ontbreekt.",
    401: "Er is geen geldig token meegestuurd.",
    403: "De rol van het token mag deze aanroep niet doen.",
    404: "Onbekend, of buiten het bereik van het token.",
    409: "Iemand anders wijzigde hetzelfde op hetzelfde moment.",
    412: "If-Match noemt een andere stand; er is niets overgenomen.",
    413: "De inhoud is te groot.",
    415: "Dit soort inhoud kan hier niet.",
    422: "De inhoud is leesbaar maar klopt niet.",
    429: "Te veel aanroepen met dit token.",
    500: "Onverwachte fout; het foutId staat in het logboek van de gateway.",
    503: "Tijdelijk niet mogelijk; probeer het later opnieuw.",
    507: "Er is geen opslagruimte.",
}


class BevindingSchema(BaseModel):
    """Eén bevinding over een dossier."""

    regel: str = Field(description="Regel, of XSD, XML, TEKST.… of BIJL.….")
    ernst: str = Field(description="fout of waarschuwing.")
    pad: str
    regelnummer: int | None
    melding: str
    toegestaan: list[str] = []


class VeldSchema(BaseModel):
    """Eén veld dat niet klopt."""

    veld: str
    code: str
    melding: str


class ProbleemSchema(BaseModel):
    """Fout volgens RFC 9457."""

    model_config = ConfigDict(title="Probleem")

    type: str = Field(json_schema_extra={"format": "uri"})
    title: str
    status: int
    detail: str
    code: str = Field(description="Vaste code voor programma's.")
    melding: str = Field(description="Wat er mis is.")
    wat_nu: str = Field(alias="watNu", description="Wat u nu kunt doen.")
    contact: str = Field("", description="Wie u kunt bellen.")
    bevindingen: list[BevindingSchema] = []
    velden: list[VeldSchema] = []
    fout_id: str = Field("", alias="foutId")
    instance: str = ""


def problemen(*statussen: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems a route may answer with, beside those of every route."""
    inhoud = {"application/problem+json": {"schema": {"$ref": _SCHEMA.format(model="ProbleemSchema")}}}
    altijd = (400, 401, 403, 422, 429, 500, 503)
    return {status: {"description": _STATUSSEN[status], "content": inhoud} for status in sorted({*altijd, *statussen})}


def beschrijf(
    lichaam: type[BaseModel] | None = None,
    *,
    account: bool = False,
    idempotent: bool = False,
    if_match: bool = False,
    anders: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Describe what FastAPI cannot see: body and headers that a route reads itself."""
    extra: dict[str, Any] = {}
    if lichaam is not None:
        verwijzing = {"$ref": _SCHEMA.format(model=lichaam.__name__)}
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": verwijzing}}}
    if anders is not None:
        extra["requestBody"] = {"required": True, "content": dict(anders)}
    koppen = []
    if account:
        koppen += [
            _kop("OSO-Account", "Account dat de opdracht geeft; verplicht voor de rol kern.", 64),
            _kop("OSO-Namens", "Voor wie het account meekijkt.", 64),
        ]
    if idempotent:
        koppen.append(_kop("Idempotency-Key", "Eigen sleutel van deze opdracht, bijvoorbeeld een UUID.", 255))
    if if_match:
        koppen.append(_kop("If-Match", "ETag die nog moet gelden, of *.", 64))
    if koppen:
        extra["parameters"] = koppen
    return extra


def _kop(naam: str, uitleg: str, lengte: int) -> dict[str, Any]:
    return {
        "name": naam,
        "in": "header",
        "required": False,
        "description": uitleg,
        "schema": {"type": "string", "minLength": 1, "maxLength": lengte, "pattern": "^[!-~]+$"},
    }


def richt_openapi_in(
    app: FastAPI, contact: Contactteksten, modellen: tuple[type[BaseModel], ...], rollen: Rollen
) -> None:
    """Give the application its description; made once, when first asked for.

    `modellen` are read by the routes themselves, `rollen` tells per operation id who may call it.
    """

    @lru_cache(maxsize=1)
    def maak() -> dict[str, Any]:
        kaal = get_openapi(
            title="OSO-gateway",
            version=API_VERSIE,
            openapi_version="3.1.0",
            summary="Leerlingdossiers van de kernapplicatie naar het LAS, over OSO",
            description=_UITLEG,
            routes=app.routes,
            license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
            servers=[{"url": "/v1", "description": "Deze gateway"}],
        )
        # Not by way of FastAPI: it wants another library to check the e-mail address, and says so in the log.
        kaal["info"]["contact"] = {
            "name": contact.beheer,
            "url": "https://oso-gateway.example",
            "email": "beheer@oso-gateway.example",
        }
        return _vul_aan(kaal, modellen, rollen)

    app.openapi = maak  # type: ignore[method-assign]  # FastAPI documents overriding it this way


def _vul_aan(kaal: dict[str, Any], modellen: tuple[type[BaseModel], ...], rollen: Rollen) -> dict[str, Any]:
    kaal["paths"] = {pad.removeprefix("/v1"): inhoud for pad, inhoud in kaal["paths"].items()}
    onderdelen = kaal.setdefault("components", {})
    alle: tuple[type[BaseModel], ...] = (ProbleemSchema, BevindingSchema, VeldSchema, *modellen)
    _, schemas = models_json_schema(
        [(model, "validation") for model in alle], ref_template="#/components/schemas/{model}"
    )
    onderdelen.setdefault("schemas", {}).update(schemas["$defs"])
    onderdelen["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "Token van de beheerder van de gateway."}
    }
    onderdelen["headers"] = {
        "ApiVersie": {
            "description": "Versie van deze interface.",
            "schema": {"type": "string", "examples": [API_VERSIE]},
        }
    }
    kaal["security"] = [{"token": []}]
    for pad in kaal["paths"].values():
        for aanroep in pad.values():
            mogen = rollen[aanroep["operationId"]]
            aanroep["description"] += f"\n\nRol: {', '.join(mogen)}."
            for antwoord in aanroep["responses"].values():
                antwoord.setdefault("headers", {})["API-Version"] = {"$ref": "#/components/headers/ApiVersie"}
    return kaal
