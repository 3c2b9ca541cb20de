"""The port `Bronnen` over SOAP and mutual TLS. Where a bron is, the Traffic Center told; what it says is hostile."""

from __future__ import annotations

from urllib.parse import urlsplit

from adapters.beleefdheid import NietGevraagd, Omgang, Storing
from gateway.berichten import codec
from gateway.berichten.envelop import PeerFout
from gateway.berichten.fout import BerichtFout, TeGroot
from gateway.berichten.pakket import Berichtpakket
from gateway.berichten.verzending import SoapVerzender, VerzendFout
from gateway.domain.overdracht import Documentantwoord, Documentvraag
from gateway.domain.resultaat import Resultaat
from gateway.ports import Bronantwoord, BronOnbereikbaar

MAX_ANTWOORD = 64 * 1024 * 1024
TERMIJN = 30.0
_LANGSTE_URL = 2000


class _BronFault(BronOnbereikbaar):
    """The bron answered with a SOAP Fault: it is there, but this is no answer."""

    def __init__(self, fout: PeerFout) -> None:
        super().__init__(f"De bron gaf een SOAP Fault ({fout.code or 'zonder code'}).", fout.fout_id)
        self.code = fout.code or "Fault"
        self.om_de_vraag = not fout.soapcode.endswith("Server")


class BronKlant:
    """Asks systems for dossiers, politely. Safe to share between threads; connections are kept."""

    def __init__(
        self,
        verzender: SoapVerzender,
        pakket: Berichtpakket,
        omgang: Omgang,
        *,
        termijn: float = TERMIJN,
        maximum: int = MAX_ANTWOORD,
    ) -> None:
        """`termijn` in seconds for one whole call, longer than a bron may take to have its session checked."""
        self._verzender = verzender
        self._pakket = pakket
        self._omgang = omgang
        self._termijn = termijn
        self._maximum = maximum

    def vraag(self, url: str, vraag: Documentvraag, *, onderwerp: str | None = None) -> Bronantwoord:
        """Ask for a dossier at a base URL. Raises `BronOnbereikbaar`."""
        partij = _partij(url)
        try:
            return self._omgang.roep(partij, "document", lambda: self._vraag(url, vraag), _duid, onderwerp=onderwerp)
        except NietGevraagd as fout:
            raise BronOnbereikbaar(str(fout)) from None

    def _vraag(self, url: str, vraag: Documentvraag) -> Bronantwoord:
        pakket = self._pakket
        try:
            octets = codec.schrijf_verzoek("document", vraag, pakket)
        except BerichtFout as fout:
            raise BronOnbereikbaar(f"De vraag is zo niet te stellen. {fout.melding}") from None
        try:
            antwoord = self._verzender.verstuur(
                f"{url.rstrip('/')}/bron",
                pakket.soapactie("document"),
                octets,
                termijn=self._termijn,
                maximum=self._maximum,
            )
            gelezen = codec.lees_antwoord(antwoord.octets, "document", pakket, Documentantwoord, maximum=self._maximum)
        except VerzendFout as fout:
            raise BronOnbereikbaar(str(fout)) from None
        except PeerFout as fout:
            raise _BronFault(fout) from None
        except TeGroot:
            raise BronOnbereikbaar("Het antwoord van de bron is groter dan is toegestaan.") from None
        except BerichtFout:
            raise BronOnbereikbaar("Het antwoord van de bron voldoet niet aan het berichtenschema.") from None
        if antwoord.status != 200:
            raise BronOnbereikbaar("De bron gaf een antwoord met een foutstatus.")
        return Bronantwoord(_eis_heel(gelezen), antwoord.octets)


def _eis_heel(antwoord: Documentantwoord) -> Documentantwoord:
    """A success has a dossier with its date; what comes with a refusal is not looked at."""
    if antwoord.resultaat is not Resultaat.GELUKT:
        return Documentantwoord(antwoord.resultaat)
    if antwoord.octets is None or antwoord.verzameldatum is None:
        raise BronOnbereikbaar("Het antwoord van de bron is onvolledig.")
    return antwoord


def _partij(url: str) -> str:
    """Host and port, under which a peer is counted. Raises `BronOnbereikbaar` for what is no base URL."""
    try:
        delen = urlsplit(url)
        poort = delen.port or 443
    except ValueError:
        raise BronOnbereikbaar("Het adres van de bron is geen geldig adres.") from None
    goed = delen.scheme == "https" and delen.hostname and len(url) <= _LANGSTE_URL
    if not goed or delen.username is not None or delen.query or delen.fragment:
        raise BronOnbereikbaar("Het adres van de bron is geen geldig adres dat met https:// begint.")
    return f"{delen.hostname}:{poort}"


def _duid(fout: Exception) -> Storing:
    if isinstance(fout, _BronFault):
        return Storing(fout.code, leeft=fout.om_de_vraag, fout_id=fout.fout_id)
    return Storing("GeenGeldigAntwoord")
