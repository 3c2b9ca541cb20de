"""Strategies that derive the zoeksleutel of a PGN.

The real algorithm of the Traffic Center is not public; configuration names the strategy, and another one is another
entry in `STRATEGIEEN`. What comes out gives the BSN back in minutes: it is treated exactly as a PGN and never kept.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from gateway.domain.overdracht import Zoeksleutel
from gateway.domain.waarden import Pgn

ONTWIKKELZOUT = "oso-gateway"
ONTWIKKELRONDES = 10_000


class Strategie(Protocol):
    """Derives a zoeksleutel; deterministic, so that bron, doel and Traffic Center agree."""

    def zoeksleutel(self, pgn: Pgn) -> Zoeksleutel:
        """Derive afresh; slow by design, so call it in a thread."""


class StrategieOngeldig(ValueError):
    """Configuration asks for a strategy or number of rounds that does not exist; the message is Dutch."""


@dataclass(frozen=True, slots=True)
class Pbkdf2Sha512:
    """PBKDF2-HMAC-SHA-512 over the nine digits, 128 octets in Base64; the fragment is the last four digits.

    hashlib gives the interpreter free while it computes (13 ms at 10 000 rounds).
    """

    zout: str = field(default=ONTWIKKELZOUT, repr=False)
    rondes: int = ONTWIKKELRONDES

    def zoeksleutel(self, pgn: Pgn) -> Zoeksleutel:
        """Derive afresh; see `Strategie`."""
        cijfers = pgn.waarde
        octetten = hashlib.pbkdf2_hmac("sha512", cijfers.encode("ascii"), self.zout.encode(), self.rondes, dklen=128)
        return Zoeksleutel(base64.b64encode(octetten).decode("ascii"), cijfers[-4:])


STRATEGIEEN: Mapping[str, Callable[[str, int], Strategie]] = MappingProxyType({"pbkdf2-sha512": Pbkdf2Sha512})


def maak_zoeksleutels(
    strategie: str = "pbkdf2-sha512", zout: str = ONTWIKKELZOUT, rondes: int = ONTWIKKELRONDES
) -> Strategie:
    """Make the strategy that configuration names. Raises `StrategieOngeldig`."""
    if strategie not in STRATEGIEEN:
        raise StrategieOngeldig(f"De zoeksleutelstrategie bestaat niet. Kies uit: {', '.join(sorted(STRATEGIEEN))}.")
    if rondes < 1:
        raise StrategieOngeldig("Het aantal rondes van de zoeksleutel is ten minste 1.")
    return STRATEGIEEN[strategie](zout, rondes)
