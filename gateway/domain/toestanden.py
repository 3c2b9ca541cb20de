"""The state machines of the field as data: which states there are, and which steps between them exist.

The code that makes a step asks here first (`eis`), the drawings of `docs/toestanden.md` are made of it, and the tests
hold what really happens against it. Sources: `interfaces.md` "How a dossier behaves" and the aanleverpunten of the REST
table; `messages.md` "What a bron does with a documentRequest".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


class OvergangBestaatNiet(ValueError):
    """Something is told to make a step that does not exist from where it is: a slip of ours, never of a caller."""


@dataclass(frozen=True, slots=True)
class Overgang:
    """One step: from a state, by something that happens, to a state. None is not being there yet."""

    van: str | None
    door: str
    naar: str


@dataclass(frozen=True, slots=True)
class Toestandsmachine:
    """One state machine. `uitleg` says of each state what it means (Dutch), in the order of a life."""

    naam: str
    titel: str
    uitleg: Mapping[str, str]
    overgangen: tuple[Overgang, ...]
    _paren: frozenset[tuple[str | None, str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for overgang in self.overgangen:
            if overgang.naar not in self.uitleg or (overgang.van is not None and overgang.van not in self.uitleg):
                raise ValueError(f"{self.naam}: {overgang} names a state that is not there")
        object.__setattr__(self, "_paren", frozenset((stap.van, stap.naar) for stap in self.overgangen))

    def mag(self, van: str | None, naar: str, door: str | None = None) -> bool:
        """Does this step exist; with `door`: by this?"""
        if door is None:
            return (van, naar) in self._paren
        return Overgang(van, door, naar) in self.overgangen

    def eis(self, van: str | None, naar: str) -> None:
        """Raise `OvergangBestaatNiet` for a step that does not exist."""
        if (van, naar) not in self._paren:
            raise OvergangBestaatNiet(f"{self.naam}: {van} -> {naar}")

    def einden(self) -> frozenset[str]:
        """States that nothing leads out of."""
        return frozenset(self.uitleg) - {stap.van for stap in self.overgangen if stap.van is not None}


def _stappen(*stappen: tuple[str | None, str, str]) -> tuple[Overgang, ...]:
    return tuple(Overgang(*stap) for stap in stappen)


def _uitleg(**teksten: str) -> Mapping[str, str]:
    return MappingProxyType({naam.replace("_", "-"): tekst for naam, tekst in teksten.items()})


AANLEVERPUNT = Toestandsmachine(
    "aanleverpunt",
    "Aanleverpunt",
    _uitleg(
        nieuw="Ingevuld of gewijzigd, nog niet geregistreerd: beide vlaggen uit.",
        geregistreerd="Het Traffic Center kent het: beide vlaggen aan, er mag worden uitgeleverd.",
        geweigerd="Het Traffic Center weigerde de registratie: beide vlaggen uit.",
        uitgezet="Het Traffic Center heeft het uitgezet: beide vlaggen uit tot er opnieuw is geregistreerd.",
    ),
    _stappen(
        (None, "ingevuld", "nieuw"),
        ("nieuw", "gewijzigd", "nieuw"),
        ("nieuw", "registratie gelukt", "geregistreerd"),
        ("nieuw", "registratie geweigerd", "geweigerd"),
        ("nieuw", "uitgezet door het Traffic Center", "uitgezet"),
        ("geregistreerd", "gewijzigd", "nieuw"),
        ("geregistreerd", "registratie gelukt", "geregistreerd"),
        ("geregistreerd", "registratie geweigerd", "geweigerd"),
        ("geregistreerd", "uitgezet door het Traffic Center", "uitgezet"),
        ("geweigerd", "gewijzigd", "nieuw"),
        ("geweigerd", "registratie gelukt", "geregistreerd"),
        ("geweigerd", "registratie geweigerd", "geweigerd"),
        ("geweigerd", "uitgezet door het Traffic Center", "uitgezet"),
        ("uitgezet", "gewijzigd", "nieuw"),
        ("uitgezet", "registratie gelukt", "geregistreerd"),
        ("uitgezet", "registratie geweigerd", "geweigerd"),
    ),
)

DOSSIER = Toestandsmachine(
    "dossier",
    "Dossier: de stip",
    _uitleg(
        wit="Niet klaargezet; ELK toont geen stip.",
        blauw="Klaargezet; de nieuwste versie is nog niet geheel overgedragen.",
        groen="Klaargezet; de nieuwste versie is geheel overgedragen aan de school van de plaatsing.",
    ),
    _stappen(
        (None, "aangeleverd of geplaatst", "wit"),
        ("wit", "klaargezet", "blauw"),
        ("wit", "klaargezet, nieuwste versie al opgehaald", "groen"),
        ("blauw", "nieuwste versie geheel overgedragen", "groen"),
        ("groen", "nieuwe versie", "blauw"),
        ("blauw", "ingetrokken", "wit"),
        ("groen", "ingetrokken", "wit"),
        ("blauw", "plaatsing of herkomst gewijzigd", "wit"),
        ("groen", "plaatsing of herkomst gewijzigd", "wit"),
    ),
)

SESSIE_BRON = Toestandsmachine(
    "sessie-bron",
    "Sessie, kant van de bron: één documentRequest",
    _uitleg(
        gevraagd="Het bericht is gelezen; van een leerling is nog niets opgezocht.",
        adres_klopt="Certificaat, doel en bron horen bij elkaar; het punt staat niet bekend als uitgezet.",
        sessie_geldig="Het Traffic Center kent de sessie; de aanvraag is bewaard voor een notificatie.",
        fout="SOAP Fault: de partij of de bron klopt niet.",
        geweigerd="Antwoord zonder dossier; vastgelegd in de audit en in de lijst van overdrachten.",
        onderweg="Antwoord met dossier; vastgelegd voordat het eerste octet vertrekt.",
        overgedragen="Alle octetten zijn bij de ander aangekomen: de levering telt.",
    ),
    _stappen(
        (None, "documentRequest", "gevraagd"),
        ("gevraagd", "partij of bron klopt niet", "fout"),
        ("gevraagd", "ons punt is uitgezet of niet geregistreerd", "geweigerd"),
        ("gevraagd", "adres klopt", "adres-klopt"),
        ("adres-klopt", "sessiecontrole geweigerd of geen antwoord", "geweigerd"),
        ("adres-klopt", "sessiecontrole gelukt", "sessie-geldig"),
        ("sessie-geldig", "leerling, dossier of school past niet", "geweigerd"),
        ("sessie-geldig", "dossier mag mee", "onderweg"),
        ("onderweg", "overgedragen", "overgedragen"),
    ),
)

LEVERING = Toestandsmachine(
    "levering",
    "Levering: één rij van de lijst van overdrachten",
    _uitleg(
        geweigerd="Er ging geen dossier mee.",
        onderweg="Het dossier ging mee; of het aankwam is niet (zeker) bekend.",
        overgedragen="Het dossier kwam geheel aan.",
    ),
    _stappen(
        (None, "antwoord zonder dossier", "geweigerd"),
        (None, "antwoord met dossier", "onderweg"),
        ("onderweg", "geheel overgedragen", "overgedragen"),
    ),
)

AFLEVERING = Toestandsmachine(
    "aflevering",
    "Webhook: één gebeurtenis op weg naar één abonnement",
    _uitleg(
        wacht="Wordt verstuurd, of straks opnieuw geprobeerd.",
        afgeleverd="De ontvanger nam haar aan.",
        mislukt="Opgegeven; staat in de lijst van wat de beheerder moet bekijken.",
        vervallen="Door de beheerder weggelegd.",
    ),
    _stappen(
        (None, "gebeurtenis", "wacht"),
        ("wacht", "niet aangenomen, straks opnieuw", "wacht"),
        ("wacht", "aangenomen", "afgeleverd"),
        ("wacht", "opgegeven", "mislukt"),
        ("wacht", "vervallen verklaard", "vervallen"),
        ("mislukt", "vervallen verklaard", "vervallen"),
        ("vervallen", "vervallen verklaard", "vervallen"),
        ("afgeleverd", "opnieuw gevraagd", "wacht"),
        ("mislukt", "opnieuw gevraagd", "wacht"),
        ("vervallen", "opnieuw gevraagd", "wacht"),
        ("wacht", "opnieuw gevraagd", "wacht"),
    ),
)

NOTIFICATIE = Toestandsmachine(
    "notificatie",
    "Notificatie: één versie waarvan één LAS moet horen",
    _uitleg(
        te_melden="Een bewaarde aanvraag kreeg deze versie niet; het Traffic Center weet nog van niets.",
        gemeld="Het Traffic Center zei waar het LAS is; er is nog niets verstuurd.",
        verstuurd="Verstuurd of bijna; of het aankwam is nog niet bevestigd.",
        ontvangen="Het LAS bevestigde de ontvangst.",
        mislukt="Opgegeven: iemand moet ernaar kijken.",
        vervallen="Hoeft of mag niet meer.",
    ),
    _stappen(
        (None, "uitleverbare versie voor een bewaarde aanvraag", "te-melden"),
        ("te-melden", "niet gelukt, straks opnieuw", "te-melden"),
        ("te-melden", "Traffic Center gaf het adres", "gemeld"),
        ("te-melden", "geweigerd of opgegeven", "mislukt"),
        ("te-melden", "mag niet meer", "vervallen"),
        ("gemeld", "wordt verstuurd", "verstuurd"),
        ("gemeld", "mag niet meer", "vervallen"),
        ("verstuurd", "niet gelukt, straks opnieuw", "verstuurd"),
        ("verstuurd", "bevestigd", "ontvangen"),
        ("verstuurd", "geweigerd of opgegeven", "mislukt"),
        ("verstuurd", "mag niet meer", "vervallen"),
        ("vervallen", "mag weer, en er was niets verstuurd", "te-melden"),
        ("vervallen", "opdracht van een mens", "te-melden"),
        ("mislukt", "opdracht van een mens", "te-melden"),
    ),
)

MACHINES: tuple[Toestandsmachine, ...] = (AANLEVERPUNT, DOSSIER, SESSIE_BRON, LEVERING, AFLEVERING, NOTIFICATIE)
