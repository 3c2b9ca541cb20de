"""The control surface of the simulated Traffic Center (`interfaces.md`): plain HTTP, for loopback only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import parse_qs

from gateway.berichten.fout import TeGroot
from gateway.domain.waarden import OngeldigeWaarde, RouteringsKenmerk
from gateway.simulators.soapdienst import Ontvang, Scope, Zend, antwoord, lees_alles
from gateway.simulators.traffic_center import vorm
from gateway.simulators.traffic_center.gegevens import Punt
from gateway.simulators.traffic_center.machine import Machine
from gateway.simulators.traffic_center.storingen import Soort, Storingen

_MAX = 64 * 1024
_SCHAKEL = re.compile(r"/_sim/aanleverpunten/(.+)/(uitzetten|aanzetten)")
_STORING = re.compile(r"/_sim/storingen(?:/([^/]+))?")


class _Weigering(Exception):
    def __init__(self, status: int, melding: str) -> None:
        super().__init__(melding)
        self.status = status
        self.melding = melding


class Bediening:
    """ASGI application of the control surface."""

    def __init__(
        self,
        machine: Machine,
        storingen: Storingen,
        aanroepen: Callable[[int], list[dict[str, Any]]],
        operaties: Collection[str],
    ) -> None:
        self._machine = machine
        self._storingen = storingen
        self._aanroepen = aanroepen
        self._operaties = operaties

    async def __call__(self, scope: Scope, receive: Ontvang, send: Zend) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        try:
            inhoud = await lees_alles(receive, _MAX)
            status, gegevens = self._voer_uit(scope["method"], scope["path"], scope["query_string"], inhoud)
        except TeGroot:
            status, gegevens = 413, {"melding": "De aanroep is te groot."}
        except _Weigering as fout:
            status, gegevens = fout.status, {"melding": fout.melding}
        except vorm.VormOngeldig as fout:
            status, gegevens = 422, {"melding": fout.melding}
        if status == 204:
            await antwoord(send, 204)
        else:
            await antwoord(send, status, json.dumps(gegevens).encode(), "application/json")

    def _voer_uit(self, methode: str, pad: str, vraag: bytes, inhoud: bytes) -> tuple[int, dict[str, Any]]:
        schakel, storing = _SCHAKEL.fullmatch(pad), _STORING.fullmatch(pad)
        if (methode, pad) == ("GET", "/_sim/aanroepen"):
            return 200, {"aanroepen": self._aanroepen(_cursor(vraag))}
        if (methode, pad) == ("GET", "/_sim/aanleverpunten"):
            punten = [vorm.punt_naar(punt, geheim=False) for punt in self._machine.punten()]
            return 200, {"aanleverpunten": punten}
        if (methode, pad) == ("POST", "/_sim/aanleverpunten"):
            return 200, vorm.punt_naar(self._zet_punt(_object(inhoud)), geheim=False)
        if methode == "POST" and schakel is not None:
            return 200, self._schakel(schakel[1], aan=schakel[2] == "aanzetten")
        if (methode, pad) == ("POST", "/_sim/storingen"):
            return 200, {"id": self._voeg_storing_toe(_object(inhoud))}
        if methode == "DELETE" and storing is not None:
            if not self._storingen.verwijder(storing[1]):
                raise _Weigering(404, "Deze storing is er niet.")
            return 204, {}
        if (methode, pad) == ("POST", "/_sim/sessies/verloop"):
            return 200, {"aantal": self._machine.laat_verlopen()}
        if (methode, pad) == ("POST", "/_sim/instellingen"):
            self._machine.stel_in(vorm.instellingen_uit(_object(inhoud), self._machine.instellingen))
            return 200, vorm.instellingen_naar(self._machine.instellingen)
        raise _Weigering(404, "Deze aanroep bestaat niet.")

    def _zet_punt(self, gegevens: dict[str, Any]) -> Punt:
        gegevens = {naam: waarde for naam, waarde in gegevens.items() if naam not in ("fouten", "oorzaak")}
        punt = vorm.punt_uit(gegevens, self._vind(gegevens.get("routeringsKenmerk")))
        self._machine.zet_punt(punt)
        return punt

    def _schakel(self, kenmerk: str, *, aan: bool) -> dict[str, Any]:
        punt = self._vind(kenmerk)
        if punt is None:
            raise _Weigering(404, "Dit aanleverpunt is er niet.")
        (self._machine.zet_aan if aan else self._machine.zet_uit)(punt)
        return vorm.punt_naar(self._machine.punt(punt.kenmerk) or punt, geheim=False)

    def _vind(self, kenmerk: object) -> Punt | None:
        try:
            return self._machine.punt(RouteringsKenmerk(kenmerk)) if isinstance(kenmerk, str) else None
        except OngeldigeWaarde:
            return None

    def _voeg_storing_toe(self, gegevens: dict[str, Any]) -> str:
        operatie, aantal, ms = gegevens.get("operatie"), gegevens.get("aantal", 1), gegevens.get("msVertraging", 1000)
        if operatie not in self._operaties:
            raise _Weigering(422, "operatie is de naam van een verzoek aan het Traffic Center, zonder Request.")
        if gegevens.get("soort") not in set(Soort):
            raise _Weigering(422, f"soort is een van: {', '.join(Soort)}.")
        if not isinstance(aantal, int) or not isinstance(ms, int) or aantal < 1 or ms < 0:
            raise _Weigering(422, "aantal is ten minste 1 en msVertraging ten minste 0.")
        return self._storingen.voeg_toe(str(operatie), Soort(gegevens["soort"]), aantal, ms)


def _object(inhoud: bytes) -> dict[str, Any]:
    try:
        gegevens = json.loads(inhoud)
    except (ValueError, RecursionError):
        raise _Weigering(400, "De aanroep is geen JSON.") from None
    if not isinstance(gegevens, dict):
        raise _Weigering(400, "De aanroep is geen JSON-object.")
    return gegevens


def _cursor(vraag: bytes) -> int:
    tekst = parse_qs(vraag.decode("latin-1")).get("na", ["0"])[-1]
    if not tekst.isascii() or not tekst.isdigit() or len(tekst) > 18:
        raise _Weigering(422, "na is het nummer van een aanroep.")
    return int(tekst)
