"""Numbers of pupils for tests that share a world: what two modules use alike, the second finds changed by the first."""

from __future__ import annotations

from collections.abc import Iterator

_PER_MODULE = 1_000
_van: dict[int, str] = {}


def leerlingen(blok: int, module: str) -> Iterator[int]:
    """Give the numbers `blok` × 1 000 + 1 and on to one module (`__name__`), which may take the one before as well.

    Fails where another module has this block: while the tests are collected, so in whatever order they run.
    """
    assert _van.setdefault(blok, module) == module, f"the pupils {blok}xxx are those of {_van[blok]}: take others"
    return iter(range(blok * _PER_MODULE + 1, (blok + 1) * _PER_MODULE))
