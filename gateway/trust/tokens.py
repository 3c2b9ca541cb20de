"""REST tokens: 256 random bits as text, shown once, stored as a hash.

A plain SHA-256 is right here, a slow password hash is not: nobody can guess 256 random bits, so there is nothing to
slow down, while every request pays for it. Whoever reads the store learns no token from the hash.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field

VOORVOEGSEL = "osogw_"
"""How a token begins, so that scanners for leaked secrets recognise it."""

_OCTETTEN = 32
_TOKEN = re.compile(VOORVOEGSEL + r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class NieuwToken:
    """A token just made: `tekst` is shown once and forgotten, `hash` (32 octets) is stored."""

    tekst: str = field(repr=False)
    hash: bytes


def maak_token() -> NieuwToken:
    """Make a token of 256 random bits."""
    tekst = VOORVOEGSEL + secrets.token_urlsafe(_OCTETTEN)
    return NieuwToken(tekst, hash_van(tekst))


def is_token(tekst: str) -> bool:
    """Tell whether a text has the form of a token, before anything is hashed or looked up."""
    return _TOKEN.fullmatch(tekst) is not None


def hash_van(tekst: str) -> bytes:
    """Give the hash under which a token is stored and looked up."""
    return hashlib.sha256(tekst.encode("utf-8")).digest()


def klopt(tekst: str, opgeslagen: bytes) -> bool:
    """Tell in constant time whether a token belongs to a stored hash."""
    return is_token(tekst) and hmac.compare_digest(hash_van(tekst), opgeslagen)
