"""One TCP connection, with TLS or without, on which everything can be seen that "handed over" asks for.

asyncio's own TLS layer hides what matters here: it keeps a second write buffer out of sight, answers a close_notify at
once (a peer that then closes without reading that answer sends a reset, as if it had not read our response either) and
closes before anyone can look at the socket. So TLS runs here, over the public `ssl.MemoryBIO`, and

- `geschreven`, `bevestigd()` and `toestand()` tell how many octets the peer's kernel has and how the peer left;
- while a `Waarnemer` watches, nothing is sent that the HTTP layer did not write, and nothing is closed from our side;
- an answer given before the request was read is followed by a short reading on, so that the client sees it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import socket
import ssl
import struct
import termios
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol, cast

_TCP_CLOSE = 7
_TCP_CLOSE_WAIT = 8
"""States of `tcpi_state` (linux/include/net/tcp_states.h). While we do not close, CLOSE means: reset or given up."""

_BUNDEL = 16_384
"""Octets: less than this waits for the end of the turn of the event loop, so headers and body leave in one send."""

_RECORD = 16_384
"""Octets: a TLS record holds no more, so a larger buffer would be in vain."""

_KLIK = struct.Struct("i")


class Toestand(Enum):
    """What the peer did to the connection so far."""

    OPEN = auto()
    EINDE = auto()
    """It ended its side in good order (FIN)."""
    VERBROKEN = auto()
    """Reset, timed out, or closed by ourselves."""


class Fase(Enum):
    """Where a line is in its life."""

    HANDDRUK = auto()
    OPEN = auto()
    SLUIT = auto()
    DICHT = auto()


class Waarnemer(Protocol):
    """Watches one response; called in the event loop, may not block."""

    def verzoek(self) -> None:
        """The peer sent something new for the HTTP layer."""

    def einde(self) -> None:
        """The peer ended its side (FIN)."""

    def weg(self) -> None:
        """The connection is gone."""


@dataclass(frozen=True, slots=True)
class Lijntermijnen:
    """Durations in seconds and the octets that are read on."""

    handdruk: float = 10.0
    spoelen: float = 30.0
    """A peer that reads nothing for so long after we closed loses the connection."""
    uitloop: float = 5.0
    uitloop_octets: int = 100_000_000
    """After an answer to a request that was not read in full: thrown away unseen, so cheap, and the client hears us."""
    afscheid: float = 0.25
    """While watched, so long a FIN may follow a close_notify before we answer it (why: see the module)."""


class Lijn(asyncio.Protocol):
    """Sits between the socket and an HTTP protocol; `context` None is plain TCP."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        http: asyncio.Protocol,
        context: ssl.SSLContext | None,
        termijnen: Lijntermijnen | None = None,
        bij_weigering: Callable[[str], None] = lambda _reden: None,
    ) -> None:
        self._loop = loop
        self._http = http
        self._context = context
        self._termijnen = termijnen or Lijntermijnen()
        self._bij_weigering = bij_weigering
        self._fase = Fase.HANDDRUK
        self._raw: asyncio.Transport | None = None
        self._socket: socket.socket | None = None
        self._gevoeld = LijnTransport(self)
        self._http_gestart = False
        self._sluit_gevraagd = False
        self._gepauzeerd = False
        self._einde_gezien = False
        self._wekker: asyncio.TimerHandle | None = None
        self._bundel: list[bytes] = []
        self._bundel_octets = 0
        self._spoelt: asyncio.Handle | None = None
        self._uitgelopen = 0
        self._waarnemers: list[Waarnemer] = []
        self._in = ssl.MemoryBIO()
        self._uit = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._uit, server_side=True) if context else None
        self.ontvangen = 0
        """Octets taken from the socket."""
        self.geschreven = 0
        """Octets given to the transport of the socket."""
        self.vooraf = 0
        """Octets that the peer had sent when the last write began; kept up while watched."""
        self.uitloop = False
        """Set while a request is not read in full: closing then reads on for a moment."""

    # -------------------------------------------------------------------------------------- what watchers ask

    def bewaak(self, waarnemer: Waarnemer) -> None:
        """Tell `waarnemer` what happens, and close nothing from our side until `laat_los`."""
        self._waarnemers.append(waarnemer)

    def laat_los(self, waarnemer: Waarnemer) -> None:
        """Stop watching; a close that waited for it happens now."""
        if waarnemer not in self._waarnemers:
            return
        self._waarnemers.remove(waarnemer)
        if not self._waarnemers and (self._sluit_gevraagd or self._einde_gezien):
            self._sluit()

    def toestand(self) -> Toestand:
        """Look at the socket itself, so that a reset is seen that nobody read yet."""
        if self._socket is None or self._fase is not Fase.OPEN or self._socket.fileno() < 0:
            return Toestand.VERBROKEN
        toestand = self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
        if toestand == _TCP_CLOSE:
            return Toestand.VERBROKEN
        return Toestand.EINDE if toestand == _TCP_CLOSE_WAIT else Toestand.OPEN

    def bevestigd(self) -> int:
        """Count the octets that the peer's kernel has acknowledged."""
        if self._raw is None or self._fase is not Fase.OPEN:
            return 0
        return self.geschreven - self._raw.get_write_buffer_size() - self._tel(termios.TIOCOUTQ)

    def ongelezen(self) -> int:
        """Count the octets that the peer sent and that wait in our kernel."""
        return self._tel(termios.FIONREAD)

    def spoel(self) -> None:
        """Give everything that was written to the socket now."""
        if self._spoelt is not None:
            self._spoelt.cancel()
            self._spoelt = None
        if self._raw is None:
            return
        octets = self._uit.read() if self._tls else b"".join(self._bundel)
        self._bundel.clear()
        self._bundel_octets = 0
        if octets:
            if self._waarnemers:
                self.vooraf = self.ontvangen + self._tel(termios.FIONREAD)
            self.geschreven += len(octets)
            self._raw.write(octets)

    def keten(self) -> list[bytes]:
        """Give the client's certificates in DER, leaf first; empty when there is none or no TLS."""
        if self._tls is None or (blad := self._tls.getpeercert(binary_form=True)) is None:
            return []
        # Public since Python 3.13; before that only on the object inside. A resumed session has no verified chain.
        bron: Any = self._tls if hasattr(self._tls, "get_verified_chain") else getattr(self._tls, "_sslobj", None)
        for naam in ("get_verified_chain", "get_unverified_chain"):
            keten: list[Any] | None = getattr(bron, naam, list)()
            if keten:
                return [c if isinstance(c, bytes) else ssl.PEM_cert_to_DER_cert(c.public_bytes()) for c in keten]
        return [blad]

    @property
    def tls(self) -> ssl.SSLObject | None:
        """The TLS session, None for plain TCP."""
        return self._tls

    def _tel(self, verzoek: int) -> int:
        if self._socket is None or (nummer := self._socket.fileno()) < 0:
            return 0
        return int(_KLIK.unpack(fcntl.ioctl(nummer, verzoek, b"\0\0\0\0"))[0])

    # ---------------------------------------------------------------------------------- called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._raw = cast(asyncio.Transport, transport)
        self._socket = transport.get_extra_info("socket")
        if self._tls is None:
            self._open()
            return
        self._wekker = self._loop.call_later(self._termijnen.handdruk, self._handdruk_te_laat)
        self._handdruk(self._tls)

    def data_received(self, data: bytes) -> None:
        self.ontvangen += len(data)
        if self._fase is Fase.SLUIT:
            self._loop_uit(len(data))
        elif self._fase is Fase.DICHT:
            return
        elif self._tls is None:
            self._lever(data)
        else:
            self._in.write(data)
            if self._fase is Fase.HANDDRUK:
                self._handdruk(self._tls)
            else:
                self._lees()

    def eof_received(self) -> bool:
        self._einde_gezien = True
        if self._fase is Fase.OPEN:
            self._zet_wekker(None)  # an answer to a close_notify would only bring us a reset now
            for waarnemer in tuple(self._waarnemers):
                waarnemer.einde()
            if not self._waarnemers:
                self._sluit()
            return True  # we close the transport ourselves, after the watchers
        if self._fase is Fase.SLUIT:
            self._klap_dicht()
            return True
        self._breek()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._fase = Fase.DICHT
        self._zet_wekker(None)
        if self._spoelt is not None:
            self._spoelt.cancel()
        for waarnemer in tuple(self._waarnemers):
            waarnemer.weg()
        if self._http_gestart:
            self._http.connection_lost(exc)
        self._raw = None

    def pause_writing(self) -> None:
        if self._http_gestart:
            self._http.pause_writing()

    def resume_writing(self) -> None:
        if self._http_gestart:
            self._http.resume_writing()

    # ------------------------------------------------------------------------------------------------- TLS and life

    def _handdruk(self, tls: ssl.SSLObject) -> None:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            self.spoel()
        except (ssl.SSLError, OSError) as fout:
            self.spoel()  # the alert that says why
            self._weiger(getattr(fout, "reason", None) or type(fout).__name__)
        else:
            self.spoel()
            self._open()
            self._lees()

    def _handdruk_te_laat(self) -> None:
        self._weiger("HANDDRUK_TE_LANGZAAM")

    def _weiger(self, reden: str) -> None:
        self._bij_weigering(reden)
        self._loop_leeg()

    def _open(self) -> None:
        self._zet_wekker(None)
        self._fase = Fase.OPEN
        self._http_gestart = True
        self._http.connection_made(self._gevoeld)

    def _lees(self) -> None:
        if self._tls is None:
            return
        delen: list[bytes] = []
        afscheid = False
        try:
            while not self._gepauzeerd and self._fase is Fase.OPEN:
                if not (deel := self._tls.read(_RECORD)):
                    afscheid = True
                    break
                delen.append(deel)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            afscheid = True
        except ssl.SSLError as fout:
            self.spoel()
            self._bij_weigering(fout.reason or "TLS")
            self._breek()
            return
        if delen:
            self._lever(delen[0] if len(delen) == 1 else b"".join(delen))
        if afscheid:
            self._groet()

    def _lever(self, data: bytes) -> None:
        for waarnemer in tuple(self._waarnemers):
            waarnemer.verzoek()
        if not self._sluit_gevraagd and self._fase is Fase.OPEN:
            self._http.data_received(data)

    def _groet(self) -> None:
        """Answer the peer's close_notify: at once, or while watched after it had time for its FIN."""
        if self._waarnemers:
            self._zet_wekker(self._loop.call_later(self._termijnen.afscheid, self._groet_terug))
        else:
            self._sluit()

    def _groet_terug(self) -> None:
        if self._fase is Fase.OPEN:
            self._stuur_afscheid()
            self.spoel()

    def _stuur_afscheid(self) -> None:
        if self._tls is not None:
            # It is written, or the session is beyond it; we close either way.
            with contextlib.suppress(ssl.SSLError, OSError, ValueError):
                self._tls.unwrap()

    def _loop_leeg(self) -> None:
        """Send what is written and our FIN, then read on for a moment: unread octets would make a reset of it."""
        if self._raw is None or self._fase in (Fase.SLUIT, Fase.DICHT):
            return
        self._fase = Fase.SLUIT
        if self._einde_gezien:
            self._klap_dicht()
            return
        self._raw.resume_reading()
        self._raw.write_eof()
        self._zet_wekker(self._loop.call_later(self._termijnen.uitloop, self._klap_dicht))

    def _loop_uit(self, octets: int) -> None:
        self._uitgelopen += octets
        if self._uitgelopen > self._termijnen.uitloop_octets:
            self._klap_dicht()

    def _sluit(self) -> None:
        if self._fase is not Fase.OPEN:
            return
        self._stuur_afscheid()
        self.spoel()
        if self.uitloop:
            self._loop_leeg()
        else:
            self._fase = Fase.SLUIT
            self._klap_dicht()

    def _klap_dicht(self) -> None:
        if self._raw is None:
            return
        self._zet_wekker(self._loop.call_later(self._termijnen.spoelen, self._breek))
        self._raw.close()

    def _breek(self) -> None:
        self._fase = Fase.DICHT
        if self._raw is not None:
            self._raw.abort()

    def _zet_wekker(self, wekker: asyncio.TimerHandle | None) -> None:
        if self._wekker is not None:
            self._wekker.cancel()
        self._wekker = wekker

    # ------------------------------------------------------------------------------ called through LijnTransport

    def schrijf(self, data: bytes) -> None:
        """Write octets of a response."""
        if self._fase is not Fase.OPEN or not data:
            return
        if self._tls is None:
            self._bundel.append(data)
            self._spoel_straks(len(data))
            return
        rest = memoryview(data)
        try:
            while rest:
                aantal = self._tls.write(rest)
                self._spoel_straks(aantal)
                rest = rest[aantal:]
        except (ssl.SSLError, OSError):
            self._breek()  # after a close_notify of ours, or a broken session: nothing more can be sent

    def _spoel_straks(self, octets: int) -> None:
        self._bundel_octets += octets
        if self._bundel_octets >= _BUNDEL:
            self.spoel()
        elif self._spoelt is None:
            self._spoelt = self._loop.call_soon(self.spoel)

    def sluit(self) -> None:
        """Close in good order, after the watchers."""
        if not self._sluit_gevraagd:
            self._sluit_gevraagd = True
            if not self._waarnemers:
                self._sluit()

    def sluit_onmiddellijk(self) -> None:
        """Cut the connection."""
        self._sluit_gevraagd = True
        self._breek()

    def pauzeer(self, aan: bool) -> None:
        """Stop or go on giving data to the HTTP layer."""
        self._gepauzeerd = aan
        if self._raw is None:
            return
        if aan:
            self._raw.pause_reading()
        else:
            self._raw.resume_reading()
            self._loop.call_soon(self._lees)

    @property
    def sluitend(self) -> bool:
        """True from the moment that we or the peer began to close."""
        return self._sluit_gevraagd or self._fase in (Fase.SLUIT, Fase.DICHT)

    @property
    def leest(self) -> bool:
        """True when data is given on."""
        return not self._gepauzeerd and not self.sluitend

    def gegeven(self, naam: str, anders: Any) -> Any:
        """Answer `get_extra_info`."""
        if self._context is not None and naam == "sslcontext":
            return self._context
        if self._tls is not None and naam == "ssl_object":
            return self._tls
        return anders if self._raw is None else self._raw.get_extra_info(naam, anders)


class LijnTransport(asyncio.Transport):
    """What the HTTP protocol of uvicorn sees of a `Lijn`."""

    def __init__(self, lijn: Lijn) -> None:
        super().__init__()
        self.lijn = lijn

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self.lijn.gegeven(name, default)

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        self.lijn.schrijf(bytes(data))

    def close(self) -> None:
        self.lijn.sluit()

    def abort(self) -> None:
        self.lijn.sluit_onmiddellijk()

    def is_closing(self) -> bool:
        return self.lijn.sluitend

    def is_reading(self) -> bool:
        return self.lijn.leest

    def pause_reading(self) -> None:
        self.lijn.pauzeer(True)

    def resume_reading(self) -> None:
        self.lijn.pauzeer(False)
