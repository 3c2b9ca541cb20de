"""The Traffic Center, asked politely: the port again, with every call under `Omgang`.

A call that is held back is no answer: `TrafficCenterOnbereikbaar`. A session check then ends as any without an
answer does, within the time that a bron has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from adapters.beleefdheid import TRAFFIC_CENTER, NietGevraagd, Omgang, Storing
from adapters.traffic_center.klant import TrafficCenterFault, TrafficCenterKlant
from gateway.domain.overdracht import (
    Afmelding,
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
    Terugkoppeladres,
    Terugkoppelmelding,
)
from gateway.domain.poging import over_sessie
from gateway.domain.resultaat import Resultaat
from gateway.ports import TrafficCenterOnbereikbaar

_A = TypeVar("_A")


class BeleefdTrafficCenter:
    """The port `TrafficCenter` under rate limits and circuit breaker. Safe to share between threads."""

    def __init__(self, klant: TrafficCenterKlant, omgang: Omgang) -> None:
        self._klant = klant
        self._omgang = omgang

    def bereid_voor(self) -> None:
        """Do ahead, in a thread of its own, what would make the first call slow."""
        self._klant.bereid_voor()

    def registreer(self, aanvraag: Registratieaanvraag) -> Registratieantwoord:
        """Register one of our points."""
        return self._roep("registreerAanleverpunt", lambda: self._klant.registreer(aanvraag))

    def sessiecontrole(self, vraag: Sessievraag) -> Sessieantwoord:
        """Check a session, once, without waiting longer for a turn than a bron may."""
        return self._roep("sessiecontrole", lambda: self._klant.sessiecontrole(vraag), over_sessie(vraag.sessie_id))

    def ping(self) -> bool:
        """Is it available? False when it says that it is not."""
        return self._roep("ping", self._klant.ping)

    def overdracht(self, vraag: Overdrachtvraag, *, onderwerp: str | None = None) -> Overdrachtantwoord:
        """Open a session as doel."""
        return self._roep("overdracht", lambda: self._klant.overdracht(vraag), onderwerp)

    def afmelding(self, melding: Afmelding, *, onderwerp: str | None = None) -> Resultaat:
        """Close a session with the best result."""
        return self._roep(
            "afmelding", lambda: self._klant.afmelding(melding), onderwerp or over_sessie(melding.sessie_id)
        )

    def melden_notificatie(self, melding: Notificatiemelding) -> Notificatieadres:
        """Announce a notification and learn where it goes."""
        onderwerp = over_sessie(melding.sessie_id) if melding.sessie_id is not None else None
        return self._roep("meldenNotificatie", lambda: self._klant.melden_notificatie(melding), onderwerp)

    def melden_terugkoppeling(self, melding: Terugkoppelmelding) -> Terugkoppeladres:
        """Announce feedback and learn where it goes; asked once."""
        return self._roep("meldenTerugkoppeling", lambda: self._klant.melden_terugkoppeling(melding))

    def overzicht_aanleverpunt(self, vraag: Overzichtvraag) -> Overzichtantwoord:
        """List points; filter, and ask seldom."""
        return self._roep("overzichtAanleverpunt", lambda: self._klant.overzicht_aanleverpunt(vraag))

    def _roep(self, operatie: str, doe: Callable[[], _A], onderwerp: str | None = None) -> _A:
        try:
            return self._omgang.roep(TRAFFIC_CENTER, operatie, doe, duid, onderwerp=onderwerp)
        except NietGevraagd as fout:
            raise TrafficCenterOnbereikbaar(str(fout)) from None


def duid(fout: Exception) -> Storing:
    """What an exception of the client says of the Traffic Center: a fault over our own request means that it lives."""
    if isinstance(fout, TrafficCenterFault):
        return Storing(fout.code or "Fault", leeft=fout.om_de_vraag, fout_id=fout.fout_id)
    return Storing("GeenGeldigAntwoord")
