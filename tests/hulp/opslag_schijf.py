"""A store on a small disk that fills up or becomes read-only; runs in a mount namespace of its own.

`unshare --map-root-user --mount python -m tests.hulp.opslag_schijf vol|alleen-lezen MAP`
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from gateway.domain.waarden import ElkNummer
from gateway.ports import OpslagVol
from gateway.store.opslag import SqlOpslag
from gateway.store.schema import migreer
from gateway.trust.kluis import Kluis
from tests.hulp.opslagen import SLEUTEL_A, dossier, inhoud, regel, versie

GEEN_MOUNT = 77


def _push(opslag: SqlOpslag, nr: int) -> None:
    with opslag.werk() as werk:
        werk.dossiers.bewaar(dossier("12345"))
        werk.dossiers.voeg_versie_toe(ElkNummer("12345"), versie(nr), inhoud(nr, 178_000), None)
        werk.logboek.audit(regel(versie=nr))


def _leest(opslag: SqlOpslag, laatste: int) -> bool:
    opslag.controleer()
    with opslag.lezen() as werk:
        heel = werk.dossiers.dossier(ElkNummer("12345"))
        keten = werk.logboek.controleer_keten()
        return (
            heel is not None
            and heel.nieuwste == versie(laatste)
            and werk.dossiers.inhoud(ElkNummer("12345"), laatste) == inhoud(laatste, 178_000)
            and (keten.aantal, keten.eerste_breuk) == (laatste, None)
        )


def _tot_het_niet_meer_gaat(opslag: SqlOpslag, vanaf: int) -> int:
    nr = vanaf
    try:
        while nr < 1000:
            _push(opslag, nr)
            nr += 1
    except OpslagVol:
        sys.stdout.write("geweigerd\n")
    return nr - 1


def main(storing: str, map_: Path) -> int:
    """Play it; prints `geweigerd` when a write was refused and `leest` when all reads still hold."""
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", map_], check=False).returncode:
        return GEEN_MOUNT
    url = f"sqlite:///{map_}/opslag.sqlite"
    migreer(url)
    if storing == "alleen-lezen":
        kind = os.fork()
        if kind == 0:
            _push(SqlOpslag(url, Kluis(SLEUTEL_A)), 1)
            # As after a crash: -wal and -shm stay behind.
            os._exit(0)
        os.waitpid(kind, 0)
        subprocess.run(["mount", "-o", "remount,ro", map_], check=True)
    opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
    laatste = _tot_het_niet_meer_gaat(opslag, 2 if storing == "alleen-lezen" else 1)
    if _leest(opslag, laatste) and _leest(SqlOpslag(url, Kluis(SLEUTEL_A)), laatste):
        sys.stdout.write("leest\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
