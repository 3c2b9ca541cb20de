"""The conditions of rules as functions: each kind of the vocabulary of `regels`, read as the official stylesheets do.

The text of a field as it is, without trimming; booleans as xs:boolean (`true` or `1`, blanks around them dropped).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lxml import etree

from gateway.gegevensset.pakket import Pakket
from gateway.gegevensset.regels import Conditie

_WAAR = frozenset({"true", "1"})
_WIT = " \t\r\n"


Velden = Mapping[Any, etree._Element]
"""The children of the element at hand by tag (of namesakes the last): what rules ask for is there once."""

Wortelvelden = Mapping[str, "str | None"]
"""Text of fields by path from the root element; None for one that is not there."""

Lezer = Callable[[etree._Element, Velden, Wortelvelden], "str | None"]
Test = Callable[[etree._Element, Velden, Wortelvelden], bool]
"""Called with the element at hand, its fields, and those of the whole dossier."""


class GelezenWortel(dict[str, "str | None"]):
    """The fields from the root of one dossier, each looked up when first asked for and then remembered."""

    __slots__ = ("_wortel",)

    def __init__(self, wortel: etree._Element) -> None:
        super().__init__()
        self._wortel = wortel

    def __missing__(self, pad: str) -> str | None:
        tekst = self[pad] = self._wortel.findtext(pad)
        return tekst


class Vertaler:
    """Turns conditions of one pack into functions; the kinds that rules use most look in the fields themselves."""

    def __init__(self, pakket: Pakket) -> None:
        self._pakket = pakket

    def lezer(self, veld: str) -> Lezer:
        """Give a function that reads the text of a field, None when it is not there.

        "." is the element itself, a path from the root starts with "/".
        """
        if veld == ".":
            return lambda element, velden, wortel: element.text or ""
        van_wortel = f"/{self._pakket.wortel}/"
        zoekpad = self._pakket.zoekpad(veld.removeprefix(van_wortel))
        if veld.startswith(van_wortel):
            return lambda element, velden, wortel: wortel[zoekpad]
        if "/" not in veld:
            return lambda element, velden, wortel: (
                None if (gevonden := velden.get(zoekpad)) is None else gevonden.text or ""
            )
        stappen = tuple(map(self._pakket.zoekpad, veld.split("/")))
        return lambda element, velden, wortel: _diep(element, stappen) if stappen[0] in velden else None

    def test(self, conditie: Conditie) -> Test:
        """Give the function that tells whether the condition holds. Raises `KeyError` for a list that is not there."""
        return _VERTALING[conditie.soort](self, conditie)

    def namen(self, conditie: Conditie) -> frozenset[str] | None:
        """Tags of the children that `aanwezig` or `afwezig` looks for; None when it looks further than those."""
        velden: list[str] = conditie.waarde
        if conditie.soort not in ("aanwezig", "afwezig") or any("/" in veld or veld == "." for veld in velden):
            return None
        return frozenset(map(self._pakket.zoekpad, velden))

    def _aanwezig(self, conditie: Conditie) -> Test:
        namen = self.namen(conditie)
        if namen is not None:
            return lambda element, velden, wortel: not namen.isdisjoint(velden)
        afwezig = self._afwezig(conditie)
        return lambda element, velden, wortel: not afwezig(element, velden, wortel)

    def _afwezig(self, conditie: Conditie) -> Test:
        namen = self.namen(conditie)
        if namen is not None:
            return lambda element, velden, wortel: namen.isdisjoint(velden)
        eerste, *rest = (self.lezer(veld) for veld in conditie.waarde)
        if not rest:
            return lambda element, velden, wortel: eerste(element, velden, wortel) is None
        return lambda element, velden, wortel: (
            eerste(element, velden, wortel) is None and all(lees(element, velden, wortel) is None for lees in rest)
        )

    def _waar(self, conditie: Conditie) -> Test:
        lees = self.lezer(conditie.waarde)
        return lambda element, velden, wortel: (lees(element, velden, wortel) or "").strip(_WIT) in _WAAR

    def _niet_waar(self, conditie: Conditie) -> Test:
        lees = self.lezer(conditie.waarde)
        return lambda element, velden, wortel: (lees(element, velden, wortel) or "").strip(_WIT) not in _WAAR

    def _onwaar(self, conditie: Conditie) -> Test:
        lees = self.lezer(conditie.waarde)
        return lambda element, velden, wortel: (
            (tekst := lees(element, velden, wortel)) is not None and tekst.strip(_WIT) not in _WAAR
        )

    def _gelijk(self, conditie: Conditie) -> Test:
        lees, waarden = self.lezer(conditie["veld"]), frozenset(conditie["waarden"])
        return lambda element, velden, wortel: lees(element, velden, wortel) in waarden

    def _ongelijk(self, conditie: Conditie) -> Test:
        lees, waarden = self.lezer(conditie["veld"]), frozenset(conditie["waarden"])
        return lambda element, velden, wortel: lees(element, velden, wortel) not in waarden

    def _niet_in_lijst(self, conditie: Conditie) -> Test:
        lees, codes = self.lezer(conditie["veld"]), frozenset(self._pakket.codelijsten[conditie["lijst"]].codes)
        return lambda element, velden, wortel: lees(element, velden, wortel) not in codes

    def _korter(self, conditie: Conditie) -> Test:
        lees, tekens = self.lezer(conditie["veld"]), int(conditie["tekens"])
        return lambda element, velden, wortel: (
            (tekst := lees(element, velden, wortel)) is not None and len(tekst) < tekens
        )

    def _langer(self, conditie: Conditie) -> Test:
        lees, tekens = self.lezer(conditie["veld"]), int(conditie["tekens"])
        return lambda element, velden, wortel: (
            (tekst := lees(element, velden, wortel)) is not None and len(tekst) > tekens
        )

    def _zonder(self, conditie: Conditie) -> Test:
        lees, deel = self.lezer(conditie["veld"]), str(conditie["tekst"])
        return lambda element, velden, wortel: (
            (tekst := lees(element, velden, wortel)) is not None and deel not in tekst
        )

    def _past_niet(self, conditie: Conditie) -> Test:
        lees, patroon = self.lezer(conditie["veld"]), re.compile(conditie["patroon"])
        return lambda element, velden, wortel: (
            (tekst := lees(element, velden, wortel)) is not None and patroon.search(tekst) is None
        )

    def _voor_schooljaar(self, conditie: Conditie) -> Test:
        """A date lies before the school year that is `jaren_terug` before the school year of the reference date."""
        lees, peil = self.lezer(conditie["veld"]), self.lezer(conditie["peildatum"])
        maand, dag = (int(deel) for deel in conditie["begin"].split("-"))
        terug = int(conditie["jaren_terug"])

        def grens(tekst: str | None) -> _Datum | None:
            peildatum = _datum(tekst)
            if peildatum is None:
                return None
            return peildatum[0] - (1 if peildatum[1:] < (maand, dag) else 0) - terug, maand, dag

        laatst: tuple[str | None, _Datum | None] = None, None  # one reference date serves a whole dossier

        def test(element: etree._Element, velden: Velden, wortel: Wortelvelden) -> bool:
            nonlocal laatst
            datum = _datum(lees(element, velden, wortel))
            if datum is None:
                return False
            peiltekst = peil(element, velden, wortel)
            bekend = laatst
            if bekend[0] != peiltekst:
                laatst = bekend = peiltekst, grens(peiltekst)
            return bekend[1] is not None and datum < bekend[1]

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


def _diep(element: etree._Element, stappen: Sequence[str], vanaf: int = 0) -> str | None:
    """Text of the first element at this path of tags; several times as fast as `findtext`."""
    naam, verder = stappen[vanaf], vanaf + 1
    for kind in element:  # asking libxml2 for one name only costs more than looking at the few that there are
        if kind.tag == naam:
            gevonden = kind.text or "" if verder == len(stappen) else _diep(kind, stappen, verder)
            if gevonden is not None:
                return gevonden
    return None


_Datum = tuple[int, int, int]
_DATUM = re.compile(r"(-?[0-9]{4,})-([0-9]{2})-([0-9]{2})")


def _datum(tekst: str | None) -> _Datum | None:
    """Year, month and day of an xs:date; a time zone is left out, as no school writes one."""
    gevonden = _DATUM.match((tekst or "").strip(_WIT))
    # a year of thousands of digits is no date, and costs more than it is worth to convert
    return (int(gevonden[1]), int(gevonden[2]), int(gevonden[3])) if gevonden and len(gevonden[1]) < 20 else None
