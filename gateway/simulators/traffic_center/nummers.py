"""Aanleverpunten by their number in the BRIN, for versions of the messages that know no routeringsKenmerk.

The machine knows points by kenmerk. What comes in such a version is turned into that at the door, and what goes out is
turned back. A number that no point has stays as it is: the machine finds no such point.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from gateway.berichten.pakket import Berichtpakket
from gateway.domain.overdracht import (
    Adresblok,
    Overdrachtantwoord,
    Overzichtantwoord,
    Overzichtvraag,
    Registratieaanvraag,
    Registratieantwoord,
)
from gateway.domain.waarden import Brin, RouteringsKenmerk
from gateway.simulators.traffic_center.gegevens import Punt


def met_kenmerken(vraag: Any, punten: Sequence[Punt]) -> Any:
    """Give a request with the kenmerk of each point that it names by number."""
    if isinstance(vraag, Overzichtvraag):
        passend = [punt for punt in punten if vraag.brin in (None, punt.brin)]
        return replace(vraag, kenmerk=_kenmerk(vraag.kenmerk, passend))
    if isinstance(vraag, Registratieaanvraag):
        return replace(vraag, routerings_kenmerk=_van(vraag.vestiging.brin, vraag.routerings_kenmerk, punten))
    adres: Adresblok | None = getattr(vraag, "adres", None)
    if adres is None:
        return vraag
    doel = _van(adres.doel_brin, adres.doel_kenmerk, punten) or adres.doel_kenmerk
    return replace(
        vraag, adres=replace(adres, bron_kenmerk=_van(adres.bron_brin, adres.bron_kenmerk, punten), doel_kenmerk=doel)
    )


def met_nummers(antwoord: Any, punten: Sequence[Punt], pakket: Berichtpakket, versies: Iterable[str]) -> Any:
    """Give an answer with the number of each point, and addresses in the version of `pakket`."""
    nummers = {punt.kenmerk: RouteringsKenmerk.van_index(punt.nummer) for punt in punten}
    if isinstance(antwoord, Overdrachtantwoord):
        te_bevragen = (
            replace(punt, kenmerk=nummers[punt.kenmerk], url=_in_versie(punt.url, pakket.versie, versies))
            for punt in antwoord.punten
        )
        return replace(antwoord, punten=tuple(te_bevragen))
    if isinstance(antwoord, Overzichtantwoord):
        return replace(antwoord, punten=tuple(replace(punt, kenmerk=nummers[punt.kenmerk]) for punt in antwoord.punten))
    if isinstance(antwoord, Registratieantwoord) and antwoord.routerings_kenmerk is not None:
        return replace(antwoord, routerings_kenmerk=nummers[antwoord.routerings_kenmerk])
    return antwoord


def _van(brin: Brin, kenmerk: RouteringsKenmerk | None, punten: Sequence[Punt]) -> RouteringsKenmerk | None:
    return _kenmerk(kenmerk, [punt for punt in punten if punt.brin == brin])


def _kenmerk(kenmerk: RouteringsKenmerk | None, punten: Sequence[Punt]) -> RouteringsKenmerk | None:
    if kenmerk is None:
        return None
    return next((punt.kenmerk for punt in punten if punt.nummer == kenmerk.index), kenmerk)


def _in_versie(url: str, versie: str, versies: Iterable[str]) -> str:
    voor, _, laatste = url.rpartition("/")
    return f"{voor}/{versie}" if laatste in versies else url
