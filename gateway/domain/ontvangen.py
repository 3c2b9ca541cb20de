"""Messages that other systems send us unasked: a dossier lies ready (notificatie), feedback of an SWV (terugkoppeling).

Sources: wiki OSO:2022/Versturen Notificatie, OSO:2017/Versturen Terugkoppeling; `messages.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.domain.overdracht import Adresblok
from gateway.domain.waarden import Brin, Doel, Koppelsleutel, Oin, RouteringsKenmerk, SessieId, Vestiging

NIEUWS_NA = timedelta(hours=1)
"""A message that comes again after this long is news once more: a notification of a next version looks the same."""


class Berichtsoort(StrEnum):
    """Kind of message."""

    NOTIFICATIE = "notificatie"
    TERUGKOPPELING = "terugkoppeling"


@dataclass(frozen=True, slots=True)
class OntvangenBericht:
    """One message as it came in, for a point of ours.

    The same message is kept once: `moment` is when it came first, `laatst` when it came last, `aantal` how often.
    `tekst` may say anything of a child; `koppelsleutel` stands for one dossier.
    """

    soort: Berichtsoort
    moment: datetime
    vestiging: Vestiging
    afzender_brin: Brin
    afzender_kenmerk: RouteringsKenmerk | None
    oin: Oin
    systeem: str
    adres: Adresblok
    doel: Doel | None = None
    sessie_id: SessieId | None = None
    aanvraagdatum: datetime | None = None
    koppelsleutel: Koppelsleutel | None = field(default=None, repr=False)
    tekst: str | None = field(default=None, repr=False)
    laatst: datetime | None = None
    aantal: int = 1
    id: int = 0

    def inhoud(self) -> str:
        """What makes two messages the same, as one text; whose OIN it is counts too."""
        adres = self.adres
        delen = (
            self.soort.value,
            self.oin.waarde,
            adres.bron_brin.waarde,
            adres.bron_kenmerk.waarde if adres.bron_kenmerk else "",
            adres.doel_brin.waarde,
            adres.doel_kenmerk.waarde,
            self.doel.value if self.doel else "",
            self.sessie_id.waarde.lower() if self.sessie_id else "",
            str(self.aanvraagdatum.timestamp()) if self.aanvraagdatum else "",
            self.koppelsleutel.waarde.lower() if self.koppelsleutel else "",
            self.tekst or "",
        )
        return "\n".join(f"{len(deel)} {deel}" for deel in delen)

    def is_nieuws(self, vorige: datetime | None) -> bool:
        """Tell whether who waits for it must hear; `vorige` is when the same message came last, None for never."""
        return vorige is None or self.moment - vorige >= NIEUWS_NA
