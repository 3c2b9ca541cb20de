"""What every store must do with deliveries and requests, run on the fake, SQLite and PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.domain.dossier import Dossier, Opgehaald, Status
from gateway.domain.overdracht import Adresblok
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, ElkNummer, Pgn, RouteringsKenmerk, SessieId
from gateway.ports import LeveringFilter, Opslag, OpslagTegenstrijdig, Werk
from tests.hulp.opslagen import (
    DAAR,
    HIER,
    KENMERK,
    NU,
    dossier,
    inhoud,
    levering,
    na,
    punt,
    versie,
    verzoek,
    voeg_dossier_toe,
)

ELK = ElkNummer("12345")
PGN = Pgn("123456782")


def test_een_levering_telt_pas_als_zij_is_overgedragen(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier().klaargezet(HIER, NU, "a"))
        nummer = werk.leveringen.voeg_toe(levering(via="proxy"))
        assert werk.leveringen.levering(nummer) == replace(levering(via="proxy"), id=nummer)
        assert _dossier(werk).status is Status.BLAUW
        werk.leveringen.overgedragen(nummer, na(5))
        assert werk.leveringen.levering(nummer) == replace(levering(via="proxy"), id=nummer, overgedragen=na(5))
        assert _dossier(werk).status is Status.GROEN
        assert _dossier(werk).opgehaald == Opgehaald(na(5), HIER.brin, "Magister")
        werk.dossiers.voeg_versie_toe(ELK, versie(2), inhoud(2), None)
        assert _dossier(werk).status is Status.BLAUW
        assert _dossier(werk).overgedragen_aan == frozenset()
        assert _dossier(werk).opgehaald == Opgehaald(na(5), HIER.brin, "Magister")


def _dossier(werk: Werk) -> Dossier:
    gevonden = werk.dossiers.dossier(ELK)
    assert gevonden is not None
    return gevonden


def test_overgedragen_is_eenmalig_en_onbekend_doet_niets(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier())
        nummer = werk.leveringen.voeg_toe(levering(via="x"))
        for seconde in (5, 9, 1):
            werk.leveringen.overgedragen(nummer, na(seconde))
        for onbekend in (0, -1, nummer + 1, 2**64):
            werk.leveringen.overgedragen(onbekend, na(1))
            assert werk.leveringen.levering(onbekend) is None
        assert werk.leveringen.levering(nummer) == replace(levering(via="x"), id=nummer, overgedragen=na(5))
        assert _dossier(werk).opgehaald == Opgehaald(na(5), HIER.brin, "Magister")


def test_opgehaald_is_de_laatste_in_tijd_ook_als_zij_eerder_gemeld_wordt(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier())
        laat, vroeg, gelijk = (werk.leveringen.voeg_toe(levering(systeem=naam)) for naam in ("laat", "vroeg", "gelijk"))
        werk.leveringen.overgedragen(laat, na(9))
        werk.leveringen.overgedragen(vroeg, na(2))
        assert _dossier(werk).opgehaald == Opgehaald(na(9), HIER.brin, "laat")
        werk.leveringen.overgedragen(gelijk, na(9))
        assert _dossier(werk).opgehaald == Opgehaald(na(9), HIER.brin, "gelijk")


def test_een_weigering_maakt_niets_groen(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier().klaargezet(HIER, NU, "a"))
        for soort in (Resultaat.LEVERING_GEWEIGERD, Resultaat.LEERLINGINFO_NIET_GEWIJZIGD):
            werk.leveringen.overgedragen(werk.leveringen.voeg_toe(levering(resultaat=soort)), na(1))
        werk.leveringen.overgedragen(werk.leveringen.voeg_toe(levering(None, None)), na(1))
        assert _dossier(werk).status is Status.BLAUW
        assert _dossier(werk).opgehaald is None


def test_bij_sessie_vergelijkt_zonder_hoofdletters_en_geeft_alleen_leveringen(opslag: Opslag) -> None:
    sessie = SessieId("6f9619ff-8B86-D011-B42D-00C04FC964FF")
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier(), versies=2)
        eerste = werk.leveringen.voeg_toe(levering())
        tweede = werk.leveringen.voeg_toe(levering(nr=2))
        for ander in (
            levering(bron=DAAR),
            levering(sessie_id=SessieId.nieuw()),
            levering(resultaat=Resultaat.LEVERING_GEWEIGERD),
            levering(resultaat=Resultaat.LEERLING_ONBEKEND, elk=None, nr=None),
        ):
            werk.leveringen.voeg_toe(ander)
    with opslag.lezen() as werk:
        assert [een.id for een in werk.leveringen.bij_sessie(sessie, HIER)] == [tweede, eerste]


def test_leveringen_van_een_dossier_en_in_bladzijden(opslag: Opslag) -> None:
    met = {
        "a": levering(),
        "b": levering(None, None, moment=na(10), resultaat=Resultaat.LEERLING_ONBEKEND),
        "c": levering(bron=DAAR, moment=na(20)),
        "d": levering(moment=na(30)),
    }
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier())
        nr = {naam: werk.leveringen.voeg_toe(een) for naam, een in met.items()}
    with opslag.lezen() as werk:

        def gevonden(filter_: LeveringFilter) -> str:
            bladzijde, volgende = werk.leveringen.lijst(filter_, 0, 10)
            assert volgende is None
            return "".join(naam for naam in nr if nr[naam] in {een.id for een in bladzijde})

        assert [een.id for een in werk.leveringen.van_dossier(ELK)] == [nr["a"], nr["c"], nr["d"]]
        assert gevonden(LeveringFilter()) == "abcd"
        assert gevonden(LeveringFilter(brin=HIER.brin)) == "abd"
        assert gevonden(LeveringFilter(sinds=na(10))) == "bcd"
        assert gevonden(LeveringFilter(resultaat=Resultaat.LEERLING_ONBEKEND)) == "b"
        assert gevonden(LeveringFilter(binnen=frozenset({DAAR}))) == "c"
        assert gevonden(LeveringFilter(binnen=frozenset())) == ""
        bladzijde, volgende = werk.leveringen.lijst(LeveringFilter(), 0, 3)
        assert [een.id for een in bladzijde] == [nr["a"], nr["b"], nr["c"]]
        assert volgende == nr["c"]
        assert [een.id for een in werk.leveringen.lijst(LeveringFilter(), volgende, 3)[0]] == [nr["d"]]
        assert werk.leveringen.lijst(LeveringFilter(), 2**80, 3) == ([], None)
        assert len(werk.leveringen.lijst(LeveringFilter(), -(2**80), 9)[0]) == 4


def test_een_levering_verwijst_naar_een_bestaand_dossier(opslag: Opslag) -> None:
    with pytest.raises(OpslagTegenstrijdig), opslag.werk() as werk:
        werk.leveringen.voeg_toe(levering("404"))


def test_verzoeken_worden_per_sessie_en_doel_eenmaal_bewaard(opslag: Opslag) -> None:
    klein = SessieId(verzoek().sessie_id.waarde.lower())
    ander_doel = replace(verzoek().adres, doel_kenmerk=RouteringsKenmerk("anders"))
    with opslag.werk() as werk:
        werk.aanleverpunten.bewaar(punt())
        werk.verzoeken.bewaar(verzoek(moment=na(5)))
        werk.verzoeken.bewaar(verzoek(moment=na(9), sessie_id=klein))
        werk.verzoeken.bewaar(verzoek(moment=na(7)))
        werk.verzoeken.bewaar(verzoek(moment=na(6), adres=ander_doel))
        werk.verzoeken.bewaar(verzoek(moment=na(8), sessie=2))
        werk.verzoeken.bewaar(verzoek(pgn="111222333", sessie=3))
    with opslag.lezen() as werk:
        assert list(werk.verzoeken.van_pgn(PGN, HIER)) == [
            verzoek(moment=na(6), adres=ander_doel),
            verzoek(moment=na(8), sessie=2),
            verzoek(moment=na(9)),
        ]


def test_verzoeken_horen_bij_het_punt_dat_zij_noemen(opslag: Opslag) -> None:
    def adres(kenmerk: str | None, brin: Brin = HIER.brin) -> Adresblok:
        return Adresblok(brin, RouteringsKenmerk(kenmerk) if kenmerk else None, HIER.brin, KENMERK)

    elders = replace(HIER, code="01")
    with opslag.werk() as werk:
        werk.aanleverpunten.bewaar(punt(HIER))
        werk.aanleverpunten.bewaar(punt(elders))
        adressen = [adres("k-00YY00"), adres("k-00YY01"), adres(None), adres(None, DAAR.brin)]
        for sessie, een in enumerate(adressen):
            werk.verzoeken.bewaar(verzoek(sessie=sessie, moment=na(sessie), adres=een))
    with opslag.lezen() as werk:
        assert [v.adres for v in werk.verzoeken.van_pgn(PGN, HIER)] == [adressen[0], adressen[2]]
        assert [v.adres for v in werk.verzoeken.van_pgn(PGN, elders)] == [adressen[1], adressen[2]]
        assert [v.adres for v in werk.verzoeken.van_pgn(PGN, DAAR)] == [adressen[3]]


def test_oude_verzoeken_gaan_weg(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        werk.aanleverpunten.bewaar(punt())
        for seconde in range(4):
            werk.verzoeken.bewaar(verzoek(sessie=seconde, moment=na(seconde)))
        assert werk.verzoeken.verwijder_voor(na(2)) == 2
        assert werk.verzoeken.verwijder_voor(na(2)) == 0
        assert [v.moment for v in werk.verzoeken.van_pgn(PGN, HIER)] == [na(2), na(3)]
