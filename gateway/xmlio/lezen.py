"""Read XML that nobody vouches for, under limits, with one parser.

What costs memory or time is refused on the bytes, before a tree exists: size, DOCTYPE, encoding, number of elements,
attributes and namespace declarations. libxml2 without `huge_tree` adds its own: 256 levels, text nodes of 10 000 000.
"""

from __future__ import annotations

import codecs
import re
import threading
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree


class Reden(StrEnum):
    """Why octets were refused."""

    LEEG = "leeg"
    GEEN_XML = "geen-xml"
    CODERING = "codering"
    XML_VERSIE = "xml-versie"
    DOCTYPE = "doctype"
    VERWERKINGSINSTRUCTIE = "verwerkingsinstructie"
    TE_GROOT = "te-groot"
    TE_DIEP = "te-diep"
    TE_VEEL_ELEMENTEN = "te-veel-elementen"
    TE_VEEL_ATTRIBUTEN = "te-veel-attributen"
    TE_VEEL_NAAMRUIMTEN = "te-veel-naamruimten"
    TE_VEEL_NAMEN = "te-veel-namen"
    TE_LANGE_TEKST = "te-lange-tekst"

    @property
    def geen_xml(self) -> bool:
        """True when the octets are not XML at all (unreadable), false when they are XML that we do not take."""
        return self in _NIET_LEESBAAR


_NIET_LEESBAAR = frozenset({Reden.LEEG, Reden.GEEN_XML, Reden.CODERING, Reden.XML_VERSIE})


class OnleesbareXml(ValueError):
    """The octets are not XML that the gateway takes; `melding` is Dutch and holds nothing of the content."""

    def __init__(self, reden: Reden, melding: str, regelnummer: int | None = None) -> None:
        super().__init__(melding)
        self.reden = reden
        self.melding = melding
        self.regelnummer = regelnummer


@dataclass(frozen=True, slots=True)
class Grenzen:
    """How much one message may ask of us. Sizes in bytes, the rest in numbers.

    Comments, processing instructions and CDATA sections count as elements; a namespace declaration counts as an
    attribute too. `namen` are different element names in a message of more than 256 KB: libxml2 keeps each name that
    it has ever seen. One text node is at most 10 000 000 characters, which is libxml2's own limit.
    """

    octetten: int = 64 * 1024 * 1024
    diepte: int = 100
    elementen: int = 200_000
    attributen_per_element: int = 50
    attributen: int = 400_000
    naamruimten: int = 10_000
    namen: int = 5_000
    verwerkingsinstructies: bool = True


STANDAARD = Grenzen()

_DECLARATIE = re.compile(
    rb"""<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]{0,20})"|'([^'<]{0,20})')"""
    rb"""(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]{0,40})"|'([^'<]{0,40})'))?"""
)
# What may stand before the root element; possessive, so that no input makes it backtrack.
_PROLOOG = re.compile(rb"(?:[ \t\r\n]++|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->)*+<!DOCTYPE")
_ATTRIBUUT = rb"""(?:[^<>"']*+(?:"[^"<]*+"|'[^'<]*+'))"""


def lees(octets: bytes, grenzen: Grenzen = STANDAARD) -> etree._Element:
    """Parse one XML document and give its root element.

    Takes UTF-8, or UTF-16 with a byte order mark, XML 1.0 only, without DOCTYPE. Comments stay in the tree.
    Raises `OnleesbareXml` with reason, Dutch sentence and (when known) line for everything else, and nothing but that.
    """
    if len(octets) > grenzen.octetten:
        raise OnleesbareXml(
            Reden.TE_GROOT,
            f"Het bericht is groter dan {grenzen.octetten} bytes. Verklein het, bijvoorbeeld de bijlagen.",
        )
    tekst = _als_utf8(octets, grenzen)
    _eis_kop(tekst, utf16=octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)))
    _eis_omvang(tekst, grenzen)
    wortel = _ontleed(tekst)
    _eis_boom(wortel, grenzen)
    return wortel


def _als_utf8(octets: bytes, grenzen: Grenzen) -> bytes:
    if octets.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise _verkeerde_codering()
    if octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        if len(octets) > grenzen.octetten // 2:  # the copies that decoding makes must fit in the same memory
            raise OnleesbareXml(
                Reden.TE_GROOT,
                f"Het bericht is in UTF-16 groter dan {grenzen.octetten // 2} bytes. Verstuur het in UTF-8.",
            )
        try:
            return octets.decode("utf-16").encode("utf-8")
        except UnicodeError:
            raise _verkeerde_codering() from None
    return octets.removeprefix(codecs.BOM_UTF8)


def _verkeerde_codering() -> OnleesbareXml:
    return OnleesbareXml(Reden.CODERING, "De tekencodering klopt niet. Verstuur de XML in UTF-8, of in UTF-16 met BOM.")


