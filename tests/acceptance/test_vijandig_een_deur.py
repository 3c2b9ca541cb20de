"""One door for XML, one place for result codes: looked up in the source itself (`security.md`, `architecture.md`)."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

WORTEL = Path(__file__).parents[2]
DEUR = WORTEL / "gateway" / "xmlio"
BRONNEN = sorted(
    bestand
    for map_ in ("gateway", "adapters")
    for bestand in (WORTEL / map_).rglob("*.py")
    if "schemas" not in bestand.relative_to(WORTEL).parts
)
PARSERS = frozenset(
    {
        "fromstring",
        "fromstringlist",
        "XML",
        "HTML",
        "XMLID",
        "XMLDTDID",
        "XMLParser",
        "HTMLParser",
        "ETCompatXMLParser",
        "XMLPullParser",
        "iterparse",
        "parseString",
        "parseid",
        "make_parser",
        "ParserCreate",
        "DTD",
        "expatreader",
    }
)
"""Functions and classes of lxml, ElementTree, minidom, sax and expat that read XML; `parse` is looked at by owner."""
DUBBELZINNIG = frozenset({"parse", "XML", "HTML", "DTD"})
"""Others have these names too: a builder of HTML, a parser of dates."""
XML_EIGENAREN = frozenset({"etree", "ElementTree", "ET", "objectify", "html", "minidom", "pulldom", "sax", "expat"})
EIGENLIJK = ("xml.", "lxml.objectify", "defusedxml", "xmltodict", "bs4", "html5lib", "untangle")
RESULTAAT = WORTEL / "gateway" / "domain" / "resultaat.py"


def ontleed(bestand: Path) -> ast.Module:
    return ast.parse(bestand.read_text(encoding="utf-8"), str(bestand))


def naam_van(knoop: ast.expr) -> str:
    return knoop.attr if isinstance(knoop, ast.Attribute) else knoop.id if isinstance(knoop, ast.Name) else ""


def xml_lezers(boom: ast.AST) -> Iterator[int]:
    """Lines where something is imported, named or called that reads XML (`lxml.html.builder` only writes)."""
    for knoop in ast.walk(boom):
        if (isinstance(knoop, ast.Attribute) and leest(knoop)) or (
            isinstance(knoop, ast.Import | ast.ImportFrom) and haalt_lezer_binnen(knoop)
        ):
            yield knoop.lineno


def leest(knoop: ast.Attribute) -> bool:
    if knoop.attr in DUBBELZINNIG:
        return naam_van(knoop.value) in XML_EIGENAREN
    return knoop.attr in PARSERS


def haalt_lezer_binnen(knoop: ast.Import | ast.ImportFrom) -> bool:
    namen = {alias.name for alias in knoop.names}
    if isinstance(knoop, ast.Import):
        return any(f"{naam}.".startswith(EIGENLIJK) or naam == "lxml.html" for naam in namen)
    module = knoop.module or ""
    uit_lxml = module.startswith("lxml") and bool(namen & (PARSERS | {"parse", "objectify", "html"}))
    return uit_lxml or module == "xml" or f"{module}.".startswith(EIGENLIJK)


@pytest.mark.parametrize("bestand", BRONNEN, ids=lambda bestand: str(bestand.relative_to(WORTEL)))
def test_alleen_xmlio_leest_xml(bestand: Path) -> None:
    gevonden = sorted(set(xml_lezers(ontleed(bestand))))
    if not bestand.is_relative_to(DEUR):
        assert gevonden == []


def test_xmlio_leest_wel() -> None:
    assert any(list(xml_lezers(ontleed(bestand))) for bestand in DEUR.glob("*.py"))


@pytest.mark.parametrize(
    "tekst",
    [
        "from lxml import etree\netree.fromstring(b'')",
        "from lxml import etree as e\ne.XMLParser()",
        "from lxml import etree\netree.parse('x')",
        "from lxml.etree import fromstring",
        "import xml.etree.ElementTree as ET",
        "from xml.dom import minidom",
        "from lxml import objectify",
        "import xml.sax",
    ],
)
def test_het_zoeken_vindt_ze(tekst: str) -> None:
    assert list(xml_lezers(ast.parse(tekst)))


# ----------------------------------------------------------------------------------------------------- result codes


def codes() -> frozenset[str]:
    """All codes of the tables of all packs, and those of the enumeration."""
    gevonden = {
        knoop.value
        for knoop in ast.walk(ontleed(RESULTAAT))
        if isinstance(knoop, ast.Constant) and isinstance(knoop.value, str) and knoop.value.isidentifier()
    }
    for tabel in (WORTEL / "schemas" / "overstapservice").glob("*/resultaten.toml"):
        gevonden |= {woord for woord in _woorden(tomllib.loads(tabel.read_text())) if woord in gevonden}
    return frozenset(gevonden)


def _woorden(waarde: object) -> Iterator[str]:
    if isinstance(waarde, dict):
        for naam, inhoud in waarde.items():
            yield naam
            yield from _woorden(inhoud)
    elif isinstance(waarde, list):
        for inhoud in waarde:
            yield from _woorden(inhoud)
    elif isinstance(waarde, str):
        yield waarde


KLAARZETTEN_EN_RESULTAAT = frozenset({"LeerlingOnbekend"})
"""A code of klaarzetten in `interfaces.md` that happens to be spelled as a result."""


@pytest.mark.parametrize("bestand", BRONNEN, ids=lambda bestand: str(bestand.relative_to(WORTEL)))
def test_resultaatcodes_staan_op_een_plek(bestand: Path) -> None:
    if bestand == RESULTAAT:
        return
    verboden = codes() - KLAARZETTEN_EN_RESULTAAT
    assert len(verboden) > 20
    gevonden = [
        (knoop.lineno, knoop.value)
        for knoop in ast.walk(ontleed(bestand))
        if isinstance(knoop, ast.Constant) and isinstance(knoop.value, str) and knoop.value in verboden
    ]
    assert gevonden == []
