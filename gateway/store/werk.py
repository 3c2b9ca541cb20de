"""One transaction over the whole store."""

from __future__ import annotations

from functools import cached_property

from gateway.store.aanleverpunten import SqlAanleverpunten
from gateway.store.abonnementen import SqlAbonnementen
from gateway.store.afleveringen import SqlAfleveringen
from gateway.store.dossiers import SqlDossiers
from gateway.store.herhalingen import SqlHerhalingen
from gateway.store.klaarzettingen import SqlKlaarzettingen
from gateway.store.leveringen import SqlLeveringen
from gateway.store.logboek import SqlLogboek
from gateway.store.notificaties import SqlNotificaties
from gateway.store.ontvangen import SqlOntvangenBerichten
from gateway.store.ophalingen import SqlOphalingen
from gateway.store.opruiming import SqlOpruiming
from gateway.store.pogingen import SqlPogingen
from gateway.store.schakelaars import SqlRondes, SqlSchakelaars
from gateway.store.scholen import SqlScholen
from gateway.store.sessie import Sessie
from gateway.store.signalen import SqlSignalen
from gateway.store.toegang import SqlToegang
from gateway.store.verzoeken import SqlVerzoeken
from gateway.store.werkverdeling import SqlWerkverdeling


class SqlWerk:
    """The repositories of one transaction, each made when first asked for."""

    def __init__(self, sessie: Sessie) -> None:
        self.sessie = sessie

    @cached_property
    def scholen(self) -> SqlScholen:
        """Schools."""
        return SqlScholen(self.sessie)

    @cached_property
    def aanleverpunten(self) -> SqlAanleverpunten:
        """Our own points."""
        return SqlAanleverpunten(self.sessie)

    @cached_property
    def dossiers(self) -> SqlDossiers:
        """Dossiers and versions."""
        return SqlDossiers(self.sessie)

    @cached_property
    def leveringen(self) -> SqlLeveringen:
        """Answers given."""
        return SqlLeveringen(self.sessie)

    @cached_property
    def verzoeken(self) -> SqlVerzoeken:
        """Requests kept."""
        return SqlVerzoeken(self.sessie)

    @cached_property
    def logboek(self) -> SqlLogboek:
        """Audit, events, histories."""
        return SqlLogboek(self.sessie)

    @cached_property
    def toegang(self) -> SqlToegang:
        """Tokens and kept answers."""
        return SqlToegang(self.sessie)

    @cached_property
    def klaarzettingen(self) -> SqlKlaarzettingen:
        """Bulk orders."""
        return SqlKlaarzettingen(self.sessie)

    @cached_property
    def abonnementen(self) -> SqlAbonnementen:
        """Webhook subscriptions."""
        return SqlAbonnementen(self.sessie)

    @cached_property
    def afleveringen(self) -> SqlAfleveringen:
        """Webhook deliveries."""
        return SqlAfleveringen(self.sessie)

    @cached_property
    def werkverdeling(self) -> SqlWerkverdeling:
        """Processes and what they hold."""
        return SqlWerkverdeling(self.sessie)

    @cached_property
    def ophalingen(self) -> SqlOphalingen:
        """Dossiers that we fetch as doel."""
        return SqlOphalingen(self.sessie)

    @cached_property
    def opruiming(self) -> SqlOpruiming:
        """Retention."""
        return SqlOpruiming(self.sessie)

    @cached_property
    def herhalingen(self) -> SqlHerhalingen:
        """Signed messages accepted."""
        return SqlHerhalingen(self.sessie)

    @cached_property
    def ontvangen(self) -> SqlOntvangenBerichten:
        """Messages that others sent."""
        return SqlOntvangenBerichten(self.sessie)

    @cached_property
    def notificaties(self) -> SqlNotificaties:
        """LAS systems that are to hear of a version."""
        return SqlNotificaties(self.sessie)

    @cached_property
    def schakelaars(self) -> SqlSchakelaars:
        """What is off by hand."""
        return SqlSchakelaars(self.sessie)

    @cached_property
    def rondes(self) -> SqlRondes:
        """Rounds made once in a while."""
        return SqlRondes(self.sessie)

    @cached_property
    def signalen(self) -> SqlSignalen:
        """Signs that something is wrong."""
        return SqlSignalen(self.sessie)

    @cached_property
    def pogingen(self) -> SqlPogingen:
        """Calls that we made to other parties."""
        return SqlPogingen(self.sessie)
