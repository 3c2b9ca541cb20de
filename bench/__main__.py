"""`make bench`: measures, prints one table with *gehaald / niet gehaald*, writes `bench/results.json`."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import geheugen, klaarzetten, pull, push, toetsen, werkers
from bench.meten import Rij, Uitkomst

_METINGEN: tuple[Callable[[], list[Uitkomst]], ...] = (
    push.meet,
    geheugen.meet,
    toetsen.meet,
    pull.meet,
    klaarzetten.meet,
    werkers.meet,
)
_UIT = Path(__file__).parent / "results.json"


def main() -> None:
    """Measure everything; the exit code says nothing of targets, the table does."""
    scherm = Console(file=sys.stdout, width=150)
    rijen: list[Uitkomst] = []
    for meting in _METINGEN:
        scherm.print(f"meten: {meting.__module__.rpartition('.')[2]} …", style="dim")
        rijen.extend(meting())
    scherm.print(_tabel(rijen))
    _UIT.write_text(
        json.dumps(
            {
                "moment": datetime.now(UTC).isoformat(timespec="seconds"),
                "python": platform.python_version(),
                "processoren": _processoren(),
                "rijen": [rij.als_json() for rij in rijen],
            },
            ensure_ascii=False,
            indent=1,
        )
        + "\n",
        encoding="utf-8",
    )


def _processoren() -> int:
    import os

    return len(os.sched_getaffinity(0))


def _tabel(rijen: list[Uitkomst]) -> Table:
    tabel = Table("meting", "uitkomst", "doel", "", "toelichting")
    for rij in rijen:
        if not isinstance(rij, Rij):
            tabel.add_row(rij.naam, "–", "", "niet gemeten", rij.reden)
            continue
        teken = "≥" if rij.minstens else "≤"
        tabel.add_row(
            rij.naam,
            f"{rij.waarde:.2f} {rij.eenheid}",
            f"{teken} {rij.doel:g} {rij.eenheid}",
            "[green]gehaald[/]" if rij.gehaald else "[red]niet gehaald[/]",
            rij.toelichting,
        )
    return tabel


if __name__ == "__main__":
    main()
