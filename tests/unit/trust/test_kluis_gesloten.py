"""A kluis without keys: nothing goes in, nothing comes out, and it says which setting is missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.domain.waarden import Pgn
from gateway.trust.fouten import SleutelringOngeldig
from gateway.trust.kluis import GeslotenKluis, Kluis


@pytest.mark.parametrize(
    "vraag",
    [
        lambda kluis: kluis.versleutel(b"x", "y"),
        lambda kluis: kluis.index(Pgn("101211151")),
        lambda kluis: kluis.indexen(Pgn("101211151")),
        lambda kluis: kluis.pseudoniem("x"),
        lambda kluis: kluis.zegel(b"x"),
        lambda kluis: kluis.sleutel_ids,
    ],
)
def test_zonder_sleutels_geen_geheimen(vraag: Callable[[Kluis], object]) -> None:
    with pytest.raises(SleutelringOngeldig, match="OSO_ENCRYPTION_KEYS ontbreekt"):
        vraag(GeslotenKluis())
