"""From the elements of a dossier to parts of a page: fields, cards, tables, links to attachments.

Nothing here knows an element by name, but the attachment block that the pack names: fields become a list, blocks that
repeat and are flat become a table, other blocks become cards within each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from lxml import etree
from lxml.html import builder as h

from gateway.gegevensset.bijlagen import in_mb
from gateway.gegevensset.weergave_pagina import Deel, met_klasse, tabel, tekst
from gateway.gegevensset.weergave_waarden import Woorden
from gateway.xmlio import Padwijzer, lokale_naam

_MAX_KOLOMMEN: Final = 8
_INDEX: Final = re.compile(r"\[[0-9]+\]")
_KOPPEN: Final = (h.H3, h.H4, h.H5, h.H6)
_GEHEIM: Final = ("geheim", "nummer")


@dataclass(frozen=True, slots=True)
class Bijlage:
    """An attachment as the page lists it; `grootte` in bytes, None when it cannot be read."""

    nummer: int
    bestandsnaam: str
    omschrijving: str
    waar: str
    grootte: int | None

    @property
    def maat(self) -> str:
        """Size for people."""
        return "niet leesbaar" if self.grootte is None else in_mb(self.grootte)


@dataclass(slots=True)
class Opbouw:
    """Builds the parts of one dossier; collects the attachments on the way, in reading order."""

    woorden: Woorden
    groottes: dict[str, int | None]
    bijlagen: list[Bijlage] = field(default_factory=list)
    waar: str = ""
    _wijzer: Padwijzer = field(default_factory=Padwijzer)

    def delen(self, kinderen: Sequence[etree._Element], niveau: int = 0) -> Iterator[etree._Element]:
        """Show these siblings: runs of fields as one list, runs of blocks of one name together."""
        for is_veld, reeks in groupby(kinderen, key=_is_veld):
            if is_veld:
                yield self._velden(reeks)
                continue
            for _, gelijk in groupby(reeks, key=lambda kind: kind.tag):
                yield from self._blokken(list(gelijk), niveau)

    def inhoud(self, blok: etree._Element, niveau: int = 0) -> Iterator[etree._Element]:
        """Show what is in a block whose name is already said."""
        samen = self._samen(blok)
        if samen is not None:
            yield samen
        elif _is_lijst(blok):
            yield from self._lijst(list(blok), niveau)
        else:
            yield from self.delen(list(blok), niveau)

    def _samen(self, blok: etree._Element) -> etree._Element | None:
        """All fields of a block with small blocks inside as one list, where their names tell them apart."""
        if all(map(_is_veld, blok)) or any(_is_lijst(onder) for onder in blok.iter("*")):
            return None
        rij = self._platte_rij(blok)
        if rij is None:
            return None
        namen = [self.woorden.naam_van(sleutel.rpartition("/")[2]) for sleutel in rij]
        if len(set(namen)) < len(namen):
            return None
        lijst = h.DL()
        for naam, waarde in zip(namen, rij.values(), strict=True):
            lijst.extend((h.DT(tekst(naam)), h.DD(waarde)))
        return lijst

    def _pad(self, element: etree._Element) -> str:
        return _INDEX.sub("", self._wijzer.pad(element))

    def _velden(self, velden: Iterable[etree._Element]) -> etree._Element:
        lijst = h.DL()
        for naam, gelijk in groupby(velden, key=self.woorden.naam):
            lijst.append(h.DT(tekst(naam)))
            lijst.append(h.DD(", ".join(map(self._waarde, gelijk))))
        return lijst

    def _waarde(self, veld: etree._Element) -> str:
        if lokale_naam(veld) == _GEHEIM[1] and _is_geheim(veld):
            return "geheim"
        return tekst(self.woorden.waarde(veld, self._pad(veld))) or "—"

    def _blokken(self, blokken: list[etree._Element], niveau: int) -> Iterator[etree._Element]:
        """Blocks of one name: attachments, a list around others, a table, or a card each."""
        naam = self.woorden.naam(blokken[0])
        if self.is_bijlage(blokken[0]):
            yield h.UL(*(h.LI(self._verwijzing(blok)) for blok in blokken))
            return
        if len(blokken) == 1 and _is_lijst(blokken[0]):
            yield _kop(niveau, naam)
            yield from self._lijst(list(blokken[0]), niveau + 1)
            return
        tabel_ = self._tabel(blokken) if len(blokken) > 1 else None
        if tabel_ is not None:
            if not niveau:
                yield _kop(niveau, naam)
            yield tabel_
            return
        for nummer, blok in enumerate(blokken, 1):
            yield _kop(niveau, f"{naam} {nummer}" if len(blokken) > 1 else naam)
            yield met_klasse(h.DIV(*self.inhoud(blok, niveau + 1)), "kaart")

    def _lijst(self, blokken: list[etree._Element], niveau: int) -> Iterator[etree._Element]:
        """Blocks under a heading that names them all: a table, or cards; a single one needs no heading of its own."""
        tabel_ = None if self.is_bijlage(blokken[0]) else self._tabel(blokken)
        if tabel_ is not None:
            yield tabel_
        elif len(blokken) == 1 and not self.is_bijlage(blokken[0]):
            yield met_klasse(h.DIV(*self.inhoud(blokken[0], niveau)), "kaart")
        else:
            yield from self._blokken(blokken, niveau)

    def _tabel(self, blokken: list[etree._Element]) -> etree._Element | None:
        """A table when each block is flat and there are few columns in all; otherwise None."""
        rijen = [self._platte_rij(blok) for blok in blokken]
        kolommen = list(dict.fromkeys(sleutel for rij in rijen if rij is not None for sleutel in rij))
        if any(rij is None for rij in rijen) or len(kolommen) > _MAX_KOLOMMEN:
            return None
        koppen = [self.woorden.naam_van(kolom.rpartition("/")[2]) for kolom in kolommen]
        return tabel("", koppen, [[rij.get(kolom, "") for kolom in kolommen] for rij in rijen if rij is not None])

    def _platte_rij(self, blok: etree._Element) -> dict[str, Deel] | None:
        """The fields in a block by relative path, through blocks that occur once; None when it is not flat."""
        rij: dict[str, Deel] = {}
        for element in blok.iterdescendants("*"):
            if element.getparent() is not blok and self._in_bijlage(element):
                continue
            sleutel = self._pad(element).removeprefix(self._pad(blok) + "/")
            if self.is_bijlage(element) or sleutel in rij:
                return None
            if _is_veld(element):
                rij[sleutel] = self._waarde(element)
        return rij

    def is_bijlage(self, element: etree._Element) -> bool:
        """True for an attachment block."""
        return lokale_naam(element) == self.woorden.pakket.documenten.blok

    def _in_bijlage(self, element: etree._Element) -> bool:
        ouder = element.getparent()
        return ouder is not None and self.is_bijlage(ouder)

    def _verwijzing(self, blok: etree._Element) -> etree._Element:
        """Note the attachment and give a link to its row in the list of attachments."""
        namen = self.woorden.pakket.documenten
        ruimte = f"{{{self.woorden.pakket.naamruimte}}}"
        bijlage = Bijlage(
            nummer=len(self.bijlagen) + 1,
            bestandsnaam=blok.findtext(ruimte + namen.bestandsnaam) or "",
            omschrijving=blok.findtext(ruimte + namen.omschrijving) or "",
            waar=self.waar,
            grootte=self.groottes.get(self._wijzer.pad(blok)),
        )
        self.bijlagen.append(bijlage)
        link = h.A(tekst(bijlage.bestandsnaam), href=f"#bijlage-{bijlage.nummer}")
        return met_klasse(h.SPAN(link, tekst(f" ({bijlage.maat})")), "bijlage")


def _kop(niveau: int, naam: str) -> etree._Element:
    return _KOPPEN[min(niveau, len(_KOPPEN) - 1)](tekst(naam))


def _is_veld(element: etree._Element) -> bool:
    return len(element) == 0


def _is_lijst(element: etree._Element) -> bool:
    """A block that only holds blocks of one name."""
    return len({kind.tag for kind in element}) == 1 and not any(map(_is_veld, element))


def _is_geheim(veld: etree._Element) -> bool:
    ouder = veld.getparent()
    if ouder is None:
        return False
    return any(lokale_naam(kind) == _GEHEIM[0] and (kind.text or "").strip() in ("true", "1") for kind in ouder)
