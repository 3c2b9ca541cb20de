"""Disk full, disk read-only, database away and back: nothing half, reads go on, and it recovers by itself."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from gateway.domain.waarden import ElkNummer
from gateway.ports import OpslagNietBeschikbaar, OpslagTegenstrijdig, OpslagVol
from gateway.store.opslag import SqlOpslag
from gateway.store.schema import controleer_schema, migreer
from gateway.trust.kluis import Kluis
from tests.hulp.opslag_schijf import GEEN_MOUNT
from tests.hulp.opslagen import SLEUTEL_A, database_url, dossier, inhoud, regel, versie
from tests.hulp.postgres import EigenServer

WORTEL = Path(__file__).parents[2]
ELK = ElkNummer("12345")


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[SqlOpslag]:
    with database_url("sqlite", tmp_path) as url:
        opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
        yield opslag
        opslag.sluit()


def _push(opslag: SqlOpslag, nr: int) -> None:
    with opslag.werk() as werk:
        werk.dossiers.bewaar(dossier())
        werk.dossiers.voeg_versie_toe(ELK, versie(nr), inhoud(nr, 50_000), None)
        werk.logboek.audit(regel())


def _nieuwste(opslag: SqlOpslag) -> int:
    with opslag.lezen() as werk:
        gelezen = werk.dossiers.dossier(ELK)
        assert gelezen is not None
        assert gelezen.nieuwste is not None
        assert werk.dossiers.octets(ELK, gelezen.nieuwste.versie) == inhoud(gelezen.nieuwste.versie, 50_000).octets
        assert werk.logboek.controleer_keten().eerste_breuk is None
        return gelezen.nieuwste.versie


def test_schijf_vol_weigert_en_leest_door(tmp_path: Path) -> None:
    """Files may grow to 3 MB: the write-ahead log meets the limit in the middle of a transaction."""
    with database_url("sqlite", tmp_path) as url:
        gedaan = subprocess.run(
            [sys.executable, "-m", "tests.hulp.opslag_proces", "vol", url, "12345", "3000000"],
            cwd=WORTEL,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        uit = gedaan.stdout.splitlines()
        assert uit[0] == "vol"
        laatste, goed, keten, breuk = uit[1].split()
        assert int(laatste) > 3
        assert (goed, breuk) == ("True", "None")
        assert keten == laatste
        # With room again, the same file takes new versions.
        opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
        with opslag.werk() as werk:
            werk.dossiers.voeg_versie_toe(ELK, versie(int(laatste) + 1), inhoud(1, 178_000), None)
        opslag.sluit()


def test_te_kleine_schijf_weigert_en_herstelt(sqlite: SqlOpslag) -> None:
    """SQLite itself says full when the file may hold no more pages."""
    _push(sqlite, 1)
    grens = {"paginas": 1}

    @event.listens_for(sqlite._verbindingen.schrijven, "begin")
    def _beperk(verbinding: Connection) -> None:
        verbinding.exec_driver_sql(f"PRAGMA max_page_count = {grens['paginas']}")

    with pytest.raises(OpslagVol):
        _push(sqlite, 2)
    assert _nieuwste(sqlite) == 1
    grens["paginas"] = 1_000_000
    _push(sqlite, 2)
    assert _nieuwste(sqlite) == 2


@pytest.mark.parametrize("storing", ["vol", "alleen-lezen"])
def test_een_echte_schijf_die_vol_of_alleen_te_lezen_is(storing: str, tmp_path: Path) -> None:
    """On a disk of 3 MB in a namespace of its own, where mounting is allowed."""
    gedaan = subprocess.run(
        ["unshare", "--map-root-user", "--mount", sys.executable, "-m", "tests.hulp.opslag_schijf", storing, tmp_path],
        cwd=WORTEL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if gedaan.returncode == GEEN_MOUNT or "unshare" in gedaan.stderr:
        pytest.skip("this machine lets nobody mount in a namespace of its own")
    assert gedaan.stdout.split() == ["geweigerd", "leest"], gedaan.stderr


def test_een_andere_schrijver_die_niet_loslaat_maakt_onbereikbaar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.verbinden.WACHT_SECONDEN", 0.2)
    with database_url("sqlite", tmp_path) as url:
        opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
        _push(opslag, 1)
        vreemd = sqlite3.connect(tmp_path / "opslag.sqlite", isolation_level=None)
        vreemd.execute("BEGIN IMMEDIATE")
        with pytest.raises(OpslagNietBeschikbaar):
            _push(opslag, 2)
        assert _nieuwste(opslag) == 1
        vreemd.execute("ROLLBACK")
        vreemd.close()
        _push(opslag, 2)
        opslag.sluit()


def test_een_thread_wacht_niet_eeuwig_op_een_andere(sqlite: SqlOpslag, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.store.opslag.WACHT_SECONDEN", 0.05)
    with sqlite.werk(), pytest.raises(OpslagNietBeschikbaar), sqlite.werk():
        pass
    _push(sqlite, 1)


def test_een_bestand_weg_en_terug(sqlite: SqlOpslag, tmp_path: Path) -> None:
    """What is acknowledged stands in the file at its place, or nothing is acknowledged."""
    _push(sqlite, 1)
    elders = tmp_path / "elders"
    elders.mkdir()
    for pad in tmp_path.glob("opslag.sqlite*"):
        pad.rename(elders / pad.name)
    with pytest.raises(OpslagNietBeschikbaar):
        sqlite.controleer()
    with pytest.raises(OpslagNietBeschikbaar):
        _push(sqlite, 2)
    assert not list(tmp_path.glob("opslag.sqlite*"))
    for pad in elders.iterdir():
        pad.rename(tmp_path / pad.name)
    sqlite.controleer()
    assert _nieuwste(sqlite) == 1
    _push(sqlite, 2)
    assert _nieuwste(sqlite) == 2


def test_een_teruggezette_kopie_wordt_gezien(sqlite: SqlOpslag, tmp_path: Path) -> None:
    _push(sqlite, 1)
    sqlite.sluit()
    kopie = (tmp_path / "opslag.sqlite").read_bytes()
    _push(sqlite, 2)
    for pad in tmp_path.glob("opslag.sqlite*"):
        pad.unlink()
    (tmp_path / "opslag.sqlite").write_bytes(kopie)
    assert _nieuwste(sqlite) == 1
    _push(sqlite, 2)


def test_geen_map_is_niet_bereikbaar(tmp_path: Path) -> None:
    opslag = SqlOpslag(f"sqlite:///{tmp_path}/bestaat/niet.sqlite", Kluis(SLEUTEL_A))
    with pytest.raises(OpslagNietBeschikbaar):
        opslag.controleer()
    with pytest.raises(OpslagNietBeschikbaar), opslag.werk():
        pass


def test_rommel_in_plaats_van_een_database_is_niet_bereikbaar(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"dit is geen database, maar wel lang genoeg om er een te lijken" * 100)
    opslag = SqlOpslag(f"sqlite:///{tmp_path}/x.sqlite", Kluis(SLEUTEL_A))
    with pytest.raises(OpslagNietBeschikbaar):
        opslag.controleer()


@pytest.mark.parametrize("soort", ["sqlite", "postgresql"])
def test_zonder_migratie_is_de_opslag_niet_bereikbaar(soort: str, tmp_path: Path) -> None:
    with database_url(soort, tmp_path) as url:
        opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
        with opslag._verbindingen.schrijven.begin() as verbinding:
            verbinding.exec_driver_sql("DROP TABLE audit_kop")
        with pytest.raises(OpslagNietBeschikbaar):
            opslag.controleer()
        opslag.sluit()


@pytest.mark.parametrize("soort", ["sqlite", "postgresql"])
def test_een_fout_van_de_database_noemt_geen_gegevens(soort: str, tmp_path: Path) -> None:
    with database_url(soort, tmp_path) as url:
        opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
        _push(opslag, 1)
        with pytest.raises(OpslagTegenstrijdig) as gevangen, opslag.werk() as werk:
            werk.sessie.verbinding.exec_driver_sql("INSERT INTO versie SELECT * FROM versie")
        assert "12345" not in str(gevangen.value)
        assert gevangen.value.__cause__ is None
        assert gevangen.value.__suppress_context__
        opslag.sluit()


@pytest.fixture(scope="module")
def eigen_server() -> Iterator[EigenServer]:
    server = EigenServer()
    server.start()
    yield server
    server.ruim_op()


@pytest.mark.parametrize("hoe", ["immediate", "fast"])
def test_postgresql_weg_en_terug(eigen_server: EigenServer, hoe: str) -> None:
    url = eigen_server.url.render_as_string(hide_password=False)
    migreer(url)
    assert controleer_schema(url)
    opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
    with opslag.lezen() as werk:
        bekend = werk.dossiers.dossier(ELK)
    nr = (bekend.nieuwste.versie if bekend and bekend.nieuwste else 0) + 1
    _push(opslag, nr)

    def val_weg_tijdens_het_schrijven() -> None:
        with opslag.werk() as werk:
            werk.dossiers.voeg_versie_toe(ELK, versie(nr + 1), inhoud(nr + 1), None)
            eigen_server.stop(hoe)
            werk.logboek.audit(regel())

    with pytest.raises(OpslagNietBeschikbaar):
        val_weg_tijdens_het_schrijven()
    with pytest.raises(OpslagNietBeschikbaar):
        opslag.controleer()
    with pytest.raises(OpslagNietBeschikbaar), opslag.lezen() as werk:
        werk.scholen.alle()
    with pytest.raises(OpslagNietBeschikbaar):
        controleer_schema(url)
    eigen_server.start()
    opslag.controleer()
    assert _nieuwste(opslag) == nr
    _push(opslag, nr + 1)
    assert _nieuwste(opslag) == nr + 1
    opslag.sluit()


def test_postgresql_alleen_lezen_weigert_en_leest_door(eigen_server: EigenServer) -> None:
    url = eigen_server.url.render_as_string(hide_password=False)
    migreer(url)
    alleen_lezen = SqlOpslag(f"{url}?options=-c%20default_transaction_read_only%3Don", Kluis(SLEUTEL_A))
    with pytest.raises(OpslagVol), alleen_lezen.werk() as werk:
        werk.logboek.audit(regel())
    with alleen_lezen.lezen() as werk:
        assert werk.logboek.controleer_keten().eerste_breuk is None
    alleen_lezen.sluit()
