"""The state machines of `gateway.domain.toestanden` against what really happens, with faults thrown in (hypothesis).

Each machine runs the use cases on the rules of the simulated Traffic Center, keeps a model as simple as the sentences
of the contract, and holds every step it sees against the table: a step that is not in it fails the test.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.aflevering import Aflevering, AfleveringStatus, Poging, Uitslag
from gateway.domain.dossier import Einde, Status
from gateway.domain.fouten import DossierGeweigerd, TijdelijkNietMogelijk, Weigering
from gateway.domain.logboek import Gebeurtenis, GebeurtenisType
from gateway.domain.overdracht import Levering
from gateway.domain.resultaat import Resultaat
from gateway.domain.toegang import Abonnement
from gateway.domain.toestanden import AANLEVERPUNT, AFLEVERING, DOSSIER, LEVERING, SESSIE_BRON, OvergangBestaatNiet
from gateway.domain.waarden import Herkomst, Rol, SessieId, Vestiging
from gateway.ports import AfleveringFilter
from gateway.simulators.traffic_center.gegevens import Punt
from gateway.usecases import aanleverpunten, webhooks
from gateway.usecases.uitleveren import PartijGeweigerd, Uitlevering, overgedragen, uitleveren
from tests.fakes.proef import DAAR, HIER, KERN, ONZE, PARTIJ, Proef, documentvraag, token

KORT = settings(max_examples=300, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LANG = settings(KORT, max_examples=5_000)
STATUS = AanleverpuntStatus
GOED = "sleutel-00YY-100"
UIT = Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF


def tc_punt(proef: Proef) -> Punt:
    punt = proef.traffic_center.machine.punt(ONZE[HIER])
    assert punt is not None
    return punt


# ------------------------------------------------------------------------------------------------------ aanleverpunt


class Aanleverpuntleven(RuleBasedStateMachine):
    """The contactpersoon, the Traffic Center and a LAS all work on one point."""

    def __init__(self) -> None:
        super().__init__()
        self.proef = Proef()
        self.proef.traffic_center.sessie = None
        self.beheer = token(Rol.BEHEER)
        self.sleutel = "sleutel"
        self.gezien = self.proef.punt()
        self.proef.traffic_center.machine.zet_aan(tc_punt(self.proef))

    def _voer_in(self, sleutel: str) -> None:
        invoer = aanleverpunten.Invoer(HIER, 100, None, sleutel)
        aanleverpunten.invoeren(self.proef.wereld, self.beheer, invoer, KERN)

    @rule(sleutel=st.sampled_from([GOED, GOED, GOED, "verkeerd"]))
    def invoeren(self, sleutel: str) -> None:
        anders = sleutel != self.sleutel
        self._voer_in(sleutel)
        self.sleutel = sleutel
        self._zie(STATUS.NIEUW if anders else self.gezien.status, "gewijzigd" if anders else None)

    @rule(storing=st.sampled_from([None, None, None, "weg"]))
    def registreren(self, storing: str | None) -> None:
        tc = self.proef.traffic_center
        tc.weg = storing == "weg"
        goed = self.sleutel == GOED and tc_punt(self.proef).goedgekeurd
        try:
            aanleverpunten.registreer(self.proef.wereld, self.beheer, HIER, KERN)
            assert goed
            assert not tc.weg
            self._zie(STATUS.GEREGISTREERD, "registratie gelukt")
        except TijdelijkNietMogelijk:
            assert tc.weg
            self._zie(self.gezien.status, None)
        except Weigering:
            assert not goed
            self._zie(STATUS.GEWEIGERD, "registratie geweigerd")
        tc.weg = False

    @rule(aan=st.booleans())
    def traffic_center_schakelt(self, aan: bool) -> None:
        machine = self.proef.traffic_center.machine
        (machine.zet_aan if aan else machine.zet_uit)(tc_punt(self.proef))
        self._zie(self.gezien.status, None)

    @rule()
    def uitgezet_en_gemerkt(self) -> None:
        """The two together: apart they meet too seldom."""
        self.traffic_center_schakelt(False)
        self.las_vraagt(False)

    @rule(goed=st.sampled_from([True, True, True, False]))
    def kennisnet_keurt_goed(self, goed: bool) -> None:
        self.proef.traffic_center.machine.zet_punt(replace(tc_punt(self.proef), goedgekeurd=goed))
        self._zie(self.gezien.status, None)

    @rule(weg=st.booleans())
    def las_vraagt(self, weg: bool) -> None:
        tc = self.proef.traffic_center
        tc.weg = weg
        gevraagd = len(tc.vragen)
        resultaat = self.proef.resultaat()
        tc.weg = False
        if self.gezien.status is not STATUS.GEREGISTREERD:
            assert resultaat is UIT
            assert len(tc.vragen) == gevraagd, "a point that is off asks nothing"
            self._zie(self.gezien.status, None)
        elif not weg and not tc_punt(self.proef).actief:
            assert resultaat is UIT
            self._zie(STATUS.UITGEZET, "uitgezet door het Traffic Center")
        else:
            self._zie(STATUS.GEREGISTREERD, None)

    def _zie(self, verwacht: STATUS, door: str | None) -> None:
        nu = self.proef.punt()
        assert nu.status is verwacht
        if door is None:
            assert nu == self.gezien
        else:
            assert AANLEVERPUNT.mag(self.gezien.status, nu.status, door)
        self.gezien = nu

    @invariant()
    def vlaggen_gaan_samen_en_alleen_aan_als_geregistreerd(self) -> None:
        punt = self.proef.punt()
        aan = punt.status is STATUS.GEREGISTREERD
        assert (punt.oso, punt.mag_overdracht_aanvragen) == (aan, aan)
        assert (punt.reden is None) is (punt.status in (STATUS.NIEUW, STATUS.GEREGISTREERD))


# ----------------------------------------------------------------------------------------------------------- dossier


class Dossierleven(RuleBasedStateMachine):
    """ELK, the locatiebeheerder and a LAS do what they like with one pupil; a model says what the dot must be."""

    def __init__(self) -> None:
        super().__init__()
        self.proef = Proef()
        self.proef.plaats()
        self.inhoud = 0
        self.versie = 0
        self.plek: Vestiging | None = HIER
        self.klaar = False
        self.opgehaald: set[tuple[int, object]] = set()
        self.open: list[Levering] = []
        self.gezien = Status.WIT

    @rule(hoe=st.sampled_from(["nieuw", "gelijk", "fout"]))
    def aanleveren(self, hoe: str) -> None:
        if hoe == "fout":
            with pytest.raises(DossierGeweigerd):
                self.proef.lever(fouten=1)
            self._zie(None)
            return
        nieuw = hoe == "nieuw" or not self.versie
        self.inhoud += nieuw
        self.proef.lever(inhoud=self.inhoud)
        self.versie += nieuw
        self._zie("nieuwe versie" if nieuw else None)

    @rule(
        plek=st.sampled_from([HIER, HIER, HIER, DAAR, None]),
        herkomst=st.sampled_from([*[Herkomst.REGULIER] * 9, *Herkomst]),
    )
    def context(self, plek: Vestiging | None, herkomst: Herkomst) -> None:
        self.proef.context(plaatsing=plek, herkomst=herkomst)
        if plek != self.plek or herkomst is not Herkomst.REGULIER:
            self.klaar = False
        self.plek = plek
        self._zie("plaatsing of herkomst gewijzigd")

    @rule()
    def klaarzetten(self) -> None:
        dossier = self.proef.dossier()
        kan = self.versie > 0 and self.plek is not None and dossier.context.herkomst is Herkomst.REGULIER
        assert (self.proef.code() is None) is kan
        self.klaar = self.klaar or kan
        self._zie("klaargezet", "klaargezet, nieuwste versie al opgehaald")

    @rule()
    def intrekken(self) -> None:
        self.proef.trek_in()
        self.klaar = False
        self._zie("ingetrokken")

    @rule(weg=st.sampled_from([False, False, True]))
    def vragen(self, weg: bool) -> None:
        plek = self.plek or HIER
        self.proef.traffic_center.weg = weg
        antwoord = self.proef.vraag(plek)
        self.proef.traffic_center.weg = False
        verwacht = not weg and self.klaar and self.plek is not None
        assert (antwoord.resultaat is Resultaat.OVERDRACHT_GESLAAGD) is verwacht
        self.open.append(self._levering(antwoord))
        self._zie(None)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def aangekomen(self, data: st.DataObject) -> None:
        """Some answers arrive late, or twice, or in another order; others never do."""
        een = data.draw(st.sampled_from(self.open))
        overgedragen(self.proef.wereld, een.id)
        if een.versie is not None:
            self.opgehaald.add((een.versie, een.doel_brin))
        self._zie("nieuwste versie geheel overgedragen")

    def _levering(self, antwoord: Uitlevering) -> Levering:
        with self.proef.opslag.lezen() as werk:
            gevonden = werk.leveringen.levering(antwoord.levering_id)
        assert gevonden is not None
        assert LEVERING.mag(None, _stand(gevonden))
        return gevonden

    def _zie(self, *door: str | None) -> None:
        nu = self.proef.status()
        if nu is not self.gezien:
            assert any(DOSSIER.mag(self.gezien, nu, een) for een in door if een is not None), (self.gezien, nu, door)
        self.gezien = nu

    @invariant()
    def de_stip_volgt_uit_wat_er_gebeurde(self) -> None:
        verwacht = Status.WIT
        if self.klaar and self.plek is not None:
            groen = (self.versie, self.plek.brin) in self.opgehaald
            verwacht = Status.GROEN if groen else Status.BLAUW
        assert self.proef.status() is verwacht

    @invariant()
    def een_gebeurtenis_voor_elke_stap_en_niet_meer(self) -> None:
        stappen = self.proef.stippen()
        stand: object = Status.WIT.value
        for van, naar in stappen:
            assert van == stand
            assert van != naar
            assert DOSSIER.mag(str(van), str(naar))
            stand = naar
        assert stand == self.proef.status().value

    @invariant()
    def een_einde_heeft_een_reden(self) -> None:
        dossier = self.proef.dossier()
        assert dossier.klaarzetting is None or dossier.einde is None
        assert dossier.einde in (None, *Einde)


def _stand(levering: Levering) -> str:
    if levering.versie is None:
        return "geweigerd"
    return "onderweg" if levering.overgedragen is None else "overgedragen"


# ---------------------------------------------------------------------------------------------------- session of bron


class Bronsessie(RuleBasedStateMachine):
    """A LAS asks with sessions of every kind; the way of each request is one that the table has."""

    def __init__(self) -> None:
        super().__init__()
        self.proef = Proef()
        self.proef.traffic_center.sessie = None
        self.proef.klaargezet()
        machine = self.proef.traffic_center.machine
        machine.zet_punt(replace(tc_punt(self.proef), actief=True, url="https://127.0.0.1:1/oso"))
        self.sessies: dict[SessieId, object] = {}
        self.leveringen: dict[int, str] = {}
        self.te_laat: set[int] = set()

    @rule()
    def openen(self) -> None:
        if tc_punt(self.proef).actief:
            self.sessies[self.proef.open_sessie()] = self.proef.klok.nu() + timedelta(seconds=900)

    @rule(seconden=st.sampled_from([1, 450, 900, -3600]))
    def klok_verspringt(self, seconden: int) -> None:
        self.proef.klok.vooruit(seconden)

    @rule(aan=st.booleans())
    def schakelen(self, aan: bool) -> None:
        """Switched at the Traffic Center; switched on, the contactpersoon registers again."""
        machine = self.proef.traffic_center.machine
        (machine.zet_aan if aan else machine.zet_uit)(tc_punt(self.proef))
        if aan:
            self.proef.zet_punt(STATUS.GEREGISTREERD)

    @rule(vrij=st.booleans())
    def oki_doc(self, vrij: bool) -> None:
        self.proef.context(oki_doc_vrijgegeven=vrij)

    @rule(
        data=st.data(),
        weg=st.sampled_from([False, False, False, True]),
        partij=st.sampled_from([HIER, HIER, HIER, DAAR]),
    )
    def vragen(self, data: st.DataObject, weg: bool, partij: Vestiging) -> None:
        sessie = data.draw(st.sampled_from([SessieId.nieuw(), *self.sessies]))
        tc = self.proef.traffic_center
        tc.weg = weg
        aan, gevraagd, bewaard = self.proef.punt().oso, len(tc.vragen), len(self.proef.bewaard())
        weg_van = [None, "gevraagd"]
        try:
            antwoord = uitleveren(self.proef.wereld, documentvraag(sessie_id=sessie), PARTIJ[partij])
        except PartijGeweigerd:
            assert partij == DAAR
            assert len(tc.vragen) == gevraagd
            self._loop([*weg_van, "fout"])
            return
        finally:
            tc.weg = False
        assert partij == HIER
        controles = len(tc.vragen) - gevraagd
        assert controles == (1 if aan else 0), "one session check, none from a point that is off"
        if controles:
            weg_van.append("adres-klopt")
        if len(self.proef.bewaard()) > bewaard:
            assert not weg
            assert controles
        if self._geldig(sessie, controles, antwoord.resultaat):
            weg_van.append("sessie-geldig")
            assert sessie in self.proef.bewaard()
        elif sessie not in self.sessies:
            assert sessie not in self.proef.bewaard(), "nothing about a pupil before the session holds"
        stand = "onderweg" if antwoord.octets is not None else "geweigerd"
        self._loop([*weg_van, stand])
        self.leveringen[antwoord.levering_id] = stand

    def _geldig(self, sessie: SessieId, controles: int, resultaat: Resultaat) -> bool:
        van_de_bron = {
            Resultaat.OVERDRACHT_GESLAAGD,
            Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR,
            Resultaat.LEVERING_GEWEIGERD,
            Resultaat.LEERLING_ONBEKEND,
        }
        if resultaat not in van_de_bron:
            return False
        assert controles
        assert sessie in self.sessies
        return True

    @precondition(lambda self: self.leveringen)
    @rule(data=st.data())
    def aangekomen(self, data: st.DataObject) -> None:
        nummer = data.draw(st.sampled_from(sorted(self.leveringen)))
        overgedragen(self.proef.wereld, nummer)
        with self.proef.opslag.lezen() as werk:
            levering = werk.leveringen.levering(nummer)
        assert levering is not None
        nu, voor = _stand(levering), self.leveringen[nummer]
        if nu != voor:
            LEVERING.eis(voor, nu)
            SESSIE_BRON.eis(voor, nu)
        self.leveringen[nummer] = nu

    def _loop(self, stappen: list[str | None]) -> None:
        for van, naar in pairwise(stappen):
            assert naar is not None
            SESSIE_BRON.eis(van, naar)

    @invariant()
    def elk_antwoord_staat_in_de_audit(self) -> None:
        gegeven = len(self.leveringen)
        with_dossier = [rij for rij in self.proef.audit("uitleveren") if rij.uitkomst == "OverdrachtGeslaagd"]
        assert len([s for s in self.leveringen.values() if s != "geweigerd"]) == len(with_dossier)
        assert len(self.proef.audit("uitleveren")) >= gegeven


# ----------------------------------------------------------------------------------------------------------- webhook


class Webhookleven(RuleBasedStateMachine):
    """A receiver that takes, refuses, breaks or is away; an administrator who sends again and discards."""

    def __init__(self) -> None:
        super().__init__()
        self.proef = Proef()
        self.gebeurtenissen = 0
        self.ontvangen: list[int] = []
        self.stand: dict[int, AfleveringStatus] = {}
        types = (GebeurtenisType.STATUS_GEWIJZIGD.value,)
        with self.proef.opslag.werk() as werk:
            werk.abonnementen.bewaar(
                Abonnement("kern", "https://kern.example/h", "geheim", types, self.proef.klok.nu(), 0)
            )

    @rule()
    def gebeurt(self) -> None:
        self.gebeurtenissen += 1
        een = Gebeurtenis(
            f"g{self.gebeurtenissen}", GebeurtenisType.STATUS_GEWIJZIGD, self.proef.klok.nu(), "dossier/1", {}
        )
        with self.proef.opslag.werk() as werk:
            werk.logboek.gebeurtenis(een)

    @rule(uitslag=st.sampled_from(Uitslag), minuten=st.sampled_from([0, 1, 20, 60 * 24 * 4]))
    def versturen(self, uitslag: Uitslag, minuten: int) -> None:
        self.proef.klok.vooruit(60 * minuten)

        def bode(_abonnement: Abonnement, aflevering: Aflevering) -> Poging:
            if uitslag is Uitslag.GELUKT:
                self.ontvangen.append(aflevering.gebeurtenis.nr)
            return Poging(uitslag, None if uitslag is Uitslag.GELUKT else "weigert")

        webhooks.vul_aan(self.proef.wereld, "kern")
        self._kijk({"gebeurtenis"})
        webhooks.verstuur(self.proef.wereld, bode, "kern", lambda: 0.5)
        self._kijk({"aangenomen", "opgegeven", "niet aangenomen, straks opnieuw"})

    @precondition(lambda self: self.stand)
    @rule(data=st.data(), opnieuw=st.booleans())
    def beheren(self, data: st.DataObject, opnieuw: bool) -> None:
        nummer = data.draw(st.sampled_from(sorted(self.stand)))
        try:
            (webhooks.opnieuw if opnieuw else webhooks.laat_vervallen)(self.proef.wereld, nummer, "reden", KERN)
        except Weigering:
            assert not opnieuw
            assert self.stand[nummer] is AfleveringStatus.AFGELEVERD
        self._kijk({"opnieuw gevraagd" if opnieuw else "vervallen verklaard"})

    def _kijk(self, door: set[str]) -> None:
        with self.proef.opslag.lezen() as werk:
            rijen, _ = werk.afleveringen.lijst(AfleveringFilter(), 0, 10_000)
        for rij in rijen:
            voor = self.stand.get(rij.id)
            if voor is not rij.status:
                assert any(AFLEVERING.mag(voor, rij.status, een) for een in door), (voor, rij.status, door)
            self.stand[rij.id] = rij.status

    @invariant()
    def elke_gebeurtenis_heeft_hoogstens_een_rij_en_afgeleverd_is_ontvangen(self) -> None:
        with self.proef.opslag.lezen() as werk:
            rijen, _ = werk.afleveringen.lijst(AfleveringFilter(), 0, 10_000)
        nummers = [rij.gebeurtenis.nr for rij in rijen]
        assert len(set(nummers)) == len(nummers)
        for rij in rijen:
            if rij.status is AfleveringStatus.AFGELEVERD:
                assert rij.gebeurtenis.nr in self.ontvangen


ALLE = [Aanleverpuntleven, Dossierleven, Bronsessie, Webhookleven]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("machine", ALLE)
def test_toestandsmachine(machine: type[RuleBasedStateMachine]) -> None:
    run_state_machine_as_test(machine, settings=KORT)


@pytest.mark.lang
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("machine", ALLE)
def test_toestandsmachine_lang(machine: type[RuleBasedStateMachine]) -> None:
    run_state_machine_as_test(machine, settings=LANG)


def test_een_stap_die_niet_bestaat_klapt() -> None:
    proef = Proef()
    uit = proef.punt().uitgezet("reden", proef.klok.nu())
    with pytest.raises(OvergangBestaatNiet):
        uit.uitgezet("nog eens", proef.klok.nu())
    with pytest.raises(OvergangBestaatNiet):
        LEVERING.eis("overgedragen", "onderweg")
