"""What every store must do with audit, feed and history, run on the fake, SQLite and PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.domain.logboek import HistorieRegel
from gateway.domain.waarden import ElkNummer, Pgn
from gateway.ports import Opslag, OpslagTegenstrijdig
from tests.hulp.opslagen import NU, breek_af, gebeurtenis, na, regel

ELK = ElkNummer("12345")
PGN = Pgn("123456782")


def test_het_logboek_nummert_zonder_gaten_en_sluit(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        werk.logboek.audit(regel("een"))
        werk.logboek.audit(regel("twee", opdrachtgever=None, partij=None, over=None, versie=None, bijzonderheden={}))
    with pytest.raises(ZeroDivisionError):
        breek_af(opslag, lambda werk: werk.logboek.audit(regel("nooit")))
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


def test_de_gebeurtenissen_staan_op_volgorde_zonder_gaten(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        werk.logboek.gebeurtenis(gebeurtenis("a"))
        werk.logboek.gebeurtenis(gebeurtenis("b"))
    with pytest.raises(ZeroDivisionError):
        breek_af(opslag, lambda werk: werk.logboek.gebeurtenis(gebeurtenis("nooit")))
    with opslag.werk() as werk:
        werk.logboek.gebeurtenis(gebeurtenis("c"))
    with opslag.lezen() as werk:
        alle = werk.logboek.gebeurtenissen(0, 10)
        assert alle == [replace(gebeurtenis(naam), nr=nr) for nr, naam in enumerate("abc", start=1)]
        assert werk.logboek.gebeurtenissen(1, 1) == [alle[1]]
        assert werk.logboek.gebeurtenissen(3, 10) == []
        assert werk.logboek.gebeurtenissen(2**70, 10) == []


def test_een_gebeurtenis_komt_eenmaal_in_de_lijst(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        werk.logboek.gebeurtenis(gebeurtenis("a"))
    with pytest.raises(OpslagTegenstrijdig), opslag.werk() as werk:
        werk.logboek.gebeurtenis(gebeurtenis("a"))
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
