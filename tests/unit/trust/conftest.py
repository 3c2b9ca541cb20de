"""Fixtures of the tests of trust."""

import pytest

from tests.hulp.pki import Wereld


@pytest.fixture
def wereld() -> Wereld:
    """Make a fresh certificate world."""
    return Wereld.maak()
