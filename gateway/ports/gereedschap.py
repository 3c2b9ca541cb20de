"""What judges, compares and signs, and the time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from gateway.domain.beoordeling import Beoordeling, Document
from gateway.domain.ophaling import Sectieverschil
from gateway.domain.overdracht import Zoeksleutel
from gateway.domain.waarden import Pgn


class Klok(Protocol):
    """The time."""

    def nu(self) -> datetime:
        """Now, aware, UTC."""


class Toetser(Protocol):
    """Judges dossiers (gegevensset packs)."""

    def beoordeel(self, octets: bytes, *, documenten: Sequence[Document] = ()) -> Beoordeling:
        """Parse, append documents, check XSD, rules and attachments. Never raises on hostile input.

        Raises `gateway.domain.beoordeling.GeenXml` only when the body is not XML at all.
        """


class Vergelijker(Protocol):
    """Tells what changed."""

    def verschillen(self, oud: bytes, nieuw: bytes) -> tuple[Sectieverschil, ...]:
        """Sections in which two valid dossiers differ, in document order."""


class Ondertekenaar(Protocol):
    """Makes evidence."""

    def onderteken(self, octets: bytes) -> bytes:
        """Detached XAdES-B-B signature over the octets, as an XML file."""


class Zoeksleutels(Protocol):
    """Derives the zoeksleutel of a PGN (`messages.md`, Zoeksleutel and pgnfrag); costs about 13 ms, never cached."""

    def zoeksleutel(self, pgn: Pgn) -> Zoeksleutel:
        """Deterministic, equal at bron, doel and Traffic Center."""
