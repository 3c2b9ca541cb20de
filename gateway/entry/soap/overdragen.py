"""Decides whether a response was handed over, by the rule of `interfaces.md` ("How a dossier behaves").

Handed over: the socket's send queue is empty (our buffers and Linux `TIOCOUTQ`) within 30 s of the last write, **and**
after that the peer sent its next request, or ended the connection in good order (FIN), or 2 s passed without a reset.
In doubt it is not. An empty queue alone proves only that the peer's kernel has the octets: a program that closes
without reading them makes its kernel send a reset.

The wait runs beside the connection, which serves its next request meanwhile; `Overdrachten` keeps the waits and drains
them when the service stops.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from gateway.entry.lijn import Toestand, Waarnemer

_EERSTE_BLIK = 0.01
_RUSTIGSTE_BLIK = 0.1


class Zicht(Protocol):
    """What the decision sees of a connection; `gateway.entry.lijn.Lijn` is one."""

    ontvangen: int
    geschreven: int
    vooraf: int

    def bewaak(self, waarnemer: Waarnemer) -> None: ...
    def laat_los(self, waarnemer: Waarnemer) -> None: ...
    def toestand(self) -> Toestand: ...
    def bevestigd(self) -> int: ...
    def ongelezen(self) -> int: ...
    def spoel(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Overdrachtstermijnen:
    """Seconds. `leeg` and `rust` are those of the contract."""

    leeg: float = 30.0
    """The send queue must be empty so long after the last write."""
    rust: float = 2.0
    """Without a reset for so long after that, a connection that stays open counts."""
    nasleep: float = 0.1
    """A FIN counts when no reset follows it for so long: `shutdown` and `close` of a peer that left octets unread."""


class Bewaking:
    """Watches one response on a connection: begin before the first octet, `geschreven()` after the last.

    While it lives the connection is not closed from our side; `klaar()` ends it (`wacht_op_overdracht` does that).
    """

    def __init__(self, zicht: Zicht) -> None:
        self._zicht = zicht
        self._loop = asyncio.get_running_loop()
        self._eind: int | None = None
        self._grens = 0
        self._wakker: asyncio.Future[None] | None = None
        self.verzoek_na_leeg = False
        self.einde_na_leeg = False
        self.afgebroken = False
        self.sinds = self._loop.time()
        zicht.bewaak(self)

    def geschreven(self) -> None:
        """Note that the last octet of the response has been given to the connection."""
        self._zicht.spoel()
        self._eind = self._zicht.geschreven
        self._grens = self._zicht.vooraf
        self.sinds = self._loop.time()

    @property
    def leeg(self) -> bool:
        """True when the peer's kernel has the whole response."""
        return self._eind is not None and self._zicht.bevestigd() >= self._eind

    @property
    def verbroken(self) -> bool:
        """True when there was a reset, or it is no longer worth waiting."""
        return self.afgebroken or self._eind is None or self._zicht.toestand() is Toestand.VERBROKEN

    def verzoek(self) -> None:
        """Take note of octets from the peer; those sent before the queue was empty prove nothing."""
        if self._eind is None or self._zicht.ontvangen <= self._grens:
            return
        if self.leeg and self._zicht.toestand() is not Toestand.VERBROKEN:
            self.verzoek_na_leeg = True
        else:
            self._grens = self._zicht.ontvangen + self._zicht.ongelezen()
        self._wek()

    def einde(self) -> None:
        """Take note of a FIN."""
        self.einde_na_leeg = self.leeg
        self._wek()

    def weg(self) -> None:
        """Take note that the connection is gone; `toestand` says so from now on."""
        self._wek()

    def breek_af(self) -> None:
        """Stop waiting: in doubt, so not handed over."""
        self.afgebroken = True
        self._wek()

    def klaar(self) -> None:
        """Let go of the connection."""
        self._zicht.laat_los(self)

    async def rust(self, seconden: float) -> None:
        """Wait until something happens, at most so long."""
        self._wakker = self._loop.create_future()
        wekker = self._loop.call_later(seconden, self._wek)
        try:
            await self._wakker
        finally:
            wekker.cancel()
            self._wakker = None

    def _wek(self) -> None:
        if self._wakker is not None and not self._wakker.done():
            self._wakker.set_result(None)


async def wacht_op_overdracht(bewaking: Bewaking, termijnen: Overdrachtstermijnen | None = None) -> bool:
    """Tell whether the response was handed over; `bewaking.geschreven()` has been called. Ends the watch."""
    grenzen = termijnen or Overdrachtstermijnen()
    try:
        return await _wordt_leeg(bewaking, grenzen) and await _blijft_heel(bewaking, grenzen)
    finally:
        bewaking.klaar()


async def _wordt_leeg(bewaking: Bewaking, termijnen: Overdrachtstermijnen) -> bool:
    klok = asyncio.get_running_loop().time
    uiterlijk = bewaking.sinds + termijnen.leeg
    blik = _EERSTE_BLIK
    while not (bewaking.leeg or bewaking.verzoek_na_leeg):  # a line that was reset since cannot tell any more
        over = uiterlijk - klok()
        if over <= 0 or bewaking.verbroken:
            return False
        await bewaking.rust(min(blik, over))
        blik = min(2 * blik, _RUSTIGSTE_BLIK)
    return True


async def _blijft_heel(bewaking: Bewaking, termijnen: Overdrachtstermijnen) -> bool:
    klok = asyncio.get_running_loop().time
    tot = klok() + termijnen.rust
    while not bewaking.verbroken:
        if bewaking.verzoek_na_leeg:
            return True
        if bewaking.einde_na_leeg:
            await asyncio.sleep(termijnen.nasleep)
            return not bewaking.verbroken
        over = tot - klok()
        if over <= 0:
            return True
        await bewaking.rust(min(over, _RUSTIGSTE_BLIK))
    # The request that proves it may be in before the reset that ended it all.
    return bewaking.verzoek_na_leeg and not bewaking.afgebroken


class Overdrachten:
    """The waits that run now. `leeg` is for the stop of the service."""

    def __init__(self, termijnen: Overdrachtstermijnen | None = None) -> None:
        self._termijnen = termijnen or Overdrachtstermijnen()
        self._lopend: dict[asyncio.Task[None], Bewaking] = {}
        self._laatste: float | None = None

    def __len__(self) -> int:
        return len(self._lopend)

    def start(self, bewaking: Bewaking, afloop: Callable[[bool], Awaitable[None]]) -> None:
        """Wait in the background and tell `afloop` how it went; `afloop` handles its own errors."""
        taak = asyncio.create_task(self._volg(bewaking, afloop))
        self._lopend[taak] = bewaking
        taak.add_done_callback(self._lopend.pop)
        if self._laatste is not None:
            asyncio.get_running_loop().call_later(self._laatste, bewaking.breek_af)

    async def leeg(self, binnen: float = 3.0) -> None:
        """Finish the waits: at most `binnen` seconds each from now on, what is left then counts as not handed over."""
        klok = asyncio.get_running_loop().time
        self._laatste = binnen
        tot = klok() + binnen
        while self._lopend and (over := tot - klok()) > 0:
            await asyncio.wait(tuple(self._lopend), timeout=over)
        for bewaking in tuple(self._lopend.values()):
            bewaking.breek_af()
        if self._lopend:
            await asyncio.wait(tuple(self._lopend))

    async def _volg(self, bewaking: Bewaking, afloop: Callable[[bool], Awaitable[None]]) -> None:
        await afloop(await wacht_op_overdracht(bewaking, self._termijnen))
