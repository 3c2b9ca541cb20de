"""The file of the simulated Traffic Center: state and call log in SQLite, secret beside it, both mode 0600.

Each change is in the operating system's hands before its answer leaves, so it survives a kill of the process (not a
power cut: `synchronous` is off, because a simulator that flushes would be the slowest part of what is measured).
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from gateway.simulators.traffic_center import vorm
from gateway.simulators.traffic_center.gegevens import Instellingen, Koppeling, LogRegel, Punt, Sessie

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS staat (soort TEXT, sleutel TEXT, inhoud TEXT NOT NULL, PRIMARY KEY (soort, sleutel));
CREATE TABLE IF NOT EXISTS aanroepen (nr INTEGER PRIMARY KEY AUTOINCREMENT, inhoud TEXT NOT NULL);
"""
_BEWAAR = "INSERT OR REPLACE INTO staat (soort, sleutel, inhoud) VALUES (?, ?, ?)"
_BEWAARTIJD = timedelta(days=1)


class Opslag:
    """State that survives the process. Use it from one thread."""

    def __init__(self, map_: Path) -> None:
        """Open or make the files in a folder."""
        map_.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.geheim = _geheim(map_ / "traffic_center.geheim")
        pad = map_ / "traffic_center.sqlite"
        os.close(os.open(pad, os.O_CREAT | os.O_RDWR, 0o600))
        self._db = sqlite3.connect(pad, isolation_level=None, check_same_thread=False)
        self._db.executescript(_SCHEMA)

    def sluit(self) -> None:
        """Close the file."""
        self._db.close()

    def bewaar_punt(self, punt: Punt) -> None:
        """Add or replace a point."""
        self._bewaar("punt", str(punt.kenmerk), vorm.punt_naar(punt, geheim=True))

    def bewaar_sessie(self, sessie: Sessie) -> None:
        """Add or replace a session."""
        self._bewaar("sessie", str(sessie.id), vorm.sessie_naar(sessie))

    def bewaar_koppeling(self, koppeling: Koppeling) -> None:
        """Add a koppelsleutel."""
        self._bewaar("koppeling", str(koppeling.sleutel), vorm.koppeling_naar(koppeling))

    def bewaar_instellingen(self, instellingen: Instellingen) -> None:
        """Replace the settings."""
        self._bewaar("instellingen", "", vorm.instellingen_naar(instellingen))

    def punten(self) -> list[Punt]:
        """Read all points."""
        return [vorm.punt_uit(inhoud) for inhoud in self._lees("punt")]

    def sessies(self, nu: datetime) -> list[Sessie]:
        """Read the sessions, and forget those that ended more than a day ago."""
        alle = [vorm.sessie_uit(inhoud) for inhoud in self._lees("sessie")]
        oud = [sessie for sessie in alle if sessie.verloopt < nu - _BEWAARTIJD]
        verwijder = "DELETE FROM staat WHERE soort = 'sessie' AND sleutel = ?"
        self._db.executemany(verwijder, [(str(sessie.id),) for sessie in oud])
        return [sessie for sessie in alle if sessie.verloopt >= nu - _BEWAARTIJD]

    def koppelingen(self) -> list[Koppeling]:
        """Read all koppelsleutels."""
        return [vorm.koppeling_uit(inhoud) for inhoud in self._lees("koppeling")]

    def instellingen(self) -> Instellingen:
        """Read the settings."""
        return next((vorm.instellingen_uit(i, Instellingen()) for i in self._lees("instellingen")), Instellingen())

    def log(self, regel: LogRegel) -> None:
        """Add a call; it gets the next number."""
        self._db.execute("INSERT INTO aanroepen (inhoud) VALUES (?)", (json.dumps(vorm.logregel_naar(regel)),))

    def aanroepen(self, na: int) -> list[dict[str, Any]]:
        """Read the calls after a number."""
        rijen = self._db.execute("SELECT nr, inhoud FROM aanroepen WHERE nr > ? ORDER BY nr", (na,))
        return [{"nr": nr, **json.loads(inhoud)} for nr, inhoud in rijen]

    def _bewaar(self, soort: str, sleutel: str, inhoud: dict[str, Any]) -> None:
        self._db.execute(_BEWAAR, (soort, sleutel, json.dumps(inhoud)))

    def _lees(self, soort: str) -> Iterator[dict[str, Any]]:
        for (inhoud,) in self._db.execute("SELECT inhoud FROM staat WHERE soort = ?", (soort,)).fetchall():
            yield json.loads(inhoud)


def _geheim(pad: Path) -> bytes:
    """Read the secret, or make it: written in full under another name first, so that a kill leaves no half of it."""
    if not pad.exists():
        nieuw = pad.with_suffix(".nieuw")
        nieuw.unlink(missing_ok=True)
        with os.fdopen(os.open(nieuw, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as bestand:
            bestand.write(secrets.token_bytes(32))
        nieuw.replace(pad)
    return pad.read_bytes()
