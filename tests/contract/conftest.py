"""A fresh store of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.ports import Opslag
from tests.hulp.opslagen import opslag_van


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def opslag(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opslag]:
    with opslag_van(request.param, tmp_path) as gemaakt:
        yield gemaakt
