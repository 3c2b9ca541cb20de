"""The verbs of side work against a running world: klaarzetten, werk, purge, privacy, simulate kern."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Push
from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.geduld import GEDULD, wacht_tot
from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import BRIN, ONS_KENMERK, DraaiendeWereld

_nummers = leerlingen(81, __name__)
PLAATSING = {"plaatsing": {"brin": "00YY", "vestigingscode": "00"}, "okiDocVrijgegeven": True}


def _opslagomgeving(wereld: DraaiendeWereld) -> dict[str, str]:
    """What a verb that opens the store needs."""
    sleutels = (wereld.map / "sleutelring").read_text().strip()
    return {**os.environ, "OSO_DATA_DIR": str(wereld.map), "OSO_ENCRYPTION_KEYS": sleutels}


def _cli(*argumenten: str, omgeving: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gateway", *argumenten],
        capture_output=True,
        text=True,
        timeout=2 * GEDULD,
        env=omgeving,
        check=False,
    )


@contextmanager
def _draaiend(argumenten: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Run a long verb; gives the JSON line it prints."""
    proces = subprocess.Popen([sys.executable, "-m", "gateway", *argumenten], stdout=subprocess.PIPE, text=True)
    assert proces.stdout is not None
    try:
        yield json.loads(proces.stdout.readline())
        proces.send_signal(signal.SIGTERM)
        assert proces.wait(GEDULD) == 0
    finally:
        proces.kill()
        proces.wait()
        proces.stdout.close()


def test_klaarzetten_toont_per_leerling_de_uitkomst(wereld: DraaiendeWereld, tmp_path: Path) -> None:
    kern = wereld.kern()
    nummer, onbekend = next(_nummers), next(_nummers)
    kern.lever_aan(str(nummer), Push(maak_dossier(proef_pgn(nummer), zaad=1, omvang=15_000), PLAATSING))
    lijst = tmp_path / "nummers.txt"
    lijst.write_text(f"{nummer}\n\n{onbekend}\n")
    dev = str(wereld.map / "dev.json")
    met_weigering = _cli("klaarzetten", "--elk", str(lijst), "--dev-json", dev)
    assert met_weigering.returncode == 1, met_weigering.stderr
    assert f"{nummer}  klaargezet" in met_weigering.stdout
    assert f"{onbekend}  geweigerd  LeerlingOnbekend" in met_weigering.stdout
    assert "1 klaargezet, 1 geweigerd" in met_weigering.stderr
    bij = ["--rest", wereld.dev["rest"], "--token", wereld.dev["tokens"]["kern"]]
    goed = _cli("klaarzetten", "--elk", str(nummer), "--json", *bij)
    assert goed.returncode == 0
    assert json.loads(goed.stdout)["resultaten"] == [{"elkNummer": str(nummer), "uitkomst": "klaargezet"}]
    assert _cli("klaarzetten", "--elk", str(nummer)).returncode == 2
    assert _cli("klaarzetten", "--elk", "weg.txt", "--dev-json", dev).returncode == 2


def test_de_gesimuleerde_kern_volgt_de_stippen_en_speelt_leerlingen(wereld: DraaiendeWereld) -> None:
    nummer = next(_nummers)
    elk, pgn = str(nummer), proef_pgn(nummer)
    with _draaiend(
        ["simulate", "kern", "--dev-json", str(wereld.map / "dev.json"), "--storing", "webhook=fault:2"]
    ) as waar:
        wereld.zet_klaar(elk, pgn)
        _wacht_op_stip(waar, elk, "blauw")
        magister = wereld.magister()
        assert _speel(waar, "aanvullen", elkNummer=elk).status_code == 200
        assert magister.haal_op(pgn, BRIN, bron_kenmerk=ONS_KENMERK).resultaat.value == "LeerlinginfoNietBeschikbaar"
        assert _speel(waar, "vrijgeven", elkNummer=elk).status_code == 200
        assert magister.haal_op(pgn, BRIN, bron_kenmerk=ONS_KENMERK).gelukt
        _wacht_op_stip(waar, elk, "groen")
        assert _speel(waar, "wijzigen", elkNummer=elk, pgn=pgn.waarde).status_code == 200
        _wacht_op_stip(waar, elk, "blauw")
        assert _speel(waar, "verplaatsen", elkNummer=elk, vestiging="12SS/01").status_code == 200
        _wacht_op_stip(waar, elk, "wit")
        assert magister.haal_op(pgn, BRIN, bron_kenmerk=ONS_KENMERK).resultaat.value == "LeveringGeweigerd"
        assert _speel(waar, "terugtrekken", elkNummer=elk).status_code == 200
        assert _speel(waar, "toveren", elkNummer=elk).status_code == 422
        assert _speel(waar, "plaatsen", elkNummer=elk).status_code == 422


def _speel(waar: dict[str, Any], verb: str, **velden: str) -> httpx.Response:
    return httpx.post(f"{waar['control']}/_sim/scenario/{verb}", json=velden, trust_env=False, timeout=GEDULD)


def _wacht_op_stip(waar: dict[str, Any], elk_nummer: str, kleur: str) -> None:
    def stip() -> str | None:
        stippen = httpx.get(f"{waar['control']}/_sim/stippen", trust_env=False, timeout=GEDULD).json()["stippen"]
        return stippen.get(elk_nummer)  # type: ignore[no-any-return]  # JSON

    wacht_tot(stip, lambda gezien: gezien == kleur)


