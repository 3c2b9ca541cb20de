"""Evidence: what is signed verifies, and nothing else does."""

from __future__ import annotations

import base64
import copy
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.signer import SignatureReference
from signxml.xades.xades import XAdESSigner

from gateway.domain.waarden import Oin
from gateway.trust.bewijs import Bewijsverwachting, Ondertekenaar, verifieer
from gateway.trust.fouten import BewijsOngeldig, CertificaatGeweigerd
from gateway.trust.inlezen import Sleutel
from gateway.trust.intrekking import Intrekkingen
from gateway.trust.keten import Ankers
from gateway.trust.uitgifte import ONDERTEKENEN, maak_sleutel_ec, maak_sleutel_rsa, onderwerp, sleutelgebruik
from gateway.xmlio import lees
from tests.hulp.pki import OIN, GeheugenBron, Wereld

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
NU = datetime.now(UTC)  # the moment of signing is the real one: signxml takes the clock of the machine
DAG = timedelta(days=1)
DOSSIER = (
    '<d:dossier xmlns:d="urn:x" Id="dossier.xml"><d:naam>Zoë Ğül</d:naam>'
    '<d:deel Id="dossier.xml">leeg</d:deel><d:getal>7</d:getal></d:dossier>'
).encode()


class Bewijswereld:
    """Authorities valid now, and a signer under them."""

    def __init__(self, sleutel: Sleutel | None = None, **anders: object) -> None:
        self.wereld = Wereld.maak(van=NU - 30 * DAG)
        self.sleutel = sleutel or maak_sleutel_ec()
        self.certificaat = self.geef_uit(**anders)
        self.ankers = Ankers.uit([self.wereld.wortel.certificaat])
        self.verwachting = Bewijsverwachting(self.ankers)

    def geef_uit(self, **anders: object) -> x509.Certificate:
        delen: dict[str, object] = {
            "onderwerp": onderwerp("Bewijs", OIN),
            "geldig_van": NU - 20 * DAG,
            "geldig_tot": NU + 20 * DAG,
            "gebruik": sleutelgebruik("digital_signature", "content_commitment"),
            "doelen": ONDERTEKENEN,
            "namen": (),
            "sleutel": self.sleutel,
        }
        return self.wereld.blad(**{**delen, **anders})

    @property
    def keten(self) -> list[x509.Certificate]:
        return [self.certificaat, *self.wereld.tussen]

    def onderteken(self, octets: bytes = DOSSIER) -> bytes:
        return Ondertekenaar(self.sleutel, self.keten).onderteken(octets)


@pytest.fixture(scope="module")
def wereld() -> Bewijswereld:
    return Bewijswereld()


@pytest.fixture(scope="module")
def handtekening(wereld: Bewijswereld) -> bytes:
    return wereld.onderteken()


@pytest.mark.parametrize("maak", [maak_sleutel_ec, maak_sleutel_rsa])
def test_wat_ondertekend_is_klopt_en_zegt_door_wie_en_wanneer(maak: Callable[[], Sleutel]) -> None:
    wereld = Bewijswereld(maak())
    bewijs = verifieer(DOSSIER, wereld.onderteken(), wereld.verwachting)
    assert bewijs.octets == DOSSIER
    assert bewijs.oin == OIN
    assert "CN=Bewijs" in bewijs.ondertekenaar
    assert bewijs.certificaat == wereld.certificaat
    assert abs(bewijs.moment - datetime.now(UTC)) < timedelta(minutes=1)


def test_het_recept_staat_in_de_handtekening(handtekening: bytes) -> None:
    boom = lees(handtekening)
    methode = boom.find(f"{DS}SignedInfo/{DS}CanonicalizationMethod")
    eerste = boom.find(f"{DS}SignedInfo/{DS}Reference")
    assert methode is not None
    assert eerste is not None
    assert methode.get("Algorithm") == "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
    assert eerste.get("URI") == "dossier.xml"  # not "#dossier.xml", though the dossier has such an Id
    assert [een.get("Algorithm") for een in eerste.iter(f"{DS}Transform")] == [
        "http://www.w3.org/2001/10/xml-exc-c14n#"
    ]
    assert boom.find(f".//{DS}KeyValue") is None
    assert len(boom.findall(f"{DS}SignedInfo/{DS}Reference")) == 3


def test_ook_draden_naast_elkaar_tekenen_goed(wereld: Bewijswereld) -> None:
    tekenaar = Ondertekenaar(wereld.sleutel, wereld.keten)
    dossiers = [DOSSIER.replace(b">7<", f">{nummer}<".encode()) for nummer in range(40)]
    with ThreadPoolExecutor(4) as draden:
        handtekeningen = list(draden.map(tekenaar.onderteken, dossiers))
    for dossier, een in zip(dossiers, handtekeningen, strict=True):
        assert verifieer(dossier, een, wereld.verwachting).octets == dossier


