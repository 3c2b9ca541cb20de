"""Fetching as doel: every way it can go, and every result code of bron and Traffic Center."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.domain.fouten import Onbekend, Weigering
from gateway.domain.logboek import GebeurtenisType
from gateway.domain.ophaling import Fase, Sectieverschil
from gateway.domain.overdracht import Documentantwoord
from gateway.domain.resultaat import Resultaat
from gateway.domain.schakelaar import Bereik
from gateway.domain.waarden import Brin, Overdrachtsoort, Pgn, RouteringsKenmerk
from gateway.ports import BronOnbereikbaar, OphalingFilter
from gateway.simulators.ontwikkelwereld import POSCHOOL
from gateway.usecases import ophaling_inzien, schakelen
from gateway.usecases.doelsysteem import Ophaalregels
from gateway.usecases.ophalen import verwerk
from gateway.usecases.ophaling_aanvragen import Ophaalvraag, vraag_lijst_aan
from gateway.usecases.ophaling_inzien import Waarom
from tests.fakes.bronnen import VERZAMELD, levering
from tests.fakes.toetser import RegelToetser, proefdossier
from tests.hulp.ophaalproef import BASIS, BRON, DERDE, HIER, KERN, PGN, TABEL, TWEEDE, Ophaalproef

WEG = BronOnbereikbaar("Geen antwoord (TimeoutError).")
GEREED, MISLUKT = GebeurtenisType.OPHALING_GEREED, GebeurtenisType.OPHALING_MISLUKT


@pytest.fixture
def proef() -> Ophaalproef:
    return Ophaalproef()


# ------------------------------------------------------------------------------------------------------------ the way


def test_een_dossier_wordt_gehaald_getoetst_bewaard_en_afgemeld(proef: Ophaalproef) -> None:
    gehaald = proef.haal()
    assert (gehaald.status, gehaald.resultaat) == ("gereed", Resultaat.OVERDRACHT_GESLAAGD)
    assert gehaald.dossier_verzameldatum == VERZAMELD
    assert gehaald.afmelding is Resultaat.OVERDRACHT_GESLAAGD
    assert proef.dossier(gehaald.id) == proefdossier()
    (melding,) = proef.afmeldingen()
    assert melding.resultaat is Resultaat.OVERDRACHT_GESLAAGD
    assert str(melding.adres.bron_kenmerk) == BASIS
    assert proef.open_sessies() == 0
    (gebeurtenis,) = proef.gebeurtenissen(GEREED)
    assert gebeurtenis.gegevens == {"id": gehaald.id}
    (url, vraag), *rest = proef.bronnen.vragen
    assert (vraag.sleutel, vraag.dossier_versies, vraag.dossier_verzameldatum, rest) == (PGN, ("2019.1",), None, [])
    assert url.startswith("https://")


def test_octetten_zoals_ontvangen_worden_bewaard(proef: Ophaalproef) -> None:
    gehaald = proef.haal()
    with proef.opslag.lezen() as werk:
        document = werk.ophalingen.document(gehaald.id, 0)
    assert document is not None
    assert document.bericht == b"<Envelope>" + proefdossier() + b"</Envelope>"
    assert document.ontvangen == proefdossier()


def test_onderweg_is_het_bezig_en_is_er_nog_geen_dossier(proef: Ophaalproef) -> None:
    nummer = proef.vraag()
    assert proef.stand(nummer).status == "wacht"
    proef.bronnen.zet(BASIS, WEG)
    straks = verwerk(proef.doel, nummer)
    assert straks is not None
    assert proef.stand(nummer).status == "bezig"
    assert proef.dossier(nummer) is Waarom.NIET_GEREED


@pytest.mark.parametrize(
    "resultaat",
    [
        Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR,
        Resultaat.LEERLINGINFO_NIET_OPVRAAGBAAR,
        Resultaat.DOSSIER_VERSIE_NIET_BESCHIKBAAR,
        Resultaat.LEVERING_GEWEIGERD,
        Resultaat.LEERLING_ONBEKEND,
        Resultaat.SESSIE_ONBEKEND,
        Resultaat.SESSIE_VERLOPEN,
        Resultaat.SESSIE_REEDS_AFGEMELD,
        Resultaat.ONBEKEND_AANLEVERPUNT,
        Resultaat.SESSIE_AFWIJKEND,
        Resultaat.GEEN_RELATIE_MET_DOEL,
        Resultaat.VERSTREKKER_NIET_BEKEND,
        Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF,
        Resultaat.AANVRAGER_AANLEVERPUNT_NIET_ACTIEF,
        Resultaat.TRAFFIC_CENTER_NIET_BESCHIKBAAR,
        Resultaat.BRON_NIET_BESCHIKBAAR,
    ],
)
def test_elk_resultaat_van_een_bron_is_een_gereed_resultaat(proef: Ophaalproef, resultaat: Resultaat) -> None:
    proef.bronnen.zet(BASIS, resultaat)
    gehaald = proef.haal()
    verwacht = resultaat if {"bron", "trafficcenter"} & set(TABEL.regels[resultaat].zender) else None
    assert gehaald.status == "gereed"
    assert gehaald.resultaat is (verwacht or Resultaat.BRON_NIET_BESCHIKBAAR)
    assert [melding.resultaat for melding in proef.afmeldingen()] == [gehaald.resultaat]
    assert proef.dossier(gehaald.id) is Waarom.GEEN_DOSSIER
    assert proef.open_sessies() == 0


@pytest.mark.parametrize(
    "resultaat",
    [
        Resultaat.OVERDRACHT_GESLAAGD,  # without a dossier
        Resultaat.DOSSIER_ONGELDIG,  # only a doel may say so
        Resultaat.NOTIFICATIE_ONTVANGEN,
        Resultaat.TERUGKOPPELING_ONTVANGEN,
        Resultaat.LEERLINGINFO_NIET_GEWIJZIGD,  # nothing was said of what we have
        Resultaat.SLEUTEL_ONJUIST,
    ],
)
def test_wat_een_bron_niet_mag_zeggen_is_geen_antwoord(proef: Ophaalproef, resultaat: Resultaat) -> None:
    proef.bronnen.zet(BASIS, resultaat)
    gehaald = proef.haal()
    toegestaan = resultaat is Resultaat.SLEUTEL_ONJUIST  # the table says: sent by the Traffic Center
    assert gehaald.resultaat is (resultaat if toegestaan else Resultaat.BRON_NIET_BESCHIKBAAR)


@pytest.mark.parametrize(
    "resultaat",
    [
        Resultaat.GEEN_RELATIE_MET_DOEL,
        Resultaat.VERSTREKKER_NIET_BEKEND,
        Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF,
        Resultaat.AANVRAGER_AANLEVERPUNT_NIET_ACTIEF,
        Resultaat.ONBEKEND_AANLEVERPUNT,
    ],
)
def test_zonder_sessie_mislukt_het_en_valt_er_niets_af_te_melden(proef: Ophaalproef, resultaat: Resultaat) -> None:
    proef.tc.overdrachten = [resultaat]
    gehaald = proef.haal()
    assert (gehaald.status, gehaald.resultaat) == ("mislukt", resultaat)
    assert proef.afmeldingen() == []
    assert proef.bronnen.vragen == []
    assert proef.dossier(gehaald.id) is Waarom.GEEN_DOSSIER
    assert [een.gegevens for een in proef.gebeurtenissen(MISLUKT)] == [{"id": gehaald.id}]


def test_binnen_een_brin_bepaalt_het_traffic_center(proef: Ophaalproef) -> None:
    anders = proef.haal(overdrachtsoort=Overdrachtsoort.OVERDRACHTBINNENBRIN)
    assert (anders.status, anders.resultaat) == ("mislukt", Resultaat.GEEN_RELATIE_MET_DOEL)
    proef.bronnen.zet("0000000700000YY00932", levering(soort="overdrachtbinnenbrin"))
    zelfde = proef.haal(bron_brin=HIER.brin, overdrachtsoort=Overdrachtsoort.OVERDRACHTBINNENBRIN)
    assert zelfde.resultaat is Resultaat.OVERDRACHT_GESLAAGD


def test_ons_punt_staat_bij_het_traffic_center_uit(proef: Ophaalproef) -> None:
    proef.tc.overdrachten = [Resultaat.AANVRAGER_AANLEVERPUNT_NIET_ACTIEF]
    proef.haal()
    with proef.opslag.lezen() as werk:
        punt = werk.aanleverpunten.punt(HIER)
    assert punt is not None
    assert (punt.oso, punt.reden) == (False, "AanvragerAanleverpuntNietActief")
    assert len(proef.gebeurtenissen(GebeurtenisType.AANLEVERPUNT_UITGEZET)) == 1
    with pytest.raises(Weigering) as gevangen:
        proef.vraag()
    assert gevangen.value.code == "AanleverpuntUitgezet"


def test_een_punt_dat_na_de_opdracht_uitgaat_vraagt_niets(proef: Ophaalproef) -> None:
    nummer = proef.vraag()
    with proef.opslag.werk() as werk:
        punt = werk.aanleverpunten.punt(HIER)
        assert punt is not None
        werk.aanleverpunten.bewaar(punt.uitgezet("met de hand", proef.klok.nu()))
    gehaald = proef.afmaken(nummer)
    assert (gehaald.status, gehaald.resultaat) == ("mislukt", Resultaat.AANVRAGER_AANLEVERPUNT_NIET_ACTIEF)
    assert proef.tc.vragen == []


# ------------------------------------------------------------------------------------------- several aanleverpunten


def test_alle_punten_op_volgorde_en_het_beste_resultaat(proef: Ophaalproef) -> None:
    proef.bronnen.zet(BASIS, Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR)
    proef.extra_punt(TWEEDE, 2, levering())
    proef.extra_punt(DERDE, 3, Resultaat.LEERLING_ONBEKEND)
    gehaald = proef.haal()
    assert proef.bronnen.gevraagd() == [BASIS, TWEEDE, DERDE]
    assert gehaald.resultaat is Resultaat.OVERDRACHT_GESLAAGD
    (melding,) = proef.afmeldingen()
    assert str(melding.adres.bron_kenmerk) == TWEEDE


def test_bij_gelijk_resultaat_telt_het_laatst_gevraagde_punt(proef: Ophaalproef) -> None:
    proef.bronnen.zet(BASIS, levering(inhoud="eerste"))
    proef.extra_punt(TWEEDE, 2, levering(inhoud="tweede"))
    gehaald = proef.haal()
    assert str(proef.afmeldingen()[0].adres.bron_kenmerk) == TWEEDE
    assert proef.dossier(gehaald.id) == proefdossier(inhoud="tweede")


def test_een_bepaald_aanleverpunt(proef: Ophaalproef) -> None:
    proef.extra_punt(TWEEDE, 2, levering())
    gehaald = proef.haal(bron_kenmerk=RouteringsKenmerk(TWEEDE))
    assert proef.bronnen.gevraagd() == [TWEEDE]
    assert gehaald.resultaat is Resultaat.OVERDRACHT_GESLAAGD


def test_ook_als_elke_bron_faalt_wordt_afgemeld(proef: Ophaalproef) -> None:
    proef.bronnen.zet(BASIS, WEG)
    proef.extra_punt(TWEEDE, 2, WEG)
    gehaald = proef.haal()
    assert (gehaald.status, gehaald.resultaat) == ("gereed", Resultaat.BRON_NIET_BESCHIKBAAR)
    assert proef.bronnen.gevraagd() == [BASIS, BASIS, TWEEDE, TWEEDE]
    assert [melding.resultaat for melding in proef.afmeldingen()] == [Resultaat.BRON_NIET_BESCHIKBAAR]
    assert proef.open_sessies() == 0


def test_een_sessie_zonder_punten_wordt_ook_afgemeld(proef: Ophaalproef) -> None:
    punt = proef.tc.machine.punt(RouteringsKenmerk(BASIS))
    assert punt is not None
    proef.tc.machine.zet_punt(replace(punt, url=None, actief=True))
    gehaald = proef.haal()
    if gehaald.status == "gereed":
        assert gehaald.resultaat is Resultaat.BRON_NIET_BESCHIKBAAR
        assert len(proef.afmeldingen()) == 1
    else:
        assert gehaald.resultaat is Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF


def test_een_bron_die_even_weg_is_wordt_nog_eens_gevraagd(proef: Ophaalproef) -> None:
    proef.bronnen.zet(BASIS, WEG, levering())
    assert proef.haal().resultaat is Resultaat.OVERDRACHT_GESLAAGD


# ----------------------------------------------------------------------------------------------------- hostile content


@pytest.mark.parametrize(
    ("velden", "regel"),
    [
        ({"fouten": 2}, "OS.proef"),
        ({"pgn": "482782481"}, "OPHALEN.pgn"),
        ({"pgn": ""}, "OPHALEN.pgn"),
        ({"soort": "overdrachtbinnenbrin"}, "OPHALEN.overdrachtsoort"),
    ],
)
def test_wat_onze_controle_afkeurt_gaat_niet_verder(proef: Ophaalproef, velden: dict[str, object], regel: str) -> None:
    proef.bronnen.zet(BASIS, levering(**velden))
    gehaald = proef.haal()
    assert (gehaald.status, gehaald.resultaat) == ("gereed", Resultaat.DOSSIER_ONGELDIG)
    assert [melding.resultaat for melding in proef.afmeldingen()] == [Resultaat.DOSSIER_ONGELDIG]
    assert proef.dossier(gehaald.id) is Waarom.AFGEKEURD
    beeld = ophaling_inzien.een(proef.wereld, gehaald.id)
    assert beeld.oordeel is not None
    assert beeld.oordeel.rapport is not None
    assert regel in {bevinding.regel for bevinding in beeld.oordeel.rapport.bevindingen}
    with proef.opslag.lezen() as werk:
        document = werk.ophalingen.document(gehaald.id, 0)
    assert document is not None
    assert (document.octets, document.ontvangen) == (None, proefdossier(**velden))  # kept for inspection


def test_iets_dat_geen_xml_is_wordt_afgekeurd(proef: Ophaalproef) -> None:
    rommel = Documentantwoord(Resultaat.OVERDRACHT_GESLAAGD, "2019.1", VERZAMELD, b"geen xml")
    proef.bronnen.zet(BASIS, rommel)
    assert proef.haal().resultaat is Resultaat.DOSSIER_ONGELDIG


def test_een_goed_dossier_van_een_ander_punt_wint_van_een_afgekeurd(proef: Ophaalproef) -> None:
    proef.bronnen.zet(BASIS, levering(fouten=1))
    proef.extra_punt(TWEEDE, 2, Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR)
    assert proef.haal().resultaat is Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR
    proef.bronnen.zet(TWEEDE, levering())
    assert proef.haal().resultaat is Resultaat.OVERDRACHT_GESLAAGD


def test_een_dossier_dat_de_controle_steeds_velt_is_afgekeurd(proef: Ophaalproef) -> None:
    class Val(Exception):
        pass

    def val() -> None:
        raise Val

    toetser = proef.wereld.toetser
    assert isinstance(toetser, RegelToetser)
    nummer = proef.vraag()
    for _ in range(Ophaalregels().toets_pogingen):
        toetser.tussendoor = val
        with pytest.raises(Val):
            verwerk(proef.doel, nummer)
    gehaald = proef.afmaken(nummer)
    assert gehaald.resultaat is Resultaat.DOSSIER_ONGELDIG
    assert proef.bronnen.gevraagd() == [BASIS]


# ------------------------------------------------------------------------------------------------------- fetching again


def test_de_verzameldatum_gaat_vanzelf_mee_en_niets_nieuwers_is_geen_dossier(proef: Ophaalproef) -> None:
    eerste = proef.haal()
    proef.bronnen.zet(BASIS, Resultaat.LEERLINGINFO_NIET_GEWIJZIGD)
    tweede = proef.haal()
    assert proef.bronnen.vragen[-1][1].dossier_verzameldatum == VERZAMELD
    assert (tweede.status, tweede.resultaat) == ("gereed", Resultaat.LEERLINGINFO_NIET_GEWIJZIGD)
    assert tweede.dossier_verzameldatum == VERZAMELD
    assert tweede.vorige == eerste.id
    assert proef.dossier(tweede.id) is Waarom.NIETS_NIEUWERS
    assert [m.resultaat for m in proef.afmeldingen()][-1] is Resultaat.LEERLINGINFO_NIET_GEWIJZIGD


def test_opnieuw_vraagt_zonder_datum(proef: Ophaalproef) -> None:
    proef.haal()
    gehaald = proef.haal(opnieuw=True)
    assert proef.bronnen.vragen[-1][1].dossier_verzameldatum is None
    assert gehaald.resultaat is Resultaat.OVERDRACHT_GESLAAGD
    oordeel = ophaling_inzien.een(proef.wereld, gehaald.id).oordeel
    assert oordeel is not None
    assert oordeel.wijzigingen == ()


def test_een_nieuwer_dossier_zegt_wat_er_veranderde(proef: Ophaalproef) -> None:
    eerste = proef.haal()
    later = VERZAMELD + timedelta(days=28)
    proef.bronnen.zet(BASIS, levering(later, inhoud="anders"))
    gehaald = proef.haal()
    assert gehaald.dossier_verzameldatum == later
    assert gehaald.vorige == eerste.id
    oordeel = ophaling_inzien.een(proef.wereld, gehaald.id).oordeel
    assert oordeel is not None
    assert oordeel.wijzigingen == (Sectieverschil("huidigeschool/leerling/verzuim", "gewijzigd"),)
    derde = proef.haal()
    assert proef.bronnen.vragen[-1][1].dossier_verzameldatum == later
    assert derde.vorige == gehaald.id


def test_een_afgekeurd_dossier_telt_niet_als_gehaald(proef: Ophaalproef) -> None:
    proef.bronnen.zet(BASIS, levering(fouten=1))
    proef.haal()
    proef.haal()
    assert [vraag.dossier_verzameldatum for _, vraag in proef.bronnen.vragen] == [None, None]


def test_een_ander_kind_of_een_andere_soort_begint_van_voren_af(proef: Ophaalproef) -> None:
    proef.haal()
    proef.haal(pgn=Pgn("482782481"))
    proef.haal(overdrachtsoort=Overdrachtsoort.SWV_DOSSIER)
    assert [vraag.dossier_verzameldatum for _, vraag in proef.bronnen.vragen] == [None, None, None]


# ------------------------------------------------------------------------------------------ Traffic Center that is away


def test_het_traffic_center_dat_even_weg_is(proef: Ophaalproef) -> None:
    proef.tc.weg_keer = 2
    assert proef.haal().resultaat is Resultaat.OVERDRACHT_GESLAAGD


def test_het_traffic_center_dat_weg_blijft(proef: Ophaalproef) -> None:
    proef.tc.weg_keer = 1000
    gehaald = proef.haal()
    assert (gehaald.status, gehaald.resultaat) == ("mislukt", Resultaat.TRAFFIC_CENTER_NIET_BESCHIKBAAR)
    assert len(proef.tc.vragen) == Ophaalregels().sessie_pogingen


def test_afmelden_lukt_later_ook(proef: Ophaalproef) -> None:
    nummer = proef.vraag()
    proef.bronnen.zet(BASIS, lambda _vraag: _en_dan_weg(proef))
    gehaald = proef.afmaken(nummer)
    assert gehaald.afmelding is Resultaat.OVERDRACHT_GESLAAGD
    assert len(proef.afmeldingen()) == 4
    assert proef.open_sessies() == 0
    assert len(proef.gebeurtenissen(GEREED)) == 1


def _en_dan_weg(proef: Ophaalproef) -> Documentantwoord:
    proef.tc.weg_keer = 3
    return levering()


def test_afmelden_dat_niet_lukt_houdt_op_als_de_sessie_voorbij_is(proef: Ophaalproef) -> None:
    nummer = proef.vraag()
    begin = proef.klok.nu()

    def weg(_vraag: object) -> Documentantwoord:
        proef.tc.weg_keer = 1000
        return levering()

    proef.bronnen.zet(BASIS, weg)
    gehaald = proef.afmaken(nummer)
    assert (gehaald.status, gehaald.afmelding) == ("gereed", Resultaat.TRAFFIC_CENTER_NIET_BESCHIKBAAR)
    assert proef.klok.nu() - begin > timedelta(minutes=10)
    assert proef.dossier(gehaald.id) == proefdossier()


def test_een_antwoord_op_de_afmelding_dat_verloren_ging(proef: Ophaalproef) -> None:
    nummer = proef.vraag()

    def meld_alvast_af(vraag: object) -> Documentantwoord:
        for sessie in list(proef.tc.machine._sessies.values()):
            proef.tc.machine._zet_sessie(replace(sessie, afgemeld=Resultaat.OVERDRACHT_GESLAAGD))
        return levering()

    proef.bronnen.zet(BASIS, meld_alvast_af)
    gehaald = proef.afmaken(nummer)
    assert (gehaald.status, gehaald.afmelding) == ("gereed", Resultaat.SESSIE_REEDS_AFGEMELD)


@pytest.mark.parametrize("uren", [-1, 1])
def test_een_klok_die_verspringt_houdt_niets_op(proef: Ophaalproef, uren: int) -> None:
    nummer = proef.vraag()

    def spring(_vraag: object) -> Documentantwoord:
        proef.klok.vooruit(uren * 3600)
        raise BronOnbereikbaar("Geen antwoord.")

    proef.bronnen.zet(BASIS, spring, levering())
    straks = verwerk(proef.doel, nummer)
    assert straks is not None
    proef.klok.vooruit(uren * 3600)
    with proef.opslag.lezen() as werk:
        assert werk.ophalingen.te_doen(proef.klok.nu(), 10) == [nummer]
    assert proef.afmaken(nummer).resultaat in (Resultaat.OVERDRACHT_GESLAAGD, Resultaat.SESSIE_VERLOPEN)


# -------------------------------------------------------------------------------------------------------------- orders


def test_een_school_zonder_punt_mag_niet_en_hoort_wat_te_doen(proef: Ophaalproef) -> None:
    with pytest.raises(Weigering) as gevangen:
        proef.vraag(doel_brin=Brin("12SS"))
    assert gevangen.value.code == "AanleverpuntNietGeregistreerd"
    assert gevangen.value.wat_nu
    with proef.opslag.lezen() as werk:
        assert werk.ophalingen.lijst(OphalingFilter(), 0, 10) == ([], None)
        laatste = werk.logboek.audit_rijen(0, 100)[-1]
    assert (laatste.operatie, laatste.uitkomst) == ("ophaling-aanvragen", "AanleverpuntNietGeregistreerd")


def test_een_punt_dat_niet_mag_aanvragen(proef: Ophaalproef) -> None:
    with proef.opslag.werk() as werk:
        punt = werk.aanleverpunten.punt(HIER)
        assert punt is not None
        assert punt.routerings_kenmerk is not None
        werk.aanleverpunten.bewaar(punt.geregistreerd(punt.routerings_kenmerk, False, proef.klok.nu()))
    with pytest.raises(Weigering) as gevangen:
        proef.vraag()
    assert gevangen.value.code == "OverdrachtAanvragenNietToegestaan"


def test_een_lijst_heeft_een_uitkomst_per_regel(proef: Ophaalproef) -> None:
    goed = Ophaalvraag(PGN, BRON, HIER.brin, Overdrachtsoort.OVERSTAPDOSSIER)
    fout = Ophaalvraag(PGN, BRON, Brin("12SS"), Overdrachtsoort.OVERSTAPDOSSIER)
    uitkomst = vraag_lijst_aan(proef.wereld, [goed, fout, goed], KERN)
    assert len(uitkomst.ids) == 3
    assert uitkomst.te_doen == (uitkomst.ids[0], uitkomst.ids[2])
    for nummer in uitkomst.te_doen:
        proef.afmaken(nummer)
    rijen = ophaling_inzien.van_lijst(proef.wereld, uitkomst.lijst)
    assert [(rij.nummer, rij.status, rij.code) for rij in rijen] == [
        (1, "gereed", None),
        (2, "mislukt", "AanleverpuntNietGeregistreerd"),
        (3, "gereed", None),
    ]
    with pytest.raises(Onbekend):
        ophaling_inzien.van_lijst(proef.wereld, "een andere")
    with pytest.raises(Weigering):
        vraag_lijst_aan(proef.wereld, [goed] * 1001, KERN)


def test_wat_onbekend_is(proef: Ophaalproef) -> None:
    with pytest.raises(Onbekend):
        ophaling_inzien.een(proef.wereld, "x")
    with pytest.raises(Onbekend):
        proef.dossier("x")
    assert verwerk(proef.doel, "x") is None


def test_na_de_bewaartermijn_is_het_dossier_weg_en_telt_de_ophaling_niet_meer(proef: Ophaalproef) -> None:
    gehaald = proef.haal()
    proef.klok.vooruit(86_400)
    with proef.opslag.werk() as werk:
        assert werk.ophalingen.wis_inhoud_voor(proef.klok.nu()) == 1
    assert proef.dossier(gehaald.id) is Waarom.VERWIJDERD
    proef.haal()
    assert proef.bronnen.vragen[-1][1].dossier_verzameldatum is None


def test_iedere_stap_staat_op_schrift_voor_de_audit(proef: Ophaalproef) -> None:
    gehaald = proef.haal()
    proef.dossier(gehaald.id)
    with proef.opslag.lezen() as werk:
        rijen = [(rij.operatie, rij.uitkomst, rij.account) for rij in werk.logboek.audit_rijen(0, 100)]
    assert rijen == [
        ("ophaling-aanvragen", "aangenomen", "account-1"),
        ("ophalen", "OverdrachtGeslaagd", "account-1"),
        ("ophaling-inzien", "gegeven", "account-1"),
    ]
    assert gehaald.fase is Fase.GEREED


# ------------------------------------------------------------------------------------------------------- off by hand


def test_een_school_die_met_de_hand_uit_staat_wacht_en_gaat_daarna_verder(proef: Ophaalproef) -> None:
    schakelen.zet_uit(proef.wereld, Bereik.van_school(HIER), "Proef.", None, KERN)
    nummer = proef.vraag()
    straks = verwerk(proef.doel, nummer)
    assert straks is not None
    assert (proef.stand(nummer).status, proef.tc.vragen) == ("wacht", [])
    schakelen.zet_aan(proef.wereld, Bereik.van_school(HIER), KERN)
    assert proef.afmaken(nummer).resultaat is Resultaat.OVERDRACHT_GESLAAGD


def test_een_partij_die_uit_staat_wordt_niet_gevraagd_en_de_sessie_wel_afgemeld(proef: Ophaalproef) -> None:
    schakelen.zet_uit(proef.wereld, Bereik.van_partij(POSCHOOL.oin), "Proef.", None, KERN)
    gehaald = proef.haal()
    assert (gehaald.status, gehaald.resultaat) == ("gereed", Resultaat.BRON_NIET_BESCHIKBAAR)
    assert proef.bronnen.vragen == []
    assert len(proef.afmeldingen()) == 1


def test_inspecteren_geeft_wat_binnenkwam_en_staat_in_de_audit(proef: Ophaalproef) -> None:
    proef.bronnen.zet(BASIS, levering(fouten=1))
    gehaald = proef.haal()
    document = ophaling_inzien.inspecteer(proef.wereld, gehaald.id, "Onderzoek.", KERN)
    assert document.ontvangen == proefdossier(fouten=1)
    with proef.opslag.lezen() as werk:
        laatste = werk.logboek.audit_rijen(0, 100)[-1]
    assert (laatste.operatie, laatste.bijzonderheden["reden"]) == ("ophaling-inspecteren", "Onderzoek.")
    proef.bronnen.zet(BASIS, Resultaat.LEERLING_ONBEKEND)
    leeg = proef.haal()
    with pytest.raises(Onbekend):
        ophaling_inzien.inspecteer(proef.wereld, leeg.id, "Onderzoek.", KERN)
