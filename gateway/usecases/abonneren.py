"""Webhook subscriptions of the core application."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from gateway.domain.toegang import Abonnement
from gateway.ports import Wereld, Werk

_NAAM: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_STAP: Final = 1000


@dataclass(frozen=True, slots=True, repr=False)
class Invoer:
    """A subscription as entered; `types` names every type that is wanted."""

    naam: str
    url: str
    geheim: str
    types: tuple[str, ...]


def geldige_naam(naam: str) -> bool:
    """Tell whether a subscription may have this name."""
    return _NAAM.fullmatch(naam) is not None


def abonneer(wereld: Wereld, invoer: Invoer) -> bool:
    """Add or replace a subscription; tells whether it is new. A new one starts at the present end of the feed."""
    with wereld.opslag.werk() as werk:
        bestaand = werk.abonnementen.abonnement(invoer.naam)
        if bestaand is not None:
            nieuw = replace(bestaand, url=invoer.url, geheim=invoer.geheim, types=invoer.types)
        else:
            nieuw = Abonnement(
                invoer.naam, invoer.url, invoer.geheim, invoer.types, wereld.klok.nu(), _einde_van_de_rij(werk)
            )
        werk.abonnementen.bewaar(nieuw)
    return bestaand is None


def _einde_van_de_rij(werk: Werk) -> int:
    """Number of the newest event, 0 when there is none."""
    einde = 0
    while rijen := werk.logboek.gebeurtenissen(einde, _STAP):
        einde = rijen[-1].nr
    return einde
