"""The numbers and codes of the field as values: checked when made, equal by content.

Values that identify a child (`Pgn`, `ElkNummer`) show themselves masked in `repr` and `str`, so that a slip in a log
line or an exception text gives nothing away; who really needs the text takes `.waarde`.
"""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class OngeldigeWaarde(ValueError):
    """A text is not a value of the kind asked for; the message is a Dutch sentence without the text itself."""

    def __init__(self, soort: str, verwacht: str) -> None:
        super().__init__(f"Dit is geen geldige waarde voor {soort}: verwacht {verwacht}.")
        self.soort = soort
        self.verwacht = verwacht


def _eis(patroon: re.Pattern[str], tekst: str, soort: str, verwacht: str) -> None:
    if not isinstance(tekst, str) or patroon.fullmatch(tekst) is None:
        raise OngeldigeWaarde(soort, verwacht)


_BRIN = re.compile(r"[0-9]{2}[A-Z]{2}")
_VESTIGINGSCODE = re.compile(r"[0-9]{2}")
_INDEX = re.compile(r"nr (?:0|[1-9][0-9]{0,8})")
_KENMERK = re.compile(rf"[\x21-\x7e]{{1,32}}|{_INDEX.pattern}")
_PGN = re.compile(r"[0-9]{9}")
_OIN = re.compile(r"[0-9]{20}")
_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_ELK = re.compile(r"(B?)0*([0-9]{1,12})")


@dataclass(frozen=True, slots=True, order=True)
class Brin:
    """School code of four characters, two digits and two capitals, such as `00YY`."""

    waarde: str

    def __post_init__(self) -> None:
        _eis(_BRIN, self.waarde, "een BRIN", "twee cijfers en twee hoofdletters, zoals 00YY")

    def __str__(self) -> str:
        return self.waarde


@dataclass(frozen=True, slots=True, order=True)
class Vestiging:
    """A location of a school: BRIN plus the two digits of the vestigingscode."""

    brin: Brin
    code: str

    def __post_init__(self) -> None:
        _eis(_VESTIGINGSCODE, self.code, "een vestigingscode", "twee cijfers, zoals 00")

    @classmethod
    def van(cls, brin: str, code: str) -> Self:
        """Make one from two texts, for example `Vestiging.van("00YY", "00")`."""
        return cls(Brin(brin), code)

    @classmethod
    def uit_tekst(cls, tekst: str) -> Self:
        """Read the joined form BRINVV (`00YY00`) or with a slash (`00YY/00`)."""
        kaal = tekst.replace("/", "")
        return cls(Brin(kaal[:4]), kaal[4:])

    def __str__(self) -> str:
        return f"{self.brin}/{self.code}"


@dataclass(frozen=True, slots=True, order=True)
class RouteringsKenmerk:
    """Address of an aanleverpunt since OSO'21: 1–32 printable characters without space, opaque on the wire.

    Up to OSO'18 a point was addressed by BRIN and number (aanleverpuntIndex): that is kept here as `nr 2`, which no
    kenmerk on the line can be.
    """

    waarde: str

    def __post_init__(self) -> None:
        _eis(_KENMERK, self.waarde, "een routeringsKenmerk", "1 tot 32 zichtbare tekens zonder spatie")

    @classmethod
    def van_index(cls, index: int) -> RouteringsKenmerk:
        """Make the address of the point with this number in its BRIN."""
        return cls(f"nr {index}")

    @property
    def index(self) -> int | None:
        """The number in the BRIN, when that is what this is."""
        return int(self.waarde[3:]) if _INDEX.fullmatch(self.waarde) else None

    def __str__(self) -> str:
        return self.waarde


@dataclass(frozen=True, slots=True, order=True)
class Oin:
    """Organisatie-identificatienummer, 20 digits: `subject:serialNumber` of a PKIoverheid certificate."""

    waarde: str

    def __post_init__(self) -> None:
        _eis(_OIN, self.waarde, "een OIN", "20 cijfers")

    def __str__(self) -> str:
        return self.waarde


