"""Telling a LAS that asked in vain that its dossier lies ready now: one `Notificatietaak` for each doel and version.

    te-melden ─► gemeld ─► verstuurd ─► ontvangen
        │           │          │
        └───────────┴──────────┴─► mislukt, vervallen

First the Traffic Center is told (`meldenNotificatie`) and says where the LAS is; then the LAS is told (`notificatie`).
`verstuurd` is written before the message leaves: after a crash nobody knows whether it arrived, and it is sent again;
who gets it twice keeps it once. Source: wiki OSO:2022/Initiëren notificatie/overstap; `messages.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.domain.toestanden import NOTIFICATIE
from gateway.domain.waarden import Brin, ElkNummer, RouteringsKenmerk, SessieId, Vestiging

_EERSTE = timedelta(seconds=30)
_LANGSTE = timedelta(minutes=45)
VERSTE_PAUZE = timedelta(minutes=46)
"""No pause is longer: what should wait longer was written before the clock went back, and goes now. Less than an hour,
so that a clock put back by one is seen at once, whatever the pause."""
UITSTEL = timedelta(minutes=10)
"""How long a notification rests that may not go now; what it waits for may end it earlier."""
GEEF_OP_NA = timedelta(days=3)
"""After this a notification that nobody took is `mislukt`, counted from its first attempt."""


class NotificatieStatus(StrEnum):
    """Where a notification is."""

    TE_MELDEN = "te-melden"
    GEMELD = "gemeld"
    VERSTUURD = "verstuurd"
    ONTVANGEN = "ontvangen"
    MISLUKT = "mislukt"
    VERVALLEN = "vervallen"


OPEN = frozenset({NotificatieStatus.TE_MELDEN, NotificatieStatus.GEMELD, NotificatieStatus.VERSTUURD})
"""States in which there is something to do."""


class Waarom(StrEnum):
    """Why a notification does not go: for good (`vervallen`), or not yet."""

    NIET_MEER_GEPLAATST = "NietMeerGeplaatst"
    NIET_KLAARGEZET = "NietKlaargezet"
    NIEUWERE_VERSIE = "NieuwereVersie"
    AL_OPGEHAALD = "AlOpgehaald"
    AANVRAAG_TE_OUD = "AanvraagTeOud"
    NIET_UITLEVERBAAR = "NietUitleverbaar"
    TEGENGEHOUDEN = "Tegengehouden"
    WORDT_OPGEHAALD = "WordtOpgehaald"
    AANLEVERPUNT_UIT = "AanleverpuntUit"
    HANDMATIG_UIT = "HandmatigUit"


@dataclass(frozen=True, slots=True)
class Notificatietaak:
    """One version that one LAS is told of, with the session and moment of its request.

    `gemaakt` is when it was (last) taken up, `sinds` since when it is in this status, `verstuurd` when it was first
    sent, so far as we know; `account` ordered it, None where it goes by itself.
    """

    elk_nummer: ElkNummer
    versie: int
    bron: Vestiging
    doel_brin: Brin
    doel_kenmerk: RouteringsKenmerk
    sessie_id: SessieId
    aanvraagdatum: datetime
    gemaakt: datetime
    sinds: datetime
    volgende_poging: datetime
    status: NotificatieStatus = NotificatieStatus.TE_MELDEN
    pogingen: int = 0
    url: str | None = None
    verstuurd: datetime | None = None
    reden: str | None = None
    account: str | None = None
    id: int = 0

    @property
    def open(self) -> bool:
        """Is there something to do?"""
        return self.status in OPEN

    def aan_de_beurt(self, nu: datetime) -> bool:
        """Has its time come?"""
        return self.volgende_poging <= nu or self.volgende_poging > nu + VERSTE_PAUZE

    @property
    def hervatbaar(self) -> bool:
        """May it begin anew by itself? Only when it was dropped before anything was sent."""
        return self.status is NotificatieStatus.VERVALLEN and self.verstuurd is None

    def gemeld(self, url: str, nu: datetime) -> Notificatietaak:
        """The Traffic Center told where the LAS is."""
        return replace(self._naar(NotificatieStatus.GEMELD, nu), url=url, pogingen=0, volgende_poging=nu, reden=None)

    def versturen(self, nu: datetime) -> Notificatietaak:
        """To be written before the message leaves."""
        if self.status is NotificatieStatus.VERSTUURD:
            return self
        return replace(self._naar(NotificatieStatus.VERSTUURD, nu), verstuurd=self.verstuurd or nu)

    def ontvangen(self, nu: datetime) -> Notificatietaak:
        """The LAS confirmed it."""
        return replace(self._naar(NotificatieStatus.ONTVANGEN, nu), pogingen=self.pogingen + 1, reden=None)

    def later(self, reden: str, nu: datetime, spreiding: float) -> Notificatietaak:
        """An attempt that may do better later; `spreiding` (0 to 1) keeps all from coming at once."""
        if nu - self.gemaakt >= GEEF_OP_NA:
            return self.mislukt(reden, nu)
        wacht = min(_LANGSTE, _EERSTE * 2 ** min(self.pogingen, 16))
        return replace(
            self._naar(self.status, self.sinds),
            pogingen=self.pogingen + 1,
            reden=reden,
            volgende_poging=nu + wacht * (1 - spreiding / 2),
        )

    def uitgesteld(self, waarom: Waarom, nu: datetime) -> Notificatietaak:
        """It may not go now; nothing was tried."""
        return replace(self, reden=waarom.value, volgende_poging=nu + UITSTEL)

    def mislukt(self, reden: str, nu: datetime) -> Notificatietaak:
        """Given up: a person must look at it."""
        return replace(self._naar(NotificatieStatus.MISLUKT, nu), pogingen=self.pogingen + 1, reden=reden)

    def vervallen(self, waarom: Waarom, nu: datetime) -> Notificatietaak:
        """No longer to be told."""
        return replace(self._naar(NotificatieStatus.VERVALLEN, nu), reden=waarom.value)

    def opnieuw(
        self, sessie_id: SessieId, aanvraagdatum: datetime, nu: datetime, account: str | None
    ) -> Notificatietaak:
        """From the beginning, for the request that is the newest now."""
        return replace(
            self._naar(NotificatieStatus.TE_MELDEN, nu),
            sessie_id=sessie_id,
            aanvraagdatum=aanvraagdatum,
            gemaakt=nu,
            volgende_poging=nu,
            pogingen=0,
            url=None,
            reden=None,
            account=account,
        )

    def _naar(self, status: NotificatieStatus, sinds: datetime) -> Notificatietaak:
        NOTIFICATIE.eis(self.status.value, status.value)
        return replace(self, status=status, sinds=sinds)
