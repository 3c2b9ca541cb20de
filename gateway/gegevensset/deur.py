"""What must hold of a dossier before any schema looks at it: finding `XML` (`XSD` for a wrong root element).

Refused here, because readers disagree on what it means or canonicalisation would change it: comments and processing
instructions, `xsi:` attributes, relative namespace names, and control characters. Comments before or after the root
element are outside the dossier and are dropped.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from lxml import etree

from gateway.domain.beoordeling import Bevinding, Ernst
from gateway.gegevensset.pakket import Pakket, Pakketten
from gateway.xmlio import OnleesbareXml, Padwijzer, lokale_naam

REGEL = "XML"
REGEL_XSD = "XSD"
REGEL_NFC = "TEKST.NFC"
DOCUMENT = "/dossier[1]"

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XSI_ERGENS = etree.XPath("boolean(descendant-or-self::*/@xsi:*)", namespaces={"xsi": _XSI})
_XSI_ELEMENTEN = etree.XPath("descendant-or-self::*[@xsi:*]", namespaces={"xsi": _XSI})
_NAAMRUIMTE = re.compile(r"http://www\.edustandaard\.nl/oso_gegevensset/([0-9]{4})/dossier")
_ABSOLUUT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_STUURTEKEN = re.compile("[\x7f-\x9f]")


def fout(melding: str, plaats: str = DOCUMENT, regelnummer: int | None = None) -> Bevinding:
    """A finding `XML`."""
    return Bevinding(REGEL, Ernst.FOUT, plaats, regelnummer, melding)


def onleesbaar(reden: OnleesbareXml) -> Bevinding:
    """The finding for octets that the parser refused."""
    return fout(reden.melding, regelnummer=reden.regelnummer)


def herken(wortel: etree._Element, pakketten: Pakketten) -> Pakket | Bevinding:
    """The pack for this document, or the finding that says why there is none."""
    pakket = pakketten.voor(wortel)
    if pakket is not None:
        return pakket
    geinstalleerd = ", ".join(pakketten.versies) or "geen enkele"
    ruimte = etree.QName(wortel).namespace or ""
    if any(ruimte == p.naamruimte for p in pakketten):
        # Readable, and of a version that we know: what is wrong is that the schema has no such document.
        melding = "Het hoofdelement is geen dossier. Lever één dossier per bestand, met dossier als hoofdelement."
        return Bevinding(REGEL_XSD, Ernst.FOUT, DOCUMENT, wortel.sourceline, melding)
    if gevonden := _NAAMRUIMTE.fullmatch(ruimte):
        return fout(
            f"Gegevenssetversie {gevonden[1]} wordt niet ondersteund; geïnstalleerd: {geinstalleerd}. "
            "Lever het dossier in een geïnstalleerde versie, of laat de beheerder die versie installeren.",
            regelnummer=wortel.sourceline,
        )
    return fout(
        f"Dit is geen OSO-dossier: de versie van de naamruimte wordt niet ondersteund; geïnstalleerd: {geinstalleerd}. "
        "Controleer of u het goede bestand levert.",
        regelnummer=wortel.sourceline,
    )


_MEESTE = 100
"""More of one kind of objection is not told: the document is refused anyway."""


def bezwaren(wortel: etree._Element, octets: bytes) -> list[Bevinding]:
    """What is refused before the schema is asked (the first hundred of each kind); empty when there is nothing."""
    gevonden: list[Bevinding] = []
    wijzer = Padwijzer()
    for soort, wat in ((etree.Comment, "commentaar"), (etree.PI, "een verwerkingsinstructie")):
        melding = f"In het dossier staat {wat}. Dat is niet toegestaan; verwijder het."
        for knoop in islice(chain(_ernaast(wortel, soort), wortel.iter(soort)), _MEESTE):
            ouder = knoop.getparent()
            gevonden.append(fout(melding, wijzer.pad(wortel if ouder is None else ouder), knoop.sourceline))
    # Looking at every namespace costs as much as the rules: only when there is more than the one of the root.
    meer = _meer_naamruimten(wortel, octets)
    if meer and _XSI_ERGENS(wortel):
        melding = "Dit element heeft een xsi-attribuut (zoals xsi:type of xsi:nil). Dat mag niet; verwijder het."
        xsi = _XSI_ELEMENTEN(wortel)[:_MEESTE]
        gevonden += [fout(melding, wijzer.pad(element), element.sourceline) for element in xsi]
    if meer and (element := _met_relatieve_naamruimte(wortel)) is not None:
        gevonden.append(relatieve_naamruimte(wijzer.pad(element), element.sourceline))
    return gevonden


def _ernaast(wortel: etree._Element, soort: Any) -> Iterator[etree._Element]:
    """Processing instructions beside the root tell a reader what to do (a style sheet); a comment says nothing."""
    if soort is etree.PI:
        yield from wortel.itersiblings(soort, preceding=True)
        yield from wortel.itersiblings(soort)


def relatieve_naamruimte(plaats: str = DOCUMENT, regelnummer: int | None = None) -> Bevinding:
    """The finding for a namespace name that is no full URI: canonical XML has no answer to those."""
    melding = "Hier wordt een relatieve naamruimte verklaard. Dat mag niet; gebruik een volledige naamruimte."
    return fout(melding, plaats, regelnummer)


def _meer_naamruimten(wortel: etree._Element, octets: bytes) -> bool:
    """False when the one namespace of the root is the only one that is declared anywhere."""
    if len(wortel.nsmap) == 1 and _telt_een_verklaring(octets):
        return False
    eerste = octets.find(b"xmlns")
    return len(wortel.nsmap) != 1 or eerste < 0 or octets.find(b"xmlns", eerste + 5) >= 0


_VENSTER = 80
_NA_GELIJKTEKEN = frozenset(b"\"' \t\r\n")


def _telt_een_verklaring(octets: bytes) -> bool:
    """Tell at a glance that `xmlns` is declared once: True is certain, False means that this cannot tell.

    Looks only before each equals sign that a quote may follow, which is far less than all octets: a declaration has
    its name there, after white space, unless that name is longer than the window (which then has no two words).
    """
    gevonden, plek = 0, -1
    for _ in range(100):
        plek = octets.find(b"=", plek + 1)
        if plek < 0:
            return gevonden == 1
        if octets[plek + 1 : plek + 2] and octets[plek + 1] in _NA_GELIJKTEKEN:
            ervoor = octets[max(0, plek - _VENSTER) : plek]
            gevonden += b"xmlns" in ervoor or len(ervoor.split(None, 1)) < 2
    return False


def _met_relatieve_naamruimte(wortel: etree._Element) -> etree._Element | None:
    """The first element that declares one; `start-ns` tells declarations only, not all that are in scope."""
    relatief = False
    for _, wat in etree.iterwalk(wortel, events=("start-ns", "start")):
        if isinstance(wat, tuple):
            relatief = relatief or (bool(wat[1]) and _ABSOLUUT.match(wat[1]) is None)
        elif relatief:
            return wat
    return None


def tekstbezwaren(wortel: etree._Element, octets: bytes) -> list[Bevinding]:
    """Control characters (refused, with their position) and text that is not NFC (a warning: it is never edited).

    XML itself refuses the characters below U+0020 already; here are U+007F to U+009F, which no reader shows.
    Nearly every dossier is cleared on its octets; only then is each text looked at.
    """
    if octets.startswith(_UTF8_ALS_GELEZEN) and not _verwijst(octets) and _tekst_goed(octets):
        return []
    wijzer = Padwijzer()
    gevonden = (bevinding for element in wortel.iter() for bevinding in _in_element(element, wijzer))
    return list(islice(gevonden, _MEESTE))


_UTF8_ALS_GELEZEN = (b"<", b" ", b"\n", b"\r", b"\t", codecs.BOM_UTF8)
_ASCII = bytes(range(128))
_DEEL = 8_192  # most of a dossier is Base64: what is ASCII is passed over by the piece
_GEWONE_LEESTEKENS = re.compile("[\u00a0-\u02ff\u2010-\u205f\u20a0-\u20bf]*")
_KOP_U0300 = 0xCC  # lead byte of U+0300, the first character that can combine with one before it


def _verwijst(octets: bytes) -> bool:
    """True when characters may be written as a reference (`&#233;`), so that the octets do not show them."""
    plaats = octets.find(b"&")
    for _ in range(1_000):
        if plaats < 0:
            return False
        if octets[plaats + 1 : plaats + 2] == b"#":
            return True
        plaats = octets.find(b"&", plaats + 1)
    return True


def _tekst_goed(octets: bytes) -> bool:
    """True when the octets show that there is no control character and that all is NFC."""
    if b"\x7f" in octets or (b"\xc2" in octets and _C1.search(octets)):
        return False
    delen = (octets[plek : plek + _DEEL] for plek in range(0, len(octets), _DEEL))
    vreemd = b"".join([deel.translate(None, _ASCII) for deel in delen if not deel.isascii()])
    vreemd = vreemd.removeprefix(codecs.BOM_UTF8)
    if not vreemd or max(vreemd) < _KOP_U0300:
        return True
    if _GEWONE_LEESTEKENS.fullmatch(vreemd.decode("utf-8")):
        return True
    return unicodedata.is_normalized("NFC", octets.decode("utf-8"))


_C1 = re.compile(rb"\xc2[\x80-\x9f]")


def _in_element(element: etree._Element, wijzer: Padwijzer) -> Iterator[Bevinding]:
    naam = lokale_naam(element)
    for tekst in (element.text or "", *map(str, element.attrib.values())):
        if tekst.isascii() and "\x7f" not in tekst:
            continue
        if stuur := _STUURTEKEN.search(tekst):
            melding = f"In {naam} staat op positie {stuur.start() + 1} een stuurteken. Verwijder het."
            yield fout(melding, wijzer.pad(element), element.sourceline)
        if not unicodedata.is_normalized("NFC", tekst):
            melding = f"De tekst in {naam} is niet in Unicode-vorm NFC. Laat het bronsysteem hele letters leveren."
            yield Bevinding(REGEL_NFC, Ernst.WAARSCHUWING, wijzer.pad(element), element.sourceline, melding)
