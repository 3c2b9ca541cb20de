"""Setting ready: each code in its order, rows, progress over server-sent events, and taking it back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld
from tests.hulp.zwartedoos import Rest, dossier, is_probleem, pdf, pgn, sim, tekstbestand

_nummers = leerlingen(430, __name__)
_HIER = {"brin": "00YY", "vestigingscode": "00"}
_GOED = {"plaatsing": _HIER, "okiDocVrijgegeven": True, "herkomst": "regulier", "tegenhouden": None}
_BB = {"soort": "overdrachtbinnenbrin", "overstap": ""}


@pytest.fixture(scope="module")
def dev(wereld: DraaiendeWereld) -> dict[str, Any]:
    return wereld.dev


@pytest.fixture(scope="module")
def kern(dev: dict[str, Any]) -> Rest:
    return Rest(dev)


@pytest.fixture
def wie() -> tuple[str, str]:
    """A pupil that no other test uses: ELK number and PGN."""
    nummer = next(_nummers)
    return str(nummer), pgn(nummer)


def _code(kern: Rest, elk: str) -> str | None:
    [rij] = kern.zet_klaar(elk)
    assert rij["elkNummer"] == elk
    if rij["uitkomst"] == "klaargezet":
        assert set(rij) == {"elkNummer", "uitkomst"}
        return None
    assert rij["uitkomst"] == "geweigerd"
    assert rij["melding"]
    code: str = rij["code"]
    return code


def test_codes_in_hun_volgorde(kern: Rest) -> None:
    """Everything is wrong at once; each repair brings the next code, down to the good one."""
    nummer = next(_nummers)
    elk, persoon = f"B{nummer}", pgn(nummer)
    assert _code(kern, elk) == "LeerlingOnbekend"
    kern.context(elk, herkomst="particulier")
    assert _code(kern, elk) == "Buitenleerling"  # B… whatever the context says
    elk = str(nummer)
    kern.context(elk, herkomst="buitenleerling")
    assert _code(kern, elk) == "Buitenleerling"
    kern.context(elk, herkomst="particulier")
    assert _code(kern, elk) == "ParticuliereSchool"
    kern.context(elk, herkomst="regulier")
    assert _code(kern, elk) == "NietGeplaatst"
    kern.context(elk, plaatsing={"brin": "66XX", "vestigingscode": "00"})
    assert _code(kern, elk) == "OkiDocNietVrijgegeven"
    kern.context(elk, okiDocVrijgegeven=True)
    assert _code(kern, elk) == "GeenGeldigDossier"  # no version at all: not GeenPgn
    assert kern.lever(elk, dossier(None, **_BB)).status_code == 201
    assert _code(kern, elk) == "GeenPgn"
    assert kern.lever(elk, dossier(persoon, **_BB)).status_code == 201
    assert _code(kern, elk) == "AanleverpuntNietGeregistreerd"
    kern.context(elk, plaatsing=_HIER)
    assert _code(kern, elk) is None
    assert kern.dossier(elk)["status"] == "blauw"


def test_particulier_en_buitenleerling_beeindigen_de_klaarzetting(kern: Rest, wie: tuple[str, str]) -> None:
    elk, persoon = wie
    kern.lever(elk, dossier(persoon), context=_GOED)
    for herkomst in ("particulier", "buitenleerling"):
        assert _code(kern, elk) is None
        assert kern.context(elk, herkomst=herkomst).json()["status"] == "wit"
        assert kern.context(elk, herkomst="regulier").json()["status"] == "wit"  # it does not come back by itself


def test_tegenhouden_weigert_niet(kern: Rest, wie: tuple[str, str]) -> None:
    elk, persoon = wie
    kern.lever(elk, dossier(persoon), context={**_GOED, "tegenhouden": "bezwaar van ouders"})
    assert _code(kern, elk) is None
    beeld = kern.dossier(elk)
    assert (beeld["status"], beeld["ophaalbaar"]) == ("blauw", False)
    assert beeld["reden"]


def test_te_grote_bijlage_voor_het_las(kern: Rest, wie: tuple[str, str]) -> None:
    elk, persoon = wie
    kern.lever(elk, dossier(persoon), context=_GOED, bijlagen=[("groot.txt", tekstbestand(3_000_001))])
    assert _code(kern, elk) == "NietGeschiktVoorLas"
    kern.lever(elk, dossier(persoon), bijlagen=[("groot.txt", tekstbestand(3_000_000))])
    assert _code(kern, elk) is None
    kern.context(elk, plaatsing={"brin": "12SS", "vestigingscode": "01"})
    assert _code(kern, elk) == "NietGeschiktVoorLas"  # over 2 MB for Trajectplanner
    kern.lever(elk, dossier(persoon), bijlagen=[("groot.txt", tekstbestand(2_000_000))])
    assert _code(kern, elk) is None


def test_niet_geschikt_gaat_voor_het_aanleverpunt(dev: dict[str, Any], kern: Rest, wie: tuple[str, str]) -> None:
    elk, persoon = wie
    school = {
        "officieleNaam": "Klaarschool", "naam": "Klaar", "schooltype": "VO", "bestuur": "B", "straat": "S",
        "huisnummer": "1", "postcode": "1000AA", "plaats": "P", "las": "magister",
    }  # fmt: skip
    assert Rest(dev, "beheer").put("/scholen/67XX/00", json=school).status_code in {200, 201}
    plaatsing = {"brin": "67XX", "vestigingscode": "00"}
    kern.lever(
        elk, dossier(persoon), context={**_GOED, "plaatsing": plaatsing}, bijlagen=[("g.txt", tekstbestand(4_000_000))]
    )
    assert _code(kern, elk) == "NietGeschiktVoorLas"
    kern.lever(elk, dossier(persoon))
    assert _code(kern, elk) == "AanleverpuntNietGeregistreerd"


def test_lege_lijst_maakt_niets(kern: Rest) -> None:
    gestart = kern.post("/klaarzettingen", json={"elkNummers": []})
    assert gestart.status_code == 202
    assert set(gestart.json()) == {"id"}
    stand = kern.get(f"/klaarzettingen/{gestart.json()['id']}").json()
    assert stand == {"id": gestart.json()["id"], "status": "klaar", "aantal": 0, "resultaten": []}


@pytest.mark.parametrize(
    "lichaam", [{}, {"elkNummers": None}, {"elkNummers": "12345"}, {"elkNummers": [12345]}, {"alles": True}]
)
def test_er_is_geen_alles(kern: Rest, lichaam: Any) -> None:
    is_probleem(kern.post("/klaarzettingen", json=lichaam), 422)


def test_dubbel_genoemd_is_een_rij(kern: Rest, wie: tuple[str, str]) -> None:
    elk, persoon = wie
    kern.lever(elk, dossier(persoon), context=_GOED)
    rijen = kern.zet_klaar(elk, f"00{elk}", elk, "439999")
    assert [rij["elkNummer"] for rij in rijen] == [elk, "439999"]
    assert kern.zet_klaar(elk)[0]["uitkomst"] == "klaargezet"  # again: still set ready


def test_te_veel(kern: Rest) -> None:
    tienduizend = [str(nummer) for nummer in range(500_000_001, 500_010_001)]
    is_probleem(kern.post("/klaarzettingen", json={"elkNummers": [*tienduizend, "1"]}), 422, "TeVeel")
    gestart = kern.post("/klaarzettingen", json={"elkNummers": [*tienduizend[:50], tienduizend[0]]})
    assert gestart.status_code == 202


@pytest.mark.parametrize("nul", ["0", "000", "B0"])
def test_alleen_nullen_weigert_alles(kern: Rest, wie: tuple[str, str], nul: str) -> None:
    elk, persoon = wie
    kern.lever(elk, dossier(persoon), context=_GOED)
    is_probleem(kern.post("/klaarzettingen", json={"elkNummers": [elk, nul]}), 422, "ElkNummerOngeldig")
    assert kern.dossier(elk)["status"] == "wit"


def _gebeurtenissen(kern: Rest, opdracht: str) -> list[tuple[str, Any]]:
    gelezen: list[tuple[str, Any]] = []
    with kern.stream("GET", f"/klaarzettingen/{opdracht}/voortgang") as stroom:
        assert stroom.status_code == 200
        assert stroom.headers["content-type"].split(";")[0] == "text/event-stream"
        soort, inhoud = "", ""
        for regel in stroom.iter_lines():
            if regel.startswith("event:"):
                soort = regel.removeprefix("event:").strip()
            elif regel.startswith("data:"):
                inhoud += regel.removeprefix("data:").strip()
            elif not regel and soort:
                gelezen.append((soort, json.loads(inhoud)))
                soort, inhoud = "", ""
    return gelezen


def test_voortgang(kern: Rest) -> None:
    leerlingen = []
    for _ in range(6):
        nummer = next(_nummers)
        kern.lever(str(nummer), dossier(pgn(nummer)), context=_GOED)
        leerlingen.append(str(nummer))
    opdracht = kern.post("/klaarzettingen", json={"elkNummers": [*leerlingen, "439998"]}).json()["id"]
    live = _gebeurtenissen(kern, opdracht)
    later = _gebeurtenissen(kern, opdracht)
    stand = kern.get(f"/klaarzettingen/{opdracht}").json()
    assert set(stand) == {"id", "status", "aantal", "resultaten"}
    assert (stand["id"], stand["status"], stand["aantal"]) == (opdracht, "klaar", 7)
    for gelezen in (live, later):
        assert [soort for soort, _ in gelezen] == ["leerling"] * 7 + ["klaar"]
        assert [inhoud for _, inhoud in gelezen[:-1]] == stand["resultaten"]
        assert gelezen[-1][1] == stand
    assert [rij["elkNummer"] for rij in stand["resultaten"]] == [*leerlingen, "439998"]
    assert [rij["uitkomst"] for rij in stand["resultaten"]] == ["klaargezet"] * 6 + ["geweigerd"]


def test_voortgang_van_een_lege_lijst(kern: Rest) -> None:
    opdracht = kern.post("/klaarzettingen", json={"elkNummers": []}).json()["id"]
    assert [soort for soort, _ in _gebeurtenissen(kern, opdracht)] == ["klaar"]


def test_locatiebeheerder_zet_zijn_eigen_vestiging_klaar(dev: dict[str, Any], kern: Rest, wie: tuple[str, str]) -> None:
    elk, persoon = wie
    locatie = Rest(dev, "locatiebeheerder")
    kern.lever(elk, dossier(persoon), context=_GOED)
    assert locatie.zet_klaar(elk) == [{"elkNummer": elk, "uitkomst": "klaargezet"}]
    assert locatie.dossier(elk)["status"] == "blauw"
    assert elk in {rij["elkNummer"] for rij in locatie.get("/dossiers?status=blauw&aantal=500").json()["dossiers"]}
    assert locatie.delete(f"/dossiers/{elk}/klaarzetting").status_code in {200, 204}
    assert locatie.dossier(elk)["status"] == "wit"


def test_intrekken(kern: Rest, wie: tuple[str, str]) -> None:
    elk, persoon = wie
    kern.lever(elk, dossier(persoon), context=_GOED)
    kern.zet_klaar(elk)
    for _ in range(2):  # taking back what is not set ready changes nothing
        assert kern.delete(f"/dossiers/{elk}/klaarzetting").status_code in {200, 204}
        assert kern.dossier(elk)["status"] == "wit"


def test_plaatsing_weg_of_anders_beeindigt(kern: Rest, wie: tuple[str, str]) -> None:
    elk, persoon = wie
    kern.lever(elk, dossier(persoon), context=_GOED)
    kern.zet_klaar(elk)
    assert kern.context(elk, plaatsing=_HIER).json()["status"] == "blauw"  # the same placement is no change
    assert kern.context(elk, plaatsing={"brin": "00YY", "vestigingscode": "01"}).json()["status"] == "wit"
    assert kern.context(elk, plaatsing=_HIER).json()["status"] == "wit"
    kern.zet_klaar(elk)
    assert kern.context(elk, plaatsing=None).json()["status"] == "wit"


def test_nieuwe_inhoud_laat_de_klaarzetting_staan(kern: Rest, wie: tuple[str, str]) -> None:
    elk, persoon = wie
    kern.lever(elk, dossier(persoon), context=_GOED)
    kern.zet_klaar(elk)
    assert kern.lever(elk, dossier(persoon, naam="Anders")).json()["status"] == "blauw"
    kern.context(elk, okiDocVrijgegeven=False)
    beeld = kern.dossier(elk)
    assert (beeld["status"], beeld["ophaalbaar"], bool(beeld["reden"])) == ("blauw", False, True)
    assert kern.context(elk, okiDocVrijgegeven=True).json()["ophaalbaar"] is True


def test_punt_uitgezet(dev: dict[str, Any], kern: Rest, wie: tuple[str, str]) -> None:
    """Off is learnt at registration; the code, the dot that stays, and back on again."""
    elk, persoon = wie
    ander, ander_persoon = str(next(_nummers)), pgn(next(_nummers))
    beheer = Rest(dev, "beheer")
    daar = {**_GOED, "plaatsing": {"brin": "12SS", "vestigingscode": "01"}}
    kern.lever(elk, dossier(persoon), context=daar, oki_doc=("oki.pdf", pdf()))
    assert _code(kern, elk) is None
    sleutel = {"aanleverpuntnummer": 100, "sleutel": "sleutel-12SS-100"}
    try:
        assert (
            beheer.put("/aanleverpunten/12SS/01", json={**sleutel, "naam": "tijdelijk anders"}).json()["status"]
            == "nieuw"
        )
        kern.lever(ander, dossier(ander_persoon), context=daar)
        assert _code(kern, ander) == "AanleverpuntNietGeregistreerd"
        beeld = kern.dossier(elk)
        assert (beeld["status"], beeld["ophaalbaar"], bool(beeld["reden"])) == ("blauw", False, True)
    finally:
        sim(dev, "POST", "aanleverpunten/0000000700012SS00931/aanzetten")
        beheer.put("/aanleverpunten/12SS/01", json=sleutel)
        assert beheer.post("/aanleverpunten/12SS/01/registratie").status_code == 200
    assert _code(kern, ander) is None
    assert kern.dossier(elk)["ophaalbaar"] is True
