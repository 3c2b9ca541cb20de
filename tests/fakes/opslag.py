"""The store in memory: the same contract as `SqlOpslag`, without files, keys or SQL.

A writing transaction works on a copy of the state and puts it back when it ends well; a reading one gets the state of
that moment. One writer at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

from gateway.domain.aanleverpunt import Aanleverpunt
from gateway.domain.aflevering import Aflevering, AfleveringStatus
from gateway.domain.beoordeling import BijlageGegevens
from gateway.domain.bewaren import Grafsteen
from gateway.domain.dossier import Dossier, Opgehaald, Quarantaine, Versie, VersieInhoud
from gateway.domain.klaarzetten import Klaarzetopdracht, Klaarzetresultaat
from gateway.domain.logboek import AuditRegel, Gebeurtenis, HistorieRegel
from gateway.domain.notificatie import Notificatietaak
from gateway.domain.ontvangen import OntvangenBericht
from gateway.domain.overdracht import Levering, Verzoek
from gateway.domain.poging import Belpoging, Pogingafloop, Pogingengroep
from gateway.domain.resultaat import Resultaat
from gateway.domain.schakelaar import Bereik, Schakelaar
from gateway.domain.school import School
from gateway.domain.toegang import Abonnement, BewaardAntwoord, Token
from gateway.domain.waarden import Brin, ElkNummer, Pgn, RouteringsKenmerk, SessieId, Vestiging
from gateway.domain.werkproces import Werkproces
from gateway.ports import (
    AfleveringFilter,
    AuditRij,
    DossierFilter,
    Ketenoordeel,
    LeveringFilter,
    OpslagTegenstrijdig,
    PogingFilter,
)
from gateway.store.keten import BEGIN, Kop, controleer, hash_van
from tests.fakes.ophalingen import FakeOphalingen, Ophaalstaat
from tests.fakes.opslag_notificaties import Notificaties, Rondes, Schakelaars, Signalen

_S = TypeVar("_S")
_T = TypeVar("_T")
_NOOIT = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Staat:
    scholen: dict[Vestiging, School] = field(default_factory=dict)
    punten: dict[Vestiging, Aanleverpunt] = field(default_factory=dict)
    dossiers: dict[str, Dossier] = field(default_factory=dict)
    versies: dict[tuple[str, int], tuple[Versie, VersieInhoud | None]] = field(default_factory=dict)
    leveringen: dict[int, Levering] = field(default_factory=dict)
    verzoeken: dict[tuple[SessieId, Brin, RouteringsKenmerk], Verzoek] = field(default_factory=dict)
    audit: list[AuditRij] = field(default_factory=list)
    gebeurtenissen: list[Gebeurtenis] = field(default_factory=list)
    historie: list[HistorieRegel] = field(default_factory=list)
    tokens: dict[str, Token] = field(default_factory=dict)
    antwoorden: dict[tuple[str, str, str], BewaardAntwoord] = field(default_factory=dict)
    opdrachten: dict[str, Klaarzetopdracht] = field(default_factory=dict)
    rijen: dict[str, dict[ElkNummer, Klaarzetresultaat | None]] = field(default_factory=dict)
    abonnementen: dict[str, Abonnement] = field(default_factory=dict)
    standen: dict[str, int] = field(default_factory=dict)
    afleveringen: dict[int, Aflevering] = field(default_factory=dict)
    processen: dict[str, Werkproces] = field(default_factory=dict)
    slots: dict[str, tuple[str, str]] = field(default_factory=dict)
    grafstenen: list[Grafsteen] = field(default_factory=list)
    ophalingen: Ophaalstaat = field(default_factory=Ophaalstaat)
    ontvangen: dict[str, OntvangenBericht] = field(default_factory=dict)
    herhalingen: dict[bytes, datetime] = field(default_factory=dict)
    notificaties: dict[int, Notificatietaak] = field(default_factory=dict)
    schakelaars: dict[Bereik, Schakelaar] = field(default_factory=dict)
    rondes: dict[str, datetime] = field(default_factory=dict)

    pogingen: list[Belpoging] = field(default_factory=list)
    gegeven: list[int] = field(default_factory=list)
    """The last number of the feed, as the only element."""

    def teller(self) -> int:
        """Give the next number of the feed; none comes back, also when events were removed."""
        self.gegeven[:] = [self.laatste + 1]
        return self.gegeven[0]

    @property
    def laatste(self) -> int:
        """Last number of the feed."""
        return self.gegeven[0] if self.gegeven else 0

    def kopie(self) -> _Staat:
        """Copy what can change; the things in it are immutable."""
        nieuw = _Staat(**{naam: getattr(self, naam).copy() for naam in self.__slots__})
        nieuw.rijen = {naam: rijen.copy() for naam, rijen in self.rijen.items()}
        return nieuw


@dataclass(slots=True)
class _Deel:
    staat: _Staat
    schrijvend: bool

    def eis_schrijvend(self) -> None:
        if not self.schrijvend:
            raise RuntimeError("this unit of work only reads: open it with opslag.werk()")


class _Scholen(_Deel):
    def bewaar(self, school: School) -> None:
        self.eis_schrijvend()
        self.staat.scholen[school.vestiging] = school

    def school(self, vestiging: Vestiging) -> School | None:
        return self.staat.scholen.get(vestiging)

    def alle(self) -> Sequence[School]:
        return sorted(self.staat.scholen.values(), key=lambda school: school.vestiging)


class _Aanleverpunten(_Deel):
    def bewaar(self, punt: Aanleverpunt) -> None:
        self.eis_schrijvend()
        self.staat.punten[punt.vestiging] = punt

    def punt(self, vestiging: Vestiging, *, vergrendel: bool = False) -> Aanleverpunt | None:
        return self.staat.punten.get(vestiging)

    def bij_kenmerk(self, brin: Brin, kenmerk: RouteringsKenmerk) -> Aanleverpunt | None:
        passend = (p for p in self.alle() if p.vestiging.brin == brin and p.routerings_kenmerk == kenmerk)
        return next(passend, None)

    def alle(self) -> Sequence[Aanleverpunt]:
        return sorted(self.staat.punten.values(), key=lambda punt: punt.vestiging)


class _Dossiers(_Deel):
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
        laatste = max(af, key=lambda levering: (levering.overgedragen or _NOOIT, levering.id), default=None)
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

    def met_pgn(self, pgn: Pgn, bron: Vestiging) -> Sequence[Dossier]:
        hier = [
            self._heel(kaal)
            for _, kaal in sorted(self.staat.dossiers.items())
            if kaal.pgn == pgn and (kaal.context.plaatsing == bron or bron in kaal.vorige_plaatsingen)
        ]
        return sorted(hier, key=lambda d: d.klaarzetting.moment if d.klaarzetting else _NOOIT, reverse=True)

    def lijst(self, filter: DossierFilter, na: str | None, aantal: int) -> tuple[Sequence[Dossier], str | None]:
        vanaf = (self._heel(kaal) for elk, kaal in sorted(self.staat.dossiers.items()) if elk > (na or ""))
        passend = [dossier for dossier in vanaf if _past(dossier, filter)]
        bladzijde = passend[: max(1, aantal)]
        return bladzijde, bladzijde[-1].elk_nummer.waarde if len(passend) > len(bladzijde) else None


def _past(dossier: Dossier, filter_: DossierFilter) -> bool:
    plek = dossier.context.plaatsing
    return (
        (filter_.status is None or dossier.status is filter_.status)
        and (filter_.brin is None or (plek is not None and plek.brin == filter_.brin))
        and (filter_.vestigingscode is None or (plek is not None and plek.code == filter_.vestigingscode))
        and (filter_.binnen is None or plek in filter_.binnen)
    )


class _Leveringen(_Deel):
    def voeg_toe(self, levering: Levering) -> int:
        self.eis_schrijvend()
        if levering.elk_nummer is not None and levering.elk_nummer.waarde not in self.staat.dossiers:
            raise OpslagTegenstrijdig("Het dossier van deze levering bestaat niet.")
        nummer = max(self.staat.leveringen, default=0) + 1
        self.staat.leveringen[nummer] = replace(levering, id=nummer)
        return nummer

    def overgedragen(self, levering_id: int, moment: datetime) -> None:
        self.eis_schrijvend()
        levering = self.staat.leveringen.get(levering_id)
        if levering is not None and levering.overgedragen is None:
            self.staat.leveringen[levering_id] = replace(levering, overgedragen=moment)

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
                laatst[levering.bron] = max(levering.overgedragen, laatst.get(levering.bron, _NOOIT))
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
        bladzijde = passend[: max(1, aantal)]
        return bladzijde, bladzijde[-1].id if len(passend) > len(bladzijde) else None


class _Verzoeken(_Deel):
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
        weg = [sleutel for sleutel, verzoek in self.staat.verzoeken.items() if verzoek.moment < moment]
        for sleutel in weg:
            del self.staat.verzoeken[sleutel]
        return len(weg)


class _Logboek(_Deel):
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
            pseudoniem=_pseudoniem(regel.over),
            versie=regel.versie,
            bijzonderheden=dict(regel.bijzonderheden),
            vorige=vorige,
            hash="",
        )
        self.staat.audit.append(replace(kaal, hash=hash_van(kaal)))

    def audit_rijen(self, na: int, aantal: int) -> Sequence[AuditRij]:
        return [rij for rij in self.staat.audit if rij.nr > na][: max(0, aantal)]

    def audit_over(self, elk_nummer: ElkNummer) -> Sequence[AuditRij]:
        return [rij for rij in self.staat.audit if rij.pseudoniem == _pseudoniem(elk_nummer)]

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
        bladzijde = passend[: max(1, aantal)]
        return bladzijde, bladzijde[-1].nr if len(passend) > len(bladzijde) else None


def _pseudoniem(over: ElkNummer | Pgn | None) -> str | None:
    """Stand-in for the keyed pseudonym: stable within one process, and not the number itself."""
    return f"pseudoniem-{hash((type(over).__name__, over.waarde)):x}" if over is not None else None


class _Pogingen(_Deel):
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
            and (filter.sinds is None or een.moment >= filter.sinds)
            and (een.mislukt or not filter.alleen_mislukt)
        ]
        bladzijde = passend[: max(1, aantal)]
        return bladzijde, bladzijde[-1].id if len(passend) > len(bladzijde) else None

    def verwijder_voor(self, moment: datetime) -> int:
        self.eis_schrijvend()
        blijft = [een for een in self.staat.pogingen if een.moment >= moment]
        weg = len(self.staat.pogingen) - len(blijft)
        self.staat.pogingen[:] = blijft
        return weg


class _Toegang(_Deel):
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
        weg = [sleutel for sleutel, antwoord in self.staat.antwoorden.items() if antwoord.moment < moment]
        for sleutel in weg:
            del self.staat.antwoorden[sleutel]
        return len(weg)


class _Klaarzettingen(_Deel):
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


class _Abonnementen(_Deel):
    def bewaar(self, abonnement: Abonnement) -> None:
        self.eis_schrijvend()
        self.staat.abonnementen[abonnement.naam] = abonnement

    def abonnement(self, naam: str) -> Abonnement | None:
        return self.staat.abonnementen.get(naam)

    def alle(self) -> Sequence[Abonnement]:
        return [abonnement for _, abonnement in sorted(self.staat.abonnementen.items())]


class _Afleveringen(_Deel):
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
        bladzijde = passend[: max(1, aantal)]
        return bladzijde, bladzijde[-1].id if len(passend) > len(bladzijde) else None

    def verwijder_voor(self, moment: datetime) -> int:
        self.eis_schrijvend()
        weg = [
            nr
            for nr, een in self.staat.afleveringen.items()
            if een.status is not AfleveringStatus.WACHT and een.sinds < moment
        ]
        for nr in weg:
            del self.staat.afleveringen[nr]
        return len(weg)


class _Werkverdeling(_Deel):
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


class _Herhalingen(_Deel):
    def eerste_keer(self, kenmerk: bytes, tot: datetime, nu: datetime) -> bool:
        self.eis_schrijvend()
        if kenmerk in self.staat.herhalingen:
            return False
        self.staat.herhalingen[kenmerk] = tot
        return True


class _Opruiming(_Deel):
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
        leeg = replace(versie, vergelijking=b"", quarantaine=versie.quarantaine or Quarantaine(moment, reden))
        self.staat.versies[elk_nummer.waarde, nr] = (leeg, None)
        pseudoniem = _pseudoniem(elk_nummer)
        self.staat.grafstenen.append(Grafsteen(moment, "dossier-inhoud", reden, pseudoniem, nr, versie.sha256))

    def wis_leerling(self, elk_nummer: ElkNummer, moment: datetime, reden: str) -> Mapping[str, int]:
        self.eis_schrijvend()
        s, elk = self.staat, elk_nummer.waarde
        kaal = s.dossiers.get(elk)
        voor = {g.nr for g in s.gebeurtenissen if g.onderwerp == f"dossier/{elk}"}
        weg = {
            "afleveringen": _haal_weg(s.afleveringen, lambda _, een: een.gebeurtenis.nr in voor),
            "gebeurtenissen": len(voor),
            "notificaties": _haal_weg(s.notificaties, lambda _, een: een.elk_nummer == elk_nummer),
            "historie": sum(regel.elk_nummer == elk_nummer for regel in s.historie),
            "klaarzetrijen": 0,
            "leveringen": 0,
            "inhoud": sum(wie == elk and inhoud is not None for (wie, _), (_, inhoud) in s.versies.items()),
            "versies": _haal_weg(s.versies, lambda sleutel, _: sleutel[0] == elk),
            "dossiers": int(s.dossiers.pop(elk, None) is not None),
            "verzoeken": _haal_weg(s.verzoeken, lambda _, een: kaal is not None and een.pgn == kaal.pgn),
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
            s.grafstenen.append(Grafsteen(moment, "leerling", reden, _pseudoniem(elk_nummer)))
        return weg

    def verwijder_gebeurtenissen_voor(self, moment: datetime) -> int:
        self.eis_schrijvend()
        s = self.staat
        gezien = min((s.standen.get(a.naam, a.vanaf) for a in s.abonnementen.values()), default=s.laatste)
        wacht = {a.gebeurtenis.nr for a in s.afleveringen.values() if a.status is AfleveringStatus.WACHT}
        weg = {g.nr for g in s.gebeurtenissen if g.moment < moment and g.nr not in wacht and g.nr <= gezien}
        _haal_weg(s.afleveringen, lambda _, een: een.gebeurtenis.nr in weg)
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
        pseudoniem = _pseudoniem(elk_nummer)
        return [een for een in self.staat.grafstenen if elk_nummer is None or een.pseudoniem == pseudoniem]


def _haal_weg(rijen: dict[_S, _T], passend: Callable[[_S, _T], bool]) -> int:
    weg = [sleutel for sleutel, rij in rijen.items() if passend(sleutel, rij)]
    for sleutel in weg:
        del rijen[sleutel]
    return len(weg)


class _Ontvangen(_Deel):
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
        bladzijde = passend[: max(1, aantal)]
        return bladzijde, bladzijde[-1].id if len(passend) > len(bladzijde) else None

    def verwijder_voor(self, moment: datetime) -> int:
        self.eis_schrijvend()
        return _haal_weg(self.staat.ontvangen, lambda _, een: (een.laatst or een.moment) < moment)


class _Werk:
    def __init__(self, staat: _Staat, schrijvend: bool) -> None:
        self.scholen = _Scholen(staat, schrijvend)
        self.aanleverpunten = _Aanleverpunten(staat, schrijvend)
        self.dossiers = _Dossiers(staat, schrijvend)
        self.leveringen = _Leveringen(staat, schrijvend)
        self.verzoeken = _Verzoeken(staat, schrijvend)
        self.logboek = _Logboek(staat, schrijvend)
        self.toegang = _Toegang(staat, schrijvend)
        self.klaarzettingen = _Klaarzettingen(staat, schrijvend)
        self.abonnementen = _Abonnementen(staat, schrijvend)
        self.afleveringen = _Afleveringen(staat, schrijvend)
        self.werkverdeling = _Werkverdeling(staat, schrijvend)
        self.opruiming = _Opruiming(staat, schrijvend)
        self.herhalingen = _Herhalingen(staat, schrijvend)
        self.pogingen = _Pogingen(staat, schrijvend)
        self.ophalingen = FakeOphalingen(staat.ophalingen, schrijvend)
        self.ontvangen = _Ontvangen(staat, schrijvend)
        self.notificaties = Notificaties(staat, schrijvend, self)
        self.schakelaars = Schakelaars(staat, schrijvend)
        self.rondes = Rondes(staat, schrijvend)
        self.signalen = Signalen(staat, schrijvend)


class FakeOpslag:
    """The store in memory. `storing`, when set, is called before each transaction and may raise what it likes."""

    def __init__(self) -> None:
        self._staat = _Staat()
        self._slot = threading.Lock()
        self.storing: Callable[[], None] | None = None

    @contextmanager
    def werk(self) -> Iterator[_Werk]:
        """Open a writing transaction."""
        self._stoor()
        with self._slot:
            staat = self._staat.kopie()
            yield _Werk(staat, schrijvend=True)
            self._staat = staat

    @contextmanager
    def lezen(self) -> Iterator[_Werk]:
        """Open a reading transaction."""
        self._stoor()
        yield _Werk(self._staat, schrijvend=False)

    def controleer(self) -> None:
        """Ping."""
        self._stoor()

    def _stoor(self) -> None:
        if self.storing is not None:
            self.storing()
