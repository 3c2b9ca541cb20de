"""A judge with simple rules on attributes, so that a test chooses what a dossier is: see `proefdossier`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence

from gateway.domain.beoordeling import (
    Beoordeling,
    Bevinding,
    BijlageGegevens,
    Document,
    DossierKop,
    Ernst,
    GeenXml,
    Rapport,
)
from gateway.domain.waarden import OngeldigeWaarde, Overdrachtsoort, Pgn

PGN = "101211151"
_GEWOON: dict[str, object] = {
    "pgn": PGN,
    "soort": "overstapdossier",
    "versie": "2019.1",
    "profiel": "PO-VO",
    "inzage": "ja",
    "datum": "2026-06-01",
}
_VELD = re.compile(r'([a-z]+)="([^"]*)"')


def proefdossier(**velden: object) -> bytes:
    """Make a dossier that `RegelToetser` understands.

    `pgn` (empty: none), `soort`, `versie`, `profiel`, `inzage` (`ja`, `nee`, empty: no block), `inhoud`, `datum` (left
    out when versions are compared), `bijlagen` (sizes with commas), `fouten`, `waarschuwingen`, `weggelaten` (numbers).
    """
    alle = _GEWOON | velden
    velden_tekst = " ".join(f'{naam}="{waarde}"' for naam, waarde in alle.items())
    return f"<dossier {velden_tekst}/>".encode()


class RegelToetser:
    """The port `Toetser`. `tussendoor`, when set, is called while judging: what others do meanwhile."""

    def __init__(self) -> None:
        self.tussendoor: Callable[[], None] | None = None

    def beoordeel(self, octets: bytes, *, documenten: Sequence[Document] = ()) -> Beoordeling:
        """Judge by the attributes of the element."""
        if self.tussendoor is not None:
            tussendoor, self.tussendoor = self.tussendoor, None
            tussendoor()
        if not octets.startswith(b"<"):
            raise GeenXml(Rapport(None, None, (_bevinding(Ernst.FOUT),)))
        velden = dict(_VELD.findall(octets.decode()))
        rapport = _rapport(velden)
        if not rapport.geldig:
            return Beoordeling(rapport)
        geheel = octets + b"".join(b"<!--" + hashlib.sha256(d.inhoud).digest().hex().encode() for d in documenten)
        zonder_datum = re.sub(rb'datum="[^"]*"', b"", geheel)
        return Beoordeling(rapport, geheel, hashlib.sha256(zonder_datum).digest(), _kop(velden), _bijlagen(velden))


def _rapport(velden: dict[str, str]) -> Rapport:
    bevindingen = [_bevinding(Ernst.WAARSCHUWING)] * int(velden.get("waarschuwingen", 0))
    bevindingen += [_bevinding(Ernst.FOUT)] * int(velden.get("fouten", 0))
    weggelaten = int(velden.get("weggelaten", 0))
    if weggelaten:
        bevindingen.append(_bevinding(Ernst.FOUT if int(velden.get("fouten", 0)) else Ernst.WAARSCHUWING))
    return Rapport(velden["versie"], velden["profiel"], tuple(bevindingen), weggelaten)


def _bevinding(ernst: Ernst) -> Bevinding:
    return Bevinding("OS.proef", ernst, "/dossier[1]", 1, "Dit klopt niet. Herstel het.")


def _kop(velden: dict[str, str]) -> DossierKop:
    pgn = _pgn(velden["pgn"])
    return DossierKop(
        gegevensset_versie=velden["versie"],
        profiel=velden["profiel"],
        overdrachtsoort=Overdrachtsoort(velden["soort"]),
        pgn=pgn,
        pgn_onbruikbaar=bool(velden["pgn"]) and pgn is None,
        inzage_aanwezig=bool(velden["inzage"]),
        inzage_gegeven=velden["inzage"] == "ja",
    )


def _pgn(tekst: str) -> Pgn | None:
    try:
        return Pgn(tekst)
    except OngeldigeWaarde:
        return None


def _bijlagen(velden: dict[str, str]) -> tuple[BijlageGegevens, ...]:
    groottes = [int(deel) for deel in velden.get("bijlagen", "").split(",") if deel]
    return tuple(BijlageGegevens(f"b{nr}.pdf", grootte, grootte, "/dossier[1]") for nr, grootte in enumerate(groottes))
