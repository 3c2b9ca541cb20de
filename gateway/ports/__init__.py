"""What the use cases need of the world, as Protocols. Every port has a fake and a real one that pass the same tests.

A unit of work (`Werk`) is one transaction: `with opslag.werk() as werk:` commits at the end and rolls back on any
exception; `with opslag.lezen() as werk:` reads one consistent state and writes nothing.

Import from `gateway.ports`; the modules in it hold one family each.
"""

from gateway.ports.berichten import Herhalingen, OntvangenBerichten
from gateway.ports.dossiers import DossierFilter, Dossiers, Opruiming
from gateway.ports.gereedschap import Klok, Ondertekenaar, Toetser, Vergelijker, Zoeksleutels
from gateway.ports.klaarzettingen import Klaarzettingen
from gateway.ports.leveringen import Leveringen, LeveringFilter, Signalen, Verzoeken
from gateway.ports.logboek import AuditRij, Ketenoordeel, Logboek
from gateway.ports.netwerk import (
    Bronantwoord,
    Bronnen,
    BronOnbereikbaar,
    Doelen,
    DoelOnbereikbaar,
    TrafficCenter,
    TrafficCenterOnbereikbaar,
)
from gateway.ports.notificaties import NotificatieFilter, Notificaties
from gateway.ports.ophalingen import Ophalingen, OphalingFilter
from gateway.ports.opslag import Opslag, OpslagNietBeschikbaar, OpslagTegenstrijdig, OpslagVol, Werk
from gateway.ports.partijen import LasOordeel, LasProfielen, Partijen
from gateway.ports.pogingen import Pogingen, PogingFilter
from gateway.ports.scholen import Aanleverpunten, Scholen
from gateway.ports.toegang import Toegang
from gateway.ports.webhooks import Abonnementen, Afleveringen, AfleveringFilter, Webhookbode
from gateway.ports.wereld import Contactteksten, Wereld
from gateway.ports.werkverdeling import Rondes, Schakelaars, Werkverdeling, Zijwerk

__all__ = [
    "Aanleverpunten",
    "Abonnementen",
    "AfleveringFilter",
    "Afleveringen",
    "AuditRij",
    "BronOnbereikbaar",
    "Bronantwoord",
    "Bronnen",
    "Contactteksten",
    "DoelOnbereikbaar",
    "Doelen",
    "DossierFilter",
    "Dossiers",
    "Herhalingen",
    "Ketenoordeel",
    "Klaarzettingen",
    "Klok",
    "LasOordeel",
    "LasProfielen",
    "LeveringFilter",
    "Leveringen",
    "Logboek",
    "NotificatieFilter",
    "Notificaties",
    "Ondertekenaar",
    "OntvangenBerichten",
    "OphalingFilter",
    "Ophalingen",
    "Opruiming",
    "Opslag",
    "OpslagNietBeschikbaar",
    "OpslagTegenstrijdig",
    "OpslagVol",
    "Partijen",
    "PogingFilter",
    "Pogingen",
    "Rondes",
    "Schakelaars",
    "Scholen",
    "Signalen",
    "Toegang",
    "Toetser",
    "TrafficCenter",
    "TrafficCenterOnbereikbaar",
    "Vergelijker",
    "Verzoeken",
    "Webhookbode",
    "Wereld",
    "Werk",
    "Werkverdeling",
    "Zijwerk",
    "Zoeksleutels",
]
