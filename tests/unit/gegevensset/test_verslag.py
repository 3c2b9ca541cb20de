"""The report as text, CSV and page: complete, in plain Dutch, harmless whatever a file is called."""

from __future__ import annotations

import csv
import io
import re

import pytest
from rich.console import Console

from gateway.domain.beoordeling import Beoordeling, Bevinding, BijlageGegevens, Ernst, Rapport
from gateway.gegevensset import Pakketten, Toetser
from gateway.gegevensset.verslag import (
    KOLOMMEN,
    Samenvattingsregel,
    Verslagregel,
    als_csv,
    oordeel,
    uitleg_bij,
    vat_samen,
)
from gateway.gegevensset.verslag_html import als_html
from gateway.gegevensset.verslag_tekst import als_tekst, druk
from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.proefpersonen import proef_pgn

PAKKETTEN = Pakketten.laad()
TOETSER = Toetser(PAKKETTEN)
DOSSIER = maak_dossier(proef_pgn(5), zaad=5)
FOUT = Bevinding(
    "codelijst.14", Ernst.FOUT, "/dossier[1]/huidigeschool[1]/leerling[1]/geslacht[1]", 79, "Zo niet.", ("0", "1")
)
ZACHT = Bevinding("BIJL.zip", Ernst.WAARSCHUWING, "/dossier[1]", None, "Niet te lezen.")


def _regel(*bevindingen: Bevinding, bestand: str = "povo.xml") -> Verslagregel:
    bijlage = BijlageGegevens("brief.txt", 4_200, 5_700, "/dossier[1]")
    kapot = BijlageGegevens("kapot.pdf", None, 12, "/dossier[1]")
    return Verslagregel(bestand, Beoordeling(Rapport("2019.1", "PO-VO", bevindingen), bijlagen=(bijlage, kapot)))


def test_tekst_van_een_dossier_met_bevindingen() -> None:
    assert als_tekst([_regel(FOUT, ZACHT)]).splitlines() == [
        "povo.xml  niet geldig: 1 fout, 1 waarschuwing",
        "  gegevensset 2019.1, profiel PO-VO",
        "  fout  codelijst.14  regel 79",
        "    Zo niet.",
        "    /dossier[1]/huidigeschool[1]/leerling[1]/geslacht[1]",
        "    Toegestaan: 0, 1",
        "    Uitleg: docs/regels.md#codelijst-14",
        "  waarschuwing  BIJL.zip",
        "    Niet te lezen.",
        "    /dossier[1]",
        "    Uitleg: docs/regels.md#bijl-zip",
        "  Bijlagen: 2, samen 4 kB",
        "          4 kB  brief.txt",
        "    onleesbaar  kapot.pdf",
    ]


def test_tekst_van_een_echt_dossier() -> None:
    tekst = als_tekst([Verslagregel("a.xml", TOETSER.rapporteer(DOSSIER)), Verslagregel("b", TOETSER.rapporteer(b"x"))])
    assert tekst.startswith("a.xml  geldig\n  gegevensset 2019.1, profiel PO-VO\n  Bijlagen: 5, samen ")
    assert "\n\nb  niet geldig: 1 fout\n  fout  XML  regel 1\n" in tekst


@pytest.mark.parametrize(
    ("bevindingen", "verwacht"),
    [
        ((), "geldig"),
        ((ZACHT, ZACHT), "geldig: 2 waarschuwingen"),
        ((FOUT, FOUT, ZACHT), "niet geldig: 2 fouten, 1 waarschuwing"),
    ],
)
def test_oordeel(bevindingen: tuple[Bevinding, ...], verwacht: str) -> None:
    assert oordeel(Rapport("1", None, bevindingen)) == verwacht


def test_kleur_alleen_in_een_terminal_en_een_naam_stuurt_niets() -> None:
    doel = io.StringIO()
    druk(Console(file=doel, force_terminal=True, width=200), _regel(FOUT, bestand="a\x1b[31m[bold]b.xml"))
    assert "\x1b[1;31mfout" in doel.getvalue()
    assert "a?[31m[bold]b.xml" in doel.getvalue()
    assert "\x1b" not in als_tekst([_regel(FOUT, bestand="a\x1b[31mb.xml")])


def test_csv() -> None:
    rijen = list(csv.reader(io.StringIO(als_csv([_regel(FOUT, ZACHT), _regel(bestand="=1+1.xml")]), newline="")))
    assert rijen[0] == list(KOLOMMEN)
    assert rijen[1] == [
        "povo.xml",
        "2019.1",
        "PO-VO",
        "false",
        "codelijst.14",
        "fout",
        FOUT.pad,
        "79",
        "Zo niet.",
        "0 1",
    ]
    assert rijen[2][4:8] == ["BIJL.zip", "waarschuwing", "/dossier[1]", ""]
    assert rijen[3] == ["'=1+1.xml", "2019.1", "PO-VO", "true", "", "", "", "", "", ""]
    assert als_csv([]).endswith("toegestaan\r\n")


def test_samenvatting() -> None:
    rapporten = [Rapport(None, None, (FOUT, FOUT, ZACHT)), Rapport(None, None, (FOUT,)), Rapport(None, None)]
    assert vat_samen(rapporten) == [
        Samenvattingsregel("codelijst.14", Ernst.FOUT, 3, 2),
        Samenvattingsregel("BIJL.zip", Ernst.WAARSCHUWING, 1, 1),
    ]


def test_html_is_volledig_en_onschadelijk() -> None:
    html = als_html([_regel(FOUT, ZACHT, bestand="<script>alert(1)</script>\x00"), _regel()], PAKKETTEN)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\N{REPLACEMENT CHARACTER}" in html
    for deel in (
        "2 dossiers getoetst, 1 geldig",
        'href="docs/regels.md#codelijst-14"',
        "0 (onbekend), 1 (vrouw)",
        "Zo niet.",
        "(regel 79)",
        "Samenvatting per regel",
        "Bijlagen: 2, samen 4 kB",
    ):
        assert deel in html
    assert html.startswith('<!DOCTYPE html>\n<html lang="nl">')


def test_html_van_een_dossier_noemt_wat_er_hoort() -> None:
    leeg = Bevinding("OG.99", Ernst.FOUT, "/dossier[1]/metadata[1]/datum[1]", 3, "Klopt niet.")
    html = als_html([_regel(leeg)], PAKKETTEN, "https://voorbeeld.example/regels")
    assert "In dit veld hoort een datum in de vorm JJJJ-MM-DD." in html
    assert 'href="https://voorbeeld.example/regels#og-99"' in html
    assert "Samenvatting" not in html


def test_html_zonder_pakket() -> None:
    html = als_html([Verslagregel("x", Beoordeling(Rapport(None, None, (ZACHT,))))], PAKKETTEN)
    assert "onbekende versie" in html
    assert als_html([], PAKKETTEN).count("<h2") == 0


def test_ankers_zijn_die_van_de_regels() -> None:
    for pakket in PAKKETTEN:
        for regel in pakket.regels:
            assert uitleg_bij(regel.id) == f"docs/regels.md#{regel.anker}"
    assert re.fullmatch(r"docs/regels\.md#[a-z0-9-]+", uitleg_bij("OVb.LL?? (geboorteplaats)"))
