"""`aanleverpunten import` and `audit wie-kreeg` on a real store."""

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
from tests.hulp.opslagen import SLEUTEL_A, dossier, levering, na, regel, voeg_dossier_toe

KOP = "brin;vestigingscode;aanleverpuntnummer;sleutel\n"


@pytest.fixture
def opslag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqlOpslag:
    monkeypatch.delenv("OSO_CONFIG", raising=False)
    monkeypatch.setenv("OSO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OSO_ENCRYPTION_KEYS", SLEUTEL_A)
    url = f"sqlite:///{tmp_path / 'oso.sqlite'}"
    migreer(url)
    return SqlOpslag(url, Kluis(SLEUTEL_A))


def roep(*woorden: str) -> tuple[int, str, str]:
    uitkomst = CliRunner().invoke(app, list(woorden))
    return uitkomst.exit_code, uitkomst.stdout, uitkomst.stderr


def test_importeren_en_nog_eens(opslag: SqlOpslag, tmp_path: Path) -> None:
    with opslag.werk() as werk:
        werk.scholen.bewaar(SCHOLEN[0])
    bestand = tmp_path / "punten.csv"
    bestand.write_text(KOP + "00YY;00;100;geheim-een\n", "utf-8")
    code, uit, fout = roep("aanleverpunten", "import", str(bestand), "--account", "proef")
    assert (code, uit, fout) == (0, "regel 2: 00YY/00 nieuw\n", "")
    bestand.write_text(KOP + "00YY;00;100;geheim-een\n12SS;01;1;geheim-twee\n", "utf-8")
    code, uit, fout = roep("aanleverpunten", "import", str(bestand), "--json")
    assert code == 1
    assert [rij["uitkomst"] for rij in json.loads(uit)["resultaten"]] == ["ongewijzigd", "geweigerd"]
    assert "geheim" not in uit + fout
    with opslag.lezen() as werk:
        assert [rij.account for rij in werk.logboek.audit_rijen(0, 9) if rij.operatie == "aanleverpunt-invoeren"] == [
            "proef"
        ]


def test_een_onbruikbaar_bestand_is_gebruik(opslag: SqlOpslag, tmp_path: Path) -> None:
    bestand = tmp_path / "punten.csv"
    assert roep("aanleverpunten", "import", str(bestand))[0] == 2
    bestand.write_bytes(b"\xff\xff")
    assert roep("aanleverpunten", "import", str(bestand))[0] == 2
    bestand.write_text("kaas\n", "utf-8")
    code, _, fout = roep("aanleverpunten", "import", str(bestand))
    assert code == 2
    assert "kopregel" in fout


def test_wie_kreeg_dit_dossier(opslag: SqlOpslag) -> None:
    een = levering("12345", 1)
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier("12345"))
        nummer = werk.leveringen.voeg_toe(een)
        werk.leveringen.overgedragen(nummer, na(5))
        werk.logboek.audit(
            regel(
                "uitleveren",
                uitkomst="OverdrachtGeslaagd",
                moment=een.moment,
                opdrachtgever=None,
                bijzonderheden={"sessieId": een.sessie_id.waarde, "doelBrin": "00YY", "account": "jansen"},
            )
        )
        werk.logboek.audit(regel("uitleveren", uitkomst="LeveringGeweigerd"))
        werk.logboek.audit(regel("versie-inzien", uitkomst="gegeven"))
    code, uit, _ = roep("audit", "wie-kreeg", "0012345", "--account", "fg", "--json")
    assert code == 0
    gekregen, bekeken = json.loads(uit)
    assert (gekregen["systeem"], gekregen["versie"], gekregen["overgedragen"]) == ("Magister", 1, True)
    assert (gekregen["account"], gekregen["doelBrin"]) == ("jansen", "00YY")
    assert (bekeken["soort"], bekeken["account"]) == ("versie-inzien", "account-1")
    with opslag.lezen() as werk:
        laatste = werk.logboek.audit_rijen(0, 99)[-1]
        assert (laatste.operatie, laatste.account) == ("wie-kreeg", "fg")
        assert werk.logboek.controleer_keten().eerste_breuk is None
    assert "aangekomen" in roep("audit", "wie-kreeg", "12345")[1]
    assert roep("audit", "wie-kreeg", "777")[0] == 1
    assert roep("audit", "wie-kreeg", "000")[0] == 2
