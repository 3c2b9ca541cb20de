"""Retention and the rights of a pupil, on the fake store: what goes, what stays, what is on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.bewaren import Bewaartermijnen
from gateway.domain.dossier import NietOphaalbaar
from gateway.domain.fouten import Onbekend, Weigering
from gateway.domain.logboek import Opdrachtgever
from gateway.domain.toegang import BewaardAntwoord
from gateway.domain.waarden import ElkNummer
from gateway.ports import Wereld
from gateway.usecases import privacy
from gateway.usecases.opruimen import ruim_op
from tests.fakes.klok import VasteKlok
from tests.fakes.wereld import maak_wereld
from tests.hulp.opslagen import HIER, NU, dossier, levering, na, punt, verzoek, voeg_dossier_toe

ELK = ElkNummer("12345")
WIE = Opdrachtgever("fg")
TERMIJNEN = Bewaartermijnen()
DAG = 86_400


def _wereld(dagen: float = 0) -> tuple[Wereld, VasteKlok]:
    klok = VasteKlok(NU + timedelta(days=dagen))
    wereld = maak_wereld(klok=klok)
    with wereld.opslag.werk() as werk:
        werk.aanleverpunten.bewaar(punt())
        voeg_dossier_toe(werk, dossier().klaargezet(HIER, NU, "a"))
        nr = werk.leveringen.voeg_toe(levering())
        werk.leveringen.overgedragen(nr, na(5))
        werk.verzoeken.bewaar(verzoek())
        werk.toegang.bewaar_antwoord(BewaardAntwoord("t", "POST /x", "s", "v", NU, 200, b"{}"))
    return wereld, klok


def test_binnen_de_termijn_blijft_alles() -> None:
    wereld, _ = _wereld(0.5)
    assert ruim_op(wereld, TERMIJNEN).totaal == 0


def test_na_de_termijn_gaat_de_inhoud_en_zegt_de_gateway_dat() -> None:
    wereld, _ = _wereld(91)
    proef = ruim_op(wereld, TERMIJNEN, proef=True)
    assert dict(proef.aantallen) == {**dict.fromkeys(proef.aantallen, 0), "dossier-inhoud": 1, "antwoorden": 1}
    with wereld.opslag.lezen() as werk:
        assert werk.dossiers.octets(ELK, 1) is not None
        assert werk.logboek.audit_over(ELK) == []
    assert ruim_op(wereld, TERMIJNEN).aantallen == proef.aantallen
    assert ruim_op(wereld, TERMIJNEN).totaal == 0
    with wereld.opslag.lezen() as werk:
        heel = werk.dossiers.dossier(ELK)
        assert heel is not None
        assert heel.niet_ophaalbaar(punt()) is NietOphaalbaar.INHOUD_VERWIJDERD
        assert werk.dossiers.octets(ELK, 1) is None
        assert [rij.operatie for rij in werk.logboek.audit_over(ELK)] == ["inhoud-verwijderen"]
        assert [steen.versie for steen in werk.opruiming.grafstenen(ELK)] == [1]


def test_aan_het_eind_van_het_seizoen_gaat_ook_wat_niet_is_opgehaald() -> None:
    wereld, klok = _wereld()
    kort = replace(TERMIJNEN, dossiers_na_ophalen=10_000)
    klok.moment = datetime(2026, 9, 30, 23, tzinfo=UTC)
    assert ruim_op(wereld, kort).aantallen["dossier-inhoud"] == 0
    klok.moment = datetime(2026, 10, 1, tzinfo=UTC)
    assert ruim_op(wereld, kort).aantallen["dossier-inhoud"] == 1


def test_verzoeken_blijven_zes_maanden() -> None:
    wereld, klok = _wereld()
    klok.moment = NU.replace(month=12) - timedelta(seconds=1)
    assert ruim_op(wereld, TERMIJNEN).aantallen["verzoeken"] == 0
    klok.moment = NU.replace(month=12) + timedelta(seconds=1)
    assert ruim_op(wereld, TERMIJNEN).aantallen["verzoeken"] == 1


@given(st.integers(0, 80 * 365 * DAG), st.integers(1, 6))
def test_zes_maanden_terug_is_altijd_een_dag_die_bestaat(seconden: int, maanden: int) -> None:
    nu = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconden)
    voor = replace(TERMIJNEN, verzoeken_maanden=maanden).verzoeken_voor(nu)
    assert (nu.year * 12 + nu.month) - (voor.year * 12 + voor.month) == maanden
    assert voor.day <= nu.day
    assert TERMIJNEN.seizoen_voor(nu) <= nu < TERMIJNEN.seizoen_voor(nu) + timedelta(days=366)


def test_stoppen_mag_tussendoor() -> None:
    wereld, _ = _wereld(400)
    assert ruim_op(wereld, TERMIJNEN, stop=lambda: True).totaal == 0


def test_een_uittreksel_geeft_alles_en_staat_in_de_audit() -> None:
    wereld, _ = _wereld()
    uittreksel = privacy.geef_uittreksel(wereld, ELK, WIE, "verzoek 1")
    assert uittreksel.gegevens["dossier"]["persoonsgebondenNummer"] == "123456782"
    assert set(uittreksel.bestanden) == {"versie-1.xml", "versie-1.handtekening.xml"}
    assert len(uittreksel.gegevens["overdrachten"]) == 1
    assert "123456782" not in repr(uittreksel)
    with wereld.opslag.lezen() as werk:
        (regel,) = werk.logboek.audit_over(ELK)
        assert (regel.operatie, regel.account) == ("privacy-uittreksel", "fg")


def test_wissen_laat_alleen_audit_en_steen_na() -> None:
    wereld, _ = _wereld()
    assert privacy.wis(wereld, ELK, WIE, "verzoek 2")["dossiers"] == 1
    with pytest.raises(Onbekend):
        privacy.wis(wereld, ELK, WIE, "verzoek 2")
    daarna = privacy.geef_uittreksel(wereld, ELK, WIE, "verzoek 3")
    assert daarna.gegevens["dossier"] is None
    assert [een["soort"] for een in daarna.gegevens["verwijderd"]] == ["leerling"]
    with pytest.raises(Onbekend):
        privacy.geef_uittreksel(wereld, ElkNummer("999"), WIE, "verzoek 4")


@pytest.mark.parametrize("doe", [privacy.wis, privacy.geef_uittreksel])
def test_zonder_reden_gebeurt_niets(doe: object) -> None:
    wereld, _ = _wereld()
    assert callable(doe)
    with pytest.raises(Weigering):
        doe(wereld, ELK, WIE, " ")
    with wereld.opslag.lezen() as werk:
        assert werk.dossiers.dossier(ELK) is not None
