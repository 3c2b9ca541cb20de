"""Webhook subscriptions; the secret is encrypted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from gateway.domain.toegang import Abonnement
from gateway.store.coderen import json_tekst
from gateway.store.sessie import Sessie, Upsert
from gateway.store.soorten import cursor_nummer, zoekbaar
from gateway.store.tabellen import abonnement as t

GEHEIM = "abonnement.geheim"
_BEWAAR = Upsert(t)
_EEN = select(t).where(t.c.naam == bindparam("n"))
_ALLE = select(t).order_by(t.c.naam)


class SqlAbonnementen:
    """Webhook subscriptions."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def bewaar(self, abonnement: Abonnement) -> None:
        """Add or replace one."""
        _BEWAAR(
            self._sessie,
            {
                "naam": abonnement.naam,
                "url": abonnement.url,
                "geheim": self._sessie.versleutel(abonnement.geheim, GEHEIM, abonnement.naam),
                "types": json_tekst(abonnement.types),
                "aangemaakt": abonnement.aangemaakt,
                "vanaf": cursor_nummer(abonnement.vanaf),
            },
        )

    def abonnement(self, naam: str) -> Abonnement | None:
        """Find one."""
        rij = self._sessie.lees(_EEN, {"n": naam}).first() if zoekbaar(naam) else None
        return self._uit(rij) if rij is not None else None

    def alle(self) -> Sequence[Abonnement]:
        """List all by name."""
        return [self._uit(rij) for rij in self._sessie.lees(_ALLE)]

    def _uit(self, rij: Any) -> Abonnement:
        return Abonnement(
            naam=rij.naam,
            url=rij.url,
            geheim=self._sessie.ontsleutel(rij.geheim, GEHEIM, rij.naam).decode("utf-8"),
            types=tuple(json.loads(rij.types)),
            aangemaakt=rij.aangemaakt,
            vanaf=rij.vanaf,
        )
