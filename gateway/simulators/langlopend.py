"""One simulator as a process of its own: `oso-gateway simulate …`, for partners and for our tests."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from gateway.berichten.fout import TijdelijkeStoring
from gateway.berichten.pakket import standaardpakket
from gateway.entry.servers import Adres, Poort, draai
from gateway.entry.verbinding import Ingang, protocolklasse
from gateway.simulators.kern.klant import SimulatieKern
from gateway.simulators.kern.ontvanger import Webhookontvanger
from gateway.simulators.kern.scenario import Scenario
from gateway.simulators.ontwikkelwereld import WereldPartij
from gateway.simulators.soapdienst import Aanroep, Dienst, Onderbroken
from gateway.simulators.traffic_center.storingen import Soort, Storingen
from gateway.simulators.wereldproces import Wereld, maak_las, vrije_poort, wereldpki
from gateway.trust.tls import ssl_context_server
from gateway.trust.zoeksleutel import maak_zoeksleutels

_STIL_MS = 30_000


class StoringOnjuist(ValueError):
    """A fault was not written as it must be; the message is a Dutch sentence."""


@dataclass(frozen=True, slots=True)
class GevraagdeStoring:
    """The next `aantal` calls of an operation go wrong in this way."""

    operatie: str
    soort: Soort
    aantal: int = 1
    ms: int = 1000

    @classmethod
    def lees(cls, tekst: str) -> GevraagdeStoring:
        """Read `operatie=soort:aantal[:ms]`. Raises `StoringOnjuist`."""
        operatie, _, rest = tekst.partition("=")
        soort, *getallen = rest.split(":")
        if not operatie or soort not in set(Soort) or len(getallen) > 2 or not all(g.isdigit() for g in getallen):
            soorten = ", ".join(Soort)
            raise StoringOnjuist(
                f"Een storing is operatie=soort:aantal[:ms], zoals ping=traag:2:500; soort: {soorten}."
            )
        return cls(operatie, Soort(soort), *(int(getal) for getal in getallen))


def _zeg(**velden: object) -> None:
    """Print the one line that says where everything is."""
    sys.stdout.write(json.dumps(velden) + "\n")
    sys.stdout.flush()


# ------------------------------------------------------------------------------------------------------ Traffic Center


def draai_traffic_center(
    map_: Path, storingen: Sequence[GevraagdeStoring], instellingen: Mapping[str, int], poort: int = 0
) -> None:
    """Serve the Traffic Center and its control surface until a signal. Raises `StoringOnjuist`."""
    wereld = Wereld(map_, met_las=False)
    if poort:
        wereld.nummers["traffic-center"] = poort
    fouten: list[str] = []

    def richt_in(adressen: Mapping[str, Adres]) -> None:
        control = adressen["control"].url
        try:
            for storing in storingen:
                _stel_in(control, "storingen", _als_json(storing))
            if instellingen:
                _stel_in(control, "instellingen", instellingen)
        except StoringOnjuist as fout:
            fouten.append(str(fout))
            signal.raise_signal(signal.SIGTERM)
            return
        _zeg(trafficCenter=adressen["traffic-center"].url, control=control, ca=str(wereld.pki.ca))

    def klaar(adressen: Mapping[str, Adres]) -> None:
        # In a thread: the calls go to the very loop that this is called from.
        threading.Thread(target=richt_in, args=(adressen,), daemon=True).start()

    try:
        asyncio.run(draai(wereld.poorten(), klaar, genade=2))
    finally:
        wereld.simulator.sluit()
    if fouten:
        raise StoringOnjuist(fouten[0])


def _als_json(storing: GevraagdeStoring) -> dict[str, object]:
    return {
        "operatie": storing.operatie,
        "soort": storing.soort.value,
        "aantal": storing.aantal,
        "msVertraging": storing.ms,
    }


def _stel_in(control: str, pad: str, inhoud: Mapping[str, object]) -> None:
    antwoord = httpx.post(f"{control}/_sim/{pad}", json=dict(inhoud), trust_env=False, timeout=10)
    if antwoord.is_error:
        raise StoringOnjuist(str(antwoord.json().get("melding", "Deze instelling kan niet.")))


# ----------------------------------------------------------------------------------------------------------------- LAS


def draai_las(
    partij: WereldPartij, map_: Path, traffic_center: str, storingen: Sequence[GevraagdeStoring], poort: int = 0
) -> None:
    """Serve the bron and doel of one LAS until a signal, with the certificates in a folder (made when needed)."""
    pki = wereldpki(map_)
    pakket = standaardpakket()
    las = maak_las(partij, pki, f"{traffic_center.rstrip('/')}/trafficcenter/{pakket.versie}", maak_zoeksleutels())
    rij = Storingen()
    for storing in storingen:
        if storing.operatie not in ("document", "terugkoppeling", "notificatie", "ping"):
            raise StoringOnjuist("Een LAS kent: document, terugkoppeling, notificatie en ping.")
        rij.voeg_toe(storing.operatie, storing.soort, storing.aantal, storing.ms)
    paar = pki.partijen[partij.naam]
    ingang = Ingang(ssl_context_server(paar.cert, paar.key, pki.ca))
    app = las.app.met(lambda dienst: _gestoord(dienst, rij))
    deur = Poort(partij.naam, app, "127.0.0.1", poort or vrije_poort(), protocolklasse(ingang), tls=True)

    def klaar(adressen: Mapping[str, Adres]) -> None:
        basis = f"{adressen[partij.naam].url}/oso/{pakket.versie}"
        _zeg(las=partij.naam, oin=partij.oin.waarde, bron=f"{basis}/bron", doel=f"{basis}/doel", ca=str(pki.ca))

    asyncio.run(draai([deur], klaar, genade=2))


def _gestoord(dienst: Dienst, storingen: Storingen) -> Dienst:
    async def behandel(aanroep: Aanroep) -> bytes:
        storing = storingen.neem(aanroep.verzoek.operatie)
        if storing is None:
            return await dienst.behandel(aanroep)
        match storing.soort:
            case Soort.TRAAG:
                await asyncio.sleep(storing.ms / 1000)
                return await dienst.behandel(aanroep)
            case Soort.FAULT:
                raise TijdelijkeStoring
            case Soort.ONZIN:
                return b"<html><body>Even geduld</body></html>"
            case Soort.STIL:
                await aanroep.vertrokken()
        raise Onderbroken

    return replace(dienst, behandel=behandel)


# ---------------------------------------------------------------------------------------------------------------- kern


def draai_kern(
    kern: SimulatieKern, geheim: str, storingen: Sequence[GevraagdeStoring], poort: int = 0, naam: str = "simulatie"
) -> None:
    """Play ELK until a signal: subscribe, receive webhooks, keep the dots, and take scenario verbs on `/_sim`."""
    gestopt = threading.Event()
    for nummer in (signal.SIGTERM, signal.SIGINT):
        signal.signal(nummer, lambda *_: gestopt.set())
    with Webhookontvanger(geheim, poort, scenario=Scenario(kern)) as ontvanger:
        for storing in storingen:
            if storing.operatie != "webhook":
                raise StoringOnjuist("De kernapplicatie kent één operatie: webhook.")
            ontvanger.storingen.extend([_status(storing)] * storing.aantal)
        kern.abonneer(naam, ontvanger.url, geheim)
        _zeg(webhook=ontvanger.url, control=ontvanger.basis, abonnement=naam)
        gestopt.wait()


def _status(storing: GevraagdeStoring) -> int:
    statussen = {Soort.FAULT: 503, Soort.VERBREEK: 0, Soort.ONZIN: 302, Soort.STIL: -_STIL_MS}
    return statussen.get(storing.soort, -storing.ms)
