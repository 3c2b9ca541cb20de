"""The points of the development world (`interfaces.md`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gateway.domain.overdracht import Sector
from gateway.domain.waarden import Oin, RouteringsKenmerk, Vestiging
from gateway.simulators.ontwikkelwereld import GATEWAY, MAGISTER, POSCHOOL, TRAJECTPLANNER, WereldPartij
from gateway.simulators.traffic_center.gegevens import Punt
from gateway.simulators.traffic_center.machine import Machine


class _Regel(NamedTuple):
    vestiging: str
    sector: Sector
    nummer: int
    kenmerk: str
    partij: WereldPartij


_REGELS = (
    _Regel("00YY/00", "VO", 100, "0000000700000YY00931", GATEWAY),
    _Regel("00YY/00", "VO", 2, "0000000700000YY00932", MAGISTER),
    _Regel("12SS/01", "VO", 100, "0000000700012SS00931", GATEWAY),
    _Regel("12SS/01", "VO", 3, "0000000700012SS00933", TRAJECTPLANNER),
    _Regel("00AH/00", "PO", 1, "0000000700000AH00900", POSCHOOL),
)


def vul(machine: Machine, adressen: Mapping[Oin, str]) -> None:
    """Add the points that are not there yet and tell where each party listens now.

    Points of the gateway begin unregistered, the others active. `adressen` are base URLs; a party without one keeps
    the address it had, and begins with one where nobody answers.
    """
    for regel in _REGELS:
        if machine.punt(RouteringsKenmerk(regel.kenmerk)) is None:
            machine.zet_punt(_punt(regel, adressen.get(regel.partij.oin, "https://127.0.0.1:9/oso")))
    for oin, adres in adressen.items():
        machine.zet_adres(oin, adres)


def _punt(regel: _Regel, adres: str) -> Punt:
    vestiging = Vestiging.uit_tekst(regel.vestiging)
    actief = regel.partij != GATEWAY
    return Punt(
        vestiging,
        regel.nummer,
        RouteringsKenmerk(regel.kenmerk),
        f"sleutel-{vestiging.brin}-{regel.nummer}",
        regel.sector,
        regel.partij.oin,
        url=adres if actief else None,
        actief=actief,
    )
