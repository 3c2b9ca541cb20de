"""The migrations make exactly the tables of `tabellen`, on both databases, whoever runs them and however often."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from gateway.ports import OpslagNietBeschikbaar
from gateway.store.schema import controleer_schema, migreer
from gateway.store.tabellen import metadata
from tests.hulp.opslagen import database_url
from tests.hulp.postgres import nieuwe_database


@pytest.fixture(params=["sqlite", "postgresql"])
def leeg(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/leeg.sqlite"
        return
    with nieuwe_database() as url:
        yield url


def _vorm(engine: Engine) -> dict[str, Any]:
    """Everything that the database knows of its tables."""
    kijker = inspect(engine)
    vorm: dict[str, Any] = {}
    with engine.connect() as verbinding:
        indexen = _indexen(verbinding)
    for tabel in sorted(set(kijker.get_table_names()) - {"alembic_version"}):
        vorm[tabel] = {
            "kolommen": {
                kolom["name"]: (str(kolom["type"]), getattr(kolom["type"], "collation", None), kolom["nullable"])
                for kolom in kijker.get_columns(tabel)
            },
            "sleutel": kijker.get_pk_constraint(tabel)["constrained_columns"],
            "verwijzingen": sorted(
                (fk["constrained_columns"], fk["referred_table"], fk["referred_columns"])
                for fk in kijker.get_foreign_keys(tabel)
            ),
            "uniek": sorted(uniek["column_names"] for uniek in kijker.get_unique_constraints(tabel)),
            "eisen": sorted(eis["sqltext"] for eis in kijker.get_check_constraints(tabel)),
            "indexen": indexen.get(tabel, []),
        }
    return vorm


def _indexen(verbinding: Connection) -> dict[str, list[str]]:
    if verbinding.dialect.name == "sqlite":
        vraag = "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    else:
        vraag = "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname"
    gevonden: dict[str, list[str]] = {}
    for tabel, opdracht in verbinding.execute(text(vraag)):
        gevonden.setdefault(tabel, []).append(" ".join(opdracht.split()))
    return gevonden


# Of indexes on an expression the text is compared.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_de_migraties_maken_wat_de_tabellen_zeggen(leeg: str, tmp_path: Path) -> None:
    migreer(leeg)
    gemigreerd = create_engine(leeg)
    with nieuwe_database() as ander:
        bedoeld = create_engine(ander if leeg.startswith("postgresql") else f"sqlite:///{tmp_path}/bedoeld.sqlite")
        metadata.create_all(bedoeld)
        assert _vorm(gemigreerd) == _vorm(bedoeld)
        bedoeld.dispose()
    gemigreerd.dispose()


def test_migreren_mag_vaker(leeg: str) -> None:
    assert not controleer_schema(leeg)
    migreer(leeg)
    assert controleer_schema(leeg)
    migreer(leeg)
    assert controleer_schema(leeg)


def test_twee_tegelijk_migreren_maakt_het_eenmaal(leeg: str) -> None:
    fouten: list[BaseException] = []

    def een() -> None:
        try:
            migreer(leeg)
        except BaseException as fout:  # noqa: BLE001  # whatever it is, the test must see it
            fouten.append(fout)

    draden = [threading.Thread(target=een) for _ in range(3)]
    for draad in draden:
        draad.start()
    for draad in draden:
        draad.join()
    assert fouten == []
    assert controleer_schema(leeg)


def test_een_schema_van_een_nieuwere_gateway_wordt_gezien(tmp_path: Path) -> None:
    with database_url("sqlite", tmp_path) as url:
        engine = create_engine(url)
        with engine.begin() as verbinding:
            verbinding.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        assert not controleer_schema(url)


def test_een_database_die_er_niet_is_is_niet_bereikbaar(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/weg/x.sqlite"
    with pytest.raises(OpslagNietBeschikbaar):
        migreer(url)
    assert not controleer_schema(url)
    assert not (tmp_path / "weg").exists()


def test_sqlite_is_duurzaam_ingesteld(tmp_path: Path) -> None:
    from gateway.store.verbinden import verbind

    with database_url("sqlite", tmp_path) as url:
        verbindingen = verbind(url)
        for engine in (verbindingen.schrijven, verbindingen.lezen):
            with engine.connect() as verbinding:

                def pragma(naam: str, verbinding: Connection = verbinding) -> object:
                    return verbinding.exec_driver_sql(f"PRAGMA {naam}").scalar_one()

                assert pragma("journal_mode") == "wal"
                assert pragma("synchronous") == 2
                assert pragma("foreign_keys") == 1
                assert pragma("secure_delete") == 1
                assert pragma("temp_store") == 2
                assert pragma("query_only") == (engine is verbindingen.lezen)
                verbinding.rollback()
        verbindingen.sluit()


def test_octets_liggen_op_postgresql_los_en_ongecomprimeerd(tmp_path: Path) -> None:
    with database_url("postgresql", tmp_path) as url:
        engine = create_engine(url)
        vraag = (
            "SELECT attstorage::text FROM pg_attribute"
            " WHERE attrelid = 'versie_octets'::regclass AND attname = 'octets'"
        )
        with engine.connect() as verbinding:
            assert verbinding.execute(text(vraag)).scalar_one() == "e"
        engine.dispose()
