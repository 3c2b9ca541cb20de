"""The table of facts of a gegevensset as a tree: which element may stand where, how often, with what value.

Source of the XSD that is generated (`xsd_maken`) and of the explanation of a refused dossier (`uitleg`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ONBEGRENSD = 1_000_000_000
"""Stands for `n` (unbounded) in a maximum."""


class OngeldigPakket(ValueError):
    """A pack on disk does not hold together; the message is a Dutch sentence for who installed it."""


@dataclass(frozen=True, slots=True)
class Waardetype:
    """What the text of a field may be: XSD base type and facets, and the same in Dutch (`verwacht`)."""

    naam: str
    basis: str
    patroon: str
    min_lengte: int | None
    max_lengte: int | None
    min_waarde: int | None
    max_waarde: int | None
    verwacht: str


@dataclass(frozen=True, slots=True)
class Groep:
    """A run of children that belong together: `keuze` (one of them) or `reeks` (the run as a whole repeats)."""

    soort: str
    nummer: str
    min: int
    max: int


@dataclass(slots=True)
class Onderdeel:
    """One element (or attribute, name with `@`) at one path, with what may be inside it, in order."""

    pad: str
    type: Waardetype | None
    min: int
    max: int
    groep: Groep | None
    kinderen: list[Onderdeel] = field(default_factory=list)
    attributen: list[Onderdeel] = field(default_factory=list)

    @property
    def naam(self) -> str:
        """Last step of the path."""
        return self.pad.rpartition("/")[2]

    @property
    def verplicht(self) -> bool:
        """True when the element itself must be there (a group may soften that)."""
        return self.min > 0

    def kind(self, naam: str) -> Onderdeel | None:
        """The child of that name."""
        return next((kind for kind in self.kinderen if kind.naam == naam), None)

    def alle(self) -> Iterator[Onderdeel]:
        """This element and all below it, in document order, without attributes."""
        yield self
        for kind in self.kinderen:
            yield from kind.alle()


def lees_model(typen: Path, elementen: Path) -> Onderdeel:
    """Read the two tables and give the root element. Raises `OngeldigPakket` when they do not fit."""
    soorten = _lees_typen(typen)
    per_pad: dict[str, Onderdeel] = {}
    with elementen.open(encoding="utf-8", newline="") as bestand:
        for rij in csv.DictReader(bestand):
            onderdeel = _onderdeel(rij, soorten, elementen)
            ouder = per_pad.get(onderdeel.pad.rpartition("/")[0])
            if ouder is not None:
                (ouder.attributen if rij["soort"] == "attribuut" else ouder.kinderen).append(onderdeel)
            elif per_pad:
                raise OngeldigPakket(f"In {elementen.name} staat {onderdeel.pad} zonder het element erboven.")
            if per_pad.setdefault(onderdeel.pad, onderdeel) is not onderdeel:
                raise OngeldigPakket(f"In {elementen.name} staat {onderdeel.pad} twee keer.")
    if not per_pad:
        raise OngeldigPakket(f"{elementen.name} is leeg.")
    return next(iter(per_pad.values()))


def _onderdeel(rij: Mapping[str, str], soorten: Mapping[str, Waardetype], bron: Path) -> Onderdeel:
    if rij["type"] and rij["type"] not in soorten:
        raise OngeldigPakket(f"In {bron.name} heeft {rij['pad']} een type dat niet in de typentabel staat.")
    return Onderdeel(
        pad=rij["pad"],
        type=soorten[rij["type"]] if rij["type"] else None,
        min=int(rij["min"]),
        max=_max(rij["max"]),
        groep=_groep(rij["groep"]) if rij["groep"] else None,
    )


def _max(tekst: str) -> int:
    return ONBEGRENSD if tekst == "n" else int(tekst)


def _groep(tekst: str) -> Groep:
    """Read `keuze1 0..1` or `reeks1 1..n`; the number tells groups under one parent apart."""
    naam, _, aantallen = tekst.partition(" ")
    laagste, _, hoogste = aantallen.partition("..")
    return Groep(naam[:5], naam[5:], int(laagste), _max(hoogste))


def _lees_typen(typen: Path) -> dict[str, Waardetype]:
    def getal(tekst: str) -> int | None:
        return int(tekst) if tekst else None

    with typen.open(encoding="utf-8", newline="") as bestand:
        return {
            rij["type"]: Waardetype(
                rij["type"],
                rij["basis"],
                rij["patroon"],
                getal(rij["min_lengte"]),
                getal(rij["max_lengte"]),
                getal(rij["min_waarde"]),
                getal(rij["max_waarde"]),
                rij["verwacht"],
            )
            for rij in csv.DictReader(bestand)
        }
