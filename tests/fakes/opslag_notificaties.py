"""The part of the store in memory about notifications, switches by hand and signs of trouble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from gateway.domain.aanleverpunt import AanleverpuntStatus
from gateway.domain.dossier import Dossier
from gateway.domain.notificatie import Notificatietaak
from gateway.domain.overdracht import Levering, Verzoek
from gateway.domain.resultaat import Resultaat
from gateway.domain.schakelaar import Bereik, Schakelaar
from gateway.domain.signalen import Herhaling, Verdacht
from gateway.domain.waarden import ElkNummer, Herkomst, RouteringsKenmerk, Vestiging
from gateway.ports import NotificatieFilter, OpslagTegenstrijdig
from tests.fakes.opslag_staat import Deel, Staat, bladzijde, haal_weg

if TYPE_CHECKING:
    from tests.fakes.opslag import Werk


class Notificaties(Deel):
    def __init__(self, staat: Staat, schrijvend: bool, werk: Werk) -> None:
        super().__init__(staat, schrijvend)
        self._werk = werk

    def kandidaten(self, vanaf: datetime, onderweg_sinds: datetime, aantal: int) -> Sequence[ElkNummer]:
        gevonden = []
        for elk in sorted(self.staat.dossiers):
            dossier = self._werk.dossiers.dossier(ElkNummer(elk))
            if (
                dossier is not None
                and self._uitleverbaar(dossier)
                and self._wacht_iemand(dossier, vanaf, onderweg_sinds)
            ):
                gevonden.append(dossier.elk_nummer)
        return gevonden[: max(0, aantal)]

    def _uitleverbaar(self, dossier: Dossier) -> bool:
        plek = dossier.context.plaatsing
        if plek is None or dossier.context.herkomst is not Herkomst.REGULIER or dossier.tegengehouden() is not None:
            return False
        punt, school = self.staat.punten.get(plek), self.staat.scholen.get(plek)
        aan = punt is not None and punt.status is AanleverpuntStatus.GEREGISTREERD
        versie = dossier.nieuwste
        return (
            aan
            and school is not None
            and school.notificeert_vanzelf
            and versie is not None
            and not versie.inzage_ontbreekt
        )

    def _wacht_iemand(self, dossier: Dossier, vanaf: datetime, onderweg_sinds: datetime) -> bool:
        plek, versie = dossier.context.plaatsing, dossier.nieuwste
        if plek is None or versie is None or dossier.pgn is None:
            return False
        return any(
            verzoek.moment >= vanaf
            and verzoek.adres.doel_brin == plek.brin
            and verzoek.overdrachtsoort is versie.overdrachtsoort
            and not self._gehoord(dossier, verzoek)
            and not self._gekregen(dossier, verzoek, onderweg_sinds)
            for verzoek in self._werk.verzoeken.van_pgn(dossier.pgn, plek)
        )

    def _gehoord(self, dossier: Dossier, verzoek: Verzoek) -> bool:
        return any(
            taak.versie == (dossier.nieuwste.versie if dossier.nieuwste else 0)
            and (taak.doel_brin, taak.doel_kenmerk) == (verzoek.adres.doel_brin, verzoek.adres.doel_kenmerk)
            and not taak.hervatbaar
            for taak in self.van_dossier(dossier.elk_nummer)
        )

    def _gekregen(self, dossier: Dossier, verzoek: Verzoek, onderweg_sinds: datetime) -> bool:
        versie = dossier.nieuwste
        return versie is not None and any(
            (levering.doel_brin, levering.doel_kenmerk) == (verzoek.adres.doel_brin, verzoek.adres.doel_kenmerk)
            and (
                (
                    levering.versie == versie.versie
                    and levering.resultaat is Resultaat.OVERDRACHT_GESLAAGD
                    and (levering.overgedragen is not None or levering.moment > onderweg_sinds)
                )
                or (
                    levering.resultaat is Resultaat.LEERLINGINFO_NIET_GEWIJZIGD
                    and levering.moment >= versie.verzameldatum
                )
            )
            for levering in self._werk.leveringen.van_dossier(dossier.elk_nummer)
        )

    def voeg_toe(self, taak: Notificatietaak) -> bool:
        self.eis_schrijvend()
        if any(_sleutel(ander) == _sleutel(taak) for ander in self.staat.notificaties.values()):
            return False
        nr = max(self.staat.notificaties, default=0) + 1
        self.staat.notificaties[nr] = replace(taak, id=nr)
        return True

    def bewaar(self, taak: Notificatietaak) -> None:
        self.eis_schrijvend()
        if taak.id not in self.staat.notificaties:
            raise OpslagTegenstrijdig("Deze notificatie bestaat niet.")
        self.staat.notificaties[taak.id] = taak

    def taak(self, taak_id: int, *, vergrendel: bool = False) -> Notificatietaak | None:
        return self.staat.notificaties.get(taak_id)

    def van_dossier(self, elk_nummer: ElkNummer) -> Sequence[Notificatietaak]:
        return [taak for taak in self.staat.notificaties.values() if taak.elk_nummer == elk_nummer]

    def te_doen(self, nu: datetime, aantal: int) -> Sequence[int]:
        rijp = [taak for taak in self.staat.notificaties.values() if taak.open and taak.aan_de_beurt(nu)]
        return [taak.id for taak in sorted(rijp, key=lambda taak: (taak.volgende_poging, taak.id))][: max(0, aantal)]

    def hervat(self, bron: Vestiging | None, nu: datetime) -> int:
        self.eis_schrijvend()
        wachtend = [
            taak
            for taak in self.staat.notificaties.values()
            if taak.open and taak.volgende_poging > nu and bron in (None, taak.bron)
        ]
        for taak in wachtend:
            self.staat.notificaties[taak.id] = replace(taak, volgende_poging=nu)
        return len(wachtend)

    def lijst(self, filter: NotificatieFilter, na: int, aantal: int) -> tuple[Sequence[Notificatietaak], int | None]:
        passend = [
            taak
            for nr, taak in sorted(self.staat.notificaties.items())
            if nr > na
            and filter.status in (None, taak.status)
            and (filter.binnen is None or taak.bron in filter.binnen)
        ]
        return bladzijde(passend, aantal, lambda taak: taak.id)

    def verwijder_voor(self, moment: datetime) -> int:
        self.eis_schrijvend()
        return haal_weg(self.staat.notificaties, lambda _, taak: not taak.open and taak.sinds < moment)


def _sleutel(taak: Notificatietaak) -> tuple[object, ...]:
    return taak.elk_nummer, taak.versie, taak.doel_brin, taak.doel_kenmerk


class Schakelaars(Deel):
    def zet(self, schakelaar: Schakelaar) -> None:
        self.eis_schrijvend()
        self.staat.schakelaars[schakelaar.bereik] = schakelaar

    def verwijder(self, bereik: Bereik) -> bool:
        self.eis_schrijvend()
        return self.staat.schakelaars.pop(bereik, None) is not None

    def alle(self) -> Sequence[Schakelaar]:
        return [schakelaar for _, schakelaar in sorted(self.staat.schakelaars.items())]


class Rondes(Deel):
    def begin(self, naam: str, nu: datetime, elke: timedelta) -> bool:
        self.eis_schrijvend()
        laatst = self.staat.rondes.get(naam)
        if laatst is not None and nu - elke < laatst <= nu:
            return False
        self.staat.rondes[naam] = nu
        return True


class Signalen(Deel):
    def verdacht(self, bron: Vestiging) -> Sequence[Verdacht]:
        gevonden = []
        for (elk, nr), (versie, inhoud) in sorted(self.staat.versies.items()):
            nieuwste = max(ander for wie, ander in self.staat.versies if wie == elk)
            if nr != nieuwste or versie.quarantaine is None or inhoud is None:
                continue
            if any(een.elk_nummer == ElkNummer(elk) and een.versie == nr for een in self._leveringen(bron)):
                gevonden.append(Verdacht(ElkNummer(elk), nr, versie.quarantaine))
        return gevonden

    def _leveringen(self, bron: Vestiging) -> list[Levering]:
        return [
            een
            for een in self.staat.leveringen.values()
            if een.bron == bron and een.resultaat is Resultaat.OVERDRACHT_GESLAAGD and een.versie is not None
        ]

    def aantal_leveringen(
        self, elk_nummer: ElkNummer, versie: int, doel: RouteringsKenmerk, sinds: datetime, hoogstens: int
    ) -> int:
        aantal = sum(
            (een.elk_nummer, een.versie, een.doel_kenmerk) == (elk_nummer, versie, doel)
            and een.resultaat is Resultaat.OVERDRACHT_GESLAAGD
            and een.moment > sinds
            for een in self.staat.leveringen.values()
        )
        return min(aantal, hoogstens)

    def herhaald(self, bron: Vestiging, sinds: datetime, vanaf: int) -> Sequence[Herhaling]:
        def sleutel(een: Levering) -> tuple[str, int, str, str]:
            elk = een.elk_nummer.waarde if een.elk_nummer else ""
            return elk, een.versie or 0, een.doel_kenmerk.waarde, een.systeem

        recent = [een for een in self._leveringen(bron) if een.moment > sinds and een.elk_nummer is not None]
        groepen = [(naam, list(rij)) for naam, rij in groupby(sorted(recent, key=sleutel), key=sleutel)]
        return [
            Herhaling(
                ElkNummer(elk), versie, RouteringsKenmerk(doel), systeem, len(rij), max(een.moment for een in rij)
            )
            for (elk, versie, doel, systeem), rij in groepen
            if len(rij) >= vanaf
        ]

    def laatste_leveringen(self, bron: Vestiging, aantal: int) -> Sequence[Levering]:
        return list(reversed(self._leveringen(bron)))[: max(0, aantal)]
