"""A TLS server of raw octets: it reads a request and answers exactly what the test says, at the pace it says."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.hulp.geduld import GEDULD

Antwoorder = Callable[[ssl.SSLSocket, threading.Event], None]


def http(inhoud: bytes, koppen: str = "Content-Type: text/xml\r\n", status: str = "200 OK") -> bytes:
    """Make a whole response."""
    return f"HTTP/1.1 {status}\r\n{koppen}Content-Length: {len(inhoud)}\r\n\r\n".encode() + inhoud


def zeg(octets: bytes) -> Antwoorder:
    """Answer at once."""
    return lambda verbinding, _stop: verbinding.sendall(octets)


def drup(octets: bytes, pauze: float = 0.2) -> Antwoorder:
    """Answer one octet at a time."""

    def antwoord(verbinding: ssl.SSLSocket, stop: threading.Event) -> None:
        for octet in octets:
            if stop.wait(pauze):
                return
            verbinding.sendall(bytes([octet]))

    return antwoord


def zwijg(_verbinding: ssl.SSLSocket, stop: threading.Event) -> None:
    """Never answer."""
    stop.wait(2 * GEDULD)


@contextmanager
def vijandige_server(context: ssl.SSLContext, antwoord: Antwoorder) -> Iterator[str]:
    """Serve until the block ends; gives `https://host:port`."""
    deur = socket.create_server(("127.0.0.1", 0))
    deur.settimeout(0.05)
    stop = threading.Event()
    open_: list[socket.socket] = []

    def bedien(kaal: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(kaal, server_side=True) as verbinding:
            while not stop.is_set() and verbinding.recv(65_536):
                antwoord(verbinding, stop)

    def werk() -> None:
        draden = []
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                kaal, _ = deur.accept()
                kaal.settimeout(GEDULD)
                open_.append(kaal.dup())
                draden.append(threading.Thread(target=bedien, args=(kaal,)))
                draden[-1].start()
        for draad in draden:
            draad.join(GEDULD)

    draad = threading.Thread(target=werk)
    draad.start()
    try:
        yield f"https://127.0.0.1:{deur.getsockname()[1]}"
    finally:
        stop.set()
        for verbinding in open_:  # wakes who waits for the next request on a connection that is kept
            with contextlib.suppress(OSError):
                verbinding.shutdown(socket.SHUT_RDWR)
            verbinding.close()
        draad.join(GEDULD)
        deur.close()
