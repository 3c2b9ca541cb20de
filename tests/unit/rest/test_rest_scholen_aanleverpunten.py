"""Schools and aanleverpunten: each sentence of their rows in the REST table."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hulp.restwereld import PUNT, SCHOOL, RestWereld
from tests.unit.rest.test_rest_toegang import eis_probleem

_PAD = "/v1/aanleverpunten/00YY/00"


def test_een_school_bewaren_201_vervangen_200(w: RestWereld) -> None:
    eerste = w.roep("PUT", "/v1/scholen/00YY/00", als="contactpersoon", json={**SCHOOL, "las": "magister"})
    assert eerste.status_code == 201
    assert eerste.json() == {"brin": "00YY", "vestigingscode": "00", **SCHOOL, "las": "magister"}
    tweede = w.roep("PUT", "/v1/scholen/00YY/00", als="contactpersoon", json={**SCHOOL, "telefoon": "020-1234567"})
    assert tweede.status_code == 200
    assert "las" not in tweede.json()
    lijst = w.roep("GET", "/v1/scholen", als="contactpersoon").json()
    assert lijst == {"scholen": [tweede.json()], "volgende": None}


def test_elk_ontbrekend_veld_wordt_genoemd(w: RestWereld) -> None:
    probleem = eis_probleem(w.roep("PUT", "/v1/scholen/00YY/00", als="beheer", json={}), 422, "VeldOntbreekt")
    assert {veld["veld"] for veld in probleem["velden"]} == set(SCHOOL)
    for veld in SCHOOL:
        assert f"Het veld {veld} ontbreekt." in probleem["melding"]


@pytest.mark.parametrize("veld", sorted(SCHOOL))
@pytest.mark.parametrize("waarde", [None, 1, "", "  ", "a" * 201, "a\x07b", "\ud800", ["x"]])
def test_een_fout_veld_van_een_school_wordt_genoemd(w: RestWereld, veld: str, waarde: Any) -> None:
    import json

    inhoud = json.dumps({**SCHOOL, veld: waarde}).encode()
    antwoord = w.roep(
        "PUT", "/v1/scholen/00YY/00", als="beheer", content=inhoud, headers={"Content-Type": "application/json"}
    )
    probleem = eis_probleem(antwoord, 422, "VeldOngeldig")
    assert [een["veld"] for een in probleem["velden"]] == [veld]
    assert veld in probleem["melding"]


def test_stuurtekens_worden_met_hun_plaats_geweigerd_en_letters_blijven(w: RestWereld) -> None:
    fout = w.roep("PUT", "/v1/scholen/00YY/00", als="beheer", json={**SCHOOL, "naam": "ab\x00c"})
    assert "op plaats 3 een stuurteken" in eis_probleem(fout, 422, "VeldOngeldig")["melding"]
    naam = "Ŝčhöøl 'ß' İ ﬁ"
    goed = w.roep("PUT", "/v1/scholen/00YY/00", als="beheer", json={**SCHOOL, "naam": naam, "plaats": "Cafe\u0301"})
    assert (goed.json()["naam"], goed.json()["plaats"]) == (naam, "Caf\u00e9")


def test_onbekende_velden_worden_geweigerd_en_genoemd(w: RestWereld) -> None:
    for inhoud, namen in (
        ({**SCHOOL, "extra": 1, "status": "x"}, ["extra", "status"]),
        ({**SCHOOL, "officiele_naam": "x"}, ["officiele_naam"]),
    ):
        probleem = eis_probleem(w.roep("PUT", "/v1/scholen/00YY/00", als="beheer", json=inhoud), 422, "VeldOnbekend")
        assert [een["veld"] for een in probleem["velden"]] == namen


def test_een_persoonsnummer_als_veldnaam_komt_niet_terug(w: RestWereld) -> None:
    for naam in ("101211151", "pgn101211151", "pgn-101.211.151"):
        antwoord = w.roep("PUT", "/v1/scholen/00YY/00", als="beheer", json={**SCHOOL, naam: 1})
        eis_probleem(antwoord, 422, "VeldOnbekend")
        assert "101" not in antwoord.text


def test_een_onbekend_las_wordt_geweigerd(w: RestWereld) -> None:
    antwoord = w.roep("PUT", "/v1/scholen/00YY/00", als="beheer", json={**SCHOOL, "las": "bestaatniet"})
    assert "magister" in eis_probleem(antwoord, 422, "LasOnbekend")["watNu"]


@pytest.mark.parametrize("vestiging", ["00yy/00", "0YY/00", "00YY/0", "00YY/000", "00YY/AA"])
def test_een_onmogelijke_vestiging_is_422(w: RestWereld, vestiging: str) -> None:
    eis_probleem(w.roep("PUT", f"/v1/scholen/{vestiging}", als="beheer", json=SCHOOL), 422, "VestigingOngeldig")
    eis_probleem(w.roep("GET", f"/v1/aanleverpunten/{vestiging}", als="beheer"), 422, "VestigingOngeldig")


def test_lijsten_gaan_per_bladzijde(w: RestWereld) -> None:
    for vestiging in ("00YY/00", "00YY/01", "12SS/01"):
        w.school_met_punt(vestiging, geregistreerd=False)
    for soort in ("scholen", "aanleverpunten"):
        gezien: list[tuple[str, str]] = []
        volgende: str | None = ""
        while volgende is not None:
            vraag = {"aantal": "2", **({"na": volgende} if volgende else {})}
            antwoord = w.roep("GET", f"/v1/{soort}", als="beheer", params=vraag).json()
            assert set(antwoord) == {soort, "volgende"}
            gezien += [(rij["brin"], rij["vestigingscode"]) for rij in antwoord[soort]]
            volgende = antwoord["volgende"]
        assert gezien == [("00YY", "00"), ("00YY", "01"), ("12SS", "01")]


@pytest.mark.parametrize(
    "vraag", ["aantal=0", "aantal=1001", "aantal=1e3", "aantal=", "na=x", "x=1", "aantal=1&aantal=2"]
)
def test_een_verkeerde_bladzijde_is_422(w: RestWereld, vraag: str) -> None:
    antwoord = w.roep("GET", f"/v1/scholen?{vraag}", als="beheer")
    eis_probleem(antwoord, 422, "VeldOnbekend" if vraag == "x=1" else "VeldOngeldig")


def test_een_nieuw_punt_is_201_en_de_sleutel_komt_nooit_terug(w: RestWereld) -> None:
    w.roep("PUT", "/v1/scholen/00YY/00", als="beheer", json=SCHOOL)
    antwoord = w.roep("PUT", _PAD, als="contactpersoon", json={**PUNT, "naam": "Hoofdpunt"})
    assert antwoord.status_code == 201
    punt = antwoord.json()
    assert punt.pop("sinds").endswith("Z")
    assert punt == {
        "brin": "00YY",
        "vestigingscode": "00",
        "aanleverpuntnummer": 100,
        "naam": "Hoofdpunt",
        "doel": "OV",
        "sleutelIngevuld": True,
        "status": "nieuw",
        "oso": False,
        "magOverdrachtAanvragen": False,
    }
    for pad in (_PAD, "/v1/aanleverpunten"):
        assert str(PUNT["sleutel"]) not in w.roep("GET", pad, als="contactpersoon").text


def test_een_gelijke_put_wijzigt_niets_een_andere_zet_op_nieuw(w: RestWereld) -> None:
    w.school_met_punt()
    gelijk = w.roep("PUT", _PAD, als="beheer", json=PUNT)
    assert (gelijk.status_code, gelijk.json()["status"], gelijk.json()["oso"]) == (200, "geregistreerd", True)
    anders = w.roep("PUT", _PAD, als="beheer", json={**PUNT, "sleutel": "andere"})
    assert (anders.status_code, anders.json()["status"], anders.json()["oso"]) == (200, "nieuw", False)
    assert anders.json()["magOverdrachtAanvragen"] is False


def test_zonder_school_is_het_school_onbekend(w: RestWereld) -> None:
    eis_probleem(w.roep("PUT", _PAD, als="beheer", json=PUNT), 422, "SchoolOnbekend")


@pytest.mark.parametrize(
    ("inhoud", "zin"),
    [
        ({"aanleverpuntnummer": 0, "sleutel": "s"}, "0 betekent in ELK 'niet ingevuld'"),
        ({"aanleverpuntnummer": -1, "sleutel": "s"}, "moet 1 of hoger zijn"),
        ({"aanleverpuntnummer": "100", "sleutel": "s"}, "moet een geheel getal zijn"),
        ({"aanleverpuntnummer": 1.0, "sleutel": "s"}, "moet een geheel getal zijn"),
        ({"aanleverpuntnummer": True, "sleutel": "s"}, "moet een geheel getal zijn"),
        ({"aanleverpuntnummer": 10**30, "sleutel": "s"}, "aanleverpuntnummer"),
        ({"sleutel": "s"}, "precies één van aanleverpuntnummer en routeringsKenmerk"),
        ({"aanleverpuntnummer": 1, "routeringsKenmerk": "K", "sleutel": "s"}, "precies één"),
        ({"routeringsKenmerk": "met spatie", "sleutel": "s"}, "routeringsKenmerk"),
        ({"routeringsKenmerk": "K" * 33, "sleutel": "s"}, "1 tot 32 zichtbare tekens"),
        ({"aanleverpuntnummer": 1, "sleutel": ""}, "sleutel mag niet leeg zijn"),
        ({"aanleverpuntnummer": 1, "sleutel": "s", "doel": "XX"}, "'OV' of 'SWV'"),
    ],
)
def test_verkeerde_punten_zeggen_wat_er_mis_is(w: RestWereld, inhoud: dict[str, Any], zin: str) -> None:
    w.roep("PUT", "/v1/scholen/00YY/00", als="beheer", json=SCHOOL)
    assert zin in eis_probleem(w.roep("PUT", _PAD, als="beheer", json=inhoud), 422, "VeldOngeldig")["melding"]


def test_zonder_sleutel_ontbreekt_een_veld(w: RestWereld) -> None:
    eis_probleem(w.roep("PUT", _PAD, als="beheer", json={"aanleverpuntnummer": 1}), 422, "VeldOntbreekt")


def test_een_sleutel_van_201_tekens_wordt_geweigerd_en_niet_herhaald(w: RestWereld) -> None:
    antwoord = w.roep("PUT", _PAD, als="beheer", json={**PUNT, "sleutel": "geheim" * 34})
    eis_probleem(antwoord, 422, "VeldOngeldig")
    assert "geheim" not in antwoord.text


@pytest.mark.parametrize("veld", ["status", "oso", "magOverdrachtAanvragen", "sinds", "brin"])
def test_een_client_kan_status_en_vlaggen_niet_zetten(w: RestWereld, veld: str) -> None:
    eis_probleem(w.roep("PUT", _PAD, als="beheer", json={**PUNT, veld: True}), 422, "VeldOnbekend")


def test_registreren_zet_beide_vlaggen_aan(w: RestWereld) -> None:
    w.school_met_punt(geregistreerd=False)
    antwoord = w.roep("POST", f"{_PAD}/registratie", als="contactpersoon")
    assert antwoord.status_code == 200
    punt = antwoord.json()
    assert (punt["status"], punt["oso"], punt["magOverdrachtAanvragen"]) == ("geregistreerd", True, True)
    assert punt["routeringsKenmerk"] == "0000000700000YY00931"


def test_een_geweigerde_registratie_zegt_wat_na_te_kijken(w: RestWereld) -> None:
    w.school_met_punt(geregistreerd=False)
    w.roep("PUT", _PAD, als="beheer", json={**PUNT, "sleutel": "verkeerd"})
    antwoord = w.roep("POST", f"{_PAD}/registratie", als="contactpersoon")
    probleem = eis_probleem(antwoord, 422, "SleutelOnjuist")
    volgorde = ["aanleverpuntnummer", "sleutel", "BRIN", "vestigingscode", "Kennisnet", "OSO Servicedesk"]
    plekken = [probleem["watNu"].index(woord) for woord in volgorde]
    assert plekken == sorted(plekken)
    assert "Servicedesk" in probleem["contact"]
    punt = w.roep("GET", _PAD, als="contactpersoon").json()
    assert (punt["status"], punt["reden"], punt["oso"]) == ("geweigerd", "SleutelOnjuist", False)


def test_het_traffic_center_weg_is_503_en_de_vlaggen_blijven(w: RestWereld) -> None:
    w.school_met_punt()
    w.traffic_center.weg = True
    antwoord = w.roep("POST", f"{_PAD}/registratie", als="contactpersoon")
    eis_probleem(antwoord, 503, "TrafficCenterNietBeschikbaar")
    assert antwoord.headers["retry-after"]
    assert w.roep("GET", _PAD, als="contactpersoon").json()["oso"] is True


def test_ping_vraagt_het_traffic_center_geregistreerd_of_niet(w: RestWereld) -> None:
    w.school_met_punt(geregistreerd=False)
    antwoord = w.roep("POST", f"{_PAD}/ping", als="contactpersoon")
    assert antwoord.status_code == 200
    assert antwoord.json()["beschikbaar"] is True
    assert isinstance(antwoord.json()["duurMs"], int)
    w.traffic_center.weg = True
    assert w.roep("POST", f"{_PAD}/ping", als="contactpersoon").json()["beschikbaar"] is False


def test_een_post_zonder_velden_weigert_velden(w: RestWereld) -> None:
    w.school_met_punt()
    eis_probleem(w.roep("POST", f"{_PAD}/ping", als="beheer", json={"x": 1}), 422, "VeldOnbekend")
    assert w.roep("POST", f"{_PAD}/ping", als="beheer", json={}).status_code == 200
