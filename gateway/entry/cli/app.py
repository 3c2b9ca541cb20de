"""`oso-gateway`: the command line. Each verb stands in a module of its own and loads what it needs when it runs."""

from __future__ import annotations

import sys
from importlib.metadata import version

import typer

from gateway.entry.cli import (
    bewijs,
    dienst,
    dossiers,
    mensen,
    onderhoud,
    ophalingen,
    opruimen,
    pakketten,
    schakelaars,
    simulatoren,
    tokens,
    zijwerk,
)
from gateway.entry.cli.uitvoer import Afloop, meld
from gateway.ports import OpslagNietBeschikbaar
from gateway.settings import InstellingOnjuist

app = typer.Typer(
    name="oso-gateway",
    help="Draagt leerlingdossiers over via OSO: valideert, ondertekent, zet klaar en levert uit.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for module in (dienst, zijwerk, dossiers, bewijs, onderhoud, opruimen):
    module.voeg_toe(app)
app.add_typer(tokens.app, name="token")
app.add_typer(simulatoren.app, name="simulate")
app.add_typer(zijwerk.werk, name="werk")
app.add_typer(ophalingen.app, name="ophalingen")
app.add_typer(opruimen.privacy, name="privacy")
app.add_typer(pakketten.app, name="schemas")
app.add_typer(onderhoud.db, name="db")
onderhoud.audit.command("wie-kreeg")(mensen.wie_kreeg)
app.add_typer(onderhoud.audit, name="audit")
app.add_typer(mensen.aanleverpunten, name="aanleverpunten")
app.add_typer(schakelaars.schakelaars, name="schakelaars")
app.add_typer(bewijs.certs, name="certs")


def _toon_versie(gevraagd: bool) -> None:
    if gevraagd:
        typer.echo(f"oso-gateway {version('oso-gateway')}")
        raise typer.Exit


@app.callback()
def _begin(
    versie: bool = typer.Option(False, "--version", callback=_toon_versie, is_eager=True, help="Toon de versie."),
) -> None:
    """Options before the verb."""


def main() -> None:
    """Run the command line; a wrong setting ends it with one line and exit code 2, a store that is away with 1."""
    try:
        app()
    except InstellingOnjuist as fout:
        meld(f"oso-gateway: {fout}")
        sys.exit(int(Afloop.GEBRUIK))
    except OpslagNietBeschikbaar as fout:
        meld(f"oso-gateway: {fout}")
        sys.exit(int(Afloop.GEHOUDEN_NIET))
