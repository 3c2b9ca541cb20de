"""What goes wrong around a notification, with real processes: the Traffic Center, the LAS, a second worker."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.waarden import ElkNummer
from gateway.simulators.wereldproces import wereldpki
from tests.hulp.bulk import opslag_van_wereld
from tests.hulp.draaiende_tc import maak_wereldpki
from tests.hulp.geduld import wacht_tot
from tests.hulp.luisterend_las import luisterend_las, wachtenden
from tests.hulp.ontwikkelwereld import SCHOOL, DraaiendeWereld, ontwikkelwereld
from tests.hulp.postgres import nieuwe_database
from tests.hulp.tempo import te_veel

OMGEVING = {
    "OSO_NOTIFICATIE_RONDE": "0.3",
    "OSO_BELEEFDHEID__PAUZE_EERST": "0.1",
    "OSO_BELEEFDHEID__PAUZE_LANGST": "0.2",
    "OSO_BELEEFDHEID__HERHAALVOORRAAD": "100",
    "OSO_TRAFFIC_CENTER_SECONDEN": "1.5",
}


@pytest.fixture(scope="module")
def eigen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DraaiendeWereld]:
    map_ = Path(tmp_path_factory.mktemp("melden"))
    with ontwikkelwereld(map_, omgeving=OMGEVING, opties=["--zonder-las"], registreer=[SCHOOL]) as wereld:
        yield wereld


def rijen(wereld: DraaiendeWereld, elks: list[str]) -> list[dict[str, Any]]:
    alle = wereld.kern().notificaties(aantal="1000")["notificaties"]
    return [rij for rij in alle if rij["elkNummer"] in elks]


def zet_klaar(wereld: DraaiendeWereld, elks: list[str]) -> None:
    kern = wereld.kern()
    opdracht = kern.bestel_klaarzetten(elks)
    wacht_tot(lambda: kern.klaarzetting(opdracht)["status"], lambda status: status == "klaar")


def gekozen(wereld: DraaiendeWereld, aantal: int, eerste: int) -> list[str]:
    with opslag_van_wereld(wereld.map) as opslag:
        return wachtenden(opslag, aantal, eerste)


@pytest.mark.parametrize(
    ("nr", "soort"), list(enumerate(["traag", "stil", "verbreek", "onzin", "fault"])), ids=lambda waarde: str(waarde)
)
def test_een_traffic_center_dat_hapert_kost_geen_notificatie(eigen: DraaiendeWereld, nr: int, soort: str) -> None:
    """Slow, silent, cutting off, talking rubbish or refusing: asked again where it did not answer, and told once."""
    elks = gekozen(eigen, 1, 720_000 + nr)
    na = max((een["nr"] for een in eigen.sim("GET", "aanroepen")["aanroepen"]), default=0)
    with luisterend_las(eigen) as gehoord:
        storing = {"operatie": "meldenNotificatie", "soort": soort, "aantal": 1, "msVertraging": 2500}
        eigen.sim("POST", "storingen", storing)
        zet_klaar(eigen, elks)
        (rij,) = wacht_tot(lambda: rijen(eigen, elks), lambda gezien: [r["status"] for r in gezien] == ["ontvangen"])
        assert rij["versie"] == 1
        assert len(gehoord.sessies) == 1
    gemeld = [een for een in eigen.sim("GET", f"aanroepen?na={na}")["aanroepen"] if een["partij"] == "gateway"]
    keren = len([een for een in gemeld if een["operatie"] == "meldenNotificatie"])
    assert keren >= (1 if soort == "traag" else 2)


def test_een_las_met_een_verkeerd_certificaat_hoort_niets(eigen: DraaiendeWereld, tmp_path: Path) -> None:
    """Not one octet of a notification goes to who cannot prove who it is; the row waits and says why."""
    elks = gekozen(eigen, 1, 721_000)
    with luisterend_las(eigen, maak_wereldpki(tmp_path)) as gehoord:
        zet_klaar(eigen, elks)
        (rij,) = wacht_tot(lambda: rijen(eigen, elks), lambda gezien: len(gezien) == 1 and gezien[0].get("reden"))
        assert (rij["status"], rij["pogingen"] > 0) == ("verstuurd", True)
        assert gehoord.sessies == []


def test_twee_processen_aan_een_rij_melden_samen_alles_een_keer(tmp_path: Path) -> None:
    """A service and a worker on one database: together as polite, and as exact, as one."""
    aantal, tempo, ineens = 60, 20.0, 0.5
    omgeving = OMGEVING | {
        "OSO_BELEEFDHEID__PER_SECONDE": f'{{"meldenNotificatie": {tempo}}}',
        "OSO_BELEEFDHEID__INEENS": str(ineens),
    }
    with nieuwe_database() as url:
        omgeving["OSO_DATABASE_URL"] = url
        with (
            ontwikkelwereld(tmp_path, omgeving=omgeving, opties=["--zonder-las"], registreer=[SCHOOL]) as wereld,
            luisterend_las(wereld) as gehoord,
            opslag_van_wereld(tmp_path, url) as opslag,
        ):
            worker = subprocess.Popen([sys.executable, "-m", "gateway", "worker"], env=_werkomgeving(wereld, omgeving))
            try:
                wacht_tot(lambda: _processen(opslag), lambda levend: levend == 2)
                elks = wachtenden(opslag, aantal, 722_000)
                zet_klaar(wereld, elks)
                wacht_tot(
                    lambda: Counter(rij["status"] for rij in rijen(wereld, elks)),
                    lambda standen: standen == {"ontvangen": aantal},
                )
                worker.terminate()
                assert worker.wait(40) == 0
            finally:
                worker.kill()
                worker.wait()
            assert len(gehoord.sessies) == len(set(gehoord.sessies)) == aantal
            gemeld = [
                een for een in wereld.sim("GET", "aanroepen")["aanroepen"] if een["operatie"] == "meldenNotificatie"
            ]
            tijden = [datetime.fromisoformat(een["tijd"]).timestamp() for een in gemeld]
            # One at a time is at it: the rate is that of one; each may begin with a bucket of its own.
            assert te_veel(tijden, tempo, 2 * ineens, 1) is None
            with opslag.lezen() as werk:
                for elk in elks:
                    historie, _ = werk.logboek.historie_van(ElkNummer(elk), 0, 100)
                    assert sum(regel.soort == "genotificeerd" for regel in historie) == 1


def _processen(opslag: Any) -> int:
    with opslag.lezen() as werk:
        return len(werk.werkverdeling.processen())


def _werkomgeving(wereld: DraaiendeWereld, omgeving: dict[str, str]) -> dict[str, str]:
    """Settings of the world for a worker beside it, which calls the same Traffic Center."""
    pki = wereldpki(wereld.map)
    gateway = pki.partijen["gateway"]
    return {
        **os.environ,
        **omgeving,
        "OSO_ENCRYPTION_KEYS": (wereld.map / "sleutelring").read_text().strip(),
        "OSO_TRAFFIC_CENTER_URL": wereld.dev["trafficCenter"],
        "OSO_TLS_CERT": str(gateway.cert),
        "OSO_TLS_KEY": str(gateway.key),
        "OSO_TLS_CA": str(pki.ca),
        "OSO_TLS_CRL": str(pki.crl),
        "OSO_ONDERTEKEN_CERT": str(pki.ondertekening.cert),
        "OSO_ONDERTEKEN_KEY": str(pki.ondertekening.key),
    }
