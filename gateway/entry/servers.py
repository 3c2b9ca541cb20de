"""Several uvicorn servers in one event loop, with one clean stop.

uvicorn catches signals for itself and leaves a half stopped process when two servers share a loop; so each server here
catches none, and one handler stops them all. The first SIGTERM or SIGINT drains: no new connections, requests under way
are finished, `leegmaken` is awaited (the waits for hand-over). A second signal cuts everything off.

Ports are opened before any server starts: one that cannot be opened stops the start with one clear line.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import uvicorn

_SIGNALEN = (signal.SIGTERM, signal.SIGINT)
_DRADEN = 32
"""Threads for use cases: each may wait up to 5 s for the Traffic Center."""
_WACHTRIJ = 512
_GENADE = 30
"""Seconds that requests under way get when the service stops."""


class PoortNietTeOpenen(Exception):
    """A port cannot be opened; the message is one Dutch line."""


@dataclass(frozen=True, slots=True)
class Poort:
    """One listening port. `instelling` is the name of the setting that a message points at; port 0 takes a free one."""

    naam: str
    app: Callable[..., Any]
    host: str
    nummer: int
    protocol: type[asyncio.Protocol]
    instelling: str = ""
    tls: bool = False
    keep_alive: int = 30
    """Seconds that an idle connection stays open."""
    max_verbindingen: int | None = 500
    deur: socket.socket | None = None
    """What `open_deur` gave, for who must know the address before the app can be made."""


@dataclass(frozen=True, slots=True)
class Adres:
    """Where a port really listens."""

    host: str
    nummer: int
    tls: bool

    @property
    def url(self) -> str:
        """Base address without a path or closing slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.nummer}"


class Stopknop:
    """Stops the servers from the program itself, also from another thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: Callable[[], None] | None = None
        self._ingedrukt = threading.Event()

    def druk(self) -> None:
        """Do as the first signal does; pressing again changes nothing."""
        if self._ingedrukt.is_set():
            return
        self._ingedrukt.set()
        if self._loop is not None and self._stop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: they have stopped
                self._loop.call_soon_threadsafe(self._stop)

    def verbind(self, stop: Callable[[], None]) -> None:
        """Connect to the running servers."""
        self._loop, self._stop = asyncio.get_running_loop(), stop
        if self._ingedrukt.is_set():
            stop()


async def draai(
    poorten: Sequence[Poort],
    klaar: Callable[[Mapping[str, Adres]], None],
    *,
    leegmaken: Callable[[], Awaitable[None]] | None = None,
    stopknop: Stopknop | None = None,
    genade: int = _GENADE,
) -> None:
    """Serve all ports until a signal or the knob; returns after the drain.

    `klaar` gets the real addresses by name once every port answers. Raises `PoortNietTeOpenen` before anything was
    started.
    """
    deuren = _open_alle(poorten)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_DRADEN, thread_name_prefix="oso"))
    servers = [_Server(_instellingen(poort, genade)) for poort in poorten]
    bundel = _Bundel(servers, leegmaken)
    with bundel.signalen():
        if stopknop is not None:
            stopknop.verbind(bundel.stop)
        adressen = _adressen(poorten, deuren)
        await bundel.draai(deuren, lambda: klaar(adressen))


class _Server(uvicorn.Server):
    """A server that leaves signals to others and says when it has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.gestart = asyncio.Event()

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override] # catches none
        return contextlib.nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.gestart.set()


