"""The conditions of rules as functions: each kind of the vocabulary of `regels`, read as the official stylesheets do.

The text of a field as it is, without trimming; booleans as xs:boolean (`true` or `1`, blanks around them dropped).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from gateway.gegevensset.pakket import Pakket
from gateway.gegevensset.regels import Conditie

_WAAR = frozenset({"true", "1"})
_WIT = " \t\r\n"


Velden = Mapping[Any, etree._Element]
"""The children of the element at hand by tag (of namesakes the last): what rules ask for is there once."""

Vinder = Callable[[etree._Element, Velden, etree._Element], "etree._Element | None"]
Test = Callable[[etree._Element, Velden, etree._Element], bool]
"""Called with the element at hand, its fields, and the root element."""


class Vertaler:
    """Turns conditions of one pack into functions; the kinds that rules use most look in the fields themselves."""

    def __init__(self, pakket: Pakket) -> None:
        self._pakket = pakket
        self._voor = f"{{{pakket.naamruimte}}}"

    def vinder(self, veld: str) -> Vinder:
        """Give a function that finds a field: "." is the element itself, a path from the root starts with "/"."""
        if veld == ".":
            return lambda element, velden, wortel: element
        van_wortel = f"/{self._pakket.wortel}/"
        zoekpad = self._pakket.zoekpad(veld.removeprefix(van_wortel))
        if veld.startswith(van_wortel):
            return lambda element, velden, wortel: wortel.find(zoekpad)
        if "/" not in veld:
            return lambda element, velden, wortel: velden.get(zoekpad)
        eerste = self._voor + veld.partition("/")[0]
        return lambda element, velden, wortel: element.find(zoekpad) if eerste in velden else None

    def test(self, conditie: Conditie) -> Test:
        """Give the function that tells whether the condition holds. Raises `KeyError` for a list that is not there."""
        return _VERTALING[conditie.soort](self, conditie)

    def _aanwezig(self, conditie: Conditie) -> Test:
        afwezig = self._afwezig(conditie)
        return lambda element, velden, wortel: not afwezig(element, velden, wortel)

    def _afwezig(self, conditie: Conditie) -> Test:
        if not any("/" in veld or veld == "." for veld in conditie.waarde):
            namen = frozenset(map(self._pakket.zoekpad, conditie.waarde))
            return lambda element, velden, wortel: namen.isdisjoint(velden)
        vinders = [self.vinder(veld) for veld in conditie.waarde]
        return lambda element, velden, wortel: all(vind(element, velden, wortel) is None for vind in vinders)

    def _waar(self, conditie: Conditie) -> Test:
        vind = self.vinder(conditie.waarde)
        return lambda element, velden, wortel: _is_waar(vind(element, velden, wortel))

    def _niet_waar(self, conditie: Conditie) -> Test:
        vind = self.vinder(conditie.waarde)
        return lambda element, velden, wortel: not _is_waar(vind(element, velden, wortel))

    def _onwaar(self, conditie: Conditie) -> Test:
        vind = self.vinder(conditie.waarde)
        return lambda element, velden, wortel: (
            (gevonden := vind(element, velden, wortel)) is not None and not _is_waar(gevonden)
        )

    def _gelijk(self, conditie: Conditie) -> Test:
        vind, waarden = self.vinder(conditie["veld"]), frozenset(conditie["waarden"])
        return lambda element, velden, wortel: _tekst(vind(element, velden, wortel)) in waarden

    def _ongelijk(self, conditie: Conditie) -> Test:
        vind, waarden = self.vinder(conditie["veld"]), frozenset(conditie["waarden"])
        return lambda element, velden, wortel: _tekst(vind(element, velden, wortel)) not in waarden

    def _niet_in_lijst(self, conditie: Conditie) -> Test:
        vind, codes = self.vinder(conditie["veld"]), frozenset(self._pakket.codelijsten[conditie["lijst"]].codes)
        return lambda element, velden, wortel: _tekst(vind(element, velden, wortel)) not in codes

    def _korter(self, conditie: Conditie) -> Test:
        vind, tekens = self.vinder(conditie["veld"]), int(conditie["tekens"])
        return lambda element, velden, wortel: (
            (tekst := _tekst(vind(element, velden, wortel))) is not None and len(tekst) < tekens
        )

    def _langer(self, conditie: Conditie) -> Test:
        vind, tekens = self.vinder(conditie["veld"]), int(conditie["tekens"])
        return lambda element, velden, wortel: (
            (tekst := _tekst(vind(element, velden, wortel))) is not None and len(tekst) > tekens
        )

    def _zonder(self, conditie: Conditie) -> Test:
        vind, deel = self.vinder(conditie["veld"]), str(conditie["tekst"])
        return lambda element, velden, wortel: (
            (tekst := _tekst(vind(element, velden, wortel))) is not None and deel not in tekst
        )

    def _past_niet(self, conditie: Conditie) -> Test:
        vind, patroon = self.vinder(conditie["veld"]), re.compile(conditie["patroon"])
        return lambda element, velden, wortel: (
            (tekst := _tekst(vind(element, velden, wortel))) is not None and patroon.search(tekst) is None
        )

    def _voor_schooljaar(self, conditie: Conditie) -> Test:
        """A date lies before the school year that is `jaren_terug` before the school year of the reference date."""
        vind, peil = self.vinder(conditie["veld"]), self.vinder(conditie["peildatum"])
        maand, dag = (int(deel) for deel in conditie["begin"].split("-"))
        terug = int(conditie["jaren_terug"])

        def test(element: etree._Element, velden: Velden, wortel: etree._Element) -> bool:
            datum, peildatum = (
                _datum(_tekst(vind(element, velden, wortel))),
                _datum(_tekst(peil(element, velden, wortel))),
            )
            if datum is None or peildatum is None:
                return False
            begin = peildatum[0] - (1 if peildatum[1:] < (maand, dag) else 0)
            return datum < (begin - terug, maand, dag)

        return test


_VERTALING: Mapping[str, Callable[[Vertaler, Conditie], Test]] = {
    "aanwezig": Vertaler._aanwezig,
    "afwezig": Vertaler._afwezig,
    "waar": Vertaler._waar,
    "niet_waar": Vertaler._niet_waar,
    "onwaar": Vertaler._onwaar,
    "gelijk": Vertaler._gelijk,
    "ongelijk": Vertaler._ongelijk,
    "niet_in_lijst": Vertaler._niet_in_lijst,
    "korter": Vertaler._korter,
    "langer": Vertaler._langer,
    "zonder": Vertaler._zonder,
    "past_niet": Vertaler._past_niet,
    "voor_schooljaar": Vertaler._voor_schooljaar,
}


def _tekst(element: etree._Element | None) -> str | None:
    return None if element is None else element.text or ""


def _is_waar(element: etree._Element | None) -> bool:
    return element is not None and (element.text or "").strip(_WIT) in _WAAR


_DATUM = re.compile(r"(-?[0-9]{4,})-([0-9]{2})-([0-9]{2})")


def _datum(tekst: str | None) -> tuple[int, int, int] | None:
    """Year, month and day of an xs:date; a time zone is left out, as no school writes one."""
    gevonden = _DATUM.match((tekst or "").strip(_WIT))
    # a year of thousands of digits is no date, and costs more than it is worth to convert
    return (int(gevonden[1]), int(gevonden[2]), int(gevonden[3])) if gevonden and len(gevonden[1]) < 20 else None
