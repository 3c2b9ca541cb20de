"""JSON of reports, attachments and loose data, and texts that stand for sets and cursors."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite

from gateway.domain.beoordeling import Bevinding, BijlageGegevens, Ernst, Rapport
from gateway.domain.waarden import Brin, Vestiging
from gateway.store.coderen import (
    bijlagen_octetten,
    bijlagen_uit,
    gegevens_tekst,
    gegevens_uit,
    json_tekst,
    rapport_octetten,
    rapport_uit,
)
from gateway.store.sessie import bij
from gateway.store.soorten import (
    Moment,
    brins_tekst,
    brins_uit,
    cursor_nummer,
    cursor_tekst,
    vestigingen_tekst,
    vestigingen_uit,
    zoekbaar,
)

SQLITE: Dialect = sqlite.dialect()
POSTGRESQL: Dialect = postgresql.dialect()
EEUW = datetime.fromisoformat("1900-01-01")
"""Without zone, as hypothesis wants a bound."""
teksten = st.text(max_size=20)
bevindingen = st.builds(
    Bevinding,
    teksten,
    st.sampled_from(Ernst),
    teksten,
    st.none() | st.integers(0, 10**6),
    teksten,
    st.lists(teksten, max_size=3).map(tuple),
)
rapporten = st.builds(Rapport, st.none() | teksten, st.none() | teksten, st.lists(bevindingen, max_size=3).map(tuple))
bijlagen = st.builds(BijlageGegevens, teksten, st.none() | st.integers(0), st.integers(0), teksten)
vestigingen = st.builds(Vestiging, st.from_regex(r"[0-9]{2}[A-Z]{2}", fullmatch=True).map(Brin), st.just("01"))


@given(rapporten)
def test_een_rapport_komt_terug(rapport: Rapport) -> None:
    assert rapport_uit(rapport_octetten(rapport)) == rapport


def test_een_rapport_van_een_andere_uitgave_is_te_lezen() -> None:
    rapport = Rapport("2019.1", None, (Bevinding("r", Ernst.FOUT, "/", 1, "m"),))
    velden = json.loads(rapport_octetten(rapport))
    velden["later_bedacht"] = 1
    velden["bevindingen"][0]["ook_later"] = [2]
    assert rapport_uit(json.dumps(velden).encode()) == rapport


@given(st.lists(bijlagen, max_size=4).map(tuple))
def test_bijlagen_komen_terug(feiten: tuple[BijlageGegevens, ...]) -> None:
    assert bijlagen_uit(bijlagen_octetten(feiten)) == feiten


@given(st.dictionaries(teksten, teksten | st.integers() | st.booleans() | st.none()))
def test_gegevens_komen_terug_en_zijn_altijd_ascii(gegevens: dict[str, str | int | bool | None]) -> None:
    tekst = gegevens_tekst(gegevens)
    assert tekst.isascii()
    assert "\x00" not in tekst
    assert gegevens_uit(tekst) == gegevens


def test_canonieke_json_hangt_niet_van_de_volgorde_af() -> None:
    assert json_tekst({"b": 1, "a": "é"}) == json_tekst({"a": "é", "b": 1}) == r'{"a":"\u00e9","b":1}'


@given(st.frozensets(vestigingen, max_size=5))
def test_vestigingen_en_brins_komen_terug(verzameling: frozenset[Vestiging]) -> None:
    assert vestigingen_uit(vestigingen_tekst(verzameling)) == verzameling
    scholen = frozenset(vestiging.brin for vestiging in verzameling)
    assert brins_uit(brins_tekst(scholen)) == scholen


def test_geen_verzameling_is_leeg() -> None:
    assert vestigingen_uit(None) == frozenset()
    assert brins_uit(None) == brins_uit("") == frozenset()


@given(st.integers())
def test_een_nummer_van_buiten_past_in_een_kolom(na: int) -> None:
    assert 0 <= cursor_nummer(na) < 2**63


@given(st.text())
def test_een_cursor_van_buiten_past_in_elke_database(na: str) -> None:
    cursor = cursor_tekst(na)
    assert "\x00" not in cursor
    cursor.encode("utf-8")
    assert zoekbaar(cursor)


def test_wat_nergens_kan_staan_hoeft_niet_gezocht() -> None:
    assert zoekbaar("gewoon", "é", "")
    assert not zoekbaar("gewoon", "\x00")
    assert not zoekbaar("\ud800")


@given(*[st.lists(st.text("a|\\", max_size=4), min_size=1, max_size=3)] * 2)
def test_een_plek_is_ondubbelzinnig(een: list[str], ander: list[str]) -> None:
    assert (bij("t.k", *een) == bij("t.k", *ander)) == (een == ander)


@given(st.datetimes(min_value=EEUW, timezones=st.just(timezone(timedelta(hours=2)))))
def test_een_moment_komt_terug_in_utc_op_de_microseconde(moment: datetime) -> None:
    soort = Moment()
    tekst = soort.process_bind_param(moment, SQLITE)
    assert len(tekst) == 32
    for gelezen in (
        soort.process_result_value(tekst, SQLITE),
        soort.process_result_value(soort.process_bind_param(moment, POSTGRESQL), POSTGRESQL),
    ):
        assert gelezen == moment
        assert gelezen is not None
        assert gelezen.utcoffset() == timedelta(0)


@given(st.lists(st.datetimes(min_value=EEUW, timezones=st.just(UTC)), min_size=2))
def test_op_sqlite_is_volgorde_van_tekst_die_van_tijd(momenten: list[datetime]) -> None:
    soort = Moment()
    assert sorted(momenten) == sorted(momenten, key=lambda m: str(soort.process_bind_param(m, SQLITE)))


def test_een_moment_zonder_zone_wordt_geweigerd() -> None:
    with pytest.raises(ValueError, match="zone"):
        Moment().process_bind_param(EEUW, SQLITE)
