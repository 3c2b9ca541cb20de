"""The fake and the real store stay equal under whatever is done to both, in any order (hypothesis)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from gateway.domain.dossier import Afkeuring, Context, Quarantaine, Status
from gateway.domain.logboek import Gebeurtenis, GebeurtenisType, HistorieRegel
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import ElkNummer, Herkomst, Pgn, Vestiging
from gateway.ports import DossierFilter, LeveringFilter, Opslag, OpslagTegenstrijdig, Werk
from gateway.store.opslag import SqlOpslag
from gateway.trust.kluis import Kluis
from tests.fakes.opslag import FakeOpslag
from tests.hulp.opslagen import (
    DAAR,
    HIER,
    SLEUTEL_A,
    dossier,
    inhoud,
    levering,
    na,
    punt,
    regel,
    sqlite_url,
    versie,
    verzoek,
    voeg_dossier_toe,
)

NUMMERS = [ElkNummer(nummer) for nummer in ("1", "10", "2", "B3")]
PGNS = [Pgn("123456782"), Pgn("111222333")]
PLEKKEN = [HIER, DAAR, Vestiging.van("00YY", "01")]
nummers, pgns, plekken = st.sampled_from(NUMMERS), st.sampled_from(PGNS), st.sampled_from(PLEKKEN)
momenten = st.integers(0, 20).map(na)


class Gelijk(RuleBasedStateMachine):
    """Do the same to both and look whether they tell the same."""

    leveringen: Bundle[int] = Bundle("leveringen")

    def __init__(self) -> None:
        super().__init__()
        self.stapel = ExitStack()
        map_ = Path(self.stapel.enter_context(tempfile.TemporaryDirectory()))
        url = self.stapel.enter_context(sqlite_url(map_))
        self.echt = SqlOpslag(url, Kluis(SLEUTEL_A))
        self.stapel.callback(self.echt.sluit)
        self.fake = FakeOpslag()
        self.teller = 0

    def teardown(self) -> None:
        self.stapel.close()

    def _beide(self, doe: Callable[[Werk], Any]) -> Any:
        uitkomsten = [self._een(opslag, doe) for opslag in (self.fake, self.echt)]
        assert uitkomsten[0] == uitkomsten[1]
        return uitkomsten[0]

    @staticmethod
    def _een(opslag: Opslag, doe: Callable[[Werk], Any]) -> Any:
        try:
            with opslag.werk() as werk:
                return doe(werk)
        except OpslagTegenstrijdig:
            return OpslagTegenstrijdig

    @initialize()
    def begin(self) -> None:
        def doe(werk: Werk) -> None:
            werk.aanleverpunten.bewaar(punt())
            for elk in NUMMERS[:2]:
                voeg_dossier_toe(werk, dossier(elk.waarde).klaargezet(HIER, na(1), "account"))

        self._beide(doe)

    @rule(
        elk=nummers,
        plek=st.none() | plekken,
        herkomst=st.sampled_from(Herkomst),
        vrij=st.booleans(),
        tegen=st.none() | st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=5),
    )
    def neem_context(
        self, elk: ElkNummer, plek: Vestiging | None, herkomst: Herkomst, vrij: bool, tegen: str | None
    ) -> None:
        def doe(werk: Werk) -> None:
            oud = werk.dossiers.dossier(elk, vergrendel=True) or dossier(elk.waarde, None)
            werk.dossiers.bewaar(oud.met_context(Context(plek, herkomst, vrij, tegen)))
            werk.logboek.audit(regel("context", over=elk))

        self._beide(doe)

    @rule(elk=nummers, moment=momenten, trek_in=st.booleans())
    def zet_klaar(self, elk: ElkNummer, moment: datetime, trek_in: bool) -> None:
        def doe(werk: Werk) -> None:
            oud = werk.dossiers.dossier(elk)
            if oud is not None and oud.context.plaatsing is not None:
                klaar = oud.klaargezet(oud.context.plaatsing, moment, "account")
                werk.dossiers.bewaar(klaar.ingetrokken() if trek_in else klaar)
                werk.logboek.historie(HistorieRegel(elk, moment, "klaargezet", {"in": trek_in}))

        self._beide(doe)

    @rule(elk=nummers, pgn=st.none() | pgns, sprong=st.sampled_from([1, 1, 1, 2, 0]))
    def push(self, elk: ElkNummer, pgn: Pgn | None, sprong: int) -> None:
        def doe(werk: Werk) -> None:
            oud = werk.dossiers.dossier(elk)
            nr = max(1, (oud.nieuwste.versie if oud and oud.nieuwste else 0) + sprong)
            werk.dossiers.voeg_versie_toe(elk, versie(nr), inhoud(nr), pgn)
            werk.logboek.audit(regel("push", over=elk, versie=nr))

        self._beide(doe)

    @rule(elk=nummers, fouten=st.integers(1, 9), moment=momenten)
    def keur_af(self, elk: ElkNummer, fouten: int, moment: datetime) -> None:
        def doe(werk: Werk) -> None:
            oud = werk.dossiers.dossier(elk)
            if oud is not None:
                werk.dossiers.bewaar(replace(oud, laatst_afgekeurd=Afkeuring(moment, fouten)))

        self._beide(doe)

    @rule(elk=nummers, nr=st.integers(0, 3), moment=momenten)
    def quarantaine(self, elk: ElkNummer, nr: int, moment: datetime) -> None:
        self._beide(lambda werk: werk.dossiers.zet_quarantaine(elk, nr, Quarantaine(moment, "x")))

    @rule(
        target=leveringen, elk=nummers, moment=momenten, plek=plekken, over=st.lists(momenten, min_size=1, max_size=3)
    )
    def lever(self, elk: ElkNummer, moment: datetime, plek: Vestiging, over: list[datetime]) -> Any:
        """Give the newest version once for each moment of hand-over, and once more, still under way."""

        def doe(werk: Werk) -> int | None:
            gevonden = werk.dossiers.dossier(elk)
            if gevonden is None or gevonden.nieuwste is None:
                return None
            een = levering(elk.waarde, gevonden.nieuwste.versie, moment=moment, bron=plek, doel_brin=plek.brin)
            for nr, wanneer in enumerate(over):
                nummer = werk.leveringen.voeg_toe(replace(een, systeem=f"LAS {nr}"))
                werk.leveringen.overgedragen(nummer, wanneer)
            return werk.leveringen.voeg_toe(een)

        nummer = self._beide(doe)
        return multiple() if nummer is None else nummer

    @rule(elk=st.none() | nummers, moment=momenten, plek=plekken)
    def weiger(self, elk: ElkNummer | None, moment: datetime, plek: Vestiging) -> None:
        een = levering(None, None, moment=moment, bron=plek, resultaat=Resultaat.LEVERING_GEWEIGERD)
        self._beide(lambda werk: werk.leveringen.voeg_toe(replace(een, elk_nummer=elk)))

    @rule(nummer=leveringen, moment=momenten)
    def draag_over(self, nummer: int, moment: datetime) -> None:
        self._beide(lambda werk: werk.leveringen.overgedragen(nummer, moment))

    @rule(nummer=st.integers(-1, 30), moment=momenten)
    def draag_zomaar_iets_over(self, nummer: int, moment: datetime) -> None:
        self._beide(lambda werk: werk.leveringen.overgedragen(nummer, moment))

    @rule(pgn=pgns, sessie=st.integers(0, 3), moment=momenten)
    def bewaar_verzoek(self, pgn: Pgn, sessie: int, moment: datetime) -> None:
        self._beide(lambda werk: werk.verzoeken.bewaar(verzoek(pgn.waarde, sessie, moment=moment)))

    @rule(moment=momenten)
    def ruim_verzoeken_op(self, moment: datetime) -> None:
        self._beide(lambda werk: werk.verzoeken.verwijder_voor(moment))

    @rule(uniek=st.booleans())
    def meld(self, uniek: bool) -> None:
        self.teller += uniek
        een = Gebeurtenis(f"g{self.teller}", GebeurtenisType.STATUS_GEWIJZIGD, na(0), "x", {"nr": self.teller})
        self._beide(lambda werk: werk.logboek.gebeurtenis(een))

    @rule(elk=nummers)
    def breek_af(self, elk: ElkNummer) -> None:
        def doe(werk: Werk) -> None:
            werk.dossiers.bewaar(dossier(elk.waarde))
            werk.logboek.audit(regel("nooit"))
            raise OpslagTegenstrijdig

        self._beide(doe)

    @invariant()
    def vertellen_hetzelfde(self) -> None:
        gezien = []
        for opslag in (self.fake, self.echt):
            with opslag.lezen() as werk:
                gezien.append(_alles(werk))
        assert gezien[0] == gezien[1]


def _alles(werk: Werk) -> list[Any]:
    dossiers, _ = werk.dossiers.lijst(DossierFilter(), None, 50)
    alles: list[Any] = [dossiers]
    for status in Status:
        alles.append(werk.dossiers.lijst(DossierFilter(status=status), "1", 2))
    for plek in PLEKKEN:
        alles.append(werk.dossiers.lijst(DossierFilter(brin=plek.brin, binnen=frozenset({plek})), None, 2))
        alles.append(werk.leveringen.lijst(LeveringFilter(binnen=frozenset({plek})), 0, 3))
        for pgn in PGNS:
            alles.append(werk.dossiers.met_pgn(pgn, plek))
            # Requests of one moment may come in any order.
            alles.append(sorted(map(repr, werk.verzoeken.van_pgn(pgn, plek))))
    for een in dossiers:
        elk, laatste = een.elk_nummer, een.nieuwste.versie if een.nieuwste else 0
        alles += [werk.dossiers.versie(elk, nr) for nr in range(laatste + 2)]
        alles += [werk.dossiers.inhoud(elk, laatste), werk.leveringen.van_dossier(elk)]
        alles.append([(r.moment, r.soort, dict(r.gegevens)) for r in werk.logboek.historie_van(elk, 0, 50)[0]])
        alles.append([rij.nr for rij in werk.logboek.audit_over(elk)])
    alles.append(werk.leveringen.bij_sessie(levering().sessie_id, HIER))
    alles.append([replace(r, pseudoniem=None, hash="", vorige="") for r in werk.logboek.audit_rijen(0, 99)])
    alles.append(werk.logboek.gebeurtenissen(0, 99))
    return alles


TestGelijk = Gelijk.TestCase
TestGelijk.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.lang
@pytest.mark.timeout(7200)
def test_gelijk_lang() -> None:
    run_state_machine_as_test(Gelijk, settings=settings(TestGelijk.settings, max_examples=300))
