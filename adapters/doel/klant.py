"""The port `Doelen` over SOAP and mutual TLS. Where a doel is, the Traffic Center told; what it says is hostile."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from adapters.beleefdheid import NietGevraagd, Omgang, Storing
from gateway.berichten import codec
from gateway.berichten.envelop import PeerFout
from gateway.berichten.fout import BerichtFout
from gateway.berichten.inhoud import Ontvangst
from gateway.berichten.pakket import Berichtpakket
from gateway.berichten.verzending import MAX_ANTWOORD, SoapVerzender, VerzendFout
from gateway.domain.overdracht import Notificatie
from gateway.domain.poging import over_sessie
from gateway.domain.resultaat import Resultaat
from gateway.ports import DoelOnbereikbaar

TERMIJN = 10.0
_LANGSTE_URL = 2000


class _DoelFault(DoelOnbereikbaar):
    """The doel answered with a SOAP Fault."""

    def __init__(self, fout: PeerFout) -> None:
        om_ons = not fout.soapcode.endswith("Server")
        super().__init__(f"Het LAS gaf een SOAP Fault ({fout.code or 'zonder code'}).", om_ons=om_ons)
        self.code = fout.code or "Fault"
        self.fout_id = fout.fout_id


class DoelKlant:
    """Notifies systems, politely. Safe to share between threads; connections are kept."""

    def __init__(
        self,
        verzender: SoapVerzender,
        pakketten: Mapping[str, Berichtpakket],
        pakket: Berichtpakket,
        omgang: Omgang,
        *,
        termijn: float = TERMIJN,
    ) -> None:
        """`pakket` is spoken where the address names none of `pakketten`; `termijn` in seconds for a whole call."""
        self._verzender = verzender
        self._pakketten = pakketten
        self._pakket = pakket
        self._omgang = omgang
        self._termijn = termijn

    def notificeer(self, url: str, notificatie: Notificatie) -> Resultaat:
        """Tell a doel at a base URL. Raises `DoelOnbereikbaar`."""
        partij, versie = _adres(url)
        pakket = self._pakketten.get(versie, self._pakket)
        onderwerp = over_sessie(notificatie.sessie_id) if notificatie.sessie_id is not None else None

        def vraag() -> Resultaat:
            return self._vraag(url, notificatie, pakket)

        try:
            return self._omgang.roep(partij, "notificatie", vraag, _duid, onderwerp=onderwerp)
        except NietGevraagd as fout:
            raise DoelOnbereikbaar(str(fout)) from None

    def _vraag(self, url: str, notificatie: Notificatie, pakket: Berichtpakket) -> Resultaat:
        try:
            octets = codec.schrijf_verzoek("notificatie", notificatie, pakket)
        except BerichtFout as fout:
            raise DoelOnbereikbaar(f"De notificatie is zo niet te versturen. {fout.melding}", om_ons=True) from None
        try:
            antwoord = self._verzender.verstuur(
                f"{url.rstrip('/')}/doel",
                pakket.soapactie("notificatie"),
                octets,
                termijn=self._termijn,
                maximum=MAX_ANTWOORD,
            )
            gelezen = codec.lees_antwoord(antwoord.octets, "notificatie", pakket, Ontvangst, maximum=MAX_ANTWOORD)
        except VerzendFout as fout:
            raise DoelOnbereikbaar(str(fout)) from None
        except PeerFout as fout:
            raise _DoelFault(fout) from None
        except BerichtFout:
            raise DoelOnbereikbaar("Het antwoord van het LAS voldoet niet aan het berichtenschema.") from None
        if antwoord.status != 200:
            raise DoelOnbereikbaar("Het LAS gaf een antwoord met een foutstatus.")
        return gelezen.resultaat


def _adres(url: str) -> tuple[str, str]:
    """Host and port, under which a peer is counted, and the last part of the path: the version of its messages."""
    try:
        delen = urlsplit(url)
        poort = delen.port or 443
    except ValueError:
        raise DoelOnbereikbaar("Het adres van het LAS is geen geldig adres.") from None
    goed = delen.scheme == "https" and delen.hostname and len(url) <= _LANGSTE_URL
    if not goed or delen.username is not None or delen.query or delen.fragment:
        raise DoelOnbereikbaar("Het adres van het LAS is geen geldig adres dat met https:// begint.")
    return f"{delen.hostname}:{poort}", delen.path.rstrip("/").rpartition("/")[2]


def _duid(fout: Exception) -> Storing:
    if isinstance(fout, _DoelFault):
        return Storing(fout.code, leeft=fout.om_ons, fout_id=fout.fout_id)
    return Storing("GeenGeldigAntwoord")
