"""The repository of fetches: the fake, SQLite and PostgreSQL keep to the same contract."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from gateway.berichten.pakket import standaardpakket
from gateway.domain.beoordeling import Bevinding, Ernst, Rapport
from gateway.domain.logboek import Opdrachtgever
from gateway.domain.ophaling import OpgehaaldDocument, Ophaling, Sectieverschil
from gateway.domain.overdracht import TeBevragenPunt
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Overdrachtsoort, Pgn, RouteringsKenmerk, SessieId, Vestiging
from gateway.ports import OphalingFilter, Opslag, OpslagTegenstrijdig
from gateway.store.opslag import SqlOpslag
from gateway.store.schema import migreer
from gateway.trust.kluis import Kluis
from tests.hulp.opslagen import SLEUTEL_A

NU = datetime(2026, 6, 1, 9, tzinfo=UTC)
PGN, ANDER = Pgn("101211151"), Pgn("482782481")
BRON = RouteringsKenmerk("0000000700000AH00900")
SOORT = Overdrachtsoort.OVERSTAPDOSSIER
PUNT = TeBevragenPunt(Brin("00AH"), BRON, "https://bron.test/oso/20200910", "LAS")
TABEL = standaardpakket().tabel


def _ophaling(naam: str = "o-1", **anders: Any) -> Ophaling:
    kaal = Ophaling(
        id=naam,
        moment=NU,
        opdrachtgever=Opdrachtgever("account-1", "iemand", "kern"),
        bron_brin=Brin("00AH"),
        doel=Vestiging.van("00YY", "00"),
        overdrachtsoort=SOORT,
    )
    return replace(kaal, **anders)


def _afgerond(
    ophaling: Ophaling, moment: datetime, resultaat: Resultaat = Resultaat.OVERDRACHT_GESLAAGD, datum: datetime = NU
) -> Ophaling:
    stap = ophaling.naar_sessie(RouteringsKenmerk("0000000700000YY00931"))
    stap = stap.met_sessie(SessieId.nieuw(), [PUNT], moment).begin(moment)
    stap = stap.gevraagd_sinds(0, None, None).ontvangen(0, "2019.1", datum)
    return stap.beslist(0, resultaat, TABEL).afgemeld(Resultaat.OVERDRACHT_GESLAAGD, moment)


def _maak(opslag: Opslag, ophaling: Ophaling, pgn: Pgn = PGN) -> None:
    with opslag.werk() as werk:
        werk.ophalingen.maak(replace(ophaling, revisie=0), pgn)


def test_alle_velden_komen_terug(opslag: Opslag) -> None:
    begin = _ophaling(bron_kenmerk=BRON, opnieuw=True, lijst="l-1", nummer=3)
    _maak(opslag, begin)
    with opslag.werk() as werk:
        gelezen = werk.ophalingen.ophaling("o-1")
        assert gelezen is not None
        assert replace(gelezen, nr=0) == begin
        assert werk.ophalingen.pgn("o-1") == PGN
        klaar = replace(_afgerond(gelezen, NU), melding="Een zin.", code="Code")
        bewaard = werk.ophalingen.bewaar(klaar)
        assert bewaard == replace(klaar, revisie=1)
    with opslag.lezen() as werk:
        assert werk.ophalingen.ophaling("o-1") == bewaard
        assert werk.ophalingen.ophaling("o-2") is None
        assert werk.ophalingen.ophaling("a\x00b") is None
        assert werk.ophalingen.pgn("o-2") is None


def test_een_tussenstand_komt_terug(opslag: Opslag) -> None:
    _maak(opslag, _ophaling())
    with opslag.werk() as werk:
        gelezen = werk.ophalingen.ophaling("o-1")
        assert gelezen is not None
        stap = gelezen.naar_sessie(BRON).met_sessie(SessieId.nieuw(), [PUNT, PUNT], NU)
        stap = stap.begin(NU).gevraagd_sinds(0, NU - timedelta(days=1), "o-0")
        bewaard = werk.ophalingen.bewaar(stap.later(NU + timedelta(seconds=5)))
    with opslag.lezen() as werk:
        assert werk.ophalingen.ophaling("o-1") == bewaard


def test_wie_achterloopt_bewaart_niets(opslag: Opslag) -> None:
    _maak(opslag, _ophaling())
    with opslag.lezen() as werk:
        gelezen = werk.ophalingen.ophaling("o-1")
    assert gelezen is not None
    with opslag.werk() as werk:
        werk.ophalingen.bewaar(gelezen.begin(NU))
    with pytest.raises(OpslagTegenstrijdig), opslag.werk() as werk:
        werk.ophalingen.bewaar(gelezen.later(NU))
    with pytest.raises(OpslagTegenstrijdig), opslag.werk() as werk:
        werk.ophalingen.bewaar(_ophaling("onbekend"))


def test_de_laatst_geslaagde_van_leerling_bron_school_en_soort(opslag: Opslag) -> None:
    for naam, pgn, uren, resultaat in (
        ("oud", PGN, 1, Resultaat.OVERDRACHT_GESLAAGD),
        ("nieuw", PGN, 3, Resultaat.OVERDRACHT_GESLAAGD),
        ("later-mislukt", PGN, 5, Resultaat.DOSSIER_ONGELDIG),
        ("ander-kind", ANDER, 7, Resultaat.OVERDRACHT_GESLAAGD),
    ):
        _maak(opslag, _afgerond(_ophaling(naam), NU + timedelta(hours=uren), resultaat), pgn)
    doel = Brin("00YY")
    with opslag.lezen() as werk:
        gevonden = werk.ophalingen.laatst_geslaagd(PGN, doel, BRON, SOORT)
        assert gevonden is not None
        assert gevonden.id == "nieuw"
        assert werk.ophalingen.laatst_geslaagd(PGN, Brin("12SS"), BRON, SOORT) is None
        assert werk.ophalingen.laatst_geslaagd(PGN, doel, RouteringsKenmerk("x"), SOORT) is None
        assert werk.ophalingen.laatst_geslaagd(PGN, doel, BRON, Overdrachtsoort.OVERDRACHTBINNENBRIN) is None


def test_documenten_met_rapport_en_wijzigingen(opslag: Opslag) -> None:
    _maak(opslag, _ophaling())
    kaal = OpgehaaldDocument(0, b"<bericht/>", b"<dossier/>")
    rapport = Rapport("2019.1", "POVO", (Bevinding("OS.x", Ernst.FOUT, "/dossier[1]", 3, "Fout.", ("a",)),))
    vol = replace(kaal, octets=b"<d/>", rapport=rapport, wijzigingen=(Sectieverschil("verzuim", "nieuw"),))
    with opslag.werk() as werk:
        werk.ophalingen.bewaar_document("o-1", kaal)
        assert werk.ophalingen.document("o-1", 0) == kaal
        werk.ophalingen.bewaar_document("o-1", vol)
    with opslag.lezen() as werk:
        assert werk.ophalingen.document("o-1", 0) == vol
        assert werk.ophalingen.oordeel("o-1", 0) == replace(vol, bericht=b"", ontvangen=b"", octets=None)
        assert werk.ophalingen.document("o-1", 1) is None
        assert werk.ophalingen.oordeel("o-1", 1) is None


def test_lijst_met_filters_en_bladzijden(opslag: Opslag) -> None:
    for nr in range(1, 6):
        _maak(opslag, _ophaling(f"o-{nr}", lijst="l-1" if nr % 2 else None))
    _maak(opslag, _ophaling("elders", doel=Vestiging.van("12SS", "01")))
    with opslag.lezen() as werk:
        eerste, na = werk.ophalingen.lijst(OphalingFilter(), 0, 4)
        assert [een.id for een in eerste] == ["o-1", "o-2", "o-3", "o-4"]
        assert na is not None
        rest, einde = werk.ophalingen.lijst(OphalingFilter(), na, 4)
        assert ([een.id for een in rest], einde) == (["o-5", "elders"], None)
        van_lijst, _ = werk.ophalingen.lijst(OphalingFilter(lijst="l-1"), 0, 100)
        assert [een.id for een in van_lijst] == ["o-1", "o-3", "o-5"]
        hier, _ = werk.ophalingen.lijst(OphalingFilter(doel_brin=Brin("12SS")), 0, 100)
        assert [een.id for een in hier] == ["elders"]
        assert werk.ophalingen.lijst(OphalingFilter(lijst="a\x00"), 0, 100) == ([], None)


def test_te_doen_is_wat_niet_klaar_is_en_niet_wacht(opslag: Opslag) -> None:
    _maak(opslag, _ophaling("nu"))
    _maak(opslag, _ophaling("straks", volgende_poging=NU + timedelta(seconds=10)))
    _maak(opslag, _afgerond(_ophaling("klaar"), NU))
    with opslag.lezen() as werk:
        assert werk.ophalingen.te_doen(NU, 10) == ["nu"]
        assert werk.ophalingen.te_doen(NU + timedelta(minutes=1), 10) == ["nu", "straks"]
        assert werk.ophalingen.te_doen(NU + timedelta(minutes=1), 1) == ["nu"]
        assert werk.ophalingen.te_doen(NU - timedelta(hours=1), 10) == ["nu", "straks"]  # the clock was put back


def test_bewaartermijn_wist_pgn_en_inhoud_en_laat_de_feiten_staan(opslag: Opslag) -> None:
    _maak(opslag, _afgerond(_ophaling("oud"), NU))
    _maak(opslag, _afgerond(_ophaling("nieuw"), NU + timedelta(days=2)))
    with opslag.werk() as werk:
        for naam in ("oud", "nieuw"):
            werk.ophalingen.bewaar_document(naam, OpgehaaldDocument(0, b"<b/>", b"<o/>", b"<c/>"))
    with opslag.werk() as werk:
        assert werk.ophalingen.wis_inhoud_voor(NU + timedelta(days=1)) == 1
    with opslag.werk() as werk:
        assert werk.ophalingen.wis_inhoud_voor(NU + timedelta(days=1)) == 0
        assert werk.ophalingen.pgn("oud") is None
        assert werk.ophalingen.document("oud", 0) is None
        assert werk.ophalingen.ophaling("oud") is not None
        assert werk.ophalingen.pgn("nieuw") == PGN
        assert werk.ophalingen.document("nieuw", 0) is not None


def test_in_de_tabellen_staat_niets_van_een_leerling(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/o.sqlite"
    migreer(url)
    opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
    _maak(opslag, _afgerond(_ophaling(), NU))
    with opslag.werk() as werk:
        werk.ophalingen.bewaar_document("o-1", OpgehaaldDocument(0, b"<b>Geheimnaam</b>", b"<o>Geheimnaam</o>"))
    for _ in opslag.hersleutel():
        pass
    opslag.sluit()
    motor = create_engine(url)
    with motor.connect() as verbinding:
        for tabel in ("ophaling", "ophaling_document"):
            for rij in verbinding.execute(text(f"SELECT * FROM {tabel}")):
                tekst = repr(tuple(rij))
                assert PGN.waarde not in tekst
                assert "Geheimnaam" not in tekst
    motor.dispose()
