"""The other systems: Traffic Center, bronnen and doelen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from gateway.domain.overdracht import (
    Afmelding,
    Documentantwoord,
    Documentvraag,
    Notificatie,
    Notificatieadres,
    Notificatiemelding,
    Overdrachtantwoord,
    Overdrachtvraag,
    Overzichtantwoord,
    Overzichtvraag,
    Registratieaanvraag,
    Registratieantwoord,
    Sessieantwoord,
    Sessievraag,
)
from gateway.domain.resultaat import Resultaat


class TrafficCenterOnbereikbaar(Exception):
    """No valid answer of the Traffic Center: silence, a fault, rubbish, or an answer that does not fit."""


class TrafficCenter(Protocol):
    """The national Traffic Center. Every call raises `TrafficCenterOnbereikbaar` when there is no valid answer."""

    def registreer(self, aanvraag: Registratieaanvraag) -> Registratieantwoord:
        """Register one of our points."""

    def sessiecontrole(self, vraag: Sessievraag) -> Sessieantwoord:
        """Check a session before anything about a pupil is looked up."""

    def overdracht(self, vraag: Overdrachtvraag, *, onderwerp: str | None = None) -> Overdrachtantwoord:
        """Open a session as doel; `onderwerp` names the work it belongs to."""

    def afmelding(self, melding: Afmelding, *, onderwerp: str | None = None) -> Resultaat:
        """Close a session with the best result; `onderwerp` as above, without it the session."""

    def ping(self) -> bool:
        """Is it available? False when it says that it is not."""

    def melden_notificatie(self, melding: Notificatiemelding) -> Notificatieadres:
        """Announce a notification and learn where it goes."""

    def overzicht_aanleverpunt(self, vraag: Overzichtvraag) -> Overzichtantwoord:
        """List points; filter, and ask seldom."""


class BronOnbereikbaar(Exception):
    """No valid answer of a bron. The message is Dutch and holds nothing that the peer sent.

    `fout_id` is the number in its fault, for who calls its supplier.
    """

    def __init__(self, melding: str, fout_id: str | None = None) -> None:
        super().__init__(melding)
        self.fout_id = fout_id


@dataclass(frozen=True, slots=True)
class Bronantwoord:
    """Answer of a bron, decoded, and the message octet for octet as it came in."""

    antwoord: Documentantwoord
    bericht: bytes = field(repr=False)


class Bronnen(Protocol):
    """Other systems that hold a dossier; where they are, the Traffic Center told. Nothing they say is trusted."""

    def vraag(self, url: str, vraag: Documentvraag, *, onderwerp: str | None = None) -> Bronantwoord:
        """Ask for a dossier at a base URL, over mutual TLS; `onderwerp` names the work it belongs to.

        Raises `BronOnbereikbaar`.
        """


class DoelOnbereikbaar(Exception):
    """A doel gave no valid answer. `om_ons`: it did answer, with a fault over what we sent: no use to repeat it."""

    def __init__(self, reden: str, *, om_ons: bool = False) -> None:
        super().__init__(reden)
        self.om_ons = om_ons


class Doelen(Protocol):
    """Other systems that are told that a dossier lies ready; where they are, the Traffic Center told."""

    def notificeer(self, url: str, notificatie: Notificatie) -> Resultaat:
        """Tell a doel at a base URL, over mutual TLS, and give its result. Raises `DoelOnbereikbaar`."""
