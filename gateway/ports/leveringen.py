"""Transfers to other systems: answers given, requests kept, and what in their rows tells that something is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.domain.overdracht import Levering, Verzoek
from gateway.domain.resultaat import Resultaat
from gateway.domain.signalen import Herhaling, Verdacht
from gateway.domain.waarden import Brin, ElkNummer, Pgn, RouteringsKenmerk, SessieId, Vestiging


@dataclass(frozen=True, slots=True)
class LeveringFilter:
    """What the list of outgoing transfers is limited to."""

    brin: Brin | None = None
    sinds: datetime | None = None
    resultaat: Resultaat | None = None
    binnen: frozenset[Vestiging] | None = None


class Leveringen(Protocol):
    """Answers given to documentRequests, deliveries among them."""

    def voeg_toe(self, levering: Levering) -> int:
        """Add one, give its id."""

    def overgedragen(self, levering_id: int, moment: datetime) -> bool:
        """Mark as handed over in full; the first moment stays. Tells whether this is the first."""

    def levering(self, levering_id: int) -> Levering | None:
        """Find one."""

    def bij_sessie(self, sessie_id: SessieId, bron: Vestiging) -> Sequence[Levering]:
        """Deliveries (not refusals) made in a session by a point of ours, newest first."""

    def van_dossier(self, elk_nummer: ElkNummer) -> Sequence[Levering]:
        """All of one dossier, oldest first."""

    def laatst_overgedragen(self) -> Mapping[Vestiging, datetime]:
        """When each point of ours last handed a dossier over in full."""

    def lijst(self, filter: LeveringFilter, na: int, aantal: int) -> tuple[Sequence[Levering], int | None]:
        """One page, oldest first, and the cursor of the next or None."""


class Verzoeken(Protocol):
    """Requests kept for a later notification (6 months)."""

    def bewaar(self, verzoek: Verzoek) -> None:
        """Keep one; the same sessieId and doel twice is kept once (the newest moment)."""

    def van_pgn(self, pgn: Pgn, bron: Vestiging) -> Sequence[Verzoek]:
        """Kept requests for this pupil at a vestiging of ours, oldest first."""

    def verwijder_voor(self, moment: datetime) -> int:
        """Delete what is older; gives the number."""


class Signalen(Protocol):
    """What in the rows of transfers tells that something is wrong."""

    def verdacht(self, bron: Vestiging) -> Sequence[Verdacht]:
        """Newest versions in quarantine that this point delivered, by elkNummer."""

    def aantal_leveringen(
        self, elk_nummer: ElkNummer, versie: int, doel: RouteringsKenmerk, sinds: datetime, hoogstens: int
    ) -> int:
        """How often a version was given to a doel since a moment; counts no further than `hoogstens`."""

    def herhaald(self, bron: Vestiging, sinds: datetime, vanaf: int) -> Sequence[Herhaling]:
        """Versions that one doel got at least `vanaf` times from this point since a moment."""

    def laatste_leveringen(self, bron: Vestiging, aantal: int) -> Sequence[Levering]:
        """The newest deliveries of a point, newest first."""
