"""The limits of one connection, the client certificate in the scope, and handshakes that fail."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.waarden import Oin
from gateway.entry.lijn import Lijntermijnen
from gateway.entry.verbinding import Grenzen, Ingang
from gateway.trust.certificaten import OntwikkelPki
from tests.hulp.geduld import GEDULD, wacht_tot
from tests.hulp.poort import MAGISTER, Draaiend, draaiende_poort, klant_context, maak_pki, server_context, verbind

RUIM = Grenzen(kop_octets=2_000, kop=GEDULD, lijf=GEDULD, lijn=Lijntermijnen(handdruk=GEDULD, uitloop=GEDULD))
ONGEDULDIG = Grenzen(kop=1.5, lijf=1.5, lijn=Lijntermijnen(handdruk=GEDULD))
"""Only for who is meant to be too slow: a busy machine makes anyone so."""
KORTE_HANDDRUK = Grenzen(lijn=Lijntermijnen(handdruk=2.0))


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> OntwikkelPki:
    return maak_pki(tmp_path_factory.mktemp("pki"))


class Proefapp:
    """Remembers scopes; `/vroeg` answers 413 unread, anything else echoes the length of the body."""

    def __init__(self) -> None:
        self.scopes: list[dict[str, Any]] = []
        self.afgebroken = 0

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        self.scopes.append(scope)
        if scope["path"] == "/vroeg":
            await self._antwoord(send, 413, b"te groot", [(b"connection", b"close")])
            return
        octets = 0
        while True:
            bericht = await receive()
            if bericht["type"] == "http.disconnect":
                self.afgebroken += 1
                return
            octets += len(bericht["body"])
            if not bericht["more_body"]:
                break
        await self._antwoord(send, 200, str(octets).encode(), [])

    @staticmethod
    async def _antwoord(send: Any, status: int, lijf: bytes, koppen: list[tuple[bytes, bytes]]) -> None:
        koppen = [*koppen, (b"content-length", str(len(lijf)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": koppen})
        await send({"type": "http.response.body", "body": lijf})


@pytest.fixture(scope="module", params=["tls", "kaal"])
def wereld(
    request: pytest.FixtureRequest, pki: OntwikkelPki
) -> Iterator[tuple[Draaiend, ssl.SSLContext | None, Proefapp]]:
    app = Proefapp()
    tls = request.param == "tls"
    ingang = Ingang(context=server_context(pki) if tls else None, grenzen=RUIM)
    with draaiende_poort(ingang, app=app, keep_alive=3) as draaiend:
        yield draaiend, klant_context(pki) if tls else None, app


@pytest.fixture(scope="module", params=["tls", "kaal"])
def ongeduldig(request: pytest.FixtureRequest, pki: OntwikkelPki) -> Iterator[tuple[Draaiend, ssl.SSLContext | None]]:
    """A port that soon has enough of who sends slowly."""
    tls = request.param == "tls"
    ingang = Ingang(context=server_context(pki) if tls else None, grenzen=ONGEDULDIG)
    with draaiende_poort(ingang, app=Proefapp()) as draaiend:
        yield draaiend, klant_context(pki) if tls else None


def alles(verbinding: socket.socket) -> bytes:
    gelezen = b""
    with contextlib.suppress(ConnectionResetError):
        while deel := verbinding.recv(65_536):
            gelezen += deel
    return gelezen


def tot(verbinding: socket.socket, einde: bytes) -> bytes:
    gelezen = b""
    while not gelezen.endswith(einde) and (deel := verbinding.recv(65_536)):
        gelezen += deel
    return gelezen


def test_gewoon_verzoek_en_keep_alive(wereld: tuple[Draaiend, ssl.SSLContext | None, Proefapp]) -> None:
    draaiend, context, _ = wereld
    with verbind(draaiend.adres, context) as verbinding:
        for _ in range(3):
            verbinding.sendall(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
            antwoord = tot(verbinding, b"\r\n\r\n3")
            assert antwoord.startswith(b"HTTP/1.1 200 OK\r\n")
        assert alles(verbinding) == b""  # the idle connection is ended after the keep-alive time


def test_groot_lijf_komt_heel_aan(wereld: tuple[Draaiend, ssl.SSLContext | None, Proefapp]) -> None:
    draaiend, context, _ = wereld
    with verbind(draaiend.adres, context) as verbinding:
        verbinding.sendall(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n" + b"y" * 5_000_000)
        assert tot(verbinding, b"\r\n\r\n5000000").startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("octets", [100, 3_000_000, 20_000_000])
def test_antwoord_voor_het_lijf_gelezen_is_komt_aan(
    wereld: tuple[Draaiend, ssl.SSLContext | None, Proefapp], octets: int
) -> None:
    draaiend, context, _ = wereld
    for _ in range(5):
        with verbind(draaiend.adres, context) as verbinding:
            verbinding.sendall(f"POST /vroeg HTTP/1.1\r\nHost: x\r\nContent-Length: {octets}\r\n\r\n".encode())
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for _ in range(octets // 100):
                    verbinding.sendall(b"z" * 100)
                    if octets > 100_000:
                        verbinding.sendall(b"z" * 99_900)
                        octets -= 99_900
            assert alles(verbinding).startswith(b"HTTP/1.1 413 ")


def test_te_grote_koppen_krijgen_431(wereld: tuple[Draaiend, ssl.SSLContext | None, Proefapp]) -> None:
    draaiend, context, _ = wereld
    with verbind(draaiend.adres, context) as verbinding:
        verbinding.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Lang: " + b"v" * 5_000)
        assert alles(verbinding).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    ("begin", "druppel"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\nX-Traag: a", b"a"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n", b"x"),
    ],
    ids=["niets", "koppen", "lijf"],
)
def test_langzame_zender_wordt_afgebroken(
    ongeduldig: tuple[Draaiend, ssl.SSLContext | None], begin: bytes, druppel: bytes
) -> None:
    draaiend, context = ongeduldig
    with verbind(draaiend.adres, context) as verbinding:
        verbinding.sendall(begin)
        verbinding.settimeout(0.1)
        antwoord = b""
        while True:
            try:
                if not (deel := verbinding.recv(1_000)):
                    break
                antwoord += deel
            except TimeoutError:
                with contextlib.suppress(OSError):
                    verbinding.sendall(druppel)
            except OSError:
                break
        assert antwoord.startswith(b"HTTP/1.1 408 ")


def test_lege_regels_na_een_verzoek_houden_de_verbinding_niet_open(
    ongeduldig: tuple[Draaiend, ssl.SSLContext | None],
) -> None:
    """Whatever comes ends the keep-alive of uvicorn, also what is no beginning of a request."""
    draaiend, context = ongeduldig
    with verbind(draaiend.adres, context) as verbinding:
        verbinding.sendall(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
        assert tot(verbinding, b"\r\n\r\n3")
        antwoord = b""
        with contextlib.suppress(OSError):
            verbinding.settimeout(0.1)
            while True:
                with contextlib.suppress(TimeoutError):
                    if not (deel := verbinding.recv(1_000)):
                        break
                    antwoord += deel
                verbinding.sendall(b"\r\n")
        assert antwoord.startswith(b"HTTP/1.1 408 ")


def test_rommel_achter_een_heel_verzoek_wordt_niet_als_antwoord_daarop_gelezen(
    wereld: tuple[Draaiend, ssl.SSLContext | None, Proefapp],
) -> None:
    draaiend, context, _ = wereld
    with verbind(draaiend.adres, context) as verbinding:
        verbinding.sendall(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc\x00rommel\r\n\r\n")
        assert b" 400 " not in alles(verbinding)


def test_onleesbaar_http_krijgt_400(wereld: tuple[Draaiend, ssl.SSLContext | None, Proefapp]) -> None:
    draaiend, context, _ = wereld
    for rommel in (
        b"\x00\xff\xfe rommel\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -4\r\n\r\n",
        b"\r\n\r\nBREW /\r\n\r\n",
    ):
        with verbind(draaiend.adres, context) as verbinding:
            verbinding.sendall(rommel)
            assert alles(verbinding).startswith(b"HTTP/1.1 400 ")


def test_wegvallende_zender_breekt_de_app_af(wereld: tuple[Draaiend, ssl.SSLContext | None, Proefapp]) -> None:
    draaiend, context, app = wereld
    eerder, gezien = app.afgebroken, len(app.scopes)
    verbinding = verbind(draaiend.adres, context)
    verbinding.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nabc")
    wacht_tot(lambda: len(app.scopes) > gezien)
    verbinding.close()
    wacht_tot(lambda: app.afgebroken == eerder + 1)


def test_scope_toont_het_certificaat(
    wereld: tuple[Draaiend, ssl.SSLContext | None, Proefapp], pki: OntwikkelPki
) -> None:
    draaiend, context, app = wereld
    with verbind(draaiend.adres, context) as verbinding:
        verbinding.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        verbinding.recv(1_000)
    uitbreidingen = app.scopes[-1]["extensions"]
    if context is None:
        assert "tls" not in uitbreidingen
        return
    pem = pki.partijen["magister"].cert.read_text().split("-----END CERTIFICATE-----")[0].split()
    keten = uitbreidingen["tls"]["client_cert_chain"]
    assert keten[0].split("-----END CERTIFICATE-----")[0].split() == pem
    assert len(keten) >= 3
    assert uitbreidingen["tls"]["tls_version"] == 0x0304
    assert uitbreidingen["oso"].oin is None


class TestKeuring:
    """What happens between the handshake and the first octet of HTTP."""

    @staticmethod
    def test_goedgekeurd_certificaat_geeft_de_oin(pki: OntwikkelPki) -> None:
        app = Proefapp()
        gezien: list[Sequence[str]] = []

        def keur(keten: Sequence[str]) -> Oin:
            gezien.append(keten)
            return MAGISTER

        with (
            draaiende_poort(Ingang(context=server_context(pki), keur=keur), app=app) as draaiend,
            verbind(draaiend.adres, klant_context(pki)) as verbinding,
        ):
            for _ in range(2):
                verbinding.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                assert verbinding.recv(1_000)
        assert app.scopes[0]["extensions"]["oso"].oin == MAGISTER
        assert len(gezien) == 1  # once a connection

    @staticmethod
    def test_geweigerd_certificaat_krijgt_geen_octet_http(pki: OntwikkelPki) -> None:
        app = Proefapp()
        gemeld: list[tuple[str, dict[str, object]]] = []

        def keur(_keten: Sequence[str]) -> Oin:
            raise ValueError("Het certificaat is ingetrokken.")

        def meld(naam: str, **velden: object) -> None:
            gemeld.append((naam, velden))

        with draaiende_poort(Ingang(context=server_context(pki), keur=keur, meld=meld), app=app) as draaiend:
            for _ in range(5):
                with verbind(draaiend.adres, klant_context(pki)) as verbinding:
                    with contextlib.suppress(OSError):
                        verbinding.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    assert alles(verbinding) == b""
        assert app.scopes == []
        assert gemeld[0] == ("soap-verbinding-geweigerd", {"reden": "Het certificaat is ingetrokken."})


def test_te_veel_verbindingen_worden_afgekapt_en_het_kost_de_andere_niets(pki: OntwikkelPki) -> None:
    with draaiende_poort(Ingang(grenzen=Grenzen(verbindingen=3)), app=Proefapp()) as draaiend:
        for _ in range(2):
            open_ = [verbind(draaiend.adres, None) for _ in range(3)]
            for verbinding in open_:
                verbinding.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                assert tot(verbinding, b"\r\n\r\n0")
            with verbind(draaiend.adres, None) as vierde:
                assert alles(vierde) == b""
            for verbinding in open_:
                verbinding.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                assert alles(verbinding).startswith(b"HTTP/1.1 200")
                verbinding.close()
            wacht_tot(lambda: not _vol(draaiend))


def _vol(draaiend: Draaiend) -> bool:
    """Tell whether a connection is cut off because there are too many."""
    with verbind(draaiend.adres, None) as verbinding:
        with contextlib.suppress(OSError):
            verbinding.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return alles(verbinding) == b""


class TestHanddruk:
    """A handshake that fails, in any way, leaves the port as it was."""

    @pytest.fixture
    def poort(self, pki: OntwikkelPki) -> Iterator[tuple[Draaiend, list[str]]]:
        redenen: list[str] = []

        def meld(naam: str, **velden: object) -> None:
            redenen.append(str(velden["reden"]))

        with draaiende_poort(
            Ingang(context=server_context(pki), grenzen=KORTE_HANDDRUK, meld=meld), app=Proefapp()
        ) as draaiend:
            yield draaiend, redenen

    @staticmethod
    def _vraag(draaiend: Draaiend, context: ssl.SSLContext) -> bytes:
        with verbind(draaiend.adres, context) as verbinding:
            verbinding.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            return verbinding.recv(1_000)

    def _werkt_nog(self, draaiend: Draaiend, pki: OntwikkelPki) -> None:
        assert self._vraag(draaiend, klant_context(pki)).startswith(b"HTTP/1.1 200")

    def test_zonder_certificaat(self, poort: tuple[Draaiend, list[str]], pki: OntwikkelPki) -> None:
        draaiend, redenen = poort
        context = ssl.create_default_context(cafile=str(pki.ca))
        for versie in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context.minimum_version = context.maximum_version = versie
            with pytest.raises(ssl.SSLError):
                self._vraag(draaiend, context)  # an alert, never an octet of HTTP
        assert redenen[-1] == "PEER_DID_NOT_RETURN_A_CERTIFICATE"
        self._werkt_nog(draaiend, pki)

    def test_certificaat_van_een_ander(
        self, poort: tuple[Draaiend, list[str]], pki: OntwikkelPki, tmp_path: Path
    ) -> None:
        draaiend, redenen = poort
        vreemd = maak_pki(tmp_path / "vreemd").partijen["magister"]
        context = ssl.create_default_context(cafile=str(pki.ca))
        context.load_cert_chain(vreemd.cert, vreemd.key)
        with pytest.raises(ssl.SSLError):
            self._vraag(draaiend, context)
        assert redenen[-1] == "CERTIFICATE_VERIFY_FAILED"
        self._werkt_nog(draaiend, pki)

    @pytest.mark.parametrize(
        "octets",
        [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00" + b"\x00" * 512, b"\xff" * 100_000, b"\x16"],
        ids=["http", "leeg_hallo", "rommel", "begin"],
    )
    @pytest.mark.parametrize("einde", ["blijf", "sluit", "reset"])
    def test_rommel(self, poort: tuple[Draaiend, list[str]], pki: OntwikkelPki, octets: bytes, einde: str) -> None:
        draaiend, _ = poort
        with verbind(draaiend.adres, None) as verbinding:
            with contextlib.suppress(OSError):
                verbinding.sendall(octets)
            if einde == "blijf":
                assert b"HTTP" not in alles(verbinding)  # ends within the time for a handshake
            elif einde == "reset":
                verbinding.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._werkt_nog(draaiend, pki)

    def test_http_1_op_tls_1_1(self, poort: tuple[Draaiend, list[str]], pki: OntwikkelPki) -> None:
        draaiend, _ = poort
        context = klant_context(pki)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("AES128-SHA:@SECLEVEL=0")
        with pytest.raises(ssl.SSLError):
            verbind(draaiend.adres, context)
        self._werkt_nog(draaiend, pki)
