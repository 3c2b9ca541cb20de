"""Webhooks over real connections: headers, signature, what an answer means, and where nothing may be sent."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from adapters.kern import bode as bode_module
from adapters.kern.adres import Adresregel, AdresVerboden, is_openbaar
from adapters.kern.bode import Bode, handtekening
from gateway.domain.aflevering import Aflevering, AfleveringStatus, Uitslag, cloudevent
from gateway.domain.logboek import Gebeurtenis, GebeurtenisType
from gateway.domain.toegang import Abonnement
from gateway.simulators.kern.ontvanger import Webhookontvanger

NU = datetime(2026, 6, 1, 10, tzinfo=UTC)
GEBEURTENIS = Gebeurtenis(
    "id-1", GebeurtenisType.STATUS_GEWIJZIGD, NU, "dossier/12345", {"elkNummer": "12345", "naar": "groen"}, 7
)
AFLEVERING = Aflevering(1, "elk", GEBEURTENIS, AfleveringStatus.WACHT, NU, NU)


def _abonnement(url: str, geheim: str = "geheim") -> Abonnement:
    return Abonnement("elk", url, geheim, (), NU, 0)


@pytest.fixture
def bode() -> Iterator[Bode]:
    gemaakt = Bode(Adresregel(dev=True))
    yield gemaakt
    gemaakt.sluit()


@pytest.fixture
def ontvanger() -> Iterator[Webhookontvanger]:
    with Webhookontvanger("geheim") as draaiend:
        yield draaiend


@contextmanager
def _ruwe_dienst(antwoord: bytes, *, dicht: bool = True) -> Iterator[tuple[str, list[bytes]]]:
    """Answer one connection with these octets; keeps what came in."""
    deur = socket.create_server(("127.0.0.1", 0))
    binnen: list[bytes] = []

    def dien() -> None:
        verbinding, _ = deur.accept()
        with verbinding:
            binnen.append(_geheel(verbinding))
            verbinding.sendall(antwoord)
            if not dicht:
                verbinding.recv(1)

    draad = threading.Thread(target=dien, daemon=True)
    draad.start()
    try:
        yield f"http://127.0.0.1:{deur.getsockname()[1]}/x", binnen
    finally:
        deur.close()
        draad.join(5)


def _geheel(verbinding: socket.socket) -> bytes:
    """Read one request with its body."""
    binnen = b""
    while b"\r\n\r\n" not in binnen or not binnen.endswith(b"}"):
        binnen += verbinding.recv(65_536)
    return binnen


def test_een_webhook_komt_ondertekend_aan(bode: Bode, ontvanger: Webhookontvanger) -> None:
    assert bode.stuur(_abonnement(ontvanger.url), AFLEVERING).uitslag is Uitslag.GELUKT
    assert bode.stuur(_abonnement(ontvanger.url), AFLEVERING).uitslag is Uitslag.GELUKT
    assert [bericht.id for bericht in ontvanger.ontvangen] == ["id-1"]
    assert (ontvanger.stippen, ontvanger.dubbel) == ({"12345": "groen"}, 1)


def test_een_ander_geheim_wordt_door_de_ontvanger_geweigerd(bode: Bode, ontvanger: Webhookontvanger) -> None:
    poging = bode.stuur(_abonnement(ontvanger.url, "ander"), AFLEVERING)
    assert (poging.uitslag, poging.reden) == (Uitslag.WEG, "antwoord 401")
    assert ontvanger.geweigerd == ["handtekening"]


def test_de_kopregels_en_het_cloudevent_zijn_die_van_de_interface() -> None:
    with _ruwe_dienst(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as (url, binnen):
        poging = Bode(Adresregel(dev=True), tijd=lambda: 1_780_000_000.9).stuur(_abonnement(url), AFLEVERING)
    assert poging.uitslag is Uitslag.GELUKT
    kop, _, inhoud = binnen[0].partition(b"\r\n\r\n")
    regels = {regel.lower() for regel in kop.decode().split("\r\n")}
    assert "webhook-timestamp: 1780000000" in regels
    assert f"webhook-signature: v1={handtekening('geheim', '1780000000', inhoud)}" in regels
    assert json.loads(inhoud) == cloudevent(GEBEURTENIS)


@pytest.mark.parametrize(
    ("status", "uitslag"),
    [
        (302, Uitslag.WEG),
        (404, Uitslag.WEG),
        (422, Uitslag.AFGEWEZEN),
        (429, Uitslag.WEG),
        (500, Uitslag.STUK),
        (503, Uitslag.WEG),
        (0, Uitslag.WEG),
    ],
)
def test_wat_een_antwoord_betekent(bode: Bode, ontvanger: Webhookontvanger, status: int, uitslag: Uitslag) -> None:
    ontvanger.storingen.append(status)
    assert bode.stuur(_abonnement(ontvanger.url), AFLEVERING).uitslag is uitslag
    assert bode.stuur(_abonnement(ontvanger.url), AFLEVERING).uitslag is Uitslag.GELUKT


def test_doorverwijzen_wordt_niet_gevolgd(bode: Bode, ontvanger: Webhookontvanger) -> None:
    with _ruwe_dienst(f"HTTP/1.1 307 X\r\nLocation: {ontvanger.url}\r\nContent-Length: 0\r\n\r\n".encode()) as (url, _):
        assert bode.stuur(_abonnement(url), AFLEVERING).uitslag is Uitslag.WEG
    assert ontvanger.ontvangen == []


@pytest.mark.parametrize("antwoord", [b"", b"geen http\r\n\r\n", b"HTTP/1.1 999999 X\r\n\r\n"])
def test_rommel_als_antwoord_telt_niet_als_aangekomen(bode: Bode, antwoord: bytes) -> None:
    with _ruwe_dienst(antwoord) as (url, _):
        assert bode.stuur(_abonnement(url), AFLEVERING).uitslag is Uitslag.WEG


def test_van_een_eindeloos_antwoord_wordt_weinig_gelezen(bode: Bode) -> None:
    with _ruwe_dienst(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 200_000) as (url, _):
        assert bode.stuur(_abonnement(url), AFLEVERING).uitslag is Uitslag.GELUKT


def test_een_druppelend_antwoord_wordt_afgekapt(bode: Bode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bode_module, "_GEHEEL_SECONDEN", 0.3)
    with _ruwe_dienst(b"HTTP/1.1 200 OK\r\nX: ", dicht=False) as (url, _):
        assert bode.stuur(_abonnement(url), AFLEVERING).uitslag is Uitslag.WEG


def test_niemand_thuis_en_geen_naam(bode: Bode) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deur:
        poort = deur.getsockname()[1]
    weg = bode.stuur(_abonnement(f"http://127.0.0.1:{poort}/"), AFLEVERING)
    assert (weg.uitslag, weg.reden) == (Uitslag.WEG, "geen verbinding")


def test_een_proxy_in_de_omgeving_wordt_niet_gebruikt(
    bode: Bode, ontvanger: Webhookontvanger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert bode.stuur(_abonnement(ontvanger.url), AFLEVERING).uitslag is Uitslag.GELUKT


# ---------------------------------------------------------------------------------------------------------- addresses


def test_buiten_ontwikkeling_alleen_https_naar_toegestane_hosts() -> None:
    regel = Adresregel(frozenset({"elk.example"}))
    regel.eis_url("https://ELK.example/x")
    for url in ("http://elk.example/x", "https://ander.example/", "https:///x", "ftp://elk.example/"):
        with pytest.raises(AdresVerboden):
            regel.eis_url(url)
        assert Bode(regel).stuur(_abonnement(url), AFLEVERING).uitslag is Uitslag.WEG


def test_een_toegestane_naam_die_naar_binnen_wijst_wordt_bij_het_verbinden_geweigerd() -> None:
    poging = Bode(Adresregel(frozenset({"localhost"}))).stuur(_abonnement("https://localhost:1/x"), AFLEVERING)
    assert (poging.uitslag, poging.reden) == (Uitslag.WEG, "de host wijst naar een adres binnen het eigen netwerk")


@pytest.mark.parametrize(
    "adres",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.251",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:1::1",
        "geen adres",
    ],
)
def test_adressen_die_niet_openbaar_zijn(adres: str) -> None:
    assert not is_openbaar(adres)


@pytest.mark.parametrize("adres", ["93.184.215.14", "2a00:1450:4001::1", "::ffff:93.184.215.14"])
def test_openbare_adressen(adres: str) -> None:
    assert is_openbaar(adres)
