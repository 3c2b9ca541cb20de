"""`doctor`: looks at everything a start needs, one line each, and goes on after what fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.bootstrap import (
    berichtpakketten,
    crl_bronnen,
    maak_keuring,
    maak_omgang,
    maak_ondertekenaar,
    maak_partijen,
    maak_toetser,
    maak_traffic_center,
    open_opslag,
)
from gateway.gegevensset.virusscan import ClamdScanner, Uitslag
from gateway.ports import OpslagNietBeschikbaar, TrafficCenterOnbereikbaar
from gateway.settings import Instellingen, InstellingOnjuist, lees_instellingen
from gateway.trust.controle import Oordeel, Vertrouwensbestanden, controleer


@dataclass(frozen=True, slots=True)
class Onderzocht:
    """One part that was looked at."""

    onderdeel: str
    goed: bool
    melding: str

    def als_json(self) -> dict[str, Any]:
        """For `doctor --json`."""
        return {"onderdeel": self.onderdeel, "goed": self.goed, "melding": self.melding}


class _Klacht(Exception):
    """Something is not right; the message says what."""


def onderzoek() -> list[Onderzocht]:
    """Look at everything; without readable settings there is one line only."""
    try:
        instellingen = lees_instellingen()
    except InstellingOnjuist as fout:
        return [Onderzocht("configuratie", False, str(fout))]
    onderdelen: tuple[tuple[str, Callable[[Instellingen], str]], ...] = (
        ("configuratie", _configuratie),
        ("beleefdheid", _beleefdheid),
        ("versiepakketten", _pakketten),
        ("virusscanner", _virusscanner),
        ("opslag", _opslag),
        ("klok", _klok),
        ("bewijs", _bewijs),
        ("certificaten", _certificaten),
        ("intrekkingslijsten", _intrekkingen),
        ("partijen", _partijen),
        ("Traffic Center", _traffic_center),
    )
    return [_kijk(naam, functie, instellingen) for naam, functie in onderdelen]


def _kijk(naam: str, functie: Callable[[Instellingen], str], instellingen: Instellingen) -> Onderzocht:
    try:
        return Onderzocht(naam, True, functie(instellingen))
    except (_Klacht, InstellingOnjuist, OpslagNietBeschikbaar, TrafficCenterOnbereikbaar) as fout:
        return Onderzocht(naam, False, str(fout) or "Antwoordt niet.")


def _configuratie(instellingen: Instellingen) -> str:
    return (
        f"REST {instellingen.rest_bind}, SOAP {instellingen.soap_bind}; "
        f"bericht ≤ {instellingen.max_bericht >> 20} MiB, "
        f"bijlage ≤ {instellingen.max_bijlage / 1e6:g} MB, samen ≤ {instellingen.max_bijlagen / 1e6:g} MB; "
        f"Traffic Center antwoordt binnen {instellingen.traffic_center_seconden:g} s, "
        f"een bron binnen {instellingen.bron_seconden:g} s"
    )


def _beleefdheid(instellingen: Instellingen) -> str:
    regels = instellingen.beleefdheid
    tempo = ", ".join(f"{naam} {getal:g}" for naam, getal in regels.per_seconde.items())
    herhaald = ", ".join(f"{naam} {keren}" for naam, keren in regels.pogingen.items())
    return (
        f"per seconde, voor elk proces: {tempo}, anders {regels.anders_per_seconde:g}, "
        f"één partij samen {regels.partij_per_seconde:g} (ineens {regels.ineens:g} s); "
        f"wachten ≤ {regels.wachten:g} s, sessiecontrole ≤ {regels.wachten_sessiecontrole:g} s; "
        f"hoogstens zo vaak: {herhaald}, anders 1; pauze {regels.pauze_eerst:g} tot {regels.pauze_langst:g} s; "
        f"herhalingen ≤ {regels.herhaaldeel:.0%} en {regels.herhaalvoorraad:g} ineens; "
        f"kring open na {regels.kring_fouten} fouten, {regels.kring_open_eerst:g} tot {regels.kring_open_langst:g} s"
    )


def _pakketten(instellingen: Instellingen) -> str:
    dossiers = ", ".join(maak_toetser(instellingen).pakketten.versies)
    berichten = ", ".join(sorted(berichtpakketten(instellingen)))
    return f"gegevensset {dossiers}; berichten {berichten}"


def _virusscanner(instellingen: Instellingen) -> str:
    if instellingen.clamd is None:
        return "niet ingesteld (OSO_CLAMD): bijlagen worden wel gecontroleerd, maar niet op virussen"
    if ClamdScanner(instellingen.clamd).bekijk(b"") is not Uitslag.SCHOON:
        raise _Klacht("Op het adres bij OSO_CLAMD antwoordt geen clamd: zo wordt elke bijlage afgekeurd.")
    return "clamd antwoordt"


def _opslag(instellingen: Instellingen) -> str:
    begin = time.perf_counter()
    opslag = open_opslag(instellingen)
    try:
        opslag.controleer()
        with opslag.lezen() as werk:
            scholen, punten = len(werk.scholen.alle()), len(werk.aanleverpunten.alle())
    finally:
        opslag.sluit()
    duur = round((time.perf_counter() - begin) * 1000)
    return f"bijgewerkt, antwoordt in {duur} ms; {scholen} scholen, {punten} aanleverpunten"


def _klok(_: Instellingen) -> str:
    nu = datetime.now(UTC)
    if nu.year < 2026:
        raise _Klacht(f"De klok staat op {nu:%Y-%m-%d}: zet de tijd van de machine goed (NTP).")
    return f"{nu:%Y-%m-%d %H:%M:%S} UTC"


def _bewijs(instellingen: Instellingen) -> str:
    maak_ondertekenaar(instellingen)
    return "sleutel en certificaat voor de handtekening horen bij elkaar"


def _certificaten(instellingen: Instellingen) -> str:
    bestanden = Vertrouwensbestanden(
        ca=instellingen.eis_bestand("tls_ca"),
        tls_cert=instellingen.eis_bestand("tls_cert"),
        tls_key=instellingen.eis_bestand("tls_key"),
        onderteken_cert=instellingen.onderteken_cert,
        onderteken_key=instellingen.onderteken_key,
    )
    punten = controleer(bestanden, datetime.now(UTC))
    fouten = [punt.melding for punt in punten if punt.oordeel is Oordeel.FOUT]
    if fouten:
        raise _Klacht(" ".join(fouten))
    dagen = [punt.dagen for punt in punten if punt.dagen is not None]
    return f"in orde, nog {min(dagen)} dagen geldig" if dagen else "in orde"


def _intrekkingen(instellingen: Instellingen) -> str:
    nu = datetime.now(UTC)
    for bron in crl_bronnen(instellingen):
        ververs = getattr(bron, "ververs", None)
        if ververs is not None:
            ververs(nu)
    alarmen = maak_keuring(instellingen).alarmen()
    if alarmen:
        raise _Klacht(" ".join(alarm.melding for alarm in alarmen))
    return "aanwezig en geldig"


def _partijen(instellingen: Instellingen) -> str:
    aantal = len(maak_partijen(instellingen))
    if not aantal:
        raise _Klacht("De partijentabel is leeg: geen enkel LAS kan ophalen. Vul [[partijen]] in OSO_CONFIG.")
    return f"{aantal} partijen"


def _traffic_center(instellingen: Instellingen) -> str:
    begin = time.perf_counter()
    if not maak_traffic_center(instellingen, maak_keuring(instellingen), maak_omgang(instellingen)).ping():
        raise _Klacht("Het Traffic Center zegt dat het niet beschikbaar is (onderhoud?).")
    return f"beschikbaar, {round((time.perf_counter() - begin) * 1000)} ms"
