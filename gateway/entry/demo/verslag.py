"""How steps are shown: in the terminal while they run, or as one JSON document at the end."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import typer

_KLEURCODE = re.compile(r"\x1b\[[0-9;]*m")


class NietGehouden(Exception):
    """Something that must hold did not; the message says what was seen instead."""


@dataclass(frozen=True, slots=True)
class Stap:
    """One step that was taken."""

    naam: str
    gelukt: bool
    duur_ms: int
    melding: str | None = None

    def als_json(self) -> dict[str, Any]:
        """The object of `demo --json`."""
        velden: dict[str, Any] = {"naam": self.naam, "gelukt": self.gelukt, "duurMs": self.duur_ms}
        if self.melding is not None:
            velden["melding"] = _KLEURCODE.sub("", self.melding)
        return velden


@dataclass(slots=True)
class Verslag:
    """Takes steps one after the other; after one that fails the rest is not taken."""

    stil: bool = False
    stappen: list[Stap] = field(default_factory=list)

    @property
    def gelukt(self) -> bool:
        """True when every step held."""
        return bool(self.stappen) and all(stap.gelukt for stap in self.stappen)

    def doe(self, naam: str, stap: Callable[[], str | None]) -> bool:
        """Take a step and show it; an exception is a step that did not hold. Tells whether it held."""
        begin = time.perf_counter()
        try:
            melding, gelukt = stap(), True
        except Exception as fout:  # noqa: BLE001 - whatever goes wrong, the demonstration shows it and stops
            melding, gelukt = (
                f"{type(fout).__name__}: {fout}" if not isinstance(fout, NietGehouden) else str(fout),
                False,
            )
        gedaan = Stap(naam, gelukt, round((time.perf_counter() - begin) * 1000), melding)
        self.stappen.append(gedaan)
        self._toon(gedaan)
        return gelukt

    def kop(self, tekst: str) -> None:
        """Show a heading between steps."""
        if not self.stil:
            typer.secho(f"\n{tekst}", bold=True)

    def als_json(self) -> dict[str, Any]:
        """The document of `demo --json`."""
        return {"gelukt": self.gelukt, "stappen": [stap.als_json() for stap in self.stappen]}

    def _toon(self, stap: Stap) -> None:
        if self.stil:
            return
        teken = typer.style("✔", fg=typer.colors.GREEN) if stap.gelukt else typer.style("✘", fg=typer.colors.RED)
        typer.echo(f" {teken} {stap.naam}  ({stap.duur_ms} ms)")
        for regel in (stap.melding or "").splitlines():
            typer.echo(f"     {regel}")


_STIPPEN = {"wit": "○ wit", "blauw": "● blauw", "groen": "● groen"}
_KLEUREN = {"wit": typer.colors.WHITE, "blauw": typer.colors.BLUE, "groen": typer.colors.GREEN}


def stip(status: str) -> str:
    """A dot with its colour, coloured in a terminal."""
    return typer.style(_STIPPEN[status], fg=_KLEUREN[status])


def eis(voorwaarde: bool, anders: str) -> None:
    """Raise `NietGehouden` when something does not hold."""
    if not voorwaarde:
        raise NietGehouden(anders)
