"""Scope: what lies outside that of a token answers exactly as what is unknown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gateway.domain.fouten import Onbekend, Weigering
from gateway.domain.resultaat import Resultaat
from gateway.domain.school import School
from gateway.domain.toegang import Token
from gateway.domain.waarden import Brin, ElkNummer, Rol, Vestiging
from gateway.simulators.ontwikkelwereld import SCHOLEN
from gateway.usecases import aanleverpunten, inzien, klaarzetten, scholen
from tests.fakes.proef import DAAR, ELK, HIER, KERN, Proef, token

VREEMD = Vestiging.van("99ZZ", "00")
TWEEDE = Vestiging.van("00YY", "01")


def beheerder(*plekken: Vestiging, naam: str = "l") -> Token:
    return token(Rol.LOCATIEBEHEERDER, id=naam, vestigingen=frozenset(plekken))


def contactpersoon(*brins: str, bestuur: str | None = None) -> Token:
    return token(Rol.CONTACTPERSOON, brins=frozenset(Brin(brin) for brin in brins), bestuur=bestuur)


def fout_van(daad: Callable[[], object]) -> tuple[type[Weigering], str, str, str]:
    with pytest.raises(Weigering) as fout:
        daad()
    return type(fout.value), fout.value.code, fout.value.melding, fout.value.wat_nu


@pytest.fixture
def proef() -> Proef:
    """One pupil set ready here, one placed there, one placed nowhere."""
    proef = Proef()
    proef.klaargezet()
    proef.plaats(ElkNummer("2"), DAAR)
    proef.context(ElkNummer("3"))
    return proef


# ------------------------------------------------------------------------------------------------ locatiebeheerder


@pytest.mark.parametrize("elk", ["2", "3", "999"])
def test_andermans_dossier_is_onbekend(proef: Proef, elk: str) -> None:
    wie, nummer = beheerder(HIER), ElkNummer(elk)
    onbekend = fout_van(lambda: inzien.dossier(proef.wereld, wie, ElkNummer("12")))
    assert onbekend[0] is Onbekend
    assert fout_van(lambda: inzien.dossier(proef.wereld, wie, nummer)) == onbekend
    assert fout_van(lambda: klaarzetten.trek_in(proef.wereld, wie, nummer, KERN)) == onbekend


def test_een_locatiebeheerder_ziet_zijn_vestiging_en_niet_een_andere_van_dezelfde_brin(proef: Proef) -> None:
    assert inzien.dossier(proef.wereld, beheerder(HIER), ELK).ophaalbaar
    with pytest.raises(Onbekend):
        inzien.dossier(proef.wereld, beheerder(TWEEDE), ELK)


def test_de_lijst_laat_alleen_de_eigen_vestiging_zien(proef: Proef) -> None:
    def nummers(wie: Token, **anders: Any) -> list[str]:
        vraag = inzien.Lijstvraag(**anders)
        return [beeld.dossier.elk_nummer.waarde for beeld in inzien.dossiers(proef.wereld, wie, vraag)[0]]

    assert nummers(token()) == ["2", "3", ELK.waarde]
    assert nummers(beheerder(HIER)) == [ELK.waarde]
    assert nummers(beheerder(HIER, DAAR)) == ["2", ELK.waarde]
    assert nummers(beheerder()) == []
    assert nummers(beheerder(HIER), brin=DAAR.brin) == []
    assert nummers(token(), brin=DAAR.brin, vestigingscode="01") == ["2"]


def test_wie_verhuist_verdwijnt_uit_beeld(proef: Proef) -> None:
    proef.context(plaatsing=DAAR)
    with pytest.raises(Onbekend):
        inzien.dossier(proef.wereld, beheerder(HIER), ELK)
    assert inzien.dossier(proef.wereld, beheerder(DAAR), ELK).reden == "NietKlaargezet"


@pytest.mark.parametrize(("plek", "ziet"), [(DAAR, False), (HIER, True)], ids=["verhuisd", "niet verhuisd"])
def test_wie_het_elders_ophaalde_ziet_alleen_de_kernapplicatie(proef: Proef, plek: Vestiging, ziet: bool) -> None:
    """Who fetched a dossier tells where the pupil was placed: the next school does not see it."""
    proef.haal()
    proef.context(plaatsing=plek)

    def opgehaald(wie: Token) -> list[bool]:
        lijst = inzien.dossiers(proef.wereld, wie, inzien.Lijstvraag())[0]
        beelden = [inzien.dossier(proef.wereld, wie, ELK), *(een for een in lijst if een.dossier.elk_nummer == ELK)]
        return [een.dossier.opgehaald is not None for een in beelden]

    assert opgehaald(token()) == [True, True]
    assert opgehaald(beheerder(plek)) == [ziet, ziet]


def test_klaarzetten_buiten_het_bereik_is_onbekend_en_zet_niets_klaar(proef: Proef) -> None:
    proef.lever(ElkNummer("2"), pgn="482782481")
    rijen = proef.zet_klaar(ElkNummer("2"), ElkNummer("999"), wie=beheerder(HIER))
    assert [(rij.code, rij.melding) for rij in rijen] == [("LeerlingOnbekend", rijen[0].melding)] * 2
    assert proef.status(ElkNummer("2")) == "wit"


def test_een_opdracht_is_alleen_te_zien_binnen_het_bereik(proef: Proef) -> None:
    def ziet(wie: Token, nummer: str) -> bool:
        try:
            klaarzetten.opdracht_van(proef.wereld, wie, nummer)
        except Onbekend:
            return False
        return True

    van_kern = klaarzetten.plaats_opdracht(proef.wereld, token(), [ELK], KERN)
    van_hier = klaarzetten.plaats_opdracht(proef.wereld, beheerder(HIER), [ELK], KERN)
    zonder = klaarzetten.plaats_opdracht(proef.wereld, beheerder(naam="leeg"), [ELK], KERN)
    assert [ziet(token(), nummer) for nummer in (van_kern, van_hier, zonder)] == [True, True, True]
    assert [ziet(beheerder(HIER), nummer) for nummer in (van_kern, van_hier, zonder)] == [False, True, False]
    assert [ziet(beheerder(DAAR), nummer) for nummer in (van_kern, van_hier, zonder)] == [False, False, False]
    assert ziet(beheerder(naam="leeg"), zonder)
    assert not ziet(token(), "bestaat-niet")


def test_overdrachten_zijn_die_van_het_eigen_punt(proef: Proef) -> None:
    proef.haal(HIER)
    proef.vraag(DAAR)
    alle, _ = inzien.overdrachten(proef.wereld, token(), inzien.Overdrachtenvraag())
    eigen, _ = inzien.overdrachten(proef.wereld, beheerder(HIER), inzien.Overdrachtenvraag())
    assert [rij.bron for rij in alle] == [HIER, DAAR]
    assert [(rij.bron, rij.systeem, rij.resultaat) for rij in eigen] == [
        (HIER, "Magister", Resultaat.OVERDRACHT_GESLAAGD)
    ]
    vraag = inzien.Overdrachtenvraag(brin=DAAR.brin)
    assert inzien.overdrachten(proef.wereld, beheerder(HIER), vraag) == ([], None)


# -------------------------------------------------------------------------------------------------- contactpersoon


@pytest.mark.parametrize("plek", [DAAR, VREEMD], ids=["andermans", "onbekend"])
def test_andermans_punt_is_onbekend(proef: Proef, plek: Vestiging) -> None:
    wie = contactpersoon("00YY")
    onbekend = fout_van(lambda: aanleverpunten.punt_van(proef.wereld, wie, Vestiging.van("77XX", "00")))
    invoer = aanleverpunten.Invoer(plek, 1, None, "s")
    daden: list[Callable[[], object]] = [
        lambda: aanleverpunten.punt_van(proef.wereld, wie, plek),
        lambda: aanleverpunten.registreer(proef.wereld, wie, plek, KERN),
        lambda: aanleverpunten.ping(proef.wereld, wie, plek),
        lambda: aanleverpunten.invoeren(proef.wereld, wie, invoer, KERN),
    ]
    for daad in daden:
        assert fout_van(daad) == onbekend
    assert proef.traffic_center.vragen == []
    assert proef.audit("registreren") == []


@pytest.mark.parametrize(
    ("wie", "verwacht"),
    [
        (contactpersoon("00YY"), [HIER]),
        (contactpersoon("00YY", "12SS"), [HIER, DAAR]),
        (contactpersoon(bestuur="90002"), [DAAR]),
        (contactpersoon("00YY", bestuur="90002"), [HIER, DAAR]),
        (contactpersoon(bestuur="1"), []),
        (contactpersoon(), []),
        (token(Rol.BEHEER), [HIER, DAAR]),
    ],
)
def test_lijsten_van_punten_en_scholen(proef: Proef, wie: Token, verwacht: list[Vestiging]) -> None:
    assert [punt.vestiging for punt in aanleverpunten.lijst(proef.wereld, wie)] == verwacht
    assert [school.vestiging for school in scholen.lijst(proef.wereld, wie)] == verwacht


def test_een_contactpersoon_van_een_bestuur_beheert_de_punten_ervan(proef: Proef) -> None:
    wie = contactpersoon(bestuur="90001")
    assert aanleverpunten.punt_van(proef.wereld, wie, HIER).vestiging == HIER
    with pytest.raises(Onbekend):
        aanleverpunten.punt_van(proef.wereld, wie, DAAR)


def test_een_school_wijzigen_buiten_het_bereik_is_onbekend_en_wijzigt_niets(proef: Proef) -> None:
    with pytest.raises(Onbekend):
        scholen.bewaar(proef.wereld, contactpersoon("00YY"), replace(SCHOLEN[1], naam="Gekaapt"), KERN)
    kaper = replace(SCHOLEN[1], bestuur="90001")
    with pytest.raises(Onbekend):
        scholen.bewaar(proef.wereld, contactpersoon(bestuur="90001"), kaper, KERN)
    assert "Gekaapt" not in {school.naam for school in scholen.lijst(proef.wereld, token(Rol.BEHEER))}


def test_een_school_bewaren_en_een_las_dat_niet_bestaat(proef: Proef) -> None:
    nieuw = replace(SCHOLEN[0], vestiging=TWEEDE, las="magister")

    def bewaar(school: School) -> tuple[School, bool]:
        return scholen.bewaar(proef.wereld, contactpersoon("00YY"), school, KERN)

    assert bewaar(nieuw) == (nieuw, True)
    assert bewaar(replace(nieuw, naam="Anders"))[1] is False
    with pytest.raises(Weigering) as fout:
        bewaar(replace(nieuw, las="bestaat-niet"))
    assert fout.value.code == "LasOnbekend"
    assert len(proef.audit("school-bewaren")) == 2
