"""Wait for what must come, not for a time in which it usually came."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

GEDULD = 60.0
"""Seconds that a test waits at most. Nobody waits so long: only what never comes takes it, and a machine that is busy
with something else must not fail a test."""


def wacht_tot(lees: Callable[[], T], klaar: Callable[[T], object] = bool) -> T:
    """Look until it is so, and give what was seen then. Fails with the last look when it does not become so."""
    einde = time.monotonic() + GEDULD
    while not klaar(gezien := lees()):
        assert time.monotonic() < einde, gezien
        time.sleep(0.02)
    return gezien
