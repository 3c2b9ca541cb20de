"""What the store needs of the kluis (`gateway.trust.kluis`), which bootstrap hands over."""

from __future__ import annotations

from typing import Protocol

from gateway.domain.waarden import Pgn


class Kluis(Protocol):
    """Encrypts, indexes, makes pseudonyms and seals under a ring of keys."""

    def versleutel(self, klaar: bytes, bij: str) -> bytes:
        """Encrypt under the active key, bound to `bij`."""

    def ontsleutel(self, geheim: bytes, bij: str) -> bytes:
        """Decrypt what was encrypted with the same `bij`."""

    def onder_oude_sleutel(self, geheim: bytes) -> bool:
        """Tell whether a record was made under another key than the active one."""

    def index(self, pgn: Pgn) -> bytes:
        """Give the keyed index of a PGN under the active key."""

    def indexen(self, pgn: Pgn) -> tuple[bytes, ...]:
        """Give the index under every live key."""

    def pseudoniem(self, tekst: str) -> str:
        """Give the pseudonym under the active key."""

    def pseudoniemen(self, tekst: str) -> tuple[str, ...]:
        """Give the pseudonym under every live key."""

    def zegel(self, octets: bytes) -> tuple[str, bytes]:
        """Seal octets: id of the key and MAC."""

    def klopt_zegel(self, octets: bytes, sleutel_id: str, mac: bytes) -> bool:
        """Check a seal."""
