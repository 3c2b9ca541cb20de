"""`purge` and `privacy export | erase`: retention, and the rights of a pupil."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from gateway.domain.waarden import ElkNummer, OngeldigeWaarde
from gateway.entry.cli.uitvoer import Afloop, stop, toon, toon_json

privacy = typer.Typer(help="Alles over één leerling geven of wissen; beide komen in de audit.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Schrijf het resultaat als JSON.")]
Account = Annotated[str, typer.Option("--account", metavar="NAAM", help="Wie dit doet; komt in de audit.")]
Reden = Annotated[str, typer.Option("--reden", metavar="TEKST", help="Waarom; komt in de audit. Noem geen persoon.")]


def voeg_toe(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("purge")(purge)


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tel alleen wat weg zou gaan; verwijder niets.")] = False,
    als_json: Json = False,
) -> None:
    """Verwijder wat zijn bewaartermijn voorbij is, en zeg wat er is verwijderd. `serve` doet dit elk uur zelf."""
    from gateway.entry.cli.wereld import open_wereld
    from gateway.settings import lees_instellingen
    from gateway.usecases.opruimen import ruim_op

    instellingen = lees_instellingen()
    with open_wereld(instellingen) as wereld:
        gedaan = ruim_op(wereld, instellingen.bewaartermijnen.als_termijnen(), proef=dry_run)
    if als_json:
        toon_json({"proef": dry_run, "verwijderd": dict(gedaan.aantallen)})
        return
    _toon_aantallen("Zou worden verwijderd" if dry_run else "Verwijderd", gedaan.aantallen)


def _toon_aantallen(kop: str, aantallen: Mapping[str, int]) -> None:
    toon(f"{kop}:")
    for soort, aantal in aantallen.items():
        toon(f"  {soort:24} {aantal:>8}")


@privacy.command("export")
def export(
    elk_nummer: Annotated[str, typer.Argument(metavar="ELKNUMMER")],
    uit: Annotated[Path, typer.Option("--out", metavar="DIR", help="Nieuwe map voor alles wat er over is.")],
    account: Account,
    reden: Reden,
) -> None:
    """Schrijf alles wat over een leerling is bewaard in een map, alleen leesbaar voor u."""
    from gateway.domain.fouten import Weigering
    from gateway.domain.logboek import Opdrachtgever
    from gateway.entry.cli.wereld import open_wereld
    from gateway.settings import lees_instellingen
    from gateway.usecases.privacy import geef_uittreksel

    elk = _elk(elk_nummer)
    try:
        uit.mkdir(mode=0o700, parents=True)
    except OSError as fout:
        stop(
            Afloop.GEBRUIK,
            f"De map is niet te maken ({os.strerror(fout.errno or 0)}); kies een map die nog niet bestaat.",
        )
    try:
        with open_wereld(lees_instellingen()) as wereld:
            uittreksel = geef_uittreksel(wereld, elk, Opdrachtgever(account), reden)
    except Weigering as fout:
        uit.rmdir()
        stop(Afloop.GEHOUDEN_NIET, f"{fout.melding} {fout.wat_nu}")
    _schrijf(uit / "leerling.json", json.dumps(uittreksel.gegevens, ensure_ascii=False, indent=2).encode())
    for naam, octets in uittreksel.bestanden.items():
        _schrijf(uit / naam, octets)
    toon(f"{len(uittreksel.bestanden) + 1} bestanden geschreven in {uit}. Bewaar ze veilig en verwijder ze na gebruik.")


def _schrijf(bestand: Path, octets: bytes) -> None:
    with os.fdopen(os.open(bestand, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as doel:
        doel.write(octets)


@privacy.command("erase")
def erase(
    elk_nummer: Annotated[str, typer.Argument(metavar="ELKNUMMER")],
    account: Account,
    reden: Reden,
    ja: Annotated[bool, typer.Option("--ja", help="Vraag niet of het zeker is.")] = False,
    als_json: Json = False,
) -> None:
    """Wis alles over een leerling, behalve de audit (onder pseudoniem) en tellingen zonder persoon."""
    from gateway.domain.fouten import Weigering
    from gateway.domain.logboek import Opdrachtgever
    from gateway.entry.cli.wereld import open_wereld
    from gateway.settings import lees_instellingen
    from gateway.usecases.privacy import wis

    elk = _elk(elk_nummer)
    if not ja:
        typer.confirm("Alles over deze leerling wordt gewist en komt niet terug. Doorgaan?", abort=True, err=True)
    try:
        with open_wereld(lees_instellingen()) as wereld:
            weg = wis(wereld, elk, Opdrachtgever(account), reden)
    except Weigering as fout:
        stop(Afloop.GEHOUDEN_NIET, f"{fout.melding} {fout.wat_nu}")
    if als_json:
        toon_json({"verwijderd": dict(weg)})
    else:
        _toon_aantallen("Gewist", weg)


def _elk(tekst: str) -> ElkNummer:
    try:
        return ElkNummer(tekst)
    except OngeldigeWaarde as fout:
        stop(Afloop.GEBRUIK, str(fout))
