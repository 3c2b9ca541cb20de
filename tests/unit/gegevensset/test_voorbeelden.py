"""The sample dossiers of the product: what the generator writes, geldig without any finding in both modes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lxml import etree

from gateway.domain.beoordeling import Regelmodus
from gateway.gegevensset import Pakketten, Toetser
from gateway.simulators.voorbeelden_maken import voorbeelden
from gateway.xmlio import lees

MAP = Path(__file__).parents[3] / "schemas/gegevensset/2019.1/voorbeelden"
VOORBEELDEN = voorbeelden()
OFFICIEEL = (
    Path(os.environ.get("OSO_SHARED", str(Path(__file__).parents[4] / "shared")))
    / "oso/gegevensset/official/2019.1/OSO_gegevensset.xsd"
)


@pytest.fixture(scope="module")
def toetser() -> Toetser:
    return Toetser(Pakketten.laad())


def test_bestanden_zijn_wat_de_generator_schrijft() -> None:
    assert {bestand.name: bestand.read_bytes() for bestand in MAP.glob("*.xml")} == dict(VOORBEELDEN)


@pytest.mark.parametrize("modus", Regelmodus)
@pytest.mark.parametrize("naam", VOORBEELDEN)
def test_geldig_zonder_bevinding(naam: str, modus: Regelmodus, toetser: Toetser) -> None:
    beoordeling = toetser.beoordeel(VOORBEELDEN[naam], regels=modus)
    assert beoordeling.rapport.bevindingen == ()
    assert beoordeling.octets is not None


def test_alle_profielen_en_maten_komen_voor(toetser: Toetser) -> None:
    beoordelingen = [toetser.beoordeel(octets) for octets in VOORBEELDEN.values()]
    profielen = {beoordeling.rapport.profiel for beoordeling in beoordelingen}
    assert profielen == {"PO-PO", "PO-VO", "VO-VO", "BB", "PO-SWV", "VO-SWV"}
    maten = sorted(len(octets) for octets in VOORBEELDEN.values())
    assert maten[0] < 15_000
    assert maten[-1] > 170_000
    koppen = {naam: toetser.beoordeel(octets).kop for naam, octets in VOORBEELDEN.items()}
    assert {naam for naam, kop in koppen.items() if kop is not None and kop.pgn is None} == {"po-swv.xml", "vo-swv.xml"}
    zonder = {naam for naam, kop in koppen.items() if kop is not None and not kop.inzage_aanwezig}
    assert zonder == {"bb-zonder-inzage.xml"}


@pytest.mark.conformance
@pytest.mark.parametrize("naam", VOORBEELDEN)
def test_geldig_onder_de_officiele_xsd(naam: str) -> None:
    if not OFFICIEEL.exists():
        pytest.skip("de officiële XSD staat niet naast het project")
    schema = etree.XMLSchema(file=str(OFFICIEEL))
    assert schema.validate(lees(VOORBEELDEN[naam])), schema.error_log
