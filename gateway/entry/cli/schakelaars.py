"""`schakelaars list | uit | aan`: one school, one party or everything off by hand, and on again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.domain.logboek import Opdrachtgever
from gateway.domain.schakelaar import Bereik
from gateway.domain.waarden import OngeldigeWaarde, Rol
from gateway.entry.cli.opruimen import Account, Json, Reden
from gateway.entry.cli.uitvoer import Afloop, stop, toon, toon_json

if TYPE_CHECKING:
    from gateway.domain.schakelaar import Schakelaar
    from gateway.ports import Wereld

schakelaars = typer.Typer(
    help="Een school, een partij of alles met de hand uitzetten, en weer aan.", no_args_is_help=True
)

Plek = Annotated[
    str, typer.Argument(metavar="BEREIK", help="alles, school- met BRIN en vestiging (school-00YY00), of partij-OIN.")
]


@schakelaars.command("list")
def lijst(als_json: Json = False) -> None:
    """Toon wat nu uit staat, door wie, waarom en tot wanneer."""
    from gateway.entry.rest.schakelaars import beeld
    from gateway.usecases import schakelen

    with _wereld() as wereld:
        gevonden = schakelen.lijst(wereld)
    if als_json:
        toon_json([beeld(een) for een in gevonden])
        return
    for een in gevonden:
        toon(_regel(een))
    if not gevonden:
        toon("Er staat niets met de hand uit.")


@schakelaars.command("uit")
def zet_uit(
    bereik: Plek,
    account: Account,
    reden: Reden,
    tot: Annotated[
        str | None,
        typer.Option("--tot", metavar="MOMENT", help="Dag of moment (zonder zone UTC); anders tot u het weer aanzet."),
    ] = None,
) -> None:
    """Zet uit: er gaat geen dossier en geen bericht meer naar buiten. Nog eens: een andere reden of een ander einde."""
    from gateway.usecases import schakelen

    plek, einde = _bereik(bereik), _moment(tot)
    with _wereld() as wereld:
        schakelaar, _ = schakelen.zet_uit(wereld, plek, reden, einde, _wie(account))
    toon(_regel(schakelaar))


@schakelaars.command("aan")
def zet_aan(bereik: Plek, account: Account) -> None:
    """Zet weer aan; wat wachtte, gaat verder."""
    from gateway.usecases import schakelen

    plek = _bereik(bereik)
    with _wereld() as wereld:
        schakelen.zet_aan(wereld, plek, _wie(account))
    toon(f"{plek} staat weer aan.")


@contextmanager
def _wereld() -> Iterator[Wereld]:
    from gateway.domain.fouten import Weigering
    from gateway.entry.cli.wereld import open_wereld
    from gateway.settings import lees_instellingen

    try:
        with open_wereld(lees_instellingen()) as wereld:
            yield wereld
    except Weigering as fout:
        stop(Afloop.GEHOUDEN_NIET, f"{fout.melding} {fout.wat_nu}")


def _wie(account: str) -> Opdrachtgever:
    return Opdrachtgever(account, rol=Rol.BEHEER.value)


def _bereik(tekst: str) -> Bereik:
    try:
        return Bereik(tekst)
    except OngeldigeWaarde as fout:
        stop(Afloop.GEBRUIK, str(fout))


def _moment(tekst: str | None) -> datetime | None:
    from gateway.entry.rest.lijsten import lees_moment

    try:
        gelezen = lees_moment(tekst)
    except ValueError as fout:
        stop(Afloop.GEBRUIK, f"Wat bij --tot staat {fout}.")
    if gelezen is not None and not isinstance(gelezen, datetime):
        stop(Afloop.GEBRUIK, "Wat bij --tot staat is te lang voor een moment.")
    return gelezen


def _regel(een: Schakelaar) -> str:
    tot = f"tot {een.tot:%Y-%m-%d %H:%M:%S}Z" if een.tot is not None else "tot iemand het aanzet"
    return f"{een.bereik!s:27}  uit sinds {een.sinds:%Y-%m-%d %H:%M:%S}Z, {tot}, door {een.account}: {een.reden}"
