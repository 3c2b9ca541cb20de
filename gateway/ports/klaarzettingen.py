"""Bulk orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gateway.domain.klaarzetten import Klaarzetopdracht, Klaarzetresultaat
from gateway.domain.waarden import ElkNummer


class Klaarzettingen(Protocol):
    """Bulk orders and their rows."""

    def maak(self, opdracht: Klaarzetopdracht, elk_nummers: Sequence[ElkNummer]) -> None:
        """Add an order with its rows, each without an outcome yet."""

    def opdracht(self, opdracht_id: str) -> Klaarzetopdracht | None:
        """Find one, `gereed` up to date."""

    def open_rijen(self, opdracht_id: str, aantal: int) -> Sequence[ElkNummer]:
        """Next pupils without an outcome, in the order given."""

    def zet_resultaat(self, opdracht_id: str, resultaat: Klaarzetresultaat) -> None:
        """Store the outcome of one row."""

    def resultaten(self, opdracht_id: str, na: int = 0, aantal: int | None = None) -> Sequence[Klaarzetresultaat]:
        """Outcomes in the order of the rows; `na` skips that many rows with an outcome."""

    def onafgemaakt(self) -> Sequence[str]:
        """Ids of orders that have rows without an outcome."""
