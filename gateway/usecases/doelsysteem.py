"""What fetching as doel needs, and how patient it is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from gateway.domain.ophaling import Ophaling
from gateway.ports import Bronnen, Vergelijker, Wereld


@dataclass(frozen=True, slots=True)
class Ophaalregels:
    """How patient a fetch is. Attempts are counted, not timed: a clock that jumps must not end anything."""

    sessie_pogingen: int = 4
    bron_pogingen: int = 2
    afmeld_pogingen: int = 35
    """With the pauses between them 15 minutes, as long as a session lives (`messages.md`)."""
    toets_pogingen: int = 3
    """So often a dossier may bring us down before it counts as refused."""
    pauze: timedelta = timedelta(seconds=1)
    langste_pauze: timedelta = timedelta(seconds=30)

    def pauze_na(self, ophaling: Ophaling) -> timedelta:
        """How long to wait after so many attempts; spread by the id, so that not all come back at once."""
        lang = min(self.langste_pauze, self.pauze * 2.0 ** min(ophaling.pogingen - 1, 16))
        return lang * (0.75 + uuid.uuid5(uuid.NAMESPACE_OID, ophaling.id).fields[0] / 2**33)


@dataclass(frozen=True, slots=True)
class Doelsysteem:
    """What fetching needs: the world, the bronnen, packs by preference."""

    wereld: Wereld
    bronnen: Bronnen
    vergelijker: Vergelijker
    dossier_versies: tuple[str, ...] = ()
    """Versions of the gegevensset that we can judge, most wanted first."""
    regels: Ophaalregels = field(default_factory=Ophaalregels)
