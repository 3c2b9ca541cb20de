"""docs/interop.md keeps pace: every result, fault, client, file, REST call and verb that it names."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from gateway.berichten.fout import Foutcode
from gateway.domain.resultaat import Resultaat
from gateway.entry.cli.app import app
from tests.hulp.restwereld import maak_restwereld

BASIS = Path(__file__).parents[2]
TEKST = (BASIS / "docs" / "interop.md").read_text()
CLIENTS = ("las", "Las", "kern", "Kern")


def test_elk_resultaat_en_elke_foutcode_staat_erin() -> None:
    codes = {resultaat.value for resultaat in Resultaat} | {code.value for code in Foutcode}
    assert {code for code in codes if f"`{code}`" not in TEKST} == set()


def test_elke_client_en_elk_bestand_bestaat() -> None:
    for pad in re.findall(r"\]\((\.\./[^)#]+)", TEKST):
        assert (BASIS / "docs" / pad).exists(), pad
    for pad in re.findall(r"(?:interop|tests)/[\w/]+\.(?:py|mjs|php|java|sh|cs)", TEKST):
        assert (BASIS / pad).exists(), pad
    clients = {pad.relative_to(BASIS).as_posix() for pad in (BASIS / "interop").glob("*/*.*") if pad.stem in CLIENTS}
    assert clients == {client for client in clients if client in TEKST}


def test_elke_rest_aanroep_in_de_tabel_bestaat() -> None:
    paden = maak_restwereld().app.openapi()["paths"]
    bestaat = {f"{methode.upper()} /v1{pad}" for pad, aanroepen in paden.items() for methode in aanroepen}
    genoemd = set(re.findall(r"`((?:GET|PUT|POST|DELETE) /v1/[\w{}/-]+)`", TEKST))
    assert len(genoemd) > 15
    assert {een for een in genoemd if een not in bestaat} == set()


def test_elk_werkwoord_in_de_tabel_bestaat() -> None:
    tabel = TEKST.partition("## Wat een kernapplicatie nog meer kan vragen")[2].partition("\n## ")[0]
    cellen = [regel.split("|")[3] for regel in tabel.splitlines() if regel.startswith("| ")]
    werkwoorden = [woord for cel in cellen for woord in re.findall("`([^`]+)`", cel)]
    assert len(werkwoorden) > 4
    for werkwoord in werkwoorden:
        assert CliRunner().invoke(app, [*werkwoord.split(), "--help"]).exit_code == 0, werkwoord
