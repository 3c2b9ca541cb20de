"""The register of revocations: whether a certificate is revoked, and what holds when a list is missing or stale."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.trust.crl import CrlBron, Intrekkingslijst, UrlBron
from gateway.trust.fouten import CertificaatGeweigerd, VertrouwenFout
from gateway.trust.inlezen import crls_uit, toonbaar
from gateway.trust.keten import extensie

STANDAARD_RESPIJT = timedelta(hours=24)
"""How long callers are still accepted after a list went stale or was found missing."""

_OPNIEUW = timedelta(seconds=5)
_NOOIT = "(nooit gelezen)"


@dataclass(frozen=True, slots=True)
class CrlAlarm:
    """Something is wrong with revocation lists: a Dutch sentence, since when, and from when callers are refused."""

    melding: str
    sinds: datetime
    weigert_vanaf: datetime | None = None


@dataclass(slots=True)
class _Bron:
    """What is known of one source."""

    bron: CrlBron
    kenmerk: Hashable = _NOOIT
    lijsten: tuple[Intrekkingslijst, ...] = ()
    vorige: tuple[Intrekkingslijst, ...] = ()
    """The last lists of which one was found to be signed by an authority."""
    fout: str | None = None
    sinds: datetime | None = None
    opnieuw: datetime | None = None

    def moet_opnieuw(self, nu: datetime) -> bool:
        """Is it time to read a source that failed? Also when the clock was put back since."""
        return self.opnieuw is not None and not self.opnieuw - _OPNIEUW <= nu < self.opnieuw


class Intrekkingen:
    """Answers from the newest lists that the sources have; safe for use by several threads.

    A list that cannot be read, is missing or stale gives an alarm at once and a refusal after `respijt`. Missing counts
    from the moment it was noticed, stale from the moment that the list itself names.
    """

    __slots__ = ("_bronnen", "_gemist", "_getekend", "_slot", "_verwacht", "generatie", "respijt")

    def __init__(
        self,
        bronnen: Sequence[CrlBron],
        *,
        verwacht: Sequence[x509.Certificate] = (),
        respijt: timedelta = STANDAARD_RESPIJT,
    ) -> None:
        """Take the sources and the authorities of which a list is expected (for the alarm before anybody calls)."""
        self._bronnen = [_Bron(bron) for bron in bronnen]
        self._verwacht = tuple(verwacht)
        self._gemist: dict[bytes, datetime] = {}
        self._getekend: dict[tuple[int, bytes], bool] = {}
        self._slot = threading.Lock()
        self.respijt = respijt
        self.generatie = 0

    def ververs(self, nu: datetime) -> int:
        """Read again what changed and give the generation: it rises whenever an answer may be another."""
        with self._slot:
            for bron in self._bronnen:
                kenmerk = bron.bron.kenmerk()
                if kenmerk != bron.kenmerk or bron.moet_opnieuw(nu):
                    self._herlees(bron, kenmerk, nu)
            return self.generatie

    def haal_op(self, nu: datetime) -> None:
        """Fetch the lists of web sources that are due; to be called now and then in a thread, never in a handshake.

        Failures are kept for `alarmen`; a source that failed is due again at once.
        """
        for bron in self._bronnen:
            if isinstance(bron.bron, UrlBron):
                bron.bron.ververs(nu)

    def eis_niet_ingetrokken(self, certificaat: x509.Certificate, ca: x509.Certificate, nu: datetime) -> None:
        """Refuse (`CertificaatGeweigerd`) a certificate that is revoked or of which that cannot be known any more.

        `ca` is the authority that issued it, as found on a checked path.
        """
        with self._slot:
            lijsten = self._voor(certificaat, ca)
            if not lijsten:
                sinds = self._gemist.setdefault(ca.fingerprint(SHA256()), nu)
                if nu - sinds >= self.respijt:
                    raise CertificaatGeweigerd(
                        "Of het certificaat is ingetrokken, is niet na te gaan: de intrekkingslijst (CRL) van "
                        f"{toonbaar(ca.subject)} ontbreekt."
                    )
                return
            self._gemist.pop(ca.fingerprint(SHA256()), None)
        nieuwste = max(lijst.van for lijst in lijsten)
        geldend = [lijst for lijst in lijsten if lijst.van == nieuwste]
        if any(certificaat.serial_number in lijst.nummers for lijst in geldend):
            raise CertificaatGeweigerd("Het certificaat, of dat van een CA erboven, is ingetrokken.")
        if nu >= max(lijst.volgende for lijst in geldend) + self.respijt:
            raise CertificaatGeweigerd(
                "Of het certificaat is ingetrokken, is niet na te gaan: de intrekkingslijst (CRL) van "
                f"{toonbaar(ca.subject)} is verlopen."
            )

    def alarmen(self, nu: datetime) -> tuple[CrlAlarm, ...]:
        """Tell all that is wrong now; ask at least once a minute."""
        self.ververs(nu)
        with self._slot:
            alarmen = [CrlAlarm(bron.fout, bron.sinds) for bron in self._bronnen if bron.fout and bron.sinds]
            for ca in self._verwacht:
                alarm = self._alarm_over(ca, nu)
                if alarm is not None:
                    alarmen.append(alarm)
        return tuple(alarmen)

    def _alarm_over(self, ca: x509.Certificate, nu: datetime) -> CrlAlarm | None:
        lijsten = self._van(ca)
        if not lijsten:
            sinds = self._gemist.setdefault(ca.fingerprint(SHA256()), nu)
            return CrlAlarm(f"De CRL van {toonbaar(ca.subject)} ontbreekt.", sinds, sinds + self.respijt)
        volgende = max(lijst.volgende for lijst in lijsten)
        if nu >= volgende:
            return CrlAlarm(f"De CRL van {toonbaar(ca.subject)} is verlopen.", volgende, volgende + self.respijt)
        if not any(lijst in bron.lijsten for bron in self._bronnen for lijst in lijsten):
            melding = f"De nieuwste CRL van {toonbaar(ca.subject)} is niet door haar ondertekend; de vorige geldt nog."
            return CrlAlarm(melding, nu, volgende + self.respijt)
        self._gemist.pop(ca.fingerprint(SHA256()), None)
        return None

    def _voor(self, certificaat: x509.Certificate, ca: x509.Certificate) -> list[Intrekkingslijst]:
        beperking = extensie(certificaat, x509.BasicConstraints)
        is_ca = beperking is not None and beperking.ca
        return [lijst for lijst in self._van(ca) if lijst.dekt(certificaat, is_ca=is_ca)]

    def _van(self, ca: x509.Certificate) -> list[Intrekkingslijst]:
        """Give the lists that this authority signed.

        When a source comes with a list that the authority did not sign, the one before it stays in use: whoever can
        put something in the way of plain http must not be able to take a list away.
        """
        vinger = ca.fingerprint(SHA256())
        huidige = self._getekend_door(ca, vinger, (lijst for bron in self._bronnen for lijst in bron.lijsten))
        return huidige or self._getekend_door(ca, vinger, (lijst for bron in self._bronnen for lijst in bron.vorige))

    def _getekend_door(
        self, ca: x509.Certificate, vinger: bytes, lijsten: Iterable[Intrekkingslijst]
    ) -> list[Intrekkingslijst]:
        """Keep the lists that this authority signed; a signature is checked once a list and authority."""
        gevonden = []
        for lijst in lijsten:
            sleutel = (id(lijst), vinger)
            if sleutel not in self._getekend:
                self._getekend[sleutel] = lijst.is_van(ca)
            if self._getekend[sleutel]:
                gevonden.append(lijst)
        return gevonden

    def _herlees(self, bron: _Bron, kenmerk: Hashable, nu: datetime) -> None:
        bron.kenmerk, bron.opnieuw = kenmerk, None
        try:
            lijsten = tuple(Intrekkingslijst.uit(lijst) for lijst in crls_uit(bron.bron.octets()))
        except VertrouwenFout as fout:
            bron.fout = f"CRL-bron {bron.bron.naam}: {fout}"
            bron.sinds = bron.sinds or nu
            bron.opnieuw = nu + _OPNIEUW
            return
        bewezen = {nummer for (nummer, _), goed in self._getekend.items() if goed}
        if any(id(lijst) in bewezen for lijst in bron.lijsten):
            bron.vorige = bron.lijsten
        bron.lijsten, bron.fout, bron.sinds = lijsten, None, None
        self._getekend.clear()  # keyed by id(): must not outlive the lists
        self.generatie += 1
