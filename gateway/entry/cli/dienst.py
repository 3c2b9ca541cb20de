"""`serve`, `demo`, `simulate` and `doctor`: running things."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.entry.cli.uitvoer import Afloop, meld, stop

if TYPE_CHECKING:
    from gateway.entry.demo.verslag import Verslag


def voeg_toe(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("serve")(serve)
    app.command("demo")(demo)
    app.command("doctor")(doctor)


def serve(
    dev: Annotated[
        bool, typer.Option("--dev", help="Ontwikkelwereld: PKI, tokens en simulatoren worden erbij gemaakt.")
    ] = False,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", metavar="DIR", help="Waar alles staat (anders OSO_DATA_DIR).")
    ] = None,
    zonder_las: Annotated[
        bool, typer.Option("--zonder-las", help="Met --dev: zonder de gesimuleerde LAS-systemen.")
    ] = False,
) -> None:
    """Draai de dienst: de REST-poort en de SOAP-poort, in één proces. Stop met Ctrl-C of SIGTERM."""
    if dev and data_dir is not None:
        _ruim_dev_json_op(data_dir)
    from gateway.entry.afstelling import stel_proces_af
    from gateway.entry.servers import PoortNietTeOpenen
    from gateway.observability import richt_in
    from gateway.settings import InstellingOnjuist

    richt_in()
    stel_proces_af()
    try:
        if dev:
            _draai_ontwikkelwereld(data_dir, met_las=not zonder_las)
        else:
            _draai(data_dir)
    except (InstellingOnjuist, PoortNietTeOpenen) as fout:
        stop(Afloop.GEBRUIK, f"oso-gateway: {fout}")


def _draai(data_dir: Path | None) -> None:
    from gateway.entry.dienst import Dienst
    from gateway.settings import lees_instellingen

    Dienst(lees_instellingen(data_dir=data_dir)).draai(
        lambda rest, soap: meld(f"De dienst draait: REST {rest}, SOAP {soap}")
    )


def _ruim_dev_json_op(map_: Path) -> None:
    """Before anything that takes time: who waits for `dev.json` must not find that of a world that was killed."""
    with contextlib.suppress(OSError):  # a folder that cannot be used is told when it is made
        (map_ / "dev.json").unlink(missing_ok=True)


def _draai_ontwikkelwereld(data_dir: Path | None, *, met_las: bool) -> None:
    from gateway.entry.ontwikkelwereld import Ontwikkelwereld
    from gateway.settings import InstellingOnjuist, lees_instellingen

    map_ = data_dir or lees_instellingen().data_dir
    if map_ is None:
        raise InstellingOnjuist("Zeg met --data-dir (of OSO_DATA_DIR) waar de ontwikkelwereld komt.")
    try:
        wereld = Ontwikkelwereld(map_, met_las=met_las)
    except OSError as fout:
        raise InstellingOnjuist(f"De map voor de ontwikkelwereld is niet te gebruiken ({fout.strerror}).") from None
    lees_instellingen()  # a wrong setting is told in one line before the simulators trip over it
    wereld.start()
    try:
        from gateway.entry.dienst import Dienst  # loads while the simulators start
        from gateway.store.schema import migreer

        wereld.wacht()
        instellingen = wereld.instellingen()
        migreer(instellingen.opslag_url)
        dienst = Dienst(instellingen, dev=True)
        wereld.vul(dienst.wereld.opslag)
        wereld.bewaak(dienst.stopknop.druk)

        def klaar(rest: str, soap: str) -> None:
            wereld.schrijf_dev_json(rest, soap)
            meld(f"De ontwikkelwereld draait; adressen, tokens en certificaten staan in {map_ / 'dev.json'}")

        dienst.draai(klaar)
    finally:
        wereld.stop()


def demo(
    dossier: Annotated[
        list[Path] | None,
        typer.Option("--dossier", metavar="FILE", help="Toon de weg van dit dossier in plaats van eigen voorbeelden."),
    ] = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="DIR", help="Bewaar alles (ook wat het LAS ontving) in deze map.")
    ] = None,
    als_json: Annotated[bool, typer.Option("--json", help="Schrijf de stappen als JSON.")] = False,
) -> None:
    """Laat het hele werk zien tegen de meegeleverde simulatoren, over echte tweezijdige TLS."""
    import tempfile

    from gateway.entry.cli.uitvoer import toon, toon_json
    from gateway.entry.demo.verslag import Verslag

    for bestand in dossier or ():
        if not bestand.is_file():
            stop(Afloop.GEBRUIK, f"{bestand}: dit bestand bestaat niet.")
    verslag = Verslag(stil=als_json)
    if keep is not None:
        _speel(keep.absolute(), verslag, dossier or [])
    else:
        with tempfile.TemporaryDirectory(prefix="oso-demo-") as tijdelijk:
            _speel(Path(tijdelijk), verslag, dossier or [])
    if als_json:
        toon_json(verslag.als_json())
    else:
        toon(f"\n{'Alle stappen zijn gelukt.' if verslag.gelukt else 'Niet alle stappen zijn gelukt.'}")
    if not verslag.gelukt:
        stop(Afloop.GEHOUDEN_NIET)


def _speel(map_: Path, verslag: Verslag, dossiers: list[Path]) -> None:
    from gateway.entry.demo.podium import Podium
    from gateway.entry.demo.verloop import DossierVerloop, Verloop

    verslag.kop("Starten")
    with Podium(map_) as podium:
        if verslag.doe("Gateway, Traffic Center en LAS-systemen starten", podium.begin):
            (DossierVerloop(podium, verslag, dossiers) if dossiers else Verloop(podium, verslag)).alles()
        verslag.kop("Stoppen")
        verslag.doe("De dienst stopt netjes", podium.einde)


def doctor(als_json: Annotated[bool, typer.Option("--json", help="Schrijf het resultaat als JSON.")] = False) -> None:
    """Kijk na of alles klopt: instellingen, opslag, klok, certificaten, Traffic Center. Eén regel per onderdeel."""
    from gateway.entry.cli.uitvoer import toon, toon_json
    from gateway.entry.doctor import onderzoek

    punten = onderzoek()
    if als_json:
        toon_json([punt.als_json() for punt in punten])
    else:
        for punt in punten:
            toon(f"{'goed' if punt.goed else 'FOUT':5} {punt.onderdeel:18} {punt.melding}")
    if not all(punt.goed for punt in punten):
        stop(Afloop.GEHOUDEN_NIET)
