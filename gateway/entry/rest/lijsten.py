"""Pages of lists (`?na=&aantal=`), and lists as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from datetime import time as kloktijd
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, Field
from starlette.responses import JSONResponse, Response

from gateway.domain.waarden import Vestiging
from gateway.entry.rest.basis import MAX_AANTAL, STANDAARD_AANTAL, Vraag
from gateway.entry.rest.lichaam import JSON

T = TypeVar("T")
C = TypeVar("C")

_CSV: Final = "text/csv"
_GEVAARLIJK: Final = ("=", "+", "-", "@", "\t", "\r")


def _cijfers(waarde: object) -> object:
    """Digits only: pydantic would read ` 5`, `5.0` and `1_0` as numbers too."""
    if isinstance(waarde, str) and not (waarde.isascii() and waarde.isdigit() and len(waarde) <= 18):
        raise ValueError("moet een geheel getal zijn, alleen cijfers")
    return waarde


Getal = Annotated[int, BeforeValidator(_cijfers)]
Aantal = Annotated[Getal, Field(ge=1, le=MAX_AANTAL, description="Rijen per bladzijde.")]
Nummer = Annotated[Getal, Field(ge=0, description="Waarde van volgende uit het vorige antwoord.")]


class Bladzijdevraag(Vraag):
    """Page of a list by vestiging."""

    na: Annotated[str | None, Field(pattern=r"^[0-9]{2}[A-Z]{2}[0-9]{2}$")] = None
    aantal: Aantal = STANDAARD_AANTAL


class Nummervraag(Vraag):
    """Page of a list by number."""

    na: Nummer = 0
    aantal: Aantal = STANDAARD_AANTAL


def bladzijde(
    alle: Sequence[T], vraag: Bladzijdevraag, waar: Callable[[T], Vestiging]
) -> tuple[Sequence[T], str | None]:
    """Cut one page out of a short list by vestiging, and give the cursor of the next."""
    na = Vestiging.uit_tekst(vraag.na) if vraag.na is not None else None
    rest = [rij for rij in alle if na is None or waar(rij) > na]
    pagina = rest[: vraag.aantal]
    return pagina, str(waar(pagina[-1])).replace("/", "") if len(rest) > len(pagina) else None


def lees_moment(waarde: object) -> object:
    """Read `sinds`: a day, or a moment (without zone: UTC); a `+` that came in as a blank is put back."""
    if not isinstance(waarde, str) or len(waarde) > 40:
        return waarde
    tekst = waarde.replace(" ", "+")
    try:
        if len(tekst) == len("2026-01-01"):
            return datetime.combine(date.fromisoformat(tekst), kloktijd(), UTC)
        gelezen = datetime.fromisoformat(tekst)
        return (gelezen if gelezen.tzinfo else gelezen.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("moet een dag of moment zijn, zoals 2026-01-31 of 2026-01-31T09:00:00Z") from None


def wil(verzoek: Request, *soorten: str) -> str:
    """Choose what the client likes best of the media types offered; the first one when it says nothing that fits."""
    beste, score = soorten[0], 0.0
    wensen = [_wens(deel) for kop in verzoek.headers.getlist("accept") for deel in kop.split(",")]
    for soort in soorten:
        passend = [wens for wens in wensen if wens[0] in (soort, f"{soort.partition('/')[0]}/*", "*/*")]
        # The most specific range decides (RFC 9110, 12.5.1): a literal type has no asterisk.
        eigen = min(passend, key=lambda wens: wens[0].count("*"), default=("", 0.0))
        if eigen[1] > score:
            beste, score = soort, eigen[1]
    return beste


def _wens(deel: str) -> tuple[str, float]:
    soort, *parameters = (stuk.strip().lower() for stuk in deel.split(";"))
    kwaliteit = next((p[2:].strip() for p in parameters if p.startswith("q=")), "1")
    try:
        return soort, max(0.0, min(1.0, float(kwaliteit)))
    except ValueError:
        return soort, 0.0


def lijst_of_csv(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """Describe the answer of a list that `als_lijst` gives."""
    return {200: {"model": model, "content": {_CSV: {"schema": {"type": "string"}}}}}


def wil_alles(verzoek: Request, vraag: Vraag) -> bool:
    """Tell whether the whole list is wanted: as CSV without `aantal`."""
    return _wil_csv(verzoek) and "aantal" not in vraag.model_fields_set


def bladzijden(
    haal: Callable[[C], tuple[Sequence[T], C | None]], na: C, *, alles: bool
) -> tuple[Sequence[T], C | None]:
    """Get the page after `na`, or with `alles` that and all after it; and the cursor of the next, None for none."""
    rijen: list[T] = []
    while True:
        deel, volgende = haal(na)
        rijen += deel
        if not alles or volgende is None:
            return rijen, volgende
        na = volgende


def als_lijst(
    verzoek: Request,
    naam: str,
    kolommen: Sequence[str],
    rijen: Sequence[Mapping[str, Any]],
    volgende: str | int | None,
) -> Response:
    """A page in JSON under `naam`, or as CSV when the client likes that better."""
    cursor = str(volgende) if volgende is not None else None
    if _wil_csv(verzoek):
        return als_csv(verzoek, kolommen, rijen, cursor)
    return JSONResponse({naam: rijen, "volgende": cursor}, headers={"Vary": "Accept"})


def _wil_csv(verzoek: Request) -> bool:
    return wil(verzoek, JSON, _CSV) == _CSV


def als_csv(
    verzoek: Request, kolommen: Sequence[str], rijen: Iterable[Mapping[str, Any]], volgende: str | None
) -> Response:
    """A list as CSV (RFC 4180): header with the JSON names (`a.b` for a field in a field), CRLF.

    A cell that a spreadsheet would take for a formula gets an apostrophe. The next page is in the header `Link`.
    """
    naam = verzoek.url.path.rpartition("/")[2]
    uitvoer = io.StringIO()
    schrijver = csv.writer(uitvoer, lineterminator="\r\n")
    schrijver.writerow(kolommen)
    for rij in rijen:
        schrijver.writerow([_cel(rij, kolom) for kolom in kolommen])
    koppen = {"Content-Disposition": f'attachment; filename="{naam}.csv"', "Vary": "Accept"}
    if volgende is not None:
        koppen["Link"] = f'<{verzoek.url.path}?{urlencode({**verzoek.query_params, "na": volgende})}>; rel="next"'
    return Response(uitvoer.getvalue().encode(), media_type=f"{_CSV}; charset=utf-8; header=present", headers=koppen)


def _cel(rij: Mapping[str, Any], kolom: str) -> str:
    waarde: Any = rij
    for naam in kolom.split("."):
        waarde = waarde.get(naam) if isinstance(waarde, Mapping) else None
    if waarde is None:
        return ""
    if isinstance(waarde, bool):
        return "true" if waarde else "false"
    tekst = str(waarde)
    return f"'{tekst}" if tekst.startswith(_GEVAARLIJK) else tekst
