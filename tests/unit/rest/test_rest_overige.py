"""Transfers, validation, events, subscriptions, health: each sentence of their rows in the REST table."""

from __future__ import annotations

import csv
import io
import threading
from typing import Any

import pytest

from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Vestiging
from gateway.entry.rest.ring import VASTE_KOPPEN
from gateway.ports import OpslagNietBeschikbaar, OpslagTegenstrijdig, OpslagVol
from tests.hulp.restwereld import DOSSIER, RestWereld, maak_restwereld
from tests.unit.rest.test_rest_toegang import eis_probleem


def _overdrachten(w: RestWereld, vraag: str = "", als: str = "kern") -> list[dict[str, Any]]:
    antwoord = w.roep("GET", f"/v1/overdrachten?{vraag}", als=als)
    assert antwoord.status_code == 200, antwoord.text
    rijen: list[dict[str, Any]] = antwoord.json()["overdrachten"]
    return rijen


def test_overdrachten_oudste_eerst_met_de_velden_van_het_contract(w: RestWereld) -> None:
    w.blauw()
    eerste = w.levering()
    w.levering(resultaat=Resultaat.LEERLING_ONBEKEND, elk_nummer=None, versie=None, via="proxy")
    with w.opslag.werk() as werk:
        werk.leveringen.overgedragen(eerste, w.klok.nu())
    rijen = _overdrachten(w)
    assert rijen[0].pop("moment") < rijen[1].pop("moment")
    assert rijen[0].pop("overgedragenMoment").endswith("Z")
    assert rijen == [
        {
            "elkNummer": "12345",
            "brin": "00YY",
            "vestigingscode": "00",
            "systeem": "Magister",
            "resultaat": "OverdrachtGeslaagd",
            "versie": 1,
            "overgedragen": True,
        },
        {
            "brin": "00YY",
            "vestigingscode": "00",
            "systeem": "Magister",
            "resultaat": "LeerlingOnbekend",
            "overgedragen": False,
            "via": "proxy",
        },
    ]


def test_overdrachten_filteren_en_bladeren(w: RestWereld) -> None:
    w.blauw()
    for _ in range(3):
        w.levering()
    w.levering(bron=Vestiging.van("12SS", "01"), resultaat=Resultaat.LEVERING_GEWEIGERD)
    assert len(_overdrachten(w)) == 4
    assert len(_overdrachten(w, "brin=00YY")) == 3
    assert len(_overdrachten(w, "resultaat=LeveringGeweigerd")) == 1
    moment = _overdrachten(w)[1]["moment"]
    assert len(_overdrachten(w, f"sinds={moment}")) == 3
    assert len(_overdrachten(w, f"sinds={moment.replace('Z', '+00:00')}")) == 3
    assert len(_overdrachten(w, "sinds=2026-11-22")) == 4
    assert _overdrachten(w, "sinds=2026-11-23") == []
    assert len(_overdrachten(w, als="locatiebeheerder")) == 3
    assert len(_overdrachten(w, als="ander")) == 1
    pagina = w.roep("GET", "/v1/overdrachten?aantal=3").json()
    rest = w.roep("GET", f"/v1/overdrachten?aantal=3&na={pagina['volgende']}").json()
    assert (len(pagina["overdrachten"]), len(rest["overdrachten"]), rest["volgende"]) == (3, 1, None)


@pytest.mark.parametrize(
    "vraag", ["brin=00yy", "sinds=gisteren", "sinds=2026-13-01", "resultaat=Prima", "na=-1", "aantal=0", "sinds="]
)
def test_een_verkeerde_vraag_om_overdrachten_is_422(w: RestWereld, vraag: str) -> None:
    eis_probleem(w.roep("GET", f"/v1/overdrachten?{vraag}"), 422, "VeldOngeldig")


