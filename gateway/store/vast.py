"""Statements of every pull: compiled once for each database and then run on the driver itself.

SQLAlchemy Core writes the SQL and says how values are converted. What it does around each execution (a context, events,
a cached compilation looked up by its structure) costs ten times the statement on SQLite, so that it is left out here.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from sqlalchemy import Connection, Dialect, Insert
from sqlalchemy.exc import DBAPIError

Waarden = Mapping[str, Any]
_Omzetter = Callable[[Any], Any]


class Uitslag:
    """The rows that a statement gave, all read; the part of SQLAlchemy's result that repositories use."""

    __slots__ = ("_rijen", "rowcount")

    def __init__(self, rijen: Sequence[Any], rowcount: int) -> None:
        self._rijen = rijen
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rijen)

    def all(self) -> Sequence[Any]:
        """Give all rows."""
        return self._rijen

    def first(self) -> Any:
        """Give the first row, or None."""
        return self._rijen[0] if self._rijen else None

    def scalar_one(self) -> Any:
        """Give the first column of the one row; raises `ValueError` for none or more."""
        (rij,) = self._rijen
        return rij[0]


class Vast:
    """A statement that never changes; only its values do. Make one at module level.

    It always gets the same names of values: those of its bind parameters, for an `insert` the columns.
    """

    def __init__(self, opdracht: Any) -> None:
        """Take a select, insert, update or delete of SQLAlchemy Core."""
        # Without rows to give back, SQLAlchemy would ask PostgreSQL for the new key all the same.
        kaal = isinstance(opdracht, Insert) and not list(opdracht.exported_columns)
        self._opdracht = opdracht.inline() if kaal else opdracht
        self._vormen: dict[str, _Vorm] = {}

    def voer_uit(self, verbinding: Connection, waarden: Waarden | Sequence[Waarden] | None = None) -> Uitslag:
        """Run it in the open transaction of a connection; raises `DBAPIError` as SQLAlchemy does.

        Several sets of values run it once for each; no rows come of that.
        """
        een = waarden[0] if isinstance(waarden, Sequence) else waarden or {}
        vorm = self._vormen.get(verbinding.dialect.name)
        if vorm is None:
            vorm = self._vormen[verbinding.dialect.name] = _Vorm(self._opdracht, verbinding.dialect, een)
        driver: Any = verbinding.connection.dbapi_connection
        cursor = driver.cursor()
        try:
            if isinstance(waarden, Sequence) and len(waarden) > 1:
                cursor.executemany(vorm.sql, [vorm.parameters(een) for een in waarden])
                return Uitslag((), cursor.rowcount)
            cursor.execute(vorm.sql, vorm.parameters(een))
            rijen = vorm.rijen(cursor.fetchall()) if cursor.description is not None else ()
            return Uitslag(rijen, cursor.rowcount)
        except verbinding.dialect.dbapi.Error as fout:  # type: ignore[union-attr]  # a connection has a driver
            _breek_af(verbinding, cursor, fout)
        finally:
            cursor.close()


def voer_los_uit(verbinding: Connection, sql: str) -> None:
    """Run a statement without values or rows, such as BEGIN, on the driver; raises `DBAPIError`."""
    cursor = verbinding.connection.cursor()
    try:
        cursor.execute(sql)
    except verbinding.dialect.dbapi.Error as fout:  # type: ignore[union-attr]  # a connection has a driver
        _breek_af(verbinding, cursor, fout)
    finally:
        cursor.close()


class _Vorm:
    """A statement for one database."""

    def __init__(self, opdracht: Any, dialect: Dialect, waarden: Waarden) -> None:
        compiled = opdracht.compile(dialect=dialect, column_keys=list(waarden) or None)
        self.sql = compiled.string
        self._plaatsen: Sequence[str] | None = compiled.positiontup
        self._aantal = len(waarden)
        self._vast: dict[str, Any] = {}
        self._omzetters: dict[str, _Omzetter] = {}
        for naam in compiled.params:
            bind = compiled.binds[naam]
            omzetter = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if naam not in waarden:
                self._vast[naam] = bind.effective_value if omzetter is None else omzetter(bind.effective_value)
            elif omzetter is not None:
                self._omzetters[naam] = omzetter
        kolommen = list(opdracht.exported_columns)
        rij: Any = namedtuple("Rij", [kolom.key for kolom in kolommen])  # type: ignore[misc]  # known only here
        self._rij: Callable[[Any], Any] = rij._make
        lezers = ((nr, kolom.type.dialect_impl(dialect)) for nr, kolom in enumerate(kolommen))
        gelezen = ((nr, soort.result_processor(dialect, None)) for nr, soort in lezers)
        self._lezers = [(nr, lezer) for nr, lezer in gelezen if lezer is not None]

    def parameters(self, waarden: Waarden) -> Any:
        """Convert values to what the driver takes."""
        if len(waarden) != self._aantal:
            raise TypeError("a fixed statement always gets the same values")
        omgezet = {**self._vast, **waarden}
        for naam, omzetter in self._omzetters.items():
            omgezet[naam] = omzetter(omgezet[naam])
        return omgezet if self._plaatsen is None else [omgezet[naam] for naam in self._plaatsen]

    def rijen(self, gelezen: Sequence[Any]) -> list[Any]:
        """Convert rows of the driver to rows with names."""
        maak, lezers = self._rij, self._lezers
        if not lezers:
            return [maak(rij) for rij in gelezen]
        omgezet = []
        for rij in gelezen:
            velden = list(rij)
            for nr, lezer in lezers:
                velden[nr] = lezer(velden[nr])
            omgezet.append(maak(velden))
        return omgezet


def _breek_af(verbinding: Connection, cursor: Any, fout: Exception) -> NoReturn:
    """Raise the error of SQLAlchemy for one of the driver; a connection that broke is thrown away."""
    dialect: Any = verbinding.dialect
    weg = bool(dialect.is_disconnect(fout, verbinding.connection.dbapi_connection, cursor))
    if weg:
        verbinding.invalidate(fout)
    raise DBAPIError.instance(
        None, None, fout, dialect.dbapi.Error, hide_parameters=True, connection_invalidated=weg, dialect=dialect
    ) from fout
