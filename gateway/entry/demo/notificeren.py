"""Chapter of the demonstration: a LAS that asked in vain hears that the dossier lies ready, and fetches it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, RouteringsKenmerk
from gateway.entry.demo.podium import Podium
from gateway.entry.demo.verslag import eis, stip
from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Push, SimulatieKern
from gateway.simulators.las import SimulatieLas
from gateway.simulators.proefpersonen import proef_pgn

Stappen = Sequence[tuple[str, Callable[[], str | None]]]

_BRIN = Brin("00YY")
_KENMERK = RouteringsKenmerk("0000000700000YY00931")
_ELK, _PGN = "71301", proef_pgn(9_301)
_GEPLAATST = {"plaatsing": {"brin": "00YY", "vestigingscode": "00"}, "okiDocVrijgegeven": True}
_SCHOOL = "school-00YY00"
_TERMIJN = 20.0


class Notificeren:
    """A notification round; 00YY is registered."""

    def __init__(self, podium: Podium) -> None:
        self._podium = podium
        self._kern: SimulatieKern = podium.kern()
        self._magister: SimulatieLas = podium.magister()

    def hoofdstuk(self) -> tuple[str, Stappen]:
        """The chapter with its steps."""
        return (
            "Notificatie",
            (
                ("Magister vraagt te vroeg: er is nog geen dossier", self.te_vroeg),
                (
                    "De beheerder zet de school even uit: klaargezet, maar er gaat niets naar buiten",
                    self.met_de_hand_uit,
                ),
                ("Weer aan: Magister hoort dat het dossier klaarstaat, eenmaal", self.hoort_het),
                ("Magister haalt op", self.haalt_op),
            ),
        )

    def te_vroeg(self) -> str:
        """Ask before there is anything: the request is kept."""
        ontvangst = self._magister.haal_op(_PGN, _BRIN, bron_kenmerk=_KENMERK)
        eis(ontvangst.resultaat is Resultaat.LEERLING_ONBEKEND, f"Het antwoord was {ontvangst.resultaat}.")
        return f"antwoord aan Magister: {ontvangst.resultaat}; de aanvraag is bewaard"

    def met_de_hand_uit(self) -> str:
        """Off by hand: setting ready goes on, calling out does not."""
        with self._podium.beheer() as beheer:
            beheer.zet_uit(_SCHOOL, "demonstratie")
            (probleem,) = [een for een in beheer.problemen("00YY/00")["problemen"] if een["soort"] == "handmatigUit"]
        voor = self._meldingen()
        self._kern.lever_aan(_ELK, Push(maak_dossier(_PGN, zaad=41, omvang=30_000), dict(_GEPLAATST)))
        rij = self._kern.zet_klaar([_ELK])["resultaten"][0]
        eis(rij["uitkomst"] == "klaargezet", f"De uitkomst was {rij}.")
        ontvangst = self._magister.haal_op(_PGN, _BRIN, bron_kenmerk=_KENMERK)
        eis(
            ontvangst.resultaat is Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF,
            f"Het antwoord was {ontvangst.resultaat}.",
        )
        eis(self._meldingen() == voor, "Er is toch naar buiten gebeld.")
        return f"{probleem['melding']}\nleerling {_ELK}: {stip('blauw')}"

    def hoort_het(self) -> str:
        """On again: announced at the Traffic Center once, confirmed by the LAS."""
        voor = self._meldingen()
        with self._podium.beheer() as beheer:
            beheer.zet_aan(_SCHOOL)
        rij = self._kern.wacht_op_notificatie(_ELK, 1, _TERMIJN)
        eis(rij["status"] == "ontvangen", f"De notificatie staat op {rij['status']}.")
        eis(self._meldingen() == voor + 1, "Het Traffic Center is niet precies eenmaal gevraagd.")
        return "meldenNotificatie → notificatie → NotificatieOntvangen"

    def haalt_op(self) -> str:
        """Fetch as told."""
        ontvangst = self._magister.haal_op(_PGN, _BRIN, bron_kenmerk=_KENMERK)
        eis(ontvangst.gelukt, f"Het ophalen gaf {ontvangst.resultaat}.")
        beeld = self._kern.wacht_op_status(_ELK, "groen")
        eis(beeld["status"] == "groen", f"De stip is {beeld['status']}.")
        return f"leerling {_ELK}: {stip('blauw')} → {stip('groen')}"

    def _meldingen(self) -> int:
        aanroepen = self._podium.sim("GET", "aanroepen")["aanroepen"]
        return sum(rij["operatie"] == "meldenNotificatie" for rij in aanroepen)
