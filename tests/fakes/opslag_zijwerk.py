"""The part of the store in memory about bulk orders, webhooks and who does what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gateway.domain.aflevering import Aflevering, AfleveringStatus
from gateway.domain.klaarzetten import Klaarzetopdracht, Klaarzetresultaat
from gateway.domain.toegang import Abonnement
from gateway.domain.waarden import ElkNummer
from gateway.domain.werkproces import Werkproces
from gateway.ports import AfleveringFilter, OpslagTegenstrijdig
from tests.fakes.opslag_staat import Deel, bladzijde, haal_weg


class Klaarzettingen(Deel):
    def maak(self, opdracht: Klaarzetopdracht, elk_nummers: Sequence[ElkNummer]) -> None:
        self.eis_schrijvend()
        if opdracht.id in self.staat.opdrachten or len(set(elk_nummers)) != len(elk_nummers):
            raise OpslagTegenstrijdig("Deze opdracht bestaat al, of noemt een leerling tweemaal.")
        self.staat.opdrachten[opdracht.id] = opdracht
        self.staat.rijen[opdracht.id] = dict.fromkeys(elk_nummers)

    def opdracht(self, opdracht_id: str) -> Klaarzetopdracht | None:
        opdracht = self.staat.opdrachten.get(opdracht_id)
        if opdracht is None:
            return None
        open_ = sum(uitkomst is None for uitkomst in self.staat.rijen[opdracht_id].values())
        return replace(opdracht, gereed=opdracht.aantal - open_)

    def open_rijen(self, opdracht_id: str, aantal: int) -> Sequence[ElkNummer]:
        rijen = self.staat.rijen.get(opdracht_id, {})
        return [elk for elk, uitkomst in rijen.items() if uitkomst is None][: max(0, aantal)]

    def zet_resultaat(self, opdracht_id: str, resultaat: Klaarzetresultaat) -> None:
        self.eis_schrijvend()
        if resultaat.elk_nummer not in self.staat.rijen.get(opdracht_id, {}):
            raise OpslagTegenstrijdig("Deze opdracht heeft geen rij voor deze leerling.")
        self.staat.rijen[opdracht_id][resultaat.elk_nummer] = resultaat

    def resultaten(self, opdracht_id: str, na: int = 0, aantal: int | None = None) -> Sequence[Klaarzetresultaat]:
        klaar = [uitkomst for uitkomst in self.staat.rijen.get(opdracht_id, {}).values() if uitkomst is not None]
        vanaf = klaar[max(0, na) :]
        return vanaf if aantal is None else vanaf[: max(0, aantal)]

    def onafgemaakt(self) -> Sequence[str]:
        open_ = [naam for naam, rijen in self.staat.rijen.items() if None in rijen.values()]
        return sorted(open_, key=lambda naam: (self.staat.opdrachten[naam].moment, naam))


class Abonnementen(Deel):
    def bewaar(self, abonnement: Abonnement) -> None:
        self.eis_schrijvend()
        self.staat.abonnementen[abonnement.naam] = abonnement

    def abonnement(self, naam: str) -> Abonnement | None:
        return self.staat.abonnementen.get(naam)

    def alle(self) -> Sequence[Abonnement]:
        return [abonnement for _, abonnement in sorted(self.staat.abonnementen.items())]


class Afleveringen(Deel):
    def vul_aan(self, abonnement: Abonnement, nu: datetime, aantal: int) -> int:
        self.eis_schrijvend()
        na = self._stand(abonnement)
        nieuwe = [gebeurtenis for gebeurtenis in self.staat.gebeurtenissen if gebeurtenis.nr > na][: max(1, aantal)]
        for gebeurtenis in nieuwe:
            if gebeurtenis.type.value in abonnement.types:
                nr = max(self.staat.afleveringen, default=0) + 1
                self.staat.afleveringen[nr] = Aflevering(
                    nr, abonnement.naam, gebeurtenis, AfleveringStatus.WACHT, sinds=nu, volgende_poging=nu
                )
        if nieuwe:
            self.staat.standen[abonnement.naam] = nieuwe[-1].nr
        return len(nieuwe)

    def _stand(self, abonnement: Abonnement) -> int:
        return self.staat.standen.get(abonnement.naam, abonnement.vanaf)

    def _wachtend(self, abonnement: str, apart: bool) -> list[Aflevering]:
        passend = (
            een
            for een in self.staat.afleveringen.values()
            if een.abonnement == abonnement and een.status is AfleveringStatus.WACHT and een.apart is apart
        )
        return sorted(passend, key=lambda een: een.gebeurtenis.nr)

    def eerstvolgende(self, abonnement: str, nu: datetime, aantal: int) -> Sequence[Aflevering]:
        rij = self._wachtend(abonnement, apart=False)
        if rij and not rij[0].mag(nu):
            rij = []
        rij += [een for een in self._wachtend(abonnement, apart=True) if een.mag(nu)]
        return sorted(rij, key=lambda een: een.gebeurtenis.nr)[: max(0, aantal)]

    def te_doen(self, nu: datetime) -> Sequence[str]:
        return [
            naam
            for naam, abonnement in sorted(self.staat.abonnementen.items())
            if self._stand(abonnement) < self.staat.laatste or self.eerstvolgende(naam, nu, 1)
        ]

    def aflevering(self, aflevering_id: int, *, vergrendel: bool = False) -> Aflevering | None:
        return self.staat.afleveringen.get(aflevering_id)

    def bewaar(self, aflevering: Aflevering) -> None:
        self.eis_schrijvend()
        if aflevering.id not in self.staat.afleveringen:
            raise OpslagTegenstrijdig("Deze aflevering bestaat niet.")
        self.staat.afleveringen[aflevering.id] = aflevering

    def lijst(self, filter: AfleveringFilter, na: int, aantal: int) -> tuple[Sequence[Aflevering], int | None]:
        passend = [
            een
            for nr, een in sorted(self.staat.afleveringen.items())
            if nr > na
            and (filter.status is None or een.status is filter.status)
            and (filter.abonnement is None or een.abonnement == filter.abonnement)
        ]
        return bladzijde(passend, aantal, lambda een: een.id)

    def verwijder_voor(self, moment: datetime) -> int:
        self.eis_schrijvend()
        return haal_weg(
            self.staat.afleveringen, lambda _, een: een.status is not AfleveringStatus.WACHT and een.sinds < moment
        )


class Werkverdeling(Deel):
    def meld(self, proces: Werkproces) -> None:
        self.eis_schrijvend()
        self.staat.processen[proces.id] = proces

    def processen(self) -> Sequence[Werkproces]:
        return [proces for _, proces in sorted(self.staat.processen.items())]

    def verwijder(self, proces_id: str) -> bool:
        self.eis_schrijvend()
        for slot, (houder, _) in list(self.staat.slots.items()):
            if houder == proces_id:
                del self.staat.slots[slot]
        return self.staat.processen.pop(proces_id, None) is not None

    def pak(self, slot: str, proces_id: str, beurt: str) -> bool:
        self.eis_schrijvend()
        if slot in self.staat.slots or proces_id not in self.staat.processen:
            return False
        self.staat.slots[slot] = (proces_id, beurt)
        return True

    def laat(self, slot: str, beurt: str) -> None:
        self.eis_schrijvend()
        if slot in self.staat.slots and self.staat.slots[slot][1] == beurt:
            del self.staat.slots[slot]