def test_overdrachten_als_csv_zonder_formules(w: RestWereld) -> None:
    w.blauw()
    w.levering(systeem='=CMD("x")')
    w.levering(systeem='Een, "twee"')
    antwoord = w.roep("GET", "/v1/overdrachten", headers={"Accept": "text/csv"})
    assert antwoord.headers["content-disposition"] == 'attachment; filename="overdrachten.csv"'
    rijen = list(csv.DictReader(io.StringIO(antwoord.text, newline="")))
    assert [rij["systeem"] for rij in rijen] == ['\'=CMD("x")', 'Een, "twee"']
    assert set(_overdrachten(w)[0]) <= set(rijen[0])


@pytest.mark.parametrize("als", ["kern", "beheer", "contactpersoon", "locatiebeheerder"])
def test_valideren_mag_ieder_en_bewaart_niets(w: RestWereld, als: str) -> None:
    for octets, geldig in ((DOSSIER, True), (b"<dossier>fout</dossier>", False), (b"geen xml", False), (b"", False)):
        antwoord = w.roep(
            "POST", "/v1/validaties", als=als, content=octets, headers={"Content-Type": "application/xml"}
        )
        assert antwoord.status_code == 200
        assert set(antwoord.json()) == {"pakket", "profiel", "geldig", "bevindingen"}
        assert antwoord.json()["geldig"] is geldig
    assert [een["regel"] for een in antwoord.json()["bevindingen"]] == ["XML"]
    with w.opslag.lezen() as werk:
        assert list(werk.logboek.audit_rijen(0, 10)) == []
    assert w.opslag._staat.antwoorden == {}


def test_de_gebeurtenissen_zijn_cloudevents_en_volgende_is_er_altijd(w: RestWereld) -> None:
    leeg = w.roep("GET", "/v1/gebeurtenissen").json()
    assert leeg["gebeurtenissen"] == []
    assert leeg["volgende"] is not None
    w.blauw()
    antwoord = w.roep("GET", f"/v1/gebeurtenissen?na={leeg['volgende']}").json()
    punt, stip = antwoord["gebeurtenissen"]
    for een in (punt, stip):
        assert een["specversion"] == "1.0"
        assert {"id", "source", "type", "time", "subject", "datacontenttype", "data"} <= set(een)
    assert punt["type"] == "nl.oso-gateway.aanleverpunt.geregistreerd"
    assert punt["data"] == {"brin": "00YY", "vestigingscode": "00", "reden": None}
    assert stip["type"] == "nl.oso-gateway.dossier.status-gewijzigd"
    assert stip["data"] == {"elkNummer": "12345", "versie": 1, "van": "wit", "naar": "blauw"}
    verder = w.roep("GET", f"/v1/gebeurtenissen?na={antwoord['volgende']}").json()
    assert verder == {"gebeurtenissen": [], "volgende": antwoord["volgende"]}
    een_tegelijk = w.roep("GET", "/v1/gebeurtenissen?aantal=1").json()
    assert een_tegelijk["gebeurtenissen"] == [punt]


_ABO = {"url": "https://elk.example/hook", "geheim": "heel-geheim"}


def _met_host(**anders: Any) -> RestWereld:
    return maak_restwereld(webhook_hosts=frozenset({"elk.example"}), **anders)


def test_een_abonnement_begint_bij_het_einde_en_houdt_zijn_plaats() -> None:
    w = _met_host()
    w.school_met_punt()
    eerste = w.roep("PUT", "/v1/abonnementen/elk-1", json=_ABO)
    assert eerste.status_code == 201
    assert set(eerste.json()) == {"naam", "url", "types"}
    assert "heel-geheim" not in eerste.text
    w.blauw()
    soort = "nl.oso-gateway.dossier.status-gewijzigd"
    tweede = w.roep("PUT", "/v1/abonnementen/elk-1", json={**_ABO, "types": [soort]})
    assert (tweede.status_code, tweede.json()["types"]) == (200, [soort])
    with w.opslag.lezen() as werk:
        bewaard = werk.abonnementen.abonnement("elk-1")
    assert bewaard is not None
    assert (bewaard.vanaf, bewaard.types, bewaard.geheim) == (1, (soort,), "heel-geheim")


