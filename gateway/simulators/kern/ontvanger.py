"""The webhook receiver of the simulated core application: checks every message and keeps the dot of each pupil."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from gateway.simulators.kern.klant import Geweigerd
from gateway.simulators.kern.scenario import Scenario, VerbOnbekend

_SPELING = 300
"""Seconds that the clock of the sender may differ: older messages are replays."""
_MAX_INHOUD = 1 << 20


@dataclass(frozen=True, slots=True)
class Ontvangen:
    """One webhook that came in and was in order."""

    id: str
    type: str
    gegevens: dict[str, Any]
    moment: float
    """Unix time at which it came."""


class Webhookontvanger:
    """Listens on loopback; with a `scenario` it takes verbs on `/_sim` too.

    `storingen` is what the next calls get: a status instead of 204, 0 breaks the connection, and a number below zero
    is a wait in milliseconds before 204. `klok` gives the Unix time that it goes by.
    """

    def __init__(
        self, geheim: str, poort: int = 0, scenario: Scenario | None = None, klok: Callable[[], float] = time.time
    ) -> None:
        self._geheim = geheim
        self._klok = klok
        self._scenario = scenario
        self._slot = threading.Condition()
        self.stippen: dict[str, str] = {}
        self.ontvangen: list[Ontvangen] = []
        self.dubbel = 0
        """Messages with an id that had come before."""
        self.geweigerd: list[str] = []
        self.storingen: deque[int] = deque()
        self._dienst = _Dienst(("127.0.0.1", poort), _aanname(self))
        self._draad = threading.Thread(target=self._dienst.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self._draad.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sluit()

    @property
    def basis(self) -> str:
        """Address without a path."""
        return f"http://127.0.0.1:{self._dienst.server_address[1]}"

    @property
    def url(self) -> str:
        """Address to subscribe with."""
        return f"{self.basis}/webhooks/oso"

    def beeld(self) -> dict[str, Any]:
        """What `GET /_sim/stippen` shows."""
        with self._slot:
            return {
                "stippen": dict(self.stippen),
                "ontvangen": len(self.ontvangen),
                "dubbel": self.dubbel,
                "geweigerd": list(self.geweigerd),
            }

    def speel(self, verb: str, inhoud: bytes) -> tuple[int, dict[str, Any]]:
        """Play a verb of the scenario: `POST /_sim/scenario/VERB` with `{"elkNummer", "vestiging"?, "pgn"?}`."""
        if self._scenario is None:
            return 404, {"melding": "Hier wordt geen scenario gespeeld."}
        try:
            velden = json.loads(inhoud or b"{}")
            gegevens = {"elk_nummer" if naam == "elkNummer" else naam: waarde for naam, waarde in velden.items()}
            return 200, dict(self._scenario.doe(verb, **gegevens))
        except (VerbOnbekend, ValueError, AttributeError, TypeError) as fout:
            return 422, {"melding": str(fout) if isinstance(fout, VerbOnbekend) else "De inhoud is geen JSON-object."}
        except Geweigerd as fout:
            return fout.status, dict(fout.probleem)

    def sluit(self) -> None:
        """Stop listening."""
        self._dienst.shutdown()
        self._dienst.server_close()
        self._draad.join()

    def wacht_op(self, elk_nummer: str, status: str, termijn: float = 5.0) -> Ontvangen | None:
        """Wait until the dot of a pupil has this colour; gives the message that said so, None when time is over."""
        with self._slot:
            self._slot.wait_for(lambda: self.stippen.get(elk_nummer) == status, termijn)
            passend = [
                bericht
                for bericht in self.ontvangen
                if (bericht.gegevens.get("elkNummer"), bericht.gegevens.get("naar")) == (elk_nummer, status)
            ]
        return passend[-1] if passend and self.stippen.get(elk_nummer) == status else None

    def wacht_op_aantal(self, aantal: int, termijn: float = 30.0) -> int:
        """Wait until so many different messages came; gives how many did."""
        with self._slot:
            self._slot.wait_for(lambda: len(self.ontvangen) >= aantal, termijn)
            return len(self.ontvangen)

    def neem_aan(self, inhoud: bytes, tijdstip: str, handtekening: str) -> int:
        """Check one message and keep it; gives the status to answer with."""
        with self._slot:
            storing = self.storingen.popleft() if self.storingen else None
        if storing is not None and storing >= 0:
            return storing
        if storing is not None:
            time.sleep(-storing / 1000)
        with self._slot:
            if (bezwaar := self._bezwaar(inhoud, tijdstip, handtekening)) is not None:
                self.geweigerd.append(bezwaar)
                return 401
            gebeurtenis = json.loads(inhoud)
            if any(eerder.id == gebeurtenis["id"] for eerder in self.ontvangen):
                self.dubbel += 1
                return 204
            bericht = Ontvangen(gebeurtenis["id"], gebeurtenis["type"], gebeurtenis["data"], self._klok())
            self.ontvangen.append(bericht)
            if "elkNummer" in bericht.gegevens:
                self.stippen[bericht.gegevens["elkNummer"]] = bericht.gegevens["naar"]
            self._slot.notify_all()
            return 204

    def _bezwaar(self, inhoud: bytes, tijdstip: str, handtekening: str) -> str | None:
        if not tijdstip.isdigit() or abs(self._klok() - int(tijdstip)) > _SPELING:
            return "tijdstip"
        verwacht = hmac.new(self._geheim.encode(), tijdstip.encode() + b"." + inhoud, hashlib.sha256).hexdigest()
        return None if hmac.compare_digest(handtekening, f"v1={verwacht}") else "handtekening"


class _Dienst(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def _aanname(ontvanger: Webhookontvanger) -> type[BaseHTTPRequestHandler]:
    class Aanname(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            lengte = int(self.headers.get("Content-Length", 0))
            inhoud = self.rfile.read(min(lengte, _MAX_INHOUD))
            if self.path.startswith("/_sim/scenario/"):
                self._zend(*ontvanger.speel(self.path.rpartition("/")[2], inhoud))
                return
            status = ontvanger.neem_aan(
                inhoud, self.headers.get("Webhook-Timestamp", ""), self.headers.get("Webhook-Signature", "")
            )
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            if self.path == "/_sim/stippen":
                self._zend(200, ontvanger.beeld())
            else:
                self._zend(404, {"melding": "Deze aanroep bestaat niet."})

        def _zend(self, status: int, gegevens: dict[str, Any]) -> None:
            octets = json.dumps(gegevens).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_: Any) -> None:
            """Say nothing: what came is kept, not printed."""

    return Aanname
