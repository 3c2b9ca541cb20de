"""Turn what a database driver raises into the errors of the port.

The text of a driver's error may quote a row (PostgreSQL: `Key (elk_nummer)=(…)`), so it never goes along: only its
code does.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

from gateway.ports import OpslagNietBeschikbaar, OpslagTegenstrijdig, OpslagVol

_WAT_NU = "Probeer het later opnieuw; er is niets gewijzigd."

# Result codes of SQLite (https://www.sqlite.org/rescode.html); extended codes have the primary one in the low octet.
_SQLITE_VOL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR})
# Classes and codes of PostgreSQL (Appendix A): disk full, read-only transaction, I/O error.
_PG_VOL = frozenset({"53100", "25006", "58030"})


def vertaal(fout: DBAPIError) -> Exception:
    """Give the error of the port that says the same; a fault of ours (bad SQL, bad value) comes back as it is."""
    if isinstance(fout, IntegrityError):
        return OpslagTegenstrijdig(f"De opslag weigert tegenstrijdige gegevens ({_code(fout)}).")
    oorzaak = fout.orig
    if isinstance(oorzaak, sqlite3.Error):
        return _sqlite(oorzaak, fout)
    return _postgres(fout)


def _sqlite(oorzaak: sqlite3.Error, fout: DBAPIError) -> Exception:
    code = getattr(oorzaak, "sqlite_errorcode", None)
    if code is None:
        return fout
    if code & 0xFF in _SQLITE_VOL:
        return OpslagVol(f"De opslag is vol of alleen te lezen ({_code(fout)}). {_WAT_NU}")
    if isinstance(oorzaak, sqlite3.DatabaseError) and not isinstance(oorzaak, sqlite3.ProgrammingError):
        return OpslagNietBeschikbaar(f"De opslag is niet bereikbaar ({_code(fout)}). {_WAT_NU}")
    return fout


def _postgres(fout: DBAPIError) -> Exception:
    code = getattr(fout.orig, "sqlstate", None)
    if code in _PG_VOL:
        return OpslagVol(f"De opslag is vol of alleen te lezen ({code}). {_WAT_NU}")
    if _is_van_buiten(fout, code):
        return OpslagNietBeschikbaar(f"De opslag is niet bereikbaar ({_code(fout)}). {_WAT_NU}")
    return fout


def _is_van_buiten(fout: DBAPIError, code: str | None) -> bool:
    if code is None:
        # What the driver itself found: no connection, one that broke, a server that does not answer in time.
        return isinstance(fout, (OperationalError, InterfaceError))
    # 08 connection, 28 not let in, 40 deadlock or serialisation, 53 resources, 57 operator intervention (shutdown,
    # time-out), 58 system, XX corruption; 25P03 and 25P04 a transaction that took too long, 3D000 no such database,
    # 42P01 no such table (not migrated), 55P03 lock not to be had.
    return code[:2] in {"08", "28", "40", "53", "57", "58", "XX"} or code in {
        "25P03",
        "25P04",
        "3D000",
        "42P01",
        "55P03",
    }


def _code(fout: DBAPIError) -> str:
    oorzaak = fout.orig
    naam = getattr(oorzaak, "sqlite_errorname", None) or getattr(oorzaak, "sqlstate", None)
    return str(naam or type(oorzaak).__name__)