class _Bundel:
    """The servers together."""

    def __init__(self, servers: Sequence[_Server], leegmaken: Callable[[], Awaitable[None]] | None) -> None:
        self._servers = servers
        self._leegmaken = leegmaken
        self._stoppen = asyncio.Event()
        self._afkappen = asyncio.Event()

    def stop(self) -> None:
        """Begin the drain; the second time, cut off."""
        if self._stoppen.is_set():
            self._afkappen.set()
        for server in self._servers:
            server.should_exit = True
            server.force_exit = self._afkappen.is_set()
        self._stoppen.set()

    @contextlib.contextmanager
    def signalen(self) -> Iterator[None]:
        """Catch the signals of the process, where this is its main thread."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for nummer in _SIGNALEN:
            loop.add_signal_handler(nummer, self.stop)
        try:
            yield
        finally:
            for nummer in _SIGNALEN:
                loop.remove_signal_handler(nummer)

    async def draai(self, deuren: Sequence[socket.socket], klaar: Callable[[], None]) -> None:
        """Serve until stopped; one server that fails stops the others and raises."""
        taken = [asyncio.create_task(server.serve([deur])) for server, deur in zip(self._servers, deuren, strict=True)]
        meld = asyncio.create_task(self._meld(klaar))
        drain = asyncio.create_task(self._drain())
        try:
            klaar_of_stuk, _ = await asyncio.wait([*taken, meld], return_when=asyncio.FIRST_EXCEPTION)
            for taak in klaar_of_stuk:
                taak.result()
        finally:
            meld.cancel()
            if not self._stoppen.is_set():
                self.stop()
            await asyncio.gather(*taken, meld, drain, return_exceptions=True)
            await self._maak_leeg()  # waits that began while the last requests were finished
            for deur in deuren:
                deur.close()

    async def _meld(self, klaar: Callable[[], None]) -> None:
        for server in self._servers:
            await server.gestart.wait()
        if not self._stoppen.is_set():
            klaar()

    async def _drain(self) -> None:
        await self._stoppen.wait()
        await self._maak_leeg()

    async def _maak_leeg(self) -> None:
        if self._leegmaken is None or self._afkappen.is_set():
            return
        leeg = asyncio.ensure_future(self._leegmaken())
        afkappen = asyncio.create_task(self._afkappen.wait())
        await asyncio.wait([leeg, afkappen], return_when=asyncio.FIRST_COMPLETED)
        leeg.cancel()
        afkappen.cancel()
        await asyncio.gather(leeg, afkappen, return_exceptions=True)


def _instellingen(poort: Poort, genade: int) -> uvicorn.Config:
    return uvicorn.Config(
        poort.app,
        loop="asyncio",  # the line below HTTP relies on the sockets of the standard loop
        http=poort.protocol,
        ws="none",
        interface="asgi3",
        lifespan="off",  # one bootstrap stands around all servers
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=_WACHTRIJ,
        limit_concurrency=poort.max_verbindingen,
        timeout_keep_alive=poort.keep_alive,
        timeout_graceful_shutdown=genade,
    )


def _open_alle(poorten: Sequence[Poort]) -> list[socket.socket]:
    with contextlib.ExitStack() as stapel:
        deuren = [
            stapel.enter_context(poort.deur or open_deur(poort.naam, poort.host, poort.nummer, poort.instelling))
            for poort in poorten
        ]
        stapel.pop_all()  # all are open: they stay so
        return deuren


def open_deur(naam: str, host: str, nummer: int, instelling: str = "") -> socket.socket:
    """Open a port that a server takes over later; callers wait in its queue until then. See `Poort` for the arguments.

    `getsockname()[1]` is the real number. Raises `PoortNietTeOpenen`.
    """

    def weiger(reden: str) -> PoortNietTeOpenen:
        raad = f"; kies een ander adres met {instelling}" if instelling else ""
        return PoortNietTeOpenen(f"De {naam}-poort op {host}:{nummer} is niet te openen ({reden}){raad}.")

    if not 0 <= nummer <= 65_535:  # getaddrinfo would take the remainder
        raise weiger("een poortnummer ligt tussen 0 en 65535")
    try:
        familie, soort, protocol, _, adres = socket.getaddrinfo(
            host, nummer, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # With the protocol named: asyncio turns Nagle off only for sockets that say they are TCP, and with it on every
        # answer on a kept connection waits 40 ms for the delayed acknowledgement of the client.
        deur = socket.socket(familie, soort, protocol)
    except (OSError, UnicodeError) as fout:
        raise weiger(_reden(fout)) from None
    try:
        deur.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        deur.bind(adres)
        deur.listen(_WACHTRIJ)  # here and not in the loop: another process may have bound the same port just before
    except OSError as fout:
        deur.close()
        raise weiger(_reden(fout)) from None
    deur.setblocking(False)
    return deur


def _reden(fout: Exception) -> str:
    nummer = getattr(fout, "errno", None) or 0
    return os.strerror(nummer) if nummer > 0 else str(fout)  # getaddrinfo numbers its own errors below zero


def _adressen(poorten: Sequence[Poort], deuren: Sequence[socket.socket]) -> dict[str, Adres]:
    return {
        poort.naam: Adres(poort.host, int(deur.getsockname()[1]), poort.tls)
        for poort, deur in zip(poorten, deuren, strict=True)
    }
