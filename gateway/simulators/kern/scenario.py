"""What happens to a pupil in ELK, as verbs: each tells the gateway what the core application would tell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gateway.domain.waarden import Pgn
from gateway.simulators import proefbestanden
from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Bijlage, Json, Push, SimulatieKern


class VerbOnbekend(ValueError):
    """There is no such verb, or it lacks what it needs; the message is a Dutch sentence."""


class Scenario:
    """Plays pupils through one connection to the gateway."""

    def __init__(self, kern: SimulatieKern) -> None:
        self._kern = kern
        self.verbs: Mapping[str, Callable[..., Json]] = {
            "plaatsen": self.plaats,
            "aanvullen": self.vraag_aanvulling,
            "vrijgeven": self.geef_vrij,
            "wijzigen": self.wijzig,
            "terugtrekken": self.trek_terug,
            "verplaatsen": self.plaats,
        }

    def doe(self, verb: str, **gegevens: Any) -> Json:
        """Play one verb with the fields it takes. Raises `VerbOnbekend`, `Geweigerd`."""
        if verb not in self.verbs:
            raise VerbOnbekend(f"Onbekend werkwoord; kies uit: {', '.join(self.verbs)}.")
        try:
            return self.verbs[verb](**gegevens)
        except (TypeError, KeyError, ValueError):
            raise VerbOnbekend("Dit werkwoord vraagt elkNummer, en zo nodig vestiging (00YY/00) of pgn.") from None

    def plaats(self, elk_nummer: str, vestiging: str) -> Json:
        """The pupil is placed at a school, or moved to another one."""
        brin, code = vestiging.split("/")
        return self._kern.context(elk_nummer, {"plaatsing": {"brin": brin, "vestigingscode": code}})

    def vraag_aanvulling(self, elk_nummer: str) -> Json:
        """The school asks for an addition: the oki-doc is open again, and must not be served."""
        return self._kern.context(elk_nummer, {"okiDocVrijgegeven": False})

    def geef_vrij(self, elk_nummer: str) -> Json:
        """The primary school releases the oki-doc."""
        return self._kern.context(elk_nummer, {"okiDocVrijgegeven": True})

    def wijzig(self, elk_nummer: str, pgn: str, zaad: int = 77, omvang: int = 60_000) -> Json:
        """Something changed in ELK, perhaps after the pull: a new version, without a new klaarzetten."""
        oki_doc = Bijlage("oki-doc.pdf", proefbestanden.pdf(["Oki-doc van een verzonnen leerling", f"Stand {zaad}"]))
        return self._kern.lever_aan(elk_nummer, Push(maak_dossier(Pgn(pgn), zaad=zaad, omvang=omvang), None, oki_doc))

    def trek_terug(self, elk_nummer: str) -> Json:
        """The pupil withdraws: no placement any more."""
        return self._kern.context(elk_nummer, {"plaatsing": None})
