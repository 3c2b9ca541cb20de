"""The SOAP side of the simulated Traffic Center: request to machine, machine to answer, every call logged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.berichten import codec
from gateway.berichten.fout import BerichtFout, TijdelijkeStoring
from gateway.berichten.inhoud import VERZOEKEN, Pingantwoord
from gateway.berichten.pakket import Berichtpakket
from gateway.domain.waarden import Oin
from gateway.simulators.soapdienst import Aanroep, Dienst, Onderbroken, SoapApp
from gateway.simulators.traffic_center.bediening import Bediening
from gateway.simulators.traffic_center.gegevens import LogRegel
from gateway.simulators.traffic_center.machine import Machine
from gateway.simulators.traffic_center.nummers import met_kenmerken, met_nummers
from gateway.simulators.traffic_center.opslag import Opslag
from gateway.simulators.traffic_center.storingen import Soort, Storingen

_ONZIN = b"<html><body>Even geduld</body></html>"


def _nu() -> datetime:
    return datetime.now(UTC)


class TrafficCenterSimulator:
    """The whole simulator: `app` for the mutual TLS port, `bediening` for the loopback port without TLS."""

    def __init__(
        self,
        map_: Path,
        pakketten: Mapping[str, Berichtpakket],
        *,
        partijen: Mapping[Oin, str] | None = None,
        klok: Callable[[], datetime] = _nu,
    ) -> None:
        """Open or make the state in a folder; `partijen` gives the names that the call log shows."""
        self._opslag = Opslag(map_)
        self._klok = klok
        self._partijen = dict(partijen or {})
        self._versies = frozenset(pakketten)
        self.machine = Machine(
            self._opslag,
            klok,
            self._opslag.geheim,
            punten=self._opslag.punten(),
            sessies=self._opslag.sessies(klok()),
            koppelingen=self._opslag.koppelingen(),
            instellingen=self._opslag.instellingen(),
        )
        storingen = Storingen()
        self._storingen = storingen
        operaties = frozenset().union(*(pakket.diensten["trafficcenter"] for pakket in pakketten.values()))
        self.app = SoapApp(
            {
                f"/trafficcenter/{versie}": Dienst("trafficcenter", pakket, self._behandel, self._onleesbaar)
                for versie, pakket in pakketten.items()
            }
        )
        self.bediening = Bediening(self.machine, storingen, self._opslag.aanroepen, operaties)

    def sluit(self) -> None:
        """Close the files."""
        self._opslag.sluit()

    def aanroepen(self, na: int = 0) -> list[dict[str, Any]]:
        """Read the call log."""
        return self._opslag.aanroepen(na)

    def _onleesbaar(self, oin: Oin, _fout: BerichtFout) -> None:
        self._opslag.log(LogRegel(self._klok(), "onbekend", self._naam(oin), oin, "fault"))

    async def _behandel(self, aanroep: Aanroep) -> bytes:
        operatie = aanroep.verzoek.operatie
        vraag: Any = None
        try:
            vraag = codec.ontleed(aanroep.verzoek, aanroep.pakket, VERZOEKEN[operatie].klasse)
            if onzin := await self._stoor(aanroep, vraag):
                return onzin
            antwoord = self._in_versie(aanroep, vraag)
        except BerichtFout:
            self._log(aanroep, vraag, "fault")
            raise
        self._log(aanroep, vraag, _uitkomst(antwoord), antwoord)
        return codec.schrijf_antwoord(operatie, antwoord, aanroep.pakket)

    def _in_versie(self, aanroep: Aanroep, vraag: Any) -> Any:
        """Answer in the terms of the version that was asked in."""
        operatie, pakket = aanroep.verzoek.operatie, aanroep.pakket
        if not pakket.met_index:
            return self._beantwoord(aanroep.oin, operatie, vraag)
        antwoord = self._beantwoord(aanroep.oin, operatie, met_kenmerken(vraag, self.machine.punten()))
        return met_nummers(antwoord, self.machine.punten(), pakket, self._versies)

    def _beantwoord(self, oin: Oin, operatie: str, vraag: Any) -> Any:
        match operatie:
            case "overdracht":
                return self.machine.overdracht(oin, vraag)
            case "sessiecontrole":
                return self.machine.sessiecontrole(oin, vraag)
            case "afmelding":
                return self.machine.afmelding(oin, vraag)
            case "meldenNotificatie":
                return self.machine.melden_notificatie(oin, vraag)
            case "meldenTerugkoppeling":
                return self.machine.melden_terugkoppeling(oin, vraag)
            case "overzichtAanleverpunt":
                return self.machine.overzicht(vraag)
            case "registreerAanleverpunt":
                return self.machine.registreer(oin, vraag)
            case _:
                return Pingantwoord(beschikbaar=True)

    async def _stoor(self, aanroep: Aanroep, vraag: Any) -> bytes | None:
        """Show the fault that waits for this call; gives rubbish to send, or None to go on as usual."""
        storing = self._storingen.neem(aanroep.verzoek.operatie)
        if storing is None:
            return None
        if storing.soort is Soort.TRAAG:
            await asyncio.sleep(storing.ms / 1000)
            return None
        if storing.soort is Soort.FAULT:
            raise TijdelijkeStoring
        self._log(aanroep, vraag, storing.soort.value)
        if storing.soort is Soort.ONZIN:
            return _ONZIN
        if storing.soort is Soort.STIL:
            await aanroep.vertrokken()
        raise Onderbroken

    def _log(self, aanroep: Aanroep, vraag: Any, antwoord: str, inhoud: Any = None) -> None:
        adres = getattr(vraag, "adres", None)
        self._opslag.log(
            LogRegel(
                self._klok(),
                aanroep.verzoek.operatie,
                self._naam(aanroep.oin),
                aanroep.oin,
                antwoord,
                bron_brin=getattr(adres, "bron_brin", None),
                doel_brin=getattr(adres, "doel_brin", None),
                sessie_id=getattr(vraag, "sessie_id", None) or getattr(inhoud, "sessie_id", None),
                resultaat=getattr(vraag, "resultaat", None),
            )
        )

    def _naam(self, oin: Oin) -> str:
        return self._partijen.get(oin, str(oin))


def _uitkomst(antwoord: Any) -> str:
    if isinstance(antwoord, Pingantwoord):
        return "true" if antwoord.beschikbaar else "false"
    return str(antwoord.resultaat.value)
