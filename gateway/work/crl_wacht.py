"""Keeps revocation lists fresh and says from the first minute when one is missing or stale."""

from __future__ import annotations

import threading

from gateway.observability import log_gebeurtenis
from gateway.trust.keuring import Certificaatkeuring

_ELKE = 60.0


class CrlWacht:
    """One thread: fetches lists of web sources at start and every minute, and logs every alarm."""

    def __init__(self, keuring: Certificaatkeuring, elke: float = _ELKE) -> None:
        self._keuring = keuring
        self._elke = elke
        self._stoppen = threading.Event()
        self._draad = threading.Thread(target=self._werk, name="crl-wacht", daemon=True)

    def start(self) -> None:
        """Begin; the first fetch is made at once, in the background."""
        self._draad.start()

    def stop(self) -> None:
        """End; a fetch under way is not waited for."""
        self._stoppen.set()

    def _werk(self) -> None:
        while not self._stoppen.is_set():
            try:
                self._keuring.haal_crls_op()
                for alarm in self._keuring.alarmen():
                    log_gebeurtenis("crl-alarm", reden=alarm.melding)
            except Exception as fout:  # noqa: BLE001 - the watch must outlive whatever a source does
                log_gebeurtenis("werk-mislukt", werk="crl-wacht", soort=type(fout).__name__)
            self._stoppen.wait(self._elke)
