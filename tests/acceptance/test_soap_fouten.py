"""Every fault code and every plain HTTP error, and what a request may look like (`messages.md`, Results)."""

from __future__ import annotations

import codecs
import socket
import ssl
import uuid
from collections.abc import Iterator

import pytest
import requests

from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.geduld import GEDULD
from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld
from tests.hulp.soapklant import (
    NS,
    ONS,
    PING,
    SOAP,
    TRAJECT,
    Adres,
    SoapKlant,
    document,
    envelop,
    http_verzoek,
    lees_antwoord,
    verzoek,
)

_nummers = leerlingen(62, __name__)
PGN = proef_pgn(62_000).waarde
SESSIE = str(uuid.uuid4())
GOED = document(SESSIE, PGN)
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"


@pytest.fixture(scope="module")
def las(wereld: DraaiendeWereld) -> Iterator[SoapKlant]:
    klant = SoapKlant(wereld.dev)
    yield klant
    klant.sluit()


# ------------------------------------------------------------------------------------------------------- plain HTTP


@pytest.mark.parametrize("methode", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_andere_methode_405(las: SoapKlant, methode: str) -> None:
    antwoord = las.http.request(methode, las.bron_url, timeout=GEDULD)
    assert antwoord.status_code == 405
    assert "POST" in antwoord.headers["allow"]


@pytest.mark.parametrize(
    "pad",
    [
        "/",
        "/oso",
        "/oso/20200910",
        "/oso/20200910/",
        "/oso/20200910/bron/",
        "/oso/20200910/anders",
        "/oso/19990101/bron",
        "/oso/20200910/bron/extra",
        "/v1/dossiers",
        "/trafficcenter/20200910",
        "/metrics",
        "/healthz",
    ],
)
def test_onbekend_pad_404(las: SoapKlant, pad: str) -> None:
    assert las.post(PING, las.dev["soap"] + pad).status == 404


def test_rondom_omgebouwde_paden(las: SoapKlant) -> None:
    for pad in ("/oso/20200910/../20200910/bron", "/oso//20200910/bron", "/OSO/20200910/bron", "//bron"):
        with las.lijn() as lijn:
            lijn.sendall(http_verzoek(PING, pad))
            assert lees_antwoord(lijn).status == 404, pad


@pytest.mark.parametrize(
    ("soort", "status"),
    [
        ("text/xml", 200),
        ("text/xml; charset=utf-8", 200),
        ("text/xml;charset=UTF-8", 200),
        ('TEXT/XML; Charset="Utf-8"', 200),
        ("text/xml; charset=utf-8; action=x", 200),
        ("application/soap+xml; charset=utf-8", 415),
        ("application/xml", 415),
        ("text/plain", 415),
        ("text/xml; charset=iso-8859-1", 415),
        ("text/xml; charset=windows-1252", 415),
        ("text/xml; charset=utf-7", 415),
        ("multipart/related; type=text/xml", 415),
        ("", 415),
    ],
)
def test_inhoudstype(las: SoapKlant, soort: str, status: int) -> None:
    assert las.post(PING, Content_Type=soort).status == status


def test_zonder_inhoudstype_415(las: SoapKlant) -> None:
    with las.lijn() as lijn:
        lijn.sendall(
            b"POST /oso/20200910/bron HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(PING) + PING
        )
        assert lees_antwoord(lijn).status == 415


@pytest.mark.parametrize("codering", ["gzip", "deflate", "br", "zstd", "x-gzip", "gzip, gzip"])
def test_gecodeerde_inhoud_415(las: SoapKlant, codering: str) -> None:
    assert las.post(b"\x1f\x8b\x08\x00", Content_Encoding=codering).status == 415


@pytest.mark.parametrize("lengte", [64 * 1024 * 1024 + 1, 10**12])
def test_te_grote_lengte_413_ongelezen(las: SoapKlant, lengte: int) -> None:
    with las.lijn() as lijn:
        lijn.sendall(http_verzoek(b"", lengte=lengte))
        assert lees_antwoord(lijn).status == 413


@pytest.mark.parametrize("lengte", ["-1", "x", "1, 2", "0x10", "18446744073709551617"])
def test_onzinnige_lengte_400(las: SoapKlant, lengte: str) -> None:
    with las.lijn() as lijn:
        lijn.sendall(
            f"POST /oso/20200910/bron HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
            f"Content-Length: {lengte}\r\n\r\n".encode()
        )
        assert lees_antwoord(lijn).status in (400, 413)


def test_lengte_en_stukken_samen_gaat_niet(las: SoapKlant) -> None:
    """Two ways to say where a request ends are how requests are smuggled."""
    with las.lijn() as lijn:
        lijn.sendall(http_verzoek(b"0\r\n\r\nPOST /x HTTP/1.1\r\n\r\n", koppen="Transfer-Encoding: chunked\r\n"))
        assert lees_antwoord(lijn).status == 400


def test_in_stukken_mag(las: SoapKlant) -> None:
    def stukken() -> Iterator[bytes]:
        for plek in range(0, len(PING), 7):
            yield PING[plek : plek + 7]

    antwoord = las.http.post(las.bron_url, data=stukken(), headers={"Content-Type": "text/xml"}, timeout=GEDULD)
    assert antwoord.status_code == 200


# ------------------------------------------------------------------------------------------------ SOAPAction, coding


@pytest.mark.parametrize(
    "actie",
    [f'"{NS}/ping"', f"{NS}/ping", '""', '"urn:iets-anders"', f'"{NS}/document"', "é".encode().decode("latin-1")],
)
def test_soapaction_doet_er_niet_toe(las: SoapKlant, actie: str) -> None:
    assert las.post(PING, SOAPAction=actie).tekst("beschikbaar") == "true"


def test_zonder_soapaction(las: SoapKlant) -> None:
    assert las.post(PING).tekst("beschikbaar") == "true"


@pytest.mark.parametrize("dienst", ["bron", "doel"])
def test_ping_op_beide_diensten(las: SoapKlant, dienst: str) -> None:
    antwoord = las.post(PING, f"{las.dev['soap']}/oso/20200910/{dienst}")
    assert [kind.tag for kind in antwoord.lijf] == [f"{{{NS}}}beschikbaar"]


@pytest.mark.parametrize(
    ("soort", "octets"),
    [
        ("text/xml; charset=utf-16", PING.decode().encode("utf-16")),
        ("text/xml; charset=utf-16", codecs.BOM_UTF16_BE + PING.decode().encode("utf-16-be")),
        ("text/xml; charset=utf-16", ('<?xml version="1.0" encoding="UTF-16"?>' + PING.decode()).encode("utf-16")),
        ("text/xml", PING.decode().encode("utf-16")),
        ("text/xml; charset=utf-8", codecs.BOM_UTF8 + PING),
        ("text/xml; charset=utf-8", b'<?xml version="1.0" encoding="utf-8"?>\n' + PING),
        ("text/xml; charset=utf-8", b'<?xml version="1.0"?>' + PING),
    ],
)
def test_codering_die_mag(las: SoapKlant, soort: str, octets: bytes) -> None:
    assert las.post(octets, Content_Type=soort).tekst("beschikbaar") == "true"


@pytest.mark.parametrize(
    "octets",
    [
        PING.decode().encode("utf-16-le"),
        PING.decode().encode("utf-16-be"),
        PING.decode().encode("utf-32"),
        PING.decode().encode("utf-7"),
        b'<?xml version="1.0" encoding="iso-8859-1"?>' + PING,
        b'<?xml version="1.0" encoding="x-onbekend"?>' + PING,
        b'<?xml version="1.1"?>' + PING,
        PING.decode().encode("cp037"),
    ],
    ids=["utf16le", "utf16be", "utf32", "utf7", "latin1", "onbekend", "xml11", "ebcdic"],
)
def test_codering_die_niet_mag(las: SoapKlant, octets: bytes) -> None:
    antwoord = las.post(octets)
    if octets.startswith(b"<s:E"):  # UTF-7 of plain ASCII is the same octets
        assert antwoord.status == 200
    else:
        assert (antwoord.fout, antwoord.faultcode) == ("BerichtOngeldig", "Client")


# ------------------------------------------------------------------------------------------------------ the envelope


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"geen xml",
        b"{}",
        b"<a/>",
        PING[:-20],
        PING + PING,
        PING + b"<a/>",
        b"\x00" + PING,
        f'<s:Envelope xmlns:s="{SOAP}"/>'.encode(),
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body/></s:Envelope>'.encode(),
        f'<s:Envelope xmlns:s="{SOAP}"><s:Header/></s:Envelope>'.encode(),
        envelop(verzoek("ping") * 2),
        envelop(verzoek("ping")).replace(b"</s:Envelope>", b"<s:Body/></s:Envelope>"),
        envelop(verzoek("ping")).replace(b"<s:Body>", b"<s:Body/><s:Body>"),
        envelop(verzoek("ping"), kop="<s:Header/><s:Header/>"),
        envelop(verzoek("ping")).replace(b"</s:Envelope>", b"<s:Header/></s:Envelope>"),
        envelop(verzoek("ping") + "tekst"),
        envelop(verzoek("ping")).replace(b"<s:Body>", b"tekst<s:Body>"),
        envelop(verzoek("ping"), kop='<x:Header xmlns:x="urn:x"/>'),
        envelop("losse tekst"),
        envelop("<s:Body>" + verzoek("ping") + "</s:Body>"),
        envelop(envelop(verzoek("ping")).decode()),
    ],
)
def test_geen_envelop_is_bericht_ongeldig(las: SoapKlant, octets: bytes) -> None:
    antwoord = las.post(octets)
    assert antwoord.fout in ("BerichtOngeldig", "OperatieOnbekend")
    assert antwoord.faultcode == "Client"


