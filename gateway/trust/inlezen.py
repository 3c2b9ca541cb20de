"""Reading certificates, keys and revocation lists, and what a certificate says about its holder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID

from gateway.domain.waarden import Oin
from gateway.trust.fouten import CertificaatOnleesbaar, OinOngeldig

Sleutel: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

MAX_CERTIFICAATBESTAND = 1_000_000
"""Largest certificate or key file that is read, in octets."""

_PEM_BLOK = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)
_LENGTE_ONDERWERP = 200


def lees_oin(certificaat: x509.Certificate) -> Oin:
    """Read the OIN from `subject:serialNumber`.

    Raises `OinOngeldig` unless the whole subject carries exactly one serialNumber and that is 20 digits. The text
    itself never enters the message: it may hold control characters.
    """
    try:
        nummers = certificaat.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    except ValueError:  # a subject that is only found to be malformed when it is looked at
        raise OinOngeldig("Het certificaat heeft een onleesbare houder (subject).") from None
    if not nummers:
        raise OinOngeldig("Het certificaat heeft geen OIN: subject:serialNumber ontbreekt.")
    if len(nummers) > 1:
        raise OinOngeldig(
            f"Het certificaat heeft {len(nummers)} keer subject:serialNumber; dat moet er precies één zijn."
        )
    waarde = nummers[0].value
    # `str.isdecimal` would let other scripts' digits pass; Oin checks for 0-9 itself.
    if not isinstance(waarde, str) or len(waarde) != 20 or not (waarde.isascii() and waarde.isdecimal()):
        raise OinOngeldig("De OIN in subject:serialNumber is niet precies 20 cijfers.")
    return Oin(waarde)


def toonbaar(naam: x509.Name) -> str:
    """Show a subject or issuer so that it can stand in a log: printable, on one line, at most 200 characters."""
    try:
        tekst = naam.rfc4514_string({NameOID.SERIAL_NUMBER: "serialNumber"})
    except ValueError:
        return "(onleesbare naam)"
    veilig = "".join(teken if teken.isprintable() else "�" for teken in tekst)
    return veilig if len(veilig) <= _LENGTE_ONDERWERP else veilig[: _LENGTE_ONDERWERP - 1] + "…"


def lees_bestand(pad: Path) -> bytes:
    """Read a small file whole; raises `CertificaatOnleesbaar` when it is absent, unreadable or too large."""
    try:
        with pad.open("rb") as bestand:
            octets = bestand.read(MAX_CERTIFICAATBESTAND + 1)
    except OSError as fout:
        raise CertificaatOnleesbaar(f"Bestand {pad.name!r} is niet te lezen: {fout.strerror}.") from None
    if len(octets) > MAX_CERTIFICAATBESTAND:
        raise CertificaatOnleesbaar(f"Bestand {pad.name!r} is te groot voor een certificaat of sleutel.")
    return octets


def _is_der(octets: bytes) -> bool:
    """Tell a DER sequence of 128 octets or more from text; PEM may have any text before its first block."""
    return octets[:1] == b"\x30" and octets[1:2] >= b"\x80"


def certificaten_uit(octets: bytes) -> list[x509.Certificate]:
    """Read all certificates of a PEM text (or the single one of a DER text), in their order; at least one."""
    try:
        if _is_der(octets):
            return [x509.load_der_x509_certificate(octets)]
        return x509.load_pem_x509_certificates(octets)
    except (ValueError, x509.InvalidVersion):
        raise CertificaatOnleesbaar("Hierin staat geen leesbaar certificaat (PEM of DER).") from None


def laad_certificaten(pad: Path) -> list[x509.Certificate]:
    """Read all certificates of a file; raises `CertificaatOnleesbaar` with its name."""
    try:
        return certificaten_uit(lees_bestand(pad))
    except CertificaatOnleesbaar as fout:
        raise CertificaatOnleesbaar(f"Bestand {pad.name!r}: {fout}") from None


def laad_sleutel(pad: Path) -> Sleutel:
    """Read an unencrypted private key of RSA or an elliptic curve; raises `CertificaatOnleesbaar`."""
    octets = lees_bestand(pad)
    try:
        sleutel = load_pem_private_key(octets, password=None)
    except TypeError:
        raise CertificaatOnleesbaar(
            f"De sleutel in {pad.name!r} heeft een wachtwoord; sla hem zonder op (mode 0600)."
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise CertificaatOnleesbaar(f"Bestand {pad.name!r} bevat geen leesbare privésleutel in PEM.") from None
    if not isinstance(sleutel, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise CertificaatOnleesbaar(f"De sleutel in {pad.name!r} is geen RSA- of EC-sleutel.")
    return sleutel


def crls_uit(octets: bytes) -> list[x509.CertificateRevocationList]:
    """Read all revocation lists of a PEM text, or the single one of a DER text; at least one."""
    try:
        if _is_der(octets):
            lijsten = [x509.load_der_x509_crl(octets)]
        else:
            lijsten = [x509.load_pem_x509_crl(blok) for blok in _PEM_BLOK.findall(octets)]
    except (ValueError, x509.InvalidVersion):
        lijsten = []
    if not lijsten:
        raise CertificaatOnleesbaar("Hierin staat geen leesbare intrekkingslijst (CRL, PEM of DER).")
    return lijsten
