"""A message pack: the folder that holds everything about one version of the messages.

`pakket.toml` names version, namespace, files and services; XSD, WSDL and result table are beside it. Program code
knows none of these: another version, or the official WSDL, is another folder.
"""

from __future__ import annotations

import copy
import re
import threading
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lxml import etree

from gateway.berichten.fout import BerichtOngeldig
from gateway.domain.gevolg import Gevolg, Resultaatregel, Resultaattabel, Zijde
from gateway.domain.resultaat import Resultaat
from gateway.xmlio import OnleesbareXml, lees

_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_ELEMENT = re.compile(r"Element '(?:\{[^}]*\})?([A-Za-z]+)'")
_INDEX = ("routeringsKenmerk", "index")
_SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"


class PakketOngeldig(Exception):
    """A folder is not a usable message pack; the message says what is wrong, in Dutch."""


class _Schemas(threading.local):
    """The compiled schema, one for each thread: lxml keeps the findings of a check in the schema itself."""

    schema: etree.XMLSchema | None = None


class Berichtpakket:
    """One version of the messages, loaded. Safe to share between threads."""

    def __init__(self, map_: Path) -> None:
        """Load a pack from its folder. Raises `PakketOngeldig`."""
        try:
            manifest = tomllib.loads((map_ / "pakket.toml").read_text("utf-8"))
            bestanden = manifest["bestanden"]
            self.versie: str = manifest["versie"]
            self.naamruimte: str = manifest["naamruimte"]
            self.standaard: bool = manifest.get("standaard", False)
            self.diensten: Mapping[str, frozenset[str]] = MappingProxyType(
                {dienst: frozenset(operaties) for dienst, operaties in manifest["diensten"].items()}
            )
            self.namen: Mapping[str, str] = MappingProxyType(manifest.get("namen", {}))
            self.waarden: Mapping[str, str] = MappingProxyType(manifest.get("waarden", {}))
            self.vormen: Mapping[str, str] = MappingProxyType(_bekende_vormen(manifest.get("vormen", {})))
            self._xsd = lees((map_ / bestanden["schema"]).read_bytes())
            self._wsdl = lees((map_ / bestanden["wsdl"]).read_bytes())
            self.resultaten = _resultaten(tomllib.loads((map_ / bestanden["resultaten"]).read_text("utf-8")))
            self.tabel = Resultaattabel(self.resultaten)
            self._schemas = _Schemas()
            self._schema()
        except (OSError, KeyError, ValueError, OnleesbareXml, etree.XMLSchemaParseError) as fout:
            raise PakketOngeldig(f"Het berichtpakket in de map {map_.name} is niet bruikbaar: {fout}") from fout
        self.elementnamen = frozenset(
            str(element.get("name")) for element in self._xsd.iter("{http://www.w3.org/2001/XMLSchema}element")
        )
        self._vul_types()

    def __repr__(self) -> str:
        return f"Berichtpakket({self.versie})"

    @property
    def operaties(self) -> frozenset[str]:
        """Names of all requests, without `Request`."""
        return frozenset().union(*self.diensten.values())

    def naam(self, onze: str) -> str:
        """Name of an element in this version; empty when it has none here."""
        return self.namen.get(onze, onze)

    @property
    def met_index(self) -> bool:
        """Does this version address aanleverpunten by their number in the BRIN?"""
        return _INDEX in self.vormen.items()

    def soapactie(self, operatie: str) -> str:
        """The SOAPAction of a request."""
        return f"{self.naamruimte}/{operatie}"

    def rang(self, resultaat: Resultaat) -> int:
        """Rank for the best result; -1 for what is no result of a session."""
        return self.tabel.rang(resultaat)

    def beste(self, resultaten: Sequence[Resultaat]) -> int:
        """Index of the best result; on a tie the last one. `resultaten` is not empty."""
        return self.tabel.beste(resultaten)

    def controleer(self, element: etree._Element) -> None:
        """Check one Body child by the XSD. Raises `BerichtOngeldig` with line and element, never with a value."""
        schema = self._schema()
        if schema.validate(element):
            return
        raise BerichtOngeldig(self._waar(schema))

    def wsdl(self, adres: str) -> bytes:
        """The WSDL in one file, with the address of a service in it."""
        document = copy.deepcopy(self._wsdl)
        for plaats in document.iter(f"{_SOAP}address"):
            plaats.set("location", adres)
        return etree.tostring(document, encoding="UTF-8", xml_declaration=True, pretty_print=True)

    def _schema(self) -> etree.XMLSchema:
        if self._schemas.schema is None:
            self._schemas.schema = etree.XMLSchema(self._xsd)
        return self._schemas.schema

    def _waar(self, schema: etree.XMLSchema) -> str:
        fout = next(iter(schema.error_log), None)
        if fout is None:
            return BerichtOngeldig.standaard
        gevonden = _ELEMENT.match(fout.message)
        naam = gevonden[1] if gevonden else ""
        waar = f"element {naam}, " if naam in self.elementnamen else ""
        waar += f"regel {fout.line}"
        return f"Het bericht voldoet niet aan het berichtenschema ({waar}). Controleer het met de XSD."

    def _vul_types(self) -> None:
        """Put the XSD into the WSDL, so that there is one truth on disk and one file on the line."""
        types = self._wsdl.find(f"{_WSDL}types")
        if types is not None and len(types) == 0:
            schema = copy.deepcopy(self._xsd)
            etree.strip_tags(schema, etree.Comment)
            types.append(schema)


def _bekende_vormen(vormen: Mapping[str, str]) -> dict[str, str]:
    for soort, vorm in vormen.items():
        if (soort, vorm) != _INDEX:
            raise ValueError(f"de vorm {vorm} voor {soort} bestaat niet")
    return dict(vormen)


def _resultaten(tabel: Mapping[str, Any]) -> Mapping[Resultaat, Resultaatregel]:
    return MappingProxyType({Resultaat(code): _regel(Resultaat(code), regel) for code, regel in tabel.items()})


def _regel(code: Resultaat, velden: Mapping[str, Any]) -> Resultaatregel:
    gevolg = Gevolg(velden["gevolg"])
    punt = Zijde(velden["punt"]) if gevolg is Gevolg.UITZETTEN else None
    return Resultaatregel(code, velden.get("rang"), tuple(velden["zender"]), velden["betekenis"], gevolg, punt)


def schemamap() -> Path:
    """Folder of the packs that come with the program: inside the installed package, else beside it."""
    hier = Path(__file__).resolve().parents[1]
    geinstalleerd = hier / "_schemas" / "overstapservice"
    return geinstalleerd if geinstalleerd.is_dir() else hier.parent / "schemas" / "overstapservice"


def laad_pakketten(*mappen: Path) -> Mapping[str, Berichtpakket]:
    """Load all packs, by version: those of the program, then those in `mappen` (a later one replaces)."""
    pakketten = {}
    for map_ in (schemamap(), *mappen):
        for manifest in sorted(map_.glob("*/pakket.toml")):
            pakket = Berichtpakket(manifest.parent)
            pakketten[pakket.versie] = pakket
    if not pakketten:
        raise PakketOngeldig("Er is geen enkel berichtpakket gevonden. Controleer de installatie.")
    return MappingProxyType(pakketten)


def standaardpakket(pakketten: Mapping[str, Berichtpakket] | None = None) -> Berichtpakket:
    """The version that we use when nothing else is said."""
    alle = laad_pakketten() if pakketten is None else pakketten
    for pakket in alle.values():
        if pakket.standaard:
            return pakket
    return alle[max(alle)]