@pytest.mark.parametrize(
    "ruimte", ["http://www.w3.org/2003/05/soap-envelope", "urn:anders", "http://schemas.xmlsoap.org/soap/envelope"]
)
def test_andere_soapversie(las: SoapKlant, ruimte: str) -> None:
    antwoord = las.post(envelop(verzoek("ping"), ns=ruimte))
    assert antwoord.faultcode == "VersionMismatch"
    assert antwoord.fout is None


@pytest.mark.parametrize(
    ("blok", "begrepen"),
    [
        ('<x:a xmlns:x="urn:x"/>', True),
        ('<x:a xmlns:x="urn:x" s:mustUnderstand="0"/>', True),
        ('<x:a xmlns:x="urn:x" s:actor="urn:y"/>', True),
        ('<x:a xmlns:x="urn:x" s:mustUnderstand="1"/>', False),
        ('<x:a xmlns:x="urn:x" s:mustUnderstand="true"/>', False),
        ('<x:a xmlns:x="urn:x"/><x:b xmlns:x="urn:x" s:mustUnderstand="1"/>', False),
        (f'<w:Security xmlns:w="{WSSE}" s:mustUnderstand="1"/>', False),
        (f'<w:Security xmlns:w="{WSSE}"/>', True),
    ],
)
def test_kopblokken(las: SoapKlant, blok: str, begrepen: bool) -> None:
    antwoord = las.post(envelop(verzoek("ping"), kop=f"<s:Header>{blok}</s:Header>"))
    if begrepen:
        assert antwoord.tekst("beschikbaar") == "true"
    else:
        assert antwoord.faultcode == "MustUnderstand"
        assert antwoord.fout is None


