"""Looking: dossiers, versions, histories, transfers, events. Reads only; scope is part of every question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain.dossier import Dossier, NietOphaalbaar, Status, Versie, VersieInhoud
from gateway.domain.fouten import Onbekend
from gateway.domain.logboek import AuditRegel, Gebeurtenis, HistorieRegel, Opdrachtgever
from gateway.domain.overdracht import Levering
from gateway.domain.resultaat import Resultaat
from gateway.domain.toegang import Token
from gateway.domain.waarden import Brin, ElkNummer, Rol
from gateway.ports import DossierFilter, LeveringFilter, Wereld, Werk
from gateway.usecases import schakelen
from gateway.usecases.klaarzetten import ziet

HET_DOSSIER = "Het dossier"
DE_VERSIE = "Deze versie van het dossier"


@dataclass(frozen=True, slots=True)
class Dossierbeeld:
    """A dossier as shown: `reden` None means that a LAS would get it now."""

    dossier: Dossier
    reden: NietOphaalbaar | None

    @property
    def ophaalbaar(self) -> bool:
        """Would a LAS get it now?"""
        return self.reden is None


def beeld(werk: Werk, dossier: Dossier, nu: datetime) -> Dossierbeeld:
    """Look at a dossier together with the aanleverpunt of its placement, and what is off by hand."""
    plaatsing = dossier.context.plaatsing
    punt = werk.aanleverpunten.punt(plaatsing) if plaatsing is not None else None
    if punt is not None:
        punt = schakelen.zoals_geschakeld(schakelen.stand(werk, nu), punt)
    return Dossierbeeld(dossier, dossier.niet_ophaalbaar(punt))


def beeld_van(wereld: Wereld, dossier: Dossier) -> Dossierbeeld:
    """Look at a dossier that a use case just gave back, without reading it again."""
    with wereld.opslag.lezen() as werk:
        return beeld(werk, dossier, wereld.klok.nu())


def dossier(wereld: Wereld, token: Token, elk_nummer: ElkNummer) -> Dossierbeeld:
    """Find one dossier within the scope, or raise `Onbekend`."""
    with wereld.opslag.lezen() as werk:
        gevonden = werk.dossiers.dossier(elk_nummer)
        if gevonden is None or not ziet(token, gevonden):
            raise Onbekend(HET_DOSSIER)
        return beeld(werk, zoals_gezien(token, gevonden), wereld.klok.nu())


def zoals_gezien(token: Token, dossier: Dossier) -> Dossier:
    """Leave out who fetched it when that is no school of a locatiebeheerder: it tells where the pupil was placed."""
    opgehaald = dossier.opgehaald
    if token.rol is not Rol.LOCATIEBEHEERDER or opgehaald is None:
        return dossier
    eigen = any(vestiging.brin == opgehaald.brin for vestiging in token.vestigingen)
    return dossier if eigen else replace(dossier, opgehaald=None)


@dataclass(frozen=True, slots=True)
class Lijstvraag:
    """Filters and page of a list of dossiers."""

    status: Status | None = None
    brin: Brin | None = None
    vestigingscode: str | None = None
    na: str | None = None
    aantal: int = 100


def dossiers(wereld: Wereld, token: Token, vraag: Lijstvraag) -> tuple[Sequence[Dossierbeeld], str | None]:
    """One page of dossiers within the scope, and the cursor of the next."""
    with wereld.opslag.lezen() as werk:
        filter_ = DossierFilter(vraag.status, vraag.brin, vraag.vestigingscode, token.binnen)
        rijen, volgende = werk.dossiers.lijst(filter_, vraag.na, vraag.aantal)
        stand = schakelen.stand(werk, wereld.klok.nu())
        alle = (schakelen.zoals_geschakeld(stand, punt) for punt in werk.aanleverpunten.alle())
        punten = {punt.vestiging: punt for punt in alle if punt is not None}
    beelden = [
        Dossierbeeld(rij, rij.niet_ophaalbaar(punten.get(rij.context.plaatsing) if rij.context.plaatsing else None))
        for rij in (zoals_gezien(token, rij) for rij in rijen)
    ]
    return beelden, volgende


def versie(wereld: Wereld, elk_nummer: ElkNummer, nr: int, opdrachtgever: Opdrachtgever) -> tuple[Versie, VersieInhoud]:
    """One version with its content; looking at content is a disclosure and is audited first. Raises `Onbekend`."""
    with wereld.opslag.werk() as werk:
        feiten = werk.dossiers.versie(elk_nummer, nr)
        inhoud = werk.dossiers.inhoud(elk_nummer, nr)
        if feiten is None or inhoud is None:
            raise Onbekend(DE_VERSIE)
        werk.logboek.audit(
            AuditRegel(
                wereld.klok.nu(), "versie-inzien", "gegeven", opdrachtgever=opdrachtgever, over=elk_nummer, versie=nr
            )
        )
    return feiten, inhoud


def historie(wereld: Wereld, elk_nummer: ElkNummer, na: int, aantal: int) -> tuple[Sequence[HistorieRegel], int | None]:
    """History of a dossier, oldest first. Raises `Onbekend`."""
    with wereld.opslag.lezen() as werk:
        if werk.dossiers.dossier(elk_nummer) is None:
            raise Onbekend(HET_DOSSIER)
        return werk.logboek.historie_van(elk_nummer, na, aantal)


@dataclass(frozen=True, slots=True)
class Overdrachtenvraag:
    """Filters and page of the list of outgoing transfers."""

    brin: Brin | None = None
    sinds: datetime | None = None
    resultaat: Resultaat | None = None
    na: int = 0
    aantal: int = 100


def overdrachten(wereld: Wereld, token: Token, vraag: Overdrachtenvraag) -> tuple[Sequence[Levering], int | None]:
    """Outgoing transfers of our points, oldest first; the locatiebeheerder sees those of his own point."""
    with wereld.opslag.lezen() as werk:
        filter_ = LeveringFilter(vraag.brin, vraag.sinds, vraag.resultaat, token.binnen)
        return werk.leveringen.lijst(filter_, vraag.na, vraag.aantal)


def gebeurtenissen(wereld: Wereld, na: int, aantal: int) -> tuple[Sequence[Gebeurtenis], int]:
    """Events after a cursor, oldest first, and the cursor to go on from (always one)."""
    with wereld.opslag.lezen() as werk:
        rijen = werk.logboek.gebeurtenissen(na, aantal)
    return rijen, rijen[-1].nr if rijen else na
