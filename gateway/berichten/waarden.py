"""Texts on the line to values of the domain and back. Reading raises `BerichtOngeldig` without the text itself.

The XSD has been passed before; here falls what an XSD cannot say: dates that do not exist, Base64, NFC, controls.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from gateway.berichten.fout import BerichtOngeldig
from gateway.domain.waarden import RouteringsKenmerk

_W = TypeVar("_W")
_WIT = " \t\r\n"
_ALLE_WIT = re.compile(r"[ \t\r\n]+")
_MIDDERNACHT_24 = re.compile(r"T24:00:00(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class Waarde:
    """How one kind of value is read from and written to text.

    `code` says that it is a code of which a pack may have its own spelling (`waarden` in `pakket.toml`); `vormen` are
    the other ways in which a pack may write this kind of value, by name (`vormen` in `pakket.toml`, under `soort`).
    """

    lees: Callable[[str], Any]
    schrijf: Callable[[Any], str]
    code: bool = False
    soort: str = ""
    vormen: Mapping[str, Waarde] = field(default_factory=dict)

    def voor(self, vormen: Mapping[str, str]) -> Waarde:
        """This kind of value as a pack with these `vormen` writes it."""
        return self.vormen[vormen[self.soort]] if self.soort and self.soort in vormen else self


def kaal(maak: Callable[[str], _W], *, code: bool = False) -> Waarde:
    """Value without outer white space, made by a class of the domain that checks it; written by its `waarde`."""

    def lees(tekst: str) -> _W:
        try:
            return maak(tekst.strip(_WIT))
        except ValueError:
            raise BerichtOngeldig from None

    return Waarde(lees, lambda waarde: str(waarde.waarde if hasattr(waarde, "waarde") else waarde), code)


def lees_tijdstip(tekst: str) -> datetime:
    """Read an xs:dateTime with zone as an aware moment in UTC, to the microsecond."""
    gevonden = tekst.strip(_WIT)
    extra = timedelta()
    if _MIDDERNACHT_24.search(gevonden):
        gevonden, extra = _MIDDERNACHT_24.sub("T00:00:00", gevonden), timedelta(days=1)
    try:
        return (datetime.fromisoformat(gevonden) + extra).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BerichtOngeldig("Een datum met tijd valt buiten wat deze dienst kan lezen.") from None


def schrijf_tijdstip(moment: datetime) -> str:
    """Write an aware moment in UTC: milliseconds, or microseconds when there are any."""
    utc = moment.astimezone(UTC)
    fijn = "microseconds" if utc.microsecond % 1000 else "milliseconds"
    return utc.replace(tzinfo=None).isoformat(timespec=fijn) + "Z"


def lees_zoeksleutel(tekst: str) -> str:
    """Read Base64 in which white space has no meaning."""
    kern = _ALLE_WIT.sub("", tekst)
    try:
        leeg = not base64.b64decode(kern, validate=True)
    except (binascii.Error, ValueError):
        leeg = True
    if leeg:
        raise BerichtOngeldig("De zoeksleutel is geen Base64.")
    return kern


def lees_tekst(tekst: str) -> str:
    """Read one line of text in NFC; control characters are refused with their position."""
    return _zonder_stuurtekens(unicodedata.normalize("NFC", tekst), "")


def lees_lange_tekst(tekst: str) -> str:
    """Read text in NFC that may have lines and tabs."""
    return _zonder_stuurtekens(unicodedata.normalize("NFC", tekst), "\n\r\t")


def _zonder_stuurtekens(tekst: str, behalve: str) -> str:
    for plaats, teken in enumerate(tekst, 1):
        if unicodedata.category(teken) == "Cc" and teken not in behalve:
            raise BerichtOngeldig(f"Een tekst heeft een stuurteken op plaats {plaats}. Verwijder het.")
    return tekst


_KENMERK = kaal(RouteringsKenmerk)


def lees_kenmerk(tekst: str) -> RouteringsKenmerk:
    """Read a routeringsKenmerk; the form that we keep for an index means nothing on the line."""
    if " " in tekst.strip(_WIT):
        raise BerichtOngeldig
    return _KENMERK.lees(tekst)  # type: ignore[no-any-return]  # a Waarde reads whatever it is for


def schrijf_kenmerk(kenmerk: RouteringsKenmerk) -> str:
    """Write a routeringsKenmerk. Raises `BerichtOngeldig` for a point that is only known by its number."""
    if kenmerk.index is not None:
        raise BerichtOngeldig("Deze versie van de berichten kent geen aanleverpuntIndex.")
    return kenmerk.waarde


def lees_index(tekst: str) -> RouteringsKenmerk:
    """Read the number of a point in its BRIN."""
    return RouteringsKenmerk.van_index(int(tekst))


def schrijf_index(kenmerk: RouteringsKenmerk) -> str:
    """Write the number of a point in its BRIN. Raises `BerichtOngeldig` for a point that is known otherwise."""
    if kenmerk.index is None:
        raise BerichtOngeldig("Deze versie van de berichten kent geen routeringsKenmerk.")
    return str(kenmerk.index)


def schrijf_tekst(tekst: str) -> str:
    """Write text in NFC."""
    return unicodedata.normalize("NFC", tekst)


JA_NEE = Waarde(lambda tekst: tekst.strip(_WIT) in ("true", "1"), lambda waarde: "true" if waarde else "false")
TIJDSTIP = Waarde(lees_tijdstip, schrijf_tijdstip)
ZOEKSLEUTEL = Waarde(lees_zoeksleutel, str)
TEKST = Waarde(lees_tekst, schrijf_tekst)
LANGE_TEKST = Waarde(lees_lange_tekst, schrijf_tekst)
WOORD = kaal(str)
GETAL = kaal(int)
KENMERK = Waarde(
    lees_kenmerk,
    schrijf_kenmerk,
    soort="routeringsKenmerk",
    vormen={"index": Waarde(lees_index, schrijf_index)},
)
