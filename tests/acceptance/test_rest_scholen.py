"""Schools and aanleverpunten: filling in, registering, what a refusal says, and what is never given back."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest

from tests.hulp.ontwikkelwereld import DraaiendeWereld
from tests.hulp.zwartedoos import Rest, is_probleem, sim

_brins = (f"{nummer:02}RS" for nummer in itertools.count(10))
_SCHOOL = {
    "officieleNaam": "Stichting Openbaar Onderwijs De Proef",
    "naam": "De Proef",
    "schooltype": "VO",
    "bestuur": "Bestuur Proef",
    "straat": "Proefstraat",
    "huisnummer": "12b",
    "postcode": "1011 AB",
    "plaats": "Amsterdam",
}
_PUNT_VELDEN = {
    "brin", "vestigingscode", "aanleverpuntnummer", "routeringsKenmerk", "naam", "doel", "sleutelIngevuld", "status",
    "oso", "magOverdrachtAanvragen", "reden", "sinds",
}  # fmt: skip
_GATEWAY = "00000003000000010000"


@pytest.fixture(scope="module")
def dev(wereld: DraaiendeWereld) -> dict[str, Any]:
    return wereld.dev


@pytest.fixture(scope="module")
def beheer(dev: dict[str, Any]) -> Rest:
    return Rest(dev, "beheer")


@pytest.fixture
def school(beheer: Rest) -> str:
    """A new school without a point, as `BRIN/vest`."""
    pad = f"{next(_brins)}/00"
    antwoord = beheer.put(f"/scholen/{pad}", json=_SCHOOL)
    assert antwoord.status_code in {200, 201}, antwoord.text
    return pad


def _maak_punt(dev: dict[str, Any], pad: str, nummer: int, **meer: Any) -> str:
    brin, vestigingscode = pad.split("/")
    kenmerk = f"000000070000{brin[:4]}0{nummer:03}"
    punt = {
        "brin": brin, "vestigingscode": vestigingscode, "aanleverpuntnummer": nummer, "routeringsKenmerk": kenmerk,
        "sleutel": f"sleutel-{brin}", "sector": "VO", "oin": _GATEWAY, "actief": False,
    }  # fmt: skip
    sim(dev, "POST", "aanleverpunten", punt | meer)
    return kenmerk


# -------------------------------------------------------------------------------------------------------------- schools


def test_school_bewaren_en_lezen(beheer: Rest) -> None:
    brin = next(_brins)
    for wijziging in ({}, {"telefoon": "020-0000000", "las": "magister"}, {"naam": "Anders"}):
        inhoud = _SCHOOL | wijziging
        assert beheer.put(f"/scholen/{brin}/00", json=inhoud).status_code in {200, 201}
        scholen = {(rij["brin"], rij["vestigingscode"]): rij for rij in _scholen(beheer)}
        gelezen = scholen[brin, "00"]
        assert {naam: gelezen[naam] for naam in inhoud} == inhoud
        assert "telefoon" in wijziging or gelezen.get("telefoon") is None  # a PUT replaces all


def _scholen(rest: Rest) -> list[dict[str, Any]]:
    gelezen: list[dict[str, Any]] = []
    na = ""
    while True:
        bladzijde = rest.get(f"/scholen?aantal=50{na}").json()
        gelezen += bladzijde["scholen"]
        if bladzijde["volgende"] is None:
            return gelezen
        na = f"&na={bladzijde['volgende']}"


def test_elk_ontbrekend_veld_van_een_school_wordt_genoemd(beheer: Rest) -> None:
    antwoord = beheer.put("/scholen/99ZX/00", json={})
    is_probleem(antwoord, 422)
    for veld in _SCHOOL:
        assert veld in antwoord.text, veld
    half = {veld: _SCHOOL[veld] for veld in ("naam", "plaats", "bestuur")}
    antwoord = beheer.put("/scholen/99ZX/00", json=half)
    for veld in _SCHOOL:
        assert (re.search(rf"\b{veld}\b", antwoord.text) is not None) == (veld not in half), veld
    assert ("99ZX", "00") not in {(rij["brin"], rij["vestigingscode"]) for rij in _scholen(beheer)}


@pytest.mark.parametrize("veld", sorted(_SCHOOL))
@pytest.mark.parametrize("waarde", ["", " ", None, 7])
def test_leeg_veld_van_een_school(beheer: Rest, veld: str, waarde: Any) -> None:
    antwoord = beheer.put("/scholen/99ZX/00", json=_SCHOOL | {veld: waarde})
    is_probleem(antwoord, 422)
    assert veld in antwoord.text


@pytest.mark.parametrize("pad", ["00yy/00", "0YY/00", "00YY/0", "00YY/000", "00YY/AA", "YY00/00"])
def test_geen_brin_of_vestigingscode(beheer: Rest, pad: str) -> None:
    for methode, voor, inhoud in (
        ("PUT", "/scholen/", _SCHOOL),
        ("PUT", "/aanleverpunten/", {"aanleverpuntnummer": 1, "sleutel": "x"}),
        ("GET", "/aanleverpunten/", None),
    ):
        antwoord = beheer.request(methode, f"{voor}{pad}", json=inhoud)
        assert antwoord.status_code in {404, 422}
        is_probleem(antwoord, antwoord.status_code)


def test_onbekend_las(beheer: Rest) -> None:
    is_probleem(beheer.put("/scholen/99ZX/00", json=_SCHOOL | {"las": "bestaat-niet"}), 422)


def test_de_scholen_van_de_ontwikkelwereld_zijn_ingevuld(dev: dict[str, Any], beheer: Rest) -> None:
    scholen = {(rij["brin"], rij["vestigingscode"]): rij for rij in _scholen(beheer)}
    assert scholen["00YY", "00"]["las"] == "magister"
    assert scholen["12SS", "01"]["las"] == "trajectplanner"
    for sleutel in (("00YY", "00"), ("12SS", "01")):
        assert all(scholen[sleutel][veld] for veld in _SCHOOL)
    assert {rij["brin"] for rij in _scholen(Rest(dev, "contactpersoon"))} == {"00YY"}


# ------------------------------------------------------------------------------------------------------- aanleverpunten


def test_zonder_school_geen_punt(beheer: Rest) -> None:
    is_probleem(
        beheer.put("/aanleverpunten/99ZY/00", json={"aanleverpuntnummer": 1, "sleutel": "geheim"}),
        422,
        "SchoolOnbekend",
    )


@pytest.mark.parametrize(
    "punt",
    [
        {},
        {"sleutel": "geheim"},
        {"aanleverpuntnummer": 1},
        {"aanleverpuntnummer": 1, "sleutel": ""},
        {"aanleverpuntnummer": 1, "sleutel": "x" * 201},
        {"aanleverpuntnummer": 1, "sleutel": None},
        {"aanleverpuntnummer": 1, "routeringsKenmerk": "0000000700000YY00931", "sleutel": "geheim"},
        {"aanleverpuntnummer": -1, "sleutel": "geheim"},
        {"aanleverpuntnummer": 1.5, "sleutel": "geheim"},
        {"aanleverpuntnummer": "1", "sleutel": "geheim"},
        {"aanleverpuntnummer": True, "sleutel": "geheim"},
        {"routeringsKenmerk": "", "sleutel": "geheim"},
        {"routeringsKenmerk": "met spatie", "sleutel": "geheim"},
        {"routeringsKenmerk": "x" * 33, "sleutel": "geheim"},
        {"aanleverpuntnummer": 1, "sleutel": "geheim", "doel": "XX"},
        {"aanleverpuntnummer": 1, "sleutel": "geheim", "naam": 7},
    ],
)
def test_verkeerd_punt(beheer: Rest, school: str, punt: dict[str, Any]) -> None:
    antwoord = beheer.put(f"/aanleverpunten/{school}", json=punt)
    is_probleem(antwoord, 422)
    assert "geheim" not in antwoord.text
    is_probleem(beheer.get(f"/aanleverpunten/{school}"), 404, "Onbekend")


def test_nul_is_niet_ingevuld(beheer: Rest, school: str) -> None:
    antwoord = beheer.put(f"/aanleverpunten/{school}", json={"aanleverpuntnummer": 0, "sleutel": "geheim"})
    is_probleem(antwoord, 422)
    assert "niet ingevuld" in antwoord.text


def test_punt_invullen_en_lezen(dev: dict[str, Any], beheer: Rest, school: str) -> None:
    brin, vestigingscode = school.split("/")
    antwoord = beheer.put(f"/aanleverpunten/{school}", json={"aanleverpuntnummer": 7, "sleutel": "heel-geheim"})
    assert antwoord.status_code in {200, 201}
    punt = antwoord.json()
    assert set(punt) <= _PUNT_VELDEN
    assert {naam: punt[naam] for naam in _PUNT_VELDEN & set(punt) - {"sinds"}} == {
        "brin": brin, "vestigingscode": vestigingscode, "aanleverpuntnummer": 7, "doel": "OV", "sleutelIngevuld": True,
        "status": "nieuw", "oso": False, "magOverdrachtAanvragen": False,
    }  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", punt["sinds"])
    gelezen = beheer.get(f"/aanleverpunten/{school}").json()
    assert {naam: gelezen[naam] for naam in punt} == punt  # a look may tell more than the contract asks
    lijst = beheer.get("/aanleverpunten?aantal=500").json()
    assert set(lijst) == {"aanleverpunten", "volgende"}
    [gevonden] = [
        een for een in lijst["aanleverpunten"] if (een["brin"], een["vestigingscode"]) == (brin, vestigingscode)
    ]
    assert {naam: gevonden[naam] for naam in punt} == punt
    assert "heel-geheim" not in antwoord.text + str(lijst)
    # replaces all: the other kind of number, a name, no number any more
    tweede = beheer.put(
        f"/aanleverpunten/{school}",
        json={"routeringsKenmerk": "ABC-1", "sleutel": "heel-geheim", "naam": "Punt", "doel": "SWV"},
    ).json()
    assert "aanleverpuntnummer" not in tweede
    assert (tweede["routeringsKenmerk"], tweede["naam"], tweede["doel"]) == ("ABC-1", "Punt", "SWV")
    derde = beheer.put(f"/aanleverpunten/{school}", json={"aanleverpuntnummer": 8, "sleutel": "heel-geheim"}).json()
    assert "naam" not in derde
    assert "routeringsKenmerk" not in derde
    assert derde["doel"] == "OV"


@pytest.mark.parametrize("met", ["nummer", "kenmerk"])
def test_registreren(dev: dict[str, Any], beheer: Rest, school: str, met: str) -> None:
    brin = school.split("/")[0]
    kenmerk = _maak_punt(dev, school, 11)
    ingevuld: dict[str, Any] = {"aanleverpuntnummer": 11} if met == "nummer" else {"routeringsKenmerk": kenmerk}
    ingevuld["sleutel"] = f"sleutel-{brin}"
    beheer.put(f"/aanleverpunten/{school}", json=ingevuld)
    antwoord = beheer.post(f"/aanleverpunten/{school}/registratie")
    assert antwoord.status_code == 200, antwoord.text
    punt = antwoord.json()
    assert (punt["status"], punt["oso"], punt["magOverdrachtAanvragen"]) == ("geregistreerd", True, True)
    assert punt["routeringsKenmerk"] == kenmerk
    assert "reden" not in punt
    assert beheer.get(f"/aanleverpunten/{school}").json() == punt
    # an equal PUT changes nothing; a change puts flags off and the status on nieuw
    gelijk = beheer.put(f"/aanleverpunten/{school}", json=ingevuld).json()
    assert gelijk == punt
    anders = beheer.put(f"/aanleverpunten/{school}", json={**ingevuld, "sleutel": "andere"}).json()
    assert (anders["status"], anders["oso"], anders["magOverdrachtAanvragen"]) == ("nieuw", False, False)


@pytest.mark.parametrize(
    ("punt", "ingevuld", "code"),
    [
        ({}, {"sleutel": "fout"}, "SleutelOnjuist"),
        ({}, {"aanleverpuntnummer": 99}, "AanleverpuntOnbekend"),
        ({"oin": "00000003000000020000"}, {}, "AanleverpuntOnbekend"),
        ({"goedgekeurd": False}, {}, "AanleverpuntNietGoedgekeurd"),
    ],
    ids=["sleutel", "nummer", "eigenaar", "goedkeuring"],
)
def test_geweigerde_registratie_zegt_wat_na_te_kijken(
    dev: dict[str, Any], beheer: Rest, school: str, punt: dict[str, Any], ingevuld: dict[str, Any], code: str
) -> None:
    brin = school.split("/")[0]
    _maak_punt(dev, school, 12, **punt)
    sleutel = f"sleutel-{brin}"
    beheer.put(f"/aanleverpunten/{school}", json={"aanleverpuntnummer": 12, "sleutel": sleutel} | ingevuld)
    probleem = is_probleem(beheer.post(f"/aanleverpunten/{school}/registratie"), 422, code)
    wat = probleem["watNu"].casefold()
    volgorde = [
        wat.find(woord) for woord in ("nummer", "sleutel", "brin", "vestigingscode", "kennisnet", "servicedesk")
    ]
    assert -1 not in volgorde, probleem["watNu"]
    assert volgorde == sorted(volgorde), probleem["watNu"]
    assert sleutel not in str(probleem)
    na = beheer.get(f"/aanleverpunten/{school}").json()
    assert (na["status"], na["oso"], na["magOverdrachtAanvragen"]) == ("geweigerd", False, False)
    assert na["reden"]


def test_ping_ook_zonder_registratie(beheer: Rest, school: str) -> None:
    """It asks the Traffic Center, registered or not."""
    beheer.put(f"/aanleverpunten/{school}", json={"aanleverpuntnummer": 7, "sleutel": "x"})
    antwoord = beheer.post(f"/aanleverpunten/{school}/ping")
    assert antwoord.status_code == 200
    assert antwoord.json()["beschikbaar"] is True
    assert isinstance(antwoord.json()["duurMs"], int)


def test_registreren_zonder_punt(beheer: Rest, school: str) -> None:
    is_probleem(beheer.post(f"/aanleverpunten/{school}/registratie"), 404, "Onbekend")


def test_sleutel_staat_nergens(wereld: DraaiendeWereld, beheer: Rest, school: str) -> None:
    sleutel = "opvallende-sleutel-4711"
    beheer.put(f"/aanleverpunten/{school}", json={"aanleverpuntnummer": 7, "sleutel": sleutel})
    beheer.post(f"/aanleverpunten/{school}/registratie")
    assert sleutel not in wereld.log
    for bestand in wereld.map.rglob("*"):
        if bestand.is_file():
            assert sleutel.encode() not in bestand.read_bytes(), bestand.name
