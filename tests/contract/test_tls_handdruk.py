"""Real TLS handshakes: who gets in, what the peer shows, and that a revocation counts on the next one."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.domain.waarden import Oin
from gateway.trust.certificaten import OntwikkelPki, maak_ontwikkel_pki
from gateway.trust.crl import BestandBron
from gateway.trust.fouten import CertificaatGeweigerd, CertificaatOnleesbaar, ZonderClientcertificaten
from gateway.trust.inlezen import laad_certificaten
from gateway.trust.intrekking import Intrekkingen
from gateway.trust.keten import Ankers
from gateway.trust.keuring import Certificaatkeuring, Verwachting
from gateway.trust.tls import certificaten_van, eis_clientcertificaten, ssl_context_klant, ssl_context_server

GATEWAY, MAGISTER = Oin("00000003000000010000"), Oin("00000003000000020000")
WACHT = 60.0


@pytest.fixture
def pki(tmp_path: Path) -> OntwikkelPki:
    return maak_ontwikkel_pki(tmp_path / "pki", {"gateway": GATEWAY, "magister": MAGISTER})


def _server(pki: OntwikkelPki) -> ssl.SSLContext:
    return ssl_context_server(pki.partijen["gateway"].cert, pki.partijen["gateway"].key, pki.ca)


def _klant(pki: OntwikkelPki) -> ssl.SSLContext:
    return ssl_context_klant(pki.partijen["magister"].cert, pki.partijen["magister"].key, pki.ca)


def _keuring(pki: OntwikkelPki) -> Certificaatkeuring:
    wortel = laad_certificaten(pki.ca)[:1]  # the root alone: the intermediates must come from the handshake
    return Certificaatkeuring(
        Verwachting(Ankers.uit(wortel), Intrekkingen([BestandBron(pki.crl)])), lambda: datetime.now(UTC)
    )


@dataclass
class Poort:
    """A server of one answer a connection: the OIN of the caller, or why it is refused."""

    nummer: int
    hervat: list[bool]


@contextmanager
def _luister(context: ssl.SSLContext, keuring: Certificaatkeuring) -> Iterator[Poort]:
    with socket.create_server(("127.0.0.1", 0)) as luisteraar:
        luisteraar.settimeout(WACHT)
        poort = Poort(luisteraar.getsockname()[1], [])
        stop = threading.Event()

        def bedien() -> None:
            while not stop.is_set():
                ruw, _ = luisteraar.accept()
                ruw.settimeout(WACHT)
                try:
                    with context.wrap_socket(ruw, server_side=True) as verbinding:
                        poort.hervat.append(bool(verbinding.session_reused))
                        verbinding.sendall(_antwoord(verbinding, keuring))
                except OSError:
                    ruw.close()

        draad = threading.Thread(target=bedien)
        draad.start()
        try:
            yield poort
        finally:
            stop.set()
            socket.create_connection(("127.0.0.1", poort.nummer)).close()
            draad.join(WACHT)


def _antwoord(verbinding: ssl.SSLSocket, keuring: Certificaatkeuring) -> bytes:
    try:
        return keuring.keur_octets(*certificaten_van(verbinding)).oin.waarde.encode()
    except CertificaatGeweigerd as fout:
        return f"geweigerd: {fout.reden}".encode()


def _vraag(
    poort: Poort, context: ssl.SSLContext, sessie: ssl.SSLSession | None = None
) -> tuple[str, ssl.SSLSession | None]:
    ruw = socket.create_connection(("127.0.0.1", poort.nummer), timeout=WACHT)
    with context.wrap_socket(ruw, server_hostname="127.0.0.1", session=sessie) as verbinding:
        return verbinding.recv(1000).decode(), verbinding.session


def _krijgt_niets(poort: Poort, context: ssl.SSLContext) -> bool:
    """With TLS 1.3 the client only learns of its refusal when it reads: an alert, a reset or an end."""
    try:
        return not _vraag(poort, context)[0]
    except OSError:
        return True


@pytest.mark.parametrize("versie", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_de_beller_is_bekend_en_wordt_na_intrekking_geweigerd(pki: OntwikkelPki, versie: ssl.TLSVersion) -> None:
    klant = _klant(pki)
    klant.maximum_version = versie
    with _luister(_server(pki), _keuring(pki)) as poort:
        assert _vraag(poort, klant)[0] == MAGISTER.waarde
        pki.trek_in("magister")
        assert "ingetrokken" in _vraag(poort, klant)[0]


@pytest.mark.parametrize("versie", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_een_hervatte_sessie_omzeilt_de_intrekking_niet(pki: OntwikkelPki, versie: ssl.TLSVersion) -> None:
    klant = _klant(pki)
    klant.maximum_version = versie
    with _luister(_server(pki), _keuring(pki)) as poort:
        _, sessie = _vraag(poort, klant)
        pki.trek_in("magister")
        assert "geweigerd" in _vraag(poort, klant, sessie)[0]
    assert poort.hervat == [False, False]


def test_zonder_certificaat_komt_niemand_binnen(pki: OntwikkelPki) -> None:
    zonder = ssl.create_default_context(cafile=pki.ca)
    with _luister(_server(pki), _keuring(pki)) as poort:
        assert _krijgt_niets(poort, zonder)


def test_een_certificaat_van_een_andere_ca_komt_niet_binnen(pki: OntwikkelPki, tmp_path: Path) -> None:
    vreemd = maak_ontwikkel_pki(tmp_path / "vreemd", {"magister": MAGISTER})
    klant = ssl_context_klant(vreemd.partijen["magister"].cert, vreemd.partijen["magister"].key, pki.ca)
    with _luister(_server(pki), _keuring(pki)) as poort:
        assert _krijgt_niets(poort, klant)


def test_tls_1_1_komt_niet_binnen(pki: OntwikkelPki) -> None:
    assert _server(pki).minimum_version is ssl.TLSVersion.TLSv1_2
    assert _klant(pki).minimum_version is ssl.TLSVersion.TLSv1_2


def test_een_klant_vertrouwt_alleen_de_eigen_ca_en_de_naam(pki: OntwikkelPki, tmp_path: Path) -> None:
    vreemd = maak_ontwikkel_pki(tmp_path / "vreemd", {"magister": MAGISTER})
    ander = ssl_context_klant(pki.partijen["magister"].cert, pki.partijen["magister"].key, vreemd.ca)
    with _luister(_server(pki), _keuring(pki)) as poort:
        with pytest.raises(ssl.SSLCertVerificationError):
            _vraag(poort, ander)
        ruw = socket.create_connection(("127.0.0.1", poort.nummer), timeout=WACHT)
        with ruw, pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
            _klant(pki).wrap_socket(ruw, server_hostname="elders.example")


def test_een_server_zonder_clientcertificaten_start_niet(pki: OntwikkelPki) -> None:
    eis_clientcertificaten(_server(pki))
    for modus in (ssl.CERT_NONE, ssl.CERT_OPTIONAL):
        context = _server(pki)
        context.verify_mode = modus
        with pytest.raises(ZonderClientcertificaten, match="niet afgedwongen"):
            eis_clientcertificaten(context)
    kaal = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    kaal.verify_mode = ssl.CERT_REQUIRED
    with pytest.raises(ZonderClientcertificaten, match="geen CA"):
        eis_clientcertificaten(kaal)


def test_verkeerde_bestanden_geven_een_regel(pki: OntwikkelPki, tmp_path: Path) -> None:
    gateway, magister = pki.partijen["gateway"], pki.partijen["magister"]
    weg = tmp_path / "weg.pem"
    leeg = tmp_path / "leeg.pem"
    leeg.write_bytes(b"")
    for cert, key in ((weg, gateway.key), (gateway.cert, weg), (gateway.cert, magister.key), (leeg, leeg)):
        with pytest.raises(CertificaatOnleesbaar, match="horen niet bij elkaar"):
            ssl_context_server(cert, key, pki.ca)
    for ca in (weg, leeg):
        with pytest.raises(CertificaatOnleesbaar, match="CA-bestand"):
            ssl_context_server(gateway.cert, gateway.key, ca)


def test_wie_niets_toont_wordt_ook_zonder_dwang_van_tls_geweigerd(pki: OntwikkelPki) -> None:
    vrijblijvend = _server(pki)
    vrijblijvend.verify_mode = ssl.CERT_OPTIONAL
    with _luister(vrijblijvend, _keuring(pki)) as poort:
        assert "geen clientcertificaat" in _vraag(poort, ssl.create_default_context(cafile=pki.ca))[0]
