"""The questions of a fetch, and what changed, as JSON text and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gateway.domain.ophaling import Bronvraag, Sectieverschil
from gateway.domain.overdracht import TeBevragenPunt
from gateway.domain.resultaat import Resultaat
from gateway.domain.waarden import Brin, RouteringsKenmerk
from gateway.store.coderen import json_tekst


def vragen_tekst(vragen: Sequence[Bronvraag]) -> str:
    """Write the aanleverpunten of a session with what came of each."""
    return json_tekst([_vraag(vraag) for vraag in vragen])


def vragen_uit(tekst: str) -> tuple[Bronvraag, ...]:
    """Read what `vragen_tekst` wrote."""
    return tuple(_vraag_uit(velden) for velden in json.loads(tekst))


def verschillen_octetten(verschillen: Sequence[Sectieverschil]) -> bytes:
    """Write what changed."""
    return json_tekst([[verschil.sectie, verschil.soort] for verschil in verschillen]).encode("ascii")


def verschillen_uit(octetten: bytes) -> tuple[Sectieverschil, ...]:
    """Read what `verschillen_octetten` wrote."""
    return tuple(Sectieverschil(sectie, soort) for sectie, soort in json.loads(octetten))


def _vraag(vraag: Bronvraag) -> dict[str, Any]:
    return {
        "brin": vraag.punt.brin.waarde,
        "kenmerk": vraag.punt.kenmerk.waarde,
        "url": vraag.punt.url,
        "naam": vraag.punt.naam,
        "vorige": vraag.vorige,
        "sinds": vraag.sinds.isoformat() if vraag.sinds is not None else None,
        "resultaat": vraag.resultaat.value if vraag.resultaat is not None else None,
        "dossierVersie": vraag.dossier_versie,
        "verzameldatum": vraag.verzameldatum.isoformat() if vraag.verzameldatum is not None else None,
    }


def _vraag_uit(velden: dict[str, Any]) -> Bronvraag:
    return Bronvraag(
        TeBevragenPunt(Brin(velden["brin"]), RouteringsKenmerk(velden["kenmerk"]), velden["url"], velden["naam"]),
        velden["vorige"],
        _moment(velden["sinds"]),
        Resultaat(velden["resultaat"]) if velden["resultaat"] is not None else None,
        velden["dossierVersie"],
        _moment(velden["verzameldatum"]),
    )


def _moment(tekst: str | None) -> datetime | None:
    return datetime.fromisoformat(tekst) if tekst is not None else None
