"""One development world for the acceptance tests of a process; each test takes pupils of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hulp.ontwikkelwereld import DraaiendeWereld, ontwikkelwereld


@pytest.fixture(scope="session")
def wereld() -> Iterator[DraaiendeWereld]:
    """A running `serve --dev` with 00YY/00 and 12SS/01 registered; leave its points and settings as they are."""
    with tempfile.TemporaryDirectory(prefix="oso-") as map_, ontwikkelwereld(Path(map_)) as draaiend:
        yield draaiend
