"""Is this PDF harmless? No JavaScript, no embedded files, no launch actions, no forms with scripts, no password.

Two steps. The quick one looks for the names of these things over all octets and over everything that is inflated from
the file's streams, so that nothing in an object stream stays hidden; a file in which none occurs is harmless without
being parsed. The thorough one runs only where the quick one found a name or could not look (a password, an unusual
filter): a real PDF reader (qpdf, by pikepdf) in a child process with limits on memory and time, because a PDF of
1 MB can make any reader use gigabytes. What cannot be checked counts as not harmless.
Names and filters: ISO 32000-1, 7.3.5, 7.4, 7.5.7, 7.6 and 12.6.4.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zlib
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final


class Oordeel(StrEnum):
    """What is known of one PDF."""

    VEILIG = "veilig"
    GEVAARLIJK = "gevaarlijk"
    WACHTWOORD = "wachtwoord"
    BESCHADIGD = "beschadigd"
    """Not readable as a PDF, but nothing in it is hidden from view either."""
    ONCONTROLEERBAAR = "oncontroleerbaar"


_GEVAARLIJK: Final = frozenset(
    (b"JavaScript", b"JS", b"Launch", b"EmbeddedFile", b"EmbeddedFiles", b"EF", b"RichMedia", b"XFA")
)
_VERSTOPT: Final = frozenset(
    (
        b"Encrypt",
        b"ObjStm",
        b"XRef",
        b"LZWDecode",
        b"LZW",
        b"ASCII85Decode",
        b"A85",
        b"ASCIIHexDecode",
        b"AHx",
        b"Crypt",
    )
)
_EINDE_NAAM: Final = rb"(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|\Z)"
_VERDACHT: Final = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|EF|RichMedia|XFA|Encrypt)" + _EINDE_NAAM)
_ANDER_FILTER: Final = re.compile(
    rb"/(?:LZWDecode|LZW|ASCII85Decode|A85|ASCIIHexDecode|AHx|RunLengthDecode|RL|Crypt)" + _EINDE_NAAM
)
_ONTSNAPT: Final = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%#]{0,40}#[^\x00\t\n\x0c\r ()<>\[\]{}/%]{2,120})")
_HEX: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_STROOM: Final = re.compile(rb"stream\r?\n")
_VENSTER: Final = 4096
_MAX_UITGEPAKT: Final = 12_000_000
_MAX_STROMEN: Final = 10_000
_MAX_ONTSNAPT: Final = 5_000
_STAP: Final = 65_536
_GEDULD: Final = 10
_KINDPROCES: Final = Path(__file__).with_name("pdf_kindproces.py")


def snel(inhoud: bytes) -> Oordeel | None:
    """Judge without parsing; None means: only the thorough check can tell."""
    if _heeft_verdachte_naam(inhoud):
        return None
    if b"stream" not in inhoud:  # nothing is packed, so the names above were all there are
        return Oordeel.VEILIG if b"/Root" in inhoud else Oordeel.BESCHADIGD
    if b"/ObjStm" not in inhoud and b"/XRef" not in inhoud:  # objects stand in the open, streams hold no objects
        return Oordeel.VEILIG if b"/Root" in inhoud else None
    return Oordeel.VEILIG if _stromen_zijn_schoon(inhoud) else None


def grondig(bestanden: Sequence[bytes], *, seconden: float) -> list[Oordeel]:
    """Judge each file with a real PDF reader; all together get `seconden`, the rest is `ONCONTROLEERBAAR`.

    Seconds of the processor: what a file costs does not change with what else the machine does, so neither does the
    verdict. On the clock it may take `_GEDULD` times as long.
    """
    if not bestanden:
        return []
    invoer = b"".join(len(bestand).to_bytes(8, "big") + bestand for bestand in bestanden)
    opdracht = [sys.executable, "-I", str(_KINDPROCES), str(seconden)]
    try:
        kind = subprocess.run(  # noqa: S603 - fixed command; what is hostile goes in by stdin
            opdracht, input=invoer, capture_output=True, timeout=_GEDULD * max(1.0, seconden), env={}, check=False
        )
        antwoord = kind.stdout
    except subprocess.TimeoutExpired as verlopen:
        antwoord = verlopen.stdout or b""
    except OSError:
        antwoord = b""
    oordelen = [_uit_woord(woord) for woord in antwoord.decode("ascii", "replace").split()[: len(bestanden)]]
    return oordelen + [Oordeel.ONCONTROLEERBAAR] * (len(bestanden) - len(oordelen))


def _uit_woord(woord: str) -> Oordeel:
    return Oordeel(woord) if woord in {"veilig", "gevaarlijk", "wachtwoord"} else Oordeel.ONCONTROLEERBAAR


def _heeft_verdachte_naam(tekst: bytes) -> bool:
    if _VERDACHT.search(tekst) is not None:
        return True
    for aantal, gevonden in enumerate(_ONTSNAPT.finditer(tekst)):
        if aantal > _MAX_ONTSNAPT:  # no ordinary file has so many; looking at all would take too long
            return True
        naam: bytes = gevonden[1]
        gewoon = _HEX.sub(lambda hex_: bytes((int(hex_[1], 16),)), naam)
        if gewoon in _GEVAARLIJK or gewoon in _VERSTOPT:
            return True
    return False


def _stromen_zijn_schoon(inhoud: bytes) -> bool:
    """Inflate every stream that can be inflated and look there too; False when a name is found or looking fails."""
    if _ANDER_FILTER.search(inhoud) is not None:
        return False
    over = _MAX_UITGEPAKT
    for aantal, begin in enumerate(_STROOM.finditer(inhoud)):
        if aantal > _MAX_STROMEN:
            return False
        if inhoud[begin.start() - 3 : begin.start()] == b"end":
            continue
        kop = inhoud[max(0, begin.start() - _VENSTER) : begin.start()]
        kop = kop[kop.rfind(b"endobj") + 1 :]
        if b"/Predictor" in kop and b"/XRef" not in kop:
            return False
        uitgepakt = _pak_uit(inhoud, begin.end(), over)
        if uitgepakt is None or uitgepakt[:1] == b"x" or _heeft_verdachte_naam(uitgepakt):
            return False
        over -= len(uitgepakt)
    return True


def _pak_uit(inhoud: bytes, begin: int, grens: int) -> bytes | None:
    """What a Flate stream holds; empty when it is none; None when it is more than `grens`."""
    if inhoud[begin : begin + 1] != b"x":  # first octet of a zlib stream with a 32 KB window, as all PDF writers make
        return b"" if inhoud[begin : begin + 1] not in b"\x08\x18\x28\x38\x48\x58\x68" else None
    uitpakker = zlib.decompressobj()
    delen: list[bytes] = []
    totaal = 0
    plek = begin
    while not uitpakker.eof and plek < len(inhoud):
        brok = inhoud[plek : plek + _STAP]
        plek += _STAP
        while brok and not uitpakker.eof:
            try:
                delen.append(uitpakker.decompress(brok, _STAP))
            except zlib.error:
                return b"".join(delen)  # damaged from here on: no reader sees more of it
            totaal += len(delen[-1])
            if totaal > grens:
                return None
            brok = uitpakker.unconsumed_tail
    return b"".join(delen)
