"""Who calls: the client certificate of the connection, or the one that a trusted proxy passes in a header.

A proxy that ends TLS is known by its address; from any other address the header is worth nothing and is not looked at.
The certificate in it is checked again in full (`security.md`, Transport and parties).
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import ssl
import urllib.parse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.domain.waarden import Oin
from gateway.entry.verbinding import Keuring

_GROOTSTE_KOP = 16_384

Koppen = Sequence[tuple[bytes, bytes]]
_Net = ipaddress.IPv4Network | ipaddress.IPv6Network


class BellerOnbekend(Exception):
    """Nobody can say who calls; the message is Dutch and holds nothing of the request."""


@dataclass(frozen=True, slots=True)
class Beller:
    """The party at the other end, by OIN; `via` is `proxy` when a proxy vouches that it showed its certificate.

    `tussen` are the intermediates (PEM) that it sent in the handshake; they are of no trust themselves.
    """

    oin: Oin
    via: str | None = None
    tussen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proxy:
    """The proxies that end TLS for us, and the header in which they pass the client certificate."""

    netten: tuple[_Net, ...]
    kop: bytes
    keur: Keuring

    @classmethod
    def uit(cls, adressen: Iterable[str], kop: str, keur: Keuring) -> Proxy:
        """Make one of settings: addresses or networks (`10.0.0.0/8`). Raises `ValueError` for what is neither."""
        netten = tuple(ipaddress.ip_network(adres, strict=False) for adres in adressen)
        return cls(netten, kop.lower().encode("ascii"), keur)

    def is_van(self, adres: str) -> bool:
        """Tell whether a connection from this address comes from such a proxy."""
        try:
            ip = ipaddress.ip_address(adres)
        except ValueError:
            return False
        gemapt = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
        return any((gemapt or ip) in net for net in self.netten)

    def beller(self, koppen: Koppen) -> Beller:
        """Check the certificate in the header; raises `BellerOnbekend`, or what the check raises."""
        waarden = [waarde for naam, waarde in koppen if naam == self.kop]
        if len(waarden) != 1 or not waarden[0].strip():
            raise BellerOnbekend("De proxy gaf geen clientcertificaat door.")
        return Beller(self.keur([_als_pem(waarden[0])]), "proxy")


def _als_pem(waarde: bytes) -> str:
    """Read a header value: PEM as nginx escapes it, or DER in Base64 between colons (RFC 9440)."""
    if len(waarde) > _GROOTSTE_KOP:
        raise BellerOnbekend("Het clientcertificaat dat de proxy doorgaf, is te groot.")
    try:
        tekst = waarde.decode("ascii").strip()
        if tekst.startswith(":") and tekst.endswith(":"):
            return ssl.DER_cert_to_PEM_cert(base64.b64decode(tekst[1:-1], validate=True))
        return urllib.parse.unquote(tekst, errors="strict").replace("\t", "\n")
    except (UnicodeDecodeError, binascii.Error):
        raise BellerOnbekend("Het clientcertificaat dat de proxy doorgaf, is onleesbaar.") from None
