"""The judge and its packs, for routes that need more of them than a verdict."""

from __future__ import annotations

from functools import cache

from gateway.entry.rest.omgeving import Omgeving
from gateway.gegevensset import Pakketten, Toetser


def toetser_van(omgeving: Omgeving) -> Toetser:
    """Give the judge of the gateway; where that is another kind (a world of fakes), one with the product's packs."""
    toetser = omgeving.wereld.toetser
    return toetser if isinstance(toetser, Toetser) else _van_het_product()


@cache
def _van_het_product() -> Toetser:
    return Toetser(Pakketten.laad())
