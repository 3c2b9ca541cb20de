"""What the simulated Traffic Center keeps, as JSON objects: for its own file and for the control surface."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from gateway.berichten.waarden import schrijf_tijdstip
from gateway.domain.overdracht import Oorzaak
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import (
    Brin,
    Doel,
    Koppelsleutel,
    Oin,
    Overdrachtsoort,
    RouteringsKenmerk,
    SessieId,
    Vestiging,
)
from gateway.simulators.traffic_center.gegevens import Instellingen, Koppeling, LogRegel, Punt, Sessie

_SECTOREN = ("PO", "VO", "SO", "SWV")


class VormOngeldig(ValueError):
    """A JSON object is not what it should be; `melding` names the field, in Dutch."""

    def __init__(self, melding: str) -> None:
        super().__init__(melding)
        self.melding = melding


def punt_naar(punt: Punt, *, geheim: bool) -> dict[str, Any]:
    """Show a point; with its sleutel, count and cause only when `geheim`."""
    gegevens: dict[str, Any] = {
        "brin": str(punt.brin),
        "vestigingscode": punt.vestiging.code,
        "aanleverpuntnummer": punt.nummer,
        "routeringsKenmerk": str(punt.kenmerk),
        "sector": punt.sector,
        "oin": str(punt.oin),
        "url": punt.url,
        "actief": punt.actief,
        "goedgekeurd": punt.goedgekeurd,
        "naam": punt.naam,
        "doel": punt.doel.value,
        "fouten": punt.fouten,
    }
    if geheim:
        gegevens["sleutel"] = punt.sleutel
        gegevens["oorzaak"] = punt.oorzaak and [str(punt.oorzaak.sessie_id), punt.oorzaak.moment.isoformat()]
    return {naam: waarde for naam, waarde in gegevens.items() if waarde is not None}


def punt_uit(gegevens: dict[str, Any], oud: Punt | None = None) -> Punt:
    """Read a point; what is absent stays as it was in `oud`. Raises `VormOngeldig`."""
    if gegevens.get("sector") not in _SECTOREN:
        raise VormOngeldig("sector is PO, VO, SO of SWV.")
    try:
        oorzaak = gegevens.get("oorzaak")
        actief = _ja_nee(gegevens, "actief", oud.actief if oud else False)
        return Punt(
            Vestiging.van(gegevens["brin"], gegevens["vestigingscode"]),
            _getal(gegevens["aanleverpuntnummer"]),
            RouteringsKenmerk(gegevens["routeringsKenmerk"]),
            unicodedata.normalize("NFC", _tekst(gegevens["sleutel"])),
            gegevens["sector"],
            Oin(gegevens["oin"]),
            url=_adres(gegevens.get("url", oud.url if oud else None)),
            actief=actief,
            goedgekeurd=_ja_nee(gegevens, "goedgekeurd", oud.goedgekeurd if oud else True),
            naam=gegevens.get("naam", oud.naam if oud else None),
            doel=Doel(gegevens.get("doel", oud.doel if oud else Doel.OV)),
            fouten=int(gegevens.get("fouten", oud.fouten if oud else 0)),
            oorzaak=Oorzaak(SessieId(oorzaak[0]), datetime.fromisoformat(oorzaak[1])) if oorzaak else None,
        )
    except KeyError as fout:
        raise VormOngeldig(f"{fout.args[0]} ontbreekt.") from None
    except (ValueError, TypeError) as fout:
        raise VormOngeldig(str(fout)) from None


def sessie_naar(sessie: Sessie) -> dict[str, Any]:
    """Write a session."""
    return {
        "id": str(sessie.id),
        "bronBrin": str(sessie.bron_brin),
        "doelBrin": str(sessie.doel_brin),
        "doelKenmerk": str(sessie.doel_kenmerk),
        "sleutel": sessie.sleutel,
        "soort": sessie.soort.value,
        "verloopt": sessie.verloopt.isoformat(),
        "afgemeld": sessie.afgemeld,
    }


def sessie_uit(gegevens: dict[str, Any]) -> Sessie:
    """Read a session."""
    return Sessie(
        SessieId(gegevens["id"]),
        Brin(gegevens["bronBrin"]),
        Brin(gegevens["doelBrin"]),
        RouteringsKenmerk(gegevens["doelKenmerk"]),
        gegevens["sleutel"],
        Overdrachtsoort(gegevens["soort"]),
        datetime.fromisoformat(gegevens["verloopt"]),
        None if gegevens["afgemeld"] is None else Resultaat(gegevens["afgemeld"]),
    )


def koppeling_naar(koppeling: Koppeling) -> dict[str, Any]:
    """Write a koppelsleutel."""
    return {
        "sleutel": str(koppeling.sleutel),
        "bron": str(koppeling.bron_kenmerk),
        "doel": str(koppeling.doel_kenmerk),
    }


def koppeling_uit(gegevens: dict[str, Any]) -> Koppeling:
    """Read a koppelsleutel."""
    bron, doel = RouteringsKenmerk(gegevens["bron"]), RouteringsKenmerk(gegevens["doel"])
    return Koppeling(Koppelsleutel(gegevens["sleutel"]), bron, doel)


def instellingen_naar(instellingen: Instellingen) -> dict[str, Any]:
    """Write the settings."""
    return {"foutenTotUit": instellingen.fouten_tot_uit, "sessieSeconden": instellingen.sessie_seconden}


def instellingen_uit(gegevens: dict[str, Any], oud: Instellingen) -> Instellingen:
    """Read settings; what is absent stays as it was. Raises `VormOngeldig`."""
    if onbekend := gegevens.keys() - {"foutenTotUit", "sessieSeconden"}:
        raise VormOngeldig(f"onbekende instelling: {sorted(onbekend)[0]}.")
    try:
        return Instellingen(
            _getal(gegevens.get("foutenTotUit", oud.fouten_tot_uit)),
            _getal(gegevens.get("sessieSeconden", oud.sessie_seconden)),
        )
    except TypeError as fout:
        raise VormOngeldig(str(fout)) from None


def logregel_naar(regel: LogRegel) -> dict[str, Any]:
    """Write one call, without its number."""
    gegevens = {
        "tijd": schrijf_tijdstip(regel.tijd),
        "operatie": regel.operatie,
        "partij": regel.partij,
        "oin": str(regel.oin),
        "bronBrin": regel.bron_brin and str(regel.bron_brin),
        "doelBrin": regel.doel_brin and str(regel.doel_brin),
        "sessieId": regel.sessie_id and str(regel.sessie_id),
        "resultaat": regel.resultaat and regel.resultaat.value,
        "antwoord": regel.antwoord,
    }
    return {naam: waarde for naam, waarde in gegevens.items() if waarde is not None}


def _getal(waarde: object) -> int:
    if not isinstance(waarde, int) or isinstance(waarde, bool) or waarde < 1:
        raise TypeError("een getal is een geheel getal van ten minste 1.")
    return waarde


def _tekst(waarde: object) -> str:
    if not isinstance(waarde, str) or not 1 <= len(waarde) <= 200:
        raise TypeError("sleutel heeft 1 tot 200 tekens.")
    return waarde


def _adres(waarde: object) -> str | None:
    if waarde is None or (isinstance(waarde, str) and waarde.startswith(("https://", "http://"))):
        return waarde.rstrip("/") if isinstance(waarde, str) else None
    raise TypeError("url is een adres dat met https:// begint.")


def _ja_nee(gegevens: dict[str, Any], naam: str, anders: bool) -> bool:
    waarde = gegevens.get(naam, anders)
    if not isinstance(waarde, bool):
        raise TypeError(f"{naam} is true of false.")
    return waarde
