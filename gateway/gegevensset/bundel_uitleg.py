"""Explain why a dossier does not fit the XSD of an official bundle, in the same Dutch as for our own packs.

Where the table derived from the XSD is complete, it explains. Otherwise libxml2's error codes are put into words, with
the names of elements only where the XSD has them; its own words are not shown, as they may quote the dossier.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from typing import Final

from lxml import etree

from gateway.domain.beoordeling import Bevinding, Ernst
from gateway.gegevensset.pakket import Pakket
from gateway.gegevensset.uitleg import ALGEMEEN, REGEL, leg_uit
from gateway.xmlio import Padwijzer, lokale_naam

_SLOT: Final = threading.Lock()
_TYPEN: Final = etree.ErrorTypes
_WAARDE: Final = "De waarde van {naam} klopt niet. Vergelijk haar met de gegevensset en verbeter haar."
_PER_CODE: Final[Mapping[int, str]] = {
    _TYPEN.SCHEMAV_CVC_COMPLEX_TYPE_2_1: "In {naam} mag niets staan. Verwijder de inhoud.",
    _TYPEN.SCHEMAV_CVC_COMPLEX_TYPE_2_2: "In {naam} hoort alleen tekst te staan. Verwijder de elementen erin.",
    _TYPEN.SCHEMAV_CVC_COMPLEX_TYPE_2_3: "Tussen de elementen in {naam} staat losse tekst. Verwijder die tekst.",
    _TYPEN.SCHEMAV_CVC_COMPLEX_TYPE_3_2_1: "Op {naam} staat een attribuut dat daar niet hoort. Verwijder het.",
    _TYPEN.SCHEMAV_CVC_COMPLEX_TYPE_3_2_2: "Op {naam} staat een attribuut dat daar niet hoort. Verwijder het.",
    _TYPEN.SCHEMAV_CVC_COMPLEX_TYPE_4: "Op {naam} ontbreekt een verplicht attribuut. Vul het aan.",
    _TYPEN.SCHEMAV_CVC_TYPE_3_1_1: "In {naam} hoort alleen tekst te staan, zonder attributen. Verwijder de rest.",
    _TYPEN.SCHEMAV_CVC_TYPE_3_1_2: "In {naam} hoort alleen tekst te staan. Verwijder de elementen erin.",
}
_NAAM: Final = re.compile(r"\{[^}\s]*\}([\w.-]{1,80})")


def leg_bundel_uit(wortel: etree._Element, pakket: Pakket, hoogstens: int) -> tuple[list[Bevinding], bool]:
    """As `leg_uit`: the findings of a dossier that the XSD refused, and whether these are all."""
    if pakket.model_volledig:
        gevonden, volledig = leg_uit(wortel, pakket, hoogstens)
        if gevonden[0].melding != ALGEMEEN:
            return gevonden, volledig
    return _uit_logboek(wortel, pakket, hoogstens)


def _uit_logboek(wortel: etree._Element, pakket: Pakket, hoogstens: int) -> tuple[list[Bevinding], bool]:
    with _SLOT:  # the log belongs to the schema, which all threads share
        pakket.schema.validate(wortel)
        log = [(fout.type, str(fout.message), str(fout.path or "")) for fout in pakket.schema.error_log]
    bekend = {onderdeel.naam for onderdeel in pakket.model.alle()}
    wijzer = Padwijzer()
    gevonden: dict[tuple[str, str], Bevinding] = {}
    for code, woorden, pad in log:
        if len(gevonden) >= hoogstens:
            break
        element = _element(wortel, pad)
        melding = _melding(code, woorden, element, bekend)
        plaats = wijzer.pad(element)
        gevonden.setdefault((plaats, melding), Bevinding(REGEL, Ernst.FOUT, plaats, element.sourceline, melding))
    if not gevonden:
        return [Bevinding(REGEL, Ernst.FOUT, wijzer.pad(wortel), wortel.sourceline, ALGEMEEN)], True
    return list(gevonden.values()), len(gevonden) < hoogstens


def _element(wortel: etree._Element, pad: str) -> etree._Element:
    try:
        plekken = wortel.getroottree().xpath(pad) if pad else []
    except etree.XPathError:
        plekken = []
    plek = plekken[0] if isinstance(plekken, list) and plekken else wortel
    return plek if isinstance(plek, etree._Element) else wortel


def _melding(code: int, woorden: str, element: etree._Element, bekend: set[str]) -> str:
    naam = lokale_naam(element) if lokale_naam(element) in bekend else "dit element"
    if code != _TYPEN.SCHEMAV_ELEMENT_CONTENT:
        return _PER_CODE.get(code, _WAARDE).format(naam=naam)
    verwacht = [een for een in _NAAM.findall(woorden.partition("Expected is")[2]) if een in bekend]
    wat = f" Verwacht: {' of '.join(dict.fromkeys(verwacht))}." if verwacht else ""
    if "Missing child" in woorden:
        return f"In {naam} ontbreekt een verplicht element.{wat} Vul het aan."
    return f"Dit element hoort hier niet.{wat} Verwijder het, of zet het op de goede plaats."
