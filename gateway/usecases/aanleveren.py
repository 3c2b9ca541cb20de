"""Push: the core application hands over a dossier; judged, signed, kept as an immutable version.

Source: `interfaces.md`, `PUT /dossiers/{elkNummer}` and "How a dossier behaves" (Octets, Documents, Versions).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gateway.domain.beoordeling import Beoordeling, Document, Ernst, Rapport
from gateway.domain.dossier import Afkeuring, Dossier, Versie, VersieInhoud
from gateway.domain.fouten import DossierGeweigerd, Weigering
from gateway.domain.logboek import AuditRegel, Opdrachtgever
from gateway.domain.waarden import ElkNummer
from gateway.ports import Wereld, Werk
from gateway.usecases.context import ContextWijziging, eis_etag, neem_context_over
from gateway.usecases.verslaglegging import meld_status, noteer

_MILLISECONDE = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Aanlevering:
    """One push: the dossier as it came, documents beside it (oki-doc first), and perhaps a change of context.

    `bezwaar`: what is wrong with a dossier that came in another form and could not be made into XML; it is refused
    with these findings.
    """

    dossier: bytes = field(repr=False)
    documenten: Sequence[Document] = ()
    context: ContextWijziging | None = None
    bezwaar: Rapport | None = None


@dataclass(frozen=True, slots=True)
class Aangeleverd:
    """What became of a push; `nieuw` is False when it was equal to the newest version."""

    dossier: Dossier
    beoordeling: Beoordeling
    nieuw: bool


@dataclass(frozen=True, slots=True)
class _Goedgekeurd:
    """A judgement that may become a version."""

    beoordeling: Beoordeling
    octets: bytes = field(repr=False)
    vergelijking: bytes


def lever_aan(
    wereld: Wereld,
    elk_nummer: ElkNummer,
    aanlevering: Aanlevering,
    opdrachtgever: Opdrachtgever,
    if_match: str | None = None,
) -> Aangeleverd:
    """Take a push. The context is taken even when the dossier is refused; a refused one never displaces a good version.

    Raises `VersieAfwijkend` (nothing taken), `DossierGeweigerd` with all findings, `Weigering` `PgnGewijzigd`, and
    `gateway.domain.beoordeling.GeenXml` when the body is no XML at all (the context is not taken then).
    """
    with wereld.opslag.lezen() as werk:
        bekend = werk.dossiers.dossier(elk_nummer)
    eis_etag(bekend, if_match)
    beoordeling = (
        wereld.toetser.beoordeel(aanlevering.dossier, documenten=aanlevering.documenten)
        if aanlevering.bezwaar is None
        else Beoordeling(aanlevering.bezwaar)
    )
    goed = _goedgekeurd(beoordeling)
    handtekening = b"" if goed is None or _gelijk(bekend, goed) else wereld.ondertekenaar.onderteken(goed.octets)
    weigering: Weigering | None = None
    with wereld.opslag.werk() as werk:
        nu = wereld.klok.nu()
        voor = werk.dossiers.dossier(elk_nummer, vergrendel=True)
        eis_etag(voor, if_match)
        dossier = voor or Dossier(elk_nummer)
        if aanlevering.context is not None:
            dossier = neem_context_over(werk, dossier, aanlevering.context, opdrachtgever, nu)
        nieuw = False
        if goed is None:
            weigering = _weiger(werk, dossier, beoordeling, opdrachtgever, nu)
        elif _andere_pgn(dossier, beoordeling):
            weigering = _weiger_pgn(werk, dossier, opdrachtgever, nu)
        elif _gelijk(dossier, goed):
            dossier = _neem_gelijke(werk, dossier, opdrachtgever, nu)
        else:
            handtekening = handtekening or wereld.ondertekenaar.onderteken(goed.octets)
            dossier = _voeg_toe(werk, voor, dossier, goed, handtekening, opdrachtgever, nu)
            nieuw = True
    if weigering is not None:
        raise weigering
    return Aangeleverd(dossier, beoordeling, nieuw)


def _goedgekeurd(beoordeling: Beoordeling) -> _Goedgekeurd | None:
    if not beoordeling.rapport.geldig or beoordeling.octets is None or beoordeling.vergelijking is None:
        return None
    return _Goedgekeurd(beoordeling, beoordeling.octets, beoordeling.vergelijking)


def _gelijk(dossier: Dossier | None, goed: _Goedgekeurd) -> bool:
    return dossier is not None and dossier.nieuwste is not None and dossier.nieuwste.vergelijking == goed.vergelijking


def _andere_pgn(dossier: Dossier, beoordeling: Beoordeling) -> bool:
    """Is there another number in it? A dossier without one is no change; `GeenPgn` says what follows from that."""
    kop = beoordeling.kop
    if dossier.pgn is None or kop is None:
        return False
    return kop.pgn_onbruikbaar or (kop.pgn is not None and kop.pgn != dossier.pgn)


def _weiger(
    werk: Werk, dossier: Dossier, beoordeling: Beoordeling, opdrachtgever: Opdrachtgever, nu: datetime
) -> DossierGeweigerd:
    fouten = _aantal_fouten(beoordeling.rapport)
    _leg_afkeuring_vast(werk, dossier, fouten, "DossierOnjuist", opdrachtgever, nu)
    return DossierGeweigerd(
        "DossierOnjuist",
        f"Het dossier is afgekeurd (aantal fouten: {fouten}); een eerder aangenomen versie blijft ongewijzigd.",
        "Herstel de fouten die bij bevindingen staan en lever het dossier opnieuw aan.",
        beoordeling.rapport,
    )


def _aantal_fouten(rapport: Rapport) -> int:
    """Count the errors, at most those that the report left out included: its last finding stands for these."""
    fouten = sum(bevinding.ernst is Ernst.FOUT for bevinding in rapport.bevindingen)
    if rapport.weggelaten and rapport.bevindingen[-1].ernst is Ernst.FOUT:
        fouten += rapport.weggelaten - 1
    return fouten


def _weiger_pgn(werk: Werk, dossier: Dossier, opdrachtgever: Opdrachtgever, nu: datetime) -> Weigering:
    _leg_afkeuring_vast(werk, dossier, 1, "PgnGewijzigd", opdrachtgever, nu)
    return Weigering(
        "PgnGewijzigd",
        "Het persoonsgebonden nummer in dit dossier is een ander dan in de vorige versies van dit ELK-nummer.",
        "Controleer of het dossier bij deze leerling hoort. Is het nummer echt gewijzigd, neem dan contact op met het "
        "beheer van de gateway.",
    )


def _leg_afkeuring_vast(
    werk: Werk, dossier: Dossier, fouten: int, code: str, opdrachtgever: Opdrachtgever, nu: datetime
) -> None:
    if dossier.revisie or dossier.nieuwste is not None:
        werk.dossiers.bewaar(replace(dossier, laatst_afgekeurd=Afkeuring(nu, fouten)))
        noteer(werk, dossier.elk_nummer, "afgekeurd", nu, aantalFouten=fouten, code=code)
    werk.logboek.audit(AuditRegel(nu, "aanleveren", code, opdrachtgever=opdrachtgever, over=dossier.elk_nummer))


def _neem_gelijke(werk: Werk, dossier: Dossier, opdrachtgever: Opdrachtgever, nu: datetime) -> Dossier:
    """An equal push makes no version and turns no dot, but counts as accepted and is on record."""
    versie = dossier.nieuwste.versie if dossier.nieuwste is not None else None
    werk.logboek.audit(
        AuditRegel(nu, "aanleveren", "ongewijzigd", opdrachtgever=opdrachtgever, over=dossier.elk_nummer, versie=versie)
    )
    if dossier.laatst_afgekeurd is None:
        return dossier
    schoon = replace(dossier, laatst_afgekeurd=None)
    werk.dossiers.bewaar(schoon)
    return schoon


def _voeg_toe(
    werk: Werk,
    voor: Dossier | None,
    dossier: Dossier,
    goed: _Goedgekeurd,
    handtekening: bytes,
    opdrachtgever: Opdrachtgever,
    nu: datetime,
) -> Dossier:
    versie = _maak_versie(dossier, goed, nu)
    kop_pgn = goed.beoordeling.kop.pgn if goed.beoordeling.kop else None
    na = replace(
        dossier,
        nieuwste=versie,
        pgn=dossier.pgn or kop_pgn,
        laatst_afgekeurd=None,
        overgedragen_aan=frozenset(),
    )
    werk.dossiers.bewaar(na)
    inhoud = VersieInhoud(goed.octets, handtekening, goed.beoordeling.rapport, goed.beoordeling.bijlagen)
    werk.dossiers.voeg_versie_toe(dossier.elk_nummer, versie, inhoud, kop_pgn)
    noteer(werk, dossier.elk_nummer, "aangeleverd", nu, versie=versie.versie)
    werk.logboek.audit(
        AuditRegel(
            nu,
            "aanleveren",
            "aangenomen",
            opdrachtgever=opdrachtgever,
            over=dossier.elk_nummer,
            versie=versie.versie,
            bijzonderheden={"sha256": versie.sha256},
        )
    )
    meld_status(werk, dossier if voor is not None else None, na, nu)
    return na


def _maak_versie(dossier: Dossier, goed: _Goedgekeurd, nu: datetime) -> Versie:
    kop = goed.beoordeling.kop
    if kop is None or kop.overdrachtsoort is None or kop.profiel is None:
        raise AssertionError("a valid dossier has a profile")
    moment = nu.replace(microsecond=nu.microsecond // 1000 * 1000)
    vorige = dossier.nieuwste
    if vorige is not None and moment <= vorige.verzameldatum:
        moment = vorige.verzameldatum + _MILLISECONDE
    return Versie(
        versie=vorige.versie + 1 if vorige else 1,
        sha256=hashlib.sha256(goed.octets).hexdigest(),
        vergelijking=goed.vergelijking,
        verzameldatum=moment,
        gegevensset_versie=kop.gegevensset_versie,
        profiel=kop.profiel,
        overdrachtsoort=kop.overdrachtsoort,
        grootte=len(goed.octets),
        heeft_pgn=kop.pgn is not None,
        inzage_ontbreekt=kop.inzage_aanwezig and not kop.inzage_gegeven,
    )
