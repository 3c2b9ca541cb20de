"""The pupils of primary school 00AH in the development world (`interfaces.md`), with made-up dossiers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, partial

from gateway.domain.waarden import Pgn
from gateway.simulators.las.uitleveren import Leerling, Leerlingversie
from gateway.xmlio import canoniek, lees

VERZAMELD = datetime(2026, 2, 16, 8, 0, tzinfo=UTC)
VERNIEUWD = VERZAMELD + timedelta(days=28)


def leerlingen_00ah(dossier_versie: str) -> Mapping[Pgn, Leerling]:
    """Give the pupils; their dossiers are in gegevensset `dossier_versie` and are made at the first request."""

    def eerste(pgn: Pgn, *, naar_po: bool = False) -> Leerlingversie:
        return Leerlingversie(VERZAMELD, dossier_versie, partial(_dossier, pgn, naar_po=naar_po))

    povo, popo = Pgn("101211151"), Pgn("482782481")
    wisselend = Pgn("388483763")
    niet_klaar, zonder_inzage = Pgn("097902378"), Pgn("334390205")
    later = Leerlingversie(VERNIEUWD, dossier_versie, partial(_dossier, wisselend, later="2026-03-16"))
    return {
        povo: Leerling((eerste(povo),)),
        popo: Leerling((eerste(popo, naar_po=True),)),
        wisselend: Leerling((eerste(wisselend), later)),
        niet_klaar: Leerling((eerste(niet_klaar),), klaargezet=False),
        zonder_inzage: Leerling((eerste(zonder_inzage),), inzage=False),
    }


@cache
def _dossier(pgn: Pgn, *, naar_po: bool = False, later: str | None = None) -> bytes:
    """Make a dossier; one of a later day has a larger attachment, so that it differs in one section."""
    from gateway.simulators import dossiers  # here, because building dossiers is not needed to start

    omvang = 24_000 if later is not None else 0
    profiel = dossiers.Profiel.PO_PO if naar_po else dossiers.Profiel.PO_VO
    return canoniek(lees(dossiers.maak_dossier(pgn, profiel=profiel, datum=later or dossiers.DATUM, omvang=omvang)))
