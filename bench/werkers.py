"""Klaarzetten in bulk with two worker processes against one. A worker: `python -m bench.werkers URL ORDER…`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.klaarzetten import zet_klaar_voor
from bench.meten import Overgeslagen, Rij, Uitkomst
from bench.push import maak_wereld
from gateway.domain.logboek import Opdrachtgever
from gateway.domain.toegang import Token
from gateway.domain.waarden import ElkNummer, Rol
from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.proefpersonen import proef_pgn
from gateway.trust.kluis import nieuwe_sleutel
from gateway.usecases.aanleveren import Aanlevering, lever_aan
from gateway.usecases.klaarzetten import plaats_opdracht, verwerk_opdracht

PER_OPDRACHT = 300
_NAAM = "klaarzetten in bulk: twee werkprocessen tegen één (PostgreSQL)"
_WIE = Opdrachtgever("bench")


def meet() -> list[Uitkomst]:
    """On PostgreSQL, for which several processes are meant; SQLite, with its one writer, is told beside it."""
    from tests.hulp.postgres import nieuwe_database

    with tempfile.TemporaryDirectory(prefix="oso-bench-") as map_:
        sqlite = _verhouding(f"sqlite:///{map_}/bench.sqlite")
    try:
        with nieuwe_database() as url:
            een, twee = _tijden(url)
    except RuntimeError as fout:
        return [Overgeslagen(_NAAM, str(fout))]
    tekst = f"{een:.2f} s en {twee:.2f} s voor {2 * PER_OPDRACHT}; op SQLite, dat één schrijver heeft, {sqlite:.2f} x"
    return [Rij(_NAAM, een / twee, 1.7, minstens=True, toelichting=tekst)]


def _verhouding(url: str) -> float:
    een, twee = _tijden(url)
    return een / twee


def _tijden(url: str) -> tuple[float, float]:
    """Seconds for two orders by one process, and for two such orders by two; the shortest of three times each."""
    sleutel = nieuwe_sleutel()
    wereld = maak_wereld(Path(), url, sleutel)
    context = zet_klaar_voor(wereld)
    klein = [maak_dossier(proef_pgn(nr), zaad=nr, bijlagen=True) for nr in range(20)]
    token = Token("bench", "", Rol.KERN, "bench", wereld.klok.nu())
    opdrachten = []
    for nr in range(12 * PER_OPDRACHT):
        # an order looks at no PGN, so that pupils may share one here
        lever_aan(wereld, ElkNummer(str(nr + 1)), Aanlevering(klein[nr % 20], context=context), _WIE)
    for nr in range(12):
        nummers = [ElkNummer(str(nr * PER_OPDRACHT + n + 1)) for n in range(PER_OPDRACHT)]
        opdrachten.append(plaats_opdracht(wereld, token, nummers, _WIE))
    een = min(_draai(url, sleutel, [opdrachten[n : n + 2]]) for n in (0, 4, 8))
    twee = min(_draai(url, sleutel, [[opdrachten[n + 2]], [opdrachten[n + 3]]]) for n in (0, 4, 8))
    return een, twee


def _draai(url: str, sleutel: str, verdeling: Sequence[Sequence[str]]) -> float:
    """Start a worker for each share, let them go together when all are ready, and give the time until the last."""
    werkers = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.werkers", url, *opdrachten],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for opdrachten in verdeling
    ]
    tijden: list[float] = []
    for vraag in (sleutel, "ga"):
        for werker in werkers:
            if werker.stdin is None or werker.stdout is None:
                raise RuntimeError("a worker has no pipes")
            werker.stdin.write(f"{vraag}\n")
            werker.stdin.flush()
        antwoorden = [werker.stdout.readline() for werker in werkers if werker.stdout is not None]
        tijden = [json.loads(antwoord) for antwoord in antwoorden]
    for werker in werkers:
        werker.communicate()
    return max(tijden)


def main() -> None:
    """Be a worker: read the key, say ready, wait, work through the orders, tell how long that took."""
    wereld = maak_wereld(Path(), sys.argv[1], sys.stdin.readline().strip())
    print(0, flush=True)
    sys.stdin.readline()
    begin = time.perf_counter()
    for opdracht in sys.argv[2:]:
        verwerk_opdracht(wereld, opdracht)
    print(time.perf_counter() - begin, flush=True)


if __name__ == "__main__":
    main()
