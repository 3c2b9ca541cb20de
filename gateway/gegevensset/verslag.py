"""The report on one or more dossiers as text for a terminal or a log, and as rows for a spreadsheet.

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

from rich.console import Console
from rich.text import Text

from gateway.domain.beoordeling import Beoordeling, Bevinding, Ernst, Rapport
from gateway.gegevensset.bijlagen import in_mb
from gateway.gegevensset.weergave_pagina import anker

REGELPAGINA: Final = "docs/regels.md"
"""Where the rules are explained, unless the caller has another place."""

KOLOMMEN: Final = (
    "bestand", "pakket", "profiel", "geldig", "regel", "ernst", "pad", "regelnummer", "melding", "toegestaan",
)  # fmt: skip
"""Header of the CSV: the names of `validate --json`."""

_KLEUR: Final = {Ernst.FOUT: "bold red", Ernst.WAARSCHUWING: "yellow"}


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


def druk(console: Console, regel: Verslagregel, regelpagina: str = REGELPAGINA) -> None:
    """Write the report on one file to a console; coloured where that is a terminal, plain text elsewhere."""
    rapport = regel.rapport
    kop = Text(_schoon(regel.bestand), style="bold")
    kop.append(f"  {oordeel(rapport)}", style="bold green" if rapport.geldig else "bold red")
    console.print(kop, soft_wrap=True)
    if rapport.pakket is not None:
        console.print(Text(f"  gegevensset {rapport.pakket}, profiel {rapport.profiel or 'onbekend'}"), soft_wrap=True)
    for bevinding in rapport.bevindingen:
        _druk_bevinding(console, bevinding, regelpagina)
    _druk_bijlagen(console, regel.beoordeling)


def _druk_bevinding(console: Console, bevinding: Bevinding, regelpagina: str) -> None:
    kop = Text("  ")
    kop.append(bevinding.ernst.value, style=_KLEUR[bevinding.ernst])
    kop.append(f"  {bevinding.regel}  ", style="bold")
    kop.append(f"regel {bevinding.regelnummer}" if bevinding.regelnummer else "", style="dim")
    regels = [kop, Text(f"    {bevinding.melding}"), Text(f"    {bevinding.pad}", style="dim")]
    if bevinding.toegestaan:
        regels.append(Text(f"    Toegestaan: {', '.join(bevinding.toegestaan)}"))
    regels.append(Text(f"    Uitleg: {uitleg_bij(bevinding.regel, regelpagina)}", style="dim"))
    for tekst in regels:
        tekst.rstrip()
        console.print(tekst, soft_wrap=True)


def _druk_bijlagen(console: Console, beoordeling: Beoordeling) -> None:
    """The budget: every attachment with its size, and what they are together."""
    bijlagen = beoordeling.bijlagen
    if not bijlagen:
        return
    totaal = sum(bijlage.grootte or 0 for bijlage in bijlagen)
    console.print(Text(f"  Bijlagen: {len(bijlagen)}, samen {in_mb(totaal)}"), soft_wrap=True)
    for bijlage in bijlagen:
        maat = "onleesbaar" if bijlage.grootte is None else in_mb(bijlage.grootte)
        console.print(Text(f"    {maat:>10}  {_schoon(bijlage.bestandsnaam)}"), soft_wrap=True)


def als_tekst(regels: Iterable[Verslagregel], regelpagina: str = REGELPAGINA) -> str:
    """The reports one below the other, as plain text."""
    doel = io.StringIO()
    console = Console(file=doel, color_system=None, force_terminal=False, width=200, legacy_windows=False)
    for nummer, regel in enumerate(regels):
        if nummer:
            console.print()
        druk(console, regel, regelpagina)
    return doel.getvalue()


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


def _schoon(naam: str) -> str:
    """A name as it may go to a terminal: what could steer it is shown as a question mark."""
    return "".join(teken if teken.isprintable() else "?" for teken in naam)


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
