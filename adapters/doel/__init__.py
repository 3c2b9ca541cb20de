"""Client of other systems that are told that a dossier lies ready."""

from adapters.doel.klant import DoelKlant

__all__ = ["DoelKlant"]
