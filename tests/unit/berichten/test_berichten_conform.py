"""The pack beside the team's message contract, where that is at hand."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from gateway.berichten.pakket import standaardpakket
from gateway.domain.resultaat import Resultaat
from gateway.xmlio import lees

PAKKET = standaardpakket()
_XS = "{http://www.w3.org/2001/XMLSchema}"


@pytest.fixture(scope="module")
def contract() -> str:
    gedeeld = Path(os.environ.get("OSO_SHARED", Path(__file__).resolve().parents[4] / "shared"))
    pad = gedeeld / "oso" / "messages.md"
    if not pad.is_file():
        pytest.skip("de berichtafspraken staan niet naast het project (../shared of OSO_SHARED)")
    return pad.read_text("utf-8")


@pytest.mark.conformance
def test_elke_resultaatcode_met_haar_rang(contract: str) -> None:
    rijen = re.findall(r"^\| (\d+|–) \| ([^|]+) \|", contract, re.MULTILINE)
    afgesproken = {
        code: None if rang == "–" else int(rang) for rang, codes in rijen for code in re.findall(r"`(\w+)`", codes)
    }

    assert afgesproken == {resultaat.value: PAKKET.resultaten[resultaat].rang for resultaat in Resultaat}


@pytest.mark.conformance
def test_elk_verzoek_en_zijn_velden(contract: str) -> None:
    rijen = re.findall(r"^\| `(\w+)Request`°?.*\|.*\|.*\|$", contract, re.MULTILINE)
    schema = lees(PAKKET.wsdl("https://h/"))
    namen = {str(element.get("name")) for element in schema.iter(f"{_XS}element")}

    assert set(rijen) == PAKKET.operaties
    genoemd = {
        naam
        for regel in contract.splitlines()
        if re.match(r"\| `\w+Request`", regel)
        for naam in re.findall(r"`([a-z]\w+)`", regel.partition("|")[2].partition("|")[2])
    }
    assert genoemd - {"inzage", "dossier"} <= namen
