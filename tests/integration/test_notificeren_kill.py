"""A process that notifies is killed at every point: the next one goes on, and no LAS misses anything.

A LAS hears twice only where nobody can know whether it heard: killed after it answered and before that was committed.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.aanleverpunt import Aanleverpunt
from gateway.domain.dossier import Klaarzetting
from gateway.domain.notificatie import NotificatieStatus
from gateway.domain.overdracht import Adresblok, Verzoek
from gateway.domain.waarden import ElkNummer, Overdrachtsoort, Pgn, RouteringsKenmerk, SessieId
from gateway.simulators.las import LasPunt, SimulatieLas
from gateway.simulators.ontwikkelwereld import MAGISTER, SCHOLEN
from gateway.store.opslag import SqlOpslag
from gateway.trust.kluis import Kluis
from tests.hulp.draaiende_tc import (
    PAKKET,
    DraaiendTrafficCenter,
    draai_apps,
    draaiend_traffic_center,
    maak_wereldpki,
    verzender_van,
)
from tests.hulp.opslagen import HIER, SLEUTEL_A, database_url, dossier, inhoud, versie

ONS, LAS = RouteringsKenmerk("0000000700000YY00931"), RouteringsKenmerk("0000000700000YY00932")


@dataclass
class Opstelling:
    """A Traffic Center and a LAS that really run, a store on disk, and a process that notifies."""

    tc: DraaiendTrafficCenter
    las: SimulatieLas
    opslag: SqlOpslag
    proces: subprocess.Popen[str]
    opdracht: dict[str, Any]
    leerling: int = 0

    def wachtende(self) -> tuple[ElkNummer, SessieId]:
        """A pupil set ready whose LAS asked for it in vain."""
        self.leerling += 1
        nu, sessie = datetime.now(UTC), SessieId.nieuw()
        elk, pgn = ElkNummer(str(30_000 + self.leerling)), Pgn(str(400_000_000 + self.leerling))
        with self.opslag.werk() as werk:
            werk.dossiers.bewaar(dossier(elk.waarde))
            werk.dossiers.voeg_versie_toe(elk, versie(1, verzameldatum=nu), inhoud(1, 200), pgn)
            heel = werk.dossiers.dossier(elk)
            assert heel is not None
            werk.dossiers.bewaar(replace(heel, klaarzetting=Klaarzetting(HIER, nu, "kern-1")))
            adres = Adresblok(HIER.brin, ONS, HIER.brin, LAS)
            werk.verzoeken.bewaar(Verzoek(nu, pgn, adres, Overdrachtsoort.OVERSTAPDOSSIER, sessie))
        return elk, sessie

    def loop(self, bij: int = 0) -> dict[str, Any]:
        assert self.proces.stdin is not None
        assert self.proces.stdout is not None
        self.proces.stdin.write(json.dumps({**self.opdracht, "bij": bij}) + "\n")
        self.proces.stdin.flush()
        uitkomst: dict[str, Any] = json.loads(self.proces.stdout.readline())
        return uitkomst

    def gehoord(self) -> Counter[SessieId | None]:
        return Counter(bericht.sessie_id for bericht in self.las.notificaties)

    def gemeld(self) -> Counter[str]:
        rijen = self.tc.sim("GET", "aanroepen")["aanroepen"]
        return Counter(rij["sessieId"].lower() for rij in rijen if rij["operatie"] == "meldenNotificatie")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def o(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opstelling]:
    map_ = tmp_path_factory.mktemp("kill")
    pki = maak_wereldpki(map_ / "pki")
    with draaiend_traffic_center(map_ / "tc", pki) as tc, database_url(request.param, map_) as url:
        las = SimulatieLas(LasPunt(HIER.brin, LAS), verzender_van(pki, "magister"), tc.url, PAKKET)
        with draai_apps(pki, {"las": ("magister", las.app)}, {}) as adressen:
            machine = tc.simulator.machine
            machine.zet_adres(MAGISTER.oin, f"{adressen['las'].url}/oso/{PAKKET.versie}")
            ons = machine.punt(ONS)
            assert ons is not None
            machine.zet_punt(replace(ons, actief=True, url="https://127.0.0.1:9/oso"))
            opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
            nu = datetime.now(UTC)
            with opslag.werk() as werk:
                werk.scholen.bewaar(SCHOLEN[0])
                werk.aanleverpunten.bewaar(Aanleverpunt(HIER, 100, ONS, "s", nu).geregistreerd(ONS, True, nu))
            paar = pki.partijen["gateway"]
            opdracht = {
                "tc": tc.soap.url, "url": url, "cert": str(paar.cert), "key": str(paar.key), "ca": str(pki.ca)
            }  # fmt: skip
            proces = subprocess.Popen(
                [sys.executable, "-m", "tests.hulp.notificatie_proces"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[2],
            )
            try:
                yield Opstelling(tc, las, opslag, proces, opdracht)
            finally:
                assert proces.stdin is not None
                assert proces.stdout is not None
                proces.stdin.close()
                proces.wait(10)
                proces.stdout.close()
                opslag.sluit()


def test_gekild_op_elk_punt_hoort_het_las_het_en_twee_keer_alleen_waar_niemand_het_weten_kan(o: Opstelling) -> None:
    _, sessie = o.wachtende()
    heel = o.loop()
    assert heel["klaar"]
    assert o.gehoord()[sessie] == 1
    punten = heel["punten"]
    assert punten >= 14  # plan, look, melden, store, look again, notificatie, store: before and after each
    gehoord, gemeld = Counter[int](), Counter[int]()
    for bij in range(1, punten + 1):
        elk, sessie = o.wachtende()
        assert o.loop(bij)["code"] == -signal.SIGKILL, f"point {bij}"
        verder = o.loop()
        assert (verder["code"], verder["klaar"]) == (0, True), f"point {bij}"
        with o.opslag.lezen() as werk:
            (taak,) = werk.notificaties.van_dossier(elk)
            historie, _ = werk.logboek.historie_van(elk, 0, 100)
        assert (taak.status, taak.sessie_id) == (NotificatieStatus.ONTVANGEN, sessie), f"point {bij}"
        assert sum(regel.soort == "genotificeerd" for regel in historie) == 1, f"point {bij}"
        gehoord[o.gehoord()[sessie]] += 1
        gemeld[o.gemeld()[sessie.waarde.lower()]] += 1
    # Answered but not yet committed: just after the call, and just before the commit that tells of it.
    assert gehoord == {1: punten - 2, 2: 2}
    assert gemeld == {1: punten - 2, 2: 2}
