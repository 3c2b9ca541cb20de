"""Schools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from gateway.domain.school import School
from gateway.domain.waarden import Vestiging
from gateway.store.sessie import Sessie, Upsert
from gateway.store.tabellen import school as t

_BEWAAR = Upsert(t)
_ALLE = select(t).order_by(t.c.brin, t.c.vestigingscode)
_EEN = select(t).where(t.c.brin == bindparam("b"), t.c.vestigingscode == bindparam("v"))
_VELDEN = tuple(kolom.name for kolom in t.columns if kolom.name not in {"brin", "vestigingscode"})


class SqlScholen:
    """Schools that the gateway serves."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def bewaar(self, school: School) -> None:
        """Add or replace one."""
        velden = {naam: getattr(school, naam) for naam in _VELDEN}
        sleutel = {"brin": school.vestiging.brin.waarde, "vestigingscode": school.vestiging.code}
        _BEWAAR(self._sessie, sleutel | velden)

    def school(self, vestiging: Vestiging) -> School | None:
        """Find one."""
        rij = self._sessie.lees(_EEN, {"b": vestiging.brin.waarde, "v": vestiging.code}).first()
        return _school(rij) if rij is not None else None

    def alle(self) -> Sequence[School]:
        """List all, by vestiging."""
        return [_school(rij) for rij in self._sessie.lees(_ALLE)]


def _school(rij: Any) -> School:
    return School(Vestiging.van(rij.brin, rij.vestigingscode), **{naam: getattr(rij, naam) for naam in _VELDEN})
