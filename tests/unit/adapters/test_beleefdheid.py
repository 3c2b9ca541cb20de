"""Rates, budgets and circuit breaker on a clock of the test's own; no test waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.beleefdheid import Emmer, Kring, NietGevraagd, Omgang, Omgangsregels, Storing
from gateway.domain.poging import Belpoging, Pogingafloop
from gateway.domain.resultaat import Resultaat

NU = datetime(2026, 3, 1, tzinfo=UTC)


class Tijd:
    """A clock that goes on by sleeping."""

    def __init__(self) -> None:
        self.nu = 0.0
        self.geslapen: list[float] = []

    def __call__(self) -> float:
        return self.nu

    def slaap(self, seconden: float) -> None:
        self.geslapen.append(seconden)
        self.nu += seconden


class Boek:
    """Keeps the notes."""

    def __init__(self) -> None:
        self.pogingen: list[Belpoging] = []

    def noteer(self, poging: Belpoging) -> None:
        self.pogingen.append(poging)

    def aflopen(self) -> list[tuple[Pogingafloop, str | None]]:
        return [(poging.afloop, poging.oorzaak) for poging in self.pogingen]


class Stuk(Exception):
    """The peer did not answer."""


class Fault(Exception):
    """The peer answered with a fault."""


def duid(fout: Exception) -> Storing:
    return Storing("Fault", leeft=True, fout_id="f-1") if isinstance(fout, Fault) else Storing("Stil")


def maak(tijd: Tijd, boek: Boek | None = None, **regels: Any) -> Omgang:
    return Omgang(Omgangsregels(**regels), boek, tijd=tijd, slaap=tijd.slaap, nu=lambda: NU)


def reeks(*uitkomsten: object) -> Callable[[], object]:
    """Give or raise one after the other."""
    rest = list(uitkomsten)

    def doe() -> object:
        uitkomst = rest.pop(0)
        if isinstance(uitkomst, Exception):
            raise uitkomst
        return uitkomst

    return doe


# ------------------------------------------------------------------------------------------------------------ rates


@given(
    tempo=st.floats(0.5, 500),
    ineens=st.floats(0.1, 5),
    stappen=st.lists(st.floats(0, 3), min_size=1, max_size=200),
    hoogstens=st.floats(0, 5),
)
def test_nooit_meer_dan_tempo_en_voorraad(tempo: float, ineens: float, stappen: list[float], hoogstens: float) -> None:
    tijd = Tijd()
    grootte = max(1.0, tempo * ineens)
    emmer = Emmer(tempo, grootte, tijd)
    momenten = []
    for stap in stappen:
        tijd.nu += stap
        wacht = emmer.neem(hoogstens)
        if wacht is not None:
            assert 0 <= wacht <= hoogstens
            momenten.append(tijd.nu + wacht)
    for eerste in range(len(momenten)):
        for laatste in range(eerste, len(momenten)):
            duur = momenten[laatste] - momenten[eerste]
            assert laatste - eerste + 1 <= grootte + duur * tempo + 1 + 1e-6


def test_duizend_notificaties_tegelijk_blijven_binnen_het_tempo() -> None:
    tijd = Tijd()
    omgang = maak(tijd, per_seconde={"meldenNotificatie": 10.0}, ineens=1.0)
    momenten: list[float] = []
    for _ in range(1000):
        omgang.roep("tc", "meldenNotificatie", lambda: momenten.append(tijd.nu), duid)
    for van in range(100):
        assert sum(van <= moment < van + 1 for moment in momenten) <= 20
    assert momenten[-1] >= 98


def test_een_sessiecontrole_wacht_niet_langer_dan_zij_mag() -> None:
    tijd, boek = Tijd(), Boek()
    omgang = maak(tijd, boek, per_seconde={"sessiecontrole": 4.0}, ineens=0.25, wachten_sessiecontrole=0.3)
    gevraagd = 0
    for _ in range(3):
        try:
            omgang.roep("tc", "sessiecontrole", lambda: None, duid)
            gevraagd += 1
        except NietGevraagd:
            assert tijd.nu == 0
        tijd.nu = 0.0  # all of them at one moment
    assert gevraagd == 2
    assert tijd.geslapen == [0.25]
    assert boek.aflopen()[-1] == (Pogingafloop.NIET_GEVRAAGD, "BudgetOp")


def test_een_partij_krijgt_alle_vragen_samen_niet_sneller_dan_haar_tempo() -> None:
    tijd = Tijd()
    omgang = maak(tijd, partij_per_seconde=2.0, ineens=1.0, anders_per_seconde=100.0)
    for operatie in ("a", "b", "c", "d", "e", "f"):
        omgang.roep("las", operatie, lambda: None, duid)
    assert tijd.nu == pytest.approx(2.0)
    omgang.roep("ander", "a", lambda: None, duid)
    assert tijd.nu == pytest.approx(2.0)


# ---------------------------------------------------------------------------------------------------------- repeats


def test_herhaalt_met_groeiende_gespreide_pauzes_en_geeft_het_antwoord() -> None:
    tijd, boek = Tijd(), Boek()
    omgang = maak(tijd, boek, pogingen={"afmelding": 3}, pauze_eerst=1.0, pauze_langst=60.0)
    antwoord = omgang.roep("tc", "afmelding", reeks(Stuk(), Stuk(), Resultaat.OVERDRACHT_GESLAAGD), duid)
    assert antwoord is Resultaat.OVERDRACHT_GESLAAGD
    eerste, tweede = tijd.geslapen
    assert 1 <= eerste <= 2 <= tweede <= 3
    assert boek.aflopen() == [
        (Pogingafloop.GEEN_ANTWOORD, "Stil"),
        (Pogingafloop.GEEN_ANTWOORD, "Stil"),
        (Pogingafloop.BEANTWOORD, "OverdrachtGeslaagd"),
    ]


@pytest.mark.parametrize("operatie", ["terugkoppeling", "meldenTerugkoppeling", "sessiecontrole"])
def test_deze_worden_een_keer_gevraagd_wat_er_ook_is_ingesteld(operatie: str) -> None:
    tijd = Tijd()
    with pytest.raises(Stuk):
        maak(tijd, pogingen={operatie: 5}).roep("tc", operatie, reeks(Stuk(), "te veel"), duid)
    assert tijd.geslapen == []


def test_een_fault_over_onze_vraag_wordt_niet_herhaald_en_breekt_geen_kring() -> None:
    tijd, boek = Tijd(), Boek()
    omgang = maak(tijd, boek, pogingen={"afmelding": 3}, kring_fouten=1)
    for _ in range(5):
        with pytest.raises(Fault):
            omgang.roep("tc", "afmelding", reeks(Fault()), duid)
    assert omgang.kring("tc").stand == "dicht"
    assert {(p.afloop, p.fout_id) for p in boek.pogingen} == {(Pogingafloop.FAULT, "f-1")}
    assert len(boek.pogingen) == 5


def test_het_herhaalbudget_maakt_van_een_storing_geen_storm() -> None:
    tijd, boek = Tijd(), Boek()
    regels = {"pogingen": {"afmelding": 4}, "herhaaldeel": 0.1, "herhaalvoorraad": 5.0, "kring_fouten": 10**9}
    omgang = maak(tijd, boek, anders_per_seconde=1e6, **regels)
    for _ in range(100):
        with pytest.raises(Stuk):
            omgang.roep("tc", "afmelding", reeks(*[Stuk()] * 4), duid)
    assert len(boek.pogingen) - 100 <= 5 + 100 * 0.1


# --------------------------------------------------------------------------------------------------- circuit breaker


def kring(tijd: Tijd) -> Kring:
    return Kring(Omgangsregels(kring_fouten=3, kring_open_eerst=2.0, kring_open_langst=5.0), tijd)


def test_de_kring_gaat_open_na_fouten_op_rij_en_dicht_na_een_goede_proef() -> None:
    tijd = Tijd()
    k = kring(tijd)
    for uitkomst in (k.mislukt, k.mislukt, k.gelukt, k.mislukt, k.mislukt):
        assert k.laat_door()
        uitkomst()
    assert k.stand == "dicht"
    k.mislukt()
    assert (k.stand, k.laat_door()) == ("open", False)
    tijd.nu += 2
    assert k.stand == "half"
    assert [k.laat_door(), k.laat_door(), k.laat_door()] == [True, False, False]
    k.gelukt()
    assert (k.stand, k.laat_door()) == ("dicht", True)


def test_een_slechte_proef_laat_langer_wachten_tot_een_grens() -> None:
    tijd = Tijd()
    k = kring(tijd)
    for _ in range(3):
        k.mislukt()
    pauzes = []
    for _ in range(4):
        begin = tijd.nu
        while not k.laat_door():
            tijd.nu += 0.5
        pauzes.append(tijd.nu - begin)
        k.mislukt()
    assert pauzes == [2, 4, 5, 5]


def test_een_proef_die_niet_terugkomt_houdt_de_kring_niet_voor_altijd_open() -> None:
    tijd = Tijd()
    k = kring(tijd)
    for _ in range(3):
        k.mislukt()
    tijd.nu += 2
    assert k.laat_door()
    assert not k.laat_door()
    tijd.nu += 5
    assert k.laat_door()


def test_een_open_kring_vraagt_niets_en_gaat_per_partij() -> None:
    tijd, boek = Tijd(), Boek()
    omgang = maak(tijd, boek, kring_fouten=2)
    for _ in range(2):
        with pytest.raises(Stuk):
            omgang.roep("tc", "ping", reeks(Stuk()), duid)
    with pytest.raises(NietGevraagd) as fout:
        omgang.roep("tc", "ping", reeks(), duid)
    assert fout.value.oorzaak == "KringOpen"
    assert omgang.roep("ander", "ping", reeks(True), duid) is True
    tijd.nu += 1
    assert omgang.roep("tc", "ping", reeks(True), duid) is True
    assert omgang.kring("tc").stand == "dicht"
    assert boek.aflopen()[2] == (Pogingafloop.NIET_GEVRAAGD, "KringOpen")
