"""The development world of `interfaces.md`, as facts: parties, schools, and which system stands behind which point."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.domain.partij import Partij
from gateway.domain.school import School
from gateway.domain.waarden import Brin, Oin, Vestiging

TRAFFIC_CENTER_OIN = Oin("00000003000000000000")


@dataclass(frozen=True, slots=True)
class WereldPartij:
    """One system with a certificate; `naam` is its key in `dev.json` and the name of its files."""

    naam: str
    oin: Oin
    toonnaam: str
    las: str | None = None
    brins: tuple[str, ...] = ()

    def als_partij(self) -> Partij:
        """What the gateway knows of it."""
        brins = frozenset(Brin(brin) for brin in self.brins)
        return Partij(self.oin, self.toonnaam, self.las, self.toonnaam, brins)


GATEWAY = WereldPartij("gateway", Oin("00000003000000010000"), "OSO gateway")
MAGISTER = WereldPartij("magister", Oin("00000003000000020000"), "Magister", "magister", ("00YY",))
TRAJECTPLANNER = WereldPartij(
    "trajectplanner", Oin("00000003000000030000"), "Trajectplanner", "trajectplanner", ("12SS",)
)
POSCHOOL = WereldPartij("poschool", Oin("00000003000000040000"), "LAS basisschool 00AH", None, ("00AH",))
VREEMDE = WereldPartij("vreemde", Oin("00000003000000090000"), "Vreemde partij")
TRAFFIC_CENTER = WereldPartij("traffic-center", TRAFFIC_CENTER_OIN, "Traffic Center")

LAS_SYSTEMEN = (MAGISTER, TRAJECTPLANNER, POSCHOOL)
PARTIJEN = (GATEWAY, *LAS_SYSTEMEN, VREEMDE, TRAFFIC_CENTER)

SCHOLEN = (
    School(
        vestiging=Vestiging.van("00YY", "00"),
        officiele_naam="Stichting Proefschool Noord",
        naam="Proefcollege Noord",
        schooltype="VO",
        bestuur="90001",
        straat="Voorbeeldlaan",
        huisnummer="1",
        postcode="1000AA",
        plaats="Proefstad",
        telefoon="020-0000001",
        las="magister",
    ),
    School(
        vestiging=Vestiging.van("12SS", "01"),
        officiele_naam="Stichting Proefschool Zuid",
        naam="Proeflyceum Zuid",
        schooltype="VO",
        bestuur="90002",
        straat="Toetsweg",
        huisnummer="22",
        postcode="1100AB",
        plaats="Proefstad",
        telefoon="020-0000002",
        las="trajectplanner",
    ),
)
