"""How a simulated LAS asks others: one message out, one answer in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from gateway.berichten import codec
from gateway.berichten.envelop import PeerFout
from gateway.berichten.fout import BerichtFout
from gateway.berichten.pakket import Berichtpakket
from gateway.berichten.verzending import SoapVerzender, VerzendFout

_A = TypeVar("_A")

MAX_DOSSIER = 64 * 1024 * 1024


class GeenAntwoord(Exception):
    """No valid answer: silence, a fault or rubbish. `code` is that of a fault, where there is one."""

    def __init__(self, code: str | None) -> None:
        super().__init__(code or "geen geldig antwoord")
        self.code = code


@dataclass(frozen=True, slots=True)
class Lijn:
    """A certificate, a message version, and the address of the Traffic Center."""

    verzender: SoapVerzender
    pakket: Berichtpakket
    tc_url: str

    def vraag_tc(self, operatie: str, verzoek: object, klasse: type[_A]) -> _A:
        """Ask the Traffic Center, at most 5 seconds. Raises `GeenAntwoord`."""
        return self.vraag(self.tc_url, operatie, verzoek, klasse, termijn=5)

    def vraag(self, url: str, operatie: str, verzoek: object, klasse: type[_A], *, termijn: float = 60) -> _A:
        """Ask a service; a doel waits much longer for a bron than a bron for the Traffic Center."""
        octets = codec.schrijf_verzoek(operatie, verzoek, self.pakket)
        try:
            antwoord = self.verzender.verstuur(
                url, self.pakket.soapactie(operatie), octets, termijn=termijn, maximum=MAX_DOSSIER
            )
            return codec.lees_antwoord(antwoord.octets, operatie, self.pakket, klasse, maximum=MAX_DOSSIER)
        except PeerFout as fout:
            raise GeenAntwoord(fout.code) from None
        except (VerzendFout, BerichtFout):
            raise GeenAntwoord(None) from None
