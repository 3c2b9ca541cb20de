"""Take a `multipart/form-data` body apart, in memory: nothing of a dossier may land in a temporary file.

Stricter than the RFCs where readers disagree: no preamble, no padding behind a boundary, no transfer encoding, a
boundary that is neither a delimiter nor the end is an error. The parts are found with searches that run in C, so a
hostile body costs no more than a good one. Source: RFC 7578, RFC 2046 section 5.1.
"""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass, field
from typing import Final

from gateway.entry.rest.lichaam import mediatype
from gateway.entry.rest.problemen import RestFout

FORMULIER: Final = "multipart/form-data"
MAX_DELEN: Final = 200
_MAX_KOP: Final = 8 * 1024
_MAX_KOPREGELS: Final = 16

_GRENS: Final = re.compile(r"""boundary=(?:"([0-9A-Za-z'()+_,./:=? -]{1,70})"|([0-9A-Za-z'+_./=-]{1,70}))\s*(?:;|$)""")
_PARAMETER: Final = re.compile(r';[ \t]*([A-Za-z0-9_*-]{1,40})=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))[ \t]*')


class MultipartOnleesbaar(RestFout):
    """The body is no multipart that can be taken apart in one way only."""

    def __init__(self, wat: str) -> None:
        super().__init__(
            400,
            "MultipartOnleesbaar",
            f"De inhoud is geen leesbare multipart/form-data: {wat}. Er is niets overgenomen.",
            "Laat de onderdelen samenstellen door een bibliotheek voor formulieren en stuur ze opnieuw.",
        )


@dataclass(frozen=True, slots=True)
class Deel:
    """One part; `bestandsnaam` as the sender wrote it, unchecked; `mediatype` empty when not given."""

    naam: str = field(repr=False)
    bestandsnaam: str | None = field(repr=False)
    mediatype: str
    inhoud: bytes = field(repr=False)


def grens_uit(content_type: str) -> bytes:
    """Find the boundary in a Content-Type header. Raises `MultipartOnleesbaar`."""
    gevonden = _GRENS.search(content_type)
    if gevonden is None:
        raise MultipartOnleesbaar("de boundary in Content-Type ontbreekt of is niet bruikbaar")
    return (gevonden[1] or gevonden[2]).encode("ascii")


def ontleed(octets: bytes, grens: bytes) -> list[Deel]:
    """Take a body apart. Raises `MultipartOnleesbaar`, also for one that was cut off or has too many parts."""
    streep = b"--" + grens
    if not octets.startswith(streep):
        raise MultipartOnleesbaar("de inhoud begint niet met de boundary")
    delen: list[Deel] = []
    plek = len(streep)
    while not octets.startswith(b"--", plek):
        if not octets.startswith(b"\r\n", plek):
            raise MultipartOnleesbaar("achter een boundary staat geen regeleinde")
        if len(delen) == MAX_DELEN:
            raise MultipartOnleesbaar(f"er zijn meer dan {MAX_DELEN} onderdelen")
        einde = octets.find(b"\r\n" + streep, plek)
        if einde < 0:
            raise MultipartOnleesbaar("de afsluitende boundary ontbreekt")
        delen.append(_deel(octets, plek + 2, einde))
        plek = einde + 2 + len(streep)
    if octets[plek + 2 :].strip(b"\r\n"):
        raise MultipartOnleesbaar("er staat nog iets achter de laatste boundary")
    return delen


def _deel(octets: bytes, begin: int, einde: int) -> Deel:
    kop_einde = octets.find(b"\r\n\r\n", begin, min(einde + 2, begin + _MAX_KOP))
    if kop_einde < 0 or kop_einde + 4 > einde + 2:
        raise MultipartOnleesbaar("een onderdeel heeft geen (of te grote) kopregels")
    koppen = _koppen(octets[begin:kop_einde])
    if koppen.get("content-transfer-encoding", "binary").lower() not in ("binary", "8bit", "7bit"):
        raise MultipartOnleesbaar("een onderdeel heeft een Content-Transfer-Encoding")
    naam, bestandsnaam = _namen(koppen.get("content-disposition", ""))
    return Deel(naam, bestandsnaam, mediatype(koppen.get("content-type")), octets[kop_einde + 4 : einde])


def _koppen(blok: bytes) -> dict[str, str]:
    regels = blok.split(b"\r\n")
    if len(regels) > _MAX_KOPREGELS:
        raise MultipartOnleesbaar("een onderdeel heeft te veel kopregels")
    koppen: dict[str, str] = {}
    for regel in regels:
        tekst = _tekst(regel)
        naam, dubbelepunt, waarde = tekst.partition(":")
        sleutel = naam.lower()
        if not dubbelepunt or not naam or naam != naam.strip() or sleutel in koppen or "\r" in tekst or "\n" in tekst:
            raise MultipartOnleesbaar("een kopregel van een onderdeel klopt niet")
        koppen[sleutel] = waarde.strip()
    return koppen


def _tekst(octets: bytes) -> str:
    """Browsers and libraries write UTF-8 here, old ones latin-1."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _namen(kop: str) -> tuple[str, str | None]:
    soort, _, _ = kop.partition(";")
    if soort.strip().lower() != "form-data":
        raise MultipartOnleesbaar("een onderdeel heeft geen Content-Disposition form-data")
    parameters: dict[str, str] = {}
    plek = len(soort)
    while plek < len(kop):
        gevonden = _PARAMETER.match(kop, plek)
        if gevonden is None or gevonden[1].lower() in parameters:
            raise MultipartOnleesbaar("de Content-Disposition van een onderdeel klopt niet")
        aangehaald = gevonden[2]
        waarde = re.sub(r'\\(["\\])', r"\1", aangehaald) if aangehaald is not None else gevonden[3]
        parameters[gevonden[1].lower()] = waarde
        plek = gevonden.end()
    if "name" not in parameters:
        raise MultipartOnleesbaar("een onderdeel heeft geen naam")
    return parameters["name"], parameters.get("filename", _uitgebreid(parameters.get("filename*")))


def _uitgebreid(waarde: str | None) -> str | None:
    """`filename*=UTF-8''…` (RFC 8187): forbidden in forms, yet some old libraries send nothing else."""
    if waarde is None:
        return None
    tekenset, _, rest = waarde.partition("'")
    tekst = rest.partition("'")[2]
    if tekenset.lower() != "utf-8":
        raise MultipartOnleesbaar("de bestandsnaam van een onderdeel is niet leesbaar")
    try:
        return urllib.parse.unquote(tekst, errors="strict")
    except UnicodeDecodeError:
        raise MultipartOnleesbaar("de bestandsnaam van een onderdeel is niet leesbaar") from None
