"""Look at fetches, and take the dossier that came: only one that our own validation took is handed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from gateway.domain.fouten import Onbekend
from gateway.domain.logboek import AuditRegel, Opdrachtgever
from gateway.domain.ophaling import OpgehaaldDocument, Ophaling
from gateway.domain.resultaat import Resultaat
from gateway.ports import OphalingFilter, Wereld, Werk

DE_OPHALING = "De ophaling"


@dataclass(frozen=True, slots=True)
class Ophalingbeeld:
    """A fetch with what we found about the best answer; `oordeel` has no octets."""

    ophaling: Ophaling
    oordeel: OpgehaaldDocument | None = None


class Waarom(Enum):
    """Why there is no dossier to give."""

    NIET_GEREED = "niet gereed"
    AFGEKEURD = "afgekeurd"
    NIETS_NIEUWERS = "niets nieuwers"
    GEEN_DOSSIER = "geen dossier"
    VERWIJDERD = "verwijderd"


def een(wereld: Wereld, ophaling_id: str) -> Ophalingbeeld:
    """Find one. Raises `Onbekend`."""
    with wereld.opslag.lezen() as werk:
        return _beeld(werk, _eis(werk, ophaling_id))


def lijst(wereld: Wereld, filter_: OphalingFilter, na: int, aantal: int) -> tuple[Sequence[Ophalingbeeld], int | None]:
    """One page, oldest first, and the cursor of the next or None; findings are shown one by one."""
    with wereld.opslag.lezen() as werk:
        rijen, volgende = werk.ophalingen.lijst(filter_, na, aantal)
    return [Ophalingbeeld(rij) for rij in rijen], volgende


def van_lijst(wereld: Wereld, lijst_id: str) -> Sequence[Ophaling]:
    """All fetches of a list, in the order of asking. Raises `Onbekend`."""
    alle: list[Ophaling] = []
    na: int | None = 0
    with wereld.opslag.lezen() as werk:
        while na is not None:
            rijen, na = werk.ophalingen.lijst(OphalingFilter(lijst=lijst_id), na, 500)
            alle += rijen
    if not alle:
        raise Onbekend("De lijst")
    return alle


def dossier(wereld: Wereld, ophaling_id: str, opdrachtgever: Opdrachtgever) -> tuple[Ophaling, bytes | Waarom]:
    """The canonical octets of a dossier that was taken, or why there is none; audited either way. Raises `Onbekend`."""
    with wereld.opslag.werk() as werk:
        ophaling = _eis(werk, ophaling_id)
        gevonden = _octets(werk, ophaling)
        werk.logboek.audit(
            AuditRegel(
                wereld.klok.nu(),
                "ophaling-inzien",
                gevonden.value if isinstance(gevonden, Waarom) else "gegeven",
                opdrachtgever=opdrachtgever,
                over=werk.ophalingen.pgn(ophaling_id),
                bijzonderheden={"ophaling": ophaling_id},
            )
        )
    return ophaling, gevonden


def _octets(werk: Werk, ophaling: Ophaling) -> bytes | Waarom:
    if not ophaling.klaar:
        return Waarom.NIET_GEREED
    if ophaling.resultaat is Resultaat.AFGEKEURD:
        return Waarom.AFGEKEURD
    if ophaling.resultaat is Resultaat.NIETS_NIEUWS:
        return Waarom.NIETS_NIEUWERS
    if not ophaling.geslaagd or ophaling.beste is None:
        return Waarom.GEEN_DOSSIER
    document = werk.ophalingen.document(ophaling.id, ophaling.beste)
    return document.octets if document is not None and document.octets is not None else Waarom.VERWIJDERD


def _eis(werk: Werk, ophaling_id: str) -> Ophaling:
    ophaling = werk.ophalingen.ophaling(ophaling_id)
    if ophaling is None:
        raise Onbekend(DE_OPHALING)
    return ophaling


def _beeld(werk: Werk, ophaling: Ophaling) -> Ophalingbeeld:
    beste = ophaling.beste if ophaling.klaar else None
    return Ophalingbeeld(ophaling, werk.ophalingen.oordeel(ophaling.id, beste) if beste is not None else None)


def inspecteer(wereld: Wereld, ophaling_id: str, reden: str, opdrachtgever: Opdrachtgever) -> OpgehaaldDocument:
    """What came in, octet for octet, also when it was refused: for who must find out why; audited with the reason.

    Raises `Onbekend`, also when nothing came in or it is no longer kept.
    """
    with wereld.opslag.werk() as werk:
        ophaling = _eis(werk, ophaling_id)
        document = werk.ophalingen.document(ophaling_id, ophaling.beste) if ophaling.beste is not None else None
        if document is None:
            raise Onbekend("Een ontvangen dossier bij deze ophaling")
        werk.logboek.audit(
            AuditRegel(
                wereld.klok.nu(),
                "ophaling-inspecteren",
                "gegeven",
                opdrachtgever=opdrachtgever,
                over=werk.ophalingen.pgn(ophaling_id),
                bijzonderheden={"ophaling": ophaling_id, "reden": reden},
            )
        )
    return document