@dataclass(frozen=True, slots=True)
class Pgn:
    """Persoonsgebonden nummer (BSN or onderwijsnummer): nine digits kept as text. Shows itself masked."""

    waarde: str

    def __post_init__(self) -> None:
        _eis(_PGN, self.waarde, "een persoonsgebonden nummer", "negen cijfers")

    def __str__(self) -> str:
        return "•••••••••"

    def __repr__(self) -> str:
        return "Pgn(•••••••••)"


@dataclass(frozen=True, slots=True)
class ElkNummer:
    """Number of a pupil in ELK, `B?[0-9]{1,12}`, leading zeros dropped; `B…` is a buitenleerling.

    It is a parent's login name: personal data. `str` and `repr` are masked; `.waarde` is the text.
    """

    waarde: str

    def __post_init__(self) -> None:
        gevonden = _ELK.fullmatch(self.waarde) if isinstance(self.waarde, str) else None
        if gevonden is None or not gevonden[2].strip("0"):
            raise OngeldigeWaarde("een ELK-nummer", "1 tot 12 cijfers (niet alleen nullen), eventueel met B ervoor")
        object.__setattr__(self, "waarde", gevonden[1] + gevonden[2])

    @property
    def buitenleerling(self) -> bool:
        """True for a pupil from outside the region (or of a particuliere basisschool): ELK has no oki-doc."""
        return self.waarde.startswith("B")

    @property
    def gemaskeerd(self) -> str:
        """Form that may stand in a log: first mark and last two digits."""
        return f"{'B' if self.buitenleerling else ''}…{self.waarde[-2:]}" if len(self.waarde) > 4 else "…"

    def __str__(self) -> str:
        return self.gemaskeerd

    def __repr__(self) -> str:
        return f"ElkNummer({self.gemaskeerd})"


@dataclass(frozen=True, slots=True)
class _Guid:
    waarde: str

    def __post_init__(self) -> None:
        _eis(_GUID, self.waarde, "een GUID", "8-4-4-4-12 hexadecimale tekens")

    @classmethod
    def nieuw(cls) -> Self:
        """A fresh random one, lower case."""
        return cls(str(uuid.UUID(bytes=secrets.token_bytes(16), version=4)))

    def __eq__(self, ander: object) -> bool:
        return type(ander) is type(self) and self.waarde.lower() == ander.waarde.lower()

    def __hash__(self) -> int:
        return hash(self.waarde.lower())

    def __str__(self) -> str:
        return self.waarde


@dataclass(frozen=True, slots=True, eq=False)
class SessieId(_Guid):
    """GUID that the Traffic Center gives to one session; equal whatever the case of its letters."""


@dataclass(frozen=True, slots=True, eq=False)
class Koppelsleutel(_Guid):
    """GUID that stands for one dossier in the SWV flow; equal whatever the case of its letters."""


class Overdrachtsoort(StrEnum):
    """Kind of transfer, list 29 of the gegevensset and value on the wire."""

    OVERSTAPDOSSIER = "overstapdossier"
    OVERDRACHTBINNENBRIN = "overdrachtbinnenbrin"
    SWV_DOSSIER = "swv-dossier"


class Herkomst(StrEnum):
    """Where ELK has the pupil from; only `regulier` has an oki-doc and may go over OSO."""

    REGULIER = "regulier"
    BUITENLEERLING = "buitenleerling"
    PARTICULIER = "particulier"


class Rol(StrEnum):
    """Role of a REST token."""

    KERN = "kern"
    CONTACTPERSOON = "contactpersoon"
    LOCATIEBEHEERDER = "locatiebeheerder"
    BEHEER = "beheer"


class Doel(StrEnum):
    """Purpose of an aanleverpunt or notification."""

    OV = "OV"
    SWV = "SWV"
