"""Checking the certificate of a peer: everything that `security.md` asks, in one place, once a connection.

```
keuring = Certificaatkeuring(Verwachting(Ankers.uit(...), Intrekkingen([BestandBron(...)])), klok)
wie = keuring.keur(blad, tussen)          # raises CertificaatGeweigerd with a Dutch reason
```
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.domain.waarden import Oin
from gateway.trust.fouten import CertificaatGeweigerd, CertificaatOnleesbaar, OinOngeldig
from gateway.trust.inlezen import MAX_CERTIFICAATBESTAND, certificaten_uit, lees_oin, toonbaar
from gateway.trust.intrekking import CrlAlarm, Intrekkingen
from gateway.trust.keten import Ankers, bouw_keten, eis_doel, eis_gebruik, onleesbaar_is_geweigerd

_ONTHOUD = timedelta(seconds=5)
_MEESTE = 1024


@dataclass(frozen=True, slots=True)
class Doel:
    """What a certificate must be for: one of `doelen` as extended key usage, one of `gebruik` as key usage."""

    doelen: tuple[x509.ObjectIdentifier, ...]
    gebruik: tuple[str, ...]
    omschrijving: str


KLANT = Doel((ExtendedKeyUsageOID.CLIENT_AUTH,), ("digital_signature",), "aanmelden bij een server (clientAuth)")
"""A caller on the SOAP port."""

SERVER = Doel(
    (ExtendedKeyUsageOID.SERVER_AUTH,), ("digital_signature", "key_encipherment"), "een TLS-server (serverAuth)"
)
"""A server that we call."""


@dataclass(frozen=True, slots=True)
class Verwachting:
    """What is demanded of a certificate: under which roots, by which revocation lists, for what purpose."""

    ankers: Ankers
    intrekkingen: Intrekkingen
    doel: Doel = KLANT


@dataclass(frozen=True, slots=True)
class GekeurdCertificaat:
    """A certificate that was checked in full; the subject is fit to be logged."""

    oin: Oin
    onderwerp: str
    vingerafdruk: str
    """SHA-256 over the DER octets, lower-case hex."""
    geldig_tot: datetime


class Certificaatkeuring:
    """Checks certificates against one expectation; safe for use by several threads.

    A result is remembered for five seconds, per certificate and generation of the revocation lists, so that a burst of
    connections of one peer costs one check and a revocation still counts on the next handshake.
    """

    __slots__ = ("_gezien", "_klok", "_slot", "verwachting")

    def __init__(self, verwachting: Verwachting, klok: Callable[[], datetime]) -> None:
        """Take what is demanded and a clock of aware UTC times."""
        self.verwachting = verwachting
        self._klok = klok
        self._gezien: dict[tuple[bytes, int], tuple[datetime, GekeurdCertificaat]] = {}
        self._slot = threading.Lock()

    def keur_octets(self, octets: bytes, tussen: Sequence[bytes] = ()) -> GekeurdCertificaat:
        """Check a certificate in DER or PEM (the first of it; those after it help to find the path)."""
        if len(octets) + sum(map(len, tussen)) > MAX_CERTIFICAATBESTAND:
            raise CertificaatGeweigerd("Het certificaat is te groot.")
        try:
            blad, *rest = [*certificaten_uit(octets), *(een for deel in tussen for een in certificaten_uit(deel))]
        except CertificaatOnleesbaar:
            raise CertificaatGeweigerd("Het certificaat is niet te lezen.") from None
        return self.keur(blad, rest)

    def keur(self, blad: x509.Certificate, tussen: Sequence[x509.Certificate] = ()) -> GekeurdCertificaat:
        """Check a certificate now; raises `CertificaatGeweigerd`.

        `tussen` are the intermediates from the handshake or a header; they are of no trust themselves.
        """
        nu = self._klok()
        vinger = blad.fingerprint(SHA256())
        generatie = self.verwachting.intrekkingen.ververs(nu)
        with self._slot:
            gezien = self._gezien.get((vinger, generatie))
        if gezien is not None and abs(nu - gezien[0]) < _ONTHOUD and nu <= gezien[1].geldig_tot:
            return gezien[1]
        gekeurd = self._keur(blad, tussen, vinger, nu)
        with self._slot:
            if len(self._gezien) >= _MEESTE:
                self._gezien.clear()
            self._gezien[vinger, generatie] = (nu, gekeurd)
        return gekeurd

    def haal_crls_op(self) -> None:
        """Fetch the revocation lists of web sources that are due; call it every minute or so, in a thread."""
        self.verwachting.intrekkingen.haal_op(self._klok())

    def alarmen(self) -> tuple[CrlAlarm, ...]:
        """Tell what is wrong with the revocation lists now."""
        return self.verwachting.intrekkingen.alarmen(self._klok())

    def _keur(
        self, blad: x509.Certificate, tussen: Sequence[x509.Certificate], vinger: bytes, nu: datetime
    ) -> GekeurdCertificaat:
        doel = self.verwachting.doel
        with onleesbaar_is_geweigerd():
            keten = bouw_keten(blad, tussen, self.verwachting.ankers, nu)
            eis_gebruik(blad, *doel.gebruik, waarvoor=doel.omschrijving)
            eis_doel(keten, doel.doelen, doel.omschrijving)
            for certificaat, ca in itertools.pairwise(keten):
                self.verwachting.intrekkingen.eis_niet_ingetrokken(certificaat, ca, nu)
            try:
                oin = lees_oin(blad)
            except OinOngeldig as fout:
                raise CertificaatGeweigerd(str(fout)) from None
            return GekeurdCertificaat(oin, toonbaar(blad.subject), vinger.hex(), blad.not_valid_after_utc)
