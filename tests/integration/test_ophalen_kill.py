"""A process that fetches is killed at every point: the next one goes on, hands on once and signs off once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.aanleverpunt import Aanleverpunt
from gateway.domain.logboek import GebeurtenisType
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Doel, Overdrachtsoort, Pgn, RouteringsKenmerk
from gateway.simulators.las import LasPunt, SimulatieLas
from gateway.simulators.las.leerlingen import leerlingen_00ah
from gateway.simulators.ontwikkelwereld import POSCHOOL
from gateway.store.opslag import SqlOpslag
from gateway.trust.kluis import Kluis
from gateway.usecases import ophaling_inzien
from gateway.usecases.ophaling_aanvragen import Ophaalvraag, vraag_aan
from tests.fakes.wereld import maak_wereld
from tests.hulp.draaiende_tc import (
    PAKKET,
    DraaiendTrafficCenter,
    draai_apps,
    draaiend_traffic_center,
    maak_wereldpki,
    verzender_van,
)
from tests.hulp.ophaalproef import BASIS, BRON, HIER, KERN, ONS
from tests.hulp.opslagen import SLEUTEL_A, database_url

PGN = Pgn("101211151")


@dataclass
class Opstelling:
    """A Traffic Center and a bron that really run, a store on disk, and a process that fetches."""

    tc: DraaiendTrafficCenter
    opslag: SqlOpslag
    proces: subprocess.Popen[str]
    opdracht: dict[str, Any]

    def vraag(self) -> str:
        wereld = replace(maak_wereld(), opslag=self.opslag)
        vraag = Ophaalvraag(PGN, BRON, HIER.brin, Overdrachtsoort.OVERSTAPDOSSIER, opnieuw=True)
        return vraag_aan(wereld, vraag, KERN)

    def loop(self, ophaling_id: str, bij: int = 0) -> dict[str, Any]:
        assert self.proces.stdin is not None
        assert self.proces.stdout is not None
        self.proces.stdin.write(json.dumps({**self.opdracht, "id": ophaling_id, "bij": bij}) + "\n")
        self.proces.stdin.flush()
        uitkomst: dict[str, Any] = json.loads(self.proces.stdout.readline())
        return uitkomst


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def o(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opstelling]:
    map_ = tmp_path_factory.mktemp("kill")
    pki = maak_wereldpki(map_ / "pki")
    with draaiend_traffic_center(map_ / "tc", pki) as tc, database_url(request.param, map_) as url:
        punt = LasPunt(BRON, RouteringsKenmerk(BASIS))
        las = SimulatieLas(punt, verzender_van(pki, "poschool"), tc.url, PAKKET, leerlingen=leerlingen_00ah("2019.1"))
        with draai_apps(pki, {"bron": ("poschool", las.app)}, {}) as adressen:
            machine = tc.simulator.machine
            machine.zet_adres(POSCHOOL.oin, f"{adressen['bron'].url}/oso/{PAKKET.versie}")
            ons = machine.punt(ONS)
            assert ons is not None
            machine.zet_punt(replace(ons, actief=True, url="https://127.0.0.1:9/oso", doel=Doel.OV))
            opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
            nu = datetime.now(UTC)
            with opslag.werk() as werk:
                werk.aanleverpunten.bewaar(Aanleverpunt(HIER, 100, ONS, "s", nu).geregistreerd(ONS, True, nu))
            paar = pki.partijen["gateway"]
            opdracht = {
                "tc": tc.soap.url, "url": url, "cert": str(paar.cert), "key": str(paar.key), "ca": str(pki.ca)
            }  # fmt: skip
            proces = subprocess.Popen(
                [sys.executable, "-m", "tests.hulp.ophaal_proces"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[2],
            )
            try:
                yield Opstelling(tc, opslag, proces, opdracht)
            finally:
                assert proces.stdin is not None
                assert proces.stdout is not None
                proces.stdin.close()
                proces.wait(10)
                proces.stdout.close()
                opslag.sluit()


def test_gekild_op_elk_punt_gaat_het_verder_en_gebeurt_alles_een_keer(o: Opstelling) -> None:
    heel = o.loop(o.vraag())
    assert heel["klaar"]
    punten = heel["punten"]
    assert punten >= 20
    for bij in range(1, punten + 1):
        ophaling_id = o.vraag()
        assert o.loop(ophaling_id, bij)["code"] == -signal.SIGKILL, f"point {bij}"
        verder = o.loop(ophaling_id)
        assert (verder["code"], verder["klaar"]) == (0, True), f"point {bij}"
        _eis_een_keer(o, ophaling_id, bij)


def _eis_een_keer(o: Opstelling, ophaling_id: str, bij: int) -> None:
    wereld = replace(maak_wereld(), opslag=o.opslag)
    gehaald = ophaling_inzien.een(wereld, ophaling_id).ophaling
    assert gehaald.status == "gereed", f"point {bij}: {gehaald.fase}"
    assert gehaald.resultaat is Resultaat.OVERDRACHT_GESLAAGD
    assert gehaald.sessie_id is not None
    with o.opslag.lezen() as werk:
        gereed = [
            een
            for een in werk.logboek.gebeurtenissen(0, 10_000)
            if een.type is GebeurtenisType.OPHALING_GEREED and een.gegevens == {"id": ophaling_id}
        ]
    assert len(gereed) == 1, f"point {bij}: told {len(gereed)} times"
    sessie = o.tc.simulator.machine._sessies[gehaald.sessie_id]
    assert sessie.afgemeld is gehaald.resultaat, f"point {bij}"
    antwoorden = [
        rij["antwoord"]
        for rij in o.tc.sim("GET", "aanroepen")["aanroepen"]
        if rij["operatie"] == "afmelding" and rij.get("sessieId") == str(gehaald.sessie_id)
    ]
    assert antwoorden.count("OverdrachtGeslaagd") == 1, f"point {bij}: {antwoorden}"
    assert set(antwoorden) <= {"OverdrachtGeslaagd", "SessieReedsAfgemeld"}
