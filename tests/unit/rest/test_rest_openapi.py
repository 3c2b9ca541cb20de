"""The description: valid OpenAPI, the NL API Design Rules of the Logius linter, and true to the routes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.hulp.restwereld import RestWereld, maak_restwereld

_METHODEN = {"get", "put", "post", "delete"}
_CAMEL = re.compile(r"[a-z][a-zA-Z0-9]*")


@pytest.fixture(scope="module")
def beschrijving() -> dict[str, Any]:
    antwoord = maak_restwereld().roep("GET", "/v1/openapi.json", als=None)
    assert antwoord.status_code == 200
    assert antwoord.headers["access-control-allow-origin"] == "*"
    geheel: dict[str, Any] = antwoord.json()
    return geheel


def _aanroepen(beschrijving: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for pad, methoden in beschrijving["paths"].items():
        for methode, aanroep in methoden.items():
            yield pad, methode, aanroep


def test_versie_info_contact_en_server(beschrijving: dict[str, Any]) -> None:
    assert beschrijving["openapi"].startswith("3.1")
    info = beschrijving["info"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", info["version"])
    assert {"name", "email", "url"} <= set(info["contact"])
    assert info["description"]
    assert info["license"]["identifier"] == "EUPL-1.2"
    assert [re.search(r"/v1$", server["url"]) is not None for server in beschrijving["servers"]] == [True]


def test_paden_en_namen_volgen_de_regels(beschrijving: dict[str, Any]) -> None:
    for pad, methode, aanroep in _aanroepen(beschrijving):
        assert not pad.endswith("/")
        assert "/v1" not in pad
        assert re.fullmatch(r"(/([a-z][a-z0-9-]*|\{[a-zA-Z]+\}))+", pad), pad
        assert methode in _METHODEN
        assert aanroep["summary"]
        assert "Rol: " in aanroep["description"]
        assert aanroep["tags"]
        for parameter in aanroep.get("parameters", []):
            if parameter["in"] != "header":
                assert _CAMEL.fullmatch(parameter["name"])
    ids = [aanroep["operationId"] for _, _, aanroep in _aanroepen(beschrijving)]
    assert len(ids) == len(set(ids))
    assert all(_CAMEL.fullmatch(naam) for naam in ids)


def test_schemas_hebben_lower_camel_case(beschrijving: dict[str, Any]) -> None:
    for naam, schema in beschrijving["components"]["schemas"].items():
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]+", naam)
        for veld in schema.get("properties", {}):
            assert _CAMEL.fullmatch(veld), (naam, veld)


def test_elk_antwoord_noemt_api_version_en_fouten_zijn_problemen(beschrijving: dict[str, Any]) -> None:
    for _, _, aanroep in _aanroepen(beschrijving):
        assert {"401", "403", "422", "429", "500", "503"} <= set(aanroep["responses"])
        for status, antwoord in aanroep["responses"].items():
            assert "API-Version" in antwoord["headers"]
            assert antwoord["description"]
            if status >= "400":
                assert set(antwoord["content"]) == {"application/problem+json"}


def test_alle_verwijzingen_bestaan(beschrijving: dict[str, Any]) -> None:
    def loop(knoop: Any) -> Iterator[str]:
        if isinstance(knoop, dict):
            if isinstance(knoop.get("$ref"), str):
                yield knoop["$ref"]
            for kind in knoop.values():
                yield from loop(kind)
        elif isinstance(knoop, list):
            for kind in knoop:
                yield from loop(kind)

    for verwijzing in set(loop(beschrijving)):
        doel: Any = beschrijving
        for stap in verwijzing.removeprefix("#/").split("/"):
            doel = doel[stap]


def test_elke_route_van_de_tabel_staat_erin(beschrijving: dict[str, Any]) -> None:
    aanroepen = {f"{methode.upper()} {pad}" for pad, methode, _ in _aanroepen(beschrijving)}
    assert aanroepen >= {
        "PUT /scholen/{brin}/{vestigingscode}",
        "GET /scholen",
        "GET /aanleverpunten",
        "GET /aanleverpunten/{brin}/{vestigingscode}",
        "PUT /aanleverpunten/{brin}/{vestigingscode}",
        "POST /aanleverpunten/{brin}/{vestigingscode}/registratie",
        "POST /aanleverpunten/{brin}/{vestigingscode}/ping",
        "POST /aanleverpunten/registraties",
        "POST /aanleverpunten/import",
        "GET /overdrachten/overzicht",
        "GET /dossiers/{elkNummer}/wie-kreeg",
        "GET /dossiers/{elkNummer}/tijdlijn",
        "GET /pogingen",
        "GET /pogingen/lijst",
        "PUT /dossiers/{elkNummer}",
        "PUT /dossiers/{elkNummer}/context",
        "GET /dossiers",
        "GET /dossiers/{elkNummer}",
        "GET /dossiers/{elkNummer}/versies/{versie}",
        "GET /dossiers/{elkNummer}/versies/{versie}/handtekening",
        "GET /dossiers/{elkNummer}/versies/{versie}/weergave",
        "GET /dossiers/{elkNummer}/historie",
        "POST /klaarzettingen",
        "GET /klaarzettingen/{id}",
        "GET /klaarzettingen/{id}/voortgang",
        "DELETE /dossiers/{elkNummer}/klaarzetting",
        "GET /overdrachten",
        "POST /validaties",
        "GET /gebeurtenissen",
        "PUT /abonnementen/{naam}",
    }


def test_geen_sleutel_of_geheim_in_een_antwoord(beschrijving: dict[str, Any]) -> None:
    for naam, schema in beschrijving["components"]["schemas"].items():
        if naam.endswith("Uit"):
            assert not {"sleutel", "geheim", "pgn"} & set(schema.get("properties", {}))


def test_de_beschrijving_wordt_een_keer_gemaakt(w: RestWereld) -> None:
    assert w.app.openapi() is w.app.openapi()
