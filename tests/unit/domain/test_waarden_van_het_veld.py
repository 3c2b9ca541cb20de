"""The numbers of the field: what they take, what they refuse, and that persons stay hidden."""

from __future__ import annotations

import re
from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.waarden import (
    Brin,
    ElkNummer,
    Koppelsleutel,
    Oin,
    OngeldigeWaarde,
    Pgn,
    RouteringsKenmerk,
    SessieId,
    Vestiging,
)

CIJFERS = st.text("0123456789", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("soort", "goed", "fout"),
    [
        (Brin, ["00YY", "12SS"], ["0YY", "00yy", "00YYY", "YY00", "00YY\n", "٠٠YY", ""]),
        (Pgn, ["101211151", "000000000"], ["10121115", "1012111511", "10121115a", "١٠١٢١١١٥١", "101211151\n"]),
        (Oin, ["00000003000000020000"], ["0000000300000002000", "000000030000000200000", "0000000300000002000x"]),
        (RouteringsKenmerk, ["0000000700000YY00931", "!", "x" * 32], ["", "x" * 33, "a b", "é", "a\t", "a\n"]),
        (RouteringsKenmerk, ["nr 0", "nr 999999999"], ["nr 01", "nr ", "nr -1", "nr 1234567890", "nr 1 ", "Nr 1"]),
        (SessieId, ["6F9619FF-8b86-d011-b42d-00c04fc964ff"], ["6F9619FF8b86d011b42d00c04fc964ff", "{6F9619FF}", ""]),
        (ElkNummer, ["1", "B1", "0012345", "999999999999", "0" * 30 + "1"], ["", "0", "000", "B0", "B", "b1", "1B"]),
        (ElkNummer, ["B999999999999"], ["1234567890123", "B1234567890123", "1 ", "-1", "١", "1\n", "BB1"]),
    ],
)
def test_wat_een_waarde_is_en_wat_niet(soort: type, goed: list[str], fout: list[str]) -> None:
    for tekst in goed:
        assert soort(tekst) == soort(tekst)
    for tekst in fout:
        with pytest.raises(OngeldigeWaarde) as gevangen:
            soort(tekst)
        if len(tekst) > 3:
            assert tekst not in str(gevangen.value)


@given(CIJFERS.filter(lambda tekst: tekst.strip("0")), st.integers(0, 20), st.booleans())
def test_voorloopnullen_doen_er_niet_toe(cijfers: str, nullen: int, buiten: bool) -> None:
    b = "B" if buiten else ""
    nummer = ElkNummer(f"{b}{'0' * nullen}{cijfers}")
    assert nummer == ElkNummer(f"{b}{cijfers}")
    assert nummer.waarde == f"{b}{cijfers.lstrip('0')}"
    assert nummer.buitenleerling is buiten


@given(st.from_regex(r"[1-9][0-9]{4,11}", fullmatch=True), st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_een_persoon_blijft_verborgen(elk: str, pgn: str) -> None:
    for ding, tekst in ((ElkNummer(elk), elk), (Pgn(pgn), pgn)):
        for vorm in (str(ding), repr(ding), f"{ding}", f"{[ding]}"):
            assert tekst not in vorm


@given(st.text(max_size=20) | st.text("B0123456789", max_size=16))
def test_wat_geen_nummer_is_wordt_geweigerd_zonder_het_te_noemen(tekst: str) -> None:
    geldig = re.fullmatch("B?0*[1-9][0-9]{0,11}", tekst) is not None
    with nullcontext() if geldig else pytest.raises(OngeldigeWaarde, match="geen geldige waarde voor een ELK-nummer"):
        ElkNummer(tekst)


@pytest.mark.parametrize("soort", [SessieId, Koppelsleutel])
def test_een_guid_is_gelijk_in_elke_schrijfwijze(soort: type[SessieId]) -> None:
    een, ander = soort("6F9619FF-8B86-D011-B42D-00C04FC964FF"), soort("6f9619ff-8b86-d011-b42d-00c04fc964ff")
    assert een == ander
    assert len({een, ander}) == 1
    assert een != soort.nieuw()


def test_een_sessie_is_geen_koppelsleutel() -> None:
    guid = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
    assert SessieId(guid) != Koppelsleutel(guid)


@pytest.mark.parametrize("tekst", ["00YY00", "00YY/00"])
def test_een_vestiging_uit_tekst(tekst: str) -> None:
    assert Vestiging.uit_tekst(tekst) == Vestiging.van("00YY", "00")
    assert str(Vestiging.uit_tekst(tekst)) == "00YY/00"


@pytest.mark.parametrize("tekst", ["", "00YY", "00YY0", "00YY000", "00yy00", "00YYAA"])
def test_geen_vestiging(tekst: str) -> None:
    with pytest.raises(OngeldigeWaarde):
        Vestiging.uit_tekst(tekst)
