"""A running development world for acceptance tests: `serve --dev` as a process of its own, and those who use it.

```
with ontwikkelwereld(map_) as wereld:                    # 00YY/00 and 12SS/01 are registered
    wereld.zet_klaar("71001", proef_pgn(1))              # pushed and blue
    wereld.magister().haal_op(proef_pgn(1), BRIN, bron_kenmerk=ONS_KENMERK)
    assert wereld.kern().wacht_op_status("71001", "groen")["status"] == "groen"
```

At the end it must stop by SIGTERM with exit code 0 and leave no child behind; else the test fails.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from gateway.berichten.pakket import standaardpakket
from gateway.domain.waarden import Brin, Pgn, RouteringsKenmerk
from gateway.simulators import proefbestanden
from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Bijlage, Push, SimulatieKern
from gateway.simulators.las import SimulatieLas
from gateway.simulators.ontwikkelwereld import MAGISTER, POSCHOOL, TRAJECTPLANNER, WereldPartij
from gateway.simulators.wereldproces import maak_las, wereldpki
from gateway.trust.zoeksleutel import maak_zoeksleutels

VERSIE = "20200910"
BRIN = Brin("00YY")
SCHOOL = "00YY/00"
ONS_KENMERK = RouteringsKenmerk("0000000700000YY00931")
MAGISTER_KENMERK = RouteringsKenmerk("0000000700000YY00932")
PUNTEN: Mapping[str, Mapping[str, Any]] = {
    "00YY/00": {"aanleverpuntnummer": 100, "sleutel": "sleutel-00YY-100"},
    "12SS/01": {"aanleverpuntnummer": 100, "sleutel": "sleutel-12SS-100"},
}
_TERMIJN = 60.0
_PARTIJEN = {partij.naam: partij for partij in (MAGISTER, TRAJECTPLANNER, POSCHOOL)}


@dataclass(frozen=True, slots=True)
class Klaargezet:
    """A pupil whose dossier was pushed and set ready."""

    elk_nummer: str
    pgn: Pgn
    versie: int
    sha256: str


class DraaiendeWereld:
    """One folder with its `serve --dev`; `start` and `stop` may be repeated. Use `ontwikkelwereld` to get one."""

    def __init__(
        self,
        map_: Path,
        *,
        omgeving: Mapping[str, str] | None = None,
        opties: Sequence[str] = (),
        aanloop: Sequence[str] = (),
    ) -> None:
        self.map = map_
        self.dev: dict[str, Any] = {}
        self._omgeving = {**os.environ, **(omgeving or {})}
        self._opties = tuple(opties)
        self._aanloop = tuple(aanloop)
        self._proces: subprocess.Popen[bytes] | None = None
        self._klanten: list[SimulatieKern] = []

    # ------------------------------------------------------------------------------------------ begin en einde

    @property
    def log(self) -> str:
        """What the service wrote to stdout and stderr so far."""
        return (self.map / "serve.log").read_text(encoding="utf-8", errors="replace")

    @property
    def pid(self) -> int:
        """Process of the gateway itself."""
        assert self._proces is not None, "the world does not run"
        return self._proces.pid

    def start(self) -> None:
        """Start the service and wait until `dev.json` says that all ports answer."""
        dev_json = self.map / "dev.json"
        dev_json.unlink(missing_ok=True)
        with (self.map / "serve.log").open("ab") as log:
            self._proces = subprocess.Popen(
                [
                    *self._aanloop,
                    sys.executable,
                    "-m",
                    "gateway",
                    "serve",
                    "--dev",
                    "--data-dir",
                    str(self.map),
                    *self._opties,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._omgeving,
                start_new_session=True,
            )
        einde = time.monotonic() + _TERMIJN
        while not dev_json.exists():
            assert self._proces.poll() is None, f"serve ended with {self._proces.returncode}:\n{self.log}"
            assert time.monotonic() < einde, f"no dev.json after {_TERMIJN} s:\n{self.log}"
            time.sleep(0.02)
        self.dev = json.loads(dev_json.read_text())

    def stop(self, signaal: int = signal.SIGTERM) -> int:
        """Stop the service by a signal; gives its exit code. Fails when a child of it lives on."""
        assert self._proces is not None, "the world does not run"
        for klant in self._klanten:
            klant.sluit()
        self._klanten.clear()
        kinderen = _nakomelingen(self._proces.pid)
        self._proces.send_signal(signaal)
        try:
            code = self._proces.wait(_TERMIJN)
        except subprocess.TimeoutExpired:
            self._proces.kill()
            self._proces.wait()
            raise
        finally:
            self._proces = None
        einde = time.monotonic() + _TERMIJN  # after a kill -9 the simulators notice it by themselves
        while (over := [kind for kind in kinderen if kind.leeft]) and time.monotonic() < einde:
            time.sleep(0.02)
        assert not over, f"children of serve live on: {[kind.pid for kind in over]}"
        return code

    @property
    def draait(self) -> bool:
        """True between `start` and `stop`."""
        return self._proces is not None

    def ruim_op(self) -> None:
        """Leave nothing running, whatever happened."""
        if self._proces is not None:
            kinderen = _nakomelingen(self._proces.pid)
            self._proces.kill()
            self._proces.wait()
            self._proces = None
            for kind in kinderen:
                if kind.leeft:
                    os.kill(kind.pid, signal.SIGKILL)

    # ------------------------------------------------------------------------------------------------ gebruikers

    def kern(self) -> SimulatieKern:
        """The core application (ELK)."""
        return self._klant("kern")

    def contactpersoon(self) -> SimulatieKern:
        """The contactpersoon ELK of 00YY."""
        return self._klant("contactpersoon")

    def locatiebeheerder(self) -> SimulatieKern:
        """The locatiebeheerder of 00YY/00."""
        return self._klant("locatiebeheerder")

    def beheer(self) -> SimulatieKern:
        """The administrator, who sees all schools."""
        return self._klant("beheer")

    def magister(self) -> SimulatieLas:
        """The LAS of 00YY."""
        return self.las("magister")

    def trajectplanner(self) -> SimulatieLas:
        """The LAS of 12SS."""
        return self.las("trajectplanner")

    def las(self, naam: str) -> SimulatieLas:
        """A LAS of the development world that calls from this process, with its own certificate."""
        partij: WereldPartij = _PARTIJEN[naam]
        tc = f"{self.dev['trafficCenter']}/trafficcenter/{standaardpakket().versie}"
        return maak_las(partij, wereldpki(self.map), tc, maak_zoeksleutels())

    def certificaat(self, partij: str = "magister") -> tuple[str, str]:
        """Paths of the certificate (with its chain) and the key of a party in `dev.json`."""
        return self.dev["parties"][partij]["cert"], self.dev["parties"][partij]["key"]

    def sim(self, methode: str, pad: str, inhoud: object = None) -> Any:
        """Call the control surface of the Traffic Center simulator: `sim("GET", "aanroepen")`."""
        antwoord = httpx.request(
            methode, f"{self.dev['control']}/_sim/{pad}", json=inhoud, timeout=_TERMIJN, trust_env=False
        )
        antwoord.raise_for_status()
        return antwoord.json() if antwoord.content else None

    # --------------------------------------------------------------------------------------------------- gangen

    def registreer(self, vestiging: str = SCHOOL) -> None:
        """Fill in the point of a school of the development world and register it."""
        beheer = self.beheer()
        beheer.aanleverpunt(vestiging, PUNTEN[vestiging])
        stand = beheer.registreer(vestiging)
        assert stand["status"] == "geregistreerd", stand

    def zet_klaar(
        self, elk_nummer: str, pgn: Pgn, *, omvang: int = 40_000, zaad: int = 1, vestiging: str = SCHOOL
    ) -> Klaargezet:
        """Push a dossier of about `omvang` octets, with an oki-doc, placed at `vestiging`, and set it ready."""
        kern = self.kern()
        brin, vestigingscode = vestiging.split("/")
        context = {"plaatsing": {"brin": brin, "vestigingscode": vestigingscode}, "okiDocVrijgegeven": True}
        oki_doc = Bijlage("oki-doc.pdf", proefbestanden.pdf(["Oki-doc van een verzonnen leerling"]))
        gemeld = kern.lever_aan(elk_nummer, Push(maak_dossier(pgn, zaad=zaad, omvang=omvang), context, oki_doc))
        rij = kern.zet_klaar([elk_nummer])["resultaten"][0]
        assert rij["uitkomst"] == "klaargezet", rij
        return Klaargezet(elk_nummer, pgn, gemeld["versie"], gemeld["sha256"])

    def _klant(self, rol: str) -> SimulatieKern:
        klant = SimulatieKern(self.dev["rest"], self.dev["tokens"][rol])
        self._klanten.append(klant)
        return klant


@contextmanager
def ontwikkelwereld(
    map_: Path,
    *,
    omgeving: Mapping[str, str] | None = None,
    opties: Sequence[str] = (),
    aanloop: Sequence[str] = (),
    registreer: Sequence[str] = tuple(PUNTEN),
) -> Iterator[DraaiendeWereld]:
    """Run a development world in a folder; `omgeving` is added to the environment, `opties` to `serve --dev`.

    `aanloop` goes before the command, such as a program that changes what the service sees of the disk; it must end
    with replacing itself by the command.
    """
    wereld = DraaiendeWereld(map_, omgeving=omgeving, opties=opties, aanloop=aanloop)
    try:
        wereld.start()
        for vestiging in registreer:
            wereld.registreer(vestiging)
        yield wereld
        if wereld.draait:
            code = wereld.stop()
            assert code == 0, f"serve ended with {code}:\n{wereld.log[-4_000:]}"
    finally:
        wereld.ruim_op()


@dataclass(frozen=True, slots=True)
class _Proces:
    """A process, known by number and moment of start: numbers are used again."""

    pid: int
    begin: str

    @property
    def leeft(self) -> bool:
        stat = _stat(self.pid)
        return stat is not None and stat[19] == self.begin and stat[0] != "Z"


def _stat(pid: int) -> list[str] | None:
    """Read the fields of /proc/PID/stat after the name: state first, start time at 19."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _nakomelingen(pid: int) -> list[_Proces]:
    gevonden: list[_Proces] = []
    for map_ in Path("/proc").glob("[0-9]*"):
        stat = _stat(int(map_.name))
        if stat is not None and stat[1] == str(pid):
            gevonden += [_Proces(int(map_.name), stat[19]), *_nakomelingen(int(map_.name))]
    return gevonden
