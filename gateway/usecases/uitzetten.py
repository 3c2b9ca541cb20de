"""The Traffic Center switched a point of ours off: flags off, suspect version in quarantine, event.

Source: `messages.md` "The Traffic Center simulator"; `architecture.md` "What each of them does".
"""

from __future__ import annotations

from datetime import datetime

from gateway.domain.aanleverpunt import Aanleverpunt, AanleverpuntStatus
from gateway.domain.dossier import Quarantaine
from gateway.domain.logboek import AuditRegel, GebeurtenisType
from gateway.domain.overdracht import Oorzaak
from gateway.ports import Werk
from gateway.usecases.verslaglegging import meld_aanleverpunt, noteer


def zet_uit(
    werk: Werk, punt: Aanleverpunt, reden: str, moment: datetime, oorzaak: Oorzaak | None = None
) -> Aanleverpunt:
    """Put the flags off with reason and moment, and quarantine the version that the cause names (none named: none)."""
    if punt.status is AanleverpuntStatus.UITGEZET:
        return punt
    uit = punt.uitgezet(reden, moment)
    werk.aanleverpunten.bewaar(uit)
    meld_aanleverpunt(werk, GebeurtenisType.AANLEVERPUNT_UITGEZET, punt.vestiging, moment, reden)
    werk.logboek.audit(
        AuditRegel(moment, "aanleverpunt-uitzetten", reden, bijzonderheden={"vestiging": str(punt.vestiging)})
    )
    if oorzaak is not None:
        _quarantaine(werk, punt, oorzaak, moment)
    return uit


def _quarantaine(werk: Werk, punt: Aanleverpunt, oorzaak: Oorzaak, moment: datetime) -> None:
    reden = "Na levering van deze versie heeft het Traffic Center het aanleverpunt uitgezet."
    for levering in werk.leveringen.bij_sessie(oorzaak.sessie_id, punt.vestiging)[:1]:
        if levering.elk_nummer is None or levering.versie is None:
            continue
        werk.dossiers.zet_quarantaine(levering.elk_nummer, levering.versie, Quarantaine(moment, reden))
        werk.logboek.audit(
            AuditRegel(moment, "quarantaine", "ingesteld", over=levering.elk_nummer, versie=levering.versie)
        )
        noteer(werk, levering.elk_nummer, "quarantaine", moment, versie=levering.versie, reden=reden)
