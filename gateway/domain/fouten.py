"""Refusals and failures of use cases, one tree; each carries what a person needs to go on.

Weigering                     REST 422 unless its kind says otherwise
├─ Onbekend                   404   object unknown, or outside the scope of who asks
├─ VersieAfwijkend            412   If-Match names another state
├─ DossierGeweigerd           422   with findings
└─ TijdelijkNietMogelijk      503   Traffic Center or store away; nothing was changed
"""

from __future__ import annotations

from gateway.domain.beoordeling import Rapport


class Weigering(Exception):
    """The request was understood and is refused. `code` is for programs, `melding` and `wat_nu` for people (Dutch)."""

    def __init__(self, code: str, melding: str, wat_nu: str = "", contact: str | None = None) -> None:
        super().__init__(melding)
        self.code = code
        self.melding = melding
        self.wat_nu = wat_nu
        self.contact = contact


class Onbekend(Weigering):
    """Unknown, or not visible for who asks: both look the same."""

    def __init__(self, wat: str) -> None:
        super().__init__(
            "Onbekend", f"{wat} is niet bekend.", "Controleer de gegevens in het adres van de aanroep en uw rechten."
        )


class VersieAfwijkend(Weigering):
    """If-Match does not hold: someone else was first."""

    def __init__(self) -> None:
        super().__init__(
            "VersieAfwijkend",
            "Het dossier is intussen gewijzigd; er is niets overgenomen.",
            "Haal het dossier opnieuw op en probeer het dan nog eens met de nieuwe ETag.",
        )


class DossierGeweigerd(Weigering):
    """A dossier that does not pass validation; the earlier version is untouched."""

    def __init__(self, code: str, melding: str, wat_nu: str, rapport: Rapport) -> None:
        super().__init__(code, melding, wat_nu)
        self.rapport = rapport


class TijdelijkNietMogelijk(Weigering):
    """Something that we need is away for a moment; trying again later may help."""
