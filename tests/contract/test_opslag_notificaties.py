"""Notifications, switches by hand, rounds and signs of trouble, as every store must keep them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.dossier import Context, Dossier, Klaarzetting, Quarantaine
from gateway.domain.notificatie import VERSTE_PAUZE, NotificatieStatus, Notificatietaak, Waarom
from gateway.domain.resultaat import Resultaat
from gateway.domain.schakelaar import Bereik, Schakelaar
from gateway.domain.signalen import Herhaling, Verdacht
from gateway.domain.waarden import Brin, ElkNummer, Herkomst, Overdrachtsoort, Pgn, RouteringsKenmerk, SessieId
from gateway.ports import NotificatieFilter, Opslag, OpslagTegenstrijdig
from tests.hulp.opslagen import (
    DAAR,
    HIER,
    KENMERK,
    NU,
    inhoud,
    levering,
    na,
    punt,
    school,
    versie,
    verzoek,
)

ELK = ElkNummer("12345")
ANDER = ElkNummer("23456")
PGN = Pgn("123456782")
DOEL = RouteringsKenmerk("0000000700000YY00777")
VANAF, ONDERWEG = na(-1000), na(-60)
TAAK = Notificatietaak(ELK, 1, HIER, HIER.brin, DOEL, SessieId.nieuw(), na(-500), NU, NU, NU)


def _vul(opslag: Opslag, *, context: Context | None = None, klaar: bool = True, **velden: Any) -> None:
    """A pupil set ready at HIER whose LAS asked in vain; `velden` change school, punt, verzoek or versie."""
    with opslag.werk() as werk:
        werk.scholen.bewaar(replace(school(HIER), **velden.get("school", {})))
        aan = punt(HIER, status=AanleverpuntStatus.GEREGISTREERD, routerings_kenmerk=KENMERK)
        werk.aanleverpunten.bewaar(replace(aan, **velden.get("punt", {})))
        gezet = Klaarzetting(HIER, NU, "account") if klaar else None
        werk.dossiers.bewaar(Dossier(ELK, context or Context(HIER, oki_doc_vrijgegeven=True), gezet))
        werk.dossiers.voeg_versie_toe(ELK, replace(versie(1), **velden.get("versie", {})), inhoud(1), PGN)
        kaal = verzoek(PGN.waarde, moment=na(-500))
        adres = replace(kaal.adres, bron_brin=HIER.brin, bron_kenmerk=KENMERK, doel_brin=HIER.brin, doel_kenmerk=DOEL)
        werk.verzoeken.bewaar(replace(replace(kaal, adres=adres), **velden.get("verzoek", {})))


def _kandidaten(opslag: Opslag) -> list[str]:
    with opslag.lezen() as werk:
        return [elk.waarde for elk in werk.notificaties.kandidaten(VANAF, ONDERWEG, 10)]


# ------------------------------------------------------------------------------------------------ who is to hear


def test_wie_tevergeefs_vroeg_is_kandidaat(opslag: Opslag) -> None:
    _vul(opslag)
    assert _kandidaten(opslag) == [ELK.waarde]


_VRIJ = Context(HIER, oki_doc_vrijgegeven=True)


@pytest.mark.parametrize(
    "anders",
    [
        {"klaar": False},
        {"context": replace(_VRIJ, oki_doc_vrijgegeven=False)},
        {"context": replace(_VRIJ, tegenhouden="wacht")},
        {"context": replace(_VRIJ, plaatsing=DAAR)},
        {"context": replace(_VRIJ, herkomst=Herkomst.PARTICULIER)},
        {"school": {"notificeren": "handmatig"}},
        {"punt": {"status": AanleverpuntStatus.UITGEZET}},
        {"punt": {"routerings_kenmerk": RouteringsKenmerk("een-ander")}},
        {"versie": {"heeft_pgn": False}},
        {"versie": {"inzage_ontbreekt": True}},
        {"versie": {"quarantaine": Quarantaine(NU, "proef")}},
        {"verzoek": {"moment": na(-2000)}},
        {"verzoek": {"pgn": Pgn("101211151")}},
        {"verzoek": {"overdrachtsoort": Overdrachtsoort.OVERDRACHTBINNENBRIN}},
    ],
    ids=str,
)
def test_wie_niets_te_halen_heeft_is_geen_kandidaat(opslag: Opslag, anders: dict[str, Any]) -> None:
    _vul(opslag, **anders)
    assert _kandidaten(opslag) == []


def test_een_aanvraag_van_een_andere_school_telt_niet(opslag: Opslag) -> None:
    kaal = verzoek(PGN.waarde).adres
    _vul(opslag, verzoek={"adres": replace(kaal, bron_brin=HIER.brin, bron_kenmerk=KENMERK, doel_brin=DAAR.brin)})
    assert _kandidaten(opslag) == []


@pytest.mark.parametrize(
    ("geleverd", "verwacht"),
    [
        ({"versie": 1, "overgedragen": NU}, []),
        ({"versie": 1, "moment": na(-10)}, []),
        ({"versie": 1, "moment": na(-100)}, [ELK.waarde]),
        ({"versie": None, "resultaat": Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR}, [ELK.waarde]),
        ({"versie": None, "resultaat": Resultaat.LEERLINGINFO_NIET_GEWIJZIGD, "moment": na(9999)}, []),
        ({"versie": 1, "overgedragen": NU, "doel_kenmerk": RouteringsKenmerk("een-ander")}, [ELK.waarde]),
    ],
    ids=str,
)
def test_wie_de_versie_heeft_is_geen_kandidaat(opslag: Opslag, geleverd: dict[str, Any], verwacht: list[str]) -> None:
    _vul(opslag)
    kaal = replace(
        levering(ELK.waarde), bron=HIER, doel_brin=HIER.brin, doel_kenmerk=DOEL, overgedragen=None, moment=na(-200)
    )
    with opslag.werk() as werk:
        werk.leveringen.voeg_toe(replace(kaal, **geleverd))
    assert _kandidaten(opslag) == verwacht


@pytest.mark.parametrize(
    ("taak", "verwacht"),
    [
        (TAAK, []),
        (TAAK.mislukt("weg", NU), []),
        (TAAK.vervallen(Waarom.NIET_KLAARGEZET, NU), [ELK.waarde]),
        (replace(TAAK.vervallen(Waarom.NIET_KLAARGEZET, NU), verstuurd=NU), []),
        (replace(TAAK, versie=2), [ELK.waarde]),
        (replace(TAAK, doel_kenmerk=KENMERK), [ELK.waarde]),
    ],
)
def test_wie_al_hoorde_is_geen_kandidaat(opslag: Opslag, taak: Notificatietaak, verwacht: list[str]) -> None:
    _vul(opslag)
    with opslag.werk() as werk:
        assert werk.notificaties.voeg_toe(taak)
    assert _kandidaten(opslag) == verwacht


# ------------------------------------------------------------------------------------------------------- the rows


def test_per_doel_en_versie_is_er_een(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        assert werk.notificaties.voeg_toe(TAAK)
        assert not werk.notificaties.voeg_toe(replace(TAAK, sessie_id=SessieId.nieuw()))
        assert werk.notificaties.voeg_toe(replace(TAAK, doel_brin=Brin("12SS")))
    with opslag.lezen() as werk:
        eerste, tweede = werk.notificaties.van_dossier(ELK)
        assert (eerste, tweede.doel_brin) == (replace(TAAK, id=eerste.id), Brin("12SS"))
        assert werk.notificaties.taak(eerste.id) == eerste
        assert werk.notificaties.taak(999) is None
        assert werk.notificaties.van_dossier(ANDER) == []


def test_elke_stap_komt_terug_zoals_bewaard(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        werk.notificaties.voeg_toe(TAAK)
        (taak,) = werk.notificaties.van_dossier(ELK)
        stappen = [taak.gemeld("https://las.test/oso", na(1))]
        stappen.append(stappen[-1].versturen(na(2)))
        stappen.append(stappen[-1].later("weg", na(3), 0.5))
        stappen.append(stappen[-1].mislukt("stuk", na(4)))
        stappen.append(stappen[-1].opnieuw(SessieId.nieuw(), na(-9), na(5), "account-7"))
        for stap in stappen:
            werk.notificaties.bewaar(stap)
            assert werk.notificaties.taak(taak.id, vergrendel=True) == stap
        with pytest.raises(OpslagTegenstrijdig):
            werk.notificaties.bewaar(replace(taak, id=999))


def test_te_doen_is_wat_open_is_en_aan_de_beurt(opslag: Opslag) -> None:
    taken = [
        replace(TAAK, versie=1, volgende_poging=na(5)),
        replace(TAAK, versie=2, volgende_poging=na(1)),
        replace(TAAK, versie=3, volgende_poging=na(50)),
        replace(TAAK, versie=4).mislukt("stuk", NU),
        replace(TAAK, versie=5, volgende_poging=na(10) + VERSTE_PAUZE + timedelta(seconds=1)),
    ]
    with opslag.werk() as werk:
        for taak in taken:
            werk.notificaties.voeg_toe(taak)
        nummers = {taak.versie: taak.id for taak in werk.notificaties.van_dossier(ELK)}
    with opslag.lezen() as werk:
        assert list(werk.notificaties.te_doen(na(10), 10)) == [nummers[2], nummers[1], nummers[5]]
        assert list(werk.notificaties.te_doen(na(10), 1)) == [nummers[2]]


def test_hervatten_laat_wat_wacht_nu_aan_de_beurt_komen(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        werk.notificaties.voeg_toe(TAAK.uitgesteld(Waarom.AANLEVERPUNT_UIT, NU))
        werk.notificaties.voeg_toe(replace(TAAK, bron=DAAR, versie=2, volgende_poging=na(99)))
        assert werk.notificaties.hervat(HIER, na(1)) == 1
        assert len(werk.notificaties.te_doen(na(1), 10)) == 1
        assert werk.notificaties.hervat(None, na(2)) == 1
        assert len(werk.notificaties.te_doen(na(2), 10)) == 2


def test_de_lijst_en_het_opruimen(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        for nr in range(1, 5):
            taak = replace(TAAK, versie=nr, bron=HIER if nr % 2 else DAAR)
            werk.notificaties.voeg_toe(taak.mislukt("stuk", na(nr)) if nr > 2 else taak)
    with opslag.lezen() as werk:
        eerste, verder = werk.notificaties.lijst(NotificatieFilter(), 0, 3)
        assert verder is not None
        tweede, einde = werk.notificaties.lijst(NotificatieFilter(), verder, 3)
        assert [taak.versie for taak in (*eerste, *tweede)] == [1, 2, 3, 4]
        assert einde is None
        mislukt = NotificatieFilter(NotificatieStatus.MISLUKT, frozenset({HIER}))
        assert [taak.versie for taak in werk.notificaties.lijst(mislukt, 0, 10)[0]] == [3]
    with opslag.werk() as werk:
        assert werk.notificaties.verwijder_voor(na(4)) == 1
        assert [taak.versie for taak in werk.notificaties.van_dossier(ELK)] == [1, 2, 4]


def test_wie_een_leerling_wist_wist_ook_de_notificaties(opslag: Opslag) -> None:
    _vul(opslag)
    with opslag.werk() as werk:
        werk.notificaties.voeg_toe(TAAK)
        assert werk.opruiming.wis_leerling(ELK, NU, "verzoek")["notificaties"] == 1
        assert werk.notificaties.van_dossier(ELK) == []


# ------------------------------------------------------------------------------------------ switches, rounds, signs


def test_schakelaars_worden_vervangen_en_op_bereik_gegeven(opslag: Opslag) -> None:
    hier = Schakelaar(Bereik.van_school(HIER), "storing", "beheer", NU, na(60))
    alles = Schakelaar(Bereik.alles(), "onderhoud", "beheer", NU)
    with opslag.werk() as werk:
        for een in (hier, alles, replace(hier, reden="langer", tot=None)):
            werk.schakelaars.zet(een)
        assert werk.schakelaars.alle() == [alles, replace(hier, reden="langer", tot=None)]
        assert werk.schakelaars.verwijder(hier.bereik)
        assert not werk.schakelaars.verwijder(hier.bereik)
    with opslag.lezen() as werk:
        assert werk.schakelaars.alle() == [alles]


def test_een_ronde_begint_niet_te_vroeg_opnieuw_ook_als_de_klok_teruggaat(opslag: Opslag) -> None:
    elke = timedelta(seconds=100)
    with opslag.werk() as werk:
        begonnen = [werk.rondes.begin("a", na(s), elke) for s in (0, 50, 99, 100, 150, -3600, -3550)]
        assert begonnen == [True, False, False, True, False, True, False]
        assert werk.rondes.begin("b", na(50), elke)


def test_verdacht_is_een_nieuwste_versie_in_quarantaine_die_hier_is_geleverd(opslag: Opslag) -> None:
    _vul(opslag)
    reden = Quarantaine(na(3), "proef")
    with opslag.werk() as werk:
        werk.leveringen.voeg_toe(replace(levering(ELK.waarde), bron=HIER, versie=1))
        assert werk.signalen.verdacht(HIER) == []
        werk.dossiers.zet_quarantaine(ELK, 1, reden)
        assert werk.signalen.verdacht(HIER) == [Verdacht(ELK, 1, reden)]
        assert werk.signalen.verdacht(DAAR) == []
        werk.dossiers.voeg_versie_toe(ELK, versie(2), inhoud(2), None)
        assert werk.signalen.verdacht(HIER) == []


def test_herhaling_telt_leveringen_van_een_versie_aan_een_doel(opslag: Opslag) -> None:
    _vul(opslag)
    kaal = replace(levering(ELK.waarde), bron=HIER, doel_kenmerk=DOEL, systeem="Magister", versie=1)
    with opslag.werk() as werk:
        for seconden in (-5000, 1, 2, 3):
            werk.leveringen.voeg_toe(replace(kaal, moment=na(seconden)))
        werk.leveringen.voeg_toe(replace(kaal, moment=na(4), doel_kenmerk=KENMERK))
        geweigerd = replace(kaal, moment=na(5), versie=None, resultaat=Resultaat.LEVERING_GEWEIGERD)
        werk.leveringen.voeg_toe(geweigerd)
        tel = werk.signalen.aantal_leveringen
        assert (tel(ELK, 1, DOEL, na(-60), 10), tel(ELK, 1, DOEL, na(-60), 2), tel(ELK, 2, DOEL, NU, 9)) == (3, 2, 0)
        verwacht = [Herhaling(ELK, 1, DOEL, "Magister", 3, na(3))]
        assert werk.signalen.herhaald(HIER, na(-60), 3) == verwacht
        assert werk.signalen.herhaald(HIER, na(-60), 4) == []
        assert werk.signalen.herhaald(DAAR, na(-60), 1) == []
        assert [een.moment for een in werk.signalen.laatste_leveringen(HIER, 2)] == [na(4), na(3)]
