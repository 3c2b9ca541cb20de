"""Who may use the REST API, and answers that a repeated call gets again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from gateway.domain.toegang import BewaardAntwoord, Token


class Toegang(Protocol):
    """REST tokens and answers kept for an Idempotency-Key."""

    def bewaar_token(self, token: Token) -> None:
        """Add or replace one."""

    def token_bij_hash(self, hash_: str) -> Token | None:
        """Find the token of a request."""

    def token(self, token_id: str) -> Token | None:
        """Find one by id."""

    def tokens(self) -> Sequence[Token]:
        """List all, oldest first."""

    def bewaard_antwoord(self, token_id: str, route: str, sleutel: str, sinds: datetime) -> BewaardAntwoord | None:
        """Find an answer given since a moment."""

    def bewaar_antwoord(self, antwoord: BewaardAntwoord) -> None:
        """Keep an answer; one that exists for the same key is replaced."""

    def verwijder_antwoorden_voor(self, moment: datetime) -> int:
        """Delete what is older; gives the number."""
