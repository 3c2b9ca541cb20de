"""`schemas list | check | install`: what they print and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.entry.cli.app import app
from tests.hulp.bundels import archief, bestanden, dossier, kwaad

pytest.importorskip("saxonche", reason="de extra [saxon] is niet geïnstalleerd")


@pytest.fixture
def zip_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The archive of a good bundle, with a data directory to install it in."""
    for naam in ("OSO_SCHEMAS_DIR", "OSO_CONFIG"):
        monkeypatch.delenv(naam, raising=False)
    monkeypatch.setenv("OSO_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "oso.zip").write_bytes(archief(bestanden()))
    return tmp_path / "oso.zip"


def _doe(*argumenten: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in argumenten])


def test_installeren_en_daarna_toetsen(zip_: Path, tmp_path: Path) -> None:
    uit = _doe("schemas", "install", zip_)
    assert uit.exit_code == 0, uit.stderr
    assert "huidigeschool/leerling/bsn" in uit.stdout
    assert "Archief lezen" in uit.stderr
    assert (tmp_path / "data" / "schemas" / "gegevensset" / "2031.1" / "pakket.toml").is_file()
    (tmp_path / "d.xml").write_bytes(dossier(leerling=""))
    [rapport] = json.loads(_doe("validate", tmp_path / "d.xml", "--json").stdout)
    assert (rapport["pakket"], rapport["geldig"]) == ("2031.1", False)
    assert {"gegevensset", "overstapservice"} == {
        rij["soort"] for rij in json.loads(_doe("schemas", "list", "--json").stdout)
    }
    assert all(proef["goed"] for proef in json.loads(_doe("schemas", "check", "--json").stdout))


def test_schemas_dir_gaat_voor(zip_: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSO_SCHEMAS_DIR", str(tmp_path / "anders"))
    assert _doe("schemas", "install", zip_, "--versie", "2032.1", "--json").exit_code == 0
    assert (tmp_path / "anders" / "gegevensset" / "2032.1").is_dir()
    assert not (tmp_path / "data").exists()


def test_een_gewijzigde_bundel_houdt_alles_tegen_tot_hij_hersteld_is(zip_: Path, tmp_path: Path) -> None:
    _doe("schemas", "install", zip_)
    (tmp_path / "data" / "schemas" / "gegevensset" / "2031.1" / "bundel" / "OV" / "validatie.xsl").write_text(
        "<a/>", "utf-8"
    )
    nagekeken = _doe("schemas", "check")
    assert nagekeken.exit_code == 1
    assert "NIET in orde" in nagekeken.stdout
    assert _doe("schemas", "install", zip_).exit_code == 0
    assert _doe("schemas", "check").exit_code == 0


def test_weigeren_zegt_waarom(zip_: Path, tmp_path: Path) -> None:
    blad = kwaad("<xsl:copy-of select=\"doc('file:///etc/passwd')\"/>").encode()
    (tmp_path / "kwaad.zip").write_bytes(archief({**bestanden(), "OV/validatie.xsl": blad}))
    uit = _doe("schemas", "install", tmp_path / "kwaad.zip", "--json")
    assert uit.exit_code == 1
    assert json.loads(uit.stdout)["geinstalleerd"] is False
    assert "de functie doc()" in uit.stderr


def test_geen_archief_en_geen_plek(zip_: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _doe("schemas", "install", tmp_path / "weg.zip").exit_code == 2
    (tmp_path / "geen.zip").write_bytes(b"geen zip")
    assert _doe("schemas", "install", tmp_path / "geen.zip").exit_code == 2
    monkeypatch.delenv("OSO_DATA_DIR")
    uit = _doe("schemas", "install", zip_)
    assert uit.exit_code == 2
    assert "OSO_SCHEMAS_DIR of OSO_DATA_DIR" in uit.stderr
