"""The store: units of work over all that is kept."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from gateway.ports.berichten import Herhalingen, OntvangenBerichten
from gateway.ports.dossiers import Dossiers, Opruiming
from gateway.ports.klaarzettingen import Klaarzettingen
from gateway.ports.leveringen import Leveringen, Signalen, Verzoeken
from gateway.ports.logboek import Logboek
from gateway.ports.notificaties import Notificaties
from gateway.ports.ophalingen import Ophalingen
from gateway.ports.pogingen import Pogingen
from gateway.ports.scholen import Aanleverpunten, Scholen
from gateway.ports.toegang import Toegang
from gateway.ports.webhooks import Abonnementen, Afleveringen
from gateway.ports.werkverdeling import Rondes, Schakelaars, Werkverdeling


class OpslagNietBeschikbaar(Exception):
    """The store does not answer (database away, disk gone): nothing was done; 503."""


class OpslagVol(OpslagNietBeschikbaar):
    """No room is left (disk full) or the disk is read-only: nothing was done; 507."""


class OpslagTegenstrijdig(Exception):
    """What is written contradicts what is stored (a number that is taken, a row that must be there): nothing was done.

    A slip of the caller, or another process that was first.
    """


class Werk(Protocol):
    """One transaction over the whole store."""

    @property
    def scholen(self) -> Scholen: ...
    @property
    def aanleverpunten(self) -> Aanleverpunten: ...
    @property
    def dossiers(self) -> Dossiers: ...
    @property
    def leveringen(self) -> Leveringen: ...
    @property
    def verzoeken(self) -> Verzoeken: ...
    @property
    def logboek(self) -> Logboek: ...
    @property
    def toegang(self) -> Toegang: ...
    @property
    def klaarzettingen(self) -> Klaarzettingen: ...
    @property
    def abonnementen(self) -> Abonnementen: ...
    @property
    def afleveringen(self) -> Afleveringen: ...
    @property
    def werkverdeling(self) -> Werkverdeling: ...
    @property
    def opruiming(self) -> Opruiming: ...
    @property
    def pogingen(self) -> Pogingen: ...
    @property
    def ophalingen(self) -> Ophalingen: ...
    @property
    def ontvangen(self) -> OntvangenBerichten: ...
    @property
    def herhalingen(self) -> Herhalingen: ...
    @property
    def notificaties(self) -> Notificaties: ...
    @property
    def schakelaars(self) -> Schakelaars: ...
    @property
    def rondes(self) -> Rondes: ...
    @property
    def signalen(self) -> Signalen: ...


class Opslag(Protocol):
    """The store."""

    def werk(self, *, samen: bool = False) -> AbstractContextManager[Werk]:
        """Open a writing transaction; durable when the block ends without exception.

        `samen`: the block is short, and may share its commit with others that run at this moment.
        Raises `OpslagNietBeschikbaar` or `OpslagVol` when that cannot be had; nothing half is left then.
        """

    def lezen(self) -> AbstractContextManager[Werk]:
        """Open a reading transaction: one consistent state."""

    def controleer(self) -> None:
        """Ping for `/readyz`; raises `OpslagNietBeschikbaar`."""
