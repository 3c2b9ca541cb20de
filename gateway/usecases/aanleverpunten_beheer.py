"""Many aanleverpunten at once: one page's worth of what is wrong, registration of a bestuur, import from a file.

Source: issue C, "For the people"; ELK manual as retold in `architecture.md`.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.domain.aanleverpunt import Aanleverpunt
from gateway.domain.fouten import Onbekend, TijdelijkNietMogelijk, Weigering
from gateway.domain.logboek import Opdrachtgever
from gateway.domain.toegang import Token
from gateway.domain.waarden import Doel, OngeldigeWaarde, RouteringsKenmerk, Vestiging
from gateway.ports import Wereld
from gateway.usecases import aanleverpunten, meldingen

KOLOMMEN = ("brin", "vestigingscode", "aanleverpuntnummer", "routeringsKenmerk", "sleutel", "naam", "doel")
_VERPLICHT = ("brin", "vestigingscode", "sleutel")
MAX_RIJEN = 5000
_NUMMER = re.compile(r"[0-9]{1,10}")
_HOOGSTE_NUMMER = 2_147_483_647
_MAX_TEKST = 200


@dataclass(frozen=True, slots=True)
class Puntbeeld:
    """A point as the page shows it: `mis` and `bellen` only where something is wrong."""

    punt: Aanleverpunt
    laatst_opgehaald: datetime | None
    mis: str | None
    bellen: str | None


def beelden(wereld: Wereld, punten: Sequence[Aanleverpunt]) -> Sequence[Puntbeeld]:
    """Add to each point when a dossier last went out there, what is wrong, and whom to call about that."""
    with wereld.opslag.lezen() as werk:
        laatst = werk.leveringen.laatst_overgedragen()
    return [
        Puntbeeld(
            punt,
            laatst.get(punt.vestiging),
            meldingen.punt_mis(wereld.tabel, punt),
            meldingen.punt_bellen(punt, wereld.contact),
        )
        for punt in punten
    ]


@dataclass(frozen=True, slots=True)
class Puntuitkomst:
    """What became of one point: `code` None when it went well."""

    vestiging: Vestiging | None
    uitkomst: str
    code: str | None = None
    melding: str | None = None
    wat_nu: str | None = None
    regel: int | None = None
    """Line of the file, for an import."""


def registreer_bestuur(
    wereld: Wereld, token: Token, bestuur: str, opdrachtgever: Opdrachtgever
) -> Sequence[Puntuitkomst]:
    """Register all points of a bestuur that are not registered yet, one outcome each. Raises `Onbekend`.

    When the Traffic Center does not answer, the rest is not asked: it would only be troubled, and nothing is gained.
    """
    with wereld.opslag.lezen() as werk:
        plekken = {school.vestiging for school in werk.scholen.alle() if school.bestuur == bestuur}
        punten = [
            punt
            for punt in werk.aanleverpunten.alle()
            if punt.vestiging in plekken and token.ziet_vestiging(punt.vestiging, bestuur)
        ]
    if not punten:
        raise Onbekend("Een bestuur met aanleverpunten van deze naam")
    uitkomsten: list[Puntuitkomst] = []
    weg: Weigering | None = None
    for punt in punten:
        if punt.oso:
            uitkomsten.append(Puntuitkomst(punt.vestiging, "alGeregistreerd"))
        elif weg is not None:
            uitkomsten.append(_uitkomst(punt.vestiging, "nietGevraagd", weg))
        else:
            uitkomst, weg = _registreer(wereld, token, punt.vestiging, opdrachtgever)
            uitkomsten.append(uitkomst)
    return uitkomsten


def _registreer(
    wereld: Wereld, token: Token, vestiging: Vestiging, opdrachtgever: Opdrachtgever
) -> tuple[Puntuitkomst, Weigering | None]:
    try:
        aanleverpunten.registreer(wereld, token, vestiging, opdrachtgever)
    except TijdelijkNietMogelijk as fout:
        return _uitkomst(vestiging, "nietGevraagd", fout), fout
    except Weigering as fout:
        return _uitkomst(vestiging, "geweigerd", fout), None
    return Puntuitkomst(vestiging, "geregistreerd"), None


def _uitkomst(vestiging: Vestiging | None, uitkomst: str, fout: Weigering, regel: int | None = None) -> Puntuitkomst:
    return Puntuitkomst(vestiging, uitkomst, fout.code, fout.melding, fout.wat_nu or None, regel)


def importeer(wereld: Wereld, token: Token, tekst: str, opdrachtgever: Opdrachtgever) -> Sequence[Puntuitkomst]:
    """Enter the points of a CSV, one outcome a row; a row that is wrong holds up no other. No key is ever given back.

    Comma or semicolon, header with the JSON names (`KOLOMMEN`). Raises `Weigering` when the file as a whole is wrong;
    nothing is entered then.
    """
    rijen = list(_rijen(tekst))
    gezien: set[Vestiging] = set()
    uitkomsten = []
    for regel, rij in rijen:
        uitkomsten.append(_voer_in(wereld, token, opdrachtgever, regel, rij, gezien))
    return uitkomsten


def _rijen(tekst: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Rows with the number of their line; empty lines are passed over."""
    tekst = unicodedata.normalize("NFC", tekst.removeprefix("\ufeff"))
    kop = tekst.split("\n", 1)[0]
    lezer = csv.reader(io.StringIO(tekst, newline=""), delimiter=";" if ";" in kop else ",", strict=True)
    try:
        namen = tuple(naam.strip() for naam in next(lezer, []))
        _eis_kop(namen)
        for aantal, cellen in enumerate(lezer, start=1):
            if aantal > MAX_RIJEN:
                raise Weigering(
                    "TeVeel", f"Er staan meer dan {MAX_RIJEN} regels in het bestand.", "Verdeel het bestand."
                )
            if any(cel.strip() for cel in cellen):
                if len(cellen) != len(namen):
                    raise _kapot(lezer.line_num)
                yield lezer.line_num, {naam: cel.strip() for naam, cel in zip(namen, cellen, strict=True)}
    except csv.Error:
        raise _kapot(lezer.line_num) from None


