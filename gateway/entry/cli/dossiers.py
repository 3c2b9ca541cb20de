"""`validate` and `render`: is a dossier valid, what to do about it if not, and what does it say."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TextIO

import typer

from gateway.domain.beoordeling import Regelmodus
from gateway.entry.cli.uitvoer import Afloop, meld, stop, toon

if TYPE_CHECKING:
    from gateway.entry.cli.bulk import Uitkomst
    from gateway.entry.cli.oordelen import Afnemer
    from gateway.gegevensset import Toetser


def voeg_toe(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("validate")(validate)
    app.command("render")(render)


def validate(
    bestanden: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Dossiers (XML), of mappen met dossiers.")],
    pakket: Annotated[
        str | None, typer.Option("--pakket", metavar="V", help="Toets met deze versie van de gegevensset.")
    ] = None,
    regels: Annotated[
        Regelmodus | None, typer.Option("--regels", help="Welke regels een fout geven: gepubliceerd of afgesproken.")
    ] = None,
    als_json: Annotated[bool, typer.Option("--json", help="Schrijf de rapporten als één JSON-lijst.")] = False,
    json_regels: Annotated[
        bool, typer.Option("--json-regels", help="Schrijf elk rapport als een JSON-object op een regel.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Schrijf het verslag ook als HTML-pagina.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Schrijf de bevindingen ook als CSV.")
    ] = None,
    aantal: Annotated[
        int | None, typer.Option("--kernen", metavar="N", min=1, help="Zoveel processen; anders alle kernen.")
    ] = None,
) -> None:
    """Valideer dossiers: XSD, bedrijfsregels en bijlagen. Eén rapport per bestand.

    Van een map worden alle .xml-bestanden getoetst; getoond wordt dan wat niet geldig is, met een samenvatting per
    regel.
    """
    from gateway.bootstrap import maak_toetser
    from gateway.entry.cli import oordelen
    from gateway.entry.cli.bulk import Opdracht, WerkprocesWeg, kernen, toets_alle
    from gateway.settings import lees_instellingen

    if als_json and json_regels:
        stop(Afloop.GEBRUIK, "Kies --json of --json-regels, niet allebei.")
    instellingen = lees_instellingen(regels=regels)
    toetser = maak_toetser(instellingen)
    _eis_versie(toetser, pakket)
    paden, uit_map = _uitgepakt(bestanden)
    telling = oordelen.Telling()
    with ExitStack() as stapel:
        afnemers: list[Afnemer] = [telling]
        if csv is not None:
            afnemers.append(stapel.enter_context(_bestand(csv, oordelen.Csv)))
        if html is not None:
            afnemers.append(oordelen.Html(html, toetser.pakketten))
        if als_json or json_regels:
            afnemers.append(oordelen.Json(sys.stdout, als_lijst=als_json))
        else:
            afnemers.append(oordelen.Tekst(alleen_fout=uit_map))
        uitkomsten = toets_alle(toetser, paden, Opdracht(instellingen, pakket), aantal or kernen())
        try:
            _verwerk(_met_balk(uitkomsten, len(paden)) if uit_map else uitkomsten, afnemers)
        except WerkprocesWeg:
            stop(Afloop.GEBRUIK, "Een toetsproces is gestopt, waarschijnlijk door geheugengebrek. Probeer --kernen 1.")
        except BrokenPipeError:  # who reads our output has seen enough
            stop(Afloop.GEBRUIK)
    if uit_map and not (als_json or json_regels):
        telling.toon()
    if telling.onleesbaar:
        stop(Afloop.GEBRUIK)
    if telling.ongeldig:
        stop(Afloop.GEHOUDEN_NIET)


def render(
    bestand: Annotated[Path, typer.Argument(metavar="FILE", help="Het dossier (XML).")],
    uit: Annotated[Path, typer.Option("--out", metavar="FILE", help="Waar de pagina komt.")],
) -> None:
    """Maak van een dossier een leesbare pagina (HTML), voor de inzage door ouders en een controle met het oog.

    De pagina bevat alle gegevens van het dossier: bewaar en verstuur haar even zorgvuldig.
    """
    from gateway.bootstrap import maak_toetser
    from gateway.gegevensset.weergave import NietWeerTeGeven, maak_pagina
    from gateway.settings import lees_instellingen

    instellingen = lees_instellingen()
    try:
        with bestand.open("rb") as bron:
            octets = bron.read(instellingen.max_bericht + 1)
    except OSError as fout:
        stop(Afloop.GEBRUIK, f"{bestand}: kan het bestand niet lezen ({fout.strerror}).")
    try:
        pagina = maak_pagina(octets, maak_toetser(instellingen))
    except NietWeerTeGeven as fout:
        stop(Afloop.GEHOUDEN_NIET, f"{bestand}: {fout}")
    _schrijf(uit, pagina)
    toon(f"De pagina staat in {uit}.")


def _schrijf(doel: Path, inhoud: str) -> None:
    """Write what holds the data of a pupil: for the user only. Stops with the reason when that cannot be done."""
    try:
        with open(
            doel, "w", encoding="utf-8", newline="", opener=lambda pad, wijze: os.open(pad, wijze, 0o600)
        ) as bron:
            bron.write(inhoud)
    except OSError as fout:
        stop(Afloop.GEBRUIK, f"{doel}: kan het bestand niet schrijven ({fout.strerror}).")


def _eis_versie(toetser: Toetser, pakket: str | None) -> None:
    versies = toetser.pakketten.versies
    if pakket is not None and pakket not in versies:
        stop(Afloop.GEBRUIK, f"Gegevensset {pakket} is niet geïnstalleerd; wel: {', '.join(versies)}.")


def _uitgepakt(bestanden: list[Path]) -> tuple[list[Path], bool]:
    """The files to judge, folders opened, and whether there was a folder."""
    gevonden: list[Path] = []
    uit_map = False
    for bestand in bestanden:
        if bestand.is_dir():
            uit_map = True
            inhoud = _in_map(bestand)
            if not inhoud:
                stop(Afloop.GEBRUIK, f"{bestand}: in deze map staan geen dossiers (.xml).")
            gevonden += inhoud
        else:
            gevonden.append(bestand)
    return gevonden, uit_map


def _in_map(map_: Path) -> list[Path]:
    """The XML files in a folder and below it, links that lead nowhere included: nothing is passed over in silence."""

    def weiger(fout: OSError) -> NoReturn:
        stop(Afloop.GEBRUIK, f"{fout.filename}: kan de map niet lezen ({fout.strerror}).")

    alle = (Path(waar, naam) for waar, _, namen in os.walk(map_, onerror=weiger) for naam in namen)
    return sorted(pad for pad in alle if pad.suffix.lower() == ".xml" and (pad.is_file() or not pad.exists()))


@contextmanager
def _bestand(pad: Path, soort: Callable[[TextIO], Afnemer]) -> Iterator[Afnemer]:
    """Open a file for an Afnemer that writes as it goes."""
    try:
        doel = pad.open("w", encoding="utf-8", newline="")
    except OSError as fout:
        stop(Afloop.GEBRUIK, f"{pad}: kan het bestand niet schrijven ({fout.strerror}).")
    with doel:
        yield soort(doel)


def _verwerk(uitkomsten: Iterable[Uitkomst], afnemers: list[Afnemer]) -> None:
    from gateway.entry.cli.bulk import Onleesbaar

    for uitkomst in uitkomsten:
        if isinstance(uitkomst, Onleesbaar):
            meld(f"{uitkomst.bestand}: kan het bestand niet lezen ({uitkomst.reden}).")
        for afnemer in afnemers:
            afnemer.neem(uitkomst)
    for afnemer in afnemers:
        afnemer.klaar()


def _met_balk(uitkomsten: Iterable[Uitkomst], aantal: int) -> Iterator[Uitkomst]:
    """Show on stderr how far it is, where that is a terminal and stdout is not the same one."""
    if not sys.stderr.isatty():  # a bar that nobody sees still takes its time to load
        yield from uitkomsten
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    kolommen = (TextColumn("Toetsen"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(
        *kolommen, console=console, transient=True, disable=not console.is_terminal, redirect_stdout=sys.stdout.isatty()
    ) as balk:
        yield from balk.track(uitkomsten, total=aantal)
