"""Judge many files on all cores, in the order given, in memory that does not grow with their number."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.domain.beoordeling import Beoordeling
from gateway.gegevensset.verslag import Verslagregel
from gateway.settings import Instellingen

if TYPE_CHECKING:
    from gateway.gegevensset import Toetser

_BROKKEN: Final = 12
"""Portions for each worker: so large that handing out costs little, so small that all end at about the same time."""
_GROOTSTE_BROK: Final = 32
_TE_WEINIG: Final = 16
"""Fewer files are judged sooner than workers are started."""


class WerkprocesWeg(Exception):
    """A worker died, for want of memory or by a fault in a library; nothing more comes."""


@dataclass(frozen=True, slots=True)
class Opdracht:
    """How to judge: the settings (rules included) and the version demanded, if any."""

    instellingen: Instellingen
    pakket: str | None = None


@dataclass(frozen=True, slots=True)
class Onleesbaar:
    """A file that cannot be opened or read."""

    bestand: str
    reden: str


Uitkomst = Verslagregel | Onleesbaar


def kernen() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def toets_bestand(toetser: Toetser, bestand: Path, opdracht: Opdracht) -> Uitkomst:
    """Judge one file; of one over the size limit no more is read than shows that it is."""
    try:
        with bestand.open("rb") as bron:
            octets = bron.read(opdracht.instellingen.max_bericht + 1)
    except OSError as fout:
        return Onleesbaar(str(bestand), fout.strerror or "onbekende fout")
    beoordeling = toetser.rapporteer(octets, pakket=opdracht.pakket)
    return Verslagregel(str(bestand), Beoordeling(beoordeling.rapport, bijlagen=beoordeling.bijlagen))


def toets_alle(toetser: Toetser, bestanden: Sequence[Path], opdracht: Opdracht, aantal: int) -> Iterator[Uitkomst]:
    """Judge all files with `aantal` processes; outcomes come in the order of the files. Raises `WerkprocesWeg`."""
    if aantal < 2 or len(bestanden) < _TE_WEINIG:
        for bestand in bestanden:
            yield toets_bestand(toetser, bestand, opdracht)
        return
    # A fork shares the compiled packs with its parent, so a worker starts at once; elsewhere each loads its own.
    hoe = "fork" if sys.platform == "linux" else "spawn"
    _Werker.toetser = toetser
    brok = max(1, min(_GROOTSTE_BROK, len(bestanden) // (aantal * _BROKKEN)))
    gc.freeze()  # what a worker shares with its parent must not be copied because a collector looks at it
    with ProcessPoolExecutor(
        aantal, multiprocessing.get_context(hoe), initializer=_Werker.begin, initargs=(opdracht,)
    ) as pool:
        try:
            yield from _verdeel(pool, [bestanden[n : n + brok] for n in range(0, len(bestanden), brok)], 4 * aantal)
        except BrokenProcessPool:
            raise WerkprocesWeg from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            gc.unfreeze()


def _verdeel(pool: ProcessPoolExecutor, brokken: Sequence[Sequence[Path]], vooruit: int) -> Iterator[Uitkomst]:
    """Keep a few portions ahead, not all: outcomes that nobody has taken yet are memory."""
    wachtend: list[Future[list[Uitkomst]]] = []
    for brok in brokken:
        wachtend.append(pool.submit(_Werker.toets, brok))
        if len(wachtend) >= vooruit:
            yield from wachtend.pop(0).result()
    for toekomst in wachtend:
        yield from toekomst.result()


class _Werker:
    """What a worker process holds; inherited from the parent where processes are forked."""

    toetser: Toetser | None = None
    opdracht: Opdracht | None = None

    @classmethod
    def begin(cls, opdracht: Opdracht) -> None:
        cls.opdracht = opdracht
        if cls.toetser is None:
            from gateway.bootstrap import maak_toetser

            cls.toetser = maak_toetser(opdracht.instellingen)

    @staticmethod
    def toets(bestanden: Sequence[Path]) -> list[Uitkomst]:
        if _Werker.toetser is None or _Werker.opdracht is None:
            raise AssertionError("a worker begins before it works")
        return [toets_bestand(_Werker.toetser, bestand, _Werker.opdracht) for bestand in bestanden]
