"""The part of the store in memory about what was done, came in and may be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from gateway.domain.logboek import AuditRegel, Gebeurtenis, HistorieRegel
from gateway.domain.ontvangen import OntvangenBericht
from gateway.domain.poging import Belpoging, Pogingafloop, Pogingengroep
from gateway.domain.toegang import BewaardAntwoord, Token
from gateway.domain.waarden import ElkNummer, Vestiging
from gateway.ports import AuditRij, Ketenoordeel, OpslagTegenstrijdig, PogingFilter
from gateway.store.keten import BEGIN, Kop, controleer, hash_van
from tests.fakes.opslag_staat import Deel, bladzijde, haal_weg, pseudoniem_van


class Logboek(Deel):
    def audit(self, regel: AuditRegel) -> None:
        self.eis_schrijvend()
        wie, vorige = regel.opdrachtgever, self.staat.audit[-1].hash if self.staat.audit else BEGIN
        kaal = AuditRij(
            nr=len(self.staat.audit) + 1,
            moment=regel.moment,
            operatie=regel.operatie,
            uitkomst=regel.uitkomst,
            partij=regel.partij.waarde if regel.partij else None,
            account=wie.account if wie else None,
            namens=wie.namens if wie else None,
            rol=wie.rol if wie else None,
            pseudoniem=pseudoniem_van(regel.over),
            versie=regel.versie,
            bijzonderheden=dict(regel.bijzonderheden),
            vorige=vorige,
            hash="",
        )
        self.staat.audit.append(replace(kaal, hash=hash_van(kaal)))

    def audit_rijen(self, na: int, aantal: int) -> Sequence[AuditRij]:
        return [rij for rij in self.staat.audit if rij.nr > na][: max(0, aantal)]

    def audit_over(self, elk_nummer: ElkNummer) -> Sequence[AuditRij]:
        return [rij for rij in self.staat.audit if rij.pseudoniem == pseudoniem_van(elk_nummer)]

    def controleer_keten(self) -> Ketenoordeel:
        laatste = self.staat.audit[-1] if self.staat.audit else None
        return controleer(self.staat.audit, Kop(laatste.nr, laatste.hash) if laatste else Kop())

    def gebeurtenis(self, gebeurtenis: Gebeurtenis) -> None:
        self.eis_schrijvend()
        if any(gebeurtenis.id == bekend.id for bekend in self.staat.gebeurtenissen):
            raise OpslagTegenstrijdig("Deze gebeurtenis staat er al in.")
        self.staat.gebeurtenissen.append(replace(gebeurtenis, nr=self.staat.teller()))

    def gebeurtenissen(self, na: int, aantal: int) -> Sequence[Gebeurtenis]:
        return [gebeurtenis for gebeurtenis in self.staat.gebeurtenissen if gebeurtenis.nr > na][: max(0, aantal)]

    def historie(self, regel: HistorieRegel) -> None:
        self.eis_schrijvend()
        self.staat.historie.append(replace(regel, nr=len(self.staat.historie) + 1))

    def historie_van(self, elk_nummer: ElkNummer, na: int, aantal: int) -> tuple[Sequence[HistorieRegel], int | None]:
        passend = [regel for regel in self.staat.historie if regel.elk_nummer == elk_nummer and regel.nr > na]
        return bladzijde(passend, aantal, lambda een: een.nr)


class Pogingen(Deel):
    def voeg_toe(self, pogingen: Sequence[Belpoging]) -> None:
        self.eis_schrijvend()
        laatste = self.staat.pogingen[-1].id if self.staat.pogingen else 0
        self.staat.pogingen.extend(replace(een, id=laatste + nr) for nr, een in enumerate(pogingen, start=1))

    def groepen(self, sinds: datetime, *, alleen_mislukt: bool) -> Sequence[Pogingengroep]:
        momenten: dict[tuple[str, str, Pogingafloop, str | None], list[datetime]] = {}
        for een in self.staat.pogingen:
            if een.moment >= sinds and (een.mislukt or not alleen_mislukt):
                momenten.setdefault((een.partij, een.operatie, een.afloop, een.oorzaak), []).append(een.moment)
        groepen = [Pogingengroep(*soort, len(alle), min(alle), max(alle)) for soort, alle in momenten.items()]
        return sorted(groepen, key=lambda g: (-g.aantal, g.partij, g.operatie, g.afloop, g.oorzaak or ""))

    def lijst(self, filter: PogingFilter, na: int, aantal: int) -> tuple[Sequence[Belpoging], int | None]:
        passend = [
            een
            for een in self.staat.pogingen
            if een.id > na
            and filter.partij in (None, een.partij)
            and filter.operatie in (None, een.operatie)
            and filter.oorzaak in (None, een.oorzaak)
            and (filter.onderwerpen is None or een.onderwerp in filter.onderwerpen)
            and (filter.sinds is None or een.moment >= filter.sinds)
            and (een.mislukt or not filter.alleen_mislukt)
        ]
        return bladzijde(passend, aantal, lambda een: een.id)

    def verwijder_voor(self, moment: datetime) -> int:
        self.eis_schrijvend()
        blijft = [een for een in self.staat.pogingen if een.moment >= moment]
        weg = len(self.staat.pogingen) - len(blijft)
        self.staat.pogingen[:] = blijft
        return weg


class Toegang(Deel):
    def bewaar_token(self, token: Token) -> None:
        self.eis_schrijvend()
        if any(ander.hash == token.hash and ander.id != token.id for ander in self.staat.tokens.values()):
            raise OpslagTegenstrijdig("Er is al een ander token met deze hash.")
        self.staat.tokens[token.id] = token

    def token_bij_hash(self, hash_: str) -> Token | None:
        return next((token for token in self.staat.tokens.values() if token.hash == hash_), None)

    def token(self, token_id: str) -> Token | None:
        return self.staat.tokens.get(token_id)

    def tokens(self) -> Sequence[Token]:
        return sorted(self.staat.tokens.values(), key=lambda token: (token.aangemaakt, token.id))

    def bewaard_antwoord(self, token_id: str, route: str, sleutel: str, sinds: datetime) -> BewaardAntwoord | None:
        antwoord = self.staat.antwoorden.get((token_id, route, sleutel))
        return antwoord if antwoord is not None and antwoord.moment >= sinds else None

    def bewaar_antwoord(self, antwoord: BewaardAntwoord) -> None:
        self.eis_schrijvend()
        self.staat.antwoorden[antwoord.token_id, antwoord.route, antwoord.sleutel] = antwoord

    def verwijder_antwoorden_voor(self, moment: datetime) -> int:
        self.eis_schrijvend()
        return haal_weg(self.staat.antwoorden, lambda _, een: een.moment < moment)


class Ontvangen(Deel):
    def bewaar(self, bericht: OntvangenBericht) -> tuple[int, datetime | None]:
        self.eis_schrijvend()
        sleutel = bericht.inhoud()
        oud = self.staat.ontvangen.get(sleutel)
        if oud is None:
            nr = max((een.id for een in self.staat.ontvangen.values()), default=0) + 1
            self.staat.ontvangen[sleutel] = replace(bericht, id=nr, laatst=bericht.moment, aantal=1)
            return nr, None
        self.staat.ontvangen[sleutel] = replace(oud, laatst=bericht.moment, aantal=oud.aantal + 1)
        return oud.id, oud.laatst

    def bericht(self, bericht_id: int) -> OntvangenBericht | None:
        return next((een for een in self.staat.ontvangen.values() if een.id == bericht_id), None)

    def lijst(
        self, binnen: frozenset[Vestiging] | None, na: int, aantal: int
    ) -> tuple[Sequence[OntvangenBericht], int | None]:
        passend = [
            een for een in self.staat.ontvangen.values() if een.id > na and (binnen is None or een.vestiging in binnen)
        ]
        return bladzijde(passend, aantal, lambda een: een.id)

    def verwijder_voor(self, moment: datetime) -> int:
        self.eis_schrijvend()
        return haal_weg(self.staat.ontvangen, lambda _, een: (een.laatst or een.moment) < moment)


class Herhalingen(Deel):
    def eerste_keer(self, kenmerk: bytes, tot: datetime, nu: datetime) -> bool:
        self.eis_schrijvend()
        if kenmerk in self.staat.herhalingen:
            return False
        self.staat.herhalingen[kenmerk] = tot
        return True
