"""The official files beside the project; what needs them is skipped, with the reason, where they are missing."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree

from gateway.gegevensset import Pakketten, Toetser, Toetsinstellingen

VERSIE = "2019.1"


@pytest.fixture(scope="session")
def tabellen() -> Path:
    """Folder with the official tables of the gegevensset."""
    basis = Path(os.environ.get("OSO_SHARED") or Path(__file__).parents[2].parent / "shared")
    map_ = basis / "oso" / "gegevensset"
    if not map_.is_dir():
        pytest.skip(f"official files are not at {map_.name} beside the project (set OSO_SHARED)")
    return map_


@pytest.fixture(scope="session")
def officieel_schema(tabellen: Path) -> etree.XMLSchema:
    """The official XSD, as lxml judges by it."""
    return etree.XMLSchema(file=str(tabellen / "official" / VERSIE / "OSO_gegevensset.xsd"))


@pytest.fixture(scope="session")
def voorbeelden(tabellen: Path) -> Mapping[str, bytes]:
    """The official examples by name."""
    return {
        bestand.stem: bestand.read_bytes()
        for bestand in sorted((tabellen / "official" / VERSIE / "examples").iterdir())
    }


@pytest.fixture(scope="session")
def pakketten() -> Pakketten:
    """The packs of the product."""
    return Pakketten.laad()


@pytest.fixture(scope="session")
def toetser(pakketten: Pakketten) -> Toetser:
    """One that leaves nothing out of a report."""
    return Toetser(pakketten, Toetsinstellingen(hoogstens=100_000))