@pytest.mark.parametrize(
    "url",
    [
        "http://elk.example/hook",
        "https://ander.example/hook",
        "https://elk.example.boef.nl/",
        "https://elk.example@boef.nl/",
        "https://boef@elk.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/",
        "https://localhost/",
        "https://x.localhost/",
        "https://elk.example\\@boef.nl/",
        "https://elk.example:99999/",
        "https://elk.example/#stuk",
        "https:///pad",
        "ftp://elk.example/",
        "elk.example",
        "https://élk.example/",
        "https://elk.example/a b",
        "//elk.example",
        "",
    ],
)
def test_een_webhook_gaat_alleen_naar_een_toegestaan_adres(url: str) -> None:
    w = _met_host()
    antwoord = w.roep("PUT", "/v1/abonnementen/elk", json={**_ABO, "url": url})
    assert "url" in eis_probleem(antwoord, 422, "VeldOngeldig")["melding"]


@pytest.mark.parametrize("url", ["HTTPS://ELK.example./hook", "https://elk.example:8443/hook?x=1"])
def test_een_toegestane_host_mag_met_poort_en_hoofdletters(url: str) -> None:
    assert _met_host().roep("PUT", "/v1/abonnementen/elk", json={**_ABO, "url": url}).status_code == 201


def test_in_ontwikkeling_mag_loopback() -> None:
    w = maak_restwereld(dev=True)
    url = "http://127.0.0.1:9999/hook"
    assert w.roep("PUT", "/v1/abonnementen/elk", json={**_ABO, "url": url}).status_code == 201


@pytest.mark.parametrize(
    "anders", [{"types": []}, {"types": ["x"]}, {"types": "x"}, {"geheim": ""}, {"geheim": None}, {"url": 1}]
)
def test_een_verkeerd_abonnement_is_422(anders: dict[str, Any]) -> None:
    eis_probleem(_met_host().roep("PUT", "/v1/abonnementen/elk", json={**_ABO, **anders}), 422, "VeldOngeldig")


@pytest.mark.parametrize("naam", ["Elk", "-elk", "elk_1", "a" * 64, "é"])
def test_een_verkeerde_naam_is_422(naam: str) -> None:
    eis_probleem(_met_host().roep("PUT", f"/v1/abonnementen/{naam}", json=_ABO), 422, "NaamOngeldig")


def test_gezond_gereed_en_metrieken(w: RestWereld) -> None:
    assert w.roep("GET", "/healthz", als=None).status_code == 200
    assert w.roep("GET", "/readyz", als=None).status_code == 200
    w.push("987654321098")
    metrieken = w.roep("GET", "/metrics", als=None)
    assert metrieken.headers["content-type"].startswith("text/plain")
    assert 'route="/v1/dossiers/{elkNummer}",status="201"' in metrieken.text
    assert "987654321098" not in metrieken.text


def test_metrieken_kunnen_uit() -> None:
    eis_probleem(maak_restwereld(metrieken=False).roep("GET", "/metrics", als=None), 404, "AdresOnbekend")


def test_gereed_wordt_onwaar_en_komt_terug() -> None:
    weg: Exception | None = OpslagNietBeschikbaar()

    def vraag() -> None:
        if weg is not None:
            raise weg

    w = maak_restwereld(gereed=vraag)
    antwoord = w.roep("GET", "/readyz", als=None)
    eis_probleem(antwoord, 503, "NietGereed")
    assert antwoord.headers["retry-after"]
    weg = RuntimeError("iets geks")
    eis_probleem(w.roep("GET", "/readyz", als=None), 503, "NietGereed")
    weg = None
    assert w.roep("GET", "/readyz", als=None).status_code == 200


def test_gereed_wacht_niet_op_een_opslag_die_hangt_en_stapelt_geen_draden() -> None:
    los, keren = threading.Event(), 0

    def hangt() -> None:
        nonlocal keren
        keren += 1
        los.wait(20)

    w = maak_restwereld(gereed=hangt, gereedheid=0.02)
    for _ in range(3):
        eis_probleem(w.roep("GET", "/readyz", als=None), 503, "NietGereed")
    assert keren == 1
    assert w.roep("GET", "/healthz", als=None).status_code == 200
    los.set()
    for _ in range(100):
        if w.roep("GET", "/readyz", als=None).status_code == 200:
            break
    else:
        pytest.fail("readiness did not recover")


