"""Webhook deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, insert, or_, select, text, update

from gateway.domain.aflevering import LANGSTE_RUST, Aflevering, AfleveringStatus
from gateway.domain.toegang import Abonnement
from gateway.ports import AfleveringFilter, OpslagTegenstrijdig
from gateway.store.logboek import TELLER, gebeurtenis_uit
from gateway.store.sessie import Sessie, Upsert
from gateway.store.soorten import cursor_nummer, zoekbaar
from gateway.store.tabellen import abonnement as a
from gateway.store.tabellen import gebeurtenis as g
from gateway.store.tabellen import teller
from gateway.store.tabellen import webhook_aflevering as t
from gateway.store.tabellen import webhook_stand as stand


def _mag(volgende: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition `Aflevering.mag` on a column."""
    soort = t.c.volgende_poging.type
    return or_(volgende <= bindparam("nu", type_=soort), volgende > bindparam("verst", type_=soort))


def _rond(nu: datetime) -> dict[str, datetime]:
    return {"nu": nu, "verst": nu + LANGSTE_RUST}


# Written as in the index, so that both databases use it.
_WACHT = text("webhook_aflevering.status = 'wacht'")
_ALLES = select(t, g.c.nr, g.c.id.label("g_id"), g.c.type, g.c.moment, g.c.onderwerp, g.c.gegevens).join_from(
    t, g, g.c.nr == t.c.gebeurtenis_nr
)
_EEN = _ALLES.where(t.c.id == bindparam("i"))
_STAND = select(stand.c.tot).where(stand.c.abonnement == bindparam("n"))
# The subscription itself is the lock: the row of its place in the feed may not be there yet.
_VERGRENDEL = select(a.c.naam).where(a.c.naam == bindparam("n")).with_for_update()
_ZET_STAND = Upsert(stand)
_NIEUWE = select(g.c.nr, g.c.type).where(g.c.nr > bindparam("na")).order_by(g.c.nr).limit(bindparam("aantal"))
_VOEG_TOE = insert(t)
_RIJ = (
    _ALLES.where(t.c.abonnement == bindparam("n"), _WACHT, t.c.apart == bindparam("apart"))
    .order_by(t.c.gebeurtenis_nr)
    .limit(bindparam("aantal"))
)
_APARTE = _RIJ.where(_mag(t.c.volgende_poging))
_BEWAAR = (
    update(t)
    .where(t.c.id == bindparam("i"))
    .values(
        {
            naam: bindparam(f"b_{naam}", type_=t.c[naam].type)
            for naam in ("status", "sinds", "volgende_poging", "pogingen", "apart", "reden")
        }
    )
)
_EERSTE = (
    select(t.c.volgende_poging)
    .where(t.c.abonnement == a.c.naam, _WACHT, t.c.apart.is_(False))
    .order_by(t.c.gebeurtenis_nr)
    .limit(1)
    .scalar_subquery()
)
_TE_DOEN = (
    select(a.c.naam)
    .join_from(a, stand, stand.c.abonnement == a.c.naam, isouter=True)
    .where(
        or_(
            func.coalesce(stand.c.tot, a.c.vanaf)
            < select(teller.c.waarde).where(teller.c.naam == TELLER).scalar_subquery(),
            _mag(_EERSTE),
            exists().where(t.c.abonnement == a.c.naam, _WACHT, t.c.apart.is_(True), _mag(t.c.volgende_poging)),
        )
    )
    .order_by(a.c.naam)
)
_VERWIJDER = delete(t).where(t.c.status != AfleveringStatus.WACHT.value, t.c.sinds < bindparam("voor"))


