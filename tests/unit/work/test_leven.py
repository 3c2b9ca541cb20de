"""Who lives: by heartbeat on another machine, by the list of processes on this one; never by a clock of others."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from gateway.domain.werkproces import Werkproces
from gateway.work.leven import STIL_SECONDEN, Wacht, dit_proces


class _Tijd:
    def __init__(self) -> None:
        self.nu = 100.0

    def __call__(self) -> float:
        return self.nu


def test_een_ander_leeft_zolang_zijn_hart_slaat() -> None:
    tijd = _Tijd()
    ander = Werkproces("ander", "elders", 1, "1", 7)
    wacht = Wacht(dit_proces(), tijd)
    for slag in range(5):
        assert wacht.weg([replace(ander, hartslag=slag)]) == []
        tijd.nu += STIL_SECONDEN - 1
    assert wacht.weg([replace(ander, hartslag=4)]) == []
    tijd.nu += STIL_SECONDEN
    stil = replace(ander, hartslag=4)
    assert wacht.weg([stil]) == [stil]


def test_wie_pas_gezien_is_krijgt_de_volle_tijd_ook_als_de_klok_verspringt() -> None:
    tijd = _Tijd()
    wacht = Wacht(dit_proces(), tijd)
    assert wacht.weg([Werkproces("ander", "elders", 1, "1", 7)]) == []


def test_een_gestorven_proces_op_deze_machine_is_meteen_weg() -> None:
    eigen = dit_proces()
    kind = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    begin = Path(f"/proc/{kind.pid}/stat").read_text("ascii").rpartition(")")[2].split()[19]
    levend = Werkproces("kind", eigen.plek, kind.pid, begin, 1)
    wacht = Wacht(eigen)
    assert wacht.weg([levend, eigen]) == []
    kind.kill()
    kind.communicate()
    assert wacht.weg([levend, eigen]) == [levend]


def test_een_hergebruikt_nummer_is_een_ander_proces() -> None:
    eigen = dit_proces()
    vroeger = replace(eigen, id="vroeger", begin="1")
    assert Wacht(eigen).weg([eigen, vroeger]) == [vroeger]
    assert dit_proces().id != eigen.id
