"""The audit table: appending under the lock of the head, reading, checking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import bindparam, exists, insert, or_, select, update

from gateway.domain.logboek import AuditRegel
from gateway.domain.waarden import ElkNummer, Pgn
from gateway.ports import AuditRij, Ketenoordeel, OpslagNietBeschikbaar
from gateway.store.coderen import gegevens_tekst, gegevens_uit
from gateway.store.keten import Kop, controleer, hash_van
from gateway.store.sessie import Sessie
from gateway.store.soorten import cursor_nummer
from gateway.store.tabellen import audit as t
from gateway.store.tabellen import audit_kop as k
from gateway.store.tabellen import dossier, levering
from gateway.store.vast import Vast

_KOP = Vast(select(k).where(k.c.id == 1))
_KOP_VAST = Vast(select(k).where(k.c.id == 1).with_for_update())
_ZET_KOP = Vast(
    update(k)
    .where(k.c.id == 1)
    .values({naam: bindparam(f"b_{naam}") for naam in ("sleutel_id", "zegel", *(veld.name for veld in fields(Kop)))})
)
_VOEG_TOE = Vast(insert(t))
_BLADZIJDE = select(t).where(t.c.nr > bindparam("na")).order_by(t.c.nr).limit(bindparam("aantal"))
_GEBRUIKT = select(or_(exists(select(dossier.c.elk_nummer)), exists(select(levering.c.id))))
_PER_KEER = 1000


def voeg_toe(sessie: Sessie, regels: Sequence[AuditRegel]) -> None:
    """Append records; others wait at the head until this transaction ends."""
    rij = sessie.lees(_KOP_VAST if sessie.postgres else _KOP).first()
    if rij is None:
        raise OpslagNietBeschikbaar("De kop van het logboek ontbreekt; zonder logboek wordt niets gewijzigd.")
    kop = _kop(rij)
    nieuw: list[AuditRij] = []
    for regel in regels:
        nieuw.append(_rij(sessie, regel, kop))
        kop = replace(kop, nr=nieuw[-1].nr, hash=nieuw[-1].hash)
    sessie.schrijf(_VOEG_TOE, [_waarden(rij) for rij in nieuw])
    zet_kop(sessie, kop)


def zet_kop(sessie: Sessie, kop: Kop) -> None:
    """Write the head, sealed under the active key."""
    sleutel_id, zegel = sessie.kluis.zegel(kop.octetten)
    velden = {f"b_{veld.name}": getattr(kop, veld.name) for veld in fields(kop)}
    sessie.schrijf(_ZET_KOP, velden | {"b_sleutel_id": sleutel_id, "b_zegel": zegel})


def verzegel_opnieuw(sessie: Sessie) -> None:
    """Seal the head under the active key, when it was sealed before and the seal holds."""
    (rij,) = sessie.lees(_KOP_VAST if sessie.postgres else _KOP)
    kop = _kop(rij)
    if rij.zegel is not None and sessie.kluis.klopt_zegel(kop.octetten, rij.sleutel_id, rij.zegel):
        zet_kop(sessie, kop)


def rijen(sessie: Sessie, na: int, aantal: int) -> list[AuditRij]:
    """Read a page of the chain."""
    waarden = {"na": cursor_nummer(na), "aantal": max(0, aantal)}
    return [_audit_rij(rij) for rij in sessie.lees(_BLADZIJDE, waarden)]


def over(sessie: Sessie, persoon: ElkNummer | Pgn) -> list[AuditRij]:
    """Read all records about one person, also those made under an older key."""
    namen = sessie.kluis.pseudoniemen(persoon_tekst(persoon))
    opdracht = select(t).where(t.c.pseudoniem.in_(namen)).order_by(t.c.nr)
    return [_audit_rij(rij) for rij in sessie.lees(opdracht)]


def controleer_keten(sessie: Sessie) -> Ketenoordeel:
    """Check every record, the head and its seal; reads in pages, so memory does not grow with the chain."""
    rij = sessie.lees(_KOP).first()
    if rij is None:
        return Ketenoordeel(0, 0, "De kop van het logboek ontbreekt.")
    kop = _kop(rij)
    oordeel = controleer(_alle(sessie, kop), kop)
    if oordeel.eerste_breuk is None and not _zegel_klopt(sessie, kop, rij):
        return Ketenoordeel(oordeel.aantal, kop.nr, "Het zegel op de kop van het logboek klopt niet.")
    return oordeel


def _alle(sessie: Sessie, kop: Kop) -> Iterator[AuditRij]:
    # From 0, not from where retention ended: a record that should be gone is a break as well.
    na = 0
    while bladzijde := rijen(sessie, na, _PER_KEER):
        yield from bladzijde
        na = bladzijde[-1].nr


def _zegel_klopt(sessie: Sessie, kop: Kop, rij: Any) -> bool:
    if rij.zegel is None:
        # A fresh store has no seal yet. One in use must have: every change of it made an audit record.
        return kop == Kop() and not sessie.lees(_GEBRUIKT).scalar_one()
    return sessie.kluis.klopt_zegel(kop.octetten, rij.sleutel_id, rij.zegel)


def persoon_tekst(persoon: ElkNummer | Pgn) -> str:
    """Give the text of which the pseudonym is made; kinds of number are kept apart."""
    return f"{'elk' if isinstance(persoon, ElkNummer) else 'pgn'}:{persoon.waarde}"


def _rij(sessie: Sessie, regel: AuditRegel, kop: Kop) -> AuditRij:
    wie = regel.opdrachtgever
    pseudoniem = sessie.kluis.pseudoniem(persoon_tekst(regel.over)) if regel.over is not None else None
    kaal = AuditRij(
        nr=kop.nr + 1,
        moment=regel.moment,
        operatie=regel.operatie,
        uitkomst=regel.uitkomst,
        partij=regel.partij.waarde if regel.partij else None,
        account=wie.account if wie else None,
        namens=wie.namens if wie else None,
        rol=wie.rol if wie else None,
        pseudoniem=pseudoniem,
        versie=regel.versie,
        bijzonderheden=dict(regel.bijzonderheden),
        vorige=kop.hash,
        hash="",
    )
    return replace(kaal, hash=hash_van(kaal))


def _waarden(rij: AuditRij) -> dict[str, object]:
    velden: dict[str, object] = {kolom.name: getattr(rij, kolom.name) for kolom in t.columns}
    return velden | {"bijzonderheden": gegevens_tekst(rij.bijzonderheden)}


def _audit_rij(rij: Any) -> AuditRij:
    velden = rij._asdict()
    return AuditRij(**velden | {"bijzonderheden": gegevens_uit(rij.bijzonderheden)})


def _kop(rij: Any) -> Kop:
    return Kop(rij.nr, rij.hash, rij.opgeruimd_tot, rij.opgeruimd_hash)
