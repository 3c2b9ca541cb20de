"""A version of the messages is data: WSDL, XSD, services and result table agree with each other."""

from __future__ import annotations

import logging
import shutil
import warnings
from io import BytesIO
from pathlib import Path

import pytest
import zeep

from gateway.berichten.pakket import Berichtpakket, PakketOngeldig, laad_pakketten, schemamap, standaardpakket
from gateway.domain.gevolg import Gevolg
from gateway.domain.resultaat import Resultaat
from gateway.xmlio import lees

PAKKET = standaardpakket()
ADRES = 'https://host:8443/oso/x?a=1&b="2"'


def test_het_pakket_dat_meekomt() -> None:
    assert PAKKET.versie in laad_pakketten()
    assert PAKKET.naamruimte.endswith(PAKKET.versie)
    assert set(PAKKET.diensten) == {"bron", "doel", "trafficcenter"}
    assert len(PAKKET.operaties) == 11


def test_zeep_leest_de_wsdl_zonder_waarschuwing(caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings(), caplog.at_level(logging.INFO):
        warnings.simplefilter("error")
        klant = zeep.Client(BytesIO(PAKKET.wsdl(ADRES)))

    assert not caplog.records
    (dienst,) = klant.wsdl.services.values()
    poort = dienst.ports["Overstapservice"]
    assert set(poort.binding.all()) == PAKKET.operaties
    assert poort.binding_options["address"] == ADRES
    for naam, operatie in poort.binding.all().items():
        assert operatie.soapaction == f"{PAKKET.naamruimte}/{naam}"


def test_de_wsdl_is_een_bestand_zonder_imports() -> None:
    wortel = lees(PAKKET.wsdl(ADRES))

    assert not list(wortel.iter("{*}import", "{*}include"))
    assert len(list(wortel.iter("{http://www.w3.org/2001/XMLSchema}schema"))) == 1


def test_elk_antwoord_begint_met_resultaat_behalve_ping() -> None:
    for operatie in PAKKET.operaties - {"ping"}:
        element = lees(PAKKET.wsdl(ADRES)).find(
            f".//{{http://www.w3.org/2001/XMLSchema}}element[@name='{operatie}Response']"
        )
        assert element is not None
        assert next(element.iter("{http://www.w3.org/2001/XMLSchema}element"), element).get("name") is not None
        velden = [kind.get("name") for kind in element.iterdescendants("{http://www.w3.org/2001/XMLSchema}element")]
        assert velden[0] == "resultaat"


def test_de_resultaattabel_dekt_alle_codes() -> None:
    assert PAKKET.resultaten.keys() == set(Resultaat)
    codes = {
        str(waarde.get("value"))
        for soort in lees(PAKKET.wsdl(ADRES)).iter("{http://www.w3.org/2001/XMLSchema}simpleType")
        if soort.get("name") == "resultaat"
        for waarde in soort.iter("{http://www.w3.org/2001/XMLSchema}enumeration")
    }
    assert codes == {resultaat.value for resultaat in Resultaat}
    assert all(regel.betekenis.endswith(".") for regel in PAKKET.resultaten.values())
    assert PAKKET.resultaten[Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF].gevolg is Gevolg.UITZETTEN


def test_rangen() -> None:
    volgorde = sorted(Resultaat, key=PAKKET.rang, reverse=True)

    assert [PAKKET.rang(resultaat) for resultaat in volgorde[:8]] == [100, 60, 50, 40, 35, 30, 25, 20]
    assert {PAKKET.rang(resultaat) for resultaat in volgorde[8:]} == {10, 0, -1}


def test_beste_resultaat_bij_gelijke_rang_het_laatste() -> None:
    onbekend, gelukt, weg = Resultaat.LEERLING_ONBEKEND, Resultaat.OVERDRACHT_GESLAAGD, Resultaat.BRON_NIET_BESCHIKBAAR

    assert PAKKET.beste([onbekend, gelukt, weg]) == 1
    assert PAKKET.beste([onbekend, weg, onbekend]) == 2
    assert PAKKET.beste([weg]) == 0


def test_een_ander_pakket_is_een_andere_map(tmp_path: Path) -> None:
    map_ = tmp_path / "anders"
    shutil.copytree(schemamap() / PAKKET.versie, map_)
    for bestand in map_.iterdir():
        bestand.write_text(bestand.read_text("utf-8").replace(PAKKET.versie, "20991231"), "utf-8")

    pakketten = laad_pakketten(tmp_path)

    assert pakketten.keys() == laad_pakketten().keys() | {"20991231"}
    assert pakketten["20991231"].soapactie("ping").endswith("/20991231/ping")


def test_een_bruikbare_melding_bij_een_kapot_pakket(tmp_path: Path) -> None:
    shutil.copytree(schemamap() / PAKKET.versie, tmp_path / "stuk")
    (tmp_path / "stuk" / "overstapservice.xsd").write_text("<geen/>", "utf-8")

    with pytest.raises(PakketOngeldig, match="stuk"):
        Berichtpakket(tmp_path / "stuk")
    with pytest.raises(PakketOngeldig):
        Berichtpakket(tmp_path / "afwezig")


def test_een_vorm_die_niet_bestaat_is_geen_pakket(tmp_path: Path) -> None:
    shutil.copytree(schemamap() / PAKKET.versie, tmp_path / "stuk")
    manifest = tmp_path / "stuk" / "pakket.toml"
    manifest.write_text(manifest.read_text("utf-8").replace("[vormen]", '[vormen]\nrouteringsKenmerk = "x"'), "utf-8")
    with pytest.raises(PakketOngeldig, match="vorm x"):
        Berichtpakket(tmp_path / "stuk")
