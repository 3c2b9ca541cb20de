"""Who may speak for whom, and what their systems take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.domain.beoordeling import BijlageGegevens
from gateway.domain.dossier import Versie
from gateway.domain.partij import Partij
from gateway.domain.waarden import Brin, Oin, RouteringsKenmerk


class Partijen(Protocol):
    """Who may speak for whom."""

    def bij_oin(self, oin: Oin) -> Partij | None:
        """Find a party."""

    def mag_spreken_voor(self, oin: Oin, brin: Brin, kenmerk: RouteringsKenmerk | None) -> bool:
        """May this OIN act for this school and point?"""


@dataclass(frozen=True, slots=True)
class LasOordeel:
    """What the LAS of a school thinks of a dossier: refused with a sentence, or taken, perhaps with a warning."""

    geweigerd: str | None = None
    waarschuwing: str | None = None


class LasProfielen(Protocol):
    """What each LAS takes (adapters)."""

    def oordeel(self, las: str | None, versie: Versie, bijlagen: Sequence[BijlageGegevens]) -> LasOordeel:
        """Judge a version for the LAS named; None = unknown, general budget."""

    def bestaat(self, las: str) -> bool:
        """Is there an adapter of this name?"""

    def namen(self) -> Sequence[str]:
        """Names of all LAS adapters."""
