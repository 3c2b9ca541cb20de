"""Where may a webhook be sent? Looked at when the name is resolved and the connection is made.

What is resolved here is what is connected to, so that a name that was allowed cannot point inside a moment later (DNS
rebinding). The address itself was looked at when it was entered; the name is looked at again, because the list of
allowed hosts may have changed since.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


class AdresVerboden(OSError):
    """A webhook may not go there; the message is a short Dutch phrase. An `OSError`, as a failed connection is."""


@dataclass(frozen=True, slots=True)
class Adresregel:
    """`hosts` are the only hosts allowed. In `dev` any address will do, plain http and loopback included."""

    hosts: frozenset[str] = frozenset()
    dev: bool = False

    def eis_url(self, url: str) -> None:
        """Refuse a URL that may not be used. Raises `AdresVerboden`."""
        deel = urlsplit(url)
        host = (deel.hostname or "").lower().rstrip(".")
        if not host or deel.scheme not in (("http", "https") if self.dev else ("https",)):
            raise AdresVerboden("het adres begint niet met https://")
        if not self.dev and host not in {naam.lower().rstrip(".") for naam in self.hosts}:
            raise AdresVerboden("de host is niet (meer) toegestaan")

    def verbind(self, host: str, poort: int, termijn: float) -> socket.socket:
        """Resolve, look at every address, and connect to one that may be used. Raises `OSError`."""
        laatste: OSError = AdresVerboden("de host heeft geen adres")
        for familie, soort, protocol, _, adres in socket.getaddrinfo(host, poort, type=socket.SOCK_STREAM):
            if not self.dev and not is_openbaar(str(adres[0])):
                raise AdresVerboden("de host wijst naar een adres binnen het eigen netwerk")
            try:
                return _open(familie, soort, protocol, adres, termijn)
            except OSError as fout:
                laatste = fout
        raise laatste


def _open(familie: int, soort: int, protocol: int, adres: tuple[object, ...], termijn: float) -> socket.socket:
    deur = socket.socket(familie, soort, protocol)
    try:
        deur.settimeout(termijn)
        deur.connect(adres)
        deur.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        deur.close()
        raise
    return deur


def is_openbaar(tekst: str) -> bool:
    """Tell whether an IP address lies in the public Internet, also behind forms that wrap an IPv4 address."""
    try:
        adres = ipaddress.ip_address(tekst.partition("%")[0])
    except ValueError:
        return False
    if isinstance(adres, ipaddress.IPv6Address):
        if adres.ipv4_mapped is not None:
            return is_openbaar(str(adres.ipv4_mapped))
        if adres.sixtofour is not None or adres.teredo is not None or any(adres in net for net in _NAT64):
            return False
    return adres.is_global and not adres.is_multicast and not adres.is_reserved
