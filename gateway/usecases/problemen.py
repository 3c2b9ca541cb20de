"""What is wrong with a point and what to do about it: the list for the contactpersoon.

The contactpersoon is not told who is placed where: no ELK number, no name. A suspect version is shown by its
deliveries (moment, system, session), with which the core application finds the pupil; that one, and the
locatiebeheerder of the school itself, do get the number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.domain.aanleverpunt import Aanleverpunt, AanleverpuntStatus
from gateway.domain.overdracht import Levering
from gateway.domain.signalen import HERHAALD_BINNEN
from gateway.domain.toegang import Token
from gateway.domain.waarden import ElkNummer, Rol, Vestiging
from gateway.ports import Contactteksten, Wereld, Werk
from gateway.usecases import schakelen
from gateway.usecases.aanleverpunten import eis_punt


class Probleemsoort(StrEnum):
    """What can be wrong, the gravest first."""

    HANDMATIG_UIT = "handmatigUit"
    UITGEZET = "uitgezet"
    GEWEIGERD = "geweigerd"
    NIET_GEREGISTREERD = "nietGeregistreerd"
    VERDACHT_DOSSIER = "verdachtDossier"
    STEEDS_OPNIEUW = "steedsOpnieuw"


@dataclass(frozen=True, slots=True)
class ProbleemLevering:
    """A delivery of the dossier in question."""

    moment: datetime
    systeem: str
    sessie_id: str
    versie: int
    overgedragen: bool


@dataclass(frozen=True, slots=True)
class Probleem:
    """One thing that is wrong; `melding` says what, `wat_nu` what to do, `contact` whom to call."""

    soort: Probleemsoort
    sinds: datetime
    melding: str
    wat_nu: str
    contact: str
    reden: str | None = None
    tot: datetime | None = None
    aantal: int | None = None
    elk_nummer: ElkNummer | None = None
    leveringen: tuple[ProbleemLevering, ...] = ()


def problemen(wereld: Wereld, token: Token, vestiging: Vestiging) -> Sequence[Probleem]:
    """All that is wrong with a point now, the gravest first; none when all is well. Raises `Onbekend`."""
    nu = wereld.klok.nu()
    met_nummer = token.rol in (Rol.KERN, Rol.LOCATIEBEHEERDER)
    with wereld.opslag.lezen() as werk:
        punt = eis_punt(werk, token, vestiging)
        return [
            *_handmatig(wereld, werk, vestiging, nu),
            *_van_punt(wereld.contact, punt),
            *_verdacht(wereld.contact, werk, vestiging, met_nummer=met_nummer),
            *_steeds_opnieuw(wereld, werk, vestiging, nu, met_nummer=met_nummer),
        ]


def _handmatig(wereld: Wereld, werk: Werk, vestiging: Vestiging, nu: datetime) -> list[Probleem]:
    uit = schakelen.stand(werk, nu).school(vestiging)
    if uit is None:
        return []
    return [
        Probleem(
            Probleemsoort.HANDMATIG_UIT,
            uit.sinds,
            "De beheerder van de gateway heeft de uitlevering voor deze school uitgezet.",
            "U hoeft niets te doen. Vraag de beheerder naar de reden als u die niet kent.",
            wereld.contact.beheer,
            uit.reden,
            uit.tot,
        )
    ]


def _van_punt(contact: Contactteksten, punt: Aanleverpunt) -> list[Probleem]:
    if punt.status is AanleverpuntStatus.GEREGISTREERD:
        return []
    soort, melding, wat_nu = _TEKSTEN[punt.status]
    return [Probleem(soort, punt.sinds, melding, wat_nu, contact.servicedesk, punt.reden)]


_TEKSTEN = {
    AanleverpuntStatus.UITGEZET: (
        Probleemsoort.UITGEZET,
        "Het Traffic Center heeft het aanleverpunt uitgezet; er gaat geen dossier meer naar het LAS.",
        "Laat in ELK eerst de dossiers herstellen die hieronder als verdacht staan. Druk daarna op Registreer. Staat "
        "er geen verdacht dossier, of gaat het punt opnieuw uit, vraag dan de Servicedesk waarom het is uitgezet.",
    ),
    AanleverpuntStatus.GEWEIGERD: (
        Probleemsoort.GEWEIGERD,
        "Het Traffic Center heeft de registratie van het aanleverpunt geweigerd.",
        "Controleer nummer (of routeringskenmerk), sleutel, BRIN en vestigingscode, en of Kennisnet het aanleverpunt "
        "al heeft goedgekeurd. Druk daarna op Registreer.",
    ),
    AanleverpuntStatus.NIEUW: (
        Probleemsoort.NIET_GEREGISTREERD,
        "Het aanleverpunt is nog niet geregistreerd, of het is sindsdien gewijzigd.",
        "Controleer de gegevens en druk op Registreer.",
    ),
}


def _verdacht(contact: Contactteksten, werk: Werk, vestiging: Vestiging, *, met_nummer: bool) -> list[Probleem]:
    return [
        Probleem(
            Probleemsoort.VERDACHT_DOSSIER,
            verdacht.quarantaine.moment,
            "Na levering van dit dossier heeft het Traffic Center het aanleverpunt uitgezet. Deze versie gaat niet "
            "meer naar buiten.",
            "Laat het dossier in ELK herstellen en opnieuw aanleveren; dan vervalt deze melding. Met moment, systeem "
            "en sessie van de leveringen vindt de beheerder van ELK om welke leerling het gaat.",
            contact.beheer,
            verdacht.quarantaine.reden,
            elk_nummer=verdacht.elk_nummer if met_nummer else None,
            leveringen=_leveringen(werk, verdacht.elk_nummer, verdacht.versie, vestiging),
        )
        for verdacht in werk.signalen.verdacht(vestiging)
    ]


def _steeds_opnieuw(
    wereld: Wereld, werk: Werk, vestiging: Vestiging, nu: datetime, *, met_nummer: bool
) -> list[Probleem]:
    vanaf = wereld.bewaking.herhaald_vanaf
    return [
        Probleem(
            Probleemsoort.STEEDS_OPNIEUW,
            herhaling.laatst,
            f"{herhaling.systeem} haalde binnen een uur {herhaling.aantal} keer dezelfde versie van een dossier op; "
            "waarschijnlijk keurt het die af.",
            "Vraag de leverancier van het LAS wat er aan het dossier mankeert, voordat het Traffic Center het "
            "aanleverpunt uitzet, en laat het in ELK herstellen.",
            wereld.contact.beheer,
            aantal=herhaling.aantal,
            elk_nummer=herhaling.elk_nummer if met_nummer else None,
            leveringen=_leveringen(werk, herhaling.elk_nummer, herhaling.versie, vestiging),
        )
        for herhaling in werk.signalen.herhaald(vestiging, nu - HERHAALD_BINNEN, vanaf)
    ]


_TEN_HOOGSTE = 20


def _leveringen(werk: Werk, elk_nummer: ElkNummer, versie: int, bron: Vestiging) -> tuple[ProbleemLevering, ...]:
    """Deliveries of this version by this point, the last twenty, oldest first."""

    def hoort(levering: Levering) -> bool:
        return levering.versie == versie and levering.bron == bron

    passend = [levering for levering in werk.leveringen.van_dossier(elk_nummer) if hoort(levering)]
    return tuple(
        ProbleemLevering(
            een.moment, een.systeem, een.sessie_id.waarde, versie, overgedragen=een.overgedragen is not None
        )
        for een in passend[-_TEN_HOOGSTE:]
    )
