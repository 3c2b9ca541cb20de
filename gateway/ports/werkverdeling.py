"""Which process does what, when, and what is off by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from gateway.domain.schakelaar import Bereik, Schakelaar
from gateway.domain.werkproces import Werkproces


class Werkverdeling(Protocol):
    """Which processes live, and which of them holds what only one may do at a time."""

    def meld(self, proces: Werkproces) -> None:
        """Add a process, or store its heartbeat."""

    def processen(self) -> Sequence[Werkproces]:
        """List all, by id."""

    def verwijder(self, proces_id: str) -> bool:
        """Take a process that is gone off the list, with all that it held; tells whether this call did it."""

    def pak(self, slot: str, proces_id: str, beurt: str) -> bool:
        """Take a slot for one turn; False when someone has it, or when the process is not on the list."""

    def laat(self, slot: str, beurt: str) -> None:
        """Give a slot back; nothing when that turn has it no longer."""


class Rondes(Protocol):
    """Rounds that all processes together make once in a while."""

    def begin(self, naam: str, nu: datetime, elke: timedelta) -> bool:
        """Take the next round of this name; False when it was begun less than `elke` ago."""


class Schakelaars(Protocol):
    """What is off by hand."""

    def zet(self, schakelaar: Schakelaar) -> None:
        """Add or replace one."""

    def verwijder(self, bereik: Bereik) -> bool:
        """Take one away; tells whether it was there."""

    def alle(self) -> Sequence[Schakelaar]:
        """List all by bereik, those whose time is over too."""


class Zijwerk(Protocol):
    """Work beside the answers: durable, taken over by another process when this one dies."""

    def klaarzetten(self, opdracht_id: str) -> None:
        """Begin at a bulk order at once; without this call it would be found a moment later."""

    def ophalen(self, ophaling_id: str) -> None:
        """Begin at a fetch at once; as above."""
