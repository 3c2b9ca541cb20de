"""A party on the other side of the SOAP port: who it is and for which schools it may speak."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.domain.waarden import Brin, Oin, RouteringsKenmerk


@dataclass(frozen=True, slots=True)
class Partij:
    """A supplier's system, known by the OIN in its certificate.

    `naam` is how people call it, `systeem` how lists of transfers name it, `las` the adapter that knows its habits
    (absent for a party that is no LAS). `brins` and `kenmerken` are the schools and the aanleverpunten it acts for.
    `ondertekent` switches the WS-Security profile on: its messages must be signed, and so are our answers to it.
    """

    oin: Oin
    naam: str
    las: str | None
    systeem: str
    brins: frozenset[Brin] = frozenset()
    kenmerken: frozenset[RouteringsKenmerk] = frozenset()
    ondertekent: bool = False

    def spreekt_voor(self, brin: Brin, kenmerk: RouteringsKenmerk | None = None) -> bool:
        """Tell whether this party may act for a school, and for one aanleverpunt of it when `kenmerk` is given.

        Where kenmerken are listed, one that is not is refused, also when the school is: of one BRIN several parties may
        each have an aanleverpunt. Where none are listed the party acts for every point of its schools, and the session
        at the Traffic Center decides; messages older than OSO'21 carry no kenmerk, then the school decides.
        """
        return brin in self.brins and (kenmerk is None or not self.kenmerken or kenmerk in self.kenmerken)
