"""The port `TrafficCenter` over SOAP and mutual TLS."""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import urlsplit

from adapters.traffic_center.opmaak import ZeepOpmaak
from gateway.berichten import codec
from gateway.berichten.envelop import PeerFout
from gateway.berichten.fout import BerichtFout
from gateway.berichten.inhoud import Ontvangst, Pingantwoord
from gateway.berichten.pakket import Berichtpakket
from gateway.berichten.verzending import MAX_ANTWOORD, SoapVerzender, VerzendFout
from gateway.berichten.waarden import schrijf_tekst, schrijf_tijdstip
from gateway.domain.gevolg import Zijde
from gateway.domain.overdracht import (
    Adresblok,
    Afmelding,
    Notificatieadres,
    Notificatiemelding,
    Overdrachtantwoord,
    Overdrachtvraag,
    Overzichtantwoord,
    Overzichtvraag,
    Registratieaanvraag,
    Registratieantwoord,
    Sessieantwoord,
    Sessievraag,
    Terugkoppeladres,
    Terugkoppelmelding,
    Zoeksleutel,
)
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Koppelsleutel
from gateway.ports import TrafficCenterOnbereikbaar

_A = TypeVar("_A")

# Five seconds is what a bron may take (`messages.md`, Results); a little is left for the rest of the exchange.
TERMIJN = 4.8


class TrafficCenterFault(TrafficCenterOnbereikbaar):
    """The Traffic Center answered with a SOAP Fault: it is there, but this is no answer."""

    def __init__(self, fout: PeerFout) -> None:
        nummer = f", foutnummer {fout.fout_id}" if fout.fout_id else ""
        super().__init__(f"Het Traffic Center gaf een SOAP Fault ({fout.code or 'zonder code'}{nummer}).")
        self.code = fout.code
        self.fout_id = fout.fout_id
        self.om_de_vraag = not fout.soapcode.endswith("Server")
        """The fault is about what we sent, not about the Traffic Center itself."""


