"""Revocation lists: where they come from, which one counts, and what is done when there is none.

A source tells cheaply whether it changed; that is asked at every check, so a revocation counts from the next handshake
on. The last list that could be read stays in use when its source fails, until it is stale. Files are read here; what
is fetched over HTTP is fetched beside the handshakes (`UrlBron.ververs`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gateway.trust.fouten import CrlOnbruikbaar
from gateway.trust.keten import extensie

MAX_CRL = 32_000_000
"""Largest revocation list that is read, in octets."""


class CrlBron(Protocol):
    """Where revocation lists come from."""

    @property
    def naam(self) -> str:
        """How the operator knows it: a file name or host, for messages."""
        ...

    def kenmerk(self) -> Hashable:
        """Give something that differs once the content may have changed; cheap, never raises."""
        ...

    def octets(self) -> bytes:
        """Give the content, PEM (several) or DER (one); raises `CrlOnbruikbaar`."""
        ...


@dataclass(frozen=True, slots=True)
class BestandBron:
    """A file with one list in DER or several in PEM."""

    pad: Path

    @property
    def naam(self) -> str:
        """The name of the file, without its folder."""
        return self.pad.name

    def kenmerk(self) -> Hashable:
        """Give times, size and inode of the file; nothing when it is absent."""
        try:
            staat = self.pad.stat()
        except OSError:
            return None
        return staat.st_mtime_ns, staat.st_ctime_ns, staat.st_size, staat.st_ino

    def octets(self) -> bytes:
        """Read the file, up to `MAX_CRL`."""
        try:
            with self.pad.open("rb") as bestand:
                gelezen = bestand.read(MAX_CRL + 1)
        except OSError as fout:
            raise CrlOnbruikbaar(f"CRL-bestand {self.naam!r} is niet te lezen: {fout.strerror}.") from None
        if len(gelezen) > MAX_CRL:
            raise CrlOnbruikbaar(f"CRL-bestand {self.naam!r} is groter dan {MAX_CRL} bytes.")
        return gelezen


@dataclass(slots=True)
class UrlBron:
    """A list on a web server; `ververs` fetches it, handshakes only see what was fetched last."""

    url: str
    haal: Callable[[str], bytes]
    elke: timedelta = timedelta(hours=1)
    _inhoud: bytes | None = field(default=None, repr=False)
    _nummer: int = 0
    _gehaald: datetime | None = None
    _fout: str | None = None

    @property
    def naam(self) -> str:
        """The address, as configured."""
        return self.url

    def kenmerk(self) -> Hashable:
        """Give how often something was tried."""
        return self._nummer

    def octets(self) -> bytes:
        """Give what was fetched last; raises `CrlOnbruikbaar` with what went wrong the last time."""
        if self._inhoud is None or self._fout is not None:
            raise CrlOnbruikbaar(self._fout or f"CRL {self.url} is nog niet opgehaald.")
        return self._inhoud

    def ververs(self, nu: datetime) -> bool:
        """Fetch when it is time, and tell whether that was tried; a failure is kept for `octets`, never raised."""
        # A clock that was put back must not make the wait longer.
        if self._gehaald is not None and self._fout is None and timedelta(0) <= nu - self._gehaald < self.elke:
            return False
        try:
            self._inhoud, self._fout = self.haal(self.url), None
        except CrlOnbruikbaar as fout:
            self._fout = str(fout)
        self._gehaald = nu
        self._nummer += 1
        return True


@dataclass(frozen=True, slots=True)
class Intrekkingslijst:
    """One list that was read; whose signature it carries and whom it covers is asked per certificate."""

    lijst: x509.CertificateRevocationList = field(repr=False)
    nummers: frozenset[int] = field(repr=False)
    van: datetime
    volgende: datetime
    bereik: x509.IssuingDistributionPoint | None

    @classmethod
    def uit(cls, lijst: x509.CertificateRevocationList) -> Intrekkingslijst:
        """Take a list; raises `CrlOnbruikbaar` for one that needs others beside it to say who is revoked.

        A delta or indirect list marks itself with a critical extension; so does what we do not know (RFC 5280 5.2).
        """
        try:
            bereik = _bereik(lijst)
            volgende = lijst.next_update_utc
            nummers = frozenset(regel.serial_number for regel in lijst)
        except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
            raise CrlOnbruikbaar("Een intrekkingslijst is onleesbaar.") from None
        if volgende is None:
            raise CrlOnbruikbaar("Een intrekkingslijst zegt niet tot wanneer zij geldt (nextUpdate ontbreekt).")
        return cls(lijst, nummers, lijst.last_update_utc, volgende, bereik)

    def is_van(self, ca: x509.Certificate) -> bool:
        """Tell whether this authority issued and signed the list, with SHA-2 and the right to do so."""
        sleutel, gebruik = ca.public_key(), extensie(ca, x509.KeyUsage)
        if (
            gebruik is None
            or not gebruik.crl_sign
            or not isinstance(sleutel, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
        ):
            return False
        try:
            return (
                self.lijst.issuer == ca.subject
                and isinstance(self.lijst.signature_hash_algorithm, hashes.SHA256 | hashes.SHA384 | hashes.SHA512)
                and self.lijst.is_signature_valid(sleutel)
            )
        except (ValueError, TypeError, UnsupportedAlgorithm):  # malformed in a part that is read late
            return False

    def dekt(self, certificaat: x509.Certificate, *, is_ca: bool) -> bool:
        """Tell whether the list would name this certificate of its issuer if it were revoked."""
        if self.bereik is None:
            return True
        if is_ca if self.bereik.only_contains_user_certs else self.bereik.only_contains_ca_certs and not is_ca:
            return False
        return self.bereik.full_name is None or not _punten(certificaat).isdisjoint(self.bereik.full_name)


def _bereik(lijst: x509.CertificateRevocationList) -> x509.IssuingDistributionPoint | None:
    bereik = None
    for een in lijst.extensions:
        if isinstance(een.value, x509.IssuingDistributionPoint):
            bereik = een.value
        elif een.critical:
            raise CrlOnbruikbaar("Een intrekkingslijst is een delta of van een soort die hier niet bekend is.")
    if bereik is not None and (
        bereik.indirect_crl or bereik.only_some_reasons or bereik.only_contains_attribute_certs or bereik.relative_name
    ):
        raise CrlOnbruikbaar("Een intrekkingslijst is indirect of noemt niet alle redenen van intrekking.")
    return bereik


def _punten(certificaat: x509.Certificate) -> set[x509.GeneralName]:
    punten = extensie(certificaat, x509.CRLDistributionPoints)
    return {naam for punt in punten or () for naam in punt.full_name or ()}
