"""REST over the real validator and the real store: a push of real size, kept, shown and given back, byte for byte."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.entry.rest.app import maak_rest_app
from gateway.gegevensset import Pakketten, Toetser
from gateway.observability import richt_in
from gateway.store.opslag import SqlOpslag
from gateway.trust.kluis import Kluis
from tests.hulp.opslagen import SLEUTEL_A, sqlite_url
from tests.hulp.restwereld import RestWereld, maak_restwereld
from tests.unit.rest.test_rest_toegang import eis_probleem

_VOORBEELDEN = Path(__file__).parents[2] / "schemas" / "gegevensset" / "2019.1" / "voorbeelden"
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\n"
    b"startxref\n162\n%%EOF\n"
)


@pytest.fixture(scope="module")
def toetser() -> Toetser:
    return Toetser(Pakketten.laad())


@pytest.fixture
def w(tmp_path: Path, toetser: Toetser) -> Iterator[RestWereld]:
    richt_in(io.StringIO(), streng=True)
    nep = maak_restwereld()
    with sqlite_url(tmp_path) as url:
        opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
        with nep.opslag.lezen() as van, opslag.werk() as naar:
            for token in van.toegang.tokens():
                naar.toegang.bewaar_token(token)
        wereld = replace(nep.wereld, opslag=opslag, toetser=toetser)
        app = maak_rest_app(wereld, nep.app.state.omgeving.instellingen)
        yield replace(nep, wereld=wereld, app=app)
        opslag.sluit()


def test_een_echt_dossier_met_documenten_gaat_heen_en_terug(w: RestWereld) -> None:
    dossier = (_VOORBEELDEN / "povo-groot.xml").read_bytes()
    antwoord = w.roep(
        "PUT",
        "/v1/dossiers/0012345",
        files=[
            ("dossier", ("dossier.xml", dossier, "application/xml")),
            ("context", (None, '{"okiDocVrijgegeven":true}', "application/json")),
            ("okiDoc", (None, _PDF, "application/pdf")),
            ("bijlage", ("verslag.txt", b"Een verslag.", "text/plain")),
        ],
    )
    assert antwoord.status_code == 201, antwoord.text
    octets = w.roep("GET", "/v1/dossiers/12345/versies/1").content
    assert hashlib.sha256(octets).hexdigest() == antwoord.json()["sha256"]
    assert b"oki-doc.pdf" in octets
    assert b"verslag.txt" in octets
    feiten = w.roep("GET", "/v1/dossiers/12345/versies/1", headers={"Accept": "application/json"}).json()
    assert (feiten["grootte"], feiten["gegevenssetVersie"]) == (len(octets), "2019.1")


def test_een_geweigerd_document_is_een_bevinding_en_de_context_telt(w: RestWereld) -> None:
    dossier = (_VOORBEELDEN / "povo-klein.xml").read_bytes()
    antwoord = w.roep(
        "PUT",
        "/v1/dossiers/5",
        files=[
            ("dossier", ("dossier.xml", dossier, "application/xml")),
            ("context", (None, '{"okiDocVrijgegeven":true}', "application/json")),
            ("bijlage", ("../../Piet Jansen.exe", b"MZ", "text/plain")),
        ],
    )
    probleem = eis_probleem(antwoord, 422, "DossierOnjuist")
    assert {een["regel"].partition(".")[0] for een in probleem["bevindingen"]} == {"BIJL"}
    assert "Piet" not in antwoord.text
    assert w.roep("GET", "/v1/dossiers/5").json()["versie"] is None


@pytest.mark.parametrize(
    ("octets", "status"),
    [
        (b"dit is geen xml", 400),
        (b"", 400),
        (b"{}", 400),
        (b"<!DOCTYPE dossier [<!ENTITY a 'b'>]><dossier>&a;</dossier>", 422),
        (b"<dossier/>", 422),
        (b"<dossier><!-- opmerking --></dossier>", 422),
        (b"<a>" * 5000, 422),
    ],
)
def test_vijandige_dossiers(w: RestWereld, octets: bytes, status: int) -> None:
    antwoord = w.push("6", octets)
    assert antwoord.status_code == status, antwoord.text
    assert antwoord.json()["bevindingen"]
    assert w.roep("POST", "/v1/validaties", content=octets).json()["geldig"] is False
    eis_probleem(w.roep("GET", "/v1/dossiers/6"), 404, "Onbekend")


def test_een_hele_gang_over_de_echte_opslag(w: RestWereld) -> None:
    w.school_met_punt()
    assert w.push("7", (_VOORBEELDEN / "povo-klein.xml").read_bytes()).status_code == 201
    w.context("7", plaatsing={"brin": "00YY", "vestigingscode": "00"}, okiDocVrijgegeven=True)
    assert w.roep("GET", "/v1/dossiers/7").json()["reden"] == "NietKlaargezet"
    antwoord = w.roep("POST", "/v1/klaarzettingen", json={"elkNummers": ["7"]}, headers={"Idempotency-Key": "k"})
    herhaald = w.roep("POST", "/v1/klaarzettingen", json={"elkNummers": ["7"]}, headers={"Idempotency-Key": "k"})
    assert antwoord.json() == herhaald.json()
    from gateway.usecases.klaarzetten import verwerk_opdracht

    verwerk_opdracht(w.wereld, antwoord.json()["id"])
    geheel = w.roep("GET", antwoord.headers["location"]).json()
    assert [rij["uitkomst"] for rij in geheel["resultaten"]] == ["klaargezet"]
    assert w.roep("GET", "/v1/dossiers", als="locatiebeheerder").json()["dossiers"][0]["status"] == "blauw"
    soorten = [een["type"] for een in w.roep("GET", "/v1/gebeurtenissen").json()["gebeurtenissen"]]
    assert soorten == ["nl.oso-gateway.aanleverpunt.geregistreerd", "nl.oso-gateway.dossier.status-gewijzigd"]
    assert w.roep("GET", "/v1/dossiers/7/historie?aantal=1").json()["volgende"] is not None
    assert w.roep("GET", "/readyz", als=None).status_code == 200
