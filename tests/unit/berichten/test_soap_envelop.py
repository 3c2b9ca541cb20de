"""What is no valid request gets the fault that says so, and a fault says nothing of the request."""

from __future__ import annotations

import codecs
import re
import uuid

import pytest

from gateway.berichten import codec, envelop
from gateway.berichten.fout import (
    BerichtFout,
    BerichtOngeldig,
    CertificaatHoortNietBijPartij,
    InterneFout,
    KopNietBegrepen,
    OperatieOnbekend,
    SoapVersieAnders,
    TeGroot,
    VersieOnbekend,
    schrijf_fout,
)
from gateway.berichten.pakket import standaardpakket
from gateway.domain.overdracht import Documentvraag, Overdrachtvraag, Zoeksleutel
from gateway.domain.waarden import Pgn, SessieId
from gateway.xmlio import lees
from tests.hulp.berichtvoorbeelden import ADRES, DOCUMENT, NS, SESSIE
from tests.hulp.berichtvoorbeelden import envelop as in_envelop

PAKKET = standaardpakket()
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
PING = f'<pingRequest xmlns="{NS}"/>'


def _lees(octets: bytes, dienst: str = "bron") -> envelop.Verzoek:
    return envelop.lees_verzoek(octets, PAKKET, dienst, maximum=1_000_000)


GELDIG = {
    "kaal": in_envelop(DOCUMENT),
    "lege kop": in_envelop(DOCUMENT, "<s:Header/>"),
    "kop zonder plicht": in_envelop(DOCUMENT, '<s:Header><x xmlns="urn:x">tekst</x></s:Header>'),
    "kop met plicht nul": in_envelop(DOCUMENT, '<s:Header><x xmlns="urn:x" s:mustUnderstand="0"/></s:Header>'),
    "met declaratie": b'<?xml version="1.0" encoding="utf-8"?>\n' + in_envelop(DOCUMENT),
    "met BOM": codecs.BOM_UTF8 + in_envelop(DOCUMENT),
    "utf-16": in_envelop(DOCUMENT).decode().encode("utf-16"),
    "met voorvoegsel": in_envelop(re.sub(r"<(/?)(\w)", r"<\1q:\2", DOCUMENT).replace("xmlns=", "xmlns:q=")),
    "commentaar tussen elementen": in_envelop(f"<!-- a -->{DOCUMENT.replace('<pgn>', '<!-- b --><pgn>')}<!-- c -->"),
    "witruimte eromheen": in_envelop(f"\n  {DOCUMENT.replace('101211151', ' 101211151 ')}\n"),
    "CDATA": in_envelop(DOCUMENT.replace("101211151", "<![CDATA[101211151]]>")),
    "GUID in hoofdletters": in_envelop(DOCUMENT.replace(SESSIE, SESSIE.upper())),
}


@pytest.mark.parametrize("octets", GELDIG.values(), ids=GELDIG.keys())
def test_geldig_in_elke_schrijfwijze(octets: bytes) -> None:
    vraag = codec.ontleed(_lees(octets), PAKKET, Documentvraag)

    assert vraag.sleutel == Pgn("101211151")
    assert vraag.sessie_id == SessieId(SESSIE)


