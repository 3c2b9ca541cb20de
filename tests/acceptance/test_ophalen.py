"""The gateway as doelsysteem, from outside: a real `serve --dev`, the simulated LAS of 00AH, faults and kill -9."""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.simulators.kern.klant import Geweigerd
from tests.hulp.ontwikkelwereld import DraaiendeWereld, ontwikkelwereld

POVO, POPO, WISSELEND, NIET_KLAAR, ZONDER_INZAGE = "101211151", "482782481", "388483763", "097902378", "334390205"
ONBEKEND = "123456782"


@pytest.fixture(scope="module")
def eigen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DraaiendeWereld]:
    """A world of its own: these tests switch points and end sessions."""
    with ontwikkelwereld(tmp_path_factory.mktemp("ophalen")) as draaiend:
        yield draaiend


def _vraag(pgn: str, **anders: Any) -> dict[str, Any]:
    return {"pgn": pgn, "bronBrin": "00AH", "doelBrin": "12SS", "overdrachtsoort": "overstapdossier", **anders}


def _haal(wereld: DraaiendeWereld, pgn: str, **anders: Any) -> dict[str, Any]:
    return dict(wereld.kern().haal_op(_vraag(pgn, **anders)))


def _uitkomst(wereld: DraaiendeWereld, pgn: str, **anders: Any) -> str:
    """The result of a fetch, or the code with which it was refused."""
    try:
        return str(_haal(wereld, pgn, **anders)["resultaat"])
    except Geweigerd as geweigerd:
        return str(geweigerd.probleem["code"])


def _aanroepen(wereld: DraaiendeWereld, na: int = 0) -> list[dict[str, Any]]:
    rijen: list[dict[str, Any]] = wereld.sim("GET", f"aanroepen?na={na}")["aanroepen"]
    return rijen


def _laatste(wereld: DraaiendeWereld) -> int:
    return max((rij["nr"] for rij in _aanroepen(wereld)), default=0)


@pytest.mark.parametrize(("pgn", "soort"), [(POVO, "POVO"), (POPO, "POPO")])
def test_een_dossier_van_00ah(eigen: DraaiendeWereld, pgn: str, soort: str) -> None:
    na = _laatste(eigen)
    beeld = _haal(eigen, pgn, opnieuw=True)
    assert (beeld["status"], beeld["resultaat"]) == ("gereed", "OverdrachtGeslaagd")
    assert beeld["dossierVerzameldatum"] == "2026-02-16T08:00:00.000Z"
    assert all(bevinding["ernst"] == "waarschuwing" for bevinding in beeld["bevindingen"])
    octets = eigen.kern().opgehaald_dossier(beeld["id"])
    assert f"<overstap>{soort}</overstap>".encode() in octets
    assert pgn not in json.dumps(beeld)
    ons = ("overdracht", "sessiecontrole", "afmelding")
    operaties = [
        (rij["operatie"], rij["partij"], rij["antwoord"]) for rij in _aanroepen(eigen, na) if rij["operatie"] in ons
    ]
    goed = "OverdrachtGeslaagd"
    assert operaties == [
        ("overdracht", "gateway", goed),
        ("sessiecontrole", "poschool", goed),
        ("afmelding", "gateway", goed),
    ]


def test_de_leerling_die_wisselt_en_niets_nieuwers(eigen: DraaiendeWereld) -> None:
    eerste, tweede, derde = (_haal(eigen, WISSELEND) for _ in range(3))
    assert eerste["dossierVerzameldatum"] < tweede["dossierVerzameldatum"]
    assert tweede["wijzigingen"] == [{"sectie": "huidigeschool/leerling/overigdocumentlijst", "soort": "gewijzigd"}]
    assert (derde["status"], derde["resultaat"]) == ("gereed", "LeerlinginfoNietGewijzigd")
    assert derde["vorige"] == tweede["id"]
    with pytest.raises(Geweigerd) as gevangen:
        eigen.kern().opgehaald_dossier(derde["id"])
    assert gevangen.value.status == 404
    opnieuw = _haal(eigen, WISSELEND, opnieuw=True)
    assert opnieuw["resultaat"] == "OverdrachtGeslaagd"


