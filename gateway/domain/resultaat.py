"""Result codes of OSO messages. Beside the result table of the message packs, the only place that names them.

Rank, sender and consequence of a code are data: see `schemas/overstapservice/<version>/resultaten.toml`. The rest of
the program speaks of roles: what a result says, in our own words. Which code says it stands here, and what follows on a
code that came in stands in the table (`gateway.domain.gevolg`).
"""

from enum import StrEnum


class Resultaat(StrEnum):
    """Value of `resultaat` in a message (`messages.md`, Results): the codes, and under them the roles."""

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

    # Roles: other names for the codes that our own program says, or must recognise.
    GELUKT = OVERDRACHT_GESLAAGD
    NIETS_NIEUWS = LEERLINGINFO_NIET_GEWIJZIGD
    NIET_KLAAR = LEERLINGINFO_NIET_BESCHIKBAAR
    ZONDER_INZAGE = LEERLINGINFO_NIET_OPVRAAGBAAR
    ANDERE_VERSIE_GEVRAAGD = DOSSIER_VERSIE_NIET_BESCHIKBAAR
    NIET_VOOR_DIT_DOEL = LEVERING_GEWEIGERD
    AFGEKEURD = DOSSIER_ONGELDIG
    LEERLING_NIET_HIER = LEERLING_ONBEKEND
    BRON_STAAT_UIT = VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF
    DOEL_STAAT_UIT = AANVRAGER_AANLEVERPUNT_NIET_ACTIEF
    TRAFFIC_CENTER_WEG = TRAFFIC_CENTER_NIET_BESCHIKBAAR
    BRON_WEG = BRON_NIET_BESCHIKBAAR
    NOTIFICATIE_BEVESTIGD = NOTIFICATIE_ONTVANGEN
    TERUGKOPPELING_BEVESTIGD = TERUGKOPPELING_ONTVANGEN
