"""Several threads at once on the real stores: nothing lost, nothing twice, no dot without the deliveries for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from threading import Barrier

import pytest

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.logboek import GebeurtenisType
from gateway.domain.overdracht import Sessieantwoord
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import ElkNummer
from gateway.ports import Ketenoordeel
from gateway.usecases.klaarzetten import opdracht_van, plaats_opdracht, verwerk_opdracht
from gateway.usecases.uitleveren import overgedragen
from tests.fakes.proef import DAAR, ELK, HIER, KERN, Proef, token
from tests.hulp.opslagen import opslag_van

DRADEN = 4


@pytest.fixture(params=["sqlite", "postgresql"])
def proef(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proef]:
    """A world on a real store; the audit chain must hold at the end of every test."""
    with opslag_van(request.param, tmp_path) as opslag:
        proef = Proef(opslag)
        yield proef
        with opslag.lezen() as werk:
            oordeel = werk.logboek.controleer_keten()
        assert oordeel == Ketenoordeel(oordeel.aantal)
        stippen: dict[object, object] = {}
        for gebeurtenis in proef.gebeurtenissen(GebeurtenisType.STATUS_GEWIJZIGD):
            gegevens = gebeurtenis.gegevens
            assert stippen.get(gegevens["elkNummer"], "wit") == gegevens["van"]
            stippen[gegevens["elkNummer"]] = gegevens["naar"]


def tegelijk(*daden: Callable[[], object]) -> list[object]:
    """Do all at the same moment, each in a thread; whatever one raises is raised here."""
    klaar = Barrier(len(daden))

    def doe(daad: Callable[[], object]) -> object:
        klaar.wait(timeout=60)
        return daad()

    with ThreadPoolExecutor(len(daden)) as draden:
        return list(draden.map(doe, daden))


def test_ieder_een_eigen_versie(proef: Proef) -> None:
    proef.plaats()

    def lever(nr: int) -> Callable[[], object]:
        return lambda: [proef.lever(inhoud=f"{nr}-{keer}") for keer in range(3)]

    tegelijk(*(lever(nr) for nr in range(DRADEN)))
    with proef.opslag.lezen() as werk:
        versies = [werk.dossiers.versie(ELK, nr) for nr in range(1, DRADEN * 3 + 1)]
    momenten = [versie.verzameldatum for versie in versies if versie is not None]
    assert len(momenten) == DRADEN * 3
    assert all(eerder < later for eerder, later in pairwise(momenten))
    nieuwste = proef.dossier().nieuwste
    assert nieuwste is not None
    assert nieuwste.versie == DRADEN * 3


def test_dezelfde_inhoud_is_een_versie_ook_van_een_nieuwe_leerling(proef: Proef) -> None:
    nieuw = tegelijk(*[lambda: proef.lever().nieuw] * DRADEN)
    assert sorted(bool(een) for een in nieuw) == [False] * (DRADEN - 1) + [True]
    assert len(proef.audit("aanleveren")) == DRADEN


def test_twee_pgns_tegelijk_voor_een_nieuwe_leerling(proef: Proef) -> None:
    def lever(pgn: str) -> str:
        try:
            return str(proef.lever(pgn=pgn).nieuw)
        except Exception as fout:  # noqa: BLE001 # the code of whatever it is, is what the test looks at
            return getattr(fout, "code", repr(fout))

    assert sorted(map(str, tegelijk(lambda: lever("101211151"), lambda: lever("482782481")))) == [
        "PgnGewijzigd",
        "True",
    ]


def test_een_context_raakt_niet_verloren_naast_een_push(proef: Proef) -> None:
    proef.plaats()
    revisie = proef.dossier().revisie
    tegelijk(
        lambda: [proef.lever(inhoud=nr) for nr in range(5)],
        lambda: [proef.context(tegenhouden=f"reden {nr}") for nr in range(5)],
        lambda: [proef.context(oki_doc_vrijgegeven=nr % 2 == 0) for nr in range(5)],
    )
    dossier = proef.dossier()
    assert (dossier.context.tegenhouden, dossier.context.oki_doc_vrijgegeven) == ("reden 4", True)
    assert dossier.nieuwste is not None
    assert (dossier.nieuwste.versie, dossier.revisie) == (5, revisie + 5 + 4)


def test_groen_alleen_als_de_nieuwste_is_overgedragen(proef: Proef) -> None:
    proef.klaargezet()
    proef.haal()

    def haal() -> set[int]:
        opgehaald = set()
        for _ in range(6):
            uitlevering = proef.vraag()
            assert uitlevering.versie is not None
            overgedragen(proef.wereld, uitlevering.levering_id)
            opgehaald.add(uitlevering.versie.versie)
        return opgehaald

    uitkomsten = tegelijk(haal, haal, lambda: [proef.lever(inhoud=nr) for nr in range(4)])
    opgehaald = {nr for uitkomst in uitkomsten[:2] if isinstance(uitkomst, set) for nr in uitkomst}
    nieuwste = proef.dossier().nieuwste
    assert nieuwste is not None
    assert proef.status() == ("groen" if nieuwste.versie in opgehaald else "blauw")


def test_een_levering_telt_een_keer(proef: Proef) -> None:
    proef.klaargezet()
    nummer = proef.vraag().levering_id
    tegelijk(*[lambda: overgedragen(proef.wereld, nummer)] * DRADEN)
    assert proef.historie().count("opgehaald") == 1
    assert proef.stippen() == [("wit", "blauw"), ("blauw", "groen")]


def test_wie_verhuist_gaat_na_die_tijd_niet_meer_naar_de_vorige_school(proef: Proef) -> None:
    proef.klaargezet()

    def verhuis() -> int:
        proef.context(plaatsing=DAAR)
        with proef.opslag.lezen() as werk:
            return werk.leveringen.van_dossier(ELK)[-1].id if werk.leveringen.van_dossier(ELK) else 0

    uitkomsten = tegelijk(lambda: [proef.vraag() for _ in range(8)], verhuis)
    with proef.opslag.lezen() as werk:
        rijen = werk.leveringen.van_dossier(ELK)
    volgorde = [rij.resultaat for rij in rijen]
    assert volgorde == sorted(volgorde, key=lambda resultaat: resultaat is Resultaat.LEVERING_GEWEIGERD)
    na = [rij for rij in rijen if isinstance(uitkomsten[1], int) and rij.id > uitkomsten[1]]
    assert all(rij.resultaat is Resultaat.LEVERING_GEWEIGERD for rij in na)


def test_opdrachten_in_tegengestelde_volgorde_wachten_niet_op_elkaar(proef: Proef) -> None:
    nummers = [ElkNummer(str(nr)) for nr in range(1, 41)]
    for nummer in nummers:
        proef.plaats(nummer)
        proef.lever(nummer)
    heen = plaats_opdracht(proef.wereld, token(), nummers, KERN)
    terug = plaats_opdracht(proef.wereld, token(), nummers[::-1], KERN)
    tegelijk(*[lambda nr=nr: verwerk_opdracht(proef.wereld, nr) for nr in (heen, terug)])
    for nr in (heen, terug):
        opdracht, rijen = opdracht_van(proef.wereld, token(), nr)
        assert (opdracht.status, {rij.uitkomst for rij in rijen}) == ("klaar", {"klaargezet"})
    assert len(proef.stippen()) == len(nummers)


def test_twee_werkers_aan_een_opdracht_doen_elke_leerling_een_keer(proef: Proef) -> None:
    nummers = [ElkNummer(str(nr)) for nr in range(1, 61)]
    nummer = plaats_opdracht(proef.wereld, token(), nummers, KERN)
    tegelijk(*[lambda: verwerk_opdracht(proef.wereld, nummer)] * 2)
    assert len(opdracht_van(proef.wereld, token(), nummer)[1]) == len(nummers)
    assert len(proef.audit("klaarzetten")) == len(nummers)


def test_een_punt_gaat_een_keer_uit(proef: Proef) -> None:
    proef.klaargezet()
    proef.traffic_center.sessie = Sessieantwoord(Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF)
    tegelijk(*[lambda: proef.vraag()] * DRADEN)
    assert proef.punt(HIER).status is AanleverpuntStatus.UITGEZET
    assert len(proef.audit("aanleverpunt-uitzetten")) == 1
