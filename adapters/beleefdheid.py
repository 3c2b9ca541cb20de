"""Politeness towards other parties: rate limits, retries within a budget, a circuit breaker for each peer.

`Omgang` wraps any call out. The order is: circuit breaker (is the peer known to be away?), rate limit (may we ask
now?), the call, and, where the operation may be repeated and the budget allows it, once more after a pause that grows
and is spread. A call that is held back raises `NietGevraagd`: the peer was not troubled. All figures are per process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, TypeVar

import tenacity

from gateway.domain.poging import Belpoging, Pogingafloop
from gateway.domain.resultaat import Resultaat

A = TypeVar("A")
Tijd = Callable[[], float]
Slaap = Callable[[float], None]

TRAFFIC_CENTER = "traffic-center"
EENMALIG = frozenset({"sessiecontrole", "terugkoppeling", "meldenTerugkoppeling"})
"""Never repeated: a bron has 5 seconds for a session check, and feedback must not arrive twice."""


class NietGevraagd(Exception):
    """The call was held back by ourselves; `oorzaak` is `BudgetOp` or `KringOpen`."""

    def __init__(self, oorzaak: str, melding: str) -> None:
        super().__init__(melding)
        self.oorzaak = oorzaak


class Pogingenboek(Protocol):
    """Takes note of every call out; never raises and never makes the caller wait."""

    def noteer(self, poging: Belpoging) -> None:
        """Take note of one."""


class GeenBoek:
    """Takes no notes."""

    def noteer(self, poging: Belpoging) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Omgangsregels:
    """All figures. Rates in calls per second, times in seconds; an operation not named has `anders_per_seconde`.

    `ineens` is the size of a bucket in seconds of its rate. `wachten` is the longest time that a call waits for its
    turn, `wachten_sessiecontrole` that of a session check: it is part of the 5 seconds that a bron may take.
    """

    per_seconde: Mapping[str, float] = field(default_factory=dict)
    anders_per_seconde: float = 20.0
    partij_per_seconde: float = 500.0
    ineens: float = 2.0
    wachten: float = 10.0
    wachten_sessiecontrole: float = 0.2
    pogingen: Mapping[str, int] = field(default_factory=dict)
    pauze_eerst: float = 0.5
    pauze_langst: float = 8.0
    herhaaldeel: float = 0.2
    """Repeats may be this part of all calls …"""
    herhaalvoorraad: float = 10.0
    """… with so many to begin with, and never more saved up than this."""
    kring_fouten: int = 10
    """After so many calls in a row without an answer a peer is taken to be away."""
    kring_open_eerst: float = 1.0
    kring_open_langst: float = 30.0

    def hoogste_pogingen(self, operatie: str) -> int:
        """How often one call may be made in all."""
        return 1 if operatie in EENMALIG else self.pogingen.get(operatie, 1)

    def wacht_hoogstens(self, operatie: str) -> float:
        """How long a call may wait for its turn."""
        return self.wachten_sessiecontrole if operatie == "sessiecontrole" else self.wachten


class Emmer:
    """Token bucket: `tempo` a second, `grootte` at once. Turns are given out in the order of asking."""

    def __init__(self, tempo: float, grootte: float, tijd: Tijd = time.monotonic) -> None:
        self._tempo = tempo
        self._grootte = max(1.0, grootte)
        self._tijd = tijd
        self._slot = threading.Lock()
        self._stand = self._grootte
        self._gezien = tijd()

    def neem(self, hoogstens: float) -> float | None:
        """Reserve a turn; gives the seconds to wait for it, or None when that would be longer than `hoogstens`."""
        with self._slot:
            nu = self._tijd()
            # A monotonic clock does not go back; a bucket that was just read by another thread may be a hair ahead.
            self._stand = min(self._grootte, self._stand + max(0.0, nu - self._gezien) * self._tempo)
            self._gezien = max(self._gezien, nu)
            wacht = max(0.0, (1.0 - self._stand) / self._tempo)
            if wacht > hoogstens:
                return None
            self._stand -= 1.0
            return wacht

    def geef_terug(self) -> None:
        """Give a reserved turn back that is not used."""
        with self._slot:
            self._stand = min(self._grootte, self._stand + 1.0)


class Herhaalbudget:
    """How many repeats there may be: a part of all calls, so that a storm of failures is not made a worse one."""

    def __init__(self, deel: float, voorraad: float) -> None:
        self._deel = deel
        self._meest = voorraad
        self._stand = voorraad
        self._slot = threading.Lock()

    def eerste(self) -> None:
        """Count a call that is no repeat."""
        with self._slot:
            self._stand = min(self._meest, self._stand + self._deel)

    def neem(self) -> bool:
        """Take one repeat; False when there is none left."""
        with self._slot:
            if self._stand < 1.0:
                return False
            self._stand -= 1.0
            return True


class Kring:
    """Circuit breaker of one peer: closed, open after failures in a row, half-open for one probe at a time."""

    def __init__(self, regels: Omgangsregels, tijd: Tijd = time.monotonic) -> None:
        self._regels = regels
        self._tijd = tijd
        self._slot = threading.Lock()
        self._fouten = 0
        self._open_tot: float | None = None
        self._duur = regels.kring_open_eerst
        self._proef_sinds: float | None = None

    @property
    def stand(self) -> str:
        """`dicht` (calls pass), `open` (none), `half` (one probe may pass)."""
        with self._slot:
            if self._open_tot is None:
                return "dicht"
            return "open" if self._tijd() < self._open_tot else "half"

    def laat_door(self) -> bool:
        """May a call pass now? When half-open, the one that asks first is the probe."""
        with self._slot:
            if self._open_tot is None:
                return True
            nu = self._tijd()
            # A probe that was never told of (its thread died) must not keep the circuit open for good.
            bezet = self._proef_sinds is not None and nu - self._proef_sinds < self._regels.kring_open_langst
            if nu < self._open_tot or bezet:
                return False
            self._proef_sinds = nu
            return True

    def gelukt(self) -> None:
        """The peer answered."""
        with self._slot:
            self._fouten, self._open_tot, self._proef_sinds = 0, None, None
            self._duur = self._regels.kring_open_eerst

    def mislukt(self) -> None:
        """The peer did not answer."""
        with self._slot:
            self._fouten += 1
            nu = self._tijd()
            if self._open_tot is not None:
                if self._proef_sinds is not None:
                    # The probe failed: wait longer before the next one.
                    self._duur = min(self._regels.kring_open_langst, self._duur * 2)
                    self._open_tot, self._proef_sinds = nu + self._duur, None
            elif self._fouten >= self._regels.kring_fouten:
                self._open_tot = nu + self._duur

    def niet_gebruikt(self) -> None:
        """A call that was let through was not made after all."""
        with self._slot:
            self._proef_sinds = None


@dataclass(frozen=True, slots=True)
class Storing:
    """What an exception says of the peer: `leeft` when it did answer, so that it is not away."""

    oorzaak: str
    leeft: bool = False
    fout_id: str | None = None


Duiding = Callable[[Exception], Storing]
"""Explains an exception of a call: what it says of the peer."""


class Omgang:
    """Calls out under `Omgangsregels`. Safe to share between threads; one for the whole process."""

    def __init__(
        self,
        regels: Omgangsregels,
        boek: Pogingenboek | None = None,
        *,
        tijd: Tijd = time.monotonic,
        slaap: Slaap = time.sleep,
        nu: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`boek` takes note of every call; the rest is for tests."""
        self.regels = regels
        self._boek = boek or GeenBoek()
        self._tijd, self._slaap, self._nu = tijd, slaap, nu
        self._slot = threading.Lock()
        self._emmers: dict[tuple[str, str], Emmer] = {}
        self._kringen: dict[str, Kring] = {}
        self._budget = Herhaalbudget(regels.herhaaldeel, regels.herhaalvoorraad)

    def kring(self, partij: str) -> Kring:
        """The circuit breaker of a peer."""
        with self._slot:
            return self._kringen.setdefault(partij, Kring(self.regels, self._tijd))

    def roep(
        self, partij: str, operatie: str, doe: Callable[[], A], duid: Duiding, *, onderwerp: str | None = None
    ) -> A:
        """Make a call. Raises `NietGevraagd`, or what `doe` raised at the last attempt."""
        keren = self.regels.hoogste_pogingen(operatie)
        if keren == 1:
            return self._een(partij, operatie, doe, duid, onderwerp)
        self._budget.eerste()
        herhaal = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(keren),
            wait=tenacity.wait_exponential(multiplier=self.regels.pauze_eerst, max=self.regels.pauze_langst)
            + tenacity.wait_random(0, self.regels.pauze_eerst),
            retry=tenacity.retry_if_exception(lambda fout: self._mag_nog_eens(fout, duid)),
            sleep=self._slaap,
            reraise=True,
        )
        for keer in herhaal:
            with keer:
                return self._een(partij, operatie, doe, duid, onderwerp)
        raise AssertionError("tenacity reraises the last exception")

    def _mag_nog_eens(self, fout: BaseException, duid: Duiding) -> bool:
        if isinstance(fout, NietGevraagd) or not isinstance(fout, Exception):
            return False
        # A peer that answered with a fault will do so again: nothing is won by asking the same once more.
        return not duid(fout).leeft and self._budget.neem()

    def _een(self, partij: str, operatie: str, doe: Callable[[], A], duid: Duiding, onderwerp: str | None) -> A:
        moment, begin = self._nu(), self._tijd()

        def noteer(
            afloop: Pogingafloop, oorzaak: str | None, melding: str | None = None, fout_id: str | None = None
        ) -> None:
            duur = round((self._tijd() - begin) * 1000)
            self._boek.noteer(Belpoging(moment, partij, operatie, afloop, duur, oorzaak, melding, fout_id, onderwerp))

        kring = self.kring(partij)
        try:
            self._wacht_op_beurt(partij, operatie, kring)
        except NietGevraagd as fout:
            noteer(Pogingafloop.NIET_GEVRAAGD, fout.oorzaak, str(fout))
            raise
        try:
            antwoord = doe()
        except Exception as fout:
            storing = duid(fout)
            (kring.gelukt if storing.leeft else kring.mislukt)()
            afloop = Pogingafloop.FAULT if storing.fout_id or storing.leeft else Pogingafloop.GEEN_ANTWOORD
            noteer(afloop, storing.oorzaak, str(fout), storing.fout_id)
            raise
        kring.gelukt()
        noteer(Pogingafloop.BEANTWOORD, _resultaat(antwoord))
        return antwoord

    def _wacht_op_beurt(self, partij: str, operatie: str, kring: Kring) -> None:
        if not kring.laat_door():
            raise NietGevraagd("KringOpen", "De andere partij antwoordde enkele keren niet; er is nu niet gevraagd.")
        hoogstens = self.regels.wacht_hoogstens(operatie)
        emmers = (self._emmer(partij, operatie), self._emmer(partij, ""))
        genomen: list[Emmer] = []
        wacht = 0.0
        for emmer in emmers:
            beurt = emmer.neem(hoogstens)
            if beurt is None:
                for eerder in genomen:
                    eerder.geef_terug()
                kring.niet_gebruikt()
                raise NietGevraagd("BudgetOp", "Er staan te veel vragen te wachten; deze is niet gesteld.")
            genomen.append(emmer)
            wacht = max(wacht, beurt)
        if wacht > 0:
            self._slaap(wacht)

    def _emmer(self, partij: str, operatie: str) -> Emmer:
        regels = self.regels
        tempo = regels.per_seconde.get(operatie, regels.anders_per_seconde) if operatie else regels.partij_per_seconde
        with self._slot:
            emmer = self._emmers.get((partij, operatie))
            if emmer is None:
                emmer = self._emmers[partij, operatie] = Emmer(tempo, tempo * regels.ineens, self._tijd)
            return emmer


def _resultaat(antwoord: object) -> str | None:
    gevonden = antwoord if isinstance(antwoord, Resultaat) else getattr(antwoord, "resultaat", None)
    return gevonden.value if isinstance(gevonden, Resultaat) else None
