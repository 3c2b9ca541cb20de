"""Look for planted values in everything that a service leaves behind, in every form that they may have there."""

from __future__ import annotations

import base64
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from tests.hulp.soapklant import zoeksleutel


def vormen(waarde: str) -> Iterator[tuple[str, bytes]]:
    """A value as UTF-8, UTF-16, hex and Base64 at each of the three places in a group."""
    octets = waarde.encode()
    yield "utf-8", octets
    yield "json", waarde.encode("ascii", "backslashreplace")
    yield "utf-16", waarde.encode("utf-16-le")
    yield "utf-16-be", waarde.encode("utf-16-be")
    yield "hex", octets.hex().encode()
    yield "HEX", octets.hex().upper().encode()
    for plek in range(3):
        geheel = base64.b64encode(bytes(plek) + octets + bytes(3))
        # Only the characters that depend on nothing but the value.
        begin, eind = -(-8 * plek // 6), (8 * (plek + len(octets))) // 6
        yield f"base64+{plek}", geheel[begin:eind]


def naalden(pgns: Iterable[str], woorden: Iterable[str]) -> Mapping[bytes, str]:
    """What may be found nowhere, with a word about what it is (never the value itself)."""
    gezocht: dict[bytes, str] = {}
    for nr, pgn in enumerate(pgns):
        for vorm, naald in vormen(pgn):
            gezocht[naald] = f"pgn {nr} ({vorm})"
        sleutel = zoeksleutel(pgn)[0]
        gezocht[sleutel[:40].encode()] = f"zoeksleutel {nr}"
        gezocht[base64.b64decode(sleutel)[:30]] = f"zoeksleutel {nr} (octets)"
        gezocht[base64.b64decode(sleutel)[:30].hex().encode()] = f"zoeksleutel {nr} (hex)"
    for nr, woord in enumerate(woorden):
        for vorm, naald in vormen(woord):
            gezocht[naald] = f"woord {nr} ({vorm})"
    return gezocht


class Zoeker:
    """Searches for all needles at once."""

    def __init__(self, gezocht: Mapping[bytes, str]) -> None:
        self._gezocht = gezocht
        self._patroon = re.compile(b"|".join(re.escape(naald) for naald in sorted(gezocht, key=len, reverse=True)))

    def in_octets(self, waar: str, octets: bytes) -> set[str]:
        return {f"{self._gezocht[gevonden[0]]} in {waar}" for gevonden in self._patroon.finditer(octets)}

    def in_map(self, map_: Path) -> set[str]:
        """All files under a folder, by octets; SQLite files also by their values, overflow pages put together."""
        gevonden: set[str] = set()
        for bestand in sorted(map_.rglob("*")):
            if not bestand.is_file():
                continue
            waar = str(bestand.relative_to(map_))
            gevonden |= self.in_octets(waar, bestand.read_bytes())
            gevonden |= self.in_octets(f"name {waar}", waar.encode())
            with bestand.open("rb") as begin:
                is_sqlite = begin.read(16) == b"SQLite format 3\x00"
            if is_sqlite:
                gevonden |= self._in_sqlite(bestand, waar)
        return gevonden

    def _in_sqlite(self, bestand: Path, waar: str) -> set[str]:
        gevonden: set[str] = set()
        with closing(sqlite3.connect(f"file:{bestand}?mode=ro", uri=True)) as db:
            tabellen = [naam for (naam,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for tabel in tabellen:
                for rij in db.execute(f'SELECT * FROM "{tabel}"'):
                    for waarde in rij:
                        octets = waarde if isinstance(waarde, bytes) else str(waarde).encode()
                        gevonden |= self.in_octets(f"{waar}:{tabel}", octets)
        return gevonden
