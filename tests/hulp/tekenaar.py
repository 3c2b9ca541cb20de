"""A party that signs what it sends and reads signed answers: `gateway.trust` seen from the other side, and xmlsec1."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from gateway.domain.waarden import Oin
from gateway.trust.certificaten import OntwikkelPki, Sleutelpaar
from gateway.trust.crl import BestandBron
from gateway.trust.herhaling import HerhalingenInGeheugen
from gateway.trust.inlezen import laad_certificaten, laad_sleutel
from gateway.trust.intrekking import Intrekkingen
from gateway.trust.keten import Ankers
from gateway.trust.keuring import Certificaatkeuring, Doel, Verwachting
from gateway.trust.uitgifte import ONDERTEKENEN
from gateway.trust.wssec import BASE64, C14N_EXCLUSIEF, X509V3, Berichttekenaar
from gateway.trust.wssec_keuring import Berichtkeuring
from gateway.xmlio import lees

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
IDS = ("--id-attr:Id", f"{SOAP}:Body", "--id-attr:Id", f"{WSU}:Timestamp")
HEEFT_XMLSEC1 = shutil.which("xmlsec1") is not None

_SJABLOON = """<s:Envelope xmlns:s="{soap}" xmlns:wsu="{wsu}"><s:Header><wsse:Security s:mustUnderstand="1"
 xmlns:wsse="{wsse}"><wsu:Timestamp wsu:Id="T"><wsu:Created>{nu}</wsu:Created></wsu:Timestamp>
<wsse:BinarySecurityToken wsu:Id="C" EncodingType="{base64}" ValueType="{x509}">{token}</wsse:BinarySecurityToken>
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="{exc}"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/>{verwijzingen}</ds:SignedInfo>
<ds:SignatureValue/><ds:KeyInfo><wsse:SecurityTokenReference><wsse:Reference URI="#C"/></wsse:SecurityTokenReference>
</ds:KeyInfo></ds:Signature></wsse:Security></s:Header><s:Body wsu:Id="B">{inhoud}</s:Body></s:Envelope>"""
_VERWIJZING = """<ds:Reference URI="#{naam}"><ds:Transforms><ds:Transform Algorithm="{exc}"/></ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>"""


def nu() -> datetime:
    """Now."""
    return datetime.now(UTC)


def onderteken(paar: Sleutelpaar, bericht: bytes, moment: datetime | None = None) -> bytes:
    """Sign a message as the gateway itself would."""
    tekenaar = Berichttekenaar(laad_sleutel(paar.key), laad_certificaten(paar.cert)[0])
    return tekenaar.onderteken(lees(bericht), moment or nu())


def onderteken_met_xmlsec1(paar: Sleutelpaar, inhoud: str, map_: Path) -> bytes:
    """Let xmlsec1 sign a Body child in an envelope that it did not make."""
    der = laad_certificaten(paar.cert)[0].public_bytes(Encoding.DER)
    sjabloon = _SJABLOON.format(
        soap=SOAP,
        wsu=WSU,
        wsse=WSSE,
        nu=f"{nu():%Y-%m-%dT%H:%M:%SZ}",
        base64=BASE64,
        x509=X509V3,
        token=base64.b64encode(der).decode(),
        exc=C14N_EXCLUSIEF,
        verwijzingen="".join(_VERWIJZING.format(naam=naam, exc=C14N_EXCLUSIEF) for naam in "BT"),
        inhoud=inhoud,
    )
    (map_ / "in.xml").write_text(sjabloon, encoding="utf-8")
    opdracht = ["xmlsec1", "--sign", "--privkey-pem", str(paar.key), *IDS, "--output"]
    subprocess.run([*opdracht, str(map_ / "uit.xml"), str(map_ / "in.xml")], check=True, capture_output=True)
    return (map_ / "uit.xml").read_bytes()


def klopt_volgens_xmlsec1(bericht: bytes, cert: Path, map_: Path) -> bool:
    """Let xmlsec1 verify a signed message by the key of a certificate."""
    (map_ / "bericht.xml").write_bytes(bericht)
    opdracht = ["xmlsec1", "--verify", "--pubkey-cert-pem", str(cert), *IDS, str(map_ / "bericht.xml")]
    return subprocess.run(opdracht, capture_output=True, check=False, timeout=60).returncode == 0


def lezer(pki: OntwikkelPki, van: Oin) -> Callable[[bytes], etree._Element]:
    """Make what reads answers signed by `van`: gives the verified Body, or raises `BerichtGeweigerd`."""
    doel = Doel(ONDERTEKENEN, ("digital_signature",), "ondertekenen")
    verwachting = Verwachting(Ankers.uit(laad_certificaten(pki.ca)), Intrekkingen([BestandBron(pki.crl)]), doel)
    keuring = Berichtkeuring(Certificaatkeuring(verwachting, nu), HerhalingenInGeheugen(), nu)
    return lambda octets: keuring.keur(lees(octets), van).lichaam
