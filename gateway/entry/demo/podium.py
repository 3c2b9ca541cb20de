"""The running development world: the gateway as a process of its own, and the people and systems that use it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import httpx

from gateway.berichten import codec
from gateway.berichten.pakket import standaardpakket
from gateway.berichten.verzending import SoapVerzender
from gateway.domain.overdracht import Documentantwoord, Documentvraag
from gateway.entry.demo.verslag import NietGehouden
from gateway.simulators.kern.klant import SimulatieKern
from gateway.simulators.las import LasPunt, SimulatieLas
from gateway.simulators.ontwikkelwereld import MAGISTER, TRAJECTPLANNER, WereldPartij
from gateway.simulators.wereldproces import maak_las, wereldpki
from gateway.trust.tls import ssl_context_klant
from gateway.trust.zoeksleutel import maak_zoeksleutels

_TERMIJN = 30.0


class Podium:
    """Starts `serve --dev` in a folder and gives the actors; a context manager that stops it again."""

    def __init__(self, map_: Path) -> None:
        self.map = map_
        self.ontvangen = map_ / "ontvangen"
        self._proces: subprocess.Popen[bytes] | None = None
        self.dev: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the service and wait until `dev.json` says that all ports answer."""
        self.ontvangen.mkdir(parents=True, exist_ok=True)
        dev_json = self.map / "dev.json"
        dev_json.unlink(missing_ok=True)
        log = os.open(self.map / "serve.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._proces = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-m", "gateway", "serve", "--dev", "--data-dir", str(self.map)],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        finally:
            os.close(log)
        einde = time.monotonic() + _TERMIJN
        while not dev_json.exists():
            if self._proces.poll() is not None or time.monotonic() > einde:
                raise NietGehouden(f"De dienst is niet gestart; zie {self.map / 'serve.log'}.")
            time.sleep(0.02)
        self.dev = json.loads(dev_json.read_text())

    def begin(self) -> str:
        """Start as a step of the demonstration."""
        self.start()
        return f"REST {self.dev['rest']}, SOAP {self.dev['soap']}, Traffic Center {self.dev['trafficCenter']}"

    def einde(self) -> str:
        """Stop as a step of the demonstration."""
        code = self.stop()
        if code != 0:
            raise NietGehouden(f"De dienst eindigde met code {code}; zie {self.map / 'serve.log'}.")
        return "afsluitcode 0"

    def stop(self) -> int | None:
        """Stop the service cleanly and give its exit code."""
        if self._proces is None:
            return None
        if self._proces.poll() is None:
            self._proces.send_signal(signal.SIGTERM)
        try:
            code = self._proces.wait(20)
        except subprocess.TimeoutExpired:
            self._proces.kill()
            code = self._proces.wait()
        self._proces = None
        return code

    def kern(self) -> SimulatieKern:
        """The core application (ELK)."""
        return SimulatieKern(self.dev["rest"], self.dev["tokens"]["kern"])

    def contactpersoon(self) -> SimulatieKern:
        """The contactpersoon ELK of 00YY."""
        return SimulatieKern(self.dev["rest"], self.dev["tokens"]["contactpersoon"])

    def beheer(self) -> SimulatieKern:
        """The administrator, who sees all schools."""
        return SimulatieKern(self.dev["rest"], self.dev["tokens"]["beheer"])

    def magister(self) -> SimulatieLas:
        """The LAS of 00YY."""
        return self._las(MAGISTER)

    def trajectplanner(self) -> SimulatieLas:
        """The LAS of 12SS."""
        return self._las(TRAJECTPLANNER)

    def _las(self, partij: WereldPartij) -> SimulatieLas:
        tc = f"{self.dev['trafficCenter']}/trafficcenter/{standaardpakket().versie}"
        return maak_las(partij, wereldpki(self.map), tc, maak_zoeksleutels())

    def vraag_zonder_sessie(self, partij: WereldPartij, punt: LasPunt, vraag: Documentvraag) -> Documentantwoord:
        """Send a documentRequest past the Traffic Center, as no LAS should."""
        paar = wereldpki(self.map).partijen[partij.naam]
        pakket = standaardpakket()
        verzender = SoapVerzender(ssl_context_klant(paar.cert, paar.key, wereldpki(self.map).ca))
        antwoord = verzender.verstuur(
            f"{self.dev['soap']}/oso/{pakket.versie}/bron",
            pakket.soapactie("document"),
            codec.schrijf_verzoek("document", vraag, pakket),
            termijn=10.0,
            maximum=1 << 20,
        )
        return codec.lees_antwoord(antwoord.octets, "document", pakket, Documentantwoord, maximum=1 << 20)

    def stel_in(self, **instellingen: int) -> None:
        """Change settings of the Traffic Center simulator."""
        self.sim("POST", "instellingen", instellingen)

    def sim(self, methode: str, pad: str, inhoud: object = None) -> Any:
        """Call the control surface of the Traffic Center simulator."""
        antwoord = httpx.request(methode, f"{self.dev['control']}/_sim/{pad}", json=inhoud, timeout=10, trust_env=False)
        antwoord.raise_for_status()
        return antwoord.json() if antwoord.content else None
