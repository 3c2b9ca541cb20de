"""Hostile JSON, forms, attachments and HTTP at the REST doors: a problem, cheap, nothing stored, the next one works."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable

import pytest

from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.proefbestanden import pdf
from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld
from tests.hulp.soapklant import PING, SoapKlant, lees_antwoord
from tests.hulp.soapklant import http_verzoek as soap_verzoek
from tests.hulp.vijandige_berichten import MIB, pdf_met, pdfbom, zip_van, zipbom
from tests.hulp.vijandige_lijn import Gemeten, Meter, http, in_stukken, lees_heel, multipart, verbind

_nummers = leerlingen(66, __name__)
GOED = maak_dossier(proef_pgn(66_000), zaad=66_000)
_DOSSIER = 'Content-Disposition: form-data; name="dossier"; filename="d.xml"\r\nContent-Type: application/xml'
_OKI = 'Content-Disposition: form-data; name="okiDoc"; filename="oki.pdf"\r\nContent-Type: application/pdf'
_CONTEXT = 'Content-Disposition: form-data; name="context"\r\nContent-Type: application/json'


def _bijlage(naam: str) -> str:
    return (
        f'Content-Disposition: form-data; name="bijlage"; filename="{naam}"\r\nContent-Type: application/octet-stream'
    )


class Rest:
    """The REST port of a running world."""

    def __init__(self, wereld: DraaiendeWereld) -> None:
        self.dev = wereld.dev
        self.meter = Meter(wereld.pid, wereld.map)
        self.kop = {"Authorization": f"Bearer {wereld.dev['tokens']['kern']}", "OSO-Account": "proef"}

    def doe(self, methode: str, pad: str, lijf: bytes, **koppen: str) -> Gemeten:
        kop = self.kop | {naam.replace("_", "-"): waarde for naam, waarde in koppen.items()}
        return self.meter.stuur(self.dev["rest"], http(methode, f"/v1{pad}", lijf, kop))

    def leeft(self) -> None:
        gemeten = self.doe("POST", "/validaties", GOED, Content_Type="application/xml")
        assert json.loads(gemeten.antwoord.octets)["geldig"] is True


@pytest.fixture(scope="module")
def rest(wereld: DraaiendeWereld) -> Rest:
    poort = Rest(wereld)
    for _ in range(3):
        poort.leeft()
    return poort


def geweigerd(gemeten: Gemeten, grootte: int = 0, *statussen: int) -> dict[str, object]:
    """A problem that says something, in time and in memory; gives it."""
    assert gemeten.antwoord.status in (statussen or (400, 413, 415, 422)), gemeten.antwoord
    assert gemeten.antwoord.koppen["content-type"] == "application/problem+json"
    probleem: dict[str, object] = json.loads(gemeten.antwoord.octets)
    assert probleem["code"]
    assert probleem["melding"]
    assert b"Traceback" not in gemeten.antwoord.octets
    assert gemeten.seconden < 2, gemeten.seconden
    assert gemeten.mib < 64 + grootte / MIB, gemeten.mib
    return probleem


# -------------------------------------------------------------------------------------------------------------- JSON

JSON: dict[str, Callable[[], bytes]] = {
    "leeg": lambda: b"",
    "geen json": lambda: b"dag",
    "rij": lambda: b"[]",
    "getal": lambda: b"1",
    "null": lambda: b"null",
    "diepe rij": lambda: b"[" * 100_000 + b"]" * 100_000,
    "diep object": lambda: b'{"plaatsing":' * 50_000 + b"1" + b"}" * 50_000,
    "diep in een veld": lambda: b'{"tegenhouden":' + b"[" * 60_000 + b"]" * 60_000 + b"}",
    "open": lambda: b"[" * 1_000_000,
    "groot getal": lambda: b'{"okiDocVrijgegeven":' + b"9" * 1_000_000 + b"}",
    "exponent": lambda: b'{"okiDocVrijgegeven":1e999999999}',
    "nan": lambda: b'{"okiDocVrijgegeven":NaN}',
    "oneindig": lambda: b'{"okiDocVrijgegeven":-Infinity}',
    "dubbel veld": lambda: b'{"tegenhouden":"a","tegenhouden":null}',
    "rommel erachter": lambda: b'{"tegenhouden":null}x',
    "twee objecten": lambda: b"{}{}",
    "ongeldige utf-8": lambda: b'{"tegenhouden":"\xff"}',
    "overlange utf-8": lambda: b'{"tegenhouden":"\xc0\xaf"}',
    "utf-16": lambda: '{"tegenhouden":"x"}'.encode("utf-16"),
    "los surrogaat": lambda: b'{"tegenhouden":"\\ud800"}',
    "nul": lambda: b'{"tegenhouden":"a\\u0000b"}',
    "nul-octet": lambda: b'{"tegenhouden":"a\x00b"}',
    "stuurteken": lambda: b'{"tegenhouden":"a\\u0007b"}',
    "onbekend veld": lambda: b'{"status":"groen"}',
    "proto": lambda: b'{"__proto__":{"a":1}}',
    "verkeerd type": lambda: b'{"okiDocVrijgegeven":"ja"}',
    "getal als waarheid": lambda: b'{"okiDocVrijgegeven":1}',
    "lange tekst": lambda: b'{"tegenhouden":"' + b"a" * 3_000_000 + b'"}',
    "veel velden": lambda: b"{" + b",".join(b'"v%d":1' % nr for nr in range(200_000)) + b"}",
    "plaatsing als tekst": lambda: b'{"plaatsing":"00YY/00"}',
    "plaatsing te veel": lambda: b'{"plaatsing":{"brin":"00YY","vestigingscode":"00","x":1}}',
    "brin met regeleinde": lambda: b'{"plaatsing":{"brin":"00YY\\n","vestigingscode":"00"}}',
    "te groot": lambda: b'{"tegenhouden":"' + b"a" * 20_000_000 + b'"}',
}


@pytest.mark.parametrize("naam", JSON)
def test_context(rest: Rest, naam: str) -> None:
    lijf = JSON[naam]()
    voor = rest.meter.rijen()
    gemeten = rest.doe("PUT", f"/dossiers/{next(_nummers)}/context", lijf, Content_Type="application/json")
    geweigerd(gemeten, len(lijf))
    deel, soort = multipart((_DOSSIER, GOED), (_CONTEXT, lijf))
    gemeten = rest.doe("PUT", f"/dossiers/{next(_nummers)}", deel, Content_Type=soort)
    geweigerd(gemeten, len(lijf))
    assert rest.meter.rijen() == voor


@pytest.mark.parametrize(
    "lijf",
    [
        b'{"elkNummers":"1"}',
        b'{"elkNummers":[1]}',
        b'{"elkNummers":["0"]}',
        b'{"elkNummers":["1","x"]}',
        b'{"elkNummers":["1\\u0000"]}',
        b'{"elkNummers":[["1"]]}',
        json.dumps({"elkNummers": ["1234567890123"]}).encode(),
        json.dumps({"elkNummers": [str(nr) for nr in range(1, 10_002)]}).encode(),
        json.dumps({"elkNummers": ["1"] * 400_000}).encode(),
        json.dumps({"elkNummers": ["9" * 1_000_000]}).encode(),
        json.dumps({"elkNummers": [1] * 1_000_000}).encode(),
        json.dumps({"elkNummers": [{}] * 900_000}).encode(),
    ],
    ids=lambda lijf: lijf[:30].decode(),
)
def test_klaarzettingen(rest: Rest, lijf: bytes) -> None:
    voor = rest.meter.rijen()
    geweigerd(rest.doe("POST", "/klaarzettingen", lijf, Content_Type="application/json"), len(lijf), 422, 413)
    assert rest.meter.rijen() == voor


def test_abonnement_met_een_miljoen_soorten(rest: Rest) -> None:
    voor = rest.meter.rijen()
    for soort in ("x", 1):
        lijf = json.dumps({"url": "https://127.0.0.1:9/x", "geheim": "g" * 32, "types": [soort] * 800_000}).encode()
        geweigerd(rest.doe("PUT", "/abonnementen/proef", lijf, Content_Type="application/json"), len(lijf))
    assert rest.meter.rijen() == voor


# -------------------------------------------------------------------------------------------------------------- forms

_GRENS = "grens-van-de-proef"


def _kaal(lijf: bytes, soort: str = f"multipart/form-data; boundary={_GRENS}") -> tuple[bytes, str]:
    return lijf, soort


def _genest() -> tuple[bytes, str]:
    binnen, soort = multipart((_DOSSIER, GOED), grens="binnen")
    return multipart((f'Content-Disposition: form-data; name="dossier"\r\nContent-Type: {soort}', binnen))


FORMULIER: dict[str, Callable[[], tuple[bytes, str]]] = {
    "leeg": lambda: _kaal(b""),
    "zonder grens": lambda: (multipart((_DOSSIER, GOED))[0], "multipart/form-data"),
    "andere grens": lambda: (multipart((_DOSSIER, GOED))[0], "multipart/form-data; boundary=anders"),
    "grens van 1000": lambda: (b"", f"multipart/form-data; boundary={'x' * 1000}"),
    "afgekapt": lambda: (multipart((_DOSSIER, GOED))[0][:-40], f"multipart/form-data; boundary={_GRENS}"),
    "staart": lambda: (multipart((_DOSSIER, GOED))[0] + b"rommel", f"multipart/form-data; boundary={_GRENS}"),
    "genest": _genest,
    "zonder dossier": lambda: multipart((_OKI, pdf(["x"]))),
    "twee dossiers": lambda: multipart((_DOSSIER, GOED), (_DOSSIER, GOED)),
    "twee oki-docs": lambda: multipart((_DOSSIER, GOED), (_OKI, pdf(["x"])), (_OKI, pdf(["x"]))),
    "onbekend deel": lambda: multipart((_DOSSIER, GOED), ('Content-Disposition: form-data; name="status"', b"groen")),
    "2000 delen": lambda: multipart((_DOSSIER, GOED), *[(_bijlage(f"b{nr}.txt"), b"x") for nr in range(2_000)]),
    "miljoen grenzen": lambda: _kaal(f"--{_GRENS}\r\n".encode() * 1_000_000),
    "bijna grenzen": lambda: multipart((_DOSSIER, f"\r\n--{_GRENS[:-1]}".encode() * 500_000)),
    "kop van 1 MB": lambda: multipart((_DOSSIER + "\r\nX-Lang: " + "x" * 1_000_000, GOED)),
    "10000 kopregels": lambda: multipart((_DOSSIER + "\r\nX: y" * 10_000, GOED)),
    "kop zonder waarde": lambda: multipart((_DOSSIER + "\r\nrommel", GOED)),
    "base64-deel": lambda: multipart((_DOSSIER + "\r\nContent-Transfer-Encoding: base64", base64.b64encode(GOED))),
    "zonder naam": lambda: multipart(("Content-Disposition: form-data", GOED)),
    "geen kop": lambda: _kaal(f"--{_GRENS}\r\n{GOED.decode()}\r\n--{_GRENS}--\r\n".encode()),
    "alleen lf": lambda: (
        multipart((_DOSSIER, GOED))[0].replace(b"\r\n", b"\n"),
        f"multipart/form-data; boundary={_GRENS}",
    ),
    "puntkomma's": lambda: multipart(('Content-Disposition: form-data; name="dossier"' + "; a=b" * 1_000, GOED)),
}


@pytest.mark.parametrize("naam", FORMULIER)
def test_formulier(rest: Rest, naam: str) -> None:
    lijf, soort = FORMULIER[naam]()
    voor = rest.meter.rijen()
    geweigerd(rest.doe("PUT", f"/dossiers/{next(_nummers)}", lijf, Content_Type=soort), len(lijf))
    assert rest.meter.rijen() == voor
    rest.leeft()


# -------------------------------------------------------------------------------------------------------- attachments

_EXE = b"MZ\x90\x00" + bytes(2_000)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_000)


def _docx(**meer: bytes) -> bytes:
    delen = {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "word/document.xml": b"<w/>",
        **{naam.replace("_", "/", 1): inhoud for naam, inhoud in meer.items()},
    }
    return zip_van(*delen.items())


BIJLAGE: dict[str, Callable[[], tuple[str, bytes]]] = {
    "zipbom als oki-doc": lambda: (_OKI, zipbom()),
    "pdf met javascript": lambda: (_OKI, pdf_met(b"/OpenAction << /S /JavaScript /JS (app.alert) >>")),
    "pdf met verstopt javascript": lambda: (_OKI, pdf_met(b"/OpenAction << /S /J#61vaScript /J#53 (x) >>")),
    "pdf met start": lambda: (_OKI, pdf_met(b"/OpenAction << /S /Launch /F (cmd.exe) >>")),
    "pdf met bestand": lambda: (_OKI, pdf_met(b"/Names << /EmbeddedFiles << /Names [] >> >>")),
    "pdf met wachtwoord": lambda: (_OKI, pdf_met(b">> /Encrypt << /Filter /Standard /V 1 /R 2")),
    "pdfbom": lambda: (_OKI, pdfbom(0)),
    "pdfbom in lagen": lambda: (_OKI, pdfbom(2)),
    "exe als oki-doc": lambda: (_OKI, _EXE),
    "html als oki-doc": lambda: (_OKI, b"<html><script>x</script></html>"),
    "leeg oki-doc": lambda: (_OKI, b""),
    "oki-doc anders genoemd": lambda: (_OKI.replace("oki.pdf", "oki.exe"), pdf(["x"])),
    "exe": lambda: (_bijlage("x.exe"), _EXE),
    "exe als pdf": lambda: (_bijlage("x.pdf"), _EXE),
    "exe als txt": lambda: (_bijlage("x.txt"), _EXE),
    "docm": lambda: (_bijlage("x.docm"), _docx(word_vbaProject=b"x")),
    "macro in docx": lambda: (
        _bijlage("x.docx"),
        zip_van(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"), ("word/vbaProject.bin", _OLE)),
    ),
    "zip": lambda: (_bijlage("x.zip"), zip_van(("x.txt", b"x"))),
    "zipbom": lambda: (_bijlage("x.zip"), zipbom()),
    "zipbom als docx": lambda: (_bijlage("x.docx"), zipbom("word/document.xml")),
    "te groot": lambda: (_bijlage("x.png"), b"\x89PNG\r\n\x1a\n" + zlib.compress(b"x") + bytes(5_000_001)),
    "naam met pad": lambda: (_bijlage("../../etc/passwd.txt"), b"tekst"),
    "naam met nul": lambda: (_bijlage("x\x00.txt"), b"tekst"),
    "naam met richting": lambda: (_bijlage("x\u202etxt.exe"), b"tekst"),
    "svg": lambda: (_bijlage("x.svg"), b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
    "html": lambda: (_bijlage("x.html"), b"<html/>"),
    "zonder soort": lambda: (_bijlage("bestand"), b"tekst"),
}


@pytest.mark.parametrize("naam", BIJLAGE)
def test_bijlage(rest: Rest, naam: str) -> None:
    lijf, soort = multipart((_DOSSIER, GOED), BIJLAGE[naam]())
    voor = rest.meter.rijen()
    geweigerd(rest.doe("PUT", f"/dossiers/{next(_nummers)}", lijf, Content_Type=soort), len(lijf))
    assert rest.meter.rijen() == voor
    rest.leeft()


INGEPAKT: dict[str, Callable[[], bytes]] = {
    "zipbom": lambda: zipbom("werkstuk.png"),
    "twee delen": lambda: zip_van(("werkstuk.png", b"x"), ("b.txt", b"x")),
    "versleuteld": lambda: zip_van(("werkstuk.png", b"x"), versleuteld=True),
    "pad": lambda: zip_van(("../werkstuk.png", b"x")),
    "absoluut": lambda: zip_van(("/etc/werkstuk.png", b"x")),
    "exe": lambda: zip_van(("werkstuk.png", _EXE)),
    "leeg archief": lambda: zip_van(),
    "zip in zip": lambda: zip_van(("werkstuk.png", zip_van(("x.png", b"x")))),
}


@pytest.mark.parametrize("naam", INGEPAKT)
def test_ingepakt_in_het_dossier(rest: Rest, naam: str) -> None:
    inhoud = base64.b64encode(INGEPAKT[naam]())
    alle = list(re.finditer(rb"<bestandsinhoud>([^<]*)</bestandsinhoud>", GOED))
    octets = GOED[: alle[-1].start(1)] + inhoud + GOED[alle[-1].end(1) :]
    gemeten = rest.doe("POST", "/validaties", octets, Content_Type="application/xml")
    assert gemeten.antwoord.status == 200
    verslag = json.loads(gemeten.antwoord.octets)
    assert any(bevinding["regel"].startswith("BIJL.") for bevinding in verslag["bevindingen"])
    assert gemeten.seconden < 2
    assert gemeten.mib < 64
    if naam != "leeg archief":  # unreadable is a warning, dangerous is an error
        assert verslag["geldig"] is False


# --------------------------------------------------------------------------------------------------------------- HTTP


@pytest.mark.parametrize("codering", ["gzip", "deflate", "br", "gzip, identity", "x-onzin"])
@pytest.mark.parametrize(("methode", "pad"), [("PUT", "/dossiers/1"), ("POST", "/validaties")])
def test_ingepakte_inhoud(rest: Rest, methode: str, pad: str, codering: str) -> None:
    bom = zlib.compress(bytes(50_000_000), 9)
    geweigerd(rest.doe(methode, pad, bom, Content_Type="application/xml", Content_Encoding=codering), 0, 415)


@pytest.mark.parametrize("soort", ["text/plain", "application/octet-stream", "application/x-www-form-urlencoded", "x"])
def test_andere_inhoud(rest: Rest, soort: str) -> None:
    geweigerd(rest.doe("PUT", f"/dossiers/{next(_nummers)}", GOED, Content_Type=soort), 0, 415)


@pytest.mark.parametrize("poort", ["rest", "soap"])
def test_in_stukken_boven_de_grens(wereld: DraaiendeWereld, rest: Rest, poort: str) -> None:
    """Without a declared length the limit holds while reading."""
    lijf = in_stukken(bytes(65 * MIB))
    if poort == "rest":
        kop = rest.kop | {"Content-Type": "application/xml", "Transfer-Encoding": "chunked"}
        gemeten = rest.meter.stuur(rest.dev["rest"], http("PUT", "/v1/dossiers/66000", lijf, kop))
        geweigerd(gemeten, 65 * MIB, 413)
    else:
        klant = SoapKlant(wereld.dev)
        kop = {"Content-Type": "text/xml", "Transfer-Encoding": "chunked"}
        verzoek = http("POST", "/oso/20200910/bron", lijf, kop)
        gemeten = rest.meter.stuur(rest.dev["soap"], verzoek, klant.context())
        assert gemeten.antwoord.fout == "TeGroot" if gemeten.antwoord.status == 500 else gemeten.antwoord.status == 413
    rest.leeft()


def test_te_grote_lengte_ongelezen(rest: Rest) -> None:
    kop = rest.kop | {"Content-Type": "application/xml"}
    gemeten = rest.meter.stuur(rest.dev["rest"], http("PUT", "/v1/dossiers/66000", b"", kop, lengte=65 * MIB))
    geweigerd(gemeten, 0, 413)


@pytest.mark.parametrize(
    "octets",
    [
        b"rommel\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET " + b"/a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
    ],
    ids=["rommel", "tls", "versie", "lang pad", "veel koppen", "smokkel", "nul in kop"],
)
def test_geen_http(rest: Rest, octets: bytes) -> None:
    with verbind(rest.dev["rest"]) as lijn:
        try:
            lijn.sendall(octets)
        except ConnectionError:
            return
        assert lees_heel(lijn).status in (400, 404, 414, 431, 505)
    rest.leeft()


def test_trage_bezoekers_houden_niemand_op(wereld: DraaiendeWereld, rest: Rest) -> None:
    """Thirty callers at each port that never finish; others are served meanwhile."""
    klant = SoapKlant(wereld.dev)
    context = klant.context()
    open_ = []
    for _ in range(30):
        for url, verzoek in (
            (rest.dev["rest"], http("PUT", "/v1/dossiers/66000", b"<dossier", rest.kop, lengte=50 * MIB)),
            (rest.dev["soap"], soap_verzoek(b"<s:Env", lengte=50 * MIB)),
        ):
            beheer = verbind(url, context if url == rest.dev["soap"] else None)
            lijn = beheer.__enter__()
            lijn.sendall(verzoek)
            open_.append(beheer)
    rest.leeft()
    assert klant.post(PING).status == 200
    for beheer in open_:
        beheer.__exit__(None, None, None)
    with klant.lijn() as lijn:
        lijn.sendall(soap_verzoek(PING))
        assert lees_antwoord(lijn).status == 200


@pytest.mark.lang
@pytest.mark.parametrize("poort", ["rest", "soap"])
def test_trage_koppen_worden_afgekapt(wereld: DraaiendeWereld, rest: Rest, poort: str) -> None:
    klant = SoapKlant(wereld.dev)
    with verbind(rest.dev[poort], klant.context() if poort == "soap" else None) as lijn:
        lijn.sendall(b"POST /oso/20200910/bron HTTP/1.1\r\nHost: ")
        assert lees_heel(lijn).status == 408
