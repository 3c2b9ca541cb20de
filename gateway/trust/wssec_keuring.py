"""Verifying a signed SOAP message: form first, then certificate, arithmetic, time and replay; else refused.

Nothing is looked up by Id: Body and Timestamp are *the* ones, at their place, and the references must name those. So
a message in which the signed Body was moved aside (signature wrapping) is refused. What is used afterwards is parsed
from the octets whose digest was signed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from gateway.domain.waarden import Oin
from gateway.trust.fouten import BerichtGeweigerd, CertificaatGeweigerd, CertificaatOnleesbaar
from gateway.trust.herhaling import Herhalingen
from gateway.trust.inlezen import certificaten_uit
from gateway.trust.keuring import Certificaatkeuring, GekeurdCertificaat
from gateway.trust.wssec import BASE64, C14N_EXCLUSIEF, DS, SOAP, WSSE, WSU, X509V3, canonieke_octets
from gateway.xmlio import OnleesbareXml, lees

SPELING = timedelta(minutes=5)
"""How far the Timestamp may be from our clock, either way."""

_EC = "{http://www.w3.org/2001/10/xml-exc-c14n#}"
_MEESTE_VERWIJZINGEN = 10
_MEESTE_VOORVOEGSELS = 20
_MEESTE_IN_HANDTEKENING = 200
_LANGSTE_NAAMRUIMTE = 256
"""Characters, prefix included. Exclusive canonicalisation may write it anew on every element: a long one multiplies."""
_DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_METHODEN = {
    f"http://www.w3.org/2001/04/xmldsig-more#{soort}-{naam}": (soort, algoritme)
    for soort in ("rsa", "ecdsa")
    for naam, algoritme in _HASHES.items()
}


@dataclass(frozen=True, slots=True)
class GekeurdBericht:
    """A message that was verified: use this Body, not the one that came in."""

    lichaam: etree._Element
    ondertekenaar: GekeurdCertificaat
    moment: datetime


@dataclass(frozen=True, slots=True)
class _Delen:
    lichaam: etree._Element
    tijdstempel: etree._Element
    token: etree._Element
    handtekening: etree._Element
    andere: tuple[etree._Element, ...]
    """Other headers, which a sender may sign as well (WS-Addressing)."""


class Berichtkeuring:
    """Verifies messages of parties that must sign; safe for use by several threads."""

    __slots__ = ("_herhalingen", "_keuring", "_klok")

    def __init__(self, keuring: Certificaatkeuring, herhalingen: Herhalingen, klok: Callable[[], datetime]) -> None:
        """Take the check of certificates, the register of messages seen, and a clock of aware UTC times."""
        self._keuring = keuring
        self._herhalingen = herhalingen
        self._klok = klok

    def keur(self, envelop: etree._Element, verwacht: Oin, tussen: Sequence[x509.Certificate] = ()) -> GekeurdBericht:
        """Verify a parsed message that must be of the party `verwacht`; raises `BerichtGeweigerd`.

        `tussen` are intermediates, of the handshake for example; those that are configured need not be given.
        """
        nu = self._klok()
        _eis_korte_naamruimten(envelop)
        delen = _vind_delen(envelop)
        moment = _eis_tijd(delen.tijdstempel, nu)
        certificaat = _certificaat(delen.token)
        try:
            ondertekenaar = self._keuring.keur(certificaat, tussen)
        except CertificaatGeweigerd as fout:
            raise BerichtGeweigerd(f"Het certificaat van de ondertekenaar wordt niet vertrouwd. {fout.reden}") from None
        if ondertekenaar.oin != verwacht:
            raise BerichtGeweigerd("Het bericht is ondertekend door een andere partij dan de beller (OIN).")
        info = _eis_handtekening(delen, certificaat)
        lichaam = _eis_verwijzingen(envelop, delen)
        # Over SignedInfo and not over the value: an ECDSA value can be rewritten into another that verifies as well.
        if not self._herhalingen.eerste_keer(hashlib.sha256(info).digest(), moment + 2 * SPELING, nu):
            raise BerichtGeweigerd("Dit ondertekende bericht is al eens aangenomen.")
        return GekeurdBericht(_lees_lichaam(lichaam), ondertekenaar, moment)


def _eis_korte_naamruimten(envelop: etree._Element) -> None:
    for _, verklaring in etree.iterwalk(envelop, events=("start-ns",)):
        if sum(map(len, verklaring or ())) > _LANGSTE_NAAMRUIMTE:
            raise BerichtGeweigerd("Het bericht verklaart een naamruimte met een te lange naam.")


def _lees_lichaam(octets: bytes) -> etree._Element:
    try:
        return lees(octets)
    except OnleesbareXml as fout:  # canonical octets may be more than those that came in
        raise BerichtGeweigerd(fout.melding) from None


def _een(ouder: etree._Element, tag: str) -> etree._Element:
    gevonden = ouder.findall(tag)
    if len(gevonden) != 1:
        raise BerichtGeweigerd("De ondertekening van het bericht heeft niet de verwachte vorm (WS-Security).")
    return gevonden[0]


def _eis_kinderen(element: etree._Element, *tags: str) -> list[etree._Element]:
    kinderen = list(element)
    if [kind.tag for kind in kinderen] != list(tags):
        raise BerichtGeweigerd("De ondertekening van het bericht heeft niet de verwachte vorm (WS-Security).")
    return kinderen


def _vind_delen(envelop: etree._Element) -> _Delen:
    """Find every part at its one place."""
    if envelop.tag != f"{SOAP}Envelope":
        raise BerichtGeweigerd("Dit is geen SOAP-bericht (Envelope van SOAP 1.1).")
    kop, lichaam = _eis_kinderen(envelop, f"{SOAP}Header", f"{SOAP}Body")
    if kop.find(f"{WSSE}Security") is None:
        raise BerichtGeweigerd("Het bericht is niet ondertekend; voor deze partij is WS-Security verplicht.")
    beveiliging = _een(kop, f"{WSSE}Security")
    if len(beveiliging) != 3:
        raise BerichtGeweigerd("De Security-kop bevat iets anders dan Timestamp, BinarySecurityToken en Signature.")
    handtekening = _een(beveiliging, f"{DS}Signature")
    if next(itertools.islice(handtekening.iter(), _MEESTE_IN_HANDTEKENING, None), None) is not None:
        raise BerichtGeweigerd("De handtekening heeft te veel of vreemde verwijzingen.")
    return _Delen(
        lichaam,
        _een(beveiliging, f"{WSU}Timestamp"),
        _een(beveiliging, f"{WSSE}BinarySecurityToken"),
        handtekening,
        tuple(een for een in kop if een is not beveiliging),
    )


def _eis_tijd(tijdstempel: etree._Element, nu: datetime) -> datetime:
    """Demand a Timestamp of now and give when it was made; Expires may only make its life shorter."""
    gemaakt, verloopt = tijdstempel.findall(f"{WSU}Created"), tijdstempel.findall(f"{WSU}Expires")
    if len(gemaakt) != 1 or len(verloopt) > 1:
        raise BerichtGeweigerd("Het Timestamp van het bericht heeft niet precies één Created.")
    moment = _lees_moment(gemaakt[0])
    if abs(nu - moment) > SPELING or any(nu > _lees_moment(een) for een in verloopt):
        raise BerichtGeweigerd("Het Timestamp van het bericht wijkt meer dan 5 minuten af of is verlopen.")
    return moment


def _lees_moment(element: etree._Element) -> datetime:
    try:
        moment = datetime.fromisoformat((element.text or "").strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or len(element):
        raise BerichtGeweigerd("Een tijdstip in het Timestamp is niet te lezen of noemt geen tijdzone.")
    return moment


def _certificaat(token: etree._Element) -> x509.Certificate:
    if len(token) or token.get("ValueType") != X509V3 or token.get("EncodingType", BASE64) != BASE64:
        raise BerichtGeweigerd("Het BinarySecurityToken is geen X.509-certificaat in Base64.")
    try:
        return certificaten_uit(_base64(token))[0]
    except CertificaatOnleesbaar:
        raise BerichtGeweigerd("Het certificaat in het bericht is niet te lezen.") from None


def _base64(element: etree._Element) -> bytes:
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise BerichtGeweigerd("Een waarde in de ondertekening is geen geldige Base64.") from None


def _eis_handtekening(delen: _Delen, certificaat: x509.Certificate) -> bytes:
    """Demand a good signature by the certificate's key; give the octets of SignedInfo that it is over."""
    info, waarde, sleutel = _eis_kinderen(delen.handtekening, f"{DS}SignedInfo", f"{DS}SignatureValue", f"{DS}KeyInfo")
    (tokenverwijzing,) = _eis_kinderen(sleutel, f"{WSSE}SecurityTokenReference")
    (verwijzing,) = _eis_kinderen(tokenverwijzing, f"{WSSE}Reference")
    if not _wijst_naar(verwijzing.get("URI", ""), delen.token):
        raise BerichtGeweigerd("De handtekening verwijst niet naar het certificaat in het bericht.")
    methoden = (_een(info, f"{DS}CanonicalizationMethod"), _een(info, f"{DS}SignatureMethod"))
    if list(info)[:2] != list(methoden) or methoden[0].get("Algorithm") != C14N_EXCLUSIEF or len(methoden[1]):
        raise _verboden()
    soort, algoritme = _METHODEN.get(methoden[1].get("Algorithm", ""), ("", None))
    if algoritme is None:
        raise _verboden()
    octets = _canoniek(info, _voorvoegsels(methoden[0]))
    if not _klopt(certificaat, soort, algoritme, _base64(waarde), octets):
        raise BerichtGeweigerd("De handtekening onder het bericht klopt niet.")
    return octets


