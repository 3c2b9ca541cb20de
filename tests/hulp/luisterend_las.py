"""A LAS in the test itself that a development world calls, and pupils whose LAS waits for their dossier."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.domain.overdracht import Adresblok, Verzoek
from gateway.domain.waarden import ElkNummer, Overdrachtsoort, Pgn, SessieId
from gateway.simulators.las import SimulatieLas
from gateway.simulators.ontwikkelwereld import MAGISTER
from gateway.simulators.wereldproces import wereldpki
from gateway.store.opslag import SqlOpslag
from gateway.trust.certificaten import OntwikkelPki
from tests.hulp.draaiende_tc import PAKKET, draai_apps
from tests.hulp.ontwikkelwereld import BRIN, MAGISTER_KENMERK, ONS_KENMERK, DraaiendeWereld
from tests.hulp.opslagen import dossier, inhoud, versie

ADRES = Adresblok(BRIN, ONS_KENMERK, BRIN, MAGISTER_KENMERK)


@dataclass
class Gehoord:
    """What the LAS was told, and when."""

    sessies: list[SessieId] = field(default_factory=list)
    tijden: list[datetime] = field(default_factory=list)


@contextmanager
def luisterend_las(wereld: DraaiendeWereld, pki: OntwikkelPki | None = None) -> Iterator[Gehoord]:
    """Serve the LAS of Magister until the block ends, and tell the Traffic Center of the world where it is.

    It shows the certificate that `pki` has for it; default the one that everybody trusts.
    """
    gehoord, las = Gehoord(), wereld.magister()
    app = _met_notitie(las, gehoord)
    with draai_apps(pki or wereldpki(wereld.map), {"magister": ("magister", app)}, {}) as adressen:
        punt = {
            "brin": str(BRIN),
            "vestigingscode": "00",
            "aanleverpuntnummer": 2,
            "routeringsKenmerk": str(MAGISTER_KENMERK),
            "sleutel": "sleutel-00YY-2",
            "sector": "VO",
            "oin": str(MAGISTER.oin),
            "url": f"{adressen['magister'].url}/oso/{PAKKET.versie}",
            "actief": True,
        }
        wereld.sim("POST", "aanleverpunten", punt)
        yield gehoord


def _met_notitie(las: SimulatieLas, gehoord: Gehoord) -> Any:
    """The LAS, with a note of each notification; one that arrives twice is noted twice."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        voor = len(las.notificaties)
        await las.app(scope, receive, send)
        for bericht in las.notificaties[voor:]:
            assert bericht.sessie_id is not None
            gehoord.sessies.append(bericht.sessie_id)
            gehoord.tijden.append(datetime.now(UTC))

    return app


def wachtenden(opslag: SqlOpslag, aantal: int, eerste: int = 700_000) -> list[str]:
    """Add pupils with a version, each with a request of that LAS that was kept; gives their numbers."""
    soort, nu = Overdrachtsoort.OVERSTAPDOSSIER, datetime.now(UTC)
    elks = [str(eerste + nr) for nr in range(aantal)]
    for begin in range(0, aantal, 200):
        with opslag.werk() as werk:
            for elk in elks[begin : begin + 200]:
                pgn = Pgn(str(300_000_000 + int(elk)))
                werk.dossiers.bewaar(dossier(elk))
                werk.dossiers.voeg_versie_toe(ElkNummer(elk), versie(1, verzameldatum=nu), inhoud(1, 200), pgn)
                werk.verzoeken.bewaar(Verzoek(nu, pgn, ADRES, soort, SessieId.nieuw()))
    return elks
