"""What every store must do, run on the fake, SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.dossier import (
    Afkeuring,
    Context,
    Dossier,
    Einde,
    Opgehaald,
    Quarantaine,
    Status,
    Uitkomstcode,
)
from gateway.domain.klaarzetten import Klaarzetopdracht, Klaarzetresultaat
from gateway.domain.logboek import Gebeurtenis, GebeurtenisType, HistorieRegel, Opdrachtgever
from gateway.domain.overdracht import Adresblok
from gateway.domain.resultaat import Resultaat
from gateway.domain.toegang import Abonnement, BewaardAntwoord, Token
from gateway.domain.waarden import Brin, ElkNummer, Herkomst, Pgn, Rol, RouteringsKenmerk, SessieId
from gateway.ports import DossierFilter, LeveringFilter, Opslag, OpslagTegenstrijdig, Werk
from tests.hulp.opslagen import (
    DAAR,
    HIER,
    KENMERK,
    NU,
    dossier,
    inhoud,
    levering,
    na,
    opslag_van,
    punt,
    regel,
    school,
    versie,
    verzoek,
    voeg_dossier_toe,
)

ELK = ElkNummer("12345")
PGN = Pgn("123456782")


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def opslag(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opslag]:
    with opslag_van(request.param, tmp_path) as gemaakt:
        yield gemaakt


def _breek_af(opslag: Opslag, doe: Callable[[Werk], None]) -> None:
    with opslag.werk() as werk:
        doe(werk)
        raise ZeroDivisionError


# ------------------------------------------------------------------------------------------------------ transactions


def test_wat_in_een_transactie_misgaat_laat_niets_na(opslag: Opslag) -> None:
    def schrijf(werk: Werk) -> None:
        voeg_dossier_toe(werk, dossier())
        werk.scholen.bewaar(school())
        werk.logboek.audit(regel())

    with pytest.raises(ZeroDivisionError):
        _breek_af(opslag, schrijf)
    with opslag.lezen() as werk:
        assert werk.dossiers.dossier(ELK) is None
        assert werk.scholen.alle() == []
        assert werk.logboek.audit_rijen(0, 10) == []


def test_lezen_ziet_een_vaste_toestand_terwijl_een_ander_schrijft(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier())
    with opslag.lezen() as lezer:
        eerst = lezer.dossiers.dossier(ELK)
        with opslag.werk() as werk:
            werk.dossiers.voeg_versie_toe(ELK, versie(2), inhoud(2), None)
        assert lezer.dossiers.dossier(ELK) == eerst
        assert lezer.dossiers.octets(ELK, 2) is None
    with opslag.lezen() as lezer:
        nieuw = lezer.dossiers.dossier(ELK)
        assert nieuw is not None
        assert nieuw.nieuwste == versie(2)


def test_in_een_lezende_transactie_kan_niets_geschreven_worden(opslag: Opslag) -> None:
    with opslag.lezen() as werk:
        with pytest.raises(RuntimeError):
            werk.scholen.bewaar(school())
        with pytest.raises(RuntimeError):
            werk.logboek.audit(regel())
        with pytest.raises(RuntimeError):
            werk.logboek.gebeurtenis(_gebeurtenis("a"))


def test_een_transactie_ziet_wat_zij_zelf_schreef(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        werk.logboek.audit(regel("een"))
        assert [rij.operatie for rij in werk.logboek.audit_rijen(0, 10)] == ["een"]
        werk.logboek.audit(regel("twee"))
        werk.logboek.gebeurtenis(_gebeurtenis("a"))
        assert [rij.operatie for rij in werk.logboek.audit_over(ELK)] == ["een", "twee"]
        assert [g.id for g in werk.logboek.gebeurtenissen(0, 10)] == ["a"]
    with opslag.lezen() as werk:
        assert [rij.nr for rij in werk.logboek.audit_rijen(0, 10)] == [1, 2]


def test_controleer_zwijgt_wanneer_alles_goed_is(opslag: Opslag) -> None:
    opslag.controleer()


# ------------------------------------------------------------------------------------------ schools, aanleverpunten


def test_scholen_worden_vervangen_en_op_vestiging_gegeven(opslag: Opslag) -> None:
    anders = school(HIER, naam="Nieuw", telefoon="020-1234567", las=None)
    with opslag.werk() as werk:
        for een in (school(DAAR), school(HIER), anders):
            werk.scholen.bewaar(een)
    with opslag.lezen() as werk:
        assert werk.scholen.alle() == [anders, school(DAAR)]
        assert werk.scholen.school(DAAR) == school(DAAR)
        assert werk.scholen.school(replace(HIER, code="99")) is None


def test_aanleverpunten_komen_terug_zoals_bewaard(opslag: Opslag) -> None:
    nieuw = punt(DAAR, aanleverpuntnummer=None, status=AanleverpuntStatus.UITGEZET, reden="X", naam="n", sleutel="s|ë")
    zonder = punt(HIER, routerings_kenmerk=None, mag_overdracht_aanvragen=False)
    with opslag.werk() as werk:
        for een in (nieuw, punt(HIER), zonder):
            werk.aanleverpunten.bewaar(een)
    with opslag.lezen() as werk:
        assert werk.aanleverpunten.alle() == [zonder, nieuw]
        assert werk.aanleverpunten.punt(DAAR) == nieuw
        assert werk.aanleverpunten.bij_kenmerk(DAAR.brin, RouteringsKenmerk("k-12SS01")) == nieuw
        assert werk.aanleverpunten.bij_kenmerk(HIER.brin, RouteringsKenmerk("k-12SS01")) is None
        assert werk.aanleverpunten.punt(replace(HIER, code="99")) is None


# ----------------------------------------------------------------------------------------------------------- dossiers


def test_een_dossier_komt_heel_terug(opslag: Opslag) -> None:
    vol = replace(
        dossier(),
        context=Context(HIER, Herkomst.PARTICULIER, False, "aangehouden: ‘é’"),
        einde=Einde.PLAATSING,
        vorige_plaatsingen=frozenset({DAAR, replace(DAAR, code="02")}),
        laatst_afgekeurd=Afkeuring(na(3), 7),
        revisie=5,
    ).klaargezet(HIER, na(4), "account-1")
    with opslag.werk() as werk:
        gelezen = voeg_dossier_toe(werk, vol, versies=2)
        assert gelezen == replace(vol, nieuwste=versie(2), pgn=PGN)
    with opslag.lezen() as werk:
        assert werk.dossiers.dossier(ELK) == gelezen
        assert werk.dossiers.dossier(ElkNummer("99")) is None


def test_een_dossier_zonder_versie_bestaat(opslag: Opslag) -> None:
    leeg = Dossier(ELK)
    with opslag.werk() as werk:
        werk.dossiers.bewaar(leeg)
        assert werk.dossiers.dossier(ELK, vergrendel=True) == leeg
        assert werk.dossiers.dossier(ElkNummer("777"), vergrendel=True) is None


def test_bewaren_raakt_versies_pgn_en_overdrachten_niet(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier().klaargezet(HIER, NU, "a"))
        werk.leveringen.overgedragen(werk.leveringen.voeg_toe(levering()), na(1))
        voor = werk.dossiers.dossier(ELK)
        werk.dossiers.bewaar(dossier().met_context(Context(DAAR)))
        na_ = werk.dossiers.dossier(ELK)
    assert voor is not None
    assert na_ is not None
    assert (na_.nieuwste, na_.pgn, na_.overgedragen_aan, na_.opgehaald) == (
        voor.nieuwste,
        PGN,
        frozenset({HIER.brin}),
        voor.opgehaald,
    )
    assert na_.context == Context(DAAR)
    assert na_.klaarzetting is None


def test_de_inhoud_van_elke_versie_blijft_zoals_zij_was(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier(), versies=3)
    with opslag.lezen() as werk:
        for nr in (1, 2, 3):
            assert werk.dossiers.versie(ELK, nr) == versie(nr)
            assert werk.dossiers.inhoud(ELK, nr) == inhoud(nr)
            assert werk.dossiers.octets(ELK, nr) == inhoud(nr).octets
            assert werk.dossiers.bijlagen(ELK, nr) == inhoud(nr).bijlagen
        for nr in (-1, 0, 4, 2**31, 2**64):
            assert werk.dossiers.versie(ELK, nr) is None
            assert werk.dossiers.inhoud(ELK, nr) is None
            assert werk.dossiers.octets(ELK, nr) is None
            assert werk.dossiers.bijlagen(ELK, nr) == ()


def test_een_pgn_wordt_eenmaal_gezet(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        assert voeg_dossier_toe(werk, dossier(), pgn=None).pgn is None
        werk.dossiers.voeg_versie_toe(ELK, versie(2), inhoud(2), PGN)
        werk.dossiers.voeg_versie_toe(ELK, versie(3), inhoud(3), Pgn("111222333"))
        werk.dossiers.voeg_versie_toe(ELK, versie(4), inhoud(4), None)
        gelezen = werk.dossiers.dossier(ELK)
    assert gelezen is not None
    assert gelezen.pgn == PGN


@pytest.mark.parametrize("nr", [1, 2])
def test_een_versienummer_wordt_nooit_opnieuw_gebruikt(opslag: Opslag, nr: int) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier(), versies=2)
    with pytest.raises(OpslagTegenstrijdig), opslag.werk() as werk:
        werk.dossiers.voeg_versie_toe(ELK, replace(versie(nr), sha256="f" * 64), inhoud(9), None)
    with opslag.lezen() as werk:
        assert werk.dossiers.octets(ELK, nr) == inhoud(nr).octets


def test_een_versie_hoort_bij_een_dossier(opslag: Opslag) -> None:
    with pytest.raises(OpslagTegenstrijdig), opslag.werk() as werk:
        werk.dossiers.voeg_versie_toe(ELK, versie(1), inhoud(1), PGN)


def test_quarantaine_geldt_een_versie(opslag: Opslag) -> None:
    verdacht = Quarantaine(na(9), "DossierOngeldig")
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier(), versies=2)
        werk.dossiers.zet_quarantaine(ELK, 1, verdacht)
    with opslag.werk() as werk:
        assert werk.dossiers.versie(ELK, 1) == versie(1, quarantaine=verdacht)
        assert werk.dossiers.versie(ELK, 2) == versie(2)
        werk.dossiers.zet_quarantaine(ELK, 2, verdacht)
        gelezen = werk.dossiers.dossier(ELK)
        assert gelezen is not None
        assert gelezen.nieuwste == versie(2, quarantaine=verdacht)
    with pytest.raises(OpslagTegenstrijdig), opslag.werk() as werk:
        werk.dossiers.zet_quarantaine(ELK, 3, verdacht)


def test_met_pgn_vindt_wie_hier_is_of_was_en_het_laatst_klaargezette_eerst(opslag: Opslag) -> None:
    hier_was = replace(dossier("4", DAAR), vorige_plaatsingen=frozenset({HIER}))
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier("1").klaargezet(HIER, na(1), "a"))
        voeg_dossier_toe(werk, dossier("2").klaargezet(HIER, na(2), "a"))
        voeg_dossier_toe(werk, dossier("3", None))
        voeg_dossier_toe(werk, hier_was)
        voeg_dossier_toe(werk, dossier("5"), pgn="111222333")
        voeg_dossier_toe(werk, dossier("6"), pgn=None)
    with opslag.lezen() as werk:
        assert _nummers(werk.dossiers.met_pgn(PGN, HIER)) == ["2", "1", "4"]
        assert _nummers(werk.dossiers.met_pgn(PGN, DAAR)) == ["4"]
        assert werk.dossiers.met_pgn(Pgn("999999990"), HIER) == []


def _nummers(dossiers: Sequence[Dossier]) -> list[str]:
    return [een.elk_nummer.waarde for een in dossiers]


def test_de_lijst_bladert_op_tekst_van_het_elk_nummer(opslag: Opslag) -> None:
    nummers = ["1", "10", "2", "B1", "B9", "9"]
    with opslag.werk() as werk:
        for elk in nummers:
            werk.dossiers.bewaar(dossier(elk))
    gezien: list[str] = []
    na_: str | None = None
    with opslag.lezen() as werk:
        for _ in range(3):
            bladzijde, na_ = werk.dossiers.lijst(DossierFilter(), na_, 2)
            gezien += _nummers(bladzijde)
    assert gezien == sorted(nummers)
    assert na_ is None


@pytest.mark.parametrize("na_", ["\x00", "zzz", "9\x00\ud800", "\ud800", "1' OR '1'='1", "é" * 5000, ""])
def test_een_cursor_van_buiten_is_maar_tekst(opslag: Opslag, na_: str) -> None:
    with opslag.werk() as werk:
        for elk in ("1", "5", "9"):
            werk.dossiers.bewaar(dossier(elk))
    with opslag.lezen() as werk:
        bladzijde, volgende = werk.dossiers.lijst(DossierFilter(), na_, 5)
    assert _nummers(bladzijde) == [elk for elk in ("1", "5", "9") if elk > na_]
    assert volgende is None


def test_de_lijst_filtert_op_de_stip(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier("1"))
        for elk in ("2", "3", "4", "5"):
            voeg_dossier_toe(werk, dossier(elk).klaargezet(HIER, NU, "a"))
        for elk, school_ in (("3", HIER.brin), ("4", DAAR.brin), ("5", HIER.brin)):
            nummer = werk.leveringen.voeg_toe(levering(elk, doel_brin=school_))
            werk.leveringen.overgedragen(nummer, na(1))
        werk.dossiers.voeg_versie_toe(ElkNummer("5"), versie(2), inhoud(2), None)
        voeg_dossier_toe(werk, dossier("6", DAAR))
    with opslag.lezen() as werk:
        for status, verwacht in ((Status.WIT, ["1", "6"]), (Status.BLAUW, ["2", "4", "5"]), (Status.GROEN, ["3"])):
            bladzijde, _ = werk.dossiers.lijst(DossierFilter(status=status), None, 10)
            assert _nummers(bladzijde) == verwacht
            assert {een.status for een in bladzijde} == {status}
        assert werk.dossiers.lijst(DossierFilter(status=Status.BLAUW), "2", 1)[1] == "4"


def test_de_lijst_filtert_op_school_en_op_wat_iemand_mag_zien(opslag: Opslag) -> None:
    elders = replace(HIER, code="01")
    with opslag.werk() as werk:
        for elk, plek in (("1", HIER), ("2", elders), ("3", DAAR), ("4", None)):
            werk.dossiers.bewaar(dossier(elk, plek))

    def nummers(filter_: DossierFilter) -> list[str]:
        with opslag.lezen() as werk:
            return _nummers(werk.dossiers.lijst(filter_, None, 10)[0])

    assert nummers(DossierFilter()) == ["1", "2", "3", "4"]
    assert nummers(DossierFilter(brin=HIER.brin)) == ["1", "2"]
    assert nummers(DossierFilter(vestigingscode="01")) == ["2", "3"]
    assert nummers(DossierFilter(brin=HIER.brin, vestigingscode="01")) == ["2"]
    assert nummers(DossierFilter(vestigingscode="\x00")) == []
    assert nummers(DossierFilter(binnen=frozenset({HIER, DAAR}))) == ["1", "3"]
    assert nummers(DossierFilter(binnen=frozenset())) == []
    assert nummers(DossierFilter(brin=DAAR.brin, binnen=frozenset({HIER}))) == []


# --------------------------------------------------------------------------------------------------------- deliveries


def test_een_levering_telt_pas_als_zij_is_overgedragen(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier().klaargezet(HIER, NU, "a"))
        nummer = werk.leveringen.voeg_toe(levering(via="proxy"))
        assert werk.leveringen.levering(nummer) == replace(levering(via="proxy"), id=nummer)
        assert _dossier(werk).status is Status.BLAUW
        werk.leveringen.overgedragen(nummer, na(5))
        assert werk.leveringen.levering(nummer) == replace(levering(via="proxy"), id=nummer, overgedragen=na(5))
        assert _dossier(werk).status is Status.GROEN
        assert _dossier(werk).opgehaald == Opgehaald(na(5), HIER.brin, "Magister")
        werk.dossiers.voeg_versie_toe(ELK, versie(2), inhoud(2), None)
        assert _dossier(werk).status is Status.BLAUW
        assert _dossier(werk).overgedragen_aan == frozenset()
        assert _dossier(werk).opgehaald == Opgehaald(na(5), HIER.brin, "Magister")


def _dossier(werk: Werk) -> Dossier:
    gevonden = werk.dossiers.dossier(ELK)
    assert gevonden is not None
    return gevonden


def test_overgedragen_is_eenmalig_en_onbekend_doet_niets(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier())
        nummer = werk.leveringen.voeg_toe(levering(via="x"))
        for seconde in (5, 9, 1):
            werk.leveringen.overgedragen(nummer, na(seconde))
        for onbekend in (0, -1, nummer + 1, 2**64):
            werk.leveringen.overgedragen(onbekend, na(1))
            assert werk.leveringen.levering(onbekend) is None
        assert werk.leveringen.levering(nummer) == replace(levering(via="x"), id=nummer, overgedragen=na(5))
        assert _dossier(werk).opgehaald == Opgehaald(na(5), HIER.brin, "Magister")


def test_opgehaald_is_de_laatste_in_tijd_ook_als_zij_eerder_gemeld_wordt(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier())
        laat, vroeg, gelijk = (werk.leveringen.voeg_toe(levering(systeem=naam)) for naam in ("laat", "vroeg", "gelijk"))
        werk.leveringen.overgedragen(laat, na(9))
        werk.leveringen.overgedragen(vroeg, na(2))
        assert _dossier(werk).opgehaald == Opgehaald(na(9), HIER.brin, "laat")
        werk.leveringen.overgedragen(gelijk, na(9))
        assert _dossier(werk).opgehaald == Opgehaald(na(9), HIER.brin, "gelijk")


def test_een_weigering_maakt_niets_groen(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier().klaargezet(HIER, NU, "a"))
        for soort in (Resultaat.LEVERING_GEWEIGERD, Resultaat.LEERLINGINFO_NIET_GEWIJZIGD):
            werk.leveringen.overgedragen(werk.leveringen.voeg_toe(levering(resultaat=soort)), na(1))
        werk.leveringen.overgedragen(werk.leveringen.voeg_toe(levering(None, None)), na(1))
        assert _dossier(werk).status is Status.BLAUW
        assert _dossier(werk).opgehaald is None


def test_bij_sessie_vergelijkt_zonder_hoofdletters_en_geeft_alleen_leveringen(opslag: Opslag) -> None:
    sessie = SessieId("6f9619ff-8B86-D011-B42D-00C04FC964FF")
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier(), versies=2)
        eerste = werk.leveringen.voeg_toe(levering())
        tweede = werk.leveringen.voeg_toe(levering(nr=2))
        for ander in (
            levering(bron=DAAR),
            levering(sessie_id=SessieId.nieuw()),
            levering(resultaat=Resultaat.LEVERING_GEWEIGERD),
            levering(resultaat=Resultaat.LEERLING_ONBEKEND, elk=None, nr=None),
        ):
            werk.leveringen.voeg_toe(ander)
    with opslag.lezen() as werk:
        assert [een.id for een in werk.leveringen.bij_sessie(sessie, HIER)] == [tweede, eerste]


def test_leveringen_van_een_dossier_en_in_bladzijden(opslag: Opslag) -> None:
    met = {
        "a": levering(),
        "b": levering(None, None, moment=na(10), resultaat=Resultaat.LEERLING_ONBEKEND),
        "c": levering(bron=DAAR, moment=na(20)),
        "d": levering(moment=na(30)),
    }
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier())
        nr = {naam: werk.leveringen.voeg_toe(een) for naam, een in met.items()}
    with opslag.lezen() as werk:

        def gevonden(filter_: LeveringFilter) -> str:
            bladzijde, volgende = werk.leveringen.lijst(filter_, 0, 10)
            assert volgende is None
            return "".join(naam for naam in nr if nr[naam] in {een.id for een in bladzijde})

        assert [een.id for een in werk.leveringen.van_dossier(ELK)] == [nr["a"], nr["c"], nr["d"]]
        assert gevonden(LeveringFilter()) == "abcd"
        assert gevonden(LeveringFilter(brin=HIER.brin)) == "abd"
        assert gevonden(LeveringFilter(sinds=na(10))) == "bcd"
        assert gevonden(LeveringFilter(resultaat=Resultaat.LEERLING_ONBEKEND)) == "b"
        assert gevonden(LeveringFilter(binnen=frozenset({DAAR}))) == "c"
        assert gevonden(LeveringFilter(binnen=frozenset())) == ""
        bladzijde, volgende = werk.leveringen.lijst(LeveringFilter(), 0, 3)
        assert [een.id for een in bladzijde] == [nr["a"], nr["b"], nr["c"]]
        assert volgende == nr["c"]
        assert [een.id for een in werk.leveringen.lijst(LeveringFilter(), volgende, 3)[0]] == [nr["d"]]
        assert werk.leveringen.lijst(LeveringFilter(), 2**80, 3) == ([], None)
        assert len(werk.leveringen.lijst(LeveringFilter(), -(2**80), 9)[0]) == 4


def test_een_levering_verwijst_naar_een_bestaand_dossier(opslag: Opslag) -> None:
    with pytest.raises(OpslagTegenstrijdig), opslag.werk() as werk:
        werk.leveringen.voeg_toe(levering("404"))


# ----------------------------------------------------------------------------------------------------------- requests


def test_verzoeken_worden_per_sessie_en_doel_eenmaal_bewaard(opslag: Opslag) -> None:
    klein = SessieId(verzoek().sessie_id.waarde.lower())
    ander_doel = replace(verzoek().adres, doel_kenmerk=RouteringsKenmerk("anders"))
    with opslag.werk() as werk:
        werk.aanleverpunten.bewaar(punt())
        werk.verzoeken.bewaar(verzoek(moment=na(5)))
        werk.verzoeken.bewaar(verzoek(moment=na(9), sessie_id=klein))
        werk.verzoeken.bewaar(verzoek(moment=na(7)))
        werk.verzoeken.bewaar(verzoek(moment=na(6), adres=ander_doel))
        werk.verzoeken.bewaar(verzoek(moment=na(8), sessie=2))
        werk.verzoeken.bewaar(verzoek(pgn="111222333", sessie=3))
    with opslag.lezen() as werk:
        assert list(werk.verzoeken.van_pgn(PGN, HIER)) == [
            verzoek(moment=na(6), adres=ander_doel),
            verzoek(moment=na(8), sessie=2),
            verzoek(moment=na(9)),
        ]


def test_verzoeken_horen_bij_het_punt_dat_zij_noemen(opslag: Opslag) -> None:
    def adres(kenmerk: str | None, brin: Brin = HIER.brin) -> Adresblok:
        return Adresblok(brin, RouteringsKenmerk(kenmerk) if kenmerk else None, HIER.brin, KENMERK)

    elders = replace(HIER, code="01")
    with opslag.werk() as werk:
        werk.aanleverpunten.bewaar(punt(HIER))
        werk.aanleverpunten.bewaar(punt(elders))
        adressen = [adres("k-00YY00"), adres("k-00YY01"), adres(None), adres(None, DAAR.brin)]
        for sessie, een in enumerate(adressen):
            werk.verzoeken.bewaar(verzoek(sessie=sessie, moment=na(sessie), adres=een))
    with opslag.lezen() as werk:
        assert [v.adres for v in werk.verzoeken.van_pgn(PGN, HIER)] == [adressen[0], adressen[2]]
        assert [v.adres for v in werk.verzoeken.van_pgn(PGN, elders)] == [adressen[1], adressen[2]]
        assert [v.adres for v in werk.verzoeken.van_pgn(PGN, DAAR)] == [adressen[3]]


def test_oude_verzoeken_gaan_weg(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        werk.aanleverpunten.bewaar(punt())
        for seconde in range(4):
            werk.verzoeken.bewaar(verzoek(sessie=seconde, moment=na(seconde)))
        assert werk.verzoeken.verwijder_voor(na(2)) == 2
        assert werk.verzoeken.verwijder_voor(na(2)) == 0
        assert [v.moment for v in werk.verzoeken.van_pgn(PGN, HIER)] == [na(2), na(3)]


# ------------------------------------------------------------------------------------------------- audit, feed, history


def test_het_logboek_nummert_zonder_gaten_en_sluit(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        werk.logboek.audit(regel("een"))
        werk.logboek.audit(regel("twee", opdrachtgever=None, partij=None, over=None, versie=None, bijzonderheden={}))
    with pytest.raises(ZeroDivisionError):
        _breek_af(opslag, lambda werk: werk.logboek.audit(regel("nooit")))
    with opslag.werk() as werk:
        werk.logboek.audit(regel("drie", over=PGN))
    with opslag.lezen() as werk:
        een, twee, drie = werk.logboek.audit_rijen(0, 10)
        assert [rij.nr for rij in (een, twee, drie)] == [1, 2, 3]
        assert (een.vorige, twee.vorige, drie.vorige) == ("0" * 64, een.hash, twee.hash)
        assert (een.operatie, een.uitkomst, een.partij, een.versie) == ("een", "ok", "00000003000000020000", 1)
        assert (een.account, een.namens, een.rol, een.moment) == ("account-1", "iemand", "kern", NU)
        assert een.bijzonderheden == {"a": "é", "b": 1}
        assert (twee.partij, twee.account, twee.pseudoniem, twee.versie) == (None, None, None, None)
        assert een.pseudoniem is not None
        assert ELK.waarde not in een.pseudoniem
        assert drie.pseudoniem not in (None, een.pseudoniem)
        assert list(werk.logboek.audit_over(ELK)) == [een]
        assert list(werk.logboek.audit_rijen(1, 1)) == [twee]
        oordeel = werk.logboek.controleer_keten()
        assert (oordeel.aantal, oordeel.eerste_breuk, oordeel.melding) == (3, None, None)


def test_een_leeg_logboek_klopt(opslag: Opslag) -> None:
    with opslag.lezen() as werk:
        assert werk.logboek.controleer_keten().eerste_breuk is None


def _gebeurtenis(naam: str) -> Gebeurtenis:
    gegevens: dict[str, str | int | bool | None] = {"elkNummer": "12345", "versie": 1, "van": None, "waar": True}
    return Gebeurtenis(naam, GebeurtenisType.STATUS_GEWIJZIGD, NU, "dossier/12345", gegevens)


def test_de_gebeurtenissen_staan_op_volgorde_zonder_gaten(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        werk.logboek.gebeurtenis(_gebeurtenis("a"))
        werk.logboek.gebeurtenis(_gebeurtenis("b"))
    with pytest.raises(ZeroDivisionError):
        _breek_af(opslag, lambda werk: werk.logboek.gebeurtenis(_gebeurtenis("nooit")))
    with opslag.werk() as werk:
        werk.logboek.gebeurtenis(_gebeurtenis("c"))
    with opslag.lezen() as werk:
        alle = werk.logboek.gebeurtenissen(0, 10)
        assert alle == [replace(_gebeurtenis(naam), nr=nr) for nr, naam in enumerate("abc", start=1)]
        assert werk.logboek.gebeurtenissen(1, 1) == [alle[1]]
        assert werk.logboek.gebeurtenissen(3, 10) == []
        assert werk.logboek.gebeurtenissen(2**70, 10) == []


def test_een_gebeurtenis_komt_eenmaal_in_de_lijst(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        werk.logboek.gebeurtenis(_gebeurtenis("a"))
    with pytest.raises(OpslagTegenstrijdig), opslag.werk() as werk:
        werk.logboek.gebeurtenis(_gebeurtenis("a"))
    with opslag.lezen() as werk:
        assert len(werk.logboek.gebeurtenissen(0, 10)) == 1


def test_de_historie_van_een_dossier_bladert(opslag: Opslag) -> None:
    soorten = ["aangeleverd", "klaargezet", "opgehaald"]
    with opslag.werk() as werk:
        for seconde, soort in enumerate(soorten):
            werk.logboek.historie(HistorieRegel(ELK, na(seconde), soort, {"versie": seconde, "wie": "é"}))
            werk.logboek.historie(HistorieRegel(ElkNummer("1"), na(seconde), "anders"))
    with opslag.lezen() as werk:
        eerste, volgende = werk.logboek.historie_van(ELK, 0, 2)
        assert [(r.soort, r.moment, dict(r.gegevens)) for r in eerste] == [
            ("aangeleverd", NU, {"versie": 0, "wie": "é"}),
            ("klaargezet", na(1), {"versie": 1, "wie": "é"}),
        ]
        assert volgende is not None
        rest, einde = werk.logboek.historie_van(ELK, volgende, 2)
        assert [r.soort for r in rest] == ["opgehaald"]
        assert einde is None
        assert werk.logboek.historie_van(ElkNummer("2"), 0, 5) == ([], None)


# ------------------------------------------------------------------------------------------------------------- access


def _token(naam: str = "t1") -> Token:
    return Token(naam, f"hash-{naam}", Rol.KERN, "Naam", NU)


def test_tokens_worden_gevonden_en_vervangen(opslag: Opslag) -> None:
    ruim = replace(
        _token("t2"),
        rol=Rol.LOCATIEBEHEERDER,
        aangemaakt=na(-1),
        verloopt=na(9),
        brins=frozenset({HIER.brin, DAAR.brin}),
        vestigingen=frozenset({HIER, DAAR}),
        bestuur="Bestuur",
    )
    ingetrokken = replace(_token(), ingetrokken=na(3))
    with opslag.werk() as werk:
        for token in (_token(), ruim, ingetrokken):
            werk.toegang.bewaar_token(token)
    with opslag.lezen() as werk:
        assert werk.toegang.tokens() == [ruim, ingetrokken]
        assert werk.toegang.token("t2") == ruim
        assert werk.toegang.token_bij_hash("hash-t1") == ingetrokken
        for vreemd in ("", "hash-x", "\x00", "\ud800"):
            assert werk.toegang.token(vreemd) is None
            assert werk.toegang.token_bij_hash(vreemd) is None


def test_een_antwoord_wordt_bewaard_per_token_route_en_sleutel(opslag: Opslag) -> None:
    antwoord = BewaardAntwoord("t1", "POST /x", "s|1", "afdruk", NU, 202, b"\x00\xff{}", {"Location": "/v1/x"})
    nieuwer = replace(antwoord, moment=na(9), inhoud=b"", koppen={})
    with opslag.werk() as werk:
        werk.toegang.bewaar_antwoord(antwoord)
        assert werk.toegang.bewaard_antwoord("t1", "POST /x", "s|1", NU) == antwoord
        assert werk.toegang.bewaard_antwoord("t1", "POST /x", "s|1", na(0.001)) is None
        for ander in (("t2", "POST /x", "s|1"), ("t1", "POST /y", "s|1"), ("t1", "POST /x", "\x00")):
            assert werk.toegang.bewaard_antwoord(*ander, NU) is None
        werk.toegang.bewaar_antwoord(nieuwer)
        assert werk.toegang.bewaard_antwoord("t1", "POST /x", "s|1", NU) == nieuwer
        assert werk.toegang.verwijder_antwoorden_voor(na(9)) == 0
        assert werk.toegang.verwijder_antwoorden_voor(na(10)) == 1
        assert werk.toegang.bewaard_antwoord("t1", "POST /x", "s|1", NU) is None


# -------------------------------------------------------------------------------------------------- orders, webhooks


def test_een_opdracht_houdt_bij_wat_nog_moet(opslag: Opslag) -> None:
    nummers = [ElkNummer(n) for n in ("9", "3", "B5")]
    opdracht = Klaarzetopdracht("o1", NU, Opdrachtgever("a", None, "kern"), "t1", 3, 0, frozenset({HIER}))
    leeg = Klaarzetopdracht("o0", na(-5), Opdrachtgever("a", "b"), "t1", 0, 0)
    geweigerd = Klaarzetresultaat(nummers[2], Uitkomstcode.BUITENLEERLING, "Een zin.")
    with opslag.werk() as werk:
        werk.klaarzettingen.maak(opdracht, nummers)
        werk.klaarzettingen.maak(leeg, [])
    with opslag.werk() as werk:
        assert werk.klaarzettingen.opdracht("o1") == opdracht
        assert werk.klaarzettingen.opdracht("o0") == leeg
        assert werk.klaarzettingen.open_rijen("o1", 2) == nummers[:2]
        assert werk.klaarzettingen.onafgemaakt() == ["o1"]
        werk.klaarzettingen.zet_resultaat("o1", geweigerd)
        werk.klaarzettingen.zet_resultaat("o1", Klaarzetresultaat(nummers[0]))
        assert werk.klaarzettingen.opdracht("o1") == replace(opdracht, gereed=2)
        assert werk.klaarzettingen.open_rijen("o1", 9) == [nummers[1]]
        assert werk.klaarzettingen.resultaten("o1") == [Klaarzetresultaat(nummers[0]), geweigerd]
        assert werk.klaarzettingen.resultaten("o1", na=1) == [geweigerd]
        assert werk.klaarzettingen.resultaten("o1", na=0, aantal=1) == [Klaarzetresultaat(nummers[0])]
        werk.klaarzettingen.zet_resultaat("o1", Klaarzetresultaat(nummers[1], None, "Let op."))
        assert werk.klaarzettingen.onafgemaakt() == []
        assert werk.klaarzettingen.resultaten("o1", 1, 1) == [Klaarzetresultaat(nummers[1], None, "Let op.")]
        for vreemd in ("o2", "\x00", "\ud800"):
            assert werk.klaarzettingen.opdracht(vreemd) is None
            assert werk.klaarzettingen.open_rijen(vreemd, 5) == []
            assert werk.klaarzettingen.resultaten(vreemd) == []
    with pytest.raises(OpslagTegenstrijdig), opslag.werk() as werk:
        werk.klaarzettingen.zet_resultaat("o1", Klaarzetresultaat(ElkNummer("404")))


def test_een_opdracht_noemt_een_leerling_eenmaal(opslag: Opslag) -> None:
    opdracht = Klaarzetopdracht("o1", NU, Opdrachtgever("a"), "t1", 2, 0)
    with pytest.raises(OpslagTegenstrijdig), opslag.werk() as werk:
        werk.klaarzettingen.maak(opdracht, [ELK, ELK])
    with opslag.lezen() as werk:
        assert werk.klaarzettingen.opdracht("o1") is None


def test_onafgemaakte_opdrachten_komen_oudste_eerst(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        for naam, seconde in (("b", 5), ("a", 9), ("c", 1)):
            opdracht = Klaarzetopdracht(naam, na(seconde), Opdrachtgever("a"), "t1", 1, 0)
            werk.klaarzettingen.maak(opdracht, [ELK])
    with opslag.lezen() as werk:
        assert werk.klaarzettingen.onafgemaakt() == ["c", "b", "a"]


def test_abonnementen_worden_vervangen_en_op_naam_gegeven(opslag: Opslag) -> None:
    een = Abonnement("elk", "https://elk.test/haak", "geheim-é", ("a", "b"), NU, 0)
    ander = Abonnement("B", "https://b.test", "g", (), na(1), 17)
    with opslag.werk() as werk:
        for abonnement in (replace(een, geheim="oud"), ander, een):
            werk.abonnementen.bewaar(abonnement)
    with opslag.lezen() as werk:
        assert werk.abonnementen.alle() == [ander, een]
        assert werk.abonnementen.abonnement("elk") == een
        for vreemd in ("x", "\x00", "\ud800"):
            assert werk.abonnementen.abonnement(vreemd) is None
