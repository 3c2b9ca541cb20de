"""Rounds of calls out that nobody asked for: notifications, and whether our points are still on.

Pace and breaks are those of `adapters.beleefdheid`, under which the ports call out; one process at a time is at it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from gateway.domain.notificatie import NotificatieStatus
from gateway.observability import log_gebeurtenis
from gateway.ports import TrafficCenterOnbereikbaar, Wereld
from gateway.usecases import nalopen, notificeren
from gateway.usecases.notificeren import Notificeerder

_BEURT_SECONDEN = 30.0
_NALOPEN_KIJK = 60.0


@dataclass(frozen=True, slots=True)
class Buitenwerk:
    """What the rounds work with. `notificeer_elke` in seconds; `overzicht_elke` is the pause for one BRIN."""

    notificeerder: Notificeerder
    notificeer_elke: float
    overzicht_elke: timedelta

    @property
    def kijk_elke(self) -> float:
        """How often to look whether the pause of a BRIN is over, in seconds."""
        return min(_NALOPEN_KIJK, self.overzicht_elke.total_seconds())


def is_er_iets(wereld: Wereld, met: Notificeerder) -> bool:
    """Is there somebody to notify now?"""
    return bool(notificeren.te_doen(wereld, 1)) or notificeren.is_te_plannen(wereld, met.termijnen)


def notificeer(wereld: Wereld, met: Notificeerder, stop: Callable[[], bool]) -> int:
    """Plan and send until nothing is due, or this turn is over; gives how many were looked at."""
    einde, gedaan = time.monotonic() + _BEURT_SECONDEN, 0
    notificeren.plan(wereld, met.termijnen)
    while ids := notificeren.te_doen(wereld):
        for taak_id in ids:
            if stop() or time.monotonic() > einde:
                return gedaan
            taak = notificeren.verwerk(wereld, met, taak_id)
            gedaan += 1
            if taak is not None and (taak.reden is not None or taak.status is NotificatieStatus.ONTVANGEN):
                log_gebeurtenis("notificatie", notificatieId=taak.id, status=taak.status.value, reden=taak.reden or "")
        notificeren.plan(wereld, met.termijnen)
    return gedaan


def loop_na(wereld: Wereld, elke: timedelta, stop: Callable[[], bool]) -> None:
    """Look at the points of every BRIN whose pause is over."""
    for brin in nalopen.te_doen(wereld):
        if stop():
            return
        try:
            gevonden = nalopen.loop_na(wereld, brin, elke)
        except TrafficCenterOnbereikbaar:
            log_gebeurtenis("nalopen-mislukt", brin=brin.waarde)
            continue
        if gevonden is None:
            continue
        for vestiging in gevonden.uitgezet:
            log_gebeurtenis("aanleverpunt-uitgezet", vestiging=str(vestiging))
        for vestiging in gevonden.ontbreekt:
            log_gebeurtenis("aanleverpunt-ontbreekt", vestiging=str(vestiging))
