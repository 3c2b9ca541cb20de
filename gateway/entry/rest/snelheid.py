"""A budget of calls per token: a bucket that fills at a steady rate."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

_TEN_HOOGSTE_TOKENS: Final = 10_000


class Snelheidslimiet:
    """Token buckets, one a REST token, in this process only; used from the event loop alone."""

    def __init__(self, per_seconde: float, ineens: int, klok: Callable[[], float] = time.monotonic) -> None:
        self._per_seconde = per_seconde
        self._ineens = ineens
        self._klok = klok
        self._emmers: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wacht(self, token_id: str) -> int:
        """Take one call from the budget; 0 when there was one, otherwise the seconds to wait (nothing is taken)."""
        nu = self._klok()
        over, sinds = self._emmers.pop(token_id, (float(self._ineens), nu))
        over = min(float(self._ineens), over + (nu - sinds) * self._per_seconde)
        genoeg = over >= 1
        self._emmers[token_id] = (over - 1 if genoeg else over, nu)
        if len(self._emmers) > _TEN_HOOGSTE_TOKENS:
            self._emmers.popitem(last=False)
        return 0 if genoeg else max(1, math.ceil((1 - over) / self._per_seconde))
