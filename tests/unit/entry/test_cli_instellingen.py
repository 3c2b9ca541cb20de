"""The command line on a wrong setting or a store that is away: one clear line on stderr, no secret, no traceback."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gateway.entry.cli.app import main


@pytest.fixture(autouse=True)
def omgeving(monkeypatch: pytest.MonkeyPatch) -> None:
    for naam in [naam for naam in os.environ if naam.startswith("OSO_")]:
        monkeypatch.delenv(naam)


def draai(monkeypatch: pytest.MonkeyPatch, *woorden: str) -> int:
    monkeypatch.setattr("sys.argv", ["oso-gateway", *woorden])
    with pytest.raises(SystemExit) as einde:
        main()
    return int(einde.value.code or 0)


@pytest.mark.parametrize(
    ("url", "afloop"),
    [
        ("mysql://u:geheim@host/x", 2),
        ("u:geheim", 2),
        ("postgresql+psycopg://u:geheim@127.0.0.1:poort/x", 1),
        ("postgresql+psycopg://u:geheim@127.0.0.1:1/x", 1),
        ("sqlite:////bestaat/geheim/niet.sqlite", 1),
    ],
    ids=["ander soort", "geen URL", "geen poort", "niet bereikbaar", "geen map"],
)
def test_een_database_die_niet_kan_is_een_regel(
    url: str, afloop: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OSO_DATABASE_URL", url)
    assert draai(monkeypatch, "db", "upgrade") == afloop
    uit, fout = capsys.readouterr()
    assert (uit, fout.count("\n"), "geheim" in fout) == ("", 1, False)
    assert fout.startswith("oso-gateway: ")


def test_db_upgrade_maakt_de_datamap_voor_de_eigenaar_alleen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    map_ = tmp_path / "nieuw" / "data"
    monkeypatch.setenv("OSO_DATA_DIR", str(map_))
    assert draai(monkeypatch, "db", "upgrade") == 0
    assert (map_ / "oso.sqlite").is_file()
    assert stat.S_IMODE(map_.stat().st_mode) == 0o700


@pytest.mark.parametrize("woorden", [("db", "upgrade"), ("serve", "--dev")], ids=" ".join)
def test_een_map_die_niet_te_maken_is_is_een_regel(
    woorden: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bestand").write_text("geen map", "utf-8")
    monkeypatch.setenv("OSO_DATA_DIR", str(tmp_path / "bestand" / "data"))
    assert draai(monkeypatch, *woorden) == 2
    regels = capsys.readouterr().err.splitlines()
    assert len(regels) == 1
    assert regels[0].startswith("oso-gateway: De map ")


def test_een_schemamap_die_er_niet_is_houdt_de_start_tegen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OSO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OSO_SCHEMAS_DIR", str(tmp_path / "weg"))
    assert draai(monkeypatch, "serve") == 2
    assert capsys.readouterr().err == "oso-gateway: De map van OSO_SCHEMAS_DIR bestaat niet of is niet leesbaar.\n"
