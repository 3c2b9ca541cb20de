"""The multipart parser: good forms whole, bad ones refused, whatever comes in."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.entry.rest.multipart import MAX_DELEN, Deel, MultipartOnleesbaar, grens_uit, ontleed

_G = b"grens"


def _deel(
    naam: str = "dossier", inhoud: bytes = b"<a/>", extra: bytes = b"", disposition: bytes | None = None
) -> bytes:
    kop = disposition if disposition is not None else f'form-data; name="{naam}"'.encode()
    return b"--grens\r\nContent-Disposition: " + kop + b"\r\n" + extra + b"\r\n" + inhoud + b"\r\n"


_EINDE = b"--grens--\r\n"


def test_een_gewoon_formulier() -> None:
    octets = _deel() + _deel("okiDoc", b"%PDF\r\n--gren", b"Content-Type: application/PDF; x=1\r\n") + _EINDE
    assert ontleed(octets, _G) == [
        Deel("dossier", None, "", b"<a/>"),
        Deel("okiDoc", None, "application/pdf", b"%PDF\r\n--gren"),
    ]


def test_een_leeg_formulier_en_een_leeg_deel() -> None:
    assert ontleed(b"--grens--", _G) == []
    assert ontleed(_deel(inhoud=b"") + _EINDE, _G)[0].inhoud == b""


@pytest.mark.parametrize(
    ("kop", "naam"),
    [
        (b'form-data; name="a"; filename="b.pdf"', "b.pdf"),
        (b"form-data; name=a; filename=b.pdf", "b.pdf"),
        (b'form-data;name="a";filename="b;c.pdf"', "b;c.pdf"),
        (b'form-data; filename="b.pdf"; name="a"', "b.pdf"),
        (b'form-data; name="a"; filename="b\\"c\\\\d.pdf"', 'b"c\\d.pdf'),
        ('form-data; name="a"; filename="é.pdf"'.encode(), "é.pdf"),
        ('form-data; name="a"; filename="é.pdf"'.encode("latin-1"), "é.pdf"),
        (b"form-data; name=\"a\"; filename*=UTF-8''%C3%A9.pdf", "é.pdf"),
        (b'form-data; name="a"; filename="plat.pdf"; filename*=UTF-8\'\'anders.pdf', "plat.pdf"),
        (b'form-data; name="a"; filename=""', ""),
        (b'form-data; name="a"', None),
        (b'form-data; name="a"; filename="../../etc/passwd"', "../../etc/passwd"),
    ],
)
def test_namen_van_bestanden(kop: bytes, naam: str | None) -> None:
    assert ontleed(_deel(disposition=kop) + _EINDE, _G)[0].bestandsnaam == naam


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"--",
        b"iets vooraf\r\n" + _deel() + _EINDE,
        b"\r\n" + _deel() + _EINDE,
        _deel(),
        _deel()[:-2],
        b"--grens",
        b"--grens\r\n",
        b"--grens \r\n" + _deel()[9:] + _EINDE,
        b"--grensX\r\n" + _deel()[9:] + _EINDE,
        b"--grens\n" + _deel()[9:] + _EINDE,
        _deel(inhoud=b"x\r\n--grensX\r\ny") + _EINDE,
        _deel() + _EINDE + b"en nog wat",
        b"--grens\r\n\r\nzonder kop\r\n" + _EINDE,
        b"--grens\r\nContent-Type: text/plain\r\n\r\nx\r\n" + _EINDE,
        b"--grens\r\nContent-Disposition: form-data; name=a\r\nzonder einde van de kop\r\n" + _EINDE,
        _deel(disposition=b'attachment; name="a"') + _EINDE,
        _deel(disposition=b"form-data") + _EINDE,
        _deel(disposition=b'form-data; filename="a"') + _EINDE,
        _deel(disposition=b'form-data; name="a"; name="b"') + _EINDE,
        _deel(disposition=b'form-data; name="a') + _EINDE,
        _deel(disposition=b'form-data; name="a" rommel') + _EINDE,
        _deel(disposition=b"form-data; name=\"a\"; filename*=UTF-16''%00") + _EINDE,
        _deel(disposition=b"form-data; name=\"a\"; filename*=UTF-8''%ff") + _EINDE,
        _deel(extra=b'Content-Disposition: form-data; name="b"\r\n') + _EINDE,
        _deel(extra=b"Content-Transfer-Encoding: base64\r\n") + _EINDE,
        _deel(extra=b"zonder dubbele punt\r\n") + _EINDE,
        _deel(extra=b" gevouwen: x\r\n") + _EINDE,
        _deel(extra=b"X: " + b"a" * 9000 + b"\r\n") + _EINDE,
        _deel(extra=b"".join(b"X%d: a\r\n" % n for n in range(20))) + _EINDE,
        _deel("bijlage") * (MAX_DELEN + 1) + _EINDE,
    ],
)
def test_wat_niet_op_een_manier_te_lezen_is_wordt_geweigerd(octets: bytes) -> None:
    with pytest.raises(MultipartOnleesbaar) as fout:
        ontleed(octets, _G)
    assert fout.value.status == 400


@pytest.mark.parametrize(
    ("kop", "grens"),
    [
        ("multipart/form-data; boundary=abc", b"abc"),
        ('multipart/form-data; boundary="a b:c"', b"a b:c"),
        ("multipart/form-data; charset=utf-8; boundary=abc; x=y", b"abc"),
    ],
)
def test_de_boundary_uit_de_kop(kop: str, grens: bytes) -> None:
    assert grens_uit(kop) == grens


@pytest.mark.parametrize(
    "kop",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary="',
        "x; boundary=" + "a" * 71,
    ],
)
def test_zonder_bruikbare_boundary_wordt_geweigerd(kop: str) -> None:
    with pytest.raises(MultipartOnleesbaar):
        grens_uit(kop)


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_wat_een_bibliotheek_maakt_komt_ongeschonden_terug(inhouden: list[bytes]) -> None:
    bestanden = [("bijlage", (f"naam {nr}.txt", inhoud, "text/plain")) for nr, inhoud in enumerate(inhouden)]
    if not bestanden:
        return
    verzoek = httpx.Request("PUT", "http://g", files=bestanden)
    delen = ontleed(verzoek.read(), grens_uit(verzoek.headers["content-type"]))
    assert [(deel.bestandsnaam, deel.inhoud) for deel in delen] == [
        (naam, inhoud) for _, (naam, inhoud, _) in bestanden
    ]


@given(st.binary(max_size=400), st.integers(0, 400))
def test_willekeurige_octetten_geven_delen_of_een_weigering(ruis: bytes, plek: int) -> None:
    goed = _deel() + _deel("context", b"{}") + _EINDE
    for octets in (ruis, b"--grens" + ruis, goed[:plek] + ruis + goed[plek:], goed[:plek]):
        try:
            delen = ontleed(octets, _G)
        except MultipartOnleesbaar:
            continue
        assert all(isinstance(deel, Deel) for deel in delen)


def test_een_groot_vijandig_formulier_kost_weinig() -> None:
    """Two million almost-boundaries: found by a search in C, so nothing to time out on."""
    octets = _deel(inhoud=b"\r\n--gren" * 2_000_000) + _EINDE
    assert len(ontleed(octets, _G)[0].inhoud) == 16_000_000
