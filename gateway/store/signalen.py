"""What in the rows of transfers tells that something is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, select

from gateway.domain.dossier import Quarantaine
from gateway.domain.overdracht import Levering
from gateway.domain.resultaat import Resultaat
from gateway.domain.signalen import Herhaling, Verdacht
from gateway.domain.waarden import ElkNummer, RouteringsKenmerk, Vestiging
from gateway.store.leveringen import levering_uit
from gateway.store.sessie import Sessie
from gateway.store.tabellen import dossier as d
from gateway.store.tabellen import levering as t
from gateway.store.tabellen import versie as v
from gateway.store.tabellen import versie_octets as o
from gateway.store.vast import Vast

_GELEVERD = and_(t.c.resultaat == Resultaat.GELUKT.value, t.c.versie.is_not(None))
_HIER = and_(t.c.bron_brin == bindparam("b"), t.c.bron_vestigingscode == bindparam("c"))
_VERDACHT = (
    select(v.c.elk_nummer, v.c.versie, v.c.quarantaine_moment, v.c.quarantaine_reden)
    .join_from(v, d, and_(d.c.elk_nummer == v.c.elk_nummer, d.c.versie == v.c.versie))
    # Retention quarantines what it empties: that is no suspect.
    .join(o, and_(o.c.elk_nummer == v.c.elk_nummer, o.c.versie == v.c.versie))
    .where(
        v.c.quarantaine_moment.is_not(None),
        exists().where(t.c.elk_nummer == v.c.elk_nummer, t.c.versie == v.c.versie, _GELEVERD, _HIER),
    )
    .order_by(v.c.elk_nummer)
)
_NIEUWSTE = (
    select(t.c.id)
    .where(
        t.c.elk_nummer == bindparam("elk"),
        t.c.versie == bindparam("v"),
        t.c.doel_kenmerk == bindparam("k"),
        t.c.moment > bindparam("sinds"),
        _GELEVERD,
    )
    .order_by(t.c.id.desc())
    .limit(bindparam("hoogstens"))
)
_AANTAL = Vast(select(func.count().label("aantal")).select_from(_NIEUWSTE.subquery()))
_HERHAALD = (
    select(
        t.c.elk_nummer,
        t.c.versie,
        t.c.doel_kenmerk,
        t.c.systeem,
        func.count().label("aantal"),
        func.max(t.c.moment).label("laatst"),
    )
    .where(_HIER, _GELEVERD, t.c.elk_nummer.is_not(None), t.c.moment > bindparam("sinds"))
    .group_by(t.c.elk_nummer, t.c.versie, t.c.doel_kenmerk, t.c.systeem)
    .having(func.count() >= bindparam("vanaf"))
    .order_by(t.c.elk_nummer, t.c.versie, t.c.doel_kenmerk)
)
_LAATSTE = select(t).where(_HIER, _GELEVERD).order_by(t.c.id.desc()).limit(bindparam("aantal"))


class SqlSignalen:
    """What in the rows of transfers tells that something is wrong."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def verdacht(self, bron: Vestiging) -> Sequence[Verdacht]:
        """Newest versions in quarantine that this point delivered, by elkNummer."""
        return [
            Verdacht(ElkNummer(rij.elk_nummer), rij.versie, Quarantaine(rij.quarantaine_moment, rij.quarantaine_reden))
            for rij in self._sessie.lees(_VERDACHT, _plek(bron))
        ]

    def aantal_leveringen(
        self, elk_nummer: ElkNummer, versie: int, doel: RouteringsKenmerk, sinds: datetime, hoogstens: int
    ) -> int:
        """How often a version was given to a doel since a moment; counts no further than `hoogstens`."""
        waarden = {"elk": elk_nummer.waarde, "v": versie, "k": doel.waarde, "sinds": sinds, "hoogstens": hoogstens}
        aantal: int = self._sessie.lees(_AANTAL, waarden).scalar_one()
        return aantal

    def herhaald(self, bron: Vestiging, sinds: datetime, vanaf: int) -> Sequence[Herhaling]:
        """Versions that one doel got at least `vanaf` times from this point since a moment."""
        return [
            Herhaling(
                ElkNummer(rij.elk_nummer),
                rij.versie,
                RouteringsKenmerk(rij.doel_kenmerk),
                rij.systeem,
                rij.aantal,
                rij.laatst,
            )
            for rij in self._sessie.lees(_HERHAALD, {**_plek(bron), "sinds": sinds, "vanaf": vanaf})
        ]

    def laatste_leveringen(self, bron: Vestiging, aantal: int) -> Sequence[Levering]:
        """The newest deliveries of a point, newest first."""
        return [levering_uit(rij) for rij in self._sessie.lees(_LAATSTE, {**_plek(bron), "aantal": max(0, aantal)})]


def _plek(bron: Vestiging) -> dict[str, Any]:
    return {"b": bron.brin.waarde, "c": bron.code}