def _klopt(
    certificaat: x509.Certificate, soort: str, algoritme: hashes.HashAlgorithm, waarde: bytes, octets: bytes
) -> bool:
    sleutel = certificaat.public_key()
    try:
        if soort == "rsa" and isinstance(sleutel, rsa.RSAPublicKey):
            sleutel.verify(waarde, octets, padding.PKCS1v15(), algoritme)
            return True
        if soort == "ecdsa" and isinstance(sleutel, ec.EllipticCurvePublicKey):
            lengte = (sleutel.key_size + 7) // 8
            if len(waarde) != 2 * lengte:
                return False
            r, s = int.from_bytes(waarde[:lengte], "big"), int.from_bytes(waarde[lengte:], "big")
            sleutel.verify(encode_dss_signature(r, s), octets, ec.ECDSA(algoritme))
            return True
    except InvalidSignature:
        return False
    return False


def _eis_verwijzingen(envelop: etree._Element, delen: _Delen) -> bytes:
    """Demand that Body and Timestamp are among what was signed, unchanged; give the octets of the Body."""
    info = delen.handtekening[0]
    verwijzingen = list(info)[2:]
    if len(verwijzingen) > _MEESTE_VERWIJZINGEN or any(een.tag != f"{DS}Reference" for een in verwijzingen):
        raise BerichtGeweigerd("De handtekening heeft te veel of vreemde verwijzingen.")
    kandidaten = (delen.lichaam, delen.tijdstempel, delen.token, *delen.andere)
    ids = _ids(envelop)
    bewezen: dict[int, bytes] = {}
    for verwijzing in verwijzingen:
        uri = verwijzing.get("URI", "")
        plaatsen = [plaats for plaats, een in enumerate(kandidaten) if _wijst_naar(uri, een)]
        if len(plaatsen) != 1 or ids[uri[1:]] != 1:
            raise BerichtGeweigerd(
                "Een verwijzing in de handtekening wijst niet precies één onderdeel op zijn plaats aan."
            )
        bewezen[plaatsen[0]] = _eis_digest(verwijzing, kandidaten[plaatsen[0]])
    if not {0, 1} <= bewezen.keys():
        raise BerichtGeweigerd("De handtekening dekt niet zowel de Body als het Timestamp van het bericht.")
    return bewezen[0]


