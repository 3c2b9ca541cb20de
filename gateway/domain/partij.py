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
        at the Traffic Center decides. Messages older than OSO'21 name a point by its number (in the list: `nr 932`):
        where no numbers are listed the school decides.
        """
        if brin not in self.brins or kenmerk is None or kenmerk in self.kenmerken:
            return brin in self.brins
        met_index = kenmerk.index is not None
        return not any((een.index is not None) is met_index for een in self.kenmerken)
