"""The notebook of calls out: in batches, in order, nothing lost while the store is away for a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from gateway.domain.poging import Belpoging, Pogingafloop
from gateway.ports import Opslag, OpslagNietBeschikbaar, PogingFilter, Werk
from gateway.work.pogingenboek import Pogingenboek
from tests.fakes.opslag import FakeOpslag

NU = datetime(2026, 3, 1, tzinfo=UTC)


class Wankel:
    """A store that is away for so many transactions."""

    def __init__(self, weg: int, fout: Exception | None = None) -> None:
        self.echt = FakeOpslag()
        self.weg = weg
        self.fout = fout or OpslagNietBeschikbaar()

    def werk(self, *, samen: bool = False) -> AbstractContextManager[Werk]:
        if self.weg:
            self.weg -= 1
            raise self.fout
        return self.echt.werk(samen=samen)

    def lezen(self) -> AbstractContextManager[Werk]:
        return self.echt.lezen()

    def controleer(self) -> None: ...


def poging(nr: int) -> Belpoging:
    return Belpoging(NU, "traffic-center", "ping", Pogingafloop.BEANTWOORD, nr)


def geschreven(opslag: Opslag) -> list[int]:
    with opslag.lezen() as werk:
        return [een.duur_ms for een in werk.pogingen.lijst(PogingFilter(), 0, 5000)[0]]


def wacht_tot(gebeurd: Callable[[], bool]) -> None:
    tot = time.monotonic() + 20
    while not gebeurd():
        assert time.monotonic() < tot
        time.sleep(0.005)


def test_alles_op_volgorde_ook_wat_bij_het_stoppen_nog_wacht() -> None:
    opslag, boek = FakeOpslag(), Pogingenboek(schrijf_na=0.01)
    boek.noteer(poging(0))
    boek.start(opslag)
    wacht_tot(lambda: geschreven(opslag) == [0])
    for nr in range(1, 2500):
        boek.noteer(poging(nr))
    boek.stop()
    assert geschreven(opslag) == list(range(2500))


def test_een_opslag_die_even_weg_is_kost_niets() -> None:
    opslag, boek = Wankel(3), Pogingenboek(schrijf_na=0.01)
    for nr in range(3):
        boek.noteer(poging(nr))
    boek.start(opslag)
    wacht_tot(lambda: geschreven(opslag) == [0, 1, 2])
    boek.stop()


def test_een_onverwachte_fout_beeindigt_het_boek_niet() -> None:
    opslag, boek = Wankel(1, ValueError("stuk")), Pogingenboek(schrijf_na=0.01)
    boek.noteer(poging(1))
    boek.start(opslag)
    wacht_tot(lambda: opslag.weg == 0)
    boek.noteer(poging(2))
    wacht_tot(lambda: geschreven(opslag) == [2])
    boek.stop()


def test_het_geheugen_heeft_een_grens() -> None:
    opslag, boek = FakeOpslag(), Pogingenboek(schrijf_na=0.01)
    for nr in range(10_005):
        boek.noteer(poging(nr))
    boek.start(opslag)
    boek.stop()
    assert geschreven(opslag)[0] == 5
