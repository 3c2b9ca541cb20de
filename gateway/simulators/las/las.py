"""A simulated LAS: both sides of one aanleverpunt."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.berichten import codec
from gateway.berichten.fout import BronHoortNietBijSysteem
from gateway.berichten.inhoud import Ontvangst as Ontvangstbevestiging
from gateway.berichten.inhoud import Pingantwoord
from gateway.berichten.pakket import Berichtpakket
from gateway.berichten.verzending import SoapVerzender
from gateway.domain.overdracht import Adresblok, Documentvraag, Notificatie, Terugkoppeling
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Overdrachtsoort, Pgn, RouteringsKenmerk
from gateway.simulators.las import ophalen
from gateway.simulators.las.lijn import Lijn
from gateway.simulators.las.uitleveren import Leerling, Uitlevering
from gateway.simulators.soapdienst import Aanroep, Dienst, SoapApp
from gateway.trust.zoeksleutel import Strategie, maak_zoeksleutels


@dataclass(frozen=True, slots=True)
class LasPunt:
    """The aanleverpunt that a LAS speaks for."""

    brin: Brin
    kenmerk: RouteringsKenmerk


class SimulatieLas:
    """A LAS of one school. `app` is its SOAP port; `haal_op` may be called from any thread.

    It knows no party table: whether a caller may speak for the doel it leaves to the Traffic Center, which checked
    that when it opened the session.
    """

    def __init__(
        self,
        punt: LasPunt,
        verzender: SoapVerzender,
        tc_url: str,
        pakket: Berichtpakket,
        *,
        zoeksleutels: Strategie | None = None,
        leerlingen: Mapping[Pgn, Leerling] | None = None,
    ) -> None:
        """`tc_url` is the address of the Traffic Center's service; `leerlingen` are those it serves as bron."""
        self._punt = punt
        self._zoeksleutels = zoeksleutels or maak_zoeksleutels()
        self._lijn = Lijn(verzender, pakket, tc_url)
        self._uitlevering = Uitlevering(self._lijn, self._zoeksleutels, leerlingen or {})
        self.notificaties: list[Notificatie] = []
        self.terugkoppelingen: list[Terugkoppeling] = []
        basis = f"/oso/{pakket.versie}"
        self.app = SoapApp(
            {
                f"{basis}/bron": Dienst("bron", pakket, self._als_bron),
                f"{basis}/doel": Dienst("doel", pakket, self._als_doel),
            }
        )

    def haal_op(
        self,
        pgn: Pgn,
        bron_brin: Brin,
        *,
        overdrachtsoort: Overdrachtsoort = Overdrachtsoort.OVERSTAPDOSSIER,
        bron_kenmerk: RouteringsKenmerk | None = None,
        dossier_versies: tuple[str, ...] = (),
        dossier_verzameldatum: datetime | None = None,
        keur: ophalen.Keur | None = None,
        af_te_melden: bool = True,
    ) -> ophalen.Ontvangst:
        """Fetch one dossier. Raises `lijn.GeenAntwoord` when the Traffic Center gives no session and no refusal.

        `keur` is the LAS's own validation: what it refuses is signed off as `DossierOngeldig`. With `af_te_melden`
        false the session stays open.
        """
        wens = ophalen.Wens(
            pgn,
            bron_brin,
            self._punt.brin,
            self._punt.kenmerk,
            overdrachtsoort,
            bron_kenmerk,
            dossier_versies,
            dossier_verzameldatum,
            keur,
            af_te_melden,
        )
        return ophalen.haal_op(self._lijn, wens, self._zoeksleutels.zoeksleutel(pgn))

    async def _als_bron(self, aanroep: Aanroep) -> bytes:
        operatie = aanroep.verzoek.operatie
        if operatie == "ping":
            return codec.schrijf_antwoord(operatie, Pingantwoord(beschikbaar=True), aanroep.pakket)
        if operatie == "terugkoppeling":
            bericht = codec.ontleed(aanroep.verzoek, aanroep.pakket, Terugkoppeling)
            self._eis_eigen(bericht.adres)
            self.terugkoppelingen.append(bericht)
            return _bevestig(aanroep, Resultaat.TERUGKOPPELING_ONTVANGEN)
        vraag = codec.ontleed(aanroep.verzoek, aanroep.pakket, Documentvraag)
        self._eis_eigen(vraag.adres)
        # The session check waits for another party, and the zoeksleutel takes its time: not in the event loop.
        antwoord = await asyncio.to_thread(self._uitlevering.beantwoord, vraag)
        return codec.schrijf_antwoord(operatie, antwoord, aanroep.pakket)

    async def _als_doel(self, aanroep: Aanroep) -> bytes:
        if aanroep.verzoek.operatie == "ping":
            return codec.schrijf_antwoord("ping", Pingantwoord(beschikbaar=True), aanroep.pakket)
        self.notificaties.append(codec.ontleed(aanroep.verzoek, aanroep.pakket, Notificatie))
        return _bevestig(aanroep, Resultaat.NOTIFICATIE_ONTVANGEN)

    def _eis_eigen(self, adres: Adresblok) -> None:
        if (adres.bron_brin, adres.bron_kenmerk) != (self._punt.brin, self._punt.kenmerk):
            raise BronHoortNietBijSysteem


def _bevestig(aanroep: Aanroep, resultaat: Resultaat) -> bytes:
    return codec.schrijf_antwoord(aanroep.verzoek.operatie, Ontvangstbevestiging(resultaat), aanroep.pakket)
