"""What travels between doel, bron and Traffic Center, freed from XML."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import (
    Brin,
    Doel,
    ElkNummer,
    Koppelsleutel,
    Oin,
    Overdrachtsoort,
    Pgn,
    RouteringsKenmerk,
    SessieId,
    Vestiging,
)

Sector = Literal["PO", "VO", "SO", "SWV"]


@dataclass(frozen=True, slots=True)
class Adresblok:
    """The four address fields that open every message between systems (`messages.md`)."""

    bron_brin: Brin
    bron_kenmerk: RouteringsKenmerk | None
    doel_brin: Brin
    doel_kenmerk: RouteringsKenmerk


@dataclass(frozen=True, slots=True, repr=False)
class Zoeksleutel:
    """Derived form of a PGN for the Traffic Center. With its fragment it gives the BSN back: treat it as a PGN.

    The fragment is None when it came in a version of the messages that has none (OSO'18).
    """

    zoeksleutel: str
    pgnfrag: str | None

    def __repr__(self) -> str:
        return "Zoeksleutel(•••)"


@dataclass(frozen=True, slots=True)
class Sessievraag:
    """What a bron asks the Traffic Center before anything else (wiki OSO:2022/Controleren Sessie)."""

    adres: Adresblok
    sleutel: Zoeksleutel | Koppelsleutel
    overdrachtsoort: Overdrachtsoort
    sessie_id: SessieId


@dataclass(frozen=True, slots=True)
class Oorzaak:
    """The session that made the Traffic Center switch our point off."""

    sessie_id: SessieId
    moment: datetime


@dataclass(frozen=True, slots=True)
class Sessieantwoord:
    """Answer to a sessiecontrole: `sector` of the doel when it succeeded."""

    resultaat: Resultaat
    sector: Sector | None = None
    oorzaak: Oorzaak | None = None

    @property
    def geldig(self) -> bool:
        """True when the dossier may be looked for."""
        return self.resultaat is Resultaat.GELUKT


@dataclass(frozen=True, slots=True, repr=False)
class Registratieaanvraag:
    """A point as entered by the contactpersoon, with its sleutel; exactly one of nummer and kenmerk."""

    vestiging: Vestiging
    aanleverpuntnummer: int | None
    routerings_kenmerk: RouteringsKenmerk | None
    sleutel: str
    doel: Doel
    url: str


@dataclass(frozen=True, slots=True)
class Registratieantwoord:
    """Answer of the Traffic Center to a registration; kenmerk and flag only on success."""

    resultaat: Resultaat
    routerings_kenmerk: RouteringsKenmerk | None = None
    mag_overdracht_aanvragen: bool = False


@dataclass(frozen=True, slots=True)
class Documentvraag:
    """A `documentRequest` as it came in, decoded."""

    adres: Adresblok
    sleutel: Pgn | Koppelsleutel
    overdrachtsoort: Overdrachtsoort
    dossier_versies: tuple[str, ...]
    dossier_verzameldatum: datetime | None
    sessie_id: SessieId


@dataclass(frozen=True, slots=True)
class Documentantwoord:
    """Answer to a `documentRequest`; version, date and octets (the `dossier` element) only on success."""

    resultaat: Resultaat
    dossier_versie: str | None = None
    verzameldatum: datetime | None = None
    octets: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Overdrachtvraag:
    """What a doel asks the Traffic Center: a session for one dossier. A `bron_kenmerk` asks for one point only."""

    adres: Adresblok
    sleutel: Zoeksleutel | Koppelsleutel
    overdrachtsoort: Overdrachtsoort


@dataclass(frozen=True, slots=True)
class TeBevragenPunt:
    """A point that a doel may ask in a session; `url` is its base, without service and closing slash."""

    brin: Brin
    kenmerk: RouteringsKenmerk
    url: str
    naam: str | None = None


@dataclass(frozen=True, slots=True)
class Overdrachtantwoord:
    """Answer to an overdracht: the session and the points to ask, in order, when it was granted."""

    resultaat: Resultaat
    sessie_id: SessieId | None = None
    punten: tuple[TeBevragenPunt, ...] = ()


@dataclass(frozen=True, slots=True)
class Afmelding:
    """End of a session: the best result, with the point that gave it in the address block."""

    adres: Adresblok
    sleutel: Zoeksleutel | Koppelsleutel
    overdrachtsoort: Overdrachtsoort
    sessie_id: SessieId
    resultaat: Resultaat


@dataclass(frozen=True, slots=True)
class Notificatiemelding:
    """What a bron tells the Traffic Center before it notifies a doel."""

    adres: Adresblok
    doel: Doel
    sessie_id: SessieId | None = None
    aanvraagdatum: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notificatieadres:
    """Answer to it: where the notification goes, and for an SWV the koppelsleutel."""

    resultaat: Resultaat
    url: str | None = None
    koppelsleutel: Koppelsleutel | None = None


@dataclass(frozen=True, slots=True)
class Notificatie:
    """Message of a bron to a doel that a dossier lies ready."""

    adres: Adresblok
    doel: Doel
    koppelsleutel: Koppelsleutel | None = None
    sessie_id: SessieId | None = None
    aanvraagdatum: datetime | None = None


@dataclass(frozen=True, slots=True)
class Terugkoppelmelding:
    """What an SWV tells the Traffic Center before it sends feedback."""

    adres: Adresblok
    koppelsleutel: Koppelsleutel


@dataclass(frozen=True, slots=True)
class Terugkoppeladres:
    """Answer to it: where the feedback goes."""

    resultaat: Resultaat
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Terugkoppeling:
    """Feedback of an SWV about a dossier; the text may say anything of a child."""

    adres: Adresblok
    koppelsleutel: Koppelsleutel
    tekst: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Overzichtvraag:
    """Filter for the list of points; nothing filled in asks for all of them."""

    brin: Brin | None = None
    doel: Doel | None = None
    kenmerk: RouteringsKenmerk | None = None


@dataclass(frozen=True, slots=True)
class BekendPunt:
    """A point as the Traffic Center lists it, also when it is off."""

    brin: Brin
    kenmerk: RouteringsKenmerk
    actief: bool
    naam: str | None = None
    doel: Doel | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Overzichtantwoord:
    """Answer to an overzichtAanleverpunt."""

    resultaat: Resultaat
    punten: tuple[BekendPunt, ...] = ()


@dataclass(frozen=True, slots=True)
class Verzoek:
    """A request kept six months for a later notification (wiki OSO:2018/Opvragen dossier)."""

    moment: datetime
    pgn: Pgn
    adres: Adresblok
    overdrachtsoort: Overdrachtsoort
    sessie_id: SessieId


@dataclass(frozen=True, slots=True)
class Levering:
    """One answer that we gave to a documentRequest: a delivery or a refusal. Row of the menu "OSO-overdrachten"."""

    moment: datetime
    bron: Vestiging
    doel_brin: Brin
    doel_kenmerk: RouteringsKenmerk
    oin: Oin
    systeem: str
    resultaat: Resultaat
    sessie_id: SessieId
    elk_nummer: ElkNummer | None = None
    versie: int | None = None
    overgedragen: datetime | None = None
    via: str | None = None
    id: int = 0
