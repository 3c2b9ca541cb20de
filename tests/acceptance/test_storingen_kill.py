"""`kill -9` at any moment: nothing acknowledged is lost, nothing half is there (issue 3, Faults)."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Push
from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.killverkeer import PLAATSING, Verkeer, controleer_opslag, ontvanger
from tests.hulp.ontwikkelwereld import SCHOOL, DraaiendeWereld, ontwikkelwereld
from tests.hulp.postgres import nieuwe_database
from tests.hulp.soapklant import SoapKlant

ELK, PGN = "69001", proef_pgn(69_001)


# ------------------------------------------------------------------------------- right after the acknowledgement


@pytest.fixture(scope="module")
def kort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DraaiendeWereld]:
    with ontwikkelwereld(tmp_path_factory.mktemp("kill"), opties=["--zonder-las"]) as wereld:
        yield wereld


def herstart(wereld: DraaiendeWereld) -> None:
    wereld.stop(signal.SIGKILL)
    wereld.start()


def test_bevestigd_is_bewaard(kort: DraaiendeWereld) -> None:
    """One pupil through its life, with a kill after every answer."""
    gemeld = kort.kern().lever_aan(ELK, Push(maak_dossier(PGN, zaad=1), PLAATSING))
    herstart(kort)
    kern = kort.kern()
    assert kern.dossier(ELK)["versie"] == gemeld["versie"] == 1
    assert kern.dossier(ELK)["reden"] == "NietKlaargezet" or kern.dossier(ELK)["status"] == "wit"
    assert kern.handtekening(ELK, 1)

    kern.context(ELK, {"tegenhouden": "wacht op de ouders"})
    assert kort.kern().zet_klaar([ELK])["resultaten"][0]["uitkomst"] == "klaargezet"
    herstart(kort)
    beeld = kort.kern().dossier(ELK)
    assert (beeld["status"], beeld["ophaalbaar"]) == ("blauw", False)

    kort.kern().context(ELK, {"tegenhouden": None})
    las = SoapKlant(kort.dev)
    assert las.haal(PGN.waarde).resultaat == "OverdrachtGeslaagd"
    las.sluit()
    kort.kern().wacht_op_status(ELK, "groen")
    kort.beheer().aanleverpunt("00YY/00", {"aanleverpuntnummer": 100, "sleutel": "sleutel-00YY-100", "naam": "X"})
    herstart(kort)
    assert kort.kern().dossier(ELK)["status"] == "groen"
    assert kort.beheer().toon_aanleverpunt(SCHOOL)["status"] == "nieuw"
    kort.registreer(SCHOOL)
    kort.kern().trek_in(ELK)
    herstart(kort)
    punt = kort.beheer().toon_aanleverpunt(SCHOOL)
    assert (punt["status"], punt["oso"]) == ("geregistreerd", True)
    assert kort.kern().dossier(ELK)["status"] == "wit"


# ------------------------------------------------------------------------------------------------------- the loop


def sqlite(_stapel: ExitStack) -> dict[str, str]:
    return {}


def postgresql(stapel: ExitStack) -> dict[str, str]:
    return {"OSO_DATABASE_URL": stapel.enter_context(nieuwe_database())}


def hamer(map_: Path, omgeving: dict[str, str], keren: int) -> dict[str, Any]:
    """Kill so many times in the middle of mixed traffic, and look at everything after each."""
    toeval = random.Random(keren)
    with ontvanger() as webhooks, ontwikkelwereld(map_, omgeving=omgeving, opties=["--zonder-las"]) as wereld:
        verkeer = Verkeer(wereld, webhooks)
        verkeer.begin()
        for _ in range(keren):
            verkeer.ronde(toeval.uniform(0.2, 1.5))
            wereld.start()
            verkeer.controleer()
        cijfers = verkeer.controleer_gebeurtenissen() | verkeer.aantal
        wereld.stop()
        controleer_opslag(map_, omgeving)
        return cijfers


@pytest.mark.parametrize(
    ("keren", "waar"),
    [
        pytest.param(4, sqlite, id="4-sqlite"),
        pytest.param(4, postgresql, id="4-postgresql"),
        pytest.param(50, sqlite, id="50-sqlite", marks=[pytest.mark.lang, pytest.mark.timeout(1_800)]),
        pytest.param(50, postgresql, id="50-postgresql", marks=[pytest.mark.lang, pytest.mark.timeout(1_800)]),
    ],
)
def test_kill_onder_verkeer(
    tmp_path: Path, keren: int, waar: Callable[[ExitStack], dict[str, str]], record_property: Any
) -> None:
    with ExitStack() as stapel:
        cijfers = hamer(tmp_path, waar(stapel), keren)
    for naam, aantal in cijfers.items():
        record_property(naam, aantal)
    print(f"{keren} kills: {cijfers}")
    assert min(cijfers[naam] for naam in ("push", "context", "klaarzetten", "pull")) > 0, cijfers
