"""What the gateway does by itself for the core application: webhooks, and fetching a dossier as doelsysteem."""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld
from tests.hulp.zwartedoos import Las, Rest, aanroepen, dossier, is_probleem, pgn, storing

_nummers = leerlingen(490, __name__)
_GOED = {"plaatsing": {"brin": "00YY", "vestigingscode": "00"}, "okiDocVrijgegeven": True}
_GEHEIM = "een-heel-lang-gedeeld-geheim-van-ELK-en-de-gateway"


@pytest.fixture(scope="module")
def dev(wereld: DraaiendeWereld) -> dict[str, Any]:
    return wereld.dev


@pytest.fixture(scope="module")
def kern(dev: dict[str, Any]) -> Rest:
    return Rest(dev)


Ontvangen = queue.Queue[tuple[dict[str, str], bytes]]


@pytest.fixture
def ontvanger() -> Iterator[tuple[str, Ontvangen, list[int]]]:
    """A receiver on loopback: address, what came, and the statuses to give first (then 204)."""
    gekomen: Ontvangen = queue.Queue()
    eerst: list[int] = []

    class Antwoord(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            inhoud = self.rfile.read(int(self.headers["Content-Length"]))
            gekomen.put(({naam.casefold(): waarde for naam, waarde in self.headers.items()}, inhoud))
            self.send_response(eerst.pop(0) if eerst else 204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Antwoord)
    draad = threading.Thread(target=server.serve_forever, daemon=True)
    draad.start()
    yield f"http://127.0.0.1:{server.server_port}/oso", gekomen, eerst
    server.shutdown()
    server.server_close()
    draad.join(5)


def _klaar(kern: Rest) -> tuple[str, str]:
    nummer = next(_nummers)
    kern.lever(str(nummer), dossier(pgn(nummer)), context=_GOED)
    kern.zet_klaar(str(nummer))
    return str(nummer), pgn(nummer)


def _volgende(gekomen: Ontvangen, elk: str) -> tuple[dict[str, str], bytes]:
    einde = time.monotonic() + 20
    while True:
        koppen, inhoud = gekomen.get(timeout=max(0.1, einde - time.monotonic()))
        if json.loads(inhoud)["data"].get("elkNummer") == elk:
            return koppen, inhoud


def test_webhook_binnen_een_seconde_en_ondertekend(
    dev: dict[str, Any], kern: Rest, ontvanger: tuple[str, Ontvangen, list[int]]
) -> None:
    adres, gekomen, eerst = ontvanger
    soort = "nl.oso-gateway.dossier.status-gewijzigd"
    antwoord = kern.put("/abonnementen/elk", json={"url": adres, "geheim": _GEHEIM, "types": [soort]})
    assert antwoord.status_code in {200, 201}, antwoord.text
    assert _GEHEIM not in antwoord.text
    elk, persoon = _klaar(kern)
    koppen, inhoud = _volgende(gekomen, elk)
    stempel = koppen["webhook-timestamp"]
    assert abs(int(stempel) - time.time()) < 30
    mac = hmac.new(_GEHEIM.encode(), stempel.encode() + b"." + inhoud, hashlib.sha256).hexdigest()
    assert koppen["webhook-signature"] == f"v1={mac}"
    gebeurtenis = json.loads(inhoud)
    assert (gebeurtenis["type"], gebeurtenis["specversion"]) == (soort, "1.0")
    assert gebeurtenis["data"] == {"elkNummer": elk, "versie": 1, "van": "wit", "naar": "blauw"}
    # the pull: green at the core application within a second of the end of the connection
    assert Las(dev).haal_op(persoon).resultaat == "OverdrachtGeslaagd"
    _, inhoud = _volgende(gekomen, elk)
    assert json.loads(inhoud)["data"]["naar"] == "groen"
    # a refusal is tried again, with the same id
    eerst.append(500)
    kern.lever(elk, dossier(persoon, naam="Nieuw"))
    ids = {json.loads(_volgende(gekomen, elk)[1])["id"] for _ in range(2)}
    assert len(ids) == 1
    assert persoon.encode() not in inhoud


@pytest.mark.parametrize(
    "inhoud",
    [
        {},
        {"url": "geen adres", "geheim": _GEHEIM},
        {"url": "ftp://127.0.0.1/x", "geheim": _GEHEIM},
        {"url": "http://127.0.0.1:1/x"},
        {"url": "http://127.0.0.1:1/x", "geheim": _GEHEIM, "types": ["onbekend"]},
        {"url": "http://127.0.0.1:1/x", "geheim": _GEHEIM, "nieuw": 1},
    ],
)
def test_verkeerd_abonnement(kern: Rest, inhoud: dict[str, Any]) -> None:
    antwoord = kern.put("/abonnementen/fout", json=inhoud)
    is_probleem(antwoord, 422)
    assert _GEHEIM not in antwoord.text


# ----------------------------------------------------------------------------------------------------------- ophalingen


def _haal(kern: Rest, nummer: str, **meer: Any) -> dict[str, Any]:
    vraag = {"pgn": nummer, "bronBrin": "00AH", "doelBrin": "00YY", "overdrachtsoort": "overstapdossier"} | meer
    gestart = kern.post("/ophalingen", json=vraag)
    assert gestart.status_code == 202, gestart.text
    assert set(gestart.json()) == {"id"}
    einde = time.monotonic() + 20
    while True:
        stand: dict[str, Any] = kern.get(f"/ophalingen/{gestart.json()['id']}").json()
        if stand["status"] in {"gereed", "mislukt"} or time.monotonic() > einde:
            return stand
        time.sleep(0.05)


def test_ophalen_als_doelsysteem(dev: dict[str, Any], kern: Rest) -> None:
    na = aanroepen(dev)[-1]["nr"]
    stand = _haal(kern, "101211151")
    assert (stand["status"], stand["resultaat"]) == ("gereed", "OverdrachtGeslaagd")
    assert set(stand) >= {
        "id",
        "status",
        "resultaat",
        "bronBrin",
        "doelBrin",
        "overdrachtsoort",
        "dossierVerzameldatum",
    }
    assert (stand["bronBrin"], stand["doelBrin"], stand["overdrachtsoort"]) == ("00AH", "00YY", "overstapdossier")
    assert "101211151" not in json.dumps(stand)
    inhoud = kern.get(f"/ophalingen/{stand['id']}/dossier")
    assert inhoud.status_code == 200
    assert inhoud.headers["content-type"].split(";")[0] == "application/xml"
    assert inhoud.content.startswith(b"<dossier")
    gelogd = [(rij["operatie"], rij.get("resultaat")) for rij in aanroepen(dev, na)]
    assert ("overdracht", None) in gelogd
    assert ("afmelding", "OverdrachtGeslaagd") in gelogd
    lijst = kern.get("/ophalingen?aantal=500").json()
    assert set(lijst) == {"ophalingen", "volgende"}
    assert stand["id"] in {rij["id"] for rij in lijst["ophalingen"]}
    assert "101211151" not in json.dumps(lijst)


def test_ophaling_is_gereed_welk_resultaat_ook(kern: Rest) -> None:
    stand = _haal(kern, "097902378")
    assert (stand["status"], stand["resultaat"]) == ("gereed", "LeerlinginfoNietBeschikbaar")
    is_probleem(kern.get(f"/ophalingen/{stand['id']}/dossier"), 404)


def test_ophaling_zonder_sessie_is_mislukt(dev: dict[str, Any], kern: Rest) -> None:
    assert _haal(kern, pgn(next(_nummers)), bronBrin="99ZZ")["status"] == "mislukt"
    with storing(dev, "overdracht", "fault", 20):
        assert _haal(kern, "482782481")["status"] == "mislukt"


@pytest.mark.parametrize(
    "anders",
    [
        {"pgn": "10121115x"},
        {"pgn": "12"},
        {"pgn": 101211151},
        {"pgn": None},
        {"bronBrin": "0"},
        {"doelBrin": None},
        {"overdrachtsoort": "onzin"},
        {"extra": 1},
    ],
)
def test_verkeerde_ophaling(kern: Rest, anders: dict[str, Any]) -> None:
    vraag = {"pgn": "101211151", "bronBrin": "00AH", "doelBrin": "00YY", "overdrachtsoort": "overstapdossier"} | anders
    antwoord = kern.post("/ophalingen", json=vraag)
    is_probleem(antwoord, 422)
    for geheim in ("101211151", "10121115x"):
        assert geheim not in antwoord.text


def test_ophalen_vraagt_een_account_en_de_rol_kern(dev: dict[str, Any]) -> None:
    vraag = {"pgn": "101211151", "bronBrin": "00AH", "doelBrin": "00YY", "overdrachtsoort": "overstapdossier"}
    for rol in ("contactpersoon", "locatiebeheerder", "beheer"):
        is_probleem(Rest(dev, rol).post("/ophalingen", json=vraag), 403, "NietToegestaan")
        is_probleem(Rest(dev, rol).get("/ophalingen"), 403, "NietToegestaan")
    zonder = Rest(dev)
    del zonder.headers["OSO-Account"]
    is_probleem(zonder.post("/ophalingen", json=vraag), 400, "AccountOntbreekt")
