"""The business rules of a pack as data: read from TOML, checked against the element table, nothing executed.

A rule is a place (`bij`) and conditions (`als`) that together make a finding. The vocabulary of conditions is fixed:

    aanwezig, afwezig     = [fields]                at least one there / none there
    waar, niet_waar       = field                   xs:boolean true / absent or not true
    onwaar                = field                   there, and not true
    gelijk, ongelijk      = {veld, waarden}         text is one of them / is none of them (absent: ongelijk)
    niet_in_lijst         = {veld, lijst}           text is no code of that list (absent: none)
    korter, langer        = {veld, tekens}          length of the text in characters
    zonder                = {veld, tekst}           text does not contain it
    past_niet             = {veld, patroon}         regular expression is found nowhere in the text
    voor_schooljaar       = {veld, peildatum, begin, jaren_terug}
    categorie_leeg        = category field          it says VERPLICHT and none of its elements is there
    categorie_gevuld      = {veld, waarde}          it says `waarde`: one finding for each element name that is there
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from gateway.gegevensset.model import OngeldigPakket

CONDITIES: Mapping[str, tuple[str, ...]] = {
    "aanwezig": (),
    "afwezig": (),
    "waar": (),
    "niet_waar": (),
    "onwaar": (),
    "gelijk": ("veld", "waarden"),
    "ongelijk": ("veld", "waarden"),
    "niet_in_lijst": ("veld", "lijst"),
    "korter": ("veld", "tekens"),
    "langer": ("veld", "tekens"),
    "zonder": ("veld", "tekst"),
    "past_niet": ("veld", "patroon"),
    "voor_schooljaar": ("veld", "peildatum", "begin", "jaren_terug"),
    "categorie_leeg": (),
    "categorie_gevuld": ("veld", "waarde"),
}
"""Every kind of condition with the names of its arguments; none where the value itself is the argument."""


class Regelstatus(StrEnum):
    """Whether the published stylesheets ever come to evaluate the rule."""

    ACTIEF = "actief"
    ONBEREIKBAAR = "onbereikbaar"


@dataclass(frozen=True, slots=True)
class Conditie:
    """One condition: its kind and its arguments, as they stand in the data."""

    soort: str
    waarde: Any

    def __getitem__(self, naam: str) -> Any:
        return self.waarde[naam]


@dataclass(frozen=True, slots=True)
class Regel:
    """One rule. `bij` are full paths (patterns expanded); empty `overdrachtsoort` or `overstap` means any."""

    id: str
    status: Regelstatus
    bundel: str
    overdrachtsoort: tuple[str, ...]
    overstap: tuple[str, ...]
    overstap_niet: tuple[str, ...]
    bij: tuple[str, ...]
    als: tuple[Conditie, ...]
    melding: str

    @property
    def anker(self) -> str:
        """Anchor of the rule on the rule page: lower-case letters, digits and hyphens."""
        return anker(self.id)

    def geldt(self, bundel: str, overdrachtsoort: str | None, overstap: str | None) -> bool:
        """True when the rule is for a dossier of this bundle, overdrachtsoort and overstap (None: not there)."""
        return (
            self.bundel in ("basis", bundel)
            and (not self.overdrachtsoort or overdrachtsoort in self.overdrachtsoort)
            and (not self.overstap or overstap in self.overstap)
            and overstap not in self.overstap_niet
        )


def anker(naam: str) -> str:
    """A name as an anchor: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", naam.lower()).strip("-")


def lees_regels(bestand: Path, paden: Iterable[str]) -> tuple[Regel, ...]:
    """Read the rule table; `paden` are all element paths of the gegevensset. Raises `OngeldigPakket`."""
    alle = _Paden(paden)
    rijen = tomllib.loads(bestand.read_text("utf-8"))["regel"]
    regels = tuple(_regel(rij, alle) for rij in rijen)
    for sleutel in ({regel.id for regel in regels}, {regel.anker for regel in regels}):
        if len(sleutel) != len(regels):
            raise OngeldigPakket(f"In {bestand.name} staat een regel twee keer.")
    return regels


class _Paden:
    """All element paths, and those that end in a name: nearly every pattern ends in one."""

    def __init__(self, paden: Iterable[str]) -> None:
        self.alle = tuple(paden)
        self._bij_naam: dict[str, list[str]] = {}
        for pad in self.alle:
            self._bij_naam.setdefault(pad.rpartition("/")[2], []).append(pad)

    def met_einde(self, stap: str) -> Sequence[str]:
        """The paths that a pattern with this last step can fit."""
        return self.alle if "*" in stap else self._bij_naam.get(stap, ())


def _regel(rij: Mapping[str, Any], paden: _Paden) -> Regel:
    return Regel(
        id=rij["id"],
        status=Regelstatus(rij.get("status", "actief")),
        bundel=rij.get("bundel", "basis"),
        overdrachtsoort=tuple(rij.get("overdrachtsoort", ())),
        overstap=tuple(rij.get("overstap", ())),
        overstap_niet=tuple(rij.get("overstap_niet", ())),
        bij=tuple(pad for patroon in rij["bij"] for pad in _passend(patroon, paden, rij["id"])),
        als=tuple(_conditie(conditie, rij["id"]) for conditie in rij["als"]),
        melding=rij["melding"],
    )


def _passend(patroon: str, paden: _Paden, regel: str) -> list[str]:
    """Expand `**` (any number of steps) and `*` (one name) to the element paths that fit."""
    stappen = [
        r"(?:/[^/]+)*" if stap == "**" else "/" + re.escape(stap).replace(r"\*", "[^/]*") for stap in _stappen(patroon)
    ]
    past = re.compile("".join(stappen))
    gevonden = [pad for pad in paden.met_einde(_stappen(patroon)[-1]) if past.fullmatch(pad)]
    if not gevonden:
        raise OngeldigPakket(f"Regel {regel} wijst een plaats aan die er in deze gegevensset niet is.")
    return gevonden


def _stappen(patroon: str) -> list[str]:
    return patroon.removeprefix("/").split("/")


def _conditie(data: Mapping[str, Any], regel: str) -> Conditie:
    [(soort, waarde)] = data.items()
    if soort not in CONDITIES:
        raise OngeldigPakket(f"Regel {regel} gebruikt een onbekende conditie: {soort}.")
    if CONDITIES[soort] and set(waarde) != set(CONDITIES[soort]):
        raise OngeldigPakket(f"Regel {regel}: conditie {soort} vraagt {', '.join(CONDITIES[soort])}.")
    return Conditie(soort, waarde)
