"""The store in memory: the same contract as `SqlOpslag`, without files, keys or SQL.

A writing transaction works on a copy of the state and puts it back when it ends well; a reading one gets the state of
that moment. One writer at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.fakes.ophalingen import FakeOphalingen
from tests.fakes.opslag_dossiers import Aanleverpunten, Dossiers, Leveringen, Scholen, Verzoeken
from tests.fakes.opslag_logboek import Herhalingen, Logboek, Ontvangen, Pogingen, Toegang
from tests.fakes.opslag_notificaties import Notificaties, Rondes, Schakelaars, Signalen
from tests.fakes.opslag_opruiming import Opruiming
from tests.fakes.opslag_staat import Staat
from tests.fakes.opslag_zijwerk import Abonnementen, Afleveringen, Klaarzettingen, Werkverdeling


class Werk:
    """One unit of work."""

    def __init__(self, staat: Staat, schrijvend: bool) -> None:
        self.scholen = Scholen(staat, schrijvend)
        self.aanleverpunten = Aanleverpunten(staat, schrijvend)
        self.dossiers = Dossiers(staat, schrijvend)
        self.leveringen = Leveringen(staat, schrijvend)
        self.verzoeken = Verzoeken(staat, schrijvend)
        self.logboek = Logboek(staat, schrijvend)
        self.toegang = Toegang(staat, schrijvend)
        self.klaarzettingen = Klaarzettingen(staat, schrijvend)
        self.abonnementen = Abonnementen(staat, schrijvend)
        self.afleveringen = Afleveringen(staat, schrijvend)
        self.werkverdeling = Werkverdeling(staat, schrijvend)
        self.opruiming = Opruiming(staat, schrijvend)
        self.herhalingen = Herhalingen(staat, schrijvend)
        self.pogingen = Pogingen(staat, schrijvend)
        self.ophalingen = FakeOphalingen(staat.ophalingen, schrijvend)
        self.ontvangen = Ontvangen(staat, schrijvend)
        self.notificaties = Notificaties(staat, schrijvend, self)
        self.schakelaars = Schakelaars(staat, schrijvend)
        self.rondes = Rondes(staat, schrijvend)
        self.signalen = Signalen(staat, schrijvend)


class FakeOpslag:
    """The store in memory. `storing`, when set, is called before each transaction and may raise what it likes."""

    def __init__(self) -> None:
        self._staat = Staat()
        self._slot = threading.Lock()
        self.storing: Callable[[], None] | None = None

    @contextmanager
    def werk(self, *, samen: bool = False) -> Iterator[Werk]:
        """Open a writing transaction."""
        self._stoor()
        with self._slot:
            staat = self._staat.kopie()
            yield Werk(staat, schrijvend=True)
            self._staat = staat

    @contextmanager
    def lezen(self) -> Iterator[Werk]:
        """Open a reading transaction."""
        self._stoor()
        yield Werk(self._staat, schrijvend=False)

    def controleer(self) -> None:
        """Ping."""
        self._stoor()

    def _stoor(self) -> None:
        if self.storing is not None:
            self.storing()
