"""The evidence of a pulled dossier is accepted by xmlsec1, on the octets that the LAS received."""

from __future__ import annotations

import subprocess
from pathlib import Path

from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.gereedschap import programma
from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import BRIN, ONS_KENMERK, DraaiendeWereld

_nummers = leerlingen(83, __name__)


def _xmlsec1(map_: Path, ca: str) -> int:
    opdracht = [programma("xmlsec1"), "--verify", "--trusted-pem", ca, "handtekening.xml"]
    return subprocess.run(opdracht, cwd=map_, capture_output=True, timeout=60, check=False).returncode


def test_xmlsec1_neemt_het_bewijs_van_een_opgehaald_dossier_aan(wereld: DraaiendeWereld, tmp_path: Path) -> None:
    nummer = next(_nummers)
    klaargezet = wereld.zet_klaar(str(nummer), proef_pgn(nummer), omvang=175_000)
    ontvangst = wereld.magister().haal_op(klaargezet.pgn, BRIN, bron_kenmerk=ONS_KENMERK)
    assert ontvangst.octets is not None
    dossier = tmp_path / "dossier.xml"  # the name that the reference in the signature gives
    dossier.write_bytes(ontvangst.octets)
    (tmp_path / "handtekening.xml").write_bytes(wereld.kern().handtekening(str(nummer), klaargezet.versie))
    ca = wereld.dev["ca"]

    assert _xmlsec1(tmp_path, ca) == 0

    cijfer = dossier.read_bytes().replace(b"overstapdossier", b"overstapdossier ", 1)
    assert cijfer != ontvangst.octets
    dossier.write_bytes(cijfer)
    assert _xmlsec1(tmp_path, ca) != 0
