"""Side work on DBOS within one process: what is asked is done, trouble passes, a dead process is succeeded."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.domain.aflevering import Aflevering, Poging, Uitslag
from gateway.domain.klaarzetten import Klaarzetopdracht
from gateway.domain.logboek import Gebeurtenis, GebeurtenisType, Opdrachtgever
from gateway.domain.toegang import Abonnement
from gateway.domain.waarden import ElkNummer
from gateway.ports import Opslag, OpslagNietBeschikbaar, Wereld
from gateway.work.leven import dit_proces
from gateway.work.zijwerk import DuurzaamZijwerk
from tests.fakes.opslag import FakeOpslag
from tests.fakes.wereld import maak_wereld
from tests.fakes.zijwerk import NepBode
from tests.hulp.opslagen import NU, database_url, dossier, opslag_van, punt, voeg_dossier_toe

ALLE = tuple(soort.value for soort in GebeurtenisType)


@contextmanager
def _draaiend(wereld: Wereld, bode: NepBode, url: str) -> Iterator[DuurzaamZijwerk]:
    zijwerk = DuurzaamZijwerk(wereld, bode, url)
    zijwerk.start()
    try:
        yield zijwerk
    finally:
        zijwerk.stop()


def _wacht(tot: Callable[[], bool], termijn: float = 60.0) -> None:
    einde = time.monotonic() + termijn
    while not tot():
        assert time.monotonic() < einde, "it did not come in time"
        time.sleep(0.02)


def _vul(opslag: Opslag, aantal: int = 60) -> str:
    """A school with a point, pupils, a subscriber, and an order for all of them; gives its id."""
    nummers = [ElkNummer(str(1000 + nr)) for nr in range(aantal)]
    with opslag.werk() as werk:
        werk.aanleverpunten.bewaar(punt())
        werk.abonnementen.bewaar(Abonnement("elk", "https://elk.example/", "g", ALLE, NU, 0))
        for elk in nummers:
            voeg_dossier_toe(werk, dossier(elk.waarde), pgn=None)
        werk.klaarzettingen.maak(Klaarzetopdracht("o", NU, Opdrachtgever("a"), "t", aantal, 0), nummers)
    return "o"


def _meld(opslag: Opslag, id_: str) -> None:
    with opslag.werk() as werk:
        werk.logboek.gebeurtenis(Gebeurtenis(id_, GebeurtenisType.AANLEVERPUNT_UITGEZET, NU, "aanleverpunt/x", {}))


def _klaar(opslag: Opslag) -> bool:
    with opslag.lezen() as werk:
        opdracht = werk.klaarzettingen.opdracht("o")
    return opdracht is not None and opdracht.status == "klaar"


@pytest.mark.parametrize("soort", ["sqlite", "postgresql"])
def test_een_opdracht_en_zijn_webhooks_komen_vanzelf_klaar(soort: str, tmp_path: Path) -> None:
    bode = NepBode()
    with ExitStack() as stapel:
        url = f"sqlite:///{tmp_path / 'werk.sqlite'}"
        if soort == "postgresql":
            url = stapel.enter_context(database_url(soort, tmp_path))
        opslag = stapel.enter_context(opslag_van(soort, tmp_path))
        with _draaiend(maak_wereld(opslag=opslag), bode, url) as zijwerk:
            opdracht_id = _vul(opslag)
            zijwerk.klaarzetten(opdracht_id)
            zijwerk.klaarzetten(opdracht_id)
            _wacht(lambda: _klaar(opslag))
            _wacht(lambda: len(bode.pogingen) >= 60)
        with opslag.lezen() as werk:
            assert werk.werkverdeling.processen() == [], "who stops in good order is off the list"
            assert sum(rij.operatie == "klaarzetten" for rij in werk.logboek.audit_rijen(0, 1000)) == 60
    assert len(set(bode.pogingen)) == len(bode.pogingen) == 60
    if soort == "sqlite":
        modi = {stat.S_IMODE(bestand.stat().st_mode) for bestand in tmp_path.glob("werk.sqlite*")}
        assert modi == {0o600}


def test_wat_bij_de_start_onafgemaakt_is_wordt_opgenomen(tmp_path: Path) -> None:
    opslag = FakeOpslag()
    _vul(opslag)
    with _draaiend(maak_wereld(opslag=opslag), NepBode(), f"sqlite:///{tmp_path / 'werk.sqlite'}"):
        _wacht(lambda: _klaar(opslag))


def test_een_opslag_die_even_weg_is_houdt_het_werk_alleen_op(tmp_path: Path) -> None:
    opslag, rest = FakeOpslag(), [8]

    def storing() -> None:
        if rest[0] > 0:
            rest[0] -= 1
            raise OpslagNietBeschikbaar("even weg")

    _vul(opslag)
    with _draaiend(maak_wereld(opslag=opslag), NepBode(), f"sqlite:///{tmp_path / 'werk.sqlite'}") as zijwerk:
        _wacht(lambda: _klaar(opslag))
        rest[0] = 8
        opslag.storing = storing
        _wacht(lambda: rest[0] == 0)
        opslag.storing = None
        _meld(opslag, "na-storing")
        assert zijwerk.proces_id
        _wacht(lambda: _niets_wacht(opslag))


def _niets_wacht(opslag: Opslag) -> bool:
    with opslag.lezen() as werk:
        return not werk.afleveringen.te_doen(maak_wereld().klok.nu())


def test_een_taak_die_stukgaat_wordt_later_opnieuw_gedaan(tmp_path: Path) -> None:
    opslag, keren = FakeOpslag(), [0]

    def antwoord(_: Aflevering) -> Poging:
        keren[0] += 1
        if keren[0] == 1:
            raise ZeroDivisionError
        return Poging(Uitslag.GELUKT)

    bode = NepBode(antwoord)
    with _draaiend(maak_wereld(opslag=opslag), bode, f"sqlite:///{tmp_path / 'werk.sqlite'}"):
        _vul(opslag, 1)
        _wacht(lambda: len(bode.pogingen) == 2)
    assert len({id_ for _, id_ in bode.pogingen}) == 1


def test_van_een_dood_proces_worden_de_sloten_overgenomen_van_een_levend_niet(tmp_path: Path) -> None:
    opslag, bode = FakeOpslag(), NepBode()
    dood, levend = replace(dit_proces(), id="dood", begin="1"), replace(dit_proces(), id="levend")
    with opslag.werk() as werk:
        for naam, proces in (("a", dood), ("b", levend)):
            werk.abonnementen.bewaar(Abonnement(naam, "https://elk.example/", "g", ALLE, NU, 0))
            werk.werkverdeling.meld(proces)
            assert werk.werkverdeling.pak(f"webhooks:{naam}", proces.id, "beurt")
    _meld(opslag, "een")
    with _draaiend(maak_wereld(opslag=opslag), bode, f"sqlite:///{tmp_path / 'werk.sqlite'}"):
        _wacht(lambda: bode.pogingen == [("a", "een")])
        with opslag.werk() as werk:
            assert [proces.id for proces in werk.werkverdeling.processen() if proces.id in ("dood", "levend")] == [
                "levend"
            ]
            werk.werkverdeling.laat("webhooks:b", "beurt")
        _wacht(lambda: bode.pogingen == [("a", "een"), ("b", "een")])
