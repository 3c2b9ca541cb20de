"""The development PKI: root, domain CA, issuing CA and the certificates of the parties, in files of mode 0600.

Laid out as PKIoverheid is (root, domain, issuer, leaf), so that what works here works with real certificates.

| File | Holds |
|---|---|
| `ca.pem` | the root first, then the domain and issuing CA |
| `crl.pem` | the revocation lists of all three authorities |
| `<party>.pem`, `<party>.key` | TLS certificate with its chain, and key |
| `ondertekening.pem`, `.key` | the certificate of evidence with its chain, and key |
| `wortel.key`, `domein.key`, `uitgever.key` | keys of the authorities: why this PKI is for development only |
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.domain.waarden import Oin
from gateway.trust.fouten import VertrouwenFout
from gateway.trust.inlezen import Sleutel, crls_uit, laad_certificaten, laad_sleutel, lees_bestand, lees_oin
from gateway.trust.uitgifte import (
    ONDERTEKENEN,
    SERVER_EN_CLIENT,
    Eisen,
    Uitgever,
    maak_sleutel_ec,
    maak_sleutel_rsa,
    onderwerp,
    sleutelgebruik,
)

__all__ = ["OntwikkelPki", "Sleutelpaar", "lees_oin", "maak_ontwikkel_pki"]

_NAAM = re.compile(r"[a-z0-9-]{1,40}")
_GERESERVEERD = frozenset({"ca", "crl", "wortel", "domein", "uitgever", "ondertekening"})
_LOKALE_NAMEN = ("localhost", "127.0.0.1")
_GELDIG_CA = timedelta(days=3650)
_GELDIG = timedelta(days=1095)
_VERNIEUW_BIJ = timedelta(days=60)

Klok = Callable[[], datetime]


def _nu() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Sleutelpaar:
    """Two files: a certificate with its chain and the key that belongs to it."""

    cert: Path
    key: Path
    oin: Oin


@dataclass(frozen=True, slots=True)
class OntwikkelPki:
    """The files of a development PKI and the one thing one does with it afterwards: revoke."""

    map: Path
    ca: Path
    crl: Path
    partijen: Mapping[str, Sleutelpaar]
    ondertekening: Sleutelpaar

    def trek_in(self, naam: str) -> None:
        """Revoke the TLS certificate of a party: the list on disk names it from now on."""
        certificaat = laad_certificaten(self.partijen[naam].cert)[0]
        with _alleen(self.map):
            _Gezag.laad(self.map).schrijf_crl(_nu(), erbij=certificaat.serial_number)


def maak_ontwikkel_pki(
    map: Path,
    partijen: Mapping[str, Oin],
    *,
    ondertekenaar: Oin | None = None,
    rsa_ondertekening: bool = False,
    klok: Klok = _nu,
) -> OntwikkelPki:
    """Make a development PKI in a folder, or complete and renew the one that is there.

    `partijen` gives each party its OIN; names are 1–40 of `[a-z0-9-]`. The certificate of evidence carries
    `ondertekenaar`, by default the OIN of the party `gateway` or else of the first. Files that are there and good for
    another 60 days stay as they are; revocations survive. Raises `ValueError` for an unusable name.
    """
    if not partijen:
        raise ValueError("Een ontwikkel-PKI heeft ten minste één partij nodig.")
    for naam in partijen:
        if _NAAM.fullmatch(naam) is None or naam in _GERESERVEERD:
            raise ValueError("Een partij heet naar 1 tot 40 kleine letters, cijfers of streepjes, en niet naar een CA.")
    map.mkdir(mode=0o700, parents=True, exist_ok=True)
    nu = klok()
    tekenaar = ondertekenaar or partijen.get("gateway") or next(iter(partijen.values()))
    with _alleen(map):
        gezag = _Gezag.laad_of_maak(map, nu)
        paren = {naam: gezag.tls_paar(naam, oin, nu) for naam, oin in partijen.items()}
        tekenpaar = gezag.tekenpaar(tekenaar, nu, maak_sleutel_rsa if rsa_ondertekening else maak_sleutel_ec)
        gezag.schrijf_crl(nu)
    return OntwikkelPki(map, map / "ca.pem", map / "crl.pem", MappingProxyType(paren), tekenpaar)


@dataclass(frozen=True, slots=True)
class _Gezag:
    """The three authorities of one folder."""

    map: Path
    wortel: Uitgever
    domein: Uitgever
    uitgever: Uitgever

    @classmethod
    def laad(cls, map_: Path) -> _Gezag:
        wortel, domein, uitgever = laad_certificaten(map_ / "ca.pem")
        sleutels = [laad_sleutel(map_ / f"{naam}.key") for naam in ("wortel", "domein", "uitgever")]
        paren = zip((wortel, domein, uitgever), sleutels, strict=True)
        if any(certificaat.public_key() != sleutel.public_key() for certificaat, sleutel in paren):
            raise ValueError("De sleutels van de ontwikkel-CA's horen niet bij ca.pem.")
        return cls(map_, Uitgever(wortel, sleutels[0]), Uitgever(domein, sleutels[1]), Uitgever(uitgever, sleutels[2]))

    @classmethod
    def laad_of_maak(cls, map_: Path, nu: datetime) -> _Gezag:
        try:
            gezag = cls.laad(map_)
            if gezag.wortel.certificaat.not_valid_after_utc > nu + _GELDIG:
                return gezag
        except (VertrouwenFout, ValueError):
            pass  # absent, half written by a killed process, or of another make: made anew below
        return cls._maak(map_, nu)

    @classmethod
    def _maak(cls, map_: Path, nu: datetime) -> _Gezag:
        tot = nu + _GELDIG_CA
        wortel = Uitgever.wortel("Ontwikkel Private Root CA", maak_sleutel_ec(), nu, tot)
        domein = _lagere(wortel, "Ontwikkel Private Services CA", 1, nu, tot)
        uitgever = _lagere(domein, "Ontwikkel Uitgevende CA", 0, nu, tot)
        gezag = cls(map_, wortel, domein, uitgever)
        for naam, ca in (("wortel", wortel), ("domein", domein), ("uitgever", uitgever)):
            _schrijf(map_ / f"{naam}.key", _sleutel_pem(ca.sleutel))
        _schrijf(map_ / "ca.pem", _pem(*(ca.certificaat for ca in (wortel, domein, uitgever))))
        return gezag

    def tls_paar(self, naam: str, oin: Oin, nu: datetime) -> Sleutelpaar:
        eisen = Eisen(
            onderwerp(f"{naam}.ontwikkeling", oin),
            nu,
            nu + _GELDIG,
            gebruik=sleutelgebruik("digital_signature", "key_agreement"),
            doelen=SERVER_EN_CLIENT,
            namen=_LOKALE_NAMEN,
        )
        return self._paar(naam, oin, eisen, nu, maak_sleutel_ec)

    def tekenpaar(self, oin: Oin, nu: datetime, maak: Callable[[], Sleutel]) -> Sleutelpaar:
        eisen = Eisen(
            onderwerp("Bewijs van de OSO-gateway (ontwikkeling)", oin),
            nu,
            nu + _GELDIG,
            gebruik=sleutelgebruik("digital_signature", "content_commitment"),
            doelen=ONDERTEKENEN,
        )
        return self._paar("ondertekening", oin, eisen, nu, maak)

    def _paar(self, naam: str, oin: Oin, eisen: Eisen, nu: datetime, maak: Callable[[], Sleutel]) -> Sleutelpaar:
        paar = Sleutelpaar(self.map / f"{naam}.pem", self.map / f"{naam}.key", oin)
        if not self._is_goed(paar, nu):
            sleutel = maak()
            certificaat = self.uitgever.geef_uit(eisen, sleutel.public_key())
            _schrijf(paar.key, _sleutel_pem(sleutel))
            _schrijf(paar.cert, _pem(certificaat, self.uitgever.certificaat, self.domein.certificaat))
        return paar

    def _is_goed(self, paar: Sleutelpaar, nu: datetime) -> bool:
        """Tell whether a pair can stay: a kill between the two files leaves a key that fits no certificate."""
        try:
            certificaat = laad_certificaten(paar.cert)[0]
            certificaat.verify_directly_issued_by(self.uitgever.certificaat)
            return (
                certificaat.public_key() == laad_sleutel(paar.key).public_key()
                and lees_oin(certificaat) == paar.oin
                and certificaat.not_valid_before_utc <= nu < certificaat.not_valid_after_utc - _VERNIEUW_BIJ
            )
        except (VertrouwenFout, ValueError, TypeError, InvalidSignature):
            return False

    def schrijf_crl(self, nu: datetime, erbij: int | None = None) -> None:
        """Write the three lists anew when they are absent, old or get one revocation more."""
        oude = self._oude_crls()
        goed = len(oude) == 3 and all((lijst.next_update_utc or nu) > nu + _VERNIEUW_BIJ for lijst in oude)
        if goed and erbij is None:
            return
        ingetrokken = {regel.serial_number for lijst in oude for regel in lijst}
        if erbij is not None:
            ingetrokken.add(erbij)
        nummer = int(nu.timestamp() * 1000)  # rises with every list, as RFC 5280 5.2.3 asks
        lijsten = [
            ca.crl(sorted(ingetrokken) if ca is self.uitgever else [], nummer, nu, nu + _GELDIG)
            for ca in (self.wortel, self.domein, self.uitgever)
        ]
        _schrijf(self.map / "crl.pem", b"".join(lijst.public_bytes(Encoding.PEM) for lijst in lijsten))

    def _oude_crls(self) -> list[x509.CertificateRevocationList]:
        sleutels = {ca.certificaat.subject: ca.sleutel for ca in (self.wortel, self.domein, self.uitgever)}
        try:
            lijsten = crls_uit(lees_bestand(self.map / "crl.pem"))
        except VertrouwenFout:
            return []
        return [
            lijst
            for lijst in lijsten
            if lijst.issuer in sleutels and lijst.is_signature_valid(sleutels[lijst.issuer].public_key())
        ]


@contextmanager
def _alleen(map_: Path) -> Iterator[None]:
    """Keep out other processes that make or change the same PKI; the lock ends with the process."""
    beschrijver = os.open(map_, os.O_RDONLY)
    try:
        fcntl.flock(beschrijver, fcntl.LOCK_EX)
        yield
    finally:
        os.close(beschrijver)


def _lagere(boven: Uitgever, naam: str, diepte: int, van: datetime, tot: datetime) -> Uitgever:
    sleutel = maak_sleutel_ec()
    eisen = Eisen(onderwerp(naam), van, tot, ca_diepte=diepte, gebruik=sleutelgebruik("key_cert_sign", "crl_sign"))
    return Uitgever(boven.geef_uit(eisen, sleutel.public_key()), sleutel)


def _pem(*certificaten: x509.Certificate) -> bytes:
    return b"".join(certificaat.public_bytes(Encoding.PEM) for certificaat in certificaten)


def _sleutel_pem(sleutel: Sleutel) -> bytes:
    return sleutel.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _schrijf(pad: Path, octets: bytes) -> None:
    """Write a file of mode 0600 in one step: whoever reads sees the old one or the new one, never half of it."""
    tijdelijk = pad.with_name(f".{pad.name}.{secrets.token_hex(8)}")
    beschrijver = os.open(tijdelijk, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(beschrijver, "wb") as bestand:
            bestand.write(octets)
            bestand.flush()
            os.fsync(bestand.fileno())
        tijdelijk.replace(pad)
    finally:
        tijdelijk.unlink(missing_ok=True)
