"""REST tokens, and answers kept for an Idempotency-Key.

Of a kept answer also the fingerprint is encrypted: it is a bare hash of a body that may hold little more than a PGN.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select

from gateway.domain.toegang import BewaardAntwoord, Token
from gateway.domain.waarden import Rol
from gateway.store.coderen import gegevens_tekst, gegevens_uit
from gateway.store.sessie import Sessie, Upsert
from gateway.store.soorten import brins_tekst, brins_uit, vestigingen_tekst, vestigingen_uit, zoekbaar
from gateway.store.tabellen import bewaard_antwoord as a
from gateway.store.tabellen import token as t

VINGERAFDRUK, KOPPEN, INHOUD = (
    "bewaard_antwoord.vingerafdruk",
    "bewaard_antwoord.koppen",
    "bewaard_antwoord.inhoud",
)
_BEWAAR_TOKEN = Upsert(t)
_BIJ_HASH = select(t).where(t.c.hash == bindparam("h"))
_BIJ_ID = select(t).where(t.c.id == bindparam("i"))
_TOKENS = select(t).order_by(t.c.aangemaakt, t.c.id)
_BEWAAR_ANTWOORD = Upsert(a)
_ANTWOORD = select(a).where(
    a.c.token_id == bindparam("t"),
    a.c.route == bindparam("r"),
    a.c.sleutel == bindparam("s"),
    a.c.moment >= bindparam("sinds"),
)
_VERWIJDER = delete(a).where(a.c.moment < bindparam("voor"))


class SqlToegang:
    """REST tokens and answers kept for an Idempotency-Key."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def bewaar_token(self, token: Token) -> None:
        """Add or replace one."""
        _BEWAAR_TOKEN(
            self._sessie,
            {
                "id": token.id,
                "hash": token.hash,
                "rol": token.rol.value,
                "naam": token.naam,
                "aangemaakt": token.aangemaakt,
                "verloopt": token.verloopt,
                "ingetrokken": token.ingetrokken,
                "brins": brins_tekst(token.brins),
                "vestigingen": vestigingen_tekst(token.vestigingen),
                "bestuur": token.bestuur,
            },
        )

    def token_bij_hash(self, hash_: str) -> Token | None:
        """Find the token of a request."""
        return _token(self._sessie.lees(_BIJ_HASH, {"h": hash_}).first()) if zoekbaar(hash_) else None

    def token(self, token_id: str) -> Token | None:
        """Find one by id."""
        return _token(self._sessie.lees(_BIJ_ID, {"i": token_id}).first()) if zoekbaar(token_id) else None

    def tokens(self) -> Sequence[Token]:
        """List all, oldest first."""
        return [token for rij in self._sessie.lees(_TOKENS) if (token := _token(rij)) is not None]

    def bewaard_antwoord(self, token_id: str, route: str, sleutel: str, sinds: datetime) -> BewaardAntwoord | None:
        """Find an answer given since a moment."""
        if not zoekbaar(token_id, route, sleutel):
            return None
        waarden = {"t": token_id, "r": route, "s": sleutel, "sinds": sinds}
        rij = self._sessie.lees(_ANTWOORD, waarden).first()
        if rij is None:
            return None
        plek = (token_id, route, sleutel)
        return BewaardAntwoord(
            token_id=rij.token_id,
            route=rij.route,
            sleutel=rij.sleutel,
            vingerafdruk=self._sessie.ontsleutel(rij.vingerafdruk, VINGERAFDRUK, *plek).decode("utf-8"),
            moment=rij.moment,
            status=rij.status,
            inhoud=self._sessie.ontsleutel(rij.inhoud, INHOUD, *plek),
            koppen=gegevens_uit(self._sessie.ontsleutel(rij.koppen, KOPPEN, *plek).decode("ascii")),
        )

    def bewaar_antwoord(self, antwoord: BewaardAntwoord) -> None:
        """Keep an answer; one that exists for the same key is replaced."""
        plek = (antwoord.token_id, antwoord.route, antwoord.sleutel)
        _BEWAAR_ANTWOORD(
            self._sessie,
            {
                "token_id": antwoord.token_id,
                "route": antwoord.route,
                "sleutel": antwoord.sleutel,
                "vingerafdruk": self._sessie.versleutel(antwoord.vingerafdruk, VINGERAFDRUK, *plek),
                "moment": antwoord.moment,
                "status": antwoord.status,
                "koppen": self._sessie.versleutel(gegevens_tekst(antwoord.koppen), KOPPEN, *plek),
                "inhoud": self._sessie.versleutel(antwoord.inhoud, INHOUD, *plek),
            },
        )

    def verwijder_antwoorden_voor(self, moment: datetime) -> int:
        """Delete what is older; gives the number."""
        return self._sessie.schrijf(_VERWIJDER, {"voor": moment}).rowcount


def _token(rij: Any) -> Token | None:
    if rij is None:
        return None
    return Token(
        id=rij.id,
        hash=rij.hash,
        rol=Rol(rij.rol),
        naam=rij.naam,
        aangemaakt=rij.aangemaakt,
        verloopt=rij.verloopt,
        ingetrokken=rij.ingetrokken,
        brins=brins_uit(rij.brins),
        vestigingen=vestigingen_uit(rij.vestigingen),
        bestuur=rij.bestuur,
    )
