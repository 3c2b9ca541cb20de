"""Switching off by hand: one school, one party, or everything; with who did it, why, and until when.

Beside what the Traffic Center does to a point: that ends by registering again, this ends at its time or by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from gateway.domain.waarden import Oin, OngeldigeWaarde, Vestiging

_VORM = re.compile(r"alles|school-[0-9]{2}[A-Z]{2}[0-9]{2}|partij-[0-9]{20}")


@dataclass(frozen=True, slots=True, order=True)
class Bereik:
    """What a switch is about: `alles`, `school-00YY00` or `partij-` with the OIN."""

    waarde: str

    def __post_init__(self) -> None:
        if not isinstance(self.waarde, str) or _VORM.fullmatch(self.waarde) is None:
            raise OngeldigeWaarde("een bereik", "alles, school- met BRIN en vestigingscode, of partij- met een OIN")

    @classmethod
    def alles(cls) -> Self:
        """Everything."""
        return cls("alles")

    @classmethod
    def van_school(cls, vestiging: Vestiging) -> Self:
        """One school."""
        return cls(f"school-{vestiging.brin}{vestiging.code}")

    @classmethod
    def van_partij(cls, oin: Oin) -> Self:
        """One party."""
        return cls(f"partij-{oin}")

    @property
    def vestiging(self) -> Vestiging | None:
        """The school, where it is one."""
        return Vestiging.uit_tekst(self.waarde.removeprefix("school-")) if self.waarde.startswith("school-") else None

    @property
    def oin(self) -> Oin | None:
        """The party, where it is one."""
        return Oin(self.waarde.removeprefix("partij-")) if self.waarde.startswith("partij-") else None

    def __str__(self) -> str:
        return self.waarde


@dataclass(frozen=True, slots=True)
class Schakelaar:
    """One thing that is off by hand; without `tot` until somebody puts it on again."""

    bereik: Bereik
    reden: str
    account: str
    sinds: datetime
    tot: datetime | None = None

    def geldt_op(self, moment: datetime) -> bool:
        """Is it off at this moment?"""
        return self.tot is None or moment < self.tot


@dataclass(frozen=True, slots=True)
class Schakelstand:
    """What is off at a moment."""

    schakelaars: tuple[Schakelaar, ...] = ()

    @classmethod
    def op(cls, moment: datetime, alle: Iterable[Schakelaar]) -> Self:
        """Those of all switches that hold."""
        return cls(tuple(een for een in alle if een.geldt_op(moment)))

    def school(self, vestiging: Vestiging) -> Schakelaar | None:
        """The switch that holds a school off; everything goes before the school itself."""
        return self._vind(Bereik.alles(), Bereik.van_school(vestiging))

    def partij(self, oin: Oin) -> Schakelaar | None:
        """The switch that holds a party off."""
        return self._vind(Bereik.van_partij(oin))

    def partijen(self) -> tuple[Oin, ...]:
        """All parties that are off."""
        return tuple(een.bereik.oin for een in self.schakelaars if een.bereik.oin is not None)

    def _vind(self, *bereiken: Bereik) -> Schakelaar | None:
        for bereik in bereiken:
            for schakelaar in self.schakelaars:
                if schakelaar.bereik == bereik:
                    return schakelaar
        return None
