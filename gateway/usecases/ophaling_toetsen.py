"""Judge a dossier that came in: valid by our own validation, and of the pupil and the kind that was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from gateway.domain.beoordeling import Beoordeling, Bevinding, DossierKop, Ernst, GeenXml, Rapport
from gateway.domain.ophaling import Ophaling, Sectieverschil
from gateway.domain.waarden import Pgn
from gateway.ports import Toetser

_HEEL = "/dossier[1]"


@dataclass(frozen=True, slots=True)
class Oordeel:
    """What we found; `octets` (canonical) only when the dossier may be handed on."""

    rapport: Rapport
    octets: bytes | None = field(default=None, repr=False)
    wijzigingen: tuple[Sectieverschil, ...] | None = None


def beoordeel(toetser: Toetser, ontvangen: bytes, ophaling: Ophaling, pgn: Pgn) -> Oordeel:
    """Judge a dossier; never raises on what is in it."""
    try:
        beoordeling = toetser.beoordeel(ontvangen)
    except GeenXml as fout:
        return Oordeel(fout.rapport)
    rapport = beoordeling.rapport
    eigen = tuple(_bezwaren(beoordeling.kop, ophaling, pgn)) if beoordeling.kop is not None else ()
    if eigen:
        rapport = replace(rapport, bevindingen=(*rapport.bevindingen, *eigen))
    return Oordeel(rapport, _octets(beoordeling) if rapport.geldig else None)


def onleesbaar() -> Oordeel:
    """The judgement of a dossier that brought the validation down, more than once."""
    melding = (
        "De controle van dit dossier liep enkele keren vast; het is daarom afgekeurd. Neem contact op met de beheerder."
    )
    return Oordeel(Rapport(None, None, (_fout("OPHALEN.vastgelopen", melding),)))


def _octets(beoordeling: Beoordeling) -> bytes | None:
    return beoordeling.octets if beoordeling.kop is not None else None


def _bezwaren(kop: DossierKop, ophaling: Ophaling, pgn: Pgn) -> Iterator[Bevinding]:
    if kop.pgn is None:
        yield _fout(
            "OPHALEN.pgn",
            "Het dossier noemt geen bruikbaar persoonsgebonden nummer, dus is niet te zien of het van de gevraagde "
            "leerling is. Vraag de school om het nummer in te vullen.",
        )
    elif kop.pgn != pgn:
        yield _fout(
            "OPHALEN.pgn",
            "Het persoonsgebonden nummer in het dossier is niet dat van de gevraagde leerling. Meld dit aan de school "
            "en aan de leverancier van haar systeem.",
        )
    if kop.overdrachtsoort is not ophaling.overdrachtsoort:
        yield _fout(
            "OPHALEN.overdrachtsoort",
            "Het dossier is voor een andere soort overdracht dan is gevraagd. Vraag het op met de soort die de school "
            "heeft klaargezet.",
        )


def _fout(regel: str, melding: str) -> Bevinding:
    return Bevinding(regel, Ernst.FOUT, _HEEL, None, melding)
