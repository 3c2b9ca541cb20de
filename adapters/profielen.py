"""What each LAS takes: one `profiel.toml` in a folder of its own under `adapters/` is a LAS adapter.

Every demand in a profile says where it comes from (`bron`): a source, or the word *aanname*. A demand that a profile
leaves out is not made. Implements the port `gateway.ports.LasProfielen`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gateway.domain.beoordeling import BijlageGegevens
from gateway.domain.dossier import Versie
from gateway.ports import LasOordeel

HIER = Path(__file__).parent
BESTAND = "profiel.toml"


class ProfielOnjuist(Exception):
    """A `profiel.toml` does not say what a profile must say; the message names file and field."""


@dataclass(frozen=True, slots=True)
class LasProfiel:
    """Demands of one LAS; None where it makes none. Sizes in bytes of the file itself."""

    naam: str
    weergavenaam: str
    leverancier: str
    versies: tuple[str, ...] | None
    overdrachtsoorten: tuple[str, ...] | None
    max_bijlage: int | None
    max_bijlagen: int | None
    extensies: frozenset[str] | None
    max_naamlengte: int | None
    naampatroon: re.Pattern[str] | None
    bronnen: Mapping[str, str]

    def bezwaar(self, versie: Versie, bijlagen: Sequence[BijlageGegevens]) -> str | None:
        """First reason why this LAS would not take a version, as a Dutch sentence; None when it would."""
        if self.versies is not None and versie.gegevensset_versie not in self.versies:
            return (
                f"{self.weergavenaam} neemt versie {versie.gegevensset_versie} van de gegevensset niet aan (wel: "
                f"{', '.join(self.versies)}). Lever het dossier in zo'n versie aan."
            )
        if self.overdrachtsoorten is not None and versie.overdrachtsoort.value not in self.overdrachtsoorten:
            return (
                f"{self.weergavenaam} neemt overdrachtsoort {versie.overdrachtsoort.value} niet aan (wel: "
                f"{', '.join(self.overdrachtsoorten)})."
            )
        return self._bezwaar_bijlagen(bijlagen)

    def _bezwaar_bijlagen(self, bijlagen: Sequence[BijlageGegevens]) -> str | None:
        for nr, bijlage in enumerate(bijlagen, start=1):
            bezwaar = self._bezwaar_bijlage(bijlage)
            if bezwaar is not None:
                return f"{self.weergavenaam} neemt dit dossier niet aan: bijlage {nr} van {len(bijlagen)} {bezwaar}"
        totaal = sum(bijlage.grootte or 0 for bijlage in bijlagen)
        if self.max_bijlagen is not None and totaal > self.max_bijlagen:
            return (
                f"{self.weergavenaam} neemt dit dossier niet aan: de bijlagen zijn samen {_mb(totaal)}, ten hoogste "
                f"{_mb(self.max_bijlagen)} mag. Verklein de bijlagen of stuur er minder mee."
            )
        return None

    def _bezwaar_bijlage(self, bijlage: BijlageGegevens) -> str | None:
        naam = bijlage.bestandsnaam
        if self.max_bijlage is not None and (bijlage.grootte or 0) > self.max_bijlage:
            return (
                f"is {_mb(bijlage.grootte or 0)}, ten hoogste {_mb(self.max_bijlage)} mag. Verklein het bestand "
                "(bijvoorbeeld door te scannen met een lagere resolutie) en lever het dossier opnieuw aan."
            )
        extensie = naam.rpartition(".")[2].lower()
        if self.extensies is not None and extensie not in self.extensies:
            return f"is van een soort die niet mag (wel: {', '.join(sorted(self.extensies))})."
        if self.max_naamlengte is not None and len(naam) > self.max_naamlengte:
            return f"heeft een bestandsnaam van meer dan {self.max_naamlengte} tekens. Kies een kortere naam."
        if self.naampatroon is not None and self.naampatroon.fullmatch(naam) is None:
            return (
                "heeft een bestandsnaam met tekens die niet mogen. Gebruik letters, cijfers, spatie, punt en streepje."
            )
        return None


def _mb(grootte: int) -> str:
    return f"{grootte / 1_000_000:.1f} MB".replace(".", ",")


def lees_profiel(bestand: Path) -> LasProfiel:
    """Read one `profiel.toml`. Raises `ProfielOnjuist`."""
    try:
        data = tomllib.loads(bestand.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fout:
        raise ProfielOnjuist(f"{bestand.parent.name}/{BESTAND} is geen geldige TOML: {fout}") from fout
    eisen: dict[str, Any] = {}
    bronnen: dict[str, str] = {}
    for veld, eis in data.get("eisen", {}).items():
        if not isinstance(eis, dict) or set(eis) != {"waarde", "bron"} or not str(eis["bron"]).strip():
            raise ProfielOnjuist(f"{bestand.parent.name}/{BESTAND}: eis {veld} moet een waarde en een bron hebben.")
        eisen[veld], bronnen[veld] = eis["waarde"], str(eis["bron"])
    onbekend = set(eisen) - _EISEN
    if onbekend:
        raise ProfielOnjuist(f"{bestand.parent.name}/{BESTAND}: onbekende eis {', '.join(sorted(onbekend))}.")
    try:
        return _maak(bestand.parent.name, data, eisen, bronnen)
    except (KeyError, TypeError, ValueError, re.error) as fout:
        raise ProfielOnjuist(f"{bestand.parent.name}/{BESTAND}: {fout}") from fout


_EISEN = {
    "versies",
    "overdrachtsoorten",
    "max_bijlage",
    "max_bijlagen",
    "extensies",
    "max_naamlengte",
    "naampatroon",
}


def _maak(map_: str, data: dict[str, Any], eisen: dict[str, Any], bronnen: dict[str, str]) -> LasProfiel:
    def getal(veld: str) -> int | None:
        return int(eisen[veld]) if veld in eisen else None

    def rij(veld: str) -> tuple[str, ...] | None:
        return tuple(str(deel) for deel in eisen[veld]) if veld in eisen else None

    extensies = rij("extensies")
    return LasProfiel(
        naam=map_,
        weergavenaam=str(data["weergavenaam"]),
        leverancier=str(data["leverancier"]),
        versies=rij("versies"),
        overdrachtsoorten=rij("overdrachtsoorten"),
        max_bijlage=getal("max_bijlage"),
        max_bijlagen=getal("max_bijlagen"),
        extensies=frozenset(deel.lower() for deel in extensies) if extensies is not None else None,
        max_naamlengte=getal("max_naamlengte"),
        naampatroon=re.compile(str(eisen["naampatroon"])) if "naampatroon" in eisen else None,
        bronnen=bronnen,
    )


class Profielen:
    """All LAS adapters found in a folder."""

    def __init__(self, map_: Path = HIER) -> None:
        self._map = map_

    @cached_property
    def _alle(self) -> Mapping[str, LasProfiel]:
        bestanden = sorted(self._map.glob(f"*/{BESTAND}"))
        return {bestand.parent.name: lees_profiel(bestand) for bestand in bestanden}

    def bestaat(self, las: str) -> bool:
        """Is there an adapter of this name?"""
        return las in self._alle

    def namen(self) -> Sequence[str]:
        """Names of all LAS adapters."""
        return tuple(self._alle)

    def profiel(self, las: str) -> LasProfiel | None:
        """Find one."""
        return self._alle.get(las)

    def oordeel(self, las: str | None, versie: Versie, bijlagen: Sequence[BijlageGegevens]) -> LasOordeel:
        """Judge a version for a LAS; a school without a known LAS gets a warning, the general budget holds at push."""
        profiel = self._alle.get(las) if las is not None else None
        if profiel is None:
            return LasOordeel(
                waarschuwing=(
                    "Bij deze school is geen LAS ingevuld; er is alleen op de algemene grenzen gecontroleerd. Vul het "
                    "LAS van de school in, dan wordt ook gecontroleerd wat dat LAS aanneemt."
                )
            )
        return LasOordeel(geweigerd=profiel.bezwaar(versie, bijlagen))
