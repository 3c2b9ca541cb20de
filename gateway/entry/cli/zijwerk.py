"""`worker`, `werk list | replay | discard` and `klaarzetten`: work beside the answers."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.domain.aflevering import AfleveringStatus
from gateway.entry.cli.opruimen import Account, Json, Reden
from gateway.entry.cli.uitvoer import Afloop, meld, stop, toon, toon_json

if TYPE_CHECKING:
    from gateway.domain.aflevering import Aflevering
    from gateway.domain.logboek import Opdrachtgever
    from gateway.ports import Wereld
    from gateway.simulators.kern.klant import SimulatieKern

werk = typer.Typer(help="Wat er nog te versturen is, en waarom het wacht.", no_args_is_help=True)


def voeg_toe(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("worker")(worker)
    app.command("klaarzetten")(klaarzetten)


def worker(
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", metavar="DIR", help="Waar alles staat (anders OSO_DATA_DIR).")
    ] = None,
) -> None:
    """Doe alleen het zijwerk (bulk, webhooks, opruimen), zonder poorten; naast een of meer `serve`."""
    from gateway.bootstrap import maak_keuring, maak_omgang, maak_traffic_center, maak_wereld, maak_zijwerk
    from gateway.observability import log_gebeurtenis, richt_in
    from gateway.settings import InstellingOnjuist, lees_instellingen
    from gateway.work.pogingenboek import Pogingenboek

    richt_in()
    boek = Pogingenboek()
    gestopt = threading.Event()
    for nummer in (signal.SIGTERM, signal.SIGINT):
        signal.signal(nummer, lambda *_: gestopt.set())
    try:
        instellingen = lees_instellingen(data_dir=data_dir)
        omgang = maak_omgang(instellingen, boek)
        keuring = maak_keuring(instellingen)
        traffic_center = maak_traffic_center(instellingen, keuring, omgang)
        wereld = maak_wereld(instellingen, instellingen.soap_url or "https://localhost", traffic_center)
    except InstellingOnjuist as fout:
        stop(Afloop.GEBRUIK, f"oso-gateway: {fout}")
    zijwerk = maak_zijwerk(instellingen, wereld, keuring=keuring, omgang=omgang)
    boek.start(wereld.opslag)
    zijwerk.start()
    meld("Het zijwerk draait.")
    gestopt.wait()
    zijwerk.stop()
    boek.stop()
    log_gebeurtenis("dienst-gestopt")


# --------------------------------------------------------------------------------------------------------------- werk


@werk.command("list")
def lijst(
    status: Annotated[AfleveringStatus | None, typer.Option("--status", help="Alleen deze; anders alles.")] = None,
    abonnement: Annotated[str | None, typer.Option("--abonnement", metavar="NAAM", help="Alleen van dit.")] = None,
    aantal: Annotated[int, typer.Option("--aantal", min=1, max=100_000, help="Hoogstens zoveel.")] = 1000,
    als_json: Json = False,
) -> None:
    """Toon de afleveringen van webhooks: wat wacht, hoe vaak geprobeerd, en de laatste reden."""
    from gateway.entry.cli.wereld import open_wereld
    from gateway.entry.rest.afleveringen import als_json as vorm
    from gateway.ports import AfleveringFilter
    from gateway.settings import lees_instellingen
    from gateway.usecases import webhooks

    with open_wereld(lees_instellingen()) as wereld:
        rijen, volgende = webhooks.lijst(wereld, AfleveringFilter(status, abonnement), 0, aantal)
    if als_json:
        toon_json([vorm(rij) for rij in rijen])
        return
    for rij in rijen:
        toon(_regel(rij))
    if volgende is not None:
        meld(f"Er zijn er meer dan {aantal}; vraag er meer met --aantal.")


def _regel(rij: Aflevering) -> str:
    wanneer = ""
    if rij.status is AfleveringStatus.WACHT:
        wanneer = f", volgende poging {rij.volgende_poging:%Y-%m-%d %H:%M:%S}"
    waarom = f": {rij.reden}" if rij.reden else ""
    sinds = f"{rij.sinds:%Y-%m-%d %H:%M:%S}"
    return f"{rij.id:>8}  {rij.status.value:11} {rij.abonnement:20} sinds {sinds}, {rij.pogingen}x{wanneer}{waarom}"


@werk.command("replay")
def replay(
    nummers: Annotated[list[int], typer.Argument(metavar="ID…", min=1, help="Zoals `werk list` ze toont.")],
    account: Account,
    reden: Reden,
) -> None:
    """Verstuur deze afleveringen nog eens, met hetzelfde id; ook wat al was aangekomen of opgegeven."""
    from gateway.usecases import webhooks

    _elk(nummers, account, reden, webhooks.opnieuw, "wordt opnieuw verstuurd")


@werk.command("discard")
def discard(
    nummers: Annotated[list[int], typer.Argument(metavar="ID…", min=1, help="Zoals `werk list` ze toont.")],
    account: Account,
    reden: Reden,
) -> None:
    """Laat deze afleveringen vervallen; wat erachter wacht gaat verder."""
    from gateway.usecases import webhooks

    _elk(nummers, account, reden, webhooks.laat_vervallen, "is vervallen")


def _elk(
    nummers: list[int],
    account: str,
    reden: str,
    doe: Callable[[Wereld, int, str, Opdrachtgever], Aflevering],
    gedaan: str,
) -> None:
    from gateway.domain.fouten import Weigering
    from gateway.domain.logboek import Opdrachtgever
    from gateway.entry.cli.wereld import open_wereld
    from gateway.settings import lees_instellingen

    mislukt = False
    with open_wereld(lees_instellingen()) as wereld:
        for nummer in nummers:
            try:
                doe(wereld, nummer, reden, Opdrachtgever(account))
                toon(f"Aflevering {nummer} {gedaan}.")
            except Weigering as fout:
                mislukt = True
                meld(f"Aflevering {nummer}: {fout.melding} {fout.wat_nu}")
    if mislukt:
        stop(Afloop.GEHOUDEN_NIET)


# --------------------------------------------------------------------------------------------------------- klaarzetten


def klaarzetten(
    nummers: Annotated[
        list[str],
        typer.Option("--elk", metavar="FILE|N", help="ELK-nummer, of een bestand met één per regel; herhaalbaar."),
    ],
    rest: Annotated[str | None, typer.Option("--rest", metavar="URL", help="Waar de gateway is.")] = None,
    token: Annotated[
        str | None, typer.Option("--token", envvar="OSO_TOKEN", metavar="TOKEN", help="REST-token (liever OSO_TOKEN).")
    ] = None,
    dev_json: Annotated[
        Path | None, typer.Option("--dev-json", metavar="FILE", help="In plaats daarvan: de ontwikkelwereld.")
    ] = None,
    account: Annotated[str, typer.Option("--account", help="Wie de opdracht geeft.")] = "cli",
    als_json: Json = False,
) -> None:
    """Zet leerlingen klaar en toon de voortgang; de uitkomst komt per leerling."""
    import httpx

    from gateway.simulators.kern.klant import Geweigerd, SimulatieKern

    adres, sleutel = waar(rest, token, dev_json)
    elk_nummers = [nummer for deel in nummers for nummer in _nummers(deel)]
    try:
        with SimulatieKern(adres, sleutel, account) as kern:
            stand = volg_met_balk(kern, kern.bestel_klaarzetten(elk_nummers), len(set(elk_nummers)), stil=als_json)
    except Geweigerd as fout:
        stop(Afloop.GEHOUDEN_NIET, f"{fout.probleem.get('melding')} {fout.probleem.get('watNu', '')}")
    except httpx.TransportError:
        stop(Afloop.GEHOUDEN_NIET, "De gateway is niet te bereiken; klopt het adres, en draait `serve`?")
    geweigerd = [rij for rij in stand["resultaten"] if rij["uitkomst"] != "klaargezet"]
    if als_json:
        toon_json(stand)
    else:
        for rij in stand["resultaten"]:
            waarom = f"  {rij.get('code', '')}  {rij.get('melding', '')}".rstrip()
            toon(f"{rij['elkNummer']:>13}  {rij['uitkomst']}{waarom}")
        meld(f"{len(stand['resultaten']) - len(geweigerd)} klaargezet, {len(geweigerd)} geweigerd")
    if geweigerd:
        stop(Afloop.GEHOUDEN_NIET)


def volg_met_balk(kern: SimulatieKern, opdracht_id: str, aantal: int, *, stil: bool = False) -> Any:
    """Follow an order with a live bar on stderr (a plain line when that is no terminal); gives the whole at the end."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    kolommen = (
        TextColumn("Klaarzetten"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*kolommen, console=Console(stderr=True), disable=stil) as balk:
        taak = balk.add_task("", total=aantal)
        geweigerd = 0
        for soort, gegevens in kern.volg(opdracht_id):
            if soort == "klaar":
                return gegevens
            geweigerd += gegevens["uitkomst"] != "klaargezet"
            balk.update(taak, advance=1, description=f"{geweigerd} geweigerd" if geweigerd else "")
    raise AssertionError("a stream ends with klaar")


def _nummers(deel: str) -> list[str]:
    bestand = Path(deel)
    if deel.lstrip("Bb").isdigit() and not bestand.exists():
        return [deel]
    try:
        return [regel.strip() for regel in bestand.read_text(encoding="utf-8").splitlines() if regel.strip()]
    except (OSError, ValueError):
        stop(Afloop.GEBRUIK, "Wat bij --elk staat is geen ELK-nummer en geen leesbaar bestand.")


def waar(rest: str | None, token: str | None, dev_json: Path | None) -> tuple[str, str]:
    """Give address and token of the core application's side; ends the program when they are not given."""
    if dev_json is not None:
        from gateway.entry.cli.simulatoren import lees_dev_json

        wereld = lees_dev_json(dev_json)
        return str(wereld["rest"]), str(wereld["tokens"]["kern"])
    if not rest or not token:
        stop(Afloop.GEBRUIK, "Geef --rest URL en --token (of OSO_TOKEN), of --dev-json FILE.")
    return rest.rstrip("/"), token
