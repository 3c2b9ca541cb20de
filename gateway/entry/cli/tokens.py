"""`token create | list | revoke`: REST tokens, shown once, stored hashed."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from gateway.domain.toegang import Token
from gateway.domain.waarden import Brin, OngeldigeWaarde, Rol, Vestiging
from gateway.entry.cli.uitvoer import Afloop, stop, toon, toon_json

app = typer.Typer(help="REST-tokens maken, tonen en intrekken.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Schrijf het resultaat als JSON.")]


@app.command()
def create(
    rol: Annotated[Rol, typer.Option("--rol", help="Wat het token mag.")],
    brin: Annotated[list[str] | None, typer.Option("--brin", metavar="B", help="School (BRIN), herhaalbaar.")] = None,
    vestiging: Annotated[
        list[str] | None, typer.Option("--vestiging", metavar="BRINVV", help="Vestiging, zoals 00YY00; herhaalbaar.")
    ] = None,
    bestuur: Annotated[str | None, typer.Option("--bestuur", metavar="N", help="Alle scholen van dit bestuur.")] = None,
    naam: Annotated[
        str | None, typer.Option("--naam", help="Hoe dit token in de audit heet (geen persoonsnaam nodig).")
    ] = None,
    dagen: Annotated[int, typer.Option("--dagen", min=1, max=3650, help="Geldigheid in dagen.")] = 365,
    als_json: Json = False,
) -> None:
    """Maak een token. De tekst wordt één keer getoond; bewaar haar meteen in een kluis."""
    from gateway.bootstrap import open_opslag
    from gateway.settings import lees_instellingen
    from gateway.trust.tokens import maak_token

    try:
        brins = frozenset(Brin(tekst) for tekst in brin or ())
        vestigingen = frozenset(Vestiging.uit_tekst(tekst) for tekst in vestiging or ())
    except OngeldigeWaarde as fout:
        stop(Afloop.GEBRUIK, str(fout))
    _eis_bereik(rol, brins, vestigingen, bestuur)
    nieuw = maak_token()
    nu = datetime.now(UTC)
    token = Token(
        id=secrets.token_hex(6),
        hash=nieuw.hash.hex(),
        rol=rol,
        naam=naam or f"{rol.value}-{secrets.token_hex(3)}",
        aangemaakt=nu,
        verloopt=nu + timedelta(days=dagen),
        brins=brins,
        vestigingen=vestigingen,
        bestuur=bestuur,
    )
    with open_opslag(lees_instellingen(), met_sleutels=False).werk() as werk:
        werk.toegang.bewaar_token(token)
    if als_json:
        toon_json({**_als_json(token), "token": nieuw.tekst})
    else:
        toon(nieuw.tekst)


def _eis_bereik(rol: Rol, brins: frozenset[Brin], vestigingen: frozenset[Vestiging], bestuur: str | None) -> None:
    if rol is Rol.LOCATIEBEHEERDER and not vestigingen:
        stop(Afloop.GEBRUIK, "Een locatiebeheerder heeft een of meer vestigingen nodig: --vestiging 00YY00.")
    if rol is Rol.CONTACTPERSOON and not (brins or vestigingen or bestuur):
        stop(Afloop.GEBRUIK, "Een contactpersoon heeft een school of bestuur nodig: --brin 00YY of --bestuur 12345.")


@app.command("list")
def lijst(als_json: Json = False) -> None:
    """Toon de tokens (nooit de tekst ervan)."""
    from gateway.bootstrap import open_opslag
    from gateway.settings import lees_instellingen

    with open_opslag(lees_instellingen(), met_sleutels=False).lezen() as werk:
        tokens = werk.toegang.tokens()
    if als_json:
        toon_json([_als_json(token) for token in tokens])
        return
    for token in tokens:
        bereik = " ".join(sorted([*map(str, token.brins), *map(str, token.vestigingen)])) or token.bestuur or "alles"
        stand = "ingetrokken" if token.ingetrokken else f"tot {token.verloopt:%Y-%m-%d}" if token.verloopt else "geldig"
        toon(f"{token.id}  {token.rol.value:16} {token.naam:24} {bereik:20} {stand}")


@app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="Het id zoals `token list` het toont.")],
) -> None:
    """Trek een token in; het werkt dan meteen niet meer."""
    from dataclasses import replace

    from gateway.bootstrap import open_opslag
    from gateway.settings import lees_instellingen

    with open_opslag(lees_instellingen(), met_sleutels=False).werk() as werk:
        token = werk.toegang.token(token_id)
        if token is not None and token.ingetrokken is None:
            werk.toegang.bewaar_token(replace(token, ingetrokken=datetime.now(UTC)))
    if token is None:
        stop(Afloop.GEHOUDEN_NIET, f"Er is geen token met id {token_id}; zie `oso-gateway token list`.")
    toon(f"Token {token_id} is ingetrokken.")


def _als_json(token: Token) -> dict[str, object]:
    return {
        "id": token.id,
        "rol": token.rol.value,
        "naam": token.naam,
        "brins": sorted(brin.waarde for brin in token.brins),
        "vestigingen": sorted(str(vestiging) for vestiging in token.vestigingen),
        "bestuur": token.bestuur,
        "aangemaakt": token.aangemaakt.isoformat(),
        "verloopt": token.verloopt.isoformat() if token.verloopt else None,
        "ingetrokken": token.ingetrokken.isoformat() if token.ingetrokken else None,
    }
