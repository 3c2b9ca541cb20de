"""Made-up dossiers: valid for every profile, of the size asked for, all different, the same every time."""

from __future__ import annotations

import io

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.beoordeling import Regelmodus
from gateway.domain.waarden import Pgn
from gateway.gegevensset import Pakketten, Toetser
from gateway.gegevensset.bestandssoort import Soort, herken
from gateway.gegevensset.pdf_controle import Oordeel, snel
from gateway.simulators import proefbestanden
from gateway.simulators.dossiers import Profiel, maak_dossier, maak_dossiers
from gateway.simulators.proefpersonen import (
    ONDERWIJSNUMMER,
    PUPIL_NIET_KLAARGEZET,
    PUPIL_POPO,
    PUPIL_WIJZIGT,
    PUPIL_ZONDER_INZAGE,
    School,
    is_bsn,
    persoon,
    proef_pgn,
)

TOETSER = Toetser(Pakketten.laad())


def _is_onderwijsnummer(pgn: Pgn) -> bool:
    cijfers = [int(cijfer) for cijfer in pgn.waarde]
    som = sum((9 - plek) * cijfer for plek, cijfer in enumerate(cijfers[:8]))
    return cijfers[0] == 1 and som % 11 == cijfers[8] + 5


@pytest.mark.parametrize("bijlagen", [True, False])
@pytest.mark.parametrize("profiel", Profiel)
def test_elk_profiel_is_geldig_zonder_bevinding(profiel: Profiel, bijlagen: bool) -> None:
    pgn = None if "SWV" in profiel else proef_pgn(1)
    octets = maak_dossier(pgn, profiel=profiel, zaad=11, bijlagen=bijlagen)
    for modus in Regelmodus:
        beoordeling = TOETSER.beoordeel(octets, regels=modus)
        assert beoordeling.rapport.bevindingen == ()
        assert beoordeling.rapport.profiel == profiel
        assert beoordeling.kop is not None
        assert beoordeling.kop.pgn == pgn
        assert beoordeling.kop.overdrachtsoort is profiel.overdrachtsoort
        assert bool(beoordeling.bijlagen) is bijlagen


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 99_999), st.sampled_from(Profiel), st.integers(21_000, 200_000))
def test_elke_leerling_en_omvang_is_geldig(zaad: int, profiel: Profiel, omvang: int) -> None:
    octets = maak_dossier(None if "SWV" in profiel else proef_pgn(zaad), profiel=profiel, zaad=zaad, omvang=omvang)
    assert abs(len(octets) - omvang) < 400
    assert TOETSER.beoordeel(octets, regels=Regelmodus.AFGESPROKEN).rapport.bevindingen == ()


def test_zelfde_vraag_zelfde_octets_ander_zaad_ander_dossier() -> None:
    een = maak_dossier(proef_pgn(1), zaad=1, omvang=40_000)
    assert een == maak_dossier(proef_pgn(1), zaad=1, omvang=40_000)
    assert een != maak_dossier(proef_pgn(1), zaad=2, omvang=40_000)


def test_veel_verschillende() -> None:
    dossiers = list(maak_dossiers((proef_pgn(nummer) for nummer in range(200)), kleinste=20_000, grootste=30_000))
    assert len(set(dossiers)) == 200
    assert all(19_500 < len(dossier) < 30_500 for dossier in dossiers)


def test_inzage_datum_en_school() -> None:
    geen = TOETSER.beoordeel(maak_dossier(proef_pgn(1), profiel=Profiel.BB, inzage=None)).kop
    nee = TOETSER.beoordeel(maak_dossier(proef_pgn(1), profiel=Profiel.BB, inzage=False)).kop
    assert geen is not None
    assert nee is not None
    assert (geen.inzage_aanwezig, nee.inzage_aanwezig, nee.inzage_gegeven) == (False, True, False)
    school = School("Verzonnen", "00YY", "00", "VO")
    octets = maak_dossier(proef_pgn(1), profiel=Profiel.VO_VO, school=school, datum="2026-05-01")
    kop = TOETSER.beoordeel(octets).kop
    assert kop is not None
    assert (kop.brin_huidige_school, kop.vestigingscode_huidige_school) == ("00YY", "00")
    assert b"<datum>2026-05-01</datum>" in octets


def test_zonder_inzage_wordt_een_overstapdossier_afgekeurd() -> None:
    rapport = TOETSER.beoordeel(maak_dossier(proef_pgn(1), inzage=False)).rapport
    assert not rapport.geldig


def test_onderwijsnummer_staat_in_zijn_eigen_veld() -> None:
    assert f"<onderwijsnummer>{ONDERWIJSNUMMER.waarde}<".encode() in maak_dossier(ONDERWIJSNUMMER)
    assert f"<bsn>{PUPIL_POPO.waarde}<".encode() in maak_dossier(PUPIL_POPO)


def test_nummers_van_de_ontwikkelwereld_kloppen() -> None:
    assert _is_onderwijsnummer(ONDERWIJSNUMMER)
    assert not is_bsn(ONDERWIJSNUMMER)
    for pgn in (PUPIL_POPO, PUPIL_WIJZIGT, PUPIL_NIET_KLAARGEZET, PUPIL_ZONDER_INZAGE):
        assert is_bsn(pgn)


def test_proefnummers_slagen_voor_de_elfproef_en_zijn_verschillend() -> None:
    nummers = [proef_pgn(nummer) for nummer in (*range(3_000), *range(99_000, 100_000))]
    assert all(map(is_bsn, nummers))
    assert len(set(nummers)) == len(nummers)
    for buiten in (-1, 100_000):
        with pytest.raises(ValueError, match="proefnummers"):
            proef_pgn(buiten)


def test_personen_verschillen() -> None:
    assert len({(p.roepnaam, p.voorvoegsel, p.achternaam) for p in map(persoon, range(1_000))}) > 500


def test_bestanden_zijn_echt() -> None:
    pdf = proefbestanden.pdf(["Regel (één) \\ twee", ""])
    with pikepdf.open(io.BytesIO(pdf)) as geopend:
        assert len(geopend.pages) == 1
        assert not geopend.check_pdf_syntax()
    assert snel(pdf) is Oordeel.VEILIG
    for inhoud, soort in (
        (pdf, Soort.PDF),
        (proefbestanden.png(5_000, 1), Soort.PNG),
        (proefbestanden.docx(["een", "twee"]), Soort.DOCX),
        (proefbestanden.tekstbestand(["één"]), Soort.TXT),
    ):
        herkend = herken(inhoud, max_ratio=100)
        assert (herkend.soort, herkend.gevaar) == (soort, None)
    assert abs(len(proefbestanden.png(50_000, 1)) - 50_000) < 300
