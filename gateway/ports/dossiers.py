"""Dossiers, their versions, and what goes of them when its time is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.domain.beoordeling import BijlageGegevens
from gateway.domain.bewaren import Grafsteen
from gateway.domain.dossier import Dossier, Quarantaine, Status, Versie, VersieInhoud
from gateway.domain.waarden import Brin, ElkNummer, Pgn, Vestiging


@dataclass(frozen=True, slots=True)
class DossierFilter:
    """What a list of dossiers is limited to; `binnen` None = all vestigingen, empty = none."""

    status: Status | None = None
    brin: Brin | None = None
    vestigingscode: str | None = None
    binnen: frozenset[Vestiging] | None = None


class Dossiers(Protocol):
    """Dossiers and their versions. `dossier()` gives the whole `Dossier`, derived fields included."""

    def dossier(self, elk_nummer: ElkNummer, *, vergrendel: bool = False) -> Dossier | None:
        """Find one; `vergrendel` holds others off until the transaction ends (PostgreSQL: FOR UPDATE)."""

    def bewaar(self, dossier: Dossier) -> None:
        """Store context, klaarzetting, former placements and last refusal; never versions or deliveries."""

    def voeg_versie_toe(self, elk_nummer: ElkNummer, versie: Versie, inhoud: VersieInhoud, pgn: Pgn | None) -> None:
        """Add an immutable version; sets the PGN of the dossier when it had none. The dossier row must exist."""

    def versie(self, elk_nummer: ElkNummer, nr: int) -> Versie | None:
        """Facts of one version."""

    def inhoud(self, elk_nummer: ElkNummer, nr: int) -> VersieInhoud | None:
        """Octets, evidence, report and attachments of one version, decrypted."""

    def octets(self, elk_nummer: ElkNummer, nr: int) -> bytes | None:
        """Only the octets: the hot path of a pull."""

    def bijlagen(self, elk_nummer: ElkNummer, nr: int) -> tuple[BijlageGegevens, ...]:
        """Only the facts of the attachments, without reading the octets: klaarzetten in bulk."""

    def zet_quarantaine(self, elk_nummer: ElkNummer, nr: int, quarantaine: Quarantaine) -> None:
        """Mark a version as suspect."""

    def met_pgn(self, pgn: Pgn, bron: Vestiging, *, vergrendel: bool = False) -> Sequence[Dossier]:
        """Dossiers of this pupil that are, or ever were, placed at this vestiging; the one set ready last first.

        `vergrendel` holds others off those found until the transaction ends.
        """

    def lijst(self, filter: DossierFilter, na: str | None, aantal: int) -> tuple[Sequence[Dossier], str | None]:
        """One page by elkNummer text, and the cursor of the next or None."""


class Opruiming(Protocol):
    """Retention and the rights of a pupil. What goes leaves a `Grafsteen`."""

    def verlopen_inhoud(
        self, opgehaald_voor: datetime, verzameld_voor: datetime, aantal: int
    ) -> Sequence[tuple[ElkNummer, int]]:
        """Versions with content that was last handed over, or accepted, before these moments."""

    def wis_inhoud(self, elk_nummer: ElkNummer, nr: int, moment: datetime, reden: str) -> None:
        """Remove octets, evidence and report of a version; its facts stay, in quarantine, and equal to no push."""

    def wis_leerling(self, elk_nummer: ElkNummer, moment: datetime, reden: str) -> Mapping[str, int]:
        """Remove everything about a pupil but the audit and anonymous transfers; gives rows removed by kind."""

    def verwijder_gebeurtenissen_voor(self, moment: datetime) -> int:
        """Delete events of the feed from before that no webhook waits for; gives the number."""

    def verwijder_klaarzettingen_voor(self, moment: datetime) -> int:
        """Delete finished bulk orders from before, with their rows; gives the number of orders."""

    def grafstenen(self, elk_nummer: ElkNummer | None = None) -> Sequence[Grafsteen]:
        """What was removed, oldest first; of one pupil, or all."""
