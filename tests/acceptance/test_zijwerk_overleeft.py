"""Side work of real processes: kill -9 in the middle loses nothing and does nothing twice; two processes are as one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from gateway.simulators.kern.klant import SimulatieKern
from gateway.simulators.kern.ontvanger import Webhookontvanger
from gateway.simulators.proefpersonen import proef_pgn
from gateway.simulators.wereldproces import wereldpki
from gateway.store.opslag import SqlOpslag
from tests.hulp.bulk import opslag_van_wereld, sporen, vul_met_dossiers
from tests.hulp.ontwikkelwereld import BRIN, ONS_KENMERK, SCHOOL, DraaiendeWereld, ontwikkelwereld
from tests.hulp.postgres import EigenServer, nieuwe_database

GEHEIM = "geheim-van-elk"
AANTAL = 360


@pytest.fixture
def ontvanger() -> Iterator[Webhookontvanger]:
    with Webhookontvanger(GEHEIM) as draaiend:
        yield draaiend


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """URL of the store; None is the SQLite file of the world."""
    if request.param == "sqlite":
        yield None
        return
    with nieuwe_database() as url:
        yield url


def _omgeving(database: str | None) -> dict[str, str]:
    return {} if database is None else {"OSO_DATABASE_URL": database}


def _abonneer(kern: SimulatieKern, ontvanger: Webhookontvanger) -> None:
    kern.abonneer("elk", ontvanger.url, GEHEIM)


def _wacht(tot: Callable[[], bool], termijn: float = 60.0) -> None:
    einde = time.monotonic() + termijn
    while not tot():
        assert time.monotonic() < einde, "it did not come in time"
        time.sleep(0.02)


def _stand(kern: SimulatieKern, opdracht_id: str) -> dict[str, Any]:
    return dict(kern.klaarzetting(opdracht_id))


def test_bulk_en_webhooks_gaan_na_kill_9_verder_en_alles_gebeurt_eenmaal(
    tmp_path: Path, database: str | None, ontvanger: Webhookontvanger
) -> None:
    with ontwikkelwereld(
        tmp_path, omgeving=_omgeving(database), opties=["--zonder-las"], registreer=[SCHOOL]
    ) as wereld:
        _abonneer(wereld.kern(), ontvanger)
        with opslag_van_wereld(tmp_path, database) as opslag:
            nummers = vul_met_dossiers(opslag, AANTAL)
            opdracht = wereld.kern().bestel_klaarzetten(nummers)
            for deel in (AANTAL // 6, AANTAL // 2):
                _wacht(lambda: len(ontvanger.ontvangen) >= deel)  # noqa: B023 - called before the next turn
                wereld.stop(signal.SIGKILL)
                wereld.start()
            kern = wereld.kern()
            _wacht(lambda: _stand(kern, opdracht)["status"] == "klaar")
            stand = _stand(kern, opdracht)
            assert [rij["elkNummer"] for rij in stand["resultaten"]] == nummers
            assert {rij["uitkomst"] for rij in stand["resultaten"]} == {"klaargezet"}
            assert ontvanger.wacht_op_aantal(AANTAL, 60) == AANTAL
            assert ontvanger.stippen == dict.fromkeys(nummers, "blauw")
            gebleven = sporen(opslag, nummers)
        assert set(gebleven.historie) == {1}
        assert gebleven.audit == AANTAL
        assert ontvanger.geweigerd == []
        assert ontvanger.dubbel <= 3 * 20, "a crash may repeat the few that were under way, no more"
        _wacht(lambda: not kern.afleveringen(status="wacht")["afleveringen"])
        _wacht(lambda: _bij_dbos_onaf(tmp_path, database) == 0)


def _bij_dbos_onaf(map_: Path, database: str | None) -> int:
    """Workflows that DBOS holds for unfinished: those of killed processes must be taken over."""
    engine = create_engine(database or f"sqlite:///file:{map_ / 'werk.sqlite'}?mode=ro&uri=true")
    tabel = "dbos.workflow_status" if database else "workflow_status"
    with engine.connect() as verbinding:
        vraag = f"SELECT count(*) FROM {tabel} WHERE status IN ('PENDING', 'ENQUEUED')"
        aantal = int(verbinding.execute(text(vraag)).scalar_one())
    engine.dispose()
    return aantal


def test_een_abonnee_die_wegvalt_houdt_een_ander_niet_op_en_mist_niets(
    tmp_path: Path, ontvanger: Webhookontvanger
) -> None:
    with (
        Webhookontvanger(GEHEIM) as ander,
        ontwikkelwereld(tmp_path, opties=["--zonder-las"], registreer=[SCHOOL]) as wereld,
    ):
        kern = wereld.kern()
        _abonneer(kern, ontvanger)
        kern.abonneer("ander", ander.url, GEHEIM)
        ander.storingen.extend([503] * 5)
        wereld.zet_klaar("80101", proef_pgn(8_101))
        assert ontvanger.wacht_op("80101", "blauw") is not None
        _wacht(lambda: bool(kern.afleveringen(status="wacht", abonnement="ander")["afleveringen"]))
        kern.trek_in("80101")
        assert ontvanger.wacht_op("80101", "wit") is not None
        assert ander.wacht_op("80101", "wit", 30) is not None
        assert [bericht.gegevens["naar"] for bericht in ander.ontvangen] == ["blauw", "wit"]


def test_een_database_die_weg_is_en_terugkomt_kost_niets(tmp_path: Path, ontvanger: Webhookontvanger) -> None:
    server = EigenServer()
    server.start()
    url = server.url.render_as_string(hide_password=False)
    try:
        with ontwikkelwereld(tmp_path, omgeving=_omgeving(url), opties=["--zonder-las"], registreer=[SCHOOL]) as wereld:
            kern = wereld.kern()
            _abonneer(kern, ontvanger)
            with opslag_van_wereld(tmp_path, url) as opslag:
                nummers = vul_met_dossiers(opslag, AANTAL)
            opdracht = kern.bestel_klaarzetten(nummers)
            assert ontvanger.wacht_op_aantal(20) >= 20
            server.stop()
            _wacht(lambda: _gereed(wereld) == 503)
            server.start()
            _wacht(lambda: _gereed(wereld) == 200)
            assert ontvanger.wacht_op_aantal(AANTAL, 90) == AANTAL
            assert _stand(kern, opdracht)["status"] == "klaar"
            with opslag_van_wereld(tmp_path, url) as opslag:
                gebleven = sporen(opslag, nummers)
            assert (set(gebleven.historie), gebleven.audit) == ({1}, AANTAL)
    finally:
        server.ruim_op()


def _gereed(wereld: DraaiendeWereld) -> int:
    return httpx.get(f"{wereld.dev['rest']}/readyz", trust_env=False, timeout=10).status_code


def test_twee_processen_op_een_database_zijn_als_een(tmp_path: Path, ontvanger: Webhookontvanger) -> None:
    map_a, map_b = tmp_path / "a", tmp_path / "b"
    map_a.mkdir(mode=0o700)
    with nieuwe_database() as url:
        omgeving = {"OSO_DATABASE_URL": url}
        with ontwikkelwereld(map_a, omgeving=omgeving) as a:
            _leen(map_a, map_b)
            with ontwikkelwereld(map_b, omgeving=omgeving, opties=["--zonder-las"], registreer=[]) as b:
                _twee_als_een(a, b, url, ontvanger)


def _twee_als_een(a: DraaiendeWereld, b: DraaiendeWereld, url: str, ontvanger: Webhookontvanger) -> None:
    _abonneer(b.kern(), ontvanger)
    klaar = a.zet_klaar("80201", proef_pgn(8_201))
    assert b.kern().dossier("80201")["status"] == "blauw"
    assert a.magister().haal_op(klaar.pgn, BRIN, bron_kenmerk=ONS_KENMERK).gelukt
    assert b.kern().wacht_op_status("80201", "groen")["status"] == "groen"
    assert ontvanger.wacht_op("80201", "groen") is not None
    with opslag_van_wereld(a.map, url) as opslag:
        nummers = vul_met_dossiers(opslag, AANTAL)
        opdracht = a.kern().bestel_klaarzetten(nummers)
        kern_b = b.kern()
        _wacht(lambda: bool(_stand(kern_b, opdracht)["resultaten"]))
        a.stop(signal.SIGKILL)
        _wacht(lambda: _stand(kern_b, opdracht)["status"] == "klaar")
        assert ontvanger.wacht_op_aantal(AANTAL + 2, 60) == AANTAL + 2
        gebleven = sporen(opslag, nummers)
    assert set(gebleven.historie) == {1}
    assert gebleven.audit == AANTAL + 1


def test_een_worker_zonder_poorten_maakt_af_wat_een_gedode_dienst_liet_liggen(tmp_path: Path) -> None:
    with nieuwe_database() as url:
        opties = ["--zonder-las"]
        with ontwikkelwereld(tmp_path, omgeving=_omgeving(url), opties=opties, registreer=[SCHOOL]) as wereld:
            omgeving = _werkomgeving(wereld, url)
            with opslag_van_wereld(tmp_path, url) as opslag:
                nummers = vul_met_dossiers(opslag, AANTAL)
                opdracht = wereld.kern().bestel_klaarzetten(nummers)
                wereld.stop(signal.SIGKILL)
                worker = subprocess.Popen([sys.executable, "-m", "gateway", "worker"], env=omgeving)
                try:
                    _wacht(lambda: not _open(opslag))
                    worker.terminate()
                    assert worker.wait(20) == 0
                finally:
                    worker.kill()
                    worker.wait()
                gebleven = sporen(opslag, nummers)
                assert (set(gebleven.historie), gebleven.audit) == ({1}, AANTAL)
                with opslag.lezen() as werk:
                    stand = werk.klaarzettingen.opdracht(opdracht)
                    assert stand is not None
                    assert stand.status == "klaar"
                    assert werk.werkverdeling.processen() == []


def _open(opslag: SqlOpslag) -> bool:
    with opslag.lezen() as werk:
        return bool(werk.klaarzettingen.onafgemaakt())


def _werkomgeving(wereld: DraaiendeWereld, url: str) -> dict[str, str]:
    """Settings of the world for a process of its own, beside `serve --dev`."""
    pki = wereldpki(wereld.map)
    gateway = pki.partijen["gateway"]
    return {
        **os.environ,
        "OSO_DATABASE_URL": url,
        "OSO_ENCRYPTION_KEYS": (wereld.map / "sleutelring").read_text().strip(),
        "OSO_TRAFFIC_CENTER_URL": wereld.dev["trafficCenter"],
        "OSO_TLS_CERT": str(gateway.cert),
        "OSO_TLS_KEY": str(gateway.key),
        "OSO_TLS_CA": str(pki.ca),
        "OSO_TLS_CRL": str(pki.crl),
        "OSO_ONDERTEKEN_CERT": str(pki.ondertekening.cert),
        "OSO_ONDERTEKEN_KEY": str(pki.ondertekening.key),
    }


def _leen(van: Path, naar: Path) -> None:
    """Give a second world the keys, tokens and certificates of the first."""
    naar.mkdir(mode=0o700)
    for naam in ("sleutelring", "tokens.json"):
        shutil.copy(van / naam, naar / naam)
    shutil.copytree(van / "pki", naar / "pki")
