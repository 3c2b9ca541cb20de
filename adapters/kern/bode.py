"""The port `Webhookbode`: an event as a signed CloudEvent over HTTP.

`Webhook-Signature: v1=HEX` is HMAC-SHA-256 with the secret of the subscription over `Webhook-Timestamp` (Unix seconds),
a full stop and the body (`interfaces.md`, `/abonnementen`). Nothing of an answer but its status is looked at or kept.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from socket import SHUT_RDWR, gaierror, socket
from typing import Final

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from adapters.kern.adres import Adresregel, AdresVerboden
from gateway.domain.aflevering import Aflevering, Poging, Uitslag, cloudevent
from gateway.domain.toegang import Abonnement

_VERBIND_SECONDEN: Final = 3.0
_ANTWOORD_SECONDEN: Final = 5.0
_GEHEEL_SECONDEN: Final = 10.0
_MAX_ANTWOORD: Final = 64 * 1024
# These say something of the receiver as a whole, not of one event.
_WEG: Final = frozenset({401, 402, 403, 404, 405, 407, 408, 410, 421, 425, 426, 429, 451})


class Bode:
    """Sends events. Safe to share between threads; connections are kept."""

    def __init__(self, regel: Adresregel, *, ca: Path | None = None, tijd: Callable[[], float] = time.time) -> None:
        """`ca` is a file with roots to trust instead of those of the system; `tijd` gives Unix seconds."""
        self._regel = regel
        self._tijd = tijd
        # A PoolManager knows nothing of proxies in the environment.
        self._pool = urllib3.PoolManager(
            num_pools=32,
            maxsize=4,
            retries=False,
            timeout=urllib3.Timeout(connect=_VERBIND_SECONDEN, read=_ANTWOORD_SECONDEN),
            ssl_context=ssl.create_default_context(cafile=str(ca) if ca is not None else None),
        )
        self._pool.pool_classes_by_scheme = _pools(regel)

    def stuur(self, abonnement: Abonnement, aflevering: Aflevering) -> Poging:
        """Send one event once, signed; never raises for what the other side does."""
        inhoud = json.dumps(cloudevent(aflevering.gebeurtenis), ensure_ascii=False, separators=(",", ":")).encode()
        try:
            self._regel.eis_url(abonnement.url)
            return _oordeel(self._post(abonnement, inhoud))
        except AdresVerboden as fout:
            return Poging(Uitslag.WEG, str(fout))
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as fout:
            return Poging(Uitslag.WEG, _reden(fout))

    def sluit(self) -> None:
        """Give the connections back."""
        self._pool.clear()

    def _post(self, abonnement: Abonnement, inhoud: bytes) -> int:
        tijdstip = str(int(self._tijd()))
        koppen = {
            "Content-Type": "application/cloudevents+json; charset=utf-8",
            "User-Agent": "oso-gateway",
            "Webhook-Timestamp": tijdstip,
            "Webhook-Signature": f"v1={handtekening(abonnement.geheim, tijdstip, inhoud)}",
        }
        with _Wekker():
            antwoord = self._pool.request(
                "POST", abonnement.url, body=inhoud, headers=koppen, redirect=False, preload_content=False
            )
            try:
                return _lees_uit(antwoord)
            finally:
                antwoord.release_conn()


def handtekening(geheim: str, tijdstip: str, inhoud: bytes) -> str:
    """The signature in hex, as receivers must compute it too."""
    return hmac.new(geheim.encode(), tijdstip.encode() + b"." + inhoud, hashlib.sha256).hexdigest()


def _lees_uit(antwoord: urllib3.BaseHTTPResponse) -> int:
    """Read a small body so that the connection can be used again; leave a large one and its connection."""
    if len(antwoord.read(_MAX_ANTWOORD + 1, decode_content=False)) > _MAX_ANTWOORD:
        antwoord.close()
    return antwoord.status


def _oordeel(status: int) -> Poging:
    if 200 <= status < 300:
        return Poging(Uitslag.GELUKT)
    if 300 <= status < 400:
        return Poging(Uitslag.WEG, f"antwoord {status}: doorverwijzen wordt niet gevolgd")
    if status == 500:
        return Poging(Uitslag.STUK, "antwoord 500")
    soort = Uitslag.AFGEWEZEN if 400 <= status < 500 and status not in _WEG else Uitslag.WEG
    return Poging(soort, f"antwoord {status}")


def _reden(fout: BaseException) -> str:
    """A phrase by the kind of error alone: its text may repeat what the other side sent."""
    keten: list[BaseException] = []
    volgende: BaseException | None = fout
    while volgende is not None and volgende not in keten:
        keten.append(volgende)
        volgende = volgende.__cause__ or volgende.__context__
    for los in keten:
        if isinstance(los, AdresVerboden):
            return str(los)
        if isinstance(los, ssl.SSLError):
            return "de TLS-verbinding is niet te vertrouwen"
        if isinstance(los, gaierror):
            return "de naam van de host is niet te vinden"
    if any(isinstance(los, (TimeoutError, urllib3.exceptions.TimeoutError)) for los in keten):
        return "geen antwoord binnen de tijd"
    return "geen verbinding"


class _Wekker:
    """Ends an exchange that takes too long as a whole: time-outs of a socket count from its last octet."""

    def __init__(self) -> None:
        self._deur: socket | None = None
        self._afgegaan = threading.Event()
        self._wekker = threading.Timer(_GEHEEL_SECONDEN, self._kap_af)
        self._wekker.daemon = True

    def __enter__(self) -> _Wekker:
        _bezig.wekker = self
        self._wekker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._wekker.cancel()
        if self._afgegaan.is_set():
            raise TimeoutError  # headers that were cut off read as whole ones

    def bewaak(self, deur: socket | None) -> None:
        """Watch this connection from now on."""
        self._deur = deur

    def _kap_af(self) -> None:
        self._afgegaan.set()
        if self._deur is not None:
            with suppress(OSError):
                self._deur.shutdown(SHUT_RDWR)


_bezig = threading.local()
"""The exchange that this thread is in: its connection is chosen, or made, deep inside urllib3."""


def _pools(regel: Adresregel) -> dict[str, type[HTTPConnectionPool]]:
    class _Http(HTTPConnection):
        def _new_conn(self) -> socket:
            return _verbind(self, regel)

        def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as urllib3 itself declares it
            _bezig.wekker.bewaak(self.sock)
            return super().getresponse()

    class _Https(HTTPSConnection):
        def _new_conn(self) -> socket:
            return _verbind(self, regel)

        def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as urllib3 itself declares it
            _bezig.wekker.bewaak(self.sock)
            return super().getresponse()

    class _HttpPool(HTTPConnectionPool):
        ConnectionCls = _Http

    class _HttpsPool(HTTPSConnectionPool):
        ConnectionCls = _Https

    return {"http": _HttpPool, "https": _HttpsPool}


def _verbind(verbinding: HTTPConnection, regel: Adresregel) -> socket:
    return regel.verbind(verbinding.host, int(verbinding.port or 443), _VERBIND_SECONDEN)
