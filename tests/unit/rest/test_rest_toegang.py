"""Who may call: tokens, roles, scope, account; and in which order that is looked at."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pytest

from gateway.trust.tokens import maak_token
from tests.hulp.restwereld import ACCOUNT, PUNT, SCHOOL, XML, RestWereld, maak_restwereld

_ROLLEN = ("kern", "beheer", "contactpersoon", "locatiebeheerder")
_TABEL: list[tuple[str, str, set[str]]] = [
    ("PUT", "/v1/scholen/00YY/00", {"contactpersoon", "beheer"}),
    ("GET", "/v1/scholen", {"contactpersoon", "beheer"}),
    ("GET", "/v1/aanleverpunten", {"contactpersoon", "beheer"}),
    ("GET", "/v1/aanleverpunten/00YY/00", {"contactpersoon", "beheer"}),
    ("PUT", "/v1/aanleverpunten/00YY/00", {"contactpersoon", "beheer"}),
    ("POST", "/v1/aanleverpunten/00YY/00/registratie", {"contactpersoon", "beheer"}),
    ("POST", "/v1/aanleverpunten/00YY/00/ping", {"contactpersoon", "beheer"}),
    ("PUT", "/v1/dossiers/1", {"kern"}),
    ("PUT", "/v1/dossiers/1/context", {"kern"}),
    ("GET", "/v1/dossiers", {"kern", "locatiebeheerder"}),
    ("GET", "/v1/dossiers/1", {"kern", "locatiebeheerder"}),
    ("GET", "/v1/dossiers/1/versies/1", {"kern"}),
    ("GET", "/v1/dossiers/1/versies/1/handtekening", {"kern"}),
    ("GET", "/v1/dossiers/1/historie", {"kern"}),
    ("POST", "/v1/klaarzettingen", {"kern", "locatiebeheerder"}),
    ("GET", "/v1/klaarzettingen/x", {"kern", "locatiebeheerder"}),
    ("GET", "/v1/klaarzettingen/x/voortgang", {"kern", "locatiebeheerder"}),
    ("DELETE", "/v1/dossiers/1/klaarzetting", {"kern", "locatiebeheerder"}),
    ("GET", "/v1/overdrachten", {"kern", "locatiebeheerder"}),
    ("POST", "/v1/validaties", set(_ROLLEN)),
    ("GET", "/v1/gebeurtenissen", {"kern"}),
    ("PUT", "/v1/abonnementen/elk", {"kern"}),
]


def eis_probleem(antwoord: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Check the form of a problem and give it."""
    assert antwoord.status_code == status, antwoord.text
    assert antwoord.headers["content-type"] == "application/problem+json"
    probleem: dict[str, Any] = antwoord.json()
    assert {"type", "title", "status", "detail", "code", "melding", "watNu"} <= set(probleem)
    assert (probleem["status"], probleem["code"]) == (status, code)
    assert probleem["detail"] == probleem["melding"]
    assert probleem["watNu"]
    return probleem


@pytest.mark.parametrize(("methode", "pad", "mogen"), _TABEL)
def test_alleen_de_rollen_uit_de_tabel_mogen(w: RestWereld, methode: str, pad: str, mogen: set[str]) -> None:
    for rol in _ROLLEN:
        antwoord = w.roep(methode, pad, als=rol)
        if rol in mogen:
            assert antwoord.status_code not in (401, 403)
        else:
            eis_probleem(antwoord, 403, "NietToegestaan")


@pytest.mark.parametrize(("methode", "pad", "mogen"), _TABEL)
def test_zonder_token_401_met_www_authenticate(w: RestWereld, methode: str, pad: str, mogen: set[str]) -> None:
    antwoord = w.roep(methode, pad, als=None)
    eis_probleem(antwoord, 401, "NietAangemeld")
    assert antwoord.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "kop", ["Basic abc", "Bearer", "Bearer x", "bearer osogw_kort", "Bearer " + "a" * 5000, "Bearer \xff", ""]
)
def test_een_slecht_token_is_401(w: RestWereld, kop: str) -> None:
    antwoord = w.roep("GET", "/v1/dossiers", als=None, headers={"Authorization": kop.encode("latin-1")})
    eis_probleem(antwoord, 401, "NietAangemeld")


