"""LAS clients in several languages, each its own program, pull a dossier: the same answer, and faults understood."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.domain.waarden import Pgn
from gateway.simulators.proefpersonen import proef_pgn
from gateway.xmlio import canoniek, lees
from interop.omgeving import omgeving
from tests.hulp.gereedschap import eis
from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import ONS_KENMERK, DraaiendeWereld

INTEROP = Path(__file__).parents[2] / "interop"
FOUTCODE = "CertificaatHoortNietBijPartij"

_nummers = leerlingen(84, __name__)


@dataclass(frozen=True, slots=True)
class Client:
    """How a client is run, and what must be installed for it."""

    naam: str
    opdracht: Sequence[str]
    nodig: Sequence[str] = ()


CLIENTS = (
    # -W error: a warning while zeep reads the WSDL ends the program
    Client("python_zeep", (sys.executable, "-W", "error", "python_zeep/las.py")),
    Client("python_requests", (sys.executable, "-W", "error", "python_requests/las.py")),
    Client("node", ("node", "node/las.mjs"), ("node", "npm-pakketten")),
    Client("php", ("php", "-d", "display_errors=stderr", "php/las.php"), ("php", "php-soap", "php-xml")),
    Client("java", ("java", "-XX:TieredStopAtLevel=1", "-Dstdout.encoding=UTF-8", "java/Las.java"), ("javac",)),
)

Loop = Callable[[Pgn], dict[str, str]]


@pytest.fixture(params=CLIENTS, ids=lambda client: client.naam)
def las(request: pytest.FixtureRequest, wereld: DraaiendeWereld, uit: Path) -> Loop:
    """Runs one client for a pupil; gives the lines that it wrote, by name."""
    client: Client = request.param
    eis(*client.nodig)

    def loop(pgn: Pgn) -> dict[str, str]:
        klaar = subprocess.run(
            [*client.opdracht, str(uit)],
            cwd=INTEROP,
            env={**os.environ, **omgeving(wereld.dev)},
            input=f"{pgn.waarde}\n",
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=110,
            check=False,
        )
        assert klaar.returncode == 0, klaar.stderr
        assert klaar.stderr == ""
        return {naam: rest.strip() for naam, _, rest in (regel.partition(" ") for regel in klaar.stdout.splitlines())}

    return loop


@pytest.fixture
def uit(tmp_path: Path) -> Path:
    """Where a client leaves the dossier."""
    return tmp_path / "dossier.xml"


def test_client_haalt_een_dossier_op(las: Loop, wereld: DraaiendeWereld, uit: Path) -> None:
    nummer = next(_nummers)
    klaargezet = wereld.zet_klaar(str(nummer), proef_pgn(nummer), omvang=60_000, zaad=nummer)
    kern = wereld.kern()

    gemeld = las(klaargezet.pgn)

    melding = gemeld.pop("melding")
    octets = uit.read_bytes()
    assert gemeld == {
        "overdracht": "OverdrachtGeslaagd",
        "aanleverpunt": ONS_KENMERK.waarde,
        "document": "OverdrachtGeslaagd",
        "versie": "2019.1",
        "octets": str(len(octets)),
        "sha256": klaargezet.sha256,
        "afmelding": "OverdrachtGeslaagd",
        "fout": FOUTCODE,
    }
    assert "certificaat" in melding
    assert octets == kern.versie(klaargezet.elk_nummer, 1)
    assert hashlib.sha256(canoniek(lees(octets))).hexdigest() == klaargezet.sha256
    assert kern.wacht_op_status(klaargezet.elk_nummer, "groen")["status"] == "groen"


def test_client_meldt_af_ook_als_de_leerling_onbekend_is(las: Loop, wereld: DraaiendeWereld, uit: Path) -> None:
    vorige = max((rij["nr"] for rij in wereld.sim("GET", "aanroepen")["aanroepen"]), default=0)

    gemeld = las(proef_pgn(next(_nummers)))

    assert (gemeld["overdracht"], gemeld["document"]) == ("OverdrachtGeslaagd", "LeerlingOnbekend")
    assert "sha256" not in gemeld
    assert not uit.exists()
    aanroepen = wereld.sim("GET", f"aanroepen?na={vorige}")["aanroepen"]
    afmeldingen = [rij["resultaat"] for rij in aanroepen if rij["operatie"] == "afmelding"]
    assert afmeldingen == ["LeerlingOnbekend"]
