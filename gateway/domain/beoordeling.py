"""What the gateway found about a dossier: findings, report, and what use cases need to decide about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from gateway.domain.waarden import Overdrachtsoort, Pgn


class Ernst(StrEnum):
    """Weight of a finding; only a `fout` makes a dossier invalid."""

    FOUT = "fout"
    WAARSCHUWING = "waarschuwing"


class Regelmodus(StrEnum):
    """Which rules count as `fout`: those that the published stylesheets reach, or all that were agreed upon."""

    GEPUBLICEERD = "gepubliceerd"
    AFGESPROKEN = "afgesproken"


@dataclass(frozen=True, slots=True)
class Bevinding:
    """One finding.

    `regel` is the rule id, `XSD`, `XML`, `TEKST.…` or `BIJL.…`; `pad` has a 1-based index on every step (a
    document-level finding has `/dossier[1]`); `melding` is a Dutch sentence that never holds a value of a person;
    `toegestaan` lists the codes that would be right, where there is a list.
    """

    regel: str
    ernst: Ernst
    pad: str
    regelnummer: int | None
    melding: str
    toegestaan: tuple[str, ...] = ()

    def als_json(self) -> dict[str, Any]:
        """The object of `validate --json` (interfaces.md)."""
        velden: dict[str, Any] = {
            "regel": self.regel,
            "ernst": self.ernst.value,
            "pad": self.pad,
            "regelnummer": self.regelnummer,
            "melding": self.melding,
        }
        if self.toegestaan:
            velden["toegestaan"] = list(self.toegestaan)
        return velden


@dataclass(frozen=True, slots=True)
class Rapport:
    """All findings on one dossier, in document order; `pakket` and `profiel` are None where they are not known.

    `weggelaten`: how many findings, at least, are not here because one report holds only so many; the last finding
    then says so.
    """

    pakket: str | None
    profiel: str | None
    bevindingen: tuple[Bevinding, ...] = ()
    weggelaten: int = 0

    @property
    def geldig(self) -> bool:
        """True when no finding is a `fout`."""
        return all(bevinding.ernst is not Ernst.FOUT for bevinding in self.bevindingen)

    def als_json(self) -> dict[str, Any]:
        """The object of `validate --json` less `bestand`."""
        return {
            "pakket": self.pakket,
            "profiel": self.profiel,
            "geldig": self.geldig,
            "bevindingen": [bevinding.als_json() for bevinding in self.bevindingen],
        }


@dataclass(frozen=True, slots=True)
class DossierKop:
    """What use cases need to know of the content of a valid dossier.

    `inzage_aanwezig`: there is an inzage block; `inzage_gegeven`: it says that the parents have seen the dossier;
    `akkoord` and `toestemming` are the codes given, or None. `pgn` is None where the dossier has none, or has a text
    that is no number of nine digits (`pgn_onbruikbaar` is true then).
    """

    gegevensset_versie: str
    profiel: str | None
    overdrachtsoort: Overdrachtsoort | None
    pgn: Pgn | None
    pgn_onbruikbaar: bool = False
    inzage_aanwezig: bool = False
    inzage_gegeven: bool = False
    akkoord: str | None = None
    toestemming: str | None = None
    brin_huidige_school: str | None = None
    vestigingscode_huidige_school: str | None = None


@dataclass(frozen=True, slots=True)
class BijlageGegevens:
    """One attachment: `grootte` in bytes of the file itself (None: unreadable), `base64_grootte` as sent."""

    bestandsnaam: str = field(repr=False)
    grootte: int | None
    base64_grootte: int
    pad: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file that comes beside the dossier and must be added to it."""

    soort: Literal["oki-doc", "bijlage"]
    bestandsnaam: str = field(repr=False)
    inhoud: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Beoordeling:
    """The judgement of one dossier.

    `octets` (exclusive C14N, what is stored, signed and sent) and `vergelijking` (SHA-256 of the octets with the text
    of `metadata/datum` left out, equal for an equal push) are there only when the report is geldig; `kop` when the XSD
    accepted the dossier; `bijlagen` lists every attachment then.
    """

    rapport: Rapport
    octets: bytes | None = field(default=None, repr=False)
    vergelijking: bytes | None = None
    kop: DossierKop | None = None
    bijlagen: tuple[BijlageGegevens, ...] = ()


class GeenXml(ValueError):
    """A body is not XML at all; `rapport` holds the one finding that says where."""

    def __init__(self, rapport: Rapport) -> None:
        super().__init__(rapport.bevindingen[0].melding)
        self.rapport = rapport
