"""The part of the store in memory about schools, dossiers and transfers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from gateway.domain.aanleverpunt import Aanleverpunt
from gateway.domain.beoordeling import BijlageGegevens
from gateway.domain.dossier import Dossier, Opgehaald, Quarantaine, Versie, VersieInhoud
from gateway.domain.overdracht import Levering, Verzoek
from gateway.domain.resultaat import Resultaat
from gateway.domain.school import School
from gateway.domain.waarden import Brin, ElkNummer, Pgn, RouteringsKenmerk, SessieId, Vestiging
from gateway.ports import DossierFilter, LeveringFilter, OpslagTegenstrijdig
from tests.fakes.opslag_staat import NOOIT, Deel, bladzijde, haal_weg


class Scholen(Deel):
    def bewaar(self, school: School) -> None:
        self.eis_schrijvend()
        self.staat.scholen[school.vestiging] = school

    def school(self, vestiging: Vestiging) -> School | None:
        return self.staat.scholen.get(vestiging)

    def alle(self) -> Sequence[School]:
        return sorted(self.staat.scholen.values(), key=lambda school: school.vestiging)


class Aanleverpunten(Deel):
    def bewaar(self, punt: Aanleverpunt) -> None:
        self.eis_schrijvend()
        self.staat.punten[punt.vestiging] = punt

    def punt(self, vestiging: Vestiging, *, vergrendel: bool = False) -> Aanleverpunt | None:
        return self.staat.punten.get(vestiging)

    def bij_kenmerk(self, brin: Brin, kenmerk: RouteringsKenmerk) -> Aanleverpunt | None:
        punten = [punt for punt in self.alle() if punt.vestiging.brin == brin]
        passend = [punt for punt in punten if punt.routerings_kenmerk == kenmerk]
        if passend or kenmerk.index is None:
            return next(iter(passend), None)
        genummerd = [punt for punt in punten if punt.aanleverpuntnummer == kenmerk.index]
        return genummerd[0] if len(genummerd) == 1 else None

    def alle(self) -> Sequence[Aanleverpunt]:
        return sorted(self.staat.punten.values(), key=lambda punt: punt.vestiging)


class Dossiers(Deel):
    def dossier(self, elk_nummer: ElkNummer, *, vergrendel: bool = False) -> Dossier | None:
        kaal = self.staat.dossiers.get(elk_nummer.waarde)
        return self._heel(kaal) if kaal is not None else None

    def _heel(self, kaal: Dossier) -> Dossier:
        elk = kaal.elk_nummer.waarde
        nummers = [nr for wie, nr in self.staat.versies if wie == elk]
        nieuwste = self.staat.versies[elk, max(nummers)][0] if nummers else None
        af = [
            levering
            for levering in self.staat.leveringen.values()
            if levering.elk_nummer == kaal.elk_nummer
            and levering.versie is not None
            and levering.overgedragen is not None
            and levering.resultaat is Resultaat.OVERDRACHT_GESLAAGD
        ]
        laatste = max(af, key=lambda levering: (levering.overgedragen or NOOIT, levering.id), default=None)
        return replace(
            kaal,
            nieuwste=nieuwste,
            overgedragen_aan=frozenset(
                levering.doel_brin for levering in af if nieuwste and levering.versie == nieuwste.versie
            ),
            opgehaald=Opgehaald(laatste.overgedragen, laatste.doel_brin, laatste.systeem)
            if laatste is not None and laatste.overgedragen is not None
            else None,
        )

    def bewaar(self, dossier: Dossier) -> None:
        self.eis_schrijvend()
        oud = self.staat.dossiers.get(dossier.elk_nummer.waarde)
        self.staat.dossiers[dossier.elk_nummer.waarde] = replace(
            dossier, nieuwste=None, pgn=oud.pgn if oud else None, overgedragen_aan=frozenset(), opgehaald=None
        )

    def voeg_versie_toe(self, elk_nummer: ElkNummer, versie: Versie, inhoud: VersieInhoud, pgn: Pgn | None) -> None:
        self.eis_schrijvend()
        elk = elk_nummer.waarde
        hoogste = max((nr for wie, nr in self.staat.versies if wie == elk), default=0)
        if elk not in self.staat.dossiers or versie.versie <= hoogste:
            raise OpslagTegenstrijdig("Het dossier ontbreekt of heeft al een versie met dit nummer of een hoger.")
        self.staat.versies[elk, versie.versie] = (versie, inhoud)
        oud = self.staat.dossiers[elk]
        self.staat.dossiers[elk] = replace(oud, pgn=oud.pgn or pgn)

    def versie(self, elk_nummer: ElkNummer, nr: int) -> Versie | None:
        gevonden = self.staat.versies.get((elk_nummer.waarde, nr))
        return gevonden[0] if gevonden else None

    def inhoud(self, elk_nummer: ElkNummer, nr: int) -> VersieInhoud | None:
        gevonden = self.staat.versies.get((elk_nummer.waarde, nr))
        return gevonden[1] if gevonden else None

    def octets(self, elk_nummer: ElkNummer, nr: int) -> bytes | None:
        inhoud = self.inhoud(elk_nummer, nr)
        return inhoud.octets if inhoud else None

    def bijlagen(self, elk_nummer: ElkNummer, nr: int) -> tuple[BijlageGegevens, ...]:
        inhoud = self.inhoud(elk_nummer, nr)
        return inhoud.bijlagen if inhoud else ()

    def zet_quarantaine(self, elk_nummer: ElkNummer, nr: int, quarantaine: Quarantaine) -> None:
        self.eis_schrijvend()
        gevonden = self.staat.versies.get((elk_nummer.waarde, nr))
        if gevonden is None:
            raise OpslagTegenstrijdig("De versie die in quarantaine moet, bestaat niet.")
        self.staat.versies[elk_nummer.waarde, nr] = (replace(gevonden[0], quarantaine=quarantaine), gevonden[1])

    def met_pgn(self, pgn: Pgn, bron: Vestiging, *, vergrendel: bool = False) -> Sequence[Dossier]:
        hier = [
            self._heel(kaal)
            for _, kaal in sorted(self.staat.dossiers.items())
            if kaal.pgn == pgn and (kaal.context.plaatsing == bron or bron in kaal.vorige_plaatsingen)
        ]
        return sorted(hier, key=lambda d: d.klaarzetting.moment if d.klaarzetting else NOOIT, reverse=True)

    def lijst(self, filter: DossierFilter, na: str | None, aantal: int) -> tuple[Sequence[Dossier], str | None]:
        vanaf = (self._heel(kaal) for elk, kaal in sorted(self.staat.dossiers.items()) if elk > (na or ""))
        passend = [dossier for dossier in vanaf if _past(dossier, filter)]
        return bladzijde(passend, aantal, lambda een: een.elk_nummer.waarde)


def _past(dossier: Dossier, filter_: DossierFilter) -> bool:
    plek = dossier.context.plaatsing
    return (
        (filter_.status is None or dossier.status is filter_.status)
        and (filter_.brin is None or (plek is not None and plek.brin == filter_.brin))
        and (filter_.vestigingscode is None or (plek is not None and plek.code == filter_.vestigingscode))
        and (filter_.binnen is None or plek in filter_.binnen)
    )


class Leveringen(Deel):
    def voeg_toe(self, levering: Levering) -> int:
        self.eis_schrijvend()
        if levering.elk_nummer is not None and levering.elk_nummer.waarde not in self.staat.dossiers:
            raise OpslagTegenstrijdig("Het dossier van deze levering bestaat niet.")
        nummer = max(self.staat.leveringen, default=0) + 1
        self.staat.leveringen[nummer] = replace(levering, id=nummer)
        return nummer

    def overgedragen(self, levering_id: int, moment: datetime) -> bool:
        self.eis_schrijvend()
        levering = self.staat.leveringen.get(levering_id)
        if levering is None or levering.overgedragen is not None:
            return False
        self.staat.leveringen[levering_id] = replace(levering, overgedragen=moment)
        return True

    def levering(self, levering_id: int) -> Levering | None:
        return self.staat.leveringen.get(levering_id)

    def bij_sessie(self, sessie_id: SessieId, bron: Vestiging) -> Sequence[Levering]:
        return [
            levering
            for levering in reversed(self.staat.leveringen.values())
            if levering.sessie_id == sessie_id
            and levering.bron == bron
            and levering.versie is not None
            and levering.resultaat is Resultaat.OVERDRACHT_GESLAAGD
        ]

    def van_dossier(self, elk_nummer: ElkNummer) -> Sequence[Levering]:
        return [levering for levering in self.staat.leveringen.values() if levering.elk_nummer == elk_nummer]

    def laatst_overgedragen(self) -> Mapping[Vestiging, datetime]:
        laatst: dict[Vestiging, datetime] = {}
        for levering in self.staat.leveringen.values():
            if levering.overgedragen is not None:
                laatst[levering.bron] = max(levering.overgedragen, laatst.get(levering.bron, NOOIT))
        return laatst

    def lijst(self, filter: LeveringFilter, na: int, aantal: int) -> tuple[Sequence[Levering], int | None]:
        passend = [
            levering
            for levering in self.staat.leveringen.values()
            if levering.id > na
            and (filter.brin is None or levering.bron.brin == filter.brin)
            and (filter.sinds is None or levering.moment >= filter.sinds)
            and (filter.resultaat is None or levering.resultaat is filter.resultaat)
            and (filter.binnen is None or levering.bron in filter.binnen)
        ]
        return bladzijde(passend, aantal, lambda een: een.id)


class Verzoeken(Deel):
    def bewaar(self, verzoek: Verzoek) -> None:
        self.eis_schrijvend()
        sleutel = (verzoek.sessie_id, verzoek.adres.doel_brin, verzoek.adres.doel_kenmerk)
        oud = self.staat.verzoeken.get(sleutel)
        if oud is None or verzoek.moment >= oud.moment:
            self.staat.verzoeken[sleutel] = verzoek

    def van_pgn(self, pgn: Pgn, bron: Vestiging) -> Sequence[Verzoek]:
        punt = self.staat.punten.get(bron)
        kenmerk = punt.routerings_kenmerk if punt else None
        hier = [
            verzoek
            for verzoek in self.staat.verzoeken.values()
            if verzoek.pgn == pgn
            and verzoek.adres.bron_brin == bron.brin
            and verzoek.adres.bron_kenmerk in (None, kenmerk)
        ]
        return sorted(hier, key=lambda verzoek: verzoek.moment)

    def verwijder_voor(self, moment: datetime) -> int:
        self.eis_schrijvend()
        return haal_weg(self.staat.verzoeken, lambda _, een: een.moment < moment)