def test_onbekend_verlopen_en_ingetrokken_antwoorden_gelijk(w: RestWereld) -> None:
    onbekend = w.roep("GET", "/v1/dossiers", als=None, headers={"Authorization": f"Bearer {maak_token().tekst}"})
    assert w.roep("GET", "/v1/dossiers").status_code == 200
    w.trek_token_in("kern")
    ingetrokken = w.roep("GET", "/v1/dossiers")
    eis_probleem(ingetrokken, 401, "NietAangemeld")
    assert ingetrokken.content == onbekend.content


def test_een_dubbele_authorization_is_401(w: RestWereld) -> None:
    koppen = [("Authorization", f"Bearer {w.tokens['kern']}")] * 2
    import asyncio

    async def doe() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=w.app), base_url="http://g") as klant:
            return await klant.get("/v1/dossiers", headers=koppen)

    eis_probleem(asyncio.run(doe()), 401, "NietAangemeld")


def test_buiten_het_bereik_antwoordt_precies_als_onbekend(w: RestWereld) -> None:
    w.blauw()
    vreemd = w.roep("GET", "/v1/dossiers/12345", als="ander")
    onbekend = w.roep("GET", "/v1/dossiers/99999", als="ander")
    eis_probleem(vreemd, 404, "Onbekend")
    assert vreemd.content == onbekend.content
    punt_vreemd = w.roep("GET", "/v1/aanleverpunten/12SS/01", als="contactpersoon")
    punt_onbekend = w.roep("GET", "/v1/aanleverpunten/99ZZ/00", als="contactpersoon")
    eis_probleem(punt_vreemd, 404, "Onbekend")
    assert punt_vreemd.content == punt_onbekend.content
    for methode, pad, inhoud in (
        ("PUT", "/v1/scholen/12SS/01", SCHOOL),
        ("PUT", "/v1/aanleverpunten/12SS/01", PUNT),
        ("POST", "/v1/aanleverpunten/12SS/01/registratie", {}),
        ("POST", "/v1/aanleverpunten/12SS/01/ping", {}),
    ):
        eis_probleem(w.roep(methode, pad, als="contactpersoon", json=inhoud), 404, "Onbekend")
    eis_probleem(w.roep("DELETE", "/v1/dossiers/12345/klaarzetting", als="ander"), 404, "Onbekend")


def test_een_bestuur_ziet_zijn_eigen_scholen(w: RestWereld) -> None:
    w.school_met_punt()
    w.roep("PUT", "/v1/scholen/12SS/01", als="beheer", json={**SCHOOL, "bestuur": "Bestuur Twee"})
    assert w.roep("GET", "/v1/aanleverpunten/00YY/00", als="bestuur").status_code == 200
    assert [s["brin"] for s in w.roep("GET", "/v1/scholen", als="bestuur").json()["scholen"]] == ["00YY"]
    eis_probleem(w.roep("GET", "/v1/aanleverpunten/12SS/01", als="bestuur"), 404, "Onbekend")


_MET_ACCOUNT = [
    ("PUT", "/v1/dossiers/1"),
    ("PUT", "/v1/dossiers/1/context"),
    ("POST", "/v1/klaarzettingen"),
    ("DELETE", "/v1/dossiers/1/klaarzetting"),
]


@pytest.mark.parametrize(("methode", "pad"), _MET_ACCOUNT)
@pytest.mark.parametrize("account", [None, "", "   ", "a" * 65])
def test_kern_noemt_het_account(w: RestWereld, methode: str, pad: str, account: str | None) -> None:
    eis_probleem(w.roep(methode, pad, headers={"OSO-Account": account}), 400, "AccountOntbreekt")


