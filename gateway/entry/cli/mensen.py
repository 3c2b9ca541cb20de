"""`aanleverpunten import` and `audit wie-kreeg`: what a beheerder or privacy officer does from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.domain.logboek import Opdrachtgever
from gateway.domain.toegang import Token
from gateway.domain.waarden import ElkNummer, OngeldigeWaarde, Rol
from gateway.entry.cli.uitvoer import Afloop, stop, toon, toon_json

aanleverpunten = typer.Typer(help="Aanleverpunten beheren.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Schrijf het resultaat als JSON.")]
Account = Annotated[
    str | None,
    typer.Option("--account", metavar="NAAM", help="Wie dit doet; komt in de audit. Anders wie is aangemeld."),
]

MAX_BESTAND = 4 * 1024 * 1024


@aanleverpunten.callback()
def _aanleverpunten() -> None:
    """Keep `import` a verb of its own, also while it is the only one."""


@aanleverpunten.command("import")
def importeer(
    bestand: Annotated[Path, typer.Argument(metavar="FILE", help="CSV met de kopregel van de REST-import.")],
    account: Account = None,
    als_json: Json = False,
) -> None:
    """Lees aanleverpunten met hun sleutels in uit een CSV-bestand; één uitkomst per regel, nooit een sleutel."""
    from gateway.domain.fouten import Weigering
    from gateway.entry.cli.wereld import open_wereld
    from gateway.entry.rest.aanleverpunten_beheer import als_json as vorm
    from gateway.settings import lees_instellingen
    from gateway.usecases import aanleverpunten_beheer as beheer

    tekst, wie = _lees(bestand), account or _aangemeld()
    try:
        with open_wereld(lees_instellingen()) as wereld:
            uitkomsten = beheer.importeer(wereld, _beheerder(wie), tekst, Opdrachtgever(wie, rol=Rol.BEHEER.value))
    except Weigering as fout:
        stop(Afloop.GEBRUIK, f"{fout.melding} {fout.wat_nu}")
    if als_json:
        toon_json(vorm(uitkomsten))
    else:
        for een in uitkomsten:
            toon(
                f"regel {een.regel}: {een.vestiging or '?'} {een.uitkomst}"
                + (f": {een.melding}" if een.melding else "")
            )
    if any(een.code is not None for een in uitkomsten):
        stop(Afloop.GEHOUDEN_NIET)


def _lees(bestand: Path) -> str:
    try:
        if bestand.stat().st_size > MAX_BESTAND:
            stop(Afloop.GEBRUIK, f"{bestand}: het bestand is te groot (hoogstens {MAX_BESTAND >> 20} MiB).")
        return bestand.read_bytes().decode()
    except OSError as fout:
        stop(Afloop.GEBRUIK, f"{bestand}: kan het bestand niet lezen ({fout.strerror}).")
    except UnicodeDecodeError:
        stop(Afloop.GEBRUIK, f"{bestand}: het bestand is geen UTF-8. Sla het op als CSV in UTF-8.")


def _aangemeld() -> str:
    """The login name; in a container without names the number."""
    import getpass
    import os

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"


def _beheerder(account: str) -> Token:
    """Who has the keys of the store at hand may do what a beheerder may."""
    from datetime import UTC, datetime

    return Token("cli", "", Rol.BEHEER, account, datetime.now(UTC))


def wie_kreeg(
    elk_nummer: Annotated[str, typer.Argument(metavar="ELKNUMMER", help="Het ELK-nummer van de leerling.")],
    account: Account = None,
    als_json: Json = False,
) -> None:
    """Toon wie het dossier van een leerling kreeg, uit de audit. Deze vraag komt zelf ook in de audit."""
    from gateway.domain.fouten import Onbekend
    from gateway.entry.cli.wereld import open_wereld
    from gateway.entry.rest.verantwoording import verstrekking
    from gateway.settings import lees_instellingen
    from gateway.usecases import verantwoorden

    try:
        nummer = ElkNummer(elk_nummer)
    except OngeldigeWaarde as fout:
        stop(Afloop.GEBRUIK, str(fout))
    opdrachtgever = Opdrachtgever(account or _aangemeld(), rol=Rol.BEHEER.value)
    try:
        with open_wereld(lees_instellingen()) as wereld:
            gevonden = verantwoorden.wie_kreeg(wereld, nummer, opdrachtgever)
    except Onbekend as fout:
        stop(Afloop.GEHOUDEN_NIET, fout.melding)
    if als_json:
        toon_json([verstrekking(een) for een in gevonden])
        return
    for een in gevonden:
        wie = een.systeem or een.oin or een.account or "onbekend"
        aan = "" if een.oin is None else ", aangekomen" if een.overgedragen else ", aankomst niet zeker"
        toon(f"{een.moment:%Y-%m-%d %H:%M:%S}Z  {een.soort:20} {wie:24} versie {een.versie}{aan}")
    if not gevonden:
        toon("Niemand kreeg dit dossier.")
