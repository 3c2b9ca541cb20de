"""Disk full, disk read-only, database away and back, SIGTERM in the middle of work: the real process, from outside."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Geweigerd, Push
from gateway.simulators.proefpersonen import proef_pgn
from tests.hulp.geduld import GEDULD, wacht_tot
from tests.hulp.killverkeer import PLAATSING, controleer_opslag
from tests.hulp.ontwikkelwereld import SCHOOL, DraaiendeWereld, Klaargezet, ontwikkelwereld
from tests.hulp.postgres import EigenServer
from tests.hulp.soapklant import PING, SoapKlant, document, envelop, http_verzoek, lees_antwoord

ELK, PGN = "68001", proef_pgn(68_001)


def gereed(wereld: DraaiendeWereld) -> bool:
    antwoord = httpx.get(f"{wereld.dev['rest']}/readyz", timeout=GEDULD, trust_env=False)
    assert antwoord.status_code in (200, 503)
    return antwoord.status_code == 200


def wacht_op_gereed(wereld: DraaiendeWereld, stand: bool) -> None:
    wacht_tot(lambda: gereed(wereld), lambda gezien: gezien is stand)


def schrijven_gaat_niet(wereld: DraaiendeWereld, las: SoapKlant, wie: Klaargezet) -> set[int]:
    """Every kind of write is refused with 507 or 503 and says why; SOAP has a fault. Gives the statuses."""
    kern = wereld.kern()
    pogingen: list[Any] = [
        lambda: kern.lever_aan(wie.elk_nummer, Push(maak_dossier(wie.pgn, zaad=5, omvang=120_000))),
        lambda: kern.lever_aan("68999", Push(maak_dossier(proef_pgn(68_999), zaad=6, omvang=120_000), PLAATSING)),
        lambda: kern.context(wie.elk_nummer, {"tegenhouden": "x" * 400}),
        lambda: kern.zet_klaar([wie.elk_nummer]),
        lambda: kern.trek_in(wie.elk_nummer),
    ]
    statussen = set()
    for poging in pogingen:
        with pytest.raises(Geweigerd) as fout:
            poging()
        statussen.add(fout.value.status)
        assert fout.value.status in (503, 507)
        assert fout.value.probleem["melding"]
    assert las.vraag(las.sessie(wie.pgn.waarde), wie.pgn.waarde).fout == "TijdelijkeStoring"
    assert httpx.get(f"{wereld.dev['rest']}/healthz", timeout=GEDULD, trust_env=False).status_code == 200
    assert las.post(PING).status == 200
    return statussen


def lezen_gaat_door(wereld: DraaiendeWereld, wie: Klaargezet) -> None:
    kern = wereld.kern()
    beeld = kern.dossier(wie.elk_nummer)
    assert (beeld["status"], beeld["versie"], beeld["ophaalbaar"]) == ("blauw", 1, True)
    assert kern.overdrachten()["overdrachten"] is not None
    assert kern.gebeurtenissen()["gebeurtenissen"]
    assert wereld.beheer().toon_aanleverpunt(SCHOOL)["status"] == "geregistreerd"


def inzien_zonder_audit_gaat_niet(wereld: DraaiendeWereld, wie: Klaargezet) -> None:
    """The content of a dossier is disclosed only with its audit record, and that cannot be written now."""
    with pytest.raises(Geweigerd) as fout:
        wereld.kern().versie(wie.elk_nummer, 1)
    assert fout.value.status in (503, 507)


def weer_gewoon(wereld: DraaiendeWereld, las: SoapKlant, wie: Klaargezet) -> None:
    """Without a restart: what was refused is not there, not in part either, and everything works."""
    kern = wereld.kern()
    with pytest.raises(Geweigerd) as fout:
        kern.dossier("68999")
    assert fout.value.status == 404
    gemeld = kern.lever_aan(wie.elk_nummer, Push(maak_dossier(wie.pgn, zaad=7, omvang=60_000)))
    assert gemeld["versie"] == 2
    assert las.haal(wie.pgn.waarde).resultaat == "OverdrachtGeslaagd"
    las.http.close()
    assert kern.wacht_op_status(wie.elk_nummer, "groen")["status"] == "groen"


# --------------------------------------------------------------------------------------------------------- the disk


class Schijf:
    """A small disk that only the service sees, with its database on it."""

    def __init__(self, map_: Path) -> None:
        self.plek = map_ / "schijf"
        self.plek.mkdir()
        self.aanloop = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
        self.aanloop += [f'mount -t tmpfs -o size=12m tmpfs "{self.plek}" && exec "$@"', "sh"]
        self.omgeving = {"OSO_DATABASE_URL": f"sqlite:///{self.plek}/oso.sqlite"}
        self.pid = 0

    @property
    def binnen(self) -> Path:
        return Path(f"/proc/{self.pid}/root{self.plek}")

    def vul(self) -> None:
        with (self.binnen / "vulling").open("wb", buffering=0) as vulling, contextlib.suppress(OSError):
            for maat in (65_536, 4_096, 512, 1):
                with contextlib.suppress(OSError):
                    while True:
                        vulling.write(bytes(maat))

    def maak_ruimte(self) -> None:
        (self.binnen / "vulling").unlink()


@pytest.fixture
def schijf(tmp_path: Path) -> Schijf:
    kan = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", str(tmp_path)],
        check=False,
        capture_output=True,
    )
    if kan.returncode:
        pytest.skip("this machine lets nobody mount a disk of their own")
    return Schijf(tmp_path)


@contextmanager
def op_schijf(schijf: Schijf, map_: Path) -> Iterator[tuple[DraaiendeWereld, SoapKlant, Klaargezet]]:
    with ontwikkelwereld(
        map_,
        omgeving=schijf.omgeving,
        opties=["--zonder-las"],
        aanloop=schijf.aanloop,
        registreer=[SCHOOL],
    ) as wereld:
        schijf.pid = wereld.pid
        las = SoapKlant(wereld.dev)
        wie = wereld.zet_klaar(ELK, PGN, omvang=60_000)
        yield wereld, las, wie
        las.sluit()


def test_schijf_vol(schijf: Schijf, tmp_path: Path) -> None:
    with op_schijf(schijf, tmp_path) as (wereld, las, wie):
        schijf.vul()
        statussen = schrijven_gaat_niet(wereld, las, wie)
        assert 507 in statussen
        lezen_gaat_door(wereld, wie)
        inzien_zonder_audit_gaat_niet(wereld, wie)
        schijf.maak_ruimte()
        wacht_op_gereed(wereld, True)
        weer_gewoon(wereld, las, wie)


@pytest.mark.usefixtures("schijf")
def test_schijf_alleen_te_lezen(tmp_path: Path) -> None:
    """The service dies, and comes up again on a disk that has become read-only, with -wal and -shm left behind."""
    plek = tmp_path / "db"
    plek.mkdir()
    omgeving = {"OSO_DATABASE_URL": f"sqlite:///{plek}/oso.sqlite"}
    with ontwikkelwereld(tmp_path, omgeving=omgeving, opties=["--zonder-las"], registreer=[SCHOOL]) as wereld:
        wie = wereld.zet_klaar(ELK, PGN, omvang=60_000)
        wereld.stop(signal.SIGKILL)
    dicht = [
        "unshare",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        f'mount --bind "{plek}" "{plek}" && mount -o remount,ro,bind "{plek}" && exec "$@"',
        "sh",
    ]
    with ontwikkelwereld(tmp_path, omgeving=omgeving, opties=["--zonder-las"], aanloop=dicht, registreer=[]) as wereld:
        las = SoapKlant(wereld.dev)
        schrijven_gaat_niet(wereld, las, wie)
        lezen_gaat_door(wereld, wie)
        las.sluit()
    with ontwikkelwereld(tmp_path, omgeving=omgeving, opties=["--zonder-las"], registreer=[]) as wereld:
        las = SoapKlant(wereld.dev)
        weer_gewoon(wereld, las, wie)


# ----------------------------------------------------------------------------------------------------- the database


def test_database_weg_en_terug(tmp_path: Path) -> None:
    server = EigenServer()
    try:
        server.start()
        omgeving = {"OSO_DATABASE_URL": server.url.render_as_string(hide_password=False)}
        with ontwikkelwereld(tmp_path, omgeving=omgeving, opties=["--zonder-las"], registreer=[SCHOOL]) as wereld:
            las, pid = SoapKlant(wereld.dev), wereld.pid
            wie = wereld.zet_klaar(ELK, PGN, omvang=60_000)
            octets = wereld.kern().versie(ELK, 1)
            assert gereed(wereld)
            server.stop()
            wacht_op_gereed(wereld, False)
            schrijven_gaat_niet(wereld, las, wie)
            server.start()
            wacht_op_gereed(wereld, True)
            lezen_gaat_door(wereld, wie)
            assert wereld.kern().versie(ELK, 1) == octets
            weer_gewoon(wereld, las, wie)
            assert wereld.pid == pid
            controleer_opslag(tmp_path, omgeving)
            las.sluit()
    finally:
        server.ruim_op()


# ---------------------------------------------------------------------------------------------------- the clean stop


def _dicht(host: str, poort: int) -> bool:
    try:
        socket.create_connection((host, poort), timeout=GEDULD).close()
    except ConnectionRefusedError:
        return True
    return False


def test_sigterm_maakt_af_wat_bezig_is(tmp_path: Path) -> None:
    """A pull half read, one read in full on a kept connection, and a push half sent: all end well."""
    with ontwikkelwereld(tmp_path, opties=["--zonder-las"], registreer=[SCHOOL]) as wereld:
        las = SoapKlant(wereld.dev)
        half = wereld.zet_klaar(ELK, PGN, omvang=178_000)
        heel = wereld.zet_klaar("68002", proef_pgn(68_002), omvang=60_000, zaad=2)
        verzoeken = [
            http_verzoek(envelop(document(las.sessie(wie.pgn.waarde), wie.pgn.waarde))) for wie in (half, heel)
        ]
        push = maak_dossier(proef_pgn(68_003), zaad=3, omvang=178_000)
        kop = (
            f"PUT /v1/dossiers/68003 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {wereld.dev['tokens']['kern']}\r\n"
            f"OSO-Account: proef\r\nContent-Type: application/xml\r\nContent-Length: {len(push)}\r\n"
            "Expect: 100-continue\r\n\r\n"
        ).encode()
        rest = httpx.URL(wereld.dev["rest"])
        with (
            las.lijn() as een,
            las.lijn() as twee,
            socket.create_connection((rest.host, rest.port or 0), timeout=GEDULD) as drie,
        ):
            een.sendall(verzoeken[0])
            begin = een.recv(1_000)
            twee.sendall(verzoeken[1])
            assert lees_antwoord(twee).resultaat == "OverdrachtGeslaagd"
            drie.sendall(kop)
            assert drie.recv(100).startswith(b"HTTP/1.1 100")  # the push has begun
            drie.sendall(push[:50_000])
            os.kill(wereld.pid, signal.SIGTERM)
            wacht_tot(lambda: _dicht(rest.host, rest.port or 0))
            # The rest of the pull, behind what was read of it.
            antwoord = begin
            while deel := een.recv(65_536):
                antwoord += deel
                if antwoord.rstrip().endswith(b"Envelope>"):
                    break
            een.close()
            drie.sendall(push[50_000:])
            assert lees_antwoord(drie).status == 201
            assert wereld.stop(0) == 0  # no second signal: that would cut off
        las.sluit()
        wereld.start()
        kern = wereld.kern()
        assert kern.dossier(half.elk_nummer)["status"] == "groen"
        assert kern.dossier(heel.elk_nummer)["status"] == "groen"
        assert kern.dossier("68003")["versie"] == 1


@pytest.mark.lang
def test_sigterm_wacht_niet_eeuwig(tmp_path: Path) -> None:
    """Callers that never finish hold up the stop only so long, and what they had is in doubt: blue."""
    with ontwikkelwereld(tmp_path, opties=["--zonder-las"], registreer=[SCHOOL]) as wereld:
        las = SoapKlant(wereld.dev)
        wie = wereld.zet_klaar(ELK, PGN, omvang=178_000)
        verzoek = http_verzoek(envelop(document(las.sessie(PGN.waarde), PGN.waarde)))
        las.sluit()
        with las.lijn() as lijn:
            lijn.sendall(verzoek)
            lijn.recv(10)
            klaar = threading.Timer(5, lijn.close)
            klaar.start()
            assert wereld.stop() == 0
            klaar.cancel()
        wereld.start()
        assert wereld.kern().dossier(wie.elk_nummer)["status"] == "blauw"
