"""Recording hand-overs: those of one moment together, and one that cannot be recorded spoils it for nobody."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from gateway.entry.soap.aftekenen import Aftekenlijst
from gateway.observability import Veldwaarde
from gateway.ports import OpslagNietBeschikbaar, OpslagTegenstrijdig
from tests.hulp.virtuele_klok import draai


@dataclass
class Opslagje:
    """Takes ids down, all or none of a call; is away until `weg_tot` and never takes those in `stuk`."""

    weg_tot: float = 0.0
    stuk: frozenset[int] = frozenset()
    beurten: list[tuple[int, ...]] = field(default_factory=list)
    gemeld: list[tuple[str, dict[str, Veldwaarde]]] = field(default_factory=list)

    async def leg_vast(self, *nummers: int) -> None:
        if asyncio.get_running_loop().time() < self.weg_tot:
            raise OpslagNietBeschikbaar("weg")
        if self.stuk & set(nummers):
            raise OpslagTegenstrijdig("stuk")
        self.beurten.append(nummers)

    def meld(self, naam: str, **velden: Veldwaarde) -> None:
        self.gemeld.append((naam, velden))

    def teken(self, *momenten: tuple[float, int]) -> list[bool]:
        """Record ids, each at its moment."""

        async def een(lijst: Aftekenlijst, moment: float, nr: int) -> bool:
            await asyncio.sleep(moment)
            return await lijst.teken_af(nr)

        async def alle() -> list[bool]:
            lijst = Aftekenlijst(self.leg_vast, self.meld)
            return await asyncio.gather(*(een(lijst, moment, nr) for moment, nr in momenten))

        return draai(alle())


def test_wat_tegelijk_komt_is_een_keer_werk() -> None:
    opslag = Opslagje()
    assert opslag.teken((0, 1), (0, 2), (0.01, 3)) == [True] * 3
    assert opslag.beurten == [(1, 2, 3)]


def test_wat_later_komt_wacht_niet_op_wat_al_bezig_is() -> None:
    opslag = Opslagje()
    assert opslag.teken((0, 1), (1, 2)) == [True, True]
    assert opslag.beurten == [(1,), (2,)]


def test_een_die_niet_kan_houdt_de_andere_niet_tegen() -> None:
    opslag = Opslagje(stuk=frozenset({2}))
    assert opslag.teken((0, 1), (0, 2), (0, 3)) == [True, False, True]
    assert sorted(opslag.beurten) == [(1,), (3,)]
    assert opslag.gemeld == [("overdracht-vastleggen-mislukt", {"leveringId": 2, "soort": "OpslagTegenstrijdig"})]


def test_een_opslag_die_terugkomt_krijgt_alles_nog() -> None:
    opslag = Opslagje(weg_tot=3.0)
    assert opslag.teken((0, 1), (0, 2)) == [True, True]
    assert sorted(opslag.beurten) == [(1,), (2,)]
    assert not opslag.gemeld
