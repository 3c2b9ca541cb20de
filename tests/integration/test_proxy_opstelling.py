"""What `docker/` holds, without a docker engine: the compose file is sound, and its parts work together as processes.

The second half runs what the containers would run (same commands, same settings, same configuration files) on free
ports and in a temporary folder: the start script, migrations on PostgreSQL, gateway, simulators and nginx.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Push, SimulatieKern
from gateway.simulators.ontwikkelwereld import SCHOLEN
from gateway.simulators.proefpersonen import proef_pgn
from gateway.simulators.wereldproces import vrije_poort
from tests.hulp.gereedschap import eis, programma
from tests.hulp.ontwikkelwereld import PUNTEN, SCHOOL
from tests.hulp.postgres import nieuwe_database

DOCKER = Path(__file__).parents[2] / "docker"
BIN = Path(sys.executable).parent
POORTEN = ("8443", "8444", "9443", "9080", "9543", "9580", "9544", "9545", "9546")
SLEUTELS = {
    "image", "build", "environment", "volumes", "tmpfs", "ports", "depends_on", "healthcheck", "command", "entrypoint",
    "restart", "read_only", "cap_drop", "cap_add", "security_opt", "stop_grace_period", "network_mode", "user",
    "stdin_open",
}  # fmt: skip


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file, with its anchors filled in."""
    inhoud: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    return inhoud


# ---------------------------------------------------------------------------------------------------- the files


def test_compose_kent_alleen_wat_bestaat(compose: dict[str, Any]) -> None:
    diensten = compose["services"]
    assert set(diensten) == {"db", "begin", "migratie", "gateway", "nginx", "simulatoren"}
    assert {naam for naam in compose if not naam.startswith("x-")} == {"name", "services", "volumes"}
    for naam, dienst in diensten.items():
        assert set(dienst) <= SLEUTELS, naam
        assert set(dienst.get("depends_on", {})) <= set(diensten), naam
        for volume in dienst.get("volumes", []):
            bron = volume.partition(":")[0]
            assert bron in compose["volumes"] or (DOCKER / bron).exists(), volume


def test_elke_container_is_streng(compose: dict[str, Any]) -> None:
    for naam, dienst in compose["services"].items():
        assert dienst["read_only"] is True, naam
        assert dienst["cap_drop"] == ["ALL"], naam
        assert dienst["security_opt"] == ["no-new-privileges:true"], naam
        assert "privileged" not in dienst, naam


def test_van_buiten_is_alleen_nginx_te_bereiken(compose: dict[str, Any]) -> None:
    diensten = compose["services"]
    assert [naam for naam, dienst in diensten.items() if "ports" in dienst] == ["gateway"]
    assert [poort.partition(":")[2] for poort in diensten["gateway"]["ports"]] == ["8443", "8444"]
    luistert = re.findall(r"listen (\d+)", (DOCKER / "nginx" / "nginx.conf").read_text())
    assert luistert == ["8443", "8444"]
    assert diensten["nginx"]["network_mode"] == "service:gateway"
    for naam in ("OSO_REST_BIND", "OSO_SOAP_BIND"):
        assert diensten["gateway"]["environment"][naam].startswith("127.0.0.1:")


def test_geen_geheim_in_een_bestand(compose: dict[str, Any]) -> None:
    for dienst in compose["services"].values():
        for naam, waarde in dienst.get("environment", {}).items():
            if re.search("PASSWORD|KEYS", naam):
                assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]+\}", waarde), naam
    regels = (DOCKER / "proef" / "voorbeeld.env").read_text().splitlines()
    assert all(regel.startswith("#") or regel.endswith("=") for regel in regels)


def test_dockerfile_is_zuinig_en_zonder_root() -> None:
    tekst = (DOCKER / "Dockerfile").read_text()
    bouw, _, beeld = tekst.partition("\nFROM ")[2].partition("\nFROM ")
    assert "--require-hashes -r requirements.lock" in bouw
    assert "COPY --from=bouw /opt/oso /opt/oso" in beeld
    assert re.search(r"^USER oso$", beeld, re.M)
    assert beeld.index("USER oso") < beeld.index("ENTRYPOINT")
    assert all("slim" in regel for regel in tekst.splitlines() if regel.startswith("FROM "))
    assert "requirements-dev" not in tekst
    for bron in re.findall(r"^COPY ((?:(?!--)\S+ )+)\S+$", bouw, re.M):
        assert all((DOCKER.parent / deel).exists() for deel in bron.split()), bron