def _eis_kop(tekst: bytes, *, utf16: bool) -> None:
    """Refuse what the first bytes give away: nothing there, not XML, another version or encoding, a DOCTYPE."""
    if not tekst.strip(b" \t\r\n"):
        raise OnleesbareXml(Reden.LEEG, "Er staat niets in het bericht. Verstuur een XML-document.")
    if b"\0" in tekst:
        raise _verkeerde_codering()
    if tekst.startswith(b"<?xml") and (declaratie := _DECLARATIE.match(tekst)):
        versie, codering = declaratie[1] or declaratie[2], declaratie[3] or declaratie[4]
        if versie != b"1.0":
            raise OnleesbareXml(Reden.XML_VERSIE, "Alleen XML-versie 1.0 wordt aangenomen. Pas de XML-declaratie aan.")
        # "UTF-16" over octets without its mark is not what it says; readers disagree on what they then read.
        if codering and codering.upper() not in ((b"UTF-8", b"UTF-16") if utf16 else (b"UTF-8",)):
            raise _verkeerde_codering()
    if gevonden := _PROLOOG.match(tekst):
        raise OnleesbareXml(
            Reden.DOCTYPE,
            "Het bericht bevat een DOCTYPE. Dat is niet toegestaan; laat de DOCTYPE weg.",
            tekst.count(b"\n", 0, gevonden.end()) + 1,
        )


def _eis_omvang(tekst: bytes, grenzen: Grenzen) -> None:
    """Count on the bytes what would make a tree large; a message within the limits is never refused here.

    Counting costs as much as half a parse, so it is done only where the size allows a message to pass a limit.
    """
    if len(tekst) > len("<b/>") * grenzen.elementen and tekst.count(b"<") - tekst.count(b"</") > grenzen.elementen:
        raise OnleesbareXml(
            Reden.TE_VEEL_ELEMENTEN,
            f"Het bericht heeft meer dan {grenzen.elementen} elementen. Splits of verklein het.",
        )
    if len(tekst) > _KLEIN:
        _eis_namen(tekst, grenzen)
    if _vaker_dan(tekst, b"=", grenzen.attributen_per_element):
        te_veel = re.compile(rb"<[^!?/]" + _ATTRIBUUT + b"{%d}" % (grenzen.attributen_per_element + 1))
        if gevonden := te_veel.search(tekst):
            raise OnleesbareXml(
                Reden.TE_VEEL_ATTRIBUTEN,
                f"Een element heeft meer dan {grenzen.attributen_per_element} attributen. Verwijder wat niet nodig is.",
                tekst.count(b"\n", 0, gevonden.start()) + 1,
            )
        _eis_totalen(tekst, grenzen)


_KLEIN = 256 * 1024
_NAAM = re.compile(rb"<([^\s<>/!?=\"']{1,129})")
_LANGSTE_NAAM = 128


def _eis_namen(tekst: bytes, grenzen: Grenzen) -> None:
    namen: set[bytes] = set()
    for gevonden in _NAAM.finditer(tekst):
        namen.add(gevonden[1])
        if len(namen) > grenzen.namen or len(gevonden[1]) > _LANGSTE_NAAM:
            raise OnleesbareXml(
                Reden.TE_VEEL_NAMEN,
                f"Het bericht heeft meer dan {grenzen.namen} verschillende elementnamen, of een naam van meer dan "
                f"{_LANGSTE_NAAM} tekens. Controleer de opbouw.",
                tekst.count(b"\n", 0, gevonden.start()) + 1,
            )


def _vaker_dan(tekst: bytes, teken: bytes, aantal: int) -> bool:
    plaats = -1
    for _ in range(aantal + 1):
        plaats = tekst.find(teken, plaats + 1)
        if plaats < 0:
            return False
    return True


def _eis_totalen(tekst: bytes, grenzen: Grenzen) -> None:
    if len(tekst) > len('xmlns=""') * grenzen.naamruimten and tekst.count(b"xmlns") > grenzen.naamruimten:
        raise OnleesbareXml(
            Reden.TE_VEEL_NAAMRUIMTEN,
            f"Het bericht verklaart meer dan {grenzen.naamruimten} naamruimten. Verklaar ze op het hoofdelement.",
        )
    if len(tekst) > len('a="" ') * grenzen.attributen:
        tags = re.compile(rb"<[^!?/]" + _ATTRIBUUT + rb"++")
        if sum(tag[0].count(b"=") for tag in tags.finditer(tekst)) > grenzen.attributen:
            raise OnleesbareXml(
                Reden.TE_VEEL_ATTRIBUTEN,
                f"Het bericht heeft meer dan {grenzen.attributen} attributen. Verwijder wat niet nodig is.",
            )


