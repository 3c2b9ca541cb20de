"""A gegevensset pack: one version of the dossier format, read from a folder with a manifest `pakket.toml`.

Nothing in the program names a version: a folder more is a version more.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

import gateway
from gateway.gegevensset.documentblok import Documentblok
from gateway.gegevensset.model import Onderdeel, OngeldigPakket, lees_model
from gateway.gegevensset.regels import Regel, lees_regels
from gateway.xmlio import Grenzen, lees

MANIFEST = "pakket.toml"


@dataclass(frozen=True, slots=True)
class Profiel:
    """A profile and the dossiers that have it; empty `overstap` means any, or none."""

    naam: str
    overdrachtsoort: str
    overstap: tuple[str, ...]

    def past(self, overdrachtsoort: str | None, overstap: str | None) -> bool:
        """True for a dossier with this overdrachtsoort and overstap."""
        return overdrachtsoort == self.overdrachtsoort and (not self.overstap or overstap in self.overstap)


@dataclass(frozen=True, slots=True)
class Codelijst:
    """A code list: number, name, codes in order, meaning of a code where it is known."""

    nummer: str
    naam: str
    codes: tuple[str, ...]
    betekenis: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Categorie:
    """A category of selective delivery and the elements (paths from the root element) that belong to it."""

    veld: str
    elementen: tuple[str, ...]
    niet_gemeld: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Pakket:
    """One version of the gegevensset, ready to judge with."""

    map: Path
    versie: str
    naamruimte: str
    wortel: str
    standaardversie: str
    plaatsen: Mapping[str, Any]
    documenten: Documentblok
    bundels: Mapping[str, str]
    profielen: tuple[Profiel, ...]
    codelijsten: Mapping[str, Codelijst]
    categorieen: Mapping[str, Categorie]
    model: Onderdeel
    regels: tuple[Regel, ...]
    schema: etree.XMLSchema
    stijlbladen: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    """Of an official bundle: the stylesheets that judge, by bundle of rules. Empty: the rules are `regels`."""
    woordenschat: frozenset[str] = frozenset()
    """Of an official bundle: every word that its stylesheets can write by themselves."""
    model_volledig: bool = True
    """False when the XSD says more than `model` can, so that `model` cannot explain every refusal."""
    _plekken: dict[str, str] = field(default_factory=dict, init=False, repr=False)

    def volgorde(self, pad: str) -> Sequence[str]:
        """Local names of the children of the element at this path (no indexes), in the order of the XSD."""
        onderdeel = self.onderdeel(pad)
        return () if onderdeel is None else tuple(kind.naam for kind in onderdeel.kinderen)

    def onderdeel(self, pad: str) -> Onderdeel | None:
        """What the table says of the element at this path without indexes; None when there is no such element."""
        wortel, *stappen = pad.removeprefix("/").split("/")
        onderdeel: Onderdeel | None = self.model if wortel == self.wortel else None
        for stap in stappen:
            onderdeel = onderdeel.kind(stap) if onderdeel is not None else None
        return onderdeel

    def codes_bij(self, pad: str) -> tuple[str, ...]:
        """The codes that rules allow at this path; empty when no code list belongs to it."""
        lijsten = [
            conditie["lijst"]
            for regel in self.regels
            for conditie in regel.als
            if conditie.soort == "niet_in_lijst" and conditie["veld"] == "." and pad in regel.bij
        ]
        return self.codelijsten[lijsten[0]].codes if lijsten else ()

    def plek(self, naam: str) -> str:
        """Path of a place of the manifest, for `find` from the root element."""
        plek = self._plekken.get(naam)  # asked a dozen times for each dossier
        if plek is None:
            plek = self._plekken[naam] = self.zoekpad(self.plaatsen[naam])
        return plek

    def zoekpad(self, pad: str) -> str:
        """A path of local names as `find` and `findall` of an element want it."""
        return "/".join(f"{{{self.naamruimte}}}{stap}" for stap in pad.split("/"))

    def bundel(self, overdrachtsoort: str | None) -> str:
        """The bundle of rules that judges this overdrachtsoort."""
        return self.bundels.get(overdrachtsoort or "", self.bundels["anders"])

    def profiel(self, overdrachtsoort: str | None, overstap: str | None) -> str | None:
        """Name of the profile, or None when the pair fits none."""
        return next((p.naam for p in self.profielen if p.past(overdrachtsoort, overstap)), None)


def lees_pakket(map_: Path) -> Pakket:
    """Read one pack. Raises `OngeldigPakket` with a Dutch sentence when it does not hold together."""
    try:
        return _lees(map_)
    except (OSError, KeyError, TypeError, ValueError, etree.XMLSchemaParseError) as fout:
        raise OngeldigPakket(f"Het pakket in {map_.name} is niet te lezen: {fout}") from fout


def _lees(map_: Path) -> Pakket:
    manifest = _toml(map_ / MANIFEST)
    if manifest.get("soort") == "bundel":
        from gateway.gegevensset.bundel import lees_bundel  # a bundle is a Pakket too: it knows this module

        return lees_bundel(map_, manifest)
    bestanden = manifest["bestanden"]
    model = lees_model(map_ / bestanden["typen"], map_ / bestanden["elementen"])
    xsd = lees((map_ / bestanden["xsd"]).read_bytes(), Grenzen(attributen=1_000_000))
    return Pakket(
        map=map_,
        versie=manifest["versie"],
        naamruimte=manifest["namespace"],
        wortel=manifest["root"],
        standaardversie=manifest["standaardversie"],
        plaatsen=manifest["plaatsen"],
        documenten=Documentblok(**manifest["documenten"]),
        bundels=manifest["bundels"],
        profielen=tuple(
            Profiel(p["naam"], p["overdrachtsoort"], tuple(p.get("overstap", ()))) for p in manifest["profielen"]
        ),
        codelijsten={
            nummer: Codelijst(nummer, lijst["naam"], tuple(lijst["codes"]), lijst.get("betekenis", {}))
            for nummer, lijst in _toml(map_ / bestanden["codelijsten"])["lijst"].items()
        },
        categorieen={
            veld: Categorie(veld, tuple(categorie["elementen"]), tuple(categorie.get("niet_gemeld", ())))
            for veld, categorie in _toml(map_ / bestanden["categorieen"])["categorie"].items()
        },
        model=model,
        regels=lees_regels(map_ / bestanden["regels"], (onderdeel.pad for onderdeel in model.alle())),
        schema=etree.XMLSchema(xsd),
    )


def _toml(bestand: Path) -> dict[str, Any]:
    return tomllib.loads(bestand.read_text("utf-8"))


def productmap() -> Path:
    """Folder of the packs that come with the product: in a checkout beside the package, in a wheel inside it."""
    pakket = Path(gateway.__file__).parent
    return next(
        (
            map_
            for map_ in (pakket.parent / "schemas" / "gegevensset", pakket / "_schemas" / "gegevensset")
            if map_.is_dir()
        ),
        pakket / "_schemas" / "gegevensset",
    )


class OnbekendPakket(ValueError):
    """A version was asked for that is not installed; the message lists what is."""


class Pakketten:
    """The installed packs, found by namespace and root element, or by version."""

    def __init__(self, pakketten: Iterable[Pakket]) -> None:
        self._per_versie = {pakket.versie: pakket for pakket in sorted(pakketten, key=lambda p: p.versie)}

    @classmethod
    def laad(cls, extra: Iterable[Path] = (), product: Path | None = None) -> Pakketten:
        """Read all packs of the product and of extra folders; a later folder wins where versions are equal."""
        mappen = [product or productmap(), *extra]
        return cls(
            lees_pakket(manifest.parent)
            for map_ in mappen
            if map_.is_dir()
            for manifest in sorted(map_.glob(f"*/{MANIFEST}"))
        )

    @property
    def versies(self) -> tuple[str, ...]:
        """Installed versions in order."""
        return tuple(self._per_versie)

    def __iter__(self) -> Iterator[Pakket]:
        return iter(self._per_versie.values())

    def met_versie(self, versie: str) -> Pakket:
        """The pack of this version. Raises `OnbekendPakket`."""
        try:
            return self._per_versie[versie]
        except KeyError:
            lijst = ", ".join(self.versies)
            raise OnbekendPakket(f"Dit pakket is niet geïnstalleerd; geïnstalleerd: {lijst}.") from None

    def voor(self, wortel: etree._Element) -> Pakket | None:
        """The pack for a dossier by namespace and root; of several, the one with the standaardversie that it names."""
        kandidaten = [p for p in self._per_versie.values() if wortel.tag == f"{{{p.naamruimte}}}{p.wortel}"]
        if len(kandidaten) < 2:
            return kandidaten[0] if kandidaten else None
        genoemd = [p for p in kandidaten if wortel.findtext(p.plek("standaardversie")) == p.standaardversie]
        return (genoemd or kandidaten)[-1]
