"""Settings of the REST port, as one frozen object that `bootstrap` (or a test) fills in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _nooit() -> bool:
    return False


def _niemand(_rij: str) -> None:
    """Nobody to hand work over to: the sweeper finds it."""


@dataclass(frozen=True, slots=True)
class RestInstellingen:
    """What the REST port must know beside the world.

    `werker` hands the id of a klaarzetting to the background worker, called from a thread of ours once the order is
    stored; it may raise, the sweeper finds the order then. `ophaler` does the same for a fetch.
    `gereed` pings what readiness depends on and raises when it does not answer (None: the store). `stopt` tells that
    the process is stopping, so that live progress ends. `webhook_hosts` are the only hosts a webhook may go to; in
    `dev` every address may be used, loopback and plain http included. Sizes are bytes, times seconds.
    """

    werker: Callable[[str], None]
    ophaler: Callable[[str], None] = _niemand
    gereed: Callable[[], None] | None = None
    stopt: Callable[[], bool] = _nooit
    dev: bool = False
    metrieken: bool = True
    webhook_hosts: frozenset[str] = frozenset()
    max_bericht: int = 64 * 1024 * 1024
    max_json: int = 4 * 1024 * 1024
    aanroepen_per_seconde: float = 1000.0
    """How fast calls are given back to the budget of one token."""
    aanroepen_ineens: int = 2000
    """Size of that budget."""
    draden: int = 16
    """Use cases that run at the same time, each in a thread."""
    stromen: int = 50
    """Live progress streams at the same time."""
    grote_berichten: int = 8
    """Bodies over 1 MiB that are in memory at the same time; others wait."""
    leestijd: float = 30.0
    """Longest silence within a request body."""
    uploadtijd: float = 300.0
    """Longest time in which a request body must have come."""
    hartslag: float = 15.0
    """Longest silence within a progress stream."""
    poll: float = 0.25
    """How often a progress stream looks for new outcomes."""
    gereedheid: float = 2.0
    """How long the store may take to answer `/readyz`."""
    idempotentie_uren: int = 24
