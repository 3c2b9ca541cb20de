"""Sending to subscribers: order, retries, giving up, and what a discard in between means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.aflevering import GEEF_OP_NA, Aflevering, AfleveringStatus, Poging, Uitslag
from gateway.domain.fouten import Weigering
from gateway.domain.logboek import Gebeurtenis, GebeurtenisType, Opdrachtgever
from gateway.domain.toegang import Abonnement
from gateway.ports import AfleveringFilter, Wereld
from gateway.usecases import webhooks
from tests.fakes.klok import BEGIN, VasteKlok
from tests.fakes.wereld import maak_wereld
from tests.fakes.zijwerk import DirectZijwerk, NepBode

ALLE = tuple(soort.value for soort in GebeurtenisType)
WIE = Opdrachtgever("b.heer")


class Toneel:
    """A world with one subscriber, and a clock that is moved by hand."""

    def __init__(self, antwoord: Callable[[Aflevering], Poging] | None = None) -> None:
        self.klok = VasteKlok()
        self.wereld: Wereld = maak_wereld(klok=self.klok)
        self.bode = NepBode(antwoord)
        self.zijwerk = DirectZijwerk(self.wereld, self.bode)
        with self.wereld.opslag.werk() as werk:
            werk.abonnementen.bewaar(Abonnement("elk", "https://elk.example/", "g", ALLE, self.klok.nu(), 0))

    def meld(self, *ids: str) -> None:
        with self.wereld.opslag.werk() as werk:
            for id_ in ids:
                werk.logboek.gebeurtenis(
                    Gebeurtenis(id_, GebeurtenisType.STATUS_GEWIJZIGD, self.klok.nu(), "dossier/1", {"elkNummer": "1"})
                )

    def standen(self) -> dict[str, AfleveringStatus]:
        rijen, _ = webhooks.lijst(self.wereld, AfleveringFilter(), 0, 1000)
        return {rij.gebeurtenis.id: rij.status for rij in rijen}


def test_alles_komt_in_volgorde_aan_en_maar_eenmaal() -> None:
    t = Toneel()
    ids = [f"g{nr:03}" for nr in range(45)]
    t.meld(*ids)
    t.zijwerk.bezorg()
    t.zijwerk.bezorg()
    assert [id_ for _, id_ in t.bode.pogingen] == ids


@given(st.lists(st.sampled_from(list(Uitslag)), max_size=12))
def test_wat_er_ook_misgaat_niets_raakt_kwijt_en_de_volgorde_blijft(uitslagen: list[Uitslag]) -> None:
    rest = list(uitslagen)
    t = Toneel(lambda _: Poging(rest.pop(0) if rest else Uitslag.GELUKT, "x"))
    t.meld("a", "b", "c")
    for _ in range(40):
        t.zijwerk.bezorg()
        t.klok.vooruit(16 * 60)
    assert set(t.standen().values()) == {AfleveringStatus.AFGELEVERD}
    if not set(uitslagen) & {Uitslag.AFGEWEZEN, Uitslag.STUK}:
        eerste = list(dict.fromkeys(id_ for _, id_ in t.bode.pogingen))
        assert eerste == ["a", "b", "c"]


def test_na_dagen_wordt_het_opgegeven_en_gaat_de_rest_verder() -> None:
    t = Toneel(lambda een: Poging(Uitslag.WEG, "weg") if een.gebeurtenis.id == "a" else Poging(Uitslag.GELUKT))
    t.meld("a", "b")
    t.zijwerk.bezorg()
    assert t.standen()["b"] is AfleveringStatus.WACHT
    t.klok.vooruit(GEEF_OP_NA.total_seconds() + 1)
    t.zijwerk.bezorg()
    t.zijwerk.bezorg()
    assert t.standen() == {"a": AfleveringStatus.MISLUKT, "b": AfleveringStatus.AFGELEVERD}


def test_wat_blijft_breken_gaat_opzij() -> None:
    t = Toneel(
        lambda een: Poging(Uitslag.STUK, "antwoord 500") if een.gebeurtenis.id == "a" else Poging(Uitslag.GELUKT)
    )
    t.meld("a", "b")
    for _ in range(6):
        t.zijwerk.bezorg()
        t.klok.vooruit(3600)
    t.zijwerk.bezorg()
    assert t.standen()["b"] is AfleveringStatus.AFGELEVERD


def test_de_rust_groeit_en_heeft_een_einde() -> None:
    t = Toneel()
    t.meld("a")
    webhooks.vul_aan(t.wereld, "elk")
    with t.wereld.opslag.lezen() as werk:
        een = werk.afleveringen.eerstvolgende("elk", t.klok.nu(), 1)[0]
    rusten = []
    for _ in range(30):
        een = een.na(Poging(Uitslag.WEG, "x"), BEGIN, 0)
        rusten.append(een.volgende_poging - BEGIN)
    assert rusten == sorted(rusten)
    assert (rusten[0], rusten[-1]) == (timedelta(seconds=1), timedelta(minutes=15))
    assert een.na(Poging(Uitslag.WEG, "x"), BEGIN, 1).volgende_poging - BEGIN == timedelta(minutes=7.5)


def test_vervallen_tijdens_het_versturen_blijft_vervallen() -> None:
    t = Toneel()

    def laat_vervallen(een: Aflevering) -> Poging:
        webhooks.laat_vervallen(t.wereld, een.id, "niet meer nodig", WIE)
        return Poging(Uitslag.GELUKT)

    t.bode.antwoord = laat_vervallen
    t.meld("a")
    t.zijwerk.bezorg()
    assert t.standen() == {"a": AfleveringStatus.VERVALLEN}


def test_opnieuw_gaat_met_hetzelfde_id() -> None:
    t = Toneel()
    t.meld("a", "b")
    t.zijwerk.bezorg()
    rijen, _ = webhooks.lijst(t.wereld, AfleveringFilter(), 0, 10)
    webhooks.opnieuw(t.wereld, rijen[0].id, "ontvanger was leeg", WIE)
    t.zijwerk.bezorg()
    assert t.bode.pogingen == [("elk", "a"), ("elk", "b"), ("elk", "a")]


def test_een_abonnement_dat_er_niet_is_stuurt_niets() -> None:
    t = Toneel()
    webhooks.vul_aan(t.wereld, "weg")
    assert webhooks.verstuur(t.wereld, t.bode.stuur, "weg", lambda: 0.0) == ()


@pytest.mark.parametrize("reden", ["", "  ", "x" * 201])
def test_zonder_goede_reden_gebeurt_niets(reden: str) -> None:
    t = Toneel()
    t.meld("a")
    webhooks.vul_aan(t.wereld, "elk")
    with pytest.raises(Weigering) as fout:
        webhooks.laat_vervallen(t.wereld, 1, reden, WIE)
    assert fout.value.code == "RedenOntbreekt"
