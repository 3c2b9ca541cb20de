"""The rest of the demonstration: another school and LAS, a webhook, an addition, a pupil that moves, bulk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import perf_counter

from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Pgn, RouteringsKenmerk
from gateway.entry.cli.zijwerk import volg_met_balk
from gateway.entry.demo.podium import Podium
from gateway.entry.demo.verslag import Verslag, eis, stip
from gateway.simulators import proefbestanden
from gateway.simulators.dossiers import maak_dossier
from gateway.simulators.kern.klant import Bijlage, Push, SimulatieKern
from gateway.simulators.kern.ontvanger import Webhookontvanger
from gateway.simulators.kern.scenario import Scenario
from gateway.simulators.las import Ontvangst, SimulatieLas
from gateway.simulators.proefpersonen import proef_pgn

Stappen = Sequence[tuple[str, Callable[[], str | None]]]

NOORD, ZUID = "00YY/00", "12SS/01"
_KENMERK = {NOORD: RouteringsKenmerk("0000000700000YY00931"), ZUID: RouteringsKenmerk("0000000700012SS00931")}
_BULK = 200
_TE_GROOT = 2_300_000
_GEHEIM = "geheim-van-de-demonstratie"
_VOLGT, _VERHUIST, _GROOT = "71101", "71102", "71103"


class Vervolg:
    """Chapters that follow the main walk, in which 00YY was registered. Close it at the end."""

    def __init__(self, podium: Podium, verslag: Verslag) -> None:
        self._podium = podium
        self._stil = verslag.stil
        self._kern: SimulatieKern = podium.kern()
        self._magister: SimulatieLas = podium.magister()
        self._trajectplanner: SimulatieLas = podium.trajectplanner()
        self._elk = Scenario(self._kern)
        self._ontvanger: Webhookontvanger | None = None

    def sluit(self) -> None:
        """Stop listening for webhooks."""
        if self._ontvanger is not None:
            self._ontvanger.sluit()

    def hoofdstukken(self) -> Sequence[tuple[str, Stappen]]:
        """Chapters with their steps."""
        return (
            (
                "Trajectplanner op 12SS/01",
                (
                    ("De beheerder registreert het aanleverpunt", self.registreer_zuid),
                    ("Een bijlage van 2,3 MB: Trajectplanner zou dit dossier weigeren", self.te_groot),
                ),
            ),
            (
                "ELK volgt de stip",
                (
                    ("ELK neemt een abonnement; de stip komt vanzelf", self.abonneer),
                    ("Na het ophalen weet ELK het binnen een seconde", self.webhook),
                ),
            ),
            (
                "Aanvulling",
                (
                    ("De school vraagt een aanvulling: het oki-doc is niet meer op te halen", self.aanvulling),
                    ("De basisschool geeft vrij: het kan weer, zonder opnieuw klaarzetten", self.vrijgegeven),
                ),
            ),
            (
                "Naar een andere school",
                (
                    ("De leerling verhuist: de vorige school krijgt niets meer", self.verhuis),
                    ("Trajectplanner haalt op bij de nieuwe school", self.haal_zuid),
                ),
            ),
            ("Bulk", ((f"{_BULK} leerlingen tegelijk klaarzetten", self.bulk),)),
        )

    # ----------------------------------------------------------------------------------------------- Trajectplanner

    def registreer_zuid(self) -> str:
        """The administrator enters the point of 12SS and registers it."""
        with self._podium.beheer() as beheer:
            beheer.aanleverpunt(ZUID, {"aanleverpuntnummer": 100, "sleutel": "sleutel-12SS-100"})
            stand = beheer.registreer(ZUID)
        eis(stand["status"] == "geregistreerd", f"De status is {stand['status']}.")
        return f"status geregistreerd, kenmerk {stand['routeringsKenmerk']}"

    def te_groot(self) -> str:
        """A valid dossier that the LAS of its school would not take is held back before anything leaves."""
        bijlage = Bijlage("werkstuk.png", proefbestanden.png(_TE_GROOT, 1), "image/png")
        self._lever_aan(_GROOT, ZUID, bijlagen=(bijlage,))
        rij = self._kern.zet_klaar([_GROOT])["resultaten"][0]
        eis(rij.get("code") == "NietGeschiktVoorLas", f"De uitkomst was {rij.get('code') or rij['uitkomst']}.")
        return f"{rij['code']}: {rij['melding']}"

    # ---------------------------------------------------------------------------------------------------- webhook

    def abonneer(self) -> str:
        """ELK subscribes and sees a dot turn blue."""
        self._ontvanger = Webhookontvanger(_GEHEIM)
        self._kern.abonneer("demo", self._ontvanger.url, _GEHEIM)
        self._lever_aan(_VOLGT, NOORD)
        self._zet_klaar(_VOLGT)
        eis(self._ontvanger.wacht_op(_VOLGT, "blauw") is not None, "De webhook kwam niet.")
        return f"leerling {_VOLGT}: {stip('blauw')}, handtekening en tijdstip kloppen"

    def webhook(self) -> str:
        """Magister pulls; the webhook comes within a second of the hand-over."""
        ontvangst = self._haal(self._magister, _VOLGT, NOORD)
        eis(ontvangst.gelukt, f"Het ophalen gaf {ontvangst.resultaat}.")
        eis(self._ontvanger is not None, "Er is geen abonnement.")
        bericht = self._ontvanger.wacht_op(_VOLGT, "groen") if self._ontvanger is not None else None
        if bericht is None:
            eis(False, "De webhook kwam niet.")
            return ""
        rijen = self._kern.overdrachten(aantal="1000")["overdrachten"]
        moment = next(rij["overgedragenMoment"] for rij in reversed(rijen) if rij.get("elkNummer") == _VOLGT)
        na = bericht.moment - datetime.fromisoformat(moment).timestamp()
        eis(na < 1, f"De webhook kwam {na:.2f} s na de overdracht.")
        return f"leerling {_VOLGT}: {stip('groen')} in ELK, {max(na, 0) * 1000:.0f} ms na de overdracht"

    # ------------------------------------------------------------------------------------------------- aanvulling

    def aanvulling(self) -> str:
        """The oki-doc is open again: the dot keeps its colour, the LAS gets nothing."""
        self._elk.vraag_aanvulling(_VOLGT)
        ontvangst = self._haal(self._magister, _VOLGT, NOORD)
        eis(ontvangst.resultaat is Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR, f"Magister kreeg {ontvangst.resultaat}.")
        beeld = self._kern.dossier(_VOLGT)
        eis(beeld["ophaalbaar"] is False, "Het dossier is nog ophaalbaar.")
        return f"Magister krijgt {ontvangst.resultaat}; stip blijft {stip(beeld['status'])}, reden {beeld['reden']}"

    def vrijgegeven(self) -> str:
        """Released, with new content: blue, and pulled."""
        self._elk.geef_vrij(_VOLGT)
        self._elk.wijzig(_VOLGT, _pgn(_VOLGT).waarde)
        eis(self._kern.dossier(_VOLGT)["status"] == "blauw", "De stip is niet blauw.")
        ontvangst = self._haal(self._magister, _VOLGT, NOORD)
        eis(ontvangst.gelukt, f"Het ophalen gaf {ontvangst.resultaat}.")
        beeld = self._kern.wacht_op_status(_VOLGT, "groen")
        eis(beeld["status"] == "groen", f"De stip is {beeld['status']}.")
        return f"leerling {_VOLGT}: {stip('blauw')} → {stip('groen')}"

    # --------------------------------------------------------------------------------------------------- verhuizing

    def verhuis(self) -> str:
        """Moved to 12SS: white, and the former school is refused."""
        self._lever_aan(_VERHUIST, NOORD)
        self._zet_klaar(_VERHUIST)
        self._elk.plaats(_VERHUIST, ZUID)
        eis(self._kern.dossier(_VERHUIST)["status"] == "wit", "De stip is niet wit.")
        ontvangst = self._haal(self._magister, _VERHUIST, NOORD)
        eis(ontvangst.resultaat is Resultaat.LEVERING_GEWEIGERD, f"Magister kreeg {ontvangst.resultaat}.")
        return f"leerling {_VERHUIST}: {stip('blauw')} → {stip('wit')}; Magister krijgt {ontvangst.resultaat}"

    def haal_zuid(self) -> str:
        """Set ready at the new school and pulled by its LAS."""
        self._zet_klaar(_VERHUIST)
        ontvangst = self._haal(self._trajectplanner, _VERHUIST, ZUID)
        eis(ontvangst.gelukt, f"Het ophalen gaf {ontvangst.resultaat}.")
        beeld = self._kern.wacht_op_status(_VERHUIST, "groen")
        eis(beeld["status"] == "groen", f"De stip is {beeld['status']}.")
        return f"leerling {_VERHUIST}: {stip('groen')} bij {ZUID}"

    # -------------------------------------------------------------------------------------------------------- bulk

    def bulk(self) -> str:
        """Push many small dossiers, set all ready in one order with a live bar."""
        nummers = [str(73_000 + nr) for nr in range(_BULK)]
        begin = perf_counter()
        with ThreadPoolExecutor(4) as draden:
            list(draden.map(lambda elk: self._lever_aan(elk, NOORD, okidoc=False), nummers))
        aangeleverd = perf_counter()
        stand = volg_met_balk(self._kern, self._kern.bestel_klaarzetten(nummers), _BULK, stil=self._stil)
        klaar = perf_counter()
        goed = [rij["elkNummer"] for rij in stand["resultaten"] if rij["uitkomst"] == "klaargezet"]
        eis(goed == nummers, f"Klaargezet zijn er {len(goed)}.")
        return f"aangeleverd in {aangeleverd - begin:.1f} s, klaargezet in {klaar - aangeleverd:.1f} s"

    def _lever_aan(
        self, elk_nummer: str, vestiging: str, *, okidoc: bool = True, bijlagen: Sequence[Bijlage] = ()
    ) -> None:
        brin, code = vestiging.split("/")
        context = {"plaatsing": {"brin": brin, "vestigingscode": code}, "okiDocVrijgegeven": True}
        nummer = int(elk_nummer)
        oki_doc = Bijlage("oki-doc.pdf", proefbestanden.pdf([f"Oki-doc {nummer}"])) if okidoc else None
        dossier = maak_dossier(_pgn(elk_nummer), zaad=nummer, omvang=15_000)
        self._kern.lever_aan(elk_nummer, Push(dossier, context, oki_doc, bijlagen))

    def _zet_klaar(self, elk_nummer: str) -> None:
        rij = self._kern.zet_klaar([elk_nummer])["resultaten"][0]
        eis(rij["uitkomst"] == "klaargezet", f"{rij.get('code')}: {rij.get('melding')}")

    def _haal(self, las: SimulatieLas, elk_nummer: str, vestiging: str) -> Ontvangst:
        return las.haal_op(_pgn(elk_nummer), Brin(vestiging[:4]), bron_kenmerk=_KENMERK[vestiging])


def _pgn(elk_nummer: str) -> Pgn:
    return proef_pgn(int(elk_nummer))