@pytest.mark.parametrize(
    ("pgn", "resultaat"),
    [
        (NIET_KLAAR, "LeerlinginfoNietBeschikbaar"),
        (ZONDER_INZAGE, "LeerlinginfoNietOpvraagbaar"),
        (ONBEKEND, "LeerlingOnbekend"),
    ],
)
def test_wat_00ah_niet_geeft(eigen: DraaiendeWereld, pgn: str, resultaat: str) -> None:
    na = _laatste(eigen)
    beeld = _haal(eigen, pgn)
    assert (beeld["status"], beeld["resultaat"]) == ("gereed", resultaat)
    assert [rij["resultaat"] for rij in _aanroepen(eigen, na) if rij["operatie"] == "afmelding"] == [resultaat]


def test_een_bepaald_aanleverpunt_en_een_dat_er_niet_is(eigen: DraaiendeWereld) -> None:
    goed = _haal(eigen, POVO, bronRouteringsKenmerk="0000000700000AH00900", opnieuw=True)
    assert goed["resultaat"] == "OverdrachtGeslaagd"
    fout = _haal(eigen, POVO, bronRouteringsKenmerk="0000000700000AH00999")
    assert (fout["status"], fout["resultaat"]) == ("mislukt", "VerstrekkerAanleverpuntNietActief")


def test_zonder_sessie(eigen: DraaiendeWereld) -> None:
    onbekend = _haal(eigen, POVO, bronBrin="99ZZ")
    assert (onbekend["status"], onbekend["resultaat"]) == ("mislukt", "VerstrekkerNietBekend")
    brin = _haal(eigen, POVO, overdrachtsoort="overdrachtbinnenbrin")
    assert (brin["status"], brin["resultaat"]) == ("mislukt", "GeenRelatieMetDoel")


@pytest.mark.parametrize("soort", ["fault", "verbreek", "onzin", "stil"])
@pytest.mark.parametrize("operatie", ["overdracht", "sessiecontrole", "afmelding"])
def test_storingen_van_het_traffic_center(eigen: DraaiendeWereld, operatie: str, soort: str) -> None:
    na = _laatste(eigen)
    eigen.sim("POST", "storingen", {"operatie": operatie, "soort": soort, "aantal": 1})
    try:
        beeld = _haal(eigen, POVO, opnieuw=True)
    finally:
        eigen.sim("DELETE", "storingen")
    assert beeld["status"] == "gereed"
    verwacht = "TrafficCenterNietBeschikbaar" if operatie == "sessiecontrole" else "OverdrachtGeslaagd"
    assert beeld["resultaat"] == verwacht
    afgemeld = Counter(
        rij["sessieId"]
        for rij in _aanroepen(eigen, na)
        if rij["operatie"] == "afmelding" and rij["antwoord"] == "OverdrachtGeslaagd"
    )
    assert list(afgemeld.values()) == [1]


def test_een_bron_die_er_niet_is_wordt_toch_afgemeld(eigen: DraaiendeWereld) -> None:
    nieuw = {
        "brin": "11BB", "vestigingscode": "00", "aanleverpuntnummer": 1, "routeringsKenmerk": "0000000700011BB00001",
        "sleutel": "s", "sector": "PO", "oin": "00000003000000040000", "url": "https://127.0.0.1:9/oso/20200910",
        "actief": True,
    }  # fmt: skip
    eigen.sim("POST", "aanleverpunten", nieuw)
    na = _laatste(eigen)
    beeld = _haal(eigen, POVO, bronBrin="11BB")
    assert (beeld["status"], beeld["resultaat"]) == ("gereed", "BronNietBeschikbaar")
    gemeld = [rij["resultaat"] for rij in _aanroepen(eigen, na) if rij["operatie"] == "afmelding"]
    assert gemeld == ["BronNietBeschikbaar"]


def test_een_school_zonder_geregistreerd_punt(eigen: DraaiendeWereld) -> None:
    with pytest.raises(Geweigerd) as gevangen:
        _haal(eigen, POVO, doelBrin="00AH")
    assert (gevangen.value.status, gevangen.value.probleem["code"]) == (422, "AanleverpuntNietGeregistreerd")


