"""The one form that evidence may have: checked on the tree, before a library looks at the signature.

signxml passes over transforms it does not know and finds elements wherever they are. So everything is fixed here
first: which elements, which algorithms, which references, each at its place. What deviates is refused, never ignored.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from lxml import etree

from gateway.trust.fouten import BewijsOngeldig, CertificaatOnleesbaar
from gateway.trust.inlezen import certificaten_uit
from gateway.trust.keten import MAX_TUSSEN

DOSSIER_URI = "dossier.xml"
"""How the signature names the signed octets: the file beside it."""

C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_EXCLUSIEF = "http://www.w3.org/2001/10/xml-exc-c14n#"

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
_SOORT_EIGENSCHAPPEN = "http://uri.etsi.org/01903#SignedProperties"
_HASHES = frozenset(
    {
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "http://www.w3.org/2001/04/xmlenc#sha512",
    }
)
# Per element that names an algorithm, what it may name. Any other element with an Algorithm is refused.
_ALGORITMEN = {
    f"{_DS}CanonicalizationMethod": frozenset({C14N}),
    f"{_DS}Transform": frozenset({C14N_EXCLUSIEF}),
    f"{_DS}DigestMethod": _HASHES,
    f"{_DS}SignatureMethod": frozenset(
        f"http://www.w3.org/2001/04/xmldsig-more#{soort}-sha{bits}"
        for soort in ("rsa", "ecdsa")
        for bits in (256, 384, 512)
    ),
}
# Every element and its children, in order; "+" may be repeated, "?" may be absent. What is not here has no children.
_VORM: dict[str, tuple[str, ...]] = {
    f"{_DS}Signature": (f"{_DS}SignedInfo", f"{_DS}SignatureValue", f"{_DS}KeyInfo", f"{_DS}Object"),
    f"{_DS}SignedInfo": (f"{_DS}CanonicalizationMethod", f"{_DS}SignatureMethod", *[f"{_DS}Reference"] * 3),
    f"{_DS}Reference": (f"{_DS}Transforms?", f"{_DS}DigestMethod", f"{_DS}DigestValue"),
    f"{_DS}Transforms": (f"{_DS}Transform",),
    f"{_DS}KeyInfo": (f"{_DS}X509Data",),
    f"{_DS}X509Data": (f"{_DS}X509Certificate+",),
    f"{_DS}Object": (f"{_XADES}QualifyingProperties",),
    f"{_XADES}QualifyingProperties": (f"{_XADES}SignedProperties",),
    f"{_XADES}SignedProperties": (f"{_XADES}SignedSignatureProperties", f"{_XADES}SignedDataObjectProperties"),
    f"{_XADES}SignedSignatureProperties": (f"{_XADES}SigningTime", f"{_XADES}SigningCertificateV2"),
    f"{_XADES}SigningCertificateV2": (f"{_XADES}Cert+",),
    f"{_XADES}Cert": (f"{_XADES}CertDigest",),
    f"{_XADES}CertDigest": (f"{_DS}DigestMethod", f"{_DS}DigestValue"),
    f"{_XADES}SignedDataObjectProperties": (f"{_XADES}DataObjectFormat",),
    f"{_XADES}DataObjectFormat": (f"{_XADES}Description", f"{_XADES}MimeType"),
}
_ID_NAMEN = frozenset({"Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id"})


@dataclass(frozen=True, slots=True)
class Bewijsvorm:
    """What a signature of the right form says; nothing of it is proven yet."""

    certificaten: tuple[x509.Certificate, ...]
    moment: datetime
    plaats_dossier: int
    """Which of the three references, from 0, is that of the dossier."""


def lees_vorm(handtekening: etree._Element) -> Bewijsvorm:
    """Check the form of a parsed signature and read what it claims; raises `BewijsOngeldig`."""
    if handtekening.tag != f"{_DS}Signature":
        raise BewijsOngeldig("Het handtekeningbestand is geen XML-handtekening (ds:Signature).")
    _eis_elementen(handtekening)
    _eis_algoritmen(handtekening)
    _eis_eigen_ids(handtekening)
    return Bewijsvorm(_certificaten(handtekening), _moment(handtekening), _eis_verwijzingen(handtekening))


def _eis_elementen(handtekening: etree._Element) -> None:
    for element in handtekening.iter():
        if not isinstance(element.tag, str):
            raise BewijsOngeldig("De handtekening bevat commentaar of een verwerkingsinstructie.")
        if not _past([str(kind.tag) for kind in element], _VORM.get(element.tag, ())):
            raise BewijsOngeldig(
                "De handtekening heeft niet de vorm van dit bewijs: een onderdeel ontbreekt of is vreemd."
            )


def _past(kinderen: list[str], vorm: tuple[str, ...]) -> bool:
    plaats = 0
    for deel in vorm:
        naam, meer, mag_weg = deel.rstrip("+?"), deel.endswith("+"), deel.endswith("?")
        aantal = 0
        while plaats < len(kinderen) and kinderen[plaats] == naam and (meer or aantal == 0):
            plaats, aantal = plaats + 1, aantal + 1
        if aantal == 0 and not mag_weg:
            return False
    return plaats == len(kinderen)


def _eis_algoritmen(handtekening: etree._Element) -> None:
    for element in handtekening.iter():
        algoritme = element.get("Algorithm")
        toegestaan = _ALGORITMEN.get(str(element.tag))
        if (algoritme is None) != (toegestaan is None) or (toegestaan and algoritme not in toegestaan):
            raise BewijsOngeldig(
                "De handtekening gebruikt een algoritme of bewerking die niet is toegestaan; verwacht RSA of ECDSA met "
                "SHA-2."
            )


def _eis_eigen_ids(handtekening: etree._Element) -> None:
    """Refuse two elements with one Id, and Ids in a spelling that readers do not agree on."""
    gezien: set[str] = set()
    for element in handtekening.iter():
        for naam in _ID_NAMEN.intersection(map(str, element.attrib)):
            waarde = str(element.get(naam))
            if naam != "Id" or waarde in gezien:
                raise BewijsOngeldig("De handtekening bevat dubbele of vreemde Id's.")
            gezien.add(waarde)


def _eis_verwijzingen(handtekening: etree._Element) -> int:
    """Demand one reference each to dossier, signed properties and certificate; give the place of the first."""
    verwijzingen = handtekening.findall(f"{_DS}SignedInfo/{_DS}Reference")
    eigenschappen = handtekening.find(f"{_DS}Object/{_XADES}QualifyingProperties")
    sleutel = handtekening.find(f"{_DS}KeyInfo")
    if eigenschappen is None or sleutel is None:
        raise AssertionError("_eis_elementen saw both")
    verwacht = {
        (DOSSIER_URI, None, True),
        (f"#{eigenschappen[0].get('Id')}", _SOORT_EIGENSCHAPPEN, False),
        (f"#{sleutel.get('Id')}", None, False),
    }
    gevonden = [
        (str(een.get("URI")), een.get("Type"), een.find(f"{_DS}Transforms") is not None) for een in verwijzingen
    ]
    if set(gevonden) != verwacht or eigenschappen.get("Target") != f"#{handtekening.get('Id')}":
        raise BewijsOngeldig(
            "De handtekening verwijst niet precies naar het dossier, de ondertekende eigenschappen en het certificaat."
        )
    plaats = gevonden.index((DOSSIER_URI, None, True))
    formaat = eigenschappen.find(f".//{_XADES}DataObjectFormat")
    if formaat is None or formaat.get("ObjectReference") != f"#{verwijzingen[plaats].get('Id')}":
        raise BewijsOngeldig("De ondertekende eigenschappen gaan niet over het dossier.")
    return plaats


def _certificaten(handtekening: etree._Element) -> tuple[x509.Certificate, ...]:
    teksten = [str(een.text or "") for een in handtekening.iterfind(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate")]
    if len(teksten) > MAX_TUSSEN + 1:
        raise BewijsOngeldig("De handtekening bevat te veel certificaten.")
    try:
        return tuple(certificaten_uit(base64.b64decode("".join(tekst.split()), validate=True))[0] for tekst in teksten)
    except (binascii.Error, ValueError, CertificaatOnleesbaar):
        raise BewijsOngeldig("Een certificaat in de handtekening is niet te lezen.") from None


def _moment(handtekening: etree._Element) -> datetime:
    tekst = str(handtekening.findtext(f".//{_XADES}SigningTime") or "")
    try:
        moment = datetime.fromisoformat(tekst)
    except ValueError:
        raise BewijsOngeldig("Het moment van ondertekening is niet te lezen.") from None
    if moment.tzinfo is None:
        raise BewijsOngeldig("Het moment van ondertekening noemt geen tijdzone.")
    return moment
