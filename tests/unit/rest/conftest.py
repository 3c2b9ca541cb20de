"""A fresh world a test, and the log of the test as text; an event outside the catalogue fails the test."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
import structlog

from gateway.observability import richt_in
from tests.hulp.restwereld import RestWereld, maak_restwereld


@pytest.fixture(autouse=True)
def logboek() -> Iterator[io.StringIO]:
    uitvoer = io.StringIO()
    richt_in(uitvoer, streng=True)
    yield uitvoer
    structlog.reset_defaults()
    richt_in(io.StringIO())


@pytest.fixture
def w() -> RestWereld:
    return maak_restwereld()
