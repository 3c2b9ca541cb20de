"""LAS systems that are to hear that a dossier lies ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.domain.notificatie import NotificatieStatus, Notificatietaak
from gateway.domain.waarden import ElkNummer, Vestiging


@dataclass(frozen=True, slots=True)
class NotificatieFilter:
    """What a list of notifications is limited to; `binnen` None = all vestigingen."""

    status: NotificatieStatus | None = None
    binnen: frozenset[Vestiging] | None = None


class Notificaties(Protocol):
    """LAS systems that are to hear of a version, or heard of it."""

    def kandidaten(self, vanaf: datetime, onderweg_sinds: datetime, aantal: int) -> Sequence[ElkNummer]:
        """Pupils with a servable version that a request kept since `vanaf` has not received and was not told of.

        Of schools that notify by themselves, whose point is on. A delivery not (yet) handed over counts as received
        when it is from after `onderweg_sinds`.
        """

    def voeg_toe(self, taak: Notificatietaak) -> bool:
        """Add one; False when there is one for this version and doel."""

    def bewaar(self, taak: Notificatietaak) -> None:
        """Store what became of one that exists."""

    def taak(self, taak_id: int, *, vergrendel: bool = False) -> Notificatietaak | None:
        """Find one."""

    def van_dossier(self, elk_nummer: ElkNummer) -> Sequence[Notificatietaak]:
        """All about one pupil, oldest first."""

    def te_doen(self, nu: datetime, aantal: int) -> Sequence[int]:
        """Ids of open ones whose time has come, the longest waiting first."""

    def hervat(self, bron: Vestiging | None, nu: datetime) -> int:
        """Let open ones of a point (None: all) that were put off be looked at now; gives the number."""

    def lijst(self, filter: NotificatieFilter, na: int, aantal: int) -> tuple[Sequence[Notificatietaak], int | None]:
        """One page, oldest first, and the cursor of the next or None."""

    def verwijder_voor(self, moment: datetime) -> int:
        """Delete finished ones from before; gives the number."""
