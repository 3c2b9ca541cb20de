"""Faults that the simulated Traffic Center is told to show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Soort(StrEnum):
    """Kind of fault."""

    TRAAG = "traag"
    FAULT = "fault"
    VERBREEK = "verbreek"
    STIL = "stil"
    ONZIN = "onzin"


@dataclass(slots=True)
class Storing:
    """A fault in the next `rest` calls of an operation."""

    id: str
    operatie: str
    soort: Soort
    rest: int
    ms: int = 1000


class Storingen:
    """The faults that are waiting, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._lijst: list[Storing] = []
        self._volgnummer = 0

    def voeg_toe(self, operatie: str, soort: Soort, aantal: int, ms: int) -> str:
        """Add one; gives its id."""
        self._volgnummer += 1
        storing = Storing(str(self._volgnummer), operatie, soort, aantal, ms)
        self._lijst.append(storing)
        return storing.id

    def verwijder(self, id_: str | None) -> bool:
        """Remove one, or all; False when there is none of that id."""
        voor = len(self._lijst)
        self._lijst = [] if id_ is None else [storing for storing in self._lijst if storing.id != id_]
        return id_ is None or len(self._lijst) < voor

    def neem(self, operatie: str) -> Storing | None:
        """Give the fault for this call, if any, and count it."""
        for storing in self._lijst:
            if storing.operatie == operatie:
                storing.rest -= 1
                if storing.rest == 0:
                    self._lijst.remove(storing)
                return storing
        return None
