"""Encryption at rest, keyed look-up of a PGN, pseudonyms and seals, all under one rotatable key ring.

A record is `version (1) | length of key id (1) | key id | nonce (12) | ciphertext and tag`. The header and the text
`bij` (to what the record belongs) are authenticated with it, so a record cannot be moved to another row or pretend to
be of another key.

Every purpose has a sub-key of its own (HKDF-SHA-256, RFC 5869), so that the index of the store says nothing about the
pseudonyms of the audit. The nonce is random: 96 bits allow 2^32 records a key with a negligible chance of a repeat
(NIST SP 800-38D, 8.3); a region has some 10^5 a season.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.domain.waarden import Pgn
from gateway.trust.fouten import OntsleutelenMislukt, SleutelOnbekend, SleutelringOngeldig

_SLEUTEL_OCTETTEN = 32
_NONCE_OCTETTEN = 12
_TAG_OCTETTEN = 16
_VORM = 1
_SLEUTEL_ID = re.compile(r"[a-z0-9-]{1,16}")
_INSTELLING = "OSO_ENCRYPTION_KEYS"


def nieuwe_sleutel() -> str:
    """Make the base64 text of a fresh key of 32 random octets, as it stands after `id:` in the ring."""
    return base64.b64encode(secrets.token_bytes(_SLEUTEL_OCTETTEN)).decode("ascii")


@dataclass(frozen=True, slots=True)
class _Sleutel:
    """One key of the ring with its sub-keys; shows only its id."""

    id: str
    aead: AESGCM = field(repr=False, compare=False)
    index: bytes = field(repr=False, compare=False)
    pseudoniem: bytes = field(repr=False, compare=False)
    audit: bytes = field(repr=False, compare=False)

    @classmethod
    def van(cls, sleutel_id: str, geheim: bytes) -> _Sleutel:
        return cls(
            id=sleutel_id,
            aead=AESGCM(_afgeleid(geheim, "data")),
            index=_afgeleid(geheim, "index"),
            pseudoniem=_afgeleid(geheim, "pseudoniem"),
            audit=_afgeleid(geheim, "audit"),
        )

    @property
    def kop(self) -> bytes:
        return bytes((_VORM, len(self.id))) + self.id.encode("ascii")


def _afgeleid(geheim: bytes, doel: str) -> bytes:
    # The input is uniformly random already, so HKDF needs no salt (RFC 5869, 3.1).
    info = f"oso-gateway/kluis/1/{doel}".encode("ascii")
    return HKDF(algorithm=SHA256(), length=_SLEUTEL_OCTETTEN, salt=None, info=info).derive(geheim)


class Kluis:
    """Encrypts, looks up and seals under a ring of keys; the first key is the active one, all others only read.

    Safe for use by several threads at once.
    """

    __slots__ = ("_actief", "_ring")

    def __init__(self, sleutelring: str) -> None:
        """Read a ring such as `s2026:BASE64,s2025:BASE64`.

        Raises `SleutelringOngeldig` with one Dutch line that names the place of the entry, never its content.
        """
        self._ring = {sleutel.id: sleutel for sleutel in _lees_ring(sleutelring)}
        self._actief = next(iter(self._ring.values()))

    def __repr__(self) -> str:
        return f"Kluis({', '.join(self._ring)})"

    @property
    def sleutel_ids(self) -> tuple[str, ...]:
        """The ids of all live keys, the active one first."""
        return tuple(self._ring)

    def versleutel(self, klaar: bytes, bij: str) -> bytes:
        """Encrypt `klaar` under the active key, bound to `bij`, for example `versie:123:4`."""
        kop = self._actief.kop
        nonce = secrets.token_bytes(_NONCE_OCTETTEN)
        return kop + nonce + self._actief.aead.encrypt(nonce, klaar, kop + bij.encode("utf-8"))

    def ontsleutel(self, geheim: bytes, bij: str) -> bytes:
        """Open a record that was made with the same `bij`.

        Raises `SleutelOnbekend` for a key that is not in the ring and `OntsleutelenMislukt` for anything else.
        """
        sleutel_id, kop, rest = _ontleed(geheim)
        sleutel = self._zoek(sleutel_id)
        nonce, inhoud = rest[:_NONCE_OCTETTEN], rest[_NONCE_OCTETTEN:]
        try:
            return sleutel.aead.decrypt(nonce, inhoud, kop + bij.encode("utf-8"))
        except InvalidTag:
            raise OntsleutelenMislukt(
                "Een versleuteld gegeven is niet te openen: het is gewijzigd, hoort bij een ander record of is met een "
                "andere sleutel gemaakt. Controleer de sleutels en zet zo nodig een reservekopie terug."
            ) from None

    def index(self, pgn: Pgn) -> bytes:
        """Give the 32 octets under which a record of this PGN is stored (HMAC-SHA-256, active key)."""
        return hmac.digest(self._actief.index, pgn.waarde.encode("ascii"), "sha256")

    def indexen(self, pgn: Pgn) -> tuple[bytes, ...]:
        """Give the index under every live key, the active one first: what a look-up must ask for."""
        tekst = pgn.waarde.encode("ascii")
        return tuple(hmac.digest(sleutel.index, tekst, "sha256") for sleutel in self._ring.values())

    def pseudoniem(self, tekst: str) -> str:
        """Give the pseudonym of a person for the audit, under the active key: 32 letters and digits."""
        return _pseudoniem(self._actief, tekst)

    def pseudoniemen(self, tekst: str) -> tuple[str, ...]:
        """Give the pseudonym under every live key, the active one first, to find older audit records."""
        return tuple(_pseudoniem(sleutel, tekst) for sleutel in self._ring.values())

    def zegel(self, octets: bytes) -> tuple[str, bytes]:
        """Seal octets (the head of the audit chain): the id of the active key and a MAC of 32 octets."""
        return self._actief.id, hmac.digest(self._actief.audit, octets, "sha256")

    def klopt_zegel(self, octets: bytes, sleutel_id: str, mac: bytes) -> bool:
        """Tell whether a seal is ours and of these octets; raises `SleutelOnbekend` when that cannot be known."""
        return hmac.compare_digest(hmac.digest(self._zoek(sleutel_id).audit, octets, "sha256"), mac)

    def sleutel_id_van(self, geheim: bytes) -> str:
        """Read the id of the key that a record claims; raises `OntsleutelenMislukt` when it is no record."""
        return _ontleed(geheim)[0]

    def onder_oude_sleutel(self, geheim: bytes) -> bool:
        """Tell whether a record is to be encrypted again because its key is not the active one."""
        return self.sleutel_id_van(geheim) != self._actief.id

    def _zoek(self, sleutel_id: str) -> _Sleutel:
        try:
            return self._ring[sleutel_id]
        except KeyError:
            raise SleutelOnbekend(
                f"Een gegeven is gemaakt met een sleutel die niet in {_INSTELLING} staat. "
                "Zet die oude sleutel achteraan terug totdat alles opnieuw versleuteld is."
            ) from None


class GeslotenKluis(Kluis):
    """A kluis without keys, for work that touches nothing secret; whatever is asked of it raises."""

    __slots__ = ()

    def __init__(self) -> None:
        """Take no ring: the slots stay empty, so that each look at one comes to `__getattr__`."""

    def __getattr__(self, naam: str) -> NoReturn:
        raise SleutelringOngeldig(f"De instelling {_INSTELLING} ontbreekt; zet haar in de omgeving of in OSO_CONFIG.")

    def __repr__(self) -> str:
        return "GeslotenKluis()"


def _pseudoniem(sleutel: _Sleutel, tekst: str) -> str:
    mac = hmac.digest(sleutel.pseudoniem, tekst.encode("utf-8"), "sha256")
    # Base32, not hex: hex gives runs of nine digits now and then, which a search for leaked PGNs would find.
    return base64.b32encode(mac[:20]).decode("ascii").lower()


def _ontleed(geheim: bytes) -> tuple[str, bytes, bytes]:
    """Split a record into key id, header and the rest."""
    einde = 2 + geheim[1] if len(geheim) > 1 else 0
    if not einde or geheim[0] != _VORM or len(geheim) < einde + _NONCE_OCTETTEN + _TAG_OCTETTEN:
        raise OntsleutelenMislukt("Een versleuteld gegeven heeft niet de vorm die deze gateway schrijft.")
    try:
        sleutel_id = geheim[2:einde].decode("ascii")
    except UnicodeDecodeError:
        raise OntsleutelenMislukt("Een versleuteld gegeven noemt geen leesbare sleutel.") from None
    return sleutel_id, geheim[:einde], geheim[einde:]


def _lees_ring(tekst: str) -> list[_Sleutel]:
    delen = [deel.strip() for deel in tekst.split(",")]
    if delen == [""]:
        raise SleutelringOngeldig(f"{_INSTELLING} is leeg: geef ten minste één sleutel als id:base64 van 32 octetten.")
    ring: list[_Sleutel] = []
    geheimen: set[bytes] = set()
    for plaats, deel in enumerate(delen, start=1):
        sleutel_id, geheim = _lees_deel(deel, plaats)
        if any(sleutel.id == sleutel_id for sleutel in ring) or geheim in geheimen:
            raise SleutelringOngeldig(f"{_INSTELLING}: sleutel {plaats} staat er tweemaal in (zelfde id of inhoud).")
        geheimen.add(geheim)
        ring.append(_Sleutel.van(sleutel_id, geheim))
    return ring


def _lees_deel(deel: str, plaats: int) -> tuple[str, bytes]:
    sleutel_id, scheiding, code = deel.partition(":")
    # The id is not repeated in the message: whoever forgets the colon would see the key itself there.
    if not scheiding or _SLEUTEL_ID.fullmatch(sleutel_id) is None:
        raise SleutelringOngeldig(
            f"{_INSTELLING}: sleutel {plaats} heeft geen goed id; schrijf id:base64 met een id van 1 tot 16 kleine "
            "letters, cijfers of streepjes."
        )
    try:
        geheim = base64.b64decode(code.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise SleutelringOngeldig(f"{_INSTELLING}: sleutel {plaats} is geen geldige base64.") from None
    if len(geheim) != _SLEUTEL_OCTETTEN:
        raise SleutelringOngeldig(
            f"{_INSTELLING}: sleutel {plaats} is {len(geheim)} octetten lang; dat moeten er precies 32 zijn."
        )
    return sleutel_id, geheim
