"""What was accepted once is not accepted again: the register against replayed messages."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Protocol


class Herhalingen(Protocol):
    """A register of messages that were accepted. Several processes need one that they share (the store)."""

    def eerste_keer(self, kenmerk: bytes, tot: datetime, nu: datetime) -> bool:
        """Remember a message until `tot` and tell whether it was new; one answer for each caller at the same time."""
        ...


class HerhalingenInGeheugen:
    """The register of one process. Full means refused: forgetting would let a replay in."""

    __slots__ = ("_gezien", "_meeste", "_slot")

    def __init__(self, meeste: int = 100_000) -> None:
        """Take how many messages are remembered at most."""
        self._gezien: dict[bytes, datetime] = {}
        self._meeste = meeste
        self._slot = threading.Lock()

    def eerste_keer(self, kenmerk: bytes, tot: datetime, nu: datetime) -> bool:
        """Remember a message until `tot` and tell whether it was new."""
        with self._slot:
            if kenmerk in self._gezien and self._gezien[kenmerk] >= nu:
                return False
            if len(self._gezien) >= self._meeste:
                self._gezien = {een: einde for een, einde in self._gezien.items() if einde >= nu}
                if len(self._gezien) >= self._meeste:
                    return False
            self._gezien[kenmerk] = tot
            return True
