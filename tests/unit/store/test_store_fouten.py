"""What goes wrong outside us is told as such, whatever name the driver has for it: never as a fault of ours."""

from __future__ import annotations

import socket

import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from gateway.ports import OpslagNietBeschikbaar, OpslagTegenstrijdig, OpslagVol
from gateway.store.fouten import vertaal
from gateway.store.opslag import SqlOpslag
from gateway.trust.kluis import Kluis
from tests.hulp.opslagen import SLEUTEL_A

DIALECT = create_engine("postgresql+psycopg://").dialect


def als_sqlalchemy(fout: psycopg.Error) -> DBAPIError:
    """Wrap an error of the driver as an engine does."""
    verpakt = DBAPIError.instance("SELECT 1", {}, fout, psycopg.Error, dialect=DIALECT)
    assert isinstance(verpakt, DBAPIError)
    return verpakt


@pytest.mark.parametrize(
    ("fout", "soort"),
    [
        (psycopg.OperationalError("server closed the connection"), OpslagNietBeschikbaar),
        (psycopg.InterfaceError("the connection is lost"), OpslagNietBeschikbaar),
        (psycopg.errors.ConnectionTimeout("connection timeout expired"), OpslagNietBeschikbaar),
        (psycopg.errors.AdminShutdown(), OpslagNietBeschikbaar),
        (psycopg.errors.DeadlockDetected(), OpslagNietBeschikbaar),
        (psycopg.errors.IdleInTransactionSessionTimeout(), OpslagNietBeschikbaar),
        (psycopg.errors.InvalidPassword(), OpslagNietBeschikbaar),
        (psycopg.errors.LockNotAvailable(), OpslagNietBeschikbaar),
        (psycopg.errors.TooManyConnections(), OpslagNietBeschikbaar),
        (psycopg.errors.DiskFull(), OpslagVol),
        (psycopg.errors.UniqueViolation(), OpslagTegenstrijdig),
    ],
    ids=lambda waarde: type(waarde).__name__ if isinstance(waarde, psycopg.Error) else "",
)
def test_wat_buiten_ons_misgaat(fout: psycopg.Error, soort: type[Exception]) -> None:
    assert type(vertaal(als_sqlalchemy(fout))) is soort


@pytest.mark.parametrize("fout", [psycopg.errors.SyntaxError(), psycopg.ProgrammingError("of ours")])
def test_een_fout_van_ons_blijft_die_van_ons(fout: psycopg.Error) -> None:
    verpakt = als_sqlalchemy(fout)
    assert vertaal(verpakt) is verpakt


def test_een_server_die_aanneemt_en_zwijgt_is_niet_bereikbaar() -> None:
    """Such as one on a machine that is far too busy: the connection is there, the answer is not."""
    with socket.create_server(("127.0.0.1", 0)) as zwijger:
        url = f"postgresql+psycopg://iemand@127.0.0.1:{zwijger.getsockname()[1]}/x"
        opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
        with pytest.raises(OpslagNietBeschikbaar):
            opslag.controleer()
        opslag.sluit()
