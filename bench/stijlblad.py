"""A stylesheet (XSLT 2.0) of our own making with the rules of a pack: what to compare the rule engine with.

The official stylesheets are not public at hand. This one is written as Schematron is compiled, and kind to Saxon: one
walk, one template for each element name with its asserts, code lists as global variables, and only the rules that
apply to the dossier at hand. It says as much as a report needs: rule and place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from gateway.gegevensset.pakket import Pakket
from gateway.gegevensset.regels import Conditie, Regel

_KOP = """<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" exclude-result-prefixes="#all"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:d={naamruimte} xpath-default-namespace={naamruimte}>
<xsl:output method="xml" omit-xml-declaration="yes"/>
<xsl:template match="/"><fouten><xsl:apply-templates select="*"/></fouten></xsl:template>
<xsl:template match="text()"/>
<xsl:template match="*" mode="pad"><xsl:for-each select="ancestor-or-self::*">
<xsl:value-of select="concat('/', local-name(), '[',
 1 + count(preceding-sibling::*[local-name() = local-name(current())]), ']')"/></xsl:for-each></xsl:template>
"""


@dataclass(frozen=True, slots=True)
class Stijlblad:
    """The text, and how many of the rules that apply it holds."""

    tekst: str
    regels: int
    van: int


def maak_stijlblad(pakket: Pakket, soort: str | None, overstap: str | None) -> Stijlblad:
    """Write the rules for dossiers of this overdrachtsoort and overstap."""
    van_toepassing = [r for r in pakket.regels if r.geldt(pakket.bundel(soort), soort, overstap)]
    per_naam: dict[str, list[str]] = {}
    gelukt = 0
    for regel in van_toepassing:
        delen = _XPath(pakket).van(regel)
        for plaats in delen:
            per_naam.setdefault(plaats.naam, []).append(plaats.tekst)
        gelukt += bool(delen)
    lijsten = {c["lijst"] for r in van_toepassing for c in r.als if c.soort == "niet_in_lijst"}
    tekst = [_KOP.replace("{naamruimte}", quoteattr(pakket.naamruimte))]
    for lijst in sorted(lijsten):
        codes = escape(_reeks(pakket.codelijsten[lijst].codes), {'"': "&quot;"})
        tekst.append(f'<xsl:variable name="lijst{lijst}" select="{codes}"/>\n')
    for naam, asserts in per_naam.items():
        tekst.append(
            f'<xsl:template match="{naam}">{"".join(asserts)}<xsl:apply-templates select="*"/></xsl:template>\n'
        )
    return Stijlblad("".join([*tekst, "</xsl:stylesheet>"]), gelukt, len(van_toepassing))


@dataclass(frozen=True, slots=True)
class _Assert:
    naam: str
    tekst: str


class _XPath:
    """Conditions of rules as XPath 2.0, relative to the element at which the rule stands."""

    def __init__(self, pakket: Pakket) -> None:
        self._pakket = pakket
        self._plaatsen: dict[str, set[str]] = {}
        for onderdeel in pakket.model.alle():
            self._plaatsen.setdefault(onderdeel.naam, set()).add(onderdeel.pad)

    def van(self, regel: Regel) -> list[_Assert]:
        """The asserts of one rule, by the name of the element; empty for a kind of condition that is not known here."""
        if regel.als[0].soort == "categorie_leeg":
            categorie = self._pakket.categorieen[regel.als[0].waarde]
            toets = f"{self._categorie(categorie.veld)} = 'VERPLICHT' and not({_of(categorie.elementen)})"
            return [_Assert(self._pakket.wortel, _assert(regel.id, toets))]
        if regel.als[0].soort == "categorie_gevuld":
            categorie = self._pakket.categorieen[regel.als[0]["veld"]]
            als = f"{self._categorie(categorie.veld)} = {_tekst(regel.als[0]['waarde'])}"
            velden = [veld for veld in categorie.elementen if veld not in categorie.niet_gemeld]
            return [_Assert(self._pakket.wortel, "".join(_assert(regel.id, f"{als} and {veld}") for veld in velden))]
        if any(conditie.soort not in _CONDITIES for conditie in regel.als):
            return []
        toets = " and ".join(f"({_CONDITIES[conditie.soort](conditie)})" for conditie in regel.als)
        asserts = []
        for naam in sorted({plaats.rpartition("/")[2] for plaats in regel.bij}):
            plaatsen = {plaats for plaats in regel.bij if plaats.endswith(f"/{naam}")}
            waar = "" if plaatsen == self._plaatsen[naam] else f"({_hier(plaatsen)}) and "
            asserts.append(_Assert(naam, _assert(regel.id, waar + toets)))
        return asserts

    def _categorie(self, veld: str) -> str:
        return f"{self._pakket.plaatsen['categorieen']}/{veld}"


def _hier(plaatsen: Iterable[str]) -> str:
    """True in the element at one of these places: the parents one by one."""
    return " or ".join(
        "parent::" + "/parent::".join(reversed(plaats.strip("/").split("/")[:-1])) for plaats in sorted(plaatsen)
    )


def _assert(regel: str, toets: str) -> str:
    test = escape(toets, {'"': "&quot;"})
    return (
        f'<xsl:if test="{test}"><fout regel={quoteattr(regel)}><xsl:apply-templates select="." mode="pad"/></fout>'
        "</xsl:if>"
    )


def _of(velden: Iterable[str]) -> str:
    return " | ".join(velden)


def _tekst(tekst: str) -> str:
    return "'" + tekst.replace("'", "''") + "'"


def _reeks(teksten: Iterable[str]) -> str:
    return "(" + ", ".join(map(_tekst, teksten)) + ")"


_WAAR = "[normalize-space(.) = ('true', '1')]"


def _patroon(patroon: str) -> str:
    """A pattern of Python as XPath writes it: no groups that do not capture, `$` for the very end."""
    return patroon.replace("(?:", "(").replace(r"\Z", "$")


def _voor_schooljaar(c: Conditie) -> str:
    begin, terug = c["begin"], c["jaren_terug"]
    eigen = f"xs:date(concat(year-from-date(xs:date({c['peildatum']})), '-{begin}'))"
    jaar = f"(if (xs:date({c['peildatum']}) lt {eigen}) then 1 else 0) + {terug}"
    return f"{c['veld']}[xs:date(.) lt {eigen} - xs:yearMonthDuration(concat('P', {jaar}, 'Y'))]"


_CONDITIES: Mapping[str, Callable[[Any], str]] = {
    "aanwezig": lambda c: _of(c.waarde),
    "afwezig": lambda c: f"not({_of(c.waarde)})",
    "waar": lambda c: f"{c.waarde}{_WAAR}",
    "niet_waar": lambda c: f"not({c.waarde}{_WAAR})",
    "onwaar": lambda c: f"{c.waarde} and not({c.waarde}{_WAAR})",
    "gelijk": lambda c: f"{c['veld']} = {_reeks(c['waarden'])}",
    "ongelijk": lambda c: f"not({c['veld']} = {_reeks(c['waarden'])})",
    "niet_in_lijst": lambda c: f"not({c['veld']} = $lijst{c['lijst']})",
    "korter": lambda c: f"{c['veld']}[string-length(.) lt {c['tekens']}]",
    "langer": lambda c: f"{c['veld']}[string-length(.) gt {c['tekens']}]",
    "zonder": lambda c: f"{c['veld']}[not(contains(., {_tekst(c['tekst'])}))]",
    "past_niet": lambda c: f"{c['veld']}[not(matches(., {_tekst(_patroon(c['patroon']))}))]",
    "voor_schooljaar": _voor_schooljaar,
}
