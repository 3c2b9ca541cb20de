"""The readable dossier: everything on it, codes and dates in words, attachments with their size, nothing that runs."""

from __future__ import annotations

import html as html_tekst
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from gateway.gegevensset import Pakketten, Toetser
from gateway.gegevensset.pakket import lees_pakket
from gateway.gegevensset.weergave import NietWeerTeGeven, maak_pagina
from gateway.gegevensset.weergave_waarden import datum, lees_woorden
from gateway.simulators.dossiers import Profiel, maak_dossier
from gateway.simulators.proefpersonen import proef_pgn
from gateway.simulators.voorbeelden_maken import voorbeelden
from gateway.xmlio import lees

TOETSER = Toetser(Pakketten.laad())
PAKKET = TOETSER.pakketten.met_versie("2019.1")
VOORBEELDEN = voorbeelden()
DOSSIER = maak_dossier(proef_pgn(5), zaad=5, omvang=40_000)


class _Lezer(HTMLParser):
    """Collects tags, attributes and text, and checks that tags close."""

    LEEG = frozenset(("meta", "br", "link", "img"))

    def __init__(self, pagina: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tekst = ""
        self.open: list[str] = []
        self.feed(pagina)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.LEEG:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.tekst += data


def _pagina(octets: bytes) -> _Lezer:
    return _Lezer(maak_pagina(octets, TOETSER))


@pytest.mark.parametrize("naam", VOORBEELDEN)
def test_pagina_is_een_gesloten_geheel(naam: str) -> None:
    lezer = _pagina(VOORBEELDEN[naam])
    assert lezer.open == []
    ids = [attributen["id"] for _, attributen in lezer.tags if "id" in attributen]
    assert len(ids) == len(set(ids))
    links = {attributen["href"] for tag, attributen in lezer.tags if tag == "a"}
    assert links <= {f"#{id_}" for id_ in ids}
    koppen = [int(tag[1]) for tag, _ in lezer.tags if re.fullmatch("h[1-6]", tag)]
    assert koppen[0] == 1
    assert all(volgende <= vorige + 1 for vorige, volgende in pairwise(koppen))


@pytest.mark.parametrize("naam", VOORBEELDEN)
def test_elke_waarde_staat_op_de_pagina(naam: str) -> None:
    octets = VOORBEELDEN[naam]
    tekst = _pagina(octets).tekst
    woorden = lees_woorden(PAKKET)
    for element in lees(octets).iter():
        pad = re.sub(r"\[[0-9]+\]", "", element.getroottree().getelementpath(element))
        stappen = "/dossier/" + re.sub(r"\{[^}]*\}", "", pad)
        geheim = (element.text or "") in ("9999999999", "geheim@geheim.geheim")
        if len(element) == 0 and not pad.endswith("bestandsinhoud") and not geheim:
            assert woorden.waarde(element, stappen) in tekst


def test_niets_wordt_geladen_of_uitgevoerd() -> None:
    pagina = maak_pagina(DOSSIER, TOETSER)
    lezer = _Lezer(pagina)
    assert not {tag for tag, _ in lezer.tags} & {"script", "img", "iframe", "object", "form", "link"}
    beleid = [a["content"] for t, a in lezer.tags if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    assert len(beleid) == 1
    assert (beleid[0] or "").startswith("default-src 'none'; style-src 'sha256-")
    assert not any(naam.startswith("on") or naam == "style" for _, a in lezer.tags for naam in a)
    assert "url(" not in pagina


def test_waarden_worden_nooit_opmaak() -> None:
    kwaad = '<script>alert("x")</script>&amp;'
    octets = DOSSIER.replace(b"Juf Bedacht", html_tekst.escape(kwaad).encode())
    pagina = maak_pagina(octets, TOETSER)
    assert "<script" not in pagina
    assert kwaad in _Lezer(pagina).tekst


def test_codes_datums_en_ja_nee_in_woorden() -> None:
    tekst = _pagina(DOSSIER).tekst
    for deel in ("VO jaargroep 1", "PO jaargroep 8 (8)", "26 januari 2026", "code 60", "IEP (0013)", "Moeder (2)"):
        assert (deel in tekst) is (deel != "VO jaargroep 1")
    assert "9999999999" not in tekst
    assert "weggelaten op verzoek" in _pagina(VOORBEELDEN["povo-zonder-bijlagen.xml"]).tekst


def test_bijlagen_staan_er_met_grootte() -> None:
    lezer = _pagina(DOSSIER)
    for deel in ("werkstuk.png", "handelingsplan rekenen.docx", "747 bytes", "kB"):
        assert deel in lezer.tekst
    assert sum(1 for _, a in lezer.tags if (a.get("id") or "").startswith("bijlage-")) == 5
    assert "Dit dossier heeft geen bijlagen." in _pagina(VOORBEELDEN["povo-zonder-bijlagen.xml"]).tekst


def test_ongeldig_dossier_wordt_getoond_met_die_melding() -> None:
    een = DOSSIER.replace(b"<inzagedatum>2026-01-26</inzagedatum>", b"")
    assert "Dit dossier is niet geldig: bij de controle is een fout gevonden." in _pagina(een).tekst
    xsd = DOSSIER.replace(b"<leerlingid>", b"<onbekend_veld>waarde</onbekend_veld><leerlingid>")
    tekst = _pagina(xsd).tekst
    assert "Overige gegevens" in tekst
    assert "Onbekend veld" in tekst
    assert "werkstuk.png (" in tekst


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"geen xml",
        b"<a/>",
        DOSSIER.replace(b"/2019/", b"/2031/"),
        DOSSIER.replace(b"<datum>", b"<datum><!-- x -->"),
    ],
)
def test_wat_geen_dossier_is_wordt_geweigerd(octets: bytes) -> None:
    with pytest.raises(NietWeerTeGeven, match=r"\.$"):
        maak_pagina(octets, TOETSER)


