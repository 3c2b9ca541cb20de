"""Calls out and last hand-overs: the fake, SQLite and PostgreSQL tell the same."""

from __future__ import annotations

from dataclasses import replace

from gateway.domain.poging import Belpoging, Pogingafloop
from gateway.ports import Opslag, PogingFilter
from tests.hulp.opslagen import DAAR, HIER, dossier, levering, na, voeg_dossier_toe

STIL = Belpoging(na(1), "traffic-center", "ping", Pogingafloop.GEEN_ANTWOORD, 4600, "GeenGeldigAntwoord", "Stil.")
GOED = Belpoging(na(2), "traffic-center", "ping", Pogingafloop.BEANTWOORD, 12)
FAULT = Belpoging(
    na(3), "las.example:443", "notificatie", Pogingafloop.FAULT, 5, "TeGroot", "Een fault.", "f-1", "notificatie/7"
)


def test_pogingen_bladeren_filteren_en_tellen(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        werk.pogingen.voeg_toe([])
        werk.pogingen.voeg_toe([STIL, GOED])
        werk.pogingen.voeg_toe([FAULT, replace(STIL, moment=na(4))])
    with opslag.lezen() as werk:
        alle, volgende = werk.pogingen.lijst(PogingFilter(), 0, 10)
        assert [replace(een, id=0) for een in alle] == [STIL, GOED, FAULT, replace(STIL, moment=na(4))]
        assert volgende is None
        eerste, volgende = werk.pogingen.lijst(PogingFilter(alleen_mislukt=True), 0, 2)
        assert [een.oorzaak for een in eerste] == ["GeenGeldigAntwoord", "TeGroot"]
        assert volgende == eerste[-1].id
        assert len(werk.pogingen.lijst(PogingFilter(alleen_mislukt=True), volgende, 2)[0]) == 1
        for filter_, aantal in (
            (PogingFilter(partij="las.example:443"), 1),
            (PogingFilter(operatie="ping"), 3),
            (PogingFilter(oorzaak="GeenGeldigAntwoord", sinds=na(2)), 1),
            (PogingFilter(oorzaak="bestaat\x00niet"), 0),
            (PogingFilter(onderwerpen=frozenset({"notificatie/7", "sessie/x", "\x00"})), 1),
            (PogingFilter(onderwerpen=frozenset()), 0),
        ):
            assert len(werk.pogingen.lijst(filter_, 0, 10)[0]) == aantal
        groepen = werk.pogingen.groepen(na(0), alleen_mislukt=True)
        assert [(g.oorzaak, g.aantal, g.eerste, g.laatste) for g in groepen] == [
            ("GeenGeldigAntwoord", 2, na(1), na(4)),
            ("TeGroot", 1, na(3), na(3)),
        ]
        assert sum(g.aantal for g in werk.pogingen.groepen(na(2), alleen_mislukt=False)) == 3


def test_oude_pogingen_gaan_weg(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        werk.pogingen.voeg_toe([STIL, GOED, FAULT])
        assert werk.pogingen.verwijder_voor(na(3)) == 2
        assert werk.pogingen.verwijder_voor(na(3)) == 0
    with opslag.lezen() as werk:
        assert [een.oorzaak for een in werk.pogingen.lijst(PogingFilter(), 0, 10)[0]] == ["TeGroot"]


def test_de_laatste_overdracht_van_elk_punt(opslag: Opslag) -> None:
    with opslag.werk() as werk:
        voeg_dossier_toe(werk, dossier("1"))
        for plek, moment in ((HIER, na(3)), (HIER, na(9)), (HIER, na(5)), (DAAR, na(4)), (DAAR, None)):
            nummer = werk.leveringen.voeg_toe(levering("1", 1, bron=plek))
            if moment is not None:
                werk.leveringen.overgedragen(nummer, moment)
    with opslag.lezen() as werk:
        assert werk.leveringen.laatst_overgedragen() == {HIER: na(9), DAAR: na(4)}
