"""The aanleverpunt of a school for this gateway: entered, registered, refused, switched off.

The flags OSO and Mag overdr. aanvragen go on and off together (aanname, `architecture.md`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from gateway.domain.toestanden import AANLEVERPUNT
from gateway.domain.waarden import Doel, RouteringsKenmerk, Vestiging


class AanleverpuntStatus(StrEnum):
    """Where an aanleverpunt stands; the value is that of the REST interface."""

    NIEUW = "nieuw"
    GEREGISTREERD = "geregistreerd"
    GEWEIGERD = "geweigerd"
    UITGEZET = "uitgezet"


@dataclass(frozen=True, slots=True, repr=False)
class Aanleverpunt:
    """One delivery point of ours. `sleutel` is a secret: encrypted at rest, never given back."""

    vestiging: Vestiging
    aanleverpuntnummer: int | None
    routerings_kenmerk: RouteringsKenmerk | None
    sleutel: str
    sinds: datetime
    naam: str | None = None
    doel: Doel = Doel.OV
    status: AanleverpuntStatus = AanleverpuntStatus.NIEUW
    mag_overdracht_aanvragen: bool = False
    reden: str | None = None

    def __repr__(self) -> str:
        return f"Aanleverpunt({self.vestiging}, {self.status})"

    @property
    def oso(self) -> bool:
        """The flag OSO: the point is registered and may serve."""
        return self.status is AanleverpuntStatus.GEREGISTREERD

    def adres_voor(self, ander: RouteringsKenmerk) -> RouteringsKenmerk | None:
        """Our address in the terms in which the other is known: by number when it is; None when we have none such."""
        ons = self.routerings_kenmerk
        if ons is None or ander.index is None or ons.index is not None:
            return ons
        return RouteringsKenmerk.van_index(self.aanleverpuntnummer) if self.aanleverpuntnummer is not None else None

    def zelfde_invoer(self, ander: Aanleverpunt) -> bool:
        """True when both hold the same entered data (status aside); an equal PUT then changes nothing.

        A point entered by nummer gets its kenmerk at registration: that one is not entered data.
        """
        if (self.sleutel, self.naam, self.doel) != (ander.sleutel, ander.naam, ander.doel):
            return False
        if ander.aanleverpuntnummer is not None:
            return self.aanleverpuntnummer == ander.aanleverpuntnummer
        return self.aanleverpuntnummer is None and self.routerings_kenmerk == ander.routerings_kenmerk

    def geregistreerd(self, kenmerk: RouteringsKenmerk, mag_aanvragen: bool, moment: datetime) -> Aanleverpunt:
        """The Traffic Center took it: flags on."""
        AANLEVERPUNT.eis(self.status, AanleverpuntStatus.GEREGISTREERD)
        return replace(
            self,
            routerings_kenmerk=kenmerk,
            status=AanleverpuntStatus.GEREGISTREERD,
            mag_overdracht_aanvragen=mag_aanvragen,
            reden=None,
            sinds=moment,
        )

    def geweigerd(self, reden: str, moment: datetime) -> Aanleverpunt:
        """The Traffic Center refused registration: flags off, with its code as reason."""
        return self._uit(AanleverpuntStatus.GEWEIGERD, reden, moment)

    def uitgezet(self, reden: str, moment: datetime) -> Aanleverpunt:
        """The Traffic Center switched it off: flags off until registered again."""
        return self._uit(AanleverpuntStatus.UITGEZET, reden, moment)

    def _uit(self, status: AanleverpuntStatus, reden: str, moment: datetime) -> Aanleverpunt:
        AANLEVERPUNT.eis(self.status, status)
        return replace(self, status=status, mag_overdracht_aanvragen=False, reden=reden, sinds=moment)
