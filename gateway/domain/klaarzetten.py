"""An order to set pupils ready, with one outcome per pupil."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.dossier import Uitkomstcode
from gateway.domain.logboek import Opdrachtgever
from gateway.domain.waarden import ElkNummer, Vestiging


@dataclass(frozen=True, slots=True)
class Klaarzetresultaat:
    """Outcome for one pupil; `code` None means klaargezet. `melding` is a Dutch sentence (also a warning)."""

    elk_nummer: ElkNummer
    code: Uitkomstcode | None = None
    melding: str | None = None

    @property
    def uitkomst(self) -> str:
        """The word of the REST interface."""
        return "klaargezet" if self.code is None else "geweigerd"


@dataclass(frozen=True, slots=True)
class Klaarzetopdracht:
    """One bulk order. `binnen` limits it to vestigingen (locatiebeheerder); None = no limit (kern).

    `gereed` counts rows with an outcome; the order is done when it equals `aantal`.
    """

    id: str
    moment: datetime
    opdrachtgever: Opdrachtgever
    token_id: str
    aantal: int
    gereed: int
    binnen: frozenset[Vestiging] | None = None

    @property
    def status(self) -> str:
        """`bezig` or `klaar`."""
        return "klaar" if self.gereed >= self.aantal else "bezig"
