"""A dossier as JSON, by the table of elements of its pack; the same facts, names and values as the XML.

    {"gegevensset": "2019.1", "dossier": {"metadata": {…}, "overdrachtsoort": "overstapdossier", …}}

`gegevensset` may be left out when `metadata/standaardversie` names an installed version. A block is an object, a
field its text; true and false may stand for themselves in a yes/no field and a number in a field of a number, as
written. What may occur more than once is always a list. A field with an attribute is `{"@omschrijving": …, "waarde":
…}`. A run of elements that repeats as a whole (naam, onderdeel, score of a cijferlijst) is a list `reeks1` of
objects. The order of keys means nothing: the XML gets the order of the XSD. An unknown or doubled name is refused
with its path, never dropped. To JSON and back gives the same canonical XML; a boolean reads as true or false, every
other value as text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from lxml import etree

from gateway.domain.beoordeling import Bevinding, Ernst, Rapport
from gateway.gegevensset.model import Groep, Onderdeel
from gateway.gegevensset.pakket import Pakket, Pakketten
from gateway.xmlio import canoniek, lees, lokale_naam

REGEL: Final = "JSON"
VERSIE: Final = "gegevensset"
WAARDE: Final = "waarde"
_MEESTE_DELEN: Final = 1_000_000
_MEESTE_BEVINDINGEN: Final = 500
_NAAM: Final = re.compile(r"[\w.@-]{1,80}")
_NIET_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_GETALLEN: Final = frozenset(("xs:integer", "xs:int", "xs:decimal"))


class JsonOnleesbaar(ValueError):
    """The octets are no JSON that can be read in one way only; the message is Dutch, without the content."""


class JsonOngeldig(ValueError):
    """The JSON is no dossier of an installed version; `rapport` holds every finding (rule `JSON`)."""

    def __init__(self, rapport: Rapport) -> None:
        super().__init__(rapport.bevindingen[0].melding)
        self.rapport = rapport


class NietInJson(ValueError):
    """The XML has what the table does not, so no JSON says the same; the message is Dutch."""


class _Getal(str):
    """A number as it was written: 1.50 stays 1.50."""

    __slots__ = ()


def naar_xml(octets: bytes, pakketten: Pakketten) -> bytes:
    """Make the XML of a JSON dossier; whether it is geldig is for the Toetser.

    Raises `JsonOnleesbaar` and `JsonOngeldig`.
    """
    geheel = _lees(octets)
    pakket = _kies_pakket(geheel, pakketten)
    schrijver = _Schrijver(pakket)
    wortel = etree.Element(f"{{{pakket.naamruimte}}}{pakket.wortel}", nsmap={None: pakket.naamruimte})
    try:
        schrijver.vul(wortel, pakket.model, geheel[pakket.wortel], f"/{pakket.wortel}[1]")
    except _Vol:
        schrijver.meld(f"/{pakket.wortel}[1]", "Er zijn meer bevindingen; los eerst deze op.", altijd=True)
    if schrijver.bevindingen:
        raise JsonOngeldig(Rapport(pakket.versie, None, tuple(schrijver.bevindingen)))
    return canoniek(wortel)


def naar_json(octets: bytes, pakketten: Pakketten) -> bytes:
    """Make the JSON of an XML dossier that fits the table of its pack, in the order of the XML.

    Raises `NietInJson`, and `gateway.xmlio.OnleesbareXml` for what is no XML.
    """
    wortel = lees(octets)
    pakket = pakketten.voor(wortel)
    if pakket is None:
        raise NietInJson("De versie van dit dossier is niet geïnstalleerd.")
    inhoud = {VERSIE: pakket.versie, pakket.wortel: _waarde(wortel, pakket.model, f"{{{pakket.naamruimte}}}")}
    return json.dumps(inhoud, ensure_ascii=False, indent=1).encode()


# ------------------------------------------------------------------------------------------------------ JSON to XML


def _lees(octets: bytes) -> dict[str, Any]:
    delen = sum(octets.count(teken) for teken in (b"{", b"[", b",", b":"))
    if delen > _MEESTE_DELEN:
        raise JsonOnleesbaar("De JSON heeft veel meer onderdelen dan een dossier. Controleer de opbouw.")
    try:
        geheel = json.loads(
            octets.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_Getal,
            parse_float=_Getal,
            parse_constant=_geen_getal,
        )
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise JsonOnleesbaar("Het dossier is geen leesbare JSON in UTF-8. Controleer hoe het gemaakt is.") from None
    if not isinstance(geheel, dict):
        raise JsonOnleesbaar("Het dossier is geen JSON-object. Lever een object met het dossier erin.")
    return geheel


def _object(paren: list[tuple[str, Any]]) -> dict[str, Any]:
    gemaakt = dict(paren)
    if len(gemaakt) != len(paren):
        raise JsonOnleesbaar("In de JSON staat een naam twee keer in één object. Gebruik een lijst.")
    return gemaakt


def _geen_getal(_: str) -> Any:
    raise JsonOnleesbaar("In de JSON staat NaN of Infinity. Dat is geen JSON; schrijf de waarde als tekst.")


def _kies_pakket(geheel: dict[str, Any], pakketten: Pakketten) -> Pakket:
    geinstalleerd = ", ".join(pakketten.versies) or "geen enkele"
    versie = geheel.get(VERSIE)
    if versie is not None and (not isinstance(versie, str) or versie not in pakketten.versies):
        raise _weiger(f"De versie bij {VERSIE} wordt niet ondersteund; geïnstalleerd: {geinstalleerd}.")
    kandidaten = [pakket for pakket in pakketten if versie in (None, pakket.versie) and pakket.wortel in geheel]
    if versie is None:
        kandidaten = [p for p in kandidaten if _genoemd(geheel, p) == p.standaardversie]
    if not kandidaten:
        raise _weiger(
            f"Het is niet duidelijk welk dossier dit is. Zet de versie bij {VERSIE} (geïnstalleerd: {geinstalleerd}) "
            "en het dossier onder de naam van het hoofdelement."
        )
    pakket = kandidaten[-1]
    if len(geheel) > (1 if versie is None else 2):
        raise _weiger(f"Naast {VERSIE} en {pakket.wortel} staat nog iets in de JSON. Verwijder het.")
    return pakket


def _genoemd(geheel: dict[str, Any], pakket: Pakket) -> Any:
    waarde: Any = geheel[pakket.wortel]
    for stap in pakket.plaatsen["standaardversie"].split("/"):
        waarde = waarde.get(stap) if isinstance(waarde, dict) else None
    return waarde


def _weiger(melding: str) -> JsonOngeldig:
    return JsonOngeldig(Rapport(None, None, (Bevinding(REGEL, Ernst.FOUT, "/dossier[1]", None, melding),)))


class _Vol(Exception):
    """There are as many findings as a report may hold."""


@dataclass(slots=True)
class _Schrijver:
    """Writes JSON values as elements; what does not fit becomes a finding."""

    pakket: Pakket
    bevindingen: list[Bevinding] = field(default_factory=list)

    def meld(self, pad: str, melding: str, *, altijd: bool = False) -> None:
        if len(self.bevindingen) >= _MEESTE_BEVINDINGEN and not altijd:
            raise _Vol
        self.bevindingen.append(Bevinding(REGEL, Ernst.FOUT, pad, None, melding))

    def vul(self, element: etree._Element, onderdeel: Onderdeel, waarde: Any, pad: str) -> None:
        """Fill one element with its value."""
        waarde = self._attributen(element, onderdeel, waarde, pad)
        if onderdeel.type is not None:
            self._tekst(element, onderdeel, waarde, pad)
        elif isinstance(waarde, dict):
            self._blok(element, onderdeel.kinderen, waarde, pad)
        else:
            self.meld(pad, f"{onderdeel.naam} is een blok: schrijf het als een object.")

    def _attributen(self, element: etree._Element, onderdeel: Onderdeel, waarde: Any, pad: str) -> Any:
        """Set the attributes that an object brings, and give what is left: the value itself."""
        if not isinstance(waarde, dict) or not onderdeel.attributen:
            return waarde
        rest = dict(waarde)
        for attribuut in onderdeel.attributen:
            if attribuut.naam in rest:
                tekst = self._als_tekst(attribuut, rest.pop(attribuut.naam), f"{pad}/{attribuut.naam}")
                element.set(attribuut.naam.removeprefix("@"), tekst)
        if onderdeel.type is None:
            return rest
        for naam in rest:
            if naam != WAARDE:
                self._onbekend(pad, naam)
        return rest.get(WAARDE, "")

    def _tekst(self, element: etree._Element, onderdeel: Onderdeel, waarde: Any, pad: str) -> None:
        element.text = self._als_tekst(onderdeel, waarde, pad)

    def _als_tekst(self, onderdeel: Onderdeel, waarde: Any, pad: str) -> str:
        basis = onderdeel.type.basis if onderdeel.type is not None else ""
        verwacht = onderdeel.type.verwacht if onderdeel.type is not None else "tekst"
        if isinstance(waarde, bool) and basis == "xs:boolean":
            return "true" if waarde else "false"
        if isinstance(waarde, _Getal) and basis not in _GETALLEN:
            self.meld(pad, f"{onderdeel.naam} staat er als getal. Zet de waarde tussen aanhalingstekens.")
        elif not isinstance(waarde, str):
            wat = "null; laat het weg" if waarde is None else "geen tekst"
            self.meld(pad, f"{onderdeel.naam} is {wat}. Verwacht: {verwacht}.")
        elif stuur := _NIET_IN_XML.search(waarde):
            self.meld(pad, f"In {onderdeel.naam} staat op positie {stuur.start() + 1} een stuurteken. Verwijder het.")
        else:
            return str(waarde)
        return ""

    def _blok(self, element: etree._Element, kinderen: Sequence[Onderdeel], waarde: dict[str, Any], pad: str) -> None:
        bekend: set[str] = set()
        for groep, leden in _plaatsen(kinderen):
            namen = [_reeksnaam(groep)] if _is_reeks(groep) else [lid.naam for lid in leden]
            bekend.update(namen)
            if groep is not None and _is_reeks(groep):
                self._reeks(element, leden, waarde.get(namen[0], _AFWEZIG), f"{pad}/{namen[0]}")
            else:
                for lid in leden:
                    self._lid(element, lid, waarde.get(lid.naam, _AFWEZIG), pad)
        for naam in waarde:
            if naam not in bekend:
                self._onbekend(pad, naam)

    def _onbekend(self, pad: str, naam: str) -> None:
        kort = naam if _NAAM.fullmatch(naam) else "…"
        self.meld(f"{pad}/{kort}[1]", "Deze naam hoort hier niet. Verwijder hem, of zet hem op de goede plaats.")

    def _reeks(self, element: etree._Element, leden: Sequence[Onderdeel], waarde: Any, pad: str) -> None:
        if waarde is _AFWEZIG:
            return
        if not isinstance(waarde, list):
            self.meld(pad, "Dit is een reeks die zich herhaalt: schrijf haar als een lijst van objecten.")
            return
        for nummer, ronde in enumerate(waarde, 1):
            if isinstance(ronde, dict):
                self._blok(element, [_los(lid) for lid in leden], ronde, f"{pad}[{nummer}]")
            else:
                self.meld(f"{pad}[{nummer}]", "Schrijf elke ronde van deze reeks als een object.")

    def _lid(self, ouder: etree._Element, lid: Onderdeel, waarde: Any, pad: str) -> None:
        if waarde is _AFWEZIG:
            return
        if (lid.max > 1) != isinstance(waarde, list):
            hoe = "kan vaker voorkomen: schrijf het als een lijst" if lid.max > 1 else "komt één keer voor: geen lijst"
            self.meld(f"{pad}/{lid.naam}[1]", f"{lid.naam} {hoe}.")
            return
        for nummer, een in enumerate(waarde if isinstance(waarde, list) else [waarde], 1):
            kind = etree.SubElement(ouder, f"{{{self.pakket.naamruimte}}}{lid.naam}")
            self.vul(kind, lid, een, f"{pad}/{lid.naam}[{nummer}]")


_AFWEZIG: Final = object()


def _plaatsen(kinderen: Sequence[Onderdeel]) -> Iterator[tuple[Groep | None, list[Onderdeel]]]:
    for groep, leden in groupby(kinderen, key=lambda kind: kind.groep):
        yield groep, list(leden)


def _is_reeks(groep: Groep | None) -> bool:
    return groep is not None and groep.soort == "reeks"


def _reeksnaam(groep: Groep | None) -> str:
    return f"reeks{groep.nummer}" if groep is not None else ""


def _los(lid: Onderdeel) -> Onderdeel:
    """A member of a run, as it stands within one round of it."""
    return Onderdeel(lid.pad, lid.type, lid.min, lid.max, None, lid.kinderen, lid.attributen)


# ------------------------------------------------------------------------------------------------------ XML to JSON


def _waarde(element: etree._Element, onderdeel: Onderdeel, ruimte: str) -> Any:
    attributen = {f"@{naam}": str(waarde) for naam, waarde in element.attrib.items()}
    if set(attributen) - {attribuut.naam for attribuut in onderdeel.attributen}:
        raise NietInJson(f"{onderdeel.naam} heeft een attribuut dat de gegevensset niet kent.")
    if onderdeel.type is None:
        return {**attributen, **_kinderen(element, onderdeel, ruimte)}
    if len(element):
        raise NietInJson(f"In {onderdeel.naam} staat meer dan tekst.")
    tekst = element.text or ""
    waarde: Any = tekst
    if onderdeel.type.basis == "xs:boolean" and tekst in ("true", "false"):
        waarde = tekst == "true"
    return {**attributen, WAARDE: waarde} if attributen else waarde


def _kinderen(element: etree._Element, onderdeel: Onderdeel, ruimte: str) -> dict[str, Any]:
    uit: dict[str, Any] = {}
    if any((tekst or "").strip() for tekst in (element.text, *(kind.tail for kind in element))):
        raise NietInJson(f"In {onderdeel.naam} staat losse tekst tussen de elementen.")
    for kind in element:
        naam = lokale_naam(kind) if isinstance(kind.tag, str) else ""
        lid = onderdeel.kind(naam)
        if lid is None or kind.tag != ruimte + naam:
            raise NietInJson(f"In {onderdeel.naam} staat iets dat de gegevensset niet kent.")
        waarde = _waarde(kind, lid, ruimte)
        if _is_reeks(lid.groep):
            _in_reeks(uit.setdefault(_reeksnaam(lid.groep), []), lid, waarde, onderdeel)
        elif lid.max > 1:
            uit.setdefault(naam, []).append(waarde)
        elif naam in uit:
            raise NietInJson(f"{naam} komt vaker voor dan de gegevensset toestaat.")
        else:
            uit[naam] = waarde
    return uit


def _in_reeks(rondes: list[dict[str, Any]], lid: Onderdeel, waarde: Any, ouder: Onderdeel) -> None:
    """Add to the round at hand; a name that comes before one already there, or comes again, begins the next round."""
    leden = [kind.naam for kind in ouder.kinderen if kind.groep == lid.groep]
    ronde = rondes[-1] if rondes else None
    later = leden[leden.index(lid.naam) + 1 :] if lid.max > 1 else leden[leden.index(lid.naam) :]
    if ronde is None or any(naam in ronde for naam in later):
        ronde = {}
        rondes.append(ronde)
    if lid.max > 1:
        ronde.setdefault(lid.naam, []).append(waarde)
    else:
        ronde[lid.naam] = waarde
