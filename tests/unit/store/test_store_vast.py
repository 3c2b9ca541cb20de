"""Fixed statements: the same rows, values and errors as SQLAlchemy gives, without its execution."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Boolean, Column, Connection, Integer, MetaData, Table, bindparam, create_engine, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.store.soorten import GEHEIM, TEKST, Moment
from gateway.store.vast import Vast

_T = Table(
    "t",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("naam", TEKST, nullable=False),
    Column("aan", Boolean),
    Column("moment", Moment),
    Column("geheim", GEHEIM),
)
_NU = datetime(2026, 9, 1, 12, tzinfo=UTC)
_RIJ = {"id": 1, "naam": "een", "aan": True, "moment": _NU, "geheim": b"\x00\xff"}


@pytest.fixture
def verbinding(tmp_path: Path) -> Iterator[Connection]:
    motor = create_engine(f"sqlite:///{tmp_path / 'vast.sqlite'}")
    _T.metadata.create_all(motor)
    with motor.connect() as gemaakt:
        gemaakt.begin()
        yield gemaakt
    motor.dispose()


def test_waarden_komen_terug_zoals_sqlalchemy_ze_geeft(verbinding: Connection) -> None:
    Vast(insert(_T)).voer_uit(verbinding, _RIJ)
    rij = Vast(select(_T).where(_T.c.naam == bindparam("n"), _T.c.aan.is_(True))).voer_uit(verbinding, {"n": "een"})
    assert rij.first()._asdict() == _RIJ
    assert rij.first() == verbinding.execute(select(_T)).one()


def test_geen_rij_is_none_en_een_kolom_van_een_rij_is_scalair(verbinding: Connection) -> None:
    vraag = Vast(select(_T.c.id).where(_T.c.id == bindparam("i")))
    assert vraag.voer_uit(verbinding, {"i": 1}).first() is None
    nummer = Vast(insert(_T).returning(_T.c.id)).voer_uit(verbinding, _RIJ)
    assert nummer.scalar_one() == 1
    with pytest.raises(ValueError, match="not enough values"):
        vraag.voer_uit(verbinding, {"i": 2}).scalar_one()


def test_meer_rijen_tegelijk(verbinding: Connection) -> None:
    assert Vast(insert(_T)).voer_uit(verbinding, [_RIJ | {"id": nr} for nr in (1, 2, 3)]).rowcount == 3
    assert len(Vast(select(_T)).voer_uit(verbinding).all()) == 3


def test_andere_namen_dan_de_eerste_keer_zijn_een_fout_van_ons(verbinding: Connection) -> None:
    voeg_toe = Vast(insert(_T))
    voeg_toe.voer_uit(verbinding, {"id": 1, "naam": "een"})
    with pytest.raises(TypeError):
        voeg_toe.voer_uit(verbinding, {"id": 2, "naam": "twee", "aan": True})
    with pytest.raises(KeyError):
        voeg_toe.voer_uit(verbinding, {"id": 2, "aan": True})


def test_een_fout_van_de_database_is_die_van_sqlalchemy_zonder_de_waarden(verbinding: Connection) -> None:
    voeg_toe = Vast(insert(_T))
    voeg_toe.voer_uit(verbinding, _RIJ)
    with pytest.raises(IntegrityError) as fout:
        voeg_toe.voer_uit(verbinding, _RIJ | {"naam": "geheim-in-de-fout"})
    assert "geheim-in-de-fout" not in str(fout.value)
