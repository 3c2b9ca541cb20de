"""Sentences for people: what is wrong and what to do next. Never a value of a person."""

from __future__ import annotations

from gateway.domain.aanleverpunt import Aanleverpunt, AanleverpuntStatus
from gateway.domain.dossier import Dossier, NietOphaalbaar, Uitkomstcode
from gateway.domain.gevolg import Resultaattabel
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Herkomst
from gateway.ports import Contactteksten

KLAARZETTEN: dict[Uitkomstcode, str] = {
    Uitkomstcode.LEERLING_ONBEKEND: (
        "Deze leerling is hier niet bekend. Controleer het ELK-nummer en of het dossier al is aangeleverd."
    ),
    Uitkomstcode.BUITENLEERLING: (
        "Dit is een buitenleerling: ELK heeft van deze leerling geen oki-doc. Haal het dossier vanuit het eigen LAS via "
        "OSO op bij de school van herkomst."
    ),
    Uitkomstcode.PARTICULIERE_SCHOOL: (
        "Deze leerling komt van een particuliere basisschool; die mag wettelijk niet via OSO overdragen. Spreek met de "
        "basisschool een andere, veilige manier van aanleveren af."
    ),
    Uitkomstcode.NIET_GEPLAATST: (
        "Deze leerling is niet op een school geplaatst. Wacht op de plaatsing in ELK en zet de leerling daarna opnieuw klaar."
    ),
    Uitkomstcode.OKI_DOC_NIET_VRIJGEGEVEN: (
        "Het oki-doc is nog niet (of niet meer) vrijgegeven. Vraag de basisschool om het vrij te geven in ELK."
    ),
    Uitkomstcode.GEEN_PGN: (
        "In het dossier staat geen (bruikbaar) BSN of onderwijsnummer; zonder dat nummer kan een LAS het niet ophalen. Vul "
        "het aan in ELK en lever het dossier opnieuw aan."
    ),
    Uitkomstcode.GEEN_GELDIG_DOSSIER: (
        "Er is geen dossier dat mag worden klaargezet: er is nog geen goedgekeurde versie, of de laatste versie staat in "
        "quarantaine. Herstel het dossier in ELK en lever het opnieuw aan."
    ),
    Uitkomstcode.NIET_GESCHIKT_VOOR_LAS: "Het LAS van de school neemt dit dossier niet aan.",
    Uitkomstcode.AANLEVERPUNT_NIET_GEREGISTREERD: (
        "Het aanleverpunt van de school is niet geregistreerd. Laat de contactpersoon ELK nummer en sleutel controleren en "
        "op Registreer drukken."
    ),
    Uitkomstcode.AANLEVERPUNT_UITGEZET: (
        "Het Traffic Center heeft het aanleverpunt van de school uitgezet. Laat de contactpersoon ELK de oorzaak wegnemen "
        "en het aanleverpunt opnieuw registreren."
    ),
    Uitkomstcode.INTERNE_FOUT: (
        "Door een fout in deze gateway is het klaarzetten van deze leerling niet gelukt. Probeer het opnieuw; lukt het weer "
        "niet, vraag dan de beheerder van deze gateway om hulp."
    ),
}


def klaarzetten(code: Uitkomstcode, dossier: Dossier | None = None) -> str:
    """Sentence for a pupil that was not set ready; a `B` number of a particuliere school gets that advice."""
    if code is Uitkomstcode.BUITENLEERLING and dossier and dossier.context.herkomst is Herkomst.PARTICULIER:
        return KLAARZETTEN[Uitkomstcode.PARTICULIERE_SCHOOL]
    return KLAARZETTEN[code]


_REGISTRATIE_GEWEIGERD = "Het Traffic Center heeft de registratie geweigerd."


def registratie_geweigerd(tabel: Resultaattabel, resultaat: Resultaat) -> str:
    """Sentence for a refused registration."""
    return f"{_REGISTRATIE_GEWEIGERD} {tabel.betekenis(resultaat)} Code: {resultaat.value}."


