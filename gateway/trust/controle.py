"""What `certs check` and `doctor` tell: whether configured certificates, keys and revocation lists are fit for use."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from gateway.trust.bewijs import eis_ondertekenaar
from gateway.trust.crl import CrlBron
from gateway.trust.fouten import CertificaatGeweigerd, VertrouwenFout
from gateway.trust.inlezen import Sleutel, laad_certificaten, laad_sleutel, lees_oin, toonbaar
from gateway.trust.intrekking import STANDAARD_RESPIJT, Intrekkingen
from gateway.trust.keten import Ankers, bouw_keten, eis_doel, eis_gebruik, onleesbaar_is_geweigerd
from gateway.trust.keuring import KLANT, SERVER

WAARSCHUW_DAGEN = 60
"""Days before its end that a certificate is warned about: applying for one at PKIoverheid takes weeks."""


class Oordeel(StrEnum):
    """How a finding weighs; `certs check` exits 1 when there is a `fout`."""

    GOED = "goed"
    WAARSCHUWING = "waarschuwing"
    FOUT = "fout"


@dataclass(frozen=True, slots=True)
class Controlepunt:
    """One finding: about which setting and file, and in Dutch what holds or what to do."""

    instelling: str
    bestand: str
    oordeel: Oordeel
    melding: str
    dagen: int | None = None
    """Days that are left, where the finding is about an end."""


@dataclass(frozen=True, slots=True)
class Vertrouwensbestanden:
    """What is configured; a setting that is absent is not looked at."""

    ca: Path
    tls_cert: Path
    tls_key: Path
    onderteken_cert: Path | None = None
    onderteken_key: Path | None = None
    crl: Sequence[CrlBron] = ()
    respijt: timedelta = STANDAARD_RESPIJT


def controleer(bestanden: Vertrouwensbestanden, nu: datetime) -> tuple[Controlepunt, ...]:
    """Check all that is configured, each fault reported and none raised.

    Revocation lists on the web are fetched, which may take seconds.
    """
    return tuple(_alles(bestanden, nu))


def _alles(bestanden: Vertrouwensbestanden, nu: datetime) -> Iterator[Controlepunt]:
    ca = _Melder("OSO_TLS_CA", bestanden.ca.name)
    ankers: Ankers | None = None
    cas: tuple[x509.Certificate, ...] = ()
    try:
        ankers = Ankers.uit_bestand(bestanden.ca)
        cas = (*ankers.wortels, *ankers.tussen)
    except VertrouwenFout as fout:
        yield ca.fout(str(fout))
    for certificaat in cas:
        yield _einde(ca, certificaat, nu)
    intrekkingen = Intrekkingen(bestanden.crl, verwacht=cas, respijt=bestanden.respijt)
    intrekkingen.haal_op(nu)
    yield from _crls(bestanden.crl, intrekkingen, nu)
    omgeving = _Omgeving(ankers, intrekkingen, nu)
    yield from _Paar("OSO_TLS", bestanden.tls_cert, bestanden.tls_key, _eis_tls).controleer(omgeving)
    if bestanden.onderteken_cert is not None and bestanden.onderteken_key is not None:
        paar = _Paar("OSO_ONDERTEKEN", bestanden.onderteken_cert, bestanden.onderteken_key, _eis_bewijs)
        yield from paar.controleer(omgeving)
        if bestanden.onderteken_cert.resolve() == bestanden.tls_cert.resolve():
            yield _Melder("OSO_ONDERTEKEN_CERT", bestanden.onderteken_cert.name).fout(
                "Het bewijs wordt met het TLS-certificaat ondertekend; gebruik een eigen certificaat."
            )


def _crls(bronnen: Sequence[CrlBron], intrekkingen: Intrekkingen, nu: datetime) -> Iterator[Controlepunt]:
    alarmen = intrekkingen.alarmen(nu)
    namen = ", ".join(bron.naam for bron in bronnen) or "(geen)"
    melder = _Melder("OSO_TLS_CRL", namen)
    for alarm in alarmen:
        geweigerd = alarm.weigert_vanaf is not None and nu >= alarm.weigert_vanaf
        gevolg = " Bellers worden nu geweigerd." if geweigerd else ""
        yield melder.fout(alarm.melding + gevolg) if geweigerd or not bronnen else melder.let_op(alarm.melding)
    if bronnen and not alarmen:
        yield melder.goed("Van elke CA is een geldige intrekkingslijst (CRL) aanwezig.")
    if not bronnen:
        yield melder.fout("Er is geen intrekkingslijst (CRL) ingesteld; ingetrokken certificaten worden niet herkend.")


@dataclass(frozen=True, slots=True)
class _Melder:
    instelling: str
    bestand: str

    def goed(self, melding: str, dagen: int | None = None) -> Controlepunt:
        return Controlepunt(self.instelling, self.bestand, Oordeel.GOED, melding, dagen)

    def let_op(self, melding: str, dagen: int | None = None) -> Controlepunt:
        return Controlepunt(self.instelling, self.bestand, Oordeel.WAARSCHUWING, melding, dagen)

    def fout(self, melding: str, dagen: int | None = None) -> Controlepunt:
        return Controlepunt(self.instelling, self.bestand, Oordeel.FOUT, melding, dagen)


@dataclass(frozen=True, slots=True)
class _Omgeving:
    ankers: Ankers | None
    intrekkingen: Intrekkingen
    nu: datetime


def _eis_tls(keten: list[x509.Certificate]) -> None:
    """Our TLS certificate serves on the SOAP port and calls the Traffic Center: both purposes."""
    for doel in (SERVER, KLANT):
        eis_gebruik(keten[0], *doel.gebruik, waarvoor=doel.omschrijving)
        eis_doel(keten, doel.doelen, doel.omschrijving)


def _eis_bewijs(keten: list[x509.Certificate]) -> None:
    eis_ondertekenaar(keten[0])


@dataclass(frozen=True, slots=True)
class _Paar:
    """A certificate with its key, and what it must be for."""

    instelling: str
    cert: Path
    key: Path
    eis: Callable[[list[x509.Certificate]], None]

    def controleer(self, omgeving: _Omgeving) -> Iterator[Controlepunt]:
        melder = _Melder(f"{self.instelling}_CERT", self.cert.name)
        try:
            blad, *tussen = laad_certificaten(self.cert)
        except VertrouwenFout as fout:
            yield melder.fout(str(fout))
            return
        yield _einde(melder, blad, omgeving.nu)
        yield self._oin(melder, blad)
        yield self._keten(melder, blad, tussen, omgeving)
        yield from self._sleutel(blad)

    def _oin(self, melder: _Melder, blad: x509.Certificate) -> Controlepunt:
        try:
            return melder.goed(f"OIN {lees_oin(blad)}.")
        except VertrouwenFout as fout:
            return melder.fout(str(fout))

    def _keten(
        self, melder: _Melder, blad: x509.Certificate, tussen: list[x509.Certificate], omgeving: _Omgeving
    ) -> Controlepunt:
        if omgeving.ankers is None:
            return melder.fout("De keten is niet te controleren zonder bruikbaar CA-bestand.")
        try:
            with onleesbaar_is_geweigerd():
                keten = bouw_keten(blad, tussen, omgeving.ankers, omgeving.nu)
                self.eis(keten)
                for een, ca in itertools.pairwise(keten):
                    omgeving.intrekkingen.eis_niet_ingetrokken(een, ca, omgeving.nu)
        except CertificaatGeweigerd as fout:
            return melder.fout(fout.reden)
        return melder.goed(f"Keten van {len(keten)} tot {toonbaar(keten[-1].subject)}, doel en sleutelgebruik kloppen.")

    def _sleutel(self, blad: x509.Certificate) -> Iterator[Controlepunt]:
        melder = _Melder(f"{self.instelling}_KEY", self.key.name)
        try:
            sleutel: Sleutel = laad_sleutel(self.key)
            rechten = self.key.stat().st_mode
        except VertrouwenFout as fout:
            yield melder.fout(str(fout))
            return
        if _hoort_bij(sleutel, blad):
            yield melder.goed("De sleutel hoort bij het certificaat.")
        else:
            yield melder.fout("De sleutel hoort niet bij het certificaat.")
        if rechten & 0o077:
            yield melder.let_op("Anderen op deze machine kunnen de sleutel lezen; zet de rechten op 0600.")


def _hoort_bij(sleutel: Sleutel, blad: x509.Certificate) -> bool:
    try:
        return sleutel.public_key() == blad.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False


def _einde(melder: _Melder, certificaat: x509.Certificate, nu: datetime) -> Controlepunt:
    over = certificaat.not_valid_after_utc - nu
    wie, dagen = toonbaar(certificaat.subject), over.days
    if nu < certificaat.not_valid_before_utc:
        return melder.fout(f"{wie} is pas geldig vanaf {certificaat.not_valid_before_utc:%d-%m-%Y}.", dagen)
    if over < timedelta(0):
        return melder.fout(
            f"{wie} is verlopen op {certificaat.not_valid_after_utc:%d-%m-%Y}; vraag een nieuw aan.", dagen
        )
    melding = f"{wie} is geldig tot {certificaat.not_valid_after_utc:%d-%m-%Y}, nog {dagen} dagen"
    if dagen < WAARSCHUW_DAGEN:
        return melder.let_op(f"{melding}; vraag nu een nieuw aan.", dagen)
    return melder.goed(f"{melding}.", dagen)
