"""The SOAP port with a Traffic Center that agrees at once, in a process of its own: `PKI-DIR PORT DOSSIER`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from bench.push import maak_wereld
from gateway.berichten.pakket import laad_pakketten
from gateway.domain.aanleverpunt import Aanleverpunt
from gateway.domain.logboek import Opdrachtgever
from gateway.domain.toegang import Token
from gateway.domain.waarden import ElkNummer, Oin, Rol, RouteringsKenmerk, Vestiging
from gateway.entry.demo.verloop import ONS_KENMERK
from gateway.entry.servers import Poort, draai
from gateway.entry.soap.app import SoapApp
from gateway.entry.soap.beveiliging import Beveiliging, HerhalingenInOpslag
from gateway.entry.soap.overdragen import Overdrachten
from gateway.entry.verbinding import Ingang, protocolklasse
from gateway.observability import Veldwaarde
from gateway.ports import Wereld
from gateway.simulators.ontwikkelwereld import MAGISTER, PARTIJEN, SCHOLEN
from gateway.trust.certificaten import OntwikkelPki, maak_ontwikkel_pki
from gateway.trust.crl import BestandBron
from gateway.trust.inlezen import laad_certificaten, laad_sleutel
from gateway.trust.intrekking import Intrekkingen
from gateway.trust.keten import Ankers
from gateway.trust.keuring import Certificaatkeuring, Verwachting
from gateway.trust.kring import Partijen
from gateway.trust.tls import ssl_context_server
from gateway.trust.wssec import Berichttekenaar
from gateway.trust.wssec_keuring import Berichtkeuring
from gateway.usecases.aanleveren import Aanlevering, lever_aan
from gateway.usecases.context import ContextWijziging
from gateway.usecases.klaarzetten import plaats_opdracht, verwerk_opdracht


def _vul(wereld: Wereld, dossier: bytes) -> None:
    nu = wereld.klok.nu()
    punt = Aanleverpunt(Vestiging.van("00YY", "00"), 100, None, "sleutel", nu)
    with wereld.opslag.werk() as werk:
        werk.scholen.bewaar(SCHOLEN[0])
        werk.aanleverpunten.bewaar(punt.geregistreerd(RouteringsKenmerk(str(ONS_KENMERK)), True, nu))
    wie = Opdrachtgever("bench")
    context = ContextWijziging(plaatsing=punt.vestiging, oki_doc_vrijgegeven=True)
    lever_aan(wereld, ElkNummer("1"), Aanlevering(dossier, context=context), wie)
    token = Token("bench", "", Rol.KERN, "bench", nu)
    verwerk_opdracht(wereld, plaats_opdracht(wereld, token, [ElkNummer("1")], wie))


def main() -> None:
    """Serve until SIGTERM."""
    pki_map, poort, dossier = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    pki = maak_ontwikkel_pki(pki_map, {partij.naam: partij.oin for partij in PARTIJEN}, rsa_ondertekening=True)
    with tempfile.TemporaryDirectory(prefix="oso-bench-") as map_:
        wereld = replace(maak_wereld(Path(map_)), partijen=Partijen([MAGISTER.als_partij()]))
        _vul(wereld, dossier.read_bytes())
        overdrachten = Overdrachten()
        paar = pki.partijen["gateway"]
        ingang = Ingang(ssl_context_server(paar.cert, paar.key, pki.ca), _wie)
        beveiliging, basis = _beveiliging(pki, wereld), f"https://127.0.0.1:{poort}"
        app = SoapApp(wereld, laad_pakketten(), overdrachten, beveiliging, basis=basis, meld=_stil)
        deur = Poort("SOAP", app, "127.0.0.1", poort, protocolklasse(ingang), tls=True)
        asyncio.run(draai([deur], lambda _adressen: None, leegmaken=overdrachten.leeg))


def _beveiliging(pki: OntwikkelPki, wereld: Wereld) -> Beveiliging:
    verwachting = Verwachting(Ankers.uit(laad_certificaten(pki.ca)), Intrekkingen([BestandBron(pki.crl)]))
    nu, paar = wereld.klok.nu, pki.ondertekening
    keuring = Berichtkeuring(Certificaatkeuring(verwachting, nu), HerhalingenInOpslag(wereld.opslag), nu)
    tekenaar = Berichttekenaar(laad_sleutel(paar.key), laad_certificaten(paar.cert)[0])
    return Beveiliging(keuring, tekenaar, nu, _stil)


def _wie(_keten: object) -> Oin:
    return MAGISTER.oin


def _stil(naam: str, **velden: Veldwaarde) -> None:
    return


if __name__ == "__main__":
    main()
