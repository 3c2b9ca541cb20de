"""Programs that a test needs: skipped with a reason where one is missing, a failure in CI."""

from __future__ import annotations

import os

import pytest

from tests.benodigdheden import DINGEN, node_pakketten_zijn_er, zoek

_DINGEN = {ding.naam: ding for ding in DINGEN}


def eis(*namen: str) -> None:
    """Demand things of `tests/benodigdheden.py` by name; `npm-pakketten` are those of interop/node."""
    for naam in namen:
        ding = _DINGEN.get(naam)
        is_er = node_pakketten_zijn_er() if ding is None else ding.is_er()
        if is_er:
            continue
        reden = f"{naam} is not installed; run: python tests/benodigdheden.py"
        if os.environ.get("CI") and not (ding is not None and ding.mag_ontbreken):
            pytest.fail(reden)
        pytest.skip(reden)


def programma(naam: str) -> str:
    """Demand a program and give its path."""
    eis(naam)
    pad = zoek(naam)
    assert pad is not None, naam
    return pad
