"""What is wrong with a field, in Dutch, without ever giving a value back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

INHOUD: Final = "inhoud"
"""Name of the whole, where no field is to blame."""

_TOONBAAR: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
_VEEL_CIJFERS: Final = re.compile(r"(?:[0-9][^0-9]?){6}")

_MELDINGEN: Final[Mapping[str, str]] = {
    "string_type": "moet tekst zijn",
    "string_unicode": "bevat tekens die geen geldige tekst zijn",
    "string_pattern_mismatch": "heeft niet de juiste vorm",
    "bool_type": "moet true of false zijn",
    "int_type": "moet een geheel getal zijn",
    "int_parsing": "moet een geheel getal zijn",
    "int_from_float": "moet een geheel getal zijn",
    "list_type": "moet een lijst zijn",
    "dict_type": "moet een object zijn",
    "model_type": "moet een object zijn",
    "model_attributes_type": "moet een object zijn",
}


@dataclass(frozen=True, slots=True)
class Veldprobleem:
    """One field with what is wrong: `code` is VeldOnbekend, VeldOntbreekt or VeldOngeldig."""

    veld: str
    code: str
    melding: str

    def als_json(self) -> dict[str, str]:
        """As it stands in a problem."""
        return {"veld": self.veld, "code": self.code, "melding": self.melding}


def toonbaar(naam: str) -> str:
    """A field name as it may be shown: a name of a stranger may hold anything, a person's number included."""
    if _TOONBAAR.fullmatch(naam) is None or _VEEL_CIJFERS.search(naam):
        return "(naam die hier niet getoond wordt)"
    return naam


def onbekend(namen: Iterable[str], soort: str = "veld") -> list[Veldprobleem]:
    """Problems for names that are not known here."""
    lijst = list(dict.fromkeys(toonbaar(naam) for naam in namen))
    return [Veldprobleem(naam, "VeldOnbekend", f"Het {soort} {naam} is hier niet bekend.") for naam in lijst]


def ongeldig(veld: str, wat: str) -> Veldprobleem:
    """Problem of one field; `wat` goes on after its name ("moet tekst zijn")."""
    onderwerp = "De inhoud" if veld == INHOUD else f"Het veld {veld}"
    return Veldprobleem(veld, "VeldOngeldig", f"{onderwerp} {wat}.")


def uit_pydantic(fouten: Sequence[Any]) -> list[Veldprobleem]:
    """Translate the errors of pydantic (or FastAPI) into Dutch."""
    return [_een(fout) for fout in fouten] or [ongeldig(INHOUD, "heeft niet de juiste vorm")]


def _een(fout: Mapping[str, Any]) -> Veldprobleem:
    naam = _pad(fout.get("loc", ()))
    soort = fout["type"]
    if soort == "missing":
        return Veldprobleem(naam, "VeldOntbreekt", f"Het veld {naam} ontbreekt.")
    if soort == "extra_forbidden":
        return onbekend([naam])[0]
    return ongeldig(naam, _wat(soort, fout.get("ctx") or {}))


def _wat(soort: str, ctx: Mapping[str, Any]) -> str:
    if soort in ("literal_error", "enum"):
        return f"moet een van deze waarden hebben: {ctx.get('expected', '')}".replace(" or ", " of ")
    if soort == "value_error":
        return str(ctx.get("error", "heeft niet de juiste vorm"))  # our own validators: Dutch, without the value
    if soort in ("string_too_short", "too_short"):
        return "mag niet leeg zijn"
    if soort in ("string_too_long", "too_long"):
        return f"is te lang (hoogstens {ctx.get('max_length')})"
    if soort == "greater_than_equal":
        return f"moet minstens {ctx.get('ge')} zijn"
    if soort == "less_than_equal":
        return f"mag hoogstens {ctx.get('le')} zijn"
    return _MELDINGEN.get(soort, "heeft niet de juiste vorm")


def _pad(loc: Sequence[Any]) -> str:
    """`elkNummers[3]` (counted from 1) or `plaatsing.brin`; FastAPI's `query` and `path` are left out."""
    delen = loc[1:] if loc and loc[0] in ("query", "path", "header", "body") else loc
    tekst = ""
    for deel in delen:
        if isinstance(deel, int):
            tekst += f"[{deel + 1}]"
        else:
            tekst += ("." if tekst else "") + toonbaar(str(deel))
    return tekst or INHOUD
