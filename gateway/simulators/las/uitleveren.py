"""The bron side of a LAS: answers a documentRequest by the rules of `messages.md` ("What a bron does")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.overdracht import Documentantwoord, Documentvraag, Sessieantwoord, Sessievraag
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Koppelsleutel, Overdrachtsoort, Pgn
from gateway.simulators.las.lijn import GeenAntwoord, Lijn
from gateway.trust.zoeksleutel import Strategie


@dataclass(frozen=True, slots=True)
class Leerlingversie:
    """One version of a dossier; the octets (canonical) are made when they are needed."""

    verzameldatum: datetime
    dossier_versie: str
    octets: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Leerling:
    """A pupil with versions, oldest first.

    A doel that gives no date gets the first version, one that has it gets the last: so a pupil with two versions
    changes with the `dossierVerzameldatum` of the request.
    """

    versies: tuple[Leerlingversie, ...]
    overdrachtsoort: Overdrachtsoort = Overdrachtsoort.OVERSTAPDOSSIER
    klaargezet: bool = True
    inzage: bool = True


class Uitlevering:
    """Decides what a doel gets."""

    def __init__(self, lijn: Lijn, zoeksleutels: Strategie, leerlingen: Mapping[Pgn, Leerling]) -> None:
        self._lijn = lijn
        self._zoeksleutels = zoeksleutels
        self._leerlingen = leerlingen

    def beantwoord(self, vraag: Documentvraag) -> Documentantwoord:
        """Check the session first; only then look for the pupil."""
        geweigerd = self._controleer_sessie(vraag)
        if geweigerd is not None:
            return Documentantwoord(geweigerd)
        leerling = None if isinstance(vraag.sleutel, Koppelsleutel) else self._leerlingen.get(vraag.sleutel)
        if leerling is None:
            return Documentantwoord(Resultaat.LEERLING_ONBEKEND)
        return _lever(leerling, vraag)

    def _controleer_sessie(self, vraag: Documentvraag) -> Resultaat | None:
        sleutel = (
            vraag.sleutel if isinstance(vraag.sleutel, Koppelsleutel) else self._zoeksleutels.zoeksleutel(vraag.sleutel)
        )
        controle = Sessievraag(vraag.adres, sleutel, vraag.overdrachtsoort, vraag.sessie_id)
        try:
            antwoord = self._lijn.vraag_tc("sessiecontrole", controle, Sessieantwoord)
        except GeenAntwoord:
            return Resultaat.TRAFFIC_CENTER_NIET_BESCHIKBAAR
        return None if antwoord.geldig else antwoord.resultaat


def _lever(leerling: Leerling, vraag: Documentvraag) -> Documentantwoord:
    if leerling.overdrachtsoort is not vraag.overdrachtsoort:
        return Documentantwoord(Resultaat.LEVERING_GEWEIGERD)
    if not leerling.klaargezet:
        return Documentantwoord(Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR)
    if not leerling.inzage:
        return Documentantwoord(Resultaat.LEERLINGINFO_NIET_OPVRAAGBAAR)
    bekend = vraag.dossier_verzameldatum
    versie = leerling.versies[0 if bekend is None else -1]
    if vraag.dossier_versies and versie.dossier_versie not in vraag.dossier_versies:
        return Documentantwoord(Resultaat.DOSSIER_VERSIE_NIET_BESCHIKBAAR)
    if bekend is not None and bekend >= versie.verzameldatum:
        return Documentantwoord(Resultaat.LEERLINGINFO_NIET_GEWIJZIGD)
    return Documentantwoord(Resultaat.OVERDRACHT_GESLAAGD, versie.dossier_versie, versie.verzameldatum, versie.octets())
