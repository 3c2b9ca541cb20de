"""A small certificate world of real keys: authorities, revocation lists and a clock that stands still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.domain.waarden import Oin
from gateway.trust.crl import CrlBron
from gateway.trust.intrekking import Intrekkingen
from gateway.trust.keten import Ankers
from gateway.trust.keuring import KLANT, Certificaatkeuring, Doel, Verwachting
from gateway.trust.uitgifte import (
    SERVER_EN_CLIENT,
    Eisen,
    Uitgever,
    maak_sleutel_ec,
    onderwerp,
    sleutelgebruik,
)

NU = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOT = NU + timedelta(days=365)
OIN = Oin("00000003000000020000")


class Klok:
    """A clock that stands until it is set."""

    def __init__(self, nu: datetime = NU) -> None:
        self.nu = nu

    def __call__(self) -> datetime:
        return self.nu


@dataclass
class GeheugenBron:
    """A source of revocation lists in memory."""

    inhoud: list[x509.CertificateRevocationList]
    nummer: int = 0
    naam: str = "geheugen"

    def kenmerk(self) -> int:
        return self.nummer

    def octets(self) -> bytes:
        return b"".join(lijst.public_bytes(Encoding.PEM) for lijst in self.inhoud)

    def zet(self, *lijsten: x509.CertificateRevocationList) -> None:
        self.inhoud = list(lijsten)
        self.nummer += 1


def lagere_ca(boven: Uitgever, naam: str, diepte: int | None, **anders: Any) -> Uitgever:
    """Issue a certificate authority under another; `anders` replaces parts of `Eisen`."""
    sleutel = maak_sleutel_ec()
    delen: dict[str, Any] = {
        "onderwerp": onderwerp(naam),
        "geldig_van": NU,
        "geldig_tot": TOT,
        "ca_diepte": diepte,
        "gebruik": sleutelgebruik("key_cert_sign", "crl_sign"),
    }
    return Uitgever(boven.geef_uit(Eisen(**{**delen, **anders}), sleutel.public_key()), sleutel)


@dataclass
class Wereld:
    """Root, domain CA, issuing CA, their revocation lists and a clock."""

    wortel: Uitgever
    domein: Uitgever
    uitgever: Uitgever
    klok: Klok = field(default_factory=Klok)
    bron: GeheugenBron = field(default_factory=lambda: GeheugenBron([]))

    @classmethod
    def maak(cls, van: datetime = NU) -> Wereld:
        tot = van + timedelta(days=365)
        wortel = Uitgever.wortel("Testwortel", maak_sleutel_ec(), van, tot)
        domein = lagere_ca(wortel, "Testdomein", 1, geldig_van=van, geldig_tot=tot)
        uitgever = lagere_ca(domein, "Testuitgever", 0, geldig_van=van, geldig_tot=tot)
        wereld = cls(wortel, domein, uitgever, Klok(van))
        wereld.bron.zet(*wereld.crls(van=van))
        return wereld

    @property
    def tussen(self) -> list[x509.Certificate]:
        return [self.uitgever.certificaat, self.domein.certificaat]

    def crls(
        self, ingetrokken: Sequence[int] = (), van: datetime = NU, duur: timedelta = timedelta(days=7)
    ) -> list[x509.CertificateRevocationList]:
        """Make the lists of all three authorities; the serial numbers stand in that of the issuing one."""
        return [
            ca.crl(ingetrokken if ca is self.uitgever else (), 1, van, van + duur)
            for ca in (self.wortel, self.domein, self.uitgever)
        ]

    def blad(self, **anders: Any) -> x509.Certificate:
        """Issue a good certificate of a party, but for what `anders` replaces in `Eisen`."""
        return self.blad_van(self.uitgever, **anders)

    @staticmethod
    def blad_van(ca: Uitgever, **anders: Any) -> x509.Certificate:
        """Issue a certificate of a party by another authority."""
        delen: dict[str, Any] = {
            "onderwerp": onderwerp("las.example", OIN),
            "geldig_van": NU,
            "geldig_tot": NU + timedelta(days=90),
            "gebruik": sleutelgebruik("digital_signature"),
            "doelen": SERVER_EN_CLIENT,
            "namen": ("localhost",),
        }
        sleutel = anders.pop("sleutel", None) or maak_sleutel_ec()
        return ca.geef_uit(Eisen(**{**delen, **anders}), sleutel.public_key())

    def keuring(
        self, *, doel: Doel = KLANT, bronnen: Sequence[CrlBron] | None = None, respijt: timedelta = timedelta(hours=24)
    ) -> Certificaatkeuring:
        """Make the check that knows this world's root only."""
        ankers = Ankers.uit([self.wortel.certificaat])
        intrekkingen = Intrekkingen([self.bron] if bronnen is None else bronnen, respijt=respijt)
        return Certificaatkeuring(Verwachting(ankers, intrekkingen, doel), self.klok)
