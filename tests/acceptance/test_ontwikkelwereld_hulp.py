"""The running world that other acceptance tests stand on: starts, walks, stops without leaving anything behind."""

from __future__ import annotations

import signal
from pathlib import Path

from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import BRIN, ONS_KENMERK, SCHOOL, DraaiendeWereld, ontwikkelwereld

_nummers = leerlingen(80, __name__)


def test_een_dossier_gaat_van_kern_naar_las(wereld: DraaiendeWereld) -> None:
    nummer = next(_nummers)
    elk, klaargezet = str(nummer), wereld.zet_klaar(str(nummer), proef_pgn(nummer))
    kern = wereld.kern()
    assert kern.dossier(elk)["status"] == "blauw"
    ontvangst = wereld.magister().haal_op(klaargezet.pgn, BRIN, bron_kenmerk=ONS_KENMERK)
    assert ontvangst.octets == kern.versie(elk, 1)
    assert kern.wacht_op_status(elk, "groen")["status"] == "groen"


def test_een_wereld_overleeft_kill_en_herstart(tmp_path: Path) -> None:
    with ontwikkelwereld(tmp_path, registreer=[SCHOOL]) as wereld:
        wereld.zet_klaar("80002", proef_pgn(8_002))
        eerst = wereld.dev
        wereld.stop(signal.SIGKILL)
        wereld.start()
        assert wereld.dev == eerst
        assert wereld.kern().dossier("80002")["status"] == "blauw"
