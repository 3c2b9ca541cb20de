"""Going out in OSO'18: the Traffic Center and a LAS that know points by number, over real mutual TLS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adapters.beleefdheid import Omgang, Omgangsregels
from adapters.doel import DoelKlant
from adapters.traffic_center.klant import TrafficCenterKlant
from gateway.berichten.pakket import laad_pakketten, standaardpakket
from gateway.domain.overdracht import (
    Adresblok,
    Notificatie,
    Notificatiemelding,
    Overzichtvraag,
    Sessievraag,
    Zoeksleutel,
)
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Doel, Overdrachtsoort, Pgn, RouteringsKenmerk, SessieId
from gateway.ports import DoelOnbereikbaar, TrafficCenterOnbereikbaar
from gateway.simulators.las.las import LasPunt, SimulatieLas
from gateway.simulators.ontwikkelwereld import MAGISTER
from gateway.trust.certificaten import OntwikkelPki
from gateway.trust.zoeksleutel import maak_zoeksleutels
from tests.hulp.draaiende_tc import (
    DraaiendTrafficCenter,
    draai_apps,
    draaiend_traffic_center,
    maak_wereldpki,
    verzender_van,
)

PAKKETTEN = laad_pakketten()
NIEUW, OUD = standaardpakket(PAKKETTEN), PAKKETTEN["20180404"]
BRIN, ONS = Brin("00YY"), RouteringsKenmerk("0000000700000YY00931")
NUMMERS = Adresblok(BRIN, RouteringsKenmerk.van_index(100), BRIN, RouteringsKenmerk.van_index(2))
KENMERKEN = Adresblok(BRIN, ONS, BRIN, RouteringsKenmerk("0000000700000YY00932"))


@dataclass
class Opstelling:
    tc: DraaiendTrafficCenter
    las: SimulatieLas
    klant: TrafficCenterKlant
    doelen: DoelKlant
    url: str


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> OntwikkelPki:
    return maak_wereldpki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def opstelling(tmp_path: Path, pki: OntwikkelPki) -> Iterator[Opstelling]:
    """Magister speaks the old version, the gateway both."""
    with draaiend_traffic_center(tmp_path / "tc", pki) as tc:
        tc_url = f"{tc.soap.url}/trafficcenter/{OUD.versie}"
        punt = LasPunt(BRIN, RouteringsKenmerk.van_index(2))
        zoeksleutels = maak_zoeksleutels(rondes=1)
        las = SimulatieLas(punt, verzender_van(pki, "magister"), tc_url, OUD, zoeksleutels=zoeksleutels)
        with draai_apps(pki, {"ma": ("magister", las.app)}, {}) as adressen:
            url = f"{adressen['ma'].url}/oso/{OUD.versie}"
            machine = tc.simulator.machine
            machine.zet_adres(MAGISTER.oin, url)
            ons = machine.punt(ONS)
            assert ons is not None
            machine.zet_punt(replace(ons, actief=True, url=f"https://localhost:1/oso/{NIEUW.versie}"))
            klant = tc.klant("gateway", andere=PAKKETTEN.values())
            doelen = DoelKlant(verzender_van(pki, "gateway"), PAKKETTEN, NIEUW, Omgang(Omgangsregels()))
            yield Opstelling(tc, las, klant, doelen, url)


def test_een_notificatie_aan_wie_op_nummer_vroeg(opstelling: Opstelling) -> None:
    sessie = SessieId.nieuw()
    adres = opstelling.klant.melden_notificatie(Notificatiemelding(NUMMERS, Doel.OV, sessie))
    assert (adres.resultaat, adres.url) == (Resultaat.OVERDRACHT_GESLAAGD, opstelling.url)
    bericht = Notificatie(NUMMERS, Doel.OV, None, sessie)
    assert opstelling.doelen.notificeer(opstelling.url, bericht) is Resultaat.NOTIFICATIE_ONTVANGEN
    assert opstelling.las.notificaties == [bericht]


def test_een_sessie_op_nummer_geldt_alleen_op_nummer(opstelling: Opstelling) -> None:
    ontvangst = opstelling.las.haal_op(Pgn("101211151"), BRIN, af_te_melden=False)
    (deel,) = ontvangst.deelantwoorden
    # Nobody is at the address of our point; it is in the version that the doel speaks, and the point has its number.
    assert deel.punt.kenmerk == RouteringsKenmerk.van_index(100)
    assert deel.punt.url.endswith(OUD.versie)
    assert ontvangst.sessie_id is not None
    sleutel = maak_zoeksleutels(rondes=1).zoeksleutel(Pgn("101211151"))
    vraag = Sessievraag(NUMMERS, sleutel, Overdrachtsoort.OVERSTAPDOSSIER, ontvangst.sessie_id)
    assert opstelling.klant.sessiecontrole(vraag).sector == "VO"
    # With the fragment, as in the new version, it is another key than the one that opened the session.
    nieuw = replace(vraag, adres=KENMERKEN)
    assert opstelling.klant.sessiecontrole(nieuw).resultaat is Resultaat.SESSIE_AFWIJKEND
    ander = replace(vraag, sleutel=Zoeksleutel("AAAA", None))
    assert opstelling.klant.sessiecontrole(ander).resultaat is Resultaat.SESSIE_AFWIJKEND
    onbekend = replace(vraag, adres=replace(NUMMERS, doel_kenmerk=RouteringsKenmerk.van_index(77)))
    assert opstelling.klant.sessiecontrole(onbekend).resultaat is Resultaat.ONBEKEND_AANLEVERPUNT


def test_de_lijst_is_in_de_eigen_versie(opstelling: Opstelling, pki: OntwikkelPki) -> None:
    vraag = Overzichtvraag(brin=BRIN)
    nieuw = opstelling.klant.overzicht_aanleverpunt(vraag).punten
    oud = TrafficCenterKlant(opstelling.tc.soap.url, verzender_van(pki, "gateway"), OUD).overzicht_aanleverpunt(vraag)
    assert {punt.kenmerk for punt in nieuw} == {ONS, KENMERKEN.doel_kenmerk}
    assert {punt.kenmerk.index for punt in oud.punten} == {100, 2}


def test_wat_in_de_versie_van_de_ander_niet_te_zeggen_is(opstelling: Opstelling, pki: OntwikkelPki) -> None:
    with pytest.raises(DoelOnbereikbaar, match="geen routeringsKenmerk") as fout:
        opstelling.doelen.notificeer(opstelling.url, Notificatie(KENMERKEN, Doel.OV))
    assert fout.value.om_ons
    alleen_nieuw = TrafficCenterKlant(opstelling.tc.soap.url, verzender_van(pki, "gateway"), NIEUW)
    with pytest.raises(TrafficCenterOnbereikbaar, match="geen aanleverpuntIndex"):
        alleen_nieuw.melden_notificatie(Notificatiemelding(NUMMERS, Doel.OV))
