"""What each message holds, as a table: class of the domain, and its fields in the order of the XSD."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lxml import etree

from gateway.berichten.fout import BerichtOngeldig
from gateway.berichten.pakket import Berichtpakket
from gateway.berichten.velden import Deel, Groep, Keuze, Kinderen, Samen, Veld, voeg_toe
from gateway.berichten.waarden import GETAL, JA_NEE, KENMERK, LANGE_TEKST, TEKST, TIJDSTIP, WOORD, ZOEKSLEUTEL, kaal
from gateway.domain.overdracht import (
    Adresblok,
    Afmelding,
    BekendPunt,
    Documentantwoord,
    Documentvraag,
    Notificatie,
    Notificatieadres,
    Notificatiemelding,
    Oorzaak,
    Overdrachtantwoord,
    Overdrachtvraag,
    Overzichtantwoord,
    Overzichtvraag,
    Registratieaanvraag,
    Registratieantwoord,
    Sessieantwoord,
    Sessievraag,
    TeBevragenPunt,
    Terugkoppeladres,
    Terugkoppeling,
    Terugkoppelmelding,
    Zoeksleutel,
)
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import (
    Brin,
    Doel,
    Koppelsleutel,
    Overdrachtsoort,
    Pgn,
    SessieId,
    Vestiging,
)
from gateway.xmlio import lokale_naam


@dataclass(frozen=True, slots=True)
class Pingvraag:
    """The empty ping."""


@dataclass(frozen=True, slots=True)
class Pingantwoord:
    """Answer to a ping."""

    beschikbaar: bool


@dataclass(frozen=True, slots=True)
class Ontvangst:
    """Answer that holds nothing but a result (afmelding, notificatie, terugkoppeling)."""

    resultaat: Resultaat


@dataclass(frozen=True, slots=True)
class Bericht:
    """A class of the domain and its fields in the order of the XSD."""

    klasse: type
    delen: tuple[Deel, ...]


@dataclass(frozen=True, slots=True)
class Dossierveld:
    """`document` with exactly one `dossier`: read as octets, written as an empty place (see `codec`).

    The octets are exclusive C14N, with the comments that ours never have.
    """

    def lees(self, kinderen: Kinderen, pakket: Berichtpakket) -> dict[str, Any]:
        """Give the octets of the dossier or None."""
        for document in kinderen.get(pakket.naam("document"), ()):
            (dossier,) = document.iterchildren("*")
            if lokale_naam(dossier) != "dossier":
                raise BerichtOngeldig("In document hoort precies één element dossier te staan.")
            try:
                # With comments: who judges the dossier must see them to refuse them.
                octets = etree.tostring(dossier, method="c14n", exclusive=True, with_comments=True)
                return {"octets": octets}
            except etree.C14NError:
                raise BerichtOngeldig("Het dossier gebruikt een relatieve naamruimte.") from None
        return {"octets": None}

    def schrijf(self, bericht: Any, ouder: etree._Element, pakket: Berichtpakket) -> None:
        """Append the empty place where the octets come."""
        if bericht.octets is not None:
            voeg_toe(ouder, "document", pakket)


_BRIN = kaal(Brin)
_RESULTAAT = Veld("resultaat", "resultaat", kaal(Resultaat))
_SOORT = Veld("overdrachtsoort", "overdrachtsoort", kaal(Overdrachtsoort))
_SESSIE = Veld("sessieId", "sessie_id", kaal(SessieId))
_DOEL = Veld("doel", "doel", kaal(Doel, code=True))
_URL = Veld("url", "url", WOORD)
_NAAM = Veld("naam", "naam", TEKST)
_AANVRAAGDATUM = Veld("aanvraagdatum", "aanvraagdatum", TIJDSTIP)
_KOPPELSLEUTEL = Veld("koppelsleutel", "koppelsleutel", kaal(Koppelsleutel))
_KENMERK_PUNT = Veld("routeringsKenmerk", "kenmerk", KENMERK)
_BRIN_PUNT = Veld("brin", "brin", _BRIN)

_ADRES = Groep(
    "adres",
    Adresblok,
    (
        Veld("bronBrin", "bron_brin", _BRIN),
        Veld("bronRouteringsKenmerk", "bron_kenmerk", KENMERK),
        Veld("doelBrin", "doel_brin", _BRIN),
        Veld("doelRouteringsKenmerk", "doel_kenmerk", KENMERK),
    ),
)
_ZOEKSLEUTEL = Groep(
    "sleutel",
    Zoeksleutel,
    (Veld("zoeksleutel", "zoeksleutel", ZOEKSLEUTEL), Veld("pgnfrag", "pgnfrag", WOORD)),
    naam="zoeksleutelPgnfrag",
)
_ALS_KOPPELSLEUTEL = Veld("koppelsleutel", "sleutel", kaal(Koppelsleutel))
_SLEUTEL = Keuze("sleutel", ((Zoeksleutel, _ZOEKSLEUTEL), (Koppelsleutel, _ALS_KOPPELSLEUTEL)))
_PGN = Keuze("sleutel", ((Pgn, Veld("pgn", "sleutel", kaal(Pgn))), (Koppelsleutel, _ALS_KOPPELSLEUTEL)))
_VESTIGING = Groep("vestiging", Vestiging, (Veld("brin", "brin", _BRIN), Veld("vestigingscode", "code", WOORD)))
_ALLEEN_RESULTAAT = Bericht(Ontvangst, (_RESULTAAT,))

VERZOEKEN: Mapping[str, Bericht] = MappingProxyType(
    {
        "overdracht": Bericht(Overdrachtvraag, (_ADRES, _SLEUTEL, _SOORT)),
        "sessiecontrole": Bericht(Sessievraag, (_ADRES, _SLEUTEL, _SOORT, _SESSIE)),
        "document": Bericht(
            Documentvraag,
            (
                _ADRES,
                _PGN,
                _SOORT,
                Veld("dossierVersie", "dossier_versies", WOORD, meer=True),
                Veld("dossierVerzameldatum", "dossier_verzameldatum", TIJDSTIP),
                _SESSIE,
            ),
        ),
        "afmelding": Bericht(Afmelding, (_ADRES, _SLEUTEL, _SOORT, _SESSIE, _RESULTAAT)),
        "meldenNotificatie": Bericht(Notificatiemelding, (_ADRES, _SESSIE, _AANVRAAGDATUM, _DOEL)),
        "notificatie": Bericht(Notificatie, (_ADRES, _KOPPELSLEUTEL, _SESSIE, _AANVRAAGDATUM, _DOEL)),
        "meldenTerugkoppeling": Bericht(Terugkoppelmelding, (_ADRES, _KOPPELSLEUTEL)),
        "terugkoppeling": Bericht(Terugkoppeling, (_ADRES, _KOPPELSLEUTEL, Veld("tekst", "tekst", LANGE_TEKST))),
        "overzichtAanleverpunt": Bericht(Overzichtvraag, (_BRIN_PUNT, _DOEL, _KENMERK_PUNT)),
        "registreerAanleverpunt": Bericht(
            Registratieaanvraag,
            (
                _VESTIGING,
                Veld("aanleverpuntnummer", "aanleverpuntnummer", GETAL),
                Veld("routeringsKenmerk", "routerings_kenmerk", KENMERK),
                Veld("sleutel", "sleutel", TEKST),
                _DOEL,
                _URL,
            ),
        ),
        "ping": Bericht(Pingvraag, ()),
    }
)

ANTWOORDEN: Mapping[str, Bericht] = MappingProxyType(
    {
        "overdracht": Bericht(
            Overdrachtantwoord,
            (
                _RESULTAAT,
                _SESSIE,
                Groep(
                    "punten",
                    TeBevragenPunt,
                    (_BRIN_PUNT, _KENMERK_PUNT, _NAAM, _URL),
                    naam="aanleverpunt",
                    meer=True,
                ),
            ),
        ),
        "sessiecontrole": Bericht(
            Sessieantwoord,
            (
                _RESULTAAT,
                Veld("sector", "sector", kaal(str, code=True)),
                Groep("oorzaak", Oorzaak, (_SESSIE, Veld("moment", "moment", TIJDSTIP)), naam="oorzaak"),
            ),
        ),
        "document": Bericht(
            Documentantwoord,
            (
                _RESULTAAT,
                Veld("dossierVersie", "dossier_versie", WOORD),
                Veld("dossierVerzameldatum", "verzameldatum", TIJDSTIP),
                Dossierveld(),
            ),
        ),
        "afmelding": _ALLEEN_RESULTAAT,
        "meldenNotificatie": Bericht(Notificatieadres, (_RESULTAAT, _URL, _KOPPELSLEUTEL)),
        "notificatie": _ALLEEN_RESULTAAT,
        "meldenTerugkoppeling": Bericht(Terugkoppeladres, (_RESULTAAT, _URL)),
        "terugkoppeling": _ALLEEN_RESULTAAT,
        "overzichtAanleverpunt": Bericht(
            Overzichtantwoord,
            (
                _RESULTAAT,
                Groep(
                    "punten",
                    BekendPunt,
                    (_BRIN_PUNT, _KENMERK_PUNT, _NAAM, _DOEL, _URL, Veld("actief", "actief", JA_NEE)),
                    naam="aanleverpunt",
                    meer=True,
                ),
            ),
        ),
        "registreerAanleverpunt": Bericht(
            Registratieantwoord,
            (
                _RESULTAAT,
                Samen(
                    (
                        Veld("routeringsKenmerk", "routerings_kenmerk", KENMERK),
                        Veld("magOverdrachtAanvragen", "mag_overdracht_aanvragen", JA_NEE),
                    )
                ),
            ),
        ),
        "ping": Bericht(Pingantwoord, (Veld("beschikbaar", "beschikbaar", JA_NEE),)),
    }
)
