"""Explain why a dossier does not fit the XSD: every place, its line, and a Dutch sentence saying what to do.

The XSD under libxml2 gives the verdict; this walks the table of facts that the XSD was made from. libxml2's own words
are of no use to a school (and stop at the first error in a block), and other validators crash on hostile input. No
sentence holds a value of the dossier, nor a name that it made up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from lxml import etree

from gateway.domain.beoordeling import Bevinding, Ernst
from gateway.gegevensset.model import Groep, Onderdeel
from gateway.gegevensset.pakket import Pakket
from gateway.gegevensset.waarden import past
from gateway.xmlio import Padwijzer, lokale_naam

REGEL = "XSD"
ALGEMEEN = "Het dossier voldoet niet aan het schema. Laat de leverancier het met het schema controleren."
"""What is said when the tables see nothing wrong and the schema does."""

_JANEE = ("true", "false")
_WIT = " \t\r\n"  # what XML calls white space; str.strip takes more


def leg_uit(wortel: etree._Element, pakket: Pakket, hoogstens: int) -> tuple[list[Bevinding], bool]:
    """The places where the dossier departs from the tables, in document order, and whether these are all.

    For a dossier that the XSD refused, so never empty: should the tables see nothing wrong, one finding says that the
    schema does.
    """
    uitleg = _Uitleg(pakket, hoogstens)
    try:
        uitleg.blok(wortel, pakket.model)
    except _Vol:
        return uitleg.bevindingen, False
    if not uitleg.bevindingen:
        uitleg.meld(wortel, ALGEMEEN)
    return uitleg.bevindingen, True


class _Vol(Exception):
    """There are as many findings as a report may hold: looking on is work that nobody sees."""


@dataclass(slots=True)
class _Plaats:
    """One place in the order of children: an element, or a group of them."""

    groep: Groep | None
    leden: dict[str, Onderdeel]

    @property
    def namen(self) -> str:
        return " of ".join(self.leden)


@dataclass(slots=True)
class _Uitleg:
    pakket: Pakket
    hoogstens: int
    bevindingen: list[Bevinding] = field(default_factory=list)
    wijzer: Padwijzer = field(default_factory=Padwijzer)

    def meld(
        self, element: etree._Element, melding: str, toegestaan: tuple[str, ...] = (), plaats: int | None = None
    ) -> None:
        """Keep a finding, at `plaats` in the list when what is said of a parent comes after its children."""
        if len(self.bevindingen) >= self.hoogstens:
            raise _Vol
        bevinding = Bevinding(REGEL, Ernst.FOUT, self.wijzer.pad(element), element.sourceline, melding, toegestaan)
        self.bevindingen.insert(len(self.bevindingen) if plaats is None else plaats, bevinding)

    def blok(self, element: etree._Element, onderdeel: Onderdeel) -> None:
        self._attributen(element, onderdeel)
        if onderdeel.type is not None:
            self._veld(element, onderdeel)
            return
        if any((tekst or "").strip(_WIT) for tekst in (element.text, *(kind.tail for kind in element))):
            self.meld(element, "Tussen de elementen staat losse tekst. Verwijder die tekst.")
        _Kinderen(self, element, onderdeel).bekijk()

    def _veld(self, element: etree._Element, onderdeel: Onderdeel) -> None:
        assert onderdeel.type is not None  # noqa: S101  # told to the type checker; blok() calls this for fields only
        if len(element):
            self.meld(element, f"In {onderdeel.naam} hoort alleen tekst te staan. Verwijder de elementen erin.")
            return
        tekst = element.text or ""
        if past(onderdeel.type, tekst):
            return
        weg = " Vul het in, of laat het element weg." if onderdeel.min == 0 else " Vul het in."
        hoe = f"{onderdeel.naam} is leeg." + weg if not tekst else f"De waarde van {onderdeel.naam} klopt niet."
        if tekst != tekst.strip(_WIT) and past(onderdeel.type, tekst.strip(_WIT)):
            hoe += " Verwijder de spaties en regeleinden eromheen."
        self.meld(element, f"{hoe} Verwacht: {onderdeel.type.verwacht}.", self._toegestaan(onderdeel))

    def _toegestaan(self, onderdeel: Onderdeel) -> tuple[str, ...]:
        if onderdeel.type is not None and onderdeel.type.basis == "xs:boolean":
            return _JANEE
        return self.pakket.codes_bij(onderdeel.pad)

    def _attributen(self, element: etree._Element, onderdeel: Onderdeel) -> None:
        bekend = {attribuut.naam.removeprefix("@"): attribuut for attribuut in onderdeel.attributen}
        for naam, waarde in element.attrib.items():
            attribuut = bekend.get(str(naam))
            if attribuut is None:
                self.meld(element, f"Op {onderdeel.naam} staat een attribuut dat daar niet hoort. Verwijder het.")
            elif attribuut.type is not None and not past(attribuut.type, str(waarde)):
                wat = f"Het attribuut {attribuut.naam.removeprefix('@')} van {onderdeel.naam} klopt niet."
                self.meld(element, f"{wat} Verwacht: {attribuut.type.verwacht}.")


class _Kinderen:
    """The children of one element against the order, number and choice of the table."""

    def __init__(self, uitleg: _Uitleg, element: etree._Element, onderdeel: Onderdeel) -> None:
        self._uitleg = uitleg
        self._element = element
        self._onderdeel = onderdeel
        self._plaatsen = [
            plaats
            for groep, leden in groupby(onderdeel.kinderen, key=lambda kind: kind.groep)
            for plaats in _plaatsen(groep, list(leden))
        ]
        self._nummer = {naam: nummer for nummer, plaats in enumerate(self._plaatsen) for naam in plaats.leden}
        self._aantal: Counter[str] = Counter()
        self._gevonden: list[str] = []

    def bekijk(self) -> None:
        laatste, begin = 0, len(self._uitleg.bevindingen)
        ruimte = f"{{{self._uitleg.pakket.naamruimte}}}"
        for kind in self._element:
            naam = lokale_naam(kind)
            nummer = self._nummer.get(naam)
            if nummer is None or kind.tag != ruimte + naam:
                self._onbekend(kind, nummer is not None)
                continue
            lid = self._plaatsen[nummer].leden[naam]
            if nummer < laatste:
                na = self._plaatsen[laatste].namen
                self._uitleg.meld(kind, f"{naam} staat op de verkeerde plaats: het hoort vóór {na}. Verplaats het.")
            laatste = max(laatste, nummer)
            self._tel(kind, lid, self._plaatsen[nummer])
            self._uitleg.blok(kind, lid)
        for plaats in reversed(self._plaatsen):
            if melding := self._mist(plaats):
                self._uitleg.meld(self._element, melding, plaats=begin)

    def _onbekend(self, kind: etree._Element, naam_bestaat: bool) -> None:
        waar = self._onderdeel.naam
        if naam_bestaat:
            self._uitleg.meld(
                kind, f"Dit element in {waar} heeft een verkeerde naamruimte. Gebruik die van het dossier."
            )
        else:
            wat = f"Dit element hoort niet in {waar}. Verwijder het, of zet het op de goede plaats."
            self._uitleg.meld(kind, wat, tuple(self._nummer))

    def _tel(self, kind: etree._Element, lid: Onderdeel, plaats: _Plaats) -> None:
        naam, groep = lid.naam, plaats.groep
        anderen = [ander for ander in plaats.leden if ander != naam and self._aantal[ander]]
        self._aantal[naam] += 1
        self._gevonden.append(naam)
        if groep is not None and groep.soort == "keuze" and anderen:
            self._uitleg.meld(kind, f"{naam} en {anderen[0]} mogen niet allebei voorkomen. Verwijder een van beide.")
        elif (groep is None or groep.soort == "keuze") and self._aantal[naam] > lid.max:
            self._uitleg.meld(kind, f"{naam} komt vaker voor dan {lid.max} keer. Verwijder wat te veel is.")

    def _mist(self, plaats: _Plaats) -> str | None:
        """What is missing at one place of the order, as a sentence."""
        waar = self._onderdeel.naam
        if plaats.groep is None:
            [lid] = plaats.leden.values()
            tekort = self._aantal[lid.naam] < lid.min
            return f"In {waar} ontbreekt het verplichte element {lid.naam}. Vul het aan." if tekort else None
        if plaats.groep.soort == "keuze":
            tekort = plaats.groep.min > 0 and not any(self._aantal[naam] for naam in plaats.leden)
            return f"In {waar} ontbreekt een van deze elementen: {plaats.namen}. Vul het aan." if tekort else None
        if _past_reeks([naam for naam in self._gevonden if naam in plaats.leden], plaats):
            return None
        return f"In {waar} is de reeks {', '.join(plaats.leden)} niet volledig of niet in die volgorde. Herstel haar."


def _plaatsen(groep: Groep | None, leden: Sequence[Onderdeel]) -> list[_Plaats]:
    if groep is None:
        return [_Plaats(None, {lid.naam: lid}) for lid in leden]
    return [_Plaats(groep, {lid.naam: lid for lid in leden})]


def _past_reeks(namen: Sequence[str], plaats: _Plaats) -> bool:
    """Match the children of a repeating run as a word, one character a name."""
    teken = {naam: chr(ord("a") + nummer) for nummer, naam in enumerate(plaats.leden)}
    ronde = "".join(
        teken[naam] + ("+" if lid.min else "*") if lid.max > 1 else teken[naam] + ("" if lid.min else "?")
        for naam, lid in plaats.leden.items()
    )
    minst = plaats.groep.min if plaats.groep else 1
    return re.fullmatch(f"(?:{ronde}){'+' if minst else '*'}", "".join(teken[naam] for naam in namen)) is not None
