"""A virus scanner behind the attachment checks: off unless configured, and then nothing passes that it did not see.

`ClamdScanner` speaks INSTREAM with a clamd daemon (manual page clamd(8)): `zINSTREAM`, then chunks each with four
octets of length (big-endian), then a length of zero; the answer ends in `OK` or `FOUND`.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

_BROK: Final = 262_144
_MAX_ANTWOORD: Final = 4_096


class Uitslag(StrEnum):
    """What the scanner said; `ONBEKEND` means that it could not be asked, and counts as unfit."""

    SCHOON = "schoon"
    BESMET = "besmet"
    ONBEKEND = "onbekend"


class Virusscanner(Protocol):
    """Looks at one file. Never raises: what cannot be done is `Uitslag.ONBEKEND`."""

    def bekijk(self, inhoud: bytes) -> Uitslag:
        """Judge the content of one file."""
        ...


@dataclass(frozen=True, slots=True)
class ClamdScanner:
    """clamd over TCP (`host:poort`) or a Unix socket (a path); `seconden` bounds each step of the conversation."""

    adres: str
    seconden: float = 5.0

    def bekijk(self, inhoud: bytes) -> Uitslag:
        """Send the file to clamd and read its judgement."""
        try:
            with self._verbind() as verbinding:
                antwoord = _vraag(verbinding, inhoud)
        except (OSError, ValueError):
            return Uitslag.ONBEKEND
        if antwoord.endswith(b" FOUND"):
            return Uitslag.BESMET
        return Uitslag.SCHOON if antwoord == b"stream: OK" else Uitslag.ONBEKEND

    def _verbind(self) -> socket.socket:
        if Path(self.adres).is_absolute():
            verbinding = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            verbinding.settimeout(self.seconden)
            try:
                verbinding.connect(self.adres)
            except OSError:
                verbinding.close()
                raise
            return verbinding
        host, _, poort = self.adres.rpartition(":")
        return socket.create_connection((host, int(poort)), timeout=self.seconden)


def _vraag(verbinding: socket.socket, inhoud: bytes) -> bytes:
    verbinding.sendall(b"zINSTREAM\0")
    for begin in range(0, len(inhoud), _BROK):
        brok = inhoud[begin : begin + _BROK]
        verbinding.sendall(len(brok).to_bytes(4, "big") + brok)
    verbinding.sendall(bytes(4))
    antwoord = b""
    while b"\0" not in antwoord and len(antwoord) < _MAX_ANTWOORD:
        deel = verbinding.recv(_MAX_ANTWOORD)
        if not deel:
            break
        antwoord += deel
    return antwoord.partition(b"\0")[0].strip()
