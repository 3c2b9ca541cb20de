"""Read whole dossiers, derived fields included, each in one query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, func, literal_column, not_, select

from gateway.domain.dossier import (
    Afkeuring,
    Context,
    Dossier,
    Einde,
    Klaarzetting,
    Opgehaald,
    Quarantaine,
    Status,
    Versie,
)
from gateway.domain.waarden import Brin, ElkNummer, Herkomst, Overdrachtsoort, Pgn, Vestiging
from gateway.ports import DossierFilter
from gateway.store.sessie import Sessie
from gateway.store.soorten import brins_uit, cursor_tekst, vestigingen_uit, zoekbaar
from gateway.store.tabellen import dossier as d
from gateway.store.tabellen import overdracht_per_school as o
from gateway.store.tabellen import versie as v
from gateway.store.vast import Vast

PGN, TEGENHOUDEN = "dossier.pgn", "dossier.tegenhouden"

_SPATIE: Any = literal_column("' '")  # as SQL: a text would become a parameter that only an execution can fill in
_OVERGEDRAGEN_AAN = (
    select(func.aggregate_strings(o.c.brin, _SPATIE))
    .where(o.c.elk_nummer == d.c.elk_nummer, o.c.versie == d.c.versie)
    .scalar_subquery()
)
_FEITEN = [kolom for kolom in v.columns if kolom.name not in {"elk_nummer", "versie"}]
_ALLES: Select[Any] = select(d, *_FEITEN, _OVERGEDRAGEN_AAN.label("overgedragen_aan")).join_from(
    d, v, and_(v.c.elk_nummer == d.c.elk_nummer, v.c.versie == d.c.versie), isouter=True
)
_EEN = Vast(_ALLES.where(d.c.elk_nummer == bindparam("elk")))
_BLADZIJDE = _ALLES.where(d.c.elk_nummer > bindparam("na")).order_by(d.c.elk_nummer).limit(bindparam("aantal"))
_IS_GROEN = exists().where(o.c.elk_nummer == d.c.elk_nummer, o.c.versie == d.c.versie, o.c.brin == d.c.klaargezet_brin)
_STATUS: dict[Status, ColumnElement[bool]] = {
    Status.WIT: d.c.klaargezet_brin.is_(None),
    Status.BLAUW: and_(d.c.klaargezet_brin.is_not(None), not_(_IS_GROEN)),
    Status.GROEN: and_(d.c.klaargezet_brin.is_not(None), _IS_GROEN),
}
_NOOIT = datetime.min.replace(tzinfo=UTC)


def een(sessie: Sessie, elk_nummer: ElkNummer) -> Dossier | None:
    """Find one."""
    rij = sessie.lees(_EEN, {"elk": elk_nummer.waarde}).first()
    return _dossier(sessie, rij) if rij is not None else None


@cache
def _met_pgn(aantal: int) -> Vast:
    """One statement for each size of the key ring, so that its compiled form is found again."""
    indexen = [bindparam(f"i{nr}", type_=d.c.pgn_index.type) for nr in range(aantal)]
    return Vast(_ALLES.where(d.c.pgn_index.in_(indexen)))


def met_pgn(sessie: Sessie, pgn: Pgn, bron: Vestiging) -> Sequence[Dossier]:
    """Find the dossiers of a pupil that are or were placed at `bron`; the one set ready last first."""
    indexen = sessie.kluis.indexen(pgn)
    rijen = sessie.lees(_met_pgn(len(indexen)), {f"i{nr}": index for nr, index in enumerate(indexen)})
    # A pupil has one dossier, rarely two: the rest is done here.
    dossiers = (_dossier(sessie, rij) for rij in rijen)
    hier = [dossier for dossier in dossiers if bron == dossier.context.plaatsing or bron in dossier.vorige_plaatsingen]
    hier.sort(key=lambda dossier: dossier.elk_nummer.waarde)
    hier.sort(key=lambda dossier: dossier.klaarzetting.moment if dossier.klaarzetting else _NOOIT, reverse=True)
    return hier


def lijst(sessie: Sessie, filter_: DossierFilter, na: str | None, aantal: int) -> tuple[Sequence[Dossier], str | None]:
    """Give one page and the cursor of the next."""
    aantal = max(1, aantal)
    opdracht = _BLADZIJDE.where(*_voorwaarden(filter_))
    rijen = sessie.lees(opdracht, {"na": cursor_tekst(na), "aantal": aantal + 1}).all()
    bladzijde = [_dossier(sessie, rij) for rij in rijen[:aantal]]
    return bladzijde, bladzijde[-1].elk_nummer.waarde if len(rijen) > aantal else None


def _voorwaarden(filter_: DossierFilter) -> list[ColumnElement[bool]]:
    eisen: list[ColumnElement[bool]] = []
    if filter_.status is not None:
        eisen.append(_STATUS[filter_.status])
    if filter_.brin is not None:
        eisen.append(d.c.plaatsing_brin == filter_.brin.waarde)
    if filter_.vestigingscode is not None:
        eisen.append(
            d.c.plaatsing_vestigingscode == filter_.vestigingscode if zoekbaar(filter_.vestigingscode) else false()
        )
    if filter_.binnen is not None:
        eisen.append(binnen(d.c.plaatsing_brin, d.c.plaatsing_vestigingscode, filter_.binnen))
    return eisen


def binnen(
    brin: ColumnElement[Any], vestigingscode: ColumnElement[Any], vestigingen: frozenset[Vestiging]
) -> ColumnElement[bool]:
    """Limit two columns to a set of vestigingen; an empty set lets nothing through."""
    if not vestigingen:
        return false()
    # The two have fixed lengths (4 and 2), so that joined they are one to one.
    return (brin + vestigingscode).in_(sorted(f"{plek.brin}{plek.code}" for plek in vestigingen))


def _dossier(sessie: Sessie, rij: Any) -> Dossier:
    elk = rij.elk_nummer
    return Dossier(
        elk_nummer=ElkNummer(elk),
        context=_context(sessie, rij),
        klaarzetting=_klaarzetting(rij),
        einde=Einde(rij.einde) if rij.einde is not None else None,
        vorige_plaatsingen=vestigingen_uit(rij.vorige_plaatsingen),
        nieuwste=versie_uit(rij) if rij.versie is not None else None,
        pgn=Pgn(sessie.ontsleutel(rij.pgn, PGN, elk).decode("ascii")) if rij.pgn is not None else None,
        revisie=rij.revisie,
        laatst_afgekeurd=_afkeuring(rij),
        overgedragen_aan=brins_uit(rij.overgedragen_aan),
        opgehaald=_opgehaald(rij),
    )


def _context(sessie: Sessie, rij: Any) -> Context:
    brin, geheim = rij.plaatsing_brin, rij.tegenhouden
    return Context(
        plaatsing=Vestiging.van(brin, rij.plaatsing_vestigingscode) if brin is not None else None,
        herkomst=Herkomst(rij.herkomst),
        oki_doc_vrijgegeven=rij.oki_doc_vrijgegeven,
        tegenhouden=sessie.ontsleutel(geheim, TEGENHOUDEN, rij.elk_nummer).decode("utf-8") if geheim else None,
    )


def _klaarzetting(rij: Any) -> Klaarzetting | None:
    if rij.klaargezet_brin is None:
        return None
    plaatsing = Vestiging.van(rij.klaargezet_brin, rij.klaargezet_vestigingscode)
    return Klaarzetting(plaatsing, rij.klaargezet_moment, rij.klaargezet_account)


def _afkeuring(rij: Any) -> Afkeuring | None:
    if rij.afgekeurd_moment is None:
        return None
    return Afkeuring(rij.afgekeurd_moment, rij.afgekeurd_aantal_fouten)


def _opgehaald(rij: Any) -> Opgehaald | None:
    if rij.opgehaald_moment is None:
        return None
    return Opgehaald(rij.opgehaald_moment, Brin(rij.opgehaald_brin), rij.opgehaald_systeem)


def versie_uit(rij: Any) -> Versie:
    """Make the facts of a version of a row that has its columns."""
    moment = rij.quarantaine_moment
    return Versie(
        versie=rij.versie,
        sha256=rij.sha256,
        vergelijking=rij.vergelijking,
        verzameldatum=rij.verzameldatum,
        gegevensset_versie=rij.gegevensset_versie,
        profiel=rij.profiel,
        overdrachtsoort=Overdrachtsoort(rij.overdrachtsoort),
        grootte=rij.grootte,
        heeft_pgn=rij.heeft_pgn,
        inzage_ontbreekt=rij.inzage_ontbreekt,
        quarantaine=Quarantaine(moment, rij.quarantaine_reden) if moment is not None else None,
        verwijderd=rij.verwijderd,
    )
