"""WS-Security towards parties that have it switched on: a signature over Body and Timestamp (Edukoppeling 2W-be-S).

Signing is here, verifying in `wssec_keuring`. zeep's own WS-Security is not used: it defaults to SHA-1 and its
verification accepts a wrapped message.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from gateway.trust.fouten import BerichtGeweigerd, CertificaatGeweigerd
from gateway.trust.inlezen import Sleutel
from gateway.trust.keten import eis_sterk, onleesbaar_is_geweigerd
from gateway.xmlio import canoniek

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
WSSE = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
WSU = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
C14N_EXCLUSIEF = "http://www.w3.org/2001/10/xml-exc-c14n#"
X509V3 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"

_VOORVOEGSELS = {"wsse": WSSE[1:-1], "wsu": WSU[1:-1], "ds": DS[1:-1]}
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_GELDIG = timedelta(minutes=5)


class Berichttekenaar:
    """Signs SOAP messages with one key; safe for use by several threads."""

    __slots__ = ("_certificaat", "_sleutel")

    def __init__(self, sleutel: Sleutel, certificaat: x509.Certificate) -> None:
        """Take key and certificate; raises `CertificaatGeweigerd` when they do not belong together or are weak."""
        with onleesbaar_is_geweigerd():
            if certificaat.public_key() != sleutel.public_key():
                raise CertificaatGeweigerd(
                    "De sleutel hoort niet bij het certificaat waarmee berichten getekend worden."
                )
            eis_sterk(certificaat)
        self._sleutel = sleutel
        self._certificaat = certificaat

    def onderteken(self, envelop: etree._Element, nu: datetime) -> bytes:
        """Add the Security header to a SOAP 1.1 envelope and give the octets of the message.

        The envelope given is changed. Raises `BerichtGeweigerd` when it is none or is signed already.
        """
        kop, lichaam = _delen(envelop)
        beveiliging = etree.SubElement(kop, f"{WSSE}Security", {f"{SOAP}mustUnderstand": "1"}, nsmap=_VOORVOEGSELS)
        tijdstempel = _tijdstempel(beveiliging, nu)
        token = etree.SubElement(
            beveiliging,
            f"{WSSE}BinarySecurityToken",
            {"EncodingType": BASE64, "ValueType": X509V3, f"{WSU}Id": _nieuw_id("X509")},
        )
        token.text = base64.b64encode(self._certificaat.public_bytes(Encoding.DER)).decode("ascii")
        lichaam.set(f"{WSU}Id", _nieuw_id("Body"))
        self._handtekening(beveiliging, token, [lichaam, tijdstempel])
        return etree.tostring(envelop, encoding="UTF-8", xml_declaration=True)

    def _handtekening(
        self, beveiliging: etree._Element, token: etree._Element, delen: Sequence[etree._Element]
    ) -> None:
        handtekening = etree.SubElement(beveiliging, f"{DS}Signature")
        info = etree.SubElement(handtekening, f"{DS}SignedInfo")
        etree.SubElement(info, f"{DS}CanonicalizationMethod", Algorithm=C14N_EXCLUSIEF)
        etree.SubElement(info, f"{DS}SignatureMethod", Algorithm=self._methode())
        for deel in delen:
            _verwijs(info, deel)
        waarde = etree.SubElement(handtekening, f"{DS}SignatureValue")
        waarde.text = base64.b64encode(self._teken(canonieke_octets(info))).decode("ascii")
        sleutel = etree.SubElement(etree.SubElement(handtekening, f"{DS}KeyInfo"), f"{WSSE}SecurityTokenReference")
        etree.SubElement(sleutel, f"{WSSE}Reference", URI=f"#{token.get(f'{WSU}Id')}", ValueType=X509V3)

    def _methode(self) -> str:
        soort = "rsa" if isinstance(self._sleutel, rsa.RSAPrivateKey) else "ecdsa"
        return f"http://www.w3.org/2001/04/xmldsig-more#{soort}-sha256"

    def _teken(self, octets: bytes) -> bytes:
        if isinstance(self._sleutel, rsa.RSAPrivateKey):
            return self._sleutel.sign(octets, padding.PKCS1v15(), SHA256())
        r, s = decode_dss_signature(self._sleutel.sign(octets, ec.ECDSA(SHA256())))
        lengte = (self._sleutel.key_size + 7) // 8
        return r.to_bytes(lengte, "big") + s.to_bytes(lengte, "big")


def _delen(envelop: etree._Element) -> tuple[etree._Element, etree._Element]:
    """Give header and body of an envelope, the header made when absent."""
    if envelop.tag != f"{SOAP}Envelope":
        raise BerichtGeweigerd("Dit is geen SOAP-bericht (Envelope van SOAP 1.1).")
    lichamen, koppen = envelop.findall(f"{SOAP}Body"), envelop.findall(f"{SOAP}Header")
    if len(lichamen) != 1 or len(koppen) > 1:
        raise BerichtGeweigerd("Het SOAP-bericht heeft niet precies één Body en ten hoogste één Header.")
    if not koppen:
        koppen = [etree.Element(f"{SOAP}Header")]
        envelop.insert(0, koppen[0])
    if koppen[0].find(f"{WSSE}Security") is not None:
        raise BerichtGeweigerd("Het SOAP-bericht heeft al een Security-kop.")
    return koppen[0], lichamen[0]


def _tijdstempel(beveiliging: etree._Element, nu: datetime) -> etree._Element:
    tijdstempel = etree.SubElement(beveiliging, f"{WSU}Timestamp", {f"{WSU}Id": _nieuw_id("TS")})
    for naam, moment in (("Created", nu), ("Expires", nu + _GELDIG)):
        etree.SubElement(
            tijdstempel, f"{WSU}{naam}"
        ).text = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
    return tijdstempel


def canonieke_octets(element: etree._Element) -> bytes:
    """Give the exclusive canonical form; raises `BerichtGeweigerd` for what has none (a relative namespace)."""
    try:
        return canoniek(element)
    except etree.C14NError:
        raise BerichtGeweigerd("Het bericht gebruikt een relatieve naamruimte; die is niet te ondertekenen.") from None


def _verwijs(info: etree._Element, deel: etree._Element) -> None:
    verwijzing = etree.SubElement(info, f"{DS}Reference", URI=f"#{deel.get(f'{WSU}Id')}")
    bewerkingen = etree.SubElement(verwijzing, f"{DS}Transforms")
    etree.SubElement(bewerkingen, f"{DS}Transform", Algorithm=C14N_EXCLUSIEF)
    etree.SubElement(verwijzing, f"{DS}DigestMethod", Algorithm=_SHA256)
    waarde = etree.SubElement(verwijzing, f"{DS}DigestValue")
    waarde.text = base64.b64encode(hashlib.sha256(canonieke_octets(deel)).digest()).decode("ascii")


def _nieuw_id(soort: str) -> str:
    return f"{soort}-{uuid.uuid4()}"
