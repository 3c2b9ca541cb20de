"""What kinds of database the store takes."""

from __future__ import annotations

import pytest

from gateway.store.verbinden import verbind


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y"])
def test_andere_databases_worden_geweigerd(url: str) -> None:
    with pytest.raises(ValueError, match="store"):
        verbind(url)


@pytest.mark.parametrize("schema", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_gaat_altijd_over_psycopg(schema: str) -> None:
    verbindingen = verbind(f"{schema}://iemand@127.0.0.1:1/x")
    assert verbindingen.schrijven.driver == "psycopg"
    assert not verbindingen.is_sqlite
    verbindingen.sluit()
