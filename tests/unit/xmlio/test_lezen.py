"""The one XML door: what it takes, what it refuses and why, at what cost."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.xmlio import Grenzen, OnleesbareXml, Reden, lees

MIB = 1024 * 1024


def _reden(octets: bytes, grenzen: Grenzen | None = None) -> Reden:
    with pytest.raises(OnleesbareXml) as fout:
        lees(octets, grenzen or Grenzen())
    assert fout.value.melding == str(fout.value)
    assert fout.value.melding.endswith(".")
    return fout.value.reden


def _tags(aantal: int, tag: bytes = b"<b/>") -> bytes:
    return b"<a>" + tag * aantal + b"</a>"


@pytest.mark.parametrize(
    "octets",
    [
        b"<a/>",
        b'<?xml version="1.0"?>\n<a/>\n',
        b"<?xml version='1.0' encoding='utf-8' standalone='yes'?><a>\xc3\xa9</a>",
        b"\xef\xbb\xbf<a>\xc3\xa9</a>",
        '<?xml version="1.0" encoding="UTF-16"?><a>é</a>'.encode("utf-16"),
        "\ufeff<a>é</a>".encode("utf-16-be"),
        b"<!-- <!DOCTYPE a> --><a/>",
        b"<a><![CDATA[<!DOCTYPE a><?php ?>]]></a>",
        b"<?weg ermee?><a/>",
        b"<a>&lt;&#233;&amp;</a>",
    ],
)
def test_neemt_gewone_xml(octets: bytes) -> None:
    assert lees(octets).tag == "a"


def test_utf16_geeft_dezelfde_tekst() -> None:
    assert lees("<a>é</a>".encode("utf-16")).text == lees("<a>é</a>".encode()).text == "é"


@pytest.mark.parametrize(
    ("octets", "reden"),
    [
        (b"", Reden.LEEG),
        (b" \n", Reden.LEEG),
        (b"{}", Reden.GEEN_XML),
        (b"PK\x03\x04", Reden.GEEN_XML),
        (b"<a>", Reden.GEEN_XML),
        (b"<a></b>", Reden.GEEN_XML),
        (b"<a/><b/>", Reden.GEEN_XML),
        (b"<a>\x01</a>", Reden.GEEN_XML),
        (b"<a>&#1;</a>", Reden.GEEN_XML),
        (b"<a>&nbsp;</a>", Reden.GEEN_XML),
        (b"<a x='1' x='2'/>", Reden.GEEN_XML),
        (b"<p:a/>", Reden.GEEN_XML),
        (b"<a>\xff</a>", Reden.CODERING),
        (b"<a>\xc0\xaf</a>", Reden.CODERING),
        (b'<?xml version="1.0" encoding="UTF-7"?><a>+ADw-</a>', Reden.CODERING),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>', Reden.CODERING),
        ("<a/>".encode("utf-16-le"), Reden.CODERING),
        (b'<?xml version="1.0" encoding="UTF-16"?><a/>', Reden.CODERING),
        ("<a/>".encode("utf-32"), Reden.CODERING),
        (b"\xff\xfe<", Reden.CODERING),
        (b"<a>\0</a>", Reden.CODERING),
        (b'<?xml version="1.1"?><a/>', Reden.XML_VERSIE),
        (b"<!DOCTYPE a><a/>", Reden.DOCTYPE),
        (b"<?xml version='1.0'?> <!-- - --> <?pi ?> <!DOCTYPE a SYSTEM 'http://x.invalid/a.dtd'><a/>", Reden.DOCTYPE),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', Reden.DOCTYPE),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16"), Reden.DOCTYPE),
    ],
)
def test_weigert_met_reden(octets: bytes, reden: Reden) -> None:
    assert _reden(octets) is reden


def test_miljard_keer_lachen() -> None:
    entiteiten = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    assert _reden(f'<!DOCTYPE a [<!ENTITY l0 "lach">{entiteiten}]><a>&l9;</a>'.encode()) is Reden.DOCTYPE


def test_geen_xml_is_iets_anders_dan_xml_die_niet_mag() -> None:
    assert {reden for reden in Reden if reden.geen_xml} == {
        Reden.LEEG,
        Reden.GEEN_XML,
        Reden.CODERING,
        Reden.XML_VERSIE,
    }


def test_zegt_de_regel_en_niet_de_inhoud() -> None:
    with pytest.raises(OnleesbareXml) as fout:
        lees(b"<a>\n<geheim>999990019</geheimm>\n</a>")
    assert fout.value.regelnummer == 2
    assert "geheim" not in fout.value.melding
    assert "999990019" not in repr(fout.value)


@pytest.mark.parametrize(("diepte", "goed"), [(100, True), (101, False), (257, False), (200_000, False)])
def test_diepte(diepte: int, goed: bool) -> None:
    octets = b"<a>" * diepte + b"</a>" * diepte
    if goed:
        lees(octets)
    else:
        assert _reden(octets, Grenzen(elementen=300_000)) is Reden.TE_DIEP


def test_aantal_elementen() -> None:
    lees(_tags(199_999))
    assert _reden(_tags(200_000)) is Reden.TE_VEEL_ELEMENTEN
    assert _reden(_tags(5), Grenzen(elementen=5)) is Reden.TE_VEEL_ELEMENTEN
    assert _reden(_tags(200_000, b"<!---->")) is Reden.TE_VEEL_ELEMENTEN


@pytest.mark.parametrize("teken", ['"', "'"])
def test_attributen_per_element(teken: str) -> None:
    def met(aantal: int) -> bytes:
        return ("<a><b " + " ".join(f"a{n} = {teken}>={teken}" for n in range(aantal)) + "/></a>").encode()

    lees(met(50))
    assert _reden(met(51)) is Reden.TE_VEEL_ATTRIBUTEN
    assert _reden(met(50_000)) is Reden.TE_VEEL_ATTRIBUTEN


def test_gelijktekens_in_tekst_zijn_geen_attributen() -> None:
    assert lees(b'<a x="1">' + b'="=" ' * 1_000 + b"</a>").text


def test_attributen_in_totaal() -> None:
    tag = ("<b " + " ".join(f'a{n}="1"' for n in range(50)) + "/>").encode()
    assert _reden(_tags(8_001, tag)) is Reden.TE_VEEL_ATTRIBUTEN


def test_naamruimten() -> None:
    assert _reden(_tags(10_001, b'<b xmlns="urn:x"/>')) is Reden.TE_VEEL_NAAMRUIMTEN


def test_verschillende_namen() -> None:
    namen = b"".join(b"<%s%d/>" % (b"n" * 60, nummer) for nummer in range(5_001))
    assert _reden(b"<a>" + namen + b"</a>") is Reden.TE_VEEL_NAMEN
    assert _reden(b"<a>" + b"<" + b"n" * 300_000 + b"/></a>") is Reden.TE_VEEL_NAMEN


def test_grootte() -> None:
    assert _reden(b"<a>" + b"x" * 100 + b"</a>", Grenzen(octetten=100)) is Reden.TE_GROOT
    assert _reden("<a>x</a>".encode("utf-16"), Grenzen(octetten=20)) is Reden.TE_GROOT


def test_lange_tekst() -> None:
    assert len(lees(b"<a>" + b"x" * 10_000_000 + b"</a>").text or "") == 10_000_000
    assert _reden(b"<a>" + b"x" * 10_000_001 + b"</a>") is Reden.TE_LANGE_TEKST
    assert _reden(b'<a b="' + b"x" * 10_000_001 + b'"/>') is Reden.TE_LANGE_TEKST


def test_verwerkingsinstructies_alleen_waar_zij_mogen() -> None:
    dicht = Grenzen(verwerkingsinstructies=False)
    lees(b"<?xml version='1.0'?><a><![CDATA[<?b?>]]></a>", dicht)
    for octets in (b"<?b?><a/>", b"<a/><?b?>", b"<a><b><?c?></b></a>"):
        assert _reden(octets, dicht) is Reden.VERWERKINGSINSTRUCTIE


@pytest.mark.parametrize(
    "octets",
    [
        b"<" * MIB,
        b'<a "' * MIB,
        b"<a" + b"=" * MIB,
        b"<!-- " * MIB + b"<!DOCTYPE",
        b"<?" * MIB,
        b"<!--a--> " * (MIB // 4) + b"<!DOCTYPE",
        b"<a " + b'b="' * MIB,
        b"<a>" + b"&#38;" * (4 * MIB),
        b"<?xml version='1.0'" + b" " * MIB,
        b"<a>" + b"]]" * MIB,
    ],
)
def test_hardnekkige_invoer_wordt_geweigerd_zonder_omhaal(octets: bytes) -> None:
    """Each of these makes a naive scan quadratic; the time limit of the suite would tell."""
    assert _reden(octets) in set(Reden)


STUKKEN = [
    "<a>", "</a>", "<b/>", "<b", "<!--", "-->", "<![CDATA[", "]]>", "<?p", "?>", "&", ";", "#x0", "<!DOCTYPE", "[", "]",
    "é", "\0", "\ufffe", "xmlns:a='", "'", '"', "=", ">", "x='1'", "/>", "p:",
]  # fmt: skip


def _element_of_weigering(octets: bytes) -> bool:
    try:
        lees(octets)
    except OnleesbareXml:
        return True
    return True


@given(st.binary(max_size=400))
def test_willekeurige_octetten_geven_een_element_of_een_weigering(octets: bytes) -> None:
    assert _element_of_weigering(octets)


@given(st.lists(st.sampled_from(STUKKEN), max_size=40), st.sampled_from(["utf-8", "utf-16"]))
def test_xml_achtige_octetten_geven_een_element_of_een_weigering(delen: list[str], codering: str) -> None:
    assert _element_of_weigering(" ".join(delen).encode(codering))
    assert _element_of_weigering("".join(delen).encode(codering))


def test_de_recursiegrens_van_python_doet_niet_mee() -> None:
    assert sys.getrecursionlimit() > 100
    lees(b"<a>" * 99 + b"<b/>" + b"</a>" * 99)
