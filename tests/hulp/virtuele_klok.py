"""An event loop whose time is not that of the wall: waiting costs nothing, and no busy machine can make it late.

When nothing is ready to run, the clock jumps to the next timer. A program that waits for nothing but timers so goes the
same way every time; one that uses threads or sockets of others does not belong here.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Kiezer(selectors.DefaultSelector):
    """A selector that moves the clock where another would wait."""

    nu = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("nothing is left that could wake this program: it would wait forever")
        klaar = super().select(0)
        if not klaar:
            self.nu += timeout
        return klaar


class VirtueleLoop(asyncio.SelectorEventLoop):
    """An event loop that begins at 0 s and is as quick as the machine allows."""

    def __init__(self) -> None:
        self._kiezer = _Kiezer()
        super().__init__(self._kiezer)

    def time(self) -> float:
        """Seconds since the program began, as its timers see them."""
        return self._kiezer.nu


def draai(programma: Coroutine[Any, Any, T]) -> T:
    """Run a program in virtual time. Raises `RuntimeError` when it would wait forever."""
    with asyncio.Runner(loop_factory=VirtueleLoop) as loper:
        return loper.run(programma)