def _kapot(regel: int) -> Weigering:
    return Weigering(
        "CsvOnleesbaar",
        f"Regel {regel} van het bestand is niet te lezen: het aantal velden of de aanhalingstekens kloppen niet.",
        "Sla het bestand op als CSV met komma's of puntkomma's en met de kopregel, en probeer het opnieuw.",
    )


def _eis_kop(namen: tuple[str, ...]) -> None:
    bekend = all(naam in KOLOMMEN for naam in namen) and len(set(namen)) == len(namen)
    if bekend and set(_VERPLICHT) <= set(namen) and {"aanleverpuntnummer", "routeringsKenmerk"} & set(namen):
        return
    raise Weigering(
        "CsvKopOnjuist",
        "De eerste regel van het bestand noemt niet de juiste velden; er is niets ingevoerd.",
        f"Gebruik als kopregel: {','.join(KOLOMMEN)} (naam en doel mogen weg, en één van nummer en kenmerk).",
    )


def _voer_in(
    wereld: Wereld,
    token: Token,
    opdrachtgever: Opdrachtgever,
    regel: int,
    rij: Mapping[str, str],
    gezien: set[Vestiging],
) -> Puntuitkomst:
    vestiging = None
    try:
        vestiging = _vestiging(rij)
        _eis_eerste(vestiging, gezien)
        punt, nieuw, gewijzigd = _bewaar(wereld, token, _invoer(vestiging, rij), opdrachtgever)
    except Weigering as fout:
        return _uitkomst(vestiging, "geweigerd", fout, regel)
    uitkomst = "nieuw" if nieuw else "gewijzigd" if gewijzigd else "ongewijzigd"
    return Puntuitkomst(punt.vestiging, uitkomst, regel=regel)


def _eis_eerste(vestiging: Vestiging, gezien: set[Vestiging]) -> None:
    if vestiging in gezien:
        raise Weigering("Dubbel", "Deze vestiging staat eerder in het bestand.", "Haal een van de twee weg.")
    gezien.add(vestiging)


def _bewaar(
    wereld: Wereld, token: Token, invoer: aanleverpunten.Invoer, opdrachtgever: Opdrachtgever
) -> tuple[Aanleverpunt, bool, bool]:
    with wereld.opslag.lezen() as werk:
        voor = werk.aanleverpunten.punt(invoer.vestiging)
    punt, nieuw = aanleverpunten.invoeren(wereld, token, invoer, opdrachtgever)
    return punt, nieuw, punt != voor


def _vestiging(rij: Mapping[str, str]) -> Vestiging:
    try:
        return Vestiging.van(rij["brin"].upper(), rij["vestigingscode"].zfill(2))
    except OngeldigeWaarde as fout:
        raise _veld("brin of vestigingscode", f"verwacht {fout.verwacht}") from None


def _invoer(vestiging: Vestiging, rij: Mapping[str, str]) -> aanleverpunten.Invoer:
    nummer, kenmerk = rij.get("aanleverpuntnummer", ""), rij.get("routeringsKenmerk", "")
    if bool(nummer) == bool(kenmerk):
        raise _veld("aanleverpuntnummer of routeringsKenmerk", "vul er precies één in")
    if not rij["sleutel"]:
        raise _veld("sleutel", "die ontbreekt")
    for naam in ("sleutel", "naam"):
        _eis_tekst(naam, rij.get(naam, ""))
    doel = rij.get("doel") or Doel.OV.value
    if doel not in (Doel.OV.value, Doel.SWV.value):
        raise _veld("doel", "verwacht OV of SWV")
    return aanleverpunten.Invoer(
        vestiging,
        _nummer(nummer) if nummer else None,
        _kenmerk(kenmerk) if kenmerk else None,
        rij["sleutel"],
        rij.get("naam") or None,
        Doel(doel),
    )


def _nummer(tekst: str) -> int:
    if _NUMMER.fullmatch(tekst) is None or not 1 <= int(tekst) <= _HOOGSTE_NUMMER:
        raise _veld("aanleverpuntnummer", "verwacht een geheel getal van 1 of hoger: 0 is in ELK 'niet ingevuld'")
    return int(tekst)


def _kenmerk(tekst: str) -> RouteringsKenmerk:
    try:
        return RouteringsKenmerk(tekst)
    except OngeldigeWaarde as fout:
        raise _veld("routeringsKenmerk", f"verwacht {fout.verwacht}") from None


def _eis_tekst(veld: str, tekst: str) -> None:
    if len(tekst) > _MAX_TEKST:
        raise _veld(veld, f"langer dan {_MAX_TEKST} tekens")
    if any(unicodedata.category(teken) in ("Cc", "Cs") for teken in tekst):
        raise _veld(veld, "er staan stuurtekens in")


def _veld(veld: str, wat: str) -> Weigering:
    return Weigering(
        "VeldOngeldig", f"Het veld {veld} klopt niet: {wat}.", "Verbeter de regel en lees haar opnieuw in."
    )
