"""Reports, facts of attachments and loose data as JSON text, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from gateway.domain.beoordeling import Bevinding, BijlageGegevens, Ernst, Rapport


def json_tekst(waarde: object) -> str:
    """Write canonical JSON: sorted keys, no blanks, every letter beyond ASCII escaped, so that any text fits."""
    return _SCHRIJVER.encode(waarde)


_SCHRIJVER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def gegevens_uit(tekst: str) -> dict[str, Any]:
    """Read a JSON object that this module wrote."""
    gelezen: dict[str, Any] = json.loads(tekst)
    return gelezen


def gegevens_tekst(gegevens: Mapping[str, object]) -> str:
    """Write loose data of an event, a line of history or an audit record."""
    return json_tekst(dict(gegevens))


def rapport_octetten(rapport: Rapport) -> bytes:
    """Write a report."""
    velden = _velden(rapport) | {"bevindingen": [_velden(bevinding) for bevinding in rapport.bevindingen]}
    return json_tekst(velden).encode("ascii")


def _velden(rij: Rapport | Bevinding | BijlageGegevens) -> dict[str, Any]:
    """Fields by name; `dataclasses.asdict` would copy all that is in them first, which shows in the time of a push."""
    return {naam: getattr(rij, naam) for naam in _VELDEN[type(rij)]}


_VELDEN = {soort: tuple(veld.name for veld in fields(soort)) for soort in (Rapport, Bevinding, BijlageGegevens)}


def rapport_uit(octetten: bytes) -> Rapport:
    """Read a report."""
    velden = json.loads(octetten)
    bevindingen = tuple(_bevinding(bevinding) for bevinding in velden["bevindingen"])
    return Rapport(**_bekend(Rapport, velden) | {"bevindingen": bevindingen})


def _bevinding(velden: dict[str, Any]) -> Bevinding:
    omgezet = {"ernst": Ernst(velden["ernst"]), "toegestaan": tuple(velden["toegestaan"])}
    return Bevinding(**_bekend(Bevinding, velden) | omgezet)


def _bekend(soort: Any, velden: dict[str, Any]) -> dict[str, Any]:
    """Leave out fields that another release of the program wrote: a version is kept longer than a release."""
    namen = {veld.name for veld in fields(soort)}
    return {naam: waarde for naam, waarde in velden.items() if naam in namen}


def bijlagen_octetten(bijlagen: Iterable[BijlageGegevens]) -> bytes:
    """Write the facts of attachments."""
    return json_tekst([_velden(bijlage) for bijlage in bijlagen]).encode("ascii")


def bijlagen_uit(octetten: bytes) -> tuple[BijlageGegevens, ...]:
    """Read the facts of attachments."""
    return tuple(BijlageGegevens(**_bekend(BijlageGegevens, velden)) for velden in json.loads(octetten))
