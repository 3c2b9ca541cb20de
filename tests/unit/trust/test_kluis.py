"""Encryption at rest: round trips, rotation, tampering, and nothing secret in any message."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.waarden import Pgn
from gateway.trust.fouten import OntsleutelenMislukt, SleutelOnbekend, SleutelringOngeldig
from gateway.trust.kluis import Kluis

# Fixed, so that every process of a parallel run gives its tests the same names.
OUD, NIEUW = (base64.b64encode(hashlib.sha256(naam).digest()).decode() for naam in (b"oud", b"nieuw"))
KLUIS = Kluis(f"s2025:{OUD}")
GEROTEERD = Kluis(f"s2026:{NIEUW}, s2025:{OUD}")
PGN = Pgn("101211151")


@given(klaar=st.binary(max_size=2000), bij=st.text(max_size=40))
def test_wat_erin_gaat_komt_eruit(klaar: bytes, bij: str) -> None:
    geheim = KLUIS.versleutel(klaar, bij)
    assert KLUIS.ontsleutel(geheim, bij) == klaar
    assert GEROTEERD.ontsleutel(geheim, bij) == klaar


@given(data=st.data(), klaar=st.binary(max_size=60))
def test_elke_gewijzigde_bit_wordt_geweigerd(data: st.DataObject, klaar: bytes) -> None:
    geheim = bytearray(KLUIS.versleutel(klaar, "versie:1:1"))
    plaats = data.draw(st.integers(0, len(geheim) * 8 - 1))
    geheim[plaats // 8] ^= 1 << plaats % 8
    with pytest.raises(OntsleutelenMislukt):
        KLUIS.ontsleutel(bytes(geheim), "versie:1:1")


@given(st.binary(max_size=80))
def test_willekeurige_octetten_geven_een_nette_fout(octets: bytes) -> None:
    with pytest.raises(OntsleutelenMislukt):
        KLUIS.ontsleutel(octets, "versie:1:1")


@given(data=st.data())
def test_een_afgekapt_record_wordt_geweigerd(data: st.DataObject) -> None:
    geheim = KLUIS.versleutel(b"inhoud", "versie:1:1")
    with pytest.raises(OntsleutelenMislukt):
        KLUIS.ontsleutel(geheim[: data.draw(st.integers(0, len(geheim) - 1))], "versie:1:1")


def test_een_record_past_niet_op_een_andere_plaats() -> None:
    with pytest.raises(OntsleutelenMislukt, match="hoort bij een ander record"):
        KLUIS.ontsleutel(KLUIS.versleutel(b"inhoud", "versie:1:1"), "versie:2:1")


def test_dezelfde_inhoud_geeft_telkens_een_ander_record() -> None:
    assert len({KLUIS.versleutel(b"inhoud", "a") for _ in range(50)}) == 50


def test_de_eerste_sleutel_schrijft_en_de_oude_wordt_herkend() -> None:
    oud = KLUIS.versleutel(b"inhoud", "a")
    nieuw = GEROTEERD.versleutel(b"inhoud", "a")
    assert (KLUIS.sleutel_id_van(oud), GEROTEERD.sleutel_id_van(nieuw)) == ("s2025", "s2026")
    assert GEROTEERD.onder_oude_sleutel(oud)
    assert not GEROTEERD.onder_oude_sleutel(nieuw)
    assert GEROTEERD.sleutel_ids == ("s2026", "s2025")
    with pytest.raises(SleutelOnbekend, match="OSO_ENCRYPTION_KEYS"):
        KLUIS.ontsleutel(nieuw, "a")


def test_zelfde_id_met_andere_sleutel_opent_niets() -> None:
    with pytest.raises(OntsleutelenMislukt):
        Kluis(f"s2025:{NIEUW}").ontsleutel(KLUIS.versleutel(b"inhoud", "a"), "a")


def test_index_vindt_terug_wat_onder_een_oude_sleutel_is_opgeslagen() -> None:
    assert KLUIS.index(PGN) == Kluis(f"anders:{OUD}").index(PGN)
    assert KLUIS.index(PGN) in GEROTEERD.indexen(PGN)
    assert GEROTEERD.indexen(PGN)[0] == GEROTEERD.index(PGN) != KLUIS.index(PGN)
    assert KLUIS.index(Pgn("482782481")) != KLUIS.index(PGN)


def test_pseudoniem_is_geen_index_en_bevat_geen_nummer() -> None:
    assert KLUIS.pseudoniem(PGN.waarde) in GEROTEERD.pseudoniemen(PGN.waarde)
    assert len(KLUIS.pseudoniem(PGN.waarde)) == 32
    assert KLUIS.pseudoniem(PGN.waarde) != base64.b32encode(KLUIS.index(PGN)[:20]).decode().lower()


def test_zegel_klopt_alleen_voor_dezelfde_octetten_en_sleutel() -> None:
    sleutel_id, mac = KLUIS.zegel(b"kop")
    assert GEROTEERD.klopt_zegel(b"kop", sleutel_id, mac)
    assert not GEROTEERD.klopt_zegel(b"kop2", sleutel_id, mac)
    assert not GEROTEERD.klopt_zegel(b"kop", "s2026", mac)
    with pytest.raises(SleutelOnbekend):
        KLUIS.klopt_zegel(b"kop", "weg", mac)


@pytest.mark.parametrize(
    ("ring", "reden"),
    [
        ("", "is leeg"),
        (OUD, "geen goed id"),
        (f":{OUD}", "geen goed id"),
        (f"Hoofd:{OUD}", "geen goed id"),
        (f"{'a' * 17}:{OUD}", "geen goed id"),
        (f"a:{OUD},", "geen goed id"),
        ("a:~~~~", "geen geldige base64"),
        ("a:é", "geen geldige base64"),
        ("a:" + base64.b64encode(b"x" * 31).decode(), "31 octetten"),
        (f"a:{OUD},a:{NIEUW}", "tweemaal"),
        (f"a:{OUD},b:{OUD}", "tweemaal"),
    ],
)
def test_een_foute_ring_geeft_een_regel_zonder_sleutel(ring: str, reden: str) -> None:
    with pytest.raises(SleutelringOngeldig, match=reden) as fout:
        Kluis(ring)
    melding = str(fout.value)
    assert "\n" not in melding
    assert OUD not in melding
    assert fout.value.__cause__ is None


def test_een_kluis_toont_alleen_namen_van_sleutels() -> None:
    assert repr(GEROTEERD) == "Kluis(s2026, s2025)"
    assert str(PGN.waarde) not in repr(GEROTEERD)
