"""How a task of side work ended."""

from __future__ import annotations

from enum import Enum


class Afloop(Enum):
    """`BEZET`: another process is at it."""

    GEDAAN = "gedaan"
    BEZET = "bezet"
    MISLUKT = "mislukt"
