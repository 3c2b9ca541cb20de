"""REST tokens: who may do what for which schools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.domain.waarden import Brin, Rol, Vestiging


@dataclass(frozen=True, slots=True)
class Token:
    """One token as stored: never its text, only `hash` (SHA-256, hex). `naam` is what the audit shows as account."""

    id: str
    hash: str
    rol: Rol
    naam: str
    aangemaakt: datetime
    verloopt: datetime | None = None
    ingetrokken: datetime | None = None
    brins: frozenset[Brin] = frozenset()
    vestigingen: frozenset[Vestiging] = frozenset()
    bestuur: str | None = None

    @property
    def binnen(self) -> frozenset[Vestiging] | None:
        """The vestigingen whose pupils it may see: None for all; for a locatiebeheerder those of the token."""
        return self.vestigingen if self.rol is Rol.LOCATIEBEHEERDER else None

    def geldig_op(self, moment: datetime) -> bool:
        """True when neither revoked nor expired."""
        return self.ingetrokken is None and (self.verloopt is None or moment < self.verloopt)

    def ziet_vestiging(self, vestiging: Vestiging, bestuur: str | None = None) -> bool:
        """May this token see and manage this vestiging? `kern` and `beheer` see all.

        `bestuur` is that of the school, when known.
        """
        if self.rol in (Rol.KERN, Rol.BEHEER):
            return True
        if vestiging in self.vestigingen or vestiging.brin in self.brins:
            return True
        return self.bestuur is not None and bestuur == self.bestuur


@dataclass(frozen=True, slots=True)
class BewaardAntwoord:
    """Answer kept for an Idempotency-Key (24 h per token and route); `vingerafdruk` is of the request body."""

    token_id: str
    route: str
    sleutel: str
    vingerafdruk: str
    moment: datetime
    status: int
    inhoud: bytes
    koppen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Abonnement:
    """A webhook subscription of the core application; `geheim` signs, `vanaf` is the place in the feed it starts at."""

    naam: str
    url: str
    geheim: str
    types: tuple[str, ...]
    aangemaakt: datetime
    vanaf: int
