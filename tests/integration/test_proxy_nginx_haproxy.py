"""nginx and haproxy, the real programs with the shipped configuration, in front of a real gateway."""

from __future__ import annotations

import base64
import contextlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter

from gateway.domain.waarden import Oin
from gateway.simulators.ontwikkelwereld import PARTIJEN
from gateway.simulators.proefpersonen import proef_pgn
from gateway.simulators.wereldproces import vrije_poort
from gateway.trust.certificaten import OntwikkelPki, maak_ontwikkel_pki
from tests.hulp.berichtvoorbeelden import DOCUMENT, envelop
from tests.hulp.gereedschap import programma
from tests.hulp.ontwikkelwereld import BRIN, ONS_KENMERK, SCHOOL, VERSIE, DraaiendeWereld, ontwikkelwereld

DOCKER = Path(__file__).parents[2] / "docker"
KOP = "X-Client-Cert"
BRON = f"/oso/{VERSIE}/bron"
Poorten = Mapping[str, int]
MELDING = {"Content-Type": "text/xml; charset=utf-8"}
# Parties of their own: one for the proxy, and one each that a test revokes.
EXTRA = {"proxy": Oin("00000003000000080000"), "nginx-weg": Oin("00000003000000080001")}
EXTRA["haproxy-weg"] = Oin("00000003000000080002")


