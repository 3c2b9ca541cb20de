"""The rule of handed over, step by step, on a connection that exists only on paper and in time that costs nothing."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.entry.lijn import Toestand, Waarnemer
from gateway.entry.soap.overdragen import Bewaking, Overdrachten, wacht_op_overdracht
from tests.hulp.virtuele_klok import draai

LEEG, RUST, NASLEEP = 30.0, 2.0, 0.1
"""The terms of the contract and, the last, ours: how soon after a FIN a reset belongs to it."""
BLIK = 0.1
"""So long it may take before an empty queue is seen: nothing tells of it."""
EVEN = 0.001


@dataclass
class Papier:
    """A connection of which the test says what happens. Like a real one it never comes back after a reset."""

    ontvangen: int = 100
    geschreven: int = 0
    vooraf: int = 100
    acked: int = 0
    wachtend: int = 0
    stand: Toestand = Toestand.OPEN
    waarnemers: list[Waarnemer] = field(default_factory=list)
    losgelaten: int = 0

    def bewaak(self, waarnemer: Waarnemer) -> None:
        self.waarnemers.append(waarnemer)

    def laat_los(self, waarnemer: Waarnemer) -> None:
        self.waarnemers.remove(waarnemer)
        self.losgelaten += 1

    def toestand(self) -> Toestand:
        return self.stand

    def bevestigd(self) -> int:
        return 0 if self.stand is Toestand.VERBROKEN else self.acked

    def ongelezen(self) -> int:
        return self.wachtend

    def spoel(self) -> None:
        self.geschreven = 5_000

    # what the peer does

    def leest_alles(self) -> None:
        self.acked = 5_000

    def vraagt(self, octets: int = 50) -> None:
        if self.stand is not Toestand.OPEN:
            return
        self.ontvangen += octets
        for waarnemer in tuple(self.waarnemers):
            waarnemer.verzoek()

    def eindigt(self) -> None:
        if self.stand is not Toestand.OPEN:
            return
        self.stand = Toestand.EINDE
        for waarnemer in tuple(self.waarnemers):
            waarnemer.einde()

    def breekt(self) -> None:
        if self.stand is Toestand.VERBROKEN:
            return
        self.stand = Toestand.VERBROKEN
        for waarnemer in tuple(self.waarnemers):
            waarnemer.weg()


Stap = Callable[[Papier], None]


def speel(*verloop: tuple[float, Stap]) -> tuple[bool, Papier]:
    """Write a response, let the peer do its steps, each so many seconds after the one before; give the decision."""

    async def programma() -> tuple[bool, Papier]:
        lijn = Papier()
        bewaking = Bewaking(lijn)
        bewaking.geschreven()
        wacht = asyncio.create_task(wacht_op_overdracht(bewaking))
        for pauze, stap in verloop:
            await asyncio.sleep(pauze)
            stap(lijn)
        return await wacht, lijn

    return draai(programma())


def besluit(*stappen: Stap) -> bool:
    """As `speel`, for steps that follow one another at once."""
    return speel(*((EVEN, stap) for stap in stappen))[0]


def test_leeg_en_volgend_verzoek_telt() -> None:
    assert besluit(Papier.leest_alles, Papier.vraagt)


def test_leeg_en_net_geeindigd_telt() -> None:
    assert besluit(Papier.leest_alles, Papier.eindigt)


def test_leeg_en_rustig_telt() -> None:
    assert besluit(Papier.leest_alles)


def test_nooit_leeg_telt_niet() -> None:
    assert not besluit()


def test_reset_telt_niet() -> None:
    assert not besluit(Papier.leest_alles, Papier.breekt)


def test_reset_voor_leeg_telt_niet_ook_al_is_alles_bevestigd() -> None:
    assert not besluit(Papier.breekt, Papier.leest_alles)


def test_reset_vlak_na_het_einde_telt_niet() -> None:
    assert not besluit(Papier.leest_alles, Papier.eindigt, Papier.breekt)


def test_reset_na_het_volgende_verzoek_maakt_niets_ongedaan() -> None:
    def vraagt_en_breekt(lijn: Papier) -> None:
        lijn.vraagt()
        lijn.breekt()

    assert besluit(Papier.leest_alles, vraagt_en_breekt)


def test_verzoek_voor_leeg_is_niet_genoeg() -> None:
    assert not besluit(Papier.vraagt, Papier.leest_alles, Papier.breekt)


def test_octets_van_voor_de_laatste_schrijfbeurt_bewijzen_niets() -> None:
    def uit_de_wachtrij(lijn: Papier) -> None:
        lijn.leest_alles()
        lijn.ontvangen -= 50  # it had been counted as sent before the write
        lijn.vraagt()

    assert not besluit(uit_de_wachtrij, Papier.breekt)


def test_einde_voor_leeg_en_toch_alles_gelezen_telt_na_de_rust() -> None:
    assert besluit(Papier.eindigt, Papier.leest_alles)


def test_afgebroken_wachten_telt_niet() -> None:
    def breek_af(lijn: Papier) -> None:
        for waarnemer in lijn.waarnemers:
            assert isinstance(waarnemer, Bewaking)
            waarnemer.breek_af()

    assert not besluit(Papier.leest_alles, breek_af)
    assert not besluit(Papier.leest_alles, Papier.eindigt, breek_af)


def test_zonder_geschreven_antwoord_telt_niets() -> None:
    async def programma() -> bool:
        lijn = Papier(acked=9_999)
        return await wacht_op_overdracht(Bewaking(lijn))

    assert not draai(programma())


@pytest.mark.parametrize(
    ("verloop", "gelukt"),
    [
        ([(LEEG - EVEN, Papier.leest_alles)], True),
        ([(LEEG + EVEN, Papier.leest_alles)], False),
        ([(EVEN, Papier.leest_alles), (RUST - EVEN, Papier.breekt)], False),
        ([(EVEN, Papier.leest_alles), (RUST + BLIK + EVEN, Papier.breekt)], True),
        ([(EVEN, Papier.leest_alles), (EVEN, Papier.eindigt), (NASLEEP - EVEN, Papier.breekt)], False),
        ([(EVEN, Papier.leest_alles), (EVEN, Papier.eindigt), (NASLEEP + EVEN, Papier.breekt)], True),
        ([(EVEN, Papier.eindigt), (EVEN, Papier.leest_alles), (RUST - EVEN, Papier.breekt)], False),
    ],
)
def test_de_termijnen_gelden_op_de_milliseconde(verloop: Sequence[tuple[float, Stap]], gelukt: bool) -> None:
    assert speel(*verloop)[0] is gelukt


STAPPEN = [Papier.leest_alles, Papier.vraagt, Papier.eindigt, Papier.breekt]
PAUZES = [EVEN, 0.03, 0.06, 0.4, 1.35, 2.6, 29.9, 31.0]
"""No sum of four of these, nor of five, falls on a term or in the moment that a look takes."""


def hoort_te_gelden(verloop: Sequence[tuple[float, Stap]]) -> bool:
    """Say by the rule of the contract whether this is handed over."""
    tijd, momenten = 0.0, list[tuple[float, Stap]]()
    for pauze, stap in verloop:
        tijd += pauze
        momenten.append((tijd, stap))

    def eerste(stap: Stap, na: float = 0.0) -> float:
        return next((moment for moment, welke in momenten if welke is stap and moment > na), math.inf)

    leeg, reset = eerste(Papier.leest_alles), eerste(Papier.breekt)
    if leeg > LEEG or reset < leeg:
        return False
    einde = eerste(Papier.eindigt)
    if eerste(Papier.vraagt, leeg) < min(einde, reset, leeg + RUST):  # after its FIN a peer sends nothing
        return True
    if leeg < einde < leeg + RUST:
        return reset > einde + NASLEEP
    return reset > leeg + RUST


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PAUZES), st.sampled_from(STAPPEN)), max_size=5))
@example([(EVEN, Papier.leest_alles), (EVEN, Papier.eindigt), (EVEN, Papier.breekt), (EVEN, Papier.eindigt)])
def test_nooit_overgedragen_zonder_lege_wachtrij_of_na_een_reset_zonder_bewijs(
    verloop: list[tuple[float, Stap]],
) -> None:
    gelukt, lijn = speel(*verloop)
    assert lijn.losgelaten == 1
    stappen = [stap for _, stap in verloop]
    if Papier.leest_alles not in stappen:
        assert not gelukt
    assert gelukt is hoort_te_gelden(verloop)


class TestOverdrachten:
    """The register of waits."""

    @staticmethod
    def _speel(scenario: Callable[[Overdrachten, Papier, asyncio.Queue[bool]], Awaitable[None]]) -> bool:
        async def programma() -> bool:
            overdrachten, lijn, uitslagen = Overdrachten(), Papier(), asyncio.Queue[bool]()
            await scenario(overdrachten, lijn, uitslagen)
            uitslag = await uitslagen.get()
            await overdrachten.leeg()
            assert len(overdrachten) == 0
            return uitslag

        return draai(programma())

    @staticmethod
    def _start(overdrachten: Overdrachten, lijn: Papier, uitslagen: asyncio.Queue[bool]) -> None:
        bewaking = Bewaking(lijn)
        bewaking.geschreven()
        overdrachten.start(bewaking, uitslagen.put)

    @pytest.mark.parametrize("gelukt", [True, False])
    def test_afloop_hoort_de_uitslag(self, gelukt: bool) -> None:
        async def scenario(overdrachten: Overdrachten, lijn: Papier, uitslagen: asyncio.Queue[bool]) -> None:
            self._start(overdrachten, lijn, uitslagen)
            if gelukt:
                lijn.leest_alles()

        assert self._speel(scenario) is gelukt

    def test_leegmaken_wacht_op_wat_nog_goed_komt(self) -> None:
        async def scenario(overdrachten: Overdrachten, lijn: Papier, uitslagen: asyncio.Queue[bool]) -> None:
            self._start(overdrachten, lijn, uitslagen)
            lijn.leest_alles()
            asyncio.get_running_loop().call_later(0.9, lijn.vraagt)
            await overdrachten.leeg(1.0)
            assert uitslagen.qsize() == 1

        assert self._speel(scenario)

    def test_leegmaken_geeft_op_wat_te_lang_duurt(self) -> None:
        async def scenario(overdrachten: Overdrachten, lijn: Papier, uitslagen: asyncio.Queue[bool]) -> None:
            self._start(overdrachten, lijn, uitslagen)
            await overdrachten.leeg(0.01)
            assert uitslagen.qsize() == 1

        assert not self._speel(scenario)

    def test_wie_tijdens_het_leegmaken_begint_krijgt_ook_maar_even(self) -> None:
        async def scenario(overdrachten: Overdrachten, lijn: Papier, uitslagen: asyncio.Queue[bool]) -> None:
            await overdrachten.leeg(0.01)
            self._start(overdrachten, lijn, uitslagen)

        assert not self._speel(scenario)
