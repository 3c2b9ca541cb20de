"""Our own aanleverpunten; the sleutel is encrypted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, text

from gateway.domain.aanleverpunt import Aanleverpunt, AanleverpuntStatus
from gateway.domain.waarden import Brin, Doel, RouteringsKenmerk, Vestiging
from gateway.store.sessie import Sessie, Upsert
from gateway.store.tabellen import aanleverpunt as t
from gateway.store.vast import Vast

_BEWAAR = Upsert(t)
_ALLE = select(t).order_by(t.c.brin, t.c.vestigingscode)
_EEN = Vast(select(t).where(t.c.brin == bindparam("b"), t.c.vestigingscode == bindparam("v")))
_BIJ_KENMERK = Vast(
    select(t)
    .where(t.c.brin == bindparam("b"), t.c.routerings_kenmerk == bindparam("k"))
    .order_by(t.c.vestigingscode)
    .limit(1)
)
_BIJ_NUMMER = Vast(select(t).where(t.c.brin == bindparam("b"), t.c.aanleverpuntnummer == bindparam("n")).limit(2))
# As for dossiers: a row that is not there yet cannot be locked.
_VERGRENDEL = text("SELECT pg_advisory_xact_lock(hashtextextended('aanleverpunt:' || :punt, 0))")
SLEUTEL = "aanleverpunt.sleutel"


class SqlAanleverpunten:
    """Our own points, one a vestiging."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def bewaar(self, punt: Aanleverpunt) -> None:
        """Add or replace one."""
        brin, code = punt.vestiging.brin.waarde, punt.vestiging.code
        _BEWAAR(
            self._sessie,
            {
                "brin": brin,
                "vestigingscode": code,
                "aanleverpuntnummer": punt.aanleverpuntnummer,
                "routerings_kenmerk": punt.routerings_kenmerk.waarde if punt.routerings_kenmerk else None,
                "sleutel": self._sessie.versleutel(punt.sleutel, SLEUTEL, brin, code),
                "naam": punt.naam,
                "doel": punt.doel.value,
                "status": punt.status.value,
                "mag_overdracht_aanvragen": punt.mag_overdracht_aanvragen,
                "reden": punt.reden,
                "sinds": punt.sinds,
            },
        )

    def punt(self, vestiging: Vestiging, *, vergrendel: bool = False) -> Aanleverpunt | None:
        """Find the one of a vestiging; `vergrendel` holds others off until the transaction ends (a new one too)."""
        if vergrendel and self._sessie.postgres and self._sessie.schrijvend:
            self._sessie.lees(_VERGRENDEL, {"punt": f"{vestiging.brin.waarde}{vestiging.code}"})
        return self._uit(self._sessie.lees(_EEN, {"b": vestiging.brin.waarde, "v": vestiging.code}).first())

    def bij_kenmerk(self, brin: Brin, kenmerk: RouteringsKenmerk) -> Aanleverpunt | None:
        """Find the one that a message addresses, by kenmerk or by a number that only one of its BRIN has."""
        gevonden = self._uit(self._sessie.lees(_BIJ_KENMERK, {"b": brin.waarde, "k": kenmerk.waarde}).first())
        if gevonden is not None or kenmerk.index is None:
            return gevonden
        rijen = self._sessie.lees(_BIJ_NUMMER, {"b": brin.waarde, "n": kenmerk.index}).all()
        return self._uit(rijen[0]) if len(rijen) == 1 else None

    def alle(self) -> Sequence[Aanleverpunt]:
        """List all, by vestiging."""
        return [punt for rij in self._sessie.lees(_ALLE) if (punt := self._uit(rij)) is not None]

    def _uit(self, rij: Any) -> Aanleverpunt | None:
        if rij is None:
            return None
        kenmerk = rij.routerings_kenmerk
        return Aanleverpunt(
            vestiging=Vestiging.van(rij.brin, rij.vestigingscode),
            aanleverpuntnummer=rij.aanleverpuntnummer,
            routerings_kenmerk=RouteringsKenmerk(kenmerk) if kenmerk is not None else None,
            sleutel=self._sessie.ontsleutel(rij.sleutel, SLEUTEL, rij.brin, rij.vestigingscode).decode("utf-8"),
            sinds=rij.sinds,
            naam=rij.naam,
            doel=Doel(rij.doel),
            status=AanleverpuntStatus(rij.status),
            mag_overdracht_aanvragen=rij.mag_overdracht_aanvragen,
            reden=rij.reden,
        )