def registratie_wat_nu(contact: Contactteksten) -> str:
    """What to check after a refused registration, in the order in which it is usually wrong, and whom to ask."""
    return (
        "Controleer achtereenvolgens het aanleverpuntnummer (of routeringskenmerk), de sleutel, de BRIN en de "
        "vestigingscode, en of Kennisnet het aanleverpunt al heeft goedgekeurd. Klopt alles en lukt het nog niet, neem dan "
        f"contact op met de {contact.servicedesk}."
    )


def punt_mis(tabel: Resultaattabel, punt: Aanleverpunt) -> str | None:
    """What is wrong with a point and what to do, for the page of the contactpersoon; None when nothing is."""
    if punt.status is AanleverpuntStatus.GEREGISTREERD:
        return None
    if punt.status is AanleverpuntStatus.NIEUW:
        return "Het aanleverpunt is nog niet geregistreerd. Controleer nummer en sleutel en druk op Registreer."
    if punt.status is AanleverpuntStatus.UITGEZET:
        return (
            "Het Traffic Center heeft dit aanleverpunt uitgezet; er gaat niets meer uit. Neem de oorzaak weg (lever het "
            "dossier in quarantaine hersteld aan) en registreer daarna opnieuw."
        )
    waarom = f" {tabel.betekenis(Resultaat(punt.reden))}" if punt.reden is not None else ""
    return (
        f"{_REGISTRATIE_GEWEIGERD}{waarom} Controleer nummer, sleutel, BRIN en vestigingscode, en registreer opnieuw."
    )


def punt_bellen(punt: Aanleverpunt, contact: Contactteksten) -> str | None:
    """Whom to call about it, when looking for oneself did not help; None when nothing is wrong."""
    if punt.status in (AanleverpuntStatus.GEREGISTREERD, AanleverpuntStatus.NIEUW):
        return None
    return contact.beheer if punt.status is AanleverpuntStatus.UITGEZET else contact.servicedesk


NIET_OPHAALBAAR: dict[NietOphaalbaar, str] = {
    NietOphaalbaar.GEEN_GELDIG_DOSSIER: "Er is nog geen goedgekeurd dossier. Lever het aan vanuit ELK.",
    NietOphaalbaar.NIET_KLAARGEZET: "Het dossier is niet klaargezet. Zet het klaar.",
    NietOphaalbaar.GEEN_PGN: KLAARZETTEN[Uitkomstcode.GEEN_PGN],
    NietOphaalbaar.OKI_DOC_NIET_VRIJGEGEVEN: KLAARZETTEN[Uitkomstcode.OKI_DOC_NIET_VRIJGEGEVEN],
    NietOphaalbaar.TEGENGEHOUDEN: "Het dossier wordt in ELK tegengehouden. Daar staat waarom; het gaat vanzelf weer mee.",
    NietOphaalbaar.IN_QUARANTAINE: (
        "Na levering van deze versie heeft het Traffic Center het aanleverpunt uitgezet. Herstel het dossier in ELK en "
        "lever het opnieuw aan."
    ),
    NietOphaalbaar.INHOUD_VERWIJDERD: (
        "De bewaartermijn van dit dossier is voorbij; de inhoud is verwijderd. Is het toch nog nodig, lever het dan "
        "opnieuw aan vanuit ELK."
    ),
    NietOphaalbaar.AANLEVERPUNT_NIET_GEREGISTREERD: KLAARZETTEN[Uitkomstcode.AANLEVERPUNT_NIET_GEREGISTREERD],
    NietOphaalbaar.AANLEVERPUNT_UITGEZET: KLAARZETTEN[Uitkomstcode.AANLEVERPUNT_UITGEZET],
}


def niet_ophaalbaar(reden: NietOphaalbaar) -> str:
    """Why a LAS would not get a dossier now, and what to do about it."""
    return NIET_OPHAALBAAR.get(reden, "Het dossier kan nu niet worden opgehaald. Vraag de beheerder van deze gateway.")
