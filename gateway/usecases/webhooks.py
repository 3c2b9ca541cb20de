"""Webhooks: make a row for every event a subscription wants, send in order, look at what waits, begin anew or discard.

Source: `architecture.md` idea 5; `interfaces.md`, `/abonnementen`. A subscriber gets every event at least once, with
the same id however often; a crash between an answer and our record of it is a second delivery, never a lost one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.domain.aflevering import Aflevering, AfleveringStatus, Poging, Uitslag
from gateway.domain.fouten import Onbekend, Weigering
from gateway.domain.logboek import AuditRegel, Gegeven, Opdrachtgever
from gateway.domain.toegang import Abonnement
from gateway.domain.waarden import ElkNummer, OngeldigeWaarde
from gateway.ports import AfleveringFilter, Wereld, Werk

_AANVULLEN = 500
_PER_KEER = 20
"""Sent before what became of them is written: that many may come twice after a crash."""
MAX_REDEN = 200

Verstuur = Callable[[Abonnement, Aflevering], Poging]


@dataclass(frozen=True, slots=True)
class Verzonden:
    """One try that was made and written down."""

    aflevering: Aflevering
    poging: Poging


def te_doen(wereld: Wereld) -> Sequence[str]:
    """Names of subscriptions that have something to send now."""
    with wereld.opslag.lezen() as werk:
        return werk.afleveringen.te_doen(wereld.klok.nu())


def vul_aan(wereld: Wereld, naam: str) -> None:
    """Make the rows for the events that came since the last time."""
    while True:
        with wereld.opslag.werk() as werk:
            abonnement = werk.abonnementen.abonnement(naam)
            if abonnement is None or werk.afleveringen.vul_aan(abonnement, wereld.klok.nu(), _AANVULLEN) < _AANVULLEN:
                return


def verstuur(wereld: Wereld, verstuur_een: Verstuur, naam: str, spreiding: Callable[[], float]) -> Sequence[Verzonden]:
    """Send the next few of a subscription, in order, until one must wait; write down what became of them.

    `verstuur_een` makes one try, `spreiding` gives a number from 0 to 1. Nothing to send: an empty list.
    """
    with wereld.opslag.lezen() as werk:
        abonnement = werk.abonnementen.abonnement(naam)
        rijen = werk.afleveringen.eerstvolgende(naam, wereld.klok.nu(), _PER_KEER) if abonnement is not None else ()
    if abonnement is None or not rijen:
        return ()
    gedaan: list[Verzonden] = []
    for aflevering in rijen:
        poging = verstuur_een(abonnement, aflevering)
        gedaan.append(Verzonden(aflevering, poging))
        if poging.uitslag in (Uitslag.WEG, Uitslag.STUK):
            break
    nu = wereld.klok.nu()
    with wereld.opslag.werk() as werk:
        for een in gedaan:
            stand = werk.afleveringen.aflevering(een.aflevering.id, vergrendel=True)
            # Discarded or erased meanwhile: that stays.
            if stand is not None and stand.status is AfleveringStatus.WACHT:
                werk.afleveringen.bewaar(stand.na(een.poging, nu, spreiding()))
    return gedaan


def lijst(wereld: Wereld, filter_: AfleveringFilter, na: int, aantal: int) -> tuple[Sequence[Aflevering], int | None]:
    """One page of deliveries, oldest first."""
    with wereld.opslag.lezen() as werk:
        return werk.afleveringen.lijst(filter_, na, aantal)


def opnieuw(wereld: Wereld, aflevering_id: int, reden: str, opdrachtgever: Opdrachtgever) -> Aflevering:
    """Send one again, also one that was taken or given up. Raises `Onbekend`, `Weigering` `RedenOntbreekt`."""
    with wereld.opslag.werk() as werk:
        stand = _vind(werk, aflevering_id, reden)
        nieuw = stand.opnieuw(wereld.klok.nu())
        _leg_vast(wereld, werk, stand, nieuw, "aflevering-opnieuw", reden, opdrachtgever)
    return nieuw


def laat_vervallen(wereld: Wereld, aflevering_id: int, reden: str, opdrachtgever: Opdrachtgever) -> Aflevering:
    """Never send this one. Raises `Onbekend`, `Weigering` `RedenOntbreekt`, `AlAfgeleverd`."""
    with wereld.opslag.werk() as werk:
        stand = _vind(werk, aflevering_id, reden)
        if stand.status is AfleveringStatus.AFGELEVERD:
            raise Weigering(
                "AlAfgeleverd",
                "Deze aflevering is al aangekomen; zij kan niet meer vervallen.",
                "Kies een aflevering die nog wacht of is mislukt.",
            )
        nieuw = stand.vervallen(wereld.klok.nu())
        _leg_vast(wereld, werk, stand, nieuw, "aflevering-vervallen", reden, opdrachtgever)
    return nieuw


def _vind(werk: Werk, aflevering_id: int, reden: str) -> Aflevering:
    if not reden.strip() or len(reden) > MAX_REDEN:
        raise Weigering(
            "RedenOntbreekt",
            f"Er is een reden nodig van 1 tot {MAX_REDEN} tekens.",
            "Schrijf kort op waarom dit gebeurt; noem geen persoon.",
        )
    stand = werk.afleveringen.aflevering(aflevering_id, vergrendel=True)
    if stand is None:
        raise Onbekend("De aflevering")
    return stand


def _leg_vast(
    wereld: Wereld,
    werk: Werk,
    voor: Aflevering,
    na: Aflevering,
    operatie: str,
    reden: str,
    opdrachtgever: Opdrachtgever,
) -> None:
    werk.afleveringen.bewaar(na)
    bijzonderheden: dict[str, Gegeven] = {
        "aflevering": na.id,
        "abonnement": na.abonnement,
        "gebeurtenis": na.gebeurtenis.id,
        "van": voor.status.value,
        "reden": reden,
    }
    werk.logboek.audit(
        AuditRegel(
            wereld.klok.nu(),
            operatie,
            na.status.value,
            opdrachtgever=opdrachtgever,
            over=_leerling(na),
            bijzonderheden=bijzonderheden,
        )
    )


def _leerling(aflevering: Aflevering) -> ElkNummer | None:
    tekst = aflevering.gebeurtenis.gegevens.get("elkNummer")
    try:
        return ElkNummer(tekst) if isinstance(tekst, str) else None
    except OngeldigeWaarde:
        return None
