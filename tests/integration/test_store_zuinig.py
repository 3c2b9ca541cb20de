"""How many statements a unit of work takes, and that the lists walk an index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text

from gateway.domain.dossier import Status
from gateway.domain.logboek import Gebeurtenis, GebeurtenisType, HistorieRegel
from gateway.domain.waarden import ElkNummer, Pgn
from gateway.ports import DossierFilter
from gateway.store.opslag import SqlOpslag
from gateway.store.vast import Vast
from gateway.trust.kluis import Kluis
from tests.hulp.opslagen import (
    HIER,
    NU,
    SLEUTEL_A,
    database_url,
    dossier,
    inhoud,
    levering,
    na,
    regel,
    sqlite_url,
    versie,
    verzoek,
    voeg_dossier_toe,
)


@pytest.fixture(params=["sqlite", "postgresql"])
def opslag(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlOpslag]:
    with database_url(request.param, tmp_path) as url:
        gemaakt = SqlOpslag(url, Kluis(SLEUTEL_A))
        yield gemaakt
        gemaakt.sluit()


@contextmanager
def _geteld(opslag: SqlOpslag) -> Iterator[list[str]]:
    """All statements, those that SQLAlchemy runs and the fixed ones."""
    opdrachten: list[str] = []
    voer_uit = Vast.voer_uit

    def luister(_v: Any, _c: Any, opdracht: str, *_: Any) -> None:
        opdrachten.append(opdracht)

    verbindingen = opslag._verbindingen
    # On PostgreSQL both ways are one engine, which hears everything.
    motoren = [verbindingen.schrijven, verbindingen.lezen] if verbindingen.is_sqlite else [verbindingen.schrijven]
    for motor in motoren:
        event.listen(motor, "before_cursor_execute", luister)

    def geteld(vast: Vast, *wat: Any) -> Any:
        opdrachten.append(str(vast._opdracht))
        return voer_uit(vast, *wat)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(Vast, "voer_uit", geteld)
        yield opdrachten
    for motor in motoren:
        event.remove(motor, "before_cursor_execute", luister)


def test_een_lijst_is_een_vraag_hoe_lang_zij_ook_is(opslag: SqlOpslag) -> None:
    with opslag.werk() as werk:
        for nr in range(1, 31):
            voeg_dossier_toe(werk, dossier(str(nr)).klaargezet(HIER, NU, "a"))
            werk.leveringen.overgedragen(werk.leveringen.voeg_toe(levering(str(nr))), na(1))
    with _geteld(opslag) as opdrachten, opslag.lezen() as werk:
        dossiers, _ = werk.dossiers.lijst(DossierFilter(status=Status.GROEN), None, 30)
        assert len(dossiers) == 30
    assert len([opdracht for opdracht in opdrachten if opdracht != "BEGIN"]) == 1


def test_een_dossier_is_een_vraag(opslag: SqlOpslag) -> None:
    with _geteld(opslag) as opdrachten, opslag.lezen() as werk:
        werk.dossiers.dossier(ElkNummer("1"))
    assert len([opdracht for opdracht in opdrachten if opdracht != "BEGIN"]) == 1


def test_een_push_en_een_pull_zijn_een_handvol_opdrachten(opslag: SqlOpslag) -> None:
    with _geteld(opslag) as opdrachten, opslag.werk() as werk:
        werk.dossiers.dossier(ElkNummer("1"), vergrendel=True)
        werk.dossiers.bewaar(dossier("1"))
        werk.dossiers.voeg_versie_toe(ElkNummer("1"), versie(), inhoud(), Pgn("123456782"))
        werk.logboek.historie(HistorieRegel(ElkNummer("1"), NU, "aangeleverd"))
        werk.logboek.gebeurtenis(Gebeurtenis("g", GebeurtenisType.STATUS_GEWIJZIGD, NU, "x", {}))
        werk.logboek.audit(regel())
    assert len(opdrachten) <= 13
    with _geteld(opslag) as opdrachten, opslag.werk() as werk:
        werk.dossiers.met_pgn(Pgn("123456782"), HIER)
        werk.dossiers.octets(ElkNummer("1"), 1)
        werk.verzoeken.bewaar(verzoek())
        werk.leveringen.voeg_toe(levering("1"))
        werk.logboek.audit(regel())
    assert len(opdrachten) <= 9


@pytest.mark.parametrize(
    "vraag",
    [
        "SELECT * FROM dossier WHERE pgn_index IN (x'00', x'01')",
        "SELECT * FROM dossier WHERE elk_nummer > '1' ORDER BY elk_nummer LIMIT 5",
        "SELECT * FROM levering WHERE lower(sessie_id) = 'x' AND bron_brin = 'y' ORDER BY id DESC",
        "SELECT * FROM levering WHERE elk_nummer = '1' ORDER BY id",
        "SELECT * FROM klaarzetrij WHERE opdracht_id = 'x' AND NOT gereed ORDER BY volgnummer LIMIT 5",
        "SELECT * FROM verzoek WHERE pgn_index IN (x'00')",
        "SELECT * FROM historie WHERE elk_nummer = '1' AND nr > 5 ORDER BY nr LIMIT 5",
        "SELECT * FROM audit WHERE pseudoniem IN ('a', 'b') ORDER BY nr",
    ],
)
def test_de_vragen_van_elke_dag_gebruiken_een_index(vraag: str, tmp_path: Path) -> None:
    with sqlite_url(tmp_path) as url:
        engine = create_engine(url)
        with engine.connect() as verbinding:
            plan = " ".join(str(rij) for rij in verbinding.execute(text(f"EXPLAIN QUERY PLAN {vraag}")))
        engine.dispose()
    assert "SEARCH" in plan
    assert "SCAN" not in plan
