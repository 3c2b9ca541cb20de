"""Install an official bundle as a pack, and check installed packs again.

The archive is read and judged in memory; then the pack is written beside its place, proven there in a process of its
own under limits (the XSD and stylesheets compile, the examples of the bundle pass), and moved into place by a rename.
Until that rename nothing of what runs can see it; a bundle that fails leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lxml import etree

from gateway.gegevensset.bundel import BESTANDEN, SOORT, lees_xml, schrijf_manifest
from gateway.gegevensset.bundel_archief import Archiefgrenzen, BundelGeweigerd, lees_archief
from gateway.gegevensset.bundel_stijlblad import Stijlbladen, bekijk_stijlbladen
from gateway.gegevensset.bundel_xsd import een_document, kies_xsd
from gateway.gegevensset.pakket import MANIFEST, Pakket, Pakketten
from gateway.xmlio import OnleesbareXml, lees

GEGEVENSSET: Final = "gegevensset"
VOORBEELDEN: Final = "voorbeelden"
_VERSIE: Final = re.compile(r"[0-9]{4}\.[0-9]{1,2}(?:\.[0-9]{1,2})?")
_IN_NAAM: Final = re.compile(r"(?<![0-9.])([0-9]{4}\.[0-9]{1,2})(?![0-9])")
_JAAR: Final = re.compile(r"/([0-9]{4})(?:/|$)")
_PROEF: Final = Path(__file__).with_name("bundel_proef.py")
_SECONDEN: Final = 300

Voortgang = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Proef:
    """Outcome of a check: held, what was looked at, what to look after."""

    versie: str
    soort: str
    goed: bool
    voorbeelden: int = 0
    meldingen: tuple[str, ...] = ()
    aandacht: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Inhoud:
    """A bundle in memory, judged."""

    versie: str
    naamruimte: str
    xsd: str
    stijlbladen: Stijlbladen
    bestanden: Mapping[str, bytes] = field(repr=False)
    voorbeelden: Mapping[str, bytes] = field(repr=False)


def installeer(
    archief: Path,
    schemas: Path,
    pakketten: Pakketten,
    *,
    versie: str | None = None,
    voortgang: Voortgang = lambda _: None,
) -> Proef:
    """Install a bundle under `schemas` and give the outcome of its check.

    `pakketten` are those installed: the manifest starts as a copy of the nearest. `versie` overrides what the bundle
    says of itself. An earlier installation of the same version is replaced. Raises `BundelGeweigerd`, and then nothing
    has changed.
    """
    try:
        with archief.open("rb") as bron:
            octets = bron.read(Archiefgrenzen().archief + 1)
    except OSError as fout:
        raise BundelGeweigerd(f"{archief.name}: kan het bestand niet lezen ({fout.strerror}).") from None
    voortgang("Archief lezen")
    bestanden = lees_archief(octets)
    voortgang("Schema, stylesheets en voorbeelden bekijken")
    lijkt_op = nabij(pakketten, versie)
    inhoud = _bekijk(bestanden, archief.name, versie, lijkt_op)
    lijkt_op = nabij(pakketten, inhoud.versie)
    try:
        schemas.mkdir(parents=True, exist_ok=True)
        werkmap = Path(tempfile.mkdtemp(prefix=".installatie-", dir=schemas))
    except OSError as fout:
        raise BundelGeweigerd(f"De map voor pakketten is niet te beschrijven ({fout.strerror}).") from None
    try:
        nieuw = werkmap / inhoud.versie
        _schrijf(nieuw, inhoud, lijkt_op, hashlib.sha256(octets).hexdigest())
        voortgang("Schema en stylesheets vertalen, voorbeelden toetsen")
        proef = beproef(nieuw)
        if not proef.goed:
            raise BundelGeweigerd(" ".join(proef.meldingen))
        voortgang("Op zijn plaats zetten")
        _zet_neer(nieuw, schemas / GEGEVENSSET / inhoud.versie, werkmap / "oud")
        return proef
    finally:
        shutil.rmtree(werkmap, ignore_errors=True)


def nabij(pakketten: Pakketten, versie: str | None) -> Pakket:
    """The installed pack of our own that is nearest: the newest that is not newer, or else the oldest."""
    eigen = [pakket for pakket in pakketten if not pakket.stijlbladen] or list(pakketten)
    if not eigen:
        raise BundelGeweigerd("Er is geen pakket geïnstalleerd om de instellingen van over te nemen.")
    ouder = [pakket for pakket in eigen if versie is None or pakket.versie <= versie]
    return (ouder or eigen[:1])[-1]


def _bekijk(bestanden: Mapping[str, bytes], naam: str, versie: str | None, lijkt_op: Pakket) -> _Inhoud:
    schemas = {pad: lees_xml(pad, octets) for pad, octets in bestanden.items() if _einde(pad) == "xsd"}
    bladen = {pad: lees_xml(pad, octets) for pad, octets in bestanden.items() if _einde(pad) in ("xsl", "xslt")}
    documenten = {pad: octets for pad, octets in bestanden.items() if _einde(pad) == "xml"}
    wortels = {pad: wortel for pad, octets in documenten.items() if (wortel := _dossier(octets)) is not None}
    ruimtes = [str(etree.QName(w).namespace) for w in wortels.values() if etree.QName(w).localname == lijkt_op.wortel]
    pad = kies_xsd(schemas, lijkt_op.wortel, ruimtes)
    ruimte = str(schemas[pad].get("targetNamespace"))
    een_document(pad, schemas)
    gekozen = bekijk_stijlbladen(bladen, tuple(dict.fromkeys(lijkt_op.bundels.values())))
    tag = f"{{{ruimte}}}{lijkt_op.wortel}"
    voorbeelden = {p: documenten[p] for p, wortel in wortels.items() if wortel.tag == tag}
    genoemd = Counter(
        tekst.strip()
        for p in voorbeelden
        if (tekst := wortels[p].findtext(_in_ruimte(lijkt_op.plaatsen["standaardversie"], ruimte)))
    )
    zelf = versie or _versie_uit([een for een, _ in genoemd.most_common()], naam, bestanden, ruimte)
    if _VERSIE.fullmatch(zelf) is None:
        raise BundelGeweigerd("De versie van de bundel moet eruitzien als 2024.1; geef haar met --versie.")
    nodig = {p: etree.tostring(boom, encoding="UTF-8", xml_declaration=True) for p, boom in (schemas | bladen).items()}
    return _Inhoud(zelf, ruimte, pad, gekozen, nodig, voorbeelden)


def _einde(pad: str) -> str:
    return pad.rpartition(".")[2].lower()


def _dossier(octets: bytes) -> etree._Element | None:
    """An XML file of the bundle, if it is one that we take; others (build files) are left alone."""
    try:
        return lees(octets)
    except OnleesbareXml:
        return None


def _in_ruimte(pad: str, ruimte: str) -> str:
    return "/".join(f"{{{ruimte}}}{stap}" for stap in pad.split("/"))


def _versie_uit(genoemd: list[str], naam: str, bestanden: Mapping[str, bytes], ruimte: str) -> str:
    """The version: what the examples say, else the name of the archive or a folder, else the year of the namespace."""
    for tekst in (*genoemd, naam, *sorted(bestanden)):
        if gevonden := _IN_NAAM.search(tekst):
            return gevonden[1]
    if jaar := _JAAR.search(ruimte):
        return f"{jaar[1]}.1"
    raise BundelGeweigerd("De bundel zegt niet welke versie het is; geef haar met --versie, zoals 2024.1.")


def _schrijf(map_: Path, inhoud: _Inhoud, lijkt_op: Pakket, som: str) -> None:
    """Write the pack; schemas and stylesheets as they were read, so that no other parser can see something else."""
    sommen = {}
    for pad, octets in sorted(inhoud.bestanden.items()):
        doel = map_ / BESTANDEN / pad
        doel.parent.mkdir(parents=True, exist_ok=True)
        doel.write_bytes(octets)
        sommen[f"{BESTANDEN}/{pad}"] = hashlib.sha256(octets).hexdigest()
    (map_ / VOORBEELDEN).mkdir(parents=True)
    for nummer, (_, octets) in enumerate(sorted(inhoud.voorbeelden.items()), 1):
        (map_ / VOORBEELDEN / f"voorbeeld-{nummer:03}.xml").write_bytes(octets)
    manifest: dict[str, Any] = {
        "soort": SOORT,
        "versie": inhoud.versie,
        "namespace": inhoud.naamruimte,
        "root": lijkt_op.wortel,
        "standaardversie": inhoud.versie,
        "archief_sha256": som,
        "lijkt_op": lijkt_op.versie,
        "bestanden": {"xsd": f"{BESTANDEN}/{inhoud.xsd}"},
        "stijlbladen": {
            naam: [f"{BESTANDEN}/{pad}" for pad in paden] for naam, paden in inhoud.stijlbladen.wortels.items()
        },
        "plaatsen": dict(lijkt_op.plaatsen),
        "documenten": _documenten(lijkt_op),
        "bundels": dict(lijkt_op.bundels),
        "profielen": [
            {
                "naam": p.naam,
                "overdrachtsoort": p.overdrachtsoort,
                **({"overstap": list(p.overstap)} if p.overstap else {}),
            }
            for p in lijkt_op.profielen
        ],
        "sha256": sommen,
    }
    (map_ / MANIFEST).write_text(schrijf_manifest(manifest), "utf-8")
    for onder in (*map_.rglob("*"), map_):
        _naar_schijf(onder)


def _documenten(pakket: Pakket) -> dict[str, Any]:
    blok = pakket.documenten
    namen = ("blok", "bestandsnaam", "omschrijving", "bestandsinhoud", "lijst")
    return {**{naam: getattr(blok, naam) for naam in namen}, "toegestaan": list(blok.toegestaan)}


def _naar_schijf(pad: Path) -> None:
    greep = os.open(pad, os.O_RDONLY)
    try:
        os.fsync(greep)
    finally:
        os.close(greep)


def _zet_neer(nieuw: Path, doel: Path, opzij: Path) -> None:
    """Move into place. An earlier installation steps aside first and comes back when the move fails."""
    doel.parent.mkdir(parents=True, exist_ok=True)
    eerder = doel.exists()
    if eerder:
        doel.rename(opzij)
    try:
        nieuw.rename(doel)
    except OSError:
        if eerder:
            opzij.rename(doel)
        raise
    _naar_schijf(doel.parent)


def beproef(map_: Path) -> Proef:
    """Check one pack in a process of its own, under limits of time and memory."""
    opdracht = [sys.executable, "-I", str(_PROEF), str(map_)]
    mislukt = "De controle van dit pakket is niet afgerond: zij kost te veel tijd of geheugen."
    try:
        kind = subprocess.run(opdracht, capture_output=True, timeout=_SECONDEN, env={}, check=False)  # noqa: S603 - fixed
        uitkomst = json.loads(kind.stdout)
    except (subprocess.TimeoutExpired, ValueError, OSError):
        return Proef(map_.name, "onbekend", goed=False, meldingen=(mislukt,))
    return Proef(
        uitkomst["versie"],
        uitkomst["soort"],
        uitkomst["goed"],
        uitkomst["voorbeelden"],
        tuple(uitkomst["meldingen"]),
        tuple(uitkomst["aandacht"]),
    )


def pakketmappen(mappen: list[Path]) -> list[Path]:
    """The folders of all installed packs, those of the product first."""
    return [manifest.parent for map_ in mappen if map_.is_dir() for manifest in sorted(map_.glob(f"*/{MANIFEST}"))]
