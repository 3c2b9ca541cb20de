"""The Traffic Center without a network: the rules of the simulator behind the port, and a switch to be away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from gateway.berichten.fout import BerichtFout
from gateway.domain.overdracht import (
    Afmelding,
    Notificatieadres,
    Notificatiemelding,
    Overdrachtantwoord,
    Overdrachtvraag,
    Overzichtantwoord,
    Overzichtvraag,
    Registratieaanvraag,
    Registratieantwoord,
    Sessieantwoord,
    Sessievraag,
    Terugkoppeladres,
    Terugkoppelmelding,
)
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Oin
from gateway.ports import TrafficCenterOnbereikbaar
from gateway.simulators.ontwikkelwereld import GATEWAY
from gateway.simulators.traffic_center.machine import Machine
from gateway.simulators.traffic_center.wereld import vul

_A = TypeVar("_A")


class GeenBoekhouding:
    """Keeps nothing."""

    def bewaar_punt(self, punt: object) -> None: ...

    def bewaar_sessie(self, sessie: object) -> None: ...

    def bewaar_koppeling(self, koppeling: object) -> None: ...

    def bewaar_instellingen(self, instellingen: object) -> None: ...


def maak_machine(klok: Callable[[], datetime] | None = None) -> Machine:
    """Make the state machine with the points of the development world, in memory."""
    machine = Machine(GeenBoekhouding(), klok or (lambda: datetime.now(UTC)), b"geheim van de proef")
    vul(machine, {})
    return machine


class NepTrafficCenter:
    """The port as one party sees it. `weg` makes it unreachable; `vragen` lists what it was asked."""

    def __init__(self, machine: Machine | None = None, oin: Oin = GATEWAY.oin) -> None:
        self.machine = machine or maak_machine()
        self.oin = oin
        self.weg = False
        self.onderhoud = False
        self.vragen: list[tuple[str, object]] = []

    def registreer(self, aanvraag: Registratieaanvraag) -> Registratieantwoord:
        return self._vraag("registreerAanleverpunt", self.machine.registreer, aanvraag)

    def sessiecontrole(self, vraag: Sessievraag) -> Sessieantwoord:
        return self._vraag("sessiecontrole", self.machine.sessiecontrole, vraag)

    def ping(self) -> bool:
        return self._vraag("ping", lambda _oin, _vraag: not self.onderhoud, None)

    def overdracht(self, vraag: Overdrachtvraag, *, onderwerp: str | None = None) -> Overdrachtantwoord:
        return self._vraag("overdracht", self.machine.overdracht, vraag)

    def afmelding(self, melding: Afmelding, *, onderwerp: str | None = None) -> Resultaat:
        return self._vraag("afmelding", self.machine.afmelding, melding).resultaat

    def melden_notificatie(self, melding: Notificatiemelding) -> Notificatieadres:
        return self._vraag("meldenNotificatie", self.machine.melden_notificatie, melding)

    def melden_terugkoppeling(self, melding: Terugkoppelmelding) -> Terugkoppeladres:
        return self._vraag("meldenTerugkoppeling", self.machine.melden_terugkoppeling, melding)

    def overzicht_aanleverpunt(self, vraag: Overzichtvraag) -> Overzichtantwoord:
        return self._vraag("overzichtAanleverpunt", lambda _oin, v: self.machine.overzicht(v), vraag)

    def _vraag(self, operatie: str, doe: Callable[[Oin, Any], _A], vraag: object) -> _A:
        self.vragen.append((operatie, vraag))
        if self.weg:
            raise TrafficCenterOnbereikbaar("Geen antwoord (weg).")
        try:
            return doe(self.oin, vraag)
        except BerichtFout as fout:
            raise TrafficCenterOnbereikbaar(f"Het Traffic Center gaf een SOAP Fault ({fout.code}).") from None
