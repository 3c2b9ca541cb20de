"""The same documentRequest at once: all are answered alike, and the pupil has one history of it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.geduld import wacht_tot
from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld
from tests.hulp.soapklant import Antwoord, SoapKlant, document, envelop, http_verzoek, lees_antwoord

_nummers = leerlingen(73, __name__)


@pytest.mark.parametrize("keren", [2, 8])
def test_hetzelfde_verzoek_tegelijk(wereld: DraaiendeWereld, keren: int) -> None:
    nr = next(_nummers)
    elk = str(nr)
    klaar = wereld.zet_klaar(elk, proef_pgn(nr))
    las, kern = SoapKlant(wereld.dev), wereld.kern()
    sessie = las.sessie(klaar.pgn.waarde)
    verzoek = http_verzoek(envelop(document(sessie, klaar.pgn.waarde)))
    samen = threading.Barrier(keren)

    def vraag(_: int) -> Antwoord:
        with las.lijn() as lijn:
            samen.wait(60)
            lijn.sendall(verzoek)
            return lees_antwoord(lijn)

    with ThreadPoolExecutor(keren) as draden:
        antwoorden = list(draden.map(vraag, range(keren)))
    assert {een.resultaat for een in antwoorden} == {"OverdrachtGeslaagd"}
    assert len({een.dossier for een in antwoorden}) == 1
    assert las.meld_af(sessie, klaar.pgn.waarde, "OverdrachtGeslaagd").resultaat == "OverdrachtGeslaagd"
    las.sluit()
    kern.wacht_op_status(elk, "groen")

    def stippen() -> list[tuple[str, str]]:
        alle = _gebeurtenissen(wereld)
        return [(een["data"]["van"], een["data"]["naar"]) for een in alle if een["data"].get("elkNummer") == elk]

    assert wacht_tot(stippen, lambda gezien: len(gezien) >= 2) == [("wit", "blauw"), ("blauw", "groen")]


def _gebeurtenissen(wereld: DraaiendeWereld) -> list[dict[str, Any]]:
    kern, na = wereld.kern(), 0
    alle: list[dict[str, Any]] = []
    while rijen := (bladzijde := kern.gebeurtenissen(na))["gebeurtenissen"]:
        alle += [een for een in rijen if een["type"].endswith("status-gewijzigd")]
        if bladzijde["volgende"] is None:
            break
        na = int(bladzijde["volgende"])
    return alle