_DIEP = "<a>" * 150 + "</a>" * 150
_VEEL = "".join(f' a{nr}="1"' for nr in range(60))
ONGELDIG: dict[str, tuple[bytes, type[BerichtFout]]] = {
    "leeg": (b"", BerichtOngeldig),
    "geen XML": (b"hallo", BerichtOngeldig),
    "JSON": (b'{"a": 1}', BerichtOngeldig),
    "afgebroken": (in_envelop(DOCUMENT)[:-20], BerichtOngeldig),
    "ongeldige UTF-8": (in_envelop(DOCUMENT).replace(b"101211151", b"\xff\xfe"), BerichtOngeldig),
    "latin-1": (b'<?xml version="1.0" encoding="iso-8859-1"?>' + in_envelop(DOCUMENT), BerichtOngeldig),
    "XML 1.1": (b'<?xml version="1.1"?>' + in_envelop(DOCUMENT), BerichtOngeldig),
    "DOCTYPE": (b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + in_envelop(DOCUMENT), BerichtOngeldig),
    "verwerkingsinstructie": (in_envelop(f"<?x y?>{DOCUMENT}"), BerichtOngeldig),
    "verwerkingsinstructie in waarde": (in_envelop(DOCUMENT.replace("101211151", "10121<?x?>1151")), BerichtOngeldig),
    "commentaar in waarde": (in_envelop(DOCUMENT.replace("101211151", "10121<!-- x -->1151")), BerichtOngeldig),
    "commentaar naast waarde": (in_envelop(DOCUMENT.replace("101211151", "101211151<!---->")), BerichtOngeldig),
    "te diep": (in_envelop(_DIEP), BerichtOngeldig),
    "te veel attributen": (in_envelop(DOCUMENT.replace("<pgn>", f"<pgn{_VEEL}>")), BerichtOngeldig),
    "te groot": (in_envelop(DOCUMENT + " " * 1_000_000), TeGroot),
    "ander wortelelement": (DOCUMENT.encode(), BerichtOngeldig),
    "SOAP 1.2": (in_envelop(DOCUMENT, ns=SOAP12), SoapVersieAnders),
    "onbekende envelop": (in_envelop(DOCUMENT, ns="urn:soap"), SoapVersieAnders),
    "geen Body": (in_envelop(DOCUMENT).replace(b"s:Body", b"s:Lijf"), BerichtOngeldig),
    "twee Bodies": (in_envelop(DOCUMENT, f"<s:Body>{PING}</s:Body>"), BerichtOngeldig),
    "Header na Body": (in_envelop(DOCUMENT).replace(b"</s:Body>", b"</s:Body><s:Header/>"), BerichtOngeldig),
    "lege Body": (in_envelop(""), BerichtOngeldig),
    "twee verzoeken": (in_envelop(PING + PING), BerichtOngeldig),
    "tekst in Body": (in_envelop(f"{PING}hallo"), BerichtOngeldig),
    "tekst in Envelope": (in_envelop(PING, "hallo"), BerichtOngeldig),
    "mustUnderstand": (
        in_envelop(DOCUMENT, '<s:Header><x xmlns="urn:x" s:mustUnderstand="1"/></s:Header>'),
        KopNietBegrepen,
    ),
    "mustUnderstand bij onzin": (
        in_envelop("<onzin/>", '<s:Header><x xmlns="urn:x" s:mustUnderstand="1"/></s:Header>'),
        KopNietBegrepen,
    ),
    "andere versie": (in_envelop(DOCUMENT.replace("20200910", "20180404")), VersieOnbekend),
    "andere versie, oude host": (
        in_envelop(DOCUMENT.replace(NS, "http://xml.eld.nl/schemas/Overstapservice/20160411")),
        VersieOnbekend,
    ),
    "andere naamruimte": (in_envelop('<documentRequest xmlns="urn:x"/>'), OperatieOnbekend),
    "zonder naamruimte": (in_envelop("<documentRequest/>"), OperatieOnbekend),
    "onbekende operatie": (in_envelop(f'<bestaatNietRequest xmlns="{NS}"/>'), OperatieOnbekend),
    "antwoord als verzoek": (in_envelop(f'<pingResponse xmlns="{NS}"/>'), OperatieOnbekend),
    "naam zonder Request": (in_envelop(f'<ping xmlns="{NS}"/>'), OperatieOnbekend),
    "operatie van andere dienst": (in_envelop(f'<overdrachtRequest xmlns="{NS}"/>'), OperatieOnbekend),
    "fault als verzoek": (in_envelop("<s:Fault/>"), OperatieOnbekend),
    "veld te veel": (in_envelop(DOCUMENT.replace("<pgn>", "<extra/><pgn>")), BerichtOngeldig),
    "veld te weinig": (in_envelop(DOCUMENT.replace("<bronBrin>00YY</bronBrin>", "")), BerichtOngeldig),
    "volgorde": (
        in_envelop(
            DOCUMENT.replace("<pgn>101211151</pgn>", "").replace("<bronBrin>", "<pgn>101211151</pgn><bronBrin>")
        ),
        BerichtOngeldig,
    ),
    "beide sleutels": (
        in_envelop(DOCUMENT.replace("<overdrachtsoort>", f"<koppelsleutel>{SESSIE}</koppelsleutel><overdrachtsoort>")),
        BerichtOngeldig,
    ),
    "pgn van acht": (in_envelop(DOCUMENT.replace("101211151", "10121115")), BerichtOngeldig),
    "pgn in andere cijfers": (in_envelop(DOCUMENT.replace("101211151", "١٠١٢١١١٥١")), BerichtOngeldig),
    "brin in kleine letters": (in_envelop(DOCUMENT.replace("00YY<", "00yy<")), BerichtOngeldig),
    "kenmerk met spatie": (in_envelop(DOCUMENT.replace("0000000700000YY00931", "0000 0931")), BerichtOngeldig),
    "kenmerk te lang": (in_envelop(DOCUMENT.replace("0000000700000YY00931", "x" * 33)), BerichtOngeldig),
    "sessie geen GUID": (in_envelop(DOCUMENT.replace(SESSIE, "geen-guid")), BerichtOngeldig),
    "soort onbekend": (in_envelop(DOCUMENT.replace("overstapdossier", "Overstapdossier")), BerichtOngeldig),
    "xsi:type": (
        in_envelop(
            DOCUMENT.replace(
                "<pgn>", '<pgn xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="bestaatNiet">'
            )
        ),
        BerichtOngeldig,
    ),
    "xsi:nil": (
        in_envelop(
            DOCUMENT.replace(
                "<pgn>101211151</pgn>",
                '<pgn xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>',
            )
        ),
        BerichtOngeldig,
    ),
}


