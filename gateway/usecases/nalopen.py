"""Look now and then whether our points are still on at the Traffic Center, so that a school need not find out by a LAS.

Sparing: one `overzichtAanleverpunt` for each BRIN and round, filtered on that BRIN, and only for points that we take to
be on. The list says that a point is off, not why. So before the flags go off the Traffic Center is asked once for the
session of our last delivery (`sessiecontrole`): at a point that is off it answers that first, with the `oorzaak`, and
the version that caused it goes into quarantine. Without that the same dossier would switch the point off again.

Source: wiki OSO:2022/Opvragen Aanleverpunten; `messages.md`, The Traffic Center simulator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from gateway.domain.aanleverpunt import Aanleverpunt
from gateway.domain.overdracht import Adresblok, Oorzaak, Overzichtvraag, Sessievraag
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, RouteringsKenmerk, Vestiging
from gateway.ports import TrafficCenterOnbereikbaar, Wereld, Werk
from gateway.usecases import schakelen
from gateway.usecases.uitzetten import zet_uit


@dataclass(frozen=True, slots=True)
class Nagelopen:
    """What one BRIN gave: points found off, and points of ours that the Traffic Center does not list."""

    uitgezet: tuple[Vestiging, ...] = ()
    ontbreekt: tuple[Vestiging, ...] = ()


def te_doen(wereld: Wereld) -> Sequence[Brin]:
    """BRINs with a point that we take to be on, of schools that are not off by hand."""
    with wereld.opslag.lezen() as werk:
        stand = schakelen.stand(werk, wereld.klok.nu())
        aan = (punt.vestiging for punt in werk.aanleverpunten.alle() if punt.oso)
        return sorted({vestiging.brin for vestiging in aan if stand.school(vestiging) is None})


def loop_na(wereld: Wereld, brin: Brin, elke: timedelta) -> Nagelopen | None:
    """Look at the points of one BRIN; None when that was done less than `elke` ago, by whatever process.

    Raises `TrafficCenterOnbereikbaar`; the next round tries again.
    """
    with wereld.opslag.werk() as werk:
        if not werk.rondes.begin(f"overzicht/{brin}", wereld.klok.nu(), elke):
            return None
        punten = [punt for punt in werk.aanleverpunten.alle() if punt.vestiging.brin == brin and punt.oso]
    antwoord = wereld.traffic_center.overzicht_aanleverpunt(Overzichtvraag(brin=brin))
    if antwoord.resultaat is not Resultaat.GELUKT:
        return Nagelopen()
    actief: dict[RouteringsKenmerk | None, bool] = {
        punt.kenmerk: punt.actief for punt in antwoord.punten if punt.brin == brin
    }
    uit = [punt for punt in punten if actief.get(punt.routerings_kenmerk) is False]
    for punt in uit:
        _merk(wereld, punt)
    ontbreekt = tuple(punt.vestiging for punt in punten if punt.routerings_kenmerk not in actief)
    return Nagelopen(tuple(punt.vestiging for punt in uit), ontbreekt)


def _merk(wereld: Wereld, punt: Aanleverpunt) -> None:
    oorzaak = _oorzaak(wereld, punt)
    nu = wereld.klok.nu()
    with wereld.opslag.werk() as werk:
        nu_zo = werk.aanleverpunten.punt(punt.vestiging, vergrendel=True)
        # A point that was changed or registered again since we asked: the news is about what it was before.
        if nu_zo is not None and nu_zo == punt:
            zet_uit(werk, nu_zo, Resultaat.BRON_STAAT_UIT.value, nu, oorzaak)


def _oorzaak(wereld: Wereld, punt: Aanleverpunt) -> Oorzaak | None:
    """Ask for the cause; None when there is none, or when it cannot be had now."""
    with wereld.opslag.lezen() as werk:
        vraag = _laatste_sessie(wereld, werk, punt)
    if vraag is None:
        return None
    try:
        return wereld.traffic_center.sessiecontrole(vraag).oorzaak
    except TrafficCenterOnbereikbaar:
        return None


def _laatste_sessie(wereld: Wereld, werk: Werk, punt: Aanleverpunt) -> Sessievraag | None:
    for levering in werk.signalen.laatste_leveringen(punt.vestiging, 1):
        if levering.elk_nummer is None or levering.versie is None:
            continue
        dossier = werk.dossiers.dossier(levering.elk_nummer)
        versie = werk.dossiers.versie(levering.elk_nummer, levering.versie)
        if dossier is None or dossier.pgn is None or versie is None:
            continue
        adres = Adresblok(punt.vestiging.brin, punt.routerings_kenmerk, levering.doel_brin, levering.doel_kenmerk)
        zoeksleutel = wereld.zoeksleutels.zoeksleutel(dossier.pgn)
        return Sessievraag(adres, zoeksleutel, versie.overdrachtsoort, levering.sessie_id)
    return None
