"""A world of its own for what disturbs others: points switched off, Traffic Center faults, revoked certificates."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Geweigerd, Push
from gateway.simulators.proefpersonen import proef_pgn
from gateway.simulators.wereldproces import wereldpki
from tests.hulp.leerlingen import leerlingen
from tests.hulp.ontwikkelwereld import DraaiendeWereld, Klaargezet, ontwikkelwereld
from tests.hulp.soapklant import ONS, PING, TRAJECT, SoapKlant, http_verzoek, lees_antwoord

_nummers = leerlingen(63, __name__)
UIT = "VerstrekkerAanleverpuntNietActief"


@pytest.fixture(scope="module")
def eigen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DraaiendeWereld]:
    with ontwikkelwereld(tmp_path_factory.mktemp("uitgezet")) as wereld:
        yield wereld


@pytest.fixture(scope="module")
def las(eigen: DraaiendeWereld) -> Iterator[SoapKlant]:
    klant = SoapKlant(eigen.dev)
    yield klant
    klant.sluit()


@pytest.fixture
def leerling(eigen: DraaiendeWereld) -> Klaargezet:
    nummer = next(_nummers)
    return eigen.zet_klaar(str(nummer), proef_pgn(nummer), omvang=20_000, zaad=nummer)


@pytest.fixture(autouse=True)
def hersteld(eigen: DraaiendeWereld) -> Iterator[None]:
    """Everything on again afterwards, the settings as at the start."""
    yield
    eigen.sim("DELETE", "storingen")
    eigen.sim("POST", "instellingen", {"foutenTotUit": 3, "sessieSeconden": 900})
    eigen.registreer()


def aanroepen(eigen: DraaiendeWereld, na: int = 0) -> list[dict[str, Any]]:
    return list(eigen.sim("GET", f"aanroepen?na={na}")["aanroepen"])


def laatste_nr(eigen: DraaiendeWereld) -> int:
    return max((aanroep["nr"] for aanroep in aanroepen(eigen)), default=0)


# ------------------------------------------------------------------------------------------------------ switched off


def test_met_de_hand_uit_in_een_lopende_sessie(eigen: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet) -> None:
    pgn, kern = leerling.pgn.waarde, eigen.kern()
    sessie = las.sessie(pgn)
    gezien = kern.gebeurtenissen()["volgende"]
    eigen.sim("POST", f"aanleverpunten/{ONS}/uitzetten")
    assert las.vraag(sessie, pgn).resultaat == UIT

    punt = eigen.beheer().toon_aanleverpunt("00YY/00")
    assert (punt["status"], punt["oso"], punt["magOverdrachtAanvragen"]) == ("uitgezet", False, False)
    assert punt["reden"]
    assert punt["sinds"]
    soorten = [g["type"] for g in kern.gebeurtenissen(gezien)["gebeurtenissen"]]
    assert soorten.count("nl.oso-gateway.aanleverpunt.uitgezet") == 1

    # From now on the bron answers by itself: the Traffic Center is not asked.
    na = laatste_nr(eigen)
    assert las.vraag(sessie, pgn).resultaat == UIT
    assert [a for a in aanroepen(eigen, na) if a["operatie"] == "sessiecontrole"] == []

    # No oorzaak, so no quarantine: the dossier keeps its dot and only waits.
    beeld = kern.dossier(leerling.elk_nummer)
    assert (beeld["status"], beeld["ophaalbaar"], beeld["reden"]) == ("blauw", False, "AanleverpuntUitgezet")
    assert kern.zet_klaar([leerling.elk_nummer])["resultaten"][0]["code"] == "AanleverpuntUitgezet"

    # Switched on at the Traffic Center alone changes nothing for us; registering again does.
    eigen.sim("POST", f"aanleverpunten/{ONS}/aanzetten")
    assert las.vraag(sessie, pgn).resultaat == UIT
    eigen.registreer()
    assert kern.dossier(leerling.elk_nummer)["ophaalbaar"] is True
    assert las.vraag(sessie, pgn).resultaat == "OverdrachtGeslaagd"


def test_uit_gaat_voor_de_sessie_en_andere_punten_gaan_door(
    eigen: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet
) -> None:
    sessie = las.sessie(leerling.pgn.waarde)
    las.meld_af(sessie, leerling.pgn.waarde, "LeerlingOnbekend")
    eigen.sim("POST", f"aanleverpunten/{ONS}/uitzetten")
    assert las.vraag(sessie, leerling.pgn.waarde).resultaat == UIT
    tp = SoapKlant(eigen.dev, "trajectplanner")
    assert tp.haal(leerling.pgn.waarde, TRAJECT).resultaat == "LeerlingOnbekend"
    assert las.overdracht(leerling.pgn.waarde).resultaat == UIT


def test_oorzaak_zet_precies_die_versie_in_quarantaine(
    eigen: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet
) -> None:
    """The pupil in whose session the news arrives is not the suspect; the one of `oorzaak` is."""
    kern = eigen.kern()
    nummer = next(_nummers)
    ander = eigen.zet_klaar(str(nummer), proef_pgn(nummer), omvang=20_000, zaad=nummer)
    eigen.sim("POST", "instellingen", {"foutenTotUit": 1})

    boodschapper = las.sessie(ander.pgn.waarde)
    sessie = las.sessie(leerling.pgn.waarde)
    assert las.vraag(sessie, leerling.pgn.waarde).resultaat == "OverdrachtGeslaagd"
    # A later refusal in the same session is no delivery, and must not hide the suspect.
    assert las.vraag(sessie, leerling.pgn.waarde, versies=("2026.1",)).resultaat == "DossierVersieNietBeschikbaar"
    assert las.meld_af(sessie, leerling.pgn.waarde, "DossierOngeldig").resultaat == "OverdrachtGeslaagd"
    assert las.vraag(boodschapper, ander.pgn.waarde).resultaat == UIT
    eigen.registreer()

    verdacht = kern.dossier(leerling.elk_nummer)
    assert (verdacht["ophaalbaar"], verdacht["reden"]) == (False, "InQuarantaine")
    assert kern.zet_klaar([leerling.elk_nummer])["resultaten"][0]["code"] == "GeenGeldigDossier"
    assert las.haal(leerling.pgn.waarde).resultaat == "LeerlinginfoNietBeschikbaar"
    assert kern.dossier(ander.elk_nummer)["ophaalbaar"] is True
    assert las.haal(ander.pgn.waarde).resultaat == "OverdrachtGeslaagd"

    # The same content again is the same version, and stays in quarantine; a new version ends it.
    nieuw = maak_dossier(leerling.pgn, zaad=7, omvang=20_000)
    kern.lever_aan(leerling.elk_nummer, Push(nieuw))
    beeld = kern.dossier(leerling.elk_nummer)
    assert (beeld["status"], beeld["ophaalbaar"], beeld["versie"]) == ("blauw", True, 2)
    assert las.haal(leerling.pgn.waarde).resultaat == "OverdrachtGeslaagd"


def test_pas_bij_de_grens_en_opnieuw_registreren_begint_bij_nul(
    eigen: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet
) -> None:
    pgn = leerling.pgn.waarde

    def ongeldig() -> None:
        sessie = las.sessie(pgn)
        assert las.vraag(sessie, pgn).resultaat == "OverdrachtGeslaagd"
        assert las.meld_af(sessie, pgn, "DossierOngeldig").resultaat == "OverdrachtGeslaagd"

    for _ in range(2):
        ongeldig()
    assert las.haal(pgn).resultaat == "OverdrachtGeslaagd"
    eigen.registreer()
    for _ in range(2):
        ongeldig()
    assert las.haal(pgn).resultaat == "OverdrachtGeslaagd"
    ongeldig()
    assert las.overdracht(pgn).resultaat == UIT


def test_registratie_geweigerd_zegt_wat_te_doen(eigen: DraaiendeWereld) -> None:
    beheer = eigen.beheer()
    beheer.aanleverpunt("00YY/00", {"aanleverpuntnummer": 100, "sleutel": "verkeerd"})
    with pytest.raises(Geweigerd) as fout:
        beheer.registreer("00YY/00")
    assert (fout.value.status, fout.value.code) == (422, "SleutelOnjuist")
    assert "verkeerd" not in str(fout.value.probleem)
    assert fout.value.probleem["watNu"]
    assert beheer.toon_aanleverpunt("00YY/00")["status"] == "geweigerd"


# ------------------------------------------------------------------------------------- faults of the Traffic Center


@pytest.mark.parametrize("soort", ["fault", "verbreek", "onzin", "stil", "traag"])
def test_storing_bij_sessiecontrole(eigen: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet, soort: str) -> None:
    pgn = leerling.pgn.waarde
    sessie = las.sessie(pgn)
    eigen.sim("POST", "storingen", {"operatie": "sessiecontrole", "soort": soort, "aantal": 1, "msVertraging": 20_000})
    begin = time.monotonic()
    assert las.vraag(sessie, pgn).resultaat == "TrafficCenterNietBeschikbaar"
    duur = time.monotonic() - begin
    assert duur < 18  # we do not wait until it answers after all
    if soort in ("stil", "traag"):
        assert duur > 4.5
    assert eigen.kern().dossier(leerling.elk_nummer)["status"] == "blauw"
    assert eigen.beheer().toon_aanleverpunt("00YY/00")["status"] == "geregistreerd"
    assert las.vraag(sessie, pgn).resultaat == "OverdrachtGeslaagd"


def test_traag_maar_binnen_de_termijn(eigen: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet) -> None:
    eigen.sim("POST", "storingen", {"operatie": "sessiecontrole", "soort": "traag", "aantal": 1, "msVertraging": 1_500})
    assert las.haal(leerling.pgn.waarde).resultaat == "OverdrachtGeslaagd"


@pytest.mark.parametrize("soort", ["fault", "verbreek", "onzin"])
def test_storing_bij_registratie_laat_alles_zoals_het_was(eigen: DraaiendeWereld, soort: str) -> None:
    beheer = eigen.beheer()
    voor = beheer.toon_aanleverpunt("00YY/00")
    eigen.sim("POST", "storingen", {"operatie": "registreerAanleverpunt", "soort": soort, "aantal": 1})
    with pytest.raises(Geweigerd) as fout:
        beheer.registreer("00YY/00")
    assert fout.value.status == 503
    assert beheer.toon_aanleverpunt("00YY/00") == voor
    eigen.sim("POST", "storingen", {"operatie": "ping", "soort": soort, "aantal": 1})
    assert beheer.ping("00YY/00")["beschikbaar"] is False
    assert beheer.ping("00YY/00")["beschikbaar"] is True


def test_sessies_verlopen_na_hun_tijd(eigen: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet) -> None:
    eigen.sim("POST", "instellingen", {"sessieSeconden": 1})
    try:
        sessie = las.sessie(leerling.pgn.waarde)
        time.sleep(1.1)
        assert las.vraag(sessie, leerling.pgn.waarde).resultaat == "SessieVerlopen"
    finally:
        eigen.sim("POST", "instellingen", {"sessieSeconden": 900})


# ---------------------------------------------------------------------------------------------- revoked certificate


def geweigerd(klant: SoapKlant) -> bool:
    """Tell whether not one octet of HTTP comes back."""
    try:
        with klant.lijn() as lijn:
            lijn.sendall(http_verzoek(PING))
            return lijn.recv(100) == b""
    except (ssl.SSLError, ConnectionError):
        return True


def test_ingetrokken_certificaat_komt_er_bij_de_volgende_handdruk_niet_in(
    eigen: DraaiendeWereld, las: SoapKlant, leerling: Klaargezet
) -> None:
    """Last of this module: it cannot be undone."""
    tp = SoapKlant(eigen.dev, "trajectplanner")
    with tp.lijn() as open_lijn:
        open_lijn.sendall(http_verzoek(PING))
        assert lees_antwoord(open_lijn).status == 200
        wereldpki(Path(eigen.map)).trek_in("trajectplanner")
        assert geweigerd(tp)
    assert las.haal(leerling.pgn.waarde).resultaat == "OverdrachtGeslaagd"


def test_crl_weg_geeft_alarm_maar_sluit_niet_meteen(eigen: DraaiendeWereld, las: SoapKlant) -> None:
    crl = Path(eigen.map) / "pki" / "crl.pem"
    inhoud = crl.read_bytes()
    crl.unlink()
    try:
        with las.lijn() as lijn:
            lijn.sendall(http_verzoek(PING))
            assert lees_antwoord(lijn).status == 200
    finally:
        crl.write_bytes(inhoud)
