"""Audit before every answer, with account and party; nothing of a person in texts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.beoordeling import Document
from gateway.domain.fouten import Weigering
from gateway.domain.overdracht import Sessieantwoord
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import ElkNummer, Herkomst, Pgn
from gateway.ports import AuditRij, LeveringFilter, OpslagNietBeschikbaar
from gateway.usecases import inzien
from gateway.usecases.aanleveren import Aanlevering
from gateway.usecases.context import ContextWijziging
from tests.fakes.opslag import FakeOpslag
from tests.fakes.proef import DAAR, ELK, HIER, KERN, PARTIJ, Proef, documentvraag
from tests.fakes.toetser import PGN, proefdossier

GEHEIM = "geheim-woord"


def laatste(proef: Proef) -> AuditRij:
    return proef.audit()[-1]


OPDRACHTEN: dict[str, tuple[Callable[[Proef], object], str, str]] = {
    "push": (lambda p: p.lever(inhoud="b"), "aanleveren", "aangenomen"),
    "gelijke push": (lambda p: p.lever(), "aanleveren", "ongewijzigd"),
    "afgekeurde push": (lambda p: p.lever(fouten=1), "aanleveren", "DossierOnjuist"),
    "ander pgn": (lambda p: p.lever(pgn="482782481"), "aanleveren", "PgnGewijzigd"),
    "context": (lambda p: p.context(tegenhouden="x"), "context-wijzigen", "overgenomen"),
    "dezelfde context": (lambda p: p.context(), "context-wijzigen", "ongewijzigd"),
    "klaarzetten": (lambda p: p.zet_klaar(), "klaarzetten", "klaargezet"),
    "niet klaargezet": (lambda p: p.zet_klaar(ElkNummer("9")), "klaarzetten", "LeerlingOnbekend"),
    "intrekken": (lambda p: p.trek_in(), "klaarzetting-intrekken", "ingetrokken"),
    "versie inzien": (lambda p: inzien.versie(p.wereld, ELK, 1, KERN), "versie-inzien", "gegeven"),
}


@pytest.mark.parametrize("naam", OPDRACHTEN)
def test_elke_opdracht_van_elk_staat_er_met_account_en_namens_wie(naam: str) -> None:
    daad, operatie, uitkomst = OPDRACHTEN[naam]
    proef = Proef()
    proef.klaargezet()
    al = len(proef.audit())
    with suppress(Weigering):
        daad(proef)
    (rij,) = proef.audit()[al:]
    assert (rij.operatie, rij.uitkomst, rij.account, rij.namens, rij.rol) == (
        operatie,
        uitkomst,
        "account-1",
        "iemand",
        "kern",
    )
    assert rij.pseudoniem is not None
    assert rij.partij is None


def test_een_levering_noemt_partij_versie_en_wie_het_klaarzette() -> None:
    proef = Proef()
    proef.klaargezet()
    proef.vraag()
    rij = laatste(proef)
    assert (rij.operatie, rij.uitkomst, rij.partij, rij.versie) == (
        "uitleveren",
        "OverdrachtGeslaagd",
        PARTIJ[HIER].oin.waarde,
        1,
    )
    assert rij.bijzonderheden["account"] == "account-1"
    assert rij.bijzonderheden["doelBrin"] == "00YY"
    with proef.opslag.lezen() as werk:
        assert rij in werk.logboek.audit_over(ELK)


WEIGERINGEN: dict[str, Callable[[Proef], Any]] = {
    "LeerlingOnbekend": lambda p: p.vraag(sleutel=Pgn("482782481")),
    "LeveringGeweigerd": lambda p: (p.context(plaatsing=DAAR), p.vraag(HIER)),
    "LeerlinginfoNietBeschikbaar": lambda p: (p.trek_in(), p.vraag()),
    "DossierVersieNietBeschikbaar": lambda p: p.vraag(dossier_versies=("9",)),
}


@pytest.mark.parametrize("code", WEIGERINGEN)
def test_een_weigering_na_een_geldige_sessie_staat_er_met_pseudoniem(code: str) -> None:
    proef = Proef()
    proef.klaargezet()
    WEIGERINGEN[code](proef)
    rij = laatste(proef)
    assert (rij.uitkomst, rij.versie, rij.partij) == (code, None, PARTIJ[HIER].oin.waarde)
    assert rij.pseudoniem is not None


@pytest.mark.parametrize(
    "sessie", [Resultaat.SESSIE_AFWIJKEND, Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF, None], ids=str
)
def test_een_weigering_zonder_geldige_sessie_heeft_geen_pseudoniem_en_zoekt_niemand_op(
    sessie: Resultaat | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    proef = Proef()
    proef.klaargezet()
    with proef.opslag.lezen() as werk:
        monkeypatch.setattr(type(werk.dossiers), "met_pgn", None)
    proef.traffic_center.weg = sessie is None
    proef.traffic_center.sessie = Sessieantwoord(sessie or Resultaat.OVERDRACHT_GESLAAGD)
    proef.vraag()
    rij = laatste(proef)
    assert (rij.operatie, rij.pseudoniem, rij.versie) == ("uitleveren", None, None)
    with proef.opslag.lezen() as werk:
        (rij_levering,) = werk.leveringen.lijst(LeveringFilter(), 0, 10)[0]
    assert rij_levering.elk_nummer is None


def test_zonder_auditregel_geen_antwoord(monkeypatch: pytest.MonkeyPatch) -> None:
    proef = Proef()
    proef.klaargezet()
    with proef.opslag.lezen() as werk:
        soort = type(werk.logboek)

    def vol(*_: object) -> None:
        raise OpslagNietBeschikbaar

    monkeypatch.setattr(soort, "audit", vol)
    daden: list[Callable[[], object]] = [
        lambda: proef.vraag(),
        lambda: inzien.versie(proef.wereld, ELK, 1, KERN),
        lambda: proef.lever(inhoud="b"),
        lambda: proef.context(tegenhouden="x"),
        lambda: proef.trek_in(),
    ]
    for daad in daden:
        with pytest.raises(OpslagNietBeschikbaar):
            daad()
    assert (proef.status(), proef.bewaard()) == ("blauw", [])


def test_opslag_weg_halverwege_laat_niets_half_achter() -> None:
    opslag = FakeOpslag()
    proef = Proef(opslag)
    proef.klaargezet()

    def weg() -> None:
        raise OpslagNietBeschikbaar

    def stoor() -> None:
        opslag.storing = weg

    proef.toetser.tussendoor = stoor
    with pytest.raises(OpslagNietBeschikbaar):
        proef.lever(inhoud="b", context=ContextWijziging(plaatsing=None))
    opslag.storing = None
    assert proef.status() == "blauw"


# ----------------------------------------------------------------------------------------------------------- privacy


def test_audit_en_gebeurtenissen_bevatten_geen_pgn_en_geen_inhoud() -> None:
    proef = Proef()
    proef.klaargezet(inhoud=GEHEIM)
    proef.haal()
    proef.context(tegenhouden=GEHEIM)
    proef.vraag(sleutel=Pgn("482782481"))
    with suppress(Weigering):
        proef.lever(pgn="482782481", inhoud=GEHEIM)
    proef.context(herkomst=Herkomst.PARTICULIER)
    proef.zet_punt(AanleverpuntStatus.UITGEZET)
    proef.vraag()
    with proef.opslag.lezen() as werk:
        historie = werk.logboek.historie_van(ELK, 0, 100)[0]
    for tekst in (str(proef.audit()), str(proef.gebeurtenissen()), str([regel.gegevens for regel in historie])):
        assert PGN not in tekst
        assert "482782481" not in tekst
        assert GEHEIM not in tekst
    assert all(ELK.waarde not in str(rij) for rij in proef.audit())


def test_de_tekst_van_dingen_verklapt_niets() -> None:
    proef = Proef()
    proef.klaargezet(inhoud=GEHEIM)
    proef.context(tegenhouden=GEHEIM)
    octets = proefdossier(inhoud=GEHEIM)
    document = Document("oki-doc", f"{GEHEIM}.pdf", GEHEIM.encode())
    _, inhoud = inzien.versie(proef.wereld, ELK, 1, KERN)
    beoordeling = proef.toetser.beoordeel(octets, documenten=[document])
    proef.context(tegenhouden=None)
    dingen = [
        proef.dossier(),
        Aanlevering(octets, [document], ContextWijziging(tegenhouden=GEHEIM)),
        beoordeling,
        inhoud,
        proef.vraag(),
        documentvraag(),
        proef.punt(),
        proef.wereld.zoeksleutels.zoeksleutel(Pgn(PGN)),
    ]
    for ding in dingen:
        for tekst in (repr(ding), str(ding)):
            assert GEHEIM not in tekst
            assert PGN not in tekst
            assert "sleutel'" not in tekst
            assert ELK.waarde not in tekst


def test_weigeringen_noemen_geen_leerling() -> None:
    proef = Proef()
    proef.klaargezet()
    gevallen: list[Callable[[], object]] = [
        lambda: proef.lever(pgn="482782481"),
        lambda: proef.lever(fouten=1, inhoud=GEHEIM),
        lambda: proef.lever(if_match="9-9"),
        lambda: proef.dossier(ElkNummer("987654")),
        lambda: inzien.versie(proef.wereld, ELK, 9, KERN),
    ]
    for geval in gevallen:
        with pytest.raises(Weigering) as fout:
            geval()
        tekst = f"{fout.value} {fout.value.melding} {fout.value.wat_nu} {fout.value!r}"
        assert all(deel not in tekst for deel in (PGN, "482782481", "987654", ELK.waarde, GEHEIM))
        assert fout.value.wat_nu.endswith(".")
