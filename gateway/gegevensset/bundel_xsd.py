"""The XSD of an official bundle: found, made into one document, bounded, and read as a table of facts.

The table (`Onderdeel`) is what explains a refused dossier, orders its elements and names its fields; for our own packs
the XSD is made from it, here it is made from the XSD. What the table cannot express (wildcards, repeating choices,
recursion) leaves it incomplete, and refusals are then explained from libxml2's error codes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from gateway.gegevensset.bundel_archief import BundelGeweigerd
from gateway.gegevensset.model import ONBEGRENSD, Groep, Onderdeel, Waardetype
from gateway.xmlio import lokale_naam

XS: Final = "http://www.w3.org/2001/XMLSchema"
_MEESTE_KEER: Final = 1_000
_DIEPST: Final = 30
_MEESTE_ONDERDELEN: Final = 20_000


def kies_xsd(schemas: Mapping[str, etree._Element], wortel: str, voorkeur: Sequence[str]) -> str:
    """Path of the XSD that declares the root element; of several, the one in a namespace of `voorkeur`."""
    kandidaten = [pad for pad, xsd in schemas.items() if _globaal(xsd, "element", wortel) is not None]
    if len(kandidaten) > 1:
        beter = [pad for pad in kandidaten if schemas[pad].get("targetNamespace") in voorkeur]
        kandidaten = beter or kandidaten
    if len(kandidaten) != 1:
        hoeveel = "geen" if not kandidaten else "meer dan één"
        raise BundelGeweigerd(
            f"De bundel heeft {hoeveel} XSD met het element {wortel}. Gebruik de bundel van één versie."
        )
    if not schemas[kandidaten[0]].get("targetNamespace"):
        raise BundelGeweigerd("De XSD van de bundel heeft geen naamruimte. Gebruik de officiële bundel.")
    return kandidaten[0]


def een_document(pad: str, schemas: Mapping[str, etree._Element]) -> etree._Element:
    """The XSD with what it includes put in its place, checked and bounded. Raises `BundelGeweigerd`."""
    heel = deepcopy(schemas[pad])
    _voeg_in(pad, heel, schemas, {pad})
    for knoop in heel.iter("*"):
        _eis_knoop(pad, knoop)
    return heel


def _voeg_in(pad: str, xsd: etree._Element, schemas: Mapping[str, etree._Element], gedaan: set[str]) -> None:
    for verwijzing in xsd.findall(f"{{{XS}}}include"):
        plek = str(verwijzing.get("schemaLocation", ""))
        doel = posixpath.normpath(posixpath.join(posixpath.dirname(pad), plek))
        xsd.remove(verwijzing)
        if ":" in plek or doel not in schemas or schemas[doel].get("targetNamespace") != xsd.get("targetNamespace"):
            raise BundelGeweigerd(f"De XSD {pad} verwijst naar een schema dat niet in de bundel zit.")
        if doel not in gedaan:
            gedaan.add(doel)
            deel = deepcopy(schemas[doel])
            _voeg_in(doel, deel, schemas, gedaan)
            xsd.extend(deel)


def _eis_knoop(pad: str, knoop: etree._Element) -> None:
    """Refuse what would make libxml2 look elsewhere, or build an automaton without bounds."""
    naam = lokale_naam(knoop)
    if etree.QName(knoop).namespace == XS and naam in ("import", "include", "redefine", "override"):
        raise BundelGeweigerd(f"De XSD {pad} verwijst met xs:{naam} naar een ander schema; dat wordt niet ondersteund.")
    for grens in ("minOccurs", "maxOccurs"):
        tekst = knoop.get(grens, "1").strip()
        if tekst != "unbounded" and not (
            tekst.isascii() and tekst.isdigit() and len(tekst) < 6 and int(tekst) <= _MEESTE_KEER
        ):
            raise BundelGeweigerd(f"In de XSD {pad} staat op regel {knoop.sourceline} een {grens} die te groot is.")


def _globaal(xsd: etree._Element, soort: str, naam: str) -> etree._Element | None:
    return next((kind for kind in xsd.iterchildren(f"{{{XS}}}{soort}") if kind.get("name") == naam), None)


@dataclass(frozen=True, slots=True)
class Afgeleid:
    """The table of an XSD; not `volledig` when the XSD says more than the table can."""

    model: Onderdeel
    volledig: bool


def leid_model_af(xsd: etree._Element, wortel: str) -> Afgeleid:
    """Read the tree of elements under the root from an XSD that libxml2 has compiled."""
    lezer = _Lezer(xsd)
    element = _globaal(xsd, "element", wortel)
    if element is None:
        raise BundelGeweigerd(f"De XSD heeft geen element {wortel}.")
    model = lezer.element(element, "", None, 0)
    return Afgeleid(model, lezer.volledig and xsd.get("elementFormDefault") == "qualified")


_TEKST: Final = "xs:string"
_INGEBOUWD: Final[Mapping[str, tuple[str, int | None, int | None, str]]] = {
    "string": (_TEKST, None, None, "tekst"),
    "boolean": ("xs:boolean", None, None, "true of false"),
    "date": ("xs:date", None, None, "een datum in de vorm JJJJ-MM-DD"),
    "decimal": ("xs:decimal", None, None, "een getal, met een punt voor de decimalen"),
    "integer": ("xs:integer", None, None, "een geheel getal"),
    "int": ("xs:int", None, None, "een geheel getal"),
    "nonNegativeInteger": ("xs:integer", 0, None, "een geheel getal van 0 of meer"),
    "positiveInteger": ("xs:integer", 1, None, "een geheel getal van 1 of meer"),
}


@dataclass(slots=True)
class _Lezer:
    xsd: etree._Element
    volledig: bool = True
    aantal: int = 0
    _typen: dict[tuple[str, str], etree._Element] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind in self.xsd.iterchildren("*"):
            if kind.get("name"):
                self._typen[(lokale_naam(kind), str(kind.get("name")))] = kind

    def element(self, knoop: etree._Element, onder: str, groep: Groep | None, diepte: int) -> Onderdeel:
        self.aantal += 1
        laagste, hoogste = _aantallen(knoop)
        if verwijzing := knoop.get("ref"):
            knoop = self._typen.get(("element", _lokaal(verwijzing)), knoop)
        naam = str(knoop.get("name") or _lokaal(knoop.get("ref", "onbekend")))
        onderdeel = Onderdeel(f"{onder}/{naam}", None, laagste if onder else 1, hoogste if onder else 1, groep)
        if diepte > _DIEPST or self.aantal > _MEESTE_ONDERDELEN:
            self.volledig = False
        else:
            self._vul(onderdeel, knoop, diepte)
        return onderdeel

    def _vul(self, onderdeel: Onderdeel, knoop: etree._Element, diepte: int) -> None:
        soort = knoop.get("type")
        complex_ = _kind(knoop, "complexType") if soort is None else self._typen.get(("complexType", _lokaal(soort)))
        if complex_ is not None:
            self._complex(onderdeel, complex_, diepte)
        elif soort is not None:
            onderdeel.type = self.waardetype(soort, knoop)
        elif (eigen := _kind(knoop, "simpleType")) is not None:
            onderdeel.type = self._simpel(eigen, "")
        else:
            self.volledig = False

    def _complex(self, onderdeel: Onderdeel, soort: etree._Element, diepte: int) -> None:
        if soort.get("mixed") == "true":
            self.volledig = False
        for kind in soort.iterchildren("*"):
            naam = lokale_naam(kind)
            if naam in ("simpleContent", "complexContent"):
                self._afgeleid(onderdeel, kind, diepte)
            elif naam in ("attribute", "attributeGroup", "anyAttribute"):
                self._attribuut(onderdeel, kind)
            elif naam != "annotation":
                self._delen(onderdeel, kind, diepte)

    def _afgeleid(self, onderdeel: Onderdeel, inhoud: etree._Element, diepte: int) -> None:
        uitbreiding = _kind(inhoud, "extension")
        if uitbreiding is None:
            self.volledig = False
            return
        basis = str(uitbreiding.get("base", ""))
        ouder = self._typen.get(("complexType", _lokaal(basis)))
        if ouder is not None:
            self._complex(onderdeel, ouder, diepte + 1)
        else:
            onderdeel.type = self.waardetype(basis, uitbreiding)
        self._complex(onderdeel, uitbreiding, diepte + 1)

    def _attribuut(self, onderdeel: Onderdeel, knoop: etree._Element) -> None:
        naam = knoop.get("name")
        if lokale_naam(knoop) != "attribute" or naam is None:
            self.volledig = False
            return
        eigen = _kind(knoop, "simpleType")
        soort = self._simpel(eigen, "") if eigen is not None else self.waardetype(knoop.get("type", "string"), knoop)
        verplicht = 1 if knoop.get("use") == "required" else 0
        onderdeel.attributen.append(Onderdeel(f"{onderdeel.pad}/@{naam}", soort, verplicht, 1, None))

    def _delen(self, ouder: Onderdeel, knoop: etree._Element, diepte: int) -> None:
        """Add the children that a sequence, choice or group describes."""
        if lokale_naam(knoop) == "group":
            groep = self._typen.get(("group", _lokaal(knoop.get("ref", ""))))
            inhoud = (
                next((kind for kind in groep.iterchildren("*") if lokale_naam(kind) != "annotation"), None)
                if groep is not None
                else None
            )
            if inhoud is None or _aantallen(knoop) != (1, 1) or diepte > _DIEPST:
                self.volledig = False
                return
            knoop = inhoud
        kinderen = [kind for kind in knoop.iterchildren("*") if lokale_naam(kind) != "annotation"]
        groep_ = self._groep(ouder, knoop, kinderen)
        for kind in kinderen:
            if lokale_naam(kind) == "element":
                nieuw = self.element(kind, ouder.pad, groep_, diepte + 1)
                if ouder.kind(nieuw.naam) is not None:
                    self.volledig = False  # the same name at two places of one block
                else:
                    ouder.kinderen.append(nieuw)
            elif lokale_naam(kind) in ("sequence", "choice", "group"):
                self._delen(ouder, kind, diepte + 1)
            else:
                self.volledig = False

    def _groep(self, ouder: Onderdeel, knoop: etree._Element, kinderen: Sequence[etree._Element]) -> Groep | None:
        """The group that these children are: a choice, a repeating run, or none (they simply follow each other)."""
        laagste, hoogste = _aantallen(knoop)
        soort = lokale_naam(knoop)
        alleen_elementen = all(lokale_naam(kind) == "element" for kind in kinderen)
        if soort == "sequence" and (laagste, hoogste) == (1, 1):
            return None
        if soort not in ("sequence", "choice") or not alleen_elementen or (soort == "choice" and hoogste != 1):
            self.volledig = False
            return None
        nummer = 1 + len({kind.groep for kind in ouder.kinderen if kind.groep is not None})
        return Groep("keuze" if soort == "choice" else "reeks", str(nummer), laagste, hoogste)

    def waardetype(self, naam: str, bij: etree._Element) -> Waardetype:
        """The type of a value by its name in the XSD."""
        ingebouwd = _ruimte(naam, bij) == XS
        eigen = None if ingebouwd else self._typen.get(("simpleType", _lokaal(naam)))
        if eigen is not None:
            return self._simpel(eigen, _lokaal(naam))
        gevonden = _INGEBOUWD.get(_lokaal(naam)) if ingebouwd or not _ruimte(naam, bij) else None
        if gevonden is None:
            self.volledig = False
        basis, laagste, hoogste, verwacht = gevonden or _INGEBOUWD["string"]
        return Waardetype(_lokaal(naam), basis, "", None, None, laagste, hoogste, verwacht)

    def _simpel(self, soort: etree._Element, naam: str) -> Waardetype:
        beperking = _kind(soort, "restriction")
        basis = beperking.get("base") if beperking is not None else None
        if beperking is None or basis is None:
            self.volledig = False
            return Waardetype(naam, _TEKST, "", None, None, None, None, "tekst")
        return self._met_facetten(naam, self.waardetype(basis, beperking), beperking)

    def _met_facetten(self, naam: str, basis: Waardetype, beperking: etree._Element) -> Waardetype:
        facetten: dict[str, list[str]] = {}
        for kind in beperking.iterchildren("*"):
            facetten.setdefault(lokale_naam(kind), []).append(str(kind.get("value", "")))
        codes, patronen = facetten.get("enumeration", []), facetten.get("pattern", [])
        patroon = "|".join(map(re.escape, codes) if codes else patronen) or basis.patroon
        if (codes and patronen) or (basis.patroon and (codes or patronen)) or not _bruikbaar(patroon):
            self.volledig, patroon = False, ""
        if set(facetten) - {
            "enumeration",
            "pattern",
            "minLength",
            "maxLength",
            "length",
            "minInclusive",
            "maxInclusive",
            "annotation",
        }:
            self.volledig = False

        def getal(*namen: str) -> int | None:
            tekst = next((facetten[een][0] for een in namen if een in facetten), "").strip()
            if tekst and re.fullmatch(r"-?[0-9]{1,9}", tekst) is None:
                self.volledig = False
                return None
            return int(tekst) if tekst else None

        min_lengte, max_lengte = getal("minLength", "length"), getal("maxLength", "length")
        min_waarde, max_waarde = getal("minInclusive"), getal("maxInclusive")
        nieuw = Waardetype(
            naam,
            basis.basis,
            patroon,
            basis.min_lengte if min_lengte is None else min_lengte,
            basis.max_lengte if max_lengte is None else max_lengte,
            basis.min_waarde if min_waarde is None else min_waarde,
            basis.max_waarde if max_waarde is None else max_waarde,
            basis.verwacht,
        )
        return _met_verwachting(nieuw, codes)


_VEILIG_PATROON: Final = re.compile(
    r"(?:[\w /:@-]|\.|\\[dsw]|\\[^\w\s]|\\ |\\p\{Nd\}|\[[\w ./:@-]*\]|[?|()]|\{[0-9]{1,2}(?:,[0-9]{1,2})?\})*"
)
_MEESTE_KEUZES: Final = 6


def _bruikbaar(patroon: str) -> bool:
    """True for patterns that mean the same to Python and cannot make it search for long.

    No `+` or `*`, no group that repeats, and few places where a search can choose how much to take.
    """
    if not patroon:
        return True
    keuzes = patroon.count("?") + 3 * len(re.findall(r"\{[0-9]+,", patroon))
    if keuzes > _MEESTE_KEUZES or re.search(r"\)[?{]", patroon) or _VEILIG_PATROON.fullmatch(patroon) is None:
        return False
    try:
        re.compile(patroon.replace(r"\p{Nd}", r"\d"))
    except re.error:
        return False
    return len(patroon) < 20_000


def _met_verwachting(soort: Waardetype, codes: Sequence[str]) -> Waardetype:
    """Say in Dutch what the facets ask."""
    verwacht = soort.verwacht
    if codes:
        meer = ", …" if len(codes) > 12 else ""
        verwacht = f"een van {', '.join(codes[:12])}{meer}"
    elif soort.patroon:
        verwacht = f"een waarde volgens het patroon {soort.patroon}"
    elif soort.min_lengte and soort.max_lengte:
        verwacht = f"tekst van {soort.min_lengte} tot en met {soort.max_lengte} tekens"
    elif soort.max_lengte is not None:
        verwacht = f"tekst van ten hoogste {soort.max_lengte} tekens"
    elif soort.min_lengte:
        verwacht = f"tekst van ten minste {soort.min_lengte} teken{'s' if soort.min_lengte > 1 else ''}"
    elif soort.min_waarde is not None and soort.max_waarde is not None:
        verwacht = f"een geheel getal van {soort.min_waarde} tot en met {soort.max_waarde}"
    return Waardetype(
        soort.naam, soort.basis, soort.patroon, soort.min_lengte, soort.max_lengte, soort.min_waarde, soort.max_waarde,
        verwacht,
    )  # fmt: skip


def _aantallen(knoop: etree._Element) -> tuple[int, int]:
    hoogste = knoop.get("maxOccurs", "1").strip()
    return int(knoop.get("minOccurs", "1")), ONBEGRENSD if hoogste == "unbounded" else int(hoogste)


def _kind(knoop: etree._Element, naam: str) -> etree._Element | None:
    return knoop.find(f"{{{XS}}}{naam}")


def _lokaal(naam: str) -> str:
    return naam.strip().rpartition(":")[2]


def _ruimte(naam: str, bij: etree._Element) -> str | None:
    return bij.nsmap.get(naam.strip().rpartition(":")[0] or None)


def namen_in(xsd: etree._Element) -> Iterator[str]:
    """The names of all elements of an XSD."""
    for element in xsd.iter(f"{{{XS}}}element"):
        if naam := element.get("name"):
            yield str(naam)
