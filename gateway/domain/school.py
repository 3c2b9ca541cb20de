"""A school (vestiging) that the gateway serves, as the contactpersoon ELK entered it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gateway.domain.waarden import Vestiging

Notificeerwijze = Literal["vanzelf", "handmatig"]


@dataclass(frozen=True, slots=True)
class School:
    """Names and address of a vestiging; `las` names the adapter of the school's LAS, None when unknown.

    `notificeren` says whether a LAS that asked in vain hears by itself that a dossier lies ready (the default), or only
    after a deliberate act of somebody.
    """

    vestiging: Vestiging
    officiele_naam: str
    naam: str
    schooltype: str
    bestuur: str
    straat: str
    huisnummer: str
    postcode: str
    plaats: str
    telefoon: str | None = None
    las: str | None = None
    notificeren: Notificeerwijze | None = None

    @property
    def notificeert_vanzelf(self) -> bool:
        """True when no deliberate act is needed."""
        return self.notificeren != "handmatig"
