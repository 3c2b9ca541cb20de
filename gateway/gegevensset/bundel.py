"""An official bundle as a pack: XSD and stylesheets as they were published, with a manifest `pakket.toml` beside them.

The manifest says what a bundle does not: where the facts stand that the gateway decides on. It starts as a copy of the
nearest pack that we know and may be edited; the files of the bundle may not, their SHA-256 is in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from lxml import etree

from gateway.gegevensset.bundel_archief import BundelGeweigerd
from gateway.gegevensset.bundel_stijlblad import bekijk_stijlbladen
from gateway.gegevensset.bundel_xsd import een_document, leid_model_af, namen_in
from gateway.gegevensset.documentblok import Documentblok
from gateway.gegevensset.model import Onderdeel, OngeldigPakket
from gateway.gegevensset.pakket import Pakket, Profiel
from gateway.gegevensset.saxon import woorden_in
from gateway.xmlio import Grenzen, OnleesbareXml, lees

SOORT: Final = "bundel"
BESTANDEN: Final = "bundel"
"""Folder of the files of the bundle, inside the folder of the pack."""

_GRENZEN: Final = Grenzen(octetten=20_000_000, attributen_per_element=100)


def lees_xml(pad: str, octets: bytes) -> etree._Element:
    """Read a schema or stylesheet of a bundle. Raises `BundelGeweigerd`."""
    try:
        return lees(octets, _GRENZEN)
    except OnleesbareXml as fout:
        raise BundelGeweigerd(f"{pad} in de bundel is niet te gebruiken: {fout.melding}") from None


def lees_bundel(map_: Path, manifest: Mapping[str, Any]) -> Pakket:
    """Make a pack of an installed bundle; everything is checked anew. Raises `OngeldigPakket`."""
    try:
        return _lees(map_, manifest)
    except (BundelGeweigerd, etree.XMLSchemaParseError) as fout:
        raise OngeldigPakket(f"Het pakket in {map_.name} is niet te gebruiken: {fout}") from fout


def _lees(map_: Path, manifest: Mapping[str, Any]) -> Pakket:
    bestanden = {pad: _ongewijzigd(map_, pad, som) for pad, som in manifest["sha256"].items()}
    schemas = {pad: lees_xml(pad, inhoud) for pad, inhoud in bestanden.items() if pad.endswith(".xsd")}
    bladen = {pad: lees_xml(pad, inhoud) for pad, inhoud in bestanden.items() if pad.endswith((".xsl", ".xslt"))}
    xsd = een_document(manifest["bestanden"]["xsd"], schemas)
    schema = etree.XMLSchema(xsd)
    afgeleid = leid_model_af(xsd, manifest["root"])
    gekozen = bekijk_stijlbladen(bladen, tuple(dict.fromkeys(manifest["bundels"].values())))
    if {naam: list(paden) for naam, paden in gekozen.wortels.items()} != manifest["stijlbladen"]:
        raise BundelGeweigerd("de stylesheets zijn niet die van de installatie")
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
        codelijsten={},
        categorieen={},
        model=afgeleid.model,
        regels=(),
        schema=schema,
        stijlbladen={naam: tuple(map_ / pad for pad in paden) for naam, paden in gekozen.wortels.items()},
        woordenschat=woorden_in((*gekozen.teksten, *namen_in(xsd))),
        model_volledig=afgeleid.volledig,
    )


def _ongewijzigd(map_: Path, pad: str, som: str) -> bytes:
    inhoud = (map_ / pad).read_bytes()
    if hashlib.sha256(inhoud).hexdigest() != som:
        raise BundelGeweigerd(f"{pad} is na de installatie gewijzigd; installeer de bundel opnieuw")
    return inhoud


def ontbrekende_plaatsen(plaatsen: Mapping[str, Any], documenten: Documentblok, model: Onderdeel) -> list[str]:
    """Names of the places of a manifest that this gegevensset does not have."""
    paden = {onderdeel.pad.partition(f"/{model.naam}/")[2] for onderdeel in model.alle()}
    mist = [
        f"plaatsen.{naam}"
        for naam, plek in plaatsen.items()
        if any(pad not in paden for pad in ([plek] if isinstance(plek, str) else plek))
    ]
    return mist + (["documenten.lijst"] if documenten.lijst not in paden else [])


def schrijf_manifest(manifest: Mapping[str, Any]) -> str:
    """The manifest as TOML, with comments for who edits it."""
    regels = ["# Officiële bundel, geïnstalleerd door `oso-gateway schemas install`.", ""]
    regels += [f"{naam} = {_toml(waarde)}" for naam, waarde in manifest.items() if not isinstance(waarde, (dict, list))]
    for naam, waarde in manifest.items():
        if isinstance(waarde, dict):
            regels += ["", *_UITLEG.get(naam, ()), f"[{naam}]"]
            regels += [f"{_toml(sleutel)} = {_toml(inhoud)}" for sleutel, inhoud in waarde.items()]
        elif isinstance(waarde, list):
            for rij in waarde:
                regels += ["", f"[[{naam}]]", *(f"{sleutel} = {_toml(inhoud)}" for sleutel, inhoud in rij.items())]
    return "\n".join(regels) + "\n"


_UITLEG: Final[Mapping[str, Sequence[str]]] = {
    "plaatsen": (
        "# Waar in het dossier de gegevens staan waarop de gateway beslist; paden vanaf het hoofdelement.",
        "# Overgenomen van het naaste bekende pakket: pas ze aan als deze versie ze ergens anders heeft.",
    ),
    "documenten": ("# Hoe een bijlage heet, en waar documenten komen die naast een dossier worden meegestuurd.",),
    "bundels": ("# Welke map met stylesheets over een overdrachtsoort oordeelt.",),
    "sha256": ("# De bestanden van de bundel. Wijzig deze niet: een gewijzigd bestand wordt niet gebruikt.",),
}


def _toml(waarde: object) -> str:
    """A text, number, boolean or list of texts as TOML, which writes these as JSON does (DEL apart)."""
    return json.dumps(waarde, ensure_ascii=False).replace("\x7f", "\\u007f")
