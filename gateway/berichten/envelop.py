"""Read and write SOAP 1.1 envelopes with exactly one Body child (`messages.md`, first paragraphs)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from lxml import etree

from gateway.berichten.fout import (
    SOAP11,
    BerichtFout,
    BerichtOngeldig,
    KopNietBegrepen,
    OperatieOnbekend,
    SoapVersieAnders,
    TeGroot,
    VersieOnbekend,
)
from gateway.berichten.pakket import Berichtpakket
from gateway.xmlio import Grenzen, OnleesbareXml, Reden, lees, lokale_naam

INHOUDSTYPE = "text/xml; charset=utf-8"
MAX_BERICHT = 64 * 1024 * 1024

_ENVELOPE, _HEADER, _BODY, _FAULT = (f"{{{SOAP11}}}{naam}" for naam in ("Envelope", "Header", "Body", "Fault"))
_MOET = f"{{{SOAP11}}}mustUnderstand"


@dataclass(frozen=True, slots=True)
class Verzoek:
    """A request that is valid by the XSD: its name without `Request`, and its element."""

    operatie: str
    element: etree._Element


class PeerFout(Exception):
    """The other side answered with a SOAP Fault; `code` as it gave it when that is one we know, else None."""

    def __init__(self, soapcode: str, code: str | None, fout_id: str | None) -> None:
        super().__init__("De andere partij antwoordde met een SOAP Fault.")
        self.soapcode = soapcode
        self.code = code
        self.fout_id = fout_id


def is_tekst_xml(inhoudstype: str | None) -> bool:
    """Tell whether a Content-Type is one that we take: `text/xml`, charset UTF-8, UTF-16 or none."""
    soort, *parameters = (inhoudstype or "").split(";")
    if soort.strip().lower() != "text/xml":
        return False
    for parameter in parameters:
        naam, _, waarde = parameter.partition("=")
        if naam.strip().lower() == "charset" and waarde.strip().strip('"').lower() not in ("utf-8", "utf-16"):
            return False
    return True


def lees_verzoek(
    octets: bytes,
    pakket: Berichtpakket,
    dienst: str,
    *,
    begrepen: Collection[str] = (),
    maximum: int = MAX_BERICHT,
) -> Verzoek:
    """Read a request for a service of a pack.

    `begrepen` are names (`{ns}local`) of header blocks that the caller handles. Raises `BerichtFout`.
    """
    return verzoek_uit(lees_envelop(octets, maximum=maximum), pakket, dienst, begrepen=begrepen)


def lees_envelop(octets: bytes, *, maximum: int = MAX_BERICHT) -> etree._Element:
    """Read an envelope and look no further than its name. Raises `BerichtFout`."""
    try:
        wortel = lees(octets, Grenzen(octetten=maximum, verwerkingsinstructies=False))
    except OnleesbareXml as fout:
        raise _als_fout(fout) from None
    _eis_envelop(wortel)
    return wortel


def verzoek_uit(
    wortel: etree._Element, pakket: Berichtpakket, dienst: str, *, begrepen: Collection[str] = ()
) -> Verzoek:
    """Take the request out of an envelope that has been read (by a caller that checks signatures first)."""
    kop, element = _open(wortel)
    _eis_koppen(kop, begrepen)
    naam = etree.QName(element)
    operatie = naam.localname.removesuffix("Request")
    if naam.namespace != pakket.naamruimte:
        raise VersieOnbekend if _andere_versie(naam.namespace, pakket.naamruimte) else OperatieOnbekend
    if operatie == naam.localname or operatie not in pakket.diensten[dienst]:
        raise OperatieOnbekend
    _controleer(element, pakket)
    return Verzoek(operatie, element)


def lees_antwoord(octets: bytes, pakket: Berichtpakket, operatie: str, *, maximum: int = MAX_BERICHT) -> etree._Element:
    """Read the answer to our own request; the answer of a hostile peer is as good as none.

    Raises `PeerFout` for a SOAP Fault and `BerichtFout` for everything that is no valid answer to `operatie`.
    """
    try:
        wortel = lees(octets, Grenzen(octetten=maximum, verwerkingsinstructies=False))
    except OnleesbareXml as fout:
        raise _als_fout(fout) from None
    kop, element = _open(wortel)
    _eis_koppen(kop, ())
    if element.tag == _FAULT:
        raise _peerfout(element, pakket)
    if element.tag != f"{{{pakket.naamruimte}}}{operatie}Response":
        raise BerichtOngeldig("Het antwoord hoort niet bij het verzoek.")
    _controleer(element, pakket)
    return element


def schrijf(element: etree._Element) -> bytes:
    """Write a message in an envelope, without Header."""
    envelop = etree.Element(_ENVELOPE, nsmap={"soapenv": SOAP11})
    etree.SubElement(envelop, _BODY).append(element)
    return etree.tostring(envelop, encoding="UTF-8", xml_declaration=True)


def _als_fout(fout: OnleesbareXml) -> BerichtFout:
    waar = "" if fout.regelnummer is None else f" (regel {fout.regelnummer})"
    soort = TeGroot if fout.reden is Reden.TE_GROOT else BerichtOngeldig
    return soort(f"{fout.melding}{waar}")


def _open(wortel: etree._Element) -> tuple[etree._Element | None, etree._Element]:
    """Give Header (or None) and the one Body child of an envelope that has nothing else."""
    _eis_envelop(wortel)
    delen = _kinderen(wortel)
    kop = delen.pop(0) if delen and delen[0].tag == _HEADER else None
    if len(delen) != 1 or delen[0].tag != _BODY:
        raise BerichtOngeldig("Een envelop heeft hoogstens één Header en daarna precies één Body.")
    inhoud = _kinderen(delen[0])
    if len(inhoud) != 1:
        raise BerichtOngeldig("De Body van de envelop heeft precies één element nodig.")
    return kop, inhoud[0]


def _eis_envelop(wortel: etree._Element) -> None:
    if wortel.tag != _ENVELOPE:
        if lokale_naam(wortel) == "Envelope":
            raise SoapVersieAnders
        raise BerichtOngeldig("Het bericht is geen SOAP-envelop. Verstuur het in een envelop van SOAP 1.1.")


def _kinderen(element: etree._Element) -> list[etree._Element]:
    """Element children; text between them is refused, comments are passed over."""
    teksten = [element.text, *(kind.tail for kind in element)]
    if any(tekst and tekst.strip(" \t\r\n") for tekst in teksten):
        raise BerichtOngeldig("Er staat losse tekst in de envelop. Verwijder die.")
    return list(element.iterchildren("*"))


def _eis_koppen(kop: etree._Element | None, begrepen: Collection[str]) -> None:
    for blok in () if kop is None else kop.iterchildren("*"):
        if blok.get(_MOET, "0").strip() != "0" and blok.tag not in begrepen:
            raise KopNietBegrepen


def _andere_versie(gevonden: str | None, eigen: str) -> bool:
    """Tell whether a namespace is that of another version: it ends in the same family name and a version."""
    return gevonden is not None and gevonden.split("/")[-2:-1] == eigen.split("/")[-2:-1]


def _controleer(element: etree._Element, pakket: Berichtpakket) -> None:
    for commentaar in element.iter(etree.Comment):
        ouder = commentaar.getparent()
        # The dossier inside a message has its own judge; here only our own values count.
        if ouder is not None and etree.QName(ouder).namespace == pakket.naamruimte and _is_waarde(ouder):
            raise BerichtOngeldig("Er staat commentaar in een waarde. Verwijder het commentaar.")
    pakket.controleer(element)


def _is_waarde(element: etree._Element) -> bool:
    return next(element.iterchildren("*"), None) is None and bool("".join(element.itertext()).strip())


def _peerfout(element: etree._Element, pakket: Berichtpakket) -> PeerFout:
    detail = element.find(f"detail/{{{pakket.naamruimte}}}fout")
    code = fout_id = None
    if detail is not None:
        try:
            pakket.controleer(detail)
            fout_id, code = ((kind.text or "").strip() for kind in detail.iterchildren("*"))
        except BerichtFout:
            code = fout_id = None
    soapcode = (element.findtext("faultcode") or "").strip().rpartition(":")[2]
    return PeerFout(soapcode if soapcode in _SOAPCODES else "onbekend", code, fout_id)


_SOAPCODES = frozenset({"Client", "Server", "MustUnderstand", "VersionMismatch"})
