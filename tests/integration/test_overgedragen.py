"""Handed over or not: real clients, real TLS, real sockets (`interfaces.md`, How a dossier behaves)."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import os
import socket
import ssl
import struct
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest
import requests

from gateway.entry.lijn import Lijntermijnen
from gateway.entry.soap.overdragen import Overdrachtstermijnen
from gateway.entry.verbinding import Grenzen, Ingang
from gateway.trust.certificaten import OntwikkelPki
from tests.hulp.geduld import GEDULD
from tests.hulp.poort import Draaiend, draaiende_poort, klant_context, maak_pki, server_context, verbind

KEREN = int(os.environ.get("OSO_TEST_KEREN", "3"))
"""How often each scenario is repeated in one test; raise it to hunt for flakes."""

MATEN = (60_000, 178_000)
LANG, NOOIT = 2.0, 600.0


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> OntwikkelPki:
    return maak_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module", params=["tls13", "tls12", "kaal"])
def context(request: pytest.FixtureRequest, pki: OntwikkelPki) -> ssl.SSLContext | None:
    """How clients connect; None is plain TCP."""
    if request.param == "kaal":
        return None
    context = klant_context(pki)
    if request.param == "tls12":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def _ingang(pki: OntwikkelPki, context: ssl.SSLContext | None, lijn: Lijntermijnen | None = None) -> Ingang:
    return Ingang(context=server_context(pki) if context else None, grenzen=Grenzen(lijn=lijn or Lijntermijnen()))


@pytest.fixture(scope="module")
def wereld(pki: OntwikkelPki, context: ssl.SSLContext | None) -> Iterator[tuple[Draaiend, ssl.SSLContext | None]]:
    """A port where rest alone counts after ten minutes only: what is handed over here was handed over at once."""
    with draaiende_poort(_ingang(pki, context), Overdrachtstermijnen(rust=NOOIT)) as draaiend:
        yield draaiend, context


@pytest.fixture(scope="module")
def afwachtend(pki: OntwikkelPki, context: ssl.SSLContext | None) -> Iterator[tuple[Draaiend, ssl.SSLContext | None]]:
    """A port where a reset may come long after a FIN: a machine may do something else between two calls of a client."""
    with draaiende_poort(_ingang(pki, context), Overdrachtstermijnen(rust=NOOIT, nasleep=LANG)) as draaiend:
        yield draaiend, context


@pytest.fixture(scope="module")
def hoffelijk(pki: OntwikkelPki, context: ssl.SSLContext | None) -> Iterator[tuple[Draaiend, ssl.SSLContext | None]]:
    """A port that gives a FIN long to follow a close_notify, for the same reason."""
    ingang = _ingang(pki, context, Lijntermijnen(afscheid=LANG))
    with draaiende_poort(ingang, Overdrachtstermijnen(rust=NOOIT)) as draaiend:
        yield draaiend, context


def vraag(verbinding: socket.socket, octets: int, kop: str = "") -> None:
    verbinding.sendall(f"GET /{octets} HTTP/1.1\r\nHost: localhost\r\n{kop}\r\n".encode())


def lees(verbinding: socket.socket, aantal: int) -> int:
    gelezen = 0
    while gelezen < aantal and (deel := verbinding.recv(min(65_536, aantal - gelezen))):
        gelezen += len(deel)
    return gelezen


def lees_koppen(verbinding: socket.socket) -> int:
    """Read the headers octet by octet; gives their size."""
    koppen = b""
    while not koppen.endswith(b"\r\n\r\n"):
        koppen += verbinding.recv(1)
    return len(koppen)


def reset(verbinding: socket.socket) -> None:
    verbinding.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    verbinding.close()


def sluit(verbinding: socket.socket) -> None:
    verbinding.close()


def beide_kanten_dicht(verbinding: socket.socket) -> None:
    verbinding.shutdown(socket.SHUT_RDWR)
    verbinding.close()


def met_afscheid(verbinding: socket.socket) -> None:
    if isinstance(verbinding, ssl.SSLSocket):
        try:
            kaal = verbinding.unwrap()
        except ssl.SSLError:  # octets of the response stood between us and the answer
            verbinding.close()
        else:
            kaal.close()
    else:
        verbinding.close()


def alleen_afscheid(verbinding: socket.socket) -> None:
    """Send a close_notify and close without waiting for the answer, as curl does."""
    if isinstance(verbinding, ssl.SSLSocket):
        verbinding.setblocking(False)
        with contextlib.suppress(ssl.SSLError, BlockingIOError):
            verbinding.unwrap()
    verbinding.close()


def half_dicht(verbinding: socket.socket) -> None:
    verbinding.shutdown(socket.SHUT_WR)


EINDEN = [sluit, beide_kanten_dicht, met_afscheid, alleen_afscheid]


def uitslag(draaiend: Draaiend) -> bool:
    return draaiend.uitslagen.get(timeout=GEDULD)


@pytest.mark.parametrize("einde", EINDEN, ids=lambda einde: einde.__name__)
def test_alles_gelezen_en_dicht_is_meteen_overgedragen(
    wereld: tuple[Draaiend, ssl.SSLContext | None],
    hoffelijk: tuple[Draaiend, ssl.SSLContext | None],
    einde: Callable[[socket.socket], None],
) -> None:
    draaiend, context = hoffelijk if einde is alleen_afscheid else wereld
    for octets, kop in itertools.product(MATEN, ("", "Connection: close\r\n")):
        verbindingen = [verbind(draaiend.adres, context) for _ in range(KEREN)]
        for verbinding in verbindingen:
            vraag(verbinding, octets, kop)
            lees_koppen(verbinding)
            assert lees(verbinding, octets) == octets
        for verbinding in verbindingen:
            einde(verbinding)
        assert [uitslag(draaiend) for _ in verbindingen] == [True] * KEREN, (octets, kop)


@pytest.mark.parametrize("einde", [*EINDEN, reset], ids=lambda einde: einde.__name__)
def test_half_gelezen_is_niet_overgedragen(
    afwachtend: tuple[Draaiend, ssl.SSLContext | None], einde: Callable[[socket.socket], None]
) -> None:
    draaiend, context = afwachtend
    delen = ["een", "half", "op_laatste_record_na"]
    if context is not None and einde in (met_afscheid, alleen_afscheid):
        delen.pop()  # OpenSSL reads the last record itself while it says goodbye: nothing is left unread
    for wachten in (0.0, 0.3):
        gevallen = list(itertools.product(MATEN, delen))
        verbindingen = [(verbind(draaiend.adres, context), *geval) for geval in gevallen for _ in range(KEREN)]
        for verbinding, octets, deel in verbindingen:
            vraag(verbinding, octets)
            _lees_deel(verbinding, octets, deel)
        time.sleep(wachten)
        for verbinding, _, _ in verbindingen:
            einde(verbinding)
        assert [uitslag(draaiend) for _ in verbindingen] == [False] * len(verbindingen)


def _lees_deel(verbinding: socket.socket, octets: int, deel: str) -> None:
    if deel == "een":
        lees(verbinding, 1)
        return
    lees_koppen(verbinding)
    # The last TLS record holds at most 16 384 octets, and more than none of the remainder.
    lees(verbinding, octets // 2 if deel == "half" else octets - (octets % 16_384 or 16_384))


@pytest.mark.parametrize("octets", MATEN)
def test_open_verbinding_telt_na_twee_seconden_rust(
    pki: OntwikkelPki, context: ssl.SSLContext | None, octets: int
) -> None:
    with draaiende_poort(_ingang(pki, context)) as draaiend:
        verbindingen = [verbind(draaiend.adres, context) for _ in range(KEREN)]
        begin = time.monotonic()
        for verbinding in verbindingen:
            vraag(verbinding, octets)
            lees_koppen(verbinding)
            assert lees(verbinding, octets) == octets
        assert [uitslag(draaiend) for _ in verbindingen] == [True] * KEREN
        assert time.monotonic() - begin > 2
        for verbinding in verbindingen:
            verbinding.close()


def test_reset_binnen_de_rust_na_alles_gelezen_telt_niet(afwachtend: tuple[Draaiend, ssl.SSLContext | None]) -> None:
    draaiend, context = afwachtend
    verbinding = verbind(draaiend.adres, context)
    vraag(verbinding, 60_000)
    lees_koppen(verbinding)
    assert lees(verbinding, 60_000) == 60_000
    reset(verbinding)
    assert uitslag(draaiend) is False


@pytest.mark.parametrize("octets", MATEN)
def test_volgend_verzoek_telt_meteen(wereld: tuple[Draaiend, ssl.SSLContext | None], octets: int) -> None:
    draaiend, context = wereld
    verbinding = verbind(draaiend.adres, context)
    for keer in range(10 * KEREN):
        vraag(verbinding, octets)
        lees_koppen(verbinding)
        assert lees(verbinding, octets) == octets
        if keer:
            assert uitslag(draaiend)
    verbinding.close()
    assert uitslag(draaiend)


def test_vooruit_gestuurd_verzoek_bewijst_niets(afwachtend: tuple[Draaiend, ssl.SSLContext | None]) -> None:
    draaiend, context = afwachtend
    for _ in range(KEREN):
        verbinding = verbind(draaiend.adres, context)
        vraag(verbinding, 178_000)
        vraag(verbinding, 10)
        time.sleep(0.1)
        lees(verbinding, 1)
        reset(verbinding)
        assert [uitslag(draaiend) for _ in range(2)] == [False, False]


def test_half_dichte_verbinding_telt(wereld: tuple[Draaiend, ssl.SSLContext | None]) -> None:
    draaiend, context = wereld
    verbinding = verbind(draaiend.adres, context)
    vraag(verbinding, 60_000)
    lees_koppen(verbinding)
    assert lees(verbinding, 60_000) == 60_000
    half_dicht(verbinding)
    assert uitslag(draaiend)
    verbinding.close()


@pytest.fixture(scope="module")
def ongeduldig(pki: OntwikkelPki) -> Iterator[tuple[Draaiend, ssl.SSLContext]]:
    termijnen = Overdrachtstermijnen(leeg=0.5, rust=0.3)
    with draaiende_poort(Ingang(context=server_context(pki)), termijnen) as draaiend:
        yield draaiend, klant_context(pki)


def test_wie_nooit_leest_krijgt_niets_overgedragen(ongeduldig: tuple[Draaiend, ssl.SSLContext]) -> None:
    draaiend, context = ongeduldig
    kaal = socket.socket()
    kaal.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    kaal.connect((draaiend.adres.host, draaiend.adres.nummer))
    with context.wrap_socket(kaal, server_hostname="localhost") as verbinding:
        vraag(verbinding, 20_000_000)
        assert uitslag(draaiend) is False


def test_trage_lezer_krijgt_het_overgedragen(wereld: tuple[Draaiend, ssl.SSLContext | None]) -> None:
    draaiend, context = wereld
    verbinding = verbind(draaiend.adres, context)
    vraag(verbinding, 6_000_000)
    lees_koppen(verbinding)
    gelezen = 0
    while gelezen < 6_000_000:
        gelezen += lees(verbinding, 600_000)
        time.sleep(0.02)
    verbinding.close()
    assert uitslag(draaiend)


@pytest.mark.parametrize("octets", MATEN)
def test_gewone_clients_krijgen_het_overgedragen(
    wereld: tuple[Draaiend, ssl.SSLContext | None], pki: OntwikkelPki, octets: int
) -> None:
    draaiend, context = wereld
    paar = pki.partijen["magister"]
    url = f"{draaiend.adres.url}/{octets}"
    for _ in range(KEREN):
        with requests.Session() as sessie:
            sessie.trust_env = False  # a CA bundle in the environment would take the place of ours
            sessie.cert, sessie.verify = (str(paar.cert), str(paar.key)), str(pki.ca)
            assert len(sessie.get(url, timeout=GEDULD).content) == octets
        assert uitslag(draaiend)

        gewoon = requests.get(
            url,
            cert=(str(paar.cert), str(paar.key)),
            verify=str(pki.ca),
            headers={"Connection": "close"},
            timeout=GEDULD,
        )
        assert len(gewoon.content) == octets
        assert uitslag(draaiend)

        for koppen in ({}, {"Connection": "close"}):
            client = _http_client(draaiend, context)
            client.request("GET", f"/{octets}", headers=koppen)
            assert len(client.getresponse().read()) == octets
            client.close()
            assert uitslag(draaiend)

        tls = ["--cacert", str(pki.ca), "--cert", str(paar.cert), "--key", str(paar.key)]
        for vlaggen in ([], ["-H", "Connection: close"], ["--http1.0"]):
            uit = subprocess.run(["curl", "-sS", *tls, *vlaggen, url], capture_output=True, timeout=GEDULD, check=True)
            assert len(uit.stdout) == octets
            assert uitslag(draaiend)


def _http_client(draaiend: Draaiend, context: ssl.SSLContext | None) -> http.client.HTTPConnection:
    if context is None:
        return http.client.HTTPConnection(draaiend.adres.host, draaiend.adres.nummer, timeout=GEDULD)
    return http.client.HTTPSConnection("localhost", draaiend.adres.nummer, timeout=GEDULD, context=context)


def test_wie_om_sluiten_vraagt_en_tot_het_einde_leest_krijgt_een_net_einde(pki: OntwikkelPki) -> None:
    with draaiende_poort(Ingang(context=server_context(pki))) as draaiend:
        kaal = socket.create_connection((draaiend.adres.host, draaiend.adres.nummer), timeout=GEDULD)
        # a missing close_notify raises
        verbinding = klant_context(pki).wrap_socket(kaal, server_hostname="localhost", suppress_ragged_eofs=False)
        vraag(verbinding, 60_000, "Connection: close\r\n")
        assert lees(verbinding, 10_000_000) > 60_000
        verbinding.close()
        assert uitslag(draaiend)