def test_werk_toont_wat_wacht_en_waarom_en_laat_los_of_herhaalt(wereld: DraaiendeWereld) -> None:
    kern = wereld.kern()
    omgeving = _opslagomgeving(wereld)
    kern.abonneer("dood", "http://127.0.0.1:9/niemand", "g")
    nummer = next(_nummers)
    wereld.zet_klaar(str(nummer), proef_pgn(nummer))
    rijen = wacht_tot(
        lambda: json.loads(_cli("werk", "list", "--abonnement", "dood", "--json", omgeving=omgeving).stdout),
        lambda rijen: rijen and rijen[0]["pogingen"],
    )
    assert (rijen[0]["status"], rijen[0]["reden"]) == ("wacht", "geen verbinding")
    assert str(nummer) not in json.dumps(rijen)
    rij = str(rijen[0]["id"])
    wie = ["--account", "b.heer", "--reden", "proef"]
    assert _cli("werk", "discard", rij, omgeving=omgeving).returncode == 2, "account and reason are demanded"
    assert _cli("werk", "discard", rij, *wie, omgeving=omgeving).returncode == 0
    assert "vervallen" in _cli("werk", "list", "--status", "vervallen", omgeving=omgeving).stdout
    assert _cli("werk", "replay", rij, *wie, omgeving=omgeving).returncode == 0
    assert _cli("werk", "replay", "999999", *wie, omgeving=omgeving).returncode == 1
    assert _cli("audit", "verify", omgeving=omgeving).returncode == 0


def test_purge_zegt_wat_weg_is_en_privacy_geeft_en_wist(wereld: DraaiendeWereld, tmp_path: Path) -> None:
    nummer = next(_nummers)
    elk, pgn = str(nummer), proef_pgn(nummer)
    omgeving = _opslagomgeving(wereld)
    wereld.zet_klaar(elk, pgn)
    assert wereld.magister().haal_op(pgn, BRIN, bron_kenmerk=ONS_KENMERK).gelukt
    assert wereld.kern().wacht_op_status(elk, "groen")["status"] == "groen"
    proef = _cli("purge", "--dry-run", "--json", omgeving=omgeving)
    assert proef.returncode == 0, proef.stderr
    assert json.loads(proef.stdout)["verwijderd"]["dossier-inhoud"] == 0
    assert "dossier-inhoud" in _cli("purge", omgeving=omgeving).stdout
    uit = tmp_path / "inzage"
    wie = ["--account", "fg", "--reden", "verzoek 12"]
    gegeven = _cli("privacy", "export", elk, "--out", str(uit), *wie, omgeving=omgeving)
    assert gegeven.returncode == 0, gegeven.stderr
    leerling = json.loads((uit / "leerling.json").read_text())
    assert leerling["dossier"]["persoonsgebondenNummer"] == pgn.waarde
    assert leerling["overdrachten"][0]["overgedragen"] is not None
    assert {regel["soort"] for regel in leerling["historie"]} >= {"aangeleverd", "klaargezet"}
    assert (uit / "versie-1.xml").read_bytes() == wereld.kern().versie(elk, 1)
    assert {stat.S_IMODE(bestand.stat().st_mode) for bestand in uit.iterdir()} == {0o600}
    gewist = _cli("privacy", "erase", elk, "--ja", "--json", *wie, omgeving=omgeving)
    assert gewist.returncode == 0, gewist.stderr
    assert json.loads(gewist.stdout)["verwijderd"]["versies"] == 1
    assert _cli("privacy", "erase", elk, "--ja", *wie, omgeving=omgeving).returncode == 1
    assert _cli("privacy", "erase", "x", "--ja", *wie, omgeving=omgeving).returncode == 2
    overzicht = wereld.kern().overdrachten()["overdrachten"]
    assert all(rij.get("elkNummer") != elk for rij in overzicht)
    assert _cli("audit", "verify", omgeving=omgeving).returncode == 0


@pytest.mark.parametrize("storing", ["ping=traag:1:10", "sessiecontrole=fault:3"])
def test_het_traffic_center_draait_los(tmp_path: Path, storing: str) -> None:
    opties = ["--map", str(tmp_path / "tc"), "--storing", storing, "--fouten-tot-uit", "2", "--sessie-seconden", "60"]
    with _draaiend(["simulate", "traffic-center", *opties]) as waar:
        stand = httpx.post(f"{waar['control']}/_sim/instellingen", json={}, trust_env=False).json()
        assert (stand["foutenTotUit"], stand["sessieSeconden"]) == (2, 60)
        assert waar["trafficCenter"].startswith("https://127.0.0.1:")


def test_een_las_draait_los_en_een_onzinnige_storing_niet(wereld: DraaiendeWereld) -> None:
    opties = ["simulate", "las", "--map", str(wereld.map), "--traffic-center", wereld.dev["trafficCenter"]]
    with _draaiend([*opties, "--naam", "trajectplanner", "--storing", "ping=fault:1"]) as waar:
        assert waar["las"] == "trajectplanner"
        assert waar["bron"].endswith("/bron")
    for storing in ("ping", "ping=raar:1", "ping=fault:x", "vliegen=fault:1"):
        assert _cli(*opties, "--storing", storing).returncode == 2, storing
    assert _cli(*opties, "--naam", "anders").returncode == 2
    assert (
        _cli("simulate", "traffic-center", "--map", str(wereld.map / "los"), "--storing", "x=fault:1").returncode == 2
    )
