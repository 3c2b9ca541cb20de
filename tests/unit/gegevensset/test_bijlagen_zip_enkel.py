"""One-entry ZIPs: written the same every time, read without trust."""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.gegevensset.zip_enkel import Reden, ZipGeweigerd, lees, schrijf

GRENS = 5_000_000
RUIS = hashlib.shake_128(b"ruis").digest(2_000)


def _lees(octets: bytes, grens: int = GRENS) -> tuple[str, bytes]:
    ingang = lees(octets, grens=grens, max_ratio=100)
    return ingang.naam, ingang.inhoud


def _reden(octets: bytes, grens: int = GRENS) -> Reden:
    with pytest.raises(ZipGeweigerd) as geweigerd:
        _lees(octets, grens)
    return geweigerd.value.reden


def _zip(*bestanden: tuple[str, bytes], methode: int = zipfile.ZIP_DEFLATED) -> bytes:
    doel = io.BytesIO()
    with zipfile.ZipFile(doel, "w", methode) as archief, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for naam, inhoud in bestanden:
            archief.writestr(naam, inhoud)
    return doel.getvalue()


class _Stroom(io.RawIOBase):
    """A sink that cannot seek, so that zipfile writes a data descriptor."""

    def __init__(self) -> None:
        self.octets = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, deel: object) -> int:
        stuk = bytes(deel)  # type: ignore[call-overload]  # a buffer, as RawIOBase promises
        self.octets += stuk
        return len(stuk)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40), st.binary(max_size=2_000))
def test_wat_wij_schrijven_leest_terug_ook_met_zipfile(naam: str, inhoud: bytes) -> None:
    octets = schrijf(naam, inhoud)
    assert octets == schrijf(naam, inhoud)
    assert _lees(octets) == (naam, inhoud)
    with zipfile.ZipFile(io.BytesIO(octets)) as archief:
        (deel,) = archief.infolist()
        assert archief.read(deel) == inhoud
        assert (deel.date_time, deel.extra, deel.comment) == ((1980, 1, 1, 0, 0, 0), b"", b"")
        assert bool(deel.flag_bits & 0x800) is not naam.isascii()
        assert archief.testzip() is None


def test_octets_liggen_vast() -> None:
    assert schrijf("a.txt", b"a").hex() == (
        "504b03041400000000000000210043beb7e8010000000100000005000000612e74787461"
        "504b010214031400000000000000210043beb7e80100000001000000050000000000000000000000a48100000000612e747874"
        "504b0506000000000100010033000000240000000000"
    )


