"""How the placed pupils of a school stand: not set ready, ready, fetched, refused and why, changed since.

Source: issue C, "For the people" (the locatiebeheerder); a view, it changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.domain.dossier import Dossier, Status
from gateway.domain.overdracht import Levering
from gateway.domain.toegang import Token
from gateway.domain.waarden import Brin, Vestiging
from gateway.ports import DossierFilter, Wereld, Werk
from gateway.usecases import meldingen
from gateway.usecases.inzien import Dossierbeeld, beeld


class Stand(StrEnum):
    """How a placed pupil stands."""

    NIET_KLAARGEZET = "nietKlaargezet"
    KLAAR = "klaar"
    TEGENGEHOUDEN = "tegengehouden"
    """Set ready, but a LAS would not get it now."""
    OPGEHAALD = "opgehaald"
    GEWIJZIGD = "gewijzigd"
    """An earlier version was fetched; a newer one is ready and was not."""


@dataclass(frozen=True, slots=True)
class Overzichtrij:
    """One placed pupil. `waarom` is a Dutch sentence where it is not ready or held back."""

    dossier: Dossier
    plaatsing: Vestiging
    stand: Stand
    code: str | None
    waarom: str | None
    laatst_gehaald: Levering | None
    laatst_geweigerd: Levering | None
    """The last answer without a dossier, when nothing was handed over after it."""


@dataclass(frozen=True, slots=True)
class Overzichtvraag:
    """Filters and page."""

    brin: Brin | None = None
    vestigingscode: str | None = None
    stand: Stand | None = None
    na: str | None = None
    aantal: int = 100


_PER_KEER = 200


def overzicht(wereld: Wereld, token: Token, vraag: Overzichtvraag) -> tuple[Sequence[Overzichtrij], str | None]:
    """One page of placed pupils within the scope, by ELK number, and the cursor of the next."""
    filter_ = DossierFilter(None, vraag.brin, vraag.vestigingscode, token.binnen)
    rijen: list[Overzichtrij] = []
    na, meer, nu = vraag.na, True, wereld.klok.nu()
    while meer:
        with wereld.opslag.lezen() as werk:
            dossiers, volgende = werk.dossiers.lijst(filter_, na, _PER_KEER)
            for dossier in dossiers:
                rij = _rij(werk, dossier, nu)
                if rij is None or vraag.stand not in (None, rij.stand):
                    continue
                if len(rijen) == vraag.aantal:
                    return rijen, rijen[-1].dossier.elk_nummer.waarde
                rijen.append(rij)
        na, meer = volgende, volgende is not None
    return rijen, None


def _rij(werk: Werk, dossier: Dossier, nu: datetime) -> Overzichtrij | None:
    plaatsing = dossier.context.plaatsing
    if plaatsing is None:
        return None
    hier = [een for een in werk.leveringen.van_dossier(dossier.elk_nummer) if een.bron == plaatsing]
    gehaald = next((een for een in reversed(hier) if een.overgedragen is not None), None)
    geweigerd = hier[-1] if hier and hier[-1].versie is None else None
    gezien = beeld(werk, dossier, nu)
    stand = _stand(gezien, gehaald)
    code, waarom = _waarom(gezien, stand)
    return Overzichtrij(dossier, plaatsing, stand, code, waarom, gehaald, geweigerd)


def _stand(gezien: Dossierbeeld, gehaald: Levering | None) -> Stand:
    if gezien.dossier.status is Status.WIT:
        return Stand.NIET_KLAARGEZET
    if gezien.dossier.status is Status.GROEN:
        return Stand.OPGEHAALD
    if not gezien.ophaalbaar:
        return Stand.TEGENGEHOUDEN
    return Stand.GEWIJZIGD if gehaald is not None else Stand.KLAAR


def _waarom(gezien: Dossierbeeld, stand: Stand) -> tuple[str | None, str | None]:
    if stand is Stand.NIET_KLAARGEZET:
        code = gezien.dossier.weigering()
        return (code.value, meldingen.klaarzetten(code, gezien.dossier)) if code is not None else (None, None)
    if stand is Stand.TEGENGEHOUDEN and gezien.reden is not None:
        return gezien.reden.value, meldingen.niet_ophaalbaar(gezien.reden)
    return None, None
