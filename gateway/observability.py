"""Structured logs through a catalogue of events: what is not listed does not leave the program.

Every log event has a name and a fixed set of fields in `CATALOGUS`. None of them may hold a PGN, a name, an ELK number
in full, a zoeksleutel, or content of a dossier. An event or field that the catalogue does not know is a defect: it
raises in tests (`streng`), and in production the field is left out and the slip itself is logged.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import Any, Final, TextIO, cast

import structlog

Veldwaarde = str | int | float | bool | None

CATALOGUS: Final[Mapping[str, frozenset[str]]] = {
    naam: frozenset(velden.split())
    for naam, velden in {
        "dienst-gestart": "rest soap dev versie",
        "dienst-gestopt": "",
        "dienst-stopt": "signaal",
        "start-mislukt": "melding",
        "rest-aanroep": "methode route status duurMs tokenId rol",
        "rest-fout": "methode route foutId soort",
        "soap-aanroep": "dienst operatie status duurMs oin resultaat",
        "soap-fout": "dienst operatie code foutId oin soort",
        "soap-verbinding-geweigerd": "reden",
        "handtekening-geweigerd": "foutId oin reden",
        "overgedragen": "leveringId versie",
        "niet-overgedragen": "leveringId reden",
        "overdracht-vastleggen-mislukt": "leveringId soort",
        "traffic-center-onbereikbaar": "operatie reden duurMs",
        "klaarzetten-klaar": "opdrachtId aantal",
        "ophaling-klaar": "ophalingId status resultaat",
        "ophalen-mislukt": "ophalingId soort",
        "klaarzetten-mislukt": "opdrachtId soort",
        "webhook-afgeleverd": "abonnement gebeurtenisId status duurMs",
        "webhook-mislukt": "abonnement gebeurtenisId reden poging",
        "notificatie": "notificatieId status reden",
        "nalopen-mislukt": "brin",
        "aanleverpunt-uitgezet": "vestiging",
        "aanleverpunt-ontbreekt": "vestiging",
        "crl-alarm": "reden",
        "opslag-niet-beschikbaar": "reden",
        "opslag-hersteld": "",
        "opgeruimd": "soort aantal",
        "werk-mislukt": "werk soort",
        "zijwerk-gestart": "proces duurMs",
        "zijwerk-overgenomen": "proces",
        "onbekend-logveld": "veld",
    }.items()
}

_streng = False
_logger: Any = None


class _Stderr:
    """Standard error as it is when something is written: it may be another one by then, as under a test runner."""

    def write(self, tekst: str) -> int:
        return sys.stderr.write(tekst)

    def flush(self) -> None:
        sys.stderr.flush()


def richt_in(uitvoer: TextIO | None = None, *, streng: bool = False) -> None:
    """Send log events as one JSON object a line to `uitvoer` (default stderr); quiet the libraries.

    `streng`: an event outside the catalogue raises `KeyError` (tests).
    """
    global _streng, _logger
    _streng = streng
    structlog.configure(
        processors=[
            structlog.processors.EventRenamer("gebeurtenis"),
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="tijd"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(uitvoer or cast("TextIO", _Stderr())),
        cache_logger_on_first_use=False,
    )
    _logger = structlog.get_logger().bind()  # assembled once: every request writes a line
    for naam in ("zeep", "urllib3", "httpx", "httpcore", "requests", "uvicorn.access", "multipart", "python_multipart"):
        # These write addresses and whole bodies at DEBUG; nothing of them may reach a log.
        bibliotheek = logging.getLogger(naam)
        bibliotheek.setLevel(logging.CRITICAL)
        bibliotheek.propagate = False


def log_gebeurtenis(naam: str, **velden: Veldwaarde) -> None:
    """Write one event of the catalogue."""
    toegestaan = CATALOGUS.get(naam)
    vreemd = [naam] if toegestaan is None else sorted(set(velden) - toegestaan)
    if vreemd and _streng:
        raise KeyError(f"log event or field outside the catalogue: {naam} {vreemd}")
    logger = _logger if _logger is not None else structlog.get_logger()
    for veld in vreemd:
        logger.msg("onbekend-logveld", veld=veld)
        velden.pop(veld, None)
    if toegestaan is not None:
        logger.msg(naam, **velden)
