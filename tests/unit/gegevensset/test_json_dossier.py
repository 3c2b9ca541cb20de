"""A dossier as JSON and back: nothing lost, nothing added, and what is wrong has a path."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway.gegevensset import Pakketten, Toetser
from gateway.gegevensset.json_dossier import JsonOngeldig, JsonOnleesbaar, NietInJson, naar_json, naar_xml
from gateway.gegevensset.model import Onderdeel
from gateway.simulators.dossiers import Profiel, maak_dossier
from gateway.simulators.proefpersonen import proef_pgn
from gateway.xmlio import OnleesbareXml, canoniek, lees

PAKKETTEN = Pakketten.laad()
PAKKET = PAKKETTEN.met_versie("2019.1")
VOORBEELDEN = sorted((PAKKET.map / "voorbeelden").glob("*.xml"))
KLEIN = maak_dossier(proef_pgn(41), zaad=41, bijlagen=False)


def _zonder_wit(octets: bytes) -> bytes:
    """Canonical octets without the white space between elements, which JSON does not have."""
    wortel = lees(octets)
    for element in wortel.iter():
        if len(element) and not (element.text or "").strip():
            element.text = None
        if not (element.tail or "").strip():
            element.tail = None
    return canoniek(wortel)


@pytest.mark.parametrize("bestand", VOORBEELDEN, ids=lambda pad: pad.stem)
def test_heen_en_terug_geeft_dezelfde_octets(bestand: Path) -> None:
    octets = bestand.read_bytes()
    tekst = naar_json(octets, PAKKETTEN)
    assert naar_xml(tekst, PAKKETTEN) == _zonder_wit(octets)
    assert naar_json(naar_xml(tekst, PAKKETTEN), PAKKETTEN) == tekst


@settings(max_examples=25, deadline=None)
@given(
    profiel=st.sampled_from(list(Profiel)), zaad=st.integers(0, 500), omvang=st.sampled_from([10_000, 40_000]),
    volgorde=st.randoms(use_true_random=False),
)  # fmt: skip
def test_elk_proefdossier_en_elke_volgorde_van_sleutels(
    profiel: Profiel, zaad: int, omvang: int, volgorde: Any
) -> None:
    pgn = None if profiel in (Profiel.PO_SWV, Profiel.VO_SWV) else proef_pgn(zaad + 1)
    octets = maak_dossier(pgn, profiel=profiel, zaad=zaad, omvang=omvang)
    xml = naar_xml(json.dumps(_geschud(json.loads(naar_json(octets, PAKKETTEN)), volgorde)).encode(), PAKKETTEN)
    assert xml == _zonder_wit(octets)


def _geschud(waarde: Any, volgorde: Any) -> Any:
    if isinstance(waarde, dict):
        sleutels = list(waarde)
        volgorde.shuffle(sleutels)
        return {sleutel: _geschud(waarde[sleutel], volgorde) for sleutel in sleutels}
    return [_geschud(een, volgorde) for een in waarde] if isinstance(waarde, list) else waarde


@cache
def _alle_onderdelen() -> list[Onderdeel]:
    return list(PAKKET.model.alle())


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_willekeurige_xml_van_het_model_gaat_heen_en_terug(data: st.DataObject) -> None:
    """Random trees that fit the table, runs and choices included, whatever the texts are."""
    tekens = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\r")

    def bouw(ouder: etree._Element, onderdeel: Onderdeel, diepte: int) -> None:
        for attribuut in onderdeel.attributen:
            if data.draw(st.booleans()):
                ouder.set(attribuut.naam.removeprefix("@"), data.draw(st.text(tekens, max_size=4)))
        if onderdeel.type is not None:
            ouder.text = data.draw(st.one_of(st.sampled_from(["true", "1", "01"]), st.text(tekens, max_size=6))) or None
            return
        for kind in onderdeel.kinderen:
            if kind.groep is not None or diepte > 6 or not data.draw(st.integers(0, 3)):
                continue
            for _ in range(data.draw(st.integers(1, 2)) if kind.max > 1 else 1):
                bouw(etree.SubElement(ouder, f"{{{PAKKET.naamruimte}}}{kind.naam}"), kind, diepte + 1)

    wortel = etree.Element(f"{{{PAKKET.naamruimte}}}dossier", nsmap={None: PAKKET.naamruimte})
    bouw(wortel, PAKKET.model, 0)
    octets = canoniek(wortel)
    assert naar_xml(naar_json(octets, PAKKETTEN), PAKKETTEN) == octets


def test_een_reeks_die_zich_herhaalt_blijft_heel() -> None:
    rondes = [
        {"naam": "een", "onderdeel": [{}, {}], "score": [{}]},
        {"naam": "twee", "score": [{}, {}]},
        {"naam": "drie", "score": [{}]},
    ]
    lijst = {"cijferlijstlijst": {"cijferlijst": [{"cijferlijstTypelijst": {"reeks1": rondes}}]}}
    geheel = {"gegevensset": "2019.1", "dossier": {"huidigeschool": {"leerling": lijst}}}
    xml = naar_xml(json.dumps(geheel).encode(), PAKKETTEN)
    namen = [str(e.tag).rpartition("}")[2] for e in lees(xml).iter("{*}naam", "{*}onderdeel", "{*}score")]
    assert namen == ["naam", "onderdeel", "onderdeel", "score", "naam", "score", "score", "naam", "score"]
    assert json.loads(naar_json(xml, PAKKETTEN)) == geheel


def _met(pad: str, waarde: Any) -> bytes:
    geheel = json.loads(naar_json(KLEIN, PAKKETTEN))
    *stappen, laatste = pad.split("/")
    plek = geheel
    for stap in stappen:
        plek = plek[int(stap)] if stap.isdigit() else plek[stap]
    plek[laatste] = waarde
    return json.dumps(geheel).encode()


_LEERLING = "dossier/huidigeschool/leerling"


@pytest.mark.parametrize(
    ("pad", "waarde", "verwacht"),
    [
        (f"{_LEERLING}/schoenmaat", "42", "/dossier[1]/huidigeschool[1]/leerling[1]/schoenmaat[1]"),
        (f"{_LEERLING}/<script>", "42", "/dossier[1]/huidigeschool[1]/leerling[1]/…[1]"),
        (f"{_LEERLING}/achternaam", ["a"], "/dossier[1]/huidigeschool[1]/leerling[1]/achternaam[1]"),
        (f"{_LEERLING}/achternaam", None, "/dossier[1]/huidigeschool[1]/leerling[1]/achternaam[1]"),
        (f"{_LEERLING}/achternaam", {"waarde": "x"}, "/dossier[1]/huidigeschool[1]/leerling[1]/achternaam[1]"),
        (f"{_LEERLING}/achternaam", True, "/dossier[1]/huidigeschool[1]/leerling[1]/achternaam[1]"),
        (f"{_LEERLING}/achternaam", "a\u0000b", "/dossier[1]/huidigeschool[1]/leerling[1]/achternaam[1]"),
        (f"{_LEERLING}/achternaam", "a\ud800b", "/dossier[1]/huidigeschool[1]/leerling[1]/achternaam[1]"),
        (f"{_LEERLING}/bsn", 12345678, "/dossier[1]/huidigeschool[1]/leerling[1]/bsn[1]"),
        (f"{_LEERLING}/voornaam", "Pim", "/dossier[1]/huidigeschool[1]/leerling[1]/voornaam[1]"),
        (f"{_LEERLING}/voornaam", ["Pim", 3], "/dossier[1]/huidigeschool[1]/leerling[1]/voornaam[2]"),
        ("dossier/metadata", "tekst", "/dossier[1]/metadata[1]"),
        ("dossier/metadata", [], "/dossier[1]/metadata[1]"),
    ],
)
def test_wat_niet_past_heeft_een_pad(pad: str, waarde: Any, verwacht: str) -> None:
    with pytest.raises(JsonOngeldig) as fout:
        naar_xml(_met(pad, waarde), PAKKETTEN)
    [bevinding] = fout.value.rapport.bevindingen
    assert (bevinding.regel, bevinding.pad) == ("JSON", verwacht)
    assert "Pim" not in bevinding.melding


def test_booleans_en_getallen_als_json_of_als_tekst() -> None:
    for geslacht, geheim in ((1, False), ("1", "false")):
        geheel = json.loads(_met(f"{_LEERLING}/geslacht", geslacht))
        geheel["dossier"]["huidigeschool"]["leerling"]["adresgeheim"] = geheim
        xml = naar_xml(json.dumps(geheel).encode(), PAKKETTEN)
        assert b"<geslacht>1</geslacht>" in xml
        assert b"<adresgeheim>false</adresgeheim>" in xml
        assert Toetser(PAKKETTEN).rapporteer(xml).rapport.geldig


def test_versie_uit_standaardversie() -> None:
    geheel = json.loads(naar_json(KLEIN, PAKKETTEN))
    del geheel["gegevensset"]
    assert naar_xml(json.dumps(geheel).encode(), PAKKETTEN) == _zonder_wit(KLEIN)


@pytest.mark.parametrize(
    "octets",
    [b"", b"<a/>", b"[1]", b'"x"', b"{", b'{"a":NaN}', b'{"a":1,"a":2}', b"\xff", b"\xef\xbb\xbf{}", b"[" * 100_000,
     b'{"a":' * 100_000, '{"a":1}'.encode("utf-16"), b"[" + b"1," * 1_000_001 + b"1]"],
    ids=range(13),
)  # fmt: skip
def test_geen_json_die_op_een_manier_te_lezen_is(octets: bytes) -> None:
    with pytest.raises(JsonOnleesbaar):
        naar_xml(octets, PAKKETTEN)


@pytest.mark.parametrize(
    "geheel",
    [
        {},
        {"gegevensset": "1999.1", "dossier": {}},
        {"gegevensset": ["2019.1"], "dossier": {}},
        {"dossier": {}},
        {"dossier": []},
        {"gegevensset": "2019.1"},
        {"gegevensset": "2019.1", "dossier": {}, "meer": 1},
    ],
)
def test_onbekende_versie_of_iets_ernaast(geheel: Any) -> None:
    with pytest.raises(JsonOngeldig):
        naar_xml(json.dumps(geheel).encode(), PAKKETTEN)


def test_heel_veel_fouten_zijn_een_begrensd_verslag() -> None:
    with pytest.raises(JsonOngeldig) as fout:
        naar_xml(_met(f"{_LEERLING}/voornaam", [1] * 5_000), PAKKETTEN)
    assert len(fout.value.rapport.bevindingen) == 501


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda kind: (
            st.lists(kind, max_size=3)
            | st.dictionaries(
                st.sampled_from(["dossier", "metadata", "datum", "huidigeschool", "leerling", "bsn", "x"]), kind
            )
        ),
        max_leaves=12,
    )
)
def test_verzonnen_json_laat_niets_omvallen(waarde: Any) -> None:
    try:
        xml = naar_xml(json.dumps({"gegevensset": "2019.1", "dossier": waarde}).encode(), PAKKETTEN)
    except (JsonOngeldig, JsonOnleesbaar):
        return
    Toetser(PAKKETTEN).rapporteer(xml)


@pytest.mark.parametrize(
    "anders",
    [
        (b"<metadata>", b"<metadata>los"),
        (b"<metadata>", b"<onzin/><metadata>"),
        (b"<overdrachtsoort>", b"<overdrachtsoort x='1'>"),
        (b"<overdrachtsoort>", b"<overdrachtsoort><a/>"),
        (b"<metadata>", b"<metadata><!-- c -->"),
        (b"/2019/dossier", b"/2018/dossier"),
    ],
)
def test_xml_waarvoor_geen_json_is(anders: tuple[bytes, bytes]) -> None:
    octets = KLEIN.replace(*anders, 1)
    assert octets != KLEIN
    with pytest.raises((NietInJson, OnleesbareXml)):
        naar_json(octets, PAKKETTEN)