def test_tijdens_het_stoppen_is_hij_niet_gereed() -> None:
    w = maak_restwereld(stopt=lambda: True)
    eis_probleem(w.roep("GET", "/readyz", als=None), 503, "NietGereed")


@pytest.mark.parametrize(
    ("fout", "status", "code"),
    [
        (OpslagNietBeschikbaar(), 503, "OpslagNietBeschikbaar"),
        (OpslagVol(), 507, "OpslagVol"),
        (OpslagTegenstrijdig(), 409, "TegelijkGewijzigd"),
    ],
)
def test_fouten_van_de_opslag(
    w: RestWereld, fout: Exception, status: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def weg() -> Any:
        raise fout

    monkeypatch.setattr(w.opslag, "werk", weg)
    antwoord = w.push()
    eis_probleem(antwoord, status, code)
    assert ("retry-after" in antwoord.headers) is (status != 409)
    if status == 503:
        monkeypatch.setattr(w.opslag, "lezen", weg)
        eis_probleem(w.roep("GET", "/v1/dossiers"), 503, code)


def test_een_onverwachte_fout_zegt_alleen_een_fout_id(w: RestWereld, logboek: io.StringIO) -> None:
    w.toetser.klapt = RuntimeError("pgn 101211151 van Piet")
    antwoord = w.push()
    probleem = eis_probleem(antwoord, 500, "OnverwachteFout")
    assert "101211151" not in antwoord.text
    tekst = logboek.getvalue()
    assert probleem["foutId"] in tekst
    assert '"soort": "RuntimeError"' in tekst
    assert "101211151" not in tekst
    w.toetser.klapt = None
    assert w.push().status_code == 201


@pytest.mark.parametrize(
    ("methode", "pad", "status"),
    [
        ("GET", "/v1/bestaat-niet", 404),
        ("GET", "/", 404),
        ("GET", "/v1/scholen/", 404),
        ("PATCH", "/v1/scholen", 405),
        ("DELETE", "/healthz", 405),
        ("HEAD", "/v1/dossiers", 405),
        ("OPTIONS", "/v1/dossiers", 405),
        ("TRACE", "/v1/dossiers", 405),
        ("GET", "/v1/docs", 404),
        ("GET", "/docs", 404),
    ],
)
def test_ook_fouten_van_het_raamwerk_zijn_problemen(w: RestWereld, methode: str, pad: str, status: int) -> None:
    antwoord = w.roep(methode, pad)
    if methode == "HEAD":
        assert antwoord.status_code == status
    else:
        eis_probleem(antwoord, status, "MethodeNietToegestaan" if status == 405 else "AdresOnbekend")
    assert ("allow" in antwoord.headers) is (status == 405)


def test_elk_antwoord_heeft_de_vaste_kopregels(w: RestWereld) -> None:
    w.toetser.klapt = RuntimeError()
    for antwoord in (
        w.roep("GET", "/healthz", als=None),
        w.roep("GET", "/v1/openapi.json", als=None),
        w.roep("GET", "/v1/dossiers"),
        w.roep("GET", "/v1/dossiers", als=None),
        w.roep("GET", "/nergens"),
        w.push(),
        w.push("0"),
        w.roep("DELETE", "/v1/dossiers/1/klaarzetting"),
    ):
        for naam, waarde in VASTE_KOPPEN.items():
            assert antwoord.headers[naam] == waarde
        assert antwoord.headers["cache-control"] == "no-store"


def test_gezondheid_vult_het_logboek_niet(w: RestWereld, logboek: io.StringIO) -> None:
    for pad in ("/healthz", "/readyz", "/metrics"):
        w.roep("GET", pad, als=None)
    assert logboek.getvalue() == ""
