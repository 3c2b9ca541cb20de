"""Clients of the REST side, each a program of its own: push, set ready, look at the dot, understand a refusal."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.proefpersonen import proef_pgn
from interop.omgeving import omgeving
from tests.hulp.gereedschap import eis
from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld

INTEROP = Path(__file__).parents[2] / "interop"

_nummers = leerlingen(82, __name__)


def curl(_map: Path) -> list[str]:
    eis("curl")
    return ["sh", "curl/kern.sh"]


def csharp(map_: Path) -> list[str]:
    """The source is for .NET 8; Mono, which Debian has, builds and runs the same file."""
    eis("mcs", "mono-http")
    programma = map_ / "Kern.exe"
    subprocess.run(["mcs", "-r:System.Net.Http", f"-out:{programma}", "csharp/Kern.cs"], cwd=INTEROP, check=True)
    return ["mono", str(programma)]


@pytest.mark.parametrize("maak", [curl, csharp], ids=["curl", "csharp"])
def test_client_levert_aan_en_zet_klaar(
    maak: Callable[[Path], list[str]], wereld: DraaiendeWereld, tmp_path: Path
) -> None:
    opdracht = maak(tmp_path)
    nummer = next(_nummers)
    dossier = tmp_path / "dossier.xml"
    dossier.write_bytes(maak_dossier(proef_pgn(nummer), zaad=nummer))

    klaar = subprocess.run(
        [*opdracht, str(nummer), str(dossier)],
        cwd=INTEROP,
        env={**os.environ, **omgeving(wereld.dev)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert klaar.returncode == 0, klaar.stderr
    assert klaar.stderr == ""
    beeld = wereld.kern().dossier(str(nummer))
    assert beeld["status"] == "blauw"
    gemeld = {naam: rest.strip() for naam, _, rest in (regel.partition(" ") for regel in klaar.stdout.splitlines())}
    assert len(gemeld.pop("sha256")) == 64
    assert gemeld == {
        "aanleveren": "201",
        "versie": "1",
        "klaarzetten": "klaargezet",
        "stip": "blauw",
        "fout": "422 DossierOnjuist",
    }
