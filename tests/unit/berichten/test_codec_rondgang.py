"""Every message that the domain can hold goes out valid by the XSD and comes back the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.berichten import codec, envelop, inhoud
from gateway.berichten.fout import BerichtFout
from gateway.berichten.pakket import Berichtpakket, laad_pakketten, standaardpakket
from tests.hulp.berichtvoorbeelden import ANTWOORDEN, VERZOEKEN, in_versie

PAKKET = standaardpakket()
ELK_PAKKET = pytest.mark.parametrize("pakket", laad_pakketten().values(), ids=repr)
DIENST = {operatie: dienst for dienst, operaties in PAKKET.diensten.items() for operatie in operaties}


@ELK_PAKKET
def test_de_tabellen_dekken_het_pakket(pakket: Berichtpakket) -> None:
    assert inhoud.VERZOEKEN.keys() == inhoud.ANTWOORDEN.keys() == pakket.operaties
    assert VERZOEKEN.keys() == ANTWOORDEN.keys() == pakket.operaties


@ELK_PAKKET
@pytest.mark.parametrize("operatie", sorted(PAKKET.operaties))
@given(gegevens=st.data())
@settings(max_examples=60, deadline=None)
def test_verzoek_heen_en_terug(operatie: str, pakket: Berichtpakket, gegevens: st.DataObject) -> None:
    verzoek = in_versie(gegevens.draw(VERZOEKEN[operatie]), pakket)

    octets = codec.schrijf_verzoek(operatie, verzoek, pakket)
    gelezen = envelop.lees_verzoek(octets, pakket, DIENST[operatie])

    assert gelezen.operatie == operatie
    assert codec.ontleed(gelezen, pakket, type(verzoek)) == verzoek


@ELK_PAKKET
@pytest.mark.parametrize("operatie", sorted(PAKKET.operaties))
@given(gegevens=st.data())
@settings(max_examples=60, deadline=None)
def test_antwoord_heen_en_terug(operatie: str, pakket: Berichtpakket, gegevens: st.DataObject) -> None:
    antwoord = in_versie(gegevens.draw(ANTWOORDEN[operatie]), pakket)

    octets = codec.schrijf_antwoord(operatie, antwoord, pakket)

    assert codec.lees_antwoord(octets, operatie, pakket, type(antwoord)) == antwoord


@given(octets=st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_ruis_wordt_alleen_een_berichtfout(octets: bytes) -> None:
    with pytest.raises(BerichtFout):
        envelop.lees_verzoek(octets, PAKKET, "bron")


@given(gegevens=st.data())
@settings(max_examples=300, deadline=None)
def test_een_verminkt_bericht_geeft_een_berichtfout_of_een_verzoek(gegevens: st.DataObject) -> None:
    octets = bytearray(codec.schrijf_verzoek("document", gegevens.draw(VERZOEKEN["document"]), PAKKET))
    for _ in range(gegevens.draw(st.integers(1, 4))):
        plaats = gegevens.draw(st.integers(0, len(octets) - 1))
        lengte = gegevens.draw(st.integers(0, 20))
        octets[plaats : plaats + lengte] = gegevens.draw(st.binary(max_size=12))
    try:
        verzoek = envelop.lees_verzoek(bytes(octets), PAKKET, "bron")
        codec.ontleed(verzoek, PAKKET, inhoud.VERZOEKEN[verzoek.operatie].klasse)
    except BerichtFout:
        return  # refused; anything else that is raised fails the test


def test_een_ander_soort_inhoud_is_een_fout_van_ons() -> None:
    with pytest.raises(TypeError):
        codec.schrijf_verzoek("document", inhoud.Pingvraag(), PAKKET)
