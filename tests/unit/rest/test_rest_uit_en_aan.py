"""Switches by hand, the list of what is wrong, and notifications, over REST."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.domain.overdracht import Adresblok, Verzoek
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Overdrachtsoort, Pgn, RouteringsKenmerk, SessieId
from tests.hulp.restwereld import RestWereld

BEREIK = "/v1/schakelaars/school-00YY00"


def _problemen(w: RestWereld, als: str = "contactpersoon") -> list[dict[str, Any]]:
    antwoord = w.roep("GET", "/v1/aanleverpunten/00YY/00/problemen", als=als)
    assert antwoord.status_code == 200, antwoord.text
    rijen: list[dict[str, Any]] = antwoord.json()["problemen"]
    return rijen


def test_uitzetten_wijzigen_tonen_en_weer_aanzetten(w: RestWereld) -> None:
    w.school_met_punt()
    eerst = w.roep("PUT", BEREIK, als="beheer", json={"reden": "storing", "tot": "2027-01-01"})
    assert eerst.status_code == 201, eerst.text
    assert eerst.json()["account"] == "token-beheer"
    assert eerst.json()["tot"] == "2027-01-01T00:00:00.000Z"
    assert w.roep("PUT", BEREIK, als="beheer", json={"reden": "langer"}).status_code == 200
    (rij,) = w.roep("GET", "/v1/schakelaars", als="beheer").json()["schakelaars"]
    assert (rij["bereik"], rij["reden"]) == ("school-00YY00", "langer")
    assert "tot" not in rij
    (probleem,) = _problemen(w)
    assert (probleem["soort"], probleem["reden"]) == ("handmatigUit", "langer")
    assert w.roep("DELETE", BEREIK, als="beheer").status_code == 204
    assert w.roep("DELETE", BEREIK, als="beheer").status_code == 404
    assert _problemen(w) == []


@pytest.mark.parametrize(
    ("bereik", "inhoud", "status", "code"),
    [
        ("school-00yy00", {"reden": "x"}, 422, "BereikOngeldig"),
        ("school-99ZZ00", {"reden": "x"}, 404, "Onbekend"),
        ("partij-00000003000000099999", {"reden": "x"}, 404, "Onbekend"),
        ("alles", {}, 422, "VeldOntbreekt"),
        ("alles", {"reden": "x", "tot": "2020-01-01"}, 422, "TotVoorbij"),
        ("alles", {"reden": "x", "door": "mij"}, 422, "VeldOnbekend"),
    ],
)
def test_wat_niet_kan_wordt_uitgelegd(
    w: RestWereld, bereik: str, inhoud: dict[str, str], status: int, code: str
) -> None:
    antwoord = w.roep("PUT", f"/v1/schakelaars/{bereik}", als="beheer", json=inhoud)
    assert (antwoord.status_code, antwoord.json()["code"]) == (status, code), antwoord.text


@pytest.mark.parametrize("als", ["kern", "contactpersoon", "locatiebeheerder"])
def test_alleen_beheer_schakelt(w: RestWereld, als: str) -> None:
    assert w.roep("PUT", "/v1/schakelaars/alles", als=als, json={"reden": "x"}).status_code == 403
    assert w.roep("GET", "/v1/schakelaars", als=als).status_code == 403
    assert w.roep("DELETE", "/v1/schakelaars/alles", als=als).status_code == 403


def test_problemen_van_een_ander_zijn_onbekend_en_nummers_alleen_voor_wie_mag(w: RestWereld) -> None:
    w.blauw()
    for _ in range(5):
        w.levering()
    assert [een["soort"] for een in _problemen(w)] == ["steedsOpnieuw"]
    for als, ziet in (("contactpersoon", False), ("bestuur", False), ("beheer", False), ("kern", True)):
        (een,) = _problemen(w, als)
        assert (een.get("elkNummer") == "12345", "12345" in str(een)) == (ziet, ziet)
        assert len(een["leveringen"]) == 5
    assert _problemen(w, "locatiebeheerder")[0]["elkNummer"] == "12345"
    assert w.roep("GET", "/v1/aanleverpunten/00YY/00/problemen", als="ander").status_code == 404


def test_een_notificatie_wordt_opgedragen_en_getoond(w: RestWereld) -> None:
    w.blauw()
    adres = Adresblok(
        Brin("00YY"), RouteringsKenmerk("0000000700000YY00931"), Brin("00YY"), RouteringsKenmerk("0000000700000YY00932")
    )
    pad = "/v1/dossiers/12345/notificaties"
    assert w.roep("POST", pad).json()["code"] == "NietsTeNotificeren"
    with w.opslag.werk() as werk:
        soort = Overdrachtsoort.OVERSTAPDOSSIER
        werk.verzoeken.bewaar(Verzoek(w.klok.nu(), Pgn("101211151"), adres, soort, SessieId.nieuw()))
    assert w.roep("POST", pad, headers={"OSO-Account": None}).status_code == 400
    assert w.roep("POST", pad, als="ander").status_code == 404
    antwoord = w.roep("POST", pad, als="locatiebeheerder")
    assert antwoord.status_code == 202, antwoord.text
    (rij,) = antwoord.json()["notificaties"]
    assert (rij["status"], rij["doelRouteringsKenmerk"]) == ("te-melden", "0000000700000YY00932")
    lijst = w.roep("GET", "/v1/notificaties?status=te-melden").json()
    assert [een["elkNummer"] for een in lijst["notificaties"]] == ["12345"]
    assert lijst["volgende"] is None
    assert w.roep("GET", "/v1/notificaties", als="ander").json()["notificaties"] == []
    assert w.roep("GET", "/v1/notificaties", als="contactpersoon").status_code == 403
    assert Resultaat.NOTIFICATIE_ONTVANGEN.value not in str(lijst)
