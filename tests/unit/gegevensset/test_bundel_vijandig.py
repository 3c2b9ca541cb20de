"""Throw made-up archives, expressions and reports at the reading of bundles: refused in words, or harmless."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway.gegevensset.bundel_archief import BundelGeweigerd, lees_archief
from gateway.gegevensset.bundel_stijlblad import bekijk_stijlbladen
from gateway.gegevensset.bundel_xsd import een_document, leid_model_af
from gateway.gegevensset.saxon import woorden_in, zonder_waarden
from gateway.xmlio import lees
from tests.hulp.bundels import XSD, archief, bestanden, kwaad


@cache
def _goed_archief() -> bytes:
    return archief({pad: octets for pad, octets in bestanden().items() if len(octets) < 2_000})


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), min_size=1, max_size=6))
def test_een_beschadigd_archief_is_leesbaar_of_geweigerd(plekken: list[tuple[int, int]]) -> None:
    octets = bytearray(_goed_archief())
    for plek, waarde in plekken:
        octets[plek % len(octets)] = waarde
    try:
        gevonden = lees_archief(bytes(octets))
    except BundelGeweigerd:
        return
    assert not any(pad.startswith("/") or ".." in pad.split("/") for pad in gevonden)


_STUKJES = st.sampled_from(
    ["doc", "fn:doc", "document", "concat", "(", ")", "'", '"', "''", "(:", ":)", " ", ",", "$", "#1", "{", "}", "{{",
     "}}", "x"],
)  # fmt: skip


def _mag(uitdrukking: str, *, sjabloon: bool) -> bool:
    blad = lees(kwaad("<uit/>").encode())
    doel = next(blad.iter("uit"))
    if sjabloon:
        doel.set("naam", uitdrukking)
    else:
        waarde = etree.SubElement(doel, "{http://www.w3.org/1999/XSL/Transform}value-of")
        waarde.set("select", uitdrukking)
    try:
        bekijk_stijlbladen({"OV/a.xsl": blad}, ("OV",))
    except BundelGeweigerd:
        return False
    return True


@settings(max_examples=400, deadline=None)
@given(st.lists(_STUKJES, max_size=9).map("".join), st.booleans())
def test_geen_uitdrukking_met_een_aanroep_van_doc_komt_erdoor(uitdrukking: str, sjabloon: bool) -> None:
    """What is let in holds no call of doc outside a string, by a second and simpler reading."""
    if not _mag(uitdrukking, sjabloon=sjabloon):
        return
    buiten, in_tekst, plek, diepte = "", "", 0, 0
    binnen = not sjabloon
    while plek < len(uitdrukking):
        teken, twee = uitdrukking[plek], uitdrukking[plek : plek + 2]
        if in_tekst:
            in_tekst = "" if teken == in_tekst else in_tekst
        elif binnen and twee == "(:":
            diepte, plek = diepte + 1, plek + 1
        elif diepte and twee == ":)":
            diepte, plek = diepte - 1, plek + 1
        elif diepte:
            pass
        elif sjabloon and not binnen and twee in ("{{", "}}"):
            plek += 1
        elif sjabloon and teken in "{}":
            binnen = teken == "{"
        elif binnen and teken in "'\"":
            in_tekst = teken
        elif binnen:
            buiten += teken
        plek += 1
    assert "doc(" not in buiten.replace(" ", "")
    assert "document(" not in buiten.replace(" ", "")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(max_size=20))
def test_geen_woord_van_buiten_komt_in_een_melding(tekst: str, bekend: str) -> None:
    woordenschat = woorden_in([bekend])
    over = woorden_in([zonder_waarden(tekst, woordenschat)])
    assert over <= woordenschat


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from(["weg", "dubbel", "type", "keer"])), max_size=4))
def test_een_verbouwde_xsd_geeft_een_tabel_of_een_weigering(ingrepen: list[tuple[int, str]]) -> None:
    xsd = lees(XSD.encode())
    for plek, wat in ingrepen:
        knopen = list(xsd.iter("{*}element", "{*}sequence", "{*}choice", "{*}complexType"))
        if not knopen:
            break
        knoop = knopen[plek % len(knopen)]
        ouder = knoop.getparent()
        if wat == "weg" and ouder is not None:
            ouder.remove(knoop)
        elif wat == "dubbel" and ouder is not None:
            ouder.append(lees(etree.tostring(knoop)))
        elif wat == "type":
            knoop.set("type", "dossierType")  # makes it contain itself
        else:
            knoop.set("maxOccurs", "unbounded")
        if not knopen or len(xsd) == 0:
            break
    try:
        heel = een_document("a.xsd", {"a.xsd": xsd, "typen.xsd": lees(bestanden()["common/typen.xsd"])})
        etree.XMLSchema(heel)
        afgeleid = leid_model_af(heel, "dossier")
    except (BundelGeweigerd, etree.XMLSchemaParseError):
        return
    assert afgeleid.model.naam == "dossier"
