"""Politeness of the real process, by the call log of the simulated Traffic Center; and the notes it keeps of it."""

from __future__ import annotations

import tempfile
import time
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
from tests.hulp.ontwikkelwereld import DraaiendeWereld, ontwikkelwereld

BRIN, ELK = Brin("00YY"), RouteringsKenmerk("0000000700000YY00931")
TEMPO, INEENS = 10.0, 0.5
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
    antwoord = httpx.get(f"{wereld.dev['rest']}/v1/pogingen", params=vraag, headers=koppen)
    assert antwoord.status_code == 200, antwoord.text
    return {(een["operatie"], een.get("oorzaak", "")): een["aantal"] for een in antwoord.json()["groepen"]}


def wacht_op(wereld: DraaiendeWereld, soort: tuple[str, str], aantal: int, **vraag: str) -> None:
    """The notes are written a moment after the calls."""
    tot = time.monotonic() + 20
    while groepen(wereld, **vraag).get(soort, 0) < aantal:
        assert time.monotonic() < tot, groepen(wereld, **vraag)
        time.sleep(0.1)


def test_een_stormloop_blijft_binnen_het_tempo_en_wie_er_niet_door_kan_hoort_het_meteen(krap: DraaiendeWereld) -> None:
    leerling, las = krap.zet_klaar("5001", proef_pgn(5001)), krap.magister()

    def haal(_nr: int) -> tuple[str, float]:
        begin = time.monotonic()
        ontvangst = las.haal_op(leerling.pgn, BRIN, bron_kenmerk=ELK)
        return ontvangst.resultaat.value, time.monotonic() - begin

    with ThreadPoolExecutor(8) as draden:
        uitkomsten = list(draden.map(haal, range(60)))
    geteld = Counter(resultaat for resultaat, _ in uitkomsten)
    assert set(geteld) <= {"OverdrachtGeslaagd", "TrafficCenterNietBeschikbaar"}, geteld
    assert geteld["TrafficCenterNietBeschikbaar"] > 0
    gezien = aanroepen(krap, "sessiecontrole")
    assert len(gezien) == geteld["OverdrachtGeslaagd"]
    momenten = sorted(datetime.fromisoformat(een["tijd"]).timestamp() for een in gezien)
    for eerste in range(len(momenten)):
        for laatste in range(eerste, len(momenten)):
            duur = momenten[laatste] - momenten[eerste]
            # A call that waited for its turn may come in late: leave room for what a busy machine does to it.
            assert laatste - eerste + 1 <= TEMPO * INEENS + (duur + 0.5) * TEMPO + 1
    wacht_op(krap, ("sessiecontrole", "BudgetOp"), geteld["TrafficCenterNietBeschikbaar"])
    assert groepen(krap, alles="true")["sessiecontrole", "OverdrachtGeslaagd"] == geteld["OverdrachtGeslaagd"]


def test_een_fault_staat_met_zijn_oorzaak_in_de_pogingen(krap: DraaiendeWereld) -> None:
    leerling = krap.zet_klaar("5002", proef_pgn(5002))
    time.sleep(1)  # let the bucket of the storm fill up again
    krap.sim("POST", "storingen", {"operatie": "sessiecontrole", "soort": "verbreek", "aantal": 1})
    las = krap.magister()
    assert las.haal_op(leerling.pgn, BRIN, bron_kenmerk=ELK).resultaat.value == "TrafficCenterNietBeschikbaar"
    assert las.haal_op(leerling.pgn, BRIN, bron_kenmerk=ELK).resultaat.value == "OverdrachtGeslaagd"
    wacht_op(krap, ("sessiecontrole", "GeenGeldigAntwoord"), 1)
