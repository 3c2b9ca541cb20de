"""What is remembered of what happened: events for the core application, history of a dossier, audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.domain.waarden import ElkNummer, Oin, Pgn

Gegeven = str | int | bool | None


class GebeurtenisType(StrEnum):
    """Types of the event feed (CloudEvents `type`)."""

    STATUS_GEWIJZIGD = "nl.oso-gateway.dossier.status-gewijzigd"
    AANLEVERPUNT_GEREGISTREERD = "nl.oso-gateway.aanleverpunt.geregistreerd"
    AANLEVERPUNT_UITGEZET = "nl.oso-gateway.aanleverpunt.uitgezet"
    OPHALING_GEREED = "nl.oso-gateway.ophaling.gereed"
    OPHALING_MISLUKT = "nl.oso-gateway.ophaling.mislukt"
    NOTIFICATIE_ONTVANGEN = "nl.oso-gateway.notificatie.ontvangen"
    WAARSCHUWING = "nl.oso-gateway.dossier.waarschuwing"
    TERUGKOPPELING_ONTVANGEN = "nl.oso-gateway.terugkoppeling.ontvangen"


@dataclass(frozen=True, slots=True)
class Gebeurtenis:
    """One event for the core application; `onderwerp` is never a PGN. `nr` is its place in the feed."""

    id: str
    type: GebeurtenisType
    moment: datetime
    onderwerp: str
    gegevens: Mapping[str, Gegeven]
    nr: int = 0


@dataclass(frozen=True, slots=True)
class HistorieRegel:
    """One line in the history of a dossier: `soort` is a verb of the field (aangeleverd, klaargezet, opgehaald …)."""

    elk_nummer: ElkNummer
    moment: datetime
    soort: str
    gegevens: Mapping[str, Gegeven] = field(default_factory=dict)
    nr: int = 0


@dataclass(frozen=True, slots=True)
class Opdrachtgever:
    """Who ordered something: account (opaque), for whom someone looked on, and the role it came with."""

    account: str
    namens: str | None = None
    rol: str | None = None


@dataclass(frozen=True, slots=True)
class AuditRegel:
    """One audit record: who, whose, what version, when, why, outcome. The store adds number, pseudonym and chain.

    `over` is turned into a keyed pseudonym and is never stored itself.
    """

    moment: datetime
    operatie: str
    uitkomst: str
    partij: Oin | None = None
    opdrachtgever: Opdrachtgever | None = None
    over: ElkNummer | Pgn | None = None
    versie: int | None = None
    bijzonderheden: Mapping[str, Gegeven] = field(default_factory=dict)
