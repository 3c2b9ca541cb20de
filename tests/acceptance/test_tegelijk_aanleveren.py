"""Many pushes at once, also of one pupil, and clients that leave before they are answered: on the real process."""

from __future__ import annotations

import socket
import struct
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from gateway.simulators import proefbestanden
from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Bijlage, Push
from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.killverkeer import controleer_opslag
from tests.hulp.ontwikkelwereld import DraaiendeWereld, ontwikkelwereld
from tests.hulp.postgres import nieuwe_database

DRADEN = 8
CONTEXTEN = (
    None,
    {"plaatsing": {"brin": "00YY", "vestigingscode": "00"}, "okiDocVrijgegeven": True},
    {"plaatsing": {"brin": "12SS", "vestigingscode": "01"}, "tegenhouden": "gesprek volgt"},
)
OKI_DOC = Bijlage("oki-doc.pdf", proefbestanden.pdf(["Oki-doc van een verzonnen leerling"]))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def eigen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DraaiendeWereld]:
    """A world of its own on each kind of store; at its end the store must be whole, and nothing was a fault of ours."""
    map_ = Path(tmp_path_factory.mktemp("tegelijk"))
    if request.param == "sqlite":
        yield from _wereld(map_, {})
        return
    with nieuwe_database() as url:
        yield from _wereld(map_, {"OSO_DATABASE_URL": url})


def _wereld(map_: Path, omgeving: dict[str, str]) -> Iterator[DraaiendeWereld]:
    with ontwikkelwereld(map_, omgeving=omgeving, opties=["--zonder-las"], registreer=[]) as wereld:
        yield wereld
        assert "rest-fout" not in wereld.log
        controleer_opslag(map_, omgeving)


def _dossier(nummer: int, zaad: int = 1) -> bytes:
    return maak_dossier(proef_pgn(nummer), zaad=zaad, omvang=40_000)


def test_een_nieuw_dossier_door_allen_tegelijk_is_een_versie(eigen: DraaiendeWereld) -> None:
    with ThreadPoolExecutor(DRADEN) as draden:
        for nummer in range(1, 6):
            push = Push(_dossier(nummer), CONTEXTEN[1], OKI_DOC)
            klanten = [eigen.kern() for _ in range(DRADEN)]
            gemeld = list(draden.map(lambda kern, nr=nummer, push=push: kern.lever_aan(str(nr), push), klanten))
            assert {een["versie"] for een in gemeld} == {1}
            assert len({een["sha256"] for een in gemeld}) == 1


def test_wie_zijn_antwoord_misloopt_en_herhaalt_maakt_geen_tweede_versie(eigen: DraaiendeWereld) -> None:
    """The first push may still be under way when the second comes in."""
    rest, kern = httpx.URL(eigen.dev["rest"]), eigen.kern()
    for nummer in range(11, 31):
        octets = _dossier(nummer)
        kop = (
            f"PUT /v1/dossiers/{nummer} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {eigen.dev['tokens']['kern']}\r\n"
            f"OSO-Account: proef\r\nContent-Type: application/xml\r\nContent-Length: {len(octets)}\r\n\r\n"
        )
        with socket.create_connection((rest.host, rest.port or 0), timeout=60) as lijn:
            lijn.sendall(kop.encode() + octets)
            if nummer % 2:
                lijn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert kern.lever_aan(str(nummer), Push(octets))["versie"] == 1
    assert {kern.dossier(str(nummer))["versie"] for nummer in range(11, 31)} == {1}


def test_door_elkaar_heen_wordt_alles_aangenomen(eigen: DraaiendeWereld) -> None:
    """Each thread pushes its own pupil and, with all others, one and the same; with and without context and oki-doc."""
    gedeeld = 40

    def lever(draad: int) -> list[tuple[int, int]]:
        kern, gemeld = eigen.kern(), []
        for keer in range(9):
            nummer = gedeeld if keer % 3 else gedeeld + 1 + draad
            push = Push(_dossier(nummer, zaad=(keer + draad) % 4), CONTEXTEN[keer % 3], OKI_DOC if draad % 2 else None)
            gemeld.append((nummer, kern.lever_aan(str(nummer), push)["versie"]))
        return gemeld

    with ThreadPoolExecutor(DRADEN) as draden:
        gemeld = Counter(een for van_draad in draden.map(lever, range(DRADEN)) for een in van_draad)
    kern = eigen.kern()
    for nummer in range(gedeeld, gedeeld + 1 + DRADEN):
        versies = sorted(versie for van, versie in gemeld if van == nummer)
        assert versies == list(range(1, versies[-1] + 1))
        assert kern.dossier(str(nummer))["versie"] == versies[-1]
