"""What every store must do with bulk orders and subscriptions, run on the fake, SQLite and PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.domain.dossier import Uitkomstcode
from gateway.domain.klaarzetten import Klaarzetopdracht, Klaarzetresultaat
from gateway.domain.logboek import Opdrachtgever
from gateway.domain.toegang import Abonnement
from gateway.domain.waarden import ElkNummer
from gateway.ports import Opslag, OpslagTegenstrijdig
from tests.hulp.opslagen import HIER, NU, na

ELK = ElkNummer("12345")


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
