"""Schools: who is there, and changing what is known of one."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.domain.fouten import Onbekend, Weigering
from gateway.domain.logboek import AuditRegel, Opdrachtgever
from gateway.domain.school import School
from gateway.domain.toegang import Token
from gateway.domain.waarden import Vestiging
from gateway.ports import Wereld, Werk


def zichtbaar(werk: Werk, token: Token, vestiging: Vestiging) -> bool:
    """May this token see this vestiging? Looks up the school's bestuur when the token is bound to one."""
    if token.bestuur is None:
        return token.ziet_vestiging(vestiging)
    school = werk.scholen.school(vestiging)
    return token.ziet_vestiging(vestiging, school.bestuur if school else None)


def eis_zichtbaar(werk: Werk, token: Token, vestiging: Vestiging, wat: str) -> None:
    """Refuse as unknown what lies outside the scope of the token."""
    if not zichtbaar(werk, token, vestiging):
        raise Onbekend(wat)


def bewaar(wereld: Wereld, token: Token, school: School, opdrachtgever: Opdrachtgever) -> tuple[School, bool]:
    """Add or replace a school; tells whether it is new.

    Raises `Onbekend` outside the token's scope, `Weigering` `LasOnbekend` for a LAS without an adapter.
    """
    with wereld.opslag.werk() as werk:
        eis_zichtbaar(werk, token, school.vestiging, "De school")
        if school.las is not None and not wereld.las_profielen.bestaat(school.las):
            raise Weigering(
                "LasOnbekend",
                "Het LAS van deze school is hier niet bekend.",
                f"Kies een van: {', '.join(wereld.las_profielen.namen())}, of laat het veld las weg.",
            )
        bestaand = werk.scholen.school(school.vestiging)
        if bestaand != school:
            werk.scholen.bewaar(school)
            werk.logboek.audit(
                AuditRegel(
                    wereld.klok.nu(),
                    "school-bewaren",
                    "bewaard",
                    opdrachtgever=opdrachtgever,
                    bijzonderheden={"vestiging": str(school.vestiging)},
                )
            )
    return school, bestaand is None


def lijst(wereld: Wereld, token: Token) -> Sequence[School]:
    """Schools within the token's scope, by vestiging."""
    with wereld.opslag.lezen() as werk:
        return [school for school in werk.scholen.alle() if token.ziet_vestiging(school.vestiging, school.bestuur)]