@pytest.mark.parametrize(("octets", "soort"), ONGELDIG.values(), ids=ONGELDIG.keys())
def test_ongeldig_geeft_de_fout_die_het_zegt(octets: bytes, soort: type[BerichtFout]) -> None:
    with pytest.raises(BerichtFout) as fout:
        _lees(octets)

    assert type(fout.value) is soort
    antwoord = schrijf_fout(fout.value, NS)
    for verboden in (b"101211151", SESSIE.encode(), b"passwd", b"extra", b"bestaatNiet", b"onzin", b"10121"):
        assert verboden not in antwoord


@pytest.mark.parametrize(
    ("datum", "goed"),
    [
        ("2026-01-01T00:00:00Z", True),
        ("2026-01-01T00:00:00.123456789+01:00", True),
        ("2026-12-31T24:00:00Z", True),
        ("2026-01-01T00:00:00", False),
        ("2026-01-01", False),
        ("2026-02-30T00:00:00Z", False),
        ("12026-01-01T00:00:00Z", False),
        ("-0001-01-01T00:00:00Z", False),
        ("0001-01-01T00:00:00+14:00", False),
        ("9999-12-31T24:00:00Z", False),
    ],
)
def test_tijden_hebben_een_zone(datum: str, goed: bool) -> None:
    bericht = in_envelop(
        DOCUMENT.replace("<sessieId>", f"<dossierVerzameldatum>{datum}</dossierVerzameldatum><sessieId>")
    )
    if goed:
        vraag = codec.ontleed(_lees(bericht), PAKKET, Documentvraag)
        assert vraag.dossier_verzameldatum is not None
        assert vraag.dossier_verzameldatum.utcoffset() is not None
    else:
        with pytest.raises(BerichtOngeldig):
            codec.ontleed(_lees(bericht), PAKKET, Documentvraag)


