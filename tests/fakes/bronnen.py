"""Bronnen without a network: each aanleverpunt answers what a test wrote for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from gateway.domain.overdracht import Documentantwoord, Documentvraag
from gateway.domain.resultaat import Resultaat
from gateway.ports import Bronantwoord, BronOnbereikbaar
from tests.fakes.toetser import proefdossier

VERZAMELD = datetime(2026, 2, 16, 8, tzinfo=UTC)
Antwoord = Documentantwoord | BronOnbereikbaar | Callable[[Documentvraag], Documentantwoord]


def levering(verzameldatum: datetime = VERZAMELD, /, **velden: object) -> Documentantwoord:
    """A success with a dossier that `RegelToetser` understands."""
    return Documentantwoord(Resultaat.OVERDRACHT_GESLAAGD, "2019.1", verzameldatum, proefdossier(**velden))


class NepBronnen:
    """The port `Bronnen`. `vragen` lists what was asked; the last answer of a kenmerk goes on for ever."""

    def __init__(self) -> None:
        self.antwoorden: dict[str, list[Antwoord]] = {}
        self.vragen: list[tuple[str, Documentvraag]] = []

    def zet(self, kenmerk: str, *antwoorden: Antwoord | Resultaat) -> None:
        """Write what an aanleverpunt answers, one call after the other."""
        self.antwoorden[kenmerk] = [Documentantwoord(een) if isinstance(een, Resultaat) else een for een in antwoorden]

    def gevraagd(self) -> Sequence[str]:
        """The kenmerken that were asked, in order."""
        return [str(vraag.adres.bron_kenmerk) for _, vraag in self.vragen]

    def vraag(self, url: str, vraag: Documentvraag, *, onderwerp: str | None = None) -> Bronantwoord:
        """Answer, or be away."""
        self.vragen.append((url, vraag))
        rij = self.antwoorden[str(vraag.adres.bron_kenmerk)]
        antwoord = rij.pop(0) if len(rij) > 1 else rij[0]
        if isinstance(antwoord, BronOnbereikbaar):
            raise antwoord
        gegeven = antwoord if isinstance(antwoord, Documentantwoord) else antwoord(vraag)
        return Bronantwoord(gegeven, b"<Envelope>" + (gegeven.octets or b"") + b"</Envelope>")
