"""Other systems that are told that a dossier lies ready, without a network."""

from __future__ import annotations

from collections.abc import Callable

from gateway.domain.overdracht import Notificatie
from gateway.domain.resultaat import Resultaat
from gateway.ports import DoelOnbereikbaar


class NepDoelen:
    """The port `Doelen`: notes what it was told; `antwoord` may be a result or an exception, `bij` is called first."""

    def __init__(self) -> None:
        self.gehoord: list[tuple[str, Notificatie]] = []
        self.antwoord: Resultaat | Exception = Resultaat.NOTIFICATIE_ONTVANGEN
        self.bij: Callable[[], None] | None = None

    def notificeer(self, url: str, notificatie: Notificatie) -> Resultaat:
        self.gehoord.append((url, notificatie))
        if self.bij is not None:
            self.bij()
        if isinstance(self.antwoord, Exception):
            raise self.antwoord
        return self.antwoord

    def weg(self) -> None:
        """Be away from now on."""
        self.antwoord = DoelOnbereikbaar("Geen antwoord (weg).")
