"""The dot: white, blue, green, and the events that tell when it turns."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.dossier import Status
from gateway.domain.logboek import GebeurtenisType
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import ElkNummer, Herkomst
from gateway.usecases.uitleveren import overgedragen
from tests.fakes.proef import DAAR, ELK, HIER, Proef

WIT, BLAUW, GROEN = Status.WIT, Status.BLAUW, Status.GROEN


def wit(proef: Proef) -> None:
    proef.plaats()
    proef.lever()


def blauw(proef: Proef) -> None:
    wit(proef)
    proef.zet_klaar()


def groen(proef: Proef) -> None:
    blauw(proef)
    assert proef.haal().resultaat is Resultaat.OVERDRACHT_GESLAAGD


BEGIN = {WIT: wit, BLAUW: blauw, GROEN: groen}
DADEN: dict[str, Callable[[Proef], object]] = {
    "nieuwe inhoud": lambda p: p.lever(inhoud="nieuw"),
    "gelijke inhoud": lambda p: p.lever(datum="2026-06-02"),
    "klaarzetten": lambda p: p.zet_klaar(),
    "intrekken": lambda p: p.trek_in(),
    "ophalen": lambda p: p.haal(),
    "vragen zonder uitlezen": lambda p: p.vraag(),
    "verhuizen": lambda p: p.context(plaatsing=DAAR),
    "niet meer geplaatst": lambda p: p.context(plaatsing=None),
    "buitenleerling": lambda p: p.context(herkomst=Herkomst.BUITENLEERLING),
    "aanvulling gevraagd": lambda p: p.context(oki_doc_vrijgegeven=False),
    "tegenhouden": lambda p: p.context(tegenhouden="wacht"),
    "quarantaine": lambda p: p.quarantaine(),
    "punt uit": lambda p: p.zet_punt(AanleverpuntStatus.UITGEZET),
    "punt gewijzigd": lambda p: p.zet_punt(AanleverpuntStatus.NIEUW),
}
# What each deed makes of white, blue, green; what is not here leaves the dot as it is.
DRAAIT = {
    "nieuwe inhoud": (WIT, BLAUW, BLAUW),
    "klaarzetten": (BLAUW, BLAUW, GROEN),
    "intrekken": (WIT, WIT, WIT),
    "ophalen": (WIT, GROEN, GROEN),
    "verhuizen": (WIT, WIT, WIT),
    "niet meer geplaatst": (WIT, WIT, WIT),
    "buitenleerling": (WIT, WIT, WIT),
}
OPHAALBAAR = {"nieuwe inhoud", "gelijke inhoud", "klaarzetten", "ophalen", "vragen zonder uitlezen"}


@pytest.mark.parametrize("naam", DADEN)
@pytest.mark.parametrize("begin", Status)
def test_de_stip_na_elke_daad_en_de_gebeurtenis_die_erbij_hoort(begin: Status, naam: str) -> None:
    proef = Proef()
    BEGIN[begin](proef)
    al = len(proef.stippen())
    DADEN[naam](proef)
    verwacht = DRAAIT.get(naam, (WIT, BLAUW, GROEN))[list(Status).index(begin)]
    assert proef.status() is verwacht
    assert proef.stippen()[al:] == ([(begin.value, verwacht.value)] if begin is not verwacht else [])
    kan = verwacht is not WIT and (naam in OPHAALBAAR)
    assert (proef.reden() is None) is kan
    assert (proef.resultaat() is Resultaat.OVERDRACHT_GESLAAGD) is kan


@pytest.mark.parametrize(
    ("in_de_weg", "reden", "resultaat", "weer_goed"),
    [
        (
            lambda p: p.context(oki_doc_vrijgegeven=False),
            "OkiDocNietVrijgegeven",
            Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR,
            lambda p: p.context(oki_doc_vrijgegeven=True),
        ),
        (
            lambda p: p.context(tegenhouden="wacht"),
            "Tegengehouden",
            Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR,
            lambda p: p.context(tegenhouden=None),
        ),
        (
            lambda p: p.quarantaine(),
            "InQuarantaine",
            Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR,
            lambda p: p.lever(inhoud="hersteld"),
        ),
        (
            lambda p: p.zet_punt(AanleverpuntStatus.UITGEZET),
            "AanleverpuntUitgezet",
            Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF,
            lambda p: p.zet_punt(AanleverpuntStatus.GEREGISTREERD),
        ),
        (
            lambda p: p.zet_punt(AanleverpuntStatus.GEWEIGERD),
            "AanleverpuntNietGeregistreerd",
            Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF,
            lambda p: p.zet_punt(AanleverpuntStatus.GEREGISTREERD),
        ),
    ],
)
def test_wat_ophalen_belet_laat_de_stip_staan_en_gaat_vanzelf_over(
    in_de_weg: Callable[[Proef], object], reden: str, resultaat: Resultaat, weer_goed: Callable[[Proef], object]
) -> None:
    proef = Proef()
    blauw(proef)
    in_de_weg(proef)
    assert (proef.status(), proef.reden(), proef.resultaat()) == (BLAUW, reden, resultaat)
    weer_goed(proef)
    assert (proef.status(), proef.reden(), proef.resultaat()) == (BLAUW, None, Resultaat.OVERDRACHT_GESLAAGD)


def test_quarantaine_gaat_niet_over_door_dezelfde_inhoud() -> None:
    proef = Proef()
    blauw(proef)
    proef.quarantaine()
    assert not proef.lever().nieuw
    assert proef.reden() == "InQuarantaine"


def test_ingetrokken_en_weer_klaargezet_met_een_opgehaalde_versie_is_groen() -> None:
    proef = Proef()
    groen(proef)
    proef.trek_in()
    proef.zet_klaar()
    assert proef.stippen() == [
        ("wit", "blauw"),
        ("blauw", "groen"),
        ("groen", "wit"),
        ("wit", "groen"),
    ]


def test_ingetrokken_en_weer_klaargezet_na_nieuwe_inhoud_is_blauw() -> None:
    proef = Proef()
    groen(proef)
    proef.trek_in()
    proef.lever(inhoud="nieuw")
    proef.zet_klaar()
    assert proef.status() is BLAUW


def test_de_volgende_school_begint_blauw_en_terug_bij_de_vorige_is_het_weer_groen() -> None:
    proef = Proef()
    groen(proef)
    proef.context(plaatsing=DAAR)
    proef.zet_klaar()
    assert proef.status() is BLAUW
    proef.context(plaatsing=HIER)
    assert proef.status() is WIT
    proef.zet_klaar()
    assert proef.status() is GROEN


def test_een_levering_die_na_een_nieuwe_versie_aankomt_maakt_niet_groen() -> None:
    proef = Proef()
    blauw(proef)
    oud = proef.vraag()
    proef.lever(inhoud="nieuw")
    overgedragen(proef.wereld, oud.levering_id)
    assert (proef.status(), proef.stippen()) == (BLAUW, [("wit", "blauw")])
    assert proef.dossier().opgehaald is not None
    proef.haal()
    assert proef.status() is GROEN


def test_een_levering_die_na_intrekken_aankomt_telt_bij_opnieuw_klaarzetten() -> None:
    proef = Proef()
    blauw(proef)
    levering = proef.vraag()
    proef.trek_in()
    overgedragen(proef.wereld, levering.levering_id)
    assert (proef.status(), proef.stippen()[-1]) == (WIT, ("blauw", "wit"))
    proef.zet_klaar()
    assert proef.status() is GROEN


def test_overgedragen_is_idempotent() -> None:
    proef = Proef()
    blauw(proef)
    levering = proef.haal()
    eerste = proef.dossier().opgehaald
    proef.klok.vooruit(60)
    overgedragen(proef.wereld, levering.levering_id)
    assert proef.dossier().opgehaald == eerste
    assert proef.historie().count("opgehaald") == 1
    assert proef.stippen() == [("wit", "blauw"), ("blauw", "groen")]


def test_een_groen_dossier_mag_vaker_worden_opgehaald() -> None:
    proef = Proef()
    groen(proef)
    proef.klok.vooruit(60)
    assert proef.haal().resultaat is Resultaat.OVERDRACHT_GESLAAGD
    assert proef.historie().count("opgehaald") == 2
    assert len(proef.stippen()) == 2


@pytest.mark.parametrize("nummer", [0, -1, 999])
def test_een_onbekende_levering_overdragen_doet_niets(nummer: int) -> None:
    overgedragen(Proef().wereld, nummer)


def test_een_weigering_kan_niet_worden_overgedragen() -> None:
    proef = Proef()
    wit(proef)
    weigering = proef.vraag()
    overgedragen(proef.wereld, weigering.levering_id)
    with proef.opslag.lezen() as werk:
        rij = werk.leveringen.levering(weigering.levering_id)
    assert rij is not None
    assert (rij.elk_nummer, rij.versie, rij.overgedragen) == (ELK, None, None)
    assert "opgehaald" not in proef.historie()


def test_de_gebeurtenis_noemt_leerling_en_versie_en_geen_plaatsing() -> None:
    proef = Proef()
    groen(proef)
    (laatste,) = proef.gebeurtenissen(GebeurtenisType.STATUS_GEWIJZIGD)[-1:]
    assert laatste.gegevens == {"elkNummer": ELK.waarde, "versie": 1, "van": "blauw", "naar": "groen"}
    assert "00YY" not in str(laatste)


def test_zonder_versie_is_er_een_wit_beeld_met_reden() -> None:
    proef = Proef()
    proef.context(ElkNummer("5"))
    assert (proef.status(ElkNummer("5")), proef.reden(ElkNummer("5"))) == (WIT, "GeenGeldigDossier")
