"""The register against replay, as every one of them must behave: in memory, the fake store, SQLite and PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.entry.soap.beveiliging import HerhalingenInOpslag
from gateway.ports import OpslagNietBeschikbaar
from gateway.store.opslag import SqlOpslag
from gateway.trust.herhaling import Herhalingen, HerhalingenInGeheugen
from gateway.trust.kluis import Kluis
from tests.fakes.opslag import FakeOpslag
from tests.hulp.opslagen import NU, SLEUTEL_A, database_url, na, opslag_van

WORTEL = Path(__file__).parents[2]
KENMERK, TOT = b"\x00\xff" * 16, na(600)


@pytest.fixture(params=["geheugen", "fake", "sqlite", "postgresql"])
def register(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Herhalingen]:
    if request.param == "geheugen":
        yield HerhalingenInGeheugen()
        return
    with opslag_van(request.param, tmp_path) as opslag:
        yield HerhalingenInOpslag(opslag)


def test_elk_bericht_is_eenmaal_nieuw(register: Herhalingen) -> None:
    assert [register.eerste_keer(een, TOT, NU) for een in (KENMERK, KENMERK, b"ander", KENMERK)] == [
        True,
        False,
        True,
        False,
    ]


def test_tot_en_met_het_laatste_moment_is_het_een_herhaling(register: Herhalingen) -> None:
    assert register.eerste_keer(KENMERK, TOT, NU)
    assert not register.eerste_keer(KENMERK, TOT, TOT)
    assert not register.eerste_keer(KENMERK, TOT, na(-3600))


def test_van_wie_tegelijk_komen_is_er_een_de_eerste(register: Herhalingen) -> None:
    with ThreadPoolExecutor(8) as groep:
        uitslagen = list(groep.map(lambda nr: register.eerste_keer(bytes([nr % 5]), TOT, NU), range(60)))
    assert sum(uitslagen) == 5


@pytest.mark.parametrize("soort", ["sqlite", "postgresql"])
def test_wat_lang_voorbij_is_wordt_vergeten(soort: str, tmp_path: Path) -> None:
    with opslag_van(soort, tmp_path) as opslag:
        register = HerhalingenInOpslag(opslag)
        assert register.eerste_keer(KENMERK, TOT, NU)
        # The clock was an hour ahead and is set back: still known.
        assert register.eerste_keer(b"voor", TOT + timedelta(hours=1), NU + timedelta(hours=1))
        assert not register.eerste_keer(KENMERK, TOT, NU)
        assert register.eerste_keer(b"later", TOT + timedelta(hours=3), NU + timedelta(hours=3))
        assert register.eerste_keer(KENMERK, TOT, NU)


@pytest.mark.parametrize("soort", ["sqlite", "postgresql"])
def test_twee_processen_delen_het_register(soort: str, tmp_path: Path) -> None:
    with database_url(soort, tmp_path) as url:
        processen = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.hulp.opslag_proces", "herhaal", url, "60", "x"],
                cwd=WORTEL,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        nieuw = [regel for proces in processen for regel in proces.communicate(timeout=60)[0].split()]
        assert [proces.returncode for proces in processen] == [0, 0]
        assert sorted(map(int, nieuw)) == list(range(60))
        opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
        assert not HerhalingenInOpslag(opslag).eerste_keer(b"59", TOT, NU)
        opslag.sluit()


def test_een_opslag_die_weg_is_neemt_niets_aan() -> None:
    opslag = FakeOpslag()

    def weg() -> None:
        raise OpslagNietBeschikbaar("weg")

    opslag.storing = weg
    with pytest.raises(OpslagNietBeschikbaar):
        HerhalingenInOpslag(opslag).eerste_keer(KENMERK, TOT, NU)
