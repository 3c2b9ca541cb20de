"""`serve --dev`: makes what a development world needs in one folder, and runs the simulators beside the gateway.

What lives in the folder and survives a restart: certificates, tokens, encryption key, ports, the SQLite store, and the
state of the Traffic Center simulator. `dev.json` says where everything is (`interfaces.md`, The development world).
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.bootstrap import SLEUTELRING
from gateway.domain.toegang import Token
from gateway.domain.waarden import Brin, Rol, Vestiging
from gateway.ports import Opslag
from gateway.settings import Instellingen, InstellingOnjuist, lees_instellingen
from gateway.simulators.ontwikkelwereld import LAS_SYSTEMEN, SCHOLEN, VREEMDE
from gateway.simulators.wereldproces import onthouden_poorten, vrije_poort, wereldpki
from gateway.trust.certificaten import OntwikkelPki
from gateway.trust.kluis import nieuwe_sleutel
from gateway.trust.tokens import hash_van, maak_token

_TERMIJN = 30.0
_ROLLEN: Mapping[Rol, dict[str, Any]] = {
    Rol.KERN: {},
    Rol.CONTACTPERSOON: {"brins": frozenset({Brin("00YY")})},
    Rol.LOCATIEBEHEERDER: {"vestigingen": frozenset({Vestiging.van("00YY", "00")})},
    Rol.BEHEER: {},
}


class Ontwikkelwereld:
    """One folder with everything; `start` runs the simulators, `stop` ends them."""

    def __init__(self, map_: Path, *, met_las: bool) -> None:
        self._map = map_.absolute()
        self._map.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._met_las = met_las
        self._kind: subprocess.Popen[bytes] | None = None
        self._poortbestand = self._map / "poorten-gateway.json"
        (self._map / "dev.json").unlink(missing_ok=True)
        self.pki: OntwikkelPki = wereldpki(self._map)
        vorige = onthouden_poorten(self._poortbestand)
        self._poorten = {naam: vrije_poort(vorige.get(naam, 0)) for naam in ("rest", "soap")}
        self.adressen: dict[str, str] = {}

    def start(self) -> None:
        """Start the simulators; `wacht` waits until their ports answer."""
        gateway = f"https://127.0.0.1:{self._poorten['soap']}"
        opdracht = [
            sys.executable,
            "-m",
            "gateway.simulators.wereldproces",
            "--map",
            str(self._map),
            "--gateway",
            gateway,
        ]
        if not self._met_las:
            opdracht.append("--zonder-las")
        # A session of its own: Ctrl-C stops the gateway first, and the simulators when it has drained.
        self._kind = subprocess.Popen(  # noqa: S603 - our own module, no shell
            opdracht, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )

    def wacht(self) -> None:
        """Wait for the simulators and learn their addresses; raises `InstellingOnjuist` when they do not come up."""
        kind = self._kind
        if kind is None or kind.stdout is None:
            raise AssertionError("start() comes first")
        wekker = threading.Timer(_TERMIJN, kind.kill)
        wekker.start()
        try:
            regel = kind.stdout.readline()
        finally:
            wekker.cancel()
        if not regel:
            raise InstellingOnjuist(
                "De simulatoren van de ontwikkelwereld zijn niet gestart; zie de melding hierboven."
            )
        self.adressen = json.loads(regel)

    def bewaak(self, bij_einde: Callable[[], None]) -> None:
        """Call `bij_einde` when the simulators end while they should run."""
        kind = self._kind

        def volg() -> None:
            if kind is not None:
                kind.wait()
                bij_einde()

        threading.Thread(target=volg, daemon=True).start()

    def stop(self) -> None:
        """End the simulators."""
        if self._kind is None:
            return
        if self._kind.stdin is not None:
            self._kind.stdin.close()
        try:
            self._kind.wait(5)
        except subprocess.TimeoutExpired:
            self._kind.kill()
            self._kind.wait()
        if self._kind.stdout is not None:
            self._kind.stdout.close()

    def instellingen(self) -> Instellingen:
        """Settings of the gateway in this world; what the environment says goes first."""
        gateway = self.pki.partijen["gateway"]
        ontwikkel: dict[str, Any] = {
            "data_dir": self._map,
            "rest_bind": f"127.0.0.1:{self._poorten['rest']}",
            "soap_bind": f"127.0.0.1:{self._poorten['soap']}",
            "traffic_center_url": self.adressen["traffic-center"],
            "tls_cert": gateway.cert,
            "tls_key": gateway.key,
            "tls_ca": self.pki.ca,
            "tls_crl": (str(self.pki.crl),),
            "onderteken_cert": self.pki.ondertekening.cert,
            "onderteken_key": self.pki.ondertekening.key,
            "encryption_keys": self._sleutelring(),
            "partijen": tuple(
                {"oin": partij.oin.waarde, "naam": partij.toonnaam, "las": partij.las, "brins": partij.brins}
                for partij in LAS_SYSTEMEN
            ),
        }
        return lees_instellingen(
            **{naam: waarde for naam, waarde in ontwikkel.items() if f"OSO_{naam.upper()}" not in os.environ}
        )

    def vul(self, opslag: Opslag) -> None:
        """Fill in the schools and tokens that are not there yet."""
        tokens = self._tokens()
        with opslag.werk() as werk:
            for school in SCHOLEN:
                if werk.scholen.school(school.vestiging) is None:
                    werk.scholen.bewaar(school)
            for rol, bereik in _ROLLEN.items():
                hash_ = hash_van(tokens[rol.value]).hex()
                if werk.toegang.token_bij_hash(hash_) is None:
                    token = Token(
                        f"dev-{rol.value}-{hash_[:8]}", hash_, rol, f"dev-{rol.value}", datetime.now(UTC), **bereik
                    )
                    werk.toegang.bewaar_token(token)

    def schrijf_dev_json(self, rest: str, soap: str) -> None:
        """Tell the world: written in full under another name and then renamed."""
        self._schrijf(self._poortbestand, json.dumps(self._poorten))
        inhoud = {
            "rest": rest,
            "soap": soap,
            "trafficCenter": self.adressen["traffic-center"],
            "control": self.adressen["control"],
            "tokens": self._tokens(),
            "ca": str(self.pki.ca),
            "parties": {
                partij.naam: {
                    "cert": str(self.pki.partijen[partij.naam].cert),
                    "key": str(self.pki.partijen[partij.naam].key),
                    "oin": partij.oin.waarde,
                }
                for partij in (*LAS_SYSTEMEN, VREEMDE)
            },
        }
        self._schrijf(self._map / "dev.json", json.dumps(inhoud, indent=2) + "\n")

    def _tokens(self) -> dict[str, str]:
        bestand = self._map / "tokens.json"
        if not bestand.exists():
            self._schrijf(bestand, json.dumps({rol.value: maak_token().tekst for rol in _ROLLEN}))
        tokens: dict[str, str] = json.loads(bestand.read_text())
        return tokens

    def _sleutelring(self) -> str:
        bestand = self._map / SLEUTELRING
        if not bestand.exists():
            self._schrijf(bestand, f"dev:{nieuwe_sleutel()}")
        return bestand.read_text().strip()

    def _schrijf(self, bestand: Path, tekst: str) -> None:
        tijdelijk = bestand.with_name(f".{bestand.name}.{secrets.token_hex(4)}")
        with contextlib.suppress(FileNotFoundError):
            tijdelijk.unlink()
        with os.fdopen(os.open(tijdelijk, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as doel:
            doel.write(tekst)
            doel.flush()
            os.fsync(doel.fileno())
        tijdelijk.replace(bestand)
