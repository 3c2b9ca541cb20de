"""What stands in a path, read into values of the field. A text with another form is a 422 without the text itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from gateway.domain.waarden import ElkNummer, OngeldigeWaarde, Vestiging
from gateway.entry.rest.problemen import RestFout

BrinPad = Annotated[
    str,
    Path(
        description="BRIN van de school, zoals 00YY.",
        json_schema_extra={"pattern": "^[0-9]{2}[A-Z]{2}$", "examples": ["00YY"]},
    ),
]
CodePad = Annotated[
    str, Path(description="Vestigingscode, zoals 00.", json_schema_extra={"pattern": "^[0-9]{2}$", "examples": ["00"]})
]
ElkPad = Annotated[
    str,
    Path(
        alias="elkNummer",
        description="ELK-nummer: hoogstens 12 cijfers, eventueel met B ervoor; voorloopnullen tellen niet mee.",
        json_schema_extra={"pattern": "^B?[0-9]{1,12}$", "examples": ["12345"]},
    ),
]


def vestiging(brin: str, code: str) -> Vestiging:
    """Read a vestiging. Raises `RestFout` 422 `VestigingOngeldig`."""
    try:
        return Vestiging.van(brin, code)
    except OngeldigeWaarde as fout:
        raise RestFout(
            422, "VestigingOngeldig", str(fout), "Verbeter de BRIN of de vestigingscode in het adres."
        ) from None


def elk_nummer(tekst: str) -> ElkNummer:
    """Read an ELK number, leading zeros dropped. Raises `RestFout` 422 `ElkNummerOngeldig`."""
    try:
        return ElkNummer(tekst)
    except OngeldigeWaarde as fout:
        raise elk_ongeldig(str(fout)) from None


def elk_ongeldig(melding: str) -> RestFout:
    """The refusal of a text that is no ELK number (zeros only is one of the ways)."""
    return RestFout(422, "ElkNummerOngeldig", melding, "Gebruik het nummer zoals het in ELK staat.")
