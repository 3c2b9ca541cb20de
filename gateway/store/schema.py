"""Bring the schema of a database up to date, or say whether it is.

Alembic runs from here and needs no env.py: there is one way to migrate, `oso-gateway db upgrade`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from gateway.store.fouten import vertaal
from gateway.store.verbinden import Verbindingen, beperk_bestand, ontleed, sqlite_bestand, verbind

_MIGRATIES = Path(__file__).parent / "migraties"
# Number of a lock of our own: two processes that start together must not both migrate.
_SLOT = text("SELECT pg_advisory_xact_lock(7303023)")


def migreer(url: str, tot: str = "head") -> None:
    """Run the migrations that a database has not had, all in one transaction; two processes at once is fine.

    Raises `OpslagNietBeschikbaar` or `OpslagVol`; a migration that fails leaves the schema as it was.
    """
    doel = ontleed(url)
    if doel.drivername.startswith("sqlite"):
        beperk_bestand(sqlite_bestand(doel), maak=True)
    with _open(url) as verbindingen:
        engine = verbindingen.schrijven
        if verbindingen.is_sqlite:
            _zet_wal(engine)
        with engine.connect() as verbinding, verbinding.begin():
            if not verbindingen.is_sqlite:
                verbinding.execute(_SLOT)
            _voer_uit(verbinding, tot)


def controleer_schema(url: str) -> bool:
    """Tell whether the database has had every migration, and none that this program does not know.

    A SQLite file that is not there has had none. Raises `OpslagNietBeschikbaar` when that cannot be known.
    """
    doel = ontleed(url)
    if doel.drivername.startswith("sqlite") and not sqlite_bestand(doel).exists():
        return False
    with _open(url) as verbindingen, verbindingen.lezen.connect() as verbinding:
        stand = MigrationContext.configure(verbinding).get_current_heads()
        verbinding.rollback()
    return set(stand) == set(ScriptDirectory.from_config(_instelling()).get_heads())


def _instelling() -> Config:
    instelling = Config()
    # A percent sign in the path would be read as interpolation.
    instelling.set_main_option("script_location", str(_MIGRATIES).replace("%", "%%"))
    instelling.set_main_option("path_separator", "newline")
    return instelling


def _voer_uit(verbinding: Connection, tot: str) -> None:
    instelling = _instelling()
    script = ScriptDirectory.from_config(instelling)

    def stappen(stand: Any, _: MigrationContext) -> Any:
        return script._upgrade_revs(tot, stand)  # what alembic.command.upgrade itself does

    with EnvironmentContext(instelling, script, fn=stappen) as omgeving:
        omgeving.configure(connection=verbinding, transactional_ddl=True)
        omgeving.run_migrations()


def _zet_wal(engine: Engine) -> None:
    # The journal mode is kept in the file and cannot be changed inside a transaction.
    ruw = engine.raw_connection()
    try:
        ruw.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        ruw.close()


@contextmanager
def _open(url: str) -> Iterator[Verbindingen]:
    verbindingen = verbind(url)
    try:
        yield verbindingen
    except DBAPIError as fout:
        vertaling = vertaal(fout)
        if vertaling is fout:
            raise
        raise vertaling from None
    finally:
        verbindingen.sluit()
