"""Tell a LAS that asked in vain that its dossier lies ready: who is to hear of what, and the steps of telling.

Derived, never set: `plan` finds kept requests that have not received a version that could be served now, whatever led
to it (klaarzetten, a new version, oki-doc released, registration), so that no use case can forget it and none can fail
because of it. Once for each doel and version. Whether it may go is looked at again before each step (`_bezwaar`).

Only requests with a valid session are kept, so nobody hears of anything after a refused one. A request has the BRIN of
the placement as its doel, so a school that the pupil has left hears nothing.

Source: wiki OSO:2018/Opvragen dossier (kept requests), OSO:2022/Initiëren notificatie/overstap; issue C, 3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.domain.bewaren import Bewaartermijnen
from gateway.domain.dossier import Dossier
from gateway.domain.fouten import Onbekend, Weigering
from gateway.domain.gevolg import Gevolg, Resultaattabel, Zijde
from gateway.domain.logboek import AuditRegel, Opdrachtgever
from gateway.domain.notificatie import NotificatieStatus, Notificatietaak, Waarom
from gateway.domain.overdracht import Adresblok, Notificatie, Notificatieadres, Notificatiemelding, Verzoek
from gateway.domain.resultaat import Resultaat
from gateway.domain.toegang import Token
from gateway.domain.waarden import Brin, Doel, ElkNummer, Herkomst, Rol, RouteringsKenmerk
from gateway.ports import (
    Doelen,
    DoelOnbereikbaar,
    NotificatieFilter,
    TrafficCenterOnbereikbaar,
    Wereld,
    Werk,
)
from gateway.usecases import schakelen
from gateway.usecases.klaarzetten import ziet
from gateway.usecases.uitzetten import zet_uit
from gateway.usecases.verslaglegging import noteer

ONDERWEG = timedelta(minutes=15)
"""A delivery that was not (yet) seen to arrive counts as received for as long as a session lives."""
PER_KEER = 100


@dataclass(frozen=True, slots=True)
class Notificeerder:
    """What telling needs beside the world. `spreiding` gives numbers from 0 to 1."""

    doelen: Doelen
    tabel: Resultaattabel
    spreiding: Callable[[], float]
    termijnen: Bewaartermijnen


# --------------------------------------------------------------------------------------------- who is to hear of what


def plan(wereld: Wereld, termijnen: Bewaartermijnen) -> int:
    """Make rows for what is to be told of by itself; gives how many. Safe to repeat, and to do twice at once."""
    nu = wereld.klok.nu()
    with wereld.opslag.lezen() as werk:
        wie = werk.notificaties.kandidaten(termijnen.verzoeken_voor(nu), nu - ONDERWEG, PER_KEER)
    totaal = 0
    for elk_nummer in wie:
        with wereld.opslag.werk() as werk:
            dossier = werk.dossiers.dossier(elk_nummer, vergrendel=True)
            if dossier is not None:
                totaal += len(_neem_op(wereld, werk, dossier, termijnen, nu, None))
    return totaal


def is_te_plannen(wereld: Wereld, termijnen: Bewaartermijnen) -> bool:
    """Would `plan` find somebody now?"""
    nu = wereld.klok.nu()
    with wereld.opslag.lezen() as werk:
        return bool(werk.notificaties.kandidaten(termijnen.verzoeken_voor(nu), nu - ONDERWEG, 1))


def opdracht(
    wereld: Wereld, token: Token, elk_nummer: ElkNummer, termijnen: Bewaartermijnen, opdrachtgever: Opdrachtgever
) -> Sequence[Notificatietaak]:
    """Notify on somebody's order, also where the school wants that done by hand, or where it failed before.

    Raises `Onbekend` outside the scope, `Weigering` `NietsTeNotificeren` when nobody waits for what lies ready.
    """
    nu = wereld.klok.nu()
    with wereld.opslag.werk() as werk:
        dossier = werk.dossiers.dossier(elk_nummer, vergrendel=True)
        if dossier is None or not ziet(token, dossier):
            raise Onbekend("Het dossier")
        taken = _neem_op(wereld, werk, dossier, termijnen, nu, opdrachtgever)
        if not taken:
            raise Weigering(
                "NietsTeNotificeren",
                "Er is geen LAS dat op dit dossier wacht, of het dossier kan nu niet worden opgehaald.",
                "Kijk bij het dossier of het ophaalbaar is. Het LAS kan het ook zonder notificatie ophalen.",
            )
        werk.logboek.audit(
            AuditRegel(
                nu,
                "notificeren-opdragen",
                "opgenomen",
                opdrachtgever=opdrachtgever,
                over=elk_nummer,
                versie=taken[0].versie,
                bijzonderheden={"aantal": len(taken)},
            )
        )
        return taken


def _neem_op(
    wereld: Wereld,
    werk: Werk,
    dossier: Dossier,
    termijnen: Bewaartermijnen,
    nu: datetime,
    opdrachtgever: Opdrachtgever | None,
) -> list[Notificatietaak]:
    """Make or take up again the rows of one pupil, one for each doel, with the newest request of that doel."""
    versie, plaats = dossier.nieuwste, dossier.context.plaatsing
    if versie is None or plaats is None or dossier.pgn is None:
        return []
    per_doel: dict[tuple[Brin, RouteringsKenmerk], Verzoek] = {}
    for verzoek in werk.verzoeken.van_pgn(dossier.pgn, plaats):  # oldest first: the newest one stays
        if verzoek.overdrachtsoort is versie.overdrachtsoort:
            per_doel[verzoek.adres.doel_brin, verzoek.adres.doel_kenmerk] = verzoek
    bestaand = {
        (taak.doel_brin, taak.doel_kenmerk): taak
        for taak in werk.notificaties.van_dossier(dossier.elk_nummer)
        if taak.versie == versie.versie
    }
    opgenomen = []
    for doel, verzoek in per_doel.items():
        account = opdrachtgever.account if opdrachtgever is not None else None
        taak = Notificatietaak(
            dossier.elk_nummer, versie.versie, plaats, *doel, verzoek.sessie_id, verzoek.moment, nu, nu, nu,
            account=account,
        )  # fmt: skip
        # What is off by hand is taken up and held; every other objection is one that `kandidaten` knows too.
        if _bezwaar(wereld, werk, dossier, taak, termijnen, nu) not in (None, Waarom.HANDMATIG_UIT):
            continue
        oud = bestaand.get(doel)
        if oud is None:
            werk.notificaties.voeg_toe(taak)
        elif oud.hervatbaar or (opdrachtgever is not None and not oud.open and _mag_opnieuw(oud)):
            werk.notificaties.bewaar(oud.opnieuw(verzoek.sessie_id, verzoek.moment, nu, account))
        else:
            continue
        opgenomen.append(taak)
    return opgenomen


def _mag_opnieuw(taak: Notificatietaak) -> bool:
    """By order also what failed, or was dropped after it was sent; never what was received."""
    return taak.status in (NotificatieStatus.MISLUKT, NotificatieStatus.VERVALLEN)


# ----------------------------------------------------------------------------------------------------- may it go now?

_VOORGOED = frozenset(
    {
        Waarom.NIET_MEER_GEPLAATST,
        Waarom.NIET_KLAARGEZET,
        Waarom.NIEUWERE_VERSIE,
        Waarom.AL_OPGEHAALD,
        Waarom.AANVRAAG_TE_OUD,
        Waarom.NIET_UITLEVERBAAR,
    }
)


def _bezwaar(
    wereld: Wereld, werk: Werk, dossier: Dossier | None, taak: Notificatietaak, termijnen: Bewaartermijnen, nu: datetime
) -> Waarom | None:
    """First reason why this doel should not hear of this version now."""
    plaats = dossier.context.plaatsing if dossier is not None else None
    if dossier is None or plaats != taak.bron or plaats.brin != taak.doel_brin:
        return Waarom.NIET_MEER_GEPLAATST
    versie = dossier.nieuwste
    if versie is None or versie.versie != taak.versie:
        return Waarom.NIEUWERE_VERSIE
    if dossier.klaarzetting is None or dossier.context.herkomst is not Herkomst.REGULIER:
        return Waarom.NIET_KLAARGEZET
    if not versie.uitleverbaar or versie.inzage_ontbreekt or not versie.heeft_pgn:
        return Waarom.NIET_UITLEVERBAAR
    if taak.aanvraagdatum < termijnen.verzoeken_voor(nu):
        return Waarom.AANVRAAG_TE_OUD
    return _gekregen(werk, dossier, taak, nu) or _nog_niet(wereld, werk, dossier, taak, nu)


def _gekregen(werk: Werk, dossier: Dossier, taak: Notificatietaak, nu: datetime) -> Waarom | None:
    onderweg = False
    for levering in werk.leveringen.van_dossier(taak.elk_nummer):
        if (levering.doel_brin, levering.doel_kenmerk) != (taak.doel_brin, taak.doel_kenmerk):
            continue
        if levering.resultaat is Resultaat.GELUKT and levering.versie == taak.versie:
            if levering.overgedragen is not None:
                return Waarom.AL_OPGEHAALD
            onderweg = onderweg or levering.moment > nu - ONDERWEG
        heeft_zelf = levering.resultaat is Resultaat.NIETS_NIEUWS and dossier.nieuwste is not None
        if heeft_zelf and dossier.nieuwste is not None and levering.moment >= dossier.nieuwste.verzameldatum:
            return Waarom.AL_OPGEHAALD
    return Waarom.WORDT_OPGEHAALD if onderweg else None


def _nog_niet(wereld: Wereld, werk: Werk, dossier: Dossier, taak: Notificatietaak, nu: datetime) -> Waarom | None:
    if dossier.tegengehouden() is not None:
        return Waarom.TEGENGEHOUDEN
    punt = werk.aanleverpunten.punt(taak.bron)
    if punt is None or not punt.oso or punt.routerings_kenmerk is None:
        return Waarom.AANLEVERPUNT_UIT
    adres = Adresblok(taak.bron.brin, punt.routerings_kenmerk, taak.doel_brin, taak.doel_kenmerk)
    if not schakelen.mag_naar_buiten(wereld, schakelen.stand(werk, nu), taak.bron, adres):
        return Waarom.HANDMATIG_UIT
    return None


# --------------------------------------------------------------------------------------------------- the steps of one


@dataclass(frozen=True, slots=True)
class _Klaar:
    """A row that may make its next step, with the address block of now."""

    taak: Notificatietaak
    adres: Adresblok


def te_doen(wereld: Wereld, aantal: int = PER_KEER) -> Sequence[int]:
    """Ids of rows whose time has come."""
    with wereld.opslag.lezen() as werk:
        return werk.notificaties.te_doen(wereld.klok.nu(), aantal)


def verwerk(wereld: Wereld, met: Notificeerder, taak_id: int) -> Notificatietaak | None:
    """Bring one notification as far as it gets now; gives what it is then. One at a time for one row.

    Every step is stored before the next call out. A store that is away raises; what was done is found again.
    """
    with wereld.opslag.werk() as werk:
        klaar = _klaar_voor_stap(wereld, werk, met, taak_id)
    if isinstance(klaar, _Klaar) and klaar.taak.status is NotificatieStatus.TE_MELDEN:
        _meld(wereld, met, klaar)
    with wereld.opslag.werk() as werk:
        klaar = _klaar_voor_stap(wereld, werk, met, taak_id)
        if isinstance(klaar, _Klaar) and klaar.taak.url is not None:
            klaar = _Klaar(klaar.taak.versturen(wereld.klok.nu()), klaar.adres)
            _bewaar(werk, klaar.taak, wereld.klok.nu(), vertrekt=True)
    if isinstance(klaar, _Klaar) and klaar.taak.url is not None:
        _verstuur(wereld, met, klaar, klaar.taak.url)
    with wereld.opslag.lezen() as werk:
        return werk.notificaties.taak(taak_id)


def _klaar_voor_stap(wereld: Wereld, werk: Werk, met: Notificeerder, taak_id: int) -> _Klaar | None:
    """Look again whether it may go; what may not is dropped or put off."""
    nu = wereld.klok.nu()
    gezien = werk.notificaties.taak(taak_id)
    if gezien is None:
        return None
    # The dossier first, as everywhere: two transactions must not wait for each other crosswise.
    dossier = werk.dossiers.dossier(gezien.elk_nummer, vergrendel=True)
    taak = werk.notificaties.taak(taak_id, vergrendel=True)
    if taak is None or not taak.open or not taak.aan_de_beurt(nu):
        return None
    waarom = _bezwaar(wereld, werk, dossier, taak, met.termijnen, nu)
    if waarom is not None:
        na = taak.vervallen(waarom, nu) if waarom in _VOORGOED else taak.uitgesteld(waarom, nu)
        _bewaar(werk, na, nu)
        return None
    punt = werk.aanleverpunten.punt(taak.bron)
    kenmerk = punt.adres_voor(taak.doel_kenmerk) if punt is not None else None
    return _Klaar(taak, Adresblok(taak.bron.brin, kenmerk, taak.doel_brin, taak.doel_kenmerk))


def _meld(wereld: Wereld, met: Notificeerder, klaar: _Klaar) -> None:
    taak = klaar.taak
    try:
        antwoord = wereld.traffic_center.melden_notificatie(
            Notificatiemelding(klaar.adres, Doel.OV, taak.sessie_id, taak.aanvraagdatum)
        )
    except TrafficCenterOnbereikbaar:
        antwoord = Notificatieadres(Resultaat.TRAFFIC_CENTER_WEG)
    nu = wereld.klok.nu()
    with wereld.opslag.werk() as werk:
        if antwoord.resultaat is Resultaat.GELUKT and antwoord.url is not None:
            _bewaar_als_ongewijzigd(werk, taak, taak.gemeld(antwoord.url, nu), nu)
            return
        if met.tabel.zet_uit(antwoord.resultaat, Zijde.BRON):
            punt = werk.aanleverpunten.punt(taak.bron, vergrendel=True)
            if punt is not None and punt.oso and punt.adres_voor(taak.doel_kenmerk) == klaar.adres.bron_kenmerk:
                zet_uit(werk, punt, antwoord.resultaat.value, nu)
            _bewaar_als_ongewijzigd(werk, taak, taak.uitgesteld(Waarom.AANLEVERPUNT_UIT, nu), nu)
            return
        _bewaar_als_ongewijzigd(werk, taak, _na_weigering(met, taak, antwoord.resultaat, nu), nu)


def _verstuur(wereld: Wereld, met: Notificeerder, klaar: _Klaar, url: str) -> None:
    taak = klaar.taak
    bericht = Notificatie(klaar.adres, Doel.OV, None, taak.sessie_id, taak.aanvraagdatum)
    try:
        resultaat = met.doelen.notificeer(url, bericht)
    except DoelOnbereikbaar as fout:
        nu = wereld.klok.nu()
        na = taak.mislukt(str(fout), nu) if fout.om_ons else taak.later(str(fout), nu, met.spreiding())
    else:
        nu = wereld.klok.nu()
        bevestigd = resultaat is Resultaat.NOTIFICATIE_BEVESTIGD
        na = taak.ontvangen(nu) if bevestigd else _na_weigering(met, taak, resultaat, nu)
    with wereld.opslag.werk() as werk:
        _bewaar_als_ongewijzigd(werk, taak, na, nu)


def _na_weigering(met: Notificeerder, taak: Notificatietaak, resultaat: Resultaat, nu: datetime) -> Notificatietaak:
    if met.tabel.gevolg(resultaat) is Gevolg.LATER:
        return taak.later(resultaat.value, nu, met.spreiding())
    return taak.mislukt(resultaat.value, nu)


def _bewaar_als_ongewijzigd(werk: Werk, voor: Notificatietaak, na: Notificatietaak, nu: datetime) -> None:
    """Store what came of a call out, unless somebody began it anew (or removed the pupil) meanwhile."""
    werk.dossiers.dossier(voor.elk_nummer, vergrendel=True)
    nu_zo = werk.notificaties.taak(voor.id, vergrendel=True)
    if nu_zo is not None and (nu_zo.status, nu_zo.gemaakt) == (voor.status, voor.gemaakt):
        _bewaar(werk, na, nu)


def _bewaar(werk: Werk, taak: Notificatietaak, nu: datetime, *, vertrekt: bool = False) -> None:
    """Store a row, with its trace: audit before something leaves and at the end, history when it has arrived."""
    werk.notificaties.bewaar(taak)
    if taak.open and not vertrekt:
        return
    werk.logboek.audit(
        AuditRegel(
            nu,
            "notificeren",
            taak.status.value,
            over=taak.elk_nummer,
            versie=taak.versie,
            bijzonderheden={
                "doelBrin": taak.doel_brin.waarde,
                "doelRouteringsKenmerk": taak.doel_kenmerk.waarde,
                "sessieId": taak.sessie_id.waarde,
                "reden": taak.reden,
                "account": taak.account,
            },
        )
    )
    if taak.status is NotificatieStatus.ONTVANGEN:
        noteer(werk, taak.elk_nummer, "genotificeerd", nu, versie=taak.versie, brin=taak.doel_brin.waarde)


def lijst(
    wereld: Wereld, token: Token, status: NotificatieStatus | None, na: int, aantal: int
) -> tuple[Sequence[Notificatietaak], int | None]:
    """One page, oldest first; a locatiebeheerder sees those of his own vestigingen."""
    binnen = token.vestigingen if token.rol is Rol.LOCATIEBEHEERDER else None
    with wereld.opslag.lezen() as werk:
        return werk.notificaties.lijst(NotificatieFilter(status, binnen), na, aantal)
