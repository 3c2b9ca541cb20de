"""`CONTRIBUTING.md` keeps its promises: a LAS is added by following it alone, and the files it names are there."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.profielen import BESTAND, HIER, Profielen
from gateway.domain.beoordeling import BijlageGegevens
from gateway.domain.dossier import Uitkomstcode
from gateway.domain.waarden import Overdrachtsoort
from gateway.usecases import scholen
from tests.fakes.proef import HIER as SCHOOL
from tests.fakes.proef import KERN, Proef, token
from tests.hulp.opslagen import versie

WORTEL = Path(__file__).parents[3]
TEKST = (WORTEL / "CONTRIBUTING.md").read_text("utf-8")
NAAM = "voorbeeldlas"


def hoofdstuk(titel: str) -> str:
    gevonden = re.search(rf"^### {re.escape(titel)}\n(.*?)(?=^##)", TEKST, re.M | re.S)
    assert gevonden is not None, titel
    return gevonden[1]


def te_raken_bestanden() -> list[str]:
    return re.findall(r"^\d+\. `([^`]+)`", hoofdstuk("A LAS adapter"), re.M)


@pytest.fixture
def adapters(tmp_path: Path) -> Path:
    """A copy of the adapters, with the LAS that the text takes as its example."""
    map_ = tmp_path / "adapters"
    shutil.copytree(HIER, map_, ignore=shutil.ignore_patterns("__pycache__"))
    (bestand,) = [naam for naam in te_raken_bestanden() if naam.startswith("adapters/")]
    voorbeeld = re.search(r"```toml\n(.*?)```", hoofdstuk("A LAS adapter"), re.S)
    assert voorbeeld is not None
    doel = tmp_path / bestand.replace("NAAM", NAAM)
    doel.parent.mkdir()
    doel.write_text(voorbeeld[1], "utf-8")
    return map_


def test_een_las_erbij_raakt_hoogstens_drie_bestanden_en_geen_code() -> None:
    bestanden = te_raken_bestanden()
    assert f"adapters/NAAM/{BESTAND}" in bestanden
    assert len(bestanden) <= 3
    assert not any(naam.endswith(".py") for naam in bestanden)


def test_het_nieuwe_las_doet_mee_en_de_andere_blijven(adapters: Path) -> None:
    profielen = Profielen(adapters)
    assert set(profielen.namen()) == {*Profielen().namen(), NAAM}
    groot, klein = (BijlageGegevens("a.pdf", grootte, 0, "/dossier[1]") for grootte in (1_000_001, 1_000_000))
    word = BijlageGegevens("a.docx", 10, 0, "/dossier[1]")
    geweigerd = profielen.oordeel(NAAM, versie(1), [groot]).geweigerd
    assert geweigerd is not None
    assert "Voorbeeld-LAS" in geweigerd
    assert profielen.oordeel(NAAM, versie(1), [klein]).geweigerd is None
    assert profielen.oordeel(NAAM, versie(1), [word]).geweigerd is not None
    binnen = replace(versie(1), overdrachtsoort=Overdrachtsoort.OVERDRACHTBINNENBRIN)
    assert profielen.oordeel(NAAM, binnen, []).geweigerd is not None


def test_een_school_kiest_het_en_klaarzetten_luistert_ernaar(adapters: Path) -> None:
    proef = Proef()
    proef.wereld = replace(proef.wereld, las_profielen=Profielen(adapters))
    with proef.opslag.lezen() as werk:
        school = werk.scholen.school(SCHOOL)
    assert school is not None
    bewaard, _ = scholen.bewaar(proef.wereld, token(), replace(school, las=NAAM), KERN)
    assert bewaard.las == NAAM
    proef.plaats()
    proef.lever(bijlagen="1000001")
    assert proef.code() == Uitkomstcode.NIET_GESCHIKT_VOOR_LAS
    proef.lever(inhoud="kleiner")
    assert proef.code() is None


def test_elk_bestand_dat_genoemd_wordt_is_er() -> None:
    genoemd = {
        deel for deel in re.findall(r"`([a-z./_0-9-]+/[a-z./_0-9-]*)`", TEKST) if "…" not in deel and "NNNN" not in deel
    }
    assert len(genoemd) > 20
    ontbreekt = [naam for naam in sorted(genoemd) if not _bestaat(naam)]
    assert ontbreekt == []


def _bestaat(naam: str) -> bool:
    return any((WORTEL / begin / naam).exists() for begin in ("", "gateway", "tests"))
