"""What may not be read in the files of the database cannot be, and a secret works only in its own row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from gateway.domain.dossier import Context, VersieInhoud
from gateway.domain.toegang import Abonnement, BewaardAntwoord
from gateway.domain.waarden import ElkNummer, Pgn
from gateway.store.opslag import SqlOpslag
from gateway.trust.fouten import OntsleutelenMislukt, SleutelOnbekend
from gateway.trust.kluis import Kluis
from tests.hulp.opslagen import (
    HIER,
    NU,
    SLEUTEL_A,
    SLEUTEL_B,
    database_url,
    dossier,
    inhoud,
    levering,
    punt,
    regel,
    versie,
    verzoek,
)

ELK = ElkNummer("12345")
PGN = "123456782"
GEHEIMEN = [PGN, "Jansen-Öztürk", "zeer geheime sleutel", "haakgeheim", "tegengehouden om moeder", "vingerafdruk-pgn"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with database_url(request.param, tmp_path) as gemaakt:
        yield gemaakt


def _vul(opslag: SqlOpslag) -> VersieInhoud:
    geheim = replace(
        inhoud(),
        octets=f"<dossier><achternaam>Jansen-Öztürk</achternaam><pgn>{PGN}</pgn></dossier>".encode() * 500,
        handtekening=b"<Jansen/>",
    )
    with opslag.werk() as werk:
        werk.aanleverpunten.bewaar(punt(sleutel="zeer geheime sleutel"))
        werk.dossiers.bewaar(dossier().met_context(Context(HIER, tegenhouden="tegengehouden om moeder")))
        werk.dossiers.voeg_versie_toe(ELK, versie(), geheim, Pgn(PGN))
        werk.verzoeken.bewaar(verzoek(PGN))
        werk.leveringen.voeg_toe(levering())
        werk.logboek.audit(regel(over=Pgn(PGN)))
        werk.logboek.audit(regel())
        werk.abonnementen.bewaar(Abonnement("elk", "https://x.test", "haakgeheim", (), NU, 0))
        werk.toegang.bewaar_antwoord(
            BewaardAntwoord("t", "r", "s", "vingerafdruk-pgn", NU, 200, f'{{"pgn":"{PGN}"}}'.encode(), {"X": PGN})
        )
    return geheim


def _alles(url: str, map_: Path) -> bytes:
    """Give all octets of the files, or of a dump on PostgreSQL."""
    if url.startswith("sqlite"):
        return b"".join(pad.read_bytes() for pad in sorted(map_.iterdir()))
    engine = create_engine(url)
    uit: list[str] = []
    with engine.connect() as verbinding:
        namen = verbinding.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars()
        for naam in namen.all():
            uit += [str(tuple(rij)) for rij in verbinding.execute(text(f"SELECT * FROM {naam}"))]
    engine.dispose()
    return "\n".join(uit).encode()


def test_niets_van_een_persoon_staat_leesbaar_in_de_database(url: str, tmp_path: Path) -> None:
    opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
    _vul(opslag)
    for moment in ("with the write-ahead log", "after it was folded in"):
        alles = _alles(url, tmp_path)
        for geheim in GEHEIMEN:
            assert geheim.encode() not in alles, (geheim, moment)
        assert b"k-00YY00" in alles
        opslag.sluit()


@pytest.mark.parametrize(
    ("opdracht", "lees"),
    [
        ("UPDATE versie_octets SET octets = (SELECT handtekening FROM versie_bewijs WHERE versie = 1)", "octets"),
        ("UPDATE versie_octets SET octets = (SELECT octets FROM versie_octets WHERE versie = 2)", "octets"),
        ("UPDATE dossier SET pgn = (SELECT pgn FROM verzoek)", "dossier"),
        ("UPDATE versie_bewijs SET rapport = bijlagen", "inhoud"),
    ],
)
def test_een_geheim_werkt_niet_op_een_andere_plek(url: str, opdracht: str, lees: str) -> None:
    opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
    _vul(opslag)
    with opslag.werk() as werk:
        werk.dossiers.voeg_versie_toe(ELK, versie(2), inhoud(2), None)
        werk.sessie.verbinding.execute(text(opdracht))
    with opslag.lezen() as werk, pytest.raises(OntsleutelenMislukt):
        getattr(werk.dossiers, lees)(ELK, *([] if lees == "dossier" else [1]))
    opslag.sluit()


def test_hersleutelen_zet_alles_onder_de_nieuwe_sleutel(url: str) -> None:
    oud = SqlOpslag(url, Kluis(SLEUTEL_A))
    geheim = _vul(oud)
    with oud.werk() as werk:
        for nr in range(2, 6):
            werk.dossiers.voeg_versie_toe(ELK, versie(nr), inhoud(nr), None)
    oud.sluit()

    beide = SqlOpslag(url, Kluis(f"{SLEUTEL_B},{SLEUTEL_A}"))
    # Both keys live: what is old is found and read, and new things go under the new one.
    with beide.werk() as werk:
        assert [d.elk_nummer for d in werk.dossiers.met_pgn(Pgn(PGN), HIER)] == [ELK]
        assert len(werk.verzoeken.van_pgn(Pgn(PGN), HIER)) == 1
        werk.logboek.audit(regel("nieuw"))
        assert [rij.operatie for rij in werk.logboek.audit_over(ELK)] == ["aanleveren", "nieuw"]
    stappen = list(beide.hersleutel(2))
    assert {stap.tabel: stap.hersleuteld for stap in stappen} == {
        "aanleverpunt": 1,
        "dossier": 1,
        "versie_octets": 5,
        "versie_bewijs": 5,
        "verzoek": 1,
        "bewaard_antwoord": 1,
        "abonnement": 1,
        "ontvangen_bericht": 0,
        "ophaling": 0,
        "ophaling_document": 0,
    }
    assert [(s.bekeken, s.totaal, s.hersleuteld) for s in stappen if s.tabel == "versie_octets"] == [
        (2, 5, 2),
        (4, 5, 4),
        (5, 5, 5),
    ]
    assert all(stap.hersleuteld == 0 for stap in beide.hersleutel(2))
    beide.sluit()

    nieuw = SqlOpslag(url, Kluis(SLEUTEL_B))
    with nieuw.lezen() as werk:
        assert [d.pgn for d in werk.dossiers.met_pgn(Pgn(PGN), HIER)] == [Pgn(PGN)]
        assert werk.dossiers.inhoud(ELK, 1) == geheim
        assert werk.dossiers.inhoud(ELK, 5) == inhoud(5)
        assert werk.aanleverpunten.alle() == [punt(sleutel="zeer geheime sleutel")]
        assert werk.verzoeken.van_pgn(Pgn(PGN), HIER) == [verzoek(PGN)]
        assert werk.abonnementen.alle()[0].geheim == "haakgeheim"
        bewaard = werk.toegang.bewaard_antwoord("t", "r", "s", NU)
        assert bewaard is not None
        assert bewaard.koppen == {"X": PGN}
        assert werk.logboek.controleer_keten().eerste_breuk is None
    nieuw.sluit()


def test_zonder_de_oude_sleutel_gaat_niets_open(url: str) -> None:
    oud = SqlOpslag(url, Kluis(SLEUTEL_A))
    _vul(oud)
    oud.sluit()
    vreemd = SqlOpslag(url, Kluis(SLEUTEL_B))
    with vreemd.lezen() as werk:
        assert werk.dossiers.met_pgn(Pgn(PGN), HIER) == []
        with pytest.raises(SleutelOnbekend):
            werk.dossiers.octets(ELK, 1)
        with pytest.raises(SleutelOnbekend):
            werk.logboek.controleer_keten()
    vreemd.sluit()
