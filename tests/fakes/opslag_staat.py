"""The state of the store in memory, and what its parts share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from gateway.domain.aanleverpunt import Aanleverpunt
from gateway.domain.aflevering import Aflevering
from gateway.domain.bewaren import Grafsteen
from gateway.domain.dossier import Dossier, Versie, VersieInhoud
from gateway.domain.klaarzetten import Klaarzetopdracht, Klaarzetresultaat
from gateway.domain.logboek import Gebeurtenis, HistorieRegel
from gateway.domain.notificatie import Notificatietaak
from gateway.domain.ontvangen import OntvangenBericht
from gateway.domain.overdracht import Levering, Verzoek
from gateway.domain.poging import Belpoging
from gateway.domain.schakelaar import Bereik, Schakelaar
from gateway.domain.school import School
from gateway.domain.toegang import Abonnement, BewaardAntwoord, Token
from gateway.domain.waarden import Brin, ElkNummer, Pgn, RouteringsKenmerk, SessieId, Vestiging
from gateway.domain.werkproces import Werkproces
from gateway.ports import AuditRij
from tests.fakes.ophalingen import Ophaalstaat

_S = TypeVar("_S")
_T = TypeVar("_T")
NOOIT = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Staat:
    """All that is kept."""

    scholen: dict[Vestiging, School] = field(default_factory=dict)
    punten: dict[Vestiging, Aanleverpunt] = field(default_factory=dict)
    dossiers: dict[str, Dossier] = field(default_factory=dict)
    versies: dict[tuple[str, int], tuple[Versie, VersieInhoud | None]] = field(default_factory=dict)
    leveringen: dict[int, Levering] = field(default_factory=dict)
    verzoeken: dict[tuple[SessieId, Brin, RouteringsKenmerk], Verzoek] = field(default_factory=dict)
    audit: list[AuditRij] = field(default_factory=list)
    gebeurtenissen: list[Gebeurtenis] = field(default_factory=list)
    historie: list[HistorieRegel] = field(default_factory=list)
    tokens: dict[str, Token] = field(default_factory=dict)
    antwoorden: dict[tuple[str, str, str], BewaardAntwoord] = field(default_factory=dict)
    opdrachten: dict[str, Klaarzetopdracht] = field(default_factory=dict)
    rijen: dict[str, dict[ElkNummer, Klaarzetresultaat | None]] = field(default_factory=dict)
    abonnementen: dict[str, Abonnement] = field(default_factory=dict)
    standen: dict[str, int] = field(default_factory=dict)
    afleveringen: dict[int, Aflevering] = field(default_factory=dict)
    processen: dict[str, Werkproces] = field(default_factory=dict)
    slots: dict[str, tuple[str, str]] = field(default_factory=dict)
    grafstenen: list[Grafsteen] = field(default_factory=list)
    ophalingen: Ophaalstaat = field(default_factory=Ophaalstaat)
    ontvangen: dict[str, OntvangenBericht] = field(default_factory=dict)
    herhalingen: dict[bytes, datetime] = field(default_factory=dict)
    notificaties: dict[int, Notificatietaak] = field(default_factory=dict)
    schakelaars: dict[Bereik, Schakelaar] = field(default_factory=dict)
    rondes: dict[str, datetime] = field(default_factory=dict)

    pogingen: list[Belpoging] = field(default_factory=list)
    gegeven: list[int] = field(default_factory=list)
    """The last number of the feed, as the only element."""

    def teller(self) -> int:
        """Give the next number of the feed; none comes back, also when events were removed."""
        self.gegeven[:] = [self.laatste + 1]
        return self.gegeven[0]

    @property
    def laatste(self) -> int:
        """Last number of the feed."""
        return self.gegeven[0] if self.gegeven else 0

    def kopie(self) -> Staat:
        """Copy what can change; the things in it are immutable."""
        nieuw = Staat(**{naam: getattr(self, naam).copy() for naam in self.__slots__})
        nieuw.rijen = {naam: rijen.copy() for naam, rijen in self.rijen.items()}
        return nieuw


@dataclass(slots=True)
class Deel:
    """What each port of a unit of work is made on."""

    staat: Staat
    schrijvend: bool

    def eis_schrijvend(self) -> None:
        if not self.schrijvend:
            raise RuntimeError("this unit of work only reads: open it with opslag.werk()")


def haal_weg(rijen: dict[_S, _T], passend: Callable[[_S, _T], bool]) -> int:
    """Delete the rows that fit; gives their number."""
    weg = [sleutel for sleutel, rij in rijen.items() if passend(sleutel, rij)]
    for sleutel in weg:
        del rijen[sleutel]
    return len(weg)


def pseudoniem_van(over: ElkNummer | Pgn | None) -> str | None:
    """Stand-in for the keyed pseudonym: stable within one process, and not the number itself."""
    return f"pseudoniem-{hash((type(over).__name__, over.waarde)):x}" if over is not None else None


def bladzijde(passend: Sequence[_T], aantal: int, cursor: Callable[[_T], _S]) -> tuple[Sequence[_T], _S | None]:
    """Give the first ones, at least one when there is any, and the cursor of the last when more follow."""
    deel = passend[: max(1, aantal)]
    return deel, cursor(deel[-1]) if len(passend) > len(deel) else None