# ------------------------------------------------------------------------------------------------- the processes


@dataclass(frozen=True, slots=True)
class Opstelling:
    """The running parts, and where they are."""

    map: Path
    omgeving: Mapping[str, str]
    poorten: Mapping[str, int]

    def cli(self, *argumenten: str) -> str:
        """Run the command line as in the gateway's container."""
        return subprocess.run(
            [str(BIN / "oso-gateway"), *argumenten],
            env=dict(self.omgeving),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout


def _verplaats(tekst: str, map_: Path, poorten: Mapping[str, int]) -> str:
    """Move a file of `docker/` to free ports and a temporary folder."""
    tekst = re.sub(r"\b(\d{4})\b", lambda gevonden: str(poorten.get(gevonden[1], gevonden[1])), tekst)
    return re.sub(r"/var/lib/oso\b(-tls)?", lambda gevonden: str(map_ / ("tls" if gevonden[1] else "oso")), tekst)


def _leg_neer(map_: Path, poorten: Mapping[str, int]) -> None:
    """Copy the files that the containers mount."""
    for naam in ("oso", "tls", "proef", "tmp"):
        (map_ / naam).mkdir()
    for bestand in (DOCKER / "proef").iterdir():
        (map_ / "proef" / bestand.name).write_text(_verplaats(bestand.read_text(), map_, poorten))
    nginx = _verplaats((DOCKER / "nginx" / "nginx.conf").read_text(), map_, poorten)
    (map_ / "nginx.conf").write_text(nginx.replace("/tmp/", f"{map_ / 'tmp'}/"))


def _omgeving(compose: dict[str, Any], map_: Path, poorten: Mapping[str, int], database: str) -> dict[str, str]:
    """The environment of the gateway's container, with what `.env` and the mounts bring."""
    uit_compose = compose["services"]["gateway"]["environment"]
    omgeving = {naam: _verplaats(waarde, map_, poorten) for naam, waarde in uit_compose.items()}
    sleutel = subprocess.run(["openssl", "rand", "-base64", "32"], capture_output=True, text=True, check=True).stdout
    return {
        **{naam: waarde for naam, waarde in os.environ.items() if not naam.startswith("OSO_")},
        **omgeving,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "OSO_CONFIG": str(map_ / "proef" / "oso.toml"),
        "OSO_DATA_DIR": str(map_ / "oso"),
        "OSO_DATABASE_URL": database,
        "OSO_ENCRYPTION_KEYS": f"k1:{sleutel.strip()}",
    }


@contextlib.contextmanager
def _proces(opdracht: list[str], omgeving: Mapping[str, str], *, tot_invoer_eindigt: bool = False) -> Iterator[None]:
    """Run a program until the block ends; the simulators stop when their input does, the others by SIGTERM."""
    proces = subprocess.Popen(opdracht, env=dict(omgeving), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        yield
        assert proces.poll() is None, f"{opdracht} ended by itself with {proces.returncode}"
        if tot_invoer_eindigt and proces.stdin is not None:
            proces.stdin.close()
        else:
            proces.terminate()
        assert proces.wait(40) == 0, opdracht
    finally:
        proces.kill()
        proces.wait()
        if proces.stdin is not None:
            proces.stdin.close()


def _wacht_tot_gereed(url: str) -> None:
    einde = time.monotonic() + 40
    while time.monotonic() < einde:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        time.sleep(0.05)
    pytest.fail(f"{url} is not ready")


@pytest.fixture(scope="module")
def opstelling(compose: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opstelling]:
    """Everything that compose would start, as processes of this machine."""
    eis("openssl", "postgresql")
    nginx = programma("nginx")
    map_ = tmp_path_factory.mktemp("opstelling")
    poorten = {nummer: vrije_poort() for nummer in POORTEN}
    _leg_neer(map_, poorten)
    with contextlib.ExitStack() as stapel:
        database = stapel.enter_context(nieuwe_database())
        opstelling = Opstelling(map_, _omgeving(compose, map_, poorten, database), poorten)
        begin = ["sh", str(map_ / "proef" / "begin.sh"), str(map_ / "oso"), str(map_ / "tls")]
        for _ in range(2):  # it may be run again
            subprocess.run(begin, env=dict(opstelling.omgeving), check=True, capture_output=True, timeout=60)
        opstelling.cli(*compose["services"]["migratie"]["command"])
        simulatoren = [*compose["services"]["simulatoren"]["entrypoint"], "--map", str(map_ / "oso")]
        simulatoren[0] = str(BIN / simulatoren[0])
        stapel.enter_context(_proces(simulatoren, opstelling.omgeving, tot_invoer_eindigt=True))
        stapel.enter_context(_proces([str(BIN / "oso-gateway"), "serve"], opstelling.omgeving))
        opdracht = [nginx, "-c", str(map_ / "nginx.conf"), "-p", str(map_), "-e", "stderr", "-g", "daemon off;"]
        stapel.enter_context(_proces(opdracht, opstelling.omgeving))
        _wacht_tot_gereed(f"http://127.0.0.1:{poorten['9080']}/readyz")
        _wacht_tot_gereed(f"http://127.0.0.1:{poorten['9580']}/_sim/aanroepen")
        yield opstelling


def test_gezondheid_zoals_docker_haar_vraagt(opstelling: Opstelling) -> None:
    regel = next(r for r in (DOCKER / "Dockerfile").read_text().splitlines() if r.startswith("HEALTHCHECK "))
    opdracht: list[str] = json.loads(regel.partition(" CMD ")[2])
    for bind, code in ((opstelling.omgeving["OSO_REST_BIND"], 0), (f"127.0.0.1:{vrije_poort()}", 1)):
        omgeving = {**opstelling.omgeving, "OSO_REST_BIND": bind}
        klaar = subprocess.run([sys.executable, *opdracht[1:]], env=omgeving, capture_output=True, check=False)
        assert klaar.returncode == code


def test_een_dossier_gaat_door_de_hele_opstelling(opstelling: Opstelling) -> None:
    rest = f"http://127.0.0.1:{opstelling.poorten['9080']}"
    tokens = {rol: json.loads(opstelling.cli("token", "create", "--rol", rol, "--json")) for rol in ("beheer", "kern")}
    school = next(school for school in SCHOLEN if str(school.vestiging) == SCHOOL)
    with SimulatieKern(rest, tokens["beheer"]["token"]) as beheer, SimulatieKern(rest, tokens["kern"]["token"]) as kern:
        velden = {
            "officieleNaam": school.officiele_naam, "naam": school.naam, "schooltype": school.schooltype,
            "bestuur": school.bestuur, "straat": school.straat, "huisnummer": school.huisnummer,
            "postcode": school.postcode, "plaats": school.plaats, "las": "magister",
        }  # fmt: skip
        beheer.school(SCHOOL, velden)
        beheer.aanleverpunt(SCHOOL, PUNTEN[SCHOOL])
        assert beheer.registreer(SCHOOL)["status"] == "geregistreerd"
        pgn = proef_pgn(86_001)
        context = {"plaatsing": {"brin": "00YY", "vestigingscode": "00"}, "okiDocVrijgegeven": True}
        kern.lever_aan("86001", Push(maak_dossier(pgn, zaad=1), context))
        assert kern.zet_klaar(["86001"])["resultaten"][0]["uitkomst"] == "klaargezet"

        dev_json = str(opstelling.map / "oso" / "dev.json")
        opstelling.cli("simulate", "ophalen", "--pgn", pgn.waarde, "--dev-json", dev_json)

        assert kern.wacht_op_status("86001", "groen")["status"] == "groen"
        (rij,) = kern.overdrachten()["overdrachten"]
        assert (rij["systeem"], rij["via"]) == ("Magister", "proxy")
