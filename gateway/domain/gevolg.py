"""What follows on a result, as the result table of the message pack says. No other code decides that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.domain.resultaat import Resultaat


class Gevolg(StrEnum):
    """What follows on a result."""

    NIETS = "niets"
    """Nothing needs to be done."""
    LATER = "later"
    """Trying again later may help."""
    MENS = "mens"
    """A person must look at it or mend something."""
    UITZETTEN = "uitzetten"
    """A point is off: whoever has it answers by itself until it is registered again."""


class Zijde(StrEnum):
    """The two sides of a transfer."""

    BRON = "bron"
    DOEL = "doel"


@dataclass(frozen=True, slots=True)
class Resultaatregel:
    """One line of the result table; `rang` is None for what is no result of a session.

    `punt` is the side whose point is off, for the codes that say so.
    """

    code: Resultaat
    rang: int | None
    zender: tuple[str, ...]
    betekenis: str
    gevolg: Gevolg
    punt: Zijde | None = None


@dataclass(frozen=True, slots=True)
class Resultaattabel:
    """The result table of a message pack. A code that it does not list needs a person: nobody foresaw it."""

    regels: Mapping[Resultaat, Resultaatregel]

    def gevolg(self, resultaat: Resultaat) -> Gevolg:
        """What follows on a result."""
        regel = self.regels.get(resultaat)
        return Gevolg.MENS if regel is None else regel.gevolg

    def zet_uit(self, resultaat: Resultaat, zijde: Zijde) -> bool:
        """Does this result say that the point of that side is off?"""
        regel = self.regels.get(resultaat)
        return regel is not None and regel.gevolg is Gevolg.UITZETTEN and regel.punt is zijde

    def betekenis(self, resultaat: Resultaat) -> str:
        """What a result means, as a Dutch sentence for people."""
        regel = self.regels.get(resultaat)
        return "Dit resultaat staat niet in de resultatentabel." if regel is None else regel.betekenis

    def rang(self, resultaat: Resultaat) -> int:
        """Rank for the best result; -1 for what is no result of a session."""
        regel = self.regels.get(resultaat)
        return -1 if regel is None or regel.rang is None else regel.rang

    def beste(self, resultaten: Sequence[Resultaat]) -> int:
        """Index of the best result; on a tie the last one. `resultaten` is not empty."""
        return max(range(len(resultaten)), key=lambda plaats: (self.rang(resultaten[plaats]), plaats))
