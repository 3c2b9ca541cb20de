"""Every error as `application/problem+json` (RFC 9457), with a code for programs and Dutch sentences for people.

RestFout                          status and code of its own: refusals by the port itself
├─ VeldFout                 422   fields that are unknown, missing or wrong, each named
gateway.domain.fouten.Weigering   see there
├─ Onbekend                 404
├─ VersieAfwijkend          412
├─ DossierGeweigerd         422   with bevindingen
└─ TijdelijkNietMogelijk    503   Retry-After
gateway.domain.beoordeling.GeenXml         400   with the bevinding that says where
gateway.ports.OpslagVol                    507   Retry-After
gateway.ports.OpslagNietBeschikbaar        503   Retry-After
gateway.ports.OpslagTegenstrijdig          409
anything else                              500   foutId and nothing more (`ring`)
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateway.domain.beoordeling import GeenXml
from gateway.domain.fouten import (
    DossierGeweigerd,
    Onbekend,
    TijdelijkNietMogelijk,
    VersieAfwijkend,
    Weigering,
)
from gateway.domain.waarden import OngeldigeWaarde
from gateway.entry.rest.velden import Veldprobleem, uit_pydantic
from gateway.observability import log_gebeurtenis
from gateway.ports import OpslagNietBeschikbaar, OpslagTegenstrijdig, OpslagVol

PROBLEEM: Final = "application/problem+json"

_TITELS: Final[Mapping[int, str]] = {
    400: "De aanroep is niet leesbaar",
    401: "Niet aangemeld",
    403: "Niet toegestaan",
    404: "Niet gevonden",
    405: "Deze methode kan hier niet",
    408: "Te traag",
    409: "Tegelijk gewijzigd",
    412: "Intussen gewijzigd",
    413: "Te groot",
    414: "Het adres is te lang",
    415: "Dit soort inhoud kan hier niet",
    422: "De inhoud klopt niet",
    429: "Te veel aanroepen",
    431: "De kopregels zijn te groot",
    500: "Onverwachte fout",
    503: "Tijdelijk niet mogelijk",
    507: "Geen opslagruimte",
}

_WAT_NU: Final[Mapping[int, str]] = {
    404: "Controleer het adres van de aanroep; de adressen staan in /v1/openapi.json.",
    405: "Gebruik een van de methoden in de kopregel Allow.",
    422: "Pas de inhoud aan en probeer het opnieuw.",
    500: "Probeer het later opnieuw. Blijft het zo, meld dan het foutId aan de beheerder van deze gateway.",
    503: "Probeer het over enkele minuten opnieuw.",
}

_PROBEER_OPNIEUW: Final = {"Retry-After": "5"}


class RestFout(Exception):
    """A refusal by the port itself, with the answer it leads to."""

    def __init__(
        self, status: int, code: str, melding: str, wat_nu: str = "", koppen: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(melding)
        self.status = status
        self.code = code
        self.melding = melding
        self.wat_nu = wat_nu
        self.koppen = dict(koppen or {})


class VeldFout(RestFout):
    """Fields that are unknown, missing or wrong: all of them at once."""

    def __init__(self, problemen: Sequence[Veldprobleem], waar: str = "") -> None:
        soorten = {probleem.code for probleem in problemen}
        code = next(code for code in ("VeldOnbekend", "VeldOntbreekt", "VeldOngeldig") if code in soorten)
        zinnen = " ".join(probleem.melding for probleem in problemen[:_TEN_HOOGSTE])
        super().__init__(422, code, f"{waar}{zinnen}", _WAT_NU[422])
        self.problemen = problemen[:_TEN_HOOGSTE]


_TEN_HOOGSTE: Final = 50


def te_groot(grens: int) -> RestFout:
    """The refusal of a body over the limit."""
    return RestFout(
        413,
        "TeGroot",
        f"De inhoud is groter dan is toegestaan ({grens} octetten); er is niets overgenomen.",
        "Maak de inhoud kleiner, bijvoorbeeld door bijlagen te verkleinen, en probeer het opnieuw.",
    )


@dataclass(frozen=True, slots=True)
class Probleem:
    """One problem, ready to be sent."""

    status: int
    code: str
    melding: str
    wat_nu: str = ""
    contact: str | None = None
    extra: Mapping[str, Any] | None = None
    koppen: Mapping[str, str] | None = None

    def als_json(self) -> dict[str, Any]:
        """Members of RFC 9457 and our own."""
        lichaam: dict[str, Any] = {
            "type": f"urn:oso-gateway:probleem:{self.code}",
            "title": titel(self.status),
            "status": self.status,
            "detail": self.melding,
            "code": self.code,
            "melding": self.melding,
            "watNu": self.wat_nu or _WAT_NU.get(self.status, "Pas de aanroep aan en probeer het opnieuw."),
        }
        if self.contact is not None:
            lichaam["contact"] = self.contact
        lichaam.update(self.extra or {})
        return lichaam

    def antwoord(self) -> Response:
        """The problem as a response."""
        return Response(
            json.dumps(self.als_json(), ensure_ascii=False, separators=(",", ":")).encode(),
            status_code=self.status,
            media_type=PROBLEEM,
            headers={"Content-Language": "nl", **(self.koppen or {})},
        )


def titel(status: int) -> str:
    """Dutch title of a status."""
    return _TITELS.get(status) or HTTPStatus(status).phrase


def _van_weigering(fout: Weigering) -> Probleem:
    status, extra, koppen = 422, None, None
    if isinstance(fout, Onbekend):
        status = 404
    elif isinstance(fout, VersieAfwijkend):
        status = 412
    elif isinstance(fout, TijdelijkNietMogelijk):
        status, koppen = 503, _PROBEER_OPNIEUW
    elif isinstance(fout, DossierGeweigerd):
        extra = {"bevindingen": [bevinding.als_json() for bevinding in fout.rapport.bevindingen]}
    return Probleem(status, fout.code, fout.melding, fout.wat_nu, fout.contact, extra, koppen)


def _van_geen_xml(fout: GeenXml) -> Probleem:
    return Probleem(
        400,
        "GeenXml",
        "Wat u stuurde is niet als XML te lezen; er is niets overgenomen.",
        "Stuur het dossier als XML (UTF-8), zonder iets ervoor of erachter.",
        extra={"bevindingen": [bevinding.als_json() for bevinding in fout.rapport.bevindingen]},
    )


def _van_opslag(fout: OpslagNietBeschikbaar) -> Probleem:
    log_gebeurtenis("opslag-niet-beschikbaar", reden=type(fout).__name__)
    if isinstance(fout, OpslagVol):
        return Probleem(
            507,
            "OpslagVol",
            "Er is geen opslagruimte meer; er is niets opgeslagen.",
            "Waarschuw de beheerder van deze gateway en probeer het later opnieuw.",
            koppen={"Retry-After": "60"},
        )
    return Probleem(
        503, "OpslagNietBeschikbaar", "De opslag is nu niet bereikbaar; er is niets gewijzigd.", koppen=_PROBEER_OPNIEUW
    )


def _van_http(fout: HTTPException) -> Probleem:
    meldingen = {
        404: ("AdresOnbekend", "Dit adres bestaat hier niet."),
        405: ("MethodeNietToegestaan", "Deze methode kan niet op dit adres."),
    }
    code, melding = meldingen.get(fout.status_code, (f"Http{fout.status_code}", f"{titel(fout.status_code)}."))
    return Probleem(fout.status_code, code, melding, koppen=fout.headers)


def _van_restfout(fout: RestFout) -> Probleem:
    extra = {"velden": [probleem.als_json() for probleem in fout.problemen]} if isinstance(fout, VeldFout) else None
    return Probleem(fout.status, fout.code, fout.melding, fout.wat_nu, extra=extra, koppen=fout.koppen)


def van_uitzondering(fout: Exception) -> Probleem | None:
    """Give the problem that an exception leads to; None for one that nobody foresaw."""
    if isinstance(fout, RestFout):
        return _van_restfout(fout)
    if isinstance(fout, Weigering):
        return _van_weigering(fout)
    if isinstance(fout, GeenXml):
        return _van_geen_xml(fout)
    if isinstance(fout, OpslagNietBeschikbaar):
        return _van_opslag(fout)
    if isinstance(fout, OpslagTegenstrijdig):
        melding = "Iemand anders wijzigde hetzelfde op hetzelfde moment; er is niets gewijzigd."
        return Probleem(409, "TegelijkGewijzigd", melding, "Probeer het opnieuw.")
    if isinstance(fout, RequestValidationError):
        return _van_restfout(VeldFout(uit_pydantic(fout.errors())))
    if isinstance(fout, OngeldigeWaarde):
        return Probleem(422, "VeldOngeldig", str(fout))
    if isinstance(fout, HTTPException):
        return _van_http(fout)
    return None


async def _behandel(_verzoek: Request, fout: Exception) -> Response:
    probleem = van_uitzondering(fout)
    if probleem is None:
        raise fout
    return probleem.antwoord()


def richt_problemen_in(app: FastAPI) -> None:
    """Let the application answer every foreseen exception with a problem."""
    for soort in (
        RestFout,
        Weigering,
        GeenXml,
        OpslagNietBeschikbaar,
        OpslagTegenstrijdig,
        RequestValidationError,
        OngeldigeWaarde,
        HTTPException,
    ):
        app.add_exception_handler(soort, _behandel)
