"""`schemas list | check | install`: version packs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.entry.cli.uitvoer import Afloop, meld, stop, toon, toon_json

if TYPE_CHECKING:
    from gateway.gegevensset.bundel_installeren import Proef
    from gateway.settings import Instellingen

app = typer.Typer(help="Versiepakketten: gegevensset en berichten.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Schrijf het resultaat als JSON.")]


@app.command("list")
def lijst(als_json: Json = False) -> None:
    """Toon welke versies van gegevensset en berichten geïnstalleerd zijn."""
    from gateway.bootstrap import berichtpakketten, maak_toetser
    from gateway.settings import lees_instellingen

    instellingen = lees_instellingen()
    rijen = [
        {
            "soort": "gegevensset",
            "versie": pakket.versie,
            "namespace": pakket.naamruimte,
            "regels": "stylesheets van de bundel" if pakket.stijlbladen else f"{len(pakket.regels)} regels",
        }
        for pakket in maak_toetser(instellingen).pakketten
    ]
    rijen += [
        {"soort": "overstapservice", "versie": versie, "namespace": pakket.naamruimte, "regels": ""}
        for versie, pakket in sorted(berichtpakketten(instellingen).items())
    ]
    if als_json:
        toon_json(rijen)
        return
    for rij in rijen:
        toon(f"{rij['soort']:16} {rij['versie']:10} {rij['namespace']}  {rij['regels']}".rstrip())


@app.command("check")
def check(als_json: Json = False) -> None:
    """Kijk elk geïnstalleerd pakket na: ongewijzigd, te vertalen, en zijn eigen voorbeelden geldig."""
    from gateway.bootstrap import berichtpakketten, gegevenssetmappen
    from gateway.gegevensset.bundel_installeren import Proef, beproef, pakketmappen
    from gateway.gegevensset.pakket import productmap
    from gateway.settings import lees_instellingen

    instellingen = lees_instellingen()
    proeven = []
    for map_ in pakketmappen([productmap(), *gegevenssetmappen(instellingen)]):
        meld(f"Nakijken: gegevensset {map_.name} …")
        proeven.append(beproef(map_))
    proeven += [Proef(versie, "overstapservice", goed=True) for versie in sorted(berichtpakketten(instellingen))]
    if als_json:
        toon_json([asdict(proef) for proef in proeven])
    else:
        for proef in proeven:
            _toon(proef)
    if not all(proef.goed for proef in proeven):
        stop(Afloop.GEHOUDEN_NIET)


@app.command("install")
def installeer(
    archief: Annotated[Path, typer.Argument(metavar="ARCHIVE", help="De bundel van Edustandaard, als ZIP.")],
    versie: Annotated[
        str | None, typer.Option("--versie", metavar="V", help="De versie, als de bundel haar niet zelf noemt.")
    ] = None,
    als_json: Json = False,
) -> None:
    """Installeer een officiële bundel: XSD, stylesheets (OV en PaO) en voorbeelden van één versie.

    De bundel komt in OSO_SCHEMAS_DIR, of anders in de map schemas van OSO_DATA_DIR.
    """
    from gateway.gegevensset.bundel_archief import BundelGeweigerd, BundelOnleesbaar
    from gateway.gegevensset.bundel_installeren import GEGEVENSSET
    from gateway.gegevensset.bundel_installeren import installeer as installeer_bundel
    from gateway.gegevensset.pakket import MANIFEST, Pakketten
    from gateway.settings import lees_instellingen

    doel = _doel(lees_instellingen())
    if not archief.is_file():
        stop(Afloop.GEBRUIK, f"{archief}: dit bestand bestaat niet.")
    try:
        proef = installeer_bundel(
            archief, doel, Pakketten.laad(), versie=versie, voortgang=lambda stap: meld(f"{stap} …")
        )
    except BundelGeweigerd as fout:
        if als_json:
            toon_json({"geinstalleerd": False, "reden": str(fout)})
        afloop = Afloop.GEBRUIK if isinstance(fout, BundelOnleesbaar) else Afloop.GEHOUDEN_NIET
        stop(afloop, f"De bundel is niet geïnstalleerd. {fout}")
    map_ = doel / GEGEVENSSET / proef.versie
    if als_json:
        toon_json({"geinstalleerd": True, "map": str(map_), **asdict(proef)})
        return
    _toon(proef)
    toon(f"Geïnstalleerd in {map_}. Waar de gateway zijn gegevens vindt, staat in {map_ / MANIFEST}:")
    for plaats, pad in _plaatsen(map_):
        toon(f"  {plaats:16} {pad}")
    toon("Een dienst die al draait, gebruikt deze versie na een herstart.")


def _doel(instellingen: Instellingen) -> Path:
    from gateway.bootstrap import schemamap_om_te_vullen

    doel = schemamap_om_te_vullen(instellingen)
    if doel is None:
        stop(Afloop.GEBRUIK, "Zet OSO_SCHEMAS_DIR of OSO_DATA_DIR: daar komen pakketten te staan.")
    return doel


def _plaatsen(map_: Path) -> list[tuple[str, str]]:
    from gateway.gegevensset.pakket import lees_pakket

    plaatsen = lees_pakket(map_).plaatsen
    return [(naam, plek if isinstance(plek, str) else " of ".join(plek)) for naam, plek in plaatsen.items()]


def _toon(proef: Proef) -> None:
    oordeel = "in orde" if proef.goed else "NIET in orde"
    getoetst = f", {proef.voorbeelden} voorbeelden getoetst" if proef.voorbeelden else ""
    toon(f"{proef.soort:16} {proef.versie:10} {oordeel}{getoetst}")
    for zin in (*proef.meldingen, *(f"Let op: {zin}" for zin in proef.aandacht)):
        toon(f"  {zin}")
