"""Any order of events around notifications, faults injected: what must hold of each of them always holds."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.fouten import Weigering
from gateway.domain.notificatie import NotificatieStatus
from gateway.domain.resultaat import Resultaat
from gateway.domain.schakelaar import Bereik
from gateway.domain.toestanden import NOTIFICATIE
from gateway.ports import DoelOnbereikbaar
from gateway.usecases import notificeren, schakelen
from tests.fakes.notificatieproef import BEHEER, TERMIJNEN, Notificatieproef
from tests.fakes.proef import DAAR, ELK, HIER, KERN, LAS, token


class Crash(BaseException):
    """Our process dies."""


class Notificeren(RuleBasedStateMachine):
    """One pupil, two schools, LAS systems that ask, a Traffic Center and a LAS that fail now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.proef = Notificatieproef()
        self.zaad = 0
        self.standen: dict[int, str] = {}
        self.crashes = 0
        self.proef.doelen.bij = self._bij_het_las
        self.proef.plaats()
        self.proef.lever()

    def _bij_het_las(self) -> None:
        """At the moment that a LAS is told, all of this holds."""
        _, bericht = self.proef.doelen.gehoord[-1]
        dossier = self.proef.dossier()
        assert dossier.context.plaatsing is not None
        assert dossier.context.plaatsing.brin == bericht.adres.doel_brin
        assert self.proef.punt(dossier.context.plaatsing).oso
        assert dossier.klaarzetting is not None
        assert dossier.tegengehouden() is None
        assert bericht.aanvraagdatum is not None
        assert bericht.aanvraagdatum >= TERMIJNEN.verzoeken_voor(self.proef.klok.nu())
        assert not self._uit_met_de_hand()

    def _uit_met_de_hand(self) -> bool:
        return bool(schakelen.lijst(self.proef.wereld))

    @rule(plek=st.sampled_from([HIER, DAAR]))
    def vraag(self, plek: Any) -> None:
        self.proef.vraag(plek)

    @rule(plek=st.sampled_from([HIER, DAAR]))
    def haal(self, plek: Any) -> None:
        self.proef.haal(plek)

    @rule(plek=st.sampled_from([HIER, DAAR, None]))
    def plaats(self, plek: Any) -> None:
        self.proef.plaats(plek=plek)

    @rule()
    def zet_klaar(self) -> None:
        self.proef.zet_klaar()

    @rule()
    def trek_in(self) -> None:
        self.proef.trek_in()

    @rule()
    def nieuwe_versie(self) -> None:
        self.zaad += 1
        self.proef.lever(inhoud=f"versie-{self.zaad}")

    @rule(vrij=st.booleans())
    def oki_doc(self, vrij: bool) -> None:
        self.proef.context(oki_doc_vrijgegeven=vrij)

    @rule(seconden=st.sampled_from([1, 60, 700, 3600, 7300, -3600, 86_400, 200 * 86_400]))
    def klok(self, seconden: int) -> None:
        self.proef.klok.vooruit(seconden)

    @rule(aan=st.booleans())
    def punt(self, aan: bool) -> None:
        self.proef.zet_punt(AanleverpuntStatus.GEREGISTREERD if aan else AanleverpuntStatus.UITGEZET)

    @rule(uit=st.booleans())
    def schakel(self, uit: bool) -> None:
        if uit:
            schakelen.zet_uit(self.proef.wereld, Bereik.alles(), "proef", None, BEHEER)
        elif self._uit_met_de_hand():
            schakelen.zet_aan(self.proef.wereld, Bereik.alles(), BEHEER)

    @rule(weg=st.booleans())
    def traffic_center(self, weg: bool) -> None:
        self.proef.traffic_center.weg = weg

    @rule(
        antwoord=st.sampled_from(
            [Resultaat.NOTIFICATIE_ONTVANGEN, Resultaat.LEVERING_GEWEIGERD, "weg", "fault"],
        )
    )
    def las(self, antwoord: Any) -> None:
        fouten = {"weg": DoelOnbereikbaar("weg"), "fault": DoelOnbereikbaar("fault", om_ons=True)}
        self.proef.doelen.antwoord = fouten.get(antwoord, antwoord)

    @rule()
    def ronde(self) -> None:
        self.proef.ronde()

    @rule()
    def crash_bij_het_las(self) -> None:
        def crash() -> None:
            self._bij_het_las()
            raise Crash

        self.proef.doelen.bij = crash
        try:
            self.proef.ronde()
        except Crash:
            self.crashes += 1
        self.proef.doelen.bij = self._bij_het_las

    @precondition(lambda self: self.proef.taken())
    @rule()
    def opdracht(self) -> None:
        with suppress(Weigering):
            notificeren.opdracht(self.proef.wereld, token(), ELK, TERMIJNEN, KERN)

    @invariant()
    def per_doel_en_versie_een_en_alleen_stappen_die_bestaan(self) -> None:
        taken = self.proef.taken()
        sleutels = [(taak.versie, taak.doel_kenmerk) for taak in taken]
        assert len(sleutels) == len(set(sleutels))
        for taak in taken:
            oud = self.standen.get(taak.id)
            assert oud is None or oud == taak.status or _bereikbaar(oud, taak.status.value)
            self.standen[taak.id] = taak.status.value

    @invariant()
    def een_las_hoort_een_versie_niet_vaker_dan_crashes_en_pogingen_verklaren(self) -> None:
        pogingen = sum(regel.uitkomst == "verstuurd" for regel in self.proef.audit("notificeren"))
        assert len(self.proef.doelen.gehoord) == pogingen
        bevestigd = [taak for taak in self.proef.taken() if taak.status is NotificatieStatus.ONTVANGEN]
        assert len(bevestigd) <= len(self.proef.doelen.gehoord)
        assert all(bericht.adres.doel_kenmerk in LAS.values() for _, bericht in self.proef.doelen.gehoord)


def _bereikbaar(van: str, naar: str) -> bool:
    """Can this state be reached in steps that exist? Between two looks there may be several."""
    gezien, rand = {van}, {van}
    while rand:
        rand = {stap.naar for stap in NOTIFICATIE.overgangen if stap.van in rand} - gezien
        gezien |= rand
    return naar in gezien


_RUSTIG = settings(stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.timeout(300)
def test_notificeren() -> None:
    run_state_machine_as_test(Notificeren, settings=settings(_RUSTIG, max_examples=300))


@pytest.mark.lang
@pytest.mark.timeout(7200)
def test_notificeren_lang() -> None:
    run_state_machine_as_test(Notificeren, settings=settings(_RUSTIG, max_examples=5_000))
