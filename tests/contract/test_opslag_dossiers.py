"""What every store must do with dossiers, run on the fake, SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from gateway.domain.dossier import Afkeuring, Context, Dossier, Einde, Quarantaine, Status
from gateway.domain.waarden import ElkNummer, Herkomst, Pgn
from gateway.ports import DossierFilter, Opslag, OpslagTegenstrijdig
from tests.hulp.opslagen import DAAR, HIER, NU, dossier, inhoud, levering, na, versie, voeg_dossier_toe

ELK = ElkNummer("12345")
PGN = Pgn("123456782")


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
    with opslag.werk() as werk:
        gelezen = werk.dossiers.met_pgn(PGN, HIER)
        assert werk.dossiers.met_pgn(PGN, HIER, vergrendel=True) == gelezen
        assert werk.dossiers.met_pgn(Pgn("999999990"), HIER, vergrendel=True) == []


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
