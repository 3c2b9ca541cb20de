"""A PostgreSQL for tests: the one of this machine, or one started from Debian's binaries in a temporary folder.

Tests on PostgreSQL are never skipped. `OSO_TEST_POSTGRES` may name a server (`postgresql+psycopg://…/postgres`);
without it `127.0.0.1:5432` and the socket are tried with trust, then a server is started that ends with the tests.
"""

from __future__ import annotations

import atexit
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

_GEEN = (
    "Er is geen PostgreSQL voor de tests. Installeer het pakket `postgresql` (apt-get install postgresql), start een "
    "server die 127.0.0.1 vertrouwt, of geef er een met OSO_TEST_POSTGRES."
)


def _dsn(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _bereikbaar(url: URL) -> bool:
    with suppress(psycopg.Error), psycopg.connect(_dsn(url), connect_timeout=3) as verbinding:
        rij = verbinding.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        return bool(rij and rij[0])
    return False


@cache
def server() -> URL:
    """Find a server, or start one; gives the URL of its database `postgres`."""
    genoemd = os.environ.get("OSO_TEST_POSTGRES")
    if genoemd:
        return make_url(genoemd)
    for host in ("127.0.0.1", "/var/run/postgresql"):
        for rol in dict.fromkeys((pwd.getpwuid(os.getuid()).pw_name, "postgres")):
            url = URL.create("postgresql+psycopg", username=rol, database="postgres", query={"host": host})
            if _bereikbaar(url):
                return url
    eigen = EigenServer()
    atexit.register(eigen.ruim_op)
    eigen.start()
    return eigen.url


@contextmanager
def nieuwe_database(sjabloon: str | None = None) -> Iterator[str]:
    """Make a database (a copy of the one with the URL `sjabloon`, if given), give its URL, drop it at the end."""
    beheer = server()
    naam = f"oso_test_{secrets.token_hex(6)}"
    model = make_url(sjabloon).database if sjabloon else "template1"
    with psycopg.connect(_dsn(beheer), autocommit=True) as verbinding:
        verbinding.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                sql.Identifier(naam), sql.Identifier(model or "template1")
            )
        )
    try:
        yield beheer.set(database=naam).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(_dsn(beheer), autocommit=True) as verbinding:
            verbinding.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(naam)))


class EigenServer:
    """A server of our own on a free port of 127.0.0.1, that a test may stop and start at will."""

    def __init__(self) -> None:
        """Make the data folder; PostgreSQL refuses to run as root, so root takes another account for it."""
        binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        gevonden = shutil.which("initdb") or (str(binaries[-1]) if binaries else None)
        if gevonden is None:
            raise RuntimeError(_GEEN)
        self._bin = Path(gevonden).parent
        self._map = Path(tempfile.mkdtemp(prefix="oso-pg-"))
        self._als = _ander_account() if os.getuid() == 0 else []
        if self._als:
            shutil.chown(self._map, user=self._als[2])
        with socket.socket() as vrij:
            vrij.bind(("127.0.0.1", 0))
            self.poort: int = vrij.getsockname()[1]
        self._doe("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")

    @property
    def _data(self) -> str:
        return str(self._map / "data")

    @property
    def url(self) -> URL:
        """URL of the database `postgres`."""
        return URL.create("postgresql+psycopg", "postgres", host="127.0.0.1", port=self.poort, database="postgres")

    def start(self) -> None:
        """Start, and wait until it answers."""
        opties = f"-c listen_addresses=127.0.0.1 -p {self.poort} -k {self._map} -c max_connections=60"
        self._doe("pg_ctl", "-D", self._data, "-w", "-t", "30", "-l", str(self._map / "log"), "-o", opties, "start")

    def stop(self, hoe: str = "immediate") -> None:
        """Stop; `immediate` is like a crash."""
        self._doe("pg_ctl", "-D", self._data, "-m", hoe, "-w", "stop")

    def ruim_op(self) -> None:
        """Stop when needed and remove the folder."""
        with suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self._map, ignore_errors=True)

    def _doe(self, programma: str, *argumenten: str) -> None:
        opdracht = [*self._als, str(self._bin / programma), *argumenten]
        # pg_ctl leaves the server behind with our stdout: a pipe would never end.
        subprocess.run(opdracht, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)


def _ander_account() -> list[str]:
    namen = {regel.pw_name for regel in pwd.getpwall()}
    for naam in ("postgres", "nobody"):
        if naam in namen:
            return ["runuser", "-u", naam, "--"]
    raise RuntimeError(_GEEN)