def _wijst_naar(uri: str, element: etree._Element) -> bool:
    naam = element.get(f"{WSU}Id")
    return bool(naam) and uri == f"#{naam}"


def _ids(envelop: etree._Element) -> Counter[str]:
    """Count what stands in attributes that some reader might take for an Id, anywhere in the message."""
    return Counter(
        str(waarde)
        for element in envelop.iter(etree.Element)
        for naam, waarde in element.attrib.items()
        if str(naam).rpartition("}")[2].lower() == "id"
    )


def _eis_digest(verwijzing: etree._Element, element: etree._Element) -> bytes:
    bewerkingen, methode, waarde = _eis_kinderen(verwijzing, f"{DS}Transforms", f"{DS}DigestMethod", f"{DS}DigestValue")
    (bewerking,) = _eis_kinderen(bewerkingen, f"{DS}Transform")
    algoritme = _DIGESTS.get(methode.get("Algorithm", ""))
    if bewerking.get("Algorithm") != C14N_EXCLUSIEF or algoritme is None or len(methode):
        raise _verboden()
    octets = _canoniek(element, _voorvoegsels(bewerking))
    if not hmac.compare_digest(hashlib.new(algoritme, octets).digest(), _base64(waarde)):
        raise BerichtGeweigerd("Een ondertekend onderdeel van het bericht is gewijzigd.")
    return octets


def _voorvoegsels(bewerking: etree._Element) -> list[str]:
    """Read the InclusiveNamespaces that many senders (WSS4J) add to exclusive canonicalisation."""
    if not len(bewerking):
        return []
    (lijst,) = _eis_kinderen(bewerking, f"{_EC}InclusiveNamespaces")
    namen = lijst.get("PrefixList", "").split()
    if len(namen) > _MEESTE_VOORVOEGSELS or len(lijst):
        raise _verboden()
    return namen


def _canoniek(element: etree._Element, voorvoegsels: list[str]) -> bytes:
    if not voorvoegsels:
        return canonieke_octets(element)
    try:
        # Parsed apart with the namespaces of its ancestors: in place lxml does not see those that are only listed.
        los = lees(etree.tostring(element, with_tail=False))
        return etree.tostring(
            los, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=voorvoegsels
        )
    except (OnleesbareXml, etree.LxmlError, ValueError):
        raise _verboden() from None


def _verboden() -> BerichtGeweigerd:
    return BerichtGeweigerd("De handtekening gebruikt een algoritme of bewerking die niet is toegestaan.")
