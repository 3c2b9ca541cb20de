"""`simulate`: the other side, for partners and for trying things by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.domain.waarden import Brin, OngeldigeWaarde, Overdrachtsoort, Pgn
from gateway.entry.cli.uitvoer import Afloop, stop, toon, toon_json

if TYPE_CHECKING:
    from gateway.simulators.langlopend import GevraagdeStoring
    from gateway.simulators.ontwikkelwereld import WereldPartij

app = typer.Typer(help="Simulatoren: Traffic Center, LAS en kernapplicatie.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Schrijf het resultaat als JSON.")]


def _pgn(tekst: str) -> Pgn:
    try:
        return Pgn(tekst)
    except OngeldigeWaarde as fout:
        stop(Afloop.GEBRUIK, str(fout))


Storingen = Annotated[
    list[str] | None,
    typer.Option("--storing", metavar="OPERATIE=SOORT:AANTAL[:MS]", help="De volgende zoveel aanroepen gaan zo fout."),
]
Poort = Annotated[int, typer.Option("--poort", min=0, max=65535, help="Poort op 127.0.0.1; 0 neemt een vrije.")]


@app.command("traffic-center")
def traffic_center(
    map_: Annotated[Path, typer.Option("--map", metavar="DIR", help="Waar certificaten en stand blijven.")],
    poort: Poort = 0,
    storing: Storingen = None,
    fouten_tot_uit: Annotated[
        int | None, typer.Option("--fouten-tot-uit", min=1, help="Na zoveel foute dossiers gaat een punt uit.")
    ] = None,
    sessie_seconden: Annotated[
        int | None, typer.Option("--sessie-seconden", min=1, help="Hoe lang een sessie geldt.")
    ] = None,
) -> None:
    """Draai het Traffic Center met zijn bediening, tot Ctrl-C; schrijft één JSON-regel met de adressen."""
    from gateway.simulators.langlopend import draai_traffic_center

    gevraagd = {"foutenTotUit": fouten_tot_uit, "sessieSeconden": sessie_seconden}
    instellingen = {naam: waarde for naam, waarde in gevraagd.items() if waarde is not None}
    _draai(lambda: draai_traffic_center(map_, _storingen(storing), instellingen, poort))


@app.command()
def las(
    map_: Annotated[Path, typer.Option("--map", metavar="DIR", help="De map van de ontwikkelwereld (certificaten).")],
    traffic_center: Annotated[
        str, typer.Option("--traffic-center", metavar="URL", help="Adres van het Traffic Center, https://host:poort.")
    ],
    naam: Annotated[str, typer.Option("--naam", help="magister, trajectplanner of poschool.")] = "magister",
    poort: Poort = 0,
    storing: Storingen = None,
) -> None:
    """Draai één LAS als bron en doel, tot Ctrl-C; schrijft één JSON-regel met de adressen. Zie ook `ophalen`."""
    from gateway.simulators.langlopend import draai_las

    _draai(lambda: draai_las(_partij(naam), map_, traffic_center, _storingen(storing), poort))


@app.command()
def kern(
    rest: Annotated[str | None, typer.Option("--rest", metavar="URL", help="Waar de gateway is.")] = None,
    token: Annotated[
        str | None, typer.Option("--token", envvar="OSO_TOKEN", help="REST-token met rol kern (liever OSO_TOKEN).")
    ] = None,
    dev_json: Annotated[
        Path | None, typer.Option("--dev-json", metavar="FILE", help="In plaats daarvan: de ontwikkelwereld.")
    ] = None,
    geheim: Annotated[str, typer.Option("--geheim", help="Waarmee webhooks worden ondertekend.")] = "simulatie-geheim",
    poort: Poort = 0,
    storing: Storingen = None,
) -> None:
    """Speel ELK: ontvang webhooks, houd de stippen bij en speel leerlingen, tot Ctrl-C.

    Schrijft één JSON-regel met de adressen. `GET …/_sim/stippen` toont de stippen; `POST …/_sim/scenario/VERB` met
    {"elkNummer", "vestiging"?, "pgn"?} speelt plaatsen, aanvullen, vrijgeven, wijzigen, terugtrekken of verplaatsen.
    """
    from gateway.entry.cli.zijwerk import waar
    from gateway.simulators.kern.klant import SimulatieKern
    from gateway.simulators.langlopend import draai_kern

    adres, sleutel = waar(rest, token, dev_json)

    def doe() -> None:
        with SimulatieKern(adres, sleutel) as klant:
            draai_kern(klant, geheim, _storingen(storing), poort)

    _draai(doe)


def _storingen(teksten: list[str] | None) -> list[GevraagdeStoring]:
    from gateway.simulators.langlopend import GevraagdeStoring

    return [GevraagdeStoring.lees(tekst) for tekst in teksten or ()]


def _draai(doe: Callable[[], None]) -> None:
    import httpx

    from gateway.entry.servers import PoortNietTeOpenen
    from gateway.simulators.kern.klant import Geweigerd
    from gateway.simulators.langlopend import StoringOnjuist

    try:
        doe()
    except (StoringOnjuist, PoortNietTeOpenen) as fout:
        stop(Afloop.GEBRUIK, str(fout))
    except OSError as fout:
        stop(Afloop.GEBRUIK, f"De simulator kan niet starten ({fout.strerror}).")
    except Geweigerd as fout:
        stop(Afloop.GEHOUDEN_NIET, str(fout.probleem.get("melding")))
    except httpx.TransportError:
        stop(Afloop.GEHOUDEN_NIET, "De gateway is niet te bereiken; klopt het adres, en draait `serve`?")


def _partij(naam: str) -> WereldPartij:
    from gateway.simulators.ontwikkelwereld import LAS_SYSTEMEN

    partij = next((partij for partij in LAS_SYSTEMEN if partij.naam == naam), None)
    if partij is None:
        stop(Afloop.GEBRUIK, f"LAS {naam} bestaat niet; kies uit {', '.join(een.naam for een in LAS_SYSTEMEN)}.")
    return partij


@app.command()
def dossier(
    pgn: Annotated[str, typer.Option("--pgn", metavar="N", help="Nummer van de verzonnen leerling, negen cijfers.")],
    uit: Annotated[Path, typer.Option("--out", metavar="FILE", help="Waar het dossier komt.")],
    oki_doc: Annotated[
        Path | None, typer.Option("--oki-doc", metavar="FILE", help="Schrijf er ook een oki-doc (PDF) bij.")
    ] = None,
    zaad: Annotated[int, typer.Option("--zaad", min=0, help="Kiest de verzonnen leerling.")] = 1,
    omvang: Annotated[int, typer.Option("--omvang", min=0, max=10_000_000, help="Gewenste grootte in bytes.")] = 60_000,
) -> None:
    """Maak een geldig dossier van een leerling die niet bestaat."""
    from gateway.simulators.dossiers import maak_dossier
    from gateway.simulators.proefbestanden import pdf

    uit.write_bytes(maak_dossier(_pgn(pgn), zaad=zaad, omvang=omvang))
    if oki_doc is not None:
        oki_doc.write_bytes(pdf(["Oki-doc van een verzonnen leerling"]))
    toon(f"Het dossier staat in {uit}.")


@app.command()
def ophalen(
    pgn: Annotated[str, typer.Option("--pgn", metavar="N", help="Van welke leerling.")],
    dev_json: Annotated[
        Path, typer.Option("--dev-json", metavar="FILE", help="De ontwikkelwereld, zoals `serve --dev` haar schrijft.")
    ],
    las: Annotated[str, typer.Option("--las", help="Welk LAS ophaalt: magister of trajectplanner.")] = "magister",
    bron: Annotated[
        str | None, typer.Option("--bron", metavar="BRIN", help="Bij welke school; anders de eigen.")
    ] = None,
    uit: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Bewaar het ontvangen dossier.")] = None,
    overdrachtsoort: Annotated[
        Overdrachtsoort, typer.Option("--overdrachtsoort", help="Soort overdracht.")
    ] = Overdrachtsoort.OVERSTAPDOSSIER,
    afkeuren: Annotated[bool, typer.Option("--afkeuren", help="Meld de ontvangst af als DossierOngeldig.")] = False,
    als_json: Json = False,
) -> None:
    """Haal een dossier op zoals een LAS dat doet: overdracht, documentRequest, afmelding."""
    from gateway.berichten.pakket import standaardpakket
    from gateway.simulators.las.lijn import GeenAntwoord
    from gateway.simulators.wereldproces import maak_las, wereldpki
    from gateway.trust.zoeksleutel import maak_zoeksleutels

    partij = _partij(las)
    wereld = lees_dev_json(dev_json)
    tc = f"{wereld['trafficCenter']}/trafficcenter/{standaardpakket().versie}"
    systeem = maak_las(partij, wereldpki(dev_json.parent), tc, maak_zoeksleutels())
    try:
        ontvangst = systeem.haal_op(
            _pgn(pgn),
            Brin(bron or partij.brins[0]),
            overdrachtsoort=overdrachtsoort,
            keur=(lambda _octets: False) if afkeuren else None,
        )
    except GeenAntwoord:
        stop(
            Afloop.GEHOUDEN_NIET, "Het Traffic Center van de ontwikkelwereld antwoordt niet; draait `serve --dev` nog?"
        )
    if uit is not None and ontvangst.octets is not None:
        uit.write_bytes(ontvangst.octets)
    grootte = len(ontvangst.octets) if ontvangst.octets is not None else None
    if als_json:
        toon_json({"resultaat": ontvangst.resultaat.value, "grootte": grootte})
    else:
        toon(f"{ontvangst.resultaat}" + (f": {grootte} bytes ontvangen" if grootte is not None else ""))
    if not ontvangst.gelukt:
        stop(Afloop.GEHOUDEN_NIET)


def lees_dev_json(dev_json: Path) -> dict[str, Any]:
    """Read where a development world is; ends the program when it cannot be read."""
    try:
        wereld: dict[str, Any] = json.loads(dev_json.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        stop(Afloop.GEBRUIK, f"{dev_json}: niet te lezen; draait `oso-gateway serve --dev`?")
    return wereld
