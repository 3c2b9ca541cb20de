"""The page with all rules: what the generator writes, one entry for each rule that a report can name."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.gegevensset import Pakketten
from gateway.gegevensset.bijlagen import REGELS
from gateway.gegevensset.regelpagina import maak_regelpagina
from gateway.gegevensset.regels import anker

PAGINA = Path(__file__).parents[3] / "docs/regels.md"
PAKKET = Pakketten.laad().met_versie("2019.1")


def test_bestand_is_wat_de_generator_schrijft() -> None:
    assert PAGINA.read_text("utf-8") == maak_regelpagina(PAKKET)


def test_elke_regel_staat_er_een_keer() -> None:
    ankers = re.findall(r'<a id="([^"]+)"></a>', PAGINA.read_text("utf-8"))
    assert len(ankers) == len(set(ankers))
    namen = [regel.id for regel in PAKKET.regels] + [regel.regel for regel in REGELS.values()]
    assert set(ankers) == {anker(naam) for naam in [*namen, "XML", "XSD", "TEKST.NFC", "MEER"]}


def test_geen_invulplek_blijft_staan() -> None:
    assert "{" not in PAGINA.read_text("utf-8")


def test_elke_regel_heeft_profielen_en_een_plaats() -> None:
    tekst = PAGINA.read_text("utf-8")
    assert tekst.count("\n- Profielen: PO") + tekst.count("\n- Profielen: VO") + tekst.count(
        "\n- Profielen: BB"
    ) == len(PAKKET.regels)
    assert tekst.count("\n- Plaats: `/") == len(PAKKET.regels)
