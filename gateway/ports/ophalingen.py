"""Dossiers that we fetch as doel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.domain.ophaling import OpgehaaldDocument, Ophaling
from gateway.domain.waarden import Brin, Overdrachtsoort, Pgn, RouteringsKenmerk


@dataclass(frozen=True, slots=True)
class OphalingFilter:
    """What a list of fetches is limited to."""

    doel_brin: Brin | None = None
    lijst: str | None = None


class Ophalingen(Protocol):
    """Dossiers that we fetch as doel. PGN, what came in and what we found are encrypted."""

    def maak(self, ophaling: Ophaling, pgn: Pgn) -> None:
        """Add one."""

    def ophaling(self, ophaling_id: str) -> Ophaling | None:
        """Find one."""

    def bewaar(self, ophaling: Ophaling) -> Ophaling:
        """Store a step and give it with its new `revisie`.

        Raises `OpslagTegenstrijdig` when someone else stored a step since it was read: of two that do the same step,
        one goes on.
        """

    def pgn(self, ophaling_id: str) -> Pgn | None:
        """Whose dossier it is, decrypted."""

    def laatst_geslaagd(
        self, pgn: Pgn, doel_brin: Brin, bron: RouteringsKenmerk, soort: Overdrachtsoort
    ) -> Ophaling | None:
        """The newest one of this pupil that took a dossier of this aanleverpunt for this school."""

    def bewaar_document(self, ophaling_id: str, document: OpgehaaldDocument) -> None:
        """Add or replace what an aanleverpunt gave."""

    def document(self, ophaling_id: str, volgnummer: int) -> OpgehaaldDocument | None:
        """What an aanleverpunt gave, decrypted."""

    def oordeel(self, ophaling_id: str, volgnummer: int) -> OpgehaaldDocument | None:
        """The same with empty octets: report and changes only."""

    def lijst(self, filter: OphalingFilter, na: int, aantal: int) -> tuple[Sequence[Ophaling], int | None]:
        """One page, oldest first, and the cursor of the next or None."""

    def te_doen(self, nu: datetime, aantal: int) -> Sequence[str]:
        """Ids of those that are not finished and need not wait, oldest first."""

    def wis_inhoud_voor(self, moment: datetime) -> int:
        """Delete PGN and content of what was finished before; gives the number of fetches. Facts stay."""
