"""The session check goes out without zeep: the message is the one that zeep would have made of the WSDL."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

import pytest
from lxml import etree

from adapters.traffic_center.klant import TrafficCenterKlant, velden_van
from adapters.traffic_center.opmaak import ZeepOpmaak
from gateway.berichten import codec, envelop
from gateway.berichten.pakket import Berichtpakket, laad_pakketten
from gateway.berichten.verzending import Antwoord, SoapVerzender
from gateway.domain.overdracht import Adresblok, Sessieantwoord, Sessievraag, Zoeksleutel
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Koppelsleutel, Overdrachtsoort, RouteringsKenmerk, SessieId

_PAKKETTEN: Mapping[str, Berichtpakket] = laad_pakketten()
_SLEUTELS: Mapping[str, Zoeksleutel | Koppelsleutel] = {
    "zoeksleutel": Zoeksleutel("QUJDREVG", "1151"),
    "koppelsleutel": Koppelsleutel("0d9a1c9e-7d0f-4a52-a6b5-6f4d5e0f2a11"),
}


class _Vanger(SoapVerzender):
    """Keeps what goes out and answers that all is well."""

    def __init__(self, pakket: Berichtpakket) -> None:
        super().__init__(ssl.create_default_context())
        self._pakket = pakket
        self.octets = b""

    def verstuur(self, url: str, soapactie: str, octets: bytes, *, termijn: float, maximum: int = 0) -> Antwoord:
        self.octets = octets
        goed = Sessieantwoord(Resultaat.GELUKT, "VO")
        return Antwoord(200, codec.schrijf_antwoord("sessiecontrole", goed, self._pakket))


def _inhoud(octets: bytes) -> list[tuple[str, str]]:
    return [(str(element.tag), (element.text or "").strip()) for element in etree.fromstring(octets).iter()]


@pytest.mark.parametrize("versie", sorted(_PAKKETTEN))
@pytest.mark.parametrize("soort", sorted(_SLEUTELS))
def test_de_sessiecontrole_is_die_van_zeep(versie: str, soort: str) -> None:
    pakket, verzender = _PAKKETTEN[versie], _Vanger(_PAKKETTEN[versie])
    kenmerk = RouteringsKenmerk.van_index(3) if pakket.met_index else RouteringsKenmerk("0000000700000YY00932")
    adres = Adresblok(Brin("00YY"), kenmerk, Brin("12SS"), kenmerk)
    vraag = Sessievraag(adres, _SLEUTELS[soort], Overdrachtsoort.OVERSTAPDOSSIER, SessieId.nieuw())
    klant = TrafficCenterKlant("https://tc.voorbeeld/x", verzender, pakket)
    assert klant.sessiecontrole(vraag).geldig
    element = codec.verzoekelement("sessiecontrole", vraag, pakket)
    zeep = ZeepOpmaak(pakket, "https://tc.voorbeeld/x").schrijf("sessiecontrole", velden_van(element))
    assert _inhoud(verzender.octets) == _inhoud(zeep)
    assert envelop.lees_verzoek(verzender.octets, pakket, "trafficcenter").operatie == "sessiecontrole"
