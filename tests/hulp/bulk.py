"""Many small dossiers put straight into the store of a running world: pushing them would take longer than the test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.domain.dossier import Context, Dossier
from gateway.domain.waarden import ElkNummer
from gateway.store.opslag import SqlOpslag
from gateway.trust.kluis import Kluis
from tests.hulp.opslagen import HIER, inhoud, versie

_PER_KEER = 200


@contextmanager
def opslag_van_wereld(map_: Path, url: str | None = None) -> Iterator[SqlOpslag]:
    """Open the store of a development world beside the service."""
    opslag = SqlOpslag(url or f"sqlite:///{map_ / 'oso.sqlite'}", Kluis((map_ / "sleutelring").read_text().strip()))
    try:
        yield opslag
    finally:
        opslag.sluit()


def vul_met_dossiers(opslag: SqlOpslag, aantal: int, *, eerste: int = 500_000) -> list[str]:
    """Add pupils placed at 00YY/00, released, each with one small version; gives their numbers."""
    nummers = [str(eerste + nr) for nr in range(aantal)]
    for begin in range(0, aantal, _PER_KEER):
        with opslag.werk() as werk:
            for tekst in nummers[begin : begin + _PER_KEER]:
                elk = ElkNummer(tekst)
                werk.dossiers.bewaar(Dossier(elk).met_context(Context(plaatsing=HIER, oki_doc_vrijgegeven=True)))
                werk.dossiers.voeg_versie_toe(elk, versie(1), inhoud(1, 200), None)
    return nummers


@dataclass(frozen=True, slots=True)
class Sporen:
    """What was left behind of setting pupils ready, per pupil."""

    historie: Sequence[int]
    audit: int


def sporen(opslag: SqlOpslag, nummers: Sequence[str]) -> Sporen:
    """Count the lines `klaargezet` of each pupil, and the audit records of all together."""
    with opslag.lezen() as werk:
        historie = []
        for tekst in nummers:
            regels, _ = werk.logboek.historie_van(ElkNummer(tekst), 0, 100)
            historie.append(sum(regel.soort == "klaargezet" for regel in regels))
        audit, na = 0, 0
        while rijen := werk.logboek.audit_rijen(na, 1000):
            audit += sum(rij.operatie == "klaarzetten" for rij in rijen)
            na = rijen[-1].nr
    return Sporen(historie, audit)
