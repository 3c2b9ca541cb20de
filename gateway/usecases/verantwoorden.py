"""Accounting for one pupil: who got the dossier, and everything that happened to it on one line of time.

Source: `security.md`, Privacy ("Each disclosure or refusal is one audit record"); issue C, "For the people". Looking
here is itself put on record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gateway.domain.dossier import Dossier
from gateway.domain.fouten import Onbekend
from gateway.domain.logboek import AuditRegel, Gegeven, Opdrachtgever
from gateway.domain.overdracht import Levering, Verzoek
from gateway.domain.poging import over_sessie
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import ElkNummer
from gateway.ports import AuditRij, PogingFilter, Wereld, Werk

_UITLEVEREN = "uitleveren"
_INZAGES = frozenset({"versie-inzien", "versie-weergeven", "privacy-uittreksel", "ophaling-inzien"})
_PER_KEER = 500


@dataclass(frozen=True, slots=True)
class Verstrekking:
    """One time that a dossier went to someone: a system over OSO, or an account that looked at the content.

    `overgedragen` None means for a system: it left, whether it arrived is not (surely) known.
    """

    moment: datetime
    soort: str
    """`uitgeleverd` or the operation of who looked."""
    versie: int | None
    systeem: str | None = None
    oin: str | None = None
    doel_brin: str | None = None
    overgedragen: datetime | None = None
    account: str | None = None
    namens: str | None = None
    rol: str | None = None


def wie_kreeg(wereld: Wereld, elk_nummer: ElkNummer, opdrachtgever: Opdrachtgever) -> Sequence[Verstrekking]:
    """Who got the dossier of a pupil, oldest first; also when the dossier itself was removed. Raises `Onbekend`.

    The audit is the truth; rows of transfers add the name of the system and whether it arrived.
    """
    with wereld.opslag.werk() as werk:
        audit = werk.logboek.audit_over(elk_nummer)
        if not audit and werk.dossiers.dossier(elk_nummer) is None:
            raise Onbekend("De leerling")
        leveringen = {_kenmerk(een): een for een in werk.leveringen.van_dossier(elk_nummer)}
        gevonden = [een for rij in audit if (een := _verstrekking(rij, leveringen)) is not None]
        _leg_vast(wereld, werk, "wie-kreeg", elk_nummer, opdrachtgever)
    return gevonden


def _kenmerk(levering: Levering) -> tuple[datetime, object]:
    return levering.moment, levering.sessie_id.waarde.lower()


def _verstrekking(rij: AuditRij, leveringen: Mapping[tuple[datetime, object], Levering]) -> Verstrekking | None:
    if rij.operatie == _UITLEVEREN and rij.uitkomst == Resultaat.GELUKT.value:
        levering = leveringen.get((rij.moment, str(rij.bijzonderheden.get("sessieId")).lower()))
        return Verstrekking(
            rij.moment,
            "uitgeleverd",
            rij.versie,
            systeem=levering.systeem if levering is not None else None,
            oin=rij.partij,
            doel_brin=_tekst(rij.bijzonderheden.get("doelBrin")),
            overgedragen=levering.overgedragen if levering is not None else None,
            account=_tekst(rij.bijzonderheden.get("account")),
        )
    if rij.operatie in _INZAGES and rij.uitkomst == "gegeven":
        return Verstrekking(rij.moment, rij.operatie, rij.versie, account=rij.account, namens=rij.namens, rol=rij.rol)
    return None


def _tekst(waarde: object) -> str | None:
    return None if waarde is None else str(waarde)


@dataclass(frozen=True, slots=True)
class Tijdlijnregel:
    """One thing that happened; `soort` says where it is from, `wat` what it was. Never a value of a dossier."""

    moment: datetime
    soort: str
    wat: str
    gegevens: Mapping[str, Gegeven] = field(default_factory=dict)


def tijdlijn(wereld: Wereld, elk_nummer: ElkNummer, opdrachtgever: Opdrachtgever) -> Sequence[Tijdlijnregel]:
    """Everything that happened to one dossier, oldest first. Raises `Onbekend`.

    Versions, context, klaarzetting (all three in the history too), requests, deliveries, notifications, the calls that
    we made about their sessions, audit.
    """
    with wereld.opslag.werk() as werk:
        dossier = werk.dossiers.dossier(elk_nummer)
        if dossier is None:
            raise Onbekend("Het dossier")
        regels = [
            *_versies(werk, dossier),
            *_historie(werk, elk_nummer),
            *_verzoeken(werk, dossier),
            *_leveringen(werk, elk_nummer),
            *_notificaties(werk, elk_nummer),
            *_pogingen(werk, dossier),
            *_audit(werk, elk_nummer),
        ]
        _leg_vast(wereld, werk, "tijdlijn", elk_nummer, opdrachtgever)
    return sorted(regels, key=lambda regel: regel.moment)


def _versies(werk: Werk, dossier: Dossier) -> Iterator[Tijdlijnregel]:
    for nr in range(1, (dossier.nieuwste.versie if dossier.nieuwste is not None else 0) + 1):
        versie = werk.dossiers.versie(dossier.elk_nummer, nr)
        if versie is None:
            continue
        yield Tijdlijnregel(versie.verzameldatum, "versie", "aanvaard", {"versie": nr, "sha256": versie.sha256})
        if versie.quarantaine is not None:
            yield Tijdlijnregel(versie.quarantaine.moment, "versie", "quarantaine", {"versie": nr})
        if versie.verwijderd is not None:
            yield Tijdlijnregel(versie.verwijderd, "versie", "inhoud-verwijderd", {"versie": nr})


def _historie(werk: Werk, elk_nummer: ElkNummer) -> Iterator[Tijdlijnregel]:
    na: int | None = 0
    while na is not None:
        regels, na = werk.logboek.historie_van(elk_nummer, na, _PER_KEER)
        for regel in regels:
            yield Tijdlijnregel(regel.moment, "historie", regel.soort, regel.gegevens)


def _verzoeken(werk: Werk, dossier: Dossier) -> Iterator[Tijdlijnregel]:
    for verzoek in _bewaarde_verzoeken(werk, dossier):
        gegevens: dict[str, Gegeven] = {
            "doelBrin": verzoek.adres.doel_brin.waarde,
            "overdrachtsoort": verzoek.overdrachtsoort.value,
            "sessieId": verzoek.sessie_id.waarde,
        }
        yield Tijdlijnregel(verzoek.moment, "aanvraag", "bewaard", gegevens)


def _bewaarde_verzoeken(werk: Werk, dossier: Dossier) -> Iterator[Verzoek]:
    """Requests that are kept, of the schools that the pupil is or was placed at."""
    if dossier.pgn is None:
        return
    plekken = {*dossier.vorige_plaatsingen, *([dossier.context.plaatsing] if dossier.context.plaatsing else [])}
    for plek in sorted(plekken):
        yield from werk.verzoeken.van_pgn(dossier.pgn, plek)


def _leveringen(werk: Werk, elk_nummer: ElkNummer) -> Iterator[Tijdlijnregel]:
    for levering in werk.leveringen.van_dossier(elk_nummer):
        gegevens: dict[str, Gegeven] = {
            "systeem": levering.systeem,
            "doelBrin": levering.doel_brin.waarde,
            "versie": levering.versie,
            "sessieId": levering.sessie_id.waarde,
        }
        yield Tijdlijnregel(levering.moment, "overdracht", levering.resultaat.value, gegevens)
        if levering.overgedragen is not None:
            yield Tijdlijnregel(levering.overgedragen, "overdracht", "overgedragen", gegevens)


def _notificaties(werk: Werk, elk_nummer: ElkNummer) -> Iterator[Tijdlijnregel]:
    for taak in werk.notificaties.van_dossier(elk_nummer):
        gegevens: dict[str, Gegeven] = {
            "versie": taak.versie,
            "doelBrin": taak.doel_brin.waarde,
            "pogingen": taak.pogingen,
        }
        yield Tijdlijnregel(taak.gemaakt, "notificatie", "gemaakt", gegevens)
        yield Tijdlijnregel(taak.sinds, "notificatie", taak.status.value, gegevens)


def _pogingen(werk: Werk, dossier: Dossier) -> Iterator[Tijdlijnregel]:
    """Calls out about the sessions of this dossier: their checks, and notifications."""
    elk_nummer = dossier.elk_nummer
    onderwerpen = sorted(
        {
            *(over_sessie(levering.sessie_id) for levering in werk.leveringen.van_dossier(elk_nummer)),
            *(over_sessie(verzoek.sessie_id) for verzoek in _bewaarde_verzoeken(werk, dossier)),
            *(over_sessie(taak.sessie_id) for taak in werk.notificaties.van_dossier(elk_nummer)),
        }
    )
    for begin in range(0, len(onderwerpen), _PER_KEER):
        filter_ = PogingFilter(onderwerpen=frozenset(onderwerpen[begin : begin + _PER_KEER]))
        na: int | None = 0
        while na is not None:
            pogingen, na = werk.pogingen.lijst(filter_, na, _PER_KEER)
            for poging in pogingen:
                gegevens: dict[str, Gegeven] = {
                    "partij": poging.partij,
                    "afloop": poging.afloop.value,
                    "oorzaak": poging.oorzaak,
                    "melding": poging.melding,
                    "duurMs": poging.duur_ms,
                    "foutId": poging.fout_id,
                }
                yield Tijdlijnregel(poging.moment, "poging", poging.operatie, gegevens)


def _audit(werk: Werk, elk_nummer: ElkNummer) -> Iterator[Tijdlijnregel]:
    for rij in werk.logboek.audit_over(elk_nummer):
        gegevens: dict[str, Gegeven] = {
            "nr": rij.nr,
            "uitkomst": rij.uitkomst,
            "partij": rij.partij,
            "account": rij.account,
            "namens": rij.namens,
            "rol": rij.rol,
            "versie": rij.versie,
        }
        yield Tijdlijnregel(rij.moment, "audit", rij.operatie, gegevens)


def _leg_vast(wereld: Wereld, werk: Werk, operatie: str, elk_nummer: ElkNummer, opdrachtgever: Opdrachtgever) -> None:
    werk.logboek.audit(AuditRegel(wereld.klok.nu(), operatie, "gegeven", opdrachtgever=opdrachtgever, over=elk_nummer))
