"""What changed between two dossiers, by section; never a value.

A section is a block of the dossier at most three levels deep, such as `huidigeschool/leerling/verzuim`; the loose
fields of a block together are a section too, under the name of the block. The moment at which the dossier was put
together (`metadata/datum`) is no change.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from gateway.domain.ophaling import Sectieverschil
from gateway.xmlio import Grenzen, canoniek, lees, lokale_naam

_DIEPTE: Final = 3
_GEEN_WIJZIGING: Final = frozenset({"metadata/datum"})
_Secties = dict[str, list[bytes]]


class Dossiervergelijker:
    """The port `Vergelijker`. Safe to share between threads."""

    def __init__(self, grenzen: Grenzen | None = None) -> None:
        self._grenzen = grenzen or Grenzen()

    def verschillen(self, oud: bytes, nieuw: bytes) -> tuple[Sectieverschil, ...]:
        """Sections in which two valid dossiers differ: those of the new one in document order, then what is gone."""
        voor, na = self._secties(oud), self._secties(nieuw)
        gevonden = [
            Sectieverschil(naam, "gewijzigd" if naam in voor else "nieuw")
            for naam, inhoud in na.items()
            if voor.get(naam) != inhoud
        ]
        return (*gevonden, *(Sectieverschil(naam, "vervallen") for naam in voor if naam not in na))

    def _secties(self, octets: bytes) -> _Secties:
        secties: _Secties = {}
        _verzamel(lees(octets, self._grenzen), "", 0, secties)
        return secties


def _verzamel(blok: etree._Element, plek: str, diepte: int, secties: _Secties) -> None:
    for kind in blok.iterchildren("*"):
        naam = f"{plek}/{lokale_naam(kind)}" if plek else lokale_naam(kind)
        if naam in _GEEN_WIJZIGING:
            continue
        is_blok = next(kind.iterchildren("*"), None) is not None
        if is_blok and diepte + 1 < _DIEPTE:
            secties.setdefault(naam, []).append(b"")  # the block itself, before its parts
            _verzamel(kind, naam, diepte + 1, secties)
        else:
            secties.setdefault(naam if is_blok or not plek else plek, []).append(canoniek(kind))
