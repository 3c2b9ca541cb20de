"""A process that notifies over real mutual TLS, and is killed at the point it is told; see `test_notificeren_kill`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from adapters.beleefdheid import Omgang, Omgangsregels
from adapters.doel import DoelKlant
from adapters.traffic_center import TrafficCenterKlant
from gateway.berichten.pakket import laad_pakketten, standaardpakket
from gateway.berichten.verzending import SoapVerzender
from gateway.domain.bewaren import Bewaartermijnen
from gateway.ports import Wereld
from gateway.store.opslag import SqlOpslag
from gateway.trust.kluis import Kluis
from gateway.trust.tls import ssl_context_klant
from gateway.usecases.notificeren import Notificeerder
from gateway.work.naar_buiten import notificeer
from tests.fakes.wereld import maak_wereld
from tests.hulp.ophaal_proces import Klok, Omlijst, OmlijsteOpslag, Punten, loop
from tests.hulp.opslagen import SLEUTEL_A


def maak(opdracht: dict[str, Any], breek: Callable[[], None]) -> tuple[Wereld, Notificeerder]:
    """Put what notifies together, with points around every call out and every commit."""
    pakket = standaardpakket()
    bestanden = [Path(opdracht[naam]) for naam in ("cert", "key", "ca")]

    def verzender() -> SoapVerzender:
        return SoapVerzender(ssl_context_klant(*bestanden))

    wereld = replace(
        maak_wereld(),
        opslag=cast(Any, OmlijsteOpslag(SqlOpslag(opdracht["url"], Kluis(SLEUTEL_A)), breek)),
        klok=Klok(),
        traffic_center=cast(Any, Omlijst(TrafficCenterKlant(opdracht["tc"], verzender(), pakket), breek)),
    )
    doelen = DoelKlant(verzender(), laad_pakketten(), pakket, Omgang(Omgangsregels()))
    return wereld, Notificeerder(cast(Any, Omlijst(doelen, breek)), pakket.tabel, lambda: 0.0, Bewaartermijnen())


def doe(opdracht: dict[str, Any], punten: Punten) -> bool:
    """One round, as side work does it."""
    wereld, met = maak(opdracht, punten)
    notificeer(wereld, met, lambda: False)
    return True


if __name__ == "__main__":
    loop(doe)
