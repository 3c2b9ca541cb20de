"""The strategy by which bron, doel and Traffic Center agree."""

import base64

import pytest

from gateway.domain.waarden import Pgn
from gateway.trust.zoeksleutel import Pbkdf2Sha512, StrategieOngeldig, maak_zoeksleutels

# The vector of the message contract: development salt and rounds.
VECTOR = (
    "SVFztVdnk4spWNdMem6OPiNNlqImZ2B7d6fEFBXpIMwUICZmgx0Ssl3L8j0IQlhniZlgM2dzXrZKlhnh90kx1A+8bPUe/J65Tba9S455nf7Rdtqz"
    "TAIbXFVFY489PzmlqPkI5Dd0DQmvgCdarbr+QD1xYl/HEy0waPGQ1029meg="
)


def test_vector_van_het_contract() -> None:
    uitkomst = maak_zoeksleutels().zoeksleutel(Pgn("101211151"))

    assert uitkomst.zoeksleutel == VECTOR
    assert uitkomst.pgnfrag == "1151"


def test_128_octetten_zonder_regeleinde() -> None:
    tekst = maak_zoeksleutels(rondes=1).zoeksleutel(Pgn("097902378")).zoeksleutel

    assert len(base64.b64decode(tekst, validate=True)) == 128
    assert "\n" not in tekst


def test_zout_en_rondes_tellen_mee() -> None:
    pgn = Pgn("482782481")
    uitkomsten = {
        maak_zoeksleutels(zout=zout, rondes=rondes).zoeksleutel(pgn).zoeksleutel
        for zout, rondes in (("a", 1), ("b", 1), ("a", 2), ("é", 1))
    }

    assert len(uitkomsten) == 4


def test_voorloopnul_blijft_staan() -> None:
    assert maak_zoeksleutels(rondes=1).zoeksleutel(Pgn("097900078")).pgnfrag == "0078"


def test_niets_laat_zich_zien() -> None:
    strategie = Pbkdf2Sha512("zeer geheim zout", 1)

    assert "geheim" not in repr(strategie)
    assert "1151" not in repr(strategie.zoeksleutel(Pgn("101211151")))


@pytest.mark.parametrize(("naam", "rondes"), [("md5", 10), ("", 10), ("pbkdf2-sha512", 0)])
def test_onbekende_strategie_of_rondes(naam: str, rondes: int) -> None:
    with pytest.raises(StrategieOngeldig):
        maak_zoeksleutels(naam, rondes=rondes)
