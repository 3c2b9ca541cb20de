"""Every result that a bron can send, in the order of `messages.md`; of two that hold the earlier one is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.overdracht import Adresblok, Sessieantwoord
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import (
    Brin,
    ElkNummer,
    Herkomst,
    Koppelsleutel,
    Overdrachtsoort,
    Pgn,
    RouteringsKenmerk,
    Vestiging,
)
from gateway.simulators.ontwikkelwereld import VREEMDE
from gateway.usecases.uitleveren import PartijGeweigerd
from tests.fakes.proef import DAAR, ELK, HIER, LAS, ONZE, PARTIJ, Proef, moment

ANDERE_PGN = "482782481"
GESLAAGD = Resultaat.OVERDRACHT_GESLAAGD
NIET_ACTIEF = Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF
NIET_BESCHIKBAAR = Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR
GEWEIGERD = Resultaat.LEVERING_GEWEIGERD


@dataclass(frozen=True)
class Bezwaar:
    """Something that is in the way: `velden` of the dossier, `doe` to the world, `vraag` to the request.

    `plek` names what it changes: two that change the same thing do not go together.
    """

    uitkomst: Resultaat | str
    plek: str
    velden: dict[str, Any] | None = None
    doe: Callable[[Proef], object] | None = None
    vraag: Callable[[Proef], dict[str, Any]] | None = None


def _adres(bron: str | None = None) -> Adresblok:
    kenmerk = RouteringsKenmerk(bron) if bron else ONZE[HIER]
    return Adresblok(HIER.brin, kenmerk, HIER.brin, LAS[HIER])


def _sessie_weg(proef: Proef) -> None:
    proef.traffic_center.sessie = Sessieantwoord(Resultaat.SESSIE_ONBEKEND)


BEZWAREN = [
    Bezwaar("CertificaatHoortNietBijPartij", "partij", vraag=lambda _: {"partij": VREEMDE.als_partij()}),
    Bezwaar("BronHoortNietBijSysteem", "adres", vraag=lambda _: {"adres": _adres("0000000700000YY00932")}),
    Bezwaar(NIET_ACTIEF, "punt", doe=lambda proef: proef.zet_punt(AanleverpuntStatus.UITGEZET)),
    Bezwaar(Resultaat.SESSIE_ONBEKEND, "sessie", doe=_sessie_weg),
    Bezwaar(Resultaat.LEERLING_ONBEKEND, "sleutel", vraag=lambda _: {"sleutel": Pgn(ANDERE_PGN)}),
    Bezwaar(GEWEIGERD, "plaatsing", doe=lambda proef: proef.context(plaatsing=DAAR)),
    Bezwaar(GEWEIGERD, "soort", vraag=lambda _: {"overdrachtsoort": Overdrachtsoort.SWV_DOSSIER}),
    Bezwaar(NIET_BESCHIKBAAR, "klaarzetting", doe=lambda proef: proef.trek_in()),
    Bezwaar(NIET_BESCHIKBAAR, "tegenhouden", doe=lambda proef: proef.context(tegenhouden="wacht")),
    Bezwaar(Resultaat.LEERLINGINFO_NIET_OPVRAAGBAAR, "inzage", velden={"inzage": "nee"}),
    Bezwaar(Resultaat.DOSSIER_VERSIE_NIET_BESCHIKBAAR, "versie", vraag=lambda _: {"dossier_versies": ("2020.1",)}),
    Bezwaar(
        Resultaat.LEERLINGINFO_NIET_GEWIJZIGD,
        "datum",
        vraag=lambda proef: {"dossier_verzameldatum": moment(proef.dossier())},
    ),
]


def uitkomst(*bezwaren: Bezwaar) -> Resultaat | str:
    """Make a dossier that would go out, put everything in its way, and ask for it."""
    proef = Proef()
    velden: dict[str, Any] = {}
    for bezwaar in bezwaren:
        velden |= bezwaar.velden or {}
    proef.klaargezet(**velden)
    vraag: dict[str, Any] = {}
    for bezwaar in bezwaren:
        if bezwaar.doe is not None:
            bezwaar.doe(proef)
        vraag |= bezwaar.vraag(proef) if bezwaar.vraag is not None else {}
    try:
        uitlevering = proef.vraag(**vraag)
    except PartijGeweigerd as fout:
        return fout.code
    assert (uitlevering.octets is not None) == (uitlevering.resultaat is GESLAAGD)
    assert (uitlevering.versie is not None) == (uitlevering.resultaat is GESLAAGD)
    return uitlevering.resultaat


def test_zonder_bezwaar_slaagt_het() -> None:
    assert uitkomst() is GESLAAGD


@pytest.mark.parametrize("bezwaar", BEZWAREN, ids=lambda bezwaar: bezwaar.plek)
def test_elk_bezwaar_geeft_zijn_resultaat(bezwaar: Bezwaar) -> None:
    assert uitkomst(bezwaar) == bezwaar.uitkomst


@pytest.mark.parametrize(("een", "ander"), list(combinations(BEZWAREN, 2)), ids=lambda bezwaar: bezwaar.plek)
def test_van_twee_bezwaren_telt_het_eerste(een: Bezwaar, ander: Bezwaar) -> None:
    assert uitkomst(een, ander) == een.uitkomst


@pytest.mark.parametrize("antwoord", [resultaat for resultaat in Resultaat if resultaat not in (GESLAAGD, NIET_ACTIEF)])
def test_een_sessie_die_niet_klopt_gaat_ongewijzigd_door_en_bewaart_niets(antwoord: Resultaat) -> None:
    proef = Proef()
    proef.klaargezet()
    proef.traffic_center.sessie = Sessieantwoord(antwoord)
    assert proef.resultaat() is antwoord
    assert proef.bewaard() == []
    assert [(rij.uitkomst, rij.pseudoniem, rij.versie) for rij in proef.audit("uitleveren")] == [
        (antwoord.value, None, None)
    ]


def test_traffic_center_weg_is_niet_beschikbaar_en_bewaart_niets() -> None:
    proef = Proef()
    proef.klaargezet()
    proef.traffic_center.weg = True
    assert proef.resultaat() is Resultaat.TRAFFIC_CENTER_NIET_BESCHIKBAAR
    assert (proef.bewaard(), proef.punt().oso) == ([], True)


def test_een_punt_dat_uit_is_antwoordt_zelf_zonder_te_vragen() -> None:
    proef = Proef()
    proef.zet_punt(AanleverpuntStatus.GEWEIGERD)
    assert proef.resultaat() is NIET_ACTIEF
    assert proef.traffic_center.vragen == []


@pytest.mark.parametrize("partij", [PARTIJ[DAAR], VREEMDE.als_partij()])
def test_een_andere_partij_krijgt_een_fault_en_het_traffic_center_hoort_niets(partij: Any) -> None:
    proef = Proef()
    with pytest.raises(PartijGeweigerd) as fout:
        proef.vraag(partij=partij)
    assert fout.value.code == "CertificaatHoortNietBijPartij"
    assert proef.traffic_center.vragen == []
    assert [(rij.uitkomst, rij.partij) for rij in proef.audit()] == [(fout.value.code, partij.oin.waarde)]


def test_een_punt_met_alleen_een_nummer_is_nog_niet_van_ons() -> None:
    proef = Proef()
    elders = Vestiging.van("00YY", "00")
    punt = proef.punt(elders)
    with proef.opslag.werk() as werk:
        werk.aanleverpunten.bewaar(type(punt)(elders, 100, None, "sleutel", proef.klok.nu()))
    with pytest.raises(PartijGeweigerd) as fout:
        proef.vraag()
    assert fout.value.code == "BronHoortNietBijSysteem"


# ---------------------------------------------------------------------------------------- school, placement, herkomst


def test_een_andere_school_krijgt_het_niet_ook_al_is_de_sessie_geldig() -> None:
    proef = Proef()
    proef.klaargezet()
    assert proef.resultaat(HIER, DAAR) is GEWEIGERD


def test_een_andere_vestiging_van_dezelfde_brin_krijgt_het_wel() -> None:
    proef = Proef()
    proef.klaargezet()
    adres = Adresblok(HIER.brin, ONZE[HIER], Brin("00YY"), RouteringsKenmerk("k-een-ander-punt"))
    assert proef.resultaat(adres=adres) is GESLAAGD


@pytest.mark.parametrize("klaar", [True, False], ids=["klaargezet", "nooit klaargezet"])
@pytest.mark.parametrize("nieuw", [DAAR, None], ids=["verhuisd", "niet meer geplaatst"])
def test_de_vorige_school_krijgt_geweigerd_en_de_nieuwe_nog_niets(klaar: bool, nieuw: Vestiging | None) -> None:
    proef = Proef()
    proef.plaats()
    proef.lever()
    if klaar:
        proef.zet_klaar()
    proef.context(plaatsing=nieuw)
    assert proef.resultaat(HIER) is GEWEIGERD
    assert proef.resultaat(DAAR) is (NIET_BESCHIKBAAR if nieuw else Resultaat.LEERLING_ONBEKEND)


def test_ook_een_school_van_lang_geleden_krijgt_geweigerd() -> None:
    proef = Proef()
    proef.plaats(plek=DAAR)
    proef.context(plaatsing=HIER)
    proef.context(plaatsing=None)
    proef.lever()
    proef.context(plaatsing=HIER)
    assert proef.resultaat(DAAR) is GEWEIGERD
    assert proef.resultaat(HIER) is NIET_BESCHIKBAAR


def test_terugverhuisd_telt_de_plaatsing_van_nu() -> None:
    proef = Proef()
    proef.klaargezet()
    proef.context(plaatsing=DAAR)
    proef.context(plaatsing=HIER)
    assert proef.resultaat(HIER) is NIET_BESCHIKBAAR
    assert proef.code() is None
    assert proef.resultaat(HIER) is GESLAAGD
    assert proef.resultaat(DAAR) is GEWEIGERD


@pytest.mark.parametrize("herkomst", [Herkomst.BUITENLEERLING, Herkomst.PARTICULIER])
def test_een_klaarzetting_die_door_herkomst_eindigde_is_geweigerd(herkomst: Herkomst) -> None:
    proef = Proef()
    proef.klaargezet()
    proef.context(herkomst=herkomst)
    assert proef.stippen()[-1] == ("blauw", "wit")
    assert proef.resultaat() is GEWEIGERD
    proef.context(herkomst=Herkomst.REGULIER)
    assert proef.resultaat() is NIET_BESCHIKBAAR
    assert proef.code() is None
    assert proef.resultaat() is GESLAAGD


def test_een_buitenleerling_die_nooit_klaarstond_is_niet_beschikbaar() -> None:
    proef = Proef()
    proef.plaats(herkomst=Herkomst.BUITENLEERLING)
    proef.lever()
    assert proef.resultaat() is NIET_BESCHIKBAAR


def test_van_twee_dossiers_van_een_leerling_gaat_het_laatst_klaargezette() -> None:
    proef = Proef()
    tweede = ElkNummer("777")
    proef.klaargezet(inhoud="een")
    proef.klok.vooruit(1)
    proef.klaargezet(tweede, inhoud="twee")
    assert b"twee" in (proef.vraag().octets or b"")
    proef.trek_in(tweede)
    assert b"een" in (proef.vraag().octets or b"")


def test_een_dossier_dat_elders_later_is_klaargezet_verdringt_dat_van_hier_niet() -> None:
    proef = Proef()
    tweede = ElkNummer("777")
    proef.klaargezet(inhoud="hier")
    proef.plaats(tweede, HIER)
    proef.klok.vooruit(1)
    proef.klaargezet(tweede, DAAR, inhoud="daar")
    assert b"hier" in (proef.vraag(HIER).octets or b"")
    assert b"daar" in (proef.vraag(DAAR).octets or b"")


def test_nooit_hier_geplaatst_is_onbekend() -> None:
    proef = Proef()
    proef.klaargezet()
    assert proef.resultaat(DAAR) is Resultaat.LEERLING_ONBEKEND


# ------------------------------------------------------------------------------------------------ content, dates, keep


@pytest.mark.parametrize(("inzage", "verwacht"), [("ja", GESLAAGD), ("", GESLAAGD), ("nee", None)])
def test_inzage_telt_alleen_als_het_blok_er_is(inzage: str, verwacht: Resultaat | None) -> None:
    proef = Proef()
    proef.klaargezet(profiel="BB", soort="overdrachtbinnenbrin", inzage=inzage)
    resultaat = proef.resultaat(overdrachtsoort=Overdrachtsoort.OVERDRACHTBINNENBRIN)
    assert resultaat is (verwacht or Resultaat.LEERLINGINFO_NIET_OPVRAAGBAAR)


@pytest.mark.parametrize(
    ("versies", "verwacht"),
    [
        ((), GESLAAGD),
        (("2019.1",), GESLAAGD),
        (("2020.1", "2019.1"), GESLAAGD),
        (("2019.10",), Resultaat.DOSSIER_VERSIE_NIET_BESCHIKBAAR),
    ],
)
def test_gevraagde_versies(versies: tuple[str, ...], verwacht: Resultaat) -> None:
    proef = Proef()
    proef.klaargezet()
    assert proef.resultaat(dossier_versies=versies) is verwacht


@pytest.mark.parametrize(
    ("verschil", "verwacht"),
    [
        (timedelta(milliseconds=-1), GESLAAGD),
        (timedelta(0), Resultaat.LEERLINGINFO_NIET_GEWIJZIGD),
        (timedelta(milliseconds=1), Resultaat.LEERLINGINFO_NIET_GEWIJZIGD),
        (timedelta(days=400), Resultaat.LEERLINGINFO_NIET_GEWIJZIGD),
    ],
)
def test_verzameldatum_op_de_milliseconde(verschil: timedelta, verwacht: Resultaat) -> None:
    proef = Proef()
    proef.klaargezet()
    assert moment(proef.dossier()).microsecond % 1000 == 0
    uitlevering = proef.haal(dossier_verzameldatum=moment(proef.dossier()) + verschil)
    assert uitlevering.resultaat is verwacht
    assert proef.status() == ("groen" if verwacht is GESLAAGD else "blauw")


ANTWOORDEN_NA_GELDIGE_SESSIE = [bezwaar for bezwaar in BEZWAREN[4:] if bezwaar.plek != "soort"]


@pytest.mark.parametrize("bezwaar", ANTWOORDEN_NA_GELDIGE_SESSIE, ids=lambda bezwaar: bezwaar.plek)
def test_na_een_geldige_sessie_wordt_het_verzoek_bewaard_wat_het_antwoord_ook_is(bezwaar: Bezwaar) -> None:
    proef = Proef()
    proef.klaargezet(**(bezwaar.velden or {}))
    if bezwaar.doe is not None:
        bezwaar.doe(proef)
    vraag = bezwaar.vraag(proef) if bezwaar.vraag is not None else {}
    proef.vraag(**vraag)
    proef.vraag(**vraag)
    assert len(proef.bewaard(vraag.get("sleutel", Pgn("101211151")).waarde)) == 1


@pytest.mark.parametrize("soort", Overdrachtsoort)
def test_alleen_een_swv_verzoek_wordt_niet_bewaard(soort: Overdrachtsoort) -> None:
    proef = Proef()
    proef.klaargezet(soort=soort.value)
    assert proef.resultaat(overdrachtsoort=soort) is GESLAAGD
    assert len(proef.bewaard()) == (0 if soort is Overdrachtsoort.SWV_DOSSIER else 1)


def test_een_koppelsleutel_zegt_ons_niets() -> None:
    proef = Proef()
    proef.klaargezet(soort="swv-dossier")
    resultaat = proef.resultaat(sleutel=Koppelsleutel.nieuw(), overdrachtsoort=Overdrachtsoort.SWV_DOSSIER)
    assert (resultaat, proef.bewaard()) == (Resultaat.LEERLING_ONBEKEND, [])


def test_hetzelfde_verzoek_levert_opnieuw_elk_met_een_eigen_rij() -> None:
    proef = Proef()
    proef.klaargezet()
    eerste, tweede = proef.vraag(), proef.vraag()
    assert eerste.octets == tweede.octets
    assert eerste.levering_id != tweede.levering_id
    with proef.opslag.lezen() as werk:
        assert len(werk.leveringen.van_dossier(ELK)) == 2


def test_octetten_die_zijn_opgeruimd_zijn_niet_beschikbaar(monkeypatch: pytest.MonkeyPatch) -> None:
    proef = Proef()
    proef.klaargezet()
    with proef.opslag.lezen() as werk:
        monkeypatch.setattr(type(werk.dossiers), "octets", lambda *_: None)
    assert proef.resultaat() is NIET_BESCHIKBAAR


def test_een_nieuwe_versie_zonder_pgn_gaat_niet_de_deur_uit() -> None:
    proef = Proef()
    proef.klaargezet()
    proef.lever(pgn="", inhoud="zonder nummer")
    assert (proef.status(), proef.reden()) == ("blauw", "GeenPgn")
    assert proef.resultaat() is NIET_BESCHIKBAAR
    proef.lever(inhoud="weer met nummer")
    assert proef.resultaat() is GESLAAGD
