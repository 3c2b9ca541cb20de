"""Messages that came in: those of other systems, and the signatures seen before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from gateway.domain.ontvangen import OntvangenBericht
from gateway.domain.waarden import Vestiging


class OntvangenBerichten(Protocol):
    """Messages that other systems sent to points of ours."""

    def bewaar(self, bericht: OntvangenBericht) -> tuple[int, datetime | None]:
        """Keep one, the same one once; gives its id and when it came last before this, None for never."""

    def bericht(self, bericht_id: int) -> OntvangenBericht | None:
        """Find one."""

    def lijst(
        self, binnen: frozenset[Vestiging] | None, na: int, aantal: int
    ) -> tuple[Sequence[OntvangenBericht], int | None]:
        """One page, oldest first, and the cursor of the next or None; `binnen` None = all vestigingen."""

    def verwijder_voor(self, moment: datetime) -> int:
        """Delete what came last before; gives the number."""


class Herhalingen(Protocol):
    """Signed messages that were accepted, so that none is accepted twice."""

    def eerste_keer(self, kenmerk: bytes, tot: datetime, nu: datetime) -> bool:
        """Remember a message, at least until `tot`, and tell whether it was new."""
