"""Retention: remove what is past its term, leave a stone, say what was done.

Source: `security.md`, Privacy. Everything goes in small transactions, so that a pull never waits long.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from gateway.domain.bewaren import Bewaartermijnen, Opgeruimd
from gateway.domain.logboek import AuditRegel, Opdrachtgever
from gateway.domain.waarden import ElkNummer
from gateway.ports import Wereld, Werk

_PER_KEER = 50
REDEN = "De inhoud is verwijderd omdat de bewaartermijn voorbij is."
_WIE = Opdrachtgever("bewaartermijn")


class _OpProef(Exception):
    """Ends a transaction of a trial, so that nothing of it stays."""


def _nooit() -> bool:
    return False


def ruim_op(
    wereld: Wereld, termijnen: Bewaartermijnen, *, proef: bool = False, stop: Callable[[], bool] = _nooit
) -> Opgeruimd:
    """Remove what is past its term; on `proef` only count it. `stop` ends it early, between two transactions."""
    nu = wereld.klok.nu()
    aantallen = {"dossier-inhoud": _inhoud(wereld, termijnen, nu, proef=proef, stop=stop)}
    rest: dict[str, Callable[[Werk], int]] = {
        "verzoeken": lambda werk: werk.verzoeken.verwijder_voor(termijnen.verzoeken_voor(nu)),
        "antwoorden": lambda werk: werk.toegang.verwijder_antwoorden_voor(nu - termijnen.antwoordduur),
        "afleveringen": lambda werk: werk.afleveringen.verwijder_voor(termijnen.dagen_voor(nu, termijnen.afleveringen)),
        "gebeurtenissen": lambda werk: werk.opruiming.verwijder_gebeurtenissen_voor(
            termijnen.dagen_voor(nu, termijnen.gebeurtenissen)
        ),
        "ophalingen": lambda werk: werk.ophalingen.wis_inhoud_voor(
            termijnen.dagen_voor(nu, termijnen.dossiers_na_ophalen)
        ),
        "ontvangen-berichten": lambda werk: werk.ontvangen.verwijder_voor(termijnen.verzoeken_voor(nu)),
        "notificaties": lambda werk: werk.notificaties.verwijder_voor(termijnen.verzoeken_voor(nu)),
        "klaarzettingen": lambda werk: werk.opruiming.verwijder_klaarzettingen_voor(
            termijnen.dagen_voor(nu, termijnen.klaarzettingen)
        ),
        "pogingen": lambda werk: werk.pogingen.verwijder_voor(termijnen.dagen_voor(nu, termijnen.pogingen)),
    }
    for soort, doe in rest.items():
        if not stop():
            aantallen[soort] = _een(wereld, soort, doe, nu, proef=proef)
    return Opgeruimd(aantallen)


def _inhoud(wereld: Wereld, termijnen: Bewaartermijnen, nu: datetime, *, proef: bool, stop: Callable[[], bool]) -> int:
    opgehaald, verzameld = termijnen.dagen_voor(nu, termijnen.dossiers_na_ophalen), termijnen.seizoen_voor(nu)
    if proef:
        with wereld.opslag.lezen() as werk:
            return len(werk.opruiming.verlopen_inhoud(opgehaald, verzameld, 2**31 - 1))
    totaal = 0
    while not stop():
        with wereld.opslag.werk() as werk:
            verlopen = werk.opruiming.verlopen_inhoud(opgehaald, verzameld, _PER_KEER)
            for elk_nummer, nr in verlopen:
                _wis(werk, elk_nummer, nr, nu)
        totaal += len(verlopen)
        if len(verlopen) < _PER_KEER:
            break
    return totaal


def _wis(werk: Werk, elk_nummer: ElkNummer, nr: int, nu: datetime) -> None:
    werk.opruiming.wis_inhoud(elk_nummer, nr, nu, REDEN)
    werk.logboek.audit(
        AuditRegel(nu, "inhoud-verwijderen", "verwijderd", opdrachtgever=_WIE, over=elk_nummer, versie=nr)
    )


def _een(wereld: Wereld, soort: str, doe: Callable[[Werk], int], nu: datetime, *, proef: bool) -> int:
    aantal = 0
    with suppress(_OpProef), wereld.opslag.werk() as werk:
        aantal = doe(werk)
        if proef:
            raise _OpProef
        if aantal:
            werk.logboek.audit(
                AuditRegel(
                    nu, "opruimen", "verwijderd", opdrachtgever=_WIE, bijzonderheden={"soort": soort, "aantal": aantal}
                )
            )
    return aantal
