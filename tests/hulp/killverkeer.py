"""Mixed traffic against a world that is killed again and again, and what must still be true afterwards."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import requests

from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Geweigerd, Push, SimulatieKern
from gateway.simulators.kern.ontvanger import Webhookontvanger
from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.ontwikkelwereld import DraaiendeWereld
from tests.hulp.soapklant import SoapKlant

WEG = (httpx.HTTPError, requests.RequestException, OSError, AssertionError, Geweigerd)
"""How a killed service looks to its callers. What was refused was not acknowledged either."""
PLAATSING = {"plaatsing": {"brin": "00YY", "vestigingscode": "00"}, "okiDocVrijgegeven": True}
GEHEIM = "geheim-van-de-proef-0123456789"


class Verkeer:
    """Pushes, contexts, klaarzettingen and pulls by a thread each; remembers what was acknowledged."""

    def __init__(self, wereld: DraaiendeWereld, ontvanger: Webhookontvanger, leerlingen: int = 6) -> None:
        self.wereld = wereld
        self.ontvanger = ontvanger
        self.elks = [str(70_001 + nr) for nr in range(leerlingen)]
        self.versies: dict[str, dict[int, str]] = defaultdict(dict)
        self.context: dict[str, list[str | None]] = {}
        """Of each pupil the values that may be there: the one acknowledged last, and one under way."""
        self.opdrachten: list[tuple[str, list[str]]] = []
        self.aantal = {"push": 0, "context": 0, "klaarzetten": 0, "pull": 0}
        self._toeval = random.Random(20_260_101)
        self._volgnummer = 0
        self._stop = threading.Event()

    def begin(self) -> None:
        """Everything there once, acknowledged, before the first kill."""
        with self._kern() as kern:
            self._http("PUT", "/abonnementen/proef", {"url": self.ontvanger.url, "geheim": GEHEIM})
            for elk in self.elks:
                self._push(kern, elk, PLAATSING)
                self.context[elk] = [None]
            self._klaarzetten(kern, self.elks)

    def ronde(self, seconden: float) -> None:
        """Run all kinds of traffic, and kill the service in the middle of it."""
        self._stop.clear()
        draden = [
            threading.Thread(target=self._herhaal, args=(doe,))
            for doe in (self._een_push, self._een_context, self._een_klaarzetting, self._een_pull, self._een_pull)
        ]
        for draad in draden:
            draad.start()
        time.sleep(seconden)
        self.wereld.stop(9)
        self._stop.set()
        for draad in draden:
            draad.join(20)
            assert not draad.is_alive()

    def _herhaal(self, doe: Callable[[SimulatieKern], None]) -> None:
        with self._kern() as kern:
            while not self._stop.is_set():
                with contextlib.suppress(*WEG):
                    doe(kern)
                    continue
                self._stop.wait(0.02)

    def _kies(self) -> str:
        return self._toeval.choice(self.elks)

    def _een_push(self, kern: SimulatieKern) -> None:
        self._push(kern, self._kies(), None)
        self.aantal["push"] += 1
        self._stop.wait(0.05)

    def _push(self, kern: SimulatieKern, elk: str, context: dict[str, Any] | None) -> None:
        self._volgnummer += 1
        octets = maak_dossier(proef_pgn(int(elk)), zaad=self._volgnummer, omvang=30_000)
        gemeld = kern.lever_aan(elk, Push(octets, context))
        self.versies[elk][gemeld["versie"]] = gemeld["sha256"]

    def _een_context(self, kern: SimulatieKern) -> None:
        elk = self._kies()
        nieuw = f"reden {self.aantal['context']}" if self._toeval.random() < 0.1 else None
        self.context[elk] = (
            [self.context[elk][0], nieuw] if len(self.context[elk]) == 1 else self.context[elk] + [nieuw]
        )
        kern.context(elk, {"tegenhouden": nieuw})
        self.context[elk] = [nieuw]
        self.aantal["context"] += 1
        self._stop.wait(0.02)

    def _een_klaarzetting(self, kern: SimulatieKern) -> None:
        self._klaarzetten(kern, self._toeval.sample(self.elks, 3))
        self.aantal["klaarzetten"] += 1

    def _klaarzetten(self, _kern: SimulatieKern, elks: list[str]) -> None:
        self.opdrachten.append((self._http("POST", "/klaarzettingen", {"elkNummers": elks})["id"], elks))

    def _een_pull(self, _kern: SimulatieKern) -> None:
        pgn = proef_pgn(int(self._kies())).waarde
        las = SoapKlant(self.wereld.dev)
        try:
            antwoord = las.vraag(las.sessie(pgn), pgn)
        finally:
            las.sluit()
        if antwoord.resultaat == "OverdrachtGeslaagd":
            self.aantal["pull"] += 1

    def _kern(self) -> SimulatieKern:
        return SimulatieKern(self.wereld.dev["rest"], self.wereld.dev["tokens"]["kern"], termijn=10)

    def _http(self, methode: str, pad: str, inhoud: Any = None) -> Any:
        kop = {"Authorization": f"Bearer {self.wereld.dev['tokens']['kern']}", "OSO-Account": "proef"}
        url = f"{self.wereld.dev['rest']}/v1{pad}"
        antwoord = httpx.request(methode, url, json=inhoud, headers=kop, timeout=10, trust_env=False)
        antwoord.raise_for_status()
        return antwoord.json()

    # ------------------------------------------------------------------------------------------------ invariants

    def controleer(self) -> None:
        """Everything that was acknowledged is there, and no status without reason."""
        with self._kern() as kern:
            self._opdrachten_af()
            rijen = list(_alles(self._http, "/overdrachten?resultaat=OverdrachtGeslaagd&brin=00YY", "overdrachten"))
            for elk in self.elks:
                self._controleer_leerling(kern, elk, [rij for rij in rijen if rij.get("elkNummer") == elk])

    def _controleer_leerling(self, kern: SimulatieKern, elk: str, rijen: list[dict[str, Any]]) -> None:
        beeld = kern.dossier(elk)
        for nr, sha256 in self.versies[elk].items():
            octets = kern.versie(elk, nr)
            assert hashlib.sha256(octets).hexdigest() == sha256, f"version {nr} of {elk} is not what was acknowledged"
            assert kern.handtekening(elk, nr)
        self.versies[elk] = {max(self.versies[elk]): self.versies[elk][max(self.versies[elk])]}
        assert beeld["versie"] >= max(self.versies[elk])
        mag = self.context[elk]
        tegen = beeld.get("reden") == "Tegengehouden"
        assert tegen in {waarde is not None for waarde in mag}, (beeld, mag)
        gelezen = any(rij["overgedragen"] and rij["versie"] == beeld["versie"] for rij in rijen)
        # Each pupil was set ready with an acknowledgement and never withdrawn.
        assert beeld["status"] == ("groen" if gelezen else "blauw"), (beeld, gelezen)
        self.context[elk] = [waarde for waarde in mag if (waarde is not None) == tegen]

    def _opdrachten_af(self) -> None:
        einde = time.monotonic() + 20
        for nummer, elks in self.opdrachten:
            while (stand := self._http("GET", f"/klaarzettingen/{nummer}"))["status"] != "klaar":
                assert time.monotonic() < einde, f"klaarzetting {nummer} is never finished: {stand}"
                time.sleep(0.05)
            assert sorted(rij["elkNummer"] for rij in stand["resultaten"]) == sorted(elks)
            assert {rij["uitkomst"] for rij in stand["resultaten"]} == {"klaargezet"}
        self.opdrachten.clear()

    def controleer_gebeurtenissen(self) -> dict[str, int]:
        """Events make one chain a pupil up to the dot of now; each came by webhook, doubles with the same id."""
        alle = list(_alles(self._http, "/gebeurtenissen?aantal=500", "gebeurtenissen"))
        ids = [gebeurtenis["id"] for gebeurtenis in alle]
        assert len(set(ids)) == len(ids)
        stippen: dict[str, str] = {}
        for gebeurtenis in alle:
            if gebeurtenis["type"].endswith("status-gewijzigd"):
                gegevens = gebeurtenis["data"]
                assert gegevens["van"] == stippen.get(gegevens["elkNummer"], "wit"), gebeurtenis
                stippen[gegevens["elkNummer"]] = gegevens["naar"]
        for elk in self.elks:
            assert stippen[elk] == self._http("GET", f"/dossiers/{elk}")["status"]
        verwacht = {g["id"]: g["data"] for g in alle if g["type"].endswith("status-gewijzigd")}
        einde = time.monotonic() + 60
        while set(verwacht) - {bericht.id for bericht in self.ontvanger.ontvangen}:
            assert time.monotonic() < einde, "a webhook was lost"
            time.sleep(0.1)
        assert self.ontvanger.geweigerd == []
        for bericht in self.ontvanger.ontvangen:
            if bericht.id in verwacht:
                assert bericht.gegevens == verwacht[bericht.id]
        return {"gebeurtenissen": len(alle), "dubbel": self.ontvanger.dubbel}


def _alles(haal: Callable[..., Any], pad: str, naam: str) -> Iterator[dict[str, Any]]:
    """All rows of a list, page by page."""
    na: Any = None
    while True:
        teken = "&" if "?" in pad else "?"
        bladzijde = haal("GET", pad if na is None else f"{pad}{teken}na={na}")
        yield from bladzijde[naam]
        if not bladzijde[naam] or bladzijde["volgende"] is None:
            return
        na = bladzijde["volgende"]


def controleer_opslag(map_: Path, omgeving: dict[str, str]) -> None:
    """The audit chain holds and SQLite has no complaint."""
    cli = [sys.executable, "-m", "gateway", "audit", "verify"]
    sleutels = (map_ / "sleutelring").read_text().strip()
    env = {**os.environ, **omgeving, "OSO_DATA_DIR": str(map_), "OSO_ENCRYPTION_KEYS": sleutels}
    klaar = subprocess.run(cli, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert klaar.returncode == 0, klaar.stdout + klaar.stderr
    if "OSO_DATABASE_URL" not in omgeving:
        with closing(sqlite3.connect(map_ / "oso.sqlite")) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []


@contextmanager
def ontvanger() -> Iterator[Webhookontvanger]:
    """A receiver of webhooks that lives through all kills."""
    with Webhookontvanger(GEHEIM) as dienst:
        yield dienst
