"""Bulk orders and their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, select, text, update

from gateway.domain.dossier import Uitkomstcode
from gateway.domain.klaarzetten import Klaarzetopdracht, Klaarzetresultaat
from gateway.domain.logboek import Opdrachtgever
from gateway.domain.waarden import ElkNummer
from gateway.ports import OpslagTegenstrijdig
from gateway.store.sessie import Sessie
from gateway.store.soorten import vestigingen_tekst, vestigingen_uit, zoekbaar
from gateway.store.tabellen import klaarzetopdracht as t
from gateway.store.tabellen import klaarzetrij as r

_MAAK = insert(t)
_VOEG_RIJ = insert(r)
# Written as in the index, so that both databases use it.
_OPEN = text("NOT gereed")
_AANTAL_OPEN = select(func.count()).select_from(r).where(r.c.opdracht_id == t.c.id, _OPEN).scalar_subquery()
_OPDRACHT = select(t, _AANTAL_OPEN.label("open")).where(t.c.id == bindparam("i"))
_OPEN_RIJEN = (
    select(r.c.elk_nummer)
    .where(r.c.opdracht_id == bindparam("i"), _OPEN)
    .order_by(r.c.volgnummer)
    .limit(bindparam("aantal"))
)
# Two workers on one order each take rows that the other does not hold.
_OPEN_RIJEN_CLAIM = _OPEN_RIJEN.with_for_update(skip_locked=True)
_ZET = (
    update(r)
    .where(r.c.opdracht_id == bindparam("i"), r.c.elk_nummer == bindparam("elk"))
    .values(gereed=True, code=bindparam("b_code"), melding=bindparam("b_melding"))
)
_RESULTATEN = (
    select(r.c.elk_nummer, r.c.code, r.c.melding)
    .where(r.c.opdracht_id == bindparam("i"), r.c.gereed)
    .order_by(r.c.volgnummer)
    .limit(bindparam("aantal"))
    .offset(bindparam("na"))
)
_ONAFGEMAAKT = select(t.c.id).where(select(r.c.volgnummer).where(r.c.opdracht_id == t.c.id, _OPEN).exists())
_ALLES = 2**31 - 1


class SqlKlaarzettingen:
    """Bulk orders and their rows."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def maak(self, opdracht: Klaarzetopdracht, elk_nummers: Sequence[ElkNummer]) -> None:
        """Add an order with its rows, each without an outcome yet."""
        wie = opdracht.opdrachtgever
        rij = {
            "id": opdracht.id,
            "moment": opdracht.moment,
            "account": wie.account,
            "namens": wie.namens,
            "rol": wie.rol,
            "token_id": opdracht.token_id,
            "aantal": opdracht.aantal,
            "binnen": vestigingen_tekst(opdracht.binnen) if opdracht.binnen is not None else None,
        }
        self._sessie.schrijf(_MAAK, rij)
        if elk_nummers:
            rijen = [
                {"opdracht_id": opdracht.id, "volgnummer": nr, "elk_nummer": elk.waarde, "gereed": False}
                for nr, elk in enumerate(elk_nummers, start=1)
            ]
            self._sessie.schrijf(_VOEG_RIJ, rijen)

    def opdracht(self, opdracht_id: str) -> Klaarzetopdracht | None:
        """Find one, `gereed` up to date."""
        if not zoekbaar(opdracht_id):
            return None
        rij = self._sessie.lees(_OPDRACHT, {"i": opdracht_id}).first()
        return _opdracht(rij) if rij is not None else None

    def open_rijen(self, opdracht_id: str, aantal: int) -> Sequence[ElkNummer]:
        """Next pupils without an outcome, in the order given.

        In a writing transaction on PostgreSQL they are held for it, and rows that another worker holds are passed by.
        """
        if not zoekbaar(opdracht_id):
            return []
        claim = self._sessie.postgres and self._sessie.schrijvend
        rijen = self._sessie.lees(
            _OPEN_RIJEN_CLAIM if claim else _OPEN_RIJEN, {"i": opdracht_id, "aantal": max(0, aantal)}
        )
        return [ElkNummer(rij.elk_nummer) for rij in rijen]

    def zet_resultaat(self, opdracht_id: str, resultaat: Klaarzetresultaat) -> None:
        """Store the outcome of one row."""
        waarden = {
            "i": opdracht_id,
            "elk": resultaat.elk_nummer.waarde,
            "b_code": resultaat.code.value if resultaat.code else None,
            "b_melding": resultaat.melding,
        }
        if self._sessie.schrijf(_ZET, waarden).rowcount != 1:
            raise OpslagTegenstrijdig("Deze opdracht heeft geen rij voor deze leerling.")

    def resultaten(self, opdracht_id: str, na: int = 0, aantal: int | None = None) -> Sequence[Klaarzetresultaat]:
        """Outcomes in the order of the rows; `na` skips that many rows with an outcome."""
        if not zoekbaar(opdracht_id):
            return []
        grens = _ALLES if aantal is None else max(0, aantal)
        waarden = {"i": opdracht_id, "na": max(0, min(na, _ALLES)), "aantal": grens}
        return [_resultaat(rij) for rij in self._sessie.lees(_RESULTATEN, waarden)]

    def onafgemaakt(self) -> Sequence[str]:
        """Ids of orders that have rows without an outcome."""
        return list(self._sessie.lees(_ONAFGEMAAKT.order_by(t.c.moment, t.c.id)).scalars())


def _opdracht(rij: Any) -> Klaarzetopdracht:
    return Klaarzetopdracht(
        id=rij.id,
        moment=rij.moment,
        opdrachtgever=Opdrachtgever(rij.account, rij.namens, rij.rol),
        token_id=rij.token_id,
        aantal=rij.aantal,
        gereed=rij.aantal - rij.open,
        binnen=vestigingen_uit(rij.binnen) if rij.binnen is not None else None,
    )


def _resultaat(rij: Any) -> Klaarzetresultaat:
    code = Uitkomstcode(rij.code) if rij.code is not None else None
    return Klaarzetresultaat(ElkNummer(rij.elk_nummer), code, rij.melding)