class TrafficCenterKlant:
    """Asks the Traffic Center. Safe to share between threads; connections are kept.

    Every call raises `TrafficCenterOnbereikbaar` when there is no valid answer: silence, a fault, rubbish, the answer
    to another question, or a success without what belongs to it.
    """

    def __init__(self, url: str, verzender: SoapVerzender, pakket: Berichtpakket, *, termijn: float = TERMIJN) -> None:
        """`url` is the address of the service, or only host and port; `termijn` in seconds for one whole call."""
        self._url = dienstadres(url, pakket)
        self._verzender = verzender
        self._pakket = pakket
        self._termijn = termijn
        self._opmaak = ZeepOpmaak(pakket, self._url)

    def bereid_voor(self) -> None:
        """Do ahead, in a thread of its own, what would make the first call slow."""
        self._opmaak.bereid_voor()

    def registreer(self, aanvraag: Registratieaanvraag) -> Registratieantwoord:
        """Register one of our points."""
        velden = {
            "brin": str(aanvraag.vestiging.brin),
            "vestigingscode": aanvraag.vestiging.code,
            "aanleverpuntnummer": aanvraag.aanleverpuntnummer,
            "routeringsKenmerk": _tekst(aanvraag.routerings_kenmerk),
            "sleutel": schrijf_tekst(aanvraag.sleutel),
            "doel": aanvraag.doel.value,
            "url": aanvraag.url,
        }
        antwoord = self._vraag("registreerAanleverpunt", velden, Registratieantwoord)
        _eis_bij_succes(antwoord.resultaat, antwoord.routerings_kenmerk)
        return antwoord

    def sessiecontrole(self, vraag: Sessievraag) -> Sessieantwoord:
        """Check a session before anything about a pupil is looked up."""
        velden = _adres(vraag.adres) | _sleutel(vraag.sleutel)
        velden |= {"overdrachtsoort": vraag.overdrachtsoort.value, "sessieId": str(vraag.sessie_id)}
        antwoord = self._vraag("sessiecontrole", velden, Sessieantwoord)
        _eis_bij_succes(antwoord.resultaat, antwoord.sector)
        if self._pakket.tabel.zet_uit(antwoord.resultaat, Zijde.BRON):
            return antwoord
        return Sessieantwoord(antwoord.resultaat, antwoord.sector if antwoord.geldig else None)

    def ping(self) -> bool:
        """Is it available? False when it says that it is not."""
        return self._vraag("ping", {}, Pingantwoord).beschikbaar

    def overdracht(self, vraag: Overdrachtvraag) -> Overdrachtantwoord:
        """Open a session as doel."""
        velden = _adres(vraag.adres) | _sleutel(vraag.sleutel) | {"overdrachtsoort": vraag.overdrachtsoort.value}
        antwoord = self._vraag("overdracht", velden, Overdrachtantwoord)
        _eis_bij_succes(antwoord.resultaat, antwoord.sessie_id)
        return antwoord

    def afmelding(self, melding: Afmelding) -> Resultaat:
        """Close a session with the best result."""
        velden = _adres(melding.adres) | _sleutel(melding.sleutel)
        velden |= {
            "overdrachtsoort": melding.overdrachtsoort.value,
            "sessieId": str(melding.sessie_id),
            "resultaat": melding.resultaat.value,
        }
        return self._vraag("afmelding", velden, Ontvangst).resultaat

    def melden_notificatie(self, melding: Notificatiemelding) -> Notificatieadres:
        """Announce a notification and learn where it goes."""
        velden = _adres(melding.adres) | {
            "sessieId": _tekst(melding.sessie_id),
            "aanvraagdatum": None if melding.aanvraagdatum is None else schrijf_tijdstip(melding.aanvraagdatum),
            "doel": melding.doel.value,
        }
        antwoord = self._vraag("meldenNotificatie", velden, Notificatieadres)
        _eis_bij_succes(antwoord.resultaat, antwoord.url)
        return antwoord

    def melden_terugkoppeling(self, melding: Terugkoppelmelding) -> Terugkoppeladres:
        """Announce feedback and learn where it goes."""
        velden = _adres(melding.adres) | {"koppelsleutel": str(melding.koppelsleutel)}
        antwoord = self._vraag("meldenTerugkoppeling", velden, Terugkoppeladres)
        _eis_bij_succes(antwoord.resultaat, antwoord.url)
        return antwoord

    def overzicht_aanleverpunt(self, vraag: Overzichtvraag) -> Overzichtantwoord:
        """List points; filter, and ask seldom."""
        velden = {
            "brin": _tekst(vraag.brin),
            "doel": None if vraag.doel is None else vraag.doel.value,
            "routeringsKenmerk": _tekst(vraag.kenmerk),
        }
        return self._vraag("overzichtAanleverpunt", velden, Overzichtantwoord)

    def _vraag(self, operatie: str, velden: dict[str, Any], klasse: type[_A]) -> _A:
        namen, codes = self._pakket.namen, self._pakket.waarden
        op_de_lijn = {
            namen.get(naam, naam): codes.get(waarde, waarde) if naam == "doel" else waarde
            for naam, waarde in velden.items()
            if waarde is not None
        }
        octets = self._opmaak.schrijf(operatie, op_de_lijn)
        try:
            antwoord = self._verzender.verstuur(
                self._url, self._pakket.soapactie(operatie), octets, termijn=self._termijn, maximum=MAX_ANTWOORD
            )
            gelezen = codec.lees_antwoord(antwoord.octets, operatie, self._pakket, klasse, maximum=MAX_ANTWOORD)
        except VerzendFout as fout:
            raise TrafficCenterOnbereikbaar(str(fout)) from None
        except PeerFout as fout:
            raise TrafficCenterFault(fout) from None
        except BerichtFout:
            raise TrafficCenterOnbereikbaar("Het antwoord van het Traffic Center is ongeldig.") from None
        if antwoord.status != 200:
            raise TrafficCenterOnbereikbaar("Het Traffic Center gaf een antwoord met een foutstatus.")
        return gelezen


def dienstadres(url: str, pakket: Berichtpakket) -> str:
    """Give the address of the service: a URL with a path as it is, else with the path of this version."""
    kaal = url.rstrip("/")
    return kaal if urlsplit(kaal).path else f"{kaal}/trafficcenter/{pakket.versie}"


def _tekst(waarde: object | None) -> str | None:
    return None if waarde is None else str(waarde)


def _adres(adres: Adresblok) -> dict[str, Any]:
    return {
        "bronBrin": str(adres.bron_brin),
        "bronRouteringsKenmerk": _tekst(adres.bron_kenmerk),
        "doelBrin": str(adres.doel_brin),
        "doelRouteringsKenmerk": str(adres.doel_kenmerk),
    }


def _sleutel(sleutel: Zoeksleutel | Koppelsleutel) -> dict[str, Any]:
    if isinstance(sleutel, Koppelsleutel):
        return {"koppelsleutel": str(sleutel)}
    return {"zoeksleutelPgnfrag": {"zoeksleutel": sleutel.zoeksleutel, "pgnfrag": sleutel.pgnfrag}}


def _eis_bij_succes(resultaat: Resultaat, nodig: object | None) -> None:
    if resultaat is Resultaat.GELUKT and nodig is None:
        raise TrafficCenterOnbereikbaar("Het antwoord van het Traffic Center is onvolledig.")
