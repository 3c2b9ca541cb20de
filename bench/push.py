"""Push in process, against the floor."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

from adapters.profielen import Profielen
from bench.meten import Rij, Uitkomst, ms, om_en_om
from bench.ondergrens import Ondergrens
from gateway.berichten.pakket import standaardpakket
from gateway.bootstrap import Systeemklok
from gateway.domain.logboek import Opdrachtgever
from gateway.domain.overdracht import Registratieaanvraag, Registratieantwoord, Sessieantwoord, Sessievraag
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import ElkNummer, Oin, RouteringsKenmerk
from gateway.gegevensset import Pakketten, Toetser
from gateway.gegevensset.regelmotor import Regelmotor
from gateway.ports import TrafficCenter, Wereld
from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.proefpersonen import proef_pgn
from gateway.store.opslag import SqlOpslag
from gateway.store.schema import migreer
from gateway.trust.bewijs import Ondertekenaar
from gateway.trust.certificaten import maak_ontwikkel_pki
from gateway.trust.inlezen import laad_certificaten, laad_sleutel
from gateway.trust.kluis import Kluis, nieuwe_sleutel
from gateway.trust.kring import Partijen
from gateway.trust.zoeksleutel import maak_zoeksleutels
from gateway.usecases.aanleveren import Aanlevering, lever_aan
from gateway.xmlio import lees

GROOTTE = 173_000
KEREN = 150
_WIE = Opdrachtgever("bench")


class ZonderHandtekening:
    """Evidence is counted apart."""

    def onderteken(self, octets: bytes) -> bytes:
        """Give nothing."""
        return b"-"


class AltijdGoed:
    """A Traffic Center that agrees at once."""

    def registreer(self, aanvraag: Registratieaanvraag) -> Registratieantwoord:
        """Register whatever is asked."""
        return Registratieantwoord(Resultaat.OVERDRACHT_GESLAAGD, RouteringsKenmerk("0000000700000YY00931"), True)

    def sessiecontrole(self, vraag: Sessievraag) -> Sessieantwoord:
        """Find every session valid."""
        return Sessieantwoord(Resultaat.OVERDRACHT_GESLAAGD, "VO")

    def ping(self) -> bool:
        """Be there."""
        return True


def maak_wereld(map_: Path, url: str | None = None, sleutel: str | None = None) -> Wereld:
    """A world with the real store and validator, and the two stand-ins above; without `sleutel` a key of its own."""
    adres = url or f"sqlite:///{map_ / 'bench.sqlite'}"
    migreer(adres)
    return Wereld(
        opslag=SqlOpslag(adres, Kluis(f"bench:{sleutel or nieuwe_sleutel()}")),
        klok=Systeemklok(),
        toetser=Toetser(Pakketten.laad()),
        ondertekenaar=ZonderHandtekening(),
        zoeksleutels=maak_zoeksleutels(rondes=1),
        traffic_center=cast(TrafficCenter, AltijdGoed()),  # nothing else is asked of it here
        partijen=Partijen([]),
        las_profielen=Profielen(),
        tabel=standaardpakket().tabel,
        soap_basis="https://127.0.0.1:1/oso/bench",
    )


@contextmanager
def bench_wereld() -> Iterator[tuple[Path, Wereld]]:
    """A world in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="oso-bench-") as map_:
        yield Path(map_), maak_wereld(Path(map_))


def meet() -> list[Uitkomst]:
    """Measure push, evidence, rules and refusal."""
    pakketten = Pakketten.laad()
    pakket = next(iter(pakketten))
    grens = Ondergrens(pakket.map / "dossier.xsd")
    pgn = proef_pgn(7)
    dossiers = [maak_dossier(pgn, zaad=nr, omvang=GROOTTE) for nr in range(KEREN)]
    fout = (
        dossiers[0]
        .replace(b"<overdrachtsoort>", b"<overdrachtsoortje>")
        .replace(b"</overdrachtsoort>", b"</overdrachtsoortje>")
    )
    with bench_wereld() as (map_, wereld):
        toetser = Toetser(pakketten)
        motor = Regelmotor(pakket)
        boom = lees(dossiers[0])
        pki = maak_ontwikkel_pki(map_ / "pki", {"gateway": _oin()}, rsa_ondertekening=True)
        tekenaar = Ondertekenaar(laad_sleutel(pki.ondertekening.key), laad_certificaten(pki.ondertekening.cert))
        canoniek = [toetser.beoordeel(dossier).octets or b"" for dossier in dossiers[:1]]
        zonder = replace(wereld, ondertekenaar=ZonderHandtekening())
        vloer, push, bewijs, toets, regels, weigering = om_en_om(
            KEREN,
            (
                lambda nr: grens.doe(dossiers[nr]),
                lambda nr: lever_aan(zonder, ElkNummer("1"), Aanlevering(dossiers[nr]), _WIE),
                lambda _: tekenaar.onderteken(canoniek[0]),
                lambda nr: toetser.beoordeel(dossiers[nr]),
                lambda _: motor.toets(boom),
                lambda _: toetser.beoordeel(fout),
            ),
        )
    tegen = f"ondergrens {ms(vloer)}"
    return [
        Rij("push in het proces, bewijs apart", push / vloer, 2.0, toelichting=f"{ms(push)}; {tegen}"),
        Rij("bewijs (XAdES)", bewijs / vloer, 3.0, toelichting=f"{ms(bewijs)}; {tegen}"),
        Rij("alleen de regels", regels / vloer, 0.3, toelichting=f"{ms(regels)}; {tegen}"),
        Rij("toetsen met bijlagen", toets / vloer, 3.0, toelichting=f"{ms(toets)}; {tegen}"),
        Rij("weigeren met volledig rapport", weigering / vloer, 15.0, toelichting=f"{ms(weigering)}; {tegen}"),
    ]


def _oin() -> Oin:
    return Oin("00000003000000010000")
