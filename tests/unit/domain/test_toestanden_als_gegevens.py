"""The tables of states: complete, connected, the same as the enums of the code, and drawn as the page shows."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import pytest

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.aflevering import AfleveringStatus
from gateway.domain.dossier import Status
from gateway.domain.ophaling import Fase
from gateway.domain.toestanden import (
    AANLEVERPUNT,
    AFLEVERING,
    DOSSIER,
    MACHINES,
    Overgang,
    OvergangBestaatNiet,
    Toestandsmachine,
)
from gateway.entry.toestandenpagina import OPHALING, maak_pagina

ALLE = [*MACHINES, OPHALING]
PAGINA = Path(__file__).parents[3] / "docs" / "toestanden.md"


@pytest.mark.parametrize(
    ("machine", "toestanden"),
    [(AANLEVERPUNT, AanleverpuntStatus), (DOSSIER, Status), (AFLEVERING, AfleveringStatus), (OPHALING, Fase)],
)
def test_de_toestanden_zijn_die_van_de_code(machine: Toestandsmachine, toestanden: type[StrEnum]) -> None:
    assert set(machine.uitleg) == {toestand.value for toestand in toestanden}


@pytest.mark.parametrize("machine", ALLE, ids=lambda machine: machine.naam)
def test_elke_toestand_is_te_bereiken_en_geen_stap_staat_er_dubbel(machine: Toestandsmachine) -> None:
    bereikt: set[str | None] = {None}
    for _ in machine.uitleg:
        bereikt |= {stap.naar for stap in machine.overgangen if stap.van in bereikt}
    assert bereikt == {None, *machine.uitleg}
    assert len(set(machine.overgangen)) == len(machine.overgangen)
    assert all(machine.uitleg.values())


@pytest.mark.parametrize("machine", ALLE, ids=lambda machine: machine.naam)
def test_eis_laat_alleen_door_wat_in_de_tabel_staat(machine: Toestandsmachine) -> None:
    paren = {(stap.van, stap.naar) for stap in machine.overgangen}
    for van in (None, *machine.uitleg):
        for naar in machine.uitleg:
            assert machine.mag(van, naar) is ((van, naar) in paren)
            if (van, naar) in paren:
                machine.eis(van, naar)
            else:
                with pytest.raises(OvergangBestaatNiet):
                    machine.eis(van, naar)


def test_een_stap_naar_een_toestand_die_er_niet_is_kan_niet_in_een_tabel() -> None:
    with pytest.raises(ValueError, match="verzonnen"):
        Toestandsmachine("x", "X", {"a": "A"}, (Overgang("a", "iets", "verzonnen"),))


def test_de_getekende_pagina_is_die_van_de_code() -> None:
    """Mended by `python -m gateway.entry.toestandenpagina docs/toestanden.md`."""
    assert PAGINA.read_text("utf-8") == maak_pagina()
