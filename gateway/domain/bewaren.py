"""How long what is kept, as data; and what is left when it is gone.

Source: `security.md`, Privacy ("Retention as data, per class"); the wiki of OSO for the six months of a request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Bewaartermijnen:
    """Terms per class, in days unless the name says otherwise. The dossiers of a season go at `seizoen_einde`."""

    verzoeken_maanden: int = 6
    antwoorden_uren: int = 24
    dossiers_na_ophalen: int = 90
    """Octets of a version that was handed over, counted from its last delivery."""
    seizoen_einde: tuple[int, int] = (10, 1)
    """Month and day on which octets of versions from before that season go, handed over or not."""
    afleveringen: int = 30
    """Webhook deliveries that are finished."""
    gebeurtenissen: int = 400
    klaarzettingen: int = 400
    pogingen: int = 30
    """Calls out."""

    @property
    def antwoordduur(self) -> timedelta:
        """How long an answer is kept for its Idempotency-Key."""
        return timedelta(hours=self.antwoorden_uren)

    def verzoeken_voor(self, nu: datetime) -> datetime:
        """Requests from before this moment go: whole calendar months back."""
        maanden = nu.year * 12 + nu.month - 1 - self.verzoeken_maanden
        jaar, maand = divmod(maanden, 12)
        for dag in (nu.day, 30, 29, 28):  # a shorter month ends earlier
            try:
                return nu.replace(year=jaar, month=maand + 1, day=dag)
            except ValueError:
                continue
        raise AssertionError("every month has a day 28")

    def seizoen_voor(self, nu: datetime) -> datetime:
        """Begin of the season that `nu` is in: versions from before it go."""
        maand, dag = self.seizoen_einde
        begin = datetime(nu.year, maand, dag, tzinfo=UTC)
        return begin if begin <= nu else begin.replace(year=nu.year - 1)

    def dagen_voor(self, nu: datetime, dagen: int) -> datetime:
        """The moment so many days ago."""
        return nu - timedelta(days=dagen)


@dataclass(frozen=True, slots=True)
class Grafsteen:
    """What stays of something that was removed: that it was there, when and why it went; never whose in clear."""

    moment: datetime
    soort: str
    """`dossier-inhoud` or `leerling`."""
    reden: str
    pseudoniem: str | None = None
    versie: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Opgeruimd:
    """What a round of tidying did (or, on trial, would do): number per class."""

    aantallen: Mapping[str, int] = field(default_factory=dict)

    @property
    def totaal(self) -> int:
        """All together."""
        return sum(self.aantallen.values())