# ---------------------------------------------------------------------------------------------- operation and version


@pytest.mark.parametrize(
    "inhoud",
    [
        verzoek("onbekend"),
        verzoek("overdracht"),
        verzoek("sessiecontrole"),
        verzoek("notificatie"),
        verzoek("registreerAanleverpunt"),
        f'<document xmlns="{NS}"/>',
        f'<documentResponse xmlns="{NS}"/>',
        f'<pingresponse xmlns="{NS}"/>',
        f'<PingRequest xmlns="{NS}"/>',
        '<pingRequest xmlns=""/>',
        '<pingRequest xmlns="urn:anders"/>',
    ],
)
def test_operatie_onbekend(las: SoapKlant, inhoud: str) -> None:
    antwoord = las.post(envelop(inhoud))
    assert (antwoord.fout, antwoord.faultcode) == ("OperatieOnbekend", "Client")


@pytest.mark.parametrize("versie", ["20180404", "19990101", "2020091O"])
def test_versie_onbekend(las: SoapKlant, versie: str) -> None:
    ruimte = NS.replace("20200910", versie)
    assert las.post(envelop(verzoek("ping", ns=ruimte))).fout == "VersieOnbekend"
    assert las.post(envelop(document(SESSIE, PGN).replace(NS, ruimte))).fout == "VersieOnbekend"


