"""The chapter in which the gateway itself fetches, as doelsysteem, from the LAS of a primary school."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gateway.domain.resultaat import Resultaat
from gateway.entry.demo.podium import Podium
from gateway.entry.demo.verslag import NietGehouden, eis
from gateway.simulators.kern.klant import Geweigerd, SimulatieKern

Stappen = Sequence[tuple[str, Callable[[], str | None]]]

_BASISSCHOOL, _SCHOOL = "00AH", "00YY"
_GEWOON, _WISSELEND, _NIET_KLAAR, _ZONDER_INZAGE = "101211151", "388483763", "097902378", "334390205"


class Ophalen:
    """Fetch at 00AH for 00YY, which must be registered."""

    def __init__(self, podium: Podium) -> None:
        self._podium = podium
        self._kern: SimulatieKern = podium.kern()

    def hoofdstuk(self) -> tuple[str, Stappen]:
        """The chapter with its steps."""
        return (
            "Ophalen bij een basisschool",
            (
                ("ELK vraagt een dossier; de gateway haalt het bij het LAS van 00AH", self.haal),
                ("Nog eens: er is iets nieuwers, en wat er veranderde staat erbij", self.haal_nieuwer),
                ("En nog eens: niets nieuwers", self.niets_nieuwers),
                ("Niet klaargezet, en geen inzage", self.niet_te_krijgen),
                ("Elke sessie is één keer afgemeld", self.afgemeld),
            ),
        )

    def haal(self) -> str:
        """Order a dossier and take it."""
        beeld = self._haal(_GEWOON, Resultaat.OVERDRACHT_GESLAAGD)
        octets = self._kern.opgehaald_dossier(beeld["id"])
        (self._podium.ontvangen / f"ophaling-{beeld['id']}.xml").write_bytes(octets)
        return f"{beeld['resultaat']}, {len(octets) // 1000} KB, verzameld {beeld['dossierVerzameldatum']}"

    def haal_nieuwer(self) -> str:
        """The date of the first fetch goes along by itself; what comes is newer."""
        eerste = self._haal(_WISSELEND, Resultaat.OVERDRACHT_GESLAAGD)
        tweede = self._haal(_WISSELEND, Resultaat.OVERDRACHT_GESLAAGD)
        eis(tweede["dossierVerzameldatum"] > eerste["dossierVerzameldatum"], "Het tweede dossier is niet nieuwer.")
        eis(bool(tweede.get("wijzigingen")), "Er staat niet bij wat er veranderde.")
        regels = [f"{een['soort']}: {een['sectie']}" for een in tweede["wijzigingen"]]
        return "\n".join([f"verzameld {tweede['dossierVerzameldatum']}", *regels])

    def niets_nieuwers(self) -> str:
        """Nothing newer: handled, and no dossier."""
        beeld = self._haal(_WISSELEND, Resultaat.LEERLINGINFO_NIET_GEWIJZIGD)
        try:
            self._kern.opgehaald_dossier(beeld["id"])
        except Geweigerd as geweigerd:
            return f"{beeld['resultaat']}: {geweigerd.probleem['melding']}"
        raise NietGehouden("Er kwam een dossier terwijl er niets nieuwers was.")

    def niet_te_krijgen(self) -> str:
        """Two pupils whose dossier may not, or not yet, be had."""
        beelden = [
            self._haal(_NIET_KLAAR, Resultaat.LEERLINGINFO_NIET_BESCHIKBAAR),
            self._haal(_ZONDER_INZAGE, Resultaat.LEERLINGINFO_NIET_OPVRAAGBAAR),
        ]
        return "\n".join(f"{beeld['resultaat']}: {beeld['melding']}" for beeld in beelden)

    def afgemeld(self) -> str:
        """The call log of the Traffic Center: as many afmeldingen as sessions that we opened."""
        aanroepen = [
            rij
            for rij in self._podium.sim("GET", "aanroepen")["aanroepen"]
            if rij["partij"] == "gateway" and rij["antwoord"] == Resultaat.OVERDRACHT_GESLAAGD
        ]
        geopend = sum(rij["operatie"] == "overdracht" for rij in aanroepen)
        gesloten = sum(rij["operatie"] == "afmelding" for rij in aanroepen)
        eis(geopend == gesloten > 0, f"{geopend} sessies geopend, {gesloten} afgemeld.")
        return f"{geopend} sessies geopend, {gesloten} afgemeld"

    def _haal(self, pgn: str, verwacht: str) -> dict[str, Any]:
        vraag = {
            "pgn": pgn,
            "bronBrin": _BASISSCHOOL,
            "doelBrin": _SCHOOL,
            "overdrachtsoort": "overstapdossier",
        }
        beeld = dict(self._kern.haal_op(vraag))
        eis(beeld.get("resultaat") == verwacht, f"Het resultaat was {beeld.get('resultaat') or beeld['status']}.")
        return beeld
