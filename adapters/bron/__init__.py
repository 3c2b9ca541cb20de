"""Client of other systems that hold a dossier."""

from adapters.bron.klant import BronKlant

__all__ = ["BronKlant"]
