"""The official examples are geldig in both modes, with warnings about attachments only."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree

from gateway.domain.beoordeling import Ernst, Regelmodus
from gateway.gegevensset import Toetser

pytestmark = pytest.mark.conformance

PROFIEL = {"OV_POVO_full": "PO-VO", "OV_POVO_opt_out": "PO-VO", "OV_VOVO_full": "VO-VO", "PaO_POSWV_full": "PO-SWV"}


@pytest.mark.parametrize("modus", Regelmodus)
@pytest.mark.parametrize("naam", PROFIEL)
def test_geldig_met_alleen_bijlagewaarschuwingen(
    naam: str, modus: Regelmodus, voorbeelden: Mapping[str, bytes], toetser: Toetser
) -> None:
    octets = voorbeelden[f"Voorbeelddossier_{naam}"]
    beoordeling = toetser.beoordeel(octets, regels=modus)
    assert beoordeling.rapport.geldig
    assert beoordeling.rapport.profiel == PROFIEL[naam]
    assert all(b.regel.startswith("BIJL.") and b.ernst is Ernst.WAARSCHUWING for b in beoordeling.rapport.bevindingen)
    assert beoordeling.octets == etree.tostring(
        etree.fromstring(octets), method="c14n", exclusive=True, with_comments=False
    )


def test_vorige_versie_wordt_herkend_en_niet_getoetst(tabellen: Path, toetser: Toetser) -> None:
    oud = tabellen / "official" / "2018.1" / "examples" / "Voorbeelddossier_OV_POVO_full.xml"
    rapport = toetser.rapporteer(oud.read_bytes()).rapport
    assert [bevinding.regel for bevinding in rapport.bevindingen] == ["XML"]
    assert "2018 wordt niet ondersteund; geïnstalleerd: 2019.1" in rapport.bevindingen[0].melding
