"""The part of the store in memory about what goes when its time is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from gateway.domain.aflevering import AfleveringStatus
from gateway.domain.bewaren import Grafsteen
from gateway.domain.waarden import ElkNummer
from gateway.ports import OpslagTegenstrijdig
from tests.fakes.opslag_staat import Deel, haal_weg, pseudoniem_van


class Opruiming(Deel):
    def verlopen_inhoud(
        self, opgehaald_voor: datetime, verzameld_voor: datetime, aantal: int
    ) -> Sequence[tuple[ElkNummer, int]]:
        verlopen = []
        for (elk, nr), (versie, inhoud) in sorted(self.staat.versies.items()):
            momenten = [
                levering.overgedragen
                for levering in self.staat.leveringen.values()
                if levering.elk_nummer == ElkNummer(elk) and levering.versie == nr and levering.overgedragen
            ]
            laatst = max(momenten, default=None)
            oud = versie.verzameldatum < verzameld_voor or (laatst is not None and laatst < opgehaald_voor)
            if inhoud is not None and oud:
                verlopen.append((ElkNummer(elk), nr))
        return verlopen[: max(0, aantal)]

    def wis_inhoud(self, elk_nummer: ElkNummer, nr: int, moment: datetime, reden: str) -> None:
        self.eis_schrijvend()
        versie, inhoud = self.staat.versies.get((elk_nummer.waarde, nr), (None, None))
        if versie is None or inhoud is None:
            raise OpslagTegenstrijdig("Deze versie bestaat niet, of haar inhoud is al verwijderd.")
        leeg = replace(versie, vergelijking=b"", verwijderd=moment)
        self.staat.versies[elk_nummer.waarde, nr] = (leeg, None)
        pseudoniem = pseudoniem_van(elk_nummer)
        self.staat.grafstenen.append(Grafsteen(moment, "dossier-inhoud", reden, pseudoniem, nr, versie.sha256))

    def wis_leerling(self, elk_nummer: ElkNummer, moment: datetime, reden: str) -> Mapping[str, int]:
        self.eis_schrijvend()
        s, elk = self.staat, elk_nummer.waarde
        kaal = s.dossiers.get(elk)
        voor = {g.nr for g in s.gebeurtenissen if g.onderwerp == f"dossier/{elk}"}
        weg = {
            "afleveringen": haal_weg(s.afleveringen, lambda _, een: een.gebeurtenis.nr in voor),
            "gebeurtenissen": len(voor),
            "notificaties": haal_weg(s.notificaties, lambda _, een: een.elk_nummer == elk_nummer),
            "historie": sum(regel.elk_nummer == elk_nummer for regel in s.historie),
            "klaarzetrijen": 0,
            "leveringen": 0,
            "inhoud": sum(wie == elk and inhoud is not None for (wie, _), (_, inhoud) in s.versies.items()),
            "versies": haal_weg(s.versies, lambda sleutel, _: sleutel[0] == elk),
            "dossiers": int(s.dossiers.pop(elk, None) is not None),
            "verzoeken": haal_weg(s.verzoeken, lambda _, een: kaal is not None and een.pgn == kaal.pgn),
        }
        if kaal is not None and kaal.pgn is not None:
            weg["ophalingen"] = s.ophalingen.wis(kaal.pgn)
        s.gebeurtenissen[:] = [g for g in s.gebeurtenissen if g.nr not in voor]
        s.historie[:] = [regel for regel in s.historie if regel.elk_nummer != elk_nummer]
        for rijen in s.rijen.values():
            if rijen.get(elk_nummer) is not None:
                del rijen[elk_nummer]
                weg["klaarzetrijen"] += 1
        for nr, levering in list(s.leveringen.items()):
            if levering.elk_nummer == elk_nummer:
                s.leveringen[nr] = replace(levering, elk_nummer=None, versie=None)
                weg["leveringen"] += 1
        if any(weg.values()):
            s.grafstenen.append(Grafsteen(moment, "leerling", reden, pseudoniem_van(elk_nummer)))
        return weg

    def verwijder_gebeurtenissen_voor(self, moment: datetime) -> int:
        self.eis_schrijvend()
        s = self.staat
        gezien = min((s.standen.get(a.naam, a.vanaf) for a in s.abonnementen.values()), default=s.laatste)
        wacht = {a.gebeurtenis.nr for a in s.afleveringen.values() if a.status is AfleveringStatus.WACHT}
        weg = {g.nr for g in s.gebeurtenissen if g.moment < moment and g.nr not in wacht and g.nr <= gezien}
        haal_weg(s.afleveringen, lambda _, een: een.gebeurtenis.nr in weg)
        s.gebeurtenissen[:] = [g for g in s.gebeurtenissen if g.nr not in weg]
        return len(weg)

    def verwijder_klaarzettingen_voor(self, moment: datetime) -> int:
        self.eis_schrijvend()
        s = self.staat
        weg = [i for i, o in s.opdrachten.items() if o.moment < moment and None not in s.rijen[i].values()]
        for opdracht_id in weg:
            del s.opdrachten[opdracht_id], s.rijen[opdracht_id]
        return len(weg)

    def grafstenen(self, elk_nummer: ElkNummer | None = None) -> Sequence[Grafsteen]:
        pseudoniem = pseudoniem_van(elk_nummer)
        return [een for een in self.staat.grafstenen if elk_nummer is None or een.pseudoniem == pseudoniem]
