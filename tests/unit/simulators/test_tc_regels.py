"""Every rule of the simulated Traffic Center, one by one, without a network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.berichten.fout import CertificaatHoortNietBijPartij
from gateway.domain.overdracht import (
    Adresblok,
    Afmelding,
    Notificatiemelding,
    Oorzaak,
    Overdrachtvraag,
    Overzichtvraag,
    Registratieaanvraag,
    Sessievraag,
    Terugkoppelmelding,
    Zoeksleutel,
)
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import (
    Brin,
    Doel,
    Koppelsleutel,
    Oin,
    Overdrachtsoort,
    RouteringsKenmerk,
    SessieId,
    Vestiging,
)
from gateway.simulators.ontwikkelwereld import GATEWAY, MAGISTER, POSCHOOL, TRAJECTPLANNER, VREEMDE
from gateway.simulators.traffic_center.gegevens import Instellingen, Punt
from gateway.simulators.traffic_center.machine import Machine
from tests.fakes.traffic_center import maak_machine

ELK, LAS = RouteringsKenmerk("0000000700000YY00931"), RouteringsKenmerk("0000000700000YY00932")
ZUID, PO = RouteringsKenmerk("0000000700012SS00933"), RouteringsKenmerk("0000000700000AH00900")
NERGENS = RouteringsKenmerk("bestaat-niet")
SLEUTEL = Zoeksleutel("QUJD", "1151")
SOORT = Overdrachtsoort.OVERSTAPDOSSIER
URL = "https://127.0.0.1:1/oso/x"
G, M = GATEWAY.oin, MAGISTER.oin


@dataclass
class Tijd:
    nu: datetime = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.nu

    def verder(self, seconden: float) -> None:
        self.nu += timedelta(seconds=seconden)


@dataclass
class Proef:
    """A machine in which our point of 00YY is registered, and a clock that is set by hand."""

    tijd: Tijd
    tc: Machine

    def punt(self, kenmerk: RouteringsKenmerk) -> Punt:
        gevonden = self.tc.punt(kenmerk)
        assert gevonden is not None
        return gevonden

    def open(self) -> SessieId:
        antwoord = self.tc.overdracht(M, vraag())
        assert antwoord.sessie_id is not None
        return antwoord.sessie_id

    def controleer(self, sessie: SessieId, oin: Oin = G, **anders: Any) -> Resultaat:
        return self.tc.sessiecontrole(oin, controle(sessie, **anders)).resultaat

    def meld_af(
        self, sessie: SessieId, resultaat: Resultaat = Resultaat.OVERDRACHT_GESLAAGD, **anders: Any
    ) -> Resultaat:
        melding = Afmelding(adres(**anders), SLEUTEL, SOORT, sessie, resultaat)
        return self.tc.afmelding(M, melding).resultaat


def adres(**anders: Any) -> Adresblok:
    velden: dict[str, Any] = {
        "bron_brin": Brin("00YY"),
        "bron_kenmerk": ELK,
        "doel_brin": Brin("00YY"),
        "doel_kenmerk": LAS,
    }
    return Adresblok(**{**velden, **anders})


def vraag(
    sleutel: Zoeksleutel | Koppelsleutel = SLEUTEL, soort: Overdrachtsoort = SOORT, **anders: Any
) -> Overdrachtvraag:
    return Overdrachtvraag(adres(**{"bron_kenmerk": None, **anders}), sleutel, soort)


def controle(sessie: SessieId, **anders: Any) -> Sessievraag:
    basis = Sessievraag(adres(), SLEUTEL, SOORT, sessie)
    velden = {naam: anders.pop(naam) for naam in ("sleutel", "overdrachtsoort") if naam in anders}
    return replace(basis, adres=adres(**anders), **velden)


def aanvraag(**anders: Any) -> Registratieaanvraag:
    velden: dict[str, Any] = {
        "vestiging": Vestiging.van("00YY", "00"),
        "aanleverpuntnummer": 100,
        "routerings_kenmerk": None,
        "sleutel": "sleutel-00YY-100",
        "doel": Doel.OV,
        "url": URL,
    }
    return Registratieaanvraag(**{**velden, **anders})


@pytest.fixture
def proef() -> Proef:
    tijd = Tijd()
    tc = maak_machine(tijd)
    assert tc.registreer(G, aanvraag()).resultaat is Resultaat.OVERDRACHT_GESLAAGD
    return Proef(tijd, tc)


# ------------------------------------------------------------------------------------------------ overdracht


def test_een_sessie_met_de_punten_om_te_vragen(proef: Proef) -> None:
    antwoord = proef.tc.overdracht(M, vraag())

    assert antwoord.resultaat is Resultaat.OVERDRACHT_GESLAAGD
    assert [(punt.kenmerk, punt.url) for punt in antwoord.punten] == [(ELK, URL)]


def test_punten_op_nummer_zonder_dat_van_de_doel_zelf(proef: Proef) -> None:
    for nummer in (30, 4):
        eigen = RouteringsKenmerk(f"extra{nummer}")
        proef.tc.zet_punt(replace(proef.punt(ELK), nummer=nummer, kenmerk=eigen))
    proef.tc.zet_punt(replace(proef.punt(ELK), nummer=1, kenmerk=RouteringsKenmerk("uit"), actief=False))
    proef.tc.zet_punt(replace(proef.punt(ELK), nummer=2, kenmerk=RouteringsKenmerk("zonderadres"), url=None))

    punten = proef.tc.overdracht(M, vraag()).punten

    assert [punt.kenmerk.waarde for punt in punten] == ["extra4", "extra30", ELK.waarde]


def test_een_punt_naar_keuze(proef: Proef) -> None:
    proef.tc.zet_punt(replace(proef.punt(ELK), nummer=4, kenmerk=RouteringsKenmerk("extra")))

    assert [punt.kenmerk for punt in proef.tc.overdracht(M, vraag(bron_kenmerk=ELK)).punten] == [ELK]


def test_een_andere_school_mag_ook(proef: Proef) -> None:
    assert proef.tc.overdracht(M, vraag(bron_brin=Brin("00AH"))).resultaat is Resultaat.OVERDRACHT_GESLAAGD


def test_met_een_koppelsleutel(proef: Proef) -> None:
    sleutel = Koppelsleutel.nieuw()
    sessie = proef.tc.overdracht(M, vraag(sleutel=sleutel)).sessie_id
    assert sessie is not None
    assert proef.controleer(sessie, sleutel=Koppelsleutel(sleutel.waarde.upper())) is Resultaat.OVERDRACHT_GESLAAGD
    assert proef.controleer(sessie) is Resultaat.SESSIE_AFWIJKEND


BINNEN = Overdrachtsoort.OVERDRACHTBINNENBRIN
WEIGERINGEN = [
    ({"doel_kenmerk": NERGENS}, SOORT, Resultaat.ONBEKEND_AANLEVERPUNT),
    ({"doel_brin": Brin("00AH")}, SOORT, Resultaat.ONBEKEND_AANLEVERPUNT),
    ({"bron_brin": Brin("00AH")}, BINNEN, Resultaat.GEEN_RELATIE_MET_DOEL),
    ({"bron_brin": Brin("99ZZ")}, SOORT, Resultaat.VERSTREKKER_NIET_BEKEND),
    ({"bron_brin": Brin("00AH"), "bron_kenmerk": NERGENS}, SOORT, Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF),
    ({"bron_brin": Brin("00AH"), "bron_kenmerk": ELK}, SOORT, Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF),
    ({"bron_kenmerk": LAS}, SOORT, Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF),
]


@pytest.mark.parametrize(("anders", "soort", "verwacht"), WEIGERINGEN)
def test_geweigerde_overdracht_opent_geen_sessie(
    proef: Proef, anders: dict[str, object], soort: Overdrachtsoort, verwacht: Resultaat
) -> None:
    antwoord = proef.tc.overdracht(M, Overdrachtvraag(adres(**{"bron_kenmerk": None, **anders}), SLEUTEL, soort))

    assert (antwoord.resultaat, antwoord.sessie_id, antwoord.punten) == (verwacht, None, ())


def test_binnen_een_brin_mag_als_die_gelijk_is(proef: Proef) -> None:
    assert proef.tc.overdracht(M, vraag(soort=BINNEN)).resultaat is Resultaat.OVERDRACHT_GESLAAGD


def test_aanvrager_uit(proef: Proef) -> None:
    proef.tc.zet_uit(proef.punt(LAS))

    assert proef.tc.overdracht(M, vraag()).resultaat is Resultaat.AANVRAGER_AANLEVERPUNT_NIET_ACTIEF


@pytest.mark.parametrize("bron", [None, ELK])
def test_geen_actief_ander_punt(proef: Proef, bron: RouteringsKenmerk | None) -> None:
    proef.tc.zet_uit(proef.punt(ELK))

    antwoord = proef.tc.overdracht(M, vraag(bron_kenmerk=bron))

    assert antwoord.resultaat is Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF
    assert antwoord.sessie_id is None


@pytest.mark.parametrize("oin", [G, TRAJECTPLANNER.oin, VREEMDE.oin])
def test_niemand_vraagt_namens_een_ander(proef: Proef, oin: Oin) -> None:
    with pytest.raises(CertificaatHoortNietBijPartij):
        proef.tc.overdracht(oin, vraag())


# ------------------------------------------------------------------------------------------------ sessiecontrole


def test_een_goede_controle_geeft_de_sector_van_de_doel(proef: Proef) -> None:
    sessie = proef.open()

    antwoord = proef.tc.sessiecontrole(G, controle(sessie))

    assert (antwoord.resultaat, antwoord.sector, antwoord.oorzaak) == (Resultaat.OVERDRACHT_GESLAAGD, "VO", None)
    assert proef.controleer(SessieId(sessie.waarde.upper())) is Resultaat.OVERDRACHT_GESLAAGD


def test_elke_afwijking(proef: Proef) -> None:
    sessie = proef.open()
    afwijkend = Resultaat.SESSIE_AFWIJKEND

    assert proef.controleer(SessieId.nieuw()) is Resultaat.SESSIE_ONBEKEND
    assert proef.controleer(sessie, doel_kenmerk=ZUID) is Resultaat.ONBEKEND_AANLEVERPUNT
    assert proef.controleer(sessie, doel_brin=Brin("12SS")) is afwijkend
    assert proef.controleer(sessie, overdrachtsoort=BINNEN) is afwijkend
    assert proef.controleer(sessie, sleutel=Zoeksleutel("QUJD", "1152")) is afwijkend
    assert proef.controleer(sessie, sleutel=Zoeksleutel("QUJE", "1151")) is afwijkend
    assert proef.controleer(sessie, sleutel=Koppelsleutel.nieuw()) is afwijkend
    andere_bron = controle(sessie, bron_brin=Brin("00AH"), bron_kenmerk=PO)
    assert proef.tc.sessiecontrole(POSCHOOL.oin, andere_bron).resultaat is afwijkend


def test_verlopen(proef: Proef) -> None:
    sessie = proef.open()
    proef.tijd.verder(899.9)
    assert proef.controleer(sessie) is Resultaat.OVERDRACHT_GESLAAGD
    proef.tijd.verder(0.1)
    assert proef.controleer(sessie) is Resultaat.SESSIE_VERLOPEN
    assert proef.meld_af(sessie) is Resultaat.SESSIE_VERLOPEN


def test_levensduur_in_te_stellen(proef: Proef) -> None:
    oud = proef.open()
    proef.tc.stel_in(Instellingen(sessie_seconden=10))
    nieuw = proef.open()
    proef.tijd.verder(10)

    assert proef.controleer(oud) is Resultaat.OVERDRACHT_GESLAAGD
    assert proef.controleer(nieuw) is Resultaat.SESSIE_VERLOPEN


def test_alle_sessies_laten_verlopen(proef: Proef) -> None:
    sessies = [proef.open(), proef.open()]

    assert proef.tc.laat_verlopen() == 2
    assert {proef.controleer(sessie) for sessie in sessies} == {Resultaat.SESSIE_VERLOPEN}
    assert proef.controleer(proef.open()) is Resultaat.OVERDRACHT_GESLAAGD


def test_afgemeld_en_daarna_verlopen_gaat_voor_verlopen(proef: Proef) -> None:
    sessie = proef.open()
    assert proef.meld_af(sessie) is Resultaat.OVERDRACHT_GESLAAGD
    assert proef.controleer(sessie) is Resultaat.SESSIE_REEDS_AFGEMELD
    assert proef.controleer(sessie, doel_kenmerk=ZUID) is Resultaat.SESSIE_REEDS_AFGEMELD
    proef.tijd.verder(900)
    assert proef.controleer(sessie, doel_kenmerk=ZUID) is Resultaat.SESSIE_VERLOPEN


def test_uit_gaat_voor_de_sessie(proef: Proef) -> None:
    sessie = proef.open()
    proef.tc.zet_uit(proef.punt(ELK))

    for gevraagd in (sessie, SessieId.nieuw()):
        antwoord = proef.tc.sessiecontrole(G, controle(gevraagd))
        assert antwoord.resultaat is Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF
        assert antwoord.oorzaak is None
    proef.tc.zet_aan(proef.punt(ELK))
    assert proef.controleer(sessie) is Resultaat.OVERDRACHT_GESLAAGD


def test_de_bron_van_de_controle(proef: Proef) -> None:
    sessie = proef.open()

    assert proef.controleer(sessie, bron_brin=Brin("99ZZ"), bron_kenmerk=NERGENS) is Resultaat.VERSTREKKER_NIET_BEKEND
    assert proef.controleer(sessie, bron_kenmerk=NERGENS) is Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF
    for oin in (M, VREEMDE.oin):
        with pytest.raises(CertificaatHoortNietBijPartij):
            proef.controleer(sessie, oin=oin)


def test_aanvrager_die_intussen_uit_staat(proef: Proef) -> None:
    sessie = proef.open()
    proef.tc.zet_uit(proef.punt(LAS))

    assert proef.controleer(sessie) is Resultaat.AANVRAGER_AANLEVERPUNT_NIET_ACTIEF


# ------------------------------------------------------------------------------------------------ afmelding


def test_afmelden_kan_eenmaal(proef: Proef) -> None:
    sessie = proef.open()

    assert proef.meld_af(sessie, Resultaat.BRON_NIET_BESCHIKBAAR) is Resultaat.OVERDRACHT_GESLAAGD
    assert proef.meld_af(sessie) is Resultaat.SESSIE_REEDS_AFGEMELD


def test_afmelden_met_andere_gegevens(proef: Proef) -> None:
    sessie = proef.open()

    assert proef.meld_af(SessieId.nieuw()) is Resultaat.SESSIE_ONBEKEND
    assert proef.meld_af(sessie, doel_kenmerk=NERGENS) is Resultaat.ONBEKEND_AANLEVERPUNT
    assert proef.meld_af(sessie, bron_kenmerk=NERGENS) is Resultaat.ONBEKEND_AANLEVERPUNT
    assert proef.meld_af(sessie, bron_kenmerk=PO) is Resultaat.ONBEKEND_AANLEVERPUNT
    assert proef.meld_af(sessie, bron_brin=Brin("00AH")) is Resultaat.SESSIE_AFWIJKEND
    with pytest.raises(CertificaatHoortNietBijPartij):
        proef.meld_af(sessie, doel_kenmerk=ZUID)
    assert proef.meld_af(sessie) is Resultaat.OVERDRACHT_GESLAAGD


def test_de_derde_ongeldige_zet_het_punt_uit_met_de_oorzaak(proef: Proef) -> None:
    sessies = [proef.open() for _ in range(4)]
    for sessie in sessies[:2]:
        proef.meld_af(sessie, Resultaat.DOSSIER_ONGELDIG)
    assert proef.controleer(sessies[3]) is Resultaat.OVERDRACHT_GESLAAGD

    proef.tijd.verder(7)
    proef.meld_af(sessies[2], Resultaat.DOSSIER_ONGELDIG)

    antwoord = proef.tc.sessiecontrole(G, controle(sessies[3]))
    assert antwoord.resultaat is Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF
    assert antwoord.oorzaak == Oorzaak(sessies[2], proef.tijd.nu)
    assert proef.tc.overdracht(M, vraag()).resultaat is Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF


def test_een_latere_melding_verandert_de_oorzaak_niet(proef: Proef) -> None:
    proef.tc.stel_in(Instellingen(fouten_tot_uit=1))
    eerste, tweede = proef.open(), proef.open()
    for sessie in (eerste, tweede):
        assert proef.meld_af(sessie, Resultaat.DOSSIER_ONGELDIG) is Resultaat.OVERDRACHT_GESLAAGD

    oorzaak = proef.tc.sessiecontrole(G, controle(tweede)).oorzaak
    assert oorzaak is not None
    assert oorzaak.sessie_id == eerste


def test_aanzetten_laat_de_telling_staan_registreren_niet(proef: Proef) -> None:
    for sessie in [proef.open() for _ in range(3)]:
        proef.meld_af(sessie, Resultaat.DOSSIER_ONGELDIG)
    proef.tc.zet_aan(proef.punt(ELK))
    assert (proef.punt(ELK).actief, proef.punt(ELK).fouten) == (True, 3)
    proef.meld_af(proef.open(), Resultaat.DOSSIER_ONGELDIG)
    assert not proef.punt(ELK).actief

    assert proef.tc.registreer(G, aanvraag()).resultaat is Resultaat.OVERDRACHT_GESLAAGD
    punt = proef.punt(ELK)
    assert (punt.actief, punt.fouten, punt.oorzaak) == (True, 0, None)


@pytest.mark.parametrize("resultaat", [r for r in Resultaat if r is not Resultaat.DOSSIER_ONGELDIG])
def test_geen_ander_resultaat_telt(proef: Proef, resultaat: Resultaat) -> None:
    assert proef.meld_af(proef.open(), resultaat) is Resultaat.OVERDRACHT_GESLAAGD
    assert proef.punt(ELK).fouten == 0


# ------------------------------------------------------------------------------------------------ registratie


@pytest.mark.parametrize(
    ("oin", "anders", "verwacht"),
    [
        (G, {}, Resultaat.OVERDRACHT_GESLAAGD),
        (G, {"aanleverpuntnummer": None, "routerings_kenmerk": ELK}, Resultaat.OVERDRACHT_GESLAAGD),
        (G, {"sleutel": "sleutel-00YY-2"}, Resultaat.SLEUTEL_ONJUIST),
        (G, {"sleutel": "sleutel-00yy-100"}, Resultaat.SLEUTEL_ONJUIST),
        (G, {"aanleverpuntnummer": 101}, Resultaat.AANLEVERPUNT_ONBEKEND),
        (G, {"aanleverpuntnummer": None, "routerings_kenmerk": NERGENS}, Resultaat.AANLEVERPUNT_ONBEKEND),
        (G, {"vestiging": Vestiging.van("00YY", "01")}, Resultaat.AANLEVERPUNT_ONBEKEND),
        (G, {"vestiging": Vestiging.van("12SS", "00")}, Resultaat.AANLEVERPUNT_ONBEKEND),
        (G, {"aanleverpuntnummer": 2, "sleutel": "sleutel-00YY-2"}, Resultaat.AANLEVERPUNT_ONBEKEND),
        (VREEMDE.oin, {}, Resultaat.AANLEVERPUNT_ONBEKEND),
    ],
)
def test_registratie(oin: Oin, anders: dict[str, object], verwacht: Resultaat) -> None:
    tc = maak_machine()

    antwoord = tc.registreer(oin, aanvraag(**anders))

    gelukt = verwacht is Resultaat.OVERDRACHT_GESLAAGD
    assert antwoord.resultaat is verwacht
    assert (antwoord.routerings_kenmerk, antwoord.mag_overdracht_aanvragen) == (ELK if gelukt else None, gelukt)
    punt = tc.punt(ELK)
    assert punt is not None
    assert (punt.actief, punt.url) == (gelukt, URL if gelukt else None)


def test_niet_goedgekeurd(proef: Proef) -> None:
    proef.tc.zet_punt(replace(proef.punt(ELK), goedgekeurd=False, actief=False))

    assert proef.tc.registreer(G, aanvraag()).resultaat is Resultaat.AANLEVERPUNT_NIET_GOEDGEKEURD
    assert proef.tc.registreer(G, aanvraag(sleutel="fout")).resultaat is Resultaat.SLEUTEL_ONJUIST


# ------------------------------------------------------------------------------------------------ melden, overzicht


def test_een_notificatie_melden(proef: Proef) -> None:
    antwoord = proef.tc.melden_notificatie(G, Notificatiemelding(adres(), Doel.OV))

    assert (antwoord.resultaat, antwoord.koppelsleutel) == (Resultaat.OVERDRACHT_GESLAAGD, None)
    assert antwoord.url == proef.punt(LAS).url


def test_een_koppelsleutel_voor_een_swv_en_de_weg_terug(proef: Proef) -> None:
    sleutel = proef.tc.melden_notificatie(G, Notificatiemelding(adres(), Doel.SWV)).koppelsleutel
    assert sleutel is not None

    terug = proef.tc.melden_terugkoppeling(M, Terugkoppelmelding(adres(), sleutel))
    assert (terug.resultaat, terug.url) == (Resultaat.OVERDRACHT_GESLAAGD, URL)

    vreemd = proef.tc.melden_terugkoppeling(M, Terugkoppelmelding(adres(), Koppelsleutel.nieuw()))
    assert (vreemd.resultaat, vreemd.url) == (Resultaat.SESSIE_ONBEKEND, None)
    proef.tc.zet_uit(proef.punt(ELK))
    uit = proef.tc.melden_terugkoppeling(M, Terugkoppelmelding(adres(), sleutel))
    assert uit.resultaat is Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF


def test_een_notificatie_die_nergens_heen_kan(proef: Proef) -> None:
    def meld(**anders: Any) -> Resultaat:
        return proef.tc.melden_notificatie(G, Notificatiemelding(adres(**anders), Doel.OV)).resultaat

    assert meld(doel_kenmerk=NERGENS) is Resultaat.ONBEKEND_AANLEVERPUNT
    assert meld(doel_brin=Brin("12SS")) is Resultaat.ONBEKEND_AANLEVERPUNT
    proef.tc.zet_uit(proef.punt(LAS))
    assert meld() is Resultaat.AANVRAGER_AANLEVERPUNT_NIET_ACTIEF
    proef.tc.zet_uit(proef.punt(ELK))
    assert meld() is Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF


def test_het_overzicht_toont_ook_wat_uit_staat(proef: Proef) -> None:
    proef.tc.zet_uit(proef.punt(LAS))

    alle = proef.tc.overzicht(Overzichtvraag()).punten
    assert len(alle) == 5
    assert {punt.kenmerk: punt.actief for punt in alle}[LAS] is False
    assert [p.kenmerk for p in proef.tc.overzicht(Overzichtvraag(brin=Brin("00YY"))).punten] == [LAS, ELK]
    assert [p.kenmerk for p in proef.tc.overzicht(Overzichtvraag(kenmerk=PO)).punten] == [PO]
    assert proef.tc.overzicht(Overzichtvraag(doel=Doel.SWV)).punten == ()


def test_een_verhuisde_partij_krijgt_haar_nieuwe_adres(proef: Proef) -> None:
    proef.tc.zet_adres(G, "https://127.0.0.1:2/oso/x")

    assert proef.punt(ELK).url == "https://127.0.0.1:2/oso/x"
    nooit_geregistreerd = proef.punt(RouteringsKenmerk("0000000700012SS00931"))
    assert nooit_geregistreerd.url is None
