"""The client of a bron over real mutual TLS: what a hostile or broken one sends is no answer, and leaks nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.beleefdheid import Omgang, Omgangsregels
from adapters.bron import BronKlant
from gateway.berichten import codec
from gateway.berichten.fout import TijdelijkeStoring, schrijf_fout
from gateway.domain.overdracht import Adresblok, Documentantwoord, Documentvraag
from gateway.domain.poging import Belpoging, Pogingafloop
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Overdrachtsoort, Pgn, RouteringsKenmerk, SessieId
from gateway.ports import BronOnbereikbaar
from tests.hulp.draaiende_tc import PAKKET, draai_apps, maak_wereldpki, verzender_van
from tests.hulp.geduld import GEDULD

GEHEIM = "Geheimnaam"
VRAAG = Documentvraag(
    Adresblok(
        Brin("00AH"), RouteringsKenmerk("0000000700000AH00900"), Brin("00YY"), RouteringsKenmerk("0000000700000YY00931")
    ),
    Pgn("101211151"),
    Overdrachtsoort.OVERSTAPDOSSIER,
    ("2019.1",),
    None,
    SessieId("6f9619ff-8b86-d011-b42d-00c04fc964ff"),
)
DOSSIER = b'<dossier xmlns="urn:proef"><naam>X</naam></dossier>'
GOED = codec.schrijf_antwoord(
    "document",
    Documentantwoord(Resultaat.OVERDRACHT_GESLAAGD, "2019.1", datetime(2026, 2, 16, 8, tzinfo=UTC), DOSSIER),
    PAKKET,
)


@dataclass
class Bron:
    """Answers what a test wrote: status, headers and octets; `traag` waits first."""

    octets: bytes = GOED
    status: int = 200
    soort: str = "text/xml; charset=utf-8"
    extra: tuple[tuple[bytes, bytes], ...] = ()
    traag: float = 0.0
    gezien: list[tuple[str, bytes]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        lichaam = b""
        while True:
            deel = await receive()
            lichaam += deel.get("body", b"")
            if not deel.get("more_body"):
                break
        self.gezien.append((scope["path"], lichaam))
        await asyncio.sleep(self.traag)
        koppen = [(b"content-type", self.soort.encode()), *self.extra]
        await send({"type": "http.response.start", "status": self.status, "headers": koppen})
        await send({"type": "http.response.body", "body": self.octets})


class Boek:
    """Keeps what was noted."""

    def __init__(self) -> None:
        self.pogingen: list[Belpoging] = []

    def noteer(self, poging: Belpoging) -> None:
        self.pogingen.append(poging)


@dataclass
class Opstelling:
    """A bron that runs, and a client that calls it."""

    bron: Bron
    url: str
    boek: Boek
    pki: Any

    def vraag(self, url: str | None = None, termijn: float = GEDULD, **anders: Any) -> Any:
        klant = BronKlant(
            verzender_van(self.pki, "gateway"), PAKKET, Omgang(Omgangsregels(), self.boek), termijn=termijn, **anders
        )
        return klant.vraag(url or f"{self.url}/oso/20200910", VRAAG, onderwerp="ophaling/1")

    def weigert(self, url: str | None = None, **anders: Any) -> BronOnbereikbaar:
        with pytest.raises(BronOnbereikbaar) as gevangen:
            self.vraag(url, **anders)
        for tekst in (str(gevangen.value), repr(self.boek.pogingen)):
            assert GEHEIM not in tekst
            assert "101211151" not in tekst
        return gevangen.value


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return maak_wereldpki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def o(pki: Any) -> Iterator[Opstelling]:
    bron = Bron()
    with draai_apps(pki, {"bron": ("poschool", bron)}, {}) as adressen:
        yield Opstelling(bron, adressen["bron"].url, Boek(), pki)


def test_een_goed_antwoord_en_de_octetten_zoals_ze_kwamen(o: Opstelling) -> None:
    gekregen = o.vraag()
    assert gekregen.antwoord.octets == DOSSIER
    assert gekregen.bericht == GOED
    ((pad, _),) = o.bron.gezien
    assert pad == "/oso/20200910/bron"
    (poging,) = o.boek.pogingen
    assert (poging.afloop, poging.operatie, poging.onderwerp) == (
        Pogingafloop.BEANTWOORD,
        "document",
        "ophaling/1",
    )


def test_een_weigering_met_een_dossier_erbij_is_een_weigering_zonder(o: Opstelling) -> None:
    o.bron.octets = GOED.replace(b"OverdrachtGeslaagd", b"LeveringGeweigerd")
    assert o.vraag().antwoord == Documentantwoord(Resultaat.LEVERING_GEWEIGERD)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"geen xml",
        GEHEIM.encode(),
        b"<html><body>Geheimnaam</body></html>",
        GOED[:-20],
        GOED.replace(b"documentResponse", b"afmeldingResponse"),
        GOED.replace(b"OverdrachtGeslaagd", b"Geheimnaam"),
        b'<!DOCTYPE a [<!ENTITY x "Geheimnaam">]>' + GOED.partition(b"?>")[2],
        codec.schrijf_antwoord("document", Documentantwoord(Resultaat.OVERDRACHT_GESLAAGD), PAKKET),
        GOED.replace(b"2026-02-16T08:00:00", b"2026-02-31T08:00:00"),
        GOED.replace(DOSSIER, DOSSIER + DOSSIER),
        GOED.replace(DOSSIER, b""),
    ],
)
def test_rommel_is_geen_antwoord(o: Opstelling, octets: bytes) -> None:
    o.bron.octets = octets
    o.weigert()


@pytest.mark.parametrize(
    ("status", "soort", "extra"),
    [
        (302, "text/xml", ((b"location", b"https://127.0.0.1/elders"),)),
        (404, "text/xml", ()),
        (500, "text/xml", ()),
        (200, "text/html", ()),
        (200, "text/xml", ((b"content-encoding", b"gzip"),)),
    ],
)
def test_een_antwoord_in_een_andere_vorm(
    o: Opstelling, status: int, soort: str, extra: tuple[tuple[bytes, bytes], ...]
) -> None:
    o.bron.status, o.bron.soort, o.bron.extra = status, soort, extra
    o.weigert()
    assert len(o.bron.gezien) == 1  # nothing is followed


def test_te_groot_en_te_traag(o: Opstelling) -> None:
    o.bron.octets = GOED.replace(b">X<", b">" + b"x" * 50_000 + b"<")
    assert "groter" in str(o.weigert(maximum=20_000))
    o.bron.octets, o.bron.traag = GOED, 7.0
    o.weigert(termijn=0.5)


def test_een_fault_geeft_haar_nummer_door(o: Opstelling) -> None:
    fout = TijdelijkeStoring(f"Dit is {GEHEIM}.")
    o.bron.octets, o.bron.status = schrijf_fout(fout, PAKKET.naamruimte), 500
    gevangen = o.weigert()
    assert gevangen.fout_id == fout.fout_id
    assert "TijdelijkeStoring" in str(gevangen)
    (poging,) = o.boek.pogingen
    assert (poging.afloop, poging.oorzaak, poging.fout_id) == (Pogingafloop.FAULT, "TijdelijkeStoring", fout.fout_id)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/oso",
        "ftp://127.0.0.1/oso",
        "https:///oso",
        "https://iemand@127.0.0.1/oso",
        "https://127.0.0.1/oso?x=1",
        "https://127.0.0.1:99999/oso",
        "https://127.0.0.1/" + "a" * 3000,
        "geen adres",
        "file:///etc/passwd",
    ],
)
def test_een_adres_dat_geen_adres_is_wordt_niet_gevraagd(o: Opstelling, url: str) -> None:
    o.weigert(url)
    assert o.bron.gezien == []
    assert o.boek.pogingen == []


def test_een_bron_met_een_certificaat_van_een_ander(o: Opstelling, tmp_path: Path) -> None:
    vreemd = maak_wereldpki(tmp_path / "anders")
    with draai_apps(vreemd, {"bron": ("poschool", o.bron)}, {}) as adressen:
        o.weigert(f"{adressen['bron'].url}/oso/20200910")
    assert o.bron.gezien == []


def test_een_bron_die_niet_luistert(o: Opstelling) -> None:
    o.weigert("https://127.0.0.1:9/oso/20200910")
    (poging,) = o.boek.pogingen
    assert (poging.partij, poging.afloop) == ("127.0.0.1:9", Pogingafloop.GEEN_ANTWOORD)
