"""`schakelaars` on a real store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.entry.cli.app import app
from gateway.simulators.ontwikkelwereld import SCHOLEN
from gateway.store.opslag import SqlOpslag
from gateway.store.schema import migreer
from gateway.trust.kluis import Kluis
from tests.hulp.opslagen import OIN, SLEUTEL_A

WIE = ("--account", "jansen", "--reden", "storing")


@pytest.fixture
def opslag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqlOpslag:
    bestand = tmp_path / "oso.toml"
    bestand.write_text(f'[[partijen]]\noin = "{OIN}"\nnaam = "Een LAS"\nlas = "magister"\nbrins = ["00YY"]\n', "utf-8")
    monkeypatch.setenv("OSO_CONFIG", str(bestand))
    monkeypatch.setenv("OSO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OSO_ENCRYPTION_KEYS", SLEUTEL_A)
    url = f"sqlite:///{tmp_path / 'oso.sqlite'}"
    migreer(url)
    gemaakt = SqlOpslag(url, Kluis(SLEUTEL_A))
    with gemaakt.werk() as werk:
        werk.scholen.bewaar(SCHOLEN[0])
    return gemaakt


def roep(*woorden: str) -> tuple[int, str, str]:
    uitkomst = CliRunner().invoke(app, ["schakelaars", *woorden])
    return uitkomst.exit_code, uitkomst.stdout, uitkomst.stderr


def test_uit_en_weer_aan(opslag: SqlOpslag) -> None:
    assert roep("list") == (0, "Er staat niets met de hand uit.\n", "")
    for bereik in ("school-00YY00", f"partij-{OIN}", "alles"):
        code, uit, _ = roep("uit", bereik, *WIE, "--tot", "2100-01-31")
        assert code == 0
        assert "tot 2100-01-31 00:00:00Z, door jansen: storing" in uit
    (alles, *_) = rijen = json.loads(roep("list", "--json")[1])
    assert [rij["bereik"] for rij in rijen] == ["alles", f"partij-{OIN}", "school-00YY00"]
    assert (alles["account"], alles["reden"], alles["tot"]) == ("jansen", "storing", "2100-01-31T00:00:00.000Z")
    assert roep("aan", "alles", "--account", "bakker") == (0, "alles staat weer aan.\n", "")
    assert len(json.loads(roep("list", "--json")[1])) == 2
    with opslag.lezen() as werk:
        eerste, *_, laatste = werk.logboek.audit_rijen(0, 9)
    assert (eerste.operatie, eerste.uitkomst, eerste.account, eerste.rol) == ("schakelen", "uit", "jansen", "beheer")
    assert eerste.bijzonderheden == {"bereik": "school-00YY00", "reden": "storing", "tot": "2100-01-31T00:00:00+00:00"}
    assert (laatste.uitkomst, laatste.account, laatste.bijzonderheden) == ("aan", "bakker", {"bereik": "alles"})


@pytest.mark.parametrize(
    ("woorden", "code", "zin"),
    [
        (["uit", "school-00YY", *WIE], 2, "een bereik"),
        (["uit", "alles", *WIE, "--tot", "morgen"], 2, "moet een dag of moment zijn"),
        (["uit", "alles", *WIE, "--tot", "2" * 50], 2, "te lang"),
        (["uit", "alles", *WIE, "--tot", "2001-01-01"], 1, "verleden"),
        (["uit", "school-99ZZ00", *WIE], 1, "De school"),
        (["uit", "partij-99999999999999999999", *WIE], 1, "De partij"),
        (["aan", "alles", "--account", "jansen"], 1, "De schakelaar"),
    ],
)
def test_wat_niet_kan_staat_er_met_reden(opslag: SqlOpslag, woorden: list[str], code: int, zin: str) -> None:
    gaf, uit, fout = roep(*woorden)
    assert (gaf, uit) == (code, "")
    assert zin in fout
    with opslag.lezen() as werk:
        assert werk.schakelaars.alle() == []
        assert werk.logboek.audit_rijen(0, 9) == []
