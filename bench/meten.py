"""Measuring, and one row of the table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rij:
    """One row: what was measured against what; `doel` is the bound on `waarde`, from above or (`minstens`) below."""

    naam: str
    waarde: float
    doel: float
    eenheid: str = "x"
    minstens: bool = False
    toelichting: str = ""

    @property
    def gehaald(self) -> bool:
        """Is the target met? Never rounded in our favour."""
        return self.waarde >= self.doel if self.minstens else self.waarde <= self.doel

    def als_json(self) -> dict[str, Any]:
        """For `results.json`."""
        return {
            "naam": self.naam,
            "waarde": round(self.waarde, 3),
            "eenheid": self.eenheid,
            "doel": self.doel,
            "richting": "minstens" if self.minstens else "hoogstens",
            "gehaald": self.gehaald,
            "toelichting": self.toelichting,
        }


@dataclass(frozen=True, slots=True)
class Overgeslagen:
    """A row that could not be measured here, and why."""

    naam: str
    reden: str

    def als_json(self) -> dict[str, Any]:
        """For `results.json`."""
        return {"naam": self.naam, "nietGemeten": self.reden}


Uitkomst = Rij | Overgeslagen


def tijd(functie: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    begin = time.perf_counter()
    functie()
    return time.perf_counter() - begin


def om_en_om(keren: int, functies: Sequence[Callable[[int], object]]) -> list[float]:
    """Median seconds of each function, called by turns so that the mood of the machine hits all alike.

    Each gets the number of the turn. The first tenth of the turns warms up and does not count.
    """
    tijden: list[list[float]] = [[] for _ in functies]
    for beurt in range(keren):
        for metingen, functie in zip(tijden, functies, strict=True):
            begin = time.perf_counter()
            functie(beurt)
            metingen.append(time.perf_counter() - begin)
    return [statistics.median(metingen[keren // 10 :]) for metingen in tijden]


def ms(seconden: float) -> str:
    """Milliseconds as text."""
    return f"{seconden * 1000:.2f} ms"
