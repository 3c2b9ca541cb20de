"""Off by hand, off by the Traffic Center and found by the sweep, and the list of what is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.fouten import Onbekend, Weigering
from gateway.domain.logboek import GebeurtenisType
from gateway.domain.overdracht import Adresblok, Afmelding
from gateway.domain.resultaat import Resultaat
from gateway.domain.schakelaar import Bereik
from gateway.domain.waarden import Overdrachtsoort, Pgn, Rol, Vestiging
from gateway.ports import TrafficCenterOnbereikbaar
from gateway.simulators.ontwikkelwereld import MAGISTER
from gateway.usecases import nalopen, schakelen
from gateway.usecases.aanleverpunten import registreer
from gateway.usecases.nalopen import Nagelopen
from gateway.usecases.problemen import Probleemsoort, problemen
from tests.fakes.notificatieproef import BEHEER, Notificatieproef
from tests.fakes.proef import DAAR, ELK, HIER, LAS, ONZE, PARTIJ, token
from tests.fakes.toetser import PGN

UUR = timedelta(hours=1)
NIET_ACTIEF = Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF


@pytest.fixture
def proef() -> Notificatieproef:
    return Notificatieproef()


# -------------------------------------------------------------------------------------------------------- by hand


@pytest.mark.parametrize(
    ("bereik", "antwoord"),
    [
        (Bereik.alles(), NIET_ACTIEF),
        (Bereik.van_school(HIER), NIET_ACTIEF),
        (Bereik.van_partij(MAGISTER.oin), Resultaat.LEVERING_GEWEIGERD),
    ],
    ids=str,
)
def test_wat_met_de_hand_uit_is_levert_niet_en_belt_niet(
    proef: Notificatieproef, bereik: Bereik, antwoord: Resultaat
) -> None:
    proef.klaargezet()
    schakelen.zet_uit(proef.wereld, bereik, "storing", None, BEHEER)
    proef.traffic_center.vragen.clear()
    assert proef.reden() == (None if bereik.oin is not None else "AanleverpuntUitgezet")
    assert proef.resultaat() is antwoord
    assert proef.traffic_center.vragen == []
    schakelen.zet_aan(proef.wereld, bereik, BEHEER)
    assert proef.resultaat() is Resultaat.OVERDRACHT_GESLAAGD
    assert [regel.uitkomst for regel in proef.audit("schakelen")] == ["uit", "aan"]
    assert proef.audit("schakelen")[0].account == BEHEER.account


def test_een_andere_school_en_een_andere_partij_merken_er_niets_van(proef: Notificatieproef) -> None:
    proef.klaargezet()
    schakelen.zet_uit(proef.wereld, Bereik.van_school(DAAR), "storing", None, BEHEER)
    schakelen.zet_uit(proef.wereld, Bereik.van_partij(PARTIJ[DAAR].oin), "storing", None, BEHEER)
    assert proef.resultaat() is Resultaat.OVERDRACHT_GESLAAGD


def test_een_schakelaar_eindigt_op_zijn_tijd(proef: Notificatieproef) -> None:
    proef.klaargezet()
    tot = proef.klok.nu() + UUR
    schakelen.zet_uit(proef.wereld, Bereik.alles(), "onderhoud", tot, BEHEER)
    assert proef.resultaat() is NIET_ACTIEF
    proef.klok.vooruit(3600)
    assert proef.resultaat() is Resultaat.OVERDRACHT_GESLAAGD
    assert schakelen.lijst(proef.wereld) == ()


def test_wie_tijdens_de_sessiecontrole_uit_gaat_levert_niet_meer(proef: Notificatieproef) -> None:
    proef.klaargezet()

    def uit() -> None:
        schakelen.zet_uit(proef.wereld, Bereik.alles(), "nu", None, BEHEER)

    proef.traffic_center.tussendoor = uit
    assert proef.resultaat() is NIET_ACTIEF


def test_wijzigen_houdt_het_begin_en_weigert_wat_niet_kan(proef: Notificatieproef) -> None:
    begin = proef.klok.nu()
    assert schakelen.zet_uit(proef.wereld, Bereik.alles(), "een", None, BEHEER)[1]
    proef.klok.vooruit(60)
    gewijzigd, nieuw = schakelen.zet_uit(proef.wereld, Bereik.alles(), "twee", None, BEHEER)
    assert (gewijzigd.sinds, gewijzigd.reden, nieuw) == (begin, "twee", False)
    with pytest.raises(Weigering, match="verleden"):
        schakelen.zet_uit(proef.wereld, Bereik.alles(), "drie", begin, BEHEER)
    for onbekend in (Bereik.van_school(Vestiging.van("99ZZ", "00")), Bereik("partij-" + "9" * 20)):
        with pytest.raises(Onbekend):
            schakelen.zet_uit(proef.wereld, onbekend, "vier", None, BEHEER)
        with pytest.raises(Onbekend):
            schakelen.zet_aan(proef.wereld, onbekend, BEHEER)


def test_een_school_die_uit_is_registreert_niet(proef: Notificatieproef) -> None:
    schakelen.zet_uit(proef.wereld, Bereik.van_school(HIER), "storing", None, BEHEER)
    with pytest.raises(Weigering) as geweigerd:
        registreer(proef.wereld, token(Rol.BEHEER), HIER, BEHEER)
    assert geweigerd.value.code == "HandmatigUitgezet"
    assert proef.traffic_center.vragen == []


# ------------------------------------------------------------------------------------------------------ the sweep


def _keur_af(proef: Notificatieproef) -> None:
    """The LAS fetches in a real session, refuses the dossier, and the Traffic Center switches our point off."""
    machine = proef.traffic_center.machine
    machine.stel_in(replace(machine.instellingen, fouten_tot_uit=1))
    proef.traffic_center.sessie = None
    sessie = proef.open_sessie()
    assert proef.haal(sessie_id=sessie).resultaat is Resultaat.OVERDRACHT_GESLAAGD
    adres = Adresblok(HIER.brin, ONZE[HIER], HIER.brin, LAS[HIER])
    sleutel = proef.wereld.zoeksleutels.zoeksleutel(Pgn(PGN))
    soort = Overdrachtsoort.OVERSTAPDOSSIER
    machine.afmelding(PARTIJ[HIER].oin, Afmelding(adres, sleutel, soort, sessie, Resultaat.DOSSIER_ONGELDIG))


def test_nalopen_merkt_dat_een_punt_uit_is_en_vindt_de_oorzaak(proef: Notificatieproef) -> None:
    proef.klaargezet()
    _keur_af(proef)
    proef.traffic_center.vragen.clear()
    assert nalopen.loop_na(proef.wereld, HIER.brin, UUR) == Nagelopen((HIER,), ())
    assert proef.punt().status is AanleverpuntStatus.UITGEZET
    nieuwste = proef.dossier().nieuwste
    assert nieuwste is not None
    assert nieuwste.quarantaine is not None
    assert [naam for naam, _ in proef.traffic_center.vragen] == ["overzichtAanleverpunt", "sessiecontrole"]
    assert len(proef.gebeurtenissen(GebeurtenisType.AANLEVERPUNT_UITGEZET)) == 1
    # From now on nothing is asked for this point.
    assert list(nalopen.te_doen(proef.wereld)) == [DAAR.brin]
    proef.traffic_center.vragen.clear()
    assert proef.resultaat() is NIET_ACTIEF
    assert proef.traffic_center.vragen == []


def test_nalopen_is_zuinig(proef: Notificatieproef) -> None:
    assert list(nalopen.te_doen(proef.wereld)) == [HIER.brin, DAAR.brin]
    assert nalopen.loop_na(proef.wereld, HIER.brin, UUR) == Nagelopen()
    assert nalopen.loop_na(proef.wereld, HIER.brin, UUR) is None
    proef.klok.vooruit(3600)
    assert nalopen.loop_na(proef.wereld, HIER.brin, UUR) == Nagelopen()
    (eerste, tweede) = [vraag for naam, vraag in proef.traffic_center.vragen if naam == "overzichtAanleverpunt"]
    assert eerste == tweede
    assert getattr(eerste, "brin", None) == HIER.brin
    schakelen.zet_uit(proef.wereld, Bereik.van_school(HIER), "storing", None, BEHEER)
    assert list(nalopen.te_doen(proef.wereld)) == [DAAR.brin]


def test_nalopen_zonder_antwoord_laat_de_vlaggen_staan(proef: Notificatieproef) -> None:
    proef.traffic_center.weg = True
    with pytest.raises(TrafficCenterOnbereikbaar):
        nalopen.loop_na(proef.wereld, HIER.brin, UUR)
    assert proef.punt().oso


# -------------------------------------------------------------------------------------------- what is wrong, for whom


def test_de_contactpersoon_ziet_wat_er_is_maar_niet_wie(proef: Notificatieproef) -> None:
    proef.klaargezet()
    _keur_af(proef)
    nalopen.loop_na(proef.wereld, HIER.brin, UUR)
    contact = token(Rol.CONTACTPERSOON, brins=frozenset({HIER.brin}))
    uitgezet, verdacht = problemen(proef.wereld, contact, HIER)
    assert (uitgezet.soort, verdacht.soort) == (Probleemsoort.UITGEZET, Probleemsoort.VERDACHT_DOSSIER)
    assert uitgezet.reden == NIET_ACTIEF.value
    assert verdacht.elk_nummer is None
    assert [(een.systeem, een.versie, een.overgedragen) for een in verdacht.leveringen] == [("Magister", 1, True)]
    assert ELK.waarde not in str(problemen(proef.wereld, contact, HIER))
    for wie in (token(Rol.KERN), token(Rol.LOCATIEBEHEERDER, vestigingen=frozenset({HIER}))):
        assert problemen(proef.wereld, wie, HIER)[1].elk_nummer == ELK
    assert problemen(proef.wereld, token(Rol.BEHEER), HIER)[1].elk_nummer is None
    with pytest.raises(Onbekend):
        problemen(proef.wereld, token(Rol.CONTACTPERSOON, brins=frozenset({DAAR.brin})), HIER)
    proef.lever(inhoud="hersteld")
    assert [een.soort for een in problemen(proef.wereld, contact, HIER)] == [Probleemsoort.UITGEZET]


def test_als_alles_goed_is_is_de_lijst_leeg_en_een_schakelaar_staat_erin(proef: Notificatieproef) -> None:
    assert problemen(proef.wereld, token(Rol.BEHEER), HIER) == []
    tot = proef.klok.nu() + UUR
    schakelen.zet_uit(proef.wereld, Bereik.alles(), "onderhoud", tot, BEHEER)
    (een,) = problemen(proef.wereld, token(Rol.BEHEER), HIER)
    assert (een.soort, een.reden, een.tot) == (Probleemsoort.HANDMATIG_UIT, "onderhoud", tot)
    for status, soort in (
        (AanleverpuntStatus.NIEUW, Probleemsoort.NIET_GEREGISTREERD),
        (AanleverpuntStatus.GEWEIGERD, Probleemsoort.GEWEIGERD),
    ):
        proef.zet_punt(status)
        assert problemen(proef.wereld, token(Rol.BEHEER), HIER)[1].soort is soort


def test_een_las_dat_steeds_dezelfde_versie_haalt_geeft_een_waarschuwing_per_uur(proef: Notificatieproef) -> None:
    proef.klaargezet()
    for _ in range(4):
        proef.haal()
    assert proef.gebeurtenissen(GebeurtenisType.WAARSCHUWING) == []
    for _ in range(4):
        proef.haal()
    (gebeurtenis,) = proef.gebeurtenissen(GebeurtenisType.WAARSCHUWING)
    assert gebeurtenis.gegevens["elkNummer"] == ELK.waarde
    assert gebeurtenis.gegevens["aantal"] == 5
    assert "steeds-opnieuw-opgehaald" in proef.historie()
    (een,) = problemen(proef.wereld, token(Rol.CONTACTPERSOON, brins=frozenset({HIER.brin})), HIER)
    assert (een.soort, een.aantal, een.elk_nummer) == (Probleemsoort.STEEDS_OPNIEUW, 8, None)
    proef.klok.vooruit(3601)
    proef.haal()
    assert len(proef.gebeurtenissen(GebeurtenisType.WAARSCHUWING)) == 1
    assert problemen(proef.wereld, token(Rol.BEHEER), HIER) == []


def test_een_nieuwe_versie_telt_opnieuw(proef: Notificatieproef) -> None:
    proef.klaargezet()
    for zaad in range(6):
        proef.haal()
        proef.lever(inhoud=f"versie {zaad}")
    assert proef.gebeurtenissen(GebeurtenisType.WAARSCHUWING) == []