def test_een_account_van_64_tekens_en_utf8_mag(w: RestWereld) -> None:
    assert w.push(headers={"OSO-Account": "a" * 64}).status_code == 201
    assert w.push("2", headers={"OSO-Account": "café-é".encode()}).status_code == 201
    with w.opslag.lezen() as werk:
        assert werk.logboek.audit_rijen(0, 10)[-1].account == "café-é"


def test_account_en_namens_komen_in_de_audit(w: RestWereld) -> None:
    w.push(headers={"OSO-Account": "juf-7", "OSO-Namens": "directeur-1"})
    with w.opslag.lezen() as werk:
        rij = werk.logboek.audit_rijen(0, 10)[-1]
    assert (rij.account, rij.namens, rij.rol) == ("juf-7", "directeur-1", "kern")


def test_voor_andere_rollen_is_het_account_dat_van_het_token(w: RestWereld) -> None:
    w.blauw()
    w.roep("DELETE", "/v1/dossiers/12345/klaarzetting", als="locatiebeheerder", headers={"OSO-Account": "iemand"})
    with w.opslag.lezen() as werk:
        rij = werk.logboek.audit_rijen(0, 100)[-1]
    assert (rij.operatie, rij.account) == ("klaarzetting-intrekken", "token-locatiebeheerder")


def test_een_lange_namens_wordt_geweigerd(w: RestWereld) -> None:
    eis_probleem(w.push(headers={"OSO-Namens": "a" * 65}), 400, "AccountOntbreekt")


def test_de_volgorde_401_403_account_grootte_inhoud() -> None:
    w = maak_restwereld(max_bericht=10)
    groot, fout = b"x" * 11, {"Content-Type": "text/plain"}
    eis_probleem(w.roep("PUT", "/v1/dossiers/0", als=None, content=groot, headers=fout), 401, "NietAangemeld")
    eis_probleem(w.roep("PUT", "/v1/dossiers/0", als="beheer", content=groot, headers=fout), 403, "NietToegestaan")
    zonder = {**fout, "OSO-Account": None}
    eis_probleem(w.roep("PUT", "/v1/dossiers/0", content=groot, headers=zonder), 400, "AccountOntbreekt")
    eis_probleem(w.roep("PUT", "/v1/dossiers/0", content=groot, headers=fout), 413, "TeGroot")
    eis_probleem(w.roep("PUT", "/v1/dossiers/0", content=b"x", headers=fout), 422, "ElkNummerOngeldig")
    eis_probleem(w.roep("PUT", "/v1/dossiers/1", content=b"x", headers=fout), 415, "MediatypeOnbekend")
    eis_probleem(w.roep("PUT", "/v1/dossiers/1", content=b"x", headers=XML), 400, "GeenXml")


def test_snelheidslimiet_per_token() -> None:
    w = maak_restwereld(aanroepen_ineens=3, aanroepen_per_seconde=0.01)
    assert [w.roep("GET", "/v1/dossiers").status_code for _ in range(3)] == [200, 200, 200]
    antwoord = w.roep("GET", "/v1/dossiers")
    eis_probleem(antwoord, 429, "TeVeelAanroepen")
    assert int(antwoord.headers["retry-after"]) >= 1
    assert w.roep("GET", "/v1/scholen", als="beheer").status_code == 200


def test_geen_token_account_of_elk_nummer_in_het_logboek(w: RestWereld, logboek: io.StringIO) -> None:
    w.push("987654321098", headers={"OSO-Account": "juf-7"})
    w.roep("GET", "/v1/dossiers?na=987654321098")
    w.roep("GET", "/v1/bestaat-niet/987654321098")
    tekst = logboek.getvalue()
    assert '"route": "/v1/dossiers/{elkNummer}"' in tekst
    for geheim in ("987654321098", "juf-7", w.tokens["kern"], *ACCOUNT.values()):
        assert geheim not in tekst
