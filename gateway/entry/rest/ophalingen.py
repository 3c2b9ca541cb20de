"""Fetch dossiers from other schools (the gateway as doelsysteem): one or a list, look at them, take what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import AfterValidator, Field
from starlette.responses import JSONResponse, Response

from gateway.domain.ophaling import Ophaling
from gateway.domain.resultaat import Resultaat
from gateway.domain.toegang import Token
from gateway.domain.waarden import Brin, OngeldigeWaarde, Overdrachtsoort, Pgn, Rol, RouteringsKenmerk
from gateway.entry.rest.basis import Invoer, Uitvoer, gevuld, moment
from gateway.entry.rest.idempotentie import eenmalig
from gateway.entry.rest.lichaam import lees_json
from gateway.entry.rest.lijsten import Nummervraag
from gateway.entry.rest.omgeving import EigenOmgeving, Omgeving
from gateway.entry.rest.openapi import BevindingSchema, beschrijf, problemen
from gateway.entry.rest.problemen import RestFout
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.entry.rest.voortgang import Gezien, antwoorden, stroom
from gateway.observability import log_gebeurtenis
from gateway.ports import OphalingFilter
from gateway.usecases import ophaling_aanvragen, ophaling_inzien
from gateway.usecases.ophaling_aanvragen import Ophaalvraag
from gateway.usecases.ophaling_inzien import Ophalingbeeld, Waarom

router = APIRouter(prefix="/v1", tags=["ophalingen"])

_XML: Final = "application/xml"


def _vorm(soort: type[Brin] | type[RouteringsKenmerk] | type[Pgn]) -> Any:
    def eis(tekst: str) -> str:
        try:
            soort(tekst)
        except OngeldigeWaarde as fout:
            raise ValueError(f"heeft niet de juiste vorm: verwacht {fout.verwacht}") from None
        return tekst

    return AfterValidator(eis)


class OphalingInvoer(Invoer):
    """Welk dossier, van welke school, voor welke school. `opnieuw`: ook als er niets nieuwers is."""

    pgn: Annotated[str, _vorm(Pgn)]
    bron_brin: Annotated[str, _vorm(Brin)]
    bron_routerings_kenmerk: Annotated[str, _vorm(RouteringsKenmerk)] | None = None
    doel_brin: Annotated[str, _vorm(Brin)]
    overdrachtsoort: Literal["overstapdossier", "overdrachtbinnenbrin", "swv-dossier"]
    opnieuw: bool = False


class OphaallijstInvoer(Invoer):
    """Meer ophalingen tegelijk, hoogstens 1000; elk krijgt een eigen uitkomst."""

    ophalingen: Annotated[list[OphalingInvoer], Field(min_length=1)]


class OphalingId(Uitvoer):
    """Id van een ophaling."""

    id: str


class OphaallijstId(Uitvoer):
    """Id van een lijst, en de ids van haar ophalingen in dezelfde volgorde."""

    id: str
    ophalingen: list[str]


class WijzigingUit(Uitvoer):
    """Eén onderdeel van het dossier dat verschilt van wat eerder is opgehaald; nooit een waarde."""

    sectie: str
    soort: Literal["nieuw", "gewijzigd", "vervallen"]


class OphalingUit(Uitvoer):
    """Een ophaling: waar zij staat, en als zij klaar is met welk resultaat."""

    id: str
    status: Literal["wacht", "bezig", "gereed", "mislukt"]
    resultaat: str | None = None
    melding: str | None = None
    code: str | None = None
    bron_brin: str
    bron_routerings_kenmerk: str | None = None
    doel_brin: str
    overdrachtsoort: str
    opnieuw: bool
    dossier_verzameldatum: str | None = None
    bevindingen: list[BevindingSchema] | None = None
    wijzigingen: list[WijzigingUit] | None = None
    vorige: str | None = None
    lijst: str | None = None
    nummer: int | None = None
    aangevraagd: str
    afgerond: str | None = None


class OphalingenUit(Uitvoer):
    """Eén bladzijde van de ophalingen, oudste eerst."""

    ophalingen: list[OphalingUit]
    volgende: str | None


class OphaallijstUit(Uitvoer):
    """Een lijst met de uitkomsten tot nu toe."""

    id: str
    status: Literal["bezig", "klaar"]
    aantal: int
    gereed: int
    ophalingen: list[OphalingUit]


class Ophalingenvraag(Nummervraag):
    """Filters en bladzijde."""

    doel_brin: Annotated[str | None, Field(alias="doelBrin", pattern=r"^[0-9]{2}[A-Z]{2}$")] = None
    lijst: Annotated[str | None, Field(max_length=64)] = None


IdPad = Annotated[str, Path(alias="id", description="Id van de ophaling.")]
LijstPad = Annotated[str, Path(alias="id", description="Id van de lijst.")]
_MAG = mag(Rol.KERN)


@router.post(
    "/ophalingen",
    summary="Haal een dossier op",
    status_code=202,
    responses={202: {"model": OphalingId}, **problemen(413, 415, 507)},
    openapi_extra=beschrijf(OphalingInvoer, account=True, idempotent=True),
)
async def haal_op(
    verzoek: Request, wie: Annotated[Aanroeper, mag(Rol.KERN, account=True)], omgeving: EigenOmgeving
) -> Response:
    """Haal het dossier van een leerling op bij een andere school; alleen voor een school die mag aanvragen."""
    invoer, octets = await lees_json(verzoek, OphalingInvoer, omgeving.instellingen.max_json)

    def neem_aan() -> str:
        ophaling_id = ophaling_aanvragen.vraag_aan(omgeving.wereld, _vraag(invoer), wie.opdrachtgever)
        _geef_door(omgeving, ophaling_id)
        return ophaling_id

    async def doe() -> Response:
        ophaling_id = await omgeving.doe(neem_aan)
        return JSONResponse({"id": ophaling_id}, 202, {"Location": f"/v1/ophalingen/{ophaling_id}"})

    return await eenmalig(verzoek, omgeving, wie, octets, doe)


@router.get(
    "/ophalingen",
    summary="Toon de ophalingen",
    responses={200: {"model": OphalingenUit}, **problemen()},
)
async def lijst(
    vraag: Annotated[Ophalingenvraag, Query()],
    wie: Annotated[Aanroeper, mag(Rol.KERN, vraag=Ophalingenvraag)],
    omgeving: EigenOmgeving,
) -> Response:
    """Toon de ophalingen, oudste eerst; de bevindingen staan bij elke ophaling zelf."""
    filter_ = OphalingFilter(Brin(vraag.doel_brin) if vraag.doel_brin is not None else None, vraag.lijst)
    beelden, volgende = await omgeving.doe(
        lambda: ophaling_inzien.lijst(omgeving.wereld, filter_, vraag.na, vraag.aantal)
    )
    rijen = [_beeld(omgeving, beeld) for beeld in beelden]
    return JSONResponse({"ophalingen": rijen, "volgende": str(volgende) if volgende is not None else None})


@router.get(
    "/ophalingen/{id}",
    summary="Toon een ophaling",
    responses={200: {"model": OphalingUit}, **problemen(404)},
)
async def een(ophaling_id: IdPad, wie: Annotated[Aanroeper, _MAG], omgeving: EigenOmgeving) -> Response:
    """Toon een ophaling: haar stand, het resultaat, de bevindingen, en wat er veranderde sinds de vorige keer."""
    beeld = await omgeving.doe(lambda: ophaling_inzien.een(omgeving.wereld, ophaling_id))
    return JSONResponse(_beeld(omgeving, beeld))


@router.get(
    "/ophalingen/{id}/dossier",
    summary="Geef het opgehaalde dossier",
    responses={
        200: {
            "description": "Het dossier in canonieke vorm; alleen als onze controle het goedkeurde.",
            "content": {_XML: {"schema": {"type": "string"}}},
        },
        **problemen(404, 409),
    },
)
async def dossier(ophaling_id: IdPad, wie: Annotated[Aanroeper, _MAG], omgeving: EigenOmgeving) -> Response:
    """Geef het dossier dat is opgehaald. Een afgekeurd dossier wordt niet gegeven: 409."""
    ophaling, gevonden = await omgeving.doe(
        lambda: ophaling_inzien.dossier(omgeving.wereld, ophaling_id, wie.opdrachtgever)
    )
    if isinstance(gevonden, Waarom):
        raise _geen_dossier(omgeving, ophaling, gevonden)
    return Response(gevonden, media_type=_XML)


# -------------------------------------------------------------------------------------------------------------- lists


@router.post(
    "/ophaallijsten",
    summary="Haal meer dossiers op",
    status_code=202,
    responses={202: {"model": OphaallijstId}, **problemen(413, 415, 507)},
    openapi_extra=beschrijf(OphaallijstInvoer, account=True, idempotent=True),
)
async def haal_lijst_op(
    verzoek: Request, wie: Annotated[Aanroeper, mag(Rol.KERN, account=True)], omgeving: EigenOmgeving
) -> Response:
    """Haal een lijst van dossiers op, elk met een eigen uitkomst; wat niet mag is meteen mislukt, met de reden."""
    invoer, octets = await lees_json(verzoek, OphaallijstInvoer, omgeving.instellingen.max_json)

    def neem_aan() -> ophaling_aanvragen.Lijstuitkomst:
        ophaling_aanvragen.eis_aantal(len(invoer.ophalingen))
        vragen = [_vraag(deel) for deel in invoer.ophalingen]
        uitkomst = ophaling_aanvragen.vraag_lijst_aan(omgeving.wereld, vragen, wie.opdrachtgever)
        for ophaling_id in uitkomst.te_doen[:1]:  # the others are found with it
            _geef_door(omgeving, ophaling_id)
        return uitkomst

    async def doe() -> Response:
        uitkomst = await omgeving.doe(neem_aan)
        inhoud = {"id": uitkomst.lijst, "ophalingen": list(uitkomst.ids)}
        return JSONResponse(inhoud, 202, {"Location": f"/v1/ophaallijsten/{uitkomst.lijst}"})

    return await eenmalig(verzoek, omgeving, wie, octets, doe)


@router.get(
    "/ophaallijsten/{id}",
    summary="Toon een lijst",
    responses={200: {"model": OphaallijstUit}, **problemen(404)},
)
async def toon_lijst(lijst_id: LijstPad, wie: Annotated[Aanroeper, _MAG], omgeving: EigenOmgeving) -> Response:
    """Toon een lijst met de uitkomsten tot nu toe, in de volgorde van de opdracht."""
    return JSONResponse(await omgeving.doe(lambda: _lijst(omgeving, lijst_id)))


@router.get(
    "/ophaallijsten/{id}/voortgang",
    summary="Volg een lijst",
    responses=antwoorden("ophaling"),
)
async def voortgang(
    lijst_id: LijstPad, verzoek: Request, wie: Annotated[Aanroeper, _MAG], omgeving: EigenOmgeving
) -> Response:
    """Volg een lijst: elke ophaling als zij klaar is; na een breuk gaat het verder na Last-Event-ID."""

    def zie(_token: Token, na: int) -> Gezien:
        alle = ophaling_inzien.van_lijst(omgeving.wereld, lijst_id)
        klaar = sorted((rij for rij in alle if rij.klaar), key=lambda rij: (rij.afgerond or rij.moment, rij.nr))
        slot = _lijst(omgeving, lijst_id) if len(klaar) == len(alle) else None
        return Gezien([_beeld(omgeving, Ophalingbeeld(rij)) for rij in klaar[na:]], slot)

    return await stroom(verzoek, omgeving, wie, zie)


# ------------------------------------------------------------------------------------------------------------- shapes


def _vraag(invoer: OphalingInvoer) -> Ophaalvraag:
    kenmerk = invoer.bron_routerings_kenmerk
    return Ophaalvraag(
        Pgn(invoer.pgn),
        Brin(invoer.bron_brin),
        Brin(invoer.doel_brin),
        Overdrachtsoort(invoer.overdrachtsoort),
        RouteringsKenmerk(kenmerk) if kenmerk is not None else None,
        invoer.opnieuw,
    )


def _geef_door(omgeving: Omgeving, ophaling_id: str) -> None:
    """Wake the worker. The order is stored already: when the worker fails here, the sweeper finds it."""
    try:
        omgeving.instellingen.ophaler(ophaling_id)
    except Exception as fout:  # noqa: BLE001 - whatever the worker raises, the order was accepted
        log_gebeurtenis("ophalen-mislukt", ophalingId=ophaling_id, soort=type(fout).__name__)


def _lijst(omgeving: Omgeving, lijst_id: str) -> dict[str, Any]:
    rijen: Sequence[Ophaling] = ophaling_inzien.van_lijst(omgeving.wereld, lijst_id)
    gereed = sum(rij.klaar for rij in rijen)
    return {
        "id": lijst_id,
        "status": "klaar" if gereed == len(rijen) else "bezig",
        "aantal": len(rijen),
        "gereed": gereed,
        "ophalingen": [_beeld(omgeving, Ophalingbeeld(rij)) for rij in rijen],
    }


def _beeld(omgeving: Omgeving, beeld: Ophalingbeeld) -> dict[str, Any]:
    rij, oordeel = beeld.ophaling, beeld.oordeel
    klaar = rij.klaar
    velden: dict[str, Any] = {
        "id": rij.id,
        "status": rij.status,
        "resultaat": rij.resultaat.value if klaar and rij.resultaat is not None else None,
        "melding": _melding(omgeving, rij),
        "code": rij.code,
        "bronBrin": rij.bron_brin.waarde,
        "bronRouteringsKenmerk": _kenmerk(rij),
        "doelBrin": rij.doel.brin.waarde,
        "overdrachtsoort": rij.overdrachtsoort.value,
        "opnieuw": rij.opnieuw,
        "dossierVerzameldatum": _moment(rij.dossier_verzameldatum) if klaar else None,
        "vorige": rij.vorige if klaar else None,
        "lijst": rij.lijst,
        "nummer": rij.nummer,
        "aangevraagd": moment(rij.moment),
        "afgerond": _moment(rij.afgerond),
    }
    if oordeel is not None and oordeel.rapport is not None:
        velden["bevindingen"] = [bevinding.als_json() for bevinding in oordeel.rapport.bevindingen]
    if oordeel is not None and oordeel.wijzigingen is not None:
        velden["wijzigingen"] = [{"sectie": een.sectie, "soort": een.soort} for een in oordeel.wijzigingen]
    return gevuld(velden)


def _moment(waarde: Any) -> str | None:
    return moment(waarde) if waarde is not None else None


def _kenmerk(rij: Ophaling) -> str | None:
    """The aanleverpunt that gave the best result; until then the one that was asked for, if any."""
    kenmerk = rij.vragen[rij.beste].punt.kenmerk if rij.klaar and rij.beste is not None else rij.bron_kenmerk
    return kenmerk.waarde if kenmerk is not None else None


def _melding(omgeving: Omgeving, rij: Ophaling) -> str | None:
    """The code of OSO goes with a sentence for people (wiki OSO:2017/Algemene Eisen)."""
    if rij.melding is not None or not rij.klaar or rij.resultaat is None:
        return rij.melding
    return omgeving.wereld.tabel.betekenis(rij.resultaat)


def _geen_dossier(omgeving: Omgeving, rij: Ophaling, waarom: Waarom) -> RestFout:
    if waarom is Waarom.NIET_GEREED:
        return RestFout(
            409,
            "OphalingNietGereed",
            "De ophaling is nog niet klaar.",
            "Kijk bij de ophaling zelf hoe het ermee staat en vraag het dossier als de status gereed is.",
            {"Retry-After": "2"},
        )
    if waarom is Waarom.AFGEKEURD:
        return RestFout(
            409,
            Resultaat.AFGEKEURD.value,
            "Het dossier is ontvangen maar door onze controle afgekeurd; het wordt niet doorgegeven.",
            "Bekijk de bevindingen bij de ophaling en laat de school die het dossier maakte ze herstellen.",
        )
    if waarom is Waarom.NIETS_NIEUWERS:
        return RestFout(
            404,
            Resultaat.NIETS_NIEUWS.value,
            "Er is niets nieuwers dan het dossier dat al is opgehaald.",
            "Gebruik het dossier van de ophaling die bij vorige staat, of haal het op met opnieuw.",
        )
    if waarom is Waarom.VERWIJDERD:
        return RestFout(
            404,
            "DossierVerwijderd",
            "Het dossier is na de bewaartermijn verwijderd.",
            "Haal het opnieuw op als het nog nodig is.",
        )
    return RestFout(
        404,
        "GeenDossier",
        f"Deze ophaling heeft geen dossier opgeleverd. {_melding(omgeving, rij) or ''}".strip(),
        "Kijk bij het resultaat van de ophaling wat er aan de hand is, en haal het dossier later opnieuw op.",
    )
