"""Every door of the REST port: who may in, what a refusal looks like, what is refused before anything is read."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld
from tests.hulp.zwartedoos import ACCOUNT, LOKAAL, XML, Rest, dossier, is_probleem, pgn

_nummers = leerlingen(410, __name__)
_SCHOOL = {
    "officieleNaam": "Stichting De Deur",
    "naam": "De Deur",
    "schooltype": "VO",
    "bestuur": "Bestuur Deur",
    "straat": "Deurstraat",
    "huisnummer": "1",
    "postcode": "1000AA",
    "plaats": "Testdorp",
}
_ROUTES = (
    ("PUT", "/scholen/00YY/00", {"contactpersoon", "beheer"}),
    ("GET", "/scholen", {"contactpersoon", "beheer"}),
    ("GET", "/aanleverpunten", {"contactpersoon", "beheer"}),
    ("GET", "/aanleverpunten/00YY/00", {"contactpersoon", "beheer"}),
    ("PUT", "/aanleverpunten/00YY/00", {"contactpersoon", "beheer"}),
    ("POST", "/aanleverpunten/00YY/00/registratie", {"contactpersoon", "beheer"}),
    ("POST", "/aanleverpunten/00YY/00/ping", {"contactpersoon", "beheer"}),
    ("PUT", "/dossiers/419999", {"kern"}),
    ("PUT", "/dossiers/419999/context", {"kern"}),
    ("GET", "/dossiers", {"kern", "locatiebeheerder"}),
    ("GET", "/dossiers/419999", {"kern", "locatiebeheerder"}),
    ("GET", "/dossiers/419999/versies/1", {"kern"}),
    ("GET", "/dossiers/419999/versies/1/handtekening", {"kern"}),
    ("GET", "/dossiers/419999/historie", {"kern"}),
    ("POST", "/klaarzettingen", {"kern", "locatiebeheerder"}),
    ("GET", "/klaarzettingen/onbekend", {"kern", "locatiebeheerder"}),
    ("GET", "/klaarzettingen/onbekend/voortgang", {"kern", "locatiebeheerder"}),
    ("DELETE", "/dossiers/419999/klaarzetting", {"kern", "locatiebeheerder"}),
    ("GET", "/overdrachten", {"kern", "locatiebeheerder"}),
    ("GET", "/gebeurtenissen", {"kern"}),
)
_ROLLEN = ("kern", "contactpersoon", "locatiebeheerder", "beheer")


@pytest.fixture(scope="module")
def dev(wereld: DraaiendeWereld) -> dict[str, Any]:
    return wereld.dev


@pytest.fixture(scope="module")
def kern(dev: dict[str, Any]) -> Rest:
    return Rest(dev)


@pytest.mark.parametrize(("methode", "pad", "rollen"), _ROUTES, ids=[f"{m} {p}" for m, p, _ in _ROUTES])
def test_route_kent_alleen_haar_rollen(dev: dict[str, Any], methode: str, pad: str, rollen: set[str]) -> None:
    for rol in _ROLLEN:
        if rol in rollen:
            continue
        antwoord = Rest(dev, rol).request(methode, pad)
        is_probleem(antwoord, 403, "NietToegestaan")
    is_probleem(Rest(dev, token="").request(methode, pad), 401)
    is_probleem(Rest(dev, token="osogw_verzonnen").request(methode, pad), 401)


def test_valideren_mag_elke_rol(dev: dict[str, Any]) -> None:
    for rol in _ROLLEN:
        antwoord = Rest(dev, rol).post("/validaties", content=dossier(pgn(410_000)).encode(), headers=XML)
        assert antwoord.status_code == 200, (rol, antwoord.text)
        assert antwoord.json()["geldig"] is True
    is_probleem(Rest(dev, token="").post("/validaties", content=b"<dossier/>", headers=XML), 401)


@pytest.mark.parametrize("kop", ["Basic a2VybjprZXJu", "Bearer", "kern", "Bearer a b", "Token x"])
def test_andere_aanmelding_is_401(dev: dict[str, Any], kop: str) -> None:
    antwoord = httpx.get(f"{dev['rest']}/v1/dossiers", headers={"Authorization": kop}, **LOKAAL)
    is_probleem(antwoord, 401)
    assert antwoord.headers["www-authenticate"].startswith("Bearer")


def test_andermans_punt_antwoordt_als_een_onbekend_punt(dev: dict[str, Any]) -> None:
    contact = Rest(dev, "contactpersoon")
    beheer = Rest(dev, "beheer")
    assert beheer.get("/aanleverpunten/12SS/01").status_code == 200
    for methode, staart in (("GET", ""), ("POST", "/registratie"), ("POST", "/ping")):
        eigen = contact.request(methode, f"/aanleverpunten/12SS/01{staart}")
        onbekend = contact.request(methode, f"/aanleverpunten/77ZZ/77{staart}")
        is_probleem(eigen, 404, "Onbekend")
        assert eigen.content == onbekend.content
        assert _zonder_datum(eigen) == _zonder_datum(onbekend)
    punt = {"aanleverpuntnummer": 7, "sleutel": "s"}
    eigen = contact.put("/aanleverpunten/12SS/01", json=punt)
    onbekend = contact.put("/aanleverpunten/77ZZ/77", json=punt)
    is_probleem(eigen, 404, "Onbekend")
    assert eigen.content == onbekend.content
    assert (
        contact.put("/scholen/12SS/01", json=_SCHOOL).content == contact.put("/scholen/77ZZ/77", json=_SCHOOL).content
    )
    assert {punt["brin"] for punt in contact.get("/aanleverpunten").json()["aanleverpunten"]} <= {"00YY"}
    assert {school["brin"] for school in contact.get("/scholen").json()["scholen"]} == {"00YY"}


def test_dossier_van_andere_vestiging_antwoordt_als_een_onbekend(dev: dict[str, Any], kern: Rest) -> None:
    nummer = str(next(_nummers))
    assert kern.lever(nummer, dossier(pgn(410_001)), context={"plaatsing": _plaats("12SS/01")}).status_code == 201
    locatie = Rest(dev, "locatiebeheerder")
    elders = locatie.get(f"/dossiers/{nummer}")
    nergens = locatie.get("/dossiers/419998")
    is_probleem(elders, 404, "Onbekend")
    assert elders.content == nergens.content
    assert _zonder_datum(elders) == _zonder_datum(nergens)
    assert (
        locatie.delete(f"/dossiers/{nummer}/klaarzetting").content
        == locatie.delete("/dossiers/419998/klaarzetting").content
    )
    rijen = locatie.get("/dossiers").json()["dossiers"]
    assert nummer not in {rij["elkNummer"] for rij in rijen}
    ander, onbekend = _zet_klaar(locatie, nummer), _zet_klaar(locatie, "419998")
    assert ander["uitkomst"] == "geweigerd"
    assert ander["code"] == "LeerlingOnbekend"
    assert {**ander, "elkNummer": ""} == {**onbekend, "elkNummer": ""}
    assert kern.dossier(nummer)["status"] == "wit"


def test_klaarzetting_van_een_ander_is_onbekend(dev: dict[str, Any], kern: Rest) -> None:
    locatie = Rest(dev, "locatiebeheerder")
    nummer = kern.post("/klaarzettingen", json={"elkNummers": []}).json()["id"]
    van_kern = locatie.get(f"/klaarzettingen/{nummer}")
    nergens = locatie.get("/klaarzettingen/11111111-1111-4111-8111-111111111111")
    is_probleem(van_kern, 404, "Onbekend")
    assert van_kern.content == nergens.content
    is_probleem(locatie.get(f"/klaarzettingen/{nummer}/voortgang"), 404, "Onbekend")


@pytest.mark.parametrize(
    ("methode", "pad"),
    [
        ("PUT", "/dossiers/410900"),
        ("PUT", "/dossiers/410900/context"),
        ("POST", "/klaarzettingen"),
        ("DELETE", "/dossiers/410900/klaarzetting"),
    ],
)
@pytest.mark.parametrize("account", [None, "", "a" * 65])
def test_zonder_account_niets(dev: dict[str, Any], methode: str, pad: str, account: str | None) -> None:
    koppen = {"Authorization": f"Bearer {dev['tokens']['kern']}", "Content-Type": "application/xml"}
    if account is not None:
        koppen["OSO-Account"] = account
    antwoord = httpx.request(methode, f"{dev['rest']}/v1{pad}", content=b"<geen xml", headers=koppen, **LOKAAL)
    is_probleem(antwoord, 400, "AccountOntbreekt")


def test_account_van_64_tekens_en_namens_mag(kern: Rest) -> None:
    koppen = {"OSO-Account": "a" * 64, "OSO-Namens": "b" * 64}
    assert kern.put("/dossiers/410901/context", json={}, headers=koppen).status_code == 200


def test_andere_rol_heeft_geen_account_nodig(dev: dict[str, Any]) -> None:
    koppen = {"Authorization": f"Bearer {dev['tokens']['locatiebeheerder']}"}
    antwoord = httpx.post(f"{dev['rest']}/v1/klaarzettingen", json={"elkNummers": []}, headers=koppen, **LOKAAL)
    assert antwoord.status_code == 202, antwoord.text


def test_lezen_vraagt_geen_account(dev: dict[str, Any]) -> None:
    koppen = {"Authorization": f"Bearer {dev['tokens']['kern']}"}
    for pad in ("/dossiers", "/overdrachten", "/gebeurtenissen"):
        assert httpx.get(f"{dev['rest']}/v1{pad}", headers=koppen, **LOKAAL).status_code == 200


@pytest.mark.parametrize(
    ("koppen", "status"),
    [
        ("", 401),
        ("Authorization: Bearer {beheer}\r\n", 403),
        ("Authorization: Bearer {kern}\r\n", 400),
        ("Authorization: Bearer {kern}\r\nOSO-Account: a\r\n", 413),
    ],
    ids=["401", "403", "AccountOntbreekt", "413"],
)
def test_antwoord_voor_het_lichaam_komt_aan(dev: dict[str, Any], koppen: str, status: int) -> None:
    """The body is announced as too large, sent in part, and the client sees the answer all the same."""
    adres = urlsplit(dev["rest"])
    begin = f"PUT /v1/dossiers/410902 HTTP/1.1\r\nHost: {adres.netloc}\r\nContent-Type: application/xml\r\n"
    kop = begin + koppen.format(**dev["tokens"]) + "Content-Length: 900000000\r\n\r\n"
    with socket.create_connection((adres.hostname, adres.port), timeout=10) as verbinding:
        verbinding.sendall(kop.encode() + b"<" * 100_000)
        antwoord = b""
        while not antwoord.endswith(b"}") and (stuk := verbinding.recv(65536)):
            antwoord += stuk
    kop_octets, _, lichaam = antwoord.partition(b"\r\n\r\n")
    assert kop_octets.split(b" ", 2)[1] == str(status).encode(), antwoord[:300]
    assert b"application/problem+json" in kop_octets
    inhoud = json.loads(lichaam)
    assert {"code", "melding", "watNu"} <= set(inhoud)
    if status == 400:
        assert inhoud["code"] == "AccountOntbreekt"


@pytest.mark.parametrize(
    ("methode", "pad", "rol", "inhoud"),
    [
        ("PUT", "/scholen/00YY/00", "beheer", {**_SCHOOL, "nieuw": 1}),
        (
            "PUT",
            "/aanleverpunten/00YY/00",
            "beheer",
            {"aanleverpuntnummer": 100, "sleutel": "x", "status": "geregistreerd"},
        ),
        ("PUT", "/aanleverpunten/00YY/00", "beheer", {"aanleverpuntnummer": 100, "sleutel": "x", "oso": True}),
        ("PUT", "/dossiers/410903/context", "kern", {"status": "groen"}),
        ("PUT", "/dossiers/410903/context", "kern", {"plaatsing": {"brin": "00YY", "vestigingscode": "00", "x": 1}}),
        ("POST", "/klaarzettingen", "kern", {"elkNummers": [], "alles": True}),
    ],
)
def test_onbekend_veld(dev: dict[str, Any], methode: str, pad: str, rol: str, inhoud: Any) -> None:
    is_probleem(Rest(dev, rol).request(methode, pad, json=inhoud), 422, "VeldOnbekend")


@pytest.mark.parametrize(
    "methode_pad", ["PUT /dossiers/410904/context", "POST /klaarzettingen", "PUT /scholen/00YY/00"]
)
@pytest.mark.parametrize("inhoud", [b"", b"{", b"niets", b"\xff\xfe", b'{"a":1}x', b"[" * 50_000, b'{"a": NaN}'])
def test_onleesbaar_is_400(dev: dict[str, Any], methode_pad: str, inhoud: bytes) -> None:
    methode, pad = methode_pad.split()
    rol = "beheer" if "scholen" in pad else "kern"
    antwoord = Rest(dev, rol).request(methode, pad, content=inhoud, headers={"Content-Type": "application/json"})
    is_probleem(antwoord, 400)


@pytest.mark.parametrize("inhoud", [[], "tekst", 7, None, True])
def test_leesbaar_maar_verkeerd_is_422(kern: Rest, inhoud: Any) -> None:
    octets, koppen = json.dumps(inhoud).encode(), {"Content-Type": "application/json"}
    for methode, pad in (("PUT", "/dossiers/410905/context"), ("POST", "/klaarzettingen")):
        is_probleem(kern.request(methode, pad, content=octets, headers=koppen), 422)


def test_idempotente_post(dev: dict[str, Any], kern: Rest) -> None:
    sleutel = {"Idempotency-Key": "deur-klaarzetten-1"}
    eerste = kern.post("/klaarzettingen", json={"elkNummers": ["419997"]}, headers=sleutel)
    tweede = kern.post("/klaarzettingen", json={"elkNummers": ["419997"]}, headers=sleutel)
    assert (eerste.status_code, tweede.status_code) == (202, 202)
    assert eerste.json() == tweede.json()
    anders = kern.post("/klaarzettingen", json={"elkNummers": ["419996"]}, headers=sleutel)
    is_probleem(anders, 422, "IdempotentieAfwijkend")
    # another token, the same key: another call
    ander_token = Rest(dev, "locatiebeheerder").post(
        "/klaarzettingen", json={"elkNummers": ["419996"]}, headers=sleutel
    )
    assert ander_token.status_code == 202
    assert ander_token.json() != eerste.json()
    # another route, the same key: another call
    andere_route = kern.post("/validaties", content=dossier(pgn(410_000)).encode(), headers={**XML, **sleutel})
    assert andere_route.status_code == 200


def test_idempotente_registratie(dev: dict[str, Any]) -> None:
    beheer, sleutel = Rest(dev, "beheer"), {"Idempotency-Key": "deur-ping-1"}
    eerste = beheer.post("/aanleverpunten/00YY/00/ping", headers=sleutel)
    tweede = beheer.post("/aanleverpunten/00YY/00/ping", headers=sleutel)
    assert eerste.status_code == tweede.status_code == 200
    assert eerste.json() == tweede.json()  # the same duurMs too: it was not asked again


@pytest.mark.parametrize("pad", ["/dossiers", "/overdrachten", "/gebeurtenissen"])
@pytest.mark.parametrize("vraag", ["na=geen-cursor", "aantal=0", "aantal=-1", "aantal=x", "onbekend=1"])
def test_verkeerde_vraag_aan_een_lijst_is_422(kern: Rest, pad: str, vraag: str) -> None:
    is_probleem(kern.get(f"{pad}?{vraag}"), 422)


@pytest.mark.parametrize(
    ("methode", "pad", "status"),
    [
        ("GET", "/bestaat-niet", 404),
        ("PATCH", "/dossiers", 405),
        ("DELETE", "/scholen", 405),
        ("GET", "/klaarzettingen", 405),
    ],
)
def test_ook_een_onbekend_adres_is_een_probleem(kern: Rest, methode: str, pad: str, status: int) -> None:
    antwoord = kern.request(methode, pad)
    is_probleem(antwoord, status)
    if status == 405:
        assert "allow" in antwoord.headers


def test_openapi_noemt_elke_route(dev: dict[str, Any], kern: Rest) -> None:
    antwoord = kern.get("/openapi.json")
    assert antwoord.status_code == 200
    boek = antwoord.json()
    assert boek["openapi"].startswith("3.1")
    for pad in (
        "/scholen", "/scholen/{brin}/{vestigingscode}", "/aanleverpunten", "/aanleverpunten/{brin}/{vestigingscode}",
        "/aanleverpunten/{brin}/{vestigingscode}/registratie", "/aanleverpunten/{brin}/{vestigingscode}/ping",
        "/dossiers", "/dossiers/{elkNummer}", "/dossiers/{elkNummer}/context", "/dossiers/{elkNummer}/versies/{versie}",
        "/dossiers/{elkNummer}/versies/{versie}/handtekening", "/dossiers/{elkNummer}/historie",
        "/dossiers/{elkNummer}/klaarzetting", "/klaarzettingen", "/klaarzettingen/{id}",
        "/klaarzettingen/{id}/voortgang", "/overdrachten", "/validaties", "/gebeurtenissen",
    ):  # fmt: skip
        assert pad in boek["paths"] or f"/v1{pad}" in boek["paths"], pad
    zonder = httpx.get(f"{dev['rest']}/v1/openapi.json", **LOKAAL)
    assert zonder.status_code == 200


def test_elk_antwoord_noemt_de_versie_van_de_api(dev: dict[str, Any], kern: Rest) -> None:
    for antwoord in (kern.get("/dossiers"), kern.get("/dossiers/419999"), Rest(dev, token="").get("/dossiers")):
        assert antwoord.headers["api-version"]


@pytest.mark.parametrize("pad", ["/healthz", "/readyz", "/metrics"])
def test_toestand_zonder_v1_en_zonder_token(dev: dict[str, Any], pad: str) -> None:
    assert httpx.get(f"{dev['rest']}{pad}", **LOKAAL).status_code == 200


@pytest.mark.parametrize(
    ("geschreven", "gelezen"),
    [("0012345", "12345"), ("000000000000012346", "12346"), ("B0012345", "B12345"), ("123456789012", "123456789012")],
)
def test_voorloopnullen_vallen_weg(kern: Rest, geschreven: str, gelezen: str) -> None:
    antwoord = kern.put(f"/dossiers/{geschreven}/context", json={})
    assert antwoord.status_code == 200, antwoord.text
    assert kern.dossier(gelezen)["elkNummer"] == gelezen
    assert kern.dossier(geschreven)["elkNummer"] == gelezen
    rijen = kern.zet_klaar(geschreven, gelezen)
    assert [rij["elkNummer"] for rij in rijen] == [gelezen]


@pytest.mark.parametrize(
    "nummer", ["0", "000", "B0", "B", "1234567890123", "b12", "12a", "-1", "1.5", "B12345678901234"]
)
def test_verkeerd_elk_nummer(kern: Rest, nummer: str) -> None:
    is_probleem(kern.get(f"/dossiers/{nummer}"), 422, "ElkNummerOngeldig")
    is_probleem(kern.put(f"/dossiers/{nummer}/context", json={}), 422, "ElkNummerOngeldig")
    is_probleem(kern.lever(nummer, dossier(pgn(410_000))), 422, "ElkNummerOngeldig")
    is_probleem(kern.delete(f"/dossiers/{nummer}/klaarzetting"), 422, "ElkNummerOngeldig")
    is_probleem(kern.post("/klaarzettingen", json={"elkNummers": ["12345", nummer]}), 422, "ElkNummerOngeldig")


def test_geen_token_in_het_log(dev: dict[str, Any], wereld: DraaiendeWereld) -> None:
    for token in dev["tokens"].values():
        assert token not in wereld.log
    assert ACCOUNT["OSO-Account"] not in wereld.log


def _plaats(vestiging: str) -> dict[str, str]:
    brin, vestigingscode = vestiging.split("/")
    return {"brin": brin, "vestigingscode": vestigingscode}


def _zonder_datum(antwoord: httpx.Response) -> list[tuple[str, str]]:
    return sorted((naam, waarde) for naam, waarde in antwoord.headers.items() if naam != "date")


def _zet_klaar(rest: Rest, nummer: str) -> dict[str, Any]:
    return rest.zet_klaar(nummer)[0]
