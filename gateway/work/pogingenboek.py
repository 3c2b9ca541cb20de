"""Writes down the calls out, beside the calls: in batches, from a thread of its own.

A pull must not wait for a note about its session check. What is not written when the process is killed is lost, and
when the store is away longer than the notes fit in memory the oldest go: they explain, nothing hangs on them.
"""

from __future__ import annotations

import threading
from collections import deque

from gateway.domain.poging import Belpoging
from gateway.observability import log_gebeurtenis
from gateway.ports import Opslag, OpslagNietBeschikbaar

_SCHRIJF_NA = 1.0
_HOOGSTENS = 10_000
_PER_KEER = 1_000


class Pogingenboek:
    """The port `adapters.beleefdheid.Pogingenboek` on the store. Safe to share between threads."""

    def __init__(self, *, schrijf_na: float = _SCHRIJF_NA) -> None:
        """`schrijf_na` is how long, in seconds, notes wait for company."""
        self._wachtend: deque[Belpoging] = deque(maxlen=_HOOGSTENS)
        self._schrijf_na = schrijf_na
        self._stop = threading.Event()
        self._draad: threading.Thread | None = None

    def noteer(self, poging: Belpoging) -> None:
        """Take note of one; costs nothing."""
        self._wachtend.append(poging)

    def start(self, opslag: Opslag) -> None:
        """Begin to write."""
        self._draad = threading.Thread(target=self._werk, args=(opslag,), name="pogingenboek", daemon=True)
        self._draad.start()

    def stop(self) -> None:
        """Write what is left and end."""
        self._stop.set()
        if self._draad is not None:
            self._draad.join(10)

    def _werk(self, opslag: Opslag) -> None:
        while not self._stop.wait(self._schrijf_na):
            self._schrijf(opslag)
        self._schrijf(opslag)

    def _schrijf(self, opslag: Opslag) -> None:
        while self._wachtend:
            deel = [self._wachtend.popleft() for _ in range(min(_PER_KEER, len(self._wachtend)))]
            try:
                with opslag.werk() as werk:
                    werk.pogingen.voeg_toe(deel)
            except OpslagNietBeschikbaar:
                self._wachtend.extendleft(reversed(deel))
                return
            except Exception as fout:  # noqa: BLE001 - a note that cannot be written must not end the notebook
                log_gebeurtenis("werk-mislukt", werk="pogingenboek", soort=type(fout).__name__)
                return
