"""A stream of documentRequests at a steady pace, by several lines at once; each line asks again as soon as it may."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from tests.hulp.soapklant import SoapKlant, document, envelop, http_verzoek, lees_antwoord


class Stroom:
    """`tempo` requests a second over `lijnen` connections that stay open; a line never has more than one under way.

    It flows within `vloed()` only; `gehaald` is how many were answered a second in the last one.
    """

    def __init__(self, las: SoapKlant, vragen: Sequence[tuple[str, str]], tempo: float, lijnen: int) -> None:
        """`vragen` are sessions with the PGN each is about; every line takes them in turn."""
        self.lijnen = lijnen
        self.antwoorden: list[tuple[datetime, str]] = []
        self.gehaald = 0.0
        self._las = las
        self._verzoeken = [http_verzoek(envelop(document(sessie, pgn))) for sessie, pgn in vragen]
        self._elke = lijnen / tempo
        self._stoppen = threading.Event()
        self._vloeit = threading.Event()
        self._gesteld = [0] * lijnen
        self._beantwoord = [0] * lijnen
        self._fouten: list[BaseException] = []
        self._draden = [threading.Thread(target=self._werk, args=(nr,), daemon=True) for nr in range(lijnen)]

    @property
    def aantal(self) -> int:
        """Requests that were answered."""
        return sum(self._beantwoord)

    @property
    def geteld(self) -> Counter[str]:
        """How often each result was given."""
        return Counter(resultaat for _, resultaat in list(self.antwoorden))

    @contextmanager
    def vloed(self) -> Iterator[None]:
        """Flow during the block; then wait for what is under way."""
        begin, voor = time.monotonic(), self.aantal
        self._vloeit.set()
        try:
            yield
        finally:
            self._vloeit.clear()
        self.gehaald = (self.aantal - voor) / (time.monotonic() - begin)
        self.wat_nu_loopt_is_klaar()

    def wat_nu_loopt_is_klaar(self, termijn: float = 600.0) -> None:
        """Wait until every request that is under way now has been answered."""
        gesteld = list(self._gesteld)
        self._wacht(lambda: all(b >= g for b, g in zip(self._beantwoord, gesteld, strict=True)), termijn)

    def nog(self, aantal: int, termijn: float = 600.0) -> None:
        """Wait until so many more were answered."""
        tot = self.aantal + aantal
        self._wacht(lambda: self.aantal >= tot, termijn)

    def _wacht(self, klaar: Callable[[], bool], termijn: float) -> None:
        einde = time.monotonic() + termijn
        while not klaar():
            self.controleer()
            assert time.monotonic() < einde, f"after {termijn} s: {self._gesteld} {self._beantwoord}"
            time.sleep(0.02)

    def controleer(self) -> None:
        """Fail when a line broke."""
        assert not self._fouten, self._fouten

    def _werk(self, nr: int) -> None:
        try:
            with self._las.lijn() as lijn:
                volgende = time.monotonic() + self._elke * nr / self.lijnen
                while not self._stoppen.wait(max(0.0, volgende - time.monotonic())):
                    if not self._vloeit.is_set():
                        self._vloeit.wait()
                        volgende = time.monotonic() + self._elke * nr / self.lijnen
                        continue
                    volgende = max(volgende + self._elke, time.monotonic() - 1)  # what is late is caught up, a little
                    self._gesteld[nr] += 1
                    lijn.sendall(self._verzoeken[(nr + self._gesteld[nr]) % len(self._verzoeken)])
                    resultaat = lees_antwoord(lijn).resultaat
                    self.antwoorden.append((datetime.now(UTC), resultaat))
                    self._beantwoord[nr] += 1
        except BaseException as fout:  # noqa: BLE001 - the test must hear of it, whatever it is
            self._fouten.append(fout)

    def start(self) -> None:
        """Open the lines."""
        for draad in self._draden:
            draad.start()

    def stop(self) -> None:
        """End, each line after its answer."""
        self._stoppen.set()
        self._vloeit.set()
        for draad in self._draden:
            draad.join(30)


@contextmanager
def stroom(las: SoapKlant, vragen: Sequence[tuple[str, str]], tempo: float, lijnen: int) -> Iterator[Stroom]:
    """Have a stream ready to flow; it must have ended whole."""
    lopend = Stroom(las, vragen, tempo, lijnen)
    lopend.start()
    try:
        yield lopend
    finally:
        lopend.stop()
    lopend.controleer()
