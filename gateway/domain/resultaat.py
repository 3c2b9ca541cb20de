"""Result codes of OSO messages. Beside the result table of the message packs, the only place that names them.

Rank, sender and consequence of a code are data: see `schemas/overstapservice/<version>/resultaten.toml`.
"""

from enum import StrEnum


class Resultaat(StrEnum):
    """Value of `resultaat` in a message (`messages.md`, Results)."""

    OVERDRACHT_GESLAAGD = "OverdrachtGeslaagd"
    LEERLINGINFO_NIET_GEWIJZIGD = "LeerlinginfoNietGewijzigd"
    LEERLINGINFO_NIET_BESCHIKBAAR = "LeerlinginfoNietBeschikbaar"
    LEERLINGINFO_NIET_OPVRAAGBAAR = "LeerlinginfoNietOpvraagbaar"
    DOSSIER_VERSIE_NIET_BESCHIKBAAR = "DossierVersieNietBeschikbaar"
    LEVERING_GEWEIGERD = "LeveringGeweigerd"
    DOSSIER_ONGELDIG = "DossierOngeldig"
    LEERLING_ONBEKEND = "LeerlingOnbekend"
    SESSIE_ONBEKEND = "SessieOnbekend"
    SESSIE_VERLOPEN = "SessieVerlopen"
    SESSIE_REEDS_AFGEMELD = "SessieReedsAfgemeld"
    ONBEKEND_AANLEVERPUNT = "OnbekendAanleverpunt"
    SESSIE_AFWIJKEND = "SessieAfwijkend"
    GEEN_RELATIE_MET_DOEL = "GeenRelatieMetDoel"
    VERSTREKKER_NIET_BEKEND = "VerstrekkerNietBekend"
    VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF = "VerstrekkerAanleverpuntNietActief"
    AANVRAGER_AANLEVERPUNT_NIET_ACTIEF = "AanvragerAanleverpuntNietActief"
    SLEUTEL_ONJUIST = "SleutelOnjuist"
    AANLEVERPUNT_ONBEKEND = "AanleverpuntOnbekend"
    AANLEVERPUNT_NIET_GOEDGEKEURD = "AanleverpuntNietGoedgekeurd"
    TRAFFIC_CENTER_NIET_BESCHIKBAAR = "TrafficCenterNietBeschikbaar"
    BRON_NIET_BESCHIKBAAR = "BronNietBeschikbaar"
    NOTIFICATIE_ONTVANGEN = "NotificatieOntvangen"
    TERUGKOPPELING_ONTVANGEN = "TerugkoppelingOntvangen"
