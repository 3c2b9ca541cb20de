"""The running world that other acceptance tests stand on: starts, walks, stops without leaving anything behind."""

from __future__ import annotations

import signal
from pathlib import Path

from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.ontwikkelwereld import BRIN, ONS_KENMERK, SCHOOL, DraaiendeWereld, ontwikkelwereld


def test_een_dossier_gaat_van_kern_naar_las(wereld: DraaiendeWereld) -> None:
    klaargezet = wereld.zet_klaar("80001", proef_pgn(8_001))
    kern = wereld.kern()
    assert kern.dossier("80001")["status"] == "blauw"
    ontvangst = wereld.magister().haal_op(klaargezet.pgn, BRIN, bron_kenmerk=ONS_KENMERK)
    assert ontvangst.octets == kern.versie("80001", 1)
    assert kern.wacht_op_status("80001", "groen")["status"] == "groen"


def test_een_wereld_overleeft_kill_en_herstart(tmp_path: Path) -> None:
    with ontwikkelwereld(tmp_path, registreer=[SCHOOL]) as wereld:
        wereld.zet_klaar("80002", proef_pgn(8_002))
        eerst = wereld.dev
        wereld.stop(signal.SIGKILL)
        wereld.start()
        assert wereld.dev == eerst
        assert wereld.kern().dossier("80002")["status"] == "blauw"
