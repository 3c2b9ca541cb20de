"""Units of work that share a commit on SQLite: one wait for the disk, and each still stands or falls by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from gateway.domain.waarden import ElkNummer
from gateway.ports import OpslagNietBeschikbaar, OpslagVol
from gateway.store.opslag import SqlOpslag
from gateway.trust.kluis import Kluis
from tests.hulp.opslagen import SLEUTEL_A, database_url, dossier, regel

_LANG = 30.0


class _Stukgelopen(Exception):
    pass


class _Proef:
    """A store whose first unit of work holds the turn until all the others stand in the queue."""

    def __init__(self, opslag: SqlOpslag) -> None:
        self.opslag = opslag
        self.commits = 0
        self.voor_commit: Callable[[], None] = lambda: None
        event.listen(opslag._verbindingen.schrijven, "commit", self._tel)

    def _tel(self, _verbinding: Any) -> None:
        self.voor_commit()
        self.commits += 1

    def rij(self) -> int:
        beurten = self.opslag._beurten
        assert beurten is not None
        return len(beurten._rij)

    def _wachten(self, aantal: int) -> bool:
        return self.rij() == aantal

    def samen(self, *werken: tuple[str, bool, Exception | None]) -> list[Future[None]]:
        """Run units of work (number, `samen`, what it raises) that queue up in this order behind the first."""
        allen_wachten = threading.Event()

        def werk(nr: str, samen: bool, fout: Exception | None, *, eerste: bool) -> None:
            with self.opslag.werk(samen=samen) as eenheid:
                if eerste:
                    binnen.set()
                    assert allen_wachten.wait(_LANG)
                eenheid.dossiers.bewaar(dossier(nr))
                eenheid.logboek.audit(regel())
                if fout is not None:
                    raise fout

        binnen = threading.Event()
        with ThreadPoolExecutor(len(werken)) as draden:
            taken = []
            for plaats, (nr, samen, fout) in enumerate(werken):
                taken.append(draden.submit(werk, nr, samen, fout, eerste=plaats == 0))
                assert binnen.wait(_LANG)
                _tot(partial(self._wachten, plaats))
            allen_wachten.set()
        return taken

    def bewaard(self, *nummers: str) -> list[str]:
        with self.opslag.lezen() as werk:
            assert werk.logboek.controleer_keten().eerste_breuk is None
            return [nr for nr in nummers if werk.dossiers.dossier(ElkNummer(nr)) is not None]


def _tot(waar: Callable[[], bool]) -> None:
    einde = time.monotonic() + _LANG
    while not waar():
        assert time.monotonic() < einde
        time.sleep(0.001)


@pytest.fixture
def proef(tmp_path: Path) -> Iterator[_Proef]:
    with database_url("sqlite", tmp_path) as url:
        opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
        yield _Proef(opslag)
        opslag.sluit()


def test_wie_wacht_deelt_de_commit(proef: _Proef) -> None:
    taken = proef.samen(("1", True, None), ("2", True, None), ("3", True, None), ("4", True, None))
    assert [taak.result() for taak in taken] == [None] * 4
    assert proef.bewaard("1", "2", "3", "4") == ["1", "2", "3", "4"]
    assert proef.commits == 1


def test_wie_alleen_wil_krijgt_een_eigen_commit(proef: _Proef) -> None:
    proef.samen(("1", True, None), ("2", False, None), ("3", True, None))
    assert proef.bewaard("1", "2", "3") == ["1", "2", "3"]
    assert proef.commits == 3


@pytest.mark.parametrize("stuk", ["1", "2", "3"])
def test_een_die_mislukt_neemt_alleen_zichzelf_terug(proef: _Proef, stuk: str) -> None:
    nummers = ("1", "2", "3")
    taken = proef.samen(*((nr, True, _Stukgelopen() if nr == stuk else None) for nr in nummers))
    gelukt = [nr for nr, taak in zip(nummers, taken, strict=True) if taak.exception() is None]
    assert proef.bewaard(*nummers) == gelukt == [nr for nr in nummers if nr != stuk]
    assert isinstance(taken[int(stuk) - 1].exception(), _Stukgelopen)


def test_een_commit_die_mislukt_is_voor_allen_mislukt(proef: _Proef) -> None:
    def vol() -> None:
        raise OpslagVol("vol")

    proef.voor_commit = vol
    taken = proef.samen(("1", True, None), ("2", True, _Stukgelopen()), ("3", True, None))
    assert [type(taak.exception()) for taak in taken] == [OpslagVol] * 3
    proef.voor_commit = lambda: None
    proef.samen(("4", True, None))
    assert proef.bewaard("1", "2", "3", "4") == ["4"]


def test_als_sqlite_alles_terugnam_is_het_voor_allen_mislukt(proef: _Proef) -> None:
    """Some failures (full, I/O) make SQLite roll the whole transaction back by itself."""

    class Terug(Exception):
        pass

    def rol_alles_terug() -> None:
        with proef.opslag.werk(samen=True) as werk:
            werk.dossiers.bewaar(dossier("2"))
            werk.sessie.verbinding.exec_driver_sql("ROLLBACK")
            raise Terug

    begonnen, verder = threading.Event(), threading.Event()

    def eerste() -> None:
        with proef.opslag.werk(samen=True) as werk:
            werk.dossiers.bewaar(dossier("1"))
            begonnen.set()
            assert verder.wait(_LANG)

    with ThreadPoolExecutor(2) as draden:
        een = draden.submit(eerste)
        assert begonnen.wait(_LANG)
        twee = draden.submit(rol_alles_terug)
        _tot(lambda: proef.rij() == 1)
        verder.set()
    assert isinstance(een.exception(), OpslagNietBeschikbaar)
    assert twee.exception() is not None
    with proef.opslag.werk() as werk:
        werk.logboek.audit(regel())
    assert proef.bewaard("1", "2") == []


def test_wie_het_wachten_opgeeft_houdt_niemand_op(proef: _Proef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.store.opslag.WACHT_SECONDEN", 0.05)
    with proef.opslag.werk(samen=True) as werk:
        werk.dossiers.bewaar(dossier("1"))
        werk.logboek.audit(regel())
        with pytest.raises(OpslagNietBeschikbaar), proef.opslag.werk(samen=True):
            pass
        assert proef.rij() == 0
    assert proef.bewaard("1") == ["1"]
