"""The rule of handed over, step by step, on a connection that exists only on paper."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.entry.lijn import Toestand, Waarnemer
from gateway.entry.soap.overdragen import Bewaking, Overdrachten, Overdrachtstermijnen, wacht_op_overdracht

KORT = Overdrachtstermijnen(leeg=0.3, rust=0.1, nasleep=0.02)


@dataclass
class Papier:
    """A connection of which the test says what happens."""

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
        return self.acked

    def ongelezen(self) -> int:
        return self.wachtend

    def spoel(self) -> None:
        self.geschreven = 5_000

    # what the peer does

    def leest_alles(self) -> None:
        self.acked = 5_000

    def vraagt(self, octets: int = 50) -> None:
        self.ontvangen += octets
        for waarnemer in tuple(self.waarnemers):
            waarnemer.verzoek()

    def eindigt(self) -> None:
        self.stand = Toestand.EINDE
        for waarnemer in tuple(self.waarnemers):
            waarnemer.einde()

    def breekt(self) -> None:
        self.stand = Toestand.VERBROKEN
        for waarnemer in tuple(self.waarnemers):
            waarnemer.weg()


def besluit(*stappen: Callable[[Papier], None], termijnen: Overdrachtstermijnen = KORT) -> tuple[bool, Papier]:
    """Write a response, let the peer do its steps with a moment between them, and give the decision."""

    async def speel() -> tuple[bool, Papier]:
        lijn = Papier()
        bewaking = Bewaking(lijn)
        bewaking.geschreven()
        wacht = asyncio.create_task(wacht_op_overdracht(bewaking, termijnen))
        for stap in stappen:
            await asyncio.sleep(0.001)
            stap(lijn)
        return await wacht, lijn

    return asyncio.run(speel())


def test_leeg_en_volgend_verzoek_telt() -> None:
    assert besluit(Papier.leest_alles, Papier.vraagt)[0]


def test_leeg_en_net_geeindigd_telt() -> None:
    assert besluit(Papier.leest_alles, Papier.eindigt)[0]


def test_leeg_en_rustig_telt() -> None:
    assert besluit(Papier.leest_alles)[0]


def test_nooit_leeg_telt_niet() -> None:
    assert not besluit()[0]


def test_reset_telt_niet() -> None:
    assert not besluit(Papier.leest_alles, Papier.breekt)[0]


def test_reset_voor_leeg_telt_niet_ook_al_is_alles_bevestigd() -> None:
    assert not besluit(Papier.breekt, Papier.leest_alles)[0]


def test_reset_vlak_na_het_einde_telt_niet() -> None:
    assert not besluit(Papier.leest_alles, Papier.eindigt, Papier.breekt)[0]


def test_reset_na_het_volgende_verzoek_maakt_niets_ongedaan() -> None:
    def vraagt_en_breekt(lijn: Papier) -> None:
        lijn.vraagt()
        lijn.breekt()

    assert besluit(Papier.leest_alles, vraagt_en_breekt)[0]


def test_verzoek_voor_leeg_is_niet_genoeg() -> None:
    traag = Overdrachtstermijnen(leeg=0.3, rust=5.0, nasleep=0.02)
    assert not besluit(Papier.vraagt, Papier.leest_alles, Papier.breekt, termijnen=traag)[0]


def test_octets_van_voor_de_laatste_schrijfbeurt_bewijzen_niets() -> None:
    def uit_de_wachtrij(lijn: Papier) -> None:
        lijn.leest_alles()
        lijn.ontvangen -= 50  # it had been counted as sent before the write
        lijn.vraagt()

    traag = Overdrachtstermijnen(leeg=0.3, rust=5.0, nasleep=0.02)
    assert not besluit(uit_de_wachtrij, Papier.breekt, termijnen=traag)[0]


def test_einde_voor_leeg_en_toch_alles_gelezen_telt_na_de_rust() -> None:
    assert besluit(Papier.eindigt, Papier.leest_alles)[0]


def test_afgebroken_wachten_telt_niet() -> None:
    def breek_af(lijn: Papier) -> None:
        for waarnemer in lijn.waarnemers:
            assert isinstance(waarnemer, Bewaking)
            waarnemer.breek_af()

    assert not besluit(Papier.leest_alles, breek_af)[0]
    assert not besluit(Papier.leest_alles, Papier.eindigt, breek_af)[0]


def test_zonder_geschreven_antwoord_telt_niets() -> None:
    async def speel() -> bool:
        lijn = Papier(acked=9_999)
        return await wacht_op_overdracht(Bewaking(lijn), KORT)

    assert not asyncio.run(speel())


STAPPEN = [Papier.leest_alles, Papier.vraagt, Papier.eindigt, Papier.breekt]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(STAPPEN), max_size=5))
def test_nooit_overgedragen_zonder_lege_wachtrij_of_na_een_reset_zonder_bewijs(
    stappen: list[Callable[[Papier], None]],
) -> None:
    gelukt, lijn = besluit(*stappen, termijnen=Overdrachtstermijnen(leeg=0.03, rust=0.02, nasleep=0.005))
    assert lijn.losgelaten == 1
    if Papier.leest_alles not in stappen:
        assert not gelukt
    if Papier.breekt in stappen:
        voor = stappen[: stappen.index(Papier.breekt)]
        bewijs = voor[voor.index(Papier.leest_alles) + 1 :] if Papier.leest_alles in voor else []
        assert not gelukt or Papier.vraagt in bewijs


class TestOverdrachten:
    """The register of waits."""

    @staticmethod
    def _speel(scenario: Callable[[Overdrachten, Papier, asyncio.Queue[bool]], Awaitable[None]]) -> bool:
        async def speel() -> bool:
            overdrachten, lijn, uitslagen = Overdrachten(KORT), Papier(), asyncio.Queue[bool]()
            await scenario(overdrachten, lijn, uitslagen)
            uitslag = await asyncio.wait_for(uitslagen.get(), 5)
            await overdrachten.leeg(1.0)
            assert len(overdrachten) == 0
            return uitslag

        return asyncio.run(speel())

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
            asyncio.get_running_loop().call_later(0.05, lijn.vraagt)
            await overdrachten.leeg(5.0)
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
