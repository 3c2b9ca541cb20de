"""Every code of klaarzetten, in the order of `interfaces.md`; of two that hold the earlier one is given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import pytest

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.dossier import Dossier, Status, Uitkomstcode
from gateway.domain.fouten import Weigering
from gateway.domain.klaarzetten import Klaarzetresultaat
from gateway.domain.waarden import ElkNummer, Herkomst
from gateway.ports import OpslagNietBeschikbaar, Wereld, Werk
from gateway.usecases import klaarzetten, meldingen
from gateway.usecases.klaarzetten import PER_TRANSACTIE, TEN_HOOGSTE, opdracht_van, plaats_opdracht
from tests.fakes.proef import ELK, HIER, KERN, Proef, token


@dataclass(frozen=True)
class Leerling:
    """A pupil that may be set ready, unless a field says otherwise."""

    elk: ElkNummer = ELK
    bekend: bool = True
    herkomst: Herkomst = Herkomst.REGULIER
    geplaatst: bool = True
    vrijgegeven: bool = True
    pgn: str = "101211151"
    dossier: bool = True
    quarantaine: bool = False
    bijlage: int = 1000
    punt: AanleverpuntStatus = AanleverpuntStatus.GEREGISTREERD

    def zet_klaar(self, proef: Proef) -> str | None:
        if self.bekend:
            proef.plaats(
                self.elk,
                HIER if self.geplaatst else None,
                herkomst=self.herkomst,
                oki_doc_vrijgegeven=self.vrijgegeven,
            )
            if self.dossier:
                proef.lever(self.elk, pgn=self.pgn, bijlagen=self.bijlage)
            if self.quarantaine:
                proef.quarantaine(self.elk)
        proef.zet_punt(self.punt)
        return proef.code(self.elk)


BEZWAREN: list[tuple[Uitkomstcode, dict[str, Any]]] = [
    (Uitkomstcode.LEERLING_ONBEKEND, {"bekend": False}),
    (Uitkomstcode.BUITENLEERLING, {"elk": ElkNummer("B77")}),
    (Uitkomstcode.PARTICULIERE_SCHOOL, {"herkomst": Herkomst.PARTICULIER}),
    (Uitkomstcode.NIET_GEPLAATST, {"geplaatst": False}),
    (Uitkomstcode.OKI_DOC_NIET_VRIJGEGEVEN, {"vrijgegeven": False}),
    (Uitkomstcode.GEEN_PGN, {"pgn": ""}),
    (Uitkomstcode.GEEN_GELDIG_DOSSIER, {"quarantaine": True}),
    (Uitkomstcode.NIET_GESCHIKT_VOOR_LAS, {"bijlage": 3_000_001}),
    (Uitkomstcode.AANLEVERPUNT_NIET_GEREGISTREERD, {"punt": AanleverpuntStatus.NIEUW}),
    (Uitkomstcode.AANLEVERPUNT_UITGEZET, {"punt": AanleverpuntStatus.UITGEZET}),
]


def test_de_codes_staan_in_de_volgorde_van_het_contract() -> None:
    assert [code for code, _ in BEZWAREN] + [Uitkomstcode.INTERNE_FOUT] == list(Uitkomstcode)


@pytest.mark.parametrize(("code", "anders"), BEZWAREN)
def test_elk_bezwaar_geeft_zijn_code(code: Uitkomstcode, anders: dict[str, Any]) -> None:
    assert replace(Leerling(), **anders).zet_klaar(Proef()) == code


PAREN = [
    (eerste, replace(Leerling(), **(een | ander)))
    for (eerste, een), (_, ander) in combinations(BEZWAREN, 2)
    if not een.keys() & ander.keys()
]


@pytest.mark.parametrize(("code", "leerling"), PAREN)
def test_van_twee_bezwaren_telt_het_eerste(code: Uitkomstcode, leerling: Leerling) -> None:
    assert leerling.zet_klaar(Proef()) == code


@pytest.mark.parametrize(
    ("anders", "code"),
    [
        ({"herkomst": Herkomst.BUITENLEERLING}, Uitkomstcode.BUITENLEERLING),
        ({"dossier": False}, Uitkomstcode.GEEN_GELDIG_DOSSIER),
        ({"dossier": False, "vrijgegeven": False}, Uitkomstcode.OKI_DOC_NIET_VRIJGEGEVEN),
        ({"pgn": "12-onbruikbaar"}, Uitkomstcode.GEEN_PGN),
        ({"bijlage": 3_000_000}, None),
        ({"punt": AanleverpuntStatus.GEWEIGERD}, Uitkomstcode.AANLEVERPUNT_NIET_GEREGISTREERD),
        ({}, None),
    ],
)
def test_andere_gevallen(anders: dict[str, Any], code: Uitkomstcode | None) -> None:
    assert replace(Leerling(), **anders).zet_klaar(Proef()) == code


def test_zonder_aanleverpunt_is_het_niet_geregistreerd() -> None:
    proef = Proef()
    elders = replace(HIER, code="07")
    proef.plaats(plek=elders)
    proef.lever()
    assert proef.code() == Uitkomstcode.AANLEVERPUNT_NIET_GEREGISTREERD


def test_een_geweigerde_leerling_blijft_wit_en_een_klaargezette_wordt_blauw() -> None:
    proef = Proef()
    proef.lever()
    assert proef.code() == Uitkomstcode.NIET_GEPLAATST
    assert (proef.status(), proef.stippen()) == (Status.WIT, [])
    proef.plaats()
    assert proef.code() is None
    assert proef.stippen() == [("wit", "blauw")]


def test_tegenhouden_belet_klaarzetten_niet_maar_ophalen_wel() -> None:
    proef = Proef()
    proef.lever()
    proef.plaats(tegenhouden="wacht op de ouders")
    assert proef.code() is None
    assert (proef.status(), proef.reden()) == (Status.BLAUW, "Tegengehouden")


def test_onbekend_las_geeft_een_waarschuwing_bij_klaargezet() -> None:
    proef = Proef()
    with proef.opslag.werk() as werk:
        school = werk.scholen.school(HIER)
        assert school is not None
        werk.scholen.bewaar(replace(school, las=None))
    proef.lever(bijlagen=4_000_000)
    proef.plaats()
    (rij,) = proef.zet_klaar()
    assert rij.uitkomst == "klaargezet"
    assert rij.melding is not None


def test_een_nummer_twee_keer_is_een_rij_en_de_volgorde_blijft() -> None:
    proef = Proef()
    rijen = proef.zet_klaar(ElkNummer("9"), ElkNummer("0012"), ElkNummer("5"), ElkNummer("12"), ElkNummer("9"))
    assert [rij.elk_nummer.waarde for rij in rijen] == ["9", "12", "5"]
    assert [rij.uitkomst for rij in rijen] == ["geweigerd"] * 3


def test_een_opdracht_van_meer_transacties_houdt_zijn_volgorde() -> None:
    proef = Proef()
    nummers = [ElkNummer(str(nr)) for nr in range(90, 10, -1)]
    assert [rij.elk_nummer for rij in proef.zet_klaar(*nummers)] == nummers


def test_lege_opdracht_is_meteen_klaar_en_maakt_niets() -> None:
    proef = Proef()
    nummer = plaats_opdracht(proef.wereld, token(), [], KERN)
    opdracht, rijen = opdracht_van(proef.wereld, token(), nummer)
    assert (opdracht.status, opdracht.aantal, list(rijen)) == ("klaar", 0, [])
    assert proef.audit() == []


def test_te_veel_wordt_in_zijn_geheel_geweigerd() -> None:
    proef = Proef()
    nummers = [ElkNummer(str(nr)) for nr in range(1, TEN_HOOGSTE + 2)]
    with pytest.raises(Weigering) as fout:
        plaats_opdracht(proef.wereld, token(), nummers, KERN)
    assert fout.value.code == "TeVeel"
    plaats_opdracht(proef.wereld, token(), nummers[:-1], KERN)


def test_nogmaals_klaarzetten_verandert_niets() -> None:
    proef = Proef()
    proef.klaargezet()
    voor = proef.dossier()
    proef.klok.vooruit(60)
    assert proef.code() is None
    assert proef.dossier() == voor
    assert proef.stippen() == [("wit", "blauw")]
    assert proef.historie().count("klaargezet") == 1


def test_intrekken_is_wit_en_nogmaals_intrekken_niets() -> None:
    proef = Proef()
    proef.klaargezet()
    assert proef.trek_in().status is Status.WIT
    assert proef.trek_in().status is Status.WIT
    assert proef.stippen() == [("wit", "blauw"), ("blauw", "wit")]
    assert [rij.uitkomst for rij in proef.audit("klaarzetting-intrekken")] == ["ingetrokken", "ongewijzigd"]


def test_elke_code_heeft_een_zin_die_zegt_wat_te_doen() -> None:
    assert set(meldingen.KLAARZETTEN) == set(Uitkomstcode)
    assert all(zin.endswith(".") and zin[0].isupper() for zin in meldingen.KLAARZETTEN.values())


def test_b_nummer_van_een_particuliere_school_krijgt_dat_advies() -> None:
    proef = Proef()
    elk = ElkNummer("B8")
    proef.plaats(elk, herkomst=Herkomst.PARTICULIER)
    (rij,) = proef.zet_klaar(elk)
    assert rij.code is Uitkomstcode.BUITENLEERLING
    assert rij.melding == meldingen.KLAARZETTEN[Uitkomstcode.PARTICULIERE_SCHOOL]


def test_een_fout_van_ons_bij_een_leerling_houdt_de_anderen_niet_op(monkeypatch: pytest.MonkeyPatch) -> None:
    proef, fouten = Proef(), list[BaseException]()
    nummers = [ElkNummer(str(nr)) for nr in range(100, 100 + 2 * PER_TRANSACTIE)]
    kwaad = {nummers[3], nummers[PER_TRANSACTIE + 1]}
    for elk in nummers:
        proef.plaats(elk)
        proef.lever(elk)
    heel = klaarzetten.beoordeel

    def beoordeel(wereld: Wereld, werk: Werk, dossier: Dossier) -> Klaarzetresultaat:
        if dossier.elk_nummer in kwaad:
            raise ZeroDivisionError
        return heel(wereld, werk, dossier)

    monkeypatch.setattr(klaarzetten, "beoordeel", beoordeel)
    nummer = plaats_opdracht(proef.wereld, token(), nummers, KERN)
    while klaarzetten.verwerk_deel(proef.wereld, nummer, fouten.append):
        pass
    opdracht, rijen = opdracht_van(proef.wereld, token(), nummer)
    assert opdracht.status == "klaar"
    assert {rij.elk_nummer for rij in rijen if rij.code is Uitkomstcode.INTERNE_FOUT} == kwaad
    assert sum(rij.code is None for rij in rijen) == len(nummers) - len(kwaad)
    assert [type(fout) for fout in fouten] == [ZeroDivisionError] * len(kwaad)
    assert [proef.status(elk) for elk in kwaad] == [Status.WIT] * len(kwaad)
    klaargezet = [regel for regel in proef.audit() if regel.operatie == "klaarzetten"]
    assert len(klaargezet) == len(nummers)  # what a transaction undid is not told twice


def test_een_opslag_die_weg_is_is_niemands_uitkomst(monkeypatch: pytest.MonkeyPatch) -> None:
    proef = Proef()
    nummer = plaats_opdracht(proef.wereld, token(), [ELK], KERN)

    def weg(*_: object) -> Klaarzetresultaat:
        raise OpslagNietBeschikbaar("weg")

    proef.plaats()
    monkeypatch.setattr(klaarzetten, "beoordeel", weg)
    with pytest.raises(OpslagNietBeschikbaar):
        klaarzetten.verwerk_deel(proef.wereld, nummer)
    assert not opdracht_van(proef.wereld, token(), nummer)[1]
