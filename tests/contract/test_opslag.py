"""What every store must do, run on the fake, SQLite and PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.waarden import ElkNummer, RouteringsKenmerk, Vestiging
from gateway.ports import Opslag, Werk
from tests.hulp.opslagen import (
    DAAR,
    HIER,
    breek_af,
    dossier,
    gebeurtenis,
    inhoud,
    punt,
    regel,
    school,
    versie,
    voeg_dossier_toe,
)

ELK = ElkNummer("12345")


def test_wat_in_een_transactie_misgaat_laat_niets_na(opslag: Opslag) -> None:
    def schrijf(werk: Werk) -> None:
        voeg_dossier_toe(werk, dossier())
        werk.scholen.bewaar(school())
        werk.logboek.audit(regel())

    with pytest.raises(ZeroDivisionError):
        breek_af(opslag, schrijf)
    with opslag.lezen() as werk:
        assert werk.dossiers.dossier(ELK) is None
        assert werk.scholen.alle() == []
        assert werk.logboek.audit_rijen(0, 10) == []


def test_lezen_ziet_een_vaste_toestand_terwijl_een_ander_schrijft(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier())
    with opslag.lezen() as lezer:
        eerst = lezer.dossiers.dossier(ELK)
        with opslag.werk() as werk:
            werk.dossiers.voeg_versie_toe(ELK, versie(2), inhoud(2), None)
        assert lezer.dossiers.dossier(ELK) == eerst
        assert lezer.dossiers.octets(ELK, 2) is None
    with opslag.lezen() as lezer:
        nieuw = lezer.dossiers.dossier(ELK)
        assert nieuw is not None
        assert nieuw.nieuwste == versie(2)


def test_in_een_lezende_transactie_kan_niets_geschreven_worden(opslag: Opslag) -> None:
    with opslag.lezen() as werk:
        with pytest.raises(RuntimeError):
            werk.scholen.bewaar(school())
        with pytest.raises(RuntimeError):
            werk.logboek.audit(regel())
        with pytest.raises(RuntimeError):
            werk.logboek.gebeurtenis(gebeurtenis("a"))


def test_een_transactie_ziet_wat_zij_zelf_schreef(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        werk.logboek.audit(regel("een"))
        assert [rij.operatie for rij in werk.logboek.audit_rijen(0, 10)] == ["een"]
        werk.logboek.audit(regel("twee"))
        werk.logboek.gebeurtenis(gebeurtenis("a"))
        assert [rij.operatie for rij in werk.logboek.audit_over(ELK)] == ["een", "twee"]
        assert [g.id for g in werk.logboek.gebeurtenissen(0, 10)] == ["a"]
    with opslag.lezen() as werk:
        assert [rij.nr for rij in werk.logboek.audit_rijen(0, 10)] == [1, 2]


def test_controleer_zwijgt_wanneer_alles_goed_is(opslag: Opslag) -> None:
    opslag.controleer()


def test_scholen_worden_vervangen_en_op_vestiging_gegeven(opslag: Opslag) -> None:
    anders = school(HIER, naam="Nieuw", telefoon="020-1234567", las=None)
    with opslag.werk() as werk:
        for een in (school(DAAR), school(HIER), anders):
            werk.scholen.bewaar(een)
    with opslag.lezen() as werk:
        assert werk.scholen.alle() == [anders, school(DAAR)]
        assert werk.scholen.school(DAAR) == school(DAAR)
        assert werk.scholen.school(replace(HIER, code="99")) is None


def test_aanleverpunten_komen_terug_zoals_bewaard(opslag: Opslag) -> None:
    nieuw = punt(DAAR, aanleverpuntnummer=None, status=AanleverpuntStatus.UITGEZET, reden="X", naam="n", sleutel="s|ë")
    zonder = punt(HIER, routerings_kenmerk=None, mag_overdracht_aanvragen=False)
    with opslag.werk() as werk:
        for een in (nieuw, punt(HIER), zonder):
            werk.aanleverpunten.bewaar(een)
    with opslag.lezen() as werk:
        assert werk.aanleverpunten.alle() == [zonder, nieuw]
        assert werk.aanleverpunten.punt(DAAR) == nieuw
        assert werk.aanleverpunten.bij_kenmerk(DAAR.brin, RouteringsKenmerk("k-12SS01")) == nieuw
        assert werk.aanleverpunten.bij_kenmerk(HIER.brin, RouteringsKenmerk("k-12SS01")) is None
        assert werk.aanleverpunten.punt(replace(HIER, code="99")) is None


def test_een_aanleverpunt_bij_zijn_nummer(opslag: Opslag) -> None:
    """As messages up to OSO'18 name it; a number that two of a BRIN have says nothing."""
    buur = Vestiging(HIER.brin, "01")
    with opslag.werk() as werk:
        for een in (punt(HIER), punt(DAAR), punt(buur, aanleverpuntnummer=7)):
            werk.aanleverpunten.bewaar(een)
    with opslag.lezen() as werk:
        assert werk.aanleverpunten.bij_kenmerk(HIER.brin, RouteringsKenmerk.van_index(100)) == punt(HIER)
        assert werk.aanleverpunten.bij_kenmerk(DAAR.brin, RouteringsKenmerk.van_index(100)) == punt(DAAR)
        assert werk.aanleverpunten.bij_kenmerk(HIER.brin, RouteringsKenmerk.van_index(8)) is None
        assert werk.aanleverpunten.bij_kenmerk(HIER.brin, RouteringsKenmerk("100")) is None
    op_nummer = punt(buur, routerings_kenmerk=RouteringsKenmerk.van_index(100), aanleverpuntnummer=None)
    with opslag.werk() as werk:
        werk.aanleverpunten.bewaar(op_nummer)  # registered in that version: then the number is its kenmerk
    with opslag.lezen() as werk:
        assert werk.aanleverpunten.bij_kenmerk(HIER.brin, RouteringsKenmerk.van_index(100)) == op_nummer
    with opslag.werk() as werk:
        werk.aanleverpunten.bewaar(punt(buur))
    with opslag.lezen() as werk:
        assert werk.aanleverpunten.bij_kenmerk(HIER.brin, RouteringsKenmerk.van_index(100)) is None
