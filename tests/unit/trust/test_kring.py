"""The party table: who may speak for whom."""

from dataclasses import replace

import pytest

from gateway.domain.partij import Partij
from gateway.domain.waarden import Brin, Oin, RouteringsKenmerk
from gateway.trust.kring import Partijen

MAGISTER = Partij(
    oin=Oin("00000003000000020000"),
    naam="Magister",
    las="magister",
    systeem="Magister 6",
    brins=frozenset({Brin("00YY")}),
    kenmerken=frozenset({RouteringsKenmerk("0000000700000YY00932")}),
)
VREEMDE = Partij(oin=Oin("00000003000000050000"), naam="vreemde", las=None, systeem="vreemde")
PARTIJEN = Partijen([MAGISTER, VREEMDE])


def test_een_partij_wordt_gevonden_bij_haar_oin() -> None:
    assert PARTIJEN.bij_oin(MAGISTER.oin) is MAGISTER
    assert PARTIJEN.bij_oin(Oin("9" * 20)) is None
    assert (len(PARTIJEN), list(PARTIJEN)) == (2, [MAGISTER, VREEMDE])


@pytest.mark.parametrize(
    ("oin", "brin", "kenmerk", "mag"),
    [
        (MAGISTER.oin, "00YY", None, True),
        (MAGISTER.oin, "00YY", "0000000700000YY00932", True),
        (MAGISTER.oin, "00YY", "0000000700000YY00931", False),
        (MAGISTER.oin, "12SS", None, False),
        (MAGISTER.oin, "12SS", "0000000700000YY00932", False),
        (VREEMDE.oin, "00YY", None, False),
        (Oin("9" * 20), "00YY", None, False),
    ],
)
def test_spreken_voor_een_school(oin: Oin, brin: str, kenmerk: str | None, mag: bool) -> None:
    assert PARTIJEN.mag_spreken_voor(oin, Brin(brin), RouteringsKenmerk(kenmerk) if kenmerk else None) is mag


def test_zonder_genoemde_kenmerken_spreekt_een_partij_voor_elk_punt_van_haar_scholen() -> None:
    school = Partij(Oin("0" * 20), "school", None, "school", brins=frozenset({Brin("00AH")}))
    assert school.spreekt_voor(Brin("00AH"), RouteringsKenmerk("0000000700000AH00900"))
    assert not school.spreekt_voor(Brin("00YY"), RouteringsKenmerk("0000000700000AH00900"))


def test_op_nummer_beslist_de_school_tenzij_er_nummers_genoemd_zijn() -> None:
    brin, twee, drie = Brin("00YY"), RouteringsKenmerk.van_index(2), RouteringsKenmerk.van_index(3)
    assert MAGISTER.spreekt_voor(brin, twee)
    assert not MAGISTER.spreekt_voor(Brin("12SS"), twee)
    genoemd = replace(MAGISTER, kenmerken=MAGISTER.kenmerken | {twee})
    assert genoemd.spreekt_voor(brin, twee)
    assert not genoemd.spreekt_voor(brin, drie)
    assert not genoemd.spreekt_voor(brin, RouteringsKenmerk("0000000700000YY00931"))


def test_twee_partijen_met_een_oin_is_een_fout() -> None:
    with pytest.raises(ValueError, match="tweemaal"):
        Partijen([MAGISTER, MAGISTER])
