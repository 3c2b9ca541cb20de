"""Outgoing transfers, validations and the feed of events: order, pages, CSV, what they never tell."""

from __future__ import annotations

import csv
import io
import json
import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld
from tests.hulp.zwartedoos import LOKAAL, XML, Las, Rest, dossier, is_probleem, pgn

_nummers = leerlingen(460, __name__)
_GOED = {"plaatsing": {"brin": "00YY", "vestigingscode": "00"}, "okiDocVrijgegeven": True}
_GESLAAGD = "OverdrachtGeslaagd"


@pytest.fixture(scope="module")
def dev(wereld: DraaiendeWereld) -> dict[str, Any]:
    return wereld.dev


@pytest.fixture(scope="module")
def kern(dev: dict[str, Any]) -> Rest:
    return Rest(dev)


@pytest.fixture(scope="module")
def las(dev: dict[str, Any]) -> Las:
    return Las(dev)


def _nu() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


# --------------------------------------------------------------------------------------------------------- overdrachten


def test_overdrachten(dev: dict[str, Any], kern: Rest, las: Las) -> None:
    begin = _nu()
    nummer = next(_nummers)
    elk, persoon = str(nummer), pgn(nummer)
    kern.lever(elk, dossier(persoon), context=_GOED)
    assert las.haal_op(persoon).resultaat == "LeerlinginfoNietBeschikbaar"
    kern.zet_klaar(elk)
    assert las.haal_op(persoon).resultaat == _GESLAAGD
    kern.wacht_op(elk, "groen")
    onbekend = pgn(next(_nummers))
    assert las.haal_op(onbekend).resultaat == "LeerlingOnbekend"
    bladzijde = kern.get(f"/overdrachten?brin=00YY&sinds={begin}").json()
    assert set(bladzijde) == {"overdrachten", "volgende"}
    rijen = bladzijde["overdrachten"]
    assert [rij["resultaat"] for rij in rijen] == ["LeerlinginfoNietBeschikbaar", _GESLAAGD, "LeerlingOnbekend"]
    assert [rij["overgedragen"] for rij in rijen] == [False, True, False]
    assert [rij.get("elkNummer") for rij in rijen] == [elk, elk, None]
    assert rijen[1]["versie"] == 1
    for rij in rijen:
        assert {"moment", "brin", "vestigingscode", "systeem", "resultaat", "overgedragen"} <= set(rij)
        assert set(rij) <= {
            "moment", "elkNummer", "brin", "vestigingscode", "systeem", "resultaat", "versie", "overgedragen", "via",
            "overgedragenMoment",
        }  # fmt: skip
        assert (rij["brin"], rij["vestigingscode"], rij["systeem"]) == ("00YY", "00", "Magister")
    assert [rij["moment"] for rij in rijen] == sorted(rij["moment"] for rij in rijen)
    assert persoon not in json.dumps(bladzijde)
    assert onbekend not in json.dumps(bladzijde)
    # filters and pages
    gefilterd = kern.get(f"/overdrachten?sinds={begin}&resultaat={_GESLAAGD}").json()["overdrachten"]
    assert gefilterd == [rijen[1]]
    assert kern.get(f"/overdrachten?brin=12SS&sinds={begin}").json()["overdrachten"] == []
    eerste = kern.get(f"/overdrachten?brin=00YY&sinds={begin}&aantal=2").json()
    rest = kern.get(f"/overdrachten?brin=00YY&sinds={begin}&aantal=2&na={eerste['volgende']}").json()
    assert eerste["overdrachten"] + rest["overdrachten"] == rijen
    assert rest["volgende"] is None
    # the locatiebeheerder sees his own point
    assert Rest(dev, "locatiebeheerder").get(f"/overdrachten?sinds={begin}").json()["overdrachten"] == rijen
    elders = Rest(dev, "locatiebeheerder").get("/overdrachten?brin=12SS")
    assert elders.status_code in {200, 404}
    assert '"brin":"12SS"' not in elders.text


def test_overdrachten_als_csv(kern: Rest, las: Las) -> None:
    begin = _nu()
    las.haal_op(pgn(next(_nummers)))
    antwoord = kern.get(f"/overdrachten?brin=00YY&sinds={begin}", headers={"Accept": "text/csv"})
    assert antwoord.status_code == 200
    assert antwoord.headers["content-type"].split(";")[0] == "text/csv"
    octets = antwoord.content
    assert octets.count(b"\n") == octets.count(b"\r\n") == 2
    rijen = list(csv.reader(io.StringIO(octets.decode("utf-8"), newline="")))
    assert rijen[0][:9] == [
        "moment", "elkNummer", "brin", "vestigingscode", "systeem", "resultaat", "versie", "overgedragen", "via",
    ]  # fmt: skip
    gelezen = dict(zip(rijen[0], rijen[1], strict=True))
    assert (gelezen["brin"], gelezen["resultaat"], gelezen["overgedragen"]) == ("00YY", "LeerlingOnbekend", "false")


@pytest.mark.parametrize("vraag", ["sinds=gisteren", "sinds=2026-13-01T00:00:00Z", "resultaat=Onzin", "brin=00yy"])
def test_verkeerd_filter_van_overdrachten(kern: Rest, vraag: str) -> None:
    is_probleem(kern.get(f"/overdrachten?{vraag}"), 422)


