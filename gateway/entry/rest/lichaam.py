"""Read request bodies: whole, within limits, JSON without surprises."""

from __future__ import annotations

import io
import json
from typing import Any, Final, NoReturn, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from gateway.entry.rest.problemen import RestFout, VeldFout, te_groot
from gateway.entry.rest.ring import aangekondigd
from gateway.entry.rest.velden import Veldprobleem, toonbaar, uit_pydantic

M = TypeVar("M", bound=BaseModel)

JSON: Final = "application/json"
XML: Final = ("application/xml", "text/xml")


def mediatype(kop: str | None) -> str:
    """The media type of a Content-Type header, without parameters, lower case; empty when there is none."""
    return (kop or "").partition(";")[0].strip().lower()


def niet_ondersteund(verwacht: str) -> RestFout:
    """The refusal of a body of another kind."""
    return RestFout(415, "MediatypeOnbekend", f"Deze aanroep verwacht {verwacht}.", "Pas Content-Type en inhoud aan.")


async def lees(verzoek: Request, grens: int) -> bytes:
    """Read the whole body, at most `grens` octets. Refuses a compressed one: its size cannot be seen beforehand."""
    eis_onverpakt(verzoek)
    if aangekondigd(verzoek.headers) > grens:
        raise te_groot(grens)
    lijf = io.BytesIO()  # gives what it holds without a copy: a large body is in memory once
    async for stuk in verzoek.stream():
        lijf.write(stuk)
        if lijf.tell() > grens:
            raise te_groot(grens)
    return lijf.getvalue()


def eis_onverpakt(verzoek: Request) -> None:
    """Refuse a Content-Encoding."""
    if verzoek.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise niet_ondersteund("inhoud zonder Content-Encoding")


async def lees_json(verzoek: Request, model: type[M], grens: int) -> tuple[M, bytes]:
    """Read a JSON body into a model; gives the octets too, for fingerprints."""
    if mediatype(verzoek.headers.get("content-type")) not in ("", JSON):
        raise niet_ondersteund("application/json")
    octets = await lees(verzoek, grens)
    return ontleed(octets, model), octets


async def lees_leeg(verzoek: Request, grens: int) -> bytes:
    """Read the body of a call that needs none: empty, or an empty JSON object."""
    octets = await lees(verzoek, min(grens, 64 * 1024))
    if octets.strip():
        ontleed(octets, Leeg)
    return octets


class Leeg(BaseModel):
    """An object without fields."""

    model_config = {"extra": "forbid"}


def ontleed(octets: bytes, model: type[M]) -> M:
    """Parse JSON into a model. Raises `RestFout` 400 when unreadable, `VeldFout` when readable but wrong."""
    waarde = _json(octets)
    if not isinstance(waarde, dict):
        raise VeldFout([Veldprobleem("inhoud", "VeldOngeldig", "De inhoud moet een JSON-object zijn.")])
    try:
        return model.model_validate(waarde)
    except ValidationError as fout:
        problemen = uit_pydantic(fout.errors(include_url=False, include_input=False))
    raise VeldFout(problemen)


def _json(octets: bytes) -> Any:
    try:
        return json.loads(octets.decode(), object_pairs_hook=_object, parse_constant=_geen_getal)
    except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        pass
    raise RestFout(
        400,
        "JsonOnleesbaar",
        "De inhoud is geen leesbare JSON; er is niets overgenomen.",
        "Stuur een JSON-object in UTF-8, zonder dubbele namen.",
    )


_MEESTE_VELDEN: Final = 100
"""In one object: more than any call knows; an error about each of a hundred thousand would cost seconds."""


def _object(paren: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(paren) > _MEESTE_VELDEN:
        melding = f"Een JSON-object heeft hier hoogstens {_MEESTE_VELDEN} velden."
        raise VeldFout([Veldprobleem("inhoud", "VeldOngeldig", melding)])
    inhoud: dict[str, Any] = {}
    for naam, waarde in paren:
        if naam in inhoud:
            dubbel = toonbaar(naam)
            raise VeldFout([Veldprobleem(dubbel, "VeldOngeldig", f"Het veld {dubbel} staat er meer dan eens.")])
        inhoud[naam] = waarde
    return inhoud


def _geen_getal(_tekst: str) -> NoReturn:
    raise ValueError