def test_wat_veel_te_veel_heeft_wordt_geweigerd() -> None:
    veel = DOSSIER.replace(b"<leerlingid>", b"<x/>" * 10_001 + b"<leerlingid>")
    with pytest.raises(NietWeerTeGeven, match="elementen"):
        maak_pagina(veel, TOETSER)


def test_pakket_zonder_weergave_toont_alles_onder_een_kop(tmp_path: Path) -> None:
    for bestand in PAKKET.map.iterdir():
        if bestand.is_file() and bestand.name != "weergave.toml":
            (tmp_path / bestand.name).write_bytes(bestand.read_bytes())
    lezer = _Lezer(maak_pagina(DOSSIER, Toetser(Pakketten([lees_pakket(tmp_path)]))))
    assert "Overige gegevens" in lezer.tekst
    assert "Overstapadvies" in lezer.tekst
    assert "werkstuk.png" in lezer.tekst


def test_meer_namen_onder_een_kop_en_namen_voor_alle_elementen() -> None:
    woorden = lees_woorden(PAKKET)
    for onderdeel in PAKKET.model.alle():
        if onderdeel.naam not in ("dossier", "huidigeschool", "leerling"):
            assert onderdeel.naam in woorden.namen
    dossier = lees(DOSSIER)
    voornaam = dossier.find(PAKKET.zoekpad("huidigeschool/leerling/voornaam"))
    assert voornaam is not None
    tweede = etree.Element(voornaam.tag)
    tweede.text = "Tweede"
    voornaam.addnext(tweede)
    assert f"{voornaam.text}, Tweede" in _pagina(etree.tostring(dossier)).tekst


def test_leesbare_secties_zijn_er_voor_elk_profiel() -> None:
    vo = _pagina(maak_dossier(proef_pgn(6), profiel=Profiel.VO_VO)).tekst
    assert "Voortgezet onderwijs en vervolg" in vo
    assert "maatschappelijke stage" in vo


@pytest.mark.parametrize(
    ("ruw", "verwacht"),
    [
        ("2026-02-03", "3 februari 2026"),
        ("2026-02-03Z", "3 februari 2026 (Z)"),
        ("2026-13-03", "2026-13-03"),
        ("morgen", "morgen"),
        ("", ""),
    ],
)
def test_datum(ruw: str, verwacht: str) -> None:
    assert datum(ruw) == verwacht
