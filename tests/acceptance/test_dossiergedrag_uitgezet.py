"""A point that the Traffic Center switches off: what the LAS hears, which version is suspect, how it comes back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld, ontwikkelwereld
from tests.hulp.zwartedoos import KENMERK, Las, LasFout, Rest, aanroepen, dossier, is_probleem, pgn, sim, storing

_nummers = leerlingen(450, __name__)
_GOED = {"plaatsing": {"brin": "00YY", "vestigingscode": "00"}, "okiDocVrijgegeven": True}
_GESLAAGD = "OverdrachtGeslaagd"
_UIT = "VerstrekkerAanleverpuntNietActief"


@pytest.fixture(scope="module")
def dev() -> Iterator[dict[str, Any]]:
    """A world of its own: these tests switch off what others need."""
    with (
        tempfile.TemporaryDirectory(prefix="oso-") as map_,
        ontwikkelwereld(Path(map_), registreer=("00YY/00",)) as wereld,
    ):
        yield wereld.dev


@pytest.fixture(scope="module")
def wereld(dev: dict[str, Any]) -> DraaiendeWereld:
    pytest.fail("these tests use their own world")


@pytest.fixture(scope="module")
def kern(dev: dict[str, Any]) -> Rest:
    return Rest(dev)


@pytest.fixture(scope="module")
def beheer(dev: dict[str, Any]) -> Rest:
    return Rest(dev, "beheer")


@pytest.fixture(scope="module")
def las(dev: dict[str, Any]) -> Las:
    return Las(dev)


@pytest.fixture(autouse=True)
def aan(dev: dict[str, Any], beheer: Rest) -> Iterator[None]:
    """After each test the point is on and registered again."""
    yield
    sim(dev, "DELETE", "storingen")
    sim(dev, "POST", f"aanleverpunten/{KENMERK}/aanzetten")
    assert beheer.post("/aanleverpunten/00YY/00/registratie").status_code == 200


def _klaar(kern: Rest) -> tuple[str, str]:
    nummer = next(_nummers)
    elk, persoon = str(nummer), pgn(nummer)
    assert kern.lever(elk, dossier(persoon), context=_GOED).status_code == 201
    assert kern.zet_klaar(elk)[0]["uitkomst"] == "klaargezet"
    return elk, persoon


def _punt(beheer: Rest) -> dict[str, Any]:
    punt: dict[str, Any] = beheer.get("/aanleverpunten/00YY/00").json()
    return punt


def _nieuws(kern: Rest, na: str) -> list[dict[str, Any]]:
    gelezen: list[dict[str, Any]] = []
    while True:
        bladzijde = kern.get("/gebeurtenissen" + (f"?na={na}" if na else "")).json()
        assert isinstance(bladzijde["volgende"], str)
        if not bladzijde["gebeurtenissen"]:
            return gelezen
        gelezen += bladzijde["gebeurtenissen"]
        na = bladzijde["volgende"]


def _laatste(kern: Rest) -> str:
    na = ""
    while True:
        bladzijde = kern.get("/gebeurtenissen" + (f"?na={na}" if na else "")).json()
        na = bladzijde["volgende"]
        if not bladzijde["gebeurtenissen"]:
            return str(na)


def test_met_de_hand_uitgezet(dev: dict[str, Any], kern: Rest, beheer: Rest, las: Las) -> None:
    """No cause is named: no version is quarantined, and everything resumes after a new registration."""
    elk, persoon = _klaar(kern)
    na = _laatste(kern)
    sessie = las.open(persoon)
    sim(dev, "POST", f"aanleverpunten/{KENMERK}/uitzetten")
    assert _punt(beheer)["status"] == "geregistreerd"  # we have not heard it yet
    assert las.haal(persoon, sessie).resultaat == _UIT
    punt = _punt(beheer)
    assert (punt["status"], punt["oso"], punt["magOverdrachtAanvragen"]) == ("uitgezet", False, False)
    assert punt["reden"]
    assert punt["sinds"]
    beeld = kern.dossier(elk)
    assert (beeld["status"], beeld["ophaalbaar"], bool(beeld["reden"])) == ("blauw", False, True)
    # from then on we answer by ourselves, without asking again
    gezien = aanroepen(dev)[-1]["nr"]
    assert las.haal(persoon, sessie).resultaat == _UIT
    assert las.haal(persoon, "11111111-1111-4111-8111-111111111111").resultaat == _UIT
    assert [rij for rij in aanroepen(dev, gezien) if rij["operatie"] == "sessiecontrole"] == []
    [rij] = kern.zet_klaar(str(next(_nummers)), elk)[1:]
    assert rij["code"] == "AanleverpuntUitgezet"
    [gebeurtenis] = _nieuws(kern, na)
    assert gebeurtenis["type"] == "nl.oso-gateway.aanleverpunt.uitgezet"
    assert set(gebeurtenis["data"]) == {"brin", "vestigingscode", "reden"}
    assert (gebeurtenis["data"]["brin"], gebeurtenis["data"]["vestigingscode"]) == ("00YY", "00")
    # registering again restores it
    hersteld = beheer.post("/aanleverpunten/00YY/00/registratie").json()
    assert (hersteld["status"], hersteld["oso"], hersteld["magOverdrachtAanvragen"]) == ("geregistreerd", True, True)
    assert "reden" not in hersteld
    assert kern.dossier(elk)["ophaalbaar"] is True
    assert kern.dossier(elk)["status"] == "blauw"
    assert las.haal_op(persoon).resultaat == _GESLAAGD
    assert [een["type"] for een in _nieuws(kern, na)][1] == "nl.oso-gateway.aanleverpunt.geregistreerd"


def test_te_vaak_ongeldig_zet_de_versie_in_quarantaine(dev: dict[str, Any], kern: Rest, beheer: Rest, las: Las) -> None:
    """The version of the session that tipped the count is the suspect; the pupil in whose session we hear it is not."""
    goed, goed_persoon = _klaar(kern)
    verdacht, verdacht_persoon = _klaar(kern)
    open_sessie = las.open(goed_persoon)
    for _ in range(3):
        assert las.haal_op(verdacht_persoon, meld="DossierOngeldig").resultaat == _GESLAAGD
    assert kern.wacht_op(verdacht, "groen")["status"] == "groen"
    assert las.haal(goed_persoon, open_sessie).resultaat == _UIT
    assert _punt(beheer)["status"] == "uitgezet"
    beheer.post("/aanleverpunten/00YY/00/registratie")
    assert kern.dossier(goed)["ophaalbaar"] is True
    beeld = kern.dossier(verdacht)
    assert (beeld["status"], beeld["ophaalbaar"], bool(beeld["reden"])) == ("groen", False, True)
    assert las.haal_op(verdacht_persoon).resultaat == "LeerlinginfoNietBeschikbaar"
    assert las.haal_op(goed_persoon).resultaat == _GESLAAGD
    # an equal push is no new version: the suspect stays; setting it ready says so
    kern.lever(verdacht, dossier(verdacht_persoon))
    assert kern.dossier(verdacht)["ophaalbaar"] is False
    assert kern.zet_klaar(verdacht)[0].get("code") == "GeenGeldigDossier"
    # a new version lifts it by itself
    assert kern.lever(verdacht, dossier(verdacht_persoon, naam="Hersteld")).json()["status"] == "blauw"
    assert kern.dossier(verdacht)["ophaalbaar"] is True
    assert las.haal_op(verdacht_persoon).resultaat == _GESLAAGD


def test_uitgezet_gehoord_bij_registratie(dev: dict[str, Any], kern: Rest, beheer: Rest) -> None:
    """A refusal at registration puts the point on `geweigerd`, with the code of the Traffic Center."""
    elk, _ = _klaar(kern)
    na = _laatste(kern)
    beheer.put("/aanleverpunten/00YY/00", json={"aanleverpuntnummer": 100, "sleutel": "verkeerd-geheim"})
    assert _punt(beheer)["status"] == "nieuw"
    probleem = is_probleem(beheer.post("/aanleverpunten/00YY/00/registratie"), 422, "SleutelOnjuist")
    for woord in ("nummer", "sleutel", "BRIN", "vestigingscode", "Kennisnet", "Servicedesk"):
        assert woord.casefold() in probleem["watNu"].casefold(), probleem["watNu"]
    assert "verkeerd-geheim" not in str(probleem)
    punt = _punt(beheer)
    assert (punt["status"], punt["oso"], punt["magOverdrachtAanvragen"]) == ("geweigerd", False, False)
    assert "verkeerd-geheim" not in str(punt)
    beeld = kern.dossier(elk)
    assert (beeld["status"], beeld["ophaalbaar"]) == ("blauw", False)
    assert kern.zet_klaar(elk)[0]["code"] == "AanleverpuntNietGeregistreerd"
    beheer.put("/aanleverpunten/00YY/00", json={"aanleverpuntnummer": 100, "sleutel": "sleutel-00YY-100"})
    assert beheer.post("/aanleverpunten/00YY/00/registratie").status_code == 200
    soorten = [een["type"] for een in _nieuws(kern, na)]
    assert "nl.oso-gateway.aanleverpunt.geregistreerd" in soorten


@pytest.mark.parametrize("soort", ["fault", "verbreek", "onzin"])
def test_traffic_center_hapert_bij_de_sessiecontrole(
    dev: dict[str, Any], kern: Rest, beheer: Rest, las: Las, soort: str
) -> None:
    elk, persoon = _klaar(kern)
    sessie = las.open(persoon)
    with storing(dev, "sessiecontrole", soort, 3):
        assert las.haal(persoon, sessie).resultaat == "TrafficCenterNietBeschikbaar"
    assert _punt(beheer)["status"] == "geregistreerd"
    assert kern.dossier(elk)["status"] == "blauw"
    assert las.haal(persoon, sessie).resultaat == _GESLAAGD


@pytest.mark.parametrize("soort", ["fault", "verbreek", "onzin"])
def test_traffic_center_hapert_bij_de_registratie(dev: dict[str, Any], beheer: Rest, soort: str) -> None:
    voor = _punt(beheer)
    with storing(dev, "registreerAanleverpunt", soort, 3):
        is_probleem(beheer.post("/aanleverpunten/00YY/00/registratie"), 503)
    na = _punt(beheer)
    # An earlier pull may be counted as handed over only now: that is no matter of registration.
    vrij = {"sinds": "", "laatstOpgehaald": ""}
    assert na | vrij == voor | vrij
    with storing(dev, "ping", soort, 3):
        ping = beheer.post("/aanleverpunten/00YY/00/ping")
    assert ping.status_code == 200
    assert set(ping.json()) == {"beschikbaar", "duurMs"}
    assert ping.json()["beschikbaar"] is False


def test_sessies_verlopen(dev: dict[str, Any], kern: Rest, las: Las) -> None:
    elk, persoon = _klaar(kern)
    sessie = las.open(persoon)
    sim(dev, "POST", "sessies/verloop")
    assert las.haal(persoon, sessie).resultaat == "SessieVerlopen"
    assert kern.dossier(elk)["status"] == "blauw"


def test_ingevuld_en_nooit_geregistreerd(dev: dict[str, Any], beheer: Rest) -> None:
    """A point filled in by nummer has no kenmerk yet: it is not ours to answer for."""
    beheer.put("/aanleverpunten/12SS/01", json={"aanleverpuntnummer": 100, "sleutel": "sleutel-12SS-100"})
    las = Las(dev, "trajectplanner", brin="12SS", kenmerk="0000000700012SS00933")
    with pytest.raises(LasFout) as gevangen:
        las.haal(
            pgn(next(_nummers)),
            "11111111-1111-4111-8111-111111111111",
            bron_brin="12SS",
            bron_kenmerk="0000000700012SS00931",
        )
    assert gevangen.value.code == "BronHoortNietBijSysteem"
    assert beheer.get("/aanleverpunten/12SS/01").json()["status"] == "nieuw"


def test_nooit_een_pgn_in_het_logboek_van_het_traffic_center(dev: dict[str, Any], kern: Rest, las: Las) -> None:
    _, persoon = _klaar(kern)
    las.haal_op(persoon)
    rijen = aanroepen(dev)
    assert [rij["nr"] for rij in rijen] == sorted(rij["nr"] for rij in rijen)
    for rij in rijen:
        assert {"nr", "tijd", "operatie", "partij", "oin", "antwoord"} <= set(rij)
        assert persoon not in str(rij)
    laatste = {rij["operatie"]: rij for rij in rijen}
    assert laatste["afmelding"]["resultaat"] == _GESLAAGD
    assert laatste["sessiecontrole"]["oin"] == "00000003000000010000"
    assert laatste["overdracht"]["oin"] == "00000003000000020000"


def test_gebeurtenissen_van_een_gang(kern: Rest, las: Las) -> None:
    na = _laatste(kern)
    elk, persoon = _klaar(kern)
    las.haal_op(persoon)
    kern.wacht_op(elk, "groen")
    kern.lever(elk, dossier(persoon, naam="Nieuw"))
    kern.context(elk, plaatsing=None)
    gelezen = [een for een in _nieuws(kern, na) if een["data"].get("elkNummer") == elk]
    assert [(een["data"]["versie"], een["data"]["van"], een["data"]["naar"]) for een in gelezen] == [
        (1, "wit", "blauw"),
        (1, "blauw", "groen"),
        (2, "groen", "blauw"),
        (2, "blauw", "wit"),
    ]
    for een in gelezen:
        assert een["type"] == "nl.oso-gateway.dossier.status-gewijzigd"
        assert een["specversion"] == "1.0"
        assert een["id"]
        assert een["source"]
        assert set(een["data"]) == {"elkNummer", "versie", "van", "naar"}
        assert persoon not in str(een)
        assert "00YY" not in str(een)  # no event tells a placement
    assert len({een["id"] for een in gelezen}) == 4
    tijden = [een["time"] for een in gelezen]
    assert tijden == sorted(tijden)
