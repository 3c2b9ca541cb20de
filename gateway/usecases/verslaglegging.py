"""What every use case leaves behind: events when a dot turns, history, audit. Always in the transaction of the deed."""

from __future__ import annotations

import uuid
from datetime import datetime

from gateway.domain.dossier import Dossier, Status
from gateway.domain.logboek import Gebeurtenis, GebeurtenisType, Gegeven, HistorieRegel
from gateway.domain.toestanden import DOSSIER
from gateway.domain.waarden import ElkNummer, Vestiging
from gateway.ports import Werk


def _nieuw_id() -> str:
    return str(uuid.uuid4())


def meld_status(werk: Werk, voor: Dossier | None, na: Dossier, moment: datetime) -> None:
    """Send an event when the dot turned; a pupil that we did not know was white."""
    van = voor.status if voor is not None else Status.WIT
    if van is na.status:
        return
    DOSSIER.eis(van, na.status)
    gegevens: dict[str, Gegeven] = {
        "elkNummer": na.elk_nummer.waarde,
        "versie": na.nieuwste.versie if na.nieuwste else None,
        "van": van.value,
        "naar": na.status.value,
    }
    werk.logboek.gebeurtenis(
        Gebeurtenis(_nieuw_id(), GebeurtenisType.STATUS_GEWIJZIGD, moment, f"dossier/{na.elk_nummer.waarde}", gegevens)
    )


def meld_aanleverpunt(
    werk: Werk, soort: GebeurtenisType, vestiging: Vestiging, moment: datetime, reden: str | None = None
) -> None:
    """Send an event about one of our points."""
    gegevens: dict[str, Gegeven] = {
        "brin": vestiging.brin.waarde,
        "vestigingscode": vestiging.code,
        "reden": reden,
    }
    werk.logboek.gebeurtenis(Gebeurtenis(_nieuw_id(), soort, moment, f"aanleverpunt/{vestiging}", gegevens))


def meld_herhaling(
    werk: Werk, dossier: Dossier, vestiging: Vestiging, systeem: str, aantal: int, moment: datetime
) -> None:
    """Send a warning, and keep it in the history: a LAS gets the same version again and again."""
    versie = dossier.nieuwste.versie if dossier.nieuwste else None
    gegevens: dict[str, Gegeven] = {
        "elkNummer": dossier.elk_nummer.waarde,
        "versie": versie,
        "brin": vestiging.brin.waarde,
        "vestigingscode": vestiging.code,
        "systeem": systeem,
        "aantal": aantal,
        "reden": "SteedsOpnieuwOpgehaald",
    }
    onderwerp = f"dossier/{dossier.elk_nummer.waarde}"
    werk.logboek.gebeurtenis(Gebeurtenis(_nieuw_id(), GebeurtenisType.WAARSCHUWING, moment, onderwerp, gegevens))
    noteer(werk, dossier.elk_nummer, "steeds-opnieuw-opgehaald", moment, versie=versie, systeem=systeem, aantal=aantal)


def noteer(werk: Werk, elk_nummer: ElkNummer, soort: str, moment: datetime, **gegevens: Gegeven) -> None:
    """Write one line in the history of a dossier."""
    werk.logboek.historie(HistorieRegel(elk_nummer, moment, soort, gegevens))
