"""The report on one or more dossiers as text for a terminal or a log."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.text import Text

from gateway.domain.beoordeling import Beoordeling, Bevinding, Ernst
from gateway.gegevensset.bijlagen import in_mb
from gateway.gegevensset.verslag import REGELPAGINA, Verslagregel, oordeel, uitleg_bij

_KLEUR: Final = {Ernst.FOUT: "bold red", Ernst.WAARSCHUWING: "yellow"}


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


def _schoon(naam: str) -> str:
    """A name as it may go to a terminal: what could steer it is shown as a question mark."""
    return "".join(teken if teken.isprintable() else "?" for teken in naam)
