"""Stores for tests: the fake, SQLite and PostgreSQL, each fresh, and things to put in them."""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from gateway.domain.aanleverpunt import Aanleverpunt, AanleverpuntStatus
from gateway.domain.beoordeling import Bevinding, BijlageGegevens, Ernst, Rapport
from gateway.domain.dossier import Context, Dossier, Versie, VersieInhoud
from gateway.domain.logboek import AuditRegel, Gebeurtenis, GebeurtenisType, Opdrachtgever
from gateway.domain.overdracht import Adresblok, Levering, Verzoek
from gateway.domain.resultaat import Resultaat
from gateway.domain.school import School
from gateway.domain.waarden import (
    Brin,
    ElkNummer,
    Oin,
    Overdrachtsoort,
    Pgn,
    RouteringsKenmerk,
    SessieId,
    Vestiging,
)
from gateway.ports import Opslag, Werk
from gateway.store.opslag import SqlOpslag
from gateway.store.schema import migreer
from gateway.trust.kluis import Kluis
from tests.fakes.opslag import FakeOpslag
from tests.hulp.postgres import nieuwe_database

# Fixed keys: these protect synthetic persons in files that live as long as a test.
SLEUTEL_A = "a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
SLEUTEL_B = "b:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
NU = datetime(2026, 6, 1, 10, 0, 0, 123456, tzinfo=UTC)
HIER = Vestiging.van("00YY", "00")
DAAR = Vestiging.van("12SS", "01")
KENMERK = RouteringsKenmerk("0000000700000YY00932")
OIN = Oin("00000003000000020000")


def na(seconden: float) -> datetime:
    """Give a moment after NU."""
    return NU + timedelta(seconds=seconden)


# ------------------------------------------------------------------------------------------------------------- stores


@cache
def _sqlite_sjabloon() -> bytes:
    with tempfile.TemporaryDirectory(prefix="oso-sjabloon-") as map_:
        pad = Path(map_) / "leeg.sqlite"
        migreer(f"sqlite:///{pad}")
        return pad.read_bytes()


@cache
def _postgres_sjabloon() -> str:
    # One for all tests of this process: copying it costs a fifth of migrating.
    stapel = ExitStack()
    url = stapel.enter_context(nieuwe_database())
    # After the server has registered its own end: exit handlers run last in, first out.
    atexit.register(stapel.close)
    migreer(url)
    return url


@contextmanager
def sqlite_url(map_: Path) -> Iterator[str]:
    """Give the URL of a migrated SQLite file in a folder."""
    pad = map_ / "opslag.sqlite"
    pad.touch(mode=0o600)
    pad.write_bytes(_sqlite_sjabloon())
    yield f"sqlite:///{pad}"


@contextmanager
def postgres_url() -> Iterator[str]:
    """Give the URL of a migrated PostgreSQL database."""
    with nieuwe_database(_postgres_sjabloon()) as url:
        yield url


@contextmanager
def database_url(soort: str, map_: Path) -> Iterator[str]:
    """Give the URL of a migrated database of a kind, `sqlite` or `postgresql`."""
    with sqlite_url(map_) if soort == "sqlite" else postgres_url() as url:
        yield url


@contextmanager
def opslag_van(soort: str, map_: Path) -> Iterator[Opslag]:
    """Give a fresh store of a kind: `fake`, `sqlite` or `postgresql`."""
    if soort == "fake":
        yield FakeOpslag()
        return
    with database_url(soort, map_) as url:
        opslag = SqlOpslag(url, Kluis(SLEUTEL_A))
        try:
            yield opslag
        finally:
            opslag.sluit()


# ------------------------------------------------------------------------------------------------------------- things


def school(vestiging: Vestiging = HIER, **anders: Any) -> School:
    """Make a school."""
    kaal = School(
        vestiging, "Ïnstituut ’t Ĳ", "'t IJ", "VO", "Bestuur Ω", "Straat", "1-b", "1000AA", "Ergens", las="magister"
    )
    return replace(kaal, **anders)


def punt(vestiging: Vestiging = HIER, **anders: Any) -> Aanleverpunt:
    """Make an aanleverpunt that is on."""
    kaal = Aanleverpunt(
        vestiging,
        100,
        RouteringsKenmerk(f"k-{vestiging.brin}{vestiging.code}"),
        "een geheime sleutel",
        NU,
        status=AanleverpuntStatus.GEREGISTREERD,
        mag_overdracht_aanvragen=True,
    )
    return replace(kaal, **anders)


