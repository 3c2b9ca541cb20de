"""`ophalingen list | inspect`: what the gateway fetched as doelsysteem, and what came in when it was refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.entry.cli.opruimen import Account, Json, Reden
from gateway.entry.cli.uitvoer import Afloop, meld, stop, toon, toon_json

if TYPE_CHECKING:
    from gateway.domain.ophaling import Ophaling

app = typer.Typer(help="Dossiers die de gateway bij andere scholen ophaalt.", no_args_is_help=True)


@app.command("list")
def lijst(
    na: Annotated[int, typer.Option("--na", min=0, help="Pas na dit nummer.")] = 0,
    aantal: Annotated[int, typer.Option("--aantal", min=1, max=100_000, help="Hoogstens zoveel.")] = 1000,
    als_json: Json = False,
) -> None:
    """Toon de ophalingen, oudste eerst: waar elk staat en met welk resultaat."""
    from gateway.entry.cli.wereld import open_wereld
    from gateway.ports import OphalingFilter
    from gateway.settings import lees_instellingen
    from gateway.usecases import ophaling_inzien

    with open_wereld(lees_instellingen()) as wereld:
        beelden, volgende = ophaling_inzien.lijst(wereld, OphalingFilter(), na, aantal)
    rijen = [beeld.ophaling for beeld in beelden]
    if als_json:
        toon_json([_als_json(rij) for rij in rijen])
        return
    for rij in rijen:
        resultaat = rij.resultaat.value if rij.resultaat is not None else rij.code or ""
        toon(
            f"{rij.nr:>7}  {rij.id}  {rij.fase.value:10} {rij.bron_brin} → {rij.doel.brin}  "
            f"{rij.moment:%Y-%m-%d %H:%M}  {resultaat}"
        )
    if volgende is not None:
        meld(f"Er zijn er meer dan {aantal}; ga verder met --na {volgende}.")


@app.command("inspect")
def inspecteer(
    ophaling_id: Annotated[str, typer.Argument(metavar="ID", help="Id van de ophaling.")],
    uit: Annotated[Path, typer.Option("--out", metavar="FILE", help="Nieuw bestand; alleen voor de eigenaar.")],
    account: Account,
    reden: Reden,
    bericht: Annotated[
        bool, typer.Option("--bericht", help="Het hele antwoord van de bron, niet het dossier.")
    ] = False,
) -> None:
    """Schrijf weg wat er precies binnenkwam, ook als het is afgekeurd. Behandel het als een dossier; wis het daarna."""
    from gateway.domain.fouten import Weigering
    from gateway.domain.logboek import Opdrachtgever
    from gateway.entry.cli.wereld import open_wereld
    from gateway.settings import lees_instellingen
    from gateway.usecases import ophaling_inzien

    if uit.exists():
        stop(Afloop.GEBRUIK, "Het bestand bij --out bestaat al; kies een andere naam.")
    try:
        with open_wereld(lees_instellingen()) as wereld:
            document = ophaling_inzien.inspecteer(wereld, ophaling_id, reden, Opdrachtgever(account))
    except Weigering as fout:
        stop(Afloop.GEHOUDEN_NIET, f"{fout.melding} {fout.wat_nu}")
    try:
        with os.fdopen(os.open(uit, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as doel:
            doel.write(document.bericht if bericht else document.ontvangen)
    except OSError:
        stop(Afloop.GEBRUIK, "Het bestand bij --out is niet te maken.")
    for bevinding in document.rapport.bevindingen if document.rapport is not None else ():
        toon(f"{bevinding.ernst.value:12} {bevinding.regel}  {bevinding.pad}  {bevinding.melding}")


def _als_json(rij: Ophaling) -> dict[str, Any]:
    return {
        "nr": rij.nr,
        "id": rij.id,
        "status": rij.status,
        "fase": rij.fase.value,
        "resultaat": rij.resultaat.value if rij.resultaat is not None else None,
        "code": rij.code,
        "bronBrin": rij.bron_brin.waarde,
        "doelBrin": rij.doel.brin.waarde,
        "pogingen": rij.pogingen,
        "aangevraagd": rij.moment.isoformat(),
        "afgerond": rij.afgerond.isoformat() if rij.afgerond is not None else None,
    }
