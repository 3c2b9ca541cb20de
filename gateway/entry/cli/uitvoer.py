"""How the command line speaks: results to stdout, diagnostics to stderr, exit codes 0, 1 and 2."""

from __future__ import annotations

import json
import sys
from enum import IntEnum
from typing import Any, NoReturn

import typer


class Afloop(IntEnum):
    """Exit codes (`interfaces.md`, CLI)."""

    GELUKT = 0
    GEHOUDEN_NIET = 1
    """The thing asked about does not hold: findings, bad signature, unreachable."""
    GEBRUIK = 2
    """Usage, configuration or unreadable input."""


def toon_json(waarde: Any) -> None:
    """Print one JSON document to stdout."""
    typer.echo(json.dumps(waarde, ensure_ascii=False, indent=2))


def toon(tekst: str) -> None:
    """Print a line of result to stdout."""
    typer.echo(tekst)


def meld(tekst: str) -> None:
    """Print a diagnostic to stderr."""
    typer.echo(tekst, err=True)


def stop(afloop: Afloop, melding: str | None = None) -> NoReturn:
    """End the program, with one clear line on stderr when there is something to say."""
    if melding:
        meld(melding)
    sys.stdout.flush()
    raise typer.Exit(int(afloop))
