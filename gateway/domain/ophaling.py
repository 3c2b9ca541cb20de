"""The gateway as doelsysteem: one fetch of one dossier from another school, as a state machine.

    wacht ─► sessie ─► vragen(i) ─► valideren ─┬─► vragen(i + 1) … ─► afmelden ─► gereed
      │        │          └────────────────────┴──────────────────────────┘
      └────────┴─► mislukt

Every step is stored before and after its call out (`begonnen`, then what came of it), so that who finds an `Ophaling`
after a crash knows which step to do again. A session that was opened is signed off once: from `sessie` on the only end
is `gereed` (`messages.md`, "Afmelding is sent once for each session that was opened").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from gateway.domain.beoordeling import Rapport
from gateway.domain.gevolg import Resultaattabel
from gateway.domain.logboek import Opdrachtgever
from gateway.domain.overdracht import TeBevragenPunt
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Overdrachtsoort, RouteringsKenmerk, SessieId, Vestiging


class Fase(StrEnum):
    """Where a fetch is."""

    WACHT = "wacht"
    SESSIE = "sessie"
    VRAGEN = "vragen"
    VALIDEREN = "valideren"
    AFMELDEN = "afmelden"
    GEREED = "gereed"
    MISLUKT = "mislukt"


OVERGANGEN: Mapping[Fase, frozenset[Fase]] = MappingProxyType(
    {
        Fase.WACHT: frozenset({Fase.SESSIE, Fase.MISLUKT}),
        Fase.SESSIE: frozenset({Fase.VRAGEN, Fase.AFMELDEN, Fase.MISLUKT}),
        Fase.VRAGEN: frozenset({Fase.VRAGEN, Fase.VALIDEREN, Fase.AFMELDEN}),
        Fase.VALIDEREN: frozenset({Fase.VRAGEN, Fase.AFMELDEN}),
        Fase.AFMELDEN: frozenset({Fase.GEREED}),
        Fase.GEREED: frozenset(),
        Fase.MISLUKT: frozenset(),
    }
)
"""The steps that exist."""


VERSTE_PAUZE = timedelta(minutes=5)
"""Longer than any pause between two attempts."""


class OvergangBestaatNiet(ValueError):
    """A fetch is told to make a step that does not exist from where it is: a slip of ours."""


@dataclass(frozen=True, slots=True)
class Bronvraag:
    """One aanleverpunt of the session: what it was asked and what came of it.

    `vorige` is the last fetch that took a dossier here, `sinds` the `dossierVerzameldatum` that was sent because of it;
    `resultaat` is None until it is settled, and the judgement of our own validation where there is a dossier;
    `dossier_versie` and `verzameldatum` are those of its answer.
    """

    punt: TeBevragenPunt
    vorige: str | None = None
    sinds: datetime | None = None
    resultaat: Resultaat | None = None
    dossier_versie: str | None = None
    verzameldatum: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sectieverschil:
    """What differs between two dossiers in one section; never a value. `soort`: nieuw, gewijzigd or vervallen."""

    sectie: str
    soort: str


@dataclass(frozen=True, slots=True)
class OpgehaaldDocument:
    """What one aanleverpunt gave. Hostile until `rapport` says that it is geldig.

    `bericht` is the answer as it came in, octet for octet; `ontvangen` the `dossier` element in it; `octets` its
    exclusive canonical form, there only when our own validation took it.
    """

    volgnummer: int
    bericht: bytes = field(repr=False)
    ontvangen: bytes = field(repr=False)
    octets: bytes | None = field(default=None, repr=False)
    rapport: Rapport | None = None
    wijzigingen: tuple[Sectieverschil, ...] | None = None
    """Against the fetch before this one; None when there was none to compare with."""


@dataclass(frozen=True, slots=True)
class Ophaling:
    """One fetch. The PGN is not in it: it is kept apart, encrypted, and asked for only when a call needs it.

    `pogingen` counts the calls begun in this step (of this aanleverpunt), a crash included. `code` and `melding` tell
    a refusal of ours, for one of a list.
    """

    id: str
    moment: datetime
    opdrachtgever: Opdrachtgever
    bron_brin: Brin
    doel: Vestiging
    overdrachtsoort: Overdrachtsoort
    bron_kenmerk: RouteringsKenmerk | None = None
    opnieuw: bool = False
    lijst: str | None = None
    nummer: int | None = None
    """Place in its list, from 1."""
    fase: Fase = Fase.WACHT
    doel_kenmerk: RouteringsKenmerk | None = None
    sessie_id: SessieId | None = None
    sessie_moment: datetime | None = None
    vragen: tuple[Bronvraag, ...] = ()
    begonnen: datetime | None = None
    pogingen: int = 0
    volgende_poging: datetime | None = None
    resultaat: Resultaat | None = None
    beste: int | None = None
    """Index in `vragen` of the best result."""
    afmelding: Resultaat | None = None
    code: str | None = None
    melding: str | None = None
    afgerond: datetime | None = None
    revisie: int = 0
    nr: int = 0

    @property
    def klaar(self) -> bool:
        """True when nothing follows any more."""
        return not OVERGANGEN[self.fase]

    @property
    def status(self) -> str:
        """The word of the REST interface."""
        return self.fase.value if self.klaar or self.fase is Fase.WACHT else "bezig"

    @property
    def geslaagd(self) -> bool:
        """True when a dossier was taken, and may be handed on."""
        return self.fase is Fase.GEREED and self.resultaat is Resultaat.GELUKT

    @property
    def aan_de_beurt(self) -> int | None:
        """Index of the first aanleverpunt that is not settled, None when all are."""
        return next((plaats for plaats, vraag in enumerate(self.vragen) if vraag.resultaat is None), None)

    def mag_nu(self, nu: datetime) -> bool:
        """Is it time for the next step? A pause longer than there are any means that the clock was put back."""
        return self.volgende_poging is None or not nu < self.volgende_poging <= nu + VERSTE_PAUZE

    @property
    def vorige(self) -> str | None:
        """Id of the fetch before this one, of the same pupil at the same aanleverpunt."""
        return self.vragen[self.beste].vorige if self.beste is not None else None

    @property
    def dossier_verzameldatum(self) -> datetime | None:
        """Of the dossier that was taken; when there is nothing newer, of the one that the school has already."""
        if self.beste is None:
            return None
        vraag = self.vragen[self.beste]
        return vraag.verzameldatum if vraag.verzameldatum is not None else self._bekend(vraag)

    def _bekend(self, vraag: Bronvraag) -> datetime | None:
        return vraag.sinds if vraag.resultaat is Resultaat.NIETS_NIEUWS else None

    # ------------------------------------------------------------------------------------------------- the steps

    def begin(self, moment: datetime) -> Ophaling:
        """A call out is about to be made: stored first, so that a crash is seen."""
        return replace(self, begonnen=moment, pogingen=self.pogingen + 1, volgende_poging=None)

    def later(self, moment: datetime) -> Ophaling:
        """The call gave no answer: the same step again, not before `moment`."""
        return replace(self, begonnen=None, volgende_poging=moment)

    def naar_sessie(self, doel_kenmerk: RouteringsKenmerk) -> Ophaling:
        """Our own point may ask."""
        return replace(self._naar(Fase.SESSIE), doel_kenmerk=doel_kenmerk)

    def met_sessie(self, sessie_id: SessieId, punten: Sequence[TeBevragenPunt], moment: datetime) -> Ophaling:
        """The Traffic Center opened a session. Without a single point to ask there is still one to sign off."""
        vragen = tuple(Bronvraag(punt) for punt in punten)
        stap = self._naar(Fase.VRAGEN if vragen else Fase.AFMELDEN)
        resultaat = None if vragen else Resultaat.BRON_WEG
        return replace(stap, sessie_id=sessie_id, sessie_moment=moment, vragen=vragen, resultaat=resultaat)

    def gevraagd_sinds(self, plaats: int, sinds: datetime | None, vorige: str | None) -> Ophaling:
        """The aanleverpunt will be asked for what is newer than `sinds` (None: anything), known of fetch `vorige`."""
        return self._met_vraag(plaats, replace(self.vragen[plaats], sinds=sinds, vorige=vorige))

    def ontvangen(self, plaats: int, dossier_versie: str | None, verzameldatum: datetime | None) -> Ophaling:
        """A dossier came; it is hostile until it has been validated."""
        vraag = replace(self.vragen[plaats], dossier_versie=dossier_versie, verzameldatum=verzameldatum)
        return self._met_vraag(plaats, vraag)._naar(Fase.VALIDEREN)

    def beslist(self, plaats: int, resultaat: Resultaat, tabel: Resultaattabel) -> Ophaling:
        """An aanleverpunt is settled: on to the next one, or with the best result to the afmelding."""
        stap = self._met_vraag(plaats, replace(self.vragen[plaats], resultaat=resultaat))
        if stap.aan_de_beurt is not None:
            return stap._naar(Fase.VRAGEN)
        return stap._met_beste(tabel)

    def afgemeld(self, antwoord: Resultaat, moment: datetime) -> Ophaling:
        """The session is signed off, or there is no session any more to sign off."""
        return replace(self._naar(Fase.GEREED), afmelding=antwoord, afgerond=moment)

    def mislukt(self, resultaat: Resultaat, moment: datetime) -> Ophaling:
        """There is no session, and there will be none."""
        return replace(self._naar(Fase.MISLUKT), resultaat=resultaat, afgerond=moment)

    def geweigerd(self, code: str, melding: str, moment: datetime) -> Ophaling:
        """Refused by ourselves before anything was asked."""
        return replace(self._naar(Fase.MISLUKT), code=code, melding=melding, afgerond=moment)

    def _naar(self, fase: Fase) -> Ophaling:
        if fase not in OVERGANGEN[self.fase]:
            raise OvergangBestaatNiet(f"{self.fase} -> {fase}")
        return replace(self, fase=fase, begonnen=None, pogingen=0, volgende_poging=None)

    def _met_vraag(self, plaats: int, vraag: Bronvraag) -> Ophaling:
        return replace(self, vragen=(*self.vragen[:plaats], vraag, *self.vragen[plaats + 1 :]))

    def _met_beste(self, tabel: Resultaattabel) -> Ophaling:
        resultaten = [vraag.resultaat for vraag in self.vragen if vraag.resultaat is not None]
        beste = tabel.beste(resultaten)
        return replace(self._naar(Fase.AFMELDEN), beste=beste, resultaat=resultaten[beste])
