"""Every result that a bron can send, over the real wire, asked by a client of strings (`messages.md`, Results)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.simulators.dossiers import Profiel, maak_dossier
from gateway.simulators.kern.klant import Push
from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld, Klaargezet
from tests.hulp.soapklant import HIER, TRAJECT, Adres, Antwoord, SoapKlant, moment

_nummers = leerlingen(61, __name__)
HIER_GEPLAATST = {"plaatsing": {"brin": "00YY", "vestigingscode": "00"}, "okiDocVrijgegeven": True}


@pytest.fixture(scope="module")
def las(wereld: DraaiendeWereld) -> Iterator[SoapKlant]:
    klant = SoapKlant(wereld.dev)
    yield klant
    klant.sluit()


@pytest.fixture
def leerling(wereld: DraaiendeWereld) -> Klaargezet:
    return nieuw(wereld)


def nieuw(wereld: DraaiendeWereld, omvang: int = 20_000) -> Klaargezet:
    nummer = next(_nummers)
    return wereld.zet_klaar(str(nummer), proef_pgn(nummer), omvang=omvang, zaad=nummer)


# ------------------------------------------------------------------------------------------------------- success


def test_een_dossier_gaat_octet_voor_octet_mee(wereld: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet) -> None:
    antwoord = las.haal(leerling.pgn.waarde)
    assert antwoord.resultaat == "OverdrachtGeslaagd"
    assert [kind.tag.rpartition("}")[2] for kind in antwoord.lijf] == [
        "resultaat",
        "dossierVersie",
        "dossierVerzameldatum",
        "document",
    ]
    assert antwoord.tekst("dossierVersie") == "2019.1"
    kern = wereld.kern()
    gemeld = kern.dossier(leerling.elk_nummer)
    assert moment(antwoord.tekst("dossierVerzameldatum") or "") == moment(gemeld["verzameldatum"])
    assert antwoord.dossier == kern.versie(leerling.elk_nummer, 1)
    assert antwoord.koppen["content-type"] == "text/xml; charset=utf-8"


def test_in_een_sessie_mag_het_dossier_opnieuw_gevraagd(las: SoapKlant, leerling: Klaargezet) -> None:
    pgn = leerling.pgn.waarde
    sessie = las.sessie(pgn)
    antwoorden = [las.vraag(sessie, pgn) for _ in range(3)]
    assert {antwoord.resultaat for antwoord in antwoorden} == {"OverdrachtGeslaagd"}
    assert len({antwoord.octets for antwoord in antwoorden}) == 1
    assert las.meld_af(sessie, pgn, "OverdrachtGeslaagd").resultaat == "OverdrachtGeslaagd"
    assert las.vraag(sessie, pgn).resultaat == "SessieReedsAfgemeld"


def test_een_sessie_in_hoofdletters_is_dezelfde(las: SoapKlant, leerling: Klaargezet) -> None:
    pgn = leerling.pgn.waarde
    assert las.vraag(las.sessie(pgn).upper(), pgn).resultaat == "OverdrachtGeslaagd"


# ------------------------------------------------------------------------------------------------------- version


@pytest.mark.parametrize(
    ("versies", "verwacht"),
    [
        (("2019.1",), "OverdrachtGeslaagd"),
        (("2026.1", "2019.1"), "OverdrachtGeslaagd"),
        (("2026.1",), "DossierVersieNietBeschikbaar"),
        (("2026.1", "1"), "DossierVersieNietBeschikbaar"),
    ],
)
def test_gevraagde_gegevenssetversies(
    las: SoapKlant, leerling: Klaargezet, versies: tuple[str, ...], verwacht: str
) -> None:
    assert las.haal(leerling.pgn.waarde, versies=versies).resultaat == verwacht


def test_verzameldatum_beslist_of_er_iets_nieuws_is(
    wereld: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet
) -> None:
    van = moment(wereld.kern().dossier(leerling.elk_nummer)["verzameldatum"])

    def met(tijd: datetime) -> str:
        return las.haal(leerling.pgn.waarde, verzameldatum=tijd.isoformat()).resultaat

    assert met(van) == "LeerlinginfoNietGewijzigd"
    assert met(van + timedelta(days=1)) == "LeerlinginfoNietGewijzigd"
    assert wereld.kern().dossier(leerling.elk_nummer)["status"] == "blauw"
    assert met(van - timedelta(milliseconds=1)) == "OverdrachtGeslaagd"
    # The same moment in another zone.
    elders = van.astimezone(tz=None).isoformat() if van.astimezone().utcoffset() else f"{_uur_later(van)}+01:00"
    assert las.haal(leerling.pgn.waarde, verzameldatum=elders).resultaat == "LeerlinginfoNietGewijzigd"


def _uur_later(tijd: datetime) -> str:
    return (tijd.astimezone(UTC) + timedelta(hours=1)).replace(tzinfo=None).isoformat()


# --------------------------------------------------------------------------------------------------- the refusals


def test_leerling_onbekend(las: SoapKlant) -> None:
    antwoord = las.haal(proef_pgn(next(_nummers)).waarde)
    assert antwoord.resultaat == "LeerlingOnbekend"
    assert len(list(antwoord.lijf)) == 1


def test_leerling_van_een_ander_punt_is_onbekend(wereld: DraaiendeWereld, leerling: Klaargezet) -> None:
    assert SoapKlant(wereld.dev, "trajectplanner").haal(leerling.pgn.waarde, TRAJECT).resultaat == "LeerlingOnbekend"


def test_ander_doel_binnen_het_eigen_bereik(wereld: DraaiendeWereld, leerling: Klaargezet) -> None:
    """The bron is the point of the placement, the doel another school: refused."""
    adres = Adres(doel_brin="12SS", doel=TRAJECT.doel)
    antwoord = SoapKlant(wereld.dev, "trajectplanner").haal(leerling.pgn.waarde, adres)
    assert antwoord.resultaat == "LeveringGeweigerd"
    assert wereld.kern().dossier(leerling.elk_nummer)["status"] == "blauw"


def test_andere_overdrachtsoort(las: SoapKlant, leerling: Klaargezet) -> None:
    pgn = leerling.pgn.waarde
    assert las.haal(pgn, soort="overdrachtbinnenbrin").resultaat == "LeveringGeweigerd"


def test_swv_dossier_wordt_niet_geleverd(las: SoapKlant, leerling: Klaargezet) -> None:
    pgn = leerling.pgn.waarde
    assert las.haal(pgn, soort="swv-dossier").resultaat == "LeveringGeweigerd"


def test_koppelsleutel_geeft_geen_leerling(las: SoapKlant) -> None:
    """A koppelsleutel that no one gave out opens no session, and with a made-up session the check refuses."""
    sleutel = str(uuid.uuid4())
    antwoord = las.vraag(str(uuid.uuid4()), sleutel, soort="swv-dossier")
    assert antwoord.resultaat == "SessieOnbekend"


def test_niet_klaargezet(wereld: DraaiendeWereld, las: SoapKlant) -> None:
    nummer = next(_nummers)
    kern, pgn = wereld.kern(), proef_pgn(nummer)
    kern.lever_aan(str(nummer), Push(maak_dossier(pgn, zaad=nummer), HIER_GEPLAATST))
    assert las.haal(pgn.waarde).resultaat == "LeerlinginfoNietBeschikbaar"
    kern.zet_klaar([str(nummer)])
    assert las.haal(pgn.waarde).resultaat == "OverdrachtGeslaagd"
    kern.trek_in(str(nummer))
    assert las.haal(pgn.waarde).resultaat == "LeerlinginfoNietBeschikbaar"


@pytest.mark.parametrize(
    ("context", "reden"),
    [({"tegenhouden": "ouders denken nog na"}, "Tegengehouden"), ({"okiDocVrijgegeven": False}, "OkiDoc")],
)
def test_niet_ophaalbaar(
    wereld: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet, context: dict[str, object], reden: str
) -> None:
    kern = wereld.kern()
    kern.context(leerling.elk_nummer, context)
    beeld = kern.dossier(leerling.elk_nummer)
    assert (beeld["status"], beeld["ophaalbaar"]) == ("blauw", False)
    assert reden in beeld["reden"]
    assert las.haal(leerling.pgn.waarde).resultaat == "LeerlinginfoNietBeschikbaar"
    kern.context(leerling.elk_nummer, {"tegenhouden": None, "okiDocVrijgegeven": True})
    assert las.haal(leerling.pgn.waarde).resultaat == "OverdrachtGeslaagd"


@pytest.mark.parametrize(("inzage", "verwacht"), [(False, "LeerlinginfoNietOpvraagbaar"), (None, "OverdrachtGeslaagd")])
def test_inzage_in_profiel_bb(wereld: DraaiendeWereld, las: SoapKlant, inzage: bool | None, verwacht: str) -> None:
    nummer = next(_nummers)
    kern, pgn = wereld.kern(), proef_pgn(nummer)
    kern.lever_aan(str(nummer), Push(maak_dossier(pgn, zaad=nummer, profiel=Profiel.BB, inzage=inzage), HIER_GEPLAATST))
    assert kern.zet_klaar([str(nummer)])["resultaten"][0]["uitkomst"] == "klaargezet"
    assert las.haal(pgn.waarde, soort="overdrachtbinnenbrin").resultaat == verwacht


def test_verplaatste_leerling(wereld: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet) -> None:
    pgn, kern = leerling.pgn.waarde, wereld.kern()
    kern.context(leerling.elk_nummer, {"plaatsing": {"brin": "12SS", "vestigingscode": "01"}})
    assert las.haal(pgn).resultaat == "LeveringGeweigerd"
    tp = SoapKlant(wereld.dev, "trajectplanner")
    assert tp.haal(pgn, TRAJECT).resultaat == "LeerlinginfoNietBeschikbaar"
    kern.zet_klaar([leerling.elk_nummer])
    assert tp.haal(pgn, TRAJECT).resultaat == "OverdrachtGeslaagd"
    kern.context(leerling.elk_nummer, {"plaatsing": None})
    assert las.haal(pgn).resultaat == "LeveringGeweigerd"
    assert tp.haal(pgn, TRAJECT).resultaat == "LeveringGeweigerd"


@pytest.mark.parametrize("herkomst", ["buitenleerling", "particulier"])
def test_herkomst_beeindigt_de_klaarzetting(
    wereld: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet, herkomst: str
) -> None:
    kern = wereld.kern()
    kern.context(leerling.elk_nummer, {"herkomst": herkomst})
    assert kern.dossier(leerling.elk_nummer)["status"] == "wit"
    assert las.haal(leerling.pgn.waarde).resultaat == "LeveringGeweigerd"


def test_volgorde_van_de_uitkomsten(wereld: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet) -> None:
    """Refused goes before held back, held back before the version, the version before unchanged."""
    pgn, kern = leerling.pgn.waarde, wereld.kern()
    morgen = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    alles: dict[str, Any] = {"versies": ("2026.1",), "verzameldatum": morgen}
    assert las.haal(pgn, **alles).resultaat == "DossierVersieNietBeschikbaar"
    kern.context(leerling.elk_nummer, {"tegenhouden": "even niet"})
    assert las.haal(pgn, **alles).resultaat == "LeerlinginfoNietBeschikbaar"
    assert las.haal(pgn, soort="overdrachtbinnenbrin", **alles).resultaat == "LeveringGeweigerd"
    assert las.vraag(str(uuid.uuid4()), pgn, **alles).resultaat == "SessieOnbekend"


# ---------------------------------------------------------------------------------------------------- the session


def test_sessie_onbekend(las: SoapKlant, leerling: Klaargezet) -> None:
    assert las.vraag(str(uuid.uuid4()), leerling.pgn.waarde).resultaat == "SessieOnbekend"


def test_sessie_verlopen(wereld: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet) -> None:
    sessie = las.sessie(leerling.pgn.waarde)
    wereld.sim("POST", "sessies/verloop")
    assert las.vraag(sessie, leerling.pgn.waarde).resultaat == "SessieVerlopen"


def test_sessie_van_een_ander_aanleverpunt(wereld: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet) -> None:
    pgn = leerling.pgn.waarde
    sessie = las.sessie(pgn)
    tp = SoapKlant(wereld.dev, "trajectplanner")
    antwoord = tp.vraag(sessie, pgn, Adres(doel_brin="12SS", doel=TRAJECT.doel))
    assert antwoord.resultaat == "OnbekendAanleverpunt"


@pytest.mark.parametrize("anders", ["pgn", "soort", "bron"])
def test_sessie_afwijkend(wereld: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet, anders: str) -> None:
    sessie = las.sessie(leerling.pgn.waarde)
    antwoorden = {
        "pgn": lambda: las.vraag(sessie, proef_pgn(99_990).waarde),
        "soort": lambda: las.vraag(sessie, leerling.pgn.waarde, soort="overdrachtbinnenbrin"),
        "bron": lambda: las.vraag(sessie, leerling.pgn.waarde, Adres("12SS", TRAJECT.bron)),
    }
    antwoord: Antwoord = antwoorden[anders]()
    assert antwoord.resultaat == "SessieAfwijkend"


def test_een_weigering_turnt_geen_stip_en_staat_in_de_lijst(
    wereld: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet
) -> None:
    assert las.haal(leerling.pgn.waarde, versies=("2026.1",)).resultaat == "DossierVersieNietBeschikbaar"
    kern = wereld.kern()
    assert kern.dossier(leerling.elk_nummer)["status"] == "blauw"
    rijen = kern.overdrachten(brin=HIER.bron_brin, resultaat="DossierVersieNietBeschikbaar")["overdrachten"]
    (rij,) = [rij for rij in rijen if rij.get("elkNummer") == leerling.elk_nummer]
    assert rij["overgedragen"] in (None, False)
    assert (rij["brin"], rij["vestigingscode"]) == ("00YY", "00")
