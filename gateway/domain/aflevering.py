"""Webhooks: one row for each event and subscription, what became of it, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from gateway.domain.logboek import Gebeurtenis
from gateway.domain.toestanden import AFLEVERING

_EERSTE = timedelta(seconds=1)
LANGSTE_RUST = timedelta(minutes=15)
"""A next try that is further off than this was set by a clock that has been put back since: its time has come."""
GEEF_OP_NA = timedelta(days=3)
"""After this an event that still cannot be delivered is `mislukt`, and those behind it go on."""
_STUK_POGINGEN = 4
AFGEWEZEN_POGINGEN = 12
"""So often a receiver may refuse one event by itself before that is `mislukt`."""


class AfleveringStatus(StrEnum):
    """What became of a delivery: it waits, was taken, was given up, or was discarded by the administrator."""

    WACHT = "wacht"
    AFGELEVERD = "afgeleverd"
    MISLUKT = "mislukt"
    VERVALLEN = "vervallen"


class Uitslag(StrEnum):
    """How one try ended.

    `WEG`: the receiver as a whole does not take anything now; what comes after must wait, in order.
    `STUK`: it broke over this event (500), perhaps over this one only: as `WEG` at first, as `AFGEWEZEN` when it lasts.
    `AFGEWEZEN`: it does not take this event, and may well take the next.
    """

    GELUKT = "gelukt"
    WEG = "weg"
    STUK = "stuk"
    AFGEWEZEN = "afgewezen"


@dataclass(frozen=True, slots=True)
class Poging:
    """One try; `reden` is a short Dutch phrase without any content of request or answer."""

    uitslag: Uitslag
    reden: str | None = None


@dataclass(frozen=True, slots=True)
class Aflevering:
    """One event on its way to one subscription. `apart`: refused by itself, so that it holds up no other."""

    id: int
    abonnement: str
    gebeurtenis: Gebeurtenis
    status: AfleveringStatus
    sinds: datetime
    """Since when it is in this status."""
    volgende_poging: datetime
    pogingen: int = 0
    apart: bool = False
    reden: str | None = None

    def mag(self, nu: datetime) -> bool:
        """Has the time of its next try come?"""
        return self.volgende_poging <= nu or self.volgende_poging > nu + LANGSTE_RUST

    def na(self, poging: Poging, nu: datetime, spreiding: float) -> Aflevering:
        """What it is after a try; `spreiding` (0 to 1) spreads the next try, so that not all come at once."""
        pogingen = self.pogingen + 1
        if poging.uitslag is Uitslag.GELUKT:
            return self._stap(status=AfleveringStatus.AFGELEVERD, sinds=nu, pogingen=pogingen, reden=None)
        lang_stuk = poging.uitslag is Uitslag.STUK and pogingen > _STUK_POGINGEN
        apart = poging.uitslag is Uitslag.AFGEWEZEN or lang_stuk
        op = pogingen >= AFGEWEZEN_POGINGEN if apart else nu - self.sinds >= GEEF_OP_NA
        if op:
            return self._stap(
                status=AfleveringStatus.MISLUKT, sinds=nu, pogingen=pogingen, apart=apart, reden=poging.reden
            )
        wacht = min(LANGSTE_RUST, _EERSTE * 2 ** min(pogingen - 1, 16))
        return self._stap(
            pogingen=pogingen,
            apart=apart,
            reden=poging.reden,
            volgende_poging=nu + wacht * (1 - spreiding / 2),
        )

    def opnieuw(self, nu: datetime) -> Aflevering:
        """To be tried again, at once and as if for the first time; also what was taken or given up before."""
        return self._stap(
            status=AfleveringStatus.WACHT, sinds=nu, volgende_poging=nu, pogingen=0, apart=True, reden=None
        )

    def vervallen(self, nu: datetime) -> Aflevering:
        """Never to be tried again."""
        return self._stap(status=AfleveringStatus.VERVALLEN, sinds=nu)

    def _stap(self, **velden: Any) -> Aflevering:
        nieuw = replace(self, **velden)
        AFLEVERING.eis(self.status, nieuw.status)
        return nieuw


BRON = "urn:oso-gateway"


def cloudevent(gebeurtenis: Gebeurtenis) -> dict[str, Any]:
    """An event as a CloudEvent 1.0 in JSON; the same id however often it is sent."""
    moment = gebeurtenis.moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "specversion": "1.0",
        "id": gebeurtenis.id,
        "source": BRON,
        "type": gebeurtenis.type.value,
        "time": moment,
        "subject": gebeurtenis.onderwerp,
        "datacontenttype": "application/json",
        "data": dict(gebeurtenis.gegevens),
    }
