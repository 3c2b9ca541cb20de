"""Klaarzetten: set pupils ready in bulk, one outcome per pupil; take one back.

Source: `interfaces.md`, `POST /klaarzettingen`; the codes and their order are in `gateway.domain.dossier`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from gateway.domain.dossier import Dossier, Uitkomstcode
from gateway.domain.fouten import Onbekend, Weigering
from gateway.domain.klaarzetten import Klaarzetopdracht, Klaarzetresultaat
from gateway.domain.logboek import AuditRegel, Opdrachtgever
from gateway.domain.toegang import Token
from gateway.domain.waarden import ElkNummer, Rol
from gateway.ports import OpslagNietBeschikbaar, Wereld, Werk
from gateway.usecases import meldingen
from gateway.usecases.verslaglegging import meld_status, noteer

TEN_HOOGSTE = 10_000
PER_TRANSACTIE = 25
"""Rows a transaction: few enough that a pull waits only a moment, enough to make syncing cheap."""


def eis_aantal(aantal: int) -> None:
    """Refuse an order over the limit, before each number in it is looked at. Raises `Weigering` `TeVeel`."""
    if aantal > TEN_HOOGSTE:
        raise Weigering(
            "TeVeel",
            f"Er staan meer dan {TEN_HOOGSTE} leerlingen in deze opdracht.",
            "Verdeel de leerlingen over meer opdrachten.",
        )


def plaats_opdracht(
    wereld: Wereld, token: Token, elk_nummers: Sequence[ElkNummer], opdrachtgever: Opdrachtgever
) -> str:
    """Accept a bulk order and give its id; a number named twice has one row. Raises `Weigering` `TeVeel`."""
    eis_aantal(len(elk_nummers))
    rijen = list(dict.fromkeys(elk_nummers))
    opdracht = Klaarzetopdracht(
        id=str(uuid.uuid4()),
        moment=wereld.klok.nu(),
        opdrachtgever=opdrachtgever,
        token_id=token.id,
        aantal=len(rijen),
        gereed=0,
        binnen=token.binnen,
    )
    with wereld.opslag.werk() as werk:
        werk.klaarzettingen.maak(opdracht, rijen)
    return opdracht.id


def verwerk_opdracht(wereld: Wereld, opdracht_id: str) -> None:
    """Work through the open rows of an order; safe to repeat after a crash: each pupil gets one outcome."""
    while verwerk_deel(wereld, opdracht_id):
        pass


class _RijMislukt(Exception):
    """A fault of ours at one pupil; what was done in the transaction is undone."""

    def __init__(self, elk_nummer: ElkNummer) -> None:
        super().__init__("a row of a bulk order failed")
        self.elk_nummer = elk_nummer


def verwerk_deel(wereld: Wereld, opdracht_id: str, bij_fout: Callable[[BaseException], None] | None = None) -> int:
    """Work through the next few rows in one transaction; gives how many there were.

    A fault of ours at one pupil is told to `bij_fout` and becomes the outcome of that pupil; the others come next.
    """
    try:
        return _verwerk(wereld, opdracht_id)
    except _RijMislukt as mislukt:
        if bij_fout is not None and mislukt.__cause__ is not None:
            bij_fout(mislukt.__cause__)
        return _leg_vast(wereld, opdracht_id, mislukt.elk_nummer)


def _verwerk(wereld: Wereld, opdracht_id: str) -> int:
    with wereld.opslag.werk() as werk:
        opdracht = werk.klaarzettingen.opdracht(opdracht_id)
        if opdracht is None:
            return 0
        rijen = werk.klaarzettingen.open_rijen(opdracht_id, PER_TRANSACTIE)
        # In one order, whoever asks: two orders that lock the same pupils the other way round would wait forever.
        for elk_nummer in sorted(rijen, key=lambda rij: rij.waarde):
            try:
                werk.klaarzettingen.zet_resultaat(opdracht_id, _zet_klaar(wereld, werk, opdracht, elk_nummer))
            except OpslagNietBeschikbaar:
                raise
            except Exception as fout:
                raise _RijMislukt(elk_nummer) from fout
        return len(rijen)


def _leg_vast(wereld: Wereld, opdracht_id: str, elk_nummer: ElkNummer) -> int:
    """Give a pupil at whom we failed that outcome, unless another process got further; gives 1: go on."""
    code = Uitkomstcode.INTERNE_FOUT
    with wereld.opslag.werk() as werk:
        opdracht = werk.klaarzettingen.opdracht(opdracht_id)
        if opdracht is not None and elk_nummer in werk.klaarzettingen.open_rijen(opdracht_id, PER_TRANSACTIE):
            nu, wie = wereld.klok.nu(), opdracht.opdrachtgever
            werk.logboek.audit(AuditRegel(nu, "klaarzetten", code.value, opdrachtgever=wie, over=elk_nummer))
            resultaat = Klaarzetresultaat(elk_nummer, code, meldingen.klaarzetten(code))
            werk.klaarzettingen.zet_resultaat(opdracht_id, resultaat)
    return 1


def _zet_klaar(wereld: Wereld, werk: Werk, opdracht: Klaarzetopdracht, elk_nummer: ElkNummer) -> Klaarzetresultaat:
    nu = wereld.klok.nu()
    dossier = werk.dossiers.dossier(elk_nummer, vergrendel=True)
    if dossier is None or not _binnen(opdracht, dossier):
        code: Uitkomstcode | None = Uitkomstcode.LEERLING_ONBEKEND
        resultaat = Klaarzetresultaat(elk_nummer, code, meldingen.klaarzetten(Uitkomstcode.LEERLING_ONBEKEND))
    else:
        resultaat = beoordeel(wereld, werk, dossier)
        code = resultaat.code
    werk.logboek.audit(
        AuditRegel(
            nu,
            "klaarzetten",
            code.value if code else "klaargezet",
            opdrachtgever=opdracht.opdrachtgever,
            over=elk_nummer,
            versie=dossier.nieuwste.versie if dossier and dossier.nieuwste else None,
        )
    )
    if code is None and dossier is not None and dossier.context.plaatsing is not None:
        na = dossier.klaargezet(dossier.context.plaatsing, nu, opdracht.opdrachtgever.account)
        if na is not dossier:
            werk.dossiers.bewaar(na)
            plaats = na.context.plaatsing
            noteer(werk, elk_nummer, "klaargezet", nu, brin=plaats.brin.waarde if plaats else None)
            meld_status(werk, dossier, na, nu)
    return resultaat


def _binnen(opdracht: Klaarzetopdracht, dossier: Dossier) -> bool:
    return opdracht.binnen is None or dossier.context.plaatsing in opdracht.binnen


def beoordeel(wereld: Wereld, werk: Werk, dossier: Dossier) -> Klaarzetresultaat:
    """May this dossier be set ready? With a warning when the school's LAS is not known. Changes nothing."""
    elk_nummer = dossier.elk_nummer
    code = dossier.weigering()
    if code is not None:
        return Klaarzetresultaat(elk_nummer, code, meldingen.klaarzetten(code, dossier))
    plaatsing, versie = dossier.context.plaatsing, dossier.nieuwste
    if plaatsing is None or versie is None:
        raise AssertionError("weigering() looked at both")
    school = werk.scholen.school(plaatsing)
    oordeel = wereld.las_profielen.oordeel(
        school.las if school else None, versie, werk.dossiers.bijlagen(elk_nummer, versie.versie)
    )
    if oordeel.geweigerd is not None:
        return Klaarzetresultaat(elk_nummer, Uitkomstcode.NIET_GESCHIKT_VOOR_LAS, oordeel.geweigerd)
    code = dossier.weigering_punt(werk.aanleverpunten.punt(plaatsing))
    if code is not None:
        return Klaarzetresultaat(elk_nummer, code, meldingen.klaarzetten(code))
    return Klaarzetresultaat(elk_nummer, None, oordeel.waarschuwing)


