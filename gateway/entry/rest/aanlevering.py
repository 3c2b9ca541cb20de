"""Read a push (`PUT /dossiers/{elkNummer}`): the dossier alone, or a form with documents and context."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal

from fastapi import Request
from pydantic import AfterValidator, Field

from gateway.domain.beoordeling import Document
from gateway.domain.waarden import Brin, Herkomst, OngeldigeWaarde, Vestiging
from gateway.entry.rest import multipart
from gateway.entry.rest.basis import Invoer, schone_tekst
from gateway.entry.rest.lichaam import JSON, XML, lees, mediatype, niet_ondersteund, ontleed
from gateway.entry.rest.multipart import Deel
from gateway.entry.rest.problemen import RestFout, VeldFout
from gateway.entry.rest.velden import Veldprobleem, onbekend, ongeldig
from gateway.gegevensset import Pakketten
from gateway.gegevensset.json_dossier import JsonOngeldig, JsonOnleesbaar, naar_xml
from gateway.usecases.aanleveren import Aanlevering
from gateway.usecases.context import AFWEZIG, ContextWijziging

_DELEN: Final = ("dossier", "context", "okiDoc", "bijlage")
_MAX_CONTEXT: Final = 64 * 1024


def _brin(tekst: str) -> str:
    try:
        return Brin(tekst).waarde
    except OngeldigeWaarde as fout:
        raise ValueError(f"is niet geldig: verwacht {fout.verwacht}") from None


class PlaatsingInvoer(Invoer):
    """De school waar de leerling geplaatst is."""

    brin: Annotated[str, AfterValidator(_brin)]
    vestigingscode: Annotated[str, Field(pattern=r"^[0-9]{2}$")]


class ContextInvoer(Invoer):
    """Wat ELK naast het dossier over de leerling zegt; een veld dat ontbreekt blijft zoals het was."""

    plaatsing: PlaatsingInvoer | None = None
    herkomst: Literal["regulier", "buitenleerling", "particulier"] = "regulier"
    oki_doc_vrijgegeven: bool = False
    tegenhouden: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(schone_tekst)] | None = None

    def wijziging(self) -> ContextWijziging:
        """The change it stands for: only the fields that were given."""
        gegeven = self.model_fields_set
        plek = self.plaatsing
        return ContextWijziging(
            plaatsing=(Vestiging.van(plek.brin, plek.vestigingscode) if plek is not None else None)
            if "plaatsing" in gegeven
            else AFWEZIG,
            herkomst=Herkomst(self.herkomst) if "herkomst" in gegeven else AFWEZIG,
            oki_doc_vrijgegeven=self.oki_doc_vrijgegeven if "oki_doc_vrijgegeven" in gegeven else AFWEZIG,
            tegenhouden=self.tegenhouden if "tegenhouden" in gegeven else AFWEZIG,
        )


def kies_soort(verzoek: Request) -> str:
    """Tell the media type of a push, before its body is read. Raises `RestFout` 415."""
    soort = mediatype(verzoek.headers.get("content-type"))
    if soort not in (*XML, multipart.FORMULIER):
        raise niet_ondersteund("application/xml of multipart/form-data")
    return soort


async def lees_octets(verzoek: Request, grens: int) -> bytes:
    """Read the body of a push."""
    kies_soort(verzoek)
    return await lees(verzoek, grens)


def maak_aanlevering(content_type: str, octets: bytes, pakketten: Callable[[], Pakketten]) -> Aanlevering:
    """Turn a body into a push; `pakketten` give the tables by which a dossier in JSON is read.

    Raises `RestFout` and `VeldFout`; a bad context is found before the dossier is read.
    """
    if mediatype(content_type) in XML:
        return Aanlevering(octets)
    delen = multipart.ontleed(octets, multipart.grens_uit(content_type))
    _eis_delen(delen)
    context = next((_context(deel) for deel in delen if deel.naam == "context"), None)
    dossier = next(deel for deel in delen if deel.naam == "dossier")
    documenten = [
        Document("oki-doc" if naam == "okiDoc" else "bijlage", deel.bestandsnaam or "", deel.inhoud)
        for naam in ("okiDoc", "bijlage")
        for deel in delen
        if deel.naam == naam
    ]
    if dossier.mediatype != JSON:
        return Aanlevering(dossier.inhoud, documenten, context)
    try:
        return Aanlevering(naar_xml(dossier.inhoud, pakketten()), documenten, context)
    except JsonOngeldig as fout:
        return Aanlevering(b"", documenten, context, fout.rapport)
    except JsonOnleesbaar as fout:
        raise RestFout(
            400,
            "JsonOnleesbaar",
            f"{fout} Er is niets overgenomen.",
            "Laat het onderdeel dossier maken door een bibliotheek voor JSON, of stuur het dossier als XML.",
        ) from None


def _eis_delen(delen: list[Deel]) -> None:
    namen = [deel.naam for deel in delen]
    problemen = onbekend((naam for naam in namen if naam not in _DELEN), "onderdeel")
    if "dossier" not in namen:
        problemen.append(Veldprobleem("dossier", "VeldOntbreekt", "Het onderdeel dossier ontbreekt."))
    problemen += [
        Veldprobleem(naam, "VeldOngeldig", f"Het onderdeel {naam} staat er meer dan eens.")
        for naam in ("dossier", "context", "okiDoc")
        if namen.count(naam) > 1
    ]
    if problemen:
        raise VeldFout(problemen)


def _context(deel: Deel) -> ContextWijziging:
    if len(deel.inhoud) > _MAX_CONTEXT:
        raise VeldFout([ongeldig("context", "is te lang")])
    try:
        return ontleed(deel.inhoud, ContextInvoer).wijziging()
    except VeldFout:
        raise
    except RestFout:
        raise VeldFout([ongeldig("context", "is geen leesbare JSON")]) from None
