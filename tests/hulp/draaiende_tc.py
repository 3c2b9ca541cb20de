"""The Traffic Center simulator on real ports, in a thread of the test."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from adapters.traffic_center import TrafficCenterKlant
from gateway.berichten.pakket import Berichtpakket, laad_pakketten, standaardpakket
from gateway.berichten.verzending import SoapVerzender
from gateway.entry.servers import Adres, Poort, Stopknop, draai
from gateway.entry.verbinding import Ingang, protocolklasse
from gateway.simulators.ontwikkelwereld import PARTIJEN
from gateway.simulators.traffic_center import TrafficCenterSimulator
from gateway.simulators.traffic_center.wereld import vul
from gateway.trust.certificaten import OntwikkelPki, maak_ontwikkel_pki
from gateway.trust.tls import ssl_context_klant, ssl_context_server
from tests.hulp.geduld import GEDULD

PAKKET = standaardpakket()
SERVER = "traffic-center"


def maak_wereldpki(map_: Path) -> OntwikkelPki:
    """Make certificates for all parties of the development world."""
    return maak_ontwikkel_pki(map_, {partij.naam: partij.oin for partij in PARTIJEN})


def verzender_van(pki: OntwikkelPki, partij: str) -> SoapVerzender:
    """Make a sender with the certificate of a party."""
    paar = pki.partijen[partij]
    return SoapVerzender(ssl_context_klant(paar.cert, paar.key, pki.ca))


@contextmanager
def draai_apps(pki: OntwikkelPki, soap: Mapping[str, tuple[str, Any]], kaal: Mapping[str, Any]) -> Iterator[Any]:
    """Serve apps until the block ends: `soap` by name and party (whose certificate it shows), `kaal` without TLS."""
    poorten = []
    for naam, (partij, app) in soap.items():
        paar = pki.partijen[partij]
        ingang = Ingang(ssl_context_server(paar.cert, paar.key, pki.ca))
        poorten.append(Poort(naam, app, "127.0.0.1", 0, protocolklasse(ingang), tls=True))
    poorten.extend(Poort(naam, app, "127.0.0.1", 0, HttpToolsProtocol) for naam, app in kaal.items())
    adressen: queue.Queue[Any] = queue.Queue()
    stopknop = Stopknop()

    def werk() -> None:
        try:
            asyncio.run(draai(poorten, adressen.put, stopknop=stopknop, genade=2))
        except BaseException as fout:  # the test must hear of it, whatever it is
            adressen.put(fout)
            raise

    draad = threading.Thread(target=werk)
    draad.start()
    try:
        adres = adressen.get(timeout=GEDULD)
        assert not isinstance(adres, BaseException), adres
        yield adres
    finally:
        stopknop.druk()
        draad.join(GEDULD)
        assert not draad.is_alive()


@dataclass
class DraaiendTrafficCenter:
    """A running simulator and the ways to talk to it."""

    simulator: TrafficCenterSimulator
    soap: Adres
    bediening: Adres
    pki: OntwikkelPki
    pakket: Berichtpakket = PAKKET

    @property
    def url(self) -> str:
        """Address of the SOAP service."""
        return f"{self.soap.url}/trafficcenter/{self.pakket.versie}"

    def klant(self, partij: str, termijn: float = GEDULD, **anders: Any) -> TrafficCenterKlant:
        """Make a client with the certificate of a party."""
        return TrafficCenterKlant(
            self.soap.url, verzender_van(self.pki, partij), self.pakket, termijn=termijn, **anders
        )

    def sessie(self, partij: str) -> requests.Session:
        """Make an HTTP session with the certificate of a party, for messages written by hand."""
        paar = self.pki.partijen[partij]
        sessie = requests.Session()
        sessie.trust_env = False  # REQUESTS_CA_BUNDLE would go before `verify`
        sessie.cert = (str(paar.cert), str(paar.key))
        sessie.verify = str(self.pki.ca)
        return sessie

    def sim(self, methode: str, pad: str, inhoud: object = None) -> Any:
        """Call the control surface; gives its JSON."""
        antwoord = requests.request(methode, f"{self.bediening.url}/_sim/{pad}", json=inhoud, timeout=GEDULD)
        antwoord.raise_for_status()
        return antwoord.json() if antwoord.content else None


@contextmanager
def draaiend_traffic_center(map_: Path, pki: OntwikkelPki) -> Iterator[DraaiendTrafficCenter]:
    """Run the simulator with the points of the development world."""
    simulator = TrafficCenterSimulator(
        map_, laad_pakketten(), partijen={partij.oin: partij.naam for partij in PARTIJEN}
    )
    vul(simulator.machine, {})
    try:
        with draai_apps(pki, {"soap": (SERVER, simulator.app)}, {"bediening": simulator.bediening}) as adressen:
            yield DraaiendTrafficCenter(simulator, adressen["soap"], adressen["bediening"], pki)
    finally:
        simulator.sluit()
