"""WS-Security against another implementation: xmlsec1 verifies what we sign, and we verify what it signs."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.trust.fouten import BerichtGeweigerd
from gateway.trust.herhaling import HerhalingenInGeheugen
from gateway.trust.intrekking import Intrekkingen
from gateway.trust.keten import Ankers
from gateway.trust.keuring import Certificaatkeuring, Verwachting
from gateway.trust.uitgifte import maak_sleutel_rsa
from gateway.trust.wssec import BASE64, X509V3, Berichttekenaar
from gateway.trust.wssec_keuring import Berichtkeuring
from gateway.xmlio import lees
from tests.hulp.pki import NU, OIN, Wereld

pytestmark = pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="Debian package xmlsec1 is not installed")

WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
BERICHT = (
    f'<s:Envelope xmlns:s="{SOAP}" xmlns:o="urn:oso"><s:Body><o:pingRequest><o:naam>Zoë</o:naam></o:pingRequest>'
    "</s:Body></s:Envelope>"
).encode()
# As WSS4J writes it: prefixes listed that the signed part does not use itself.
SJABLOON = """<s:Envelope xmlns:s="{soap}" xmlns:o="urn:oso" xmlns:x="urn:x"><s:Header><wsse:Security
 xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" xmlns:wsu="{wsu}">
<wsu:Timestamp wsu:Id="TS-1"><wsu:Created>2026-03-01T12:00:00.000Z</wsu:Created></wsu:Timestamp>
<wsse:BinarySecurityToken wsu:Id="X509-1" EncodingType="{base64}" ValueType="{x509}">{token}</wsse:BinarySecurityToken>
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="{exc}"><ec:InclusiveNamespaces xmlns:ec="{exc}" PrefixList="o s x"/>
</ds:CanonicalizationMethod>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>{verwijzingen}</ds:SignedInfo>
<ds:SignatureValue/><ds:KeyInfo><wsse:SecurityTokenReference>
<wsse:Reference URI="#X509-1"/></wsse:SecurityTokenReference>
</ds:KeyInfo></ds:Signature></wsse:Security></s:Header>
<s:Body wsu:Id="B-1" xmlns:wsu="{wsu}"><o:pingRequest><o:naam>Zoë</o:naam></o:pingRequest></s:Body></s:Envelope>"""
VERWIJZING = """<ds:Reference URI="#{naam}"><ds:Transforms><ds:Transform Algorithm="{exc}">
<ec:InclusiveNamespaces xmlns:ec="{exc}" PrefixList="o x"/></ds:Transform></ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>"""
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
ID_ATTRIBUTEN = ["--id-attr:Id", f"{SOAP}:Body", "--id-attr:Id", f"{WSU}:Timestamp"]


@pytest.fixture
def wereld() -> Wereld:
    return Wereld.maak()


def _xmlsec1(*opdracht: str) -> bool:
    return subprocess.run(["xmlsec1", *opdracht], capture_output=True, check=False, timeout=60).returncode == 0


def test_xmlsec1_neemt_ons_bericht_aan(tmp_path: Path, wereld: Wereld) -> None:
    sleutel = maak_sleutel_rsa()
    certificaat = wereld.blad(sleutel=sleutel)
    (tmp_path / "c.pem").write_bytes(certificaat.public_bytes(Encoding.PEM))
    pad = tmp_path / "bericht.xml"
    goed = Berichttekenaar(sleutel, certificaat).onderteken(lees(BERICHT), NU)
    for octets, verwacht in ((goed, True), (goed.replace("Zoë".encode(), b"Zoe"), False)):
        pad.write_bytes(octets)
        assert _xmlsec1("--verify", "--pubkey-cert-pem", str(tmp_path / "c.pem"), *ID_ATTRIBUTEN, str(pad)) is verwacht


def test_wij_nemen_een_bericht_van_xmlsec1_aan(tmp_path: Path, wereld: Wereld) -> None:
    sleutel = maak_sleutel_rsa()
    token = base64.b64encode(wereld.blad(sleutel=sleutel).public_bytes(Encoding.DER)).decode()
    verwijzingen = "".join(VERWIJZING.format(naam=naam, exc=EXC) for naam in ("B-1", "TS-1"))
    (tmp_path / "k.pem").write_bytes(sleutel.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "s.xml").write_text(
        SJABLOON.format(
            soap=SOAP, wsu=WSU, base64=BASE64, x509=X509V3, token=token, exc=EXC, verwijzingen=verwijzingen
        ),
        encoding="utf-8",
    )
    uit = tmp_path / "uit.xml"
    assert _xmlsec1(
        "--sign",
        "--privkey-pem",
        str(tmp_path / "k.pem"),
        *ID_ATTRIBUTEN,
        "--output",
        str(uit),
        str(tmp_path / "s.xml"),
    )
    ankers = Ankers.uit([wereld.wortel.certificaat, *wereld.tussen])
    keuring = Certificaatkeuring(Verwachting(ankers, Intrekkingen([wereld.bron])), wereld.klok)
    ontvanger = Berichtkeuring(keuring, HerhalingenInGeheugen(), wereld.klok)
    with pytest.raises(BerichtGeweigerd, match="gewijzigd"):
        ontvanger.keur(lees(uit.read_bytes().replace(b"<o:naam>Z", b"<o:naam>X")), OIN)
    assert ontvanger.keur(lees(uit.read_bytes()), OIN).lichaam.findtext(".//{urn:oso}naam") == "Zoë"