@pytest.mark.parametrize("methode", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zip_van_een_ander_programma(methode: int) -> None:
    assert _lees(_zip(("verslag.txt", b"tekst" * 100), methode=methode)) == ("verslag.txt", b"tekst" * 100)


def test_zip_met_gegevensbeschrijving_achteraf() -> None:
    stroom = _Stroom()
    with zipfile.ZipFile(stroom, "w", zipfile.ZIP_DEFLATED) as archief:
        archief.writestr("verslag.txt", b"tekst" * 100)
    assert _lees(bytes(stroom.octets)) == ("verslag.txt", b"tekst" * 100)


def test_naam_in_codepagina_437() -> None:
    octets = schrijf("verslag-x.txt", b"tekst").replace(b"verslag-x", b"verslag-\x82")
    assert _lees(octets)[0] == "verslag-é.txt"


def test_leeg_en_meer_dan_een_bestand() -> None:
    assert _reden(_zip()) is Reden.INHOUD
    assert _reden(_zip(("a.txt", b"1"), ("b.txt", b"2"))) is Reden.INHOUD
    assert _reden(_zip(("a.txt", b"1"), ("a.txt", b"2"))) is Reden.INHOUD
    assert _reden(_zip(("map/", b""), ("map/a.txt", b"2"))) is Reden.INHOUD


@pytest.mark.parametrize("methode", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_andere_methoden_zijn_onleesbaar(methode: int) -> None:
    assert _reden(_zip(("a.txt", b"a" * 500), methode=methode)) is Reden.ONLEESBAAR


@pytest.mark.parametrize("octets", [b"", b"PK", b"geen zip", b"PK\x03\x04" + bytes(200), b"\0" * 22])
def test_geen_zip(octets: bytes) -> None:
    assert _reden(octets) is Reden.ONLEESBAAR


def test_versleuteld() -> None:
    goed = bytearray(schrijf("a.txt", b"tekst" * 10))
    goed[6] |= 1
    goed[goed.index(b"PK\x01\x02") + 8] |= 1
    assert _reden(bytes(goed)) is Reden.VERSLEUTELD


def test_gegevens_ervoor_erachter_of_ertussen() -> None:
    goed = schrijf("a.txt", b"tekst" * 10)
    assert _reden(b"MZ" + goed) is Reden.VERBORGEN
    assert _reden(goed + b"\0") is Reden.VERBORGEN
    kaart = goed.index(b"PK\x01\x02")
    slot = bytearray(goed[kaart:])
    slot[-6:-2] = (kaart + 4).to_bytes(4, "little")
    assert _reden(goed[:kaart] + b"XXXX" + bytes(slot)) is Reden.VERBORGEN


def test_lokale_kop_en_inhoudsopgave_moeten_hetzelfde_zeggen() -> None:
    goed = schrijf("a.txt", b"tekst" * 10)
    assert _reden(goed.replace(b"a.txt", b"b.exe", 1)) is Reden.VERBORGEN
    anders = bytearray(goed)
    anders[22:26] = (7).to_bytes(4, "little")
    assert _reden(bytes(anders)) is Reden.VERBORGEN


def test_verkeerde_controlesom_is_onleesbaar() -> None:
    octets = schrijf("a.bin", b"\x01\x02\x03").replace(b"\x01\x02\x03", b"\x01\x02\x04")
    assert _reden(octets) is Reden.ONLEESBAAR


def test_gegevens_achter_de_ingepakte_stroom() -> None:
    doel = schrijf("a.txt", b"tekst" * 10)
    lengte = struct.unpack_from("<I", doel, 18)[0]
    kop, data, rest = doel[:35], doel[35 : 35 + lengte], bytearray(doel[35 + lengte :])
    nieuw = struct.pack("<I", lengte + 3)
    kop = kop[:18] + nieuw + kop[22:]
    rest[20:24] = nieuw
    rest[-6:-2] = (35 + lengte + 3).to_bytes(4, "little")
    assert _reden(kop + data + b"abc" + bytes(rest)) is Reden.VERBORGEN


@pytest.mark.parametrize("teken", [b"\0", b"a"])
def test_bom_stopt_bij_de_grens(teken: bytes) -> None:
    bom = _zip(("a.txt", teken * 40_000_000))
    assert len(bom) < 50_000
    assert _reden(bom) is Reden.BOM


def test_te_groot_zonder_bom() -> None:
    assert _reden(schrijf("a.txt", RUIS), grens=1_999) is Reden.GROOTTE
    assert _reden(_zip(("a.txt", RUIS.hex().encode())), grens=1_999) is Reden.GROOTTE
    with pytest.raises(ZipGeweigerd) as geweigerd:
        _lees(schrijf("a.txt", RUIS), grens=1_999)
    assert geweigerd.value.grootte == 2_000


def test_precies_op_de_grens_mag() -> None:
    for inhoud in (b"a" * 2_000, RUIS):
        assert _lees(schrijf("a.txt", inhoud), grens=2_000)[1] == inhoud


@given(st.binary(max_size=300))
def test_nooit_iets_anders_dan_een_weigering(ruis: bytes) -> None:
    for octets in (ruis, b"PK\x03\x04" + ruis, ruis + b"PK\x05\x06" + bytes(18)):
        try:
            _lees(octets)
        except ZipGeweigerd:
            continue


@given(st.integers(0, 200), st.integers(0, 255))
def test_een_veranderde_byte_geeft_de_inhoud_of_een_weigering(plek: int, waarde: int) -> None:
    octets = bytearray(schrijf("verslag.txt", b"tekst van een verslag " * 5))
    octets[plek % len(octets)] = waarde
    try:
        _, inhoud = _lees(bytes(octets))
    except ZipGeweigerd:
        return
    assert inhoud == b"tekst van een verslag " * 5
