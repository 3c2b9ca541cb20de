"""When a LAS hears that a dossier lies ready, when not, and what becomes of a notification that gets stuck."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.fouten import Onbekend, Weigering
from gateway.domain.notificatie import UITSTEL, NotificatieStatus
from gateway.domain.overdracht import Notificatieadres, Notificatiemelding, Sessieantwoord
from gateway.domain.resultaat import Resultaat
from gateway.domain.schakelaar import Bereik
from gateway.domain.waarden import Doel, Rol
from gateway.ports import DoelOnbereikbaar
from gateway.simulators.ontwikkelwereld import MAGISTER
from gateway.usecases import notificeren, schakelen
from gateway.usecases.notificeren import ONDERWEG
from gateway.usecases.uitleveren import overgedragen
from tests.fakes.notificatieproef import BEHEER, TERMIJNEN, Notificatieproef
from tests.fakes.proef import DAAR, ELK, HIER, KERN, LAS, ONZE, token

ONTVANGEN, VERVALLEN, MISLUKT = NotificatieStatus.ONTVANGEN, NotificatieStatus.VERVALLEN, NotificatieStatus.MISLUKT


@pytest.fixture
def proef() -> Notificatieproef:
    return Notificatieproef()


# ------------------------------------------------------------------------------------------------------ when, once


def test_wie_tevergeefs_vroeg_hoort_het_zodra_het_klaarstaat(proef: Notificatieproef) -> None:
    gevraagd = proef.klok.nu()
    sessie = proef.vroeg()
    proef.klok.vooruit(3600)
    assert proef.ronde() == []
    proef.klaargezet()
    assert proef.ronde() == [ONTVANGEN]
    ((url, bericht),) = proef.doelen.gehoord
    assert url.startswith("https://las.test/")
    assert (bericht.sessie_id, bericht.aanvraagdatum, bericht.doel) == (sessie, gevraagd, Doel.OV)
    assert (bericht.adres.bron_kenmerk, bericht.adres.doel_kenmerk) == (ONZE[HIER], LAS[HIER])
    (melding,) = proef.gemeld()
    assert (melding.sessie_id, melding.aanvraagdatum) == (sessie, gevraagd)
    assert [regel.uitkomst for regel in proef.audit("notificeren")] == ["verstuurd", "ontvangen"]
    assert "genotificeerd" in proef.historie()


def test_een_versie_wordt_aan_een_doel_eenmaal_gemeld(proef: Notificatieproef) -> None:
    proef.vroeg()
    proef.klaargezet()
    for _ in range(3):
        proef.klok.vooruit(7200)
        assert proef.ronde() == [ONTVANGEN]
    proef.context(oki_doc_vrijgegeven=False)
    proef.context(oki_doc_vrijgegeven=True)
    proef.trek_in()
    proef.zet_klaar()
    assert proef.ronde() == [ONTVANGEN]
    assert len(proef.doelen.gehoord) == 1


def test_een_nieuwe_versie_wordt_opnieuw_gemeld_met_de_nieuwste_aanvraag(proef: Notificatieproef) -> None:
    proef.vroeg()
    proef.klok.vooruit(60)
    laatste = proef.vroeg()
    proef.klaargezet()
    proef.ronde()
    proef.klok.vooruit(60)
    proef.lever(zaad=2)
    assert proef.ronde() == [ONTVANGEN, ONTVANGEN]
    assert [bericht.sessie_id for _, bericht in proef.doelen.gehoord] == [laatste, laatste]


def test_wie_de_versie_al_kreeg_hoort_niets(proef: Notificatieproef) -> None:
    proef.klaargezet()
    proef.haal()
    assert proef.ronde() == []
    proef.klok.vooruit(10)
    proef.lever(zaad=2)
    assert proef.ronde() == [ONTVANGEN]


def test_een_levering_onderweg_geldt_als_ontvangen_zolang_een_sessie_leeft(proef: Notificatieproef) -> None:
    proef.klaargezet()
    proef.vraag()
    assert proef.ronde() == []
    proef.klok.vooruit(ONDERWEG.total_seconds() + 1)
    assert proef.ronde() == [ONTVANGEN]


def test_wie_zelf_zegt_dat_hij_het_nieuwste_heeft_hoort_niets(proef: Notificatieproef) -> None:
    proef.klaargezet()
    nieuwste = proef.dossier().nieuwste
    assert nieuwste is not None
    proef.vroeg(dossier_verzameldatum=nieuwste.verzameldatum)
    assert proef.ronde() == []


def test_na_een_geweigerde_sessie_hoort_niemand_iets(proef: Notificatieproef) -> None:
    proef.traffic_center.sessie = Sessieantwoord(Resultaat.SESSIE_VERLOPEN)
    proef.vroeg()
    proef.klaargezet()
    assert proef.ronde() == []


def test_een_aanvraag_van_zes_maanden_oud_telt_niet_meer(proef: Notificatieproef) -> None:
    proef.vroeg()
    proef.klok.moment += timedelta(days=190)
    proef.klaargezet()
    assert proef.ronde() == []


def test_een_school_die_de_leerling_verliet_hoort_niets(proef: Notificatieproef) -> None:
    proef.plaats(plek=HIER)
    proef.lever()
    proef.vroeg()
    proef.plaats(plek=DAAR)
    proef.zet_klaar()
    assert proef.ronde() == []
    assert proef.gemeld() == []


@pytest.mark.parametrize("moment", ["voor melden", "voor versturen"])
def test_wie_vertrekt_voor_het_bericht_weg_is_maakt_het_vervallen(proef: Notificatieproef, moment: str) -> None:
    proef.vroeg()
    proef.klaargezet()
    notificeren.plan(proef.wereld, TERMIJNEN)
    (taak_id,) = notificeren.te_doen(proef.wereld)
    if moment == "voor melden":
        proef.plaats(plek=DAAR)
    else:
        _tijdens_melden(proef, lambda: proef.plaats(plek=DAAR))
    taak = notificeren.verwerk(proef.wereld, proef.met, taak_id)
    assert taak is not None
    assert (taak.status, taak.reden, proef.doelen.gehoord) == (VERVALLEN, "NietMeerGeplaatst", [])


def _tijdens_melden(proef: Notificatieproef, doe: Any) -> None:
    echt = proef.traffic_center.melden_notificatie

    def melden(melding: Notificatiemelding) -> Notificatieadres:
        doe()
        return echt(melding)

    proef.traffic_center.melden_notificatie = melden  # type: ignore[method-assign]  # what happens during this call


def test_wat_nooit_verstuurd_is_gaat_alsnog_als_het_weer_mag(proef: Notificatieproef) -> None:
    proef.vroeg()
    proef.klaargezet()
    notificeren.plan(proef.wereld, TERMIJNEN)
    proef.trek_in()
    assert proef.ronde() == [VERVALLEN]
    proef.zet_klaar()
    assert proef.ronde() == [ONTVANGEN]


# ----------------------------------------------------------------------------------------------- held, and resumed


@pytest.mark.parametrize("tegen", [{"oki_doc_vrijgegeven": False}, {"tegenhouden": "wacht op de ouders"}])
def test_wat_wordt_tegengehouden_wacht_en_gaat_daarna_vanzelf(proef: Notificatieproef, tegen: dict[str, Any]) -> None:
    proef.vroeg()
    proef.klaargezet()
    notificeren.plan(proef.wereld, TERMIJNEN)
    proef.context(**tegen)
    assert proef.ronde() == [NotificatieStatus.TE_MELDEN]
    assert proef.gemeld() == []
    proef.context(oki_doc_vrijgegeven=True, tegenhouden=None)
    proef.klok.vooruit(UITSTEL.total_seconds())
    assert proef.ronde() == [ONTVANGEN]


def test_een_punt_dat_uit_staat_belt_niet_en_gaat_na_registratie_door_elk_een_keer(proef: Notificatieproef) -> None:
    from gateway.usecases.aanleverpunten import registreer

    proef.vroeg()
    proef.klaargezet()
    notificeren.plan(proef.wereld, TERMIJNEN)
    proef.zet_punt(AanleverpuntStatus.UITGEZET)
    proef.traffic_center.vragen.clear()
    for _ in range(3):
        assert proef.ronde() == [NotificatieStatus.TE_MELDEN]
        proef.klok.vooruit(3600)
    assert proef.traffic_center.vragen == []
    tc_punt = proef.traffic_center.machine.punt(ONZE[HIER])
    assert tc_punt is not None
    with proef.opslag.werk() as werk:
        werk.aanleverpunten.bewaar(replace(proef.punt(), sleutel=tc_punt.sleutel))
    registreer(proef.wereld, token(Rol.BEHEER), HIER, BEHEER)
    assert proef.ronde() == [ONTVANGEN]
    assert proef.ronde() == [ONTVANGEN]
    assert len(proef.doelen.gehoord) == 1


def test_hoort_het_traffic_center_dat_ons_punt_uit_is_dan_gaan_de_vlaggen_uit(proef: Notificatieproef) -> None:
    proef.vroeg()
    proef.klaargezet()
    punt = proef.traffic_center.machine.punt(ONZE[HIER])
    assert punt is not None
    proef.traffic_center.machine.zet_uit(punt)
    assert proef.ronde() == [NotificatieStatus.TE_MELDEN]
    assert proef.punt().status is AanleverpuntStatus.UITGEZET
    proef.klok.vooruit(7200)
    proef.ronde()
    assert len(proef.gemeld()) == 1
    # Klaarzetten had nothing to suffer from it.
    assert proef.dossier().klaarzetting is not None


@pytest.mark.parametrize(
    "bereik", [Bereik.alles(), Bereik.van_school(HIER), Bereik.van_partij(MAGISTER.oin)], ids=lambda b: b.waarde[:6]
)
def test_wat_met_de_hand_uit_staat_wacht_tot_het_weer_aan_is(proef: Notificatieproef, bereik: Bereik) -> None:
    proef.vroeg()
    proef.klaargezet()
    schakelen.zet_uit(proef.wereld, bereik, "storing", None, BEHEER)
    assert proef.ronde() == [NotificatieStatus.TE_MELDEN]
    assert proef.gemeld() == []
    schakelen.zet_aan(proef.wereld, bereik, BEHEER)
    assert proef.ronde() == [ONTVANGEN]


# --------------------------------------------------------------------------------------------------- by order only


def _handmatig(proef: Notificatieproef) -> None:
    with proef.opslag.werk() as werk:
        school = werk.scholen.school(HIER)
        assert school is not None
        werk.scholen.bewaar(replace(school, notificeren="handmatig"))


def test_een_school_die_het_met_de_hand_wil_wacht_op_een_opdracht(proef: Notificatieproef) -> None:
    _handmatig(proef)
    proef.vroeg()
    proef.klaargezet()
    assert proef.ronde() == []
    beheerder = token(Rol.LOCATIEBEHEERDER, vestigingen=frozenset({HIER}))
    (taak,) = notificeren.opdracht(proef.wereld, beheerder, ELK, TERMIJNEN, KERN)
    assert taak.account == KERN.account
    assert proef.ronde() == [ONTVANGEN]
    with pytest.raises(Weigering) as geweigerd:
        notificeren.opdracht(proef.wereld, beheerder, ELK, TERMIJNEN, KERN)
    assert geweigerd.value.code == "NietsTeNotificeren"


def test_een_opdracht_buiten_het_bereik_of_zonder_wachtende_wordt_geweigerd(proef: Notificatieproef) -> None:
    proef.klaargezet()
    with pytest.raises(Weigering, match="geen LAS"):
        notificeren.opdracht(proef.wereld, token(), ELK, TERMIJNEN, KERN)
    ander = token(Rol.LOCATIEBEHEERDER, vestigingen=frozenset({DAAR}))
    with pytest.raises(Onbekend):
        notificeren.opdracht(proef.wereld, ander, ELK, TERMIJNEN, KERN)


def test_wat_mislukte_kan_met_een_opdracht_opnieuw(proef: Notificatieproef) -> None:
    proef.vroeg()
    proef.klaargezet()
    proef.doelen.antwoord = DoelOnbereikbaar("Het LAS gaf een SOAP Fault.", om_ons=True)
    assert proef.ronde() == [MISLUKT]
    proef.doelen.antwoord = Resultaat.NOTIFICATIE_ONTVANGEN
    proef.klok.vooruit(9999)
    assert proef.ronde() == [MISLUKT]
    notificeren.opdracht(proef.wereld, token(), ELK, TERMIJNEN, KERN)
    assert proef.ronde() == [ONTVANGEN]


# ------------------------------------------------------------------------------------------------ what goes wrong


def test_wie_weg_is_wordt_steeds_later_opnieuw_gebeld_tot_het_is_opgegeven(proef: Notificatieproef) -> None:
    proef.vroeg()
    proef.klaargezet()
    proef.doelen.weg()
    pauzes = []
    while proef.ronde() == [NotificatieStatus.VERSTUURD]:
        (taak,) = proef.taken()
        pauzes.append((taak.volgende_poging - proef.klok.nu()).total_seconds())
        proef.klok.moment = taak.volgende_poging
    assert [taak.status for taak in proef.taken()] == [MISLUKT]
    assert pauzes[:4] == [30, 60, 120, 240]
    assert max(pauzes) == 45 * 60
    assert len(proef.gemeld()) == 1


@pytest.mark.parametrize("pogingen", [1, 4, 12])
@pytest.mark.parametrize("uren", [-1, 1])
def test_een_klok_die_een_uur_verspringt_stelt_een_poging_niet_uit(
    proef: Notificatieproef, pogingen: int, uren: int
) -> None:
    proef.vroeg()
    proef.klaargezet()
    proef.doelen.weg()
    for _ in range(pogingen):
        proef.ronde()
        proef.klok.moment = max(proef.klok.moment, proef.taken()[0].volgende_poging)
    proef.ronde()
    proef.doelen.antwoord = Resultaat.NOTIFICATIE_ONTVANGEN
    proef.klok.vooruit(uren * 3600)
    assert proef.ronde() == [ONTVANGEN]


def test_een_traffic_center_dat_weg_is_wordt_later_opnieuw_gevraagd(proef: Notificatieproef) -> None:
    proef.vroeg()
    proef.klaargezet()
    proef.traffic_center.weg = True
    assert proef.ronde() == [NotificatieStatus.TE_MELDEN]
    assert proef.ronde() == [NotificatieStatus.TE_MELDEN]
    assert len(proef.gemeld()) == 1
    proef.traffic_center.weg = False
    proef.klok.vooruit(31)
    assert proef.ronde() == [ONTVANGEN]


def test_een_las_dat_het_traffic_center_niet_kent_vraagt_een_mens(proef: Notificatieproef) -> None:
    proef.vroeg()
    proef.klaargezet()
    las = proef.traffic_center.machine.punt(LAS[HIER])
    assert las is not None
    proef.traffic_center.machine.zet_uit(las)
    assert proef.ronde() == [MISLUKT]
    assert proef.taken()[0].reden == "AanvragerAanleverpuntNietActief"


def test_wordt_het_tijdens_het_versturen_opgehaald_dan_blijft_het_ontvangen(proef: Notificatieproef) -> None:
    proef.vroeg()
    proef.klaargezet()
    proef.doelen.bij = lambda: overgedragen(proef.wereld, proef.vraag().levering_id)
    assert proef.ronde() == [ONTVANGEN]


@pytest.mark.parametrize("stap", ["na melden", "na versturen"])
def test_een_crash_op_elke_plek_verliest_niets(proef: Notificatieproef, stap: str) -> None:
    class Crash(BaseException):
        pass

    def crash() -> None:
        raise Crash

    proef.vroeg()
    proef.klaargezet()
    if stap == "na melden":
        _tijdens_melden(proef, crash)
    else:
        proef.doelen.bij = crash
    with pytest.raises(Crash):
        proef.ronde()
    proef.doelen.bij = None
    if stap == "na melden":
        del proef.traffic_center.melden_notificatie
    assert proef.ronde() == [ONTVANGEN]
    assert len(proef.doelen.gehoord) == (2 if stap == "na versturen" else 1)


def test_kern_en_locatiebeheerder_zien_de_lijst(proef: Notificatieproef) -> None:
    proef.vroeg()
    proef.klaargezet()
    proef.ronde()
    assert len(notificeren.lijst(proef.wereld, token(), ONTVANGEN, 0, 10)[0]) == 1
    assert notificeren.lijst(proef.wereld, token(), MISLUKT, 0, 10)[0] == []
    ander = token(Rol.LOCATIEBEHEERDER, vestigingen=frozenset({DAAR}))
    assert notificeren.lijst(proef.wereld, ander, None, 0, 10)[0] == []


def test_een_aanvraag_van_een_ander_doel_dan_de_plaatsing_hoort_niets(proef: Notificatieproef) -> None:
    proef.plaats()
    proef.lever()
    proef.vroeg(bron=HIER, doel=DAAR)
    proef.zet_klaar()
    assert proef.ronde() == []
