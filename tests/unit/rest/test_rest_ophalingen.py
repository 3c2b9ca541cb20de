"""`/ophalingen` and `/ophaallijsten`: who may, what comes back, and that a PGN never does."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.berichten.pakket import standaardpakket
from gateway.domain.overdracht import Documentantwoord
from gateway.domain.resultaat import Resultaat
from gateway.ports import BronOnbereikbaar
from gateway.usecases.doelsysteem import Doelsysteem, Ophaalregels
from gateway.usecases.ophalen import verwerk
from tests.fakes.bronnen import NepBronnen
from tests.fakes.wereld import NepZoeksleutels
from tests.hulp.ophaalproef import BASIS, NepVergelijker
from tests.hulp.restwereld import DOSSIER, RestWereld, maak_restwereld

PGN = "101211151"
VRAAG = {"pgn": PGN, "bronBrin": "00AH", "doelBrin": "00YY", "overdrachtsoort": "overstapdossier"}
DATUM = datetime(2026, 2, 16, 8, tzinfo=UTC)
TABEL = standaardpakket().tabel


def _goed(octets: bytes = DOSSIER, moment: datetime = DATUM) -> Documentantwoord:
    return Documentantwoord(Resultaat.OVERDRACHT_GESLAAGD, "2019.1", moment, octets)


class Ophaalwereld:
    """The REST port with someone behind it who fetches at once."""

    def __init__(self) -> None:
        self.bronnen = NepBronnen()
        self.bronnen.zet(BASIS, _goed())
        self.gegeven: list[str] = []
        self.w: RestWereld = maak_restwereld(ophaler=self._haal)
        self.w.school_met_punt()

    def _haal(self, ophaling_id: str) -> None:
        self.gegeven.append(ophaling_id)
        self.loop()

    def loop(self) -> None:
        wereld = replace(self.w.wereld, zoeksleutels=NepZoeksleutels())
        # The clock of this world goes on with every look: a pause must be longer than a test looks.
        regels = Ophaalregels(pauze=timedelta(minutes=2), langste_pauze=timedelta(minutes=2))
        doel = Doelsysteem(wereld, self.bronnen, NepVergelijker(), ("2019.1",), regels)
        with wereld.opslag.lezen() as werk:
            te_doen = werk.ophalingen.te_doen(wereld.klok.nu(), 100)
        for ophaling_id in te_doen:
            verwerk(doel, ophaling_id)

    def haal(self, **anders: Any) -> dict[str, Any]:
        antwoord = self.w.roep("POST", "/v1/ophalingen", json={**VRAAG, **anders})
        assert antwoord.status_code == 202, antwoord.text
        assert antwoord.headers["location"] == f"/v1/ophalingen/{antwoord.json()['id']}"
        beeld: dict[str, Any] = self.w.roep("GET", antwoord.headers["location"]).json()
        return beeld


@pytest.fixture
def o() -> Ophaalwereld:
    return Ophaalwereld()


def test_ophalen_en_het_dossier_nemen(o: Ophaalwereld) -> None:
    beeld = o.haal()
    assert (
        beeld.items()
        >= {
            "status": "gereed",
            "resultaat": "OverdrachtGeslaagd",
            "bronBrin": "00AH",
            "bronRouteringsKenmerk": BASIS,
            "doelBrin": "00YY",
            "overdrachtsoort": "overstapdossier",
            "dossierVerzameldatum": "2026-02-16T08:00:00.000Z",
            "bevindingen": [],
        }.items()
    )
    antwoord = o.w.roep("GET", f"/v1/ophalingen/{beeld['id']}/dossier")
    assert (antwoord.status_code, antwoord.content) == (200, DOSSIER)
    assert antwoord.headers["content-type"].startswith("application/xml")


def test_de_gebeurtenis_noemt_alleen_het_id(o: Ophaalwereld) -> None:
    beeld = o.haal()
    rijen = o.w.roep("GET", "/v1/gebeurtenissen").json()["gebeurtenissen"]
    (een,) = [rij for rij in rijen if rij["type"] == "nl.oso-gateway.ophaling.gereed"]
    assert een["data"] == {"id": beeld["id"]}
    assert een["subject"] == f"ophaling/{beeld['id']}"


def test_een_pgn_komt_nergens_terug(o: Ophaalwereld, logboek: io.StringIO) -> None:
    beeld = o.haal()
    o.haal(opnieuw=True)
    antwoorden = [
        o.w.roep("GET", pad).text for pad in ("/v1/ophalingen", f"/v1/ophalingen/{beeld['id']}", "/v1/gebeurtenissen")
    ]
    fout = o.w.roep("POST", "/v1/ophalingen", json={**VRAAG, "pgn": f"{PGN}0"})
    assert fout.status_code == 422
    with o.w.opslag.lezen() as werk:
        antwoorden.append(repr(werk.logboek.audit_rijen(0, 100)))
        antwoorden.append(repr(werk.ophalingen.ophaling(beeld["id"])))
    for tekst in (*antwoorden, fout.text, logboek.getvalue()):
        assert PGN not in tekst


@pytest.mark.parametrize(
    ("wijziging", "veld"),
    [
        ({"pgn": "12345678"}, "pgn"),
        ({"pgn": 101211151}, "pgn"),
        ({"bronBrin": "0AH"}, "bronBrin"),
        ({"doelBrin": "00yy"}, "doelBrin"),
        ({"bronRouteringsKenmerk": "met spatie"}, "bronRouteringsKenmerk"),
        ({"overdrachtsoort": "verhuizing"}, "overdrachtsoort"),
        ({"opnieuw": "ja"}, "opnieuw"),
        ({"kleur": "blauw"}, "kleur"),
    ],
)
def test_verkeerde_velden(o: Ophaalwereld, wijziging: dict[str, Any], veld: str) -> None:
    antwoord = o.w.roep("POST", "/v1/ophalingen", json={**VRAAG, **wijziging})
    assert antwoord.status_code == 422
    assert [probleem["veld"] for probleem in antwoord.json()["velden"]] == [veld]
    assert o.gegeven == []


def test_een_veld_dat_ontbreekt(o: Ophaalwereld) -> None:
    for veld in VRAAG:
        rest = {naam: waarde for naam, waarde in VRAAG.items() if naam != veld}
        antwoord = o.w.roep("POST", "/v1/ophalingen", json=rest)
        assert (antwoord.status_code, antwoord.json()["code"]) == (422, "VeldOntbreekt")


def test_een_school_die_niet_mag_aanvragen_hoort_wat_te_doen(o: Ophaalwereld) -> None:
    antwoord = o.w.roep("POST", "/v1/ophalingen", json={**VRAAG, "doelBrin": "12SS"})
    assert antwoord.status_code == 422
    probleem = antwoord.json()
    assert probleem["code"] == "AanleverpuntNietGeregistreerd"
    assert "contactpersoon" in probleem["watNu"]
    assert o.bronnen.vragen == []


@pytest.mark.parametrize("rol", ["beheer", "contactpersoon", "locatiebeheerder"])
def test_alleen_de_kern(o: Ophaalwereld, rol: str) -> None:
    beeld = o.haal()
    for methode, pad in (
        ("POST", "/v1/ophalingen"),
        ("GET", "/v1/ophalingen"),
        ("GET", f"/v1/ophalingen/{beeld['id']}"),
        ("GET", f"/v1/ophalingen/{beeld['id']}/dossier"),
        ("POST", "/v1/ophaallijsten"),
        ("GET", "/v1/ophaallijsten/x"),
        ("GET", "/v1/ophaallijsten/x/voortgang"),
    ):
        antwoord = o.w.roep(methode, pad, als=rol, **({"json": VRAAG} if methode == "POST" else {}))
        assert (antwoord.status_code, antwoord.json()["code"]) == (403, "NietToegestaan")


def test_zonder_account_gebeurt_er_niets(o: Ophaalwereld) -> None:
    for pad in ("/v1/ophalingen", "/v1/ophaallijsten"):
        antwoord = o.w.roep("POST", pad, json=VRAAG, headers={"OSO-Account": None})
        assert (antwoord.status_code, antwoord.json()["code"]) == (400, "AccountOntbreekt")


def test_onbekende_ids(o: Ophaalwereld) -> None:
    for pad in ("/v1/ophalingen/x", "/v1/ophalingen/x/dossier", "/v1/ophaallijsten/x", "/v1/ophalingen/a%00b"):
        assert o.w.roep("GET", pad).status_code == 404


def test_een_afgekeurd_dossier_is_te_bekijken_maar_niet_te_krijgen(o: Ophaalwereld) -> None:
    o.bronnen.zet(BASIS, _goed(b'<dossier pgn="101211151">fout</dossier>'))
    beeld = o.haal()
    assert (beeld["status"], beeld["resultaat"]) == ("gereed", "DossierOngeldig")
    assert [bevinding["regel"] for bevinding in beeld["bevindingen"]] == ["OS.proef"]
    antwoord = o.w.roep("GET", f"/v1/ophalingen/{beeld['id']}/dossier")
    assert (antwoord.status_code, antwoord.json()["code"]) == (409, "DossierOngeldig")
    assert antwoord.json()["watNu"]


def test_een_dossier_van_een_ander_kind(o: Ophaalwereld) -> None:
    o.bronnen.zet(BASIS, _goed(b'<dossier pgn="482782481"/>'))
    beeld = o.haal()
    assert [bevinding["regel"] for bevinding in beeld["bevindingen"]] == ["OPHALEN.pgn"]
    assert "482782481" not in json.dumps(beeld)


def test_niets_nieuwers(o: Ophaalwereld) -> None:
    eerste = o.haal()
    o.bronnen.zet(BASIS, Resultaat.LEERLINGINFO_NIET_GEWIJZIGD)
    beeld = o.haal()
    assert (beeld["status"], beeld["resultaat"]) == ("gereed", "LeerlinginfoNietGewijzigd")
    assert (beeld["vorige"], beeld["dossierVerzameldatum"]) == (eerste["id"], eerste["dossierVerzameldatum"])
    assert "niet" in beeld["melding"] or "geen" in beeld["melding"]
    antwoord = o.w.roep("GET", f"/v1/ophalingen/{beeld['id']}/dossier")
    assert (antwoord.status_code, antwoord.json()["code"]) == (404, "LeerlinginfoNietGewijzigd")


def test_wat_er_veranderde(o: Ophaalwereld) -> None:
    o.haal()
    o.bronnen.zet(BASIS, _goed(b'<dossier pgn="101211151"><anders/></dossier>', DATUM + timedelta(days=1)))
    beeld = o.haal()
    assert beeld["wijzigingen"] == [{"sectie": "huidigeschool/leerling/verzuim", "soort": "gewijzigd"}]


@pytest.mark.parametrize("resultaat", [Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR, Resultaat.LEERLING_ONBEKEND])
def test_geen_dossier(o: Ophaalwereld, resultaat: Resultaat) -> None:
    o.bronnen.zet(BASIS, resultaat)
    beeld = o.haal()
    assert (beeld["status"], beeld["resultaat"]) == ("gereed", resultaat.value)
    assert beeld["melding"] == TABEL.betekenis(resultaat)
    assert "bevindingen" not in beeld
    antwoord = o.w.roep("GET", f"/v1/ophalingen/{beeld['id']}/dossier")
    assert (antwoord.status_code, antwoord.json()["code"]) == (404, "GeenDossier")


def test_nog_bezig(o: Ophaalwereld) -> None:
    o.bronnen.zet(BASIS, BronOnbereikbaar("Geen antwoord."), _goed())
    beeld = o.haal()
    assert beeld["status"] == "bezig"
    assert "resultaat" not in beeld
    antwoord = o.w.roep("GET", f"/v1/ophalingen/{beeld['id']}/dossier")
    assert (antwoord.status_code, antwoord.json()["code"]) == (409, "OphalingNietGereed")


def test_zonder_sessie_is_het_mislukt(o: Ophaalwereld) -> None:
    beeld = o.haal(bronBrin="99ZZ")
    assert (beeld["status"], beeld["resultaat"]) == ("mislukt", "VerstrekkerNietBekend")


def test_dezelfde_sleutel_haalt_een_keer_op(o: Ophaalwereld) -> None:
    koppen = {"Idempotency-Key": "k-1"}
    eerste = o.w.roep("POST", "/v1/ophalingen", json=VRAAG, headers=koppen)
    tweede = o.w.roep("POST", "/v1/ophalingen", json=VRAAG, headers=koppen)
    assert eerste.json() == tweede.json()
    assert len(o.gegeven) == 1
    anders = o.w.roep("POST", "/v1/ophalingen", json={**VRAAG, "opnieuw": True}, headers=koppen)
    assert anders.json()["code"] == "IdempotentieAfwijkend"


def test_wie_niet_wakker_te_maken_is_vindt_het_later() -> None:
    def weg(_id: str) -> None:
        raise RuntimeError

    w = maak_restwereld(ophaler=weg)
    w.school_met_punt()
    antwoord = w.roep("POST", "/v1/ophalingen", json=VRAAG)
    assert antwoord.status_code == 202
    assert w.roep("GET", antwoord.headers["location"]).json()["status"] == "wacht"


def test_lijst_met_bladzijden_en_filters(o: Ophaalwereld) -> None:
    ids = [o.haal(opnieuw=True)["id"] for _ in range(3)]
    eerste = o.w.roep("GET", "/v1/ophalingen?aantal=2").json()
    assert [rij["id"] for rij in eerste["ophalingen"]] == ids[:2]
    rest = o.w.roep("GET", f"/v1/ophalingen?na={eerste['volgende']}").json()
    assert ([rij["id"] for rij in rest["ophalingen"]], rest["volgende"]) == (ids[2:], None)
    assert o.w.roep("GET", "/v1/ophalingen?doelBrin=12SS").json()["ophalingen"] == []
    assert len(o.w.roep("GET", "/v1/ophalingen?doelBrin=00YY").json()["ophalingen"]) == 3


def test_een_lijst_ophalen_en_volgen(o: Ophaalwereld) -> None:
    regels = [VRAAG, {**VRAAG, "doelBrin": "12SS"}, {**VRAAG, "opnieuw": True}]
    antwoord = o.w.roep("POST", "/v1/ophaallijsten", json={"ophalingen": regels})
    assert antwoord.status_code == 202
    inhoud = antwoord.json()
    assert antwoord.headers["location"] == f"/v1/ophaallijsten/{inhoud['id']}"
    beeld = o.w.roep("GET", antwoord.headers["location"]).json()
    assert (beeld["status"], beeld["aantal"], beeld["gereed"]) == ("klaar", 3, 3)
    assert [rij["id"] for rij in beeld["ophalingen"]] == inhoud["ophalingen"]
    assert [(rij["nummer"], rij["status"]) for rij in beeld["ophalingen"]] == [
        (1, "gereed"),
        (2, "mislukt"),
        (3, "gereed"),
    ]
    assert beeld["ophalingen"][1]["code"] == "AanleverpuntNietGeregistreerd"
    assert beeld["ophalingen"][1]["melding"]
    stroom = o.w.roep("GET", f"{antwoord.headers['location']}/voortgang").text
    assert stroom.count("event: leerling") == 3
    assert stroom.count("event: klaar") == 1
    via_filter = o.w.roep("GET", f"/v1/ophalingen?lijst={inhoud['id']}").json()
    assert len(via_filter["ophalingen"]) == 3


def test_een_lege_of_te_lange_lijst(o: Ophaalwereld) -> None:
    leeg = o.w.roep("POST", "/v1/ophaallijsten", json={"ophalingen": []})
    assert leeg.status_code == 422
    lang = o.w.roep("POST", "/v1/ophaallijsten", json={"ophalingen": [VRAAG] * 1001})
    assert (lang.status_code, lang.json()["code"]) == (422, "TeVeel")
    fout = o.w.roep("POST", "/v1/ophaallijsten", json={"ophalingen": [VRAAG, {**VRAAG, "pgn": "x"}]})
    assert fout.status_code == 422
    assert fout.json()["velden"][0]["veld"] == "ophalingen[2].pgn"
