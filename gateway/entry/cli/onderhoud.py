"""`db upgrade`, `audit verify`, `rekey`: the store's own upkeep."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.entry.cli.uitvoer import Afloop, meld, stop, toon, toon_json

db = typer.Typer(help="De database.", no_args_is_help=True)
audit = typer.Typer(help="De audit.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Schrijf het resultaat als JSON.")]


def voeg_toe(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("rekey")(rekey)


@db.command("upgrade")
def upgrade() -> None:
    """Maak de tabellen, of werk ze bij naar deze versie. Veilig te herhalen; maakt de datamap als die er niet is."""
    from gateway.settings import lees_instellingen
    from gateway.store.schema import migreer

    instellingen = lees_instellingen()
    instellingen.maak_datamap()
    migreer(instellingen.opslag_url)
    toon("De database is bijgewerkt.")


@audit.command("verify")
def verify(als_json: Json = False) -> None:
    """Controleer de auditketen: is er iets gewijzigd, weggelaten of afgekapt?"""
    from gateway.bootstrap import open_opslag
    from gateway.settings import lees_instellingen

    with open_opslag(lees_instellingen()).lezen() as werk:
        oordeel = werk.logboek.controleer_keten()
    if als_json:
        toon_json(
            {
                "heel": oordeel.eerste_breuk is None,
                "aantal": oordeel.aantal,
                "eersteBreuk": oordeel.eerste_breuk,
                "melding": oordeel.melding,
            }
        )
    if oordeel.eerste_breuk is not None:
        stop(Afloop.GEHOUDEN_NIET, f"De auditketen is niet heel: {oordeel.melding}")
    if not als_json:
        toon(f"De auditketen is heel: {oordeel.aantal} regels.")


def rekey() -> None:
    """Versleutel alles opnieuw onder de eerste sleutel van OSO_ENCRYPTION_KEYS. Veilig te herhalen."""
    from gateway.bootstrap import open_opslag
    from gateway.settings import lees_instellingen

    hersleuteld = 0
    tabellen: dict[str, int] = {}
    for stand in open_opslag(lees_instellingen()).hersleutel():
        tabellen[stand.tabel] = stand.hersleuteld
        hersleuteld = sum(tabellen.values())
        meld(f"{stand.tabel}: {stand.bekeken} van {stand.totaal} rijen bekeken, {stand.hersleuteld} hersleuteld")
    toon(f"Klaar: {hersleuteld} rijen opnieuw versleuteld; alles staat onder de eerste sleutel.")
    toon("Laat oude sleutels achteraan in OSO_ENCRYPTION_KEYS staan zolang de audit op persoon doorzoekbaar moet zijn.")
