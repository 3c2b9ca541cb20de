"""The store on a database: one transaction a unit of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.ports import OpslagNietBeschikbaar
from gateway.store.beurten import BEZET, Schrijfbeurten, rol_terug
from gateway.store.fouten import vertaal
from gateway.store.hersleutelen import Voortgang, hersleutel
from gateway.store.kluis import Kluis
from gateway.store.sessie import Sessie
from gateway.store.verbinden import WACHT_SECONDEN, Verbindingen, verbind
from gateway.store.werk import SqlWerk


class SqlOpslag:
    """The store on SQLite or PostgreSQL. Safe for several threads; several processes may share one database."""

    def __init__(self, url: str, kluis: Kluis) -> None:
        """Take a database URL; opens nothing yet. The schema must be there: see `gateway.store.schema.migreer`."""
        self._verbindingen: Verbindingen = verbind(url)
        self._kluis = kluis
        # SQLite has one writer at a time. Threads queue here, which is fair; SQLite's own wait polls.
        self._beurten = Schrijfbeurten(self._verbindingen.schrijven) if self._verbindingen.is_sqlite else None

    @contextmanager
    def werk(self, *, samen: bool = False) -> Iterator[SqlWerk]:
        """Open a writing transaction; durable when the block ends without exception.

        `samen`: the block is short, and may share its commit with others that run at this moment.
        Raises `OpslagNietBeschikbaar` or `OpslagVol` when that cannot be had; nothing half is left then. Only when
        the connection to PostgreSQL breaks during the commit itself it is not known whether it was done.
        """
        with self._vertaald(), self._transactie(samen) as verbinding:
            werk = SqlWerk(Sessie(verbinding, self._kluis, schrijvend=True))
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
                rol_terug(verbinding)

    def controleer(self) -> None:
        """Ping for `/readyz`; raises `OpslagNietBeschikbaar`."""
        with self._vertaald(), self._verbindingen.lezen.connect() as verbinding:
            verbinding.execute(text("SELECT nr FROM audit_kop"))
            rol_terug(verbinding)

    def hersleutel(self, per_keer: int = 50) -> Iterator[Voortgang]:
        """Encrypt everything under the active key, in small transactions; gives progress after each."""
        return hersleutel(self, per_keer)

    def sluit(self) -> None:
        """Close idle connections; on SQLite this also folds the write-ahead log into the file."""
        self._verbindingen.sluit()

    def _transactie(self, samen: bool) -> AbstractContextManager[Connection]:
        if self._beurten is not None:
            return self._beurten.beurt(WACHT_SECONDEN, samen=samen)
        return _eigen_transactie(self._verbindingen.schrijven)

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
            raise OpslagNietBeschikbaar(BEZET) from None


@contextmanager
def _eigen_transactie(motor: Engine) -> Iterator[Connection]:
    with motor.connect() as verbinding:
        verbinding.begin()
        try:
            yield verbinding
            verbinding.commit()
        except BaseException:
            rol_terug(verbinding)
            raise
