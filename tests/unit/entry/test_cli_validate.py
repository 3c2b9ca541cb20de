"""`validate` and `render`: what they print, what they write, and how they end."""

from __future__ import annotations

import csv
import errno
import json
import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.entry.cli.app import app
from gateway.entry.cli.bulk import Opdracht, kernen, toets_alle
from gateway.gegevensset import Pakketten, Toetser
from gateway.gegevensset.verslag import KOLOMMEN, Verslagregel
from gateway.settings import Instellingen
from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.proefpersonen import proef_pgn

GOED = maak_dossier(proef_pgn(11), zaad=11, omvang=30_000)
FOUT = GOED.replace(b"<adresgeheim>", b"<adresgeheim>misschien", 1)
SLEUTELS = ["bestand", "pakket", "profiel", "geldig", "bevindingen"]


@pytest.fixture
def map_(tmp_path: Path) -> Path:
    """A folder with a valid and an invalid dossier, one that is no XML, and something else."""
    dossiers = tmp_path / "dossiers"
    (dossiers / "onder").mkdir(parents=True)
    (dossiers / "a-goed.xml").write_bytes(GOED)
    (dossiers / "onder" / "b-fout.XML").write_bytes(FOUT)
    (dossiers / "c-rommel.xml").write_bytes(b"PK\x03\x04")
    (dossiers / "lees.txt").write_text("geen dossier", "utf-8")
    return dossiers


def _doe(*argumenten: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in argumenten])


def test_json_is_een_lijst_volgens_de_afspraak(map_: Path) -> None:
    uit = _doe("validate", map_ / "a-goed.xml", map_ / "onder" / "b-fout.XML", map_ / "c-rommel.xml", "--json")
    assert uit.exit_code == 1
    goed, fout, rommel = json.loads(uit.stdout)
    assert list(goed) == SLEUTELS
    assert (goed["geldig"], fout["geldig"], rommel["geldig"]) == (True, False, False)
    assert fout["bestand"] == str(map_ / "onder" / "b-fout.XML")
    [bevinding] = fout["bevindingen"]
    assert set(bevinding) == {"regel", "ernst", "pad", "regelnummer", "melding", "toegestaan"}
    assert [b["regel"] for b in rommel["bevindingen"]] == ["XML"]


def test_een_geldig_dossier_eindigt_met_nul_en_noemt_de_bijlagen(map_: Path) -> None:
    uit = _doe("validate", map_ / "a-goed.xml")
    assert uit.exit_code == 0
    assert "geldig" in uit.stdout
    assert "Bijlagen: " in uit.stdout
    assert "kB" in uit.stdout


def test_een_bestand_dat_niet_te_openen_is_eindigt_met_twee(map_: Path) -> None:
    uit = _doe("validate", map_ / "weg.xml", map_ / "a-goed.xml", "--json")
    assert uit.exit_code == 2
    assert len(json.loads(uit.stdout)) == 1
    assert "kan het bestand niet lezen" in uit.stderr


def test_alleen_een_onleesbaar_bestand_geeft_een_lege_lijst(map_: Path) -> None:
    uit = _doe("validate", map_ / "weg.xml", "--json")
    assert (uit.exit_code, json.loads(uit.stdout)) == (2, [])


def test_map_toont_wat_fout_is_en_een_samenvatting(map_: Path) -> None:
    uit = _doe("validate", map_)
    assert uit.exit_code == 1
    assert "a-goed.xml" not in uit.stdout
    assert "b-fout.XML" in uit.stdout
    assert "3 dossiers getoetst: 1 geldig, 2 niet geldig" in uit.stdout
    assert "lees.txt" not in uit.stdout


def test_map_als_json_regels(map_: Path) -> None:
    uit = _doe("validate", map_, "--json-regels")
    regels = [json.loads(regel) for regel in uit.stdout.splitlines()]
    assert [list(regel) for regel in regels] == [SLEUTELS] * 3
    assert uit.exit_code == 1


def test_map_als_json_blijft_een_lijst(map_: Path) -> None:
    assert len(json.loads(_doe("validate", map_, "--json").stdout)) == 3


def test_een_koppeling_naar_niets_in_een_map_wordt_gemeld(map_: Path) -> None:
    (map_ / "d-weg.xml").symlink_to(map_ / "nergens.xml")
    uit = _doe("validate", map_, "--json")
    assert (uit.exit_code, len(json.loads(uit.stdout))) == (2, 3)
    assert uit.stderr == f"{map_ / 'd-weg.xml'}: kan het bestand niet lezen (No such file or directory).\n"


