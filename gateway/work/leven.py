"""Which processes live: a heartbeat in the store, and on one machine the list of processes itself.

No clock is compared with that of another machine: a process is gone when its heartbeat stood still for as long as we
ourselves watched it. Within one machine (one boot, one process namespace) `kill -9` is seen at once.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from gateway.domain.werkproces import Werkproces

STIL_SECONDEN = 15.0
"""A heartbeat that stands still this long belongs to a process that is gone; it beats every `HARTSLAG_SECONDEN`."""
HARTSLAG_SECONDEN = 3.0


def dit_proces() -> Werkproces:
    """Describe this process under a new name."""
    pid = os.getpid()
    return Werkproces(f"{pid}-{secrets.token_hex(6)}", _plek(), pid, _begin(pid) or "?", 1)


def _plek() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return f"onbekend/{secrets.token_hex(8)}"  # equal to no other place: only heartbeats count


def _begin(pid: int) -> str | None:
    """Moment of start in ticks since boot; None when there is no such process (or only its remains)."""
    try:
        velden = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if velden[0] in ("Z", "X") else velden[19]


class Wacht:
    """Watches the other processes of the list."""

    def __init__(self, eigen: Werkproces, klok: Callable[[], float] = time.monotonic) -> None:
        self._eigen = eigen
        self._klok = klok
        self._gezien: dict[str, tuple[int, float]] = {}

    def weg(self, processen: Sequence[Werkproces]) -> list[Werkproces]:
        """Give those that are gone; call it every few seconds."""
        nu = self._klok()
        gezien: dict[str, tuple[int, float]] = {}
        dood = []
        for proces in processen:
            if proces.id == self._eigen.id:
                continue
            slag, sinds = self._gezien.get(proces.id, (None, nu))
            gezien[proces.id] = (proces.hartslag, nu if slag != proces.hartslag else sinds)
            if self._is_gestorven(proces) or nu - gezien[proces.id][1] >= STIL_SECONDEN:
                dood.append(proces)
        self._gezien = gezien
        return dood

    def _is_gestorven(self, proces: Werkproces) -> bool:
        return proces.plek == self._eigen.plek and _begin(proces.pid) != proces.begin
