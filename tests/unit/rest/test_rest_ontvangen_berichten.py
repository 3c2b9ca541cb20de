"""`GET /ontvangen-berichten`: who sees what of the messages that others sent."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.domain.overdracht import Adresblok, Terugkoppeling
from gateway.domain.partij import Partij
from gateway.domain.waarden import Brin, Koppelsleutel, Oin, RouteringsKenmerk
from gateway.usecases.ontvangen_berichten import neem_terugkoppeling
from tests.hulp.restwereld import SCHOOL, RestWereld

SWV = Partij(Oin("00000003000000020000"), "Magister", None, "Magister", frozenset({Brin("00YY")}))
SLEUTEL = "0f9619ff-8b86-d011-b42d-00c04fc964ff"


@pytest.fixture
def gevuld(w: RestWereld) -> RestWereld:
    w.school_met_punt()
    adres = Adresblok(
        Brin("00YY"), RouteringsKenmerk("0000000700000YY00931"), Brin("00YY"), RouteringsKenmerk("0000000700000YY00932")
    )
    neem_terugkoppeling(w.wereld, Terugkoppeling(adres, Koppelsleutel(SLEUTEL), "Kom eens praten."), SWV)
    return w


def _lijst(wereld: RestWereld, als: str) -> list[dict[str, Any]]:
    antwoord = wereld.roep("GET", "/v1/ontvangen-berichten", als=als)
    assert antwoord.status_code == 200, antwoord.text
    assert antwoord.json()["volgende"] is None
    rijen: list[dict[str, Any]] = antwoord.json()["ontvangenBerichten"]
    return rijen


def test_kern_ziet_alles(gevuld: RestWereld) -> None:
    (rij,) = _lijst(gevuld, "kern")
    assert (rij["soort"], rij["tekst"], rij["aantal"], rij["koppelsleutel"]) == (
        "terugkoppeling",
        "Kom eens praten.",
        1,
        SLEUTEL,
    )
    assert (rij["brin"], rij["vestigingscode"]) == ("00YY", "00")
    assert rij["afzender"] == {"brin": "00YY", "routeringsKenmerk": "0000000700000YY00932", "systeem": "Magister"}


def test_locatiebeheerder_ziet_de_eigen_vestiging_zonder_koppelsleutel(gevuld: RestWereld) -> None:
    (rij,) = _lijst(gevuld, "locatiebeheerder")
    assert "koppelsleutel" not in rij
    assert _lijst(gevuld, "ander") == []


@pytest.mark.parametrize("als", ["contactpersoon", "beheer"])
def test_andere_rollen_niet(gevuld: RestWereld, als: str) -> None:
    assert gevuld.roep("GET", "/v1/ontvangen-berichten", als=als).status_code == 403


def test_wijze_van_notificeren_is_een_vrij_veld_van_de_school(w: RestWereld) -> None:
    def bewaar(**velden: Any) -> Any:
        return w.roep("PUT", "/v1/scholen/00YY/00", als="beheer", json=SCHOOL | velden)

    assert "notificeren" not in bewaar().json()
    assert bewaar(notificeren="handmatig").json()["notificeren"] == "handmatig"
    assert bewaar(notificeren="soms").status_code == 422
