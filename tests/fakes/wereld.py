"""A `Wereld` of fakes for the use cases: the store in memory, the rules of the simulator as Traffic Center."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from gateway.berichten.pakket import standaardpakket
from gateway.domain.beoordeling import BijlageGegevens
from gateway.domain.dossier import Versie
from gateway.domain.overdracht import Sessieantwoord, Sessievraag, Zoeksleutel
from gateway.domain.waarden import Pgn
from gateway.ports import LasOordeel, Opslag, TrafficCenterOnbereikbaar, Wereld
from gateway.simulators.ontwikkelwereld import LAS_SYSTEMEN, VREEMDE
from gateway.trust.kring import Partijen
from tests.fakes.klok import VasteKlok
from tests.fakes.ondertekenaar import NepOndertekenaar
from tests.fakes.opslag import FakeOpslag
from tests.fakes.toetser import RegelToetser
from tests.fakes.traffic_center import NepTrafficCenter, maak_machine

SOAP_BASIS = "https://gateway.test/oso/20200910"
MAGISTER_GRENS = 3_000_000


class NepZoeksleutels:
    """The port `Zoeksleutels`, at no cost."""

    def zoeksleutel(self, pgn: Pgn) -> Zoeksleutel:
        """Derive something that is equal for equal numbers."""
        return Zoeksleutel(hashlib.sha256(pgn.waarde.encode()).hexdigest(), pgn.waarde[-4:])


class NepProfielen:
    """The port `LasProfielen`: `magister` takes attachments up to 3 MB, a school without LAS gets a warning."""

    def oordeel(self, las: str | None, versie: Versie, bijlagen: Sequence[BijlageGegevens]) -> LasOordeel:
        """Judge by the size of the attachments."""
        if las is None:
            return LasOordeel(waarschuwing="Bij deze school is geen LAS ingevuld.")
        te_groot = any((bijlage.grootte or 0) > MAGISTER_GRENS for bijlage in bijlagen)
        return LasOordeel(geweigerd="Magister neemt dit dossier niet aan." if te_groot else None)

    def bestaat(self, las: str) -> bool:
        """Is it magister?"""
        return las in self.namen()

    def namen(self) -> Sequence[str]:
        """Name the one there is."""
        return ("magister",)


TABEL = standaardpakket().tabel


class StuurbaarTrafficCenter(NepTrafficCenter):
    """The Traffic Center whose session checks a test may write (`sessie`), or have something happen during a call."""

    def __init__(self, klok: VasteKlok) -> None:
        super().__init__(maak_machine(klok.nu))
        self.sessie: Sessieantwoord | None = None
        self.tussendoor: Callable[[], None] | None = None

    def sessiecontrole(self, vraag: Sessievraag) -> Sessieantwoord:
        """Give the answer that was written, else that of the machine."""
        if self.tussendoor is not None:
            tussendoor, self.tussendoor = self.tussendoor, None
            tussendoor()
        if self.sessie is None:
            return super().sessiecontrole(vraag)
        self.vragen.append(("sessiecontrole", vraag))
        if self.weg:
            raise TrafficCenterOnbereikbaar("Geen antwoord (weg).")
        return self.sessie


def maak_wereld(
    opslag: Opslag | None = None, klok: VasteKlok | None = None, traffic_center: StuurbaarTrafficCenter | None = None
) -> Wereld:
    """Make a world with the parties of the development world; nothing is stored in it yet."""
    klok = klok or VasteKlok()
    return Wereld(
        opslag=opslag or FakeOpslag(),
        klok=klok,
        toetser=RegelToetser(),
        ondertekenaar=NepOndertekenaar(),
        zoeksleutels=NepZoeksleutels(),
        traffic_center=traffic_center or StuurbaarTrafficCenter(klok),
        partijen=Partijen([partij.als_partij() for partij in (*LAS_SYSTEMEN, VREEMDE)]),
        las_profielen=NepProfielen(),
        tabel=TABEL,
        soap_basis=SOAP_BASIS,
    )
