"""Aanleverpunten: enter, see, register, ping."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, Field, model_validator
from starlette.responses import JSONResponse, Response

from gateway.domain.aanleverpunt import Aanleverpunt
from gateway.domain.waarden import Doel, OngeldigeWaarde, Rol, RouteringsKenmerk
from gateway.entry.rest.basis import Invoer, Tekst, Uitvoer, gevuld, moment
from gateway.entry.rest.idempotentie import eenmalig
from gateway.entry.rest.lichaam import lees_json, lees_leeg
from gateway.entry.rest.lijsten import Bladzijdevraag, als_lijst, bladzijde, lijst_of_csv, wil_alles
from gateway.entry.rest.omgeving import EigenOmgeving
from gateway.entry.rest.openapi import beschrijf, problemen
from gateway.entry.rest.paden import BrinPad, CodePad, vestiging
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.usecases import aanleverpunten
from gateway.usecases import aanleverpunten_beheer as beheer

router = APIRouter(prefix="/v1", tags=["aanleverpunten"])

_KOLOMMEN: Final = (
    "brin",
    "vestigingscode",
    "aanleverpuntnummer",
    "routeringsKenmerk",
    "naam",
    "doel",
    "sleutelIngevuld",
    "status",
    "oso",
    "magOverdrachtAanvragen",
    "reden",
    "sinds",
    "laatstOpgehaald",
    "watIsErMis",
    "wieBellen",
)
_MAG = mag(Rol.CONTACTPERSOON, Rol.BEHEER)


def _nummer(waarde: int) -> int:
    if waarde < 1:
        raise ValueError("moet 1 of hoger zijn: 0 betekent in ELK 'niet ingevuld'")
    return waarde


def _kenmerk(waarde: str) -> str:
    try:
        return RouteringsKenmerk(waarde).waarde
    except OngeldigeWaarde as fout:
        raise ValueError(f"is niet geldig: verwacht {fout.verwacht}") from None


class AanleverpuntInvoer(Invoer):
    """Wat de contactpersoon uit Mijn OSO overneemt; precies één van aanleverpuntnummer en routeringsKenmerk."""

    aanleverpuntnummer: Annotated[
        int | None,
        Field(le=2_147_483_647, json_schema_extra={"minimum": 1}),
        AfterValidator(lambda waarde: None if waarde is None else _nummer(waarde)),
    ] = None
    routerings_kenmerk: Annotated[
        str | None, AfterValidator(lambda waarde: None if waarde is None else _kenmerk(waarde))
    ] = None
    sleutel: Tekst
    naam: Tekst | None = None
    doel: Literal["OV", "SWV"] = "OV"

    @model_validator(mode="after")
    def _precies_een(self) -> AanleverpuntInvoer:
        if (self.aanleverpuntnummer is None) == (self.routerings_kenmerk is None):
            raise ValueError("moet precies één van aanleverpuntnummer en routeringsKenmerk hebben")
        return self


class AanleverpuntUit(Uitvoer):
    """Een aanleverpunt; de sleutel wordt nooit teruggegeven."""

    brin: str
    vestigingscode: str
    aanleverpuntnummer: int | None = None
    routerings_kenmerk: str | None = None
    naam: str | None = None
    doel: Literal["OV", "SWV"]
    sleutel_ingevuld: bool
    status: Literal["nieuw", "geregistreerd", "geweigerd", "uitgezet"]
    oso: bool
    mag_overdracht_aanvragen: bool
    reden: str | None = None
    sinds: str
    laatst_opgehaald: str | None = None
    wat_is_er_mis: str | None = None
    wie_bellen: str | None = None


class AanleverpuntenUit(Uitvoer):
    """Eén bladzijde aanleverpunten."""

    aanleverpunten: list[AanleverpuntUit]
    volgende: str | None


class PingUit(Uitvoer):
    """Of het Traffic Center antwoordt."""

    beschikbaar: bool
    duur_ms: int


@router.get(
    "/aanleverpunten",
    summary="Toon de aanleverpunten",
    responses={**lijst_of_csv(AanleverpuntenUit), **problemen()},
)
async def lijst(
    vraag: Annotated[Bladzijdevraag, Query()],
    verzoek: Request,
    wie: Annotated[Aanroeper, mag(Rol.CONTACTPERSOON, Rol.BEHEER, vraag=Bladzijdevraag)],
    omgeving: EigenOmgeving,
) -> Response:
    """Toon de aanleverpunten binnen het bereik van het token, op volgorde van vestiging.

    Waar iets mis is, staat erbij wat, en wie te bellen als zelf nakijken niet hielp. Met `Accept: text/csv` als CSV,
    zonder `aantal` geheel.
    """
    alle = await omgeving.doe(lambda: aanleverpunten.lijst(omgeving.wereld, wie.token))
    rijen, volgende = (alle, None) if wil_alles(verzoek, vraag) else bladzijde(alle, vraag, lambda punt: punt.vestiging)
    beelden = await omgeving.doe(lambda: beheer.beelden(omgeving.wereld, rijen))
    return als_lijst(verzoek, "aanleverpunten", _KOLOMMEN, [geheel(een) for een in beelden], volgende)


@router.get(
    "/aanleverpunten/{brin}/{vestigingscode}",
    summary="Toon een aanleverpunt",
    responses={200: {"model": AanleverpuntUit}, **problemen(404)},
)
async def een(
    brin: BrinPad, vestigingscode: CodePad, wie: Annotated[Aanroeper, _MAG], omgeving: EigenOmgeving
) -> Response:
    """Toon het aanleverpunt van een vestiging."""
    plek = vestiging(brin, vestigingscode)

    def doe() -> dict[str, Any]:
        punt = aanleverpunten.punt_van(omgeving.wereld, wie.token, plek)
        return geheel(beheer.beelden(omgeving.wereld, [punt])[0])

    return JSONResponse(await omgeving.doe(doe))


@router.put(
    "/aanleverpunten/{brin}/{vestigingscode}",
    summary="Bewaar een aanleverpunt",
    responses={
        200: {"model": AanleverpuntUit},
        201: {"model": AanleverpuntUit},
        **problemen(404, 413, 415),
    },
    openapi_extra=beschrijf(AanleverpuntInvoer),
)
async def bewaar(
    brin: BrinPad,
    vestigingscode: CodePad,
    verzoek: Request,
    wie: Annotated[Aanroeper, _MAG],
    omgeving: EigenOmgeving,
) -> Response:
    """Vul een aanleverpunt in of vervang het geheel; een wijziging zet de vlaggen uit en de status op nieuw."""
    plek = vestiging(brin, vestigingscode)
    gelezen, _ = await lees_json(verzoek, AanleverpuntInvoer, omgeving.instellingen.max_json)
    kenmerk = gelezen.routerings_kenmerk
    invoer = aanleverpunten.Invoer(
        plek,
        gelezen.aanleverpuntnummer,
        RouteringsKenmerk(kenmerk) if kenmerk is not None else None,
        gelezen.sleutel,
        gelezen.naam,
        Doel(gelezen.doel),
    )
    punt, nieuw = await omgeving.doe(
        lambda: aanleverpunten.invoeren(omgeving.wereld, wie.token, invoer, wie.opdrachtgever)
    )
    return JSONResponse(beeld(punt), 201 if nieuw else 200)


@router.post(
    "/aanleverpunten/{brin}/{vestigingscode}/registratie",
    summary="Registreer een aanleverpunt bij het Traffic Center",
    responses={200: {"model": AanleverpuntUit}, **problemen(404)},
    openapi_extra=beschrijf(idempotent=True),
)
async def registreer(
    brin: BrinPad,
    vestigingscode: CodePad,
    verzoek: Request,
    wie: Annotated[Aanroeper, _MAG],
    omgeving: EigenOmgeving,
) -> Response:
    """Registreer; bij succes gaan beide vlaggen aan. Een weigering heeft de code van het Traffic Center."""
    plek = vestiging(brin, vestigingscode)
    lichaam = await lees_leeg(verzoek, omgeving.instellingen.max_json)

    async def doe() -> Response:
        punt = await omgeving.doe(
            lambda: aanleverpunten.registreer(omgeving.wereld, wie.token, plek, wie.opdrachtgever)
        )
        return JSONResponse(beeld(punt))

    return await eenmalig(verzoek, omgeving, wie, lichaam, doe)


@router.post(
    "/aanleverpunten/{brin}/{vestigingscode}/ping",
    summary="Vraag of het Traffic Center er is",
    responses={200: {"model": PingUit}, **problemen(404)},
    openapi_extra=beschrijf(idempotent=True),
)
async def ping(
    brin: BrinPad,
    vestigingscode: CodePad,
    verzoek: Request,
    wie: Annotated[Aanroeper, _MAG],
    omgeving: EigenOmgeving,
) -> Response:
    """Vraag het Traffic Center of het beschikbaar is, of het punt nu geregistreerd is of niet."""
    plek = vestiging(brin, vestigingscode)
    lichaam = await lees_leeg(verzoek, omgeving.instellingen.max_json)

    async def doe() -> Response:
        antwoord = await omgeving.doe(lambda: aanleverpunten.ping(omgeving.wereld, wie.token, plek))
        return JSONResponse({"beschikbaar": antwoord.beschikbaar, "duurMs": antwoord.duur_ms})

    return await eenmalig(verzoek, omgeving, wie, lichaam, doe)


def geheel(een: beheer.Puntbeeld) -> dict[str, Any]:
    """An aanleverpunt as the page of the contactpersoon shows it."""
    laatst = een.laatst_opgehaald
    velden = {
        "laatstOpgehaald": moment(laatst) if laatst is not None else None,
        "watIsErMis": een.mis,
        "wieBellen": een.bellen,
    }
    return beeld(een.punt) | gevuld(velden)


def beeld(punt: Aanleverpunt) -> dict[str, Any]:
    """An aanleverpunt as shown."""
    kenmerk = punt.routerings_kenmerk
    velden: dict[str, Any] = {
        "brin": punt.vestiging.brin.waarde,
        "vestigingscode": punt.vestiging.code,
        "aanleverpuntnummer": punt.aanleverpuntnummer,
        "routeringsKenmerk": kenmerk.waarde if kenmerk is not None else None,
        "naam": punt.naam,
        "doel": punt.doel.value,
        "sleutelIngevuld": bool(punt.sleutel),
        "status": punt.status.value,
        "oso": punt.oso,
        "magOverdrachtAanvragen": punt.mag_overdracht_aanvragen,
        "reden": punt.reden,
        "sinds": moment(punt.sinds),
    }
    return gevuld(velden)
