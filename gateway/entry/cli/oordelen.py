"""What becomes of the outcomes of `validate`: text, JSON, CSV, HTML, a count by rule. Each takes them one by one.

What only some of these need is imported there: much of the time of a short run is loading.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Protocol, TextIO

from gateway.domain.beoordeling import Ernst
from gateway.entry.cli.bulk import Onleesbaar, Uitkomst
from gateway.entry.cli.uitvoer import Afloop, meld, stop
from gateway.gegevensset import Pakketten
from gateway.gegevensset.verslag import Verslagregel, als_csv


class Afnemer(Protocol):
    """Takes outcomes in order."""

    def neem(self, uitkomst: Uitkomst) -> None:
        """Take one."""

    def klaar(self) -> None:
        """Know that there are no more."""


class Telling:
    """Counts: what could not be read, what is not valid, and findings by rule."""

    def __init__(self) -> None:
        self.onleesbaar = self.ongeldig = self.geldig = 0
        self._aantal: Counter[tuple[str, Ernst]] = Counter()
        self._dossiers: Counter[tuple[str, Ernst]] = Counter()

    def neem(self, uitkomst: Uitkomst) -> None:
        """Count one."""
        if isinstance(uitkomst, Onleesbaar):
            self.onleesbaar += 1
            return
        self.geldig += uitkomst.rapport.geldig
        self.ongeldig += not uitkomst.rapport.geldig
        sleutels = [(bevinding.regel, bevinding.ernst) for bevinding in uitkomst.rapport.bevindingen]
        self._aantal.update(sleutels)
        self._dossiers.update(set(sleutels))

    def klaar(self) -> None:
        """Do nothing: the counts are there."""

    def toon(self) -> None:
        """Print the summary by rule to stdout, most frequent first."""
        from rich.console import Console
        from rich.table import Table

        console = Console(file=sys.stdout)
        getoetst = self.geldig + self.ongeldig
        console.print(
            f"{getoetst} dossiers getoetst: {self.geldig} geldig, {self.ongeldig} niet geldig", highlight=False
        )
        if self.onleesbaar:
            console.print(f"{self.onleesbaar} bestanden niet te lezen", highlight=False)
        if not self._aantal:
            return
        tabel = Table("Regel", "Ernst", box=None, pad_edge=False)
        tabel.add_column("Aantal", justify="right")
        tabel.add_column("Dossiers", justify="right")
        for sleutel in sorted(self._aantal, key=lambda een: (-self._aantal[een], een)):
            regel, ernst = sleutel
            tabel.add_row(regel, ernst.value, str(self._aantal[sleutel]), str(self._dossiers[sleutel]))
        console.print(tabel)


class Tekst:
    """Reports as text on stdout, coloured in a terminal; `alleen_fout` leaves out what is valid."""

    def __init__(self, *, alleen_fout: bool) -> None:
        from rich.console import Console

        from gateway.gegevensset.verslag_tekst import druk

        self._druk = druk
        self._console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 200)
        self._alleen_fout = alleen_fout
        self._eerste = True

    def neem(self, uitkomst: Uitkomst) -> None:
        """Print one."""
        if isinstance(uitkomst, Onleesbaar) or (self._alleen_fout and uitkomst.rapport.geldig):
            return
        if not self._eerste:
            self._console.print()
        self._eerste = False
        self._druk(self._console, uitkomst)

    def klaar(self) -> None:
        """Leave a line before the summary."""
        if self._alleen_fout and not self._eerste:
            self._console.print()


class Json:
    """Reports as one JSON array, or as a JSON object a line; written as they come."""

    def __init__(self, doel: TextIO, *, als_lijst: bool) -> None:
        self._doel = doel
        self._als_lijst = als_lijst
        self._aantal = 0

    def neem(self, uitkomst: Uitkomst) -> None:
        """Write one; a file that cannot be read is only told on stderr."""
        if isinstance(uitkomst, Onleesbaar):
            return
        rapport = {"bestand": uitkomst.bestand, **uitkomst.rapport.als_json()}
        if self._als_lijst:
            self._doel.write("[\n" if self._aantal == 0 else ",\n")
        # a file name may hold octets that are no text: escaped, they can be written anywhere
        tekst = json.dumps(rapport, ensure_ascii=False, indent=2 if self._als_lijst else None)
        self._doel.write(tekst if _schrijfbaar(tekst) else json.dumps(rapport))
        self._doel.write("" if self._als_lijst else "\n")
        self._aantal += 1

    def klaar(self) -> None:
        """Close the array."""
        if self._als_lijst:
            self._doel.write("\n]\n" if self._aantal else "[]\n")
        self._doel.flush()


def _schrijfbaar(tekst: str) -> bool:
    try:
        tekst.encode()
    except UnicodeEncodeError:
        return False
    return True


class Csv:
    """Findings as CSV in a file, written as they come."""

    def __init__(self, doel: TextIO) -> None:
        self._doel = doel
        self._kop = True

    def neem(self, uitkomst: Uitkomst) -> None:
        """Write the rows of one."""
        if isinstance(uitkomst, Onleesbaar):
            return
        tekst = als_csv([uitkomst]).encode("utf-8", "replace").decode()
        self._doel.write(tekst if self._kop else tekst.partition("\r\n")[2])
        self._kop = False

    def klaar(self) -> None:
        """Write the header where there was no row."""
        if self._kop:
            self._doel.write(als_csv([]))


class Html:
    """All reports on one page; these are kept until the end, so the page is for dozens of files, not for thousands."""

    MEESTE = 500

    def __init__(self, pad: Path, pakketten: Pakketten) -> None:
        self._pad = pad
        self._pakketten = pakketten
        self._regels: list[Verslagregel] = []

    def neem(self, uitkomst: Uitkomst) -> None:
        """Keep one; of very many, those that are not valid go first."""
        if isinstance(uitkomst, Verslagregel):
            self._regels.append(uitkomst)

    def klaar(self) -> None:
        """Write the page."""
        from gateway.gegevensset.verslag_html import als_html

        regels = self._regels
        if len(regels) > self.MEESTE:
            meld(f"De HTML-pagina toont {self.MEESTE} van {len(regels)} dossiers: eerst die niet geldig zijn.")
            regels = sorted(regels, key=lambda regel: regel.rapport.geldig)[: self.MEESTE]
        try:
            pagina = als_html(regels, self._pakketten)
            self._pad.write_text(pagina, "utf-8", errors="replace", newline="")
        except OSError as fout:
            stop(Afloop.GEBRUIK, f"{self._pad}: kan het bestand niet schrijven ({fout.strerror}).")
