"""Signs that something is wrong with what a point serves: suspect versions, a LAS that asks the same over and over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.domain.dossier import Quarantaine
from gateway.domain.waarden import ElkNummer, RouteringsKenmerk

HERHAALD_BINNEN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Bewaking:
    """When we speak up: a LAS that gets the same version so often within an hour is probably refusing it."""

    herhaald_vanaf: int = 5


@dataclass(frozen=True, slots=True)
class Verdacht:
    """A newest version in quarantine: the Traffic Center switched the point off after it was delivered."""

    elk_nummer: ElkNummer
    versie: int
    quarantaine: Quarantaine


@dataclass(frozen=True, slots=True)
class Herhaling:
    """One version that one LAS got again and again."""

    elk_nummer: ElkNummer
    versie: int
    doel_kenmerk: RouteringsKenmerk
    systeem: str
    aantal: int
    laatst: datetime
