"""A process that fetches over real mutual TLS, and is killed at the point it is told; see `test_ophalen_kill`.

It imports everything once and then forks a child for every order on its standard input: a child dies (SIGKILL, by its
own hand) at point `bij`, or goes on to the end when that is 0. One line of JSON comes back for each.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from adapters.beleefdheid import Omgang, Omgangsregels
from adapters.bron import BronKlant
from adapters.traffic_center import TrafficCenterKlant
from adapters.traffic_center.beleefd import BeleefdTrafficCenter
from gateway.berichten.pakket import standaardpakket
from gateway.berichten.verzending import SoapVerzender
from gateway.gegevensset import Pakketten, Toetser
from gateway.gegevensset.verschil import Dossiervergelijker
from gateway.store.opslag import SqlOpslag
from gateway.trust.kluis import Kluis
from gateway.trust.tls import ssl_context_klant
from gateway.trust.zoeksleutel import maak_zoeksleutels
from gateway.usecases.doelsysteem import Doelsysteem, Ophaalregels
from gateway.usecases.ophalen import verwerk
from tests.fakes.wereld import maak_wereld
from tests.hulp.opslagen import SLEUTEL_A


class Klok:
    def nu(self) -> datetime:
        return datetime.now(UTC)


class Punten:
    """Counts the moments at which a process may die, and dies at one of them."""

    def __init__(self, bij: int) -> None:
        self._bij = bij
        self.geteld = 0

    def __call__(self) -> None:
        self.geteld += 1
        if self.geteld == self._bij:
            os.kill(os.getpid(), signal.SIGKILL)


class Omlijst:
    """Any port with a point before and after each of its calls."""

    def __init__(self, binnen: object, breek: Callable[[], None]) -> None:
        self._binnen = binnen
        self._breek = breek

    def __getattr__(self, naam: str) -> Any:
        doe = getattr(self._binnen, naam)

        def met_punten(*args: Any, **velden: Any) -> Any:
            self._breek()
            antwoord = doe(*args, **velden)
            self._breek()
            return antwoord

        return met_punten


class OmlijsteOpslag:
    """A store with a point before and after each commit."""

    def __init__(self, binnen: SqlOpslag, breek: Callable[[], None]) -> None:
        self._binnen = binnen
        self._breek = breek

    @contextmanager
    def werk(self, **hoe: bool) -> Iterator[Any]:
        with self._binnen.werk(**hoe) as werk:
            yield werk
            self._breek()
        self._breek()

    def lezen(self) -> Any:
        return self._binnen.lezen()

    def controleer(self) -> None:
        self._binnen.controleer()


def maak_doel(opdracht: dict[str, Any], toetser: Toetser, breek: Callable[[], None]) -> Doelsysteem:
    """Put a real gateway together, with points everywhere."""
    pakket = standaardpakket()
    bestanden = [Path(opdracht[naam]) for naam in ("cert", "key", "ca")]

    def verzender() -> SoapVerzender:
        return SoapVerzender(ssl_context_klant(*bestanden))

    omgang = Omgang(Omgangsregels())
    tc = BeleefdTrafficCenter(TrafficCenterKlant(opdracht["tc"], verzender(), pakket), omgang)
    wereld = replace(
        maak_wereld(),
        opslag=cast(Any, OmlijsteOpslag(SqlOpslag(opdracht["url"], Kluis(SLEUTEL_A)), breek)),
        klok=Klok(),
        toetser=toetser,
        zoeksleutels=maak_zoeksleutels(),
        traffic_center=cast(Any, Omlijst(tc, breek)),
    )
    bronnen = BronKlant(verzender(), pakket, omgang)
    return Doelsysteem(wereld, cast(Any, Omlijst(bronnen, breek)), Dossiervergelijker(), ("2019.1",), Ophaalregels())


def in_kind(bij: int, werk: Callable[[Punten], bool]) -> dict[str, Any]:
    """Do something in a child that dies at point `bij`; tells how it ended and how many points it passed."""
    lezen, schrijven = os.pipe()
    kind = os.fork()
    if kind == 0:
        code = 1
        try:
            os.close(lezen)
            punten = Punten(bij)
            klaar = werk(punten)
            os.write(schrijven, json.dumps({"punten": punten.geteld, "klaar": klaar}).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(schrijven)
    with os.fdopen(lezen, "rb") as pijp:
        gemeld = pijp.read()
    _, status = os.waitpid(kind, 0)
    einde = {"code": os.waitstatus_to_exitcode(status)}
    return {**einde, **(json.loads(gemeld) if gemeld else {})}


def loop(doe: Callable[[dict[str, Any], Punten], bool]) -> None:
    """Answer each line of standard input."""
    importlib.import_module("zeep")  # the client loads it at its first call: here once for all children
    uit, sys.stdout = sys.stdout, sys.stderr  # what is logged is no answer
    for regel in sys.stdin:
        opdracht = json.loads(regel)
        uitkomst = in_kind(opdracht["bij"], lambda punten: doe(opdracht, punten))  # noqa: B023 - called before the next
        uit.write(json.dumps(uitkomst) + "\n")
        uit.flush()


def main() -> None:
    """Fetch at each order; finished when there is no moment to go on."""
    toetser = Toetser(Pakketten.laad())
    loop(lambda opdracht, punten: verwerk(maak_doel(opdracht, toetser, punten), opdracht["id"]) is None)


if __name__ == "__main__":
    main()
