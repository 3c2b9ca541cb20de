"""Audit, events and histories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.domain.logboek import AuditRegel, Gebeurtenis, HistorieRegel
from gateway.domain.waarden import ElkNummer


@dataclass(frozen=True, slots=True)
class AuditRij:
    """An audit record as stored: `pseudoniem` instead of the person, chained by `vorige` and `hash` (hex)."""

    nr: int
    moment: datetime
    operatie: str
    uitkomst: str
    partij: str | None
    account: str | None
    namens: str | None
    rol: str | None
    pseudoniem: str | None
    versie: int | None
    bijzonderheden: Mapping[str, object]
    vorige: str
    hash: str


@dataclass(frozen=True, slots=True)
class Ketenoordeel:
    """Outcome of checking the audit chain: the first record that does not hold, or None."""

    aantal: int
    eerste_breuk: int | None = None
    melding: str | None = None


class Logboek(Protocol):
    """Audit, events and histories: appended, never changed."""

    def audit(self, regel: AuditRegel) -> None:
        """Append one audit record to the hash chain."""

    def audit_rijen(self, na: int, aantal: int) -> Sequence[AuditRij]:
        """Read the chain, in order."""

    def audit_over(self, elk_nummer: ElkNummer) -> Sequence[AuditRij]:
        """All records about one pupil."""

    def controleer_keten(self) -> Ketenoordeel:
        """Check every hash, number and the sealed head: finds change, gap and truncation."""

    def gebeurtenis(self, gebeurtenis: Gebeurtenis) -> None:
        """Append one event to the feed; becomes visible with the commit, in an order without gaps for readers."""

    def gebeurtenissen(self, na: int, aantal: int) -> Sequence[Gebeurtenis]:
        """Read the feed, oldest first."""

    def historie(self, regel: HistorieRegel) -> None:
        """Append one line to the history of a dossier."""

    def historie_van(self, elk_nummer: ElkNummer, na: int, aantal: int) -> tuple[Sequence[HistorieRegel], int | None]:
        """Read the history of a dossier, oldest first."""
