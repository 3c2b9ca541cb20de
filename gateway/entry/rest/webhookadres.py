"""May a webhook go to this address? Looked at when it is entered; the sender looks again at what the name resolves to.

A name that is allowed today may point inside tomorrow (DNS rebinding): only the sender can see that.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

from gateway.entry.rest.instellingen import RestInstellingen
from gateway.entry.rest.problemen import VeldFout
from gateway.entry.rest.velden import ongeldig


def eis_adres(url: str, instellingen: RestInstellingen) -> None:
    """Refuse an address that may not be used. Raises `VeldFout`."""
    bezwaar = _bezwaar(url, instellingen)
    if bezwaar is not None:
        raise VeldFout([ongeldig("url", bezwaar)])


def _bezwaar(url: str, instellingen: RestInstellingen) -> str | None:
    deel = _splits(url)
    if deel is None or not deel.hostname:
        return "moet een volledig adres zijn, zoals https://elk.example/webhooks/oso"
    if deel.username is not None or deel.password is not None or deel.fragment:
        return "mag geen gebruikersnaam, wachtwoord of fragment bevatten"
    if instellingen.dev:
        return None if deel.scheme in ("http", "https") else "moet met https:// beginnen"
    if deel.scheme != "https":
        return "moet met https:// beginnen"
    if _is_binnen(deel.hostname):
        return "mag geen adres binnen het eigen netwerk zijn"
    toegestaan = {host.lower().rstrip(".") for host in instellingen.webhook_hosts}
    if deel.hostname.lower().rstrip(".") not in toegestaan:
        return "wijst naar een host die de beheerder niet heeft toegestaan"
    return None


def _splits(url: str) -> SplitResult | None:
    if not url.isascii() or any(teken <= " " or teken in '\\"<>' or teken == "\x7f" for teken in url):
        return None
    try:
        deel = urlsplit(url)
        _ = deel.port  # raises when it is no port
    except ValueError:
        return None
    return deel


def _is_binnen(host: str) -> bool:
    if host.lower().rstrip(".") == "localhost" or host.lower().rstrip(".").endswith(".localhost"):
        return True
    try:
        adres = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not adres.is_global
