"""Engines for SQLite and PostgreSQL: durability, isolation, time-outs and file modes are decided here and only here."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.ports import OpslagNietBeschikbaar, OpslagVol
from gateway.store.vast import voer_los_uit

WACHT_SECONDEN = 10
"""How long a writer waits for another one before it gives up."""
_VERBINDINGEN = 8
_BESTAND_MODUS = 0o600
_VOL = frozenset({errno.ENOSPC, errno.EROFS, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class Verbindingen:
    """Two ways into one database: to write, and to read one consistent state."""

    schrijven: Engine
    lezen: Engine

    @property
    def is_sqlite(self) -> bool:
        """True when the database is a SQLite file."""
        return self.schrijven.dialect.name == "sqlite"

    def sluit(self) -> None:
        """Close what is idle; what is in use closes when it is given back."""
        self.schrijven.dispose()
        self.lezen.dispose()


def ontleed(url: str) -> URL:
    """Take a database URL apart; raises `OpslagNietBeschikbaar`, without repeating what holds a password."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise OpslagNietBeschikbaar("Het adres van de database (OSO_DATABASE_URL) is niet te ontleden.") from None


def verbind(url: str) -> Verbindingen:
    """Make the engines for a database URL; opens nothing yet, and never makes a SQLite file."""
    doel = ontleed(url)
    if doel.drivername.split("+")[0] == "sqlite":
        return _sqlite(doel)
    if doel.drivername.split("+")[0] in {"postgresql", "postgres"}:
        return _postgres(doel)
    raise ValueError("the store knows SQLite (sqlite:///…) and PostgreSQL (postgresql+psycopg://…) only")


# -------------------------------------------------------------------------------------------------------- PostgreSQL


# A server that vanishes without a word (cable, firewall) is noticed within some ten seconds; libpq's own names.
_TEKEN_VAN_LEVEN = {
    "connect_timeout": 4,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 8000,
}


def _postgres(doel: URL) -> Verbindingen:
    if doel.drivername in {"postgresql", "postgres"}:
        doel = doel.set(drivername="postgresql+psycopg")
    wacht = WACHT_SECONDEN * 1000
    # Options in the URL come last, so that they win over ours.
    eigen = doel.query.get("options", "")
    opties = f"-c timezone=UTC -c lock_timeout={wacht} -c idle_in_transaction_session_timeout=120000 {eigen}"
    engine = create_engine(
        doel,
        pool_size=_VERBINDINGEN,
        max_overflow=_VERBINDINGEN,
        pool_timeout=WACHT_SECONDEN,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": opties, "application_name": "oso-gateway", **_TEKEN_VAN_LEVEN},
    )
    lezer = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Verbindingen(engine, lezer)


# ------------------------------------------------------------------------------------------------------------ SQLite


def _sqlite(doel: URL) -> Verbindingen:
    pad = sqlite_bestand(doel)
    schrijver = _sqlite_engine(doel, pad, 1, "BEGIN IMMEDIATE", ())
    lezer = _sqlite_engine(doel, pad, _VERBINDINGEN, "BEGIN", ("PRAGMA query_only = ON",))
    return Verbindingen(schrijver, lezer)


def sqlite_bestand(doel: URL) -> Path:
    """Give the file of a SQLite URL."""
    if not doel.database or doel.database == ":memory:":
        raise ValueError("the store needs a file: a SQLite database in memory does not survive anything")
    return Path(doel.database).resolve()


def _sqlite_engine(doel: URL, pad: Path, aantal: int, begin: str, extra: tuple[str, ...]) -> Engine:
    def open_verbinding() -> sqlite3.Connection:
        beperk_bestand(pad)
        # rw without create: when the file is away, an empty new one must not take its place.
        return sqlite3.connect(
            f"{pad.as_uri()}?mode=rw", uri=True, timeout=WACHT_SECONDEN, check_same_thread=False, isolation_level=None
        )

    engine = create_engine(
        doel,
        creator=open_verbinding,
        pool_size=aantal,
        max_overflow=_VERBINDINGEN,
        pool_timeout=WACHT_SECONDEN,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _stel_in(verbinding: sqlite3.Connection, vermelding: ConnectionPoolEntry) -> None:
        for pragma in (*_PRAGMAS, *extra):
            verbinding.execute(pragma)
        vermelding.info["bestand"] = _kenmerk(pad)

    @event.listens_for(engine, "checkout")
    def _nog_hetzelfde_bestand(_: sqlite3.Connection, vermelding: ConnectionPoolEntry, __: object) -> None:
        # What is written to a file that was moved or replaced is lost: leave it and open what is there now.
        if vermelding.info["bestand"] != _kenmerk(pad):
            raise DisconnectionError

    @event.listens_for(engine, "begin")
    def _begin(verbinding: Connection) -> None:
        voer_los_uit(verbinding, begin)

    return engine


# FULL: a commit is on the disk when it returns. Journal mode WAL is a property of the file: `schema.migreer` sets it.
_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA secure_delete = ON",
    "PRAGMA trusted_schema = OFF",
)


def _kenmerk(pad: Path) -> tuple[int, int] | None:
    try:
        stand = pad.stat()
    except OSError:
        return None
    return stand.st_dev, stand.st_ino


def beperk_bestand(pad: Path, *, maak: bool = False) -> None:
    """Keep a file for its owner alone; `maak` makes it when it is not there. Its -wal and -shm follow its mode.

    Never opens a file that is there: closing it again would drop the locks that SQLite holds on it in this process
    (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        if maak:
            with suppress(FileExistsError):
                os.close(os.open(pad, os.O_CREAT | os.O_EXCL | os.O_RDWR, _BESTAND_MODUS))
        if stat.S_IMODE(pad.stat().st_mode) & 0o077:
            pad.chmod(_BESTAND_MODUS)
    except OSError as fout:
        soort = OpslagVol if fout.errno in _VOL else OpslagNietBeschikbaar
        raise soort(f"Het bestand van de opslag is niet te openen ({os.strerror(fout.errno or 0)}).") from None
