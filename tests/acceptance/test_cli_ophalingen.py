"""`ophalingen list | inspect` beside a running world."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

from tests.hulp.ontwikkelwereld import DraaiendeWereld

VRAAG = {"pgn": "101211151", "bronBrin": "00AH", "doelBrin": "00YY", "overdrachtsoort": "overstapdossier"}


def _cli(wereld: DraaiendeWereld, *argumenten: str) -> subprocess.CompletedProcess[str]:
    sleutels = (wereld.map / "sleutelring").read_text().strip()
    omgeving = {**os.environ, "OSO_DATA_DIR": str(wereld.map), "OSO_ENCRYPTION_KEYS": sleutels}
    return subprocess.run(
        [sys.executable, "-m", "gateway", "ophalingen", *argumenten],
        capture_output=True,
        text=True,
        timeout=60,
        env=omgeving,
        check=False,
    )


def test_lijst_en_inspectie(wereld: DraaiendeWereld, tmp_path: Path) -> None:
    beeld = wereld.kern().haal_op({**VRAAG, "opnieuw": True})
    assert beeld["resultaat"] == "OverdrachtGeslaagd"
    lijst = _cli(wereld, "list", "--json")
    assert lijst.returncode == 0, lijst.stderr
    assert beeld["id"] in {rij["id"] for rij in json.loads(lijst.stdout)}
    assert VRAAG["pgn"] not in lijst.stdout + _cli(wereld, "list").stdout
    uit = tmp_path / "dossier.xml"
    wie = ("--account", "beheerder", "--reden", "Proef.")
    gedaan = _cli(wereld, "inspect", beeld["id"], "--out", str(uit), *wie)
    assert gedaan.returncode == 0, gedaan.stderr
    assert uit.read_bytes() == wereld.kern().opgehaald_dossier(beeld["id"])
    assert stat.S_IMODE(uit.stat().st_mode) == 0o600
    assert _cli(wereld, "inspect", beeld["id"], "--out", str(uit), *wie).returncode == 2
    bericht = tmp_path / "bericht.xml"
    assert _cli(wereld, "inspect", beeld["id"], "--out", str(bericht), "--bericht", *wie).returncode == 0
    assert b"documentResponse" in bericht.read_bytes()
    onbekend = _cli(wereld, "inspect", "x", "--out", str(tmp_path / "niets"), *wie)
    assert (onbekend.returncode, (tmp_path / "niets").exists()) == (1, False)
