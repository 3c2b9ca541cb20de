"""How one field of a dossier reads: dates and booleans in Dutch, codes with their meaning where it is known."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lxml import etree

from gateway.gegevensset.pakket import Codelijst, Pakket
from gateway.xmlio import lokale_naam

BESTAND: Final = "weergave.toml"
"""File in a pack with sections and names; a pack without it is shown with the element names themselves."""

_MAANDEN: Final = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip
_DATUM: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")
_MAAND: Final = re.compile(r"([0-9]{4})-([0-9]{2})")
_JA_NEE: Final = {"true": "ja", "1": "ja", "false": "nee", "0": "nee"}


@dataclass(frozen=True, slots=True)
class Sectie:
    """A section of the page: the children `velden` of the element `van`, in that order."""

    titel: str
    van: str
    velden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Woorden:
    """What a pack says about showing its dossiers, and the code list of each coded field."""

    pakket: Pakket
    secties: tuple[Sectie, ...]
    namen: Mapping[str, str]
    categoriewaarden: Mapping[str, str]
    lijsten: Mapping[str, Codelijst]

    def naam(self, element: etree._Element) -> str:
        """Dutch name of an element."""
        return self.naam_van(lokale_naam(element))

    def naam_van(self, lokaal: str) -> str:
        """Dutch name for a local name; the name itself, readable, where the pack has none."""
        return self.namen.get(lokaal) or lokaal.replace("_", " ").capitalize()

    def waarde(self, element: etree._Element, pad: str) -> str:
        """Text of a field as people read it; `pad` is its path without indexes."""
        ruw = element.text or ""
        omschrijving = next((str(waarde) for waarde in element.attrib.values()), "")
        if omschrijving:
            return f"{omschrijving} ({ruw})" if ruw else omschrijving
        lijst = self.lijsten.get(pad)
        if lijst is not None:
            return _code(ruw, lijst, self.categoriewaarden)
        onderdeel = self.pakket.onderdeel(pad)
        basis = onderdeel.type.basis if onderdeel is not None and onderdeel.type is not None else ""
        if basis == "xs:boolean":
            return _JA_NEE.get(ruw.strip(), ruw)
        return datum(ruw) if basis == "xs:date" else _maand(ruw, lokale_naam(element))


def _code(ruw: str, lijst: Codelijst, eigen: Mapping[str, str]) -> str:
    betekenis = lijst.betekenis.get(ruw) or (eigen.get(ruw) if ruw in lijst.codes else None)
    if betekenis is None:
        return f"code {ruw}" if ruw.isdecimal() else ruw
    return betekenis if ruw.lower() == betekenis.lower() else f"{betekenis} ({ruw})"


def datum(ruw: str) -> str:
    """A date in words (`3 februari 2026`); a text that is no date stays as it is."""
    gevonden = _DATUM.fullmatch(ruw.strip())
    if gevonden is None or not 1 <= int(gevonden[2]) <= 12:
        return ruw
    zone = f" ({gevonden[4]})" if gevonden[4] else ""
    return f"{int(gevonden[3])} {_MAANDEN[int(gevonden[2]) - 1]} {gevonden[1]}{zone}"


def _maand(ruw: str, naam: str) -> str:
    gevonden = _MAAND.fullmatch(ruw) if naam.endswith("maand") else None
    if gevonden is None or not 1 <= int(gevonden[2]) <= 12:
        return ruw
    return f"{_MAANDEN[int(gevonden[2]) - 1]} {gevonden[1]}"


def lees_woorden(pakket: Pakket) -> Woorden:
    """Read what the pack says about showing; all of it is optional."""
    bestand = pakket.map / BESTAND
    data = tomllib.loads(bestand.read_text("utf-8")) if _is_er(bestand) else {}
    secties = tuple(Sectie(rij["titel"], rij["van"], tuple(rij["velden"])) for rij in data.get("sectie", ()))
    return Woorden(pakket, secties, data.get("namen", {}), data.get("categoriewaarden", {}), _lijsten(pakket))


def _is_er(bestand: Path) -> bool:
    return bestand.is_file()


def _lijsten(pakket: Pakket) -> dict[str, Codelijst]:
    """Code list of each field that a rule holds against one."""
    lijsten: dict[str, Codelijst] = {}
    for regel in pakket.regels:
        for conditie in regel.als:
            if conditie.soort != "niet_in_lijst":
                continue
            for pad in regel.bij:
                veld = pad if conditie["veld"] == "." else f"{pad}/{conditie['veld']}"
                lijsten[veld] = pakket.codelijsten[conditie["lijst"]]
    return lijsten
