"""Evidence without keys."""

from __future__ import annotations

import hashlib


class NepOndertekenaar:
    """The port `Ondertekenaar`; counts how often it signed."""

    def __init__(self) -> None:
        self.aantal = 0

    def onderteken(self, octets: bytes) -> bytes:
        """Give something that belongs to these octets only."""
        self.aantal += 1
        return b"<Signature>" + hashlib.sha256(octets).hexdigest().encode() + b"</Signature>"
