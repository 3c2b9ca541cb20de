"""Look at the stylesheets of a bundle before any processor does: only what cannot reach out of the dossier is let in.

An allow-list, so that what a later XSLT version adds is refused until someone has looked at it: instructions of
XSLT 2.0 without `result-document`, functions of XPath and XSLT that only compute, functions that the bundle itself
defines, and includes that stay inside the bundle. No `document()`, `doc()`, `collection()`, `unparsed-text()`,
`parse-xml()` (its entities reach files), `environment-variable()`, no extension functions, no function references by
which such a name could be called after all. Source: XSLT 2.0 and XPath 2.0 Functions and Operators.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from gateway.gegevensset.bundel_archief import BundelGeweigerd
from gateway.xmlio import lokale_naam

XSL: Final = "http://www.w3.org/1999/XSL/Transform"
_FN: Final = "http://www.w3.org/2005/xpath-functions"
_XS: Final = "http://www.w3.org/2001/XMLSchema"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_XML_ATTRIBUTEN: Final = frozenset((f"{{{_XML}}}space", f"{{{_XML}}}lang"))


def _woorden(tekst: str) -> frozenset[str]:
    return frozenset(tekst.split())


_INSTRUCTIES: Final = _woorden(
    """analyze-string apply-imports apply-templates attribute attribute-set call-template character-map choose comment
    copy copy-of decimal-format element fallback for-each for-each-group function if import include key
    matching-substring message namespace namespace-alias next-match non-matching-substring number otherwise output
    output-character param perform-sort preserve-space processing-instruction sequence sort strip-space stylesheet
    template text transform value-of variable when with-param"""
)
_ATTRIBUTEN: Final = _woorden(
    """as byte-order-mark case-order cdata-section-elements character collation copy-namespaces
    count data-type decimal-separator default default-validation digit disable-output-escaping doctype-public
    elements encoding escape-uri-attributes exclude-result-prefixes flags format from group-adjacent group-by
    group-ending-with group-size group-starting-with grouping-separator grouping-size href id include-content-type
    indent infinity inherit-namespaces input-type-annotations lang letter-value level match media-type method
    minus-sign mode name namespace NaN normalization-form omit-xml-declaration order ordinal override pattern-separator
    per-mille percent priority regex required result-prefix select separator stable standalone string
    stylesheet-prefix terminate test tunnel undeclare-prefixes use use-attribute-sets use-character-maps use-when
    value version xpath-default-namespace zero-digit"""
)
_UITDRUKKINGEN: Final = _woorden(
    """as count from group-adjacent group-by group-ending-with group-starting-with match select test use use-when
    value"""
)
_OP_RESULTAAT: Final = _woorden("exclude-result-prefixes use-attribute-sets use-when version xpath-default-namespace")
_FUNCTIES: Final = _woorden(
    """abs adjust-date-to-timezone adjust-dateTime-to-timezone adjust-time-to-timezone avg base-uri boolean ceiling
    codepoint-equal codepoints-to-string compare concat contains contains-token count current current-date
    current-dateTime current-group current-grouping-key current-time data dateTime day-from-date day-from-dateTime
    days-from-duration deep-equal default-collation distinct-values document-uri element-available empty ends-with
    error exactly-one exists false floor format-date format-dateTime format-integer format-number format-time
    function-available generate-id has-children head hours-from-dateTime hours-from-duration hours-from-time id
    idref implicit-timezone in-scope-prefixes index-of innermost insert-before key lang last local-name
    local-name-from-QName lower-case matches max min minutes-from-dateTime minutes-from-duration minutes-from-time
    month-from-date month-from-dateTime months-from-duration name namespace-uri namespace-uri-for-prefix
    namespace-uri-from-QName nilled node-name normalize-space normalize-unicode not number one-or-more outermost
    path position prefix-from-QName QName regex-group remove replace resolve-QName reverse root round
    round-half-to-even seconds-from-dateTime seconds-from-duration seconds-from-time starts-with string
    string-join string-length string-to-codepoints subsequence substring substring-after substring-before sum tail
    timezone-from-date timezone-from-dateTime timezone-from-time tokenize trace translate true type-available
    unordered upper-case year-from-date year-from-dateTime years-from-duration zero-or-one"""
)
_GEEN_FUNCTIE: Final = _woorden(
    """and attribute cast castable comment div document-node element else empty-sequence eq every except for ge gt
    idiv if in instance intersect is item le lt mod ne node of or processing-instruction return satisfies
    schema-attribute schema-element some text then to treat union as"""
)


@dataclass(frozen=True, slots=True)
class Stijlbladen:
    """Stylesheets to run, by bundle of rules (`OV`, `PaO`), and all words that they can write by themselves."""

    wortels: Mapping[str, tuple[str, ...]]
    nodig: tuple[str, ...]
    teksten: tuple[str, ...]


def bekijk_stijlbladen(bladen: Mapping[str, etree._Element], bundels: tuple[str, ...]) -> Stijlbladen:
    """Check all stylesheets and find which ones to run: in the folder of a bundle, those that no other includes.

    `bladen` by path inside the bundle. Without such folders the one stylesheet that no other includes serves all.
    Raises `BundelGeweigerd`.
    """
    functies = {naam for blad in bladen.values() for naam in _eigen_functies(blad)}
    verwijzingen: dict[str, tuple[str, ...]] = {}
    for pad, blad in bladen.items():
        _Blad(pad, functies).eis(blad)
        verwijzingen[pad] = tuple(_doel(pad, str(kind.get("href", "")), bladen) for kind in _verwijzers(blad))
    wortels = _wortels(bladen, verwijzingen, bundels)
    nodig = sorted({pad for paden in wortels.values() for wortel in paden for pad in _bereik(wortel, verwijzingen)})
    return Stijlbladen(wortels, tuple(nodig), tuple(tekst for pad in nodig for tekst in _teksten(bladen[pad])))


def _verwijzers(blad: etree._Element) -> list[etree._Element]:
    return [*blad.iter(f"{{{XSL}}}include"), *blad.iter(f"{{{XSL}}}import")]


def _doel(van: str, href: str, bladen: Mapping[str, etree._Element]) -> str:
    doel = posixpath.normpath(posixpath.join(posixpath.dirname(van), href))
    if not href or any(teken in href for teken in ":%#?\\") or href.startswith("/") or doel not in bladen:
        raise BundelGeweigerd(
            f"Het stylesheet {van} verwijst naar een bestand dat niet in de bundel zit. Gebruik de volledige bundel."
        )
    return doel


def _wortels(
    bladen: Mapping[str, etree._Element], verwijzingen: Mapping[str, tuple[str, ...]], bundels: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    gebruikt = {doel for doelen in verwijzingen.values() for doel in doelen}
    los = [pad for pad in sorted(bladen) if pad not in gebruikt]
    wortels = {naam: tuple(pad for pad in los if naam in pad.split("/")[:-1]) for naam in bundels}
    if not any(wortels.values()) and len(los) == 1:
        return dict.fromkeys(bundels, (los[0],))
    if leeg := [naam for naam, paden in wortels.items() if not paden]:
        raise BundelGeweigerd(f"De bundel heeft geen stylesheet in de map {leeg[0]}. Gebruik de volledige bundel.")
    return wortels


def _bereik(wortel: str, verwijzingen: Mapping[str, tuple[str, ...]]) -> set[str]:
    bereikt: set[str] = set()
    nog = [wortel]
    while nog:
        pad = nog.pop()
        if pad not in bereikt:
            bereikt.add(pad)
            nog += verwijzingen[pad]
    return bereikt


def _eigen_functies(blad: etree._Element) -> Iterator[tuple[str, str]]:
    """Namespace and name of each function that the stylesheet defines."""
    for functie in blad.iter(f"{{{XSL}}}function"):
        voor, _, naam = (functie.get("name") or "").strip().rpartition(":")
        ruimte = functie.nsmap.get(voor)
        if ruimte:
            yield ruimte, naam


def _teksten(blad: etree._Element) -> Iterator[str]:
    """What a stylesheet may write: its texts, literals and names."""
    for element in blad.iter("*"):
        yield lokale_naam(element)
        yield element.text or ""
        yield element.tail or ""
        yield from map(str, element.attrib.values())


class _Blad:
    """Checks one stylesheet."""

    def __init__(self, pad: str, functies: set[tuple[str, str]]) -> None:
        self._pad = pad
        self._functies = functies

    def eis(self, blad: etree._Element) -> None:
        if blad.tag not in (f"{{{XSL}}}stylesheet", f"{{{XSL}}}transform"):
            raise BundelGeweigerd(
                f"{self._pad} is geen stylesheet. Haal het uit de bundel of gebruik de officiële bundel."
            )
        if blad.get("version", "").strip() not in ("1.0", "2.0", "3.0"):
            raise self._weiger(blad, "een versie die niet wordt ondersteund")
        for element in blad.iter("*"):
            if etree.QName(element).namespace == XSL:
                self._instructie(element)
            else:
                self._resultaat(element)

    def _weiger(self, element: etree._Element, wat: str) -> BundelGeweigerd:
        return BundelGeweigerd(
            f"Het stylesheet {self._pad} gebruikt op regel {element.sourceline} {wat}. Dat is niet toegestaan: een "
            "stylesheet mag alleen naar het dossier kijken. Gebruik alleen de officiële bundel."
        )

    def _instructie(self, element: etree._Element) -> None:
        naam = lokale_naam(element)
        if naam not in _INSTRUCTIES:
            raise self._weiger(element, f"de instructie xsl:{naam[:40]}")
        for sleutel, waarde in element.attrib.items():
            attribuut = str(sleutel)
            if attribuut not in _ATTRIBUTEN and attribuut not in _XML_ATTRIBUTEN:
                raise self._weiger(element, f"het attribuut {attribuut[:60]}")
            if attribuut in _UITDRUKKINGEN:
                self._uitdrukking(element, str(waarde))
            else:
                self._sjabloon(element, str(waarde))

    def _resultaat(self, element: etree._Element) -> None:
        for sleutel, waarde in element.attrib.items():
            ruimte, naam = etree.QName(str(sleutel)).namespace, etree.QName(str(sleutel)).localname
            if ruimte == XSL and naam not in _OP_RESULTAAT:
                raise self._weiger(element, f"het attribuut xsl:{naam[:40]}")
            if ruimte == _XML and sleutel not in _XML_ATTRIBUTEN:
                raise self._weiger(element, f"het attribuut xml:{naam[:40]}")
            if ruimte == XSL and naam == "use-when":
                self._uitdrukking(element, str(waarde))
            else:
                self._sjabloon(element, str(waarde))

    def _sjabloon(self, element: etree._Element, waarde: str) -> None:
        """An attribute value template: what stands between braces is an expression."""
        if "{" in waarde or "}" in waarde:
            try:
                for uitdrukking in _tussen_accolades(waarde):
                    self._uitdrukking(element, uitdrukking)
            except _Onleesbaar:
                raise self._weiger(element, "accolades die niet te volgen zijn") from None

    def _uitdrukking(self, element: etree._Element, tekst: str) -> None:
        try:
            kaal = zonder_teksten(tekst)
        except _Onleesbaar:
            raise self._weiger(element, "een uitdrukking die niet te volgen is") from None
        if "#" in kaal or "Q{" in kaal or "=>" in kaal:
            raise self._weiger(element, "een verwijzing naar een functie")
        for gevonden in _AANROEP.finditer(kaal):
            if gevonden[1] or not self._mag(element, gevonden[2]):
                raise self._weiger(element, f"de functie {gevonden[2][:60]}()")

    def _mag(self, element: etree._Element, naam: str) -> bool:
        voor, _, lokaal = naam.rpartition(":")
        if not voor:
            return lokaal in _FUNCTIES or lokaal in _GEEN_FUNCTIE
        ruimte = element.nsmap.get(voor)
        if ruimte == _FN:
            return lokaal in _FUNCTIES
        return ruimte == _XS or (ruimte or "", lokaal) in self._functies


_NAAM: Final = r"[^\W\d][\w.-]*"
_AANROEP: Final = re.compile(rf"(\$\s*)?((?:{_NAAM}:)?{_NAAM})\s*\(")


class _Onleesbaar(ValueError):
    """An expression cannot be taken apart in one way only."""


def zonder_teksten(uitdrukking: str) -> str:
    """An XPath expression with its string literals and comments taken out."""
    uit: list[str] = []
    plek, diepte = 0, 0
    while plek < len(uitdrukking):
        teken, twee = uitdrukking[plek], uitdrukking[plek : plek + 2]
        if twee == "(:":
            diepte, plek = diepte + 1, plek + 2
        elif diepte:
            diepte, plek = (diepte - 1, plek + 2) if twee == ":)" else (diepte, plek + 1)
            uit.append(" ")
        elif teken in "\"'":
            plek = _einde_tekst(uitdrukking, plek)
            uit.append("''")
        else:
            uit.append(teken)
            plek += 1
    if diepte:
        raise _Onleesbaar
    return "".join(uit)


def _einde_tekst(uitdrukking: str, begin: int) -> int:
    """Place after a string literal; a doubled quote inside does not end it."""
    teken = uitdrukking[begin]
    plek = uitdrukking.find(teken, begin + 1)
    while plek >= 0 and uitdrukking[plek + 1 : plek + 2] == teken:
        plek = uitdrukking.find(teken, plek + 2)
    if plek < 0:
        raise _Onleesbaar
    return plek + 1


def _tussen_accolades(waarde: str) -> Iterator[str]:
    plek = 0
    while plek < len(waarde):
        if waarde[plek : plek + 2] in ("{{", "}}"):
            plek += 2
        elif waarde[plek] == "}":
            raise _Onleesbaar
        elif waarde[plek] == "{":
            einde = _einde_accolade(waarde, plek + 1)
            yield waarde[plek + 1 : einde]
            plek = einde + 1
        else:
            plek += 1


def _einde_accolade(waarde: str, plek: int) -> int:
    while plek < len(waarde) and waarde[plek] != "}":
        if waarde[plek] == "{":  # XPath 2.0 has no braces
            raise _Onleesbaar
        plek = _einde_tekst(waarde, plek) if waarde[plek] in "\"'" else plek + 1
    if plek >= len(waarde):
        raise _Onleesbaar
    return plek