def dossier(elk: str = "12345", plaatsing: Vestiging | None = HIER, **anders: Any) -> Dossier:
    """Make a dossier with its context only."""
    kaal = Dossier(ElkNummer(elk)).met_context(Context(plaatsing=plaatsing, oki_doc_vrijgegeven=True))
    return replace(kaal, **anders)


def versie(nr: int = 1, **anders: Any) -> Versie:
    """Make the facts of a version."""
    kaal = Versie(
        versie=nr,
        sha256=f"{nr:064x}",
        vergelijking=bytes([nr % 256]) * 32,
        verzameldatum=na(nr),
        gegevensset_versie="2019.1",
        profiel="POVO",
        overdrachtsoort=Overdrachtsoort.OVERSTAPDOSSIER,
        grootte=1000 + nr,
        heeft_pgn=True,
        inzage_ontbreekt=False,
    )
    return replace(kaal, **anders)


def inhoud(nr: int = 1, grootte: int = 1000) -> VersieInhoud:
    """Make the content of a version."""
    bevinding = Bevinding("OS.x", Ernst.WAARSCHUWING, "/dossier[1]", 3, "Een zin met é en „quotes”.", ("a", "b"))
    return VersieInhoud(
        octets=f"<dossier>{nr}</dossier>".encode().ljust(grootte, b" "),
        handtekening=b"<Signature/>" + bytes([nr % 256]),
        rapport=Rapport("2019.1", "POVO", (bevinding,)),
        bijlagen=(BijlageGegevens("oki-doc.pdf", 12, 20, "/dossier[1]/x[1]"), BijlageGegevens("é.pdf", None, 4, "/")),
    )


def levering(elk: str | None = "12345", nr: int | None = 1, **anders: Any) -> Levering:
    """Make a delivery that is not handed over yet."""
    kaal = Levering(
        moment=NU,
        bron=HIER,
        doel_brin=HIER.brin,
        doel_kenmerk=KENMERK,
        oin=OIN,
        systeem="Magister",
        resultaat=Resultaat.OVERDRACHT_GESLAAGD,
        sessie_id=SessieId("6F9619FF-8b86-d011-b42d-00c04fc964ff"),
        elk_nummer=ElkNummer(elk) if elk else None,
        versie=nr,
    )
    return replace(kaal, **anders)


def verzoek(pgn: str = "123456782", sessie: int = 1, **anders: Any) -> Verzoek:
    """Make a request that is kept."""
    adres = Adresblok(HIER.brin, RouteringsKenmerk("k-00YY00"), Brin("00YY"), KENMERK)
    sessie_id = SessieId(f"{sessie:08X}-0000-4000-8000-00000000abcd")
    return replace(Verzoek(NU, Pgn(pgn), adres, Overdrachtsoort.OVERSTAPDOSSIER, sessie_id), **anders)


def regel(operatie: str = "aanleveren", **anders: Any) -> AuditRegel:
    """Make an audit record."""
    kaal = AuditRegel(
        NU, operatie, "ok", OIN, Opdrachtgever("account-1", "iemand", "kern"), ElkNummer("12345"), 1, {"a": "é", "b": 1}
    )
    return replace(kaal, **anders)


def gebeurtenis(naam: str) -> Gebeurtenis:
    """Make an event of the feed."""
    gegevens: dict[str, str | int | bool | None] = {"elkNummer": "12345", "versie": 1, "van": None, "waar": True}
    return Gebeurtenis(naam, GebeurtenisType.STATUS_GEWIJZIGD, NU, "dossier/12345", gegevens)


def voeg_dossier_toe(werk: Werk, kaal: Dossier, versies: int = 1, pgn: str | None = "123456782") -> Dossier:
    """Store a dossier with versions 1…n and give it back as it is read."""
    werk.dossiers.bewaar(kaal)
    for nr in range(1, versies + 1):
        werk.dossiers.voeg_versie_toe(kaal.elk_nummer, versie(nr), inhoud(nr), Pgn(pgn) if pgn else None)
    heel = werk.dossiers.dossier(kaal.elk_nummer)
    assert heel is not None
    return heel


def breek_af(opslag: Opslag, doe: Callable[[Werk], None]) -> None:
    """Do something in a writing transaction that ends with `ZeroDivisionError`."""
    with opslag.werk() as werk:
        doe(werk)
        raise ZeroDivisionError
