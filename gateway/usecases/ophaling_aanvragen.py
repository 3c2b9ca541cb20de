"""Order a fetch, or a list of them: only for schools whose own point is registered and may ask."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.aanleverpunt import Aanleverpunt, AanleverpuntStatus
from gateway.domain.fouten import Weigering
from gateway.domain.logboek import AuditRegel, Opdrachtgever
from gateway.domain.ophaling import Ophaling
from gateway.domain.waarden import Brin, Overdrachtsoort, Pgn, RouteringsKenmerk, Vestiging
from gateway.ports import Wereld, Werk

TEN_HOOGSTE = 1000


@dataclass(frozen=True, slots=True)
class Ophaalvraag:
    """What is asked: whose dossier, from which school (or one aanleverpunt of it), for which school.

    `opnieuw`: also when there is nothing newer than what was fetched before.
    """

    pgn: Pgn
    bron_brin: Brin
    doel_brin: Brin
    overdrachtsoort: Overdrachtsoort
    bron_kenmerk: RouteringsKenmerk | None = None
    opnieuw: bool = False


@dataclass(frozen=True, slots=True)
class Lijstuitkomst:
    """A list that was taken; `ids` in the order of asking, `te_doen` those that were not refused."""

    lijst: str
    ids: tuple[str, ...]
    te_doen: tuple[str, ...]


def vraag_aan(wereld: Wereld, vraag: Ophaalvraag, opdrachtgever: Opdrachtgever) -> str:
    """Accept a fetch and give its id. Raises `Weigering` when the school may not ask, with what to do."""
    nu = wereld.klok.nu()
    with wereld.opslag.werk() as werk:
        ophaling, weigering = _neem_aan(wereld, werk, vraag, opdrachtgever, nu)
        if weigering is None:
            werk.ophalingen.maak(ophaling, vraag.pgn)
        _leg_vast(werk, vraag, ophaling, weigering)
    if weigering is not None:
        raise weigering
    return ophaling.id


def eis_aantal(aantal: int) -> None:
    """Refuse a list over the limit, before each line in it is looked at. Raises `Weigering` `TeVeel`."""
    if aantal > TEN_HOOGSTE:
        raise Weigering(
            "TeVeel",
            f"Er staan meer dan {TEN_HOOGSTE} ophalingen in deze lijst; er is niets aangenomen.",
            "Verdeel de leerlingen over meer lijsten.",
        )


def vraag_lijst_aan(wereld: Wereld, vragen: Sequence[Ophaalvraag], opdrachtgever: Opdrachtgever) -> Lijstuitkomst:
    """Accept several at once. One that is refused is there too, `mislukt` from the start, with code and sentence."""
    eis_aantal(len(vragen))
    nu, lijst = wereld.klok.nu(), str(uuid.uuid4())
    ids, te_doen = [], []
    with wereld.opslag.werk() as werk:
        for nummer, vraag in enumerate(vragen, 1):
            ophaling, weigering = _neem_aan(wereld, werk, vraag, opdrachtgever, nu, (lijst, nummer))
            if weigering is not None:
                ophaling = ophaling.geweigerd(weigering.code, f"{weigering.melding} {weigering.wat_nu}", nu)
            else:
                te_doen.append(ophaling.id)
            werk.ophalingen.maak(ophaling, vraag.pgn)
            _leg_vast(werk, vraag, ophaling, weigering)
            ids.append(ophaling.id)
    return Lijstuitkomst(lijst, tuple(ids), tuple(te_doen))


def _neem_aan(
    wereld: Wereld,
    werk: Werk,
    vraag: Ophaalvraag,
    opdrachtgever: Opdrachtgever,
    nu: datetime,
    plek: tuple[str, int] | None = None,
) -> tuple[Ophaling, Weigering | None]:
    punten = [punt for punt in werk.aanleverpunten.alle() if punt.vestiging.brin == vraag.doel_brin]
    goed = next((punt for punt in punten if punt.oso and punt.mag_overdracht_aanvragen), None)
    ophaling = Ophaling(
        id=str(uuid.uuid4()),
        moment=nu,
        opdrachtgever=opdrachtgever,
        bron_brin=vraag.bron_brin,
        # Without a point of ours the vestiging is not known; it is refused then, and only the BRIN is ever shown.
        doel=goed.vestiging if goed is not None else Vestiging(vraag.doel_brin, "00"),
        overdrachtsoort=vraag.overdrachtsoort,
        bron_kenmerk=vraag.bron_kenmerk,
        opnieuw=vraag.opnieuw,
        lijst=plek[0] if plek is not None else None,
        nummer=plek[1] if plek is not None else None,
    )
    return ophaling, None if goed is not None else _weigering(wereld, punten)


def _weigering(wereld: Wereld, punten: Sequence[Aanleverpunt]) -> Weigering:
    """Why no point of this school may ask, and what to do; the one that is nearest to it decides."""
    if any(punt.oso for punt in punten):
        return Weigering(
            "OverdrachtAanvragenNietToegestaan",
            "Het aanleverpunt van de ontvangende school mag geen overdrachten aanvragen.",
            "Laat de contactpersoon ELK het aanleverpunt opnieuw registreren, zodat Mag overdr. aanvragen aan gaat.",
            wereld.contact.servicedesk,
        )
    if any(punt.status is AanleverpuntStatus.UITGEZET for punt in punten):
        return Weigering(
            "AanleverpuntUitgezet",
            "Het aanleverpunt van de ontvangende school is uitgezet.",
            "Laat de contactpersoon ELK de oorzaak wegnemen en het aanleverpunt opnieuw registreren.",
            wereld.contact.servicedesk,
        )
    return Weigering(
        "AanleverpuntNietGeregistreerd",
        "De ontvangende school heeft hier geen geregistreerd aanleverpunt.",
        "Laat de contactpersoon ELK het aanleverpunt van de school invullen en op Registreer drukken.",
        wereld.contact.beheer,
    )


def _leg_vast(werk: Werk, vraag: Ophaalvraag, ophaling: Ophaling, weigering: Weigering | None) -> None:
    werk.logboek.audit(
        AuditRegel(
            ophaling.moment,
            "ophaling-aanvragen",
            "aangenomen" if weigering is None else weigering.code,
            opdrachtgever=ophaling.opdrachtgever,
            over=vraag.pgn,
            bijzonderheden={
                "ophaling": ophaling.id,
                "bronBrin": vraag.bron_brin.waarde,
                "doelBrin": vraag.doel_brin.waarde,
                "opnieuw": vraag.opnieuw,
            },
        )
    )
