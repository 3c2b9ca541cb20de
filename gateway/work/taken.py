"""The workflows: bulk klaarzetten, webhooks of one subscription, tidying. Each gets the id of a row, or an hour.

What a step did stands in our own tables before it returns; a step that runs again after a crash finds the rest. A
workflow that ends while there is more to do (the service stops, its time is over) is followed by another one.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import tenacity
from dbos import DBOS

from gateway.domain.aflevering import Aflevering, Poging, Uitslag
from gateway.domain.bewaren import Bewaartermijnen
from gateway.domain.toegang import Abonnement
from gateway.observability import log_gebeurtenis
from gateway.ports import OpslagNietBeschikbaar, Webhookbode, Wereld
from gateway.usecases import ophaling_inzien
from gateway.usecases import opruimen as opruiming
from gateway.usecases import webhooks as bezorging
from gateway.usecases.doelsysteem import Doelsysteem
from gateway.usecases.klaarzetten import verwerk_deel
from gateway.usecases.ophalen import verwerk
from gateway.work import naar_buiten
from gateway.work.afloop import Afloop
from gateway.work.naar_buiten import Buitenwerk

T = TypeVar("T")

_STAP_SECONDEN = 2.0
"""Work of one step of DBOS, which costs a commit of its own."""
_BEURT_SECONDEN = 30.0
"""A workflow gives way after this, so that a slow subscriber does not hold a thread for good."""
_SNELLE_POGINGEN = 3


@dataclass(frozen=True, slots=True)
class Gereedschap:
    """What the workflows of this process work with. `klaar` is told what ended, and how."""

    wereld: Wereld
    bode: Webhookbode
    termijnen: Bewaartermijnen
    proces_id: str
    klaar: Callable[[str, Afloop], None]
    stoppen: threading.Event = field(default_factory=threading.Event)
    doelsysteem: Doelsysteem | None = None
    buitenwerk: Buitenwerk | None = None


_gereedschap: Gereedschap | None = None


def stel_in(gereedschap: Gereedschap | None) -> None:
    """Give the workflows their tools: DBOS knows functions of a module only, and one set of them a process."""
    global _gereedschap
    _gereedschap = gereedschap


def _met() -> Gereedschap:
    if _gereedschap is None:
        raise RuntimeError("side work was not started in this process")
    return _gereedschap


def _aan_het_eind(sleutel: str, doe: Callable[[], Afloop]) -> None:
    """Run a workflow; one that fails is logged, and started anew later: its rows say what is undone."""
    afloop = Afloop.MISLUKT
    try:
        afloop = doe()
    except Exception as fout:  # noqa: BLE001 - whatever a task raises must not look to DBOS like its own trouble
        log_gebeurtenis("werk-mislukt", werk=sleutel.partition(":")[0], soort=type(fout).__name__)
    finally:
        _met().klaar(sleutel, afloop)


def _volhardend(doe: Callable[[], T]) -> T:
    """Do something once the store answers; gives up when the service stops."""
    stoppen = _met().stoppen
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(OpslagNietBeschikbaar),
        wait=tenacity.wait_exponential(multiplier=0.2, max=5) + tenacity.wait_random(0, 0.2),
        stop=tenacity.stop_when_event_set(stoppen),
        sleep=tenacity.sleep_using_event(stoppen),
        reraise=True,
    )(doe)


# ------------------------------------------------------------------------------------------------------- klaarzetten


@DBOS.workflow()
def klaarzetten(opdracht_id: str) -> None:
    """Work through the open rows of one order."""

    def doe() -> Afloop:
        totaal = 0
        while not _met().stoppen.is_set() and (aantal := klaarzet_stap(opdracht_id)):
            totaal += aantal
        if totaal and not _met().stoppen.is_set():
            log_gebeurtenis("klaarzetten-klaar", opdrachtId=opdracht_id, aantal=totaal)
        return Afloop.GEDAAN

    _aan_het_eind(f"klaarzetten:{opdracht_id}", doe)


@DBOS.step()
def klaarzet_stap(opdracht_id: str) -> int:
    """Work for a moment; gives the number of rows done, 0 when none are left."""
    einde, gedaan = time.monotonic() + _STAP_SECONDEN, 0
    while not _met().stoppen.is_set() and time.monotonic() < einde:
        deel = _volhardend(lambda: verwerk_deel(_met().wereld, opdracht_id, _log_fout))
        if deel == 0:
            break
        gedaan += deel
    return gedaan


def _log_fout(fout: BaseException) -> None:
    log_gebeurtenis("werk-mislukt", werk="klaarzetten-leerling", soort=type(fout).__name__)


# ---------------------------------------------------------------------------------------------------------- webhooks


@DBOS.workflow()
def webhooks(abonnement: str) -> None:
    """Make rows for new events of one subscription and send what may be sent, one process at a time."""
    _aan_het_eind(f"webhooks:{abonnement}", lambda: Afloop.GEDAAN if webhook_stap(abonnement) else Afloop.BEZET)


@DBOS.step()
def webhook_stap(abonnement: str) -> bool:
    """Hold the slot of the subscription for a turn and send until nothing may be sent now; False: another has it."""
    met, slot, beurt = _met(), f"webhooks:{abonnement}", uuid.uuid4().hex
    with met.wereld.opslag.werk() as werk:
        if not werk.werkverdeling.pak(slot, met.proces_id, beurt):
            return False
    try:
        _bezorg(met, abonnement)
        return True
    finally:
        _volhardend(lambda: _laat(met.wereld, slot, beurt))


def _laat(wereld: Wereld, slot: str, beurt: str) -> None:
    with wereld.opslag.werk() as werk:
        werk.werkverdeling.laat(slot, beurt)


def _bezorg(met: Gereedschap, abonnement: str) -> None:
    einde = time.monotonic() + _BEURT_SECONDEN
    bezorging.vul_aan(met.wereld, abonnement)
    while not met.stoppen.is_set() and time.monotonic() < einde:
        gedaan = bezorging.verstuur(met.wereld, _met_geduld, abonnement, random.random)
        for een in gedaan:
            _log(een)
        if not gedaan or gedaan[-1].poging.uitslag is Uitslag.WEG:
            return


def _met_geduld(abonnement: Abonnement, aflevering: Aflevering) -> Poging:
    """Try a few times in quick succession: most trouble of a network is over in a moment."""
    met = _met()
    pogingen = _SNELLE_POGINGEN if aflevering.pogingen == 0 else 1
    return tenacity.Retrying(
        retry=tenacity.retry_if_result(lambda poging: poging.uitslag is Uitslag.WEG),
        wait=tenacity.wait_exponential(multiplier=0.1, max=1) + tenacity.wait_random(0, 0.1),
        stop=tenacity.stop_any(tenacity.stop_after_attempt(pogingen), tenacity.stop_when_event_set(met.stoppen)),
        sleep=tenacity.sleep_using_event(met.stoppen),
        retry_error_callback=_laatste,
    )(met.bode.stuur, abonnement, aflevering)


def _laatste(stand: tenacity.RetryCallState) -> Any:
    if stand.outcome is None:
        raise AssertionError("there was an attempt")
    return stand.outcome.result()


def _log(een: bezorging.Verzonden) -> None:
    velden: dict[str, Any] = {"abonnement": een.aflevering.abonnement, "gebeurtenisId": een.aflevering.gebeurtenis.id}
    if een.poging.uitslag is Uitslag.GELUKT:
        log_gebeurtenis("webhook-afgeleverd", **velden)
    else:
        log_gebeurtenis("webhook-mislukt", **velden, reden=een.poging.reden, poging=een.aflevering.pogingen + 1)


# ----------------------------------------------------------------------------------------------------------- ophalen


@DBOS.workflow()
def ophalen(ophaling_id: str) -> None:
    """Bring one fetch as far as it will go now, one process at a time."""
    _aan_het_eind(f"ophalen:{ophaling_id}", lambda: Afloop.GEDAAN if ophaal_stap(ophaling_id) else Afloop.BEZET)


@DBOS.step()
def ophaal_stap(ophaling_id: str) -> bool:
    """Hold the slot of the fetch and take its steps; each is stored by itself. False: another process is at it."""
    met, slot, beurt = _met(), f"ophalen:{ophaling_id}", uuid.uuid4().hex
    doel = met.doelsysteem
    if doel is None:
        return False
    with met.wereld.opslag.werk() as werk:
        if not werk.werkverdeling.pak(slot, met.proces_id, beurt):
            return False
    try:
        straks = _volhardend(lambda: verwerk(doel, ophaling_id, met.stoppen.is_set))
    finally:
        _volhardend(lambda: _laat(met.wereld, slot, beurt))
    if straks is None:
        ophaling = ophaling_inzien.een(met.wereld, ophaling_id).ophaling
        resultaat = ophaling.resultaat.value if ophaling.resultaat is not None else ophaling.code
        log_gebeurtenis("ophaling-klaar", ophalingId=ophaling_id, status=ophaling.status, resultaat=resultaat)
    return True


# --------------------------------------------------------------------------------------------------------- calls out


@DBOS.workflow()
def notificaties(_rij: str) -> None:
    """Notify those who wait for a dossier, one process at a time."""
    _aan_het_eind("notificaties:alle", lambda: Afloop.GEDAAN if notificatie_stap() else Afloop.BEZET)


@DBOS.step()
def notificatie_stap() -> bool:
    """Hold the slot for a turn; every step of a notification is stored by itself. False: another process is at it."""

    def doe(met: Gereedschap, buitenwerk: Buitenwerk) -> None:
        _volhardend(lambda: naar_buiten.notificeer(met.wereld, buitenwerk.notificeerder, met.stoppen.is_set))

    return _met_slot("notificaties", doe)


@DBOS.workflow()
def nalopen(_rij: str) -> None:
    """Look whether our points are still on at the Traffic Center, one process at a time."""
    _aan_het_eind("nalopen:alle", lambda: Afloop.GEDAAN if nalopen_stap() else Afloop.BEZET)


@DBOS.step()
def nalopen_stap() -> bool:
    """Hold the slot and look at each BRIN whose pause is over. False: another process is at it."""

    def doe(met: Gereedschap, buitenwerk: Buitenwerk) -> None:
        naar_buiten.loop_na(met.wereld, buitenwerk.overzicht_elke, met.stoppen.is_set)

    return _met_slot("nalopen", doe)


def _met_slot(slot: str, doe: Callable[[Gereedschap, Buitenwerk], None]) -> bool:
    met, beurt = _met(), uuid.uuid4().hex
    if met.buitenwerk is None:
        return False
    with met.wereld.opslag.werk() as werk:
        if not werk.werkverdeling.pak(slot, met.proces_id, beurt):
            return False
    try:
        doe(met, met.buitenwerk)
        return True
    finally:
        _volhardend(lambda: _laat(met.wereld, slot, beurt))


# ---------------------------------------------------------------------------------------------------------- tidying


@DBOS.workflow()
def opruimen(uur: str) -> None:
    """Remove what is past its term; once an hour for all processes together, by its id."""

    def doe() -> Afloop:
        opruim_stap(uur)
        return Afloop.GEDAAN

    _aan_het_eind(f"opruimen:{uur}", doe)


@DBOS.step()
def opruim_stap(uur: str) -> None:
    """Tidy as of now; `uur` only names the turn."""
    met = _met()
    gedaan = opruiming.ruim_op(met.wereld, met.termijnen, stop=met.stoppen.is_set)
    for soort, aantal in gedaan.aantallen.items():
        if aantal:
            log_gebeurtenis("opgeruimd", soort=soort, aantal=aantal)


def uur_van(nu: datetime) -> str:
    """Name the hour."""
    return f"{nu:%Y-%m-%dT%H}"
