"""The simulators of the development world in one process: Traffic Center, control surface, and the schools' LAS.

Run as `python -m gateway.simulators.wereldproces --map DIR`. It prints one line of JSON with the addresses once all
ports answer, and ends when its standard input does: whoever started it and dies takes it along, `kill -9` included.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.berichten.pakket import laad_pakketten, standaardpakket
from gateway.berichten.verzending import SoapVerzender
from gateway.domain.waarden import Brin, RouteringsKenmerk
from gateway.entry.servers import Adres, Poort, Stopknop, draai
from gateway.entry.verbinding import Ingang, protocolklasse
from gateway.gegevensset import Pakketten
from gateway.settings import lees_instellingen
from gateway.simulators.las import LasPunt, SimulatieLas
from gateway.simulators.las.leerlingen import leerlingen_00ah
from gateway.simulators.ontwikkelwereld import GATEWAY, LAS_SYSTEMEN, PARTIJEN, POSCHOOL, TRAFFIC_CENTER, WereldPartij
from gateway.simulators.traffic_center import TrafficCenterSimulator
from gateway.simulators.traffic_center.wereld import vul
from gateway.trust.certificaten import OntwikkelPki, maak_ontwikkel_pki
from gateway.trust.tls import ssl_context_klant, ssl_context_server
from gateway.trust.zoeksleutel import Strategie, maak_zoeksleutels

LAS_PUNTEN = {
    "magister": ("00YY", "0000000700000YY00932"),
    "trajectplanner": ("12SS", "0000000700012SS00933"),
    "poschool": ("00AH", "0000000700000AH00900"),
}
_LOKAAL = "127.0.0.1"


_GERESERVEERD: list[socket.socket] = []
"""Sockets that keep the ports given out. Bound and not listening: the kernel gives such a port to nobody who asks for
any free one, while our own server, which asks for that very port, may have it (SO_REUSEADDR on both)."""


def vrije_poort(vorige: int = 0) -> int:
    """Give the port of last time when it is free, else a free one, so that addresses survive a restart.

    The port stays reserved until this process ends.
    """
    for nummer in (vorige, 0):
        deur = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        deur.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            deur.bind((_LOKAAL, nummer))
        except OSError:
            deur.close()
            continue
        _GERESERVEERD.append(deur)
        return int(deur.getsockname()[1])
    raise OSError("no free port")


def wereldpki(map_: Path) -> OntwikkelPki:
    """Make, or take up again, the certificates of all parties of the development world."""
    return maak_ontwikkel_pki(map_ / "pki", {partij.naam: partij.oin for partij in PARTIJEN}, rsa_ondertekening=True)


def onthouden_poorten(bestand: Path) -> dict[str, int]:
    """Read the ports of last time; none when there are none."""
    try:
        return {str(naam): int(nummer) for naam, nummer in json.loads(bestand.read_text()).items()}
    except (OSError, ValueError):
        return {}


def maak_las(partij: WereldPartij, pki: OntwikkelPki, tc_url: str, zoeksleutels: Strategie) -> SimulatieLas:
    """Make the simulated LAS of a party of the development world."""
    paar = pki.partijen[partij.naam]
    brin, kenmerk = LAS_PUNTEN[partij.naam]
    return SimulatieLas(
        LasPunt(Brin(brin), RouteringsKenmerk(kenmerk)),
        SoapVerzender(ssl_context_klant(paar.cert, paar.key, pki.ca)),
        tc_url,
        standaardpakket(),
        zoeksleutels=zoeksleutels,
        leerlingen=leerlingen_00ah(Pakketten.laad().versies[-1]) if partij is POSCHOOL else None,
    )


class Wereld:
    """All simulators of one folder, with the ports they get."""

    def __init__(self, map_: Path, *, met_las: bool, gateway: str | None = None) -> None:
        """`gateway` is the base address `https://host:port` of the gateway, for points that it registered before."""
        self.map = map_
        map_.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.poortbestand = map_ / "poorten-simulatoren.json"
        vorige = onthouden_poorten(self.poortbestand)
        namen = ["traffic-center", "control", *(partij.naam for partij in LAS_SYSTEMEN if met_las)]
        self.nummers = {naam: vrije_poort(vorige.get(naam, 0)) for naam in namen}
        self.pki = wereldpki(map_)
        self.pakketten = laad_pakketten()
        self.simulator = TrafficCenterSimulator(
            map_ / "traffic-center", self.pakketten, partijen={partij.oin: partij.naam for partij in PARTIJEN}
        )
        versie = standaardpakket(self.pakketten).versie
        adressen = {
            partij.oin: f"https://{_LOKAAL}:{self.nummers[partij.naam]}/oso/{versie}"
            for partij in LAS_SYSTEMEN
            if partij.naam in self.nummers
        }
        if gateway is not None:
            adressen[GATEWAY.oin] = f"{gateway}/oso/{versie}"
        vul(self.simulator.machine, adressen)
        self.tc_url = f"https://{_LOKAAL}:{self.nummers['traffic-center']}/trafficcenter/{versie}"

    def poorten(self) -> list[Poort]:
        """Make what `servers.draai` serves."""
        instellingen = lees_instellingen()
        zoeksleutels = maak_zoeksleutels(
            instellingen.zoeksleutel_strategie,
            instellingen.zoeksleutel_salt.get_secret_value(),
            instellingen.zoeksleutel_rounds,
        )
        poorten = [
            self._tls_poort(TRAFFIC_CENTER, self.simulator.app),
            Poort("control", self.simulator.bediening, _LOKAAL, self.nummers["control"], HttpToolsProtocol),
        ]
        for partij in LAS_SYSTEMEN:
            if partij.naam in self.nummers:
                poorten.append(self._tls_poort(partij, maak_las(partij, self.pki, self.tc_url, zoeksleutels).app))
        return poorten

    def _tls_poort(self, partij: WereldPartij, app: Any) -> Poort:
        paar = self.pki.partijen[partij.naam]
        ingang = Ingang(ssl_context_server(paar.cert, paar.key, self.pki.ca))
        return Poort(partij.naam, app, _LOKAAL, self.nummers[partij.naam], protocolklasse(ingang), tls=True)

    def klaar(self, adressen: Mapping[str, Adres]) -> None:
        """Remember the ports and tell the parent."""
        self.poortbestand.write_text(json.dumps(self.nummers))
        regel = {naam: adres.url for naam, adres in adressen.items()}
        sys.stdout.write(json.dumps(regel) + "\n")
        sys.stdout.flush()


def _volg_ouder(stopknop: Stopknop) -> None:
    while os.read(0, 4096):  # not sys.stdin: the interpreter cannot end while a thread waits in its buffer
        pass
    stopknop.druk()


def main() -> None:
    """Serve until standard input ends or a signal comes."""
    parser = argparse.ArgumentParser(prog="wereldproces", description="De simulatoren van de ontwikkelwereld.")
    parser.add_argument("--map", type=Path, required=True)
    parser.add_argument("--zonder-las", action="store_true")
    parser.add_argument("--gateway")
    keuze = parser.parse_args()
    wereld = Wereld(keuze.map, met_las=not keuze.zonder_las, gateway=keuze.gateway)
    stopknop = Stopknop()
    threading.Thread(target=_volg_ouder, args=(stopknop,), daemon=True).start()
    try:
        asyncio.run(draai(wereld.poorten(), wereld.klaar, stopknop=stopknop, genade=2))
    finally:
        wereld.simulator.sluit()


if __name__ == "__main__":
    main()