def _overdracht(zoeksleutel: str) -> bytes:
    return in_envelop(
        f'<overdrachtRequest xmlns="{NS}">{ADRES}<zoeksleutelPgnfrag><zoeksleutel>{zoeksleutel}</zoeksleutel>'
        "<pgnfrag>1151</pgnfrag></zoeksleutelPgnfrag><overdrachtsoort>overstapdossier</overdrachtsoort>"
        "</overdrachtRequest>"
    )


def test_witruimte_in_een_zoeksleutel_telt_niet() -> None:
    gelezen = _lees(_overdracht("\n  QUJD\tREVG \r\n R0g= "), "trafficcenter")

    assert codec.ontleed(gelezen, PAKKET, Overdrachtvraag).sleutel == Zoeksleutel("QUJDREVGR0g=", "1151")


@pytest.mark.parametrize("zoeksleutel", ["", "   ", "QUJ", "QUJD=QUJ", "é"])
def test_een_zoeksleutel_is_base64(zoeksleutel: str) -> None:
    with pytest.raises(BerichtOngeldig):
        codec.ontleed(_lees(_overdracht(zoeksleutel), "trafficcenter"), PAKKET, Overdrachtvraag)


def test_een_bekende_kop_mag() -> None:
    kop = '<s:Header><x xmlns="urn:x" s:mustUnderstand="1"/></s:Header>'

    assert envelop.lees_verzoek(in_envelop(PING, kop), PAKKET, "bron", begrepen={"{urn:x}x"}).operatie == "ping"


def test_de_melding_zegt_waar_het_zit() -> None:
    with pytest.raises(BerichtOngeldig) as fout:
        _lees(in_envelop("\n" + DOCUMENT.replace("101211151", "1")))

    assert "element pgn, regel 2" in fout.value.melding


@pytest.mark.parametrize(
    "fout", [CertificaatHoortNietBijPartij(), InterneFout(), KopNietBegrepen(), SoapVersieAnders()]
)
def test_vorm_van_een_fault(fout: BerichtFout) -> None:
    wortel = lees(schrijf_fout(fout, NS))
    (fault,) = wortel.iter("{http://schemas.xmlsoap.org/soap/envelope/}Fault")

    assert [kind.tag for kind in fault][:2] == ["faultcode", "faultstring"]
    assert fault.findtext("faultcode") == f"soapenv:{fout.soapcode}"
    assert fault.findtext("faultstring") == fout.melding
    detail = fault.find("detail")
    if fout.code is None:
        assert detail is None
        return
    assert detail is not None
    assert uuid.UUID(detail.findtext(f"{{{NS}}}fout/{{{NS}}}foutId"))
    assert detail.findtext(f"{{{NS}}}fout/{{{NS}}}code") == fout.code.value
    PAKKET.controleer(detail[0])


def test_een_fault_als_antwoord() -> None:
    with pytest.raises(envelop.PeerFout) as fout:
        envelop.lees_antwoord(schrijf_fout(InterneFout(), NS), PAKKET, "ping")

    assert (fout.value.soapcode, fout.value.code) == ("Server", "InterneFout")


def test_een_fault_met_onzin_erin_blijft_een_fault() -> None:
    vreemd = schrijf_fout(InterneFout(), NS).replace(b"InterneFout", b"<b>x</b>").replace(b"Server", b"\n boos")
    with pytest.raises(envelop.PeerFout) as fout:
        envelop.lees_antwoord(vreemd, PAKKET, "ping")

    assert (fout.value.soapcode, fout.value.code, fout.value.fout_id) == ("onbekend", None, None)


@pytest.mark.parametrize(
    ("inhoudstype", "goed"),
    [
        ("text/xml", True),
        ("text/xml; charset=utf-8", True),
        ('TEXT/XML;Charset="UTF-16"', True),
        ("text/xml; charset=utf-8; action=x", True),
        ("text/xml; charset=iso-8859-1", False),
        ("application/soap+xml", False),
        ("application/xml", False),
        ("", False),
        (None, False),
    ],
)
def test_inhoudstype(inhoudstype: str | None, goed: bool) -> None:
    assert envelop.is_tekst_xml(inhoudstype) is goed
