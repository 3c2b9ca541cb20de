"""Make the XSD of a gegevensset pack from its table of facts: `python -m gateway.gegevensset.xsd_maken MAP…`.

The same tables give the same octets, so that a test can compare the committed file with a fresh one. Only the root
element is global: no other element can be validated as a document.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from itertools import groupby
from pathlib import Path

from lxml import etree

from gateway.gegevensset.model import ONBEGRENSD, Groep, Onderdeel, Waardetype, lees_model

_XS = "http://www.w3.org/2001/XMLSchema"
_NOOT = " Made by gateway.gegevensset.xsd_maken from {elementen} and {typen}: change those, not this file. "


def maak(map_: Path) -> bytes:
    """Give the octets of the XSD of the pack in this folder."""
    manifest = tomllib.loads((map_ / "pakket.toml").read_text("utf-8"))
    bestanden = manifest["bestanden"]
    wortel = lees_model(map_ / bestanden["typen"], map_ / bestanden["elementen"])
    naamruimte = manifest["namespace"]
    schema = etree.Element(f"{{{_XS}}}schema", nsmap={"xs": _XS, None: naamruimte})
    schema.set("targetNamespace", naamruimte)
    schema.set("elementFormDefault", "qualified")
    schema.append(etree.Comment(_NOOT.format(**bestanden)))
    for soort in _gebruikt(wortel):
        _type(schema, soort)
    _element(schema, wortel, globaal=True)
    etree.indent(schema, "  ")
    return etree.tostring(schema, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _gebruikt(wortel: Onderdeel) -> list[Waardetype]:
    onderdelen = [*wortel.alle(), *(attribuut for element in wortel.alle() for attribuut in element.attributen)]
    typen = {onderdeel.type.naam: onderdeel.type for onderdeel in onderdelen if onderdeel.type is not None}
    return [typen[naam] for naam in sorted(typen)]


def _kind(ouder: etree._Element, naam: str, **attributen: str) -> etree._Element:
    return etree.SubElement(ouder, f"{{{_XS}}}{naam}", attributen)


def _type(schema: etree._Element, soort: Waardetype) -> None:
    beperking = _kind(_kind(schema, "simpleType", name=soort.naam), "restriction", base=soort.basis)
    if soort.patroon:
        _kind(beperking, "pattern", value=soort.patroon)
    facetten = {
        "minLength": soort.min_lengte,
        "maxLength": soort.max_lengte,
        "minInclusive": soort.min_waarde,
        "maxInclusive": soort.max_waarde,
    }
    for naam, waarde in facetten.items():
        if waarde is not None:
            _kind(beperking, naam, value=str(waarde))


def _aantallen(laagste: int, hoogste: int) -> dict[str, str]:
    aantallen = {}
    if laagste != 1:
        aantallen["minOccurs"] = str(laagste)
    if hoogste != 1:
        aantallen["maxOccurs"] = "unbounded" if hoogste == ONBEGRENSD else str(hoogste)
    return aantallen


def _element(ouder: etree._Element, onderdeel: Onderdeel, *, globaal: bool = False) -> None:
    aantallen = {} if globaal else _aantallen(onderdeel.min, onderdeel.max)
    element = _kind(ouder, "element", name=onderdeel.naam, **aantallen)
    if onderdeel.type is not None and not onderdeel.attributen:
        element.set("type", onderdeel.type.naam)
        return
    inhoud = _kind(element, "complexType")
    if onderdeel.type is not None:
        inhoud = _kind(_kind(inhoud, "simpleContent"), "extension", base=onderdeel.type.naam)
    elif onderdeel.kinderen:
        _kinderen(inhoud, onderdeel.kinderen)
    for attribuut in onderdeel.attributen:
        gebruik = {"use": "required"} if attribuut.min else {}
        soort = attribuut.type.naam if attribuut.type else "xs:string"
        _kind(inhoud, "attribute", name=attribuut.naam.removeprefix("@"), type=soort, **gebruik)


def _kinderen(inhoud: etree._Element, kinderen: list[Onderdeel]) -> None:
    groepen = [(groep, list(leden)) for groep, leden in groupby(kinderen, key=lambda kind: kind.groep)]
    if len(groepen) == 1 and groepen[0][0] is not None:
        _groep(inhoud, groepen[0][0], groepen[0][1])
        return
    reeks = _kind(inhoud, "sequence")
    for groep, leden in groepen:
        if groep is None:
            for lid in leden:
                _element(reeks, lid)
        else:
            _groep(reeks, groep, leden)


def _groep(ouder: etree._Element, groep: Groep, leden: list[Onderdeel]) -> None:
    naam = "choice" if groep.soort == "keuze" else "sequence"
    knoop = _kind(ouder, naam, **_aantallen(groep.min, groep.max))
    for lid in leden:
        _element(knoop, lid)


def main() -> int:
    """Write the XSD of each pack named, or compare only (`--toets`): 1 when one differs from its file."""
    lezer = argparse.ArgumentParser(prog="xsd_maken", description="Maak de XSD van een gegevenssetpakket.")
    lezer.add_argument("pakket", nargs="+", type=Path, help="map met pakket.toml")
    lezer.add_argument("--toets", action="store_true", help="alleen vergelijken met de XSD die er staat")
    opties = lezer.parse_args()
    anders = 0
    for map_ in opties.pakket:
        doel = map_ / tomllib.loads((map_ / "pakket.toml").read_text("utf-8"))["bestanden"]["xsd"]
        octets = maak(map_)
        if not opties.toets:
            doel.write_bytes(octets)
        elif not doel.exists() or doel.read_bytes() != octets:
            sys.stderr.write(f"{doel} wijkt af van de tabellen; maak de XSD opnieuw.\n")
            anders = 1
    return anders


if __name__ == "__main__":
    sys.exit(main())
