"""The life of one dossier against a small model of the dot that knows nothing of the program.

The model keeps a list of contents and a set of (version, school) that were handed over, and says what the dot must be,
what each school must be told, and whether the events tell the same story.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.fouten import Onbekend, Weigering
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Herkomst, Vestiging
from gateway.usecases.uitleveren import overgedragen
from tests.fakes.proef import DAAR, HIER, Proef
from tests.hulp.opslagen import opslag_van

SCHOLEN = (HIER, DAAR)


@dataclass
class Model:
    """What must be true, in the words of `interfaces.md`."""

    inhoud: list[int] = field(default_factory=list)
    bekend: bool = False
    plaats: Vestiging | None = None
    ooit: set[Vestiging] = field(default_factory=set)
    klaar: bool = False
    door_herkomst: bool = False
    vrij: bool = False
    vast: bool = False
    herkomst: Herkomst = Herkomst.REGULIER
    verdacht: set[int] = field(default_factory=set)
    gekregen: set[tuple[int, Vestiging]] = field(default_factory=set)
    uit: set[Vestiging] = field(default_factory=set)

    @property
    def nieuwste(self) -> int:
        return len(self.inhoud)

    @property
    def stip(self) -> str:
        if not self.klaar or self.plaats is None:
            return "wit"
        return "groen" if (self.nieuwste, self.plaats) in self.gekregen else "blauw"

    def mag_klaar(self) -> bool:
        goed = self.bekend and self.herkomst is Herkomst.REGULIER and self.plaats is not None and self.vrij
        return goed and self.nieuwste > 0 and self.nieuwste not in self.verdacht and self.plaats not in self.uit

    def antwoord(self, school: Vestiging) -> str:
        if school in self.uit:
            return "VerstrekkerAanleverpuntNietActief"
        if not self.inhoud or school not in self.ooit:
            return "LeerlingOnbekend"
        if school != self.plaats or (self.door_herkomst and self.herkomst is not Herkomst.REGULIER):
            return "LeveringGeweigerd"
        if not self.klaar or not self.vrij or self.vast or self.nieuwste in self.verdacht:
            return "LeerlinginfoNietBeschikbaar"
        return "OverdrachtGeslaagd"


class Levensloop(RuleBasedStateMachine):
    """ELK, two schools and the Traffic Center at work on one pupil."""

    soort: ClassVar[str] = "fake"

    @initialize()
    def begin(self) -> None:
        self.opruimen = ExitStack()
        map_ = Path(self.opruimen.enter_context(TemporaryDirectory(prefix="oso-levensloop-")))
        self.proef = Proef(self.opruimen.enter_context(opslag_van(self.soort, map_)))
        self.model = Model()
        self.onderweg: list[tuple[int, int, Vestiging]] = []
        self.leveringen = 0

    def teardown(self) -> None:
        if hasattr(self, "opruimen"):
            self.opruimen.close()

    # ------------------------------------------------------------------------------------------------------- ELK

    @rule(inhoud=st.integers(0, 2))
    def lever(self, inhoud: int) -> None:
        nieuw = self.proef.lever(inhoud=inhoud, datum=self.proef.klok.nu().date()).nieuw
        assert nieuw is (self.model.inhoud[-1:] != [inhoud])
        self.model.bekend = True
        if nieuw:
            self.model.inhoud.append(inhoud)

    @rule(pgn=st.sampled_from(["101211151", "482782481"]), fouten=st.integers(0, 1))
    def lever_wat_wordt_geweigerd(self, pgn: str, fouten: int) -> None:
        if (pgn == "101211151" and not fouten) or (not self.model.inhoud and not fouten):
            return
        with pytest.raises(Weigering):
            self.proef.lever(pgn=pgn, fouten=fouten, inhoud="afgekeurd")

    @rule(plek=st.sampled_from([HIER, DAAR, None]))
    def plaats(self, plek: Vestiging | None) -> None:
        self.proef.context(plaatsing=plek)
        if plek != self.model.plaats and self.model.klaar:
            self.model.klaar = False
            self.model.door_herkomst = False
        self.model.plaats, self.model.bekend = plek, True
        if plek is not None:
            self.model.ooit.add(plek)

    @rule(vrij=st.booleans(), vast=st.booleans())
    def geef_vrij_of_houd_tegen(self, vrij: bool, vast: bool) -> None:
        self.proef.context(oki_doc_vrijgegeven=vrij, tegenhouden="wacht" if vast else None)
        self.model.vrij, self.model.vast, self.model.bekend = vrij, vast, True

    @rule(herkomst=st.sampled_from([Herkomst.REGULIER, *Herkomst]))
    def zet_herkomst(self, herkomst: Herkomst) -> None:
        self.proef.context(herkomst=herkomst)
        if herkomst is not Herkomst.REGULIER and self.model.klaar:
            self.model.klaar, self.model.door_herkomst = False, True
        self.model.herkomst, self.model.bekend = herkomst, True

    @rule()
    def zet_klaar(self) -> None:
        verwacht = self.model.mag_klaar()
        assert (self.proef.code() is None) is verwacht
        if verwacht and not self.model.klaar:
            self.model.klaar, self.model.door_herkomst = True, False

    @precondition(lambda self: self.model.bekend)
    @rule()
    def trek_in(self) -> None:
        self.proef.trek_in()
        self.model.door_herkomst = self.model.door_herkomst and not self.model.klaar
        self.model.klaar = False

    @rule()
    def maak_klaar_wat_kan(self) -> None:
        """Bring it to blue in one go: by chance that takes many steps."""
        self.zet_herkomst(Herkomst.REGULIER)
        self.plaats(self.model.plaats or HIER)
        self.geef_vrij_of_houd_tegen(vrij=True, vast=False)
        self.lever((self.model.inhoud or [0])[-1])
        self.zet_klaar()

    # ------------------------------------------------------------------------------------------------------- LAS

    @rule(school=st.sampled_from(SCHOLEN), leest=st.booleans())
    def vraag(self, school: Vestiging, leest: bool) -> None:
        uitlevering = self.proef.vraag(school)
        self.leveringen += 1
        assert uitlevering.resultaat.value == self.model.antwoord(school)
        if uitlevering.resultaat is not Resultaat.OVERDRACHT_GESLAAGD:
            overgedragen(self.proef.wereld, uitlevering.levering_id)
            return
        assert uitlevering.octets is not None
        assert f'inhoud="{self.model.inhoud[-1]}"'.encode() in uitlevering.octets
        self.onderweg.append((uitlevering.levering_id, self.model.nieuwste, school))
        if leest:
            self.komt_aan(0, dubbel=False, laatste=True)

    @precondition(lambda self: self.model.klaar)
    @rule()
    def haal_op(self) -> None:
        """The LAS of the placed school reads it to the end, if it may."""
        if self.model.plaats is not None:
            self.vraag(self.model.plaats, leest=True)

    @precondition(lambda self: self.model.klaar)
    @rule()
    def verhuis_en_zet_klaar(self) -> None:
        """Move and be set ready again with the same content."""
        self.plaats(DAAR if self.model.plaats == HIER else HIER)
        self.maak_klaar_wat_kan()

    @precondition(lambda self: self.onderweg)
    @rule(welke=st.integers(0, 9), dubbel=st.booleans())
    def komt_aan(self, welke: int, dubbel: bool, laatste: bool = False) -> None:
        levering_id, versie, school = self.onderweg.pop(-1 if laatste else welke % len(self.onderweg))
        overgedragen(self.proef.wereld, levering_id)
        if dubbel:
            overgedragen(self.proef.wereld, levering_id)
        self.model.gekregen.add((versie, school))

    # -------------------------------------------------------------------------------------------- Traffic Center

    @rule(school=st.sampled_from(SCHOLEN), uit=st.booleans())
    def zet_punt(self, school: Vestiging, uit: bool) -> None:
        self.proef.zet_punt(AanleverpuntStatus.UITGEZET if uit else AanleverpuntStatus.GEREGISTREERD, school)
        (self.model.uit.add if uit else self.model.uit.discard)(school)

    @precondition(lambda self: self.model.inhoud)
    @rule()
    def quarantaine(self) -> None:
        self.proef.quarantaine()
        self.model.verdacht.add(self.model.nieuwste)

    @rule(seconden=st.sampled_from([-7200.0, -0.001, 0.001, 1.0, 7200.0]))
    def klok_springt(self, seconden: float) -> None:
        self.proef.klok.vooruit(seconden)

    # ------------------------------------------------------------------------------------------------- must hold

    @invariant()
    def de_stip_klopt(self) -> None:
        if not hasattr(self, "proef"):
            return
        if not self.model.bekend:
            with pytest.raises(Onbekend):
                self.proef.dossier()
            return
        dossier = self.proef.dossier()
        assert dossier.status == self.model.stip
        assert (dossier.nieuwste.versie if dossier.nieuwste else 0) == self.model.nieuwste
        plaats = self.model.plaats
        kan = plaats is not None and self.model.antwoord(plaats) == "OverdrachtGeslaagd"
        assert (self.proef.reden() is None) is kan

    @invariant()
    def de_gebeurtenissen_vertellen_hetzelfde(self) -> None:
        if not hasattr(self, "proef"):
            return
        stip: object = "wit"
        for van, naar in self.proef.stippen():
            assert van == stip
            assert naar != van
            stip = naar
        assert stip == self.model.stip

    @invariant()
    def elk_antwoord_staat_in_het_logboek(self) -> None:
        if hasattr(self, "proef"):
            assert len(self.proef.audit("uitleveren")) == self.leveringen


class LevensloopOpSqlite(Levensloop):
    """The same on a real store."""

    soort = "sqlite"


_RUSTIG = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TestLevensloop = pytest.mark.timeout(300)(Levensloop.TestCase)
TestLevensloop.settings = settings(_RUSTIG, max_examples=300, stateful_step_count=40)
TestLevensloopOpSqlite = LevensloopOpSqlite.TestCase
TestLevensloopOpSqlite.settings = settings(_RUSTIG, max_examples=8, stateful_step_count=30)


@pytest.mark.lang
@pytest.mark.timeout(7200)
def test_levensloop_lang() -> None:
    run_state_machine_as_test(Levensloop, settings=settings(_RUSTIG, max_examples=5_000, stateful_step_count=40))
