"""A client of the REST side, as the core application and the contactpersoon would write one."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote

import httpx

Json = Mapping[str, Any]


class Geweigerd(Exception):
    """The gateway refused; `status` is that of HTTP, `probleem` the problem+json."""

    def __init__(self, status: int, probleem: Json) -> None:
        super().__init__(f"{status} {probleem.get('code')}: {probleem.get('melding')}")
        self.status = status
        self.probleem = probleem

    @property
    def code(self) -> str:
        """The code for programs."""
        return str(self.probleem.get("code", ""))


@dataclass(frozen=True, slots=True)
class Bijlage:
    """A file to send beside a dossier."""

    naam: str
    inhoud: bytes
    soort: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Push:
    """A dossier with what goes beside it."""

    dossier: bytes
    context: Json | None = None
    oki_doc: Bijlage | None = None
    bijlagen: Sequence[Bijlage] = field(default_factory=tuple)


class SimulatieKern:
    """Calls the gateway over REST with one token. Close it, or use it in a `with`."""

    def __init__(self, rest: str, token: str, account: str = "elk-simulatie", termijn: float = 30.0) -> None:
        self._http = httpx.Client(
            base_url=f"{rest}/v1",
            headers={"Authorization": f"Bearer {token}", "OSO-Account": account},
            timeout=termijn,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.sluit()

    def sluit(self) -> None:
        """Give the connections back."""
        self._http.close()

    # ------------------------------------------------------------------------------ scholen en aanleverpunten

    def school(self, vestiging: str, gegevens: Json) -> Json:
        """Enter a school; `vestiging` is `00YY/00`."""
        return self._json("PUT", f"/scholen/{vestiging}", json=dict(gegevens))

    def aanleverpunt(self, vestiging: str, gegevens: Json) -> Json:
        """Enter a point."""
        return self._json("PUT", f"/aanleverpunten/{vestiging}", json=dict(gegevens))

    def toon_aanleverpunt(self, vestiging: str) -> Json:
        """Look at a point."""
        return self._json("GET", f"/aanleverpunten/{vestiging}")

    def registreer(self, vestiging: str) -> Json:
        """Press Registreer."""
        return self._json("POST", f"/aanleverpunten/{vestiging}/registratie")

    def ping(self, vestiging: str) -> Json:
        """Press Ping."""
        return self._json("POST", f"/aanleverpunten/{vestiging}/ping")

    # ----------------------------------------------------------------------------------------------- dossiers

    def lever_aan(self, elk_nummer: str, push: Push) -> Json:
        """Push a dossier."""
        pad = f"/dossiers/{quote(elk_nummer)}"
        if push.context is None and push.oki_doc is None and not push.bijlagen:
            return self._json("PUT", pad, content=push.dossier, headers={"Content-Type": "application/xml"})
        delen: list[tuple[str, tuple[str, bytes, str]]] = [
            ("dossier", ("dossier.xml", push.dossier, "application/xml"))
        ]
        if push.context is not None:
            delen.append(("context", ("context.json", json.dumps(push.context).encode(), "application/json")))
        if push.oki_doc is not None:
            delen.append(("okiDoc", (push.oki_doc.naam, push.oki_doc.inhoud, "application/pdf")))
        delen.extend(("bijlage", (deel.naam, deel.inhoud, deel.soort)) for deel in push.bijlagen)
        return self._json("PUT", pad, files=delen)

    def context(self, elk_nummer: str, context: Json) -> Json:
        """Say what changed about a pupil."""
        return self._json("PUT", f"/dossiers/{quote(elk_nummer)}/context", json=dict(context))

    def dossier(self, elk_nummer: str) -> Json:
        """Look at a dossier and its dot."""
        return self._json("GET", f"/dossiers/{quote(elk_nummer)}")

    def versie(self, elk_nummer: str, nr: int) -> bytes:
        """Fetch the octets of a version."""
        return self._doe("GET", f"/dossiers/{quote(elk_nummer)}/versies/{nr}").content

    def handtekening(self, elk_nummer: str, nr: int) -> bytes:
        """Fetch the evidence of a version."""
        return self._doe("GET", f"/dossiers/{quote(elk_nummer)}/versies/{nr}/handtekening").content

    def zet_klaar(self, elk_nummers: Sequence[str], termijn: float = 60.0) -> Json:
        """Set pupils ready and wait for the outcome."""
        opdracht_id = self.bestel_klaarzetten(elk_nummers)
        einde = time.monotonic() + termijn
        while True:
            stand = self.klaarzetting(opdracht_id)
            if stand["status"] == "klaar":
                return stand
            if time.monotonic() > einde:
                raise TimeoutError("Het klaarzetten duurde te lang.")
            time.sleep(0.05)

    def bestel_klaarzetten(self, elk_nummers: Sequence[str]) -> str:
        """Order pupils to be set ready and give the id of the order at once."""
        return str(self._json("POST", "/klaarzettingen", json={"elkNummers": list(elk_nummers)})["id"])

    def klaarzetting(self, opdracht_id: str) -> Json:
        """Look at an order and its outcomes so far."""
        return self._json("GET", f"/klaarzettingen/{opdracht_id}")

    def volg(self, opdracht_id: str, na: str | None = None) -> Iterator[tuple[str, Json]]:
        """Follow an order live: `leerling` for each outcome, at last `klaar` with the whole; goes on after a break."""
        while True:
            koppen = {"Last-Event-ID": na} if na is not None else {}
            pad = f"/klaarzettingen/{opdracht_id}/voortgang"
            with suppress(httpx.TransportError), self._http.stream("GET", pad, headers=koppen) as antwoord:
                if antwoord.is_error:
                    antwoord.read()
                    raise _geweigerd(antwoord)
                for id_, soort, gegevens in _gebeurtenissen(antwoord.iter_lines()):
                    na = id_
                    yield soort, gegevens
                    if soort == "klaar":
                        return
            time.sleep(0.5)

    def abonneer(self, naam: str, url: str, geheim: str) -> Json:
        """Let all events be sent to an address."""
        return self._json("PUT", f"/abonnementen/{naam}", json={"url": url, "geheim": geheim})

    def afleveringen(self, **vraag: str) -> Json:
        """Look at webhook deliveries."""
        return self._json("GET", "/afleveringen", params=vraag)

    def trek_in(self, elk_nummer: str) -> None:
        """Take a klaarzetting back."""
        self._doe("DELETE", f"/dossiers/{quote(elk_nummer)}/klaarzetting")

    def overdrachten(self, **vraag: str) -> Json:
        """Look at outgoing transfers."""
        return self._json("GET", "/overdrachten", params=vraag)

    def notificaties(self, **vraag: str) -> Json:
        """One page of notifications to LAS systems."""
        return self._json("GET", "/notificaties", params=vraag)

    def wacht_op_notificatie(self, elk_nummer: str, versie: int, termijn: float = 30.0) -> Json:
        """Wait until the LAS confirmed that it was told of a version; gives the row as it is then."""
        einde = time.monotonic() + termijn
        while True:
            rijen = [
                rij
                for rij in self.notificaties(aantal="1000")["notificaties"]
                if (rij["elkNummer"], rij["versie"]) == (elk_nummer, versie)
            ]
            if any(rij["status"] == "ontvangen" for rij in rijen) or time.monotonic() > einde:
                return dict(rijen[-1]) if rijen else {"status": None}
            time.sleep(0.1)

    def problemen(self, vestiging: str) -> Json:
        """What is wrong with a point."""
        return self._json("GET", f"/aanleverpunten/{vestiging}/problemen")

    def zet_uit(self, bereik: str, reden: str) -> Json:
        """Switch a school, a party or everything off by hand."""
        return self._json("PUT", f"/schakelaars/{bereik}", json={"reden": reden})

    def zet_aan(self, bereik: str) -> None:
        """Switch it on again."""
        self._doe("DELETE", f"/schakelaars/{bereik}")

    def bestel_ophaling(self, vraag: Json) -> str:
        """Order a fetch from another school and give its id."""
        return str(self._json("POST", "/ophalingen", json=dict(vraag))["id"])

    def ophaling(self, ophaling_id: str) -> Json:
        """Look at a fetch."""
        return self._json("GET", f"/ophalingen/{quote(ophaling_id)}")

    def haal_op(self, vraag: Json, termijn: float = 60.0) -> Json:
        """Order a fetch and wait for its end."""
        ophaling_id = self.bestel_ophaling(vraag)
        einde = time.monotonic() + termijn
        while True:
            beeld = self.ophaling(ophaling_id)
            if beeld["status"] in ("gereed", "mislukt"):
                return beeld
            if time.monotonic() > einde:
                raise TimeoutError("Het ophalen duurde te lang.")
            time.sleep(0.05)

    def opgehaald_dossier(self, ophaling_id: str) -> bytes:
        """Take the dossier that was fetched."""
        return self._doe("GET", f"/ophalingen/{quote(ophaling_id)}/dossier").content

    def gebeurtenissen(self, na: int = 0) -> Json:
        """Read the event feed."""
        return self._json("GET", "/gebeurtenissen", params={"na": na})

    def wacht_op_status(self, elk_nummer: str, status: str, termijn: float = 30.0) -> Json:
        """Look until the dot has this colour, or the time is over; gives the last look either way."""
        einde = time.monotonic() + termijn
        while True:
            beeld = self.dossier(elk_nummer)
            if beeld["status"] == status or time.monotonic() > einde:
                return beeld
            time.sleep(0.05)

    def _json(self, methode: str, pad: str, **rest: Any) -> Json:
        inhoud: Json = self._doe(methode, pad, **rest).json()
        return inhoud

    def _doe(self, methode: str, pad: str, **rest: Any) -> httpx.Response:
        antwoord = self._http.request(methode, pad, **rest)
        if antwoord.is_error:
            raise _geweigerd(antwoord)
        return antwoord


def _geweigerd(antwoord: httpx.Response) -> Geweigerd:
    try:
        probleem = antwoord.json()
    except ValueError:
        probleem = {"code": "Onleesbaar", "melding": "Het antwoord van de gateway is niet te lezen."}
    return Geweigerd(antwoord.status_code, probleem)


def _gebeurtenissen(regels: Iterable[str]) -> Iterator[tuple[str, str, Json]]:
    """Read server-sent events: id, kind and data of each; comments and `retry` are passed by."""
    velden: dict[str, str] = {}
    for regel in regels:
        if regel:
            naam, _, waarde = regel.partition(": ")
            velden[naam] = waarde
        elif "data" in velden:
            yield velden.get("id", ""), velden.get("event", ""), json.loads(velden["data"])
            velden = {}