def test_dezelfde_inhoud_anders_geschreven_levert_de_ondertekende_octets(
    wereld: Bewijswereld, handtekening: bytes
) -> None:
    anders = b'<?xml version="1.0"?>\n' + DOSSIER
    assert verifieer(anders, handtekening, wereld.verwachting).octets == DOSSIER


def _ongeldig(dossier: bytes, handtekening: bytes, verwachting: Bewijsverwachting) -> str:
    with pytest.raises(BewijsOngeldig) as fout:
        verifieer(dossier, handtekening, verwachting)
    assert fout.value.reden.isprintable()
    assert "Zoë" not in fout.value.reden
    return fout.value.reden


@pytest.mark.parametrize(
    ("oud", "nieuw"),
    [
        (b">7<", b">8<"),
        ("Zoë".encode(), b"Zoe"),
        (b"<d:getal>7</d:getal>", b""),
        (b"urn:x", b"urn:y"),
        (b"d:naam", b"d:n"),
    ],
)
def test_een_gewijzigd_dossier_wordt_geweigerd(
    wereld: Bewijswereld, handtekening: bytes, oud: bytes, nieuw: bytes
) -> None:
    assert "klopt niet" in _ongeldig(DOSSIER.replace(oud, nieuw), handtekening, wereld.verwachting)


def test_wat_canonicalisatie_weglaat_wordt_niet_ondertekend(wereld: Bewijswereld, handtekening: bytes) -> None:
    met = DOSSIER.replace(b">7<", b"><!-- 8 -->7<")
    assert "commentaar" in _ongeldig(met, handtekening, wereld.verwachting)
    with pytest.raises(BewijsOngeldig, match="commentaar"):
        wereld.onderteken(met)
    with pytest.raises(BewijsOngeldig, match="relatieve naamruimte"):
        wereld.onderteken(DOSSIER.replace(b"urn:x", b"x"))
    for extra in (b"<!-- x -->", b"<?x y?>"):
        binnen = handtekening.replace(b"</ds:SignatureValue>", extra + b"</ds:SignatureValue>")
        assert "vorm" in _ongeldig(DOSSIER, binnen, wereld.verwachting)


@pytest.mark.parametrize("rommel", [b"", b"geen xml", b"<!DOCTYPE a><a/>", b"<a/>", b"<a>" * 200])
def test_rommel_is_geen_bewijs(wereld: Bewijswereld, handtekening: bytes, rommel: bytes) -> None:
    assert _ongeldig(DOSSIER, rommel, wereld.verwachting)
    assert _ongeldig(rommel, handtekening, wereld.verwachting)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_elke_gewijzigde_octet_van_de_handtekening_wordt_gezien(
    wereld: Bewijswereld, handtekening: bytes, data: st.DataObject
) -> None:
    """A change is refused, or does not change what the signature says (white space in Base64, the declaration)."""
    plaats = data.draw(st.integers(60, len(handtekening) - 1))
    nieuw = bytearray(handtekening)
    nieuw[plaats] ^= data.draw(st.sampled_from([1, 2, 4, 16, 32]))
    try:
        assert verifieer(DOSSIER, bytes(nieuw), wereld.verwachting).octets == DOSSIER
    except BewijsOngeldig:
        return
    assert b"".join(bytes(nieuw).split()) == b"".join(handtekening.split())


def test_alleen_de_geconfigureerde_ca_geldt(wereld: Bewijswereld, handtekening: bytes) -> None:
    assert "niet te herleiden" in _ongeldig(DOSSIER, handtekening, Bewijswereld().verwachting)


def test_de_verwachte_organisatie(wereld: Bewijswereld, handtekening: bytes) -> None:
    assert verifieer(DOSSIER, handtekening, replace(wereld.verwachting, oin=OIN)).oin == OIN
    assert "OIN" in _ongeldig(DOSSIER, handtekening, replace(wereld.verwachting, oin=Oin("9" * 20)))


def test_een_ingetrokken_ondertekenaar(wereld: Bewijswereld, handtekening: bytes) -> None:
    bron = GeheugenBron(wereld.wereld.crls(van=NU))
    verwachting = replace(wereld.verwachting, intrekkingen=Intrekkingen([bron]))
    assert verifieer(DOSSIER, handtekening, verwachting).oin == OIN
    bron.zet(*wereld.wereld.crls([wereld.certificaat.serial_number], van=NU))
    assert "ingetrokken" in _ongeldig(DOSSIER, handtekening, verwachting)


