"""Events for subscribers: who wants them, and what was delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.domain.aflevering import Aflevering, AfleveringStatus, Poging
from gateway.domain.toegang import Abonnement


class Abonnementen(Protocol):
    """Webhook subscriptions."""

    def bewaar(self, abonnement: Abonnement) -> None:
        """Add or replace one."""

    def abonnement(self, naam: str) -> Abonnement | None:
        """Find one."""

    def alle(self) -> Sequence[Abonnement]:
        """List all by name."""


@dataclass(frozen=True, slots=True)
class AfleveringFilter:
    """What a list of webhook deliveries is limited to."""

    status: AfleveringStatus | None = None
    abonnement: str | None = None


class Afleveringen(Protocol):
    """Webhook deliveries: one row for each event that a subscription wants."""

    def vul_aan(self, abonnement: Abonnement, nu: datetime, aantal: int) -> int:
        """Make the rows for the next events of the feed; gives how many events were looked at, wanted or not."""

    def eerstvolgende(self, abonnement: str, nu: datetime, aantal: int) -> Sequence[Aflevering]:
        """What may be sent now, in the order of the feed; nothing of a line whose first one must wait still."""

    def te_doen(self, nu: datetime) -> Sequence[str]:
        """Names of subscriptions that have something to send now, or events without a row."""

    def aflevering(self, aflevering_id: int, *, vergrendel: bool = False) -> Aflevering | None:
        """Find one."""

    def bewaar(self, aflevering: Aflevering) -> None:
        """Store what became of one that exists."""

    def lijst(self, filter: AfleveringFilter, na: int, aantal: int) -> tuple[Sequence[Aflevering], int | None]:
        """One page, oldest first, and the cursor of the next or None."""

    def verwijder_voor(self, moment: datetime) -> int:
        """Delete finished ones from before; gives the number."""


class Webhookbode(Protocol):
    """Carries events to subscribers."""

    def stuur(self, abonnement: Abonnement, aflevering: Aflevering) -> Poging:
        """Send one event once, signed; never raises for what the other side does."""
