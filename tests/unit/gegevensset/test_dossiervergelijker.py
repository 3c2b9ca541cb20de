"""What changed between two dossiers, by section."""

from __future__ import annotations

from gateway.domain.ophaling import Sectieverschil
from gateway.domain.waarden import Pgn
from gateway.gegevensset.verschil import Dossiervergelijker
from gateway.simulators.las.leerlingen import leerlingen_00ah

OUD = (
    b"<dossier><metadata><datum>2026-01-01</datum><naam>a</naam></metadata><school><brincode>00AH</brincode>"
    b"<leerling><voornaam>X</voornaam><verzuim><dagen>1</dagen></verzuim><toets><score>5</score></toets>"
    b"<toets><score>6</score></toets></leerling></school></dossier>"
)
VERGELIJK = Dossiervergelijker().verschillen


def test_gelijke_dossiers_en_een_andere_datum_verschillen_niet() -> None:
    assert VERGELIJK(OUD, OUD) == ()
    assert VERGELIJK(OUD, OUD.replace(b"2026-01-01", b"2026-02-02")) == ()


def test_een_gewijzigd_veld_noemt_zijn_blok_en_nooit_een_waarde() -> None:
    assert VERGELIJK(OUD, OUD.replace(b">X<", b">Geheim<")) == (Sectieverschil("school/leerling", "gewijzigd"),)
    assert VERGELIJK(OUD, OUD.replace(b">6<", b">7<")) == (Sectieverschil("school/leerling/toets", "gewijzigd"),)
    assert VERGELIJK(OUD, OUD.replace(b">a<", b">b<")) == (Sectieverschil("metadata", "gewijzigd"),)


def test_nieuwe_en_vervallen_secties() -> None:
    zonder = OUD.replace(b"<verzuim><dagen>1</dagen></verzuim>", b"")
    assert VERGELIJK(OUD, zonder) == (Sectieverschil("school/leerling/verzuim", "vervallen"),)
    assert VERGELIJK(zonder, OUD) == (Sectieverschil("school/leerling/verzuim", "nieuw"),)


def test_een_herhaald_blok_erbij_is_een_wijziging() -> None:
    meer = OUD.replace(b"</toets></leerling>", b"</toets><toets><score>9</score></toets></leerling>")
    assert VERGELIJK(OUD, meer) == (Sectieverschil("school/leerling/toets", "gewijzigd"),)


def test_de_wisselende_leerling_van_de_ontwikkelwereld() -> None:
    eerste, tweede = (versie.octets() for versie in leerlingen_00ah("2019.1")[Pgn("388483763")].versies)
    assert all(verschil.soort in ("nieuw", "gewijzigd", "vervallen") for verschil in VERGELIJK(eerste, tweede))
