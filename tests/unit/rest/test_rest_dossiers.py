"""Push, context, dossiers, versions, history: each sentence of their rows in the REST table and the small print."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from gateway.domain.waarden import ElkNummer
from tests.hulp.restwereld import DOSSIER, XML, RestWereld, maak_restwereld
from tests.unit.rest.test_rest_toegang import eis_probleem

_ANDER = b'<dossier pgn="101211151"><metadata/>anders</dossier>'
_FOUT = b'<dossier pgn="101211151">fout</dossier>'
_PLAATSING = {"brin": "00YY", "vestigingscode": "00"}

Bestanden = list[tuple[str, tuple[str | None, bytes | str, str]]]


def _formulier(w: RestWereld, bestanden: Bestanden, elk: str = "12345", **koppen: str) -> Any:
    return w.roep("PUT", f"/v1/dossiers/{elk}", files=bestanden, headers=koppen)


def _dossier(octets: bytes = DOSSIER) -> tuple[str, tuple[str | None, bytes | str, str]]:
    return "dossier", ("dossier.xml", octets, "application/xml")


def _context(tekst: str) -> tuple[str, tuple[str | None, bytes | str, str]]:
    return "context", (None, tekst, "application/json")


def test_een_nieuwe_versie_is_201_een_gelijke_200(w: RestWereld) -> None:
    eerste = w.push()
    assert eerste.status_code == 201
    antwoord = eerste.json()
    assert set(antwoord) == {"elkNummer", "versie", "sha256", "status", "bevindingen"}
    assert (antwoord["elkNummer"], antwoord["versie"], antwoord["status"]) == ("12345", 1, "wit")
    assert len(antwoord["sha256"]) == 64
    gelijk = w.push()
    assert (gelijk.status_code, gelijk.json(), gelijk.headers["etag"]) == (200, antwoord, eerste.headers["etag"])
    nieuw = w.push(dossier=_ANDER)
    assert (nieuw.status_code, nieuw.json()["versie"]) == (201, 2)
    assert nieuw.headers["etag"] != eerste.headers["etag"]


def test_waarschuwingen_komen_mee_bij_een_aangenomen_dossier(w: RestWereld) -> None:
    bevindingen = w.push(dossier=b"<dossier>let-op</dossier>").json()["bevindingen"]
    assert [(een["regel"], een["ernst"]) for een in bevindingen] == [("OS.letop", "waarschuwing")]


def test_een_fout_dossier_is_422_met_bevindingen_en_de_vorige_versie_blijft(w: RestWereld) -> None:
    w.push()
    probleem = eis_probleem(w.push(dossier=_FOUT), 422, "DossierOnjuist")
    assert probleem["bevindingen"][0] == {
        "regel": "OS.proef",
        "ernst": "fout",
        "pad": "/dossier[1]",
        "regelnummer": 1,
        "melding": "Dit klopt niet.",
    }
    dossier = w.roep("GET", "/v1/dossiers/12345").json()
    assert dossier["versie"] == 1
    assert dossier["laatstAfgekeurd"]["aantalFouten"] == 1
    assert w.push().status_code == 200
    assert "laatstAfgekeurd" not in w.roep("GET", "/v1/dossiers/12345").json()


def test_geen_xml_is_400_en_telt_niet_als_afgekeurd(w: RestWereld) -> None:
    w.push()
    assert eis_probleem(w.push(dossier=b"dit is niets"), 400, "GeenXml")["bevindingen"]
    assert "laatstAfgekeurd" not in w.roep("GET", "/v1/dossiers/12345").json()


def test_een_doctype_is_422_met_bevinding_xml(w: RestWereld) -> None:
    probleem = eis_probleem(w.push(dossier=b"<!DOCTYPE a><dossier/>"), 422, "DossierOnjuist")
    assert [een["regel"] for een in probleem["bevindingen"]] == ["XML"]


def test_een_ander_pgn_is_422_pgn_gewijzigd_zonder_het_nummer(w: RestWereld) -> None:
    w.push()
    antwoord = w.push(dossier=b'<dossier pgn="482782481"/>')
    eis_probleem(antwoord, 422, "PgnGewijzigd")
    assert "482782481" not in antwoord.text


@pytest.mark.parametrize("soort", ["text/plain", "application/json", "application/pdf", "", "multipart/mixed"])
def test_een_ander_soort_inhoud_is_415(w: RestWereld, soort: str) -> None:
    eis_probleem(w.push(headers={"Content-Type": soort}), 415, "MediatypeOnbekend")


def test_samengeperste_inhoud_is_415(w: RestWereld) -> None:
    eis_probleem(w.push(headers={"Content-Encoding": "gzip"}), 415, "MediatypeOnbekend")


def test_text_xml_met_charset_mag(w: RestWereld) -> None:
    assert w.push(headers={"Content-Type": "text/xml; charset=utf-8"}).status_code == 201


@pytest.mark.parametrize(
    ("gegeven", "wordt"),
    [
        ("0012345", "12345"),
        ("B007", "B7"),
        ("1", "1"),
        ("999999999999", "999999999999"),
        ("0" * 9 + "1" * 12, "1" * 12),
    ],
)
def test_voorloopnullen_vallen_weg(w: RestWereld, gegeven: str, wordt: str) -> None:
    assert w.push(gegeven).json()["elkNummer"] == wordt
    assert w.roep("GET", f"/v1/dossiers/{gegeven}").json()["elkNummer"] == wordt


@pytest.mark.parametrize(
    "elk", ["0", "000", "B0", "B", "b7", "1234567890123", "12x", "12.5", "-1", "+1", "１２", "%20"]
)
def test_een_onmogelijk_elk_nummer_is_422_zonder_het_nummer(w: RestWereld, elk: str) -> None:
    for antwoord in (w.push(elk), w.roep("GET", f"/v1/dossiers/{elk}"), w.context(elk)):
        probleem = eis_probleem(antwoord, 422, "ElkNummerOngeldig")
        if len(elk) > 5:
            assert elk not in str(probleem)


def test_if_match_neemt_niets_over_als_het_niet_klopt(w: RestWereld) -> None:
    etag = w.push().headers["etag"]
    assert etag.startswith('"')
    for anders in ('"9-9"', "W/" + etag, etag.strip('"'), '"1-0", "2-0"', ""):
        eis_probleem(w.push(dossier=_ANDER, headers={"If-Match": anders}), 412, "VersieAfwijkend")
        antwoord = w.roep(
            "PUT", "/v1/dossiers/12345/context", json={"okiDocVrijgegeven": True}, headers={"If-Match": anders}
        )
        eis_probleem(antwoord, 412, "VersieAfwijkend")
    assert w.roep("GET", "/v1/dossiers/12345").headers["etag"] == etag
    assert w.push(dossier=_ANDER, headers={"If-Match": etag}).status_code == 201
    assert w.push(headers={"If-Match": "*"}).status_code == 201
    eis_probleem(w.push("777", headers={"If-Match": "*"}), 412, "VersieAfwijkend")
    eis_probleem(w.roep("GET", "/v1/dossiers/777"), 404, "Onbekend")


def test_412_neemt_ook_de_context_niet_over(w: RestWereld) -> None:
    antwoord = w.roep(
        "PUT",
        "/v1/dossiers/12345",
        files=[_dossier(), _context('{"okiDocVrijgegeven":true}')],
        headers={"If-Match": '"1-0"'},
    )
    eis_probleem(antwoord, 412, "VersieAfwijkend")
    eis_probleem(w.roep("GET", "/v1/dossiers/12345"), 404, "Onbekend")


def test_de_etag_verandert_met_versie_en_context_en_alleen_daarmee(w: RestWereld) -> None:
    w.blauw()
    etag = w.roep("GET", "/v1/dossiers/12345").headers["etag"]
    w.push()
    w.roep("DELETE", "/v1/dossiers/12345/klaarzetting")
    assert w.roep("GET", "/v1/dossiers/12345").headers["etag"] == etag
    etags = {etag, w.context(okiDocVrijgegeven=False).headers["etag"], w.push(dossier=_ANDER).headers["etag"]}
    assert len(etags) == 3


def test_context_eerst_dan_is_er_nog_geen_versie(w: RestWereld) -> None:
    eis_probleem(w.roep("GET", "/v1/dossiers/12345"), 404, "Onbekend")
    antwoord = w.context(plaatsing=_PLAATSING, herkomst="regulier", okiDocVrijgegeven=False, tegenhouden=None)
    assert antwoord.status_code == 200
    verwacht = {
        "elkNummer": "12345",
        "status": "wit",
        "ophaalbaar": False,
        "reden": "GeenGeldigDossier",
        "versie": None,
        "verzameldatum": None,
    }
    assert antwoord.json() == verwacht
    assert w.roep("GET", "/v1/dossiers/12345").json() == verwacht


def test_een_afwezig_veld_van_de_context_blijft_zoals_het_was(w: RestWereld) -> None:
    w.blauw()
    assert w.context(tegenhouden="even niet").json()["reden"] == "Tegengehouden"
    assert w.context().json()["reden"] == "Tegengehouden"
    assert w.context(tegenhouden=None).json()["ophaalbaar"] is True
    assert w.context(okiDocVrijgegeven=False).json() | {"x": 0} == {
        **w.roep("GET", "/v1/dossiers/12345").json(),
        "reden": "OkiDocNietVrijgegeven",
        "status": "blauw",
        "x": 0,
    }
    assert w.context(plaatsing=None).json()["status"] == "wit"


@pytest.mark.parametrize(
    ("inhoud", "code"),
    [
        ({"plaatsing": {"brin": "00YY"}}, "VeldOntbreekt"),
        ({"plaatsing": {"brin": "00yy", "vestigingscode": "00"}}, "VeldOngeldig"),
        ({"plaatsing": {"brin": "00YY", "vestigingscode": 0}}, "VeldOngeldig"),
        ({"plaatsing": {**_PLAATSING, "naam": "x"}}, "VeldOnbekend"),
        ({"plaatsing": "00YY/00"}, "VeldOngeldig"),
        ({"herkomst": "elders"}, "VeldOngeldig"),
        ({"herkomst": None}, "VeldOngeldig"),
        ({"okiDocVrijgegeven": "ja"}, "VeldOngeldig"),
        ({"okiDocVrijgegeven": 1}, "VeldOngeldig"),
        ({"okiDocVrijgegeven": None}, "VeldOngeldig"),
        ({"tegenhouden": ""}, "VeldOngeldig"),
        ({"tegenhouden": 1}, "VeldOngeldig"),
        ({"status": "groen"}, "VeldOnbekend"),
        ({"oki_doc_vrijgegeven": True}, "VeldOnbekend"),
    ],
)
def test_een_verkeerde_context_is_422_en_neemt_niets_over(w: RestWereld, inhoud: dict[str, Any], code: str) -> None:
    import json

    eis_probleem(w.context(**inhoud), 422, code)
    eis_probleem(_formulier(w, [_dossier(), _context(json.dumps(inhoud))]), 422, code)
    assert w.toetser.gezien == []
    eis_probleem(w.roep("GET", "/v1/dossiers/12345"), 404, "Onbekend")


def test_context_bij_een_push_geldt_ook_als_het_dossier_is_geweigerd(w: RestWereld) -> None:
    antwoord = _formulier(w, [_dossier(_FOUT), _context('{"okiDocVrijgegeven":true}')])
    eis_probleem(antwoord, 422, "DossierOnjuist")
    assert w.roep("GET", "/v1/dossiers/12345").json()["reden"] == "GeenGeldigDossier"


def test_documenten_gaan_mee_met_hun_naam_oki_doc_eerst(w: RestWereld) -> None:
    antwoord = _formulier(
        w,
        [
            ("bijlage", ("foto é.png", b"PNG", "image/png")),
            _dossier(),
            ("okiDoc", ("advies.pdf", b"%PDF", "application/pdf")),
            ("bijlage", ("tekst.txt", b"tekst", "text/plain")),
        ],
    )
    assert antwoord.status_code == 201
    octets, documenten = w.toetser.gezien[0]
    assert octets == DOSSIER
    assert [(een.soort, een.bestandsnaam, een.inhoud) for een in documenten] == [
        ("oki-doc", "advies.pdf", b"%PDF"),
        ("bijlage", "foto é.png", b"PNG"),
        ("bijlage", "tekst.txt", b"tekst"),
    ]


def test_een_oki_doc_zonder_naam_gaat_zonder_naam_door(w: RestWereld) -> None:
    assert _formulier(w, [_dossier(), ("okiDoc", (None, b"%PDF", "application/pdf"))]).status_code == 201
    assert w.toetser.gezien[0][1][0].bestandsnaam == ""


@pytest.mark.parametrize(
    ("bestanden", "code", "naam"),
    [
        ([_dossier(), ("foto", ("a.png", b"x", "image/png"))], "VeldOnbekend", "foto"),
        ([_dossier(), ("okidoc", ("a.pdf", b"x", "application/pdf"))], "VeldOnbekend", "okidoc"),
        ([_context("{}")], "VeldOntbreekt", "dossier"),
        ([_dossier(), _dossier()], "VeldOngeldig", "dossier"),
        ([_dossier(), _context("{}"), _context("{}")], "VeldOngeldig", "context"),
        ([_dossier(), ("okiDoc", ("a.pdf", b"x", "")), ("okiDoc", ("b.pdf", b"x", ""))], "VeldOngeldig", "okiDoc"),
        ([_dossier(), _context("{")], "VeldOngeldig", "context"),
        ([_dossier(), _context("[]")], "VeldOngeldig", "object"),
        ([_dossier(), _context(" " * 70_000)], "VeldOngeldig", "context"),
    ],
)
def test_verkeerde_onderdelen_zijn_422(w: RestWereld, bestanden: Bestanden, code: str, naam: str) -> None:
    assert naam in eis_probleem(_formulier(w, bestanden), 422, code)["melding"]
    assert w.toetser.gezien == []


def test_te_groot_is_413_ook_als_de_grootte_niet_vooraf_bekend_is() -> None:
    w = maak_restwereld(max_bericht=100)
    eis_probleem(w.push(dossier=b"<" + b"x" * 100), 413, "TeGroot")

    async def stukken() -> Any:
        for _ in range(3):
            yield b"<" * 50

    eis_probleem(w.roep("PUT", "/v1/dossiers/1", content=stukken(), headers=XML), 413, "TeGroot")
    assert w.toetser.gezien == []
    assert w.push().status_code == 201


def test_de_lijst_filtert_en_bladert(w: RestWereld) -> None:
    w.blauw("3")
    for elk in ("1", "2"):
        w.push(elk, b"<dossier/>")
    alles = w.roep("GET", "/v1/dossiers").json()
    assert [een["elkNummer"] for een in alles["dossiers"]] == ["1", "2", "3"]
    assert alles["volgende"] is None
    for vraag, verwacht in (
        ("status=wit", ["1", "2"]),
        ("status=blauw", ["3"]),
        ("status=groen", []),
        ("brin=00YY", ["3"]),
        ("brin=00YY&vestigingscode=00", ["3"]),
        ("vestigingscode=01", []),
    ):
        rijen = w.roep("GET", f"/v1/dossiers?{vraag}").json()["dossiers"]
        assert [een["elkNummer"] for een in rijen] == verwacht, vraag
    eerste = w.roep("GET", "/v1/dossiers?aantal=2").json()
    tweede = w.roep("GET", "/v1/dossiers", params={"aantal": "2", "na": eerste["volgende"]}).json()
    assert [een["elkNummer"] for een in eerste["dossiers"] + tweede["dossiers"]] == ["1", "2", "3"]
    eigen = w.roep("GET", "/v1/dossiers", als="locatiebeheerder").json()["dossiers"]
    assert [een["elkNummer"] for een in eigen] == ["3"]
    assert w.roep("GET", "/v1/dossiers", als="ander").json()["dossiers"] == []


@pytest.mark.parametrize("vraag", ["status=rood", "brin=x", "vestigingscode=1", "na=abc", "aantal=-1", "Status=wit"])
def test_een_verkeerde_vraag_is_422(w: RestWereld, vraag: str) -> None:
    antwoord = w.roep("GET", f"/v1/dossiers?{vraag}")
    eis_probleem(antwoord, 422, "VeldOnbekend" if vraag.startswith("S") else "VeldOngeldig")


def test_een_opgehaald_dossier_is_groen_en_zegt_door_wie(w: RestWereld) -> None:
    w.blauw()
    levering = w.levering()
    with w.opslag.werk() as werk:
        werk.leveringen.overgedragen(levering, w.klok.nu())
    dossier = w.roep("GET", "/v1/dossiers/12345").json()
    assert dossier["status"] == "groen"
    assert dossier["opgehaald"].pop("moment").endswith("Z")
    assert dossier["opgehaald"] == {"brin": "00YY", "systeem": "Magister"}
    assert "vestigingscode" not in dossier


def test_de_lijst_als_csv_heeft_de_namen_van_json_en_alle_rijen(w: RestWereld) -> None:
    for nummer in range(1, 131):
        w.push(str(nummer), b"<dossier/>")
    antwoord = w.roep("GET", "/v1/dossiers", headers={"Accept": "text/csv"})
    assert antwoord.headers["content-type"].startswith("text/csv")
    assert antwoord.content.count(b"\r\n") == antwoord.content.count(b"\n") == 131
    rijen = list(csv.DictReader(io.StringIO(antwoord.text)))
    assert list(rijen[0])[:6] == ["elkNummer", "status", "ophaalbaar", "reden", "versie", "verzameldatum"]
    assert rijen[0] | {"verzameldatum": ""} == {
        **dict.fromkeys(rijen[0], ""),
        "elkNummer": "1",
        "status": "wit",
        "ophaalbaar": "false",
        "reden": "NietKlaargezet",
        "versie": "1",
    }
    pagina = w.roep("GET", "/v1/dossiers?aantal=2", headers={"Accept": "text/csv"})
    assert pagina.content.count(b"\r\n") == 3
    assert pagina.headers["link"] == '</v1/dossiers?aantal=2&na=10>; rel="next"'
    assert w.roep("GET", "/v1/dossiers", headers={"Accept": "text/csv;q=0.1, application/json"}).json()["dossiers"]


def test_een_versie_als_octetten_of_als_feiten(w: RestWereld) -> None:
    sha = w.push(dossier=b"<dossier>let-op</dossier>").json()["sha256"]
    octets = w.roep("GET", "/v1/dossiers/12345/versies/1")
    assert (octets.content, octets.headers["content-type"]) == (b"<dossier>let-op</dossier>", "application/xml")
    feiten = w.roep("GET", "/v1/dossiers/12345/versies/1", headers={"Accept": "application/json"}).json()
    assert feiten.pop("bevindingen")[0]["regel"] == "OS.letop"
    assert feiten.pop("verzameldatum").endswith("Z")
    assert feiten == {
        "versie": 1,
        "sha256": sha,
        "gegevenssetVersie": "2019.1",
        "profiel": "POVO",
        "overdrachtsoort": "overstapdossier",
        "grootte": 25,
    }
    handtekening = w.roep("GET", "/v1/dossiers/12345/versies/1/handtekening")
    assert handtekening.headers["content-type"] == "application/xml"
    assert sha.encode() in handtekening.content


@pytest.mark.parametrize("nr", ["2", "0", "x", "-1", "1" * 30])
def test_een_versie_die_er_niet_is_is_onbekend(w: RestWereld, nr: str) -> None:
    w.push()
    for staart in ("", "/handtekening"):
        eis_probleem(w.roep("GET", f"/v1/dossiers/12345/versies/{nr}{staart}"), 404, "Onbekend")


def test_verzameldatum_stijgt_strikt(w: RestWereld) -> None:
    eerste = w.push()
    assert eerste.status_code == 201
    w.klok.moment -= timedelta(hours=1)
    w.push(dossier=_ANDER)
    feiten = [
        w.roep("GET", f"/v1/dossiers/12345/versies/{nr}", headers={"Accept": "application/json"}).json()
        for nr in (1, 2)
    ]
    assert feiten[0]["verzameldatum"] < feiten[1]["verzameldatum"]


def test_de_historie_bladert_oudste_eerst(w: RestWereld) -> None:
    w.blauw()
    soorten: list[str] = []
    na: str | None = "0"
    while na is not None:
        pagina = w.roep("GET", f"/v1/dossiers/12345/historie?aantal=2&na={na}").json()
        soorten += [regel["soort"] for regel in pagina["historie"]]
        assert all(regel["moment"].endswith("Z") for regel in pagina["historie"])
        na = pagina["volgende"]
    assert soorten == ["aangeleverd", "context-gewijzigd", "klaargezet"]
    eis_probleem(w.roep("GET", "/v1/dossiers/999/historie"), 404, "Onbekend")


def test_inzien_van_inhoud_staat_in_de_audit(w: RestWereld) -> None:
    w.push()
    w.roep("GET", "/v1/dossiers/12345/versies/1", headers={"OSO-Account": "juf-9"})
    with w.opslag.lezen() as werk:
        rij = werk.logboek.audit_over(ElkNummer("12345"))[-1]
    assert (rij.operatie, rij.account, rij.versie) == ("versie-inzien", "juf-9", 1)


def test_grote_berichten_wachten_op_hun_beurt() -> None:
    groot = b"<dossier>" + b"x" * 1_200_000 + b"</dossier>"
    eng = maak_restwereld(grote_berichten=1, leestijd=0.05)
    for nummer in range(1, 4):
        assert eng.push(str(nummer), groot).status_code == 201
    vol = maak_restwereld(grote_berichten=0, leestijd=0.05)
    antwoord = vol.push(dossier=groot)
    eis_probleem(antwoord, 503, "TeDruk")
    assert antwoord.headers["retry-after"]
    assert vol.push().status_code == 201


def test_een_push_maakt_geen_tijdelijke_bestanden(w: RestWereld, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    def verboden(*_: object, **__: object) -> None:
        raise AssertionError("a dossier must not land in a temporary file")

    for naam in ("SpooledTemporaryFile", "TemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, naam, verboden)
    bijlagen = [("bijlage", (f"{nr}.txt", b"x" * 3_000_000, "text/plain")) for nr in range(3)]
    assert _formulier(w, [_dossier(), *bijlagen]).status_code == 201
