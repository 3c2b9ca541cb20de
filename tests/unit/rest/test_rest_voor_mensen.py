"""What people look at: points with what is wrong, a bestuur at once, an import, the overview, who got what."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from gateway.domain.poging import Belpoging, Pogingafloop, over_sessie
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Vestiging
from tests.hulp.restwereld import PUNT, SCHOOL, RestWereld
from tests.unit.rest.test_rest_toegang import eis_probleem

KOP = "brin,vestigingscode,aanleverpuntnummer,routeringsKenmerk,sleutel,naam,doel"
TWEEDE = {**PUNT, "sleutel": "sleutel-12SS-100"}


def scholen(w: RestWereld, *plekken: str) -> None:
    for plek in plekken:
        assert w.roep("PUT", f"/v1/scholen/{plek}", als="beheer", json=SCHOOL).status_code == 201


def importeer(w: RestWereld, tekst: str, als: str = "beheer") -> Any:
    return w.roep(
        "POST", "/v1/aanleverpunten/import", als=als, content=tekst.encode(), headers={"Content-Type": "text/csv"}
    )


# -------------------------------------------------------------------------------------------------------------- points


def test_een_punt_zegt_wat_er_mis_is_en_wie_te_bellen(w: RestWereld) -> None:
    w.school_met_punt(geregistreerd=False)
    (nieuw,) = w.roep("GET", "/v1/aanleverpunten", als="beheer").json()["aanleverpunten"]
    assert "Registreer" in nieuw["watIsErMis"]
    assert "wieBellen" not in nieuw
    assert w.roep("PUT", "/v1/aanleverpunten/00YY/00", als="beheer", json={**PUNT, "sleutel": "x"}).status_code == 200
    assert w.roep("POST", "/v1/aanleverpunten/00YY/00/registratie", als="beheer").status_code == 422
    geweigerd = w.roep("GET", "/v1/aanleverpunten/00YY/00", als="beheer").json()
    assert "sleutel hoort niet" in geweigerd["watIsErMis"]
    assert geweigerd["wieBellen"] == "OSO Servicedesk van Kennisnet"
    w.school_met_punt()
    goed = w.roep("GET", "/v1/aanleverpunten/00YY/00", als="contactpersoon").json()
    assert not {"watIsErMis", "wieBellen", "laatstOpgehaald", "sleutel"} & set(goed)


def test_een_punt_zegt_wanneer_er_het_laatst_iets_is_opgehaald(w: RestWereld) -> None:
    w.blauw()
    nummer = w.levering()
    with w.opslag.werk() as werk:
        werk.leveringen.overgedragen(nummer, w.klok.moment)
    punt = w.roep("GET", "/v1/aanleverpunten/00YY/00", als="beheer").json()
    assert punt["laatstOpgehaald"].startswith("2026-11-22T09:")


def test_de_punten_als_csv(w: RestWereld) -> None:
    w.school_met_punt(geregistreerd=False)
    blad = w.roep("GET", "/v1/aanleverpunten", als="beheer", headers={"Accept": "text/csv"})
    (rij,) = csv.DictReader(io.StringIO(blad.text))
    assert (rij["brin"], rij["sleutelIngevuld"], rij["status"]) == ("00YY", "true", "nieuw")
    assert "Registreer" in str(rij["watIsErMis"])
    assert str(PUNT["sleutel"]) not in blad.text


def test_een_bestuur_in_een_keer_registreren(w: RestWereld) -> None:
    scholen(w, "00YY/00", "12SS/01")
    w.roep("PUT", "/v1/aanleverpunten/00YY/00", als="beheer", json=PUNT)
    w.roep("PUT", "/v1/aanleverpunten/12SS/01", als="beheer", json={**TWEEDE, "sleutel": "fout"})
    antwoord = w.roep("POST", "/v1/aanleverpunten/registraties", als="bestuur", json={"bestuur": "Bestuur Een"})
    assert antwoord.status_code == 200
    een, twee = antwoord.json()["resultaten"]
    assert een == {"brin": "00YY", "vestigingscode": "00", "uitkomst": "geregistreerd"}
    assert (twee["uitkomst"], twee["code"]) == ("geweigerd", "SleutelOnjuist")
    assert twee["watNu"]
    assert antwoord.json()["aantallen"] == {"geregistreerd": 1, "geweigerd": 1}
    w.roep("PUT", "/v1/aanleverpunten/12SS/01", als="beheer", json=TWEEDE)
    weer = w.roep("POST", "/v1/aanleverpunten/registraties", als="beheer", json={"bestuur": "Bestuur Een"}).json()
    assert [rij["uitkomst"] for rij in weer["resultaten"]] == ["alGeregistreerd", "geregistreerd"]


def test_een_bestuur_buiten_bereik_is_onbekend_en_een_contactpersoon_doet_alleen_eigen_scholen(w: RestWereld) -> None:
    scholen(w, "00YY/00", "12SS/01")
    for plek, punt in (("00YY/00", PUNT), ("12SS/01", TWEEDE)):
        w.roep("PUT", f"/v1/aanleverpunten/{plek}", als="beheer", json=punt)
    pad, bestuur = "/v1/aanleverpunten/registraties", {"bestuur": "Bestuur Een"}
    eigen = w.roep("POST", pad, als="contactpersoon", json=bestuur).json()["resultaten"]
    assert [rij["brin"] for rij in eigen] == ["00YY"]
    eis_probleem(w.roep("POST", pad, als="beheer", json={"bestuur": "Ander"}), 404, "Onbekend")
    eis_probleem(w.roep("POST", pad, als="kern", json=bestuur), 403, "NietToegestaan")


def test_zonder_traffic_center_wordt_de_rest_niet_gevraagd(w: RestWereld) -> None:
    scholen(w, "00YY/00", "12SS/01")
    for plek, punt in (("00YY/00", PUNT), ("12SS/01", TWEEDE)):
        w.roep("PUT", f"/v1/aanleverpunten/{plek}", als="beheer", json=punt)
    w.traffic_center.weg = True
    gevraagd = len(w.traffic_center.vragen)
    pad = "/v1/aanleverpunten/registraties"
    rijen = w.roep("POST", pad, als="beheer", json={"bestuur": "Bestuur Een"}).json()["resultaten"]
    assert {rij["uitkomst"] for rij in rijen} == {"nietGevraagd"}
    assert {rij["code"] for rij in rijen} == {"TrafficCenterNietBeschikbaar"}
    assert len(w.traffic_center.vragen) - gevraagd == 1


# -------------------------------------------------------------------------------------------------------------- import


def test_import_per_regel_een_uitkomst_en_nooit_een_sleutel(w: RestWereld) -> None:
    scholen(w, "00YY/00", "12SS/01")
    tekst = "\r\n".join(
        [
            KOP,
            "00YY,00,100,,geheim-een,Naam,OV",
            "",
            "12SS,1,,0000000700012SS00931,geheim-twee,,",
            "00YY,00,100,,geheim-drie,,",
            "99ZZ,00,1,,geheim-vier,,",
            "kaas,00,1,,geheim-vijf,,",
            "12SS,02,0,,geheim-zes,,",
            "12SS,03,1,k,geheim-zeven,,",
            "12SS,04,1,,,,",
            "12SS,05,1,,geheim-acht,,XX",
        ]
    )
    antwoord = importeer(w, tekst)
    assert antwoord.status_code == 200
    assert "geheim" not in antwoord.text
    rijen = antwoord.json()["resultaten"]
    assert [(rij["regel"], rij["uitkomst"], rij.get("code")) for rij in rijen] == [
        (2, "nieuw", None),
        (4, "nieuw", None),
        (5, "geweigerd", "Dubbel"),
        (6, "geweigerd", "SchoolOnbekend"),
        *((nr, "geweigerd", "VeldOngeldig") for nr in (7, 8, 9, 10, 11)),
    ]
    assert antwoord.json()["aantallen"] == {"nieuw": 2, "geweigerd": 7}
    with w.opslag.lezen() as werk:
        punt = werk.aanleverpunten.punt(Vestiging.van("00YY", "00"))
        ander = werk.aanleverpunten.punt(Vestiging.van("12SS", "01"))
    assert punt is not None
    assert ander is not None
    assert (punt.sleutel, punt.naam, ander.sleutel) == ("geheim-een", "Naam", "geheim-twee")
    nogmaals = importeer(w, KOP + "\n00YY,00,100,,geheim-een,Naam,OV\n12SS,1,,0000000700012SS00931,anders,,\n").json()
    assert [rij["uitkomst"] for rij in nogmaals["resultaten"]] == ["ongewijzigd", "gewijzigd"]


def test_import_met_puntkomma_bom_en_minder_velden(w: RestWereld) -> None:
    scholen(w, "00YY/00")
    antwoord = importeer(w, '\ufeffbrin;vestigingscode;aanleverpuntnummer;sleutel\n00YY;00;100;"a;b"\n')
    assert [rij["uitkomst"] for rij in antwoord.json()["resultaten"]] == ["nieuw"]


@pytest.mark.parametrize(
    ("tekst", "code"),
    [
        ("", "CsvKopOnjuist"),
        ("brin,sleutel\n", "CsvKopOnjuist"),
        (KOP + ",extra\n", "CsvKopOnjuist"),
        ("brin,brin,vestigingscode,sleutel,aanleverpuntnummer\n", "CsvKopOnjuist"),
        (KOP + "\n00YY,00,100,,geheim\n", "CsvOnleesbaar"),
        (KOP + '\n00YY,00,100,,"geheim,,\n', "CsvOnleesbaar"),
        (KOP + "\n00YY,00,100,,goed,,\n00YY,01,100,,geheim\n", "CsvOnleesbaar"),
    ],
)
def test_een_bestand_dat_niet_klopt_wordt_niet_ingelezen(w: RestWereld, tekst: str, code: str) -> None:
    scholen(w, "00YY/00")
    probleem = eis_probleem(importeer(w, tekst), 422, code)
    assert "geheim" not in str(probleem)
    assert w.roep("GET", "/v1/aanleverpunten", als="beheer").json()["aanleverpunten"] == []


def test_import_alleen_door_beheer_en_alleen_csv(w: RestWereld) -> None:
    eis_probleem(importeer(w, KOP, als="contactpersoon"), 403, "NietToegestaan")
    json = w.roep("POST", "/v1/aanleverpunten/import", als="beheer", json={})
    eis_probleem(json, 415, "MediatypeOnbekend")
    ruw = w.roep(
        "POST", "/v1/aanleverpunten/import", als="beheer", content=b"\xff\xfe", headers={"Content-Type": "text/csv"}
    )
    eis_probleem(ruw, 400, "CsvOnleesbaar")


# ------------------------------------------------------------------------------------------------------------ overview


def test_het_overzicht_volgt_een_leerling(w: RestWereld) -> None:
    def rij(**vraag: str) -> dict[str, Any]:
        antwoord = w.roep("GET", "/v1/overdrachten/overzicht", als="locatiebeheerder", params=vraag)
        assert antwoord.status_code == 200, antwoord.text
        (een,) = antwoord.json()["overzicht"]
        gevonden: dict[str, Any] = een
        return gevonden

    w.school_met_punt()
    w.push()
    w.context(plaatsing={"brin": "00YY", "vestigingscode": "00"})
    assert (rij()["stand"], rij()["code"]) == ("nietKlaargezet", "OkiDocNietVrijgegeven")
    w.context(okiDocVrijgegeven=True)
    w.zet_klaar()
    assert rij()["stand"] == "klaar"
    w.levering(resultaat=Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR, versie=None)
    assert rij()["geweigerd"]["resultaat"] == "LeerlinginfoNietBeschikbaar"
    assert rij()["geweigerd"]["betekenis"]
    w.context(tegenhouden="even wachten")
    assert (rij()["stand"], rij()["code"]) == ("tegengehouden", "Tegengehouden")
    assert "even wachten" not in str(rij())
    w.context(tegenhouden=None)
    nummer = w.levering()
    with w.opslag.werk() as werk:
        werk.leveringen.overgedragen(nummer, w.klok.nu())
    groen = rij(stand="opgehaald")
    assert (groen["status"], groen["opgehaald"]["systeem"], groen["opgehaald"]["versie"]) == ("groen", "Magister", 1)
    assert "geweigerd" not in groen
    w.push(dossier=b'<dossier pgn="101211151"><metadata>nieuw</metadata></dossier>')
    assert (rij()["stand"], rij()["opgehaald"]["versie"], rij()["versie"]) == ("gewijzigd", 1, 2)
    ander = w.roep("GET", "/v1/overdrachten/overzicht", als="ander").json()
    assert ander == {"overzicht": [], "volgende": None}


def test_het_overzicht_bladert_filtert_en_gaat_als_csv(w: RestWereld) -> None:
    for nr in range(1, 8):
        w.push(str(nr), dossier=b'<dossier pgn="%09d"><metadata/></dossier>' % (101211150 + nr))
        w.context(str(nr), plaatsing={"brin": "00YY", "vestigingscode": "00"})
    w.push("99", dossier=b'<dossier pgn="482782481"><metadata/></dossier>')
    gezien, na = [], None
    while True:
        vraag = {"aantal": "3", **({"na": na} if na else {})}
        blad = w.roep("GET", "/v1/overdrachten/overzicht", params=vraag).json()
        gezien += [rij["elkNummer"] for rij in blad["overzicht"]]
        na = blad["volgende"]
        if na is None:
            break
    assert gezien == [str(nr) for nr in range(1, 8)]
    assert w.roep("GET", "/v1/overdrachten/overzicht", params={"stand": "klaar"}).json()["overzicht"] == []
    blad = w.roep("GET", "/v1/overdrachten/overzicht", headers={"Accept": "text/csv"})
    rijen = list(csv.DictReader(io.StringIO(blad.text)))
    assert [rij["elkNummer"] for rij in rijen] == gezien
    assert {rij["stand"] for rij in rijen} == {"nietKlaargezet"}


# ---------------------------------------------------------------------------------------------------------- accounting


def test_wie_kreeg_dit_dossier_en_de_vraag_zelf_in_de_audit(w: RestWereld) -> None:
    w.blauw()
    assert w.roep("GET", "/v1/dossiers/12345/versies/1", headers={"Accept": "application/xml"}).status_code == 200
    antwoord = w.roep("GET", "/v1/dossiers/12345/wie-kreeg", als="beheer")
    (een,) = antwoord.json()["verstrekkingen"]
    assert (een["soort"], een["versie"], een["rol"]) == ("versie-inzien", 1, "kern")
    with w.opslag.lezen() as werk:
        laatste = werk.logboek.audit_rijen(0, 1000)[-1]
    assert (laatste.operatie, laatste.rol) == ("wie-kreeg", "beheer")
    assert laatste.pseudoniem
    als_csv = w.roep("GET", "/v1/dossiers/12345/wie-kreeg", als="beheer", headers={"Accept": "text/csv"})
    assert als_csv.text.splitlines()[1].split(",")[1] == "versie-inzien"
    eis_probleem(w.roep("GET", "/v1/dossiers/777/wie-kreeg", als="beheer"), 404, "Onbekend")
    eis_probleem(w.roep("GET", "/v1/dossiers/12345/wie-kreeg"), 403, "NietToegestaan")


def test_de_tijdlijn_heeft_alles_op_volgorde_en_bladert(w: RestWereld) -> None:
    w.blauw()
    nummer = w.levering()
    with w.opslag.werk() as werk:
        werk.leveringen.overgedragen(nummer, w.klok.nu())
        sessie = werk.leveringen.levering(nummer)
        assert sessie is not None
        eigen = Belpoging(
            w.klok.nu(), "traffic-center", "sessiecontrole", Pogingafloop.FAULT, 31, "Druk", "Bezet.", "f-1",
            over_sessie(sessie.sessie_id),
        )  # fmt: skip
        werk.pogingen.voeg_toe([eigen, replace(eigen, onderwerp="sessie/van-een-ander", oorzaak="Anders")])
    alles = w.roep("GET", "/v1/dossiers/12345/tijdlijn").json()
    (poging,) = [regel for regel in alles["tijdlijn"] if regel["soort"] == "poging"]
    assert poging["wat"] == "sessiecontrole"
    assert poging["gegevens"] == {
        "partij": "traffic-center",
        "afloop": "fault",
        "oorzaak": "Druk",
        "melding": "Bezet.",
        "duurMs": 31,
        "foutId": "f-1",
    }
    momenten = [regel["moment"] for regel in alles["tijdlijn"]]
    assert momenten == sorted(momenten)
    assert {"versie", "historie", "overdracht", "audit"} <= {regel["soort"] for regel in alles["tijdlijn"]}
    assert ("overdracht", "overgedragen") in {(regel["soort"], regel["wat"]) for regel in alles["tijdlijn"]}
    assert "101211151" not in str(alles)
    eerste = w.roep("GET", "/v1/dossiers/12345/tijdlijn", params={"aantal": "2"}).json()
    assert len(eerste["tijdlijn"]) == 2
    assert eerste["volgende"] == "2"
    eis_probleem(w.roep("GET", "/v1/dossiers/777/tijdlijn"), 404, "Onbekend")
    eis_probleem(w.roep("GET", "/v1/dossiers/12345/tijdlijn", als="locatiebeheerder"), 403, "NietToegestaan")


def test_pogingen_geteld_naar_oorzaak(w: RestWereld) -> None:
    nu = w.klok.nu()
    stil = Belpoging(nu, "traffic-center", "ping", Pogingafloop.GEEN_ANTWOORD, 4600, "GeenGeldigAntwoord")
    goed = Belpoging(nu, "traffic-center", "ping", Pogingafloop.BEANTWOORD, 10)
    with w.opslag.werk() as werk:
        werk.pogingen.voeg_toe([stil, stil, goed])
    (groep,) = w.roep("GET", "/v1/pogingen", als="beheer").json()["groepen"]
    assert (groep["oorzaak"], groep["aantal"]) == ("GeenGeldigAntwoord", 2)
    assert len(w.roep("GET", "/v1/pogingen", params={"alles": "true"}).json()["groepen"]) == 2
    assert w.roep("GET", "/v1/pogingen", params={"sinds": "2027-01-01"}).json()["groepen"] == []
    eis_probleem(w.roep("GET", "/v1/pogingen", als="locatiebeheerder"), 403, "NietToegestaan")


def test_pogingen_een_voor_een(w: RestWereld) -> None:
    nu = w.klok.nu()
    stil = Belpoging(nu, "las.test:443", "notificatie", Pogingafloop.FAULT, 46, "TeDruk", "Bezet.", "f-7", "sessie/s-1")
    goed = Belpoging(nu, "traffic-center", "ping", Pogingafloop.BEANTWOORD, 10)
    with w.opslag.werk() as werk:
        werk.pogingen.voeg_toe([stil, goed, stil])
    eerste = w.roep("GET", "/v1/pogingen/lijst", als="beheer", params={"aantal": "1"}).json()
    assert eerste["pogingen"] == [
        {
            "id": 1,
            "moment": eerste["pogingen"][0]["moment"],
            "partij": "las.test:443",
            "operatie": "notificatie",
            "afloop": "fault",
            "oorzaak": "TeDruk",
            "melding": "Bezet.",
            "duurMs": 46,
            "foutId": "f-7",
            "onderwerp": "sessie/s-1",
        }
    ]
    rest = w.roep("GET", "/v1/pogingen/lijst", params={"na": eerste["volgende"], "oorzaak": "TeDruk"}).json()
    assert [een["id"] for een in rest["pogingen"]] == [3]
    assert rest["volgende"] is None
    alles = w.roep("GET", "/v1/pogingen/lijst", params={"alles": "true", "partij": "traffic-center"}).json()
    assert [een["operatie"] for een in alles["pogingen"]] == ["ping"]
    eis_probleem(w.roep("GET", "/v1/pogingen/lijst", als="locatiebeheerder"), 403, "NietToegestaan")