def test_ons_punt_uitgezet_vraagt_niets_meer(eigen: DraaiendeWereld) -> None:
    eigen.sim("POST", "aanleverpunten/0000000700000YY00931/uitzetten")
    try:
        uitkomst = _uitkomst(eigen, POVO, doelBrin="00YY")
        # The gateway may have noticed by itself just before.
        assert uitkomst in ("AanvragerAanleverpuntNietActief", "AanleverpuntUitgezet")
        na = _laatste(eigen)
        with pytest.raises(Geweigerd) as gevangen:
            _haal(eigen, POVO, doelBrin="00YY")
        assert gevangen.value.probleem["code"] == "AanleverpuntUitgezet"
        assert [rij for rij in _aanroepen(eigen, na) if rij["operatie"] == "overdracht"] == []
    finally:
        eigen.registreer("00YY/00")
    assert _haal(eigen, POVO, doelBrin="00YY", opnieuw=True)["resultaat"] == "OverdrachtGeslaagd"


def test_niets_van_een_leerling_in_log_of_database(eigen: DraaiendeWereld) -> None:
    _haal(eigen, POVO, opnieuw=True)
    for bestand in Path(eigen.map).glob("*"):
        if bestand.is_file() and bestand.name not in ("dev.json", "tokens.json"):
            octets = bestand.read_bytes()
            for pgn in (POVO, WISSELEND, NIET_KLAAR):
                assert pgn.encode() not in octets, bestand.name


def test_kill_9_midden_in_een_lijst_verliest_niets(tmp_path: Path) -> None:
    with ontwikkelwereld(tmp_path, registreer=("12SS/01",)) as wereld:
        regels = [_vraag(pgn, opnieuw=True) for pgn in (POVO, POPO, WISSELEND, NIET_KLAAR) for _ in range(6)]
        lijst = _post(wereld, "/ophaallijsten", {"ophalingen": regels})
        for klaar in (2, 8, 14):
            _wacht_tot(wereld, lijst["id"], klaar)
            wereld.stop(signal.SIGKILL)
            wereld.start()
        beeld = _wacht_tot(wereld, lijst["id"], len(regels))
        assert Counter(rij["status"] for rij in beeld["ophalingen"]) == {"gereed": len(regels)}
        verwacht = {"OverdrachtGeslaagd": 18, "LeerlinginfoNietBeschikbaar": 6}
        assert Counter(rij["resultaat"] for rij in beeld["ophalingen"]) == verwacht
        _eis_een_keer(wereld, [rij["id"] for rij in beeld["ophalingen"]])


def _eis_een_keer(wereld: DraaiendeWereld, ids: list[str]) -> None:
    rijen = wereld.kern().gebeurtenissen()["gebeurtenissen"]
    gemeld = Counter(rij["data"]["id"] for rij in rijen if rij["type"] == "nl.oso-gateway.ophaling.gereed")
    assert gemeld == Counter(ids)
    aanroepen = _aanroepen(wereld)
    goed = Counter(
        rij["sessieId"]
        for rij in aanroepen
        if rij["operatie"] == "afmelding" and rij["antwoord"] == "OverdrachtGeslaagd"
    )
    assert len(goed) == len(ids)
    assert set(goed.values()) == {1}


def _post(wereld: DraaiendeWereld, pad: str, inhoud: object) -> dict[str, Any]:
    koppen = {"Authorization": f"Bearer {wereld.dev['tokens']['kern']}", "OSO-Account": "account-1"}
    antwoord = httpx.post(f"{wereld.dev['rest']}/v1{pad}", json=inhoud, headers=koppen, timeout=10, trust_env=False)
    assert antwoord.status_code == 202, antwoord.text
    gelezen: dict[str, Any] = antwoord.json()
    return gelezen


def _wacht_tot(wereld: DraaiendeWereld, lijst: str, klaar: int, termijn: float = 60.0) -> dict[str, Any]:
    koppen = {"Authorization": f"Bearer {wereld.dev['tokens']['kern']}"}
    einde = time.monotonic() + termijn
    while True:
        antwoord = httpx.get(
            f"{wereld.dev['rest']}/v1/ophaallijsten/{lijst}", headers=koppen, timeout=10, trust_env=False
        )
        beeld: dict[str, Any] = antwoord.json()
        if beeld["gereed"] >= klaar:
            return beeld
        assert time.monotonic() < einde, f"{beeld['gereed']} of {klaar}:\n{wereld.log[-3000:]}"
        time.sleep(0.05)
