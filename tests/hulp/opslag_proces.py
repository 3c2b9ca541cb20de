"""A process of its own on a store, for tests of what several processes do to one database.

`python -m tests.hulp.opslag_proces OPDRACHT URL …`; every acknowledged step is one line on stdout.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable
from dataclasses import replace

from gateway.domain.logboek import Gebeurtenis, GebeurtenisType
from gateway.domain.waarden import ElkNummer, Pgn
from gateway.ports import OpslagNietBeschikbaar, OpslagVol
from gateway.store.opslag import SqlOpslag
from gateway.trust.kluis import Kluis
from tests.hulp.opslagen import NU, SLEUTEL_A, dossier, inhoud, regel, versie


def _zeg(tekst: str) -> None:
    sys.stdout.write(tekst + "\n")
    sys.stdout.flush()


def schrijf_audit(opslag: SqlOpslag, naam: str, aantal: str) -> None:
    """Append audit records and events, one transaction each."""
    for nr in range(int(aantal)):
        with opslag.werk() as werk:
            werk.logboek.audit(regel(naam))
            werk.logboek.gebeurtenis(
                Gebeurtenis(f"{naam}-{nr}", GebeurtenisType.STATUS_GEWIJZIGD, NU, "dossier/1", {"nr": nr})
            )
        _zeg(str(nr))


def push(opslag: SqlOpslag, elk: str, aantal: str) -> None:
    """Add versions to one dossier, each under the lock; says the number of each that was acknowledged."""
    nummer = ElkNummer(elk)
    for _ in range(int(aantal)):
        with opslag.werk() as werk:
            gevonden = werk.dossiers.dossier(nummer, vergrendel=True)
            nr = gevonden.nieuwste.versie + 1 if gevonden and gevonden.nieuwste else 1
            werk.dossiers.bewaar(replace(gevonden or dossier(elk), revisie=nr))
            werk.dossiers.voeg_versie_toe(nummer, versie(nr), inhoud(nr, 178_000), Pgn("123456782"))
            werk.logboek.audit(regel("aanleveren", versie=nr))
        _zeg(str(nr))


def herhaal(opslag: SqlOpslag, aantal: str, _: str) -> None:
    """Offer messages to the register against replay; says the number of each that was new."""
    for nr in range(int(aantal)):
        with opslag.werk() as werk:
            nieuw = werk.herhalingen.eerste_keer(str(nr).encode(), NU, NU)
        if nieuw:
            _zeg(str(nr))


def vol(opslag: SqlOpslag, soort: str, hoeveel: str) -> None:
    """Push until there is no room, then read back what was acknowledged."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(hoeveel), int(hoeveel)))
    nummer, laatste = ElkNummer(soort), 0
    with opslag.werk() as werk:
        werk.dossiers.bewaar(dossier(soort))
    try:
        for nr in range(1, 10_000):
            with opslag.werk() as werk:
                werk.dossiers.voeg_versie_toe(nummer, versie(nr), inhoud(nr, 178_000), None)
                werk.logboek.audit(regel("aanleveren", versie=nr))
            laatste = nr
    except OpslagVol:
        _zeg("vol")
    opslag.controleer()
    with opslag.lezen() as werk:
        heel = werk.dossiers.dossier(nummer)
        goed = heel is not None and heel.nieuwste is not None and heel.nieuwste.versie == laatste
        goed = goed and werk.dossiers.inhoud(nummer, laatste) == inhoud(laatste, 178_000)
        goed = goed and werk.dossiers.octets(nummer, laatste + 1) is None
        keten = werk.logboek.controleer_keten()
    _zeg(f"{laatste} {goed} {keten.aantal} {keten.eerste_breuk}")
    _zeg("weer" if _schrijft(opslag) else "nog vol")


def _schrijft(opslag: SqlOpslag) -> bool:
    try:
        with opslag.werk() as werk:
            werk.dossiers.bewaar(dossier("9"))
    except OpslagNietBeschikbaar:
        return False
    return True


_OPDRACHTEN: dict[str, Callable[[SqlOpslag, str, str], None]] = {
    "audit": schrijf_audit,
    "push": push,
    "herhaal": herhaal,
    "vol": vol,
}

if __name__ == "__main__":
    opdracht, url, eerste, tweede = sys.argv[1:]
    _OPDRACHTEN[opdracht](SqlOpslag(url, Kluis(os.environ.get("TEST_SLEUTELS", SLEUTEL_A))), eerste, tweede)
