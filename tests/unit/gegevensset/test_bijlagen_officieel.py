"""The official examples: attachments that cannot be read or are named otherwise are warnings, nothing is a fout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.domain.beoordeling import Ernst
from gateway.gegevensset import Pakketten
from gateway.gegevensset.bijlagen import BijlageGrenzen, controleer
from gateway.xmlio import lees

SHARED = Path(os.environ.get("OSO_SHARED", str(Path(__file__).parents[4] / "shared")))
VOORBEELDEN = sorted((SHARED / "oso/gegevensset/official/2019.1/examples").glob("*.xml"))

pytestmark = pytest.mark.conformance


@pytest.mark.skipif(not VOORBEELDEN, reason="de officiële voorbeelden staan niet naast het project")
def test_alleen_waarschuwingen_en_de_bekende_groottes() -> None:
    pakket = Pakketten.laad().met_versie("2019.1")
    gevonden = {}
    for bestand in VOORBEELDEN:
        bevindingen, bijlagen = controleer(lees(bestand.read_bytes()), pakket, BijlageGrenzen())
        assert {bevinding.ernst for bevinding in bevindingen} <= {Ernst.WAARSCHUWING}
        gevonden[bestand.stem.partition("_")[2]] = (
            [bevinding.regel for bevinding in bevindingen],
            max((bijlage.grootte or 0 for bijlage in bijlagen), default=0),
        )
    assert gevonden == {
        "OV_POVO_full": (["BIJL.zip"] * 5, 46_913),
        "OV_POVO_opt_out": ([], 0),
        "OV_VOVO_full": (["BIJL.zip"] * 5 + ["BIJL.naam"], 46_913),
        "PaO_POSWV_full": (["BIJL.zip"] * 5, 46_913),
    }
