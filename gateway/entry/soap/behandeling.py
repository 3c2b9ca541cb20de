"""From the octets of a request to the octets of its answer; runs in a thread, knows nothing of HTTP.

Whatever goes wrong becomes a SOAP Fault: a hostile message, a party that may not, a store that is away, our own slip.
A fault repeats nothing of the request; the log gets the kind of an error and its number, never its text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from gateway.berichten.codec import ontleed, schrijf_antwoord
from gateway.berichten.envelop import Verzoek, lees_envelop, verzoek_uit
from gateway.berichten.fout import (
    BerichtFout,
    BronHoortNietBijSysteem,
    CertificaatHoortNietBijPartij,
    InterneFout,
    TijdelijkeStoring,
    schrijf_fout,
)
from gateway.berichten.inhoud import Ontvangst, Pingantwoord
from gateway.berichten.pakket import Berichtpakket
from gateway.domain.fouten import TijdelijkNietMogelijk
from gateway.domain.overdracht import Documentantwoord, Documentvraag, Notificatie, Terugkoppeling
from gateway.domain.partij import Partij
from gateway.domain.resultaat import Resultaat
from gateway.entry.soap.beller import Beller
from gateway.entry.soap.beveiliging import KOP, Beveiliging
from gateway.entry.verbinding import Melder
from gateway.ports import OpslagNietBeschikbaar, Wereld
from gateway.usecases.ontvangen_berichten import neem_notificatie, neem_terugkoppeling
from gateway.usecases.uitleveren import PartijGeweigerd, uitleveren

_PARTIJFOUTEN: Mapping[str, type[BerichtFout]] = {
    fout.__name__: fout for fout in (CertificaatHoortNietBijPartij, BronHoortNietBijSysteem)
}


@dataclass(frozen=True, slots=True)
class Dienst:
    """One service of a message version, such as `bron` of 20200910."""

    naam: str
    pakket: Berichtpakket


@dataclass(frozen=True, slots=True)
class Antwoord:
    """What goes back. `levering_id` names a delivery of which the hand-over is to be watched."""

    status: int
    octets: bytes
    operatie: str = ""
    resultaat: str = ""
    levering_id: int | None = None
    versie: int | None = None


@dataclass(frozen=True, slots=True)
class Aanroep:
    """One valid request: what it asks, of which version, and who asks."""

    verzoek: Verzoek
    pakket: Berichtpakket
    beller: Beller
    partij: Partij


@dataclass(slots=True)
class _Bekend:
    """What is known of a request so far, for its answer."""

    oin: str = ""
    operatie: str = ""
    ondertekent: bool = False
    """The party has WS-Security switched on: whatever it gets is signed."""


@dataclass(frozen=True, slots=True)
class Uitkomst:
    """Answer of an operation as an object of the domain, and the delivery in it."""

    antwoord: object
    resultaat: str = ""
    levering_id: int | None = None
    versie: int | None = None


Operatie = Callable[[Wereld, Aanroep], Uitkomst]


def _document(wereld: Wereld, aanroep: Aanroep) -> Uitkomst:
    vraag = ontleed(aanroep.verzoek, aanroep.pakket, Documentvraag)
    uit = uitleveren(wereld, vraag, aanroep.partij, aanroep.beller.via)
    geslaagd = uit.resultaat is Resultaat.GELUKT
    if not geslaagd:
        return Uitkomst(Documentantwoord(uit.resultaat), uit.resultaat.value)
    if uit.versie is None or uit.octets is None:
        raise InterneFout
    antwoord = Documentantwoord(uit.resultaat, uit.versie.gegevensset_versie, uit.versie.verzameldatum, uit.octets)
    return Uitkomst(antwoord, uit.resultaat.value, uit.levering_id, uit.versie.versie)


def _ping(_wereld: Wereld, _aanroep: Aanroep) -> Uitkomst:
    return Uitkomst(Pingantwoord(beschikbaar=True))


def _notificatie(wereld: Wereld, aanroep: Aanroep) -> Uitkomst:
    bericht = ontleed(aanroep.verzoek, aanroep.pakket, Notificatie)
    resultaat = neem_notificatie(wereld, bericht, aanroep.partij)
    return Uitkomst(Ontvangst(resultaat), resultaat.value)


def _terugkoppeling(wereld: Wereld, aanroep: Aanroep) -> Uitkomst:
    bericht = ontleed(aanroep.verzoek, aanroep.pakket, Terugkoppeling)
    resultaat = neem_terugkoppeling(wereld, bericht, aanroep.partij)
    return Uitkomst(Ontvangst(resultaat), resultaat.value)


OPERATIES: Mapping[str, Operatie] = {
    "document": _document,
    "notificatie": _notificatie,
    "ping": _ping,
    "terugkoppeling": _terugkoppeling,
}
"""What each request does; a request that the pack knows and this table does not is a `TijdelijkeStoring`."""


class Behandeling:
    """Answers requests; safe for use by several threads."""

    def __init__(
        self,
        wereld: Wereld,
        meld: Melder,
        maximum: int,
        beveiliging: Beveiliging,
        operaties: Mapping[str, Operatie] = OPERATIES,
    ) -> None:
        self._wereld = wereld
        self._meld = meld
        self._maximum = maximum
        self._beveiliging = beveiliging
        self._operaties = operaties

    def beantwoord(self, dienst: Dienst, octets: bytes, beller: Callable[[], Beller]) -> Antwoord:
        """Answer a request; `beller` says who asks, or raises. Never raises itself."""
        bekend = _Bekend()
        try:
            aanroep = self._aanroep(dienst, octets, beller, bekend)
            uitkomst = self._operatie(aanroep)(self._wereld, aanroep)
            lijf = schrijf_antwoord(aanroep.verzoek.operatie, uitkomst.antwoord, dienst.pakket)
            antwoord = Antwoord(
                200, lijf, aanroep.verzoek.operatie, uitkomst.resultaat, uitkomst.levering_id, uitkomst.versie
            )
        except Exception as fout:  # noqa: BLE001 - the sender gets a fault and the service goes on, whatever it is
            antwoord = self._fout(dienst, als_berichtfout(fout), type(fout).__name__, bekend)
        return self._onderteken(dienst, antwoord, bekend)

    def weiger(self, dienst: Dienst, fout: BerichtFout, beller: Callable[[], Beller]) -> Antwoord:
        """Answer a request that was not read, for `fout`. Never raises."""
        bekend = _Bekend()
        with suppress(BerichtFout):  # that nobody knows the sender does not matter any more
            self._herken(beller, bekend)
        return self._onderteken(dienst, self._fout(dienst, fout, "", bekend), bekend)

    def _fout(self, dienst: Dienst, fout: BerichtFout, soort: str, bekend: _Bekend) -> Antwoord:
        """Make the answer that says what is wrong, and log it under the same number."""
        code = fout.code.value if fout.code is not None else fout.soapcode
        self._meld(
            "soap-fout",
            dienst=dienst.naam,
            operatie=bekend.operatie,
            code=code,
            foutId=fout.fout_id,
            oin=bekend.oin,
            soort=soort,
        )
        return Antwoord(500, schrijf_fout(fout, dienst.pakket.naamruimte), bekend.operatie, code)

    def _onderteken(self, dienst: Dienst, antwoord: Antwoord, bekend: _Bekend) -> Antwoord:
        if not bekend.ondertekent:
            return antwoord
        try:
            return replace(antwoord, octets=self._beveiliging.onderteken(antwoord.octets))
        except Exception as fout:  # noqa: BLE001 - then nothing of the answer may go out; the fault says only that
            return self._fout(dienst, InterneFout(), type(fout).__name__, bekend)

    def _aanroep(self, dienst: Dienst, octets: bytes, beller: Callable[[], Beller], bekend: _Bekend) -> Aanroep:
        wie, partij = self._herken(beller, bekend)
        envelop = lees_envelop(octets, maximum=self._maximum)
        begrepen: tuple[str, ...] = ()
        if partij.ondertekent:
            envelop, begrepen = self._beveiliging.eis(envelop, wie), (KOP,)
        verzoek = verzoek_uit(envelop, dienst.pakket, dienst.naam, begrepen=begrepen)
        bekend.operatie = verzoek.operatie
        return Aanroep(verzoek, dienst.pakket, wie, partij)

    def _herken(self, beller: Callable[[], Beller], bekend: _Bekend) -> tuple[Beller, Partij]:
        wie = _herken(beller)
        # A stranger is a party without schools: use cases refuse it, and their audit record says so.
        partij = self._wereld.partijen.bij_oin(wie.oin) or Partij(wie.oin, "onbekend", None, "onbekend")
        bekend.oin, bekend.ondertekent = wie.oin.waarde, partij.ondertekent
        return wie, partij

    def _operatie(self, aanroep: Aanroep) -> Operatie:
        operatie = self._operaties.get(aanroep.verzoek.operatie)
        if operatie is None:
            raise TijdelijkeStoring
        return operatie


def _herken(beller: Callable[[], Beller]) -> Beller:
    try:
        return beller()
    except Exception:  # noqa: BLE001 - whatever goes wrong in recognising somebody, the answer is no
        raise CertificaatHoortNietBijPartij(
            "Er is geen geldig clientcertificaat bij dit verzoek. Verbind opnieuw met een geldig certificaat."
        ) from None


def als_berichtfout(fout: Exception) -> BerichtFout:
    """Give the fault that tells the sender of an error."""
    if isinstance(fout, BerichtFout):
        return fout
    if isinstance(fout, PartijGeweigerd):
        return _PARTIJFOUTEN.get(fout.code, CertificaatHoortNietBijPartij)(f"{fout.melding} {fout.wat_nu}".strip())
    if isinstance(fout, OpslagNietBeschikbaar | TijdelijkNietMogelijk):
        return TijdelijkeStoring()
    return InterneFout()
