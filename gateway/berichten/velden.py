"""Kinds of fields of which messages are made, and how each is read and written.

A message is a class of the domain plus its fields in the order of the XSD (`inhoud.py`). The three kinds below know
how to read themselves from the children of an element and how to write themselves to a `Schrijver`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lxml import etree

from gateway.berichten.pakket import Berichtpakket
from gateway.berichten.waarden import Waarde
from gateway.xmlio import lokale_naam

Kinderen = Mapping[str, Sequence[etree._Element]]


class Deel(Protocol):
    """A part of a message."""

    def lees(self, kinderen: Kinderen, pakket: Berichtpakket) -> dict[str, Any]:
        """Give the attributes that this part fills."""

    def schrijf(self, bericht: Any, ouder: etree._Element, pakket: Berichtpakket) -> None:
        """Append the elements of this part."""


def per_naam(element: etree._Element) -> Kinderen:
    """Children of an element by local name."""
    kinderen: dict[str, list[etree._Element]] = {}
    for kind in element.iterchildren("*"):
        kinderen.setdefault(lokale_naam(kind), []).append(kind)
    return kinderen


def voeg_toe(ouder: etree._Element, naam: str, pakket: Berichtpakket) -> etree._Element:
    """Append an element in the namespace of the pack, under the name that the pack gives it."""
    return etree.SubElement(ouder, f"{{{pakket.naamruimte}}}{pakket.naam(naam)}")


def _van(kinderen: Kinderen, naam: str, pakket: Berichtpakket) -> Sequence[etree._Element]:
    return kinderen.get(pakket.naam(naam), ())


@dataclass(frozen=True, slots=True)
class Veld:
    """One value: element `naam`, attribute `attribuut`; absent is None. `meer` makes it a tuple, empty when absent.

    In a pack that has no such element it is left out.
    """

    naam: str
    attribuut: str
    waarde: Waarde
    meer: bool = False

    def lees(self, kinderen: Kinderen, pakket: Berichtpakket) -> dict[str, Any]:
        """Give the value, None, or a tuple of values."""
        gelezen = tuple(self._uit(element, pakket) for element in _van(kinderen, self.naam, pakket))
        if self.meer:
            return {self.attribuut: gelezen}
        return {self.attribuut: gelezen[0] if gelezen else None}

    def schrijf(self, bericht: Any, ouder: etree._Element, pakket: Berichtpakket) -> None:
        """Append an element for each value."""
        waarde = getattr(bericht, self.attribuut)
        if not pakket.naam(self.naam):
            return
        for een in waarde if self.meer else () if waarde is None else (waarde,):
            tekst = self.waarde.voor(pakket.vormen).schrijf(een)
            if self.waarde.code:
                tekst = pakket.waarden.get(tekst, tekst)
            voeg_toe(ouder, self.naam, pakket).text = tekst

    def _uit(self, element: etree._Element, pakket: Berichtpakket) -> Any:
        tekst = "".join(element.xpath("text()")) if len(element) else element.text or ""
        if self.waarde.code:
            tekst = next((onze for onze, zijn in pakket.waarden.items() if zijn == tekst.strip()), tekst)
        return (self.waarde.voor(pakket.vormen) if pakket.vormen else self.waarde).lees(tekst)


@dataclass(frozen=True, slots=True)
class Groep:
    """An object of the domain: in an element of its own when `naam` is given, else in the message itself.

    In a pack that has no such element it stands in the message too, and is there when its first part is.
    """

    attribuut: str
    klasse: type
    delen: tuple[Deel, ...]
    naam: str | None = None
    meer: bool = False

    def lees(self, kinderen: Kinderen, pakket: Berichtpakket) -> dict[str, Any]:
        """Give the object, None, or a tuple of objects."""
        if self.naam is None:
            return {self.attribuut: maak(self.klasse, self.delen, kinderen, pakket)}
        if not pakket.naam(self.naam):
            er_is = any(waarde is not None for waarde in self.delen[0].lees(kinderen, pakket).values())
            return {self.attribuut: maak(self.klasse, self.delen, kinderen, pakket) if er_is else None}
        gelezen = tuple(
            maak(self.klasse, self.delen, per_naam(element), pakket) for element in _van(kinderen, self.naam, pakket)
        )
        if self.meer:
            return {self.attribuut: gelezen}
        return {self.attribuut: gelezen[0] if gelezen else None}

    def schrijf(self, bericht: Any, ouder: etree._Element, pakket: Berichtpakket) -> None:
        """Append the object or objects."""
        waarde = getattr(bericht, self.attribuut)
        for een in waarde if self.meer else () if waarde is None else (waarde,):
            los = self.naam is None or not pakket.naam(self.naam)
            doel = ouder if los else voeg_toe(ouder, self.naam or "", pakket)
            for deel in self.delen:
                deel.schrijf(een, doel, pakket)


@dataclass(frozen=True, slots=True)
class Samen:
    """Fields that are all there or all absent (an optional xs:sequence); the first one, never None, decides."""

    velden: tuple[Veld, ...]

    def lees(self, kinderen: Kinderen, pakket: Berichtpakket) -> dict[str, Any]:
        """Give all of them, or leave them as the class has them."""
        gelezen: dict[str, Any] = {}
        for veld in self.velden:
            gelezen.update(veld.lees(kinderen, pakket))
        return {} if gelezen[self.velden[0].attribuut] is None else gelezen

    def schrijf(self, bericht: Any, ouder: etree._Element, pakket: Berichtpakket) -> None:
        """Append all of them, or none."""
        if getattr(bericht, self.velden[0].attribuut) is not None:
            for veld in self.velden:
                veld.schrijf(bericht, ouder, pakket)


@dataclass(frozen=True, slots=True)
class Keuze:
    """One attribute that is of one of several classes, each with its own part (an xs:choice)."""

    attribuut: str
    opties: tuple[tuple[type, Deel], ...]

    def lees(self, kinderen: Kinderen, pakket: Berichtpakket) -> dict[str, Any]:
        """Give what is there; the XSD has seen to it that it is exactly one."""
        for _, deel in self.opties:
            gelezen = deel.lees(kinderen, pakket)
            if gelezen[self.attribuut] is not None:
                return gelezen
        return {self.attribuut: None}

    def schrijf(self, bericht: Any, ouder: etree._Element, pakket: Berichtpakket) -> None:
        """Append what is there, by its class."""
        waarde = getattr(bericht, self.attribuut)
        for klasse, deel in self.opties:
            if isinstance(waarde, klasse):
                deel.schrijf(bericht, ouder, pakket)


def maak(klasse: type, delen: tuple[Deel, ...], kinderen: Kinderen, pakket: Berichtpakket) -> Any:
    """Make an object of the domain out of the children of an element."""
    waarden: dict[str, Any] = {}
    for deel in delen:
        waarden.update(deel.lees(kinderen, pakket))
    return klasse(**waarden)
