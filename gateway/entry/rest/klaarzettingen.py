"""Klaarzetten in bulk, its live progress, and taking one back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import FailFast
from starlette.responses import JSONResponse, Response

from gateway.domain.klaarzetten import Klaarzetopdracht, Klaarzetresultaat
from gateway.domain.toegang import Token
from gateway.domain.waarden import ElkNummer, OngeldigeWaarde, Rol
from gateway.entry.rest.basis import Invoer, Uitvoer
from gateway.entry.rest.idempotentie import eenmalig
from gateway.entry.rest.lichaam import lees_json
from gateway.entry.rest.omgeving import EigenOmgeving, Omgeving
from gateway.entry.rest.openapi import beschrijf, problemen
from gateway.entry.rest.paden import ElkPad, elk_nummer, elk_ongeldig
from gateway.entry.rest.toegang import Aanroeper, mag
from gateway.entry.rest.voortgang import Gezien, antwoorden, stroom
from gateway.observability import log_gebeurtenis
from gateway.usecases import klaarzetten

router = APIRouter(prefix="/v1", tags=["klaarzettingen"])

_MAG = mag(Rol.KERN, Rol.LOCATIEBEHEERDER)
IdPad = Annotated[str, Path(alias="id", description="Id van de klaarzetting.")]


class KlaarzettingInvoer(Invoer):
    """De leerlingen om klaar te zetten, hoogstens 10 000; een lege lijst zet niets klaar."""

    # Read up to the first that is no text: an error about each of a million would cost a gigabyte.
    elk_nummers: Annotated[list[str], FailFast()]


class KlaarzettingId(Uitvoer):
    """Id van een klaarzetting."""

    id: str


class ResultaatUit(Uitvoer):
    """Uitkomst voor een leerling."""

    elk_nummer: str
    uitkomst: Literal["klaargezet", "geweigerd"]
    code: str | None = None
    melding: str | None = None


class KlaarzettingUit(Uitvoer):
    """Een klaarzetting met de uitkomsten tot nu toe."""

    id: str
    status: Literal["bezig", "klaar"]
    aantal: int
    resultaten: list[ResultaatUit]


@router.post(
    "/klaarzettingen",
    summary="Zet dossiers klaar",
    status_code=202,
    responses={202: {"model": KlaarzettingId}, **problemen(413, 415, 507)},
    openapi_extra=beschrijf(KlaarzettingInvoer, account=True, idempotent=True),
)
async def plaats(
    verzoek: Request,
    wie: Annotated[Aanroeper, mag(Rol.KERN, Rol.LOCATIEBEHEERDER, account=True)],
    omgeving: EigenOmgeving,
) -> Response:
    """Neem een opdracht aan; de uitkomst per leerling volgt. Een nummer dat er twee keer staat telt één keer."""
    invoer, octets = await lees_json(verzoek, KlaarzettingInvoer, omgeving.instellingen.max_json)

    def neem_aan() -> str:
        klaarzetten.eis_aantal(len(invoer.elk_nummers))
        nummers = [_nummer(plek, tekst) for plek, tekst in enumerate(invoer.elk_nummers, 1)]
        opdracht_id = klaarzetten.plaats_opdracht(omgeving.wereld, wie.token, nummers, wie.opdrachtgever)
        if nummers:
            _geef_door(omgeving, opdracht_id)
        return opdracht_id

    async def doe() -> Response:
        opdracht_id = await omgeving.doe(neem_aan)
        return JSONResponse({"id": opdracht_id}, 202, {"Location": f"/v1/klaarzettingen/{opdracht_id}"})

    return await eenmalig(verzoek, omgeving, wie, octets, doe)


def _nummer(plek: int, tekst: str) -> ElkNummer:
    try:
        return ElkNummer(tekst)
    except OngeldigeWaarde as fout:
        raise elk_ongeldig(
            f"Nummer {plek} in elkNummers klopt niet: verwacht {fout.verwacht}. Er is niets klaargezet."
        ) from None


def _geef_door(omgeving: Omgeving, opdracht_id: str) -> None:
    """Wake the worker. The order is stored already: when the worker fails here, the sweeper finds it."""
    try:
        omgeving.instellingen.werker(opdracht_id)
    except Exception as fout:  # noqa: BLE001 - whatever the worker raises, the order was accepted
        log_gebeurtenis("klaarzetten-mislukt", opdrachtId=opdracht_id, soort=type(fout).__name__)


@router.get(
    "/klaarzettingen/{id}",
    summary="Toon een klaarzetting",
    responses={200: {"model": KlaarzettingUit}, **problemen(404)},
)
async def een(opdracht_id: IdPad, wie: Annotated[Aanroeper, _MAG], omgeving: EigenOmgeving) -> Response:
    """Toon een klaarzetting met de uitkomsten tot nu toe."""
    return JSONResponse(await omgeving.doe(lambda: _geheel(omgeving, wie, opdracht_id)))


@router.get(
    "/klaarzettingen/{id}/voortgang",
    summary="Volg een klaarzetting",
    responses=antwoorden("uitkomst"),
)
async def voortgang(
    opdracht_id: IdPad, verzoek: Request, wie: Annotated[Aanroeper, _MAG], omgeving: EigenOmgeving
) -> Response:
    """Volg een klaarzetting; na een breuk gaat het verder na Last-Event-ID."""

    def zie(token: Token, na: int) -> Gezien:
        opdracht, rijen = klaarzetten.voortgang(omgeving.wereld, token, opdracht_id, na)
        gereed = opdracht.status == "klaar" and na + len(rijen) >= opdracht.aantal
        slot = _geheel(omgeving, wie, opdracht_id) if gereed else None
        return Gezien([_rij(rij) for rij in rijen], slot)

    return await stroom(verzoek, omgeving, wie, zie)


def _geheel(omgeving: Omgeving, wie: Aanroeper, opdracht_id: str) -> dict[str, Any]:
    opdracht, resultaten = klaarzetten.opdracht_van(omgeving.wereld, wie.token, opdracht_id)
    return _beeld(opdracht, [_rij(rij) for rij in resultaten])


def _beeld(opdracht: Klaarzetopdracht, rijen: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": opdracht.id, "status": opdracht.status, "aantal": opdracht.aantal, "resultaten": rijen}


def _rij(resultaat: Klaarzetresultaat) -> dict[str, Any]:
    rij = {"elkNummer": resultaat.elk_nummer.waarde, "uitkomst": resultaat.uitkomst}
    if resultaat.code is not None:
        rij["code"] = resultaat.code.value
    if resultaat.melding is not None:
        rij["melding"] = resultaat.melding
    return rij


@router.delete(
    "/dossiers/{elkNummer}/klaarzetting",
    summary="Trek een klaarzetting in",
    status_code=204,
    responses={**problemen(404, 409, 507)},
    openapi_extra=beschrijf(account=True),
)
async def trek_in(
    elk: ElkPad,
    wie: Annotated[Aanroeper, mag(Rol.KERN, Rol.LOCATIEBEHEERDER, account=True)],
    omgeving: EigenOmgeving,
) -> Response:
    """Trek de klaarzetting van een dossier in: de stip wordt wit. Niets klaargezet: niets gewijzigd."""
    nummer = elk_nummer(elk)
    await omgeving.doe(lambda: klaarzetten.trek_in(omgeving.wereld, wie.token, nummer, wie.opdrachtgever))
    return Response(status_code=204)