class _PerThread(threading.local):
    """A parser for each thread: lxml locks a shared one, so that threads would wait for each other."""

    def __init__(self) -> None:
        self.parser = etree.XMLParser(
            encoding="UTF-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            attribute_defaults=False,
            huge_tree=False,
            recover=False,
            collect_ids=False,
        )


_PARSERS = _PerThread()


def _ontleed(tekst: bytes) -> etree._Element:
    try:
        wortel = etree.fromstring(tekst, _PARSERS.parser)
    except etree.XMLSyntaxError as fout:
        raise _vertaald(fout) from None
    if wortel is None or wortel.getroottree().docinfo.internalDTD is not None:
        raise OnleesbareXml(
            Reden.DOCTYPE, "Het bericht bevat een DOCTYPE. Dat is niet toegestaan; laat de DOCTYPE weg."
        )
    return wortel


_MELDING_PER_CODE: dict[int, str] = {
    etree.ErrorTypes.ERR_INVALID_CHAR: "Er staat een stuurteken dat in XML niet is toegestaan. Verwijder het.",
    etree.ErrorTypes.ERR_INVALID_CHARREF: "Er wordt verwezen naar een teken dat in XML niet mag. Verwijder het.",
    etree.ErrorTypes.ERR_UNDECLARED_ENTITY: "Er staat een onbekende entiteit. Schrijf het teken zelf.",
    etree.ErrorTypes.ERR_TAG_NAME_MISMATCH: "Een eindtag hoort niet bij de begintag. Controleer de tags.",
    etree.ErrorTypes.ERR_TAG_NOT_FINISHED: "Het document breekt af: een element is niet afgesloten. Verstuur alles.",
    etree.ErrorTypes.ERR_ATTRIBUTE_REDEFINED: "Een attribuut staat twee keer op hetzelfde element. Verwijder er een.",
    etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE: "Een voorvoegsel heeft geen naamruimte. Verklaar het met xmlns.",
}
_CODES_CODERING = (etree.ErrorTypes.ERR_INVALID_ENCODING, etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING)
_RESOURCE_LIMIT = 114  # XML_ERR_RESOURCE_LIMIT, newer than the names that lxml lists


def _vertaald(fout: etree.XMLSyntaxError) -> OnleesbareXml:
    """Give libxml2's error our own words: its text may quote the document."""
    regel = fout.lineno if isinstance(fout.lineno, int) and fout.lineno > 0 else None
    if fout.code in _CODES_CODERING:
        onjuist = _verkeerde_codering()
        onjuist.regelnummer = regel
        return onjuist
    if fout.code == _RESOURCE_LIMIT:
        if "depth" in str(fout.msg):
            return _te_diep(regel)
        return OnleesbareXml(
            Reden.TE_LANGE_TEKST,
            "Een veld is langer dan 10 000 000 tekens. Verklein de inhoud, bijvoorbeeld de bijlage.",
            regel,
        )
    waarom = _MELDING_PER_CODE.get(
        fout.code, "De tekst is geen welgevormde XML. Controleer het document op deze plaats."
    )
    return OnleesbareXml(Reden.GEEN_XML, waarom, regel)


def _te_diep(regel: int | None, diepte: int = STANDAARD.diepte) -> OnleesbareXml:
    return OnleesbareXml(
        Reden.TE_DIEP, f"De elementen zijn meer dan {diepte} niveaus diep genest. Controleer de opbouw.", regel
    )


_DIEPER_DAN: dict[int, etree.XPath] = {}


def _eis_boom(wortel: etree._Element, grenzen: Grenzen) -> None:
    """Check what only the tree tells: its depth, and processing instructions apart from look-alikes in text."""
    dieper = _DIEPER_DAN.get(grenzen.diepte)
    if dieper is None:
        stappen = "/".join("*" * (grenzen.diepte + 1))
        dieper = _DIEPER_DAN.setdefault(grenzen.diepte, etree.XPath(f"boolean(/{stappen})"))
    if dieper(wortel):
        raise _te_diep(None, grenzen.diepte)
    if not grenzen.verwerkingsinstructies and (instructie := _instructie(wortel)) is not None:
        raise OnleesbareXml(
            Reden.VERWERKINGSINSTRUCTIE,
            "Het bericht bevat een verwerkingsinstructie (<?…?>). Dat is niet toegestaan; laat haar weg.",
            instructie.sourceline,
        )


def _instructie(wortel: etree._Element) -> etree._Element | None:
    """The first processing instruction in the document, around the root element included."""
    buiten = (*wortel.itersiblings(etree.PI, preceding=True), *wortel.itersiblings(etree.PI))
    return buiten[0] if buiten else next(wortel.iter(etree.PI), None)
