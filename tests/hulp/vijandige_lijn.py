"""Send octets to a port and measure what they cost: processor time after the last octet, memory, rows."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.hulp.soapklant import Antwoord

MIB = 1024 * 1024
VLUCHTIG = frozenset(
    {"audit", "audit_kop", "belpoging", "werkproces", "werkslot", "ronde", "alembic_version", "sqlite_sequence"}
)
"""Tables that may change when a message is refused: the audit tells of refusals, the rest is housekeeping."""


@dataclass(frozen=True, slots=True)
class Gemeten:
    """An answer and what it took; `seconden` of the processor from the last octet sent to the last received, `mib` peak
    memory more.

    Not seconds of the wall clock: on a busy machine those are for the most part what others cost.
    """

    antwoord: Antwoord
    seconden: float
    mib: float


class Meter:
    """Measures one process and its store."""

    def __init__(self, pid: int, map_: Path) -> None:
        self._pid = pid
        self._database = map_ / "oso.sqlite"

    def rijen(self) -> dict[str, int]:
        """Count the rows of every table that a refused message may not touch."""
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as db:
            tabellen = [naam for (naam,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {
                naam: db.execute(f'SELECT count(*) FROM "{naam}"').fetchone()[0]
                for naam in tabellen
                if naam not in VLUCHTIG
            }

    def geheugen(self, veld: str = "VmRSS") -> float:
        """Resident memory in MiB."""
        for regel in Path(f"/proc/{self._pid}/status").read_text().splitlines():
            if regel.startswith(f"{veld}:"):
                return int(regel.split()[1]) / 1024
        raise AssertionError(veld)

    def rekentijd(self) -> float:
        """Seconds of the processor that the process and its ended children took so far."""
        velden = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, velden[11:15])) / os.sysconf("SC_CLK_TCK")

    @contextmanager
    def piek(self) -> Iterator[list[float]]:
        """Give, after the block, how many MiB the peak lay above the start."""
        Path(f"/proc/{self._pid}/clear_refs").write_text("5")
        begin = self.geheugen()
        uitkomst: list[float] = []
        yield uitkomst
        uitkomst.append(self.geheugen("VmHWM") - begin)

    def stuur(self, url: str, verzoek: bytes, context: ssl.SSLContext | None = None) -> Gemeten:
        """Send one HTTP request as octets and read the answer."""
        with self.piek() as piek, verbind(url, context) as lijn:
            # Refused before it was read: the answer may be there already.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError, ssl.SSLError):
                lijn.sendall(verzoek)
            begin = self.rekentijd()
            antwoord = lees_heel(lijn)
            seconden = self.rekentijd() - begin
        return Gemeten(antwoord, seconden, piek[0])


@contextmanager
def verbind(url: str, context: ssl.SSLContext | None = None) -> Iterator[socket.socket]:
    """Open a connection to the host and port of a URL."""
    adres = urlsplit(url)
    kaal = socket.create_connection((adres.hostname or "", adres.port or 0), timeout=60)
    kaal.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * MIB)
    with kaal if context is None else context.wrap_socket(kaal, server_hostname="localhost") as lijn:
        yield lijn


def http(methode: str, pad: str, lijf: bytes, koppen: Mapping[str, str], lengte: int | None = None) -> bytes:
    """Write a request as octets."""
    regels = [f"{methode} {pad} HTTP/1.1", "Host: localhost", "Connection: close"]
    regels += [f"{naam}: {waarde}" for naam, waarde in koppen.items()]
    if "Transfer-Encoding" not in koppen:
        regels.append(f"Content-Length: {len(lijf) if lengte is None else lengte}")
    return ("\r\n".join(regels) + "\r\n\r\n").encode("latin-1") + lijf


def in_stukken(lijf: bytes, maat: int = 65_536) -> bytes:
    """Write a body with chunked coding."""
    stukken = [lijf[plek : plek + maat] for plek in range(0, len(lijf), maat)]
    return b"".join(b"%x\r\n%b\r\n" % (len(stuk), stuk) for stuk in stukken) + b"0\r\n\r\n"


def lees_heel(lijn: socket.socket) -> Antwoord:
    """Read until the other side closes or the whole body is there."""
    gelezen = b""
    while True:
        kop, scheiding, lijf = gelezen.partition(b"\r\n\r\n")
        if scheiding:
            regels = kop.decode("latin-1").split("\r\n")
            koppen = {naam.lower(): waarde.strip() for naam, _, waarde in (r.partition(":") for r in regels[1:])}
            if len(lijf) >= int(koppen.get("content-length", "10000000000")):
                return Antwoord(int(regels[0].split()[1]), koppen, lijf)
        deel = lijn.recv(65_536)
        if not deel:
            assert scheiding, f"the connection ended without an answer: {gelezen!r}"
            return Antwoord(int(gelezen.split()[1]), koppen, lijf)
        gelezen += deel


def multipart(*delen: tuple[str, bytes], grens: str = "grens-van-de-proef") -> tuple[bytes, str]:
    """Write a form; each part is its header lines and its content. Gives the body and the content type."""
    stukken = [f"--{grens}\r\n{koppen}\r\n\r\n".encode() + inhoud + b"\r\n" for koppen, inhoud in delen]
    return b"".join(stukken) + f"--{grens}--\r\n".encode(), f"multipart/form-data; boundary={grens}"