def _pem(pki: OntwikkelPki, partij: str) -> str:
    """The certificate of a party, without its chain."""
    return pki.partijen[partij].cert.read_text().partition("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----"


def _als_nginx(pem: str) -> str:
    return urllib.parse.quote(pem)


def _als_rfc9440(pem: str) -> str:
    return f":{base64.b64encode(ssl.PEM_cert_to_DER_cert(pem)).decode()}:"


@dataclass(frozen=True, slots=True)
class Opstelling:
    """A running proxy with the gateway behind it."""

    naam: str
    wereld: DraaiendeWereld
    pki: OntwikkelPki
    soap: str
    rest: str

    def roep(
        self,
        partij: str,
        *,
        koppen: Mapping[str, str] | None = None,
        bericht: bytes | None = None,
        soap: str | None = None,
        van: str = "127.0.0.1",
    ) -> requests.Response:
        """Ask for the WSDL, or send a message, with the certificate of a party."""
        with requests.Session() as sessie:
            sessie.trust_env = False
            sessie.mount("https://", _VanAdres(van))
            paar = self.pki.partijen[partij]
            sessie.cert, sessie.verify = (str(paar.cert), str(paar.key)), str(self.pki.ca)
            url = (soap or self.soap) + BRON
            if bericht is None:
                return sessie.get(f"{url}?wsdl", headers=koppen, timeout=20)
            return sessie.post(url, data=bericht, headers={**MELDING, **(koppen or {})}, timeout=20)

    def direct(self, partij: str, *, van: str, koppen: Mapping[str, str] | None = None) -> requests.Response:
        """Ask the gateway itself, past the proxy, from an address of this machine."""
        return self.roep(partij, koppen=koppen, soap=self.wereld.dev["soap"], van=van)


class _VanAdres(HTTPAdapter):
    """Connects from a given address of the loopback network."""

    def __init__(self, adres: str) -> None:
        self._adres = adres
        super().__init__()

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        super().init_poolmanager(*args, source_address=(self._adres, 0), **kwargs)  # type: ignore[arg-type] # passed on


def _vervang(tekst: str, paren: Mapping[str, str]) -> str:
    """Put test ports into a shipped configuration; each must be in it, so that this cannot go stale."""
    for oud, nieuw in paren.items():
        assert oud in tekst, oud
        tekst = tekst.replace(oud, nieuw)
    return tekst


def _leg_tls_neer(map_: Path, pki: OntwikkelPki) -> None:
    map_.mkdir()
    shutil.copy(pki.ca, map_ / "ca.pem")
    for naam, partij in (("server", "gateway"), ("proxy", "proxy")):
        paar = pki.partijen[partij]
        shutil.copy(paar.cert, map_ / f"{naam}.pem")
        shutil.copy(paar.key, map_ / f"{naam}.key")
        (map_ / f"{naam}-bundel.pem").write_bytes(paar.cert.read_bytes() + paar.key.read_bytes())


def _voor(poorten: Poorten) -> Mapping[str, int]:
    """Ports of the proxy, shipped and real."""
    return {"8443": poorten["soap"], "8444": poorten["rest"]}


def _achter(poorten: Poorten) -> Mapping[str, str]:
    """Addresses of the gateway, shipped and real."""
    return {
        "127.0.0.1:9443": f"127.0.0.1:{poorten['gateway-soap']}",
        "127.0.0.1:9080": f"127.0.0.1:{poorten['gateway-rest']}",
    }


def _nginx(map_: Path, poorten: Poorten) -> list[str]:
    tekst = (DOCKER / "nginx" / "nginx.conf").read_text()
    luister = {f"listen {nummer}": f"listen 127.0.0.1:{echt}" for nummer, echt in _voor(poorten).items()}
    tekst = _vervang(tekst, {"/tmp/": f"{map_}/", **luister, **_achter(poorten)})
    (map_ / "nginx.conf").write_text(tekst)
    opdracht = [programma("nginx"), "-c", str(map_ / "nginx.conf"), "-p", str(map_), "-e", "stderr"]
    subprocess.run([*opdracht, "-t", "-q"], check=True, timeout=30)
    return [*opdracht, "-g", "daemon off;"]


def _haproxy(map_: Path, poorten: Poorten) -> list[str]:
    tekst = (DOCKER / "haproxy" / "haproxy.cfg").read_text()
    luister = {f"bind :{nummer}": f"bind 127.0.0.1:{echt}" for nummer, echt in _voor(poorten).items()}
    (map_ / "haproxy.cfg").write_text(_vervang(tekst, {**luister, **_achter(poorten)}))
    opdracht = [programma("haproxy"), "-C", str(map_), "-f", "haproxy.cfg"]
    gelezen = subprocess.run([*opdracht, "-c"], check=False, timeout=30, capture_output=True, text=True)
    assert gelezen.returncode == 0, gelezen.stderr
    assert "WARNING" not in gelezen.stderr.upper(), gelezen.stderr
    return [*opdracht, "-db"]


_MAKERS: Mapping[str, Callable[[Path, Poorten], list[str]]] = {"nginx": _nginx, "haproxy": _haproxy}


@contextlib.contextmanager
def _draaiend(opdracht: list[str], poort: int) -> Iterator[None]:
    proces = subprocess.Popen(opdracht, stdin=subprocess.DEVNULL)
    try:
        einde = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", poort), timeout=1):
                break
            assert proces.poll() is None, f"{opdracht[0]} ended with {proces.returncode}"
            assert time.monotonic() < einde, f"{opdracht[0]} does not answer"
            time.sleep(0.05)
        yield
    finally:
        proces.terminate()
        proces.wait(20)


@pytest.fixture(scope="module", params=["nginx", "haproxy"])
def opstelling(request: pytest.FixtureRequest) -> Iterator[Opstelling]:
    """A development world whose SOAP address, for the Traffic Center and the LAS, is that of the proxy."""
    naam: str = request.param
    programma(naam)
    soap, rest = vrije_poort(), vrije_poort()
    omgeving = {"OSO_PROXY_ADRESSEN": "127.0.0.1", "OSO_SOAP_URL": f"https://127.0.0.1:{soap}"}
    with tempfile.TemporaryDirectory(prefix="oso-") as tijdelijk:
        map_ = Path(tijdelijk)
        alle = {partij.naam: partij.oin for partij in PARTIJEN} | EXTRA
        pki = maak_ontwikkel_pki(map_ / "w" / "pki", alle, rsa_ondertekening=True)
        with ontwikkelwereld(map_ / "w", omgeving=omgeving, registreer=[SCHOOL]) as wereld:
            _leg_tls_neer(map_ / "tls", pki)
            gateway = {f"gateway-{soort}": int(wereld.dev[soort].rpartition(":")[2]) for soort in ("soap", "rest")}
            poorten = {"soap": soap, "rest": rest, **gateway}
            map_.chmod(0o755)  # the workers of nginx run as another user
            with _draaiend(_MAKERS[naam](map_, poorten), soap):
                yield Opstelling(naam, wereld, pki, f"https://127.0.0.1:{soap}", f"https://127.0.0.1:{rest}")


def test_een_dossier_gaat_door_de_proxy_en_wordt_groen(opstelling: Opstelling) -> None:
    wereld = opstelling.wereld
    for nummer, omvang in ((85_001, 20_000), (85_002, 178_000)):
        klaargezet = wereld.zet_klaar(str(nummer), proef_pgn(nummer), omvang=omvang)
        kern = wereld.kern()

        ontvangst = wereld.magister().haal_op(klaargezet.pgn, BRIN, bron_kenmerk=ONS_KENMERK)

        assert ontvangst.deelantwoorden[0].punt.url == f"{opstelling.soap}/oso/{VERSIE}"
        assert ontvangst.octets == kern.versie(str(nummer), 1)
        assert kern.wacht_op_status(str(nummer), "groen")["status"] == "groen"
        (rij,) = (rij for rij in kern.overdrachten()["overdrachten"] if rij["elkNummer"] == str(nummer))
        assert (rij["resultaat"], rij["overgedragen"], rij["via"]) == ("OverdrachtGeslaagd", True, "proxy")


def test_de_wsdl_noemt_het_adres_van_de_proxy(opstelling: Opstelling) -> None:
    antwoord = opstelling.roep("vreemde")
    assert antwoord.status_code == 200
    assert f'location="{opstelling.soap}{BRON}"' in antwoord.text


def test_zonder_clientcertificaat_geen_octet_http(opstelling: Opstelling) -> None:
    context = ssl.create_default_context(cafile=str(opstelling.pki.ca))
    host, _, poort = opstelling.soap.removeprefix("https://").partition(":")
    gelezen = b""
    with (
        contextlib.suppress(OSError),
        socket.create_connection((host, int(poort)), timeout=20) as kaal,
        context.wrap_socket(kaal, server_hostname="localhost") as verbinding,
    ):
        verbinding.sendall(f"GET {BRON}?wsdl HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        gelezen = verbinding.recv(1_000)
    assert gelezen == b""


@pytest.mark.parametrize("vorm", [_als_nginx, _als_rfc9440])
@pytest.mark.parametrize("naam", [KOP, KOP.lower(), "X_Client_Cert"])
def test_de_proxy_overschrijft_een_verzonnen_kop(opstelling: Opstelling, vorm: Callable[[str], str], naam: str) -> None:
    """A stranger that sends Magister's certificate along stays a stranger; Magister stays Magister."""
    vraag = envelop(DOCUMENT)
    vals = {naam: vorm(_pem(opstelling.pki, "magister"))}
    assert b"CertificaatHoortNietBijPartij" in opstelling.roep("vreemde", koppen=vals, bericht=vraag).content
    vreemd = {naam: vorm(_pem(opstelling.pki, "vreemde"))}
    echt = opstelling.roep("magister", koppen=vreemd, bericht=vraag)
    assert b"CertificaatHoortNietBijPartij" not in echt.content
    assert b"SessieOnbekend" in echt.content


def test_een_dubbele_kop_komt_niet_door(opstelling: Opstelling) -> None:
    """Two headers of one name in one request: requests cannot send that, so by hand."""
    paar = opstelling.pki.partijen["vreemde"]
    context = ssl.create_default_context(cafile=str(opstelling.pki.ca))
    context.load_cert_chain(paar.cert, paar.key)
    host, _, poort = opstelling.soap.removeprefix("https://").partition(":")
    vals = f"{KOP}: {_als_nginx(_pem(opstelling.pki, 'magister'))}\r\n"
    vraag = envelop(DOCUMENT)
    begin = f"POST {BRON} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nConnection: close\r\n{vals}{vals}"
    with (
        socket.create_connection((host, int(poort)), timeout=20) as kaal,
        context.wrap_socket(kaal, server_hostname="localhost") as verbinding,
    ):
        verbinding.sendall(f"{begin}Content-Length: {len(vraag)}\r\n\r\n".encode() + vraag)
        antwoord = b"".join(iter(lambda: verbinding.recv(65_536), b""))
    assert b"CertificaatHoortNietBijPartij" in antwoord


def test_een_kop_van_een_ander_adres_telt_niet(opstelling: Opstelling) -> None:
    """Straight at the gateway from 127.0.0.2: the certificate of the connection counts, the header does not."""
    vraag = envelop(DOCUMENT)
    gateway = opstelling.wereld.dev["soap"]
    for vorm in (_als_nginx, _als_rfc9440):
        vals = {KOP: vorm(_pem(opstelling.pki, "magister"))}
        geweigerd = opstelling.roep("vreemde", koppen=vals, bericht=vraag, soap=gateway, van="127.0.0.2")
        assert b"CertificaatHoortNietBijPartij" in geweigerd.content
        vreemd = {KOP: vorm(_pem(opstelling.pki, "vreemde"))}
        genomen = opstelling.roep("magister", koppen=vreemd, bericht=vraag, soap=gateway, van="127.0.0.2")
        assert b"SessieOnbekend" in genomen.content


def test_van_het_adres_van_de_proxy_telt_alleen_de_kop(opstelling: Opstelling) -> None:
    assert opstelling.direct("magister", van="127.0.0.1").status_code == 403
    goed = {KOP: _als_nginx(_pem(opstelling.pki, "magister"))}
    assert opstelling.direct("proxy", van="127.0.0.1", koppen=goed).status_code == 200
    for rommel in ("", "x", "::", ":AAAA:", "%2D%2D", "A" * 20_000):
        assert opstelling.direct("proxy", van="127.0.0.1", koppen={KOP: rommel}).status_code == 403


def test_een_ingetrokken_certificaat_komt_niet_door_de_proxy(opstelling: Opstelling) -> None:
    """The proxy looks at no revocation list; the gateway checks the certificate that it passes again in full."""
    partij = f"{opstelling.naam}-weg"
    assert opstelling.roep(partij).status_code == 200
    opstelling.pki.trek_in(partij)
    einde = time.monotonic() + 15
    while (status := opstelling.roep(partij).status_code) == 200 and time.monotonic() < einde:
        time.sleep(0.1)
    assert status == 403
    assert opstelling.roep("magister").status_code == 200


def test_rest_gaat_door_de_proxy_en_het_inwendige_niet(opstelling: Opstelling) -> None:
    token = {"Authorization": f"Bearer {opstelling.wereld.dev['tokens']['kern']}"}
    with requests.Session() as sessie:
        sessie.trust_env, sessie.verify = False, str(opstelling.pki.ca)
        assert sessie.get(f"{opstelling.rest}/v1/dossiers", headers=token, timeout=20).status_code == 200
        assert sessie.get(f"{opstelling.rest}/v1/dossiers", timeout=20).status_code == 401
        for binnen in ("/metrics", "/healthz", "/readyz"):
            assert sessie.get(f"{opstelling.rest}{binnen}", headers=token, timeout=20).status_code == 404


def test_de_proxy_schrijft_geen_adres_van_een_leerling_op(
    opstelling: Opstelling, capfd: pytest.CaptureFixture[str]
) -> None:
    with requests.Session() as sessie:
        sessie.trust_env, sessie.verify = False, str(opstelling.pki.ca)
        sessie.get(f"{opstelling.rest}/v1/dossiers/867530900", timeout=20)
    uit = capfd.readouterr()
    assert "867530900" not in uit.out + uit.err
