"""Klaarzetten in bulk: does the time per dossier stay the same, and how much memory does it take?"""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence

from bench.meten import Rij, Uitkomst, ms
from bench.push import bench_wereld
from gateway.domain.aanleverpunt import Aanleverpunt
from gateway.domain.logboek import Opdrachtgever
from gateway.domain.toegang import Token
from gateway.domain.waarden import ElkNummer, Rol, RouteringsKenmerk, Vestiging
from gateway.ports import Wereld
from gateway.simulators.dossiers import maak_dossiers
from gateway.simulators.ontwikkelwereld import SCHOLEN
from gateway.simulators.proefpersonen import proef_pgn
from gateway.usecases.aanleveren import Aanlevering, lever_aan
from gateway.usecases.context import ContextWijziging
from gateway.usecases.klaarzetten import plaats_opdracht, verwerk_opdracht

VEEL = 10_000
WEINIG = 100
_WIE = Opdrachtgever("bench")
_PLEK = Vestiging.van("00YY", "00")


def meet() -> list[Uitkomst]:
    """Push 10 000 dossiers of 20–180 KB, then set 100 and all of them ready."""
    with bench_wereld() as (_, wereld):
        context = zet_klaar_voor(wereld)
        pgns = (proef_pgn(nr) for nr in range(VEEL))
        for nr, dossier in enumerate(maak_dossiers(pgns), start=1):
            lever_aan(wereld, ElkNummer(str(nr)), Aanlevering(dossier, context=context), _WIE)
        weinig = min(_zet(wereld, _nummers(keer * WEINIG, WEINIG)) for keer in range(5)) / WEINIG
        veel = _zet(wereld, _nummers(5 * WEINIG, VEEL - 5 * WEINIG)) / (VEEL - 5 * WEINIG)
    piek = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tekst = f"{ms(veel)} per dossier; bij 100: {ms(weinig)}"
    return [
        Rij(
            "klaarzetten in bulk: tijd per dossier bij 10 000 tegen die bij 100", veel / weinig, 1.1, toelichting=tekst
        ),
        Rij("klaarzetten in bulk: piek van het geheugen (aanleveren erbij)", piek, 300, "MB"),
    ]


def zet_klaar_voor(wereld: Wereld) -> ContextWijziging:
    """Make a school with a point that is on; gives the context with which a dossier may be set ready there."""
    nu = wereld.klok.nu()
    punt = Aanleverpunt(_PLEK, 100, None, "sleutel", nu).geregistreerd(RouteringsKenmerk("K931"), True, nu)
    with wereld.opslag.werk() as werk:
        werk.scholen.bewaar(SCHOLEN[0])
        werk.aanleverpunten.bewaar(punt)
    return ContextWijziging(plaatsing=_PLEK, oki_doc_vrijgegeven=True)


def _nummers(vanaf: int, aantal: int) -> list[ElkNummer]:
    return [ElkNummer(str(nr)) for nr in range(vanaf + 1, vanaf + aantal + 1)]


def _zet(wereld: Wereld, nummers: Sequence[ElkNummer]) -> float:
    token = Token("bench", "", Rol.KERN, "bench", wereld.klok.nu())
    begin = time.perf_counter()
    opdracht_id = plaats_opdracht(wereld, token, nummers, _WIE)
    verwerk_opdracht(wereld, opdracht_id)
    duur = time.perf_counter() - begin
    with wereld.opslag.lezen() as werk:
        geweigerd = [rij for rij in werk.klaarzettingen.resultaten(opdracht_id) if rij.code is not None]
    if geweigerd:
        raise RuntimeError(f"{len(geweigerd)} were refused: {geweigerd[0].code}")
    return duur
