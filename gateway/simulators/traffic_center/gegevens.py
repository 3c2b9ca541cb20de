"""What the simulated Traffic Center keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from gateway.domain.overdracht import Oorzaak, Sector
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import (
    Brin,
    Doel,
    Koppelsleutel,
    Oin,
    Overdrachtsoort,
    RouteringsKenmerk,
    SessieId,
    Vestiging,
)


@dataclass(frozen=True, slots=True)
class Punt:
    """An aanleverpunt. `fouten` counts `DossierOngeldig`; `oorzaak` is the session that switched it off."""

    vestiging: Vestiging
    nummer: int
    kenmerk: RouteringsKenmerk
    sleutel: str = field(repr=False)
    sector: Sector
    oin: Oin
    url: str | None = None
    actief: bool = False
    goedgekeurd: bool = True
    naam: str | None = None
    doel: Doel = Doel.OV
    fouten: int = 0
    oorzaak: Oorzaak | None = None

    @property
    def brin(self) -> Brin:
        """BRIN of the school."""
        return self.vestiging.brin

    @property
    def bevraagbaar(self) -> bool:
        """True when a doel can be sent there: on, and with an address."""
        return self.actief and self.url is not None


@dataclass(frozen=True, slots=True)
class Sessie:
    """A session and what it is bound to. `sleutel` is a keyed fingerprint: the zoeksleutel itself is never kept."""

    id: SessieId
    bron_brin: Brin
    doel_brin: Brin
    doel_kenmerk: RouteringsKenmerk
    sleutel: str = field(repr=False)
    soort: Overdrachtsoort
    verloopt: datetime
    afgemeld: Resultaat | None = None


@dataclass(frozen=True, slots=True)
class Koppeling:
    """A koppelsleutel that was handed out, and the two points that it connects."""

    sleutel: Koppelsleutel
    bron_kenmerk: RouteringsKenmerk
    doel_kenmerk: RouteringsKenmerk


@dataclass(frozen=True, slots=True)
class Instellingen:
    """What can be set: faults until a point goes off, and how long a session lives in seconds."""

    fouten_tot_uit: int = 3
    sessie_seconden: int = 900


@dataclass(frozen=True, slots=True)
class LogRegel:
    """One call, as the control surface shows it; never a zoeksleutel or PGN."""

    tijd: datetime
    operatie: str
    partij: str
    oin: Oin
    antwoord: str
    bron_brin: Brin | None = None
    doel_brin: Brin | None = None
    sessie_id: SessieId | None = None
    resultaat: Resultaat | None = None
    nr: int = 0
