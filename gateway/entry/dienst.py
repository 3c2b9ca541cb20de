"""The service: both ports in one process, with one start and one clean stop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence

from gateway.bootstrap import (
    berichtpakketten,
    maak_berichttekenaar,
    maak_keuring,
    maak_omgang,
    maak_traffic_center,
    maak_wereld,
    maak_zijwerk,
)
from gateway.domain.waarden import Oin
from gateway.entry.rest.app import maak_rest_app
from gateway.entry.rest.bediening import rest_protocol
from gateway.entry.rest.instellingen import RestInstellingen
from gateway.entry.servers import Adres, Poort, Stopknop, draai, open_deur
from gateway.entry.soap.app import SoapApp
from gateway.entry.soap.beller import Proxy
from gateway.entry.soap.beveiliging import Beveiliging, HerhalingenInOpslag
from gateway.entry.soap.overdragen import Overdrachten
from gateway.entry.verbinding import Grenzen, Ingang, protocolklasse
from gateway.observability import log_gebeurtenis
from gateway.ports import Wereld
from gateway.settings import Instellingen, InstellingOnjuist, ontleed_bind
from gateway.trust.fouten import VertrouwenFout
from gateway.trust.keuring import Certificaatkeuring
from gateway.trust.tls import eis_clientcertificaten, ssl_context_server
from gateway.trust.wssec_keuring import Berichtkeuring
from gateway.work.crl_wacht import CrlWacht
from gateway.work.pogingenboek import Pogingenboek

BijKlaar = Callable[[str, str], None]
"""Gets the base addresses of REST and SOAP once both ports answer."""


class Dienst:
    """Everything that one `serve` process runs."""

    def __init__(self, instellingen: Instellingen, *, dev: bool = False) -> None:
        self._instellingen = instellingen
        self._dev = dev
        instellingen.eis_schemamap()
        self.stopknop = Stopknop()
        self._stopt = threading.Event()
        self._rest_host, self._rest_poort = ontleed_bind(instellingen.rest_bind)
        self._soap_host, soap_poort = ontleed_bind(instellingen.soap_bind)
        # Open before anything else is made: the address that we register at the Traffic Center holds the real port.
        self._soap_deur = open_deur("SOAP", self._soap_host, soap_poort, "OSO_SOAP_BIND")
        self._soap_poort = int(self._soap_deur.getsockname()[1])
        self._keuring: Certificaatkeuring = maak_keuring(instellingen)
        self._soap_adres = instellingen.soap_url or f"https://{self._soap_host}:{self._soap_poort}"
        self._pogingenboek = Pogingenboek()
        omgang = maak_omgang(instellingen, self._pogingenboek)
        self._traffic_center = maak_traffic_center(instellingen, self._keuring, omgang)
        self.wereld: Wereld = maak_wereld(instellingen, self._soap_adres, self._traffic_center)
        self._zijwerk = maak_zijwerk(instellingen, self.wereld, keuring=self._keuring, omgang=omgang, dev=dev)
        self._crl_wacht = CrlWacht(self._keuring)
        self._overdrachten = Overdrachten()

    def draai(self, bij_klaar: BijKlaar) -> None:
        """Serve until a signal or the stop knob; raises `InstellingOnjuist` and `PoortNietTeOpenen`."""
        poorten = [self._rest(), self._soap()]
        self._crl_wacht.start()
        self._pogingenboek.start(self.wereld.opslag)
        # The first message of zeep costs 0.3 s: made ready while the ports open, not while somebody waits.
        threading.Thread(target=self._traffic_center.bereid_voor, name="voorbereiden", daemon=True).start()
        try:
            asyncio.run(draai(poorten, self._klaar(bij_klaar), leegmaken=self._leegmaken, stopknop=self.stopknop))
        finally:
            self._crl_wacht.stop()
            self._zijwerk.stop()
            self._pogingenboek.stop()
            log_gebeurtenis("dienst-gestopt")

    def _klaar(self, bij_klaar: BijKlaar) -> Callable[[Mapping[str, Adres]], None]:
        def klaar(adressen: Mapping[str, Adres]) -> None:
            rest, soap = adressen["REST"].url, adressen["SOAP"].url
            log_gebeurtenis("dienst-gestart", rest=rest, soap=soap, dev=self._dev)
            bij_klaar(rest, soap)
            self._zijwerk.start()  # only now: loading it must not hold up the first answers

        return klaar

    async def _leegmaken(self) -> None:
        self._stopt.set()
        await self._overdrachten.leeg()

    def _rest(self) -> Poort:
        instellingen = RestInstellingen(
            werker=self._zijwerk.klaarzetten,
            ophaler=self._zijwerk.ophalen,
            stopt=self._stopt.is_set,
            dev=self._dev,
            webhook_hosts=frozenset(self._instellingen.webhook_hosts),
            max_bericht=self._instellingen.max_bericht,
            aanroepen_per_seconde=self._instellingen.rest_per_minuut / 60,
            aanroepen_ineens=max(1, self._instellingen.rest_per_minuut // 30),
        )
        app = maak_rest_app(self.wereld, instellingen)
        return Poort("REST", app, self._rest_host, self._rest_poort, rest_protocol(), instelling="OSO_REST_BIND")

    def _soap(self) -> Poort:
        bestanden = [self._instellingen.eis_bestand(naam) for naam in ("tls_cert", "tls_key", "tls_ca")]
        try:
            context = ssl_context_server(*bestanden)
            eis_clientcertificaten(context)
        except VertrouwenFout as fout:
            raise InstellingOnjuist(str(fout)) from None
        ingang = Ingang(context, self._keur, Grenzen(), meld=log_gebeurtenis)
        app = SoapApp(
            self.wereld,
            berichtpakketten(self._instellingen),
            self._overdrachten,
            self._beveiliging(),
            basis=self._soap_adres,
            maximum=self._instellingen.max_bericht,
            proxy=self._proxy(),
        )
        return Poort(
            "SOAP", app, self._soap_host, self._soap_poort, protocolklasse(ingang), tls=True, deur=self._soap_deur
        )

    def _beveiliging(self) -> Beveiliging:
        klok, herhalingen = self.wereld.klok.nu, HerhalingenInOpslag(self.wereld.opslag)
        keuring = Berichtkeuring(self._keuring, herhalingen, klok)
        return Beveiliging(keuring, maak_berichttekenaar(self._instellingen), klok, log_gebeurtenis)

    def _proxy(self) -> Proxy | None:
        if not self._instellingen.proxy_adressen:
            return None
        try:
            return Proxy.uit(self._instellingen.proxy_adressen, self._instellingen.proxy_certificaat_kop, self._keur)
        except ValueError:
            raise InstellingOnjuist("OSO_PROXY_ADRESSEN noemt iets dat geen IP-adres of netwerk is.") from None

    def _keur(self, keten: Sequence[str]) -> Oin:
        blad, *tussen = (pem.encode("ascii") for pem in keten)
        return self._keuring.keur_octets(blad, tussen).oin
