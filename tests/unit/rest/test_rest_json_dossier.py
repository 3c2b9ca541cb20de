"""A push whose dossier is JSON: the same version as the XML, and a refusal that says where."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.gegevensset import Pakketten, Toetser
from gateway.gegevensset.json_dossier import naar_json
from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.restwereld import RestWereld, maak_restwereld
from tests.unit.rest.test_rest_toegang import eis_probleem

PAKKETTEN = Pakketten.laad()
XML_DOSSIER = maak_dossier(proef_pgn(31), zaad=31)
JSON_DOSSIER = naar_json(XML_DOSSIER, PAKKETTEN)


@pytest.fixture
def echt() -> RestWereld:
    """A world whose judge is the real one."""
    w = maak_restwereld()
    object.__setattr__(w.wereld, "toetser", Toetser(PAKKETTEN))
    return w


def _push(w: RestWereld, octets: bytes, context: str | None = None, soort: str = "application/json") -> Any:
    delen: list[tuple[str, tuple[str | None, bytes | str, str]]] = [("dossier", ("dossier.json", octets, soort))]
    if context is not None:
        delen.append(("context", (None, context, "application/json")))
    return w.roep("PUT", "/v1/dossiers/12345", files=delen)


@pytest.mark.parametrize("soort", ["application/json", "application/json; charset=utf-8"])
def test_json_wordt_een_versie_in_xml(echt: RestWereld, soort: str) -> None:
    antwoord = _push(echt, JSON_DOSSIER, soort=soort)
    assert antwoord.status_code == 201, antwoord.text
    octets = echt.roep("GET", "/v1/dossiers/12345/versies/1").content
    assert octets.startswith(b"<dossier xmlns=")
    assert json.loads(naar_json(octets, PAKKETTEN)) == json.loads(JSON_DOSSIER)
    assert _push(echt, JSON_DOSSIER).status_code == 200


def test_onbekende_naam_is_een_bevinding_met_pad_en_de_context_telt(echt: RestWereld) -> None:
    geheel = json.loads(JSON_DOSSIER)
    geheel["dossier"]["huidigeschool"]["bijnaam"] = "x"
    antwoord = _push(echt, json.dumps(geheel).encode(), '{"tegenhouden":"even niet"}')
    eis_probleem(antwoord, 422, "DossierOnjuist")
    [bevinding] = antwoord.json()["bevindingen"]
    assert (bevinding["regel"], bevinding["pad"]) == ("JSON", "/dossier[1]/huidigeschool[1]/bijnaam[1]")
    assert echt.roep("GET", "/v1/dossiers/12345").json()["versie"] is None


def test_geen_json_is_400_en_niets_is_overgenomen(echt: RestWereld) -> None:
    eis_probleem(_push(echt, b"<dossier/>", '{"tegenhouden":"even niet"}'), 400, "JsonOnleesbaar")
    assert echt.roep("GET", "/v1/dossiers/12345").status_code == 404


def test_alleen_het_onderdeel_mag_json_zijn(echt: RestWereld) -> None:
    antwoord = echt.push(dossier=JSON_DOSSIER, headers={"Content-Type": "application/json"})
    eis_probleem(antwoord, 415, "MediatypeOnbekend")
