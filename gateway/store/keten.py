"""The hash chain of the audit, as pure functions.

`hash` of a record is SHA-256 over its canonical JSON (`coderen.json_tekst`): every field of `AuditRij` but `hash`
itself, the hash of the record before it (`vorige`) included; a moment is ISO 8601 in UTC with microseconds. The first
record has `BEGIN` before it. Anyone can check this with the exported records and nothing of ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC

from gateway.ports import AuditRij, Ketenoordeel
from gateway.store.coderen import json_tekst

BEGIN = "0" * 64
_VELDEN = tuple(veld.name for veld in fields(AuditRij) if veld.name != "hash")


def hash_van(rij: AuditRij) -> str:
    """Compute the hash that a record must have."""
    velden = {naam: getattr(rij, naam) for naam in _VELDEN}
    velden["moment"] = rij.moment.astimezone(UTC).isoformat(timespec="microseconds")
    velden["bijzonderheden"] = dict(rij.bijzonderheden)
    return hashlib.sha256(json_tekst(velden).encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class Kop:
    """Where the chain ends, and up to where retention has removed records."""

    nr: int = 0
    hash: str = BEGIN
    opgeruimd_tot: int = 0
    opgeruimd_hash: str = BEGIN

    @property
    def octetten(self) -> bytes:
        """What is sealed."""
        velden = (self.nr, self.hash, self.opgeruimd_tot, self.opgeruimd_hash)
        return json_tekst(["audit_kop", *velden]).encode("ascii")


def controleer(rijen: Iterable[AuditRij], kop: Kop) -> Ketenoordeel:
    """Walk the chain and compare its end with the head; the seal of the head is the caller's to check."""
    nr, vorige, aantal = kop.opgeruimd_tot, kop.opgeruimd_hash, 0
    for rij in rijen:
        melding = _breuk(rij, nr + 1, vorige)
        if melding is not None:
            return Ketenoordeel(aantal, nr + 1, melding)
        nr, vorige, aantal = rij.nr, rij.hash, aantal + 1
    if nr < kop.nr:
        return Ketenoordeel(aantal, nr + 1, "Het einde van het logboek ontbreekt: er zijn records weggehaald.")
    if nr > kop.nr or vorige != kop.hash:
        return Ketenoordeel(aantal, min(nr, kop.nr + 1), "Het einde van het logboek past niet bij de kop ervan.")
    return Ketenoordeel(aantal)


def _breuk(rij: AuditRij, nr: int, vorige: str) -> str | None:
    if rij.nr != nr:
        return "Er ontbreekt een record in het logboek."
    if rij.vorige != vorige:
        return "Een record in het logboek sluit niet aan op het vorige."
    if hash_van(rij) != rij.hash:
        return "Een record in het logboek is gewijzigd."
    return None