@pytest.mark.parametrize("operatie", ["document", "terugkoppeling"])
def test_brondienst_kent_doel_niet(las: SoapKlant, operatie: str) -> None:
    assert las.post(envelop(verzoek(operatie)), f"{las.dev['soap']}/oso/20200910/doel").fout == "OperatieOnbekend"


# --------------------------------------------------------------------------------------------------------- the XSD

_ONGELDIG = {
    "brin": GOED.replace("<bronBrin>00YY", "<bronBrin>00yy"),
    "brin leeg": GOED.replace("<bronBrin>00YY", "<bronBrin>"),
    "kenmerk met spatie": GOED.replace(ONS, "0000 00YY00931"),
    "kenmerk te lang": GOED.replace(ONS, "1" * 33),
    "kenmerk ontbreekt": GOED.replace(f"<bronRouteringsKenmerk>{ONS}</bronRouteringsKenmerk>", ""),
    "pgn te kort": GOED.replace(PGN, PGN[:-1]),
    "pgn met letter": GOED.replace(PGN, f"{PGN[:-1]}X"),
    "pgn arabisch": GOED.replace(PGN, "١٢٣٤٥٦٧٨٢"),
    "pgn dubbel": GOED.replace("<overdrachtsoort>", f"<pgn>{PGN}</pgn><overdrachtsoort>"),
    "pgn en koppelsleutel": GOED.replace(
        "<overdrachtsoort>", f"<koppelsleutel>{SESSIE}</koppelsleutel><overdrachtsoort>"
    ),
    "soort": GOED.replace("overstapdossier", "Overstapdossier"),
    "sessie": GOED.replace(SESSIE, "geen-guid"),
    "sessie in accolades": GOED.replace(SESSIE, f"{{{SESSIE}}}"),
    "sessie ontbreekt": GOED.replace(f"<sessieId>{SESSIE}</sessieId>", ""),
    "verzameldatum zonder zone": document(SESSIE, PGN, verzameldatum="2026-01-01T10:00:00"),
    "verzameldatum geen datum": document(SESSIE, PGN, verzameldatum="2026-02-30T10:00:00Z"),
    "volgorde": GOED.replace(f"<pgn>{PGN}</pgn>", "").replace(
        "</documentRequest>", f"<pgn>{PGN}</pgn></documentRequest>"
    ),
    "kind te veel": GOED.replace("</documentRequest>", "<extra/></documentRequest>"),
    "kind ongekwalificeerd": GOED.replace("<pgn>", '<pgn xmlns="">'),
    "attribuut": GOED.replace("<pgn>", '<pgn a="b">'),
    "xsi:nil": GOED.replace("<pgn>", '<pgn xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true">'),
    "tekst": GOED.replace("<pgn>", "los<pgn>"),
    "commentaar in waarde": GOED.replace(PGN, f"{PGN[:4]}<!-- x -->{PGN[4:]}"),
    "verwerkingsinstructie": GOED.replace(PGN, f"{PGN}<?x y?>"),
    "leeg": verzoek("document"),
    "ping met inhoud": verzoek("ping", "<a/>"),
}


@pytest.mark.parametrize("naam", _ONGELDIG)
def test_ongeldig_volgens_xsd(las: SoapKlant, naam: str) -> None:
    antwoord = las.post(envelop(_ONGELDIG[naam]))
    assert (antwoord.fout, antwoord.faultcode) == ("BerichtOngeldig", "Client")
    assert PGN.encode() not in antwoord.octets
    assert SESSIE.encode() not in antwoord.octets


def test_commentaar_buiten_waarden_mag(las: SoapKlant) -> None:
    met = GOED.replace("<pgn>", "<!-- x --><pgn>")
    assert las.post(envelop(met)).resultaat == "SessieOnbekend"


# ---------------------------------------------------------------------------------------------------------- the party


