"""The doel side of a LAS: one dossier, from overdracht to afmelding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.berichten.inhoud import Ontvangst as Ontvangstbevestiging
from gateway.domain.overdracht import (
    Adresblok,
    Afmelding,
    Documentantwoord,
    Documentvraag,
    Overdrachtantwoord,
    Overdrachtvraag,
    TeBevragenPunt,
    Zoeksleutel,
)
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, Overdrachtsoort, Pgn, RouteringsKenmerk, SessieId
from gateway.simulators.las.lijn import GeenAntwoord, Lijn

Keur = Callable[[bytes], bool]
"""The LAS's own validation: true when it takes the dossier."""


@dataclass(frozen=True, slots=True)
class Wens:
    """What is asked for. `af_te_melden` false leaves the session open; `keur` refuses what it does not like."""

    pgn: Pgn
    bron_brin: Brin
    doel_brin: Brin
    doel_kenmerk: RouteringsKenmerk
    overdrachtsoort: Overdrachtsoort
    bron_kenmerk: RouteringsKenmerk | None = None
    dossier_versies: tuple[str, ...] = ()
    dossier_verzameldatum: datetime | None = None
    keur: Keur | None = None
    af_te_melden: bool = True


@dataclass(frozen=True, slots=True)
class Deelantwoord:
    """What one point answered; `fout` is the code of a fault."""

    punt: TeBevragenPunt
    resultaat: Resultaat
    antwoord: Documentantwoord | None = None
    fout: str | None = None


@dataclass(frozen=True, slots=True)
class Ontvangst:
    """Outcome of one fetch: the best result, and the dossier when there is one (also when it was refused)."""

    resultaat: Resultaat
    sessie_id: SessieId | None = None
    octets: bytes | None = field(default=None, repr=False)
    dossier_versie: str | None = None
    verzameldatum: datetime | None = None
    deelantwoorden: tuple[Deelantwoord, ...] = ()
    afmelding: Resultaat | None = None

    @property
    def gelukt(self) -> bool:
        """True when a dossier was received and taken."""
        return self.resultaat is Resultaat.OVERDRACHT_GESLAAGD


def haal_op(lijn: Lijn, wens: Wens, zoeksleutel: Zoeksleutel) -> Ontvangst:
    """Open a session, ask every point in order, sign off once with the best result. Raises `GeenAntwoord` (no TC)."""
    adres = Adresblok(wens.bron_brin, wens.bron_kenmerk, wens.doel_brin, wens.doel_kenmerk)
    vraag = Overdrachtvraag(adres, zoeksleutel, wens.overdrachtsoort)
    sessie = lijn.vraag_tc("overdracht", vraag, Overdrachtantwoord)
    if sessie.sessie_id is None or not sessie.punten:
        return Ontvangst(sessie.resultaat, sessie.sessie_id)
    delen = tuple(_vraag_punt(lijn, wens, punt, sessie.sessie_id) for punt in sessie.punten)
    beste = delen[lijn.pakket.beste([deel.resultaat for deel in delen])]
    gemeld = _meld_af(lijn, vraag, sessie.sessie_id, beste) if wens.af_te_melden else None
    antwoord = beste.antwoord or Documentantwoord(beste.resultaat)
    return Ontvangst(
        beste.resultaat,
        sessie.sessie_id,
        antwoord.octets,
        antwoord.dossier_versie,
        antwoord.verzameldatum,
        delen,
        gemeld,
    )


def _vraag_punt(lijn: Lijn, wens: Wens, punt: TeBevragenPunt, sessie_id: SessieId) -> Deelantwoord:
    vraag = Documentvraag(
        Adresblok(punt.brin, punt.kenmerk, wens.doel_brin, wens.doel_kenmerk),
        wens.pgn,
        wens.overdrachtsoort,
        wens.dossier_versies,
        wens.dossier_verzameldatum,
        sessie_id,
    )
    try:
        antwoord = lijn.vraag(f"{punt.url}/bron", "document", vraag, Documentantwoord)
    except GeenAntwoord as fout:
        return Deelantwoord(punt, Resultaat.BRON_NIET_BESCHIKBAAR, fout=fout.code)
    if antwoord.resultaat is not Resultaat.OVERDRACHT_GESLAAGD:
        return Deelantwoord(punt, antwoord.resultaat, antwoord)
    if antwoord.octets is None:  # a success without a dossier is no valid answer
        return Deelantwoord(punt, Resultaat.BRON_NIET_BESCHIKBAAR)
    geldig = wens.keur is None or wens.keur(antwoord.octets)
    return Deelantwoord(punt, antwoord.resultaat if geldig else Resultaat.DOSSIER_ONGELDIG, antwoord)


def _meld_af(lijn: Lijn, vraag: Overdrachtvraag, sessie_id: SessieId, beste: Deelantwoord) -> Resultaat | None:
    adres = replace(vraag.adres, bron_kenmerk=beste.punt.kenmerk)
    melding = Afmelding(adres, vraag.sleutel, vraag.overdrachtsoort, sessie_id, beste.resultaat)
    try:
        return lijn.vraag_tc("afmelding", melding, Ontvangstbevestiging).resultaat
    except GeenAntwoord:
        return None  # the user of a LAS is not bothered with this (wiki OSO:2017/Afmelden Sessie)
