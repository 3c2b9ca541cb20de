"""Evidence: a detached XAdES-B-B signature over the octets of a dossier, and its verification.

The recipe (security.md "Signatures") verifies in signxml, `xmlsec1` and the JDK. The signature itself is canonicalised
inclusively: with exclusive canonicalisation signxml digests SignedProperties and KeyInfo in a way no verifier accepts.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.signer import SignatureReference
from signxml.xades.xades import XAdESDataObjectFormat, XAdESSignatureConfiguration, XAdESSigner, XAdESVerifier

from gateway.domain.waarden import Oin
from gateway.trust.bewijsvorm import DOSSIER_URI, Bewijsvorm, lees_vorm
from gateway.trust.fouten import BewijsOngeldig, CertificaatGeweigerd, OinOngeldig
from gateway.trust.inlezen import Sleutel, lees_oin, toonbaar
from gateway.trust.intrekking import Intrekkingen
from gateway.trust.keten import Ankers, bouw_keten, eis_gebruik, eis_sterk, extensie, onleesbaar_is_geweigerd
from gateway.xmlio import Grenzen, OnleesbareXml, lees

# signxml writes whatever it canonicalises, so a whole dossier, to its debug log. Nobody may switch that on.
logging.getLogger("signxml.processor").addFilter(lambda _: False)

_GRENZEN_HANDTEKENING = Grenzen(octetten=200_000, elementen=500)
_SPELING = timedelta(minutes=5)
_GEBRUIK = ("digital_signature", "content_commitment")
# A certificate without any of these, but with an extended key usage, is for something else (the TLS pair, mostly).
_DOELEN = frozenset(
    {
        x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # documentSigning, RFC 9336
        x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.12"),  # document signing as Microsoft names it
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    }
)


def _nu() -> datetime:
    return datetime.now(UTC)


class _Tekenaar(XAdESSigner):
    """signxml's signer, told that the data given is the data referred to.

    Left alone it first looks for an element whose Id is `dossier.xml` inside the dossier: four searches of the tree,
    and a dossier that has such an Id would be signed for that element only. It would also parse the octets twice.
    """

    def _unpack(self, data: etree._Element, references: list[SignatureReference]) -> tuple[Any, ...]:
        wortel = etree.Element("{http://www.w3.org/2000/09/xmldsig#}Signature", nsmap=self.namespaces)
        return wortel, data, [data], references


class Ondertekenaar:
    """Signs dossiers with one key; safe for use by several threads."""

    __slots__ = ("_keten", "_methode", "_sleutel")

    def __init__(self, sleutel: Sleutel, keten: Sequence[x509.Certificate]) -> None:
        """Take the key and its certificate, followed by the intermediates to be sent along (not the root).

        Raises `CertificaatGeweigerd` when they do not belong together or are not meant or strong enough for signing.
        """
        certificaat = keten[0]
        with onleesbaar_is_geweigerd():
            if certificaat.public_key() != sleutel.public_key():
                raise CertificaatGeweigerd("De sleutel van het bewijs hoort niet bij het certificaat.")
            eis_sterk(certificaat)
            eis_ondertekenaar(certificaat)
        self._sleutel = sleutel
        self._keten = [een for een in keten if een.subject != een.issuer] or [certificaat]
        is_rsa = isinstance(sleutel, rsa.RSAPrivateKey)
        self._methode = SignatureMethod.RSA_SHA256 if is_rsa else SignatureMethod.ECDSA_SHA256

    def onderteken(self, octets: bytes) -> bytes:
        """Sign the octets of a dossier and give the signature document (`handtekening.xml`).

        Raises `BewijsOngeldig` for octets that are no XML or hold comments, over which a signature says nothing.
        """
        dossier = _lees_dossier(octets)
        # A fresh signer each time: it keeps tokens of every signature it made and is not safe for threads.
        tekenaar = _Tekenaar(
            method=SignatureConstructionMethod.detached,
            signature_algorithm=self._methode,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
            data_object_format=XAdESDataObjectFormat(Description="OSO-dossier", MimeType="application/xml"),
        )
        verwijzing = SignatureReference(
            URI=DOSSIER_URI, c14n_method=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
        )
        try:
            handtekening = tekenaar.sign(
                dossier, key=self._sleutel, cert=self._keten, reference_uri=[verwijzing], always_add_key_value=False
            )
        except etree.C14NError:
            raise BewijsOngeldig(
                "Het dossier gebruikt een relatieve naamruimte; die is niet te ondertekenen."
            ) from None
        return etree.tostring(handtekening, encoding="UTF-8", xml_declaration=True)


@dataclass(frozen=True, slots=True)
class Bewijsverwachting:
    """What is demanded of evidence."""

    ankers: Ankers
    oin: Oin | None = None
    """Whose signature it must be; absent: of anybody under the roots."""
    intrekkingen: Intrekkingen | None = None
    """Revocation lists to be asked; absent offline."""
    op_moment: datetime | None = None
    """When the certificate must be valid: now, or for old evidence a moment that is known from elsewhere (the audit).

    The moment inside the signature is the signer's own claim, so it cannot serve for that.
    """


@dataclass(frozen=True, slots=True)
class Geverifieerd:
    """Evidence that holds."""

    octets: bytes
    """The verified octets of the dossier: use these, not what was read elsewhere."""
    ondertekenaar: str
    oin: Oin | None
    moment: datetime
    """When it was signed, as the signer says."""
    certificaat: x509.Certificate


def verifieer(
    octets: bytes, handtekening: bytes, verwachting: Bewijsverwachting, klok: Callable[[], datetime] = _nu
) -> Geverifieerd:
    """Verify a signature over the octets of a dossier; raises `BewijsOngeldig` with the Dutch reason."""
    dossier = _lees_dossier(octets)
    try:
        boom = lees(handtekening, _GRENZEN_HANDTEKENING)
    except OnleesbareXml as fout:
        raise BewijsOngeldig(f"De handtekening is niet te lezen. {fout.melding}") from None
    vorm = lees_vorm(boom)
    nu = klok()
    certificaat = _eis_certificaat(vorm, verwachting, nu)
    bewezen = _verifieer_handtekening(boom, dossier, vorm, certificaat, verwachting.op_moment or nu)
    return Geverifieerd(bewezen, toonbaar(certificaat.subject), _oin(certificaat), vorm.moment, certificaat)


def eis_ondertekenaar(certificaat: x509.Certificate) -> None:
    """Refuse a certificate that is not for signing documents; raises `CertificaatGeweigerd`."""
    eis_gebruik(certificaat, *_GEBRUIK, waarvoor="ondertekenen (digitalSignature)")
    doelen = extensie(certificaat, x509.ExtendedKeyUsage)
    if doelen is not None and _DOELEN.isdisjoint(doelen):
        raise CertificaatGeweigerd(
            "Het certificaat is niet bedoeld voor ondertekenen (extendedKeyUsage); gebruik niet het TLS-certificaat."
        )


def _lees_dossier(octets: bytes) -> etree._Element:
    try:
        dossier = lees(octets)
    except OnleesbareXml as fout:
        raise BewijsOngeldig(f"Het dossier is niet te lezen. {fout.melding}") from None
    if next(dossier.iter(etree.Comment), None) is not None:
        raise BewijsOngeldig("Het dossier bevat commentaar; daarover zegt een handtekening niets.")
    return dossier


def _eis_certificaat(vorm: Bewijsvorm, verwachting: Bewijsverwachting, nu: datetime) -> x509.Certificate:
    certificaat, *tussen = vorm.certificaten
    op = verwachting.op_moment or nu
    try:
        with onleesbaar_is_geweigerd():
            keten = bouw_keten(certificaat, tussen, verwachting.ankers, op)
            eis_ondertekenaar(certificaat)
            if verwachting.intrekkingen is not None:
                verwachting.intrekkingen.ververs(nu)
                for een, ca in itertools.pairwise(keten):
                    verwachting.intrekkingen.eis_niet_ingetrokken(een, ca, nu)
    except CertificaatGeweigerd as fout:
        raise BewijsOngeldig(f"Het certificaat van de ondertekenaar wordt niet vertrouwd. {fout.reden}") from None
    if not certificaat.not_valid_before_utc <= vorm.moment <= min(certificaat.not_valid_after_utc, nu + _SPELING):
        raise BewijsOngeldig(
            "Het moment van ondertekening ligt buiten de geldigheid van het certificaat of in de toekomst."
        )
    if verwachting.oin is not None and _oin(certificaat) != verwachting.oin:
        raise BewijsOngeldig("De handtekening is van een andere organisatie dan verwacht (OIN).")
    return certificaat


def _oin(certificaat: x509.Certificate) -> Oin | None:
    try:
        return lees_oin(certificaat)
    except OinOngeldig:
        return None


def _verifieer_handtekening(
    boom: etree._Element, dossier: etree._Element, vorm: Bewijsvorm, certificaat: x509.Certificate, op: datetime
) -> bytes:
    """Let signxml do the arithmetic, with the certificate that was checked here, and give the verified octets."""
    eisen = replace(
        XAdESSignatureConfiguration(),
        expect_references=3,
        location="./",
        verification_time=op,
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    try:
        uitkomsten = XAdESVerifier().verify(
            boom,
            x509_cert=certificaat,
            expect_config=eisen,
            uri_resolver=lambda uri: dossier if uri == DOSSIER_URI else None,
        )
    except Exception:  # noqa: BLE001 - whatever hostile input makes the library raise, it means: not proven
        raise BewijsOngeldig("De handtekening klopt niet: het dossier of de handtekening is gewijzigd.") from None
    return bytes(uitkomsten[vorm.plaats_dossier].signed_data)
