"""Switching off by hand: one school, one party, or everything.

What is off is obeyed by pulls and by calls out. A school (or everything) that is off answers a LAS that our point is
not active, without asking the Traffic Center; a party that is off hears that nothing is for it: a fault would say that
its certificate is wrong, which it is not. Ping and registration of other schools go on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from gateway.domain.aanleverpunt import Aanleverpunt
from gateway.domain.fouten import Onbekend, Weigering
from gateway.domain.logboek import AuditRegel, Gegeven, Opdrachtgever
from gateway.domain.overdracht import Adresblok
from gateway.domain.schakelaar import Bereik, Schakelaar, Schakelstand
from gateway.domain.waarden import Vestiging
from gateway.ports import Wereld, Werk

HANDMATIG_UITGEZET = "HandmatigUitgezet"


def stand(werk: Werk, nu: datetime) -> Schakelstand:
    """What is off now."""
    return Schakelstand.op(nu, werk.schakelaars.alle())


def mag_naar_buiten(wereld: Wereld, stand_: Schakelstand, vestiging: Vestiging, adres: Adresblok | None = None) -> bool:
    """May we call out for this school, and to the doel of an address block when it is given?"""
    if stand_.school(vestiging) is not None:
        return False
    return adres is None or not any(
        wereld.partijen.mag_spreken_voor(oin, adres.doel_brin, adres.doel_kenmerk) for oin in stand_.partijen()
    )


def zoals_geschakeld(stand_: Schakelstand, punt: Aanleverpunt | None) -> Aanleverpunt | None:
    """A point as a LAS finds it: off, when its school is off by hand. For looking only, never to be stored."""
    uit = stand_.school(punt.vestiging) if punt is not None and punt.oso else None
    return punt.uitgezet(HANDMATIG_UITGEZET, uit.sinds) if punt is not None and uit is not None else punt


def eis_aan(werk: Werk, nu: datetime, vestiging: Vestiging) -> None:
    """Refuse a call out for a school that is off by hand. Raises `Weigering` `HandmatigUitgezet`."""
    uit = stand(werk, nu).school(vestiging)
    if uit is not None:
        raise Weigering(
            HANDMATIG_UITGEZET,
            "De beheerder van deze gateway heeft deze school (of alles) uitgezet; er gaat nu niets naar buiten.",
            "Vraag de beheerder waarom, en wanneer de school weer aan gaat.",
        )


def zet_uit(
    wereld: Wereld, bereik: Bereik, reden: str, tot: datetime | None, opdrachtgever: Opdrachtgever
) -> tuple[Schakelaar, bool]:
    """Switch off, or change reason and end; tells whether it was on.

    Raises `Weigering` `TotVoorbij` for an end that is over, `Onbekend` for a school or party that we do not know.
    """
    nu = wereld.klok.nu()
    if tot is not None and tot <= nu:
        raise Weigering(
            "TotVoorbij",
            "Het einde van deze schakelaar ligt in het verleden.",
            "Geef in tot een moment dat nog komt, of laat tot weg.",
        )
    with wereld.opslag.werk() as werk:
        _eis_bekend(wereld, werk, bereik)
        bestaand = _geldend(werk, bereik, nu)
        nieuw = Schakelaar(bereik, reden, opdrachtgever.account, bestaand.sinds if bestaand else nu, tot)
        werk.schakelaars.zet(nieuw)
        einde = tot.isoformat() if tot is not None else None
        _audit(werk, nu, bereik, "uit", opdrachtgever, {"reden": reden, "tot": einde})
    return nieuw, bestaand is None


def zet_aan(wereld: Wereld, bereik: Bereik, opdrachtgever: Opdrachtgever) -> None:
    """Switch on again; what was held goes on. Raises `Onbekend` when it was not off."""
    nu = wereld.klok.nu()
    with wereld.opslag.werk() as werk:
        if not werk.schakelaars.verwijder(bereik):
            raise Onbekend("De schakelaar")
        werk.notificaties.hervat(bereik.vestiging, nu)
        _audit(werk, nu, bereik, "aan", opdrachtgever)


def lijst(wereld: Wereld) -> Sequence[Schakelaar]:
    """What is off now, by bereik."""
    with wereld.opslag.lezen() as werk:
        return stand(werk, wereld.klok.nu()).schakelaars


def _geldend(werk: Werk, bereik: Bereik, nu: datetime) -> Schakelaar | None:
    return next((een for een in stand(werk, nu).schakelaars if een.bereik == bereik), None)


def _eis_bekend(wereld: Wereld, werk: Werk, bereik: Bereik) -> None:
    if bereik.vestiging is not None and werk.scholen.school(bereik.vestiging) is None:
        raise Onbekend("De school")
    if bereik.oin is not None and wereld.partijen.bij_oin(bereik.oin) is None:
        raise Onbekend("De partij")


def _audit(
    werk: Werk,
    nu: datetime,
    bereik: Bereik,
    uitkomst: str,
    opdrachtgever: Opdrachtgever,
    hoe: Mapping[str, Gegeven] | None = None,
) -> None:
    bijzonderheden = {"bereik": bereik.waarde, **(hoe or {})}
    werk.logboek.audit(
        AuditRegel(nu, "schakelen", uitkomst, opdrachtgever=opdrachtgever, bijzonderheden=bijzonderheden)
    )
