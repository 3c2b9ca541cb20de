"""The audit cannot be changed by ordinary means, and `controleer_keten` finds what extraordinary means did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from gateway.ports import Ketenoordeel, OpslagNietBeschikbaar, OpslagTegenstrijdig
from gateway.store import audit
from gateway.store.keten import Kop
from gateway.store.opslag import SqlOpslag
from gateway.trust.kluis import Kluis
from tests.hulp.opslagen import SLEUTEL_A, database_url, dossier, regel, voeg_dossier_toe


@pytest.fixture(params=["sqlite", "postgresql"])
def opslag(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlOpslag]:
    with database_url(request.param, tmp_path) as url:
        gemaakt = SqlOpslag(url, Kluis(SLEUTEL_A))
        for nr in range(1, 6):
            with gemaakt.werk() as werk:
                werk.logboek.audit(regel(f"regel-{nr}"))
        yield gemaakt
        gemaakt.sluit()


def _sql(opslag: SqlOpslag, *opdrachten: str) -> None:
    with opslag._verbindingen.schrijven.begin() as verbinding:
        for opdracht in opdrachten:
            verbinding.execute(text(opdracht))


def _forceer(opslag: SqlOpslag, *opdrachten: str) -> None:
    """Do what someone with full power over the database can do."""
    if opslag._verbindingen.is_sqlite:
        uit = ["DROP TRIGGER audit_nooit_wijzigen", "DROP TRIGGER audit_nooit_wissen"]
    else:
        uit = ["ALTER TABLE audit DISABLE TRIGGER USER"]
    _sql(opslag, *uit, *opdrachten)


def _oordeel(opslag: SqlOpslag) -> Ketenoordeel:
    with opslag.lezen() as werk:
        return werk.logboek.controleer_keten()


@pytest.mark.parametrize(
    "opdracht",
    ["UPDATE audit SET uitkomst = 'anders' WHERE nr = 3", "DELETE FROM audit WHERE nr = 5", "TRUNCATE audit"],
)
def test_het_logboek_laat_zich_niet_wijzigen_of_wissen(opslag: SqlOpslag, opdracht: str) -> None:
    if opslag._verbindingen.is_sqlite:
        opdracht = opdracht.replace("TRUNCATE", "DELETE FROM")
    with pytest.raises(DatabaseError):
        _sql(opslag, opdracht)
    with pytest.raises(OpslagTegenstrijdig), opslag.werk() as werk:
        werk.sessie.verbinding.execute(text(opdracht))
    assert _oordeel(opslag) == Ketenoordeel(5)


@pytest.mark.parametrize(
    ("opdrachten", "breuk"),
    [
        (["UPDATE audit SET uitkomst = 'anders' WHERE nr = 3"], 3),
        (["UPDATE audit SET account = NULL WHERE nr = 1"], 1),
        (["UPDATE audit SET moment = (SELECT moment FROM audit WHERE nr = 1), versie = 9 WHERE nr = 2"], 2),
        (["UPDATE audit SET bijzonderheden = '{}' WHERE nr = 5"], 5),
        (["UPDATE audit SET hash = vorige WHERE nr = 4"], 4),
        (["DELETE FROM audit WHERE nr = 3"], 3),
        (["DELETE FROM audit WHERE nr = 1"], 1),
        (["DELETE FROM audit WHERE nr = 5"], 5),
        (["DELETE FROM audit WHERE nr > 2"], 3),
        (["DELETE FROM audit"], 1),
        (["UPDATE audit SET nr = 7 WHERE nr = 5"], 5),
        (["DELETE FROM audit_kop"], 0),
        (["UPDATE audit_kop SET zegel = NULL"], 5),
        (["UPDATE audit_kop SET opgeruimd_tot = 1"], 2),
        # Someone who knows how the chain works cuts the tail and sets the head to match: only the seal tells.
        (
            [
                "DELETE FROM audit WHERE nr > 3",
                "UPDATE audit_kop SET nr = 3, hash = (SELECT hash FROM audit WHERE nr = 3)",
            ],
            3,
        ),
        (
            [
                "UPDATE audit_kop SET opgeruimd_tot = 2, opgeruimd_hash = (SELECT hash FROM audit WHERE nr = 2)",
                "DELETE FROM audit WHERE nr <= 2",
            ],
            5,
        ),
    ],
)
def test_elke_ingreep_wordt_gevonden(opslag: SqlOpslag, opdrachten: list[str], breuk: int) -> None:
    _forceer(opslag, *opdrachten)
    oordeel = _oordeel(opslag)
    assert oordeel.eerste_breuk == breuk
    assert oordeel.melding


def test_alles_wissen_valt_op_zodra_er_dossiers_zijn(opslag: SqlOpslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier())
    leeg = f"UPDATE audit_kop SET nr = 0, hash = '{'0' * 64}', zegel = NULL, sleutel_id = NULL"
    _forceer(opslag, "DELETE FROM audit", leeg)
    assert _oordeel(opslag).eerste_breuk == 0


def test_zonder_kop_wordt_niets_geschreven(opslag: SqlOpslag) -> None:
    _sql(opslag, "DELETE FROM audit_kop")

    def push() -> None:
        with opslag.werk() as werk:
            werk.dossiers.bewaar(dossier())
            werk.logboek.audit(regel())

    with pytest.raises(OpslagNietBeschikbaar):
        push()
    with opslag.lezen() as werk:
        assert werk.dossiers.dossier(dossier().elk_nummer) is None


def test_opruimen_gaat_door_de_deur_van_de_kop(opslag: SqlOpslag) -> None:
    """Retention moves the start of the chain, sealed, and may then delete exactly what lies before it."""
    with opslag.werk() as werk:
        rijen = werk.logboek.audit_rijen(0, 10)
        kop = Kop(rijen[-1].nr, rijen[-1].hash, opgeruimd_tot=2, opgeruimd_hash=rijen[1].hash)
        audit.zet_kop(werk.sessie, kop)
        werk.sessie.verbinding.execute(text("DELETE FROM audit WHERE nr <= 2"))
    assert _oordeel(opslag) == Ketenoordeel(3)
    with opslag.werk() as werk:
        werk.logboek.audit(regel("na"))
    assert _oordeel(opslag) == Ketenoordeel(4)
    with pytest.raises(DatabaseError):
        _sql(opslag, "DELETE FROM audit WHERE nr = 3")


def test_controleren_gaat_in_bladzijden(opslag: SqlOpslag, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.store.audit._PER_KEER", 2)
    assert _oordeel(opslag) == Ketenoordeel(5)
