"""Calls that we made to other parties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.domain.poging import Belpoging, Pogingengroep


@dataclass(frozen=True, slots=True)
class PogingFilter:
    """What a list of calls out is limited to."""

    partij: str | None = None
    operatie: str | None = None
    oorzaak: str | None = None
    sinds: datetime | None = None
    alleen_mislukt: bool = False
    onderwerpen: frozenset[str] | None = None
    """None = all, empty = none; some hundreds at most."""


class Pogingen(Protocol):
    """Calls that we made to other parties."""

    def voeg_toe(self, pogingen: Sequence[Belpoging]) -> None:
        """Add some."""

    def groepen(self, sinds: datetime, *, alleen_mislukt: bool) -> Sequence[Pogingengroep]:
        """Counted by party, operation, end and cause; those with most first."""

    def lijst(self, filter: PogingFilter, na: int, aantal: int) -> tuple[Sequence[Belpoging], int | None]:
        """One page, oldest first, and the cursor of the next or None."""

    def verwijder_voor(self, moment: datetime) -> int:
        """Delete what is older; gives the number."""
