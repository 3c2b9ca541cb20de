"""The session state machine against a model that is as simple as the contract's sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)

from gateway.domain.overdracht import (
    Adresblok,
    Afmelding,
    Overdrachtvraag,
    Overzichtvraag,
    Registratieaanvraag,
    Sessievraag,
    Zoeksleutel,
)
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Doel, Overdrachtsoort, RouteringsKenmerk, SessieId, Vestiging
from gateway.simulators.ontwikkelwereld import GATEWAY, MAGISTER
from gateway.simulators.traffic_center.gegevens import Instellingen, Punt
from tests.fakes.traffic_center import maak_machine

ELK, LAS = RouteringsKenmerk("0000000700000YY00931"), RouteringsKenmerk("0000000700000YY00932")
SLEUTEL, ANDERE = Zoeksleutel("QUJD", "1151"), Zoeksleutel("QUJE", "1151")
SOORT = Overdrachtsoort.OVERSTAPDOSSIER
ADRES = Adresblok(Brin("00YY"), ELK, Brin("00YY"), LAS)
UIT = Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF


@dataclass
class Model:
    """What the contract says of one session."""

    tot: datetime
    afgemeld: bool = False


class Verkeerscentrum(RuleBasedStateMachine):
    """Magister and the gateway do what they like; hands and the clock move too."""

    sessies = Bundle("sessies")

    def __init__(self) -> None:
        super().__init__()
        self.nu = datetime(2026, 3, 1, tzinfo=UTC)
        self.tc = maak_machine(lambda: self.nu)
        self.model: dict[SessieId, Model] = {}
        self.aan = False
        self.fouten = 0
        self.oorzaak: SessieId | None = None
        self.limiet = 3

    @rule()
    def registreer(self) -> None:
        aanvraag = Registratieaanvraag(
            Vestiging.van("00YY", "00"), 100, None, "sleutel-00YY-100", Doel.OV, "https://127.0.0.1:1/oso"
        )
        assert self.tc.registreer(GATEWAY.oin, aanvraag).resultaat is Resultaat.OVERDRACHT_GESLAAGD
        self.aan, self.fouten, self.oorzaak = True, 0, None

    @rule(target=sessies)
    def overdracht(self) -> SessieId:
        antwoord = self.tc.overdracht(MAGISTER.oin, Overdrachtvraag(ADRES, SLEUTEL, SOORT))
        if not self.aan:
            assert (antwoord.resultaat, antwoord.sessie_id) == (UIT, None)
            return SessieId.nieuw()
        assert antwoord.sessie_id is not None
        assert antwoord.sessie_id not in self.model
        self.model[antwoord.sessie_id] = Model(self.nu + timedelta(seconds=900))
        return antwoord.sessie_id

    @rule(sessie=sessies, sleutel=st.sampled_from([SLEUTEL, ANDERE]))
    def sessiecontrole(self, sessie: SessieId, sleutel: Zoeksleutel) -> None:
        antwoord = self.tc.sessiecontrole(GATEWAY.oin, Sessievraag(ADRES, sleutel, SOORT, sessie))
        verwacht = self._van_sessie(sessie) if self.aan else UIT
        if verwacht is Resultaat.OVERDRACHT_GESLAAGD and sleutel is ANDERE:
            verwacht = Resultaat.SESSIE_AFWIJKEND
        assert antwoord.resultaat is verwacht
        assert (antwoord.sector is not None) == (verwacht is Resultaat.OVERDRACHT_GESLAAGD)
        assert (antwoord.oorzaak and antwoord.oorzaak.sessie_id) == (None if self.aan else self.oorzaak)

    @rule(
        sessie=consumes(sessies) | sessies,
        resultaat=st.sampled_from([Resultaat.DOSSIER_ONGELDIG, Resultaat.OVERDRACHT_GESLAAGD]),
    )
    def afmelding(self, sessie: SessieId, resultaat: Resultaat) -> None:
        antwoord = self.tc.afmelding(MAGISTER.oin, Afmelding(ADRES, SLEUTEL, SOORT, sessie, resultaat))
        assert antwoord.resultaat is self._van_sessie(sessie)
        if antwoord.resultaat is not Resultaat.OVERDRACHT_GESLAAGD:
            return
        self.model[sessie].afgemeld = True
        if resultaat is Resultaat.DOSSIER_ONGELDIG:
            self.fouten += 1
            if self.aan and self.fouten >= self.limiet:
                self.aan, self.oorzaak = False, sessie

    @rule(seconden=st.sampled_from([1, 450, 900]))
    def tijd(self, seconden: int) -> None:
        self.nu += timedelta(seconds=seconden)

    @rule()
    def laat_verlopen(self) -> None:
        self.tc.laat_verlopen()
        for sessie in self.model.values():
            if not sessie.afgemeld:
                sessie.tot = min(sessie.tot, self.nu)

    @rule(aan=st.booleans())
    def met_de_hand(self, aan: bool) -> None:
        (self.tc.zet_aan if aan else self.tc.zet_uit)(self._punt())
        # Switched on by hand before it was ever registered: on, but with no address to send anyone to.
        self.aan, self.oorzaak = aan and self._punt().url is not None, None
        if aan and not self.aan:
            self.tc.zet_uit(self._punt())

    @rule(limiet=st.integers(1, 4))
    def stel_in(self, limiet: int) -> None:
        self.tc.stel_in(Instellingen(fouten_tot_uit=limiet))
        self.limiet = limiet

    @invariant()
    def het_overzicht_klopt(self) -> None:
        (punt,) = self.tc.overzicht(Overzichtvraag(kenmerk=ELK)).punten
        assert punt.actief is self.aan
        assert self._punt().fouten == self.fouten

    def _punt(self) -> Punt:
        punt = self.tc.punt(ELK)
        assert punt is not None
        return punt

    def _van_sessie(self, sessie: SessieId) -> Resultaat:
        stand = self.model.get(sessie)
        if stand is None:
            return Resultaat.SESSIE_ONBEKEND
        if stand.tot <= self.nu:
            return Resultaat.SESSIE_VERLOPEN
        return Resultaat.SESSIE_REEDS_AFGEMELD if stand.afgemeld else Resultaat.OVERDRACHT_GESLAAGD


TestVerkeerscentrum = Verkeerscentrum.TestCase
TestVerkeerscentrum.settings = settings(max_examples=300, stateful_step_count=25, deadline=None)


@pytest.mark.lang
@pytest.mark.timeout(7200)
def test_verkeerscentrum_lang() -> None:
    run_state_machine_as_test(Verkeerscentrum, settings=settings(TestVerkeerscentrum.settings, max_examples=5_000))
