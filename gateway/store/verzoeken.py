"""Requests kept for a later notification; the PGN is encrypted and found by its keyed index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, exists, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from gateway.domain.overdracht import Adresblok, Verzoek
from gateway.domain.waarden import Brin, Overdrachtsoort, Pgn, RouteringsKenmerk, SessieId, Vestiging
from gateway.store.sessie import Sessie
from gateway.store.tabellen import aanleverpunt as punt
from gateway.store.tabellen import verzoek as t
from gateway.store.vast import Vast

PGN = "verzoek.pgn"
_VERWIJDER = delete(t).where(t.c.moment < bindparam("voor"))


def _bewaar(invoegen: Any) -> Vast:
    # Any: the Insert of each dialect has these methods, without a common type.
    # The sessieId is written as it came first: the PGN is encrypted with it as bond, which is lower case for that.
    opdracht = invoegen.on_conflict_do_update(
        index_elements=[func.lower(t.c.sessie_id), t.c.doel_brin, t.c.doel_kenmerk],
        set_={
            naam: invoegen.excluded[naam]
            for naam in ("moment", "pgn", "pgn_index", "bron_brin", "bron_kenmerk", "overdrachtsoort")
        },
        where=invoegen.excluded.moment >= t.c.moment,
    )
    return Vast(opdracht)


_BEWAAR = {"sqlite": _bewaar(sqlite.insert(t)), "postgresql": _bewaar(postgresql.insert(t))}
# A request older than OSO'21 names no kenmerk; then the school decides.
_AAN_ONS_PUNT = or_(
    t.c.bron_kenmerk.is_(None),
    exists().where(
        punt.c.brin == bindparam("b"),
        punt.c.vestigingscode == bindparam("v"),
        punt.c.routerings_kenmerk == t.c.bron_kenmerk,
    ),
)


@cache
def _van_pgn(aantal: int) -> Select[Any]:
    """One statement for each size of the key ring, so that its compiled form is found again."""
    indexen = [bindparam(f"i{nr}", type_=t.c.pgn_index.type) for nr in range(aantal)]
    return (
        select(t)
        .where(t.c.pgn_index.in_(indexen), t.c.bron_brin == bindparam("b"), _AAN_ONS_PUNT)
        .order_by(t.c.moment, t.c.id)
    )


class SqlVerzoeken:
    """Requests kept for a later notification (6 months)."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def bewaar(self, verzoek: Verzoek) -> None:
        """Keep one; the same sessieId and doel twice is kept once (the newest moment)."""
        adres, pgn = verzoek.adres, verzoek.pgn
        sleutel = rijsleutel(verzoek.sessie_id.waarde, adres.doel_brin.waarde, adres.doel_kenmerk.waarde)
        self._sessie.schrijf(
            _BEWAAR[self._sessie.verbinding.dialect.name],
            {
                "moment": verzoek.moment,
                "pgn": self._sessie.versleutel(pgn.waarde, PGN, *sleutel),
                "pgn_index": self._sessie.kluis.index(pgn),
                "bron_brin": adres.bron_brin.waarde,
                "bron_kenmerk": adres.bron_kenmerk.waarde if adres.bron_kenmerk else None,
                "doel_brin": adres.doel_brin.waarde,
                "doel_kenmerk": adres.doel_kenmerk.waarde,
                "overdrachtsoort": verzoek.overdrachtsoort.value,
                "sessie_id": verzoek.sessie_id.waarde,
            },
        )

    def van_pgn(self, pgn: Pgn, bron: Vestiging) -> Sequence[Verzoek]:
        """Kept requests for this pupil at a vestiging of ours, oldest first."""
        indexen = self._sessie.kluis.indexen(pgn)
        waarden: dict[str, object] = {f"i{nr}": index for nr, index in enumerate(indexen)}
        waarden |= {"b": bron.brin.waarde, "v": bron.code}
        return [self._uit(rij) for rij in self._sessie.lees(_van_pgn(len(indexen)), waarden)]

    def verwijder_voor(self, moment: datetime) -> int:
        """Delete what is older; gives the number."""
        return self._sessie.schrijf(_VERWIJDER, {"voor": moment}).rowcount

    def _uit(self, rij: Any) -> Verzoek:
        sleutel = rijsleutel(rij.sessie_id, rij.doel_brin, rij.doel_kenmerk)
        return Verzoek(
            moment=rij.moment,
            pgn=Pgn(self._sessie.ontsleutel(rij.pgn, PGN, *sleutel).decode("ascii")),
            adres=Adresblok(
                bron_brin=Brin(rij.bron_brin),
                bron_kenmerk=RouteringsKenmerk(rij.bron_kenmerk) if rij.bron_kenmerk is not None else None,
                doel_brin=Brin(rij.doel_brin),
                doel_kenmerk=RouteringsKenmerk(rij.doel_kenmerk),
            ),
            overdrachtsoort=Overdrachtsoort(rij.overdrachtsoort),
            sessie_id=SessieId(rij.sessie_id),
        )


def rijsleutel(sessie_id: str, doel_brin: str, doel_kenmerk: str) -> tuple[str, str, str]:
    """Name the row that a PGN is bound to: the id is not known yet when it is encrypted."""
    return sessie_id.lower(), doel_brin, doel_kenmerk
