"""A storm of notifications over real mutual TLS stays within the rates; a LAS that answers wrongly is told apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.beleefdheid import Omgang, Omgangsregels
from adapters.doel import DoelKlant
from adapters.traffic_center.beleefd import BeleefdTrafficCenter
from gateway.berichten.fout import CertificaatHoortNietBijPartij
from gateway.berichten.pakket import laad_pakketten
from gateway.domain.bewaren import Bewaartermijnen
from gateway.domain.notificatie import NotificatieStatus
from gateway.domain.overdracht import Adresblok, Notificatie, Verzoek
from gateway.domain.poging import Belpoging
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Doel, ElkNummer, Overdrachtsoort, Pgn, RouteringsKenmerk, SessieId
from gateway.ports import DoelOnbereikbaar, NotificatieFilter
from gateway.simulators.las import LasPunt, SimulatieLas
from gateway.simulators.ontwikkelwereld import GATEWAY, MAGISTER
from gateway.trust.certificaten import OntwikkelPki
from gateway.trust.zoeksleutel import maak_zoeksleutels
from gateway.usecases.notificeren import Notificeerder
from gateway.usecases.verantwoorden import tijdlijn
from gateway.work.naar_buiten import notificeer
from tests.fakes.proef import HIER, KERN, LAS, ONZE, Proef
from tests.hulp.draaiende_tc import (
    PAKKET,
    DraaiendTrafficCenter,
    draai_apps,
    draaiend_traffic_center,
    maak_wereldpki,
    verzender_van,
)

AANTAL, TEMPO, INEENS = 60, 40.0, 0.1
ADRES = Adresblok(HIER.brin, ONZE[HIER], HIER.brin, LAS[HIER])


@dataclass
class Schrift:
    """A book of calls out in memory."""

    pogingen: list[Belpoging]

    def noteer(self, poging: Belpoging) -> None:
        self.pogingen.append(poging)


@dataclass
class Opstelling:
    tc: DraaiendTrafficCenter
    magister: SimulatieLas
    doelen: DoelKlant
    url: str
    omgang: Omgang
    pogingen: list[Belpoging]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> OntwikkelPki:
    return maak_wereldpki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def opstelling(tmp_path: Path, pki: OntwikkelPki) -> Iterator[Opstelling]:
    regels = Omgangsregels(
        per_seconde={"meldenNotificatie": TEMPO, "notificatie": TEMPO}, ineens=INEENS, pogingen={"notificatie": 1}
    )
    pogingen: list[Belpoging] = []
    omgang = Omgang(regels, Schrift(pogingen))
    with draaiend_traffic_center(tmp_path / "tc", pki) as tc:
        magister = SimulatieLas(
            LasPunt(HIER.brin, LAS[HIER]),
            verzender_van(pki, "magister"),
            tc.url,
            PAKKET,
            zoeksleutels=maak_zoeksleutels(rondes=1),
        )
        with draai_apps(pki, {"ma": ("magister", magister.app)}, {}) as adressen:
            url = f"{adressen['ma'].url}/oso/{PAKKET.versie}"
            machine = tc.simulator.machine
            machine.zet_adres(MAGISTER.oin, url)
            ons = machine.punt(ONZE[HIER])
            assert ons is not None
            machine.zet_punt(replace(ons, actief=True, url="https://localhost:1/oso/20200910"))
            doelen = DoelKlant(verzender_van(pki, "gateway"), laad_pakketten(), PAKKET, omgang)
            yield Opstelling(tc, magister, doelen, url, omgang, pogingen)


def _wachtenden(proef: Proef, aantal: int) -> None:
    """Pupils set ready whose LAS asked for them in vain."""
    soort = Overdrachtsoort.OVERSTAPDOSSIER
    elks = []
    for nr in range(aantal):
        elk, pgn = ElkNummer(str(5000 + nr)), Pgn(str(200_000_000 + nr))
        proef.plaats(elk)
        proef.lever(elk, pgn=pgn.waarde)
        with proef.opslag.werk() as werk:
            werk.verzoeken.bewaar(Verzoek(proef.klok.nu(), pgn, ADRES, soort, SessieId.nieuw()))
        elks.append(elk)
    assert all(rij.code is None for rij in proef.zet_klaar(*elks))


def test_een_storm_blijft_binnen_het_tempo_en_komt_heel_aan(opstelling: Opstelling) -> None:
    proef = Proef()
    _wachtenden(proef, AANTAL)
    beleefd = BeleefdTrafficCenter(opstelling.tc.klant("gateway"), opstelling.omgang)
    wereld = replace(proef.wereld, traffic_center=beleefd)
    met = Notificeerder(opstelling.doelen, PAKKET.tabel, lambda: 0.0, Bewaartermijnen())
    assert notificeer(wereld, met, lambda: False) == AANTAL
    with wereld.opslag.lezen() as werk:
        rijen, _ = werk.notificaties.lijst(NotificatieFilter(NotificatieStatus.ONTVANGEN), 0, 1000)
    assert len(rijen) == AANTAL
    assert len({bericht.sessie_id for bericht in opstelling.magister.notificaties}) == AANTAL
    assert len(opstelling.magister.notificaties) == AANTAL
    tijden = [
        datetime.fromisoformat(rij["tijd"])
        for rij in opstelling.tc.sim("GET", "aanroepen")["aanroepen"]
        if rij["operatie"] == "meldenNotificatie"
    ]
    assert len(tijden) == AANTAL
    # In no second more than the rate, what may come at once, and one on each edge.
    meest = max(sum(begin <= tijd < begin + timedelta(seconds=1) for tijd in tijden) for begin in tijden)
    assert meest <= TEMPO + max(1.0, TEMPO * INEENS) + 2


def test_wat_wij_een_las_vroegen_staat_op_de_tijdlijn_van_het_dossier(opstelling: Opstelling) -> None:
    proef = Proef()
    _wachtenden(proef, 2)
    beleefd = BeleefdTrafficCenter(opstelling.tc.klant("gateway"), opstelling.omgang)
    met = Notificeerder(opstelling.doelen, PAKKET.tabel, lambda: 0.0, Bewaartermijnen())
    assert notificeer(replace(proef.wereld, traffic_center=beleefd), met, lambda: False) == 2
    with proef.opslag.werk() as werk:
        werk.pogingen.voeg_toe(opstelling.pogingen)
    regels = tijdlijn(proef.wereld, ElkNummer("5001"), KERN)
    gezien = [(regel.wat, regel.gegevens["oorzaak"]) for regel in regels if regel.soort == "poging"]
    assert gezien == [
        ("meldenNotificatie", Resultaat.OVERDRACHT_GESLAAGD.value),
        ("notificatie", Resultaat.NOTIFICATIE_ONTVANGEN.value),
    ]
    assert "200000001" not in str(opstelling.pogingen)


def _notificatie(adres: Adresblok = ADRES) -> Notificatie:
    return Notificatie(adres, Doel.OV, None, SessieId.nieuw(), datetime.fromisoformat("2026-01-20T11:17:33+01:00"))


def test_een_las_dat_weg_is_mag_later_nog_eens(opstelling: Opstelling) -> None:
    with pytest.raises(DoelOnbereikbaar) as geweigerd:
        opstelling.doelen.notificeer("https://127.0.0.1:1/oso/20200910", _notificatie())
    assert not geweigerd.value.om_ons


@pytest.mark.parametrize(
    "url", ["http://las.test/oso/20200910", "https://", "https://a@las.test/x", "https://las.test/x?y", "https://[x/"]
)
def test_een_adres_dat_geen_adres_is_wordt_niet_gebeld(opstelling: Opstelling, url: str) -> None:
    with pytest.raises(DoelOnbereikbaar, match="geen geldig adres"):
        opstelling.doelen.notificeer(url, _notificatie())


def test_een_fault_over_ons_bericht_heeft_geen_zin_nog_eens(opstelling: Opstelling, pki: OntwikkelPki) -> None:
    gevraagd: list[Any] = []

    class Weigeraar(SimulatieLas):
        async def _als_doel(self, aanroep: Any) -> bytes:
            gevraagd.append(aanroep)
            raise CertificaatHoortNietBijPartij

    punt = LasPunt(Brin("00YY"), RouteringsKenmerk("x"))
    las = Weigeraar(punt, verzender_van(pki, "magister"), opstelling.tc.url, PAKKET)
    with draai_apps(pki, {"nee": ("magister", las.app)}, {}) as adressen, pytest.raises(DoelOnbereikbaar) as geweigerd:
        opstelling.doelen.notificeer(f"{adressen['nee'].url}/oso/{PAKKET.versie}", _notificatie())
    assert geweigerd.value.om_ons
    assert len(gevraagd) == 1
    assert GATEWAY.oin == gevraagd[0].oin
