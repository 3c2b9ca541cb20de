"""A dossier as a page that people can read: for the parents' inzage and for a check by eye.

Everything of the dossier is on the page, in the order of the sections that the pack names; what no section names comes
at the end. Attachments are listed with their size; their content is not on the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from lxml import etree
from lxml.html import builder as h

from gateway.domain.beoordeling import Beoordeling, Ernst
from gateway.gegevensset.bijlagen import BijlageGrenzen, controleer
from gateway.gegevensset.pakket import Pakket
from gateway.gegevensset.regels import anker
from gateway.gegevensset.toetser import Toetser
from gateway.gegevensset.weergave_opbouw import Bijlage, Opbouw
from gateway.gegevensset.weergave_pagina import met_klasse, pagina, tabel, tekst
from gateway.gegevensset.weergave_waarden import Sectie, Woorden, datum, lees_woorden
from gateway.xmlio import lees, lokale_naam

_MAX_ELEMENTEN: Final = 10_000
"""A dossier of an official example has about 800; far more is no dossier of a pupil."""


class NietWeerTeGeven(ValueError):
    """The octets are no dossier of an installed version; the message is a Dutch sentence without its content."""


def maak_pagina(octets: bytes, toetser: Toetser) -> str:
    """Make the HTML page of a dossier, whether or not it is geldig; the page says so.

    Raises `NietWeerTeGeven` when the octets are refused before the rules (not XML, comments inside, unknown
    version) or hold far more than a dossier does.
    """
    beoordeling = toetser.rapporteer(octets)
    if beoordeling.rapport.pakket is None or any(b.regel == "XML" for b in beoordeling.rapport.bevindingen):
        raise NietWeerTeGeven(beoordeling.rapport.bevindingen[0].melding)
    dossier = lees(octets)
    if sum(1 for _ in islice(dossier.iter(), _MAX_ELEMENTEN + 1)) > _MAX_ELEMENTEN:
        raise NietWeerTeGeven(f"Dit dossier heeft meer dan {_MAX_ELEMENTEN} elementen; dat wordt geen leesbare pagina.")
    pakket = toetser.pakketten.voor(dossier)
    if pakket is None:
        raise NietWeerTeGeven("De versie van dit dossier is niet geïnstalleerd.")
    opbouw = Opbouw(lees_woorden(pakket), _groottes(dossier, pakket, beoordeling))
    inhoud = [_oordeel(beoordeling), *_secties(dossier, opbouw)]
    inhoud[-1:-1] = _bijlagen(opbouw.bijlagen)
    gemaakt = datum(dossier.findtext(pakket.plek("datum")) or "")
    profiel = f" · profiel {beoordeling.rapport.profiel}" if beoordeling.rapport.profiel else ""
    return pagina(
        "Overdrachtsdossier",
        f"Gemaakt op {gemaakt}{profiel} · gegevensset {pakket.versie}",
        inhoud,
        "Dit is een leesbare weergave. Wat de scholen uitwisselen, is het dossier zelf met zijn bijlagen.",
        inhoudsopgave=True,
    )


def _groottes(dossier: etree._Element, pakket: Pakket, beoordeling: Beoordeling) -> dict[str, int | None]:
    """Sizes of the attachments by path; a dossier that the XSD refuses is looked at here."""
    bijlagen = beoordeling.bijlagen
    if not bijlagen:
        _, bijlagen = controleer(dossier, pakket, BijlageGrenzen())
    return {bijlage.pad: bijlage.grootte for bijlage in bijlagen}


def _oordeel(beoordeling: Beoordeling) -> etree._Element:
    fouten = sum(bevinding.ernst is Ernst.FOUT for bevinding in beoordeling.rapport.bevindingen)
    if beoordeling.rapport.geldig:
        return met_klasse(h.P("Dit dossier voldoet aan de afspraken van deze gegevensset."), "melding goed")
    wat = "een fout" if fouten == 1 else f"{fouten} fouten"
    return met_klasse(h.P(f"Dit dossier is niet geldig: bij de controle is {wat} gevonden."), "melding fout")


def _secties(dossier: etree._Element, opbouw: Opbouw) -> Iterator[etree._Element]:
    """The sections of the pack, then one with what they leave over, if anything."""
    getoond: set[etree._Element] = set()
    for sectie in opbouw.woorden.secties:
        bron = _zoek(dossier, sectie.van, opbouw.woorden)
        kinderen = _kinderen(bron, sectie) if bron is not None else []
        getoond.update(kinderen)
        if kinderen:
            yield _sectie(sectie.titel, kinderen, opbouw)
    rest = list(_rest(dossier, getoond))
    if rest:
        yield _sectie("Overige gegevens", rest, opbouw)


def _zoek(dossier: etree._Element, van: str, woorden: Woorden) -> etree._Element | None:
    return dossier if van == "." else dossier.find(woorden.pakket.zoekpad(van))


def _kinderen(bron: etree._Element, sectie: Sectie) -> list[etree._Element]:
    """The children that the section names, in its order; equal names in document order."""
    plaats = {naam: nummer for nummer, naam in enumerate(sectie.velden)}
    gevonden = [kind for kind in bron if lokale_naam(kind) in plaats]
    return sorted(gevonden, key=lambda kind: plaats[lokale_naam(kind)])


def _rest(element: etree._Element, getoond: set[etree._Element]) -> Iterator[etree._Element]:
    """What is not shown and holds nothing that is."""
    for kind in element:
        if kind in getoond:
            continue
        if any(onder in getoond for onder in kind.iterdescendants()):
            yield from _rest(kind, getoond)
        else:
            yield kind


def _sectie(titel: str, kinderen: list[etree._Element], opbouw: Opbouw) -> etree._Element:
    opbouw.waar = titel
    kop = h.H2(tekst(titel), id=anker(titel))
    deel = etree.Element("section")
    deel.append(kop)
    alleen = kinderen[0] if len(kinderen) == 1 and len(kinderen[0]) else None
    if alleen is not None and not opbouw.is_bijlage(alleen):  # the heading of the section already names it
        deel.extend(opbouw.inhoud(alleen))
    else:
        deel.extend(opbouw.delen(kinderen))
    return deel


def _bijlagen(bijlagen: list[Bijlage]) -> list[etree._Element]:
    deel = etree.Element("section")
    deel.append(h.H2("Bijlagen", id="bijlagen"))
    if not bijlagen:
        deel.append(h.P("Dit dossier heeft geen bijlagen."))
        return [deel]
    rijen = [
        (str(b.nummer), tekst(b.bestandsnaam), tekst(b.omschrijving), b.waar, met_klasse(h.SPAN(b.maat), "merk"))
        for b in bijlagen
    ]
    lijst = tabel("", ("Nr.", "Bestand", "Omschrijving", "Hoort bij", "Grootte"), rijen)
    for nummer, rij in enumerate(lijst.iterfind("tbody/tr"), 1):
        rij.set("id", f"bijlage-{nummer}")
    deel.append(lijst)
    return [deel]