def opdracht_van(
    wereld: Wereld, token: Token, opdracht_id: str
) -> tuple[Klaarzetopdracht, Sequence[Klaarzetresultaat]]:
    """Find an order with its outcomes so far. Raises `Onbekend`, also for another locatiebeheerder's order."""
    with wereld.opslag.lezen() as werk:
        opdracht = eis_opdracht(werk, token, opdracht_id)
        return opdracht, werk.klaarzettingen.resultaten(opdracht_id)


def voortgang(
    wereld: Wereld, token: Token, opdracht_id: str, na: int
) -> tuple[Klaarzetopdracht, Sequence[Klaarzetresultaat]]:
    """Outcomes after the first `na` ones: what live progress shows next."""
    with wereld.opslag.lezen() as werk:
        opdracht = eis_opdracht(werk, token, opdracht_id)
        return opdracht, werk.klaarzettingen.resultaten(opdracht_id, na, 500)


def eis_opdracht(werk: Werk, token: Token, opdracht_id: str) -> Klaarzetopdracht:
    """Find an order that this token may see: kern all, a locatiebeheerder those within his own vestigingen."""
    opdracht = werk.klaarzettingen.opdracht(opdracht_id)
    if opdracht is None or not (token.rol is Rol.KERN or _eigen(token, opdracht)):
        raise Onbekend("De klaarzetting")
    return opdracht


def _eigen(token: Token, opdracht: Klaarzetopdracht) -> bool:
    if not opdracht.binnen:
        # Without vestigingen (None: an order of kern) it lies within every scope, and is nobody's but its maker's.
        return opdracht.token_id == token.id
    return opdracht.binnen <= token.vestigingen


def trek_in(wereld: Wereld, token: Token, elk_nummer: ElkNummer, opdrachtgever: Opdrachtgever) -> Dossier:
    """Take a klaarzetting back: the dot is white from now on. Raises `Onbekend` outside the scope."""
    nu = wereld.klok.nu()
    with wereld.opslag.werk() as werk:
        dossier = werk.dossiers.dossier(elk_nummer, vergrendel=True)
        if dossier is None or not ziet(token, dossier):
            raise Onbekend("Het dossier")
        na = dossier.ingetrokken()
        uitkomst = "ingetrokken" if na is not dossier else "ongewijzigd"
        werk.logboek.audit(
            AuditRegel(nu, "klaarzetting-intrekken", uitkomst, opdrachtgever=opdrachtgever, over=elk_nummer)
        )
        if na is dossier:
            return dossier
        werk.dossiers.bewaar(na)
        noteer(werk, elk_nummer, "klaarzetting-ingetrokken", nu)
        meld_status(werk, dossier, na, nu)
        return na


def ziet(token: Token, dossier: Dossier) -> bool:
    """May this token see this dossier? kern and beheer all, a locatiebeheerder those placed at his vestigingen."""
    if token.rol in (Rol.KERN, Rol.BEHEER):
        return True
    return dossier.context.plaatsing is not None and dossier.context.plaatsing in token.vestigingen
