"""Fetches in memory: the same contract as `SqlOphalingen`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.domain.ophaling import OpgehaaldDocument, Ophaling
from gateway.domain.waarden import Brin, Overdrachtsoort, Pgn, RouteringsKenmerk
from gateway.ports import OphalingFilter, OpslagTegenstrijdig


@dataclass(slots=True)
class Ophaalstaat:
    """What is kept of fetches; `pgns` loses an entry when retention takes it."""

    ophalingen: dict[str, Ophaling] = field(default_factory=dict)
    pgns: dict[str, Pgn] = field(default_factory=dict)
    documenten: dict[tuple[str, int], OpgehaaldDocument] = field(default_factory=dict)

    def copy(self) -> Ophaalstaat:
        """Copy what can change; the things in it are immutable."""
        return Ophaalstaat(self.ophalingen.copy(), self.pgns.copy(), self.documenten.copy())

    def wis(self, pgn: Pgn) -> int:
        """Forget whose the finished fetches of a pupil are, and what came in; gives their number."""
        eigen = [
            ophaling_id
            for ophaling_id, van in self.pgns.items()
            if van == pgn and self.ophalingen[ophaling_id].afgerond is not None
        ]
        for ophaling_id in eigen:
            del self.pgns[ophaling_id]
        for sleutel in [sleutel for sleutel in self.documenten if sleutel[0] in eigen]:
            del self.documenten[sleutel]
        return len(eigen)


@dataclass(slots=True)
class FakeOphalingen:
    """The port `Ophalingen`."""

    staat: Ophaalstaat
    schrijvend: bool

    def maak(self, ophaling: Ophaling, pgn: Pgn) -> None:
        self._eis_schrijvend()
        if ophaling.id in self.staat.ophalingen:
            raise OpslagTegenstrijdig("Deze ophaling bestaat al.")
        self.staat.ophalingen[ophaling.id] = replace(ophaling, nr=len(self.staat.ophalingen) + 1)
        self.staat.pgns[ophaling.id] = pgn

    def ophaling(self, ophaling_id: str) -> Ophaling | None:
        return self.staat.ophalingen.get(ophaling_id)

    def bewaar(self, ophaling: Ophaling) -> Ophaling:
        self._eis_schrijvend()
        oud = self.staat.ophalingen.get(ophaling.id)
        if oud is None or oud.revisie != ophaling.revisie:
            raise OpslagTegenstrijdig("Deze ophaling is intussen verder gebracht.")
        nieuw = replace(ophaling, revisie=ophaling.revisie + 1, nr=oud.nr)
        self.staat.ophalingen[ophaling.id] = nieuw
        return nieuw

    def pgn(self, ophaling_id: str) -> Pgn | None:
        return self.staat.pgns.get(ophaling_id)

    def laatst_geslaagd(
        self, pgn: Pgn, doel_brin: Brin, bron: RouteringsKenmerk, soort: Overdrachtsoort
    ) -> Ophaling | None:
        passend = [
            een
            for een in self.staat.ophalingen.values()
            if een.geslaagd
            and self.staat.pgns.get(een.id) == pgn
            and een.doel.brin == doel_brin
            and een.overdrachtsoort is soort
            and een.beste is not None
            and een.vragen[een.beste].punt.kenmerk == bron
        ]
        return max(passend, key=lambda een: (een.afgerond or een.moment, een.nr), default=None)

    def bewaar_document(self, ophaling_id: str, document: OpgehaaldDocument) -> None:
        self._eis_schrijvend()
        self.staat.documenten[ophaling_id, document.volgnummer] = document

    def document(self, ophaling_id: str, volgnummer: int) -> OpgehaaldDocument | None:
        return self.staat.documenten.get((ophaling_id, volgnummer))

    def oordeel(self, ophaling_id: str, volgnummer: int) -> OpgehaaldDocument | None:
        document = self.document(ophaling_id, volgnummer)
        return replace(document, bericht=b"", ontvangen=b"", octets=None) if document is not None else None

    def lijst(self, filter: OphalingFilter, na: int, aantal: int) -> tuple[Sequence[Ophaling], int | None]:
        passend = [
            een
            for een in sorted(self.staat.ophalingen.values(), key=lambda een: een.nr)
            if een.nr > na
            and filter.doel_brin in (None, een.doel.brin)
            and (filter.lijst is None or filter.lijst == een.lijst)
        ]
        bladzijde = passend[: max(1, aantal)]
        return bladzijde, bladzijde[-1].nr if len(passend) > len(bladzijde) else None

    def te_doen(self, nu: datetime, aantal: int) -> Sequence[str]:
        return [
            een.id
            for een in sorted(self.staat.ophalingen.values(), key=lambda een: een.nr)
            if not een.klaar and een.mag_nu(nu)
        ][:aantal]

    def wis_inhoud_voor(self, moment: datetime) -> int:
        self._eis_schrijvend()
        oud = [
            een.id
            for een in self.staat.ophalingen.values()
            if een.afgerond is not None and een.afgerond < moment and een.id in self.staat.pgns
        ]
        for ophaling_id in oud:
            del self.staat.pgns[ophaling_id]
        for sleutel in [sleutel for sleutel in self.staat.documenten if sleutel[0] in oud]:
            del self.staat.documenten[sleutel]
        return len(oud)

    def _eis_schrijvend(self) -> None:
        if not self.schrijvend:
            raise RuntimeError("this unit of work only reads: open it with opslag.werk()")
