"""What every store must do for side work and retention, run on the fake, SQLite and PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.domain.aflevering import AfleveringStatus, Poging, Uitslag
from gateway.domain.klaarzetten import Klaarzetopdracht, Klaarzetresultaat
from gateway.domain.logboek import Gebeurtenis, GebeurtenisType, HistorieRegel, Opdrachtgever
from gateway.domain.ophaling import Ophaling
from gateway.domain.toegang import Abonnement
from gateway.domain.waarden import ElkNummer, Overdrachtsoort, Pgn
from gateway.domain.werkproces import Werkproces
from gateway.ports import AfleveringFilter, Opslag, OpslagTegenstrijdig
from tests.hulp.opslagen import HIER, NU, dossier, levering, na, punt, verzoek, voeg_dossier_toe

ELK = ElkNummer("12345")
ANDER = ElkNummer("777")
ALLE = tuple(soort.value for soort in GebeurtenisType)
WEG = Poging(Uitslag.WEG, "geen verbinding")
AFGEWEZEN = Poging(Uitslag.AFGEWEZEN, "antwoord 422")


def _abonnement(naam: str = "elk", *, vanaf: int = 0, types: tuple[str, ...] = ALLE) -> Abonnement:
    return Abonnement(naam, "https://elk.example/hook", "geheim", types, NU, vanaf)


def _meld(opslag: Opslag, *ids: str, elk: str = "12345") -> None:
    with opslag.werk() as werk:
        for id_ in ids:
            werk.logboek.gebeurtenis(
                Gebeurtenis(id_, GebeurtenisType.STATUS_GEWIJZIGD, NU, f"dossier/{elk}", {"elkNummer": elk})
            )


def _abonneer(opslag: Opslag, *abonnementen: Abonnement) -> None:
    with opslag.werk() as werk:
        for abonnement in abonnementen:
            werk.abonnementen.bewaar(abonnement)


def _vul_aan(opslag: Opslag, abonnement: Abonnement, aantal: int = 100) -> int:
    with opslag.werk() as werk:
        return werk.afleveringen.vul_aan(abonnement, NU, aantal)


def _nu_te_sturen(opslag: Opslag, naam: str = "elk", seconden: float = 0) -> list[str]:
    with opslag.lezen() as werk:
        return [een.gebeurtenis.id for een in werk.afleveringen.eerstvolgende(naam, na(seconden), 100)]


def _probeer(opslag: Opslag, id_: str, poging: Poging) -> None:
    with opslag.werk() as werk:
        rijen, _ = werk.afleveringen.lijst(AfleveringFilter(), 0, 100)
        een = next(rij for rij in rijen if rij.gebeurtenis.id == id_)
        werk.afleveringen.bewaar(een.na(poging, NU, 0))


# --------------------------------------------------------------------------------------------------------- webhooks


def test_elke_gebeurtenis_krijgt_per_abonnement_een_rij_in_volgorde(opslag: Opslag) -> None:
    elk, later = _abonnement(), _abonnement("later", vanaf=2)
    _abonneer(opslag, elk, later)
    _meld(opslag, "a", "b", "c")
    with opslag.lezen() as werk:
        assert werk.afleveringen.te_doen(NU) == ["elk", "later"]
    assert [_vul_aan(opslag, elk, 2), _vul_aan(opslag, elk, 2), _vul_aan(opslag, elk, 2)] == [2, 1, 0]
    assert _vul_aan(opslag, later) == 1
    assert _nu_te_sturen(opslag) == ["a", "b", "c"]
    assert _nu_te_sturen(opslag, "later") == ["c"]
    with opslag.lezen() as werk:
        een = werk.afleveringen.eerstvolgende("elk", NU, 1)[0]
        assert een == werk.afleveringen.aflevering(een.id)
        assert (een.status, een.pogingen, een.sinds) == (AfleveringStatus.WACHT, 0, NU)
        assert een.gebeurtenis.gegevens == {"elkNummer": "12345"}


def test_alleen_gewenste_soorten_maar_de_stand_gaat_verder(opslag: Opslag) -> None:
    punten = _abonnement(types=(GebeurtenisType.AANLEVERPUNT_UITGEZET.value,))
    _abonneer(opslag, punten)
    _meld(opslag, "a", "b")
    assert _vul_aan(opslag, punten) == 2
    assert _nu_te_sturen(opslag) == []
    with opslag.lezen() as werk:
        assert werk.afleveringen.te_doen(NU) == []


def test_wie_weg_is_laat_de_hele_rij_wachten_en_een_ander_niet(opslag: Opslag) -> None:
    elk, ander = _abonnement(), _abonnement("ander")
    _abonneer(opslag, elk, ander)
    _meld(opslag, "a", "b")
    _vul_aan(opslag, elk)
    _vul_aan(opslag, ander)
    with opslag.werk() as werk:
        eerste = werk.afleveringen.eerstvolgende("elk", NU, 1)[0]
        werk.afleveringen.bewaar(eerste.na(WEG, NU, 0))
    assert _nu_te_sturen(opslag) == []
    assert _nu_te_sturen(opslag, "ander") == ["a", "b"]
    with opslag.lezen() as werk:
        assert werk.afleveringen.te_doen(NU) == ["ander"]
        assert werk.afleveringen.te_doen(na(2)) == ["ander", "elk"]
    assert _nu_te_sturen(opslag, seconden=2) == ["a", "b"]


@pytest.mark.parametrize("poging", [WEG, AFGEWEZEN])
def test_een_klok_die_teruggezet_wordt_laat_niets_een_uur_wachten(opslag: Opslag, poging: Poging) -> None:
    elk = _abonnement()
    _abonneer(opslag, elk)
    _meld(opslag, "a")
    _vul_aan(opslag, elk)
    with opslag.werk() as werk:
        een = werk.afleveringen.eerstvolgende("elk", NU, 1)[0]
        werk.afleveringen.bewaar(een.na(poging, na(3600), 0))
    assert _nu_te_sturen(opslag, seconden=3600) == []
    assert _nu_te_sturen(opslag) == ["a"]
    with opslag.lezen() as werk:
        assert werk.afleveringen.te_doen(na(3600)) == []
        assert werk.afleveringen.te_doen(NU) == ["elk"]


def test_een_afgewezen_gebeurtenis_houdt_de_rest_niet_op(opslag: Opslag) -> None:
    elk = _abonnement()
    _abonneer(opslag, elk)
    _meld(opslag, "a", "b")
    _vul_aan(opslag, elk)
    _probeer(opslag, "a", AFGEWEZEN)
    assert _nu_te_sturen(opslag) == ["b"]
    assert _nu_te_sturen(opslag, seconden=2) == ["a", "b"]
    _probeer(opslag, "b", Poging(Uitslag.GELUKT))
    assert _nu_te_sturen(opslag, seconden=2) == ["a"]


def test_afleveringen_worden_per_bladzijde_gegeven(opslag: Opslag) -> None:
    elk = _abonnement()
    _abonneer(opslag, elk)
    _meld(opslag, "a", "b", "c")
    _vul_aan(opslag, elk)
    _probeer(opslag, "b", Poging(Uitslag.GELUKT))
    with opslag.lezen() as werk:
        rijen, volgende = werk.afleveringen.lijst(AfleveringFilter(AfleveringStatus.WACHT, "elk"), 0, 1)
        assert [rij.gebeurtenis.id for rij in rijen] == ["a"]
        assert volgende is not None
        rijen, volgende = werk.afleveringen.lijst(AfleveringFilter(AfleveringStatus.WACHT, "elk"), volgende, 5)
        assert ([rij.gebeurtenis.id for rij in rijen], volgende) == (["c"], None)
        assert werk.afleveringen.lijst(AfleveringFilter(abonnement="weg\x00"), 0, 5) == ([], None)
        assert werk.afleveringen.aflevering(2**70) is None
    with opslag.werk() as werk:
        assert werk.afleveringen.verwijder_voor(na(1)) == 1
        with pytest.raises(OpslagTegenstrijdig):
            werk.afleveringen.bewaar(replace(rijen[0], id=99))


# ---------------------------------------------------------------------------------------------------------- processes


def test_een_slot_heeft_een_houder_tot_die_het_laat_of_weg_is(opslag: Opslag) -> None:
    a, b = (Werkproces(naam, "hier", 10, "20", 1) for naam in "ab")
    with opslag.werk() as werk:
        werk.werkverdeling.meld(a)
        werk.werkverdeling.meld(replace(a, hartslag=2))
        werk.werkverdeling.meld(b)
        assert werk.werkverdeling.processen() == [replace(a, hartslag=2), b]
        assert werk.werkverdeling.pak("webhook:elk", "a", "1")
        assert not werk.werkverdeling.pak("webhook:elk", "b", "2")
        assert not werk.werkverdeling.pak("webhook:elk", "a", "3")
        assert werk.werkverdeling.pak("veger", "b", "4")
    with opslag.werk() as werk:
        werk.werkverdeling.laat("webhook:elk", "2")
        assert not werk.werkverdeling.pak("webhook:elk", "b", "5")
        werk.werkverdeling.laat("webhook:elk", "1")
        assert werk.werkverdeling.pak("webhook:elk", "b", "5")
        assert werk.werkverdeling.verwijder("b")
        assert not werk.werkverdeling.verwijder("b")
        assert werk.werkverdeling.pak("veger", "a", "6")
        assert not werk.werkverdeling.pak("iets", "b", "7"), "a process that was declared dead takes nothing"


# ---------------------------------------------------------------------------------------------------------- retention


def test_inhoud_gaat_na_ophalen_of_seizoen_en_laat_een_steen_na(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier(), versies=2)
        voeg_dossier_toe(werk, dossier("777"), pgn="111222333")
        nr = werk.leveringen.voeg_toe(levering(nr=1))
        werk.leveringen.overgedragen(nr, na(100))
    begin = NU - timedelta(days=1)
    with opslag.lezen() as werk:
        assert werk.opruiming.verlopen_inhoud(na(100), begin, 10) == []
        assert werk.opruiming.verlopen_inhoud(na(101), begin, 10) == [(ELK, 1)]
        assert werk.opruiming.verlopen_inhoud(begin, na(3), 2) == [(ELK, 1), (ELK, 2)]
        sha = werk.dossiers.versie(ELK, 2)
    with opslag.werk() as werk:
        werk.opruiming.wis_inhoud(ELK, 2, NU, "bewaartermijn")
        with pytest.raises(OpslagTegenstrijdig):
            werk.opruiming.wis_inhoud(ELK, 2, NU, "bewaartermijn")
    with opslag.lezen() as werk:
        assert werk.dossiers.octets(ELK, 2) is None
        assert werk.dossiers.inhoud(ELK, 2) is None
        assert werk.dossiers.bijlagen(ELK, 2) == ()
        heel = werk.dossiers.dossier(ELK)
        assert heel is not None
        assert heel.nieuwste is not None
        assert heel.nieuwste.vergelijking == b""
        assert (heel.nieuwste.verwijderd, heel.nieuwste.quarantaine) == (NU, None)
        (steen,) = werk.opruiming.grafstenen(ELK)
        assert (steen.soort, steen.versie, steen.sha256) == ("dossier-inhoud", 2, sha.sha256 if sha else None)
        assert werk.opruiming.grafstenen(ANDER) == []
        assert werk.opruiming.verlopen_inhoud(begin, na(10), 9) == [(ELK, 1), (ANDER, 1)]


def test_een_leerling_wordt_geheel_gewist_en_een_ander_niet(opslag: Opslag) -> None:
    opdrachtgever = Opdrachtgever("a")
    with opslag.werk() as werk:
        werk.aanleverpunten.bewaar(punt())
        for elk, pgn in (("12345", "123456782"), ("777", "111222333")):
            voeg_dossier_toe(werk, dossier(elk), versies=2, pgn=pgn)
            nr = werk.leveringen.voeg_toe(levering(elk))
            werk.leveringen.overgedragen(nr, NU)
            werk.verzoeken.bewaar(verzoek(pgn, int(elk)))
            werk.logboek.historie(HistorieRegel(ElkNummer(elk), NU, "aangeleverd"))
        werk.klaarzettingen.maak(Klaarzetopdracht("o", NU, opdrachtgever, "t", 2, 0), [ELK, ANDER])
        werk.klaarzettingen.zet_resultaat("o", Klaarzetresultaat(ELK))
    _meld(opslag, "a")
    _meld(opslag, "b", elk="777")
    abonnement = _abonnement()
    _abonneer(opslag, abonnement)
    _vul_aan(opslag, abonnement)
    with opslag.werk() as werk:
        weg = werk.opruiming.wis_leerling(ELK, NU, "verzoek")
        assert {soort: weg[soort] for soort in ("dossiers", "versies", "verzoeken", "gebeurtenissen")} == {
            "dossiers": 1,
            "versies": 2,
            "verzoeken": 1,
            "gebeurtenissen": 1,
        }
        assert not any(werk.opruiming.wis_leerling(ELK, NU, "verzoek").values())
    with opslag.lezen() as werk:
        assert werk.dossiers.dossier(ELK) is None
        assert werk.dossiers.dossier(ANDER) is not None
        assert werk.verzoeken.van_pgn(Pgn("123456782"), HIER) == []
        assert len(werk.verzoeken.van_pgn(Pgn("111222333"), HIER)) == 1
        assert werk.leveringen.van_dossier(ELK) == []
        assert len(werk.leveringen.van_dossier(ANDER)) == 1
        assert werk.logboek.historie_van(ELK, 0, 10) == ([], None)
        assert [g.id for g in werk.logboek.gebeurtenissen(0, 10)] == ["b"]
        assert werk.klaarzettingen.resultaten("o") == []
        assert werk.klaarzettingen.open_rijen("o", 10) == [ANDER]
        assert [steen.soort for steen in werk.opruiming.grafstenen(ELK)] == ["leerling"]
    assert _nu_te_sturen(opslag) == ["b"]


def test_wissen_neemt_ook_mee_wat_van_de_leerling_is_opgehaald(opslag: Opslag) -> None:
    eigen, ander = Pgn("123456782"), Pgn("111222333")
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier(), pgn=eigen.waarde)
        for naam, pgn in (("klaar", eigen), ("bezig", eigen), ("ander", ander)):
            ophaling = Ophaling(naam, NU, Opdrachtgever("a"), HIER.brin, HIER, Overdrachtsoort.OVERSTAPDOSSIER)
            werk.ophalingen.maak(ophaling, pgn)
            if naam != "bezig":
                werk.ophalingen.bewaar(replace(ophaling, afgerond=NU))
        assert werk.opruiming.wis_leerling(ELK, NU, "verzoek")["ophalingen"] == 1
    with opslag.lezen() as werk:
        assert [werk.ophalingen.pgn(naam) for naam in ("klaar", "bezig", "ander")] == [None, eigen, ander]


def test_gebeurtenissen_gaan_pas_weg_als_niemand_erop_wacht(opslag: Opslag) -> None:
    abonnement = _abonnement()
    _abonneer(opslag, abonnement)
    _meld(opslag, "a", "b", "c")
    _vul_aan(opslag, abonnement, 2)
    _probeer(opslag, "a", Poging(Uitslag.GELUKT))
    with opslag.werk() as werk:
        assert werk.opruiming.verwijder_gebeurtenissen_voor(NU) == 0
        assert werk.opruiming.verwijder_gebeurtenissen_voor(na(1)) == 1, "b waits, c was not looked at yet"
        assert [g.id for g in werk.logboek.gebeurtenissen(0, 10)] == ["b", "c"]
    _meld(opslag, "d")
    with opslag.lezen() as werk:
        assert [(g.id, g.nr) for g in werk.logboek.gebeurtenissen(0, 10)] == [("b", 2), ("c", 3), ("d", 4)]


def test_oude_opdrachten_gaan_weg_als_zij_klaar_zijn(opslag: Opslag) -> None:
    wie = Opdrachtgever("a")
    with opslag.werk() as werk:
        werk.klaarzettingen.maak(Klaarzetopdracht("klaar", NU, wie, "t", 1, 0), [ELK])
        werk.klaarzettingen.zet_resultaat("klaar", Klaarzetresultaat(ELK))
        werk.klaarzettingen.maak(Klaarzetopdracht("open", NU, wie, "t", 1, 0), [ELK])
        assert werk.opruiming.verwijder_klaarzettingen_voor(NU) == 0
        assert werk.opruiming.verwijder_klaarzettingen_voor(na(1)) == 1
        assert werk.klaarzettingen.opdracht("klaar") is None
        assert werk.klaarzettingen.opdracht("open") is not None
