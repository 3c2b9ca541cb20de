"""Requests and answers as objects of the domain, to octets and back."""

from __future__ import annotations

from typing import TypeVar

from lxml import etree

from gateway.berichten import envelop
from gateway.berichten.fout import BerichtOngeldig
from gateway.berichten.inhoud import ANTWOORDEN, VERZOEKEN, Bericht
from gateway.berichten.pakket import Berichtpakket
from gateway.berichten.velden import maak, per_naam
from gateway.domain.overdracht import Documentantwoord

_B = TypeVar("_B")


def ontleed(verzoek: envelop.Verzoek, pakket: Berichtpakket, klasse: type[_B]) -> _B:
    """Give a request as an object of the domain, which must be of `klasse`. Raises `BerichtOngeldig`."""
    return _uit(VERZOEKEN[verzoek.operatie], verzoek.element, pakket, klasse)


def verzoekelement(operatie: str, verzoek: object, pakket: Berichtpakket) -> etree._Element:
    """Make the Body child of a request."""
    return _element(f"{operatie}Request", VERZOEKEN[operatie], verzoek, pakket)


def schrijf_verzoek(operatie: str, verzoek: object, pakket: Berichtpakket) -> bytes:
    """Write a request in its envelope."""
    return envelop.schrijf(verzoekelement(operatie, verzoek, pakket))


def lees_antwoord(
    octets: bytes, operatie: str, pakket: Berichtpakket, klasse: type[_B], *, maximum: int = envelop.MAX_BERICHT
) -> _B:
    """Read the answer to a request of ours.

    Raises `envelop.PeerFout` for a fault and `BerichtFout` for what is no valid answer, too little of it included.
    """
    element = envelop.lees_antwoord(octets, pakket, operatie, maximum=maximum)
    return _uit(ANTWOORDEN[operatie], element, pakket, klasse)


def schrijf_antwoord(operatie: str, antwoord: object, pakket: Berichtpakket) -> bytes:
    """Write an answer in its envelope."""
    if isinstance(antwoord, Documentantwoord):
        return b"".join(schrijf_documentantwoord(antwoord, pakket))
    return envelop.schrijf(_element(f"{operatie}Response", ANTWOORDEN[operatie], antwoord, pakket))


def schrijf_documentantwoord(antwoord: Documentantwoord, pakket: Berichtpakket) -> tuple[bytes, bytes, bytes]:
    """Write a `documentResponse` as octets before, octets of the dossier (unchanged), octets after.

    The dossier is not parsed. Around it stand prefixed elements only, no default namespace: the dossier's own
    declarations keep their meaning and its exclusive canonical form stays what was stored.
    """
    geheel = envelop.schrijf(_element("documentResponse", ANTWOORDEN["document"], antwoord, pakket))
    if antwoord.octets is None:
        return geheel, b"", b""
    # Every value is escaped, so the empty element that we wrote ourselves is the only place that looks like this.
    naam = f"{_VOORVOEGSEL}:{pakket.naam('document')}".encode()
    voor, _, na = geheel.partition(b"<" + naam + b"/>")
    return voor + b"<" + naam + b">", antwoord.octets, b"</" + naam + b">" + na


_VOORVOEGSEL = "o"


def _element(naam: str, bericht: Bericht, inhoud: object, pakket: Berichtpakket) -> etree._Element:
    if not isinstance(inhoud, bericht.klasse):
        raise TypeError(f"{naam} wordt gemaakt van {bericht.klasse.__name__}, niet van {type(inhoud).__name__}")
    element = etree.Element(f"{{{pakket.naamruimte}}}{naam}", nsmap={_VOORVOEGSEL: pakket.naamruimte})
    for deel in bericht.delen:
        deel.schrijf(inhoud, element, pakket)
    return element


def _uit(bericht: Bericht, element: etree._Element, pakket: Berichtpakket, klasse: type[_B]) -> _B:
    gemaakt = maak(bericht.klasse, bericht.delen, per_naam(element), pakket)
    if not isinstance(gemaakt, klasse):
        raise BerichtOngeldig
    return gemaakt
