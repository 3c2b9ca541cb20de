"""Views of webhook deliveries, and what the administrator may do with them."""

from __future__ import annotations

import pytest

from gateway.domain.aflevering import AfleveringStatus, Poging, Uitslag
from gateway.domain.logboek import Gebeurtenis, GebeurtenisType
from gateway.domain.toegang import Abonnement
from tests.hulp.restwereld import RestWereld


@pytest.fixture
def met_drie(w: RestWereld) -> RestWereld:
    """Three deliveries: 1 was taken, 2 waits after a failed try, 3 waits."""
    nu = w.klok.nu()
    abonnement = Abonnement("elk", "https://elk.example/", "g", tuple(soort.value for soort in GebeurtenisType), nu, 0)
    with w.opslag.werk() as werk:
        werk.abonnementen.bewaar(abonnement)
        for nr in (1, 2, 3):
            werk.logboek.gebeurtenis(
                Gebeurtenis(f"g{nr}", GebeurtenisType.STATUS_GEWIJZIGD, nu, "dossier/123", {"elkNummer": "123"})
            )
        werk.afleveringen.vul_aan(abonnement, nu, 10)
        een, twee, _ = werk.afleveringen.eerstvolgende("elk", nu, 10)
        werk.afleveringen.bewaar(een.na(Poging(Uitslag.GELUKT), nu, 0))
        werk.afleveringen.bewaar(twee.na(Poging(Uitslag.WEG, "geen verbinding"), nu, 0))
    return w


def test_de_lijst_zegt_wat_wacht_en_waarom_en_noemt_geen_leerling(met_drie: RestWereld) -> None:
    for rol in ("kern", "beheer"):
        antwoord = met_drie.roep("GET", "/v1/afleveringen?status=wacht&abonnement=elk&aantal=1", als=rol)
        assert antwoord.status_code == 200
        (rij,) = antwoord.json()["afleveringen"]
        assert (rij["id"], rij["gebeurtenisId"], rij["reden"], rij["pogingen"]) == (2, "g2", "geen verbinding", 1)
        assert "123" not in antwoord.text.replace("gebeurtenisId", "")
        volgende = met_drie.roep("GET", f"/v1/afleveringen?na={antwoord.json()['volgende']}", als=rol).json()
        assert ([rij["id"] for rij in volgende["afleveringen"]], volgende["volgende"]) == ([3], None)
    assert met_drie.roep("GET", "/v1/afleveringen", als="locatiebeheerder").status_code == 403
    assert met_drie.roep("GET", "/v1/afleveringen?status=kwijt").status_code == 422


def test_opnieuw_en_vervallen_zijn_van_beheer_en_staan_in_de_audit(met_drie: RestWereld) -> None:
    reden = {"reden": "Ontvanger was verkeerd ingesteld"}
    assert met_drie.roep("POST", "/v1/afleveringen/1/opnieuw", json=reden).status_code == 403
    opnieuw = met_drie.roep("POST", "/v1/afleveringen/1/opnieuw", als="beheer", json=reden)
    assert (opnieuw.status_code, opnieuw.json()["status"]) == (200, "wacht")
    vervallen = met_drie.roep("POST", "/v1/afleveringen/2/vervallen", als="beheer", json=reden)
    assert (vervallen.status_code, vervallen.json()["status"]) == (200, "vervallen")
    with met_drie.opslag.lezen() as werk:
        te_sturen = [een.gebeurtenis.id for een in werk.afleveringen.eerstvolgende("elk", met_drie.klok.nu(), 10)]
        assert te_sturen == ["g1", "g3"]
        regels = [rij for rij in werk.logboek.audit_rijen(0, 100) if rij.operatie.startswith("aflevering-")]
    assert [(rij.operatie, rij.account, rij.bijzonderheden["reden"]) for rij in regels] == [
        ("aflevering-opnieuw", "token-beheer", reden["reden"]),
        ("aflevering-vervallen", "token-beheer", reden["reden"]),
    ]
    assert all(rij.pseudoniem is not None for rij in regels)


def test_zonder_reden_of_op_een_onbekende_gebeurt_niets(met_drie: RestWereld) -> None:
    for pad, inhoud, status in (
        ("1/opnieuw", {}, 422),
        ("1/opnieuw", {"reden": " "}, 422),
        ("1/opnieuw", {"reden": "x", "status": "wacht"}, 422),
        ("99/opnieuw", {"reden": "x"}, 404),
        ("0/opnieuw", {"reden": "x"}, 422),
        ("x/vervallen", {"reden": "x"}, 422),
    ):
        assert met_drie.roep("POST", f"/v1/afleveringen/{pad}", als="beheer", json=inhoud).status_code == status, pad
    al = met_drie.roep("POST", "/v1/afleveringen/1/vervallen", als="beheer", json={"reden": "x"})
    assert (al.status_code, al.json()["code"]) == (422, "AlAfgeleverd")
    with met_drie.opslag.lezen() as werk:
        een = werk.afleveringen.aflevering(1)
        assert een is not None
        assert een.status is AfleveringStatus.AFGELEVERD
