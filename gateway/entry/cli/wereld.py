"""The store, the clock and the parties, for verbs that need no Traffic Center and no certificates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

from gateway.settings import Instellingen

if TYPE_CHECKING:
    from gateway.ports import Klok, Opslag, Partijen, Wereld


@dataclass(frozen=True)
class _Kleinewereld:
    opslag: Opslag
    klok: Klok
    instellingen: Instellingen

    @cached_property
    def partijen(self) -> Partijen:
        from gateway.bootstrap import maak_partijen

        return maak_partijen(self.instellingen)


@contextmanager
def open_wereld(instellingen: Instellingen) -> Iterator[Wereld]:
    """Open a world that has a store, a clock and parties only; closes it at the end. Raises `InstellingOnjuist`."""
    from gateway.bootstrap import Systeemklok, open_opslag

    opslag = open_opslag(instellingen)
    try:
        # A use case that asks more than these of its world fails at once, by name.
        yield cast("Wereld", _Kleinewereld(opslag, Systeemklok(), instellingen))
    finally:
        opslag.sluit()
