"""The Traffic Center as a state machine: points, sessions, counts. No network, no files, no clock of its own.

Every change is told to a `Boekhouding` before the answer is given, so that a kill loses nothing that was answered.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from gateway.berichten.fout import CertificaatHoortNietBijPartij
from gateway.berichten.inhoud import Ontvangst
from gateway.domain.overdracht import (
    Adresblok,
    Afmelding,
    BekendPunt,
    Notificatieadres,
    Notificatiemelding,
    Oorzaak,
    Overdrachtantwoord,
    Overdrachtvraag,
    Overzichtantwoord,
    Overzichtvraag,
    Registratieaanvraag,
    Registratieantwoord,
    Sessieantwoord,
    Sessievraag,
    TeBevragenPunt,
    Terugkoppeladres,
    Terugkoppelmelding,
    Zoeksleutel,
)
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Doel, Koppelsleutel, Oin, Overdrachtsoort, RouteringsKenmerk, SessieId
from gateway.simulators.traffic_center.gegevens import Instellingen, Koppeling, Punt, Sessie


class Boekhouding(Protocol):
    """Keeps what must survive."""

    def bewaar_punt(self, punt: Punt) -> None:
        """Add or replace a point."""

    def bewaar_sessie(self, sessie: Sessie) -> None:
        """Add or replace a session."""

    def bewaar_koppeling(self, koppeling: Koppeling) -> None:
        """Add a koppelsleutel."""

    def bewaar_instellingen(self, instellingen: Instellingen) -> None:
        """Replace the settings."""


class Machine:
    """State and rules. Not for use by several threads at once."""

    def __init__(
        self,
        boekhouding: Boekhouding,
        klok: Callable[[], datetime],
        geheim: bytes,
        *,
        punten: Iterable[Punt] = (),
        sessies: Iterable[Sessie] = (),
        koppelingen: Iterable[Koppeling] = (),
        instellingen: Instellingen | None = None,
    ) -> None:
        """`geheim` keys the fingerprints of zoeksleutels; the rest is the state to begin with."""
        self._boek = boekhouding
        self._klok = klok
        self._geheim = geheim
        self._punten = {punt.kenmerk: punt for punt in punten}
        self._sessies = {sessie.id: sessie for sessie in sessies}
        self._koppelingen = {koppeling.sleutel: koppeling for koppeling in koppelingen}
        self.instellingen = instellingen or Instellingen()

    # ------------------------------------------------------------------------------------------------ operations

    def overdracht(self, oin: Oin, vraag: Overdrachtvraag) -> Overdrachtantwoord:
        """Open a session when every rule holds."""
        weigering = self._weiger_doel(oin, vraag.adres) or self._weiger_relatie(vraag)
        if weigering is not None:
            return Overdrachtantwoord(weigering)
        punten = [
            punt
            for punt in self._van_brin(vraag.adres)
            if vraag.adres.bron_kenmerk is None or punt.kenmerk == vraag.adres.bron_kenmerk
        ]
        if not punten:
            return Overdrachtantwoord(Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF)
        sessie = Sessie(
            SessieId.nieuw(),
            vraag.adres.bron_brin,
            vraag.adres.doel_brin,
            vraag.adres.doel_kenmerk,
            self._vingerafdruk(vraag.sleutel),
            vraag.overdrachtsoort,
            self._klok() + timedelta(seconds=self.instellingen.sessie_seconden),
        )
        self._zet_sessie(sessie)
        te_bevragen = tuple(TeBevragenPunt(p.brin, p.kenmerk, p.url, p.naam) for p in punten if p.url is not None)
        return Overdrachtantwoord(Resultaat.OVERDRACHT_GESLAAGD, sessie.id, te_bevragen)

    def sessiecontrole(self, oin: Oin, vraag: Sessievraag) -> Sessieantwoord:
        """Check a session; whether the bron's own point is on is looked at first."""
        adres = vraag.adres
        weigering = self._weiger_bron(oin, adres)
        if weigering is not None:
            punt = self._punt(adres.bron_kenmerk)
            uit = weigering is Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF and punt is not None
            return Sessieantwoord(weigering, oorzaak=punt.oorzaak if uit and punt is not None else None)
        weigering = self._weiger_sessie(adres, vraag.sleutel, vraag.overdrachtsoort, vraag.sessie_id)
        if weigering is not None:
            return Sessieantwoord(weigering)
        doel = self._punt(adres.doel_kenmerk)
        if doel is None or not doel.actief:
            return Sessieantwoord(Resultaat.AANVRAGER_AANLEVERPUNT_NIET_ACTIEF)
        return Sessieantwoord(Resultaat.OVERDRACHT_GESLAAGD, doel.sector)

    def afmelding(self, oin: Oin, melding: Afmelding) -> Ontvangst:
        """End a session; a `DossierOngeldig` counts against the point that gave the dossier."""
        adres = melding.adres
        self._eis_eigenaar(oin, self._punt(adres.doel_kenmerk))
        weigering = self._weiger_sessie(adres, melding.sleutel, melding.overdrachtsoort, melding.sessie_id)
        bron = self._punt(adres.bron_kenmerk)
        if weigering is None and (bron is None or bron.brin != adres.bron_brin):
            weigering = Resultaat.ONBEKEND_AANLEVERPUNT
        if weigering is not None:
            return Ontvangst(weigering)
        self._zet_sessie(replace(self._sessies[melding.sessie_id], afgemeld=melding.resultaat))
        if melding.resultaat is Resultaat.DOSSIER_ONGELDIG and bron is not None:
            self._tel_fout(bron, melding.sessie_id)
        return Ontvangst(Resultaat.OVERDRACHT_GESLAAGD)

    def melden_notificatie(self, oin: Oin, melding: Notificatiemelding) -> Notificatieadres:
        """Tell where a notification goes; for an SWV with a fresh koppelsleutel."""
        weigering = self._weiger_bron(oin, melding.adres)
        if weigering is not None:
            return Notificatieadres(weigering)
        doel = self._punt(melding.adres.doel_kenmerk)
        if doel is None or doel.brin != melding.adres.doel_brin:
            return Notificatieadres(Resultaat.ONBEKEND_AANLEVERPUNT)
        if not doel.bevraagbaar:
            return Notificatieadres(Resultaat.AANVRAGER_AANLEVERPUNT_NIET_ACTIEF)
        if melding.doel is Doel.OV or melding.adres.bron_kenmerk is None:
            return Notificatieadres(Resultaat.OVERDRACHT_GESLAAGD, doel.url)
        koppeling = Koppeling(Koppelsleutel.nieuw(), melding.adres.bron_kenmerk, doel.kenmerk)
        self._boek.bewaar_koppeling(koppeling)
        self._koppelingen[koppeling.sleutel] = koppeling
        return Notificatieadres(Resultaat.OVERDRACHT_GESLAAGD, doel.url, koppeling.sleutel)

    def melden_terugkoppeling(self, oin: Oin, melding: Terugkoppelmelding) -> Terugkoppeladres:
        """Tell an SWV where its feedback goes: bron and doel as in the exchange before."""
        weigering = self._weiger_doel(oin, melding.adres)
        koppeling = self._koppelingen.get(melding.koppelsleutel)
        paar = (melding.adres.bron_kenmerk, melding.adres.doel_kenmerk)
        if weigering is None and (koppeling is None or (koppeling.bron_kenmerk, koppeling.doel_kenmerk) != paar):
            weigering = Resultaat.SESSIE_ONBEKEND
        bron = self._punt(melding.adres.bron_kenmerk)
        if weigering is None and (bron is None or not bron.bevraagbaar):
            weigering = Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF
        if weigering is not None or bron is None:
            return Terugkoppeladres(weigering or Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF)
        return Terugkoppeladres(Resultaat.OVERDRACHT_GESLAAGD, bron.url)

    def overzicht(self, vraag: Overzichtvraag) -> Overzichtantwoord:
        """List points, also those that are off."""
        punten = [
            BekendPunt(punt.brin, punt.kenmerk, punt.actief, punt.naam, punt.doel, punt.url)
            for punt in self.punten()
            if vraag.brin in (None, punt.brin)
            and vraag.doel in (None, punt.doel)
            and vraag.kenmerk in (None, punt.kenmerk)
        ]
        return Overzichtantwoord(Resultaat.OVERDRACHT_GESLAAGD, tuple(punten))

    def registreer(self, oin: Oin, aanvraag: Registratieaanvraag) -> Registratieantwoord:
        """Take a point in use: on, with this address, and its count of faults at 0."""
        punt = next((punt for punt in self._punten.values() if _is_bedoeld(punt, aanvraag)), None)
        if punt is None or punt.oin != oin:
            return Registratieantwoord(Resultaat.AANLEVERPUNT_ONBEKEND)
        if not hmac.compare_digest(punt.sleutel.encode(), aanvraag.sleutel.encode()):
            return Registratieantwoord(Resultaat.SLEUTEL_ONJUIST)
        if not punt.goedgekeurd:
            return Registratieantwoord(Resultaat.AANLEVERPUNT_NIET_GOEDGEKEURD)
        self.zet_punt(replace(punt, url=aanvraag.url, doel=aanvraag.doel, actief=True, fouten=0, oorzaak=None))
        return Registratieantwoord(Resultaat.OVERDRACHT_GESLAAGD, punt.kenmerk, mag_overdracht_aanvragen=True)

    # ---------------------------------------------------------------------------------------------- by hand

    def punten(self) -> list[Punt]:
        """All points, by BRIN, vestigingscode and nummer."""
        return sorted(self._punten.values(), key=lambda punt: (punt.vestiging, punt.nummer, punt.kenmerk))

    def punt(self, kenmerk: RouteringsKenmerk) -> Punt | None:
        """Find a point."""
        return self._punten.get(kenmerk)

    def zet_punt(self, punt: Punt) -> None:
        """Add or replace a point."""
        self._boek.bewaar_punt(punt)
        self._punten[punt.kenmerk] = punt

    def zet_uit(self, punt: Punt) -> None:
        """Switch a point off by hand: there is no session to blame."""
        self.zet_punt(replace(punt, actief=False, oorzaak=None))

    def zet_aan(self, punt: Punt) -> None:
        """Switch a point on by hand; its count of faults stays."""
        self.zet_punt(replace(punt, actief=True, oorzaak=None))

    def zet_adres(self, oin: Oin, url: str) -> None:
        """Give every point of a party that has an address this one (the party moved to another port)."""
        for punt in [punt for punt in self._punten.values() if punt.oin == oin and punt.url is not None]:
            self.zet_punt(replace(punt, url=url))

    def laat_verlopen(self) -> int:
        """End all live sessions; gives the number."""
        nu = self._klok()
        levend = [sessie for sessie in self._sessies.values() if sessie.afgemeld is None and sessie.verloopt > nu]
        for sessie in levend:
            self._zet_sessie(replace(sessie, verloopt=nu))
        return len(levend)

    def stel_in(self, instellingen: Instellingen) -> None:
        """Replace the settings; sessions that live keep their end."""
        self._boek.bewaar_instellingen(instellingen)
        self.instellingen = instellingen

    # ---------------------------------------------------------------------------------------------- rules

    def _weiger_doel(self, oin: Oin, adres: Adresblok) -> Resultaat | None:
        doel = self._punt(adres.doel_kenmerk)
        self._eis_eigenaar(oin, doel)
        if doel is None or doel.brin != adres.doel_brin:
            return Resultaat.ONBEKEND_AANLEVERPUNT
        return None if doel.actief else Resultaat.AANVRAGER_AANLEVERPUNT_NIET_ACTIEF

    def _weiger_relatie(self, vraag: Overdrachtvraag) -> Resultaat | None:
        binnen = vraag.overdrachtsoort is Overdrachtsoort.OVERDRACHTBINNENBRIN
        if binnen and vraag.adres.bron_brin != vraag.adres.doel_brin:
            return Resultaat.GEEN_RELATIE_MET_DOEL
        return self._weiger_onbekende_brin(vraag.adres)

    def _weiger_onbekende_brin(self, adres: Adresblok) -> Resultaat | None:
        bekend = any(punt.brin == adres.bron_brin for punt in self._punten.values())
        return None if bekend else Resultaat.VERSTREKKER_NIET_BEKEND

    def _weiger_bron(self, oin: Oin, adres: Adresblok) -> Resultaat | None:
        bron = self._punt(adres.bron_kenmerk)
        self._eis_eigenaar(oin, bron)
        if bron is not None and bron.brin == adres.bron_brin and bron.actief:
            return None
        return self._weiger_onbekende_brin(adres) or Resultaat.VERSTREKKER_AANLEVERPUNT_NIET_ACTIEF

    def _weiger_sessie(
        self, adres: Adresblok, sleutel: Zoeksleutel | Koppelsleutel, soort: Overdrachtsoort, sessie_id: SessieId
    ) -> Resultaat | None:
        sessie = self._sessies.get(sessie_id)
        if sessie is None:
            return Resultaat.SESSIE_ONBEKEND
        if sessie.verloopt <= self._klok():
            return Resultaat.SESSIE_VERLOPEN
        if sessie.afgemeld is not None:
            return Resultaat.SESSIE_REEDS_AFGEMELD
        if sessie.doel_kenmerk != adres.doel_kenmerk:
            return Resultaat.ONBEKEND_AANLEVERPUNT
        gebonden = (sessie.bron_brin, sessie.doel_brin, sessie.soort) == (adres.bron_brin, adres.doel_brin, soort)
        if not gebonden or not hmac.compare_digest(sessie.sleutel, self._vingerafdruk(sleutel)):
            return Resultaat.SESSIE_AFWIJKEND
        return None

    def _van_brin(self, adres: Adresblok) -> list[Punt]:
        """Points of the bron that can be asked, without the doel's own, by nummer."""
        punten = (
            punt
            for punt in self._punten.values()
            if punt.brin == adres.bron_brin and punt.bevraagbaar and punt.kenmerk != adres.doel_kenmerk
        )
        return sorted(punten, key=lambda punt: (punt.nummer, punt.kenmerk))

    def _tel_fout(self, punt: Punt, sessie_id: SessieId) -> None:
        geteld = replace(punt, fouten=punt.fouten + 1)
        if geteld.actief and geteld.fouten >= self.instellingen.fouten_tot_uit:
            geteld = replace(geteld, actief=False, oorzaak=Oorzaak(sessie_id, self._klok()))
        self.zet_punt(geteld)

    def _eis_eigenaar(self, oin: Oin, punt: Punt | None) -> None:
        if punt is not None and punt.oin != oin:
            raise CertificaatHoortNietBijPartij

    def _punt(self, kenmerk: RouteringsKenmerk | None) -> Punt | None:
        return None if kenmerk is None else self._punten.get(kenmerk)

    def _zet_sessie(self, sessie: Sessie) -> None:
        self._boek.bewaar_sessie(sessie)
        self._sessies[sessie.id] = sessie

    def _vingerafdruk(self, sleutel: Zoeksleutel | Koppelsleutel) -> str:
        if isinstance(sleutel, Koppelsleutel):
            tekst = f"k {sleutel.waarde.lower()}"
        else:
            tekst = f"z {sleutel.zoeksleutel} {sleutel.pgnfrag}"
        return hmac.new(self._geheim, tekst.encode(), "sha256").hexdigest()


def _is_bedoeld(punt: Punt, aanvraag: Registratieaanvraag) -> bool:
    if punt.vestiging != aanvraag.vestiging:
        return False
    return aanvraag.aanleverpuntnummer == punt.nummer or aanvraag.routerings_kenmerk == punt.kenmerk
