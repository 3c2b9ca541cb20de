"""Politeness of the real process, by the call log of the simulated Traffic Center; and the notes it keeps of it."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.domain.waarden import Brin, RouteringsKenmerk
from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.geduld import GEDULD, wacht_tot
from tests.hulp.ontwikkelwereld import DraaiendeWereld, ontwikkelwereld

BRIN, ELK = Brin("00YY"), RouteringsKenmerk("0000000700000YY00931")
TEMPO, INEENS = 3.0, 1.0
DRADEN = 8
OMGEVING = {
    "OSO_BELEEFDHEID__PER_SECONDE": f'{{"sessiecontrole": {TEMPO}}}',
    "OSO_BELEEFDHEID__INEENS": str(INEENS),
    "OSO_BELEEFDHEID__KRING_FOUTEN": "1000",
}


@pytest.fixture(scope="module")
def krap() -> Iterator[DraaiendeWereld]:
    with tempfile.TemporaryDirectory(prefix="oso-") as map_, ontwikkelwereld(Path(map_), omgeving=OMGEVING) as wereld:
        yield wereld


def aanroepen(wereld: DraaiendeWereld, operatie: str, na: int = 0) -> list[dict[str, Any]]:
    alle = wereld.sim("GET", f"aanroepen?na={na}")["aanroepen"]
    return [een for een in alle if een["operatie"] == operatie and een["partij"] == "gateway"]


def groepen(wereld: DraaiendeWereld, **vraag: str) -> dict[tuple[str, str], int]:
    koppen = {"Authorization": f"Bearer {wereld.dev['tokens']['beheer']}"}
    antwoord = httpx.get(
        f"{wereld.dev['rest']}/v1/pogingen", params=vraag, headers=koppen, timeout=GEDULD, trust_env=False
    )
    assert antwoord.status_code == 200, antwoord.text
    return {(een["operatie"], een.get("oorzaak", "")): een["aantal"] for een in antwoord.json()["groepen"]}


def wacht_op(wereld: DraaiendeWereld, soort: tuple[str, str], aantal: int, **vraag: str) -> None:
    """The notes are written a moment after the calls."""
    wacht_tot(lambda: groepen(wereld, **vraag), lambda geteld: geteld.get(soort, 0) >= aantal)


def test_een_stormloop_blijft_binnen_het_tempo_en_wie_er_niet_door_kan_hoort_het_meteen(krap: DraaiendeWereld) -> None:
    leerling, las = krap.zet_klaar("5001", proef_pgn(5001)), krap.magister()

    def haal(_nr: int) -> str:
        return las.haal_op(leerling.pgn, BRIN, bron_kenmerk=ELK).resultaat.value

    with ThreadPoolExecutor(DRADEN) as draden:
        geteld = Counter(draden.map(haal, range(60)))
    assert set(geteld) <= {"OverdrachtGeslaagd", "TrafficCenterNietBeschikbaar"}, geteld
    assert geteld["TrafficCenterNietBeschikbaar"] > 0
    gezien = aanroepen(krap, "sessiecontrole")
    assert len(gezien) == geteld["OverdrachtGeslaagd"]
    momenten = sorted(datetime.fromisoformat(een["tijd"]).timestamp() for een in gezien)
    for eerste in range(len(momenten)):
        for laatste in range(eerste, len(momenten)):
            duur = momenten[laatste] - momenten[eerste]
            # Seen in this window: let go in it, or under way already when it began.
            assert laatste - eerste + 1 <= TEMPO * INEENS + duur * TEMPO + DRADEN + 1
    wacht_op(krap, ("sessiecontrole", "BudgetOp"), geteld["TrafficCenterNietBeschikbaar"])
    assert groepen(krap, alles="true")["sessiecontrole", "OverdrachtGeslaagd"] == geteld["OverdrachtGeslaagd"]


def test_een_fault_staat_met_zijn_oorzaak_in_de_pogingen(krap: DraaiendeWereld) -> None:
    leerling = krap.zet_klaar("5002", proef_pgn(5002))
    krap.sim("POST", "storingen", {"operatie": "sessiecontrole", "soort": "verbreek", "aantal": 1})
    las = krap.magister()

    def haal() -> str:
        return las.haal_op(leerling.pgn, BRIN, bron_kenmerk=ELK).resultaat.value

    assert haal() == "TrafficCenterNietBeschikbaar"  # for the fault, or because the storm took what there was
    wacht_tot(haal, lambda resultaat: resultaat == "OverdrachtGeslaagd")
    wacht_op(krap, ("sessiecontrole", "GeenGeldigAntwoord"), 1)
