"""Canonical octets and indexed paths."""

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.xmlio import Padwijzer, canoniek, lees, lokale_naam, pad


def test_canoniek_is_exclusief_zonder_commentaar_en_zonder_wat_erna_komt() -> None:
    wortel = lees(b'<e xmlns:x="urn:x" xmlns:y="urn:y"><x:a z="2"  b="1">\xc3\xa9<!-- c --><b/></x:a>staart</e>')
    assert canoniek(wortel[0]) == '<x:a xmlns:x="urn:x" b="1" z="2">é<b></b></x:a>'.encode()


def test_pad_telt_gelijknamige_broers() -> None:
    wortel = lees(b'<a><b/><c/><!-- --><b><d/><d/></b><x:b xmlns:x="urn:x"/></a>')
    assert pad(wortel) == "/a[1]"
    assert pad(wortel[3][1]) == "/a[1]/b[2]/d[2]"
    assert pad(wortel[4]) == "/a[1]/b[3]"


def test_een_naam_van_duizend_tekens_wordt_afgekort() -> None:
    assert len(pad(lees(b"<a><" + b"n" * 1_000 + b"/></a>")[0])) < 100


BOMEN = st.recursive(
    st.sampled_from("ab").map(lambda naam: etree.Element(naam)),
    lambda kinderen: st.tuples(st.sampled_from("abc"), st.lists(kinderen, max_size=4)).map(
        lambda paar: _met(etree.Element(paar[0]), paar[1])
    ),
    max_leaves=20,
)


def _met(element: etree._Element, kinderen: list[etree._Element]) -> etree._Element:
    element.extend(kinderen)
    return element


@given(BOMEN)
def test_padwijzer_geeft_in_elke_volgorde_hetzelfde_als_pad(boom: etree._Element) -> None:
    elementen = list(boom.iter())
    wijzer = Padwijzer()
    assert [wijzer.pad(element) for element in elementen] == [pad(element) for element in elementen]
    elementen.sort(key=lambda element: hash(pad(element)))
    assert [wijzer.pad(element) for element in elementen] == [pad(element) for element in elementen]


@given(BOMEN)
def test_een_pad_wijst_het_element_aan(boom: etree._Element) -> None:
    for element in boom.iter():
        assert boom.getroottree().xpath(pad(element)) == [element]
        assert pad(element).rpartition("/")[2].startswith(lokale_naam(element))
