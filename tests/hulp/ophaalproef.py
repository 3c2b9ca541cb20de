"""A world of fakes in which the gateway fetches as doel, and in which everything can break down at any point."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from gateway.berichten.pakket import standaardpakket
from gateway.domain.aanleverpunt import Aanleverpunt
from gateway.domain.logboek import Gebeurtenis, GebeurtenisType, Opdrachtgever
from gateway.domain.ophaling import Ophaling, Sectieverschil
from gateway.domain.overdracht import Afmelding, Overdrachtantwoord, Overdrachtvraag
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Doel, Overdrachtsoort, Pgn, RouteringsKenmerk, Vestiging
from gateway.ports import Opslag
from gateway.simulators.ontwikkelwereld import POSCHOOL, SCHOLEN
from gateway.simulators.traffic_center.gegevens import Punt
from gateway.usecases import ophaling_inzien
from gateway.usecases.doelsysteem import Doelsysteem, Ophaalregels
from gateway.usecases.ophalen import verwerk
from gateway.usecases.ophaling_aanvragen import Ophaalvraag, vraag_aan
from tests.fakes.bronnen import NepBronnen, levering
from tests.fakes.klok import VasteKlok
from tests.fakes.opslag import FakeOpslag
from tests.fakes.wereld import StuurbaarTrafficCenter, maak_wereld

HIER = Vestiging.van("00YY", "00")
ONS = RouteringsKenmerk("0000000700000YY00931")
BASIS = "0000000700000AH00900"
TWEEDE = "0000000700000AH00901"
DERDE = "0000000700000AH00902"
BRON = Brin("00AH")
PGN = Pgn("101211151")
KERN = Opdrachtgever("account-1", "iemand", "kern")
TABEL = standaardpakket().tabel


class Gekild(BaseException):
    """The process died here."""


@dataclass
class Breekpunt:
    """Counts the moments at which a process may die; at number `bij` it does. None: never."""

    bij: int | None = None
    geteld: int = 0

    def __call__(self) -> None:
        self.geteld += 1
        if self.geteld == self.bij:
            raise Gekild


class BreekbaarTrafficCenter(StuurbaarTrafficCenter):
    """Dies before or after a call, when told so; `antwoorden` are given instead of what the machine says."""

    def __init__(self, klok: VasteKlok) -> None:
        super().__init__(klok)
        self.breek: Callable[[], None] = Breekpunt()
        self.overdrachten: list[Resultaat] = []
        self.weg_keer = 0

    def overdracht(self, vraag: Overdrachtvraag, *, onderwerp: str | None = None) -> Overdrachtantwoord:
        self.breek()
        self._tel()
        antwoord = Overdrachtantwoord(self.overdrachten.pop(0)) if self.overdrachten else super().overdracht(vraag)
        self.breek()
        return antwoord

    def afmelding(self, melding: Afmelding, *, onderwerp: str | None = None) -> Resultaat:
        self.breek()
        self._tel()
        antwoord = super().afmelding(melding)
        self.breek()
        return antwoord

    def _tel(self) -> None:
        self.weg = self.weg_keer > 0
        self.weg_keer = max(0, self.weg_keer - 1)


class BreekbareBronnen(NepBronnen):
    """Dies before or after a call, when told so."""

    def __init__(self) -> None:
        super().__init__()
        self.breek: Callable[[], None] = Breekpunt()

    def vraag(self, url: str, vraag: Any, *, onderwerp: str | None = None) -> Any:
        self.breek()
        antwoord = super().vraag(url, vraag, onderwerp=onderwerp)
        self.breek()
        return antwoord


class BreekbareOpslag:
    """A store in which a writing transaction may die before it is committed, or right after."""

    def __init__(self, binnen: Opslag) -> None:
        self._binnen = binnen
        self.breek: Callable[[], None] = Breekpunt()

    @contextmanager
    def werk(self, *, samen: bool = False) -> Iterator[Any]:
        with self._binnen.werk(samen=samen) as werk:
            yield werk
            self.breek()
        self.breek()

    def lezen(self) -> Any:
        return self._binnen.lezen()

    def controleer(self) -> None:
        self._binnen.controleer()


class NepVergelijker:
    """Dossiers that differ, differ in `verzuim`."""

    def verschillen(self, oud: bytes, nieuw: bytes) -> tuple[Sectieverschil, ...]:
        return () if oud == nieuw else (Sectieverschil("huidigeschool/leerling/verzuim", "gewijzigd"),)


class Ophaalproef:
    """The gateway registered for 00YY/00, and primary school 00AH with one aanleverpunt unless told otherwise."""

    def __init__(self, opslag: Opslag | None = None, *, regels: Ophaalregels | None = None) -> None:
        self.klok = VasteKlok()
        self.tc = BreekbaarTrafficCenter(self.klok)
        self.bronnen = BreekbareBronnen()
        self.opslag = BreekbareOpslag(opslag or FakeOpslag())
        self.wereld = maak_wereld(self.opslag, self.klok, self.tc)
        self.regels = regels or Ophaalregels()
        self.bronnen.zet(BASIS, levering())
        self._registreer()

    def _registreer(self) -> None:
        machine = self.tc.machine
        ons = machine.punt(ONS)
        assert ons is not None
        machine.zet_punt(replace(ons, actief=True, url="https://gateway.test/oso/20200910", doel=Doel.OV))
        with self.opslag.werk() as werk:
            werk.scholen.bewaar(SCHOLEN[0])
            punt = Aanleverpunt(HIER, 100, ONS, "sleutel", self.klok.nu())
            werk.aanleverpunten.bewaar(punt.geregistreerd(ONS, True, self.klok.nu()))

    def extra_punt(self, kenmerk: str, nummer: int, *antwoorden: Any) -> None:
        """Give 00AH another aanleverpunt."""
        punt = Punt(
            Vestiging.van("00AH", "00"), nummer, RouteringsKenmerk(kenmerk), "s", "PO", POSCHOOL.oin,
            url=f"https://bron{nummer}.test/oso/20200910", actief=True,
        )  # fmt: skip
        self.tc.machine.zet_punt(punt)
        self.bronnen.zet(kenmerk, *antwoorden)

    @property
    def doel(self) -> Doelsysteem:
        """A fresh process on the same store."""
        return Doelsysteem(self.wereld, self.bronnen, NepVergelijker(), ("2019.1",), self.regels)

    def vraag(self, **anders: Any) -> str:
        """Order a fetch."""
        kaal = Ophaalvraag(PGN, BRON, HIER.brin, Overdrachtsoort.OVERSTAPDOSSIER)
        return vraag_aan(self.wereld, replace(kaal, **anders), KERN)

    def afmaken(self, ophaling_id: str) -> Ophaling:
        """Work until it is finished; pauses pass at once."""
        for _ in range(200):
            straks = verwerk(self.doel, ophaling_id)
            if straks is None:
                return self.stand(ophaling_id)
            self.klok.moment = max(self.klok.moment, straks)
        raise AssertionError("a fetch that never ends")

    def haal(self, **anders: Any) -> Ophaling:
        """Order and finish."""
        return self.afmaken(self.vraag(**anders))

    def breek_overal(self, breek: Callable[[], None]) -> None:
        """Let everything count down to the same death."""
        self.tc.breek = self.bronnen.breek = self.opslag.breek = breek

    def stand(self, ophaling_id: str) -> Ophaling:
        """Look at it."""
        return ophaling_inzien.een(self.wereld, ophaling_id).ophaling

    def dossier(self, ophaling_id: str) -> bytes | ophaling_inzien.Waarom:
        """Take the dossier, or why there is none."""
        return ophaling_inzien.dossier(self.wereld, ophaling_id, KERN)[1]

    def gebeurtenissen(self, soort: GebeurtenisType) -> list[Gebeurtenis]:
        """Events of a kind."""
        with self.opslag.lezen() as werk:
            return [een for een in werk.logboek.gebeurtenissen(0, 1000) if een.type is soort]

    def afmeldingen(self) -> list[Afmelding]:
        """What was signed off, also when the answer was lost."""
        return [melding for naam, melding in self.tc.vragen if naam == "afmelding" and isinstance(melding, Afmelding)]

    def open_sessies(self) -> int:
        """Sessions at the Traffic Center that nobody signed off."""
        return sum(sessie.afgemeld is None for sessie in self.tc.machine._sessies.values())
