"""A clock that stands still until it is moved, also back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 6, 1, 10, 0, 0, 123456, tzinfo=UTC)


class VasteKlok:
    """The port `Klok`; `nu()` gives the same moment until someone moves it."""

    def __init__(self, moment: datetime = BEGIN) -> None:
        self.moment = moment

    def nu(self) -> datetime:
        """Give the moment that was set."""
        return self.moment

    def vooruit(self, seconden: float) -> None:
        """Move it, back when negative."""
        self.moment += timedelta(seconds=seconden)
