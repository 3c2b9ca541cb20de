"""Fetching a revocation list over HTTP(S), with a time-out and a size limit."""

from __future__ import annotations

from time import monotonic

import httpx

from gateway.trust.crl import MAX_CRL
from gateway.trust.fouten import CrlOnbruikbaar

_WACHT = httpx.Timeout(10.0)
_HOOGUIT = 60.0
"""Seconds that one list may take in all; the time-out above only guards each step."""


def haal_crl(url: str, *, transport: httpx.BaseTransport | None = None, maximum: int = MAX_CRL) -> bytes:
    """Fetch the octets of a list; raises `CrlOnbruikbaar` with a Dutch sentence for whatever goes wrong.

    Plain http is right for a list: its own signature is checked. Redirects are not followed and addresses inside
    certificates are never used: only what the operator configured is asked.
    """
    try:
        with httpx.Client(timeout=_WACHT, follow_redirects=False, trust_env=False, transport=transport) as klant:
            return _lees(klant, url, maximum)
    except (httpx.HTTPError, httpx.InvalidURL) as fout:
        raise CrlOnbruikbaar(f"CRL {url} is niet op te halen ({type(fout).__name__}).") from None


def _lees(klant: httpx.Client, url: str, maximum: int) -> bytes:
    delen, grootte, begin = [], 0, monotonic()
    # Refusing compression keeps the limit below honest: nothing is inflated on the way.
    with klant.stream("GET", url, headers={"Accept-Encoding": "identity"}) as antwoord:
        if antwoord.status_code != httpx.codes.OK:
            raise CrlOnbruikbaar(f"CRL {url} is niet op te halen: de server antwoordt {antwoord.status_code}.")
        for deel in antwoord.iter_raw():
            grootte += len(deel)
            if grootte > maximum:
                raise CrlOnbruikbaar(f"CRL {url} is groter dan {maximum} bytes.")
            if monotonic() - begin > _HOOGUIT:
                raise CrlOnbruikbaar(f"CRL {url} ophalen duurt te lang.")
            delen.append(deel)
    return b"".join(delen)
