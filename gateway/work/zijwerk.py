"""Side work of one process: finds what is to be done, starts it durably, and takes over from processes that are gone.

One thread looks at the store: several times a second for events and webhooks, every second for bulk orders that are
not finished (of whatever process: more hands make light work), every few seconds for processes that are gone. It
starts workflows; the work itself is done in threads of DBOS.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gateway.domain.bewaren import Bewaartermijnen
from gateway.observability import log_gebeurtenis
from gateway.ports import OpslagNietBeschikbaar, Webhookbode, Wereld
from gateway.usecases import webhooks
from gateway.work.afloop import Afloop
from gateway.work.leven import HARTSLAG_SECONDEN, Wacht, dit_proces

if TYPE_CHECKING:
    from gateway.usecases.doelsysteem import Doelsysteem
    from gateway.work.motor import Motor
    from gateway.work.naar_buiten import Buitenwerk

_KIJK_SECONDEN = 0.2
_OPDRACHTEN_SECONDEN = 1.0
_OPHALINGEN_SECONDEN = 1.0
_OPHALINGEN_TEGELIJK = 6
"""Fetches at the same time: each may wait half a minute for a bron, and others need threads too."""
_OPRUIMEN_NA_SECONDEN = 60.0
_RUST_SECONDEN = 1.0
_OPNIEUW_SECONDEN = 5.0
_LANGSTE_RUST = 60.0


@dataclass(frozen=True, slots=True)
class _Beurt:
    """One task that runs, or that failed and rests until a moment of the monotonic clock."""

    nummer: int
    rust_tot: float | None = None


class DuurzaamZijwerk:
    """The port `Zijwerk` on DBOS. `start` returns at once; `stop` lets work under way come to a resting place."""

    def __init__(
        self,
        wereld: Wereld,
        bode: Webhookbode,
        url: str,
        termijnen: Bewaartermijnen | None = None,
        doelsysteem: Doelsysteem | None = None,
        buitenwerk: Buitenwerk | None = None,
    ) -> None:
        """`url` is that of the database of DBOS.

        Without `doelsysteem` no dossier is fetched by this process, without `buitenwerk` nobody is notified by it.
        """
        self._wereld = wereld
        self._bode = bode
        self._url = url
        self._termijnen = termijnen or Bewaartermijnen()
        self._proces = dit_proces()
        self._wacht = Wacht(self._proces)
        self._doelsysteem = doelsysteem
        self._buitenwerk = buitenwerk
        self._rij: queue.SimpleQueue[tuple[str, str] | None] = queue.SimpleQueue()
        self._stoppen = threading.Event()
        self._slot = threading.Condition()
        self._beurten: dict[str, _Beurt] = {}
        self._nummer = 0
        self._rondes = [
            _Ronde(_KIJK_SECONDEN, self._webhooks),
            _Ronde(_OPDRACHTEN_SECONDEN, self._opdrachten),
            _Ronde(_OPHALINGEN_SECONDEN, self._ophalingen),
            _Ronde(HARTSLAG_SECONDEN, self._leven),
            _Ronde(_OPRUIMEN_NA_SECONDEN, self._opruimen, eerst=_OPRUIMEN_NA_SECONDEN),
        ]
        if buitenwerk is not None:
            self._rondes.append(_Ronde(buitenwerk.notificeer_elke, self._notificaties))
            self._rondes.append(_Ronde(buitenwerk.kijk_elke, self._nalopen))
        self._motor: Motor | None = None
        self._draad = threading.Thread(target=self._werk, name="zijwerk", daemon=True)

    @property
    def proces_id(self) -> str:
        """Name of this process in the store and at DBOS."""
        return self._proces.id

    def start(self) -> None:
        """Begin, in the background."""
        self._draad.start()

    def klaarzetten(self, opdracht_id: str) -> None:
        """Begin at a bulk order at once; without this call it would be found a moment later."""
        self._rij.put(("klaarzetten", opdracht_id))

    def ophalen(self, ophaling_id: str) -> None:
        """Begin at a fetch at once; as above."""
        self._rij.put(("ophalen", ophaling_id))

    def stop(self, binnen: float = 8.0) -> None:
        """Let every task end at its next resting place; what is left is taken up at the next start, or by another."""
        einde = time.monotonic() + binnen
        self._stoppen.set()
        self._rij.put(None)
        if self._draad.is_alive():
            self._draad.join(binnen)
        with self._slot:
            self._slot.wait_for(lambda: not self._lopend(), max(0.0, einde - time.monotonic()))
            klaar = not self._lopend()
        if self._motor is not None:
            self._motor.stop()
        if klaar:
            self._meld_af()

    def _lopend(self) -> list[str]:
        return [sleutel for sleutel, beurt in self._beurten.items() if beurt.rust_tot is None]

    def _meld_af(self) -> None:
        """Leave the list; when that fails the others find out by themselves."""
        try:
            with self._wereld.opslag.werk() as werk:
                werk.werkverdeling.verwijder(self._proces.id)
        except OpslagNietBeschikbaar:
            log_gebeurtenis("werk-mislukt", werk="zijwerk", soort="afmelden")

    # ----------------------------------------------------------------------------------------------------- the thread

    def _werk(self) -> None:
        if not self._op_gang():
            return
        while not self._stoppen.is_set():
            try:
                self._rondje()
            except OpslagNietBeschikbaar as fout:
                log_gebeurtenis("opslag-niet-beschikbaar", reden=type(fout).__name__)
                self._stoppen.wait(_RUST_SECONDEN)
            except Exception as fout:  # noqa: BLE001 - whatever happens, side work must go on
                log_gebeurtenis("werk-mislukt", werk="zijwerk", soort=type(fout).__name__)
                self._stoppen.wait(_RUST_SECONDEN)

    def _op_gang(self) -> bool:
        """Launch, as often as it takes: the database may come later than we do."""
        while not self._stoppen.is_set():
            begin = time.perf_counter()
            try:
                self._launch()
            except Exception as fout:  # noqa: BLE001 - the service answers without side work; it is tried again
                log_gebeurtenis("werk-mislukt", werk="zijwerk-starten", soort=type(fout).__name__)
                self._stoppen.wait(_OPNIEUW_SECONDEN)
            else:
                duur = round((time.perf_counter() - begin) * 1000)
                log_gebeurtenis("zijwerk-gestart", proces=self._proces.id, duurMs=duur)
                return True
        return False

    def _launch(self) -> None:
        from gateway.work import taken  # DBOS takes a third of a second to load
        from gateway.work.motor import Motor

        with self._wereld.opslag.werk() as werk:
            werk.werkverdeling.meld(self._proces)  # before any workflow of ours: nobody takes over from a stranger
        taken.stel_in(
            taken.Gereedschap(
                self._wereld,
                self._bode,
                self._termijnen,
                self._proces.id,
                self._klaar,
                stoppen=self._stoppen,
                doelsysteem=self._doelsysteem,
                buitenwerk=self._buitenwerk,
            )
        )
        motor = Motor(self._url, self._proces.id)
        motor.start()
        self._motor = motor

    def _rondje(self) -> None:
        try:
            opdracht = self._rij.get(timeout=_KIJK_SECONDEN)
        except queue.Empty:
            opdracht = None
        if self._stoppen.is_set():
            return
        if opdracht is not None:
            soort, rij = opdracht
            if soort == "ophalen":
                self._ophalingen()  # with all others that wait: after an end there is room for the next
            else:
                self._begin(soort, rij)
        nu = time.monotonic()
        for ronde in self._rondes:
            ronde.loop(nu)

    # ---------------------------------------------------------------------------------------------- what is to be done

    def _webhooks(self) -> None:
        for naam in webhooks.te_doen(self._wereld):
            self._begin("webhooks", naam)

    def _opdrachten(self) -> None:
        with self._wereld.opslag.lezen() as werk:
            onafgemaakt: Sequence[str] = werk.klaarzettingen.onafgemaakt()
        for opdracht_id in onafgemaakt:
            self._begin("klaarzetten", opdracht_id)

    def _ophalingen(self) -> None:
        if self._doelsysteem is None:
            return
        with self._slot:
            lopend = sum(sleutel.startswith("ophalen:") for sleutel in self._lopend())
        ruimte = _OPHALINGEN_TEGELIJK - lopend
        if ruimte <= 0:
            return
        with self._wereld.opslag.lezen() as werk:
            te_doen = werk.ophalingen.te_doen(self._wereld.klok.nu(), ruimte + len(self._beurten))
        for ophaling_id in te_doen:
            if ruimte > 0 and self._begin("ophalen", ophaling_id):
                ruimte -= 1

    def _notificaties(self) -> None:
        from gateway.work.naar_buiten import is_er_iets

        if self._buitenwerk is not None and is_er_iets(self._wereld, self._buitenwerk.notificeerder):
            self._begin("notificaties", "alle")

    def _nalopen(self) -> None:
        self._begin("nalopen", "alle")

    def _leven(self) -> None:
        self._proces = replace(self._proces, hartslag=self._proces.hartslag + 1)
        with self._wereld.opslag.werk() as werk:
            werk.werkverdeling.meld(self._proces)
            processen = werk.werkverdeling.processen()
        for proces in self._wacht.weg(processen):
            if self._motor is not None:
                self._motor.neem_over(proces.id)  # first this: when we die in between, someone does it again
            with self._wereld.opslag.werk() as werk:
                eerste = werk.werkverdeling.verwijder(proces.id)
            if eerste:
                log_gebeurtenis("zijwerk-overgenomen", proces=proces.id)

    def _opruimen(self) -> None:
        from gateway.work.taken import opruimen, uur_van

        if self._motor is not None:
            uur = uur_van(self._wereld.klok.nu())
            self._motor.begin(opruimen, f"opruimen:{uur}", uur)
            self._motor.vergeet_oude()

    # ---------------------------------------------------------------------------------------------------------- turns

    def _begin(self, soort: str, rij: str) -> bool:
        """Start a task for a row, unless it runs here, or failed a moment ago; tells whether it was started."""
        from gateway.work import taken

        sleutel = f"{soort}:{rij}"
        with self._slot:
            vorige = self._beurten.get(sleutel)
            if vorige is not None and (vorige.rust_tot is None or vorige.rust_tot > time.monotonic()):
                return False
            self._nummer += 1
            self._beurten[sleutel] = _Beurt(vorige.nummer + 1 if vorige is not None else 1)
        try:
            if self._motor is not None:
                # Of this process and this turn: an id that has ended would never run again.
                workflow: Callable[..., Any] = getattr(taken, soort)
                self._motor.begin(workflow, f"{sleutel}:{self._proces.id}:{self._nummer}", rij)
        except BaseException:
            self._klaar(sleutel, Afloop.MISLUKT)
            raise
        return True

    def _klaar(self, sleutel: str, afloop: Afloop) -> None:
        """A task ended; one that another process is at rests a moment, one that failed rests longer each time."""
        with self._slot:
            beurt = self._beurten.get(sleutel, _Beurt(1))
            if afloop is Afloop.GEDAAN:
                self._beurten.pop(sleutel, None)
            else:
                lang = min(_LANGSTE_RUST, 2.0 ** min(beurt.nummer, 10))
                rust = _RUST_SECONDEN if afloop is Afloop.BEZET else lang
                self._beurten[sleutel] = replace(beurt, rust_tot=time.monotonic() + rust)
            self._slot.notify_all()
        if sleutel.startswith("ophalen:") and not self._stoppen.is_set():
            self._rij.put(("ophalen", ""))  # there is room for the next


class _Ronde:
    """Something that is done every so many seconds."""

    def __init__(self, elke: float, doe: Callable[[], None], eerst: float = 0.0) -> None:
        self._elke = elke
        self._doe = doe
        self._volgende = time.monotonic() + eerst

    def loop(self, nu: float) -> None:
        """Do it when it is time."""
        if nu >= self._volgende:
            self._volgende = nu + self._elke
            self._doe()
