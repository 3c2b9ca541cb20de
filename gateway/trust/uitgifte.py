"""Issuing certificates and revocation lists: what a certificate authority does, for the development PKI and tests.

The shape follows PKIoverheid (Programma van Eisen part 3): OIN in `subject:serialNumber`, critical key usage, subject
and authority key identifiers, SHA-256.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.domain.waarden import Oin
from gateway.trust.inlezen import Sleutel

SERVER_EN_CLIENT = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
"""What the TLS certificate of a party is for."""

ONDERTEKENEN = (x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),)
"""id-kp-documentSigning (RFC 9336): what the certificate of evidence is for."""

_SPELING = timedelta(days=1)


def maak_sleutel_ec() -> ec.EllipticCurvePrivateKey:
    """Make a key on P-256: quick, and allowed by PKIoverheid."""
    return ec.generate_private_key(ec.SECP256R1())


def maak_sleutel_rsa(bits: int = 2048) -> rsa.RSAPrivateKey:
    """Make an RSA key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def onderwerp(gewone_naam: str, oin: Oin | None = None) -> x509.Name:
    """Make a subject in the manner of PKIoverheid, with the OIN as serialNumber when given."""
    delen = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "NL"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "OSO-gateway ontwikkeling"),
        x509.NameAttribute(NameOID.COMMON_NAME, gewone_naam),
    ]
    if oin is not None:
        delen.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, oin.waarde))
    return x509.Name(delen)


def sleutelgebruik(*aan: str) -> x509.KeyUsage:
    """Make a key usage with the named bits on, such as `digital_signature`."""
    bits = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{bit: bit in aan for bit in bits})


@dataclass(frozen=True, slots=True)
class Eisen:
    """What a certificate to be issued shall say."""

    onderwerp: x509.Name
    geldig_van: datetime
    geldig_tot: datetime
    ca_diepte: int | None = None
    """Path length of a certificate authority; absent for an end entity."""
    gebruik: x509.KeyUsage | None = None
    doelen: Sequence[x509.ObjectIdentifier] = ()
    namen: Sequence[str] = ()
    """DNS names and IP addresses."""
    extra: Sequence[tuple[x509.ExtensionType, bool]] = field(default=())
    """Further extensions, each with whether it is critical."""


@dataclass(frozen=True, slots=True)
class Uitgever:
    """A certificate authority: its certificate and key."""

    certificaat: x509.Certificate
    sleutel: Sleutel = field(repr=False)

    @classmethod
    def wortel(cls, naam: str, sleutel: Sleutel, van: datetime, tot: datetime) -> Uitgever:
        """Make a self-signed root."""
        eisen = Eisen(onderwerp(naam), van, tot, ca_diepte=2, gebruik=sleutelgebruik("key_cert_sign", "crl_sign"))
        return cls(_onderteken(eisen, sleutel.public_key(), eisen.onderwerp, sleutel), sleutel)

    def geef_uit(self, eisen: Eisen, publiek: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> x509.Certificate:
        """Issue a certificate for a public key."""
        return _onderteken(eisen, publiek, self.certificaat.subject, self.sleutel)

    def crl(
        self, ingetrokken: Sequence[int], nummer: int, van: datetime, volgende: datetime
    ) -> x509.CertificateRevocationList:
        """Issue a revocation list over certificates of this authority, by serial number."""
        bouwer = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificaat.subject)
            .last_update(van)
            .next_update(volgende)
            .add_extension(x509.CRLNumber(nummer), critical=False)
            .add_extension(_uitgever_id(self.sleutel), critical=False)
        )
        for serienummer in ingetrokken:
            regel = x509.RevokedCertificateBuilder().serial_number(serienummer).revocation_date(van).build()
            bouwer = bouwer.add_revoked_certificate(regel)
        return bouwer.sign(self.sleutel, SHA256())


def _uitgever_id(sleutel: Sleutel) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(sleutel.public_key())


def _onderteken(
    eisen: Eisen,
    publiek: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    uitgever: x509.Name,
    sleutel: Sleutel,
) -> x509.Certificate:
    bouwer = (
        x509.CertificateBuilder()
        .subject_name(eisen.onderwerp)
        .issuer_name(uitgever)
        .public_key(publiek)
        .serial_number(x509.random_serial_number())
        .not_valid_before(eisen.geldig_van - _SPELING)
        .not_valid_after(eisen.geldig_tot)
    )
    for extensie, kritiek in _extensies(eisen, publiek, sleutel):
        bouwer = bouwer.add_extension(extensie, critical=kritiek)
    return bouwer.sign(sleutel, SHA256())


def _extensies(
    eisen: Eisen, publiek: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, sleutel: Sleutel
) -> list[tuple[x509.ExtensionType, bool]]:
    is_ca = eisen.ca_diepte is not None
    lijst: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=is_ca, path_length=eisen.ca_diepte), True),
        (x509.SubjectKeyIdentifier.from_public_key(publiek), False),
        (_uitgever_id(sleutel), False),
    ]
    if eisen.gebruik is not None:
        lijst.append((eisen.gebruik, True))
    if eisen.doelen:
        lijst.append((x509.ExtendedKeyUsage(list(eisen.doelen)), False))
    if eisen.namen:
        lijst.append((x509.SubjectAlternativeName([_algemene_naam(naam) for naam in eisen.namen]), False))
    return [*lijst, *eisen.extra]


def _algemene_naam(naam: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(naam))
    except ValueError:
        return x509.DNSName(naam)
