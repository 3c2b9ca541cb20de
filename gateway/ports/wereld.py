"""All ports together."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.domain.gevolg import Resultaattabel
from gateway.domain.signalen import Bewaking
from gateway.ports.gereedschap import Klok, Ondertekenaar, Toetser, Zoeksleutels
from gateway.ports.netwerk import TrafficCenter
from gateway.ports.opslag import Opslag
from gateway.ports.partijen import LasProfielen, Partijen


@dataclass(frozen=True, slots=True)
class Contactteksten:
    """Whom to call; texts from configuration that refusals show."""

    servicedesk: str = "OSO Servicedesk van Kennisnet"
    beheer: str = "de beheerder van deze gateway"


@dataclass(frozen=True, slots=True)
class Wereld:
    """All ports together: what a use case gets. `bootstrap` makes it; tests make it of fakes."""

    opslag: Opslag
    klok: Klok
    toetser: Toetser
    ondertekenaar: Ondertekenaar
    zoeksleutels: Zoeksleutels
    traffic_center: TrafficCenter
    partijen: Partijen
    las_profielen: LasProfielen
    tabel: Resultaattabel
    """What follows on the results of the message pack that we speak."""
    soap_basis: str
    """Base URL that we register at the Traffic Center, with the message version, without service and closing slash."""
    contact: Contactteksten = field(default_factory=Contactteksten)
    bewaking: Bewaking = field(default_factory=Bewaking)