# ----------------------------------------------------------------------------------------------------------- validaties


def test_validatie_is_altijd_200(kern: Rest) -> None:
    persoon = pgn(460_000)
    for tekst, geldig, regel in (
        (dossier(persoon), True, None),
        (dossier(persoon, bijlagedocs="VERPLICHT"), False, "OS.cat16"),
        (dossier(persoon).replace("<voornaam>", "<voornaam><x/>", 1), False, "XSD"),
        (dossier(persoon).replace("</metadata>", "</metadata><!-- x -->"), False, "XML"),
        ("<dossier", False, "XML"),
        ("", False, "XML"),
        ("geen xml", False, "XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', False, "XML"),
    ):
        antwoord = kern.post("/validaties", content=tekst.encode(), headers=XML)
        assert antwoord.status_code == 200, (tekst[:40], antwoord.text)
        rapport = antwoord.json()
        assert {"pakket", "profiel", "geldig", "bevindingen"} <= set(rapport)
        assert "bestand" not in rapport
        assert rapport["geldig"] is geldig
        if regel is not None:
            fouten = [een["regel"] for een in rapport["bevindingen"] if een["ernst"] == "fout"]
            assert any(een.startswith(regel) for een in fouten), (tekst[:60], fouten)
        assert persoon not in antwoord.text
    goed = kern.post("/validaties", content=dossier(persoon).encode(), headers=XML).json()
    assert (goed["pakket"], goed["profiel"]) == ("2019.1", "PO-VO")


def test_validatie_bewaart_niets(kern: Rest) -> None:
    voor = kern.get("/gebeurtenissen").json()
    kern.post("/validaties", content=dossier(pgn(460_000)).encode(), headers=XML)
    assert kern.get("/gebeurtenissen").json() == voor


def test_codelijst_noemt_wat_is_toegestaan(kern: Rest) -> None:
    tekst = dossier(pgn(460_000)).replace("<advies>60<", "<advies>99<")
    rapport = kern.post("/validaties", content=tekst.encode(), headers=XML).json()
    [bevinding] = [een for een in rapport["bevindingen"] if een["ernst"] == "fout"]
    assert "60" in bevinding["toegestaan"]
    assert "99" not in bevinding["melding"]


# ------------------------------------------------------------------------------------------------------- gebeurtenissen


def test_gebeurtenissen_bladeren(kern: Rest) -> None:
    nummer = next(_nummers)
    kern.lever(str(nummer), dossier(pgn(nummer)), context=_GOED)
    kern.zet_klaar(str(nummer))
    kern.delete(f"/dossiers/{nummer}/klaarzetting")
    alles: list[dict[str, Any]] = []
    na = ""
    for _ in range(10_000):
        bladzijde = kern.get(f"/gebeurtenissen?aantal=3{na}").json()
        assert bladzijde["volgende"] is not None  # always a cursor
        if not bladzijde["gebeurtenissen"]:
            break
        assert len(bladzijde["gebeurtenissen"]) <= 3
        alles += bladzijde["gebeurtenissen"]
        na = f"&na={bladzijde['volgende']}"
    assert len({een["id"] for een in alles}) == len(alles)
    eigen = [(een["data"]["van"], een["data"]["naar"]) for een in alles if een["data"].get("elkNummer") == str(nummer)]
    assert eigen == [("wit", "blauw"), ("blauw", "wit")]
    # at the end the cursor is good for what comes next
    kern.zet_klaar(str(nummer))
    [nieuw] = kern.get(f"/gebeurtenissen?aantal=3{na}").json()["gebeurtenissen"]
    assert nieuw["data"]["naar"] == "blauw"


# -------------------------------------------------------------------------------------------------------------- privacy


def test_geen_persoonsgegeven_in_log_of_opslag(
    wereld: DraaiendeWereld, dev: dict[str, Any], kern: Rest, las: Las
) -> None:
    nummer = next(_nummers)
    elk, persoon, naam = f"9{nummer}7531", pgn(nummer), "Zevenblad-Uniek"
    kern.lever(elk, dossier(persoon, naam=naam), context={**_GOED, "tegenhouden": "Zeer-bijzondere-reden"})
    kern.lever(elk, dossier(persoon, naam=naam, bijlagedocs="VERPLICHT"))
    kern.lever(elk, dossier(persoon, naam=naam).encode()[:-40])
    kern.get(f"/dossiers/{elk}/versies/99")
    kern.context(elk, tegenhouden=None)
    kern.zet_klaar(elk)
    las.haal_op(persoon)
    kern.wacht_op(elk, "groen")
    time.sleep(0.2)
    maten = httpx.get(f"{dev['rest']}/metrics", **LOKAAL).text
    for geheim in (persoon, naam, elk, "directeur-van-de-proefschool"):
        assert geheim not in wereld.log, geheim
        assert geheim not in maten, geheim
    for bestand in wereld.map.rglob("*"):
        if not bestand.is_file() or "traffic-center" in bestand.parts:
            continue
        octets = bestand.read_bytes()
        assert persoon.encode() not in octets, bestand.name
        assert naam.encode() not in octets, bestand.name
        assert persoon not in bestand.name
