"""Encrypt again under the active key, in small transactions, while the service runs.

Every secret column is listed with the columns that name its row; a row that is under the active key already is left
alone, so that an interrupted run may simply be started again. Pseudonyms in the audit stay as they are (the audit is
never changed): keep an old key at the end of the ring as long as its records must be found by person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Table, and_, func, select, tuple_, update

from gateway.domain.waarden import Pgn
from gateway.store import (
    aanleverpunten,
    abonnementen,
    audit,
    dossierlezer,
    dossiers,
    ontvangen,
    ophalingen,
    tabellen,
    tabellen_ophalen,
    toegang,
    verzoeken,
)
from gateway.store.sessie import Sessie
from gateway.store.werk import SqlWerk


@dataclass(frozen=True, slots=True)
class Voortgang:
    """How far a table is: rows looked at and rows encrypted again."""

    tabel: str
    bekeken: int
    totaal: int
    hersleuteld: int


class _Opslag(Protocol):
    def werk(self) -> AbstractContextManager[SqlWerk]: ...


@dataclass(frozen=True, slots=True)
class _Plan:
    """A table with secrets: column → name of its place; `rij` names the row as it was when it was encrypted."""

    tabel: Table
    sleutel: tuple[str, ...]
    kolommen: dict[str, str]
    rij: Callable[[Any], tuple[object, ...]]


def _plannen() -> tuple[_Plan, ...]:
    versie: tuple[str, ...] = ("elk_nummer", "versie")
    punt, antwoord = ("brin", "vestigingscode"), ("token_id", "route", "sleutel")
    return (
        _Plan(tabellen.aanleverpunt, punt, {"sleutel": aanleverpunten.SLEUTEL}, lambda r: (r.brin, r.vestigingscode)),
        _Plan(
            tabellen.dossier,
            ("elk_nummer",),
            {"pgn": dossierlezer.PGN, "tegenhouden": dossierlezer.TEGENHOUDEN},
            lambda r: (r.elk_nummer,),
        ),
        _Plan(tabellen.versie_octets, versie, {"octets": dossiers.OCTETS}, lambda r: (r.elk_nummer, r.versie)),
        _Plan(
            tabellen.versie_bewijs,
            versie,
            {"bijlagen": dossiers.BIJLAGEN, "rapport": dossiers.RAPPORT, "handtekening": dossiers.HANDTEKENING},
            lambda r: (r.elk_nummer, r.versie),
        ),
        _Plan(
            tabellen.verzoek,
            ("id",),
            {"pgn": verzoeken.PGN},
            lambda r: verzoeken.rijsleutel(r.sessie_id, r.doel_brin, r.doel_kenmerk),
        ),
        _Plan(
            tabellen.bewaard_antwoord,
            antwoord,
            {"vingerafdruk": toegang.VINGERAFDRUK, "koppen": toegang.KOPPEN, "inhoud": toegang.INHOUD},
            lambda r: (r.token_id, r.route, r.sleutel),
        ),
        _Plan(tabellen.abonnement, ("naam",), {"geheim": abonnementen.GEHEIM}, lambda r: (r.naam,)),
        _Plan(tabellen_ophalen.ophaling, ("nr",), {"pgn": ophalingen.PGN}, lambda r: (r.id,)),
        _Plan(
            tabellen_ophalen.ophaling_document,
            ("ophaling_id", "volgnummer"),
            {
                "bericht": ophalingen.BERICHT,
                "ontvangen": ophalingen.ONTVANGEN,
                "octets": ophalingen.OCTETS,
                "rapport": ophalingen.RAPPORT,
                "wijzigingen": ophalingen.WIJZIGINGEN,
            },
            lambda r: (r.ophaling_id, r.volgnummer),
        ),
        _Plan(
            tabellen.ontvangen_bericht,
            ("id",),
            {"koppelsleutel": ontvangen.KOPPELSLEUTEL, "tekst": ontvangen.TEKST},
            lambda r: (r.vingerafdruk,),
        ),
    )


def hersleutel(opslag: _Opslag, per_keer: int) -> Iterator[Voortgang]:
    """Walk all secrets; a transaction for every `per_keer` rows."""
    for plan in _plannen():
        yield from _tabel(opslag, plan, per_keer)
    with opslag.werk() as werk:
        audit.verzegel_opnieuw(werk.sessie)


def _tabel(opslag: _Opslag, plan: _Plan, per_keer: int) -> Iterator[Voortgang]:
    bekeken = hersleuteld = 0
    na: tuple[Any, ...] | None = None
    while True:
        with opslag.werk() as werk:
            totaal: int = werk.sessie.lees(select(func.count()).select_from(plan.tabel)).scalar_one()
            rijen = _bladzijde(werk.sessie, plan, na, per_keer)
            hersleuteld += sum(_rij(werk.sessie, plan, rij) for rij in rijen)
        bekeken += len(rijen)
        if rijen or na is None:
            yield Voortgang(plan.tabel.name, bekeken, totaal, hersleuteld)
        if len(rijen) < per_keer:
            return
        na = tuple(getattr(rijen[-1], naam) for naam in plan.sleutel)


def _bladzijde(sessie: Sessie, plan: _Plan, na: tuple[Any, ...] | None, per_keer: int) -> list[Any]:
    kolommen = [plan.tabel.c[naam] for naam in plan.sleutel]
    opdracht = select(plan.tabel).order_by(*kolommen).limit(per_keer)
    if na is not None:
        opdracht = opdracht.where(tuple_(*kolommen) > tuple_(*na))
    if sessie.postgres:
        opdracht = opdracht.with_for_update()
    return list(sessie.lees(opdracht))


def _rij(sessie: Sessie, plan: _Plan, rij: Any) -> bool:
    nieuw: dict[str, Any] = {}
    for kolom, plek in plan.kolommen.items():
        geheim = getattr(rij, kolom)
        if geheim is None or not sessie.kluis.onder_oude_sleutel(geheim):
            continue
        klaar = sessie.ontsleutel(geheim, plek, *plan.rij(rij))
        nieuw[kolom] = sessie.versleutel(klaar, plek, *plan.rij(rij))
        if kolom == "pgn":
            nieuw["pgn_index"] = sessie.kluis.index(Pgn(klaar.decode("ascii")))
    if nieuw:
        waar = and_(*(plan.tabel.c[naam] == getattr(rij, naam) for naam in plan.sleutel))
        sessie.schrijf(update(plan.tabel).where(waar).values(**nieuw))
    return bool(nieuw)
