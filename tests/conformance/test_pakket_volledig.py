"""The pack holds every fact of the official tables: elements, types, code lists, rules, or says why not."""

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.gegevensset import Pakket, Pakketten
from gateway.gegevensset.model import ONBEGRENSD, Onderdeel
from gateway.gegevensset.regels import Regelstatus

pytestmark = pytest.mark.conformance

PROFIELEN = ("PO-PO", "PO-VO", "VO-VO", "BB", "PO-SWV", "VO-SWV")


@pytest.fixture(scope="module")
def pakket(pakketten: Pakketten) -> Pakket:
    return pakketten.met_versie("2019.1")


def _rijen(tabel: Path) -> list[dict[str, str]]:
    with tabel.open(encoding="utf-8", newline="") as bestand:
        return list(csv.DictReader(bestand))


def _met_attributen(onderdeel: Onderdeel) -> Iterator[Onderdeel]:
    for element in onderdeel.alle():
        yield element
        yield from element.attributen


def test_elke_regel_staat_in_het_pakket_of_bij_de_uitzonderingen(pakket: Pakket, tabellen: Path) -> None:
    rijen = _rijen(tabellen / "rules-2019.1.csv")
    uitzonderingen = tomllib.loads((pakket.map / "uitzonderingen.toml").read_text("utf-8"))["uitzondering"]
    uitgezonderd = [regel for uitzondering in uitzonderingen for regel in uitzondering["regels"]]
    eigen = [regel.id for regel in pakket.regels]
    assert sorted(eigen + uitgezonderd) == sorted(rij["rule_id"] for rij in rijen)
    assert all(uitzondering["reden"] for uitzondering in uitzonderingen)
    status = {"active": Regelstatus.ACTIEF, "unreachable": Regelstatus.ONBEREIKBAAR}
    assert {regel.id: regel.status for regel in pakket.regels} == {
        rij["rule_id"]: status[rij["status"]] for rij in rijen if rij["status"] in status
    }


def test_regels_gelden_voor_de_profielen_van_de_tabel(pakket: Pakket, tabellen: Path) -> None:
    kruisjes = {
        rij["rule_id"]: {profiel for profiel in PROFIELEN if rij[profiel] == "x"}
        for rij in _rijen(tabellen / "rules-2019.1.csv")
    }
    for regel in pakket.regels:
        eigen = {
            profiel.naam
            for profiel in pakket.profielen
            if regel.geldt(
                pakket.bundel(profiel.overdrachtsoort),
                profiel.overdrachtsoort,
                profiel.overstap[0] if profiel.overstap else None,
            )
        }
        assert eigen == kruisjes[regel.id], regel.id


def test_codelijsten_zijn_die_van_de_tabel(pakket: Pakket, tabellen: Path) -> None:
    officieel: dict[str, list[str]] = {}
    for rij in _rijen(tabellen / "codelists-2019.1.csv"):
        officieel.setdefault(f"{int(rij['list_number']):02d}", []).append(rij["code"])
    assert {nummer: list(lijst.codes) for nummer, lijst in pakket.codelijsten.items()} == officieel


def test_elementen_zijn_die_van_de_tabel(pakket: Pakket, tabellen: Path) -> None:
    officieel = [rij for rij in _rijen(tabellen / "elements-2019.1.csv") if rij["path"].split("/")[1] == "dossier"]
    eigen = list(_met_attributen(pakket.model))
    assert len(eigen) == 550
    assert [onderdeel.pad for onderdeel in eigen] == [rij["path"] for rij in officieel]
    for onderdeel, rij in zip(eigen, officieel, strict=True):
        hoogste = "unbounded" if onderdeel.max == ONBEGRENSD else str(onderdeel.max)
        assert (str(onderdeel.min), hoogste) == (rij["minOccurs"], rij["maxOccurs"]), onderdeel.pad
        soort = onderdeel.type
        assert (soort.basis if soort else "", soort.patroon if soort else "") == (rij["base_type"], rij["pattern"])
        assert (onderdeel.groep is not None) == bool(rij["group"]), onderdeel.pad