def test_oud_bewijs_geldt_op_een_moment_dat_van_elders_bekend_is(wereld: Bewijswereld, handtekening: bytes) -> None:
    def later() -> datetime:
        return NU + 25 * DAG

    with pytest.raises(BewijsOngeldig, match="verlopen"):
        verifieer(DOSSIER, handtekening, wereld.verwachting, later)
    assert verifieer(DOSSIER, handtekening, replace(wereld.verwachting, op_moment=NU), later).octets == DOSSIER


def test_een_moment_in_de_toekomst_wordt_geweigerd(wereld: Bewijswereld, handtekening: bytes) -> None:
    with pytest.raises(BewijsOngeldig, match="toekomst"):
        verifieer(DOSSIER, handtekening, wereld.verwachting, lambda: NU - DAG)


@pytest.mark.parametrize(
    "anders",
    [
        {"gebruik": sleutelgebruik("key_encipherment")},
        {"gebruik": None},
        {"doelen": (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)},
        {"sleutel": maak_sleutel_rsa(1024)},
        {"geldig_tot": NU - DAG},
        {"geldig_van": NU + 10 * DAG},
    ],
)
def test_een_ongeschikt_certificaat_bewijst_niets(
    wereld: Bewijswereld, anders: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    sleutel = anders.get("sleutel", wereld.sleutel)
    assert isinstance(sleutel, Sleutel)
    certificaat = wereld.geef_uit(**anders)
    monkeypatch.setattr("gateway.trust.bewijs.eis_sterk", lambda _: None)
    with monkeypatch.context() as even:
        even.setattr("gateway.trust.bewijs.eis_ondertekenaar", lambda _: None)
        handtekening = Ondertekenaar(sleutel, [certificaat, *wereld.wereld.tussen]).onderteken(DOSSIER)
    assert "wordt niet vertrouwd" in _ongeldig(DOSSIER, handtekening, wereld.verwachting)


def test_een_ondertekenaar_begint_niet_met_een_verkeerd_paar(wereld: Bewijswereld) -> None:
    tls = wereld.geef_uit(doelen=(ExtendedKeyUsageOID.CLIENT_AUTH,))
    zwak = maak_sleutel_rsa(1024)
    for sleutel, certificaat in (
        (maak_sleutel_ec(), wereld.certificaat),
        (wereld.sleutel, tls),
        (zwak, wereld.geef_uit(sleutel=zwak)),
    ):
        with pytest.raises(CertificaatGeweigerd):
            Ondertekenaar(sleutel, [certificaat])


Wijziging = Callable[[etree._Element], object]


def _zet(pad: str, naam: str, waarde: str) -> Wijziging:
    def doe(boom: etree._Element) -> None:
        element = boom.find(pad)
        assert element is not None
        element.set(naam, waarde)

    return doe


def _weg(pad: str) -> Wijziging:
    def doe(boom: etree._Element) -> None:
        element = boom.find(pad)
        assert element is not None
        ouder = element.getparent()
        assert ouder is not None
        ouder.remove(element)

    return doe


def _erbij(pad: str, tag: str, **attributen: str) -> Wijziging:
    def doe(boom: etree._Element) -> None:
        element = boom if pad == "." else boom.find(pad)
        assert element is not None
        etree.SubElement(element, tag, attributen)

    return doe


def _dubbel(pad: str) -> Wijziging:
    def doe(boom: etree._Element) -> None:
        element = boom.find(pad)
        assert element is not None
        element.addnext(copy.deepcopy(element))

    return doe


SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
INFO, TRANSFORMS = f"{DS}SignedInfo", f"{DS}SignedInfo/{DS}Reference/{DS}Transforms"
EIGENSCHAPPEN = f"{DS}Object/{XADES}QualifyingProperties/{XADES}SignedProperties"


@pytest.mark.parametrize(
    "wijzig",
    [
        _zet(f"{INFO}/{DS}Reference/{DS}DigestMethod", "Algorithm", SHA1),
        _zet(f".//{XADES}CertDigest/{DS}DigestMethod", "Algorithm", SHA1),
        _zet(f"{INFO}/{DS}SignatureMethod", "Algorithm", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        _zet(f"{INFO}/{DS}SignatureMethod", "Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
        _zet(f"{INFO}/{DS}CanonicalizationMethod", "Algorithm", "http://www.w3.org/2001/10/xml-exc-c14n#"),
        _zet(f"{TRANSFORMS}/{DS}Transform", "Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116"),
        _zet(f"{TRANSFORMS}/{DS}Transform", "Algorithm", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
        _erbij(TRANSFORMS, f"{DS}Transform", Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"),
        _erbij(TRANSFORMS, f"{DS}Transform", Algorithm="urn:onbekend"),
        _erbij(f"{TRANSFORMS}/{DS}Transform", f"{DS}XPath"),
        _weg(f"{TRANSFORMS}/{DS}Transform"),
        _weg(TRANSFORMS),
        _zet(f"{DS}SignatureValue", "Algorithm", SHA1),
        _zet(f"{INFO}/{DS}Reference", "URI", ""),
        _zet(f"{INFO}/{DS}Reference", "URI", "#dossier.xml"),
        _zet(f"{INFO}/{DS}Reference", "URI", "http://elders.example/dossier.xml"),
        _zet(f"{INFO}/{DS}Reference", "Type", "http://uri.etsi.org/01903#SignedProperties"),
        _zet(f"{INFO}/{DS}Reference[2]", "URI", "dossier.xml"),
        _zet(f"{INFO}/{DS}Reference[2]", "URI", "#elders"),
        _zet(f"{INFO}/{DS}Reference[3]", "URI", "#elders"),
        _weg(f"{INFO}/{DS}Reference[2]"),
        _weg(f"{INFO}/{DS}Reference[3]"),
        _dubbel(f"{INFO}/{DS}Reference"),
        _weg(EIGENSCHAPPEN),
        _weg(f"{DS}Object"),
        _dubbel(f"{DS}Object"),
        _dubbel(EIGENSCHAPPEN),
        _weg(f"{EIGENSCHAPPEN}/{XADES}SignedSignatureProperties/{XADES}SigningTime"),
        _weg(f"{EIGENSCHAPPEN}/{XADES}SignedSignatureProperties/{XADES}SigningCertificateV2"),
        _zet(f"{DS}Object/{XADES}QualifyingProperties", "Target", "#elders"),
        _zet(f".//{XADES}DataObjectFormat", "ObjectReference", "#elders"),
        _zet(f"{DS}KeyInfo", "Id", "elders"),
        _zet(f"{DS}KeyInfo/{DS}X509Data", "ID", "elders"),
        _erbij(f"{DS}KeyInfo", f"{DS}KeyValue"),
        _erbij(f"{DS}Object", "{urn:x}dossier", Id="dossier.xml"),
        _erbij(".", f"{DS}Object"),
    ],
)
def test_een_afwijkende_vorm_wordt_geweigerd(wereld: Bewijswereld, handtekening: bytes, wijzig: Wijziging) -> None:
    boom = lees(handtekening)
    wijzig(boom)
    assert "klopt niet" not in _ongeldig(DOSSIER, etree.tostring(boom), wereld.verwachting), "refused by form, earlier"


def test_dubbele_ids_worden_geweigerd(wereld: Bewijswereld, handtekening: bytes) -> None:
    boom = lees(handtekening)
    naam = boom.find(f"{DS}KeyInfo")
    eigenschappen = boom.find(EIGENSCHAPPEN)
    assert naam is not None
    assert eigenschappen is not None
    naam.set("Id", str(eigenschappen.get("Id")))
    assert "dubbele" in _ongeldig(DOSSIER, etree.tostring(boom), wereld.verwachting)


def test_een_ander_certificaat_met_dezelfde_sleutel_wordt_geweigerd(wereld: Bewijswereld, handtekening: bytes) -> None:
    """SigningCertificateV2 and the reference to KeyInfo tie the signature to one certificate, not just to a key."""
    ander = base64.b64encode(wereld.geef_uit(onderwerp=onderwerp("Ander", Oin("9" * 20))).public_bytes(Encoding.DER))
    boom = lees(handtekening)
    plek = boom.find(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    assert plek is not None
    plek.text = ander.decode()
    assert "klopt niet" in _ongeldig(DOSSIER, etree.tostring(boom), wereld.verwachting)


def test_een_handtekening_van_een_ander_recept_wordt_geweigerd(wereld: Bewijswereld) -> None:
    """Signed with the right key, but for an element inside the dossier."""
    tekenaar = XAdESSigner(
        method=SignatureConstructionMethod.detached,
        signature_algorithm="ecdsa-sha256" if not isinstance(wereld.sleutel, rsa.RSAPrivateKey) else "rsa-sha256",
        c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    verwijzing = SignatureReference(
        URI="dossier.xml", c14n_method=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    )
    enkel = DOSSIER.replace(b' Id="dossier.xml"', b"", 1)
    boom = tekenaar.sign(
        lees(enkel), key=wereld.sleutel, cert=wereld.keten, reference_uri=[verwijzing], always_add_key_value=False
    )
    assert "verwijst niet precies" in _ongeldig(enkel, etree.tostring(boom), wereld.verwachting)


def test_het_dossier_komt_niet_in_het_foutenlog(wereld: Bewijswereld, caplog: pytest.LogCaptureFixture) -> None:
    """Signxml logs what it canonicalises when somebody sets the level to debug."""
    with caplog.at_level(logging.DEBUG, logger="signxml.processor"):
        verifieer(DOSSIER, wereld.onderteken(), wereld.verwachting)
    assert "Zoë" not in caplog.text
    assert not caplog.records
