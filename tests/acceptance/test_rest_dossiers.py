"""Pushing dossiers: what is kept octet for octet, what is refused with which finding, versions, context, documents."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import zipfile
from typing import Any

import httpx
import pytest
from lxml import etree

from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld
from tests.hulp.zwartedoos import XML, Rest, dossier, is_probleem, pdf, pgn, tekstbestand

_nummers = leerlingen(420, __name__)
_D = "{http://www.edustandaard.nl/oso_gegevensset/2019/dossier}"
_HIER = {"brin": "00YY", "vestigingscode": "00"}
_MB = 1_000_000
_MILLISECONDEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture(scope="module")
def kern(wereld: DraaiendeWereld) -> Rest:
    return Rest(wereld.dev)


@pytest.fixture
def wie() -> tuple[str, str]:
    """A pupil that no other test uses: ELK number and PGN."""
    nummer = next(_nummers)
    return str(nummer), pgn(nummer)


def _versie(kern: Rest, elk: str, nummer: int) -> bytes:
    antwoord = kern.get(f"/dossiers/{elk}/versies/{nummer}")
    assert antwoord.status_code == 200, antwoord.text
    assert antwoord.headers["content-type"].split(";")[0] == "application/xml"
    return antwoord.content


def _c14n(octets: bytes) -> bytes:
    return etree.tostring(etree.fromstring(octets), method="c14n", exclusive=True, with_comments=False)


# ------------------------------------------------------------------------------------------------------------ octets


def test_aannemen_en_teruglezen(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    antwoord = kern.lever(f"00{elk}", dossier(nummer))
    assert antwoord.status_code == 201, antwoord.text
    gemeld = antwoord.json()
    assert set(gemeld) == {"elkNummer", "versie", "sha256", "status", "bevindingen"}
    assert (gemeld["elkNummer"], gemeld["versie"], gemeld["status"]) == (elk, 1, "wit")
    assert {bevinding["ernst"] for bevinding in gemeld["bevindingen"]} <= {"waarschuwing"}
    octets = _versie(kern, elk, 1)
    assert hashlib.sha256(octets).hexdigest() == gemeld["sha256"]
    assert octets == _c14n(dossier(nummer).encode())
    assert octets.startswith(b"<dossier xmlns=")


@pytest.mark.parametrize("vorm", ["utf-16", "bom", "cdata", "voorvoegsel", "attribuut", "crlf"])
def test_andere_schrijfwijze_wordt_canoniek(kern: Rest, wie: tuple[str, str], vorm: str) -> None:
    elk, nummer = wie
    tekst = dossier(nummer, naam="Müller-Łódź")
    octets = {
        "utf-16": lambda: tekst.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"),
        "bom": lambda: tekst.encode("utf-8-sig"),
        "cdata": lambda: tekst.replace("Müller-Łódź", "<![CDATA[Müller-Łódź]]>").encode(),
        "voorvoegsel": lambda: re.sub(r"<(/?)(?=[a-z])", r"<\1d:", tekst).replace("xmlns=", "xmlns:d=").encode(),
        "attribuut": lambda: tekst.replace("<dossier xmlns", '<dossier xmlns:ongebruikt="urn:x" xmlns').encode(),
        "crlf": lambda: tekst.replace("\n", "\r\n").encode(),
    }[vorm]()
    antwoord = kern.lever(elk, octets)
    assert antwoord.status_code == 201, antwoord.text
    kern_octets = _versie(kern, elk, 1)
    assert kern_octets == _c14n(octets)
    assert hashlib.sha256(kern_octets).hexdigest() == antwoord.json()["sha256"]
    assert "Müller-Łódź".encode() in kern_octets


@pytest.mark.parametrize(
    ("waar", "wat"),
    [
        ("</metadata>", "</metadata><!-- toelichting -->"),
        ("<naam>Testschool", "<naam>Test<!-- x -->school"),
        ("<naam>Testschool", "<naam>Test<?php x ?>school"),
        ('encoding="UTF-8"?>', 'encoding="UTF-8"?><?xml-stylesheet href="x.xsl"?>'),
        ("<metadata>", '<metadata xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="false">'),
        (
            "<dossier xmlns",
            '<dossier xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b" xmlns',
        ),
        ("<dossier xmlns", '<dossier xmlns:rel="relatief/pad" xmlns'),
        ('encoding="UTF-8"?>', 'encoding="UTF-8"?><!DOCTYPE dossier [<!ENTITY e "x">]>'),
        ('encoding="UTF-8"?>', 'encoding="UTF-8"?><!DOCTYPE dossier SYSTEM "file:///etc/passwd">'),
    ],
    ids=["commentaar", "commentaar-in-waarde", "pi", "pi-voor", "nil", "schemaLocation", "relatief",
         "entiteit", "extern"],
)  # fmt: skip
def test_wat_canoniek_zou_veranderen_is_een_bevinding_xml(
    kern: Rest, wie: tuple[str, str], waar: str, wat: str
) -> None:
    elk, nummer = wie
    tekst = dossier(nummer)
    assert waar in tekst
    kern.context(elk)
    probleem = is_probleem(kern.lever(elk, tekst.replace(waar, wat, 1)), 422)
    assert "XML" in {bevinding["regel"] for bevinding in probleem["bevindingen"]}
    for bevinding in probleem["bevindingen"]:
        assert bevinding["pad"].startswith("/dossier[1]")
    assert nummer not in json.dumps(probleem)
    is_probleem(kern.get(f"/dossiers/{elk}/versies/1"), 404, "Onbekend")
    assert kern.dossier(elk)["laatstAfgekeurd"]["aantalFouten"] >= 1


def test_wat_buiten_het_element_staat_hoort_niet_bij_het_dossier(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    tekst = dossier(nummer)
    omlijst = tekst.replace("?>", "?><!-- voor -->", 1) + "<!-- na -->"
    antwoord = kern.lever(elk, omlijst)
    assert antwoord.status_code == 201, antwoord.text
    assert _versie(kern, elk, 1) == _c14n(tekst.encode())


@pytest.mark.parametrize("octets", [b"", b"geen xml", b"{}", b"<dossier", b"<a></b>", b"%PDF-1.4", b"\x00\x01\x02"])
def test_helemaal_geen_xml_is_400(kern: Rest, wie: tuple[str, str], octets: bytes) -> None:
    elk, _ = wie
    kern.context(elk)
    is_probleem(kern.lever(elk, octets), 400)
    assert "laatstAfgekeurd" not in kern.dossier(elk)


@pytest.mark.parametrize("soort", ["text/plain", "application/json", "application/octet-stream"])
def test_ander_soort_lichaam(kern: Rest, wie: tuple[str, str], soort: str) -> None:
    antwoord = kern.put(f"/dossiers/{wie[0]}", content=dossier(wie[1]).encode(), headers={"Content-Type": soort})
    assert antwoord.status_code in {400, 415}, antwoord.text
    is_probleem(antwoord, antwoord.status_code)


@pytest.mark.parametrize(
    ("tekst", "regel"),
    [
        (dossier(pgn(420_000)).replace("<dossier ", "<dossiers ").replace("</dossier>", "</dossiers>"), "XSD"),
        (dossier(pgn(420_000)).replace("/2019/", "/2018/"), "XML"),
        (dossier(pgn(420_000)).replace("<geboortedatum>2014", "<geboortedatum>x"), "XSD"),
        (dossier(pgn(420_000), bijlagedocs="VERPLICHT"), "OS.cat16.verplicht"),
    ],
    ids=["wortel", "naamruimte", "type", "regel"],
)
def test_alle_bevindingen_bij_een_afkeuring(kern: Rest, wie: tuple[str, str], tekst: str, regel: str) -> None:
    elk, _ = wie
    kern.context(elk)
    probleem = is_probleem(kern.lever(elk, tekst), 422)
    assert regel in {bevinding["regel"] for bevinding in probleem["bevindingen"]}, probleem
    for bevinding in probleem["bevindingen"]:
        assert set(bevinding) >= {"regel", "ernst", "pad", "regelnummer", "melding"}
        assert set(bevinding) <= {"regel", "ernst", "pad", "regelnummer", "melding", "toegestaan"}
        assert bevinding["ernst"] in {"fout", "waarschuwing"}
        assert re.fullmatch(r"(/[\w.:-]+\[\d+\])+", bevinding["pad"]), bevinding["pad"]
    fouten = sum(1 for bevinding in probleem["bevindingen"] if bevinding["ernst"] == "fout")
    beeld = kern.dossier(elk)
    assert beeld["laatstAfgekeurd"]["aantalFouten"] == fouten
    assert _MILLISECONDEN.fullmatch(beeld["laatstAfgekeurd"]["moment"])


def test_afkeuring_laat_de_vorige_versie_staan(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    eerst = kern.lever(elk, dossier(nummer)).json()
    is_probleem(kern.lever(elk, dossier(nummer, bijlagedocs="VERPLICHT")), 422)
    beeld = kern.dossier(elk)
    assert (beeld["versie"], "laatstAfgekeurd" in beeld) == (1, True)
    assert hashlib.sha256(_versie(kern, elk, 1)).hexdigest() == eerst["sha256"]
    # an equal push counts as accepted
    assert kern.lever(elk, dossier(nummer)).status_code == 200
    assert "laatstAfgekeurd" not in kern.dossier(elk)


# ---------------------------------------------------------------------------------------------------------- versions


def test_gelijke_aanlevering_ook_met_andere_datum(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    eerst = kern.lever(elk, dossier(nummer, datum="2026-02-16"))
    octets = _versie(kern, elk, 1)
    beeld = kern.dossier(elk)
    for tekst in (
        dossier(nummer, datum="2026-02-16"),
        dossier(nummer, datum="2026-03-01"),
        dossier(nummer, datum="2026-03-01").replace('encoding="UTF-8"', "").replace("<voornaam>", "<voornaam >"),
    ):
        weer = kern.lever(elk, tekst)
        assert weer.status_code == 200, weer.text
        assert (weer.json()["versie"], weer.json()["sha256"]) == (1, eerst.json()["sha256"])
        assert weer.headers["etag"] == eerst.headers["etag"]
    assert _versie(kern, elk, 1) == octets
    assert kern.dossier(elk) == beeld


def test_terug_naar_eerdere_inhoud_is_een_nieuwe_versie(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    momenten = []
    for versie, naam in enumerate(("Eerste", "Tweede", "Eerste"), 1):
        antwoord = kern.lever(elk, dossier(nummer, naam=naam))
        assert antwoord.status_code == 201
        assert antwoord.json()["versie"] == versie
        momenten.append(kern.dossier(elk)["verzameldatum"])
    assert momenten == sorted(set(momenten))
    assert all(_MILLISECONDEN.fullmatch(moment) for moment in momenten)
    assert b"Tweede" in _versie(kern, elk, 2)
    assert _versie(kern, elk, 1) == _versie(kern, elk, 3)


def test_andere_witruimte_is_nieuwe_inhoud(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    kern.lever(elk, dossier(nummer))
    assert kern.lever(elk, dossier(nummer).replace("<metadata>", "<metadata> ")).json()["versie"] == 2


def test_verzameldatum_stijgt_strikt(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    momenten = []
    for teller in range(12):
        assert kern.lever(elk, dossier(nummer, naam=f"Naam{teller}")).json()["versie"] == teller + 1
        momenten.append(kern.get(f"/dossiers/{elk}/versies/{teller + 1}", headers=_JSON).json()["verzameldatum"])
    assert momenten == sorted(set(momenten))


_JSON = {"Accept": "application/json"}


def test_versie_als_json(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    gemeld = kern.lever(elk, dossier(nummer)).json()
    antwoord = kern.get(f"/dossiers/{elk}/versies/1", headers=_JSON)
    assert antwoord.headers["content-type"].split(";")[0] == "application/json"
    beeld = antwoord.json()
    assert set(beeld) == {
        "versie", "sha256", "verzameldatum", "gegevenssetVersie", "profiel", "overdrachtsoort", "grootte",
        "bevindingen",
    }  # fmt: skip
    assert (beeld["versie"], beeld["sha256"]) == (1, gemeld["sha256"])
    assert (beeld["gegevenssetVersie"], beeld["profiel"]) == ("2019.1", "PO-VO")
    assert beeld["overdrachtsoort"] == "overstapdossier"
    assert beeld["grootte"] == len(_versie(kern, elk, 1))
    assert beeld["bevindingen"] == gemeld["bevindingen"]
    assert beeld["verzameldatum"] == kern.dossier(elk)["verzameldatum"]


@pytest.mark.parametrize("versie", ["0", "2", "99999999999999999999", "-1", "x", "1.0"])
def test_onbekende_versie(kern: Rest, wie: tuple[str, str], versie: str) -> None:
    elk, nummer = wie
    kern.lever(elk, dossier(nummer))
    for staart in ("", "/handtekening"):
        antwoord = kern.get(f"/dossiers/{elk}/versies/{versie}{staart}")
        assert antwoord.status_code in {404, 422}, antwoord.text
        is_probleem(antwoord, antwoord.status_code)


def test_het_pgn_van_een_elk_nummer_ligt_vast(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    kern.lever(elk, dossier(nummer))
    ander = pgn(next(_nummers))
    probleem = is_probleem(kern.lever(elk, dossier(ander)), 422, "PgnGewijzigd")
    assert nummer not in json.dumps(probleem)
    assert ander not in json.dumps(probleem)
    assert kern.dossier(elk)["versie"] == 1


def test_geen_dossier_zonder_aanlevering(kern: Rest, wie: tuple[str, str]) -> None:
    for staart in ("", "/historie", "/versies/1"):
        is_probleem(kern.get(f"/dossiers/{wie[0]}{staart}"), 404, "Onbekend")
    is_probleem(kern.delete(f"/dossiers/{wie[0]}/klaarzetting"), 404, "Onbekend")


def test_historie_vertelt_wat_er_gebeurde(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    kern.lever(elk, dossier(nummer), context={"plaatsing": _HIER})
    kern.lever(elk, dossier(nummer, bijlagedocs="VERPLICHT"))
    kern.context(elk, okiDocVrijgegeven=True)
    kern.zet_klaar(elk)
    kern.delete(f"/dossiers/{elk}/klaarzetting")
    bladzijde = kern.get(f"/dossiers/{elk}/historie").json()
    assert set(bladzijde) == {"historie", "volgende"}
    momenten = [rij["moment"] for rij in bladzijde["historie"]]
    assert momenten == sorted(momenten)
    assert all(rij["soort"] for rij in bladzijde["historie"])
    assert len(bladzijde["historie"]) >= 5
    assert nummer not in json.dumps(bladzijde)
    stuk = kern.get(f"/dossiers/{elk}/historie?aantal=2").json()
    assert stuk["historie"] == bladzijde["historie"][:2]
    rest = kern.get(f"/dossiers/{elk}/historie?na={stuk['volgende']}").json()
    assert rest["historie"] == bladzijde["historie"][2:]
    assert rest["volgende"] is None


# --------------------------------------------------------------------------------------------------- ETag and If-Match


def test_etag_verandert_met_elke_versie_en_context(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    gezien = [kern.lever(elk, dossier(nummer)).headers["etag"]]
    gezien.append(kern.lever(elk, dossier(nummer, naam="Anders")).headers["etag"])
    gezien.append(kern.context(elk, okiDocVrijgegeven=True).headers["etag"])
    kern.context(elk, tegenhouden="even wachten")
    gezien.append(kern.get(f"/dossiers/{elk}").headers["etag"])
    assert len(set(gezien)) == len(gezien)
    assert all(etag.startswith('"') and etag.endswith('"') for etag in gezien)
    assert kern.get(f"/dossiers/{elk}").headers["etag"] == gezien[-1]


def test_if_match(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    oud = kern.lever(elk, dossier(nummer)).headers["etag"]
    nieuw = kern.lever(elk, dossier(nummer, naam="Nieuwer"), koppen={"If-Match": oud}).headers["etag"]
    geweigerd = kern.lever(
        elk, dossier(nummer, naam="Te laat"), context={"tegenhouden": "nee"}, koppen={"If-Match": oud}
    )
    is_probleem(geweigerd, 412, "VersieAfwijkend")
    # 412 takes nothing: no version, no context, and not the mark of a refused dossier either
    beeld = kern.get(f"/dossiers/{elk}")
    assert beeld.headers["etag"] == nieuw
    assert beeld.json()["versie"] == 2
    is_probleem(
        kern.put(f"/dossiers/{elk}/context", json={"okiDocVrijgegeven": True}, headers={"If-Match": oud}),
        412,
        "VersieAfwijkend",
    )
    assert kern.get(f"/dossiers/{elk}").headers["etag"] == nieuw
    assert kern.lever(elk, dossier(nummer, naam="Op tijd"), koppen={"If-Match": nieuw}).status_code == 201
    assert kern.lever(elk, dossier(nummer, naam="Wat dan ook"), koppen={"If-Match": "*"}).status_code == 201


def test_if_match_op_wat_er_niet_is(kern: Rest, wie: tuple[str, str]) -> None:
    for waarde in ("*", '"1-1"'):
        is_probleem(kern.lever(wie[0], dossier(wie[1]), koppen={"If-Match": waarde}), 412, "VersieAfwijkend")
    is_probleem(kern.get(f"/dossiers/{wie[0]}"), 404)


# ------------------------------------------------------------------------------------------------------------ context


def test_alleen_context(kern: Rest, wie: tuple[str, str]) -> None:
    elk, _ = wie
    antwoord = kern.context(elk, plaatsing=_HIER)
    assert antwoord.status_code == 200, antwoord.text
    beeld = kern.dossier(elk)
    assert beeld["versie"] is None
    assert (beeld["status"], beeld["ophaalbaar"], beeld["reden"]) == ("wit", False, "GeenGeldigDossier")
    rij = kern.zet_klaar(elk)[0]
    assert (rij["uitkomst"], rij["code"]) == ("geweigerd", "NietGeplaatst") or rij["code"] == "OkiDocNietVrijgegeven"


@pytest.mark.parametrize(
    "context",
    [
        {"plaatsing": "00YY"},
        {"plaatsing": {"brin": "00YY"}},
        {"plaatsing": {"brin": "0YY", "vestigingscode": "00"}},
        {"plaatsing": {"brin": "00YY", "vestigingscode": "0"}},
        {"plaatsing": {"brin": "00YY", "vestigingscode": 0}},
        {"herkomst": "elders"},
        {"herkomst": None},
        {"okiDocVrijgegeven": "ja"},
        {"okiDocVrijgegeven": 1},
        {"okiDocVrijgegeven": None},
        {"tegenhouden": 7},
        {"tegenhouden": True},
        {"onbekend": 1},
        [],
    ],
)
def test_verkeerde_context_is_422_en_het_dossier_wordt_niet_bekeken(
    kern: Rest, wie: tuple[str, str], context: Any
) -> None:
    elk, nummer = wie
    is_probleem(kern.put(f"/dossiers/{elk}/context", json=context), 422)
    is_probleem(kern.lever(elk, dossier(nummer), context=context), 422)
    # the dossier beside it is not even read: broken XML makes no difference
    assert is_probleem(kern.lever(elk, b"<kapot", context=context), 422)["code"]
    is_probleem(kern.get(f"/dossiers/{elk}"), 404)


def test_context_telt_ook_als_het_dossier_wordt_geweigerd(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    is_probleem(kern.lever(elk, dossier(nummer, bijlagedocs="VERPLICHT"), context={"plaatsing": _HIER}), 422)
    beeld = kern.dossier(elk)
    assert beeld["versie"] is None
    assert beeld["laatstAfgekeurd"]["aantalFouten"] == 1
    assert elk in _nummers_van(kern, "?brin=00YY&vestigingscode=00")
    assert elk not in _nummers_van(kern, "?brin=12SS")


def test_afwezig_veld_blijft_zoals_het_was(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    kern.lever(elk, dossier(nummer), context={"plaatsing": _HIER, "okiDocVrijgegeven": True})
    assert kern.context(elk, tegenhouden="wacht").status_code == 200
    assert kern.zet_klaar(elk) == [{"elkNummer": elk, "uitkomst": "klaargezet"}]
    beeld = kern.dossier(elk)
    assert (beeld["status"], beeld["ophaalbaar"], bool(beeld["reden"])) == ("blauw", False, True)
    kern.context(elk, tegenhouden=None)
    beeld = kern.dossier(elk)
    assert (beeld["status"], beeld["ophaalbaar"], "reden" in beeld) == ("blauw", True, False)


def test_plaatsing_op_onbekende_school(kern: Rest, wie: tuple[str, str]) -> None:
    """A school without a point may be the placement: setting ready says what is missing."""
    elk, nummer = wie
    context = {"plaatsing": {"brin": "66XX", "vestigingscode": "01"}, "okiDocVrijgegeven": True}
    assert kern.lever(elk, dossier(nummer), context=context).status_code == 201
    assert kern.zet_klaar(elk)[0]["code"] == "AanleverpuntNietGeregistreerd"


# ---------------------------------------------------------------------------------------------------------- documents


def _documenten(octets: bytes) -> list[tuple[str, str, str, bytes, zipfile.ZipInfo]]:
    gevonden = []
    for document in etree.fromstring(octets).iterfind(f".//{_D}overigdocumentlijst/{_D}document"):
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(document.findtext(f"{_D}bestandsinhoud") or ""))) as archief:
            [lid] = archief.infolist()
            inhoud = archief.read(lid)
        naam, omschrijving = document.findtext(f"{_D}bestandsnaam"), document.findtext(f"{_D}omschrijving")
        gevonden.append((naam or "", omschrijving or "", lid.filename, inhoud, lid))
    return gevonden


def test_documenten_komen_in_de_lijst_oki_doc_voorop(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    oki, verslag = pdf("oki"), pdf("verslag")
    delen: list[tuple[str, Any]] = [
        ("bijlage", ("verslag.pdf", verslag, "application/pdf")),
        ("bijlage", ("notitie.txt", b"Een notitie\n", "text/plain")),
        ("okiDoc", ("oki 2026.pdf", oki, "application/pdf")),
        ("dossier", ("d.xml", dossier(nummer).encode(), "application/xml")),
    ]
    antwoord = kern.put(f"/dossiers/{elk}", files=delen)
    assert antwoord.status_code == 201, antwoord.text
    octets = _versie(kern, elk, 1)
    gevonden = _documenten(octets)
    assert [(naam, omschrijving, inhoud) for naam, omschrijving, _, inhoud, _ in gevonden] == [
        ("oki 2026.pdf", "oki-doc", oki),
        ("verslag.pdf", "bijlage", verslag),
        ("notitie.txt", "bijlage", b"Een notitie\n"),
    ]
    assert all(naam == lid for naam, _, lid, _, _ in gevonden)
    assert hashlib.sha256(octets).hexdigest() == antwoord.json()["sha256"] == hashlib.sha256(_c14n(octets)).hexdigest()
    weer = kern.put(f"/dossiers/{elk}", files=delen)  # equal files, equal octets: no version
    assert (weer.status_code, weer.json()["versie"], weer.json()["sha256"]) == (200, 1, antwoord.json()["sha256"])


def test_zip_is_voor_elk_dossier_gelijk(kern: Rest) -> None:
    inhouden = []
    for _ in range(2):
        nummer = next(_nummers)
        kern.lever(str(nummer), dossier(pgn(nummer)), oki_doc=("oki-doc.pdf", pdf()))
        inhouden.append(re.findall(rb"<bestandsinhoud>([^<]*)<", _versie(kern, str(nummer), 1)))
    assert inhouden[0] == inhouden[1]
    assert len(inhouden[0]) == 1


@pytest.mark.parametrize("naam", [None, ""])
def test_oki_doc_zonder_bestandsnaam(kern: Rest, wie: tuple[str, str], naam: str | None) -> None:
    elk, nummer = wie
    grens = "----grens"
    naamdeel = "" if naam is None else '; filename=""'
    lichaam = (
        f'--{grens}\r\nContent-Disposition: form-data; name="dossier"\r\nContent-Type: application/xml\r\n\r\n'
        f'{dossier(nummer)}\r\n--{grens}\r\nContent-Disposition: form-data; name="okiDoc"{naamdeel}\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    ).encode() + pdf() + f"\r\n--{grens}--\r\n".encode()  # fmt: skip
    antwoord = kern.put(
        f"/dossiers/{elk}", content=lichaam, headers={"Content-Type": f"multipart/form-data; boundary={grens}"}
    )
    assert antwoord.status_code == 201, antwoord.text
    [(bestandsnaam, omschrijving, lid, inhoud, _)] = _documenten(_versie(kern, elk, 1))
    assert (bestandsnaam, omschrijving, lid, inhoud) == ("oki-doc.pdf", "oki-doc", "oki-doc.pdf", pdf())


def test_documenten_achter_wat_er_al_stond(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    al = io.BytesIO()
    with zipfile.ZipFile(al, "w") as archief:
        archief.writestr("al.txt", "stond er al")
    lijst = (
        "<overigdocumentlijst><document><bestandsnaam>al.txt</bestandsnaam><omschrijving>eigen</omschrijving>"
        f"<bestandsinhoud>{base64.b64encode(al.getvalue()).decode()}</bestandsinhoud></document></overigdocumentlijst>"
    )
    antwoord = kern.lever(elk, dossier(nummer, extra=lijst), oki_doc=("oki.pdf", pdf()), bijlagen=[("b.txt", b"b\n")])
    assert antwoord.status_code == 201, antwoord.text
    namen = [(rij[0], rij[1]) for rij in _documenten(_versie(kern, elk, 1))]
    assert namen == [("al.txt", "eigen"), ("oki.pdf", "oki-doc"), ("b.txt", "bijlage")]


def test_documenten_gaan_niet_vanzelf_mee(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    kern.lever(elk, dossier(nummer), oki_doc=("oki.pdf", pdf()))
    antwoord = kern.lever(elk, dossier(nummer))
    assert antwoord.json()["versie"] == 2
    assert _documenten(_versie(kern, elk, 2)) == []


@pytest.mark.parametrize("categorie", ["OPT-UIT", "VERBODEN"])
def test_document_waar_de_categorie_dat_uitsluit(kern: Rest, wie: tuple[str, str], categorie: str) -> None:
    elk, nummer = wie
    tekst = dossier(nummer, bijlagedocs=categorie)
    for geweigerd in (
        kern.lever(elk, tekst, oki_doc=("oki.pdf", pdf())),
        kern.lever(elk, tekst, bijlagen=[("b.txt", b"b\n")]),
    ):
        probleem = is_probleem(geweigerd, 422)
        assert any(bevinding["regel"].startswith("OS.cat16") for bevinding in probleem["bevindingen"])
    is_probleem(kern.get(f"/dossiers/{elk}/versies/1"), 404)
    assert kern.lever(elk, tekst, context={}).status_code == 201
    assert f"<cat_bijlagedocs>{categorie}<".encode() in _versie(kern, elk, 1)


def test_document_vervult_een_verplichte_categorie(kern: Rest, wie: tuple[str, str]) -> None:
    """The rules look at the result: with the document the category is met."""
    elk, nummer = wie
    antwoord = kern.lever(elk, dossier(nummer, bijlagedocs="VERPLICHT"), bijlagen=[("b.txt", b"b\n")])
    assert antwoord.status_code == 201, antwoord.text


@pytest.mark.parametrize(
    ("naam", "inhoud"),
    [
        ("oki-doc.pdf", b"dit is geen pdf"),
        ("oki-doc.docx", b"PK\x03\x04"),
        ("oki-doc.pdf", b""),
    ],
)
def test_oki_doc_moet_een_pdf_zijn(kern: Rest, wie: tuple[str, str], naam: str, inhoud: bytes) -> None:
    elk, nummer = wie
    probleem = is_probleem(kern.lever(elk, dossier(nummer), oki_doc=(naam, inhoud)), 422)
    assert any(bevinding["regel"].startswith("BIJL.") for bevinding in probleem["bevindingen"]), probleem


@pytest.mark.parametrize(
    ("naam", "inhoud"),
    [
        ("programma.exe", b"MZ\x90\x00"),
        ("../weg.txt", b"tekst\n"),
        ("map\\weg.txt", b"tekst\n"),
        ("zonderpunt", b"tekst\n"),
        ("plaatje.png", b"geen plaatje"),
        ("a" * 300 + ".txt", b"tekst\n"),
    ],
)
def test_verkeerde_bijlage(kern: Rest, wie: tuple[str, str], naam: str, inhoud: bytes) -> None:
    elk, nummer = wie
    antwoord = kern.lever(elk, dossier(nummer), bijlagen=[(naam, inhoud)])
    probleem = is_probleem(antwoord, 422)
    assert any(bevinding["regel"].startswith("BIJL.") for bevinding in probleem["bevindingen"]), probleem
    is_probleem(kern.get(f"/dossiers/{elk}"), 404)


def _formulier(kern: Rest, elk: str, delen: list[tuple[str, Any]]) -> httpx.Response:
    return kern.put(f"/dossiers/{elk}", files=delen)


def test_formulier_met_verkeerde_delen(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    deel = ("dossier", ("d.xml", dossier(nummer).encode(), "application/xml"))
    oki = ("okiDoc", ("o.pdf", pdf(), "application/pdf"))
    is_probleem(_formulier(kern, elk, [deel, oki, oki]), 422)
    is_probleem(_formulier(kern, elk, [deel, deel]), 422)
    is_probleem(_formulier(kern, elk, [oki]), 422)
    is_probleem(_formulier(kern, elk, [deel, ("vreemd", ("x", b"1", "text/plain"))]), 422, "VeldOnbekend")
    is_probleem(_formulier(kern, elk, [deel, ("context", ("c.json", b"{", "application/json"))]), 422)
    is_probleem(
        kern.put(
            f"/dossiers/{elk}", content=b"geen delen", headers={"Content-Type": "multipart/form-data; boundary=x"}
        ),
        400,
    )
    is_probleem(kern.put(f"/dossiers/{elk}", content=b"x", headers={"Content-Type": "multipart/form-data"}), 400)
    is_probleem(kern.get(f"/dossiers/{elk}"), 404)


def test_bijlage_van_precies_vijf_megabyte(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    precies = tekstbestand(5 * _MB)
    antwoord = kern.lever(elk, dossier(nummer), bijlagen=[("groot.txt", precies)])
    assert antwoord.status_code == 201, antwoord.text
    assert _documenten(_versie(kern, elk, 1))[0][3] == precies
    probleem = is_probleem(kern.lever(elk, dossier(nummer), bijlagen=[("groot.txt", precies + b"x")]), 422)
    assert any(bevinding["regel"].startswith("BIJL.") for bevinding in probleem["bevindingen"]), probleem
    assert kern.dossier(elk)["versie"] == 1


def test_bijlagen_samen_precies_twintig_megabyte(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    vier = [(f"deel{teller}.txt", tekstbestand(5 * _MB, teller)) for teller in range(4)]
    antwoord = kern.lever(elk, dossier(nummer), bijlagen=vier)
    assert antwoord.status_code == 201, antwoord.text
    probleem = is_probleem(kern.lever(elk, dossier(nummer), bijlagen=[*vier, ("meer.txt", b"x")]), 422)
    assert any(bevinding["regel"].startswith("BIJL.") for bevinding in probleem["bevindingen"]), probleem
    assert kern.dossier(elk)["versie"] == 1


def test_tweeentwintig_megabyte_aan_bijlagen_is_een_bevinding(kern: Rest, wie: tuple[str, str]) -> None:
    elk, nummer = wie
    delen = [(f"deel{teller}.txt", tekstbestand(4_400_000, teller)) for teller in range(5)]
    probleem = is_probleem(kern.lever(elk, dossier(nummer), bijlagen=delen), 422)
    assert any(bevinding["regel"].startswith("BIJL.") for bevinding in probleem["bevindingen"]), probleem


def test_te_groot_is_413(kern: Rest, wie: tuple[str, str]) -> None:
    elk, _ = wie
    antwoord = kern.put(f"/dossiers/{elk}", content=b" " * (68 * 1024 * 1024), headers=XML)
    is_probleem(antwoord, 413)
    is_probleem(kern.post("/validaties", content=b" " * (68 * 1024 * 1024), headers=XML), 413)


# --------------------------------------------------------------------------------------------------------------- lists


def _nummers_van(kern: Rest, vraag: str) -> list[str]:
    gevonden: list[str] = []
    na: str | None = None
    while True:
        teken = "&" if "?" in vraag else "?"
        bladzijde = kern.get(f"/dossiers{vraag}{teken}aantal=500" + (f"&na={na}" if na else "")).json()
        gevonden += [rij["elkNummer"] for rij in bladzijde["dossiers"]]
        na = bladzijde["volgende"]
        if na is None:
            return gevonden


def test_lijst_per_bladzijde(kern: Rest) -> None:
    eigen = []
    for teller in range(5):
        nummer = next(_nummers)
        kern.context(str(nummer), plaatsing={"brin": "55QQ", "vestigingscode": f"0{teller % 2}"})
        eigen.append(str(nummer))
    assert sorted(_nummers_van(kern, "?brin=55QQ")) == eigen
    assert sorted(_nummers_van(kern, "?brin=55QQ&vestigingscode=01")) == [eigen[1], eigen[3]]
    assert sorted(_nummers_van(kern, "?brin=55QQ&status=wit")) == eigen
    assert _nummers_van(kern, "?brin=55QQ&status=blauw") == []
    gezien: list[str] = []
    na = None
    for _ in range(5):
        bladzijde = kern.get("/dossiers?brin=55QQ&aantal=2" + (f"&na={na}" if na else "")).json()
        assert len(bladzijde["dossiers"]) <= 2
        gezien += [rij["elkNummer"] for rij in bladzijde["dossiers"]]
        na = bladzijde["volgende"]
        if na is None:
            break
    assert sorted(gezien) == eigen


@pytest.mark.parametrize("vraag", ["status=paars", "brin=x", "vestigingscode=1", "aantal=100000000"])
def test_verkeerd_filter(kern: Rest, vraag: str) -> None:
    is_probleem(kern.get(f"/dossiers?{vraag}"), 422)


def test_lijst_als_csv(kern: Rest) -> None:
    nummer = next(_nummers)
    kern.lever(str(nummer), dossier(pgn(nummer)), context={"plaatsing": {"brin": "54QQ", "vestigingscode": "00"}})
    antwoord = kern.get("/dossiers?brin=54QQ", headers={"Accept": "text/csv"})
    assert antwoord.headers["content-type"].split(";")[0] == "text/csv"
    regels = antwoord.content.decode("utf-8").split("\r\n")
    koppen = regels[0].split(",")
    assert koppen[:4] == ["elkNummer", "status", "ophaalbaar", "reden"]
    assert koppen[4:6] == ["versie", "verzameldatum"]
    assert regels[1].split(",")[0] == str(nummer)
    assert regels[-1] == ""
