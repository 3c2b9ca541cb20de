"""The pack of the product as it is committed: counts, the generated XSD, sentences that a school can use."""

import tomllib

import pytest
from lxml import etree

from gateway.gegevensset import Pakket, Pakketten
from gateway.gegevensset.pakket import productmap
from gateway.gegevensset.regels import Regelstatus
from gateway.gegevensset.xsd_maken import maak


@pytest.fixture(scope="module")
def pakket() -> Pakket:
    return Pakketten.laad().met_versie("2019.1")


def test_de_xsd_is_gemaakt_uit_de_tabellen(pakket: Pakket) -> None:
    assert (pakket.map / "dossier.xsd").read_bytes() == maak(pakket.map)


def test_elk_pakket_van_het_product_laadt() -> None:
    assert len(Pakketten.laad().versies) == len(list(productmap().glob("*/pakket.toml")))


def test_tellingen(pakket: Pakket) -> None:
    statussen = [regel.status for regel in pakket.regels]
    assert statussen.count(Regelstatus.ACTIEF) == 169
    assert statussen.count(Regelstatus.ONBEREIKBAAR) == 13
    uitzonderingen = tomllib.loads((pakket.map / "uitzonderingen.toml").read_text("utf-8"))["uitzondering"]
    per_soort: dict[str, int] = {}
    for uitzondering in uitzonderingen:
        per_soort[uitzondering["soort"]] = per_soort.get(uitzondering["soort"], 0) + len(uitzondering["regels"])
    assert per_soort == {"vervallen": 12, "werkeloos": 4, "xsd": 2}
    assert len(pakket.codelijsten) == 33
    assert sum(len(lijst.codes) for lijst in pakket.codelijsten.values()) == 234
    assert len(pakket.categorieen) == 16


def test_alleen_dossier_is_globaal(pakket: Pakket) -> None:
    xsd = etree.parse(pakket.map / "dossier.xsd").getroot()
    assert [element.get("name") for element in xsd.iterchildren("{*}element")] == ["dossier"]


def test_elke_zin_zegt_wat_er_is_en_wat_te_doen(pakket: Pakket) -> None:
    for regel in pakket.regels:
        assert regel.melding.endswith("."), regel.id
        assert regel.melding.count(".") >= 2, regel.id
        assert regel.anker