def test_een_map_die_niet_te_lezen_is_wordt_gemeld(map_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    echt = os.scandir

    def scandir(waar: str) -> object:
        if Path(waar).name == "onder":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), waar)
        return echt(waar)

    monkeypatch.setattr(os, "scandir", scandir)
    uit = _doe("validate", map_, "--json")
    assert (uit.exit_code, uit.stdout) == (2, "")
    assert uit.stderr == f"{map_ / 'onder'}: kan de map niet lezen (Permission denied).\n"


def test_csv_en_html(map_: Path, tmp_path: Path) -> None:
    uit = _doe("validate", map_, "--csv", tmp_path / "uit.csv", "--html", tmp_path / "uit.html")
    assert uit.exit_code == 1
    with (tmp_path / "uit.csv").open(encoding="utf-8", newline="") as bron:
        rijen = list(csv.DictReader(bron))
    assert tuple(rijen[0]) == KOLOMMEN
    assert [rij["geldig"] for rij in rijen] == ["true", "false", "false"]
    pagina = (tmp_path / "uit.html").read_text("utf-8")
    assert "Samenvatting per regel" in pagina
    assert "misschien" not in pagina


@pytest.mark.parametrize("optie", ["--csv", "--html"])
def test_doel_dat_niet_te_schrijven_is(map_: Path, tmp_path: Path, optie: str) -> None:
    uit = _doe("validate", map_ / "a-goed.xml", optie, tmp_path / "weg" / "uit")
    assert uit.exit_code == 2
    assert "kan het bestand niet schrijven" in uit.stderr


@pytest.mark.parametrize(
    ("argumenten", "woorden"),
    [
        (["--pakket", "1999.1"], "niet geïnstalleerd"),
        (["--json", "--json-regels"], "niet allebei"),
        (["--regels", "onzin"], "onzin"),
    ],
)
def test_verkeerd_gebruik(map_: Path, argumenten: list[str], woorden: str) -> None:
    uit = _doe("validate", map_ / "a-goed.xml", *argumenten)
    assert uit.exit_code == 2
    assert woorden in uit.stderr


def test_map_zonder_dossiers(tmp_path: Path) -> None:
    uit = _doe("validate", tmp_path)
    assert uit.exit_code == 2
    assert "geen dossiers" in uit.stderr


def test_bestandsnaam_die_geen_tekst_is(map_: Path) -> None:
    raar = os.fsencode(map_) + b"/n\xff.xml"
    Path(os.fsdecode(raar)).write_bytes(GOED)
    uit = _doe("validate", map_, "--json-regels")
    assert len(uit.stdout.splitlines()) == 4


def test_alle_kernen_geven_dezelfde_uitkomsten_in_dezelfde_volgorde(tmp_path: Path) -> None:
    bestanden = []
    for nummer in range(40):
        bestanden.append(tmp_path / f"d{nummer:02}.xml")
        if nummer != 7:  # stays away
            bestanden[-1].write_bytes(FOUT if nummer % 5 == 0 else GOED)
    toetser, opdracht = Toetser(Pakketten.laad()), Opdracht(Instellingen())
    een, twee = (list(toets_alle(toetser, bestanden, opdracht, aantal)) for aantal in (1, 2))
    assert een == twee
    assert [uitkomst.bestand for uitkomst in twee] == [str(bestand) for bestand in bestanden]
    assert sum(isinstance(uitkomst, Verslagregel) for uitkomst in twee) == 39
    assert kernen() >= 1


def test_render_schrijft_een_pagina(map_: Path, tmp_path: Path) -> None:
    uit = _doe("render", map_ / "a-goed.xml", "--out", tmp_path / "pagina.html")
    assert uit.exit_code == 0
    pagina = (tmp_path / "pagina.html").read_text("utf-8")
    assert pagina.startswith("<!DOCTYPE html>")
    assert "<script" not in pagina


def test_render_van_wat_geen_dossier_is(map_: Path, tmp_path: Path) -> None:
    assert _doe("render", map_ / "c-rommel.xml", "--out", tmp_path / "p.html").exit_code == 1
    assert _doe("render", map_ / "weg.xml", "--out", tmp_path / "p.html").exit_code == 2
    assert not (tmp_path / "p.html").exists()
    assert _doe("render", map_ / "a-goed.xml", "--out", tmp_path / "weg" / "p.html").exit_code == 2


def test_pagina_van_een_leerling_is_niet_voor_anderen_leesbaar(map_: Path, tmp_path: Path) -> None:
    _doe("render", map_ / "a-goed.xml", "--out", tmp_path / "pagina.html")
    assert stat.S_IMODE((tmp_path / "pagina.html").stat().st_mode) & 0o077 == 0
