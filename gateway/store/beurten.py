"""Whose turn it is to write on SQLite, and which units of work share one commit.

SQLite has one writer at a time and waits for the disk at every commit. Units of work get their turn in the order of
asking. One that is `samen` (short, and at home in company) leaves its transaction open for the next one in the queue
that is so too; the last of them commits for all, and each returns only when that is done. So with many at once the disk
is waited for once for all of them, and alone each still has a commit of its own, at once.

One that fails takes back its own part only. When the commit fails it has failed for all: nothing of any is left.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gateway.ports import OpslagNietBeschikbaar
from gateway.store.vast import voer_los_uit

BEZET = "De opslag is te druk bezig met ander werk. Probeer het zo opnieuw; er is niets gewijzigd."
_GROOTSTE = 32
"""Units of work in one commit: the first of them waits for all the others."""


class Schrijfbeurten:
    """The writers of one process on one SQLite file."""

    def __init__(self, motor: Engine) -> None:
        self._motor = motor
        self._slot = threading.Lock()
        self._rij: deque[_Kaartje] = deque()
        self._bezet = False
        self._open: _Groep | None = None
        """A transaction that the one before left for who has the turn now."""

    @contextmanager
    def beurt(self, wacht: float, *, samen: bool) -> Iterator[Connection]:
        """Give a connection in a transaction that is durable when this ends without exception.

        Raises `OpslagNietBeschikbaar` when the turn does not come within `wacht` seconds, and what the driver raises.
        """
        self._wacht_op_beurt(wacht, samen)
        try:
            groep = self._open or _Groep(self._motor.connect())
        except BaseException:
            self._geef_door()
            raise
        self._open = None
        try:
            groep.begin()
            yield groep.verbinding
            groep.eindig()
        except BaseException as fout:
            groep.neem_terug(fout)
            self._rond_af(groep, samen)
            groep.wacht()
            raise
        self._rond_af(groep, samen)
        groep.wacht()

    def _wacht_op_beurt(self, wacht: float, samen: bool) -> None:
        with self._slot:
            if not self._bezet:
                self._bezet = True
                return
            kaartje = _Kaartje(samen)
            self._rij.append(kaartje)
        if kaartje.geroepen.wait(wacht):
            return
        with self._slot:
            if kaartje.geroepen.is_set():
                return
            self._rij.remove(kaartje)
        raise OpslagNietBeschikbaar(BEZET)

    def _rond_af(self, groep: _Groep, samen: bool) -> None:
        """Leave the transaction to the next in the queue, or end it; the turn goes on in any case."""
        with self._slot:
            if samen and groep.kan_door and self._rij and self._rij[0].samen:
                self._open = groep
                self._roep_volgende()
                return
        try:
            groep.sluit()
        finally:
            self._geef_door()

    def _geef_door(self) -> None:
        with self._slot:
            self._roep_volgende()

    def _roep_volgende(self) -> None:
        if self._rij:
            self._rij.popleft().geroepen.set()
        else:
            self._bezet = False


class _Kaartje:
    """A place in the queue."""

    __slots__ = ("geroepen", "samen")

    def __init__(self, samen: bool) -> None:
        self.samen = samen
        self.geroepen = threading.Event()


class _Groep:
    """One transaction and the units of work in it. Only who has the turn touches it; `wacht` is for all."""

    def __init__(self, verbinding: Connection) -> None:
        self.verbinding = verbinding
        self._leden = 0
        self._fout: BaseException | None = None
        self._klaar = threading.Event()

    @property
    def kan_door(self) -> bool:
        """May another unit of work join?"""
        return 0 < self._leden < _GROOTSTE and self._fout is None

    def begin(self) -> None:
        """Begin a unit of work: the transaction itself, or a part of it that can be taken back."""
        if self._leden:
            voer_los_uit(self.verbinding, "SAVEPOINT lid")
        else:
            self.verbinding.begin()

    def eindig(self) -> None:
        """End a unit of work that went well."""
        if self._leden:
            voer_los_uit(self.verbinding, "RELEASE lid")
        self._leden += 1

    def neem_terug(self, fout: BaseException) -> None:
        """Undo a unit of work that failed; after some failures SQLite has undone the whole transaction already."""
        if not self._leden:
            return  # nobody else is in it: `sluit` rolls back
        try:
            voer_los_uit(self.verbinding, "ROLLBACK TO lid")
            voer_los_uit(self.verbinding, "RELEASE lid")
        except (SQLAlchemyError, OSError) as weg:
            self._fout = fout if isinstance(fout, DBAPIError) else weg

    def sluit(self) -> None:
        """Commit what went well and tell all; a failure is for `wacht` to raise."""
        try:
            if self._leden and self._fout is None:
                self.verbinding.commit()
        except BaseException as fout:  # noqa: BLE001 - each of the units of work raises it
            self._fout = fout
        finally:
            try:
                rol_terug(self.verbinding)
                self.verbinding.close()
            finally:
                self._klaar.set()

    def wacht(self) -> None:
        """Return when the transaction is durable, or raise why it is not."""
        self._klaar.wait()
        if self._fout is not None:
            raise self._fout


def rol_terug(verbinding: Connection) -> None:
    """Roll back as well as can be; never raises what the driver makes of it."""
    # The first error is the one to tell; a connection that cannot even roll back is thrown away.
    try:
        verbinding.rollback()
    except (SQLAlchemyError, OSError):
        with suppress(SQLAlchemyError, OSError):
            verbinding.invalidate()
