"""The party table: which OIN is whom, and for which school it may speak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.domain.partij import Partij
from gateway.domain.waarden import Brin, Oin, RouteringsKenmerk


class Partijen:
    """The circle of known parties. Who is not in it gets nothing, however good the certificate."""

    __slots__ = ("_bij_oin",)

    def __init__(self, partijen: Iterable[Partij]) -> None:
        """Take the parties; raises `ValueError` when two claim one OIN, since then nobody knows who calls."""
        self._bij_oin: dict[Oin, Partij] = {}
        for partij in partijen:
            if partij.oin in self._bij_oin:
                raise ValueError(f"De partijentabel noemt OIN {partij.oin} tweemaal: laat er één staan.")
            self._bij_oin[partij.oin] = partij

    def __iter__(self) -> Iterator[Partij]:
        return iter(self._bij_oin.values())

    def __len__(self) -> int:
        return len(self._bij_oin)

    def bij_oin(self, oin: Oin) -> Partij | None:
        """Give the party of an OIN, or nothing for a stranger."""
        return self._bij_oin.get(oin)

    def mag_spreken_voor(self, oin: Oin, brin: Brin, kenmerk: RouteringsKenmerk | None = None) -> bool:
        """Tell whether the party of this OIN may act for a school or one aanleverpunt of it; a stranger never may."""
        partij = self._bij_oin.get(oin)
        return partij is not None and partij.spreekt_voor(brin, kenmerk)
