"""The store and the clock, for verbs that need no Traffic Center and no certificates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from gateway.settings import Instellingen

if TYPE_CHECKING:
    from gateway.ports import Klok, Opslag, Wereld


@dataclass(frozen=True, slots=True)
class _Kleinewereld:
    opslag: Opslag
    klok: Klok


@contextmanager
def open_wereld(instellingen: Instellingen) -> Iterator[Wereld]:
    """Open a world that has a store and a clock only; closes it at the end. Raises `InstellingOnjuist`."""
    from gateway.bootstrap import Systeemklok, open_opslag

    opslag = open_opslag(instellingen)
    try:
        # A use case that asks more than these two of its world fails at once, by name.
        yield cast("Wereld", _Kleinewereld(opslag, Systeemklok()))
    finally:
        opslag.sluit()