@pytest.mark.parametrize(
    ("partij", "adres", "code"),
    [
        ("magister", TRAJECT, "CertificaatHoortNietBijPartij"),
        ("trajectplanner", Adres(), "CertificaatHoortNietBijPartij"),
        ("poschool", Adres(), "CertificaatHoortNietBijPartij"),
        ("vreemde", Adres(), "CertificaatHoortNietBijPartij"),
        ("vreemde", TRAJECT, "CertificaatHoortNietBijPartij"),
        ("vreemde", Adres(bron="bestaat-niet"), "CertificaatHoortNietBijPartij"),
        ("magister", Adres(doel_brin="99ZZ"), "CertificaatHoortNietBijPartij"),
        ("magister", Adres(bron="bestaat-niet"), "BronHoortNietBijSysteem"),
        ("magister", Adres(bron_brin="12SS"), "BronHoortNietBijSysteem"),
        ("magister", Adres(bron_brin="99ZZ"), "BronHoortNietBijSysteem"),
        ("magister", Adres(bron="0000000700000YY00932"), "BronHoortNietBijSysteem"),
    ],
)
def test_adresblok_van_een_ander(wereld: DraaiendeWereld, partij: str, adres: Adres, code: str) -> None:
    klant = SoapKlant(wereld.dev, partij)
    antwoord = klant.vraag(SESSIE, PGN, adres)
    assert (antwoord.fout, antwoord.faultcode) == (code, "Client")
    assert PGN.encode() not in antwoord.octets


def test_vreemde_mag_pingen_en_de_wsdl_zien(wereld: DraaiendeWereld) -> None:
    klant = SoapKlant(wereld.dev, "vreemde")
    assert klant.post(PING).tekst("beschikbaar") == "true"
    for dienst in ("bron", "doel"):
        wsdl = klant.http.get(f"{klant.dev['soap']}/oso/20200910/{dienst}?wsdl", timeout=GEDULD)
        assert wsdl.status_code == 200
        assert f'location="{klant.dev["soap"]}/oso/20200910/{dienst}"' in wsdl.text
        assert "<import" not in wsdl.text.replace("xs:import", "<import")


def test_foutnummer_staat_in_het_logboek(wereld: DraaiendeWereld, las: SoapKlant) -> None:
    antwoord = las.post(envelop(verzoek("onbekend")))
    nummer = antwoord.lijf.findtext(f"detail/{{{NS}}}fout/{{{NS}}}foutId") or ""
    assert nummer
    assert nummer in wereld.log
    assert b"Traceback" not in antwoord.octets


# ------------------------------------------------------------------------------------------------------ certificates


def probeer(las: SoapKlant, context: ssl.SSLContext) -> None:
    """Send a ping over a connection that must be refused: the failure is an error of TLS or a closed connection."""
    with las.lijn(context) as lijn:
        lijn.sendall(http_verzoek(PING))
        assert lijn.recv(100) == b""
        raise ConnectionError


def test_zonder_certificaat_geen_octet_http(las: SoapKlant) -> None:
    context = ssl.create_default_context(cafile=las.dev["ca"])
    with pytest.raises((ssl.SSLError, ConnectionError)):
        probeer(las, context)
    with pytest.raises(requests.exceptions.RequestException):
        requests.post(las.bron_url, data=PING, verify=las.dev["ca"], timeout=GEDULD)


@pytest.mark.parametrize("versie", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_en_1_3(las: SoapKlant, versie: ssl.TLSVersion) -> None:
    context = las.context()
    context.minimum_version = context.maximum_version = versie
    with las.lijn(context) as lijn:
        lijn.sendall(http_verzoek(PING))
        assert lees_antwoord(lijn).status == 200


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_tls_1_1_niet(las: SoapKlant) -> None:
    context = las.context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        probeer(las, context)


def test_kale_http_op_de_tls_poort(las: SoapKlant) -> None:
    poort = int(las.dev["soap"].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", poort), timeout=GEDULD) as kaal:
        kaal.sendall(http_verzoek(PING))
        gelezen = b""
        while deel := kaal.recv(4096):
            gelezen += deel
        assert b"HTTP/" not in gelezen
