"""Records hand-overs in the store, those of one moment together: under load one transaction for many of them.

Nobody on the line waits for it, so that it may stand back a little for the pulls of that moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from gateway.entry.verbinding import Melder

_VERZAMEL = 0.02
"""Seconds in which hand-overs come together."""
_PAUZES = (0.2, 1.0, 3.0)
"""Seconds between attempts while the store is away."""


class Aftekenlijst:
    """Hand-overs that still have to be recorded. For one event loop."""

    def __init__(self, leg_vast: Callable[..., Awaitable[None]], meld: Melder) -> None:
        """`leg_vast` records the deliveries with these ids, all or none."""
        self._leg_vast = leg_vast
        self._meld = meld
        self._nummers: list[int] = []
        self._bundel: asyncio.Task[None] | None = None

    async def teken_af(self, levering_id: int) -> bool:
        """Record one. False when that could not be done: the dossier stays blue, in doubt it was not handed over."""
        try:
            await self._met_andere(levering_id)
        except Exception:  # noqa: BLE001 - one of them may have spoilt it for all: each goes on by itself
            return await self._alleen(levering_id)
        return True

    async def _met_andere(self, levering_id: int) -> None:
        self._nummers.append(levering_id)
        if self._bundel is None:
            self._bundel = asyncio.create_task(self._leg_bundel_vast())
        await asyncio.shield(self._bundel)

    async def _leg_bundel_vast(self) -> None:
        await asyncio.sleep(_VERZAMEL)
        nummers, self._nummers, self._bundel = self._nummers, [], None
        await self._leg_vast(*nummers)

    async def _alleen(self, levering_id: int) -> bool:
        for pauze in _PAUZES:
            await asyncio.sleep(pauze)
            try:
                await self._leg_vast(levering_id)
            except Exception as fout:  # noqa: BLE001 - a background task has nobody above it to tell
                soort = type(fout).__name__
            else:
                return True
        self._meld("overdracht-vastleggen-mislukt", leveringId=levering_id, soort=soort)
        return False
