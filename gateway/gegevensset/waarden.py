"""Tell whether a text is a value of a type of the gegevensset. Only to explain a refusal: the verdict is the XSD's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

from gateway.gegevensset.model import Waardetype

_WIT = " \t\r\n"
_GEHEEL = re.compile(r"[+-]?[0-9]+")
_DECIMAAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DATUM = re.compile(r"-?([0-9]{4,})-([0-9]{2})-([0-9]{2})(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?")
_BEREIK_INT = (-(2**31), 2**31 - 1)
_MEESTE_CIJFERS = 4000  # Python refuses to convert longer ones; no value of a dossier comes near


def past(soort: Waardetype, tekst: str) -> bool:
    """True when the text fits the base type and every facet."""
    if (
        soort.patroon
        and _patroon(soort.patroon).fullmatch(tekst.strip(_WIT) if soort.basis != "xs:string" else tekst) is None
    ):
        return False
    lengte = len(tekst)
    if (soort.min_lengte or 0) > lengte or (soort.max_lengte is not None and lengte > soort.max_lengte):
        return False
    return _PER_BASIS[soort.basis](tekst, soort)


def _janee(tekst: str, _: Waardetype) -> bool:
    return tekst.strip(_WIT) in ("true", "false", "1", "0")


def _geheel(tekst: str, soort: Waardetype) -> bool:
    kaal = tekst.strip(_WIT)
    if len(kaal) > _MEESTE_CIJFERS or _GEHEEL.fullmatch(kaal) is None:
        return False
    laagste, hoogste = _BEREIK_INT if soort.basis == "xs:int" else (None, None)
    grenzen = [grens for grens in (laagste, soort.min_waarde) if grens is not None]
    plafonds = [grens for grens in (hoogste, soort.max_waarde) if grens is not None]
    return all(int(kaal) >= grens for grens in grenzen) and all(int(kaal) <= grens for grens in plafonds)


def _decimaal(tekst: str, _: Waardetype) -> bool:
    return _DECIMAAL.fullmatch(tekst.strip(_WIT)) is not None


def _datum(tekst: str, _: Waardetype) -> bool:
    """An xs:date without blanks around it: libxml2 refuses those, though the standard would drop them."""
    gevonden = _DATUM.fullmatch(tekst)
    if gevonden is None:
        return False
    try:
        date(int(gevonden[1][-4:]) % 400 + 2000, int(gevonden[2]), int(gevonden[3]))  # leap years repeat every 400
    except ValueError:
        return False
    return gevonden[1].strip("0") != ""


_PER_BASIS: Mapping[str, Callable[[str, Waardetype], bool]] = {
    "xs:string": lambda tekst, soort: True,
    "xs:boolean": _janee,
    "xs:integer": _geheel,
    "xs:int": _geheel,
    "xs:decimal": _decimaal,
    "xs:date": _datum,
}


@cache
def _patroon(patroon: str) -> re.Pattern[str]:
    """An XSD pattern of the simple kind that the tables use, for Python."""
    return re.compile(patroon.replace(r"\p{Nd}", r"\d"))
