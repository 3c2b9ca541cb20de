"""The calls of the port `TrafficCenter` over SOAP and mutual TLS; `beleefd` makes it the port."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from lxml import etree

from adapters.traffic_center.opmaak import ZeepOpmaak
from gateway.berichten import codec, envelop
from gateway.berichten.envelop import PeerFout
from gateway.berichten.fout import BerichtFout
from gateway.berichten.inhoud import Ontvangst, Pingantwoord, Pingvraag
from gateway.berichten.pakket import Berichtpakket
from gateway.berichten.verzending import MAX_ANTWOORD, SoapVerzender, VerzendFout
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
)
from gateway.domain.resultaat import Resultaat
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


class _Spraak:
    """One version of the messages, and where the Traffic Center speaks it."""

    def __init__(self, pakket: Berichtpakket, url: str) -> None:
        self.pakket = pakket
        self.url = url
        self.opmaak = ZeepOpmaak(pakket, url)


class TrafficCenterKlant:
    """Asks the Traffic Center. Safe to share between threads; connections are kept.

    Every call raises `TrafficCenterOnbereikbaar` when there is no valid answer: silence, a fault, rubbish, the answer
    to another question, or a success without what belongs to it.
    """

    def __init__(
        self,
        url: str,
        verzender: SoapVerzender,
        pakket: Berichtpakket,
        *,
        andere: Iterable[Berichtpakket] = (),
        termijn: float = TERMIJN,
    ) -> None:
        """`url` is the address of the service, or only host and port; `termijn` in seconds for one whole call.

        `pakket` is the version that we speak; `andere` are those in which a session may have been opened besides.
        """
        self._verzender = verzender
        self._pakket = pakket
        self._termijn = termijn
        eigen = dienstadres(url, pakket)
        self._eigen = _Spraak(pakket, eigen)
        self._andere = [
            _Spraak(ander, _in_versie(eigen, pakket, ander)) for ander in andere if ander.versie != pakket.versie
        ]

    def bereid_voor(self) -> None:
        """Do ahead, in a thread of its own, what would make the first call slow."""
        self._eigen.opmaak.bereid_voor()

    def registreer(self, aanvraag: Registratieaanvraag) -> Registratieantwoord:
        """Register one of our points."""
        antwoord = self._vraag("registreerAanleverpunt", aanvraag, Registratieantwoord)
        _eis_bij_succes(antwoord.resultaat, antwoord.routerings_kenmerk)
        return antwoord

    def sessiecontrole(self, vraag: Sessievraag) -> Sessieantwoord:
        """Check a session before anything about a pupil is looked up."""
        antwoord = self._vraag("sessiecontrole", vraag, Sessieantwoord)
        _eis_bij_succes(antwoord.resultaat, antwoord.sector)
        if self._pakket.tabel.zet_uit(antwoord.resultaat, Zijde.BRON):
            return antwoord
        return Sessieantwoord(antwoord.resultaat, antwoord.sector if antwoord.geldig else None)

    def ping(self) -> bool:
        """Is it available? False when it says that it is not."""
        return self._vraag("ping", Pingvraag(), Pingantwoord).beschikbaar

    def overdracht(self, vraag: Overdrachtvraag) -> Overdrachtantwoord:
        """Open a session as doel."""
        antwoord = self._vraag("overdracht", vraag, Overdrachtantwoord)
        _eis_bij_succes(antwoord.resultaat, antwoord.sessie_id)
        return antwoord

    def afmelding(self, melding: Afmelding) -> Resultaat:
        """Close a session with the best result."""
        return self._vraag("afmelding", melding, Ontvangst).resultaat

    def melden_notificatie(self, melding: Notificatiemelding) -> Notificatieadres:
        """Announce a notification and learn where it goes."""
        antwoord = self._vraag("meldenNotificatie", melding, Notificatieadres)
        _eis_bij_succes(antwoord.resultaat, antwoord.url)
        return antwoord

    def melden_terugkoppeling(self, melding: Terugkoppelmelding) -> Terugkoppeladres:
        """Announce feedback and learn where it goes."""
        antwoord = self._vraag("meldenTerugkoppeling", melding, Terugkoppeladres)
        _eis_bij_succes(antwoord.resultaat, antwoord.url)
        return antwoord

    def overzicht_aanleverpunt(self, vraag: Overzichtvraag) -> Overzichtantwoord:
        """List points; filter, and ask seldom."""
        return self._vraag("overzichtAanleverpunt", vraag, Overzichtantwoord)

    def _vraag(self, operatie: str, vraag: object, klasse: type[_A]) -> _A:
        spraak = self._spraak(vraag)
        pakket = spraak.pakket
        try:
            element = codec.verzoekelement(operatie, vraag, pakket)
        except BerichtFout as fout:
            raise TrafficCenterOnbereikbaar(f"De vraag is zo niet te stellen. {fout.melding}") from None
        try:
            # Part of every pull, so written as it is: for the same message zeep takes five times as long.
            los = operatie == "sessiecontrole"
            octets = envelop.schrijf(element) if los else spraak.opmaak.schrijf(operatie, velden_van(element))
            antwoord = self._verzender.verstuur(
                spraak.url, pakket.soapactie(operatie), octets, termijn=self._termijn, maximum=MAX_ANTWOORD
            )
            gelezen = codec.lees_antwoord(antwoord.octets, operatie, pakket, klasse, maximum=MAX_ANTWOORD)
        except VerzendFout as fout:
            raise TrafficCenterOnbereikbaar(str(fout)) from None
        except PeerFout as fout:
            raise TrafficCenterFault(fout) from None
        except BerichtFout:
            raise TrafficCenterOnbereikbaar("Het antwoord van het Traffic Center is ongeldig.") from None
        if antwoord.status != 200:
            raise TrafficCenterOnbereikbaar("Het Traffic Center gaf een antwoord met een foutstatus.")
        return gelezen

    def _spraak(self, vraag: object) -> _Spraak:
        """The version in which the doel was addressed is that of its session; without a doel it is our own."""
        adres: Adresblok | None = getattr(vraag, "adres", None)
        if adres is None:
            return self._eigen
        met_index = adres.doel_kenmerk.index is not None
        return next((een for een in (self._eigen, *self._andere) if een.pakket.met_index is met_index), self._eigen)


def dienstadres(url: str, pakket: Berichtpakket) -> str:
    """Give the address of the service: a URL with a path as it is, else with the path of this version."""
    kaal = url.rstrip("/")
    return kaal if urlsplit(kaal).path else f"{kaal}/trafficcenter/{pakket.versie}"


def _in_versie(url: str, eigen: Berichtpakket, ander: Berichtpakket) -> str:
    """The address in another version: its last part is the version."""
    voor, schuin, laatste = url.rpartition("/")
    return f"{voor}{schuin}{ander.versie}" if laatste == eigen.versie else url


def velden_van(element: etree._Element) -> dict[str, Any]:
    """Children of a request as zeep wants them: text, or a mapping for what has children of its own."""
    return {
        str(etree.QName(kind).localname): velden_van(kind) if len(kind) else kind.text or ""
        for kind in element.iterchildren("*")
    }


def _eis_bij_succes(resultaat: Resultaat, nodig: object | None) -> None:
    if resultaat is Resultaat.GELUKT and nodig is None:
        raise TrafficCenterOnbereikbaar("Het antwoord van het Traffic Center is onvolledig.")
