"""The clock of the machine jumps an hour, forth and back, under a running service (libfaketime): nothing notices.

What lasts (circuit breaker, leases, timeouts) is measured by the monotonic clock, which does not jump; what is a moment
(next attempt, verzameldatum) is one that a jump of an hour cannot put out of reach.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Push
from gateway.simulators.kern.ontvanger import Webhookontvanger
from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.killverkeer import PLAATSING, controleer_opslag
from tests.hulp.ontwikkelwereld import BRIN, ONS_KENMERK, SCHOOL, DraaiendeWereld, ontwikkelwereld

GEHEIM = "geheim-van-elk"
# libfaketime 0.9.10 gets waits until a moment of the monotonic clock wrong, and `time.sleep` is such a wait.
SLAAP = """import select
import time

time.sleep = lambda seconden: select.select([], [], [], max(0.0, seconden)) and None
"""
UUR = 3600


@dataclass
class Klok:
    """The wall clock that the service and its simulators see; `spring` moves it."""

    bestand: Path
    verschil: int = 0

    def spring(self, seconden: int) -> None:
        self.verschil += seconden
        nieuw = self.bestand.with_suffix(".nieuw")
        nieuw.write_text(f"{self.verschil:+d}\n")
        nieuw.replace(self.bestand)

    def nu(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.verschil)


def _bibliotheek() -> Path:
    gevonden = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not gevonden:
        pytest.skip("libfaketime is not installed: tests/benodigdheden.py does that")
    return gevonden[0]


@pytest.fixture(params=[UUR, -UUR], ids=["vooruit", "achteruit"])
def sprong(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def verspringend(tmp_path: Path) -> Iterator[tuple[DraaiendeWereld, Klok]]:
    klok = Klok(tmp_path / "klok")
    klok.spring(0)
    slaap = tmp_path / "python"
    slaap.mkdir()
    (slaap / "sitecustomize.py").write_text(SLAAP)
    omgeving = {
        "PYTHONPATH": str(slaap),
        "LD_PRELOAD": str(_bibliotheek()),
        "FAKETIME_TIMESTAMP_FILE": str(klok.bestand),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "OSO_NOTIFICATIE_RONDE": "0.3",
        "OSO_BELEEFDHEID__KRING_FOUTEN": "2",
        "OSO_BELEEFDHEID__KRING_OPEN_EERST": "0.5",
        "OSO_BELEEFDHEID__KRING_OPEN_LANGST": "1",
    }
    map_ = tmp_path / "wereld"
    map_.mkdir(mode=0o700)
    with ontwikkelwereld(map_, omgeving=omgeving) as wereld:
        yield wereld, klok


def wacht(klaar: Callable[[], bool], wat: str, termijn: float = 60.0) -> None:
    einde = time.monotonic() + termijn
    while not klaar():
        assert time.monotonic() < einde, f"not after {termijn} s: {wat}"
        time.sleep(0.1)


@pytest.mark.lang
def test_een_klok_die_een_uur_verspringt(verspringend: tuple[DraaiendeWereld, Klok], sprong: int) -> None:
    wereld, klok = verspringend
    kern, beheer = wereld.kern(), wereld.beheer()
    with Webhookontvanger(GEHEIM, klok=lambda: klok.nu().timestamp()) as ontvanger:
        kern.abonneer("elk", ontvanger.url, GEHEIM)
        # Before: one pupil green; a LAS that waits for another; an event that the subscriber did not take.
        een = wereld.zet_klaar("72001", proef_pgn(7_201))
        assert wereld.magister().haal_op(een.pgn, BRIN, bron_kenmerk=ONS_KENMERK).gelukt
        assert kern.wacht_op_status("72001", "groen")["status"] == "groen"
        assert ontvanger.wacht_op("72001", "groen") is not None
        wachtend = wereld.magister().haal_op(proef_pgn(7_202), BRIN, bron_kenmerk=ONS_KENMERK)
        assert wachtend.resultaat is not None
        assert wachtend.resultaat.value == "LeerlingOnbekend"
        beheer.zet_uit("school-00YY00", "storing")
        wereld.zet_klaar("72002", proef_pgn(7_202))
        wacht(lambda: _reden(kern, "72002") == "HandmatigUit", "held")
        sleutel = _herhaalbaar(wereld, "72001")
        wacht(lambda: bool(kern.klaarzetting(sleutel)["status"] == "klaar"), "set ready again, before it is withdrawn")
        ontvanger.storingen.extend([503] * 3)
        kern.trek_in("72001")
        wacht(lambda: bool(kern.afleveringen(status="wacht")["afleveringen"]), "an event that waits")
        _zet_kring_open(wereld)
        voor = kern.dossier("72001")

        klok.spring(sprong)

        _kring_sluit_weer(wereld)
        _is_de_tijd(wereld, klok)
        assert _herhaalbaar(wereld, "72001", sleutel) == sleutel, "an answer that is kept is given again"
        assert ontvanger.wacht_op("72001", "wit", 60) is not None
        beheer.zet_aan("school-00YY00")
        assert kern.wacht_op_notificatie("72002", 1, 60)["status"] == "ontvangen"
        # The newest version stays the newest by its verzameldatum.
        gemeld = kern.lever_aan("72001", Push(maak_dossier(een.pgn, zaad=9), PLAATSING))
        assert gemeld["versie"] == 2
        na = kern.dossier("72001")
        assert na["verzameldatum"] > voor["verzameldatum"]
        opdracht = kern.bestel_klaarzetten(["72001"])
        wacht(lambda: bool(kern.klaarzetting(opdracht)["status"] == "klaar"), "klaarzetten")
        assert wereld.magister().haal_op(een.pgn, BRIN, bron_kenmerk=ONS_KENMERK).gelukt
        assert kern.wacht_op_status("72001", "groen", 60)["status"] == "groen"
        assert ontvanger.wacht_op("72001", "groen", 60) is not None
        # As doel, over a session of after the jump; and back again in the middle of everything.
        vraag = {"pgn": "101211151", "bronBrin": "00AH", "doelBrin": "12SS", "overdrachtsoort": "overstapdossier"}
        assert kern.haal_op(vraag)["resultaat"] == "OverdrachtGeslaagd"
        klok.spring(-sprong)
        assert kern.haal_op({**vraag, "opnieuw": True})["resultaat"] == "OverdrachtGeslaagd"
        assert wereld.magister().haal_op(proef_pgn(7_202), BRIN, bron_kenmerk=ONS_KENMERK).gelukt
        assert kern.wacht_op_status("72002", "groen", 60)["status"] == "groen"
        assert ontvanger.wacht_op("72002", "groen", 60) is not None
        assert ontvanger.geweigerd == []
    assert beheer.toon_aanleverpunt(SCHOOL)["status"] == "geregistreerd"
    _pogingen_duren_nooit_uren(wereld)
    controleer_opslag(wereld.map, {})  # the audit chain goes by numbers, not by the clock


def _reden(kern: Any, elk: str) -> str | None:
    rijen = kern.notificaties(aantal="1000")["notificaties"]
    return next((rij.get("reden") for rij in rijen if rij["elkNummer"] == elk), None)


def _http(wereld: DraaiendeWereld, rol: str, methode: str, pad: str, **rest: Any) -> httpx.Response:
    koppen = {"Authorization": f"Bearer {wereld.dev['tokens'][rol]}", "OSO-Account": "proef", **rest.pop("koppen", {})}
    antwoord = httpx.request(
        methode, f"{wereld.dev['rest']}/v1{pad}", headers=koppen, timeout=30, trust_env=False, **rest
    )
    assert antwoord.is_success, antwoord.text
    return antwoord


def _herhaalbaar(wereld: DraaiendeWereld, elk: str, eerder: str | None = None) -> str:
    """Order with an idempotency key; gives the id in the answer, which must be a replay when it was given before."""
    antwoord = _http(
        wereld, "kern", "POST", "/klaarzettingen", json={"elkNummers": [elk]}, koppen={"Idempotency-Key": "sprong-1"}
    )
    assert (antwoord.headers.get("Idempotency-Replayed") == "true") is (eerder is not None)
    return str(antwoord.json()["id"])


def _zet_kring_open(wereld: DraaiendeWereld) -> None:
    """The Traffic Center cuts off until we let it be."""
    wereld.sim("POST", "storingen", {"operatie": "ping", "soort": "verbreek", "aantal": 1000})
    wacht(lambda: not _ping(wereld) and _oorzaak(wereld, "KringOpen"), "the circuit opens")


def _kring_sluit_weer(wereld: DraaiendeWereld) -> None:
    wereld.sim("DELETE", "storingen")
    wacht(lambda: _ping(wereld), "the circuit closes")


def _ping(wereld: DraaiendeWereld) -> bool:
    return bool(wereld.beheer().ping(SCHOOL)["beschikbaar"])


def _oorzaak(wereld: DraaiendeWereld, oorzaak: str) -> bool:
    groepen = _http(wereld, "beheer", "GET", "/pogingen").json()["groepen"]
    return any(groep.get("oorzaak") == oorzaak for groep in groepen)


def _is_de_tijd(wereld: DraaiendeWereld, klok: Klok) -> None:
    """The service really sees the other time: the test would be empty without."""
    tijd = datetime.fromisoformat(wereld.log.strip().rpartition('"tijd": "')[2].partition('"')[0])
    assert abs((tijd - klok.nu()).total_seconds()) < UUR / 2


def _pogingen_duren_nooit_uren(wereld: DraaiendeWereld) -> None:
    vraag = {"sinds": "2020-01-01T00:00:00Z", "aantal": "500"}
    pogingen = _http(wereld, "beheer", "GET", "/pogingen/lijst", params=vraag).json()["pogingen"]
    assert pogingen
    assert all(0 <= poging["duurMs"] < UUR * 1000 / 2 for poging in pogingen)
