"""Several threads and several processes on one store: nothing lost, nothing twice, nothing out of order."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.domain.klaarzetten import Klaarzetopdracht, Klaarzetresultaat
from gateway.domain.logboek import Gebeurtenis, GebeurtenisType, Opdrachtgever
from gateway.domain.waarden import ElkNummer, Pgn
from gateway.store.opslag import SqlOpslag
from gateway.trust.kluis import Kluis
from tests.hulp.opslagen import NU, SLEUTEL_A, database_url, dossier, inhoud, regel, versie

WORTEL = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database_url(request.param, tmp_path) as gemaakt:
        yield gemaakt


@pytest.fixture
def opslag(url: str) -> Iterator[SqlOpslag]:
    gemaakt = SqlOpslag(url, Kluis(SLEUTEL_A))
    yield gemaakt
    gemaakt.sluit()


def proces(*argumenten: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.hulp.opslag_proces", *argumenten],
        cwd=WORTEL,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_twee_processen_schrijven_samen_een_gesloten_logboek(url: str, opslag: SqlOpslag) -> None:
    schrijvers = [proces("audit", url, naam, "60") for naam in ("een", "twee")]
    gezien: list[int] = []
    while any(schrijver.poll() is None for schrijver in schrijvers):
        _lees_door(opslag, gezien)
    _lees_door(opslag, gezien)
    for schrijver in schrijvers:
        schrijver.communicate()
        assert schrijver.returncode == 0
    # Who read along while both wrote has seen every event once and in order.
    assert gezien == list(range(1, 121))
    with opslag.lezen() as werk:
        oordeel = werk.logboek.controleer_keten()
        assert (oordeel.aantal, oordeel.eerste_breuk) == (120, None)
        namen = [rij.operatie for rij in werk.logboek.audit_rijen(0, 200)]
        assert (namen.count("een"), namen.count("twee")) == (60, 60)
        assert len({g.id for g in werk.logboek.gebeurtenissen(0, 200)}) == 120


def _lees_door(opslag: SqlOpslag, gezien: list[int]) -> None:
    with opslag.lezen() as werk:
        gezien += [g.nr for g in werk.logboek.gebeurtenissen(gezien[-1] if gezien else 0, 1000)]


def test_twee_processen_pushen_hetzelfde_nieuwe_dossier(url: str, opslag: SqlOpslag) -> None:
    schrijvers = [proces("push", url, "12345", "15") for _ in range(2)]
    nummers = sorted(int(regel_) for schrijver in schrijvers for regel_ in schrijver.communicate()[0].split())
    assert nummers == list(range(1, 31))
    with opslag.lezen() as werk:
        gelezen = werk.dossiers.dossier(ElkNummer("12345"))
        assert gelezen is not None
        assert gelezen.nieuwste == versie(30)
        assert gelezen.revisie == 30


def test_kill_9_verliest_geen_bevestigde_versie(url: str, opslag: SqlOpslag) -> None:
    bevestigd = 0
    for ronde in range(3):
        schrijver = proces("push", url, "12345", "5000")
        assert schrijver.stdout is not None
        for _ in range(3 + ronde):
            bevestigd = int(schrijver.stdout.readline())
        time.sleep(0.001 * ronde)
        schrijver.send_signal(signal.SIGKILL)
        rest = schrijver.communicate()[0].split()
        bevestigd = int(rest[-1]) if rest else bevestigd
        with opslag.lezen() as werk:
            gelezen = werk.dossiers.dossier(ElkNummer("12345"))
            assert gelezen is not None
            assert gelezen.nieuwste is not None
            # One more may be in: committed, and killed before it could say so.
            assert gelezen.nieuwste.versie in (bevestigd, bevestigd + 1)
            for nr in range(1, gelezen.nieuwste.versie + 1):
                assert werk.dossiers.inhoud(ElkNummer("12345"), nr) == inhoud(nr, 178_000)
            oordeel = werk.logboek.controleer_keten()
            assert (oordeel.aantal, oordeel.eerste_breuk) == (gelezen.nieuwste.versie, None)


def test_threads_lezen_en_schrijven_door_elkaar(opslag: SqlOpslag) -> None:
    def werk_af(nr: int) -> int:
        elk = ElkNummer(str(100 + nr % 4))
        with opslag.werk() as werk:
            gevonden = werk.dossiers.dossier(elk, vergrendel=True)
            volgende = gevonden.nieuwste.versie + 1 if gevonden and gevonden.nieuwste else 1
            werk.dossiers.bewaar(gevonden or dossier(elk.waarde))
            werk.dossiers.voeg_versie_toe(elk, versie(volgende), inhoud(volgende), Pgn("123456782"))
            werk.logboek.audit(regel())
        with opslag.lezen() as werk:
            heel = werk.dossiers.dossier(elk)
            assert heel is not None
            assert heel.nieuwste is not None
            assert heel.nieuwste == versie(heel.nieuwste.versie)
            assert werk.dossiers.octets(elk, heel.nieuwste.versie) is not None
            return heel.nieuwste.versie

    with ThreadPoolExecutor(8) as groep:
        list(groep.map(werk_af, range(80)))
    with opslag.lezen() as werk:
        for elk in range(100, 104):
            heel = werk.dossiers.dossier(ElkNummer(str(elk)))
            assert heel is not None
            assert heel.nieuwste == versie(20)
        assert werk.logboek.controleer_keten().aantal == 80


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # on SQLite the second waits for the first
def test_een_lezer_slaat_geen_gebeurtenis_over_van_wie_later_vastlegt(opslag: SqlOpslag) -> None:
    """The one that began first commits last; its events must come after those that were read already."""
    begonnen, mag_door = threading.Event(), threading.Event()

    def traag() -> None:
        with opslag.werk() as werk:
            werk.logboek.gebeurtenis(Gebeurtenis("traag", GebeurtenisType.STATUS_GEWIJZIGD, NU, "x", {}))
            begonnen.set()
            assert mag_door.wait(20)

    def vlug() -> None:
        with opslag.werk() as werk:
            werk.logboek.gebeurtenis(Gebeurtenis("vlug", GebeurtenisType.STATUS_GEWIJZIGD, NU, "x", {}))

    with ThreadPoolExecutor(2) as groep:
        eerste = groep.submit(traag)
        assert begonnen.wait(20)
        groep.submit(vlug).result(20)
        with opslag.lezen() as werk:
            gelezen = list(werk.logboek.gebeurtenissen(0, 9))
        mag_door.set()
        eerste.result(20)
    with opslag.lezen() as werk:
        gelezen += werk.logboek.gebeurtenissen(gelezen[-1].nr, 9)
    assert [(g.nr, g.id) for g in gelezen] == [(1, "vlug"), (2, "traag")]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # on SQLite workers take turns
def test_twee_werkers_nemen_elk_andere_rijen_van_een_opdracht(opslag: SqlOpslag) -> None:
    nummers = [ElkNummer(str(nr)) for nr in range(1, 7)]
    with opslag.werk() as werk:
        werk.klaarzettingen.maak(Klaarzetopdracht("o", NU, Opdrachtgever("a"), "t", 6, 0), nummers)
    with opslag.werk() as een, opslag.werk() as twee:
        assert een.klaarzettingen.open_rijen("o", 2) == nummers[:2]
        assert twee.klaarzettingen.open_rijen("o", 2) == nummers[2:4]
        een.klaarzettingen.zet_resultaat("o", Klaarzetresultaat(nummers[0]))
        een.klaarzettingen.zet_resultaat("o", Klaarzetresultaat(nummers[1]))
    with opslag.werk() as werk:
        assert werk.klaarzettingen.open_rijen("o", 9) == nummers[2:]


def test_een_bestand_en_zijn_naasten_zijn_alleen_van_de_eigenaar(tmp_path: Path) -> None:
    with database_url("sqlite", tmp_path) as url:
        (tmp_path / "opslag.sqlite").chmod(0o644)
        opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
        with opslag.werk() as werk:
            werk.logboek.audit(regel())
        modi = {pad.name: pad.stat().st_mode & 0o777 for pad in tmp_path.iterdir()}
        opslag.sluit()
    assert modi == {"opslag.sqlite": 0o600, "opslag.sqlite-wal": 0o600, "opslag.sqlite-shm": 0o600}
