"""Klaarzetten in bulk, its progress, taking back, and doing a POST once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from gateway.usecases.klaarzetten import verwerk_deel, verwerk_opdracht
from tests.hulp.restwereld import RestWereld, maak_restwereld
from tests.unit.rest.test_rest_toegang import eis_probleem


def _plaats(w: RestWereld, nummers: list[Any], als: str = "kern", **koppen: str) -> httpx.Response:
    return w.roep("POST", "/v1/klaarzettingen", als=als, json={"elkNummers": nummers}, headers=koppen)


def _uitkomst(w: RestWereld, antwoord: httpx.Response, als: str = "kern") -> dict[str, Any]:
    assert antwoord.status_code == 202, antwoord.text
    geheel: dict[str, Any] = w.roep("GET", antwoord.headers["location"], als=als).json()
    return geheel


def _ontleed(tekst: str) -> list[tuple[str, str, Any]]:
    """Read a stream as a browser does: (event, id, data)."""
    gebeurtenissen = []
    for blok in tekst.split("\n\n"):
        velden = dict(regel.split(": ", 1) for regel in blok.splitlines() if not regel.startswith(":"))
        if "data" in velden:
            gebeurtenissen.append((velden["event"], velden["id"], json.loads(velden["data"])))
    return gebeurtenissen


def test_een_opdracht_is_202_met_id_en_location(w: RestWereld) -> None:
    w.blauw("1")
    antwoord = _plaats(w, ["1", "2", "001"])
    assert antwoord.status_code == 202
    assert set(antwoord.json()) == {"id"}
    assert antwoord.headers["location"] == f"/v1/klaarzettingen/{antwoord.json()['id']}"
    geheel = _uitkomst(w, antwoord)
    assert (geheel["id"], geheel["status"], geheel["aantal"]) == (antwoord.json()["id"], "klaar", 2)
    assert [(rij["elkNummer"], rij["uitkomst"], rij.get("code")) for rij in geheel["resultaten"]] == [
        ("1", "klaargezet", None),
        ("2", "geweigerd", "LeerlingOnbekend"),
    ]
    assert "ELK-nummer" in geheel["resultaten"][1]["melding"]


def test_een_lege_lijst_is_klaar_en_doet_niets(w: RestWereld) -> None:
    w.doorgegeven.clear()
    geheel = _uitkomst(w, _plaats(w, []))
    assert (geheel["status"], geheel["aantal"], geheel["resultaten"]) == ("klaar", 0, [])
    assert w.doorgegeven == []


def test_meer_dan_10_000_is_te_veel_en_precies_10_000_mag(w: RestWereld) -> None:
    eis_probleem(_plaats(w, [str(nummer) for nummer in range(1, 10_002)]), 422, "TeVeel")
    stil = maak_restwereld(werker=lambda _: None)
    assert _plaats(stil, [str(nummer) for nummer in range(1, 10_001)]).status_code == 202


@pytest.mark.parametrize("nummers", [["1", "0"], ["B000"], ["x"], ["1", ""], ["1234567890123"]])
def test_een_onmogelijk_nummer_weigert_de_hele_opdracht(w: RestWereld, nummers: list[str]) -> None:
    w.blauw("1")
    w.roep("DELETE", "/v1/dossiers/1/klaarzetting")
    probleem = eis_probleem(_plaats(w, nummers), 422, "ElkNummerOngeldig")
    assert f"Nummer {len(nummers)} in elkNummers" in probleem["melding"]
    assert w.roep("GET", "/v1/dossiers/1").json()["status"] == "wit"


@pytest.mark.parametrize(
    ("inhoud", "code"),
    [
        ({}, "VeldOntbreekt"),
        ({"elkNummers": None}, "VeldOngeldig"),
        ({"elkNummers": "alle"}, "VeldOngeldig"),
        ({"elkNummers": [1]}, "VeldOngeldig"),
        ({"elkNummers": ["1"], "alle": True}, "VeldOnbekend"),
    ],
)
def test_een_verkeerde_opdracht_is_422(w: RestWereld, inhoud: dict[str, Any], code: str) -> None:
    eis_probleem(w.roep("POST", "/v1/klaarzettingen", json=inhoud), 422, code)


def test_een_werker_die_klapt_breekt_de_opdracht_niet() -> None:
    def klapt(_: str) -> None:
        raise RuntimeError("geheim")

    w = maak_restwereld(werker=klapt)
    antwoord = _plaats(w, ["1"])
    assert _uitkomst(w, antwoord)["status"] == "bezig"


def test_de_locatiebeheerder_zet_alleen_eigen_leerlingen_klaar(w: RestWereld) -> None:
    w.blauw("1")
    w.roep("DELETE", "/v1/dossiers/1/klaarzetting")
    ander = _plaats(w, ["1"], als="ander")
    assert _uitkomst(w, ander, als="ander")["resultaten"][0]["code"] == "LeerlingOnbekend"
    eis_probleem(w.roep("GET", ander.headers["location"], als="locatiebeheerder"), 404, "Onbekend")
    eis_probleem(w.roep("GET", ander.headers["location"] + "/voortgang", als="locatiebeheerder"), 404, "Onbekend")
    eigen = _plaats(w, ["1"], als="locatiebeheerder")
    assert _uitkomst(w, eigen, als="locatiebeheerder")["resultaten"][0]["uitkomst"] == "klaargezet"


def test_intrekken_is_204_en_wit_ook_een_tweede_keer(w: RestWereld) -> None:
    w.blauw("1")
    for _ in range(2):
        antwoord = w.roep("DELETE", "/v1/dossiers/1/klaarzetting", als="locatiebeheerder")
        assert (antwoord.status_code, antwoord.content) == (204, b"")
        assert antwoord.headers["api-version"]
    assert w.roep("GET", "/v1/dossiers/1").json()["status"] == "wit"
    eis_probleem(w.roep("DELETE", "/v1/dossiers/999/klaarzetting"), 404, "Onbekend")


def test_voortgang_geeft_elke_leerling_en_dan_het_geheel(w: RestWereld) -> None:
    w.blauw("1")
    antwoord = _plaats(w, ["1", "2", "3"])
    stroom = w.roep("GET", antwoord.headers["location"] + "/voortgang")
    assert stroom.headers["content-type"].startswith("text/event-stream")
    assert stroom.headers["cache-control"] == "no-store"
    gebeurtenissen = _ontleed(stroom.text)
    assert [(soort, id_) for soort, id_, _ in gebeurtenissen] == [
        ("leerling", "1"),
        ("leerling", "2"),
        ("leerling", "3"),
        ("klaar", "klaar"),
    ]
    geheel = _uitkomst(w, antwoord)
    assert gebeurtenissen[-1][2] == geheel
    assert [rij for _, _, rij in gebeurtenissen[:-1]] == geheel["resultaten"]


def test_voortgang_gaat_verder_na_last_event_id(w: RestWereld) -> None:
    pad = _plaats(w, ["1", "2", "3"]).headers["location"] + "/voortgang"
    rest = _ontleed(w.roep("GET", pad, headers={"Last-Event-ID": "2"}).text)
    assert [id_ for _, id_, _ in rest] == ["3", "klaar"]
    assert w.roep("GET", pad, headers={"Last-Event-ID": "klaar"}).status_code == 204
    onzin = _ontleed(w.roep("GET", pad, headers={"Last-Event-ID": "-5"}).text)
    assert len(onzin) == 4
    eis_probleem(w.roep("GET", "/v1/klaarzettingen/bestaat-niet/voortgang"), 404, "Onbekend")


def _volg(w: RestWereld, pad: str, stap: Callable[[int], None]) -> str:
    """Follow a stream; `stap` is called with the number of each piece that came."""
    stukken: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def zend(bericht: Any) -> None:
            if bericht.get("body"):
                stukken.append(bericht["body"].decode())
                stap(len(stukken))
            await send(bericht)

        await w.app(scope, receive, zend)

    async def doe() -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://g") as klant:
            koppen = {"Authorization": f"Bearer {w.tokens['kern']}"}
            return (await klant.get(pad, headers=koppen)).text

    return asyncio.run(doe())


def test_voortgang_is_levend_en_heeft_een_hartslag() -> None:
    w = maak_restwereld(werker=lambda _: None, poll=0.001, hartslag=0.0)
    antwoord = _plaats(w, [str(nummer) for nummer in range(1, 31)])
    opdracht = antwoord.json()["id"]

    def stap(aantal: int) -> None:
        if aantal in (3, 31):
            verwerk_deel(w.wereld, opdracht)

    tekst = _volg(w, f"/v1/klaarzettingen/{opdracht}/voortgang", stap)
    assert ": hartslag" in tekst.split("event: leerling")[0]
    assert [soort for soort, _, _ in _ontleed(tekst)] == ["leerling"] * 30 + ["klaar"]


def test_voortgang_eindigt_als_de_dienst_stopt_of_het_token_wordt_ingetrokken() -> None:
    stopt = False
    w = maak_restwereld(werker=lambda _: None, poll=0.001, hartslag=0.0, stopt=lambda: stopt)
    pad = _plaats(w, ["1", "2"]).headers["location"] + "/voortgang"

    def stop(aantal: int) -> None:
        nonlocal stopt
        stopt = aantal >= 3

    assert "klaar" not in _volg(w, pad, stop)
    stopt = False
    assert "klaar" not in _volg(w, pad, lambda aantal: w.trek_token_in("kern") if aantal == 3 else None)
    assert w.app.state.omgeving.stromen == 0


def test_te_veel_stromen_tegelijk_is_503() -> None:
    w = maak_restwereld(stromen=0)
    pad = _plaats(w, ["1"]).headers["location"] + "/voortgang"
    eis_probleem(w.roep("GET", pad), 503, "TeDruk")


_SLEUTEL = {"Idempotency-Key": "7f3b6c1e"}


def test_dezelfde_sleutel_geeft_hetzelfde_antwoord(w: RestWereld) -> None:
    eerste = _plaats(w, ["1"], **_SLEUTEL)
    tweede = _plaats(w, ["1"], **_SLEUTEL)
    assert (eerste.status_code, eerste.content, eerste.headers["location"]) == (
        tweede.status_code,
        tweede.content,
        tweede.headers["location"],
    )
    assert tweede.headers["idempotency-replayed"] == "true"
    assert len(w.doorgegeven) == 1
    assert _plaats(w, ["1"]).json()["id"] != eerste.json()["id"]


def test_dezelfde_sleutel_met_andere_inhoud_is_422(w: RestWereld) -> None:
    _plaats(w, ["1"], **_SLEUTEL)
    eis_probleem(_plaats(w, ["2"], **_SLEUTEL), 422, "IdempotentieAfwijkend")
    assert len(w.doorgegeven) == 1


def test_een_sleutel_geldt_per_token_en_route_en_24_uur(w: RestWereld) -> None:
    w.school_met_punt()
    eerste = _plaats(w, ["1"], **_SLEUTEL)
    assert _plaats(w, ["1"], als="locatiebeheerder", **_SLEUTEL).json() != eerste.json()
    for pad in ("00YY/00/registratie", "00YY/00/ping"):
        assert w.roep("POST", f"/v1/aanleverpunten/{pad}", als="beheer", headers=_SLEUTEL).status_code == 200
    w.klok.moment += timedelta(hours=25)
    assert _plaats(w, ["1"], **_SLEUTEL).json() != eerste.json()


def test_tegelijk_met_dezelfde_sleutel_gebeurt_het_een_keer(w: RestWereld) -> None:
    async def doe() -> list[str]:
        vervoer = httpx.ASGITransport(app=w.app)
        koppen = {"Authorization": f"Bearer {w.tokens['kern']}", "OSO-Account": "a", **_SLEUTEL}
        async with httpx.AsyncClient(transport=vervoer, base_url="http://g", headers=koppen) as klant:
            roepen = [klant.post("/v1/klaarzettingen", json={"elkNummers": ["1"]}) for _ in range(8)]
            return [antwoord.json()["id"] for antwoord in await asyncio.gather(*roepen)]

    assert len(set(asyncio.run(doe()))) == 1
    assert len(w.doorgegeven) == 1


def test_een_geweigerde_registratie_is_ook_een_antwoord_een_storing_niet(w: RestWereld) -> None:
    w.school_met_punt(geregistreerd=False)
    pad = "/v1/aanleverpunten/00YY/00/registratie"
    w.traffic_center.weg = True
    eis_probleem(w.roep("POST", pad, als="beheer", headers=_SLEUTEL), 503, "TrafficCenterNietBeschikbaar")
    w.traffic_center.weg = False
    eerste = w.roep("POST", pad, als="beheer", headers=_SLEUTEL)
    assert eerste.status_code == 200
    w.traffic_center.weg = True
    assert w.roep("POST", pad, als="beheer", headers=_SLEUTEL).json() == eerste.json()


@pytest.mark.parametrize("sleutel", ["", "a b", "a" * 256, "é".encode("latin-1")])
def test_een_onbruikbare_sleutel_is_400(w: RestWereld, sleutel: Any) -> None:
    antwoord = w.roep("POST", "/v1/klaarzettingen", json={"elkNummers": []}, headers={"Idempotency-Key": sleutel})
    eis_probleem(antwoord, 400, "IdempotentieSleutelOngeldig")


def test_sleutel_en_inhoud_staan_niet_leesbaar_in_de_opslag(w: RestWereld) -> None:
    import hashlib

    _plaats(w, ["987654321"], **_SLEUTEL)
    (bewaard,) = w.opslag._staat.antwoorden.values()
    kaal = hashlib.sha256(json.dumps({"elkNummers": ["987654321"]}, separators=(",", ":")).encode()).hexdigest()
    assert bewaard.vingerafdruk != kaal
    assert _SLEUTEL["Idempotency-Key"] not in bewaard.sleutel
    assert "987654321" not in str(bewaard)


def test_een_opdracht_gaat_door_na_een_breuk() -> None:
    w = maak_restwereld(werker=lambda _: None)
    antwoord = _plaats(w, [str(nummer) for nummer in range(1, 61)])
    verwerk_deel(w.wereld, antwoord.json()["id"])
    halverwege = _uitkomst(w, antwoord)
    assert (halverwege["status"], len(halverwege["resultaten"])) == ("bezig", 25)
    verwerk_opdracht(w.wereld, antwoord.json()["id"])
    geheel = _uitkomst(w, antwoord)
    assert (geheel["status"], [rij["elkNummer"] for rij in geheel["resultaten"]]) == (
        "klaar",
        [str(nummer) for nummer in range(1, 61)],
    )
