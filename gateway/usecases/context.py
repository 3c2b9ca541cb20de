"""Context of a pupil: placement, herkomst, oki-doc released, held back. Taken at once; makes no version.

Source: `interfaces.md`, `PUT /dossiers/{elkNummer}/context` and "Klaarzetting".
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Final

from gateway.domain.dossier import Context, Dossier
from gateway.domain.fouten import VersieAfwijkend
from gateway.domain.logboek import AuditRegel, Gegeven, Opdrachtgever
from gateway.domain.waarden import ElkNummer, Herkomst, Vestiging
from gateway.ports import Wereld, Werk
from gateway.usecases.verslaglegging import meld_status, noteer


class Afwezig(Enum):
    """The mark of a field that was not given: it stays as it was."""

    AFWEZIG = "afwezig"


AFWEZIG: Final = Afwezig.AFWEZIG


@dataclass(frozen=True, slots=True)
class ContextWijziging:
    """What ELK says now; a field that is `AFWEZIG` stays as it was."""

    plaatsing: Vestiging | Afwezig | None = AFWEZIG
    herkomst: Herkomst | Afwezig = AFWEZIG
    oki_doc_vrijgegeven: bool | Afwezig = AFWEZIG
    tegenhouden: str | Afwezig | None = field(default=AFWEZIG, repr=False)

    def op(self, context: Context) -> Context:
        """Apply the fields given."""
        if not isinstance(self.plaatsing, Afwezig):
            context = replace(context, plaatsing=self.plaatsing)
        if not isinstance(self.herkomst, Afwezig):
            context = replace(context, herkomst=self.herkomst)
        if not isinstance(self.oki_doc_vrijgegeven, Afwezig):
            context = replace(context, oki_doc_vrijgegeven=self.oki_doc_vrijgegeven)
        if not isinstance(self.tegenhouden, Afwezig):
            context = replace(context, tegenhouden=self.tegenhouden)
        return context


def eis_etag(dossier: Dossier | None, if_match: str | None) -> None:
    """Refuse when If-Match (ETag text without quotes, or `*`) does not name the present state; takes nothing then."""
    if if_match is None:
        return
    if dossier is None or if_match not in ("*", dossier.etag):
        raise VersieAfwijkend


def neem_context_over(
    werk: Werk, dossier: Dossier, wijziging: ContextWijziging, opdrachtgever: Opdrachtgever, nu: datetime
) -> Dossier:
    """Apply a change within a transaction, with history, audit and the event of a dot that turns."""
    na = dossier.met_context(wijziging.op(dossier.context))
    uitkomst = "overgenomen" if na is not dossier else "ongewijzigd"
    werk.logboek.audit(AuditRegel(nu, "context-wijzigen", uitkomst, opdrachtgever=opdrachtgever, over=na.elk_nummer))
    if na is dossier:
        return dossier
    werk.dossiers.bewaar(na)
    plaatsing = na.context.plaatsing
    gegevens: dict[str, Gegeven] = {
        "herkomst": na.context.herkomst.value,
        "okiDocVrijgegeven": na.context.oki_doc_vrijgegeven,
        "tegengehouden": na.context.tegenhouden is not None,
        "brin": plaatsing.brin.waarde if plaatsing else None,
        "vestigingscode": plaatsing.code if plaatsing else None,
    }
    noteer(werk, na.elk_nummer, "context-gewijzigd", nu, **gegevens)
    if dossier.klaarzetting is not None and na.klaarzetting is None and na.einde is not None:
        noteer(werk, na.elk_nummer, "klaarzetting-beeindigd", nu, reden=na.einde.value)
    meld_status(werk, dossier, na, nu)
    return na


def wijzig_context(
    wereld: Wereld,
    elk_nummer: ElkNummer,
    wijziging: ContextWijziging,
    opdrachtgever: Opdrachtgever,
    if_match: str | None = None,
) -> Dossier:
    """Take a change of context; needs no dossier. Raises `VersieAfwijkend`."""
    with wereld.opslag.werk() as werk:
        dossier = werk.dossiers.dossier(elk_nummer, vergrendel=True)
        eis_etag(dossier, if_match)
        return neem_context_over(werk, dossier or Dossier(elk_nummer), wijziging, opdrachtgever, wereld.klok.nu())
