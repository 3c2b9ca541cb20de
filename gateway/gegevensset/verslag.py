"""The report on one or more dossiers: its words, and as rows for a spreadsheet. As text: `verslag_tekst`.

A report says for each finding the rule, its weight, the place with its line, what is wrong and what to do, what would
be right, and where the rule is explained. It never holds a value of the dossier. JSON is `Rapport.als_json`.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.domain.beoordeling import Beoordeling, Bevinding, Ernst, Rapport
from gateway.gegevensset.regels import anker

REGELPAGINA: Final = "docs/regels.md"
"""Where the rules are explained, unless the caller has another place."""

KOLOMMEN: Final = (
    "bestand", "pakket", "profiel", "geldig", "regel", "ernst", "pad", "regelnummer", "melding", "toegestaan",
)  # fmt: skip
"""Header of the CSV: the names of `validate --json`."""


@dataclass(frozen=True, slots=True)
class Verslagregel:
    """One file and its judgement."""

    bestand: str
    beoordeling: Beoordeling

    @property
    def rapport(self) -> Rapport:
        """The findings."""
        return self.beoordeling.rapport


def uitleg_bij(regel: str, regelpagina: str = REGELPAGINA) -> str:
    """Address of the explanation of a rule; XSD findings share one entry, as do those of the parser."""
    return f"{regelpagina}#{anker(regel)}"


def aantallen(rapport: Rapport) -> tuple[int, int]:
    """Number of `fout` and of `waarschuwing`."""
    fouten = sum(bevinding.ernst is Ernst.FOUT for bevinding in rapport.bevindingen)
    return fouten, len(rapport.bevindingen) - fouten


def oordeel(rapport: Rapport) -> str:
    """The verdict in a few words: `geldig`, `niet geldig: 2 fouten, 1 waarschuwing`."""
    fouten, waarschuwingen = aantallen(rapport)
    delen = [
        f"{aantal} {enkel if aantal == 1 else meer}"
        for aantal, enkel, meer in ((fouten, "fout", "fouten"), (waarschuwingen, "waarschuwing", "waarschuwingen"))
        if aantal
    ]
    return ("geldig" if rapport.geldig else "niet geldig") + (": " + ", ".join(delen) if delen else "")


def als_csv(regels: Iterable[Verslagregel]) -> str:
    """One row a finding, RFC 4180; a dossier without findings has one row with those columns empty."""
    doel = io.StringIO(newline="")
    schrijver = csv.writer(doel)
    schrijver.writerow(KOLOMMEN)
    for regel in regels:
        rapport = regel.rapport
        vast = (regel.bestand, rapport.pakket or "", rapport.profiel or "", "true" if rapport.geldig else "false")
        bevindingen: Sequence[Bevinding | None] = rapport.bevindingen or (None,)
        for bevinding in bevindingen:
            schrijver.writerow([_veilige_cel(cel) for cel in (*vast, *_cellen(bevinding))])
    return doel.getvalue()


def _cellen(bevinding: Bevinding | None) -> tuple[str, ...]:
    if bevinding is None:
        return ("",) * 6
    return (
        bevinding.regel,
        bevinding.ernst.value,
        bevinding.pad,
        str(bevinding.regelnummer or ""),
        bevinding.melding,
        " ".join(bevinding.toegestaan),
    )


def _veilige_cel(cel: str) -> str:
    """A file name that begins like a formula would be one in a spreadsheet; a quote in front makes it text."""
    return f"'{cel}" if cel.startswith(("=", "+", "-", "@", "\t", "\r")) else cel


@dataclass(frozen=True, slots=True)
class Samenvattingsregel:
    """How often one rule was found, and in how many dossiers."""

    regel: str
    ernst: Ernst
    aantal: int
    dossiers: int


def vat_samen(rapporten: Iterable[Rapport]) -> list[Samenvattingsregel]:
    """Count findings by rule, most frequent first: for a folder full of dossiers."""
    aantal: Counter[tuple[str, Ernst]] = Counter()
    dossiers: Counter[tuple[str, Ernst]] = Counter()
    for rapport in rapporten:
        sleutels = [(bevinding.regel, bevinding.ernst) for bevinding in rapport.bevindingen]
        aantal.update(sleutels)
        dossiers.update(set(sleutels))
    volgorde = sorted(aantal, key=lambda sleutel: (-aantal[sleutel], sleutel))
    return [Samenvattingsregel(*sleutel, aantal[sleutel], dossiers[sleutel]) for sleutel in volgorde]
