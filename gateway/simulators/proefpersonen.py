"""Persons and schools that do not exist, for made-up dossiers.

The five numbers named here are those of the development world (interfaces.md); `proef_pgn` gives any number of others,
from a range that is used for tests, each passing the eleven-test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.domain.waarden import Pgn

ONDERWIJSNUMMER: Final = Pgn("101211151")
"""Pupil of 00AH with an onderwijsnummer instead of a BSN (PO-VO)."""
PUPIL_POPO: Final = Pgn("482782481")
PUPIL_WIJZIGT: Final = Pgn("388483763")
PUPIL_NIET_KLAARGEZET: Final = Pgn("097902378")
PUPIL_ZONDER_INZAGE: Final = Pgn("334390205")

_AANTAL: Final = 100_000

_ROEPNAMEN: Final = [
    "Aagje",
    "Abeltje",
    "Bikkel",
    "Bloem",
    "Citroen",
    "Dapper",
    "Dotje",
    "Egel",
    "Fabel",
    "Fluitje",
    "Gember",
    "Gouden",
    "Hommel",
    "Ijsje",
    "Jippie",
    "Kaneel",
    "Klaver",
    "Lampion",
    "Lente",
    "Madelief",
    "Maan",
    "Noot",
    "Oker",
    "Pepijntje",
    "Piep",
    "Pluis",
    "Prik",
    "Roosje",
    "Saffraan",
    "Ster",
    "Tinkel",
    "Uiltje",
    "Vlinder",
    "Vonk",
    "Wolkje",
    "Zilver",
    "Zonnetje",
    "Žofka",
    "Zoë",
    "Çiçek",
]
_ACHTERNAMEN: Final = [
    "Aanname",
    "Bedenksel",
    "Denkbeeld",
    "Dummyveld",
    "Fabeldijk",
    "Fantasiema",
    "Fictiehof",
    "Hersenspin",
    "Ideesma",
    "Kunstmans",
    "Luchtkasteel",
    "Naamloos",
    "Nepstra",
    "Niemandsland",
    "Onbestaand",
    "Papieren",
    "Proefstra",
    "Pseudoniem",
    "Schijnveld",
    "Schetsboek",
    "Sprookjes",
    "Testma",
    "Uitgedacht",
    "Verbeelding",
    "Verzinsel",
    "Voorbeeldsma",
    "Waanbeeld",
    "Zogenaamd",
    "Ångström-Nep",
    "Źdźbło",
]
_VOORVOEGSELS: Final = ("", "", "", "van", "de", "van der", "ter")
_STRATEN: Final = ("Verzonnenlaan", "Proefplein", "Fantasiegracht", "Testpad", "Bedachte Dijk", "Kartonnen Singel")


@dataclass(frozen=True, slots=True)
class School:
    """A school as `huidigeschool` in a made-up dossier."""

    naam: str
    brin: str
    vestigingscode: str
    type: str


BASISSCHOOL: Final = School("Basisschool De Verzonnen Vlieger", "00AH", "00", "BO")
MIDDELBARE_SCHOOL: Final = School("Het Bedachte Lyceum", "12SS", "01", "HAVO/VWO")


@dataclass(frozen=True, slots=True)
class Persoon:
    """A made-up person; `voorvoegsel` may be empty."""

    roepnaam: str
    voorvoegsel: str
    achternaam: str
    straat: str
    huisnummer: int
    vrouw: bool

    @property
    def voorletters(self) -> str:
        """First letter of the given name with a point."""
        return f"{self.roepnaam[0]}."


def persoon(zaad: int) -> Persoon:
    """The made-up person of this number; every number gives someone, the same one every time."""
    return Persoon(
        roepnaam=_ROEPNAMEN[zaad % len(_ROEPNAMEN)],
        voorvoegsel=_VOORVOEGSELS[zaad // 2 % len(_VOORVOEGSELS)],
        achternaam=_ACHTERNAMEN[(zaad * 11 + zaad // 40) % len(_ACHTERNAMEN)],
        straat=_STRATEN[zaad % len(_STRATEN)],
        huisnummer=1 + zaad % 211,
        vrouw=zaad % 2 == 0,
    )


def proef_pgn(nummer: int) -> Pgn:
    """The made-up BSN of this number (0 … 99 999): 999…, sometimes 998…, nine digits that pass the eleven-test.

    Rule (protocol.md, section 11): 9p1 + 8p2 + … + 2p8 − p9 is a multiple of eleven. Where the check digit of 999…
    would be ten, that of 998… is three, because the third digit weighs seven.
    """
    if not 0 <= nummer < _AANTAL:
        raise ValueError(f"Er zijn {_AANTAL} proefnummers; dit nummer valt daarbuiten.")
    for begin in (99_900_000 + nummer, 99_800_000 + nummer):
        controle = sum((9 - plek) * int(cijfer) for plek, cijfer in enumerate(str(begin))) % 11
        if controle < 10:
            break
    return Pgn(f"{begin}{controle}")


def is_bsn(pgn: Pgn) -> bool:
    """True for a number that passes the eleven-test of a BSN (an onderwijsnummer does not)."""
    cijfers = [int(cijfer) for cijfer in pgn.waarde]
    return (sum((9 - plek) * cijfer for plek, cijfer in enumerate(cijfers[:8])) - cijfers[8]) % 11 == 0
