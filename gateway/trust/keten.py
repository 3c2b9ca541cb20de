"""From a leaf to a configured root: the path, and the strength of every certificate on it.

`cryptography.x509.verification` builds the path and checks signatures, validity, basic constraints, path length,
name constraints (DNS and IP; of another kind: refused) and unknown critical extensions. Its own policy for leaves
demands a subjectAltName, which certificates of PKIoverheid for systems may lack; the leaf policy here lets it be
absent. Tried and found *not* to be checked then: RSA-1024, P-521 and other curves, and the purposes (key usage and
extended key usage). Those, and SHA-2, are checked here, on every certificate of the path.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from gateway.trust.fouten import CertificaatGeweigerd, CertificaatOnleesbaar
from gateway.trust.inlezen import laad_certificaten

MAX_TUSSEN = 6
"""Most intermediates that are looked at; PKIoverheid has two."""

_MIN_RSA = 2048
_MAX_RSA = 8192
_KROMMEN = (ec.SECP256R1, ec.SECP384R1)
_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


def _is_ca(_: Policy, __: x509.Certificate, beperking: x509.BasicConstraints) -> None:
    if not beperking.ca:
        raise ValueError("no CA")


def _geeft_uit(_: Policy, __: x509.Certificate, gebruik: x509.KeyUsage) -> None:
    if not gebruik.key_cert_sign:
        raise ValueError("no keyCertSign")


_CA_BELEID = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_ca)
    .require_present(x509.KeyUsage, Criticality.AGNOSTIC, _geeft_uit)
)
_BLAD_BELEID = ExtensionPolicy.permit_all()


@dataclass(frozen=True, slots=True)
class Ankers:
    """What is configured as trusted: self-issued roots, and intermediates that merely help to find the path."""

    wortels: tuple[x509.Certificate, ...]
    tussen: tuple[x509.Certificate, ...] = ()

    @classmethod
    def uit(cls, certificaten: Sequence[x509.Certificate]) -> Ankers:
        """Split the certificates of a CA file; raises `CertificaatOnleesbaar` when there is no root among them."""
        wortels = tuple(certificaat for certificaat in certificaten if certificaat.issuer == certificaat.subject)
        if not wortels:
            raise CertificaatOnleesbaar(
                "Het CA-bestand bevat geen wortelcertificaat (issuer gelijk aan subject): voeg de root-CA toe."
            )
        return cls(wortels, tuple(certificaat for certificaat in certificaten if certificaat not in wortels))

    @classmethod
    def uit_bestand(cls, pad: Path) -> Ankers:
        """Read a CA file, PEM with one certificate or more; raises `CertificaatOnleesbaar`."""
        return cls.uit(laad_certificaten(pad))


@contextmanager
def onleesbaar_is_geweigerd() -> Iterator[None]:
    """Turn what cryptography only finds out when a malformed part is looked at into `CertificaatGeweigerd`."""
    try:
        yield
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise CertificaatGeweigerd("Het certificaat is niet volgens de regels opgebouwd.") from None


def bouw_keten(
    blad: x509.Certificate, tussen: Sequence[x509.Certificate], ankers: Ankers, moment: datetime
) -> list[x509.Certificate]:
    """Give the path from the leaf to a root, both included, as it holds at `moment`.

    `tussen` are intermediates that came with the leaf: of no trust, only helpful. Raises `CertificaatGeweigerd` with
    the most precise Dutch reason there is.
    """
    eis_geldig(blad, moment)
    eis_sterk(blad)
    if len(tussen) > MAX_TUSSEN:
        raise CertificaatGeweigerd(f"Bij het certificaat zijn meer dan {MAX_TUSSEN} tussencertificaten meegestuurd.")
    beleid = PolicyBuilder().store(Store(list(ankers.wortels))).time(moment).max_chain_depth(MAX_TUSSEN)
    keurder = beleid.extension_policies(ee_policy=_BLAD_BELEID, ca_policy=_CA_BELEID).build_client_verifier()
    try:
        keten = keurder.verify(blad, [*tussen, *ankers.tussen]).chain
    except VerificationError:
        # Its text shows the subject raw: it is not passed on.
        raise CertificaatGeweigerd(
            "Het certificaat is niet te herleiden tot een vertrouwde root-CA: de keten is onvolledig, verlopen, te "
            "lang, of een CA erin mag dit certificaat niet uitgeven (padlengte, sleutelgebruik, naambeperking)."
        ) from None
    if len(keten) == 1:
        raise CertificaatGeweigerd("Het certificaat is zelf een root-CA; dat is geen certificaat van een partij.")
    for certificaat in keten[1:]:
        eis_sterk(certificaat, eigen_handtekening=certificaat is keten[-1])
    return keten


def eis_geldig(certificaat: x509.Certificate, moment: datetime) -> None:
    """Refuse a certificate that is not valid yet or not any more."""
    if moment < certificaat.not_valid_before_utc:
        raise CertificaatGeweigerd(
            f"Het certificaat is pas geldig vanaf {certificaat.not_valid_before_utc:%d-%m-%Y %H:%M} UTC."
        )
    if moment > certificaat.not_valid_after_utc:
        raise CertificaatGeweigerd(
            f"Het certificaat is verlopen op {certificaat.not_valid_after_utc:%d-%m-%Y %H:%M} UTC."
        )


def eis_sterk(certificaat: x509.Certificate, *, eigen_handtekening: bool = False) -> None:
    """Refuse a weak key or signature: RSA from 2048 bits or P-256/P-384, SHA-2.

    The signature of a root on itself proves nothing (`eigen_handtekening`), so its hash does not matter.
    """
    sleutel = certificaat.public_key()
    if isinstance(sleutel, rsa.RSAPublicKey):
        if not _MIN_RSA <= sleutel.key_size <= _MAX_RSA:
            raise CertificaatGeweigerd(f"De RSA-sleutel is {sleutel.key_size} bits; minstens {_MIN_RSA} is vereist.")
    elif not isinstance(sleutel, ec.EllipticCurvePublicKey) or not isinstance(sleutel.curve, _KROMMEN):
        raise CertificaatGeweigerd("De sleutel van een certificaat is geen RSA en niet op kromme P-256 of P-384.")
    if not eigen_handtekening and not isinstance(_hash_van(certificaat), _HASHES):
        raise CertificaatGeweigerd(
            "Een certificaat is ondertekend met een zwak of onbekend algoritme; SHA-2 is vereist."
        )


def _hash_van(certificaat: x509.Certificate) -> hashes.HashAlgorithm | None:
    try:
        return certificaat.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return None


def eis_gebruik(certificaat: x509.Certificate, *bits: str, waarvoor: str) -> None:
    """Refuse a certificate whose key usage lacks all of the named bits, or that has none."""
    gebruik = extensie(certificaat, x509.KeyUsage)
    if gebruik is None or not any(getattr(gebruik, bit) for bit in bits):
        raise CertificaatGeweigerd(f"Het sleutelgebruik (keyUsage) van het certificaat staat {waarvoor} niet toe.")
    beperking = extensie(certificaat, x509.BasicConstraints)
    if beperking is not None and beperking.ca:
        raise CertificaatGeweigerd("Het certificaat is van een CA, niet van een partij.")


def eis_doel(keten: Sequence[x509.Certificate], doelen: Sequence[x509.ObjectIdentifier], waarvoor: str) -> None:
    """Refuse a path whose leaf names none of the purposes, or of which a CA below the root excludes it."""
    blad, *boven = keten[:-1]
    genoemd = extensie(blad, x509.ExtendedKeyUsage)
    if genoemd is None or not any(doel in genoemd for doel in doelen):
        raise CertificaatGeweigerd(f"Het certificaat is niet bedoeld voor {waarvoor} (extendedKeyUsage).")
    for ca in boven:
        beperkt = extensie(ca, x509.ExtendedKeyUsage)
        if beperkt is not None and not any(
            doel in beperkt for doel in (*doelen, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)
        ):
            raise CertificaatGeweigerd(f"Een CA in de keten mag geen certificaten voor {waarvoor} uitgeven.")


_Extensie = TypeVar("_Extensie", bound=x509.ExtensionType)


def extensie(certificaat: x509.Certificate, soort: type[_Extensie]) -> _Extensie | None:
    """Give one extension, or nothing where it is absent; unreadable ones refuse the certificate."""
    try:
        return certificaat.extensions.get_extension_for_class(soort).value
    except x509.ExtensionNotFound:
        return None
    except (ValueError, x509.DuplicateExtension):
        raise CertificaatGeweigerd("Het certificaat bevat onleesbare of dubbele extensies.") from None
