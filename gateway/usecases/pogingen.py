"""Calls out: looking at what went wrong with other parties, counted by cause or one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gateway.domain.poging import Belpoging, Pogingengroep
from gateway.ports import PogingFilter, Wereld


def groepen(wereld: Wereld, sinds: datetime, *, alleen_mislukt: bool) -> Sequence[Pogingengroep]:
    """Calls out since a moment, counted by party, operation, end and cause; those with most first."""
    with wereld.opslag.lezen() as werk:
        return werk.pogingen.groepen(sinds, alleen_mislukt=alleen_mislukt)


def lijst(wereld: Wereld, filter_: PogingFilter, na: int, aantal: int) -> tuple[Sequence[Belpoging], int | None]:
    """One page of calls out, oldest first, and the cursor of the next or None."""
    with wereld.opslag.lezen() as werk:
        return werk.pogingen.lijst(filter_, na, aantal)
