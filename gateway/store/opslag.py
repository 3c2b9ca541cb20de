"""The store on a database: one transaction a unit of work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.ports import OpslagNietBeschikbaar
from gateway.store.fouten import vertaal
from gateway.store.hersleutelen import Voortgang, hersleutel
from gateway.store.kluis import Kluis
from gateway.store.sessie import Sessie
from gateway.store.verbinden import WACHT_SECONDEN, Verbindingen, verbind
from gateway.store.werk import SqlWerk

_BEZET = "De opslag is te druk bezig met ander werk. Probeer het zo opnieuw; er is niets gewijzigd."


class SqlOpslag:
    """The store on SQLite or PostgreSQL. Safe for several threads; several processes may share one database."""

    def __init__(self, url: str, kluis: Kluis) -> None:
        """Take a database URL; opens nothing yet. The schema must be there: see `gateway.store.schema.migreer`."""
        self._verbindingen: Verbindingen = verbind(url)
        self._kluis = kluis
        # SQLite has one writer at a time. Threads queue here, which is fair; SQLite's own wait polls.
        self._schrijver = threading.Lock() if self._verbindingen.is_sqlite else None

    @contextmanager
    def werk(self) -> Iterator[SqlWerk]:
        """Open a writing transaction; durable when the block ends without exception.

        Raises `OpslagNietBeschikbaar` or `OpslagVol` when that cannot be had; nothing half is left then. Only when
        the connection to PostgreSQL breaks during the commit itself it is not known whether it was done.
        """
        with self._aan_de_beurt(), self._vertaald(), self._verbindingen.schrijven.connect() as verbinding:
            werk = SqlWerk(Sessie(verbinding, self._kluis, schrijvend=True))
            with _transactie(verbinding):
                yield werk
                werk.logboek.schrijf_weg()

    @contextmanager
    def lezen(self) -> Iterator[SqlWerk]:
        """Open a reading transaction: one consistent state."""
        with self._vertaald(), self._verbindingen.lezen.connect() as verbinding:
            verbinding.begin()
            try:
                yield SqlWerk(Sessie(verbinding, self._kluis, schrijvend=False))
            finally:
                _rol_terug(verbinding)

    def controleer(self) -> None:
        """Ping for `/readyz`; raises `OpslagNietBeschikbaar`."""
        with self._vertaald(), self._verbindingen.lezen.connect() as verbinding:
            verbinding.execute(text("SELECT nr FROM audit_kop"))
            _rol_terug(verbinding)

    def hersleutel(self, per_keer: int = 50) -> Iterator[Voortgang]:
        """Encrypt everything under the active key, in small transactions; gives progress after each."""
        return hersleutel(self, per_keer)

    def sluit(self) -> None:
        """Close idle connections; on SQLite this also folds the write-ahead log into the file."""
        self._verbindingen.sluit()

    @contextmanager
    def _aan_de_beurt(self) -> Iterator[None]:
        if self._schrijver is None:
            yield
            return
        if not self._schrijver.acquire(timeout=WACHT_SECONDEN):
            raise OpslagNietBeschikbaar(_BEZET)
        try:
            yield
        finally:
            self._schrijver.release()

    @contextmanager
    def _vertaald(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as fout:
            vertaling = vertaal(fout)
            if vertaling is fout:
                raise
            raise vertaling from None
        except PoolTimeout:
            raise OpslagNietBeschikbaar(_BEZET) from None


@contextmanager
def _transactie(verbinding: Connection) -> Iterator[None]:
    verbinding.begin()
    try:
        yield
        verbinding.commit()
    except BaseException:
        _rol_terug(verbinding)
        raise


def _rol_terug(verbinding: Connection) -> None:
    # The first error is the one to tell; a connection that cannot even roll back is thrown away.
    try:
        verbinding.rollback()
    except (SQLAlchemyError, OSError):
        with suppress(SQLAlchemyError, OSError):
            verbinding.invalidate()
