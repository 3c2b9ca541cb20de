"""WS-Security for parties that have it switched on: their messages in, our answers out (`security.md`, Signatures).

What is wrong with a signature stands in the log under the number of the fault; the sender is told nothing more than
that it is wrong, so that a fault helps nobody to make a better forgery.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from lxml import etree

from gateway.berichten.fout import BerichtOngeldig
from gateway.entry.soap.beller import Beller
from gateway.entry.verbinding import Melder
from gateway.ports import Opslag
from gateway.trust.fouten import BerichtGeweigerd, CertificaatOnleesbaar
from gateway.trust.inlezen import certificaten_uit
from gateway.trust.wssec import SOAP, WSSE, Berichttekenaar
from gateway.trust.wssec_keuring import Berichtkeuring
from gateway.xmlio import Grenzen, lees

KOP = f"{WSSE}Security"
"""The header block that is understood of a party that signs."""

_LICHAAM = f"{SOAP}Body"
_MELDING = (
    "De ondertekening van het bericht (WS-Security) ontbreekt of klopt niet. "
    "Neem met het foutnummer contact op met de beheerder van deze dienst."
)
# An answer of our own: a dossier within the limits of the door, and the levels of an envelope around it.
_EIGEN = Grenzen(octetten=1 << 30, diepte=120, elementen=300_000, attributen=600_000, naamruimten=20_000, namen=10_000)


class HerhalingenInOpslag:
    """The register of accepted messages in the store: one for all processes."""

    __slots__ = ("_opslag",)

    def __init__(self, opslag: Opslag) -> None:
        self._opslag = opslag

    def eerste_keer(self, kenmerk: bytes, tot: datetime, nu: datetime) -> bool:
        """Remember a message and tell whether it was new; raises `OpslagNietBeschikbaar`, then it is not accepted."""
        with self._opslag.werk() as werk:
            return werk.herhalingen.eerste_keer(kenmerk, tot, nu)


class Beveiliging:
    """Verifies what signing parties send and signs what they get; safe for use by several threads."""

    __slots__ = ("_keuring", "_klok", "_meld", "_tekenaar")

    def __init__(
        self, keuring: Berichtkeuring, tekenaar: Berichttekenaar, klok: Callable[[], datetime], meld: Melder
    ) -> None:
        """Take the check of messages, the signer of answers, a clock of aware UTC times and the event log."""
        self._keuring = keuring
        self._tekenaar = tekenaar
        self._klok = klok
        self._meld = meld

    def eis(self, envelop: etree._Element, beller: Beller) -> etree._Element:
        """Verify the message of a caller and put the Body that was signed in the place of the one that came in.

        Raises `BerichtOngeldig`, and `OpslagNietBeschikbaar` when nobody can say whether it came before.
        """
        try:
            tussen = [een for pem in beller.tussen for een in certificaten_uit(pem.encode("ascii"))]
            lichaam = self._keuring.keur(envelop, beller.oin, tussen).lichaam
        except (BerichtGeweigerd, CertificaatOnleesbaar) as geweigerd:
            fout = BerichtOngeldig(_MELDING)
            self._meld("handtekening-geweigerd", foutId=fout.fout_id, oin=beller.oin.waarde, reden=str(geweigerd))
            raise fout from None
        for oud in envelop.findall(_LICHAAM):
            envelop.replace(oud, lichaam)
        return envelop

    def onderteken(self, octets: bytes) -> bytes:
        """Sign an answer of ours. A dossier in it keeps its exclusive canonical form, not each of its octets."""
        return self._tekenaar.onderteken(lees(octets, _EIGEN), self._klok())
