"""Calls out: looking at what went wrong with other parties, counted by cause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gateway.domain.poging import Pogingengroep
from gateway.ports import Wereld


def groepen(wereld: Wereld, sinds: datetime, *, alleen_mislukt: bool) -> Sequence[Pogingengroep]:
    """Calls out since a moment, counted by party, operation, end and cause; those with most first."""
    with wereld.opslag.lezen() as werk:
        return werk.pogingen.groepen(sinds, alleen_mislukt=alleen_mislukt)
