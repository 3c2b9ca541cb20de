"""The header of a proxy: from whom it counts, and what is made of it."""

from __future__ import annotations

import base64
import contextlib
import ssl
import urllib.parse
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.waarden import Oin
from gateway.entry.soap.beller import Beller, BellerOnbekend, Proxy

OIN = Oin("00000003000000020000")
PEM = ssl.DER_cert_to_PEM_cert(b"net een certificaat")


def proxy(*adressen: str) -> tuple[Proxy, list[Sequence[str]]]:
    gezien: list[Sequence[str]] = []

    def keur(keten: Sequence[str]) -> Oin:
        gezien.append(keten)
        return OIN

    return Proxy.uit(adressen or ["10.0.0.1"], "X-Client-Cert", keur), gezien


@pytest.mark.parametrize(
    ("adres", "telt"),
    [
        ("10.0.0.1", True),
        ("::ffff:10.0.0.1", True),
        ("192.168.3.4", True),
        ("fd00::1", True),
        ("10.0.0.2", False),
        ("::1", False),
        ("", False),
        ("localhost", False),
    ],
)
def test_alleen_van_ingestelde_adressen(adres: str, telt: bool) -> None:
    assert proxy("10.0.0.1", "192.168.0.0/16", "fd00::/8")[0].is_van(adres) is telt


def test_onleesbaar_adres_in_de_instelling() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        Proxy.uit(["proxy.example"], "X-Client-Cert", lambda _keten: OIN)


@pytest.mark.parametrize(
    "waarde",
    [
        urllib.parse.quote(PEM, safe="").encode(),
        urllib.parse.quote(PEM).encode(),
        PEM.replace("\n", "\t").encode(),
        b":" + base64.b64encode(b"net een certificaat") + b":",
    ],
    ids=["nginx", "met_schuine_streep", "tabs", "rfc9440"],
)
def test_vormen_van_de_kop(waarde: bytes) -> None:
    vertrouwd, gezien = proxy()
    assert vertrouwd.beller([(b"host", b"x"), (b"x-client-cert", waarde)]) == Beller(OIN, "proxy")
    assert ssl.PEM_cert_to_DER_cert(gezien[0][0].strip() + "\n") == b"net een certificaat"


@pytest.mark.parametrize(
    "koppen",
    [
        [],
        [(b"x-client-cert", b"")],
        [(b"x-client-cert", b"a"), (b"x-client-cert", b"b")],
        [(b"x-client-cert", b":geen base64:")],
        [(b"x-client-cert", b"%ff%fe")],
        [(b"x-client-cert", b"\xff")],
        [(b"x-client-cert", b"a" * 20_000)],
    ],
    ids=["geen", "leeg", "twee", "base64", "geen_utf8", "geen_ascii", "te_groot"],
)
def test_zonder_leesbaar_certificaat_is_de_beller_onbekend(koppen: list[tuple[bytes, bytes]]) -> None:
    vertrouwd, gezien = proxy()
    with pytest.raises(BellerOnbekend):
        vertrouwd.beller(koppen)
    assert gezien == []


@given(st.binary(max_size=300))
def test_wat_er_ook_in_de_kop_staat(waarde: bytes) -> None:
    with contextlib.suppress(BellerOnbekend):  # anything else would fail the test
        proxy()[0].beller([(b"x-client-cert", waarde)])
