"""Side work that is done at once, in the thread that asks for it."""

from __future__ import annotations

from collections.abc import Callable

from gateway.domain.aflevering import Aflevering, Poging, Uitslag
from gateway.domain.toegang import Abonnement
from gateway.ports import Wereld
from gateway.usecases import webhooks
from gateway.usecases.klaarzetten import verwerk_opdracht


class NepBode:
    """The port `Webhookbode`: keeps what it carries; `antwoord` decides how a try ends."""

    def __init__(self, antwoord: Callable[[Aflevering], Poging] | None = None) -> None:
        self.antwoord = antwoord or (lambda _: Poging(Uitslag.GELUKT))
        self.pogingen: list[tuple[str, str]] = []

    def stuur(self, abonnement: Abonnement, aflevering: Aflevering) -> Poging:
        """Note whom and what, and answer."""
        self.pogingen.append((abonnement.naam, aflevering.gebeurtenis.id))
        return self.antwoord(aflevering)


class DirectZijwerk:
    """The port `Zijwerk`, inline."""

    def __init__(self, wereld: Wereld, bode: NepBode | None = None) -> None:
        self._wereld = wereld
        self.bode = bode or NepBode()

    def klaarzetten(self, opdracht_id: str) -> None:
        """Work through an order now."""
        verwerk_opdracht(self._wereld, opdracht_id)

    def bezorg(self) -> None:
        """Send what may be sent now, to all subscribers."""
        for naam in webhooks.te_doen(self._wereld):
            webhooks.vul_aan(self._wereld, naam)
            while gedaan := webhooks.verstuur(self._wereld, self.bode.stuur, naam, lambda: 0.0):
                if gedaan[-1].poging.uitslag is Uitslag.WEG:
                    break
