"""Schools, and their points at the Traffic Center."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gateway.domain.aanleverpunt import Aanleverpunt
from gateway.domain.school import School
from gateway.domain.waarden import Brin, RouteringsKenmerk, Vestiging


class Scholen(Protocol):
    """Schools that the gateway serves."""

    def bewaar(self, school: School) -> None:
        """Add or replace one."""

    def school(self, vestiging: Vestiging) -> School | None:
        """Find one."""

    def alle(self) -> Sequence[School]:
        """List all, by vestiging."""


class Aanleverpunten(Protocol):
    """Our own points, one a vestiging."""

    def bewaar(self, punt: Aanleverpunt) -> None:
        """Add or replace one."""

    def punt(self, vestiging: Vestiging, *, vergrendel: bool = False) -> Aanleverpunt | None:
        """Find the one of a vestiging; `vergrendel` holds others off until the transaction ends."""

    def bij_kenmerk(self, brin: Brin, kenmerk: RouteringsKenmerk) -> Aanleverpunt | None:
        """Find the one that a message addresses, by kenmerk or by a number that only one of its BRIN has."""

    def alle(self) -> Sequence[Aanleverpunt]:
        """List all, by vestiging."""