class SqlAfleveringen:
    """Webhook deliveries: one row for each event that a subscription wants."""

    def __init__(self, sessie: Sessie) -> None:
        self._sessie = sessie

    def vul_aan(self, abonnement: Abonnement, nu: datetime, aantal: int) -> int:
        """Make the rows for the next events of the feed; gives how many events were looked at, wanted or not."""
        naam = {"n": abonnement.naam}
        self._sessie.eis_schrijvend()
        if self._sessie.postgres:
            self._sessie.lees(_VERGRENDEL, naam)
        tot = self._sessie.lees(_STAND, naam).scalar()
        na = abonnement.vanaf if tot is None else tot
        nieuwe = self._sessie.lees(_NIEUWE, {"na": na, "aantal": max(1, aantal)}).all()
        rijen = [
            {
                "abonnement": abonnement.naam,
                "gebeurtenis_nr": rij.nr,
                "status": AfleveringStatus.WACHT.value,
                "sinds": nu,
                "volgende_poging": nu,
                "pogingen": 0,
                "apart": False,
            }
            for rij in nieuwe
            if rij.type in abonnement.types
        ]
        if rijen:
            self._sessie.schrijf(_VOEG_TOE, rijen)
        if nieuwe:
            _ZET_STAND(self._sessie, {"abonnement": abonnement.naam, "tot": nieuwe[-1].nr})
        return len(nieuwe)

    def eerstvolgende(self, abonnement: str, nu: datetime, aantal: int) -> Sequence[Aflevering]:
        """What may be sent now, in the order of the feed; nothing of a line whose first one must wait still."""
        waarden = {"n": abonnement, "aantal": max(0, aantal)}
        rij = [_uit(een) for een in self._sessie.lees(_RIJ, waarden | {"apart": False})]
        if rij and not rij[0].mag(nu):
            rij = []
        aparte = [_uit(een) for een in self._sessie.lees(_APARTE, waarden | {"apart": True} | _rond(nu))]
        return sorted([*rij, *aparte], key=lambda een: een.gebeurtenis.nr)[:aantal]

    def te_doen(self, nu: datetime) -> Sequence[str]:
        """Names of subscriptions that have something to send now, or events without a row."""
        return list(self._sessie.lees(_TE_DOEN, _rond(nu)).scalars())

    def aflevering(self, aflevering_id: int, *, vergrendel: bool = False) -> Aflevering | None:
        """Find one."""
        opdracht = _EEN
        if vergrendel and self._sessie.postgres and self._sessie.schrijvend:
            opdracht = _EEN.with_for_update(of=t)
        rij = self._sessie.lees(opdracht, {"i": cursor_nummer(aflevering_id)}).first()
        return _uit(rij) if rij is not None else None

    def bewaar(self, aflevering: Aflevering) -> None:
        """Store what became of one that exists."""
        waarden = {
            "i": aflevering.id,
            "b_status": aflevering.status.value,
            "b_sinds": aflevering.sinds,
            "b_volgende_poging": aflevering.volgende_poging,
            "b_pogingen": aflevering.pogingen,
            "b_apart": aflevering.apart,
            "b_reden": aflevering.reden,
        }
        if self._sessie.schrijf(_BEWAAR, waarden).rowcount != 1:
            raise OpslagTegenstrijdig("Deze aflevering bestaat niet.")

    def lijst(self, filter: AfleveringFilter, na: int, aantal: int) -> tuple[Sequence[Aflevering], int | None]:
        """One page, oldest first, and the cursor of the next or None."""
        if filter.abonnement is not None and not zoekbaar(filter.abonnement):
            return [], None
        opdracht = _ALLES.where(t.c.id > cursor_nummer(na)).order_by(t.c.id).limit(max(1, aantal) + 1)
        if filter.status is not None:
            opdracht = opdracht.where(t.c.status == filter.status.value)
        if filter.abonnement is not None:
            opdracht = opdracht.where(t.c.abonnement == filter.abonnement)
        rijen = [_uit(rij) for rij in self._sessie.lees(opdracht)]
        bladzijde = rijen[: max(1, aantal)]
        return bladzijde, bladzijde[-1].id if len(rijen) > len(bladzijde) else None

    def verwijder_voor(self, moment: datetime) -> int:
        """Delete finished ones from before; gives the number."""
        return self._sessie.schrijf(_VERWIJDER, {"voor": moment}).rowcount


def _uit(rij: Any) -> Aflevering:
    return Aflevering(
        id=rij.id,
        abonnement=rij.abonnement,
        gebeurtenis=gebeurtenis_uit(rij, rij.g_id),
        status=AfleveringStatus(rij.status),
        sinds=rij.sinds,
        volgende_poging=rij.volgende_poging,
        pogingen=rij.pogingen,
        apart=rij.apart,
        reden=rij.reden,
    )
