"""Aanleverpunten: enter, register, refused, switched off, back; and what is suspected then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.domain.aanleverpunt import Aanleverpunt, AanleverpuntStatus
from gateway.domain.fouten import TijdelijkNietMogelijk, Weigering
from gateway.domain.logboek import GebeurtenisType
from gateway.domain.overdracht import (
    Adresblok,
    Afmelding,
    Oorzaak,
    Registratieaanvraag,
    Registratieantwoord,
    Sessieantwoord,
)
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import (
    Brin,
    ElkNummer,
    Overdrachtsoort,
    Pgn,
    Rol,
    RouteringsKenmerk,
    SessieId,
    Vestiging,
)
from gateway.usecases import aanleverpunten
from gateway.usecases.uitleveren import PartijGeweigerd
from tests.fakes.proef import ELK, HIER, KERN, LAS, ONZE, PARTIJ, Proef, token
from tests.fakes.toetser import PGN

BEHEER = token(Rol.BEHEER)
NIET_ACTIEF = Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF
ANDERE = ElkNummer("777")
ANDERE_PGN = "482782481"


def voer_in(
    proef: Proef, nummer: int | None = 100, sleutel: str = "sleutel-00YY-100", **anders: object
) -> Aanleverpunt:
    kenmerk = anders.get("kenmerk")
    invoer = aanleverpunten.Invoer(HIER, nummer, RouteringsKenmerk(str(kenmerk)) if kenmerk else None, sleutel)
    return aanleverpunten.invoeren(proef.wereld, BEHEER, invoer, KERN)[0]


def registreer(proef: Proef) -> Aanleverpunt:
    return aanleverpunten.registreer(proef.wereld, BEHEER, HIER, KERN)


@pytest.fixture
def proef() -> Proef:
    """A school whose point is entered and not registered; sessions at the real rules."""
    proef = Proef()
    proef.traffic_center.sessie = None
    voer_in(proef)
    return proef


def test_registreren_zet_beide_vlaggen_aan_en_meldt_het(proef: Proef) -> None:
    proef.klok.vooruit(60)
    punt = registreer(proef)
    assert (punt.status, punt.oso, punt.mag_overdracht_aanvragen) == (AanleverpuntStatus.GEREGISTREERD, True, True)
    assert (punt.routerings_kenmerk, punt.sinds, punt.reden) == (ONZE[HIER], proef.klok.nu(), None)
    (gebeurtenis,) = proef.gebeurtenissen(GebeurtenisType.AANLEVERPUNT_GEREGISTREERD)
    assert gebeurtenis.gegevens == {"brin": "00YY", "vestigingscode": "00", "reden": None}


def test_registreren_op_kenmerk(proef: Proef) -> None:
    voer_in(proef, nummer=None, kenmerk=ONZE[HIER].waarde)
    assert registreer(proef).oso


@pytest.mark.parametrize(
    ("nummer", "sleutel", "code"),
    [(100, "fout", "SleutelOnjuist"), (55, "sleutel-00YY-100", "AanleverpuntOnbekend")],
)
def test_een_geweigerde_registratie_zegt_wat_te_controleren(proef: Proef, nummer: int, sleutel: str, code: str) -> None:
    voer_in(proef, nummer, sleutel)
    with pytest.raises(Weigering) as fout:
        registreer(proef)
    assert (fout.value.code, fout.value.contact) == (code, proef.wereld.contact.servicedesk)
    plaatsen = [
        fout.value.wat_nu.index(woord)
        for woord in ("aanleverpuntnummer", "sleutel", "BRIN", "vestigingscode", "goedgekeurd", "Servicedesk")
    ]
    assert plaatsen == sorted(plaatsen)
    punt = proef.punt()
    assert (punt.status, punt.oso, punt.reden) == (AanleverpuntStatus.GEWEIGERD, False, code)
    assert sleutel not in fout.value.melding + fout.value.wat_nu + repr(punt)
    assert proef.audit("registreren")[-1].uitkomst == code


def test_een_geweigerde_herregistratie_zet_de_vlaggen_uit(proef: Proef) -> None:
    registreer(proef)
    machine = proef.traffic_center.machine
    bekend = machine.punt(ONZE[HIER])
    assert bekend is not None
    machine.zet_punt(replace(bekend, goedgekeurd=False))
    with pytest.raises(Weigering) as fout:
        registreer(proef)
    assert fout.value.code == "AanleverpuntNietGoedgekeurd"
    assert (proef.punt().oso, proef.punt().mag_overdracht_aanvragen) == (False, False)


@pytest.mark.parametrize("al", [True, False], ids=["geregistreerd", "nieuw"])
def test_traffic_center_weg_laat_de_vlaggen_zoals_ze_waren(proef: Proef, al: bool) -> None:
    if al:
        registreer(proef)
    voor = proef.punt()
    proef.traffic_center.weg = True
    with pytest.raises(TijdelijkNietMogelijk) as fout:
        registreer(proef)
    assert fout.value.code == "TrafficCenterNietBeschikbaar"
    assert proef.punt() == voor
    assert not aanleverpunten.ping(proef.wereld, BEHEER, HIER).beschikbaar


def test_ping_vraagt_het_traffic_center_ook_zonder_registratie(proef: Proef) -> None:
    antwoord = aanleverpunten.ping(proef.wereld, BEHEER, HIER)
    assert antwoord.beschikbaar
    assert antwoord.duur_ms >= 0
    proef.traffic_center.onderhoud = True
    assert not aanleverpunten.ping(proef.wereld, BEHEER, HIER).beschikbaar


def test_een_gelijke_invoer_verandert_niets_ook_na_registratie(proef: Proef) -> None:
    registreer(proef)
    voor = proef.punt()
    proef.klok.vooruit(60)
    assert voer_in(proef) == voor
    assert proef.punt() == voor


def test_een_wijziging_zet_de_vlaggen_uit_en_de_las_hoort_dat_het_punt_niet_actief_is(proef: Proef) -> None:
    registreer(proef)
    punt = voer_in(proef, sleutel="andere")
    assert (punt.status, punt.oso, punt.mag_overdracht_aanvragen) == (AanleverpuntStatus.NIEUW, False, False)
    assert proef.resultaat() is NIET_ACTIEF


def test_een_ander_nummer_is_een_ander_punt_waarvan_het_adres_nog_niet_bekend_is(proef: Proef) -> None:
    registreer(proef)
    assert voer_in(proef, nummer=7).routerings_kenmerk is None
    with pytest.raises(PartijGeweigerd):
        proef.vraag()


def test_een_kenmerk_hoort_bij_een_vestiging(proef: Proef) -> None:
    registreer(proef)
    tweede = Vestiging.van("00YY", "01")
    with proef.opslag.werk() as werk:
        school = werk.scholen.school(HIER)
        assert school is not None
        werk.scholen.bewaar(replace(school, vestiging=tweede))
    invoer = aanleverpunten.Invoer(tweede, None, ONZE[HIER], "s")
    with pytest.raises(Weigering) as fout:
        aanleverpunten.invoeren(proef.wereld, BEHEER, invoer, KERN)
    assert fout.value.code == "KenmerkBezet"


def test_zonder_school_geen_punt(proef: Proef) -> None:
    invoer = aanleverpunten.Invoer(Vestiging.van("99ZZ", "00"), 1, None, "s")
    with pytest.raises(Weigering) as fout:
        aanleverpunten.invoeren(proef.wereld, BEHEER, invoer, KERN)
    assert fout.value.code == "SchoolOnbekend"


def test_gewijzigd_tijdens_de_registratie(proef: Proef, monkeypatch: pytest.MonkeyPatch) -> None:
    echt = proef.traffic_center.registreer

    def registreer_langzaam(aanvraag: Registratieaanvraag) -> Registratieantwoord:
        voer_in(proef, sleutel="intussen")
        return echt(aanvraag)

    monkeypatch.setattr(proef.traffic_center, "registreer", registreer_langzaam)
    with pytest.raises(Weigering) as fout:
        registreer(proef)
    assert fout.value.code == "IntussenGewijzigd"
    assert proef.punt().status is AanleverpuntStatus.NIEUW


# ------------------------------------------------------------------------------------------------------ switched off


def meld_ongeldig(proef: Proef, sessie_id: SessieId, pgn: str = PGN) -> None:
    adres = Adresblok(Brin("00YY"), ONZE[HIER], Brin("00YY"), LAS[HIER])
    zoek = proef.wereld.zoeksleutels.zoeksleutel(Pgn(pgn))
    melding = Afmelding(adres, zoek, Overdrachtsoort.OVERSTAPDOSSIER, sessie_id, Resultaat.DOSSIER_ONGELDIG)
    antwoord = proef.traffic_center.machine.afmelding(PARTIJ[HIER].oin, melding)
    assert antwoord.resultaat is Resultaat.OVERDRACHT_GESLAAGD


def zet_uit_door_fouten(proef: Proef) -> None:
    """The LAS refuses the dossier of `ELK` three times; the news comes with a question about another pupil."""
    for _ in range(3):
        sessie_id = proef.open_sessie()
        assert proef.haal(sessie_id=sessie_id).resultaat is Resultaat.OVERDRACHT_GESLAAGD
        meld_ongeldig(proef, sessie_id)
    machine = proef.traffic_center.machine
    bekend = machine.punt(ONZE[HIER])
    assert bekend is not None
    assert not bekend.actief


@pytest.fixture
def uitgezet(proef: Proef) -> Proef:
    """Two pupils set ready; the point was switched off for the dossier of the first, told with the second."""
    registreer(proef)
    proef.klaargezet()
    proef.klaargezet(ANDERE, pgn=ANDERE_PGN)
    sessie_ander = proef.open_sessie(pgn=ANDERE_PGN)
    zet_uit_door_fouten(proef)
    assert proef.resultaat(sessie_id=sessie_ander, sleutel=Pgn(ANDERE_PGN)) is NIET_ACTIEF
    return proef


def test_uitgezet_zet_de_vlaggen_uit_met_reden_moment_en_gebeurtenis(uitgezet: Proef) -> None:
    punt = uitgezet.punt()
    assert (punt.status, punt.oso, punt.mag_overdracht_aanvragen) == (AanleverpuntStatus.UITGEZET, False, False)
    assert (punt.reden, punt.sinds) == (NIET_ACTIEF.value, uitgezet.klok.nu())
    (gebeurtenis,) = uitgezet.gebeurtenissen(GebeurtenisType.AANLEVERPUNT_UITGEZET)
    assert gebeurtenis.gegevens == {"brin": "00YY", "vestigingscode": "00", "reden": NIET_ACTIEF.value}


def test_alleen_de_versie_van_de_oorzaak_gaat_in_quarantaine(uitgezet: Proef) -> None:
    assert [(rij.versie, rij.pseudoniem is None) for rij in uitgezet.audit("quarantaine")] == [(1, False)]
    assert uitgezet.reden(ELK) == "InQuarantaine"
    assert uitgezet.reden(ANDERE) == "AanleverpuntUitgezet"
    assert uitgezet.code(ANDERE) == "AanleverpuntUitgezet"
    assert uitgezet.code(ELK) == "GeenGeldigDossier"


def test_daarna_antwoorden_wij_zelf_tot_er_opnieuw_is_geregistreerd(uitgezet: Proef) -> None:
    gevraagd = len(uitgezet.traffic_center.vragen)
    assert uitgezet.resultaat() is NIET_ACTIEF
    assert len(uitgezet.traffic_center.vragen) == gevraagd
    registreer(uitgezet)
    sessie_id = uitgezet.open_sessie(pgn=ANDERE_PGN)
    assert uitgezet.resultaat(sessie_id=sessie_id, sleutel=Pgn(ANDERE_PGN)) is Resultaat.OVERDRACHT_GESLAAGD
    assert uitgezet.resultaat(sessie_id=uitgezet.open_sessie()) is Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR
    uitgezet.lever(inhoud="hersteld")
    assert uitgezet.resultaat(sessie_id=uitgezet.open_sessie()) is Resultaat.OVERDRACHT_GESLAAGD


def test_een_oude_versie_in_quarantaine_houdt_de_nieuwe_niet_tegen(proef: Proef) -> None:
    registreer(proef)
    proef.klaargezet()
    zet_uit_door_fouten(proef)
    proef.lever(inhoud="hersteld")
    assert proef.resultaat() is NIET_ACTIEF
    assert proef.reden() == "AanleverpuntUitgezet"
    with proef.opslag.lezen() as werk:
        oud = werk.dossiers.versie(ELK, 1)
    assert oud is not None
    assert oud.quarantaine is not None


@pytest.mark.parametrize("oorzaak", [None, "vreemd"], ids=["met de hand", "sessie zonder levering"])
def test_zonder_oorzaak_geen_quarantaine(proef: Proef, oorzaak: str | None) -> None:
    registreer(proef)
    proef.klaargezet()
    proef.haal(sessie_id=proef.open_sessie())
    genoemd = Oorzaak(SessieId.nieuw(), proef.klok.nu()) if oorzaak else None
    proef.traffic_center.sessie = Sessieantwoord(NIET_ACTIEF, oorzaak=genoemd)
    assert proef.resultaat() is NIET_ACTIEF
    versie = proef.dossier().nieuwste
    assert versie is not None
    assert versie.quarantaine is None
    assert proef.punt().status is AanleverpuntStatus.UITGEZET


def test_het_nieuws_dat_het_punt_uit_is_bewaart_geen_verzoek(proef: Proef) -> None:
    registreer(proef)
    proef.klaargezet()
    proef.traffic_center.sessie = Sessieantwoord(NIET_ACTIEF)
    proef.vraag()
    assert proef.bewaard() == []


def test_oud_nieuws_zet_een_pas_geregistreerd_punt_niet_uit(proef: Proef) -> None:
    registreer(proef)
    proef.klaargezet()
    proef.traffic_center.sessie = Sessieantwoord(NIET_ACTIEF)

    def intussen() -> None:
        proef.klok.vooruit(1)
        registreer(proef)

    proef.traffic_center.tussendoor = intussen
    assert proef.resultaat() is NIET_ACTIEF
    assert proef.punt().oso


def test_een_punt_dat_tijdens_de_sessiecontrole_uitgaat_geeft_niets_meer(proef: Proef) -> None:
    registreer(proef)
    proef.klaargezet()
    sessie_id = proef.open_sessie()
    proef.traffic_center.tussendoor = lambda: proef.zet_punt(AanleverpuntStatus.UITGEZET)
    uitlevering = proef.vraag(sessie_id=sessie_id)
    assert (uitlevering.resultaat, uitlevering.octets) == (NIET_ACTIEF, None)
    assert proef.bewaard() == [sessie_id]


def test_verlopen_en_afgemelde_sessies(proef: Proef) -> None:
    registreer(proef)
    proef.klaargezet()
    sessie_id = proef.open_sessie()
    proef.klok.vooruit(901)
    assert proef.resultaat(sessie_id=sessie_id) is Resultaat.SESSIE_VERLOPEN
    sessie_id = proef.open_sessie()
    meld_ongeldig(proef, sessie_id)
    assert proef.resultaat(sessie_id=sessie_id) is Resultaat.SESSIE_REEDS_AFGEMELD
    assert proef.resultaat(sessie_id=SessieId.nieuw()) is Resultaat.SESSIE_ONBEKEND
