"""ZIP files that hold exactly one file: the form in which every attachment of a dossier travels.

Writing is deterministic: equal files give equal octets, whatever the clock, the machine or the umask. Reading trusts
nothing: the end record, the central directory and the local header must tell the same story and fill the octets from
the first to the last byte, so that two readers can never see two different files. Size and ratio are held against the
limits while inflating; memory use is bounded by `grens`. Format: PKWARE APPNOTE 6.3, sections 4.3 and 4.4.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_LOKAAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAAL: Final = struct.Struct("<4s6H3I5H2I")
_EINDE: Final = struct.Struct("<4s4H2IH")
_BESCHRIJVING: Final = struct.Struct("<3I")

_OPGESLAGEN: Final = 0
_DEFLATE: Final = 8
_VLAG_VERSLEUTELD: Final = 0x0001 | 0x0040 | 0x2000
_VLAG_BESCHRIJVING: Final = 0x0008
_VLAG_UTF8: Final = 0x0800
_DATUM_1980: Final = 0x0021
_RECHTEN: Final = (0o100644) << 16
_UNIX: Final = 3
_VERSIE: Final = 20
_NIVEAU: Final = 6


class Reden(StrEnum):
    """Why a ZIP is not read; the value is the second half of the `BIJL.` rule."""

    ONLEESBAAR = "zip"
    INHOUD = "inhoud"
    VERSLEUTELD = "versleuteld"
    VERBORGEN = "verborgen"
    GROOTTE = "grootte"
    BOM = "bom"


class ZipGeweigerd(Exception):
    """These octets are not a plain ZIP of one file within the limits.

    `reden` says which; `grootte` is the size that the ZIP itself gives for a file over the limit, otherwise None.
    """

    def __init__(self, reden: Reden, uitleg: str, grootte: int | None = None) -> None:
        super().__init__(uitleg)
        self.reden = reden
        self.grootte = grootte


@dataclass(frozen=True, slots=True)
class Ingang:
    """The one entry: its name as the ZIP tells it (not yet judged) and its content."""

    naam: str
    inhoud: bytes


@dataclass(frozen=True, slots=True)
class _Kop:
    vlaggen: int
    methode: int
    crc: int
    ingepakt: int
    uitgepakt: int
    naam: bytes


def schrijf(naam: str, inhoud: bytes) -> bytes:
    """Pack one file; the same name and content always give the same octets.

    Date 1980-01-01 00:00, mode 0644, deflate (stored where that is not smaller), no extra fields, no comment; a name
    outside ASCII is flagged as UTF-8. The content must be under 4 GB.
    """
    ruwe_naam = naam.encode()
    vlaggen = 0 if naam.isascii() else _VLAG_UTF8
    pakker = zlib.compressobj(_NIVEAU, zlib.DEFLATED, -15)
    data = pakker.compress(inhoud) + pakker.flush()
    methode = _DEFLATE
    if len(data) >= len(inhoud):
        data, methode = inhoud, _OPGESLAGEN
    gemeen = (_VERSIE, vlaggen, methode, 0, _DATUM_1980, zlib.crc32(inhoud), len(data), len(inhoud), len(ruwe_naam), 0)
    lokaal = _LOKAAL.pack(b"PK\x03\x04", *gemeen) + ruwe_naam
    centraal = _CENTRAAL.pack(b"PK\x01\x02", _UNIX << 8 | _VERSIE, *gemeen, 0, 0, 0, _RECHTEN, 0) + ruwe_naam
    einde = _EINDE.pack(b"PK\x05\x06", 0, 0, 1, 1, len(centraal), len(lokaal) + len(data), 0)
    return b"".join((lokaal, data, centraal, einde))


def lees(octets: bytes, *, grens: int, max_ratio: int) -> Ingang:
    """Return the one file in `octets`.

    `grens` is the largest size in bytes of the file itself. A file over it is refused as a bomb when what came out so
    far is more than `max_ratio` times what went in, otherwise as too large; inflating stops there.
    Raises `ZipGeweigerd` for everything else that is not one plain file.
    """
    begin, lengte = _zoek_map(octets)
    kop, verschuiving = _lees_centraal(octets, begin, lengte)
    if verschuiving != 0:
        raise ZipGeweigerd(Reden.VERBORGEN, "Voor het bestand staan andere gegevens in het ZIP-bestand")
    data_begin = _vergelijk_lokaal(octets, kop)
    data_einde = data_begin + kop.ingepakt
    _vul_aan(octets, kop, data_einde, begin)
    inhoud = _pak_uit(octets, data_begin, kop, grens, max_ratio)
    if len(inhoud) != kop.uitgepakt or zlib.crc32(inhoud) != kop.crc:
        raise ZipGeweigerd(Reden.ONLEESBAAR, "De controlesom van het ZIP-bestand klopt niet")
    return Ingang(_naam(kop), inhoud)


def _zoek_map(octets: bytes) -> tuple[int, int]:
    """Place and length of the central directory; the end record must be the very end, without a comment."""
    plek = len(octets) - _EINDE.size
    if plek < 0 or octets[plek : plek + 4] != b"PK\x05\x06":
        if octets.startswith(b"PK") and (elders := octets.rfind(b"PK\x05\x06")) >= 0 and elders < plek:
            raise ZipGeweigerd(Reden.VERBORGEN, "Na het einde van het ZIP-bestand staan andere gegevens")
        raise ZipGeweigerd(Reden.ONLEESBAAR, "Dit is geen volledig ZIP-bestand")
    _, schijf, kaartschijf, hier, totaal, lengte, begin, notitie = _EINDE.unpack_from(octets, plek)
    if schijf or kaartschijf or hier != totaal or notitie or 0xFFFF in (hier, totaal):
        raise ZipGeweigerd(Reden.ONLEESBAAR, "Het slot van het ZIP-bestand klopt niet")
    if totaal == 0:
        raise ZipGeweigerd(Reden.INHOUD, "Het ZIP-bestand is leeg")
    if totaal > 1:
        raise ZipGeweigerd(Reden.INHOUD, "Het ZIP-bestand bevat meer dan één bestand")
    if begin + lengte != plek:
        raise ZipGeweigerd(Reden.VERBORGEN, "De onderdelen van het ZIP-bestand sluiten niet op elkaar aan")
    return begin, lengte


def _lees_centraal(octets: bytes, begin: int, lengte: int) -> tuple[_Kop, int]:
    if lengte < _CENTRAAL.size or octets[begin : begin + 4] != b"PK\x01\x02":
        raise ZipGeweigerd(Reden.ONLEESBAAR, "De inhoudsopgave van het ZIP-bestand ontbreekt")
    velden = _CENTRAAL.unpack_from(octets, begin)
    vlaggen, methode, crc, ingepakt, uitgepakt = velden[3], velden[4], velden[7], velden[8], velden[9]
    naamlengte, extra, notitie, verschuiving = velden[10], velden[11], velden[12], velden[16]
    if _CENTRAAL.size + naamlengte + extra + notitie != lengte:
        raise ZipGeweigerd(Reden.VERBORGEN, "De inhoudsopgave van het ZIP-bestand klopt niet")
    naam = octets[begin + _CENTRAAL.size : begin + _CENTRAAL.size + naamlengte]
    if vlaggen & _VLAG_VERSLEUTELD:
        raise ZipGeweigerd(Reden.VERSLEUTELD, "Het ZIP-bestand is met een wachtwoord beveiligd")
    if methode not in (_OPGESLAGEN, _DEFLATE):
        raise ZipGeweigerd(Reden.ONLEESBAAR, "Het ZIP-bestand is ingepakt op een manier die niet is toegestaan")
    return _Kop(vlaggen, methode, crc, ingepakt, uitgepakt, naam), verschuiving


def _vergelijk_lokaal(octets: bytes, kop: _Kop) -> int:
    """Check that the local header says the same; return where the data begin."""
    if len(octets) < _LOKAAL.size or octets[:4] != b"PK\x03\x04":
        raise ZipGeweigerd(Reden.ONLEESBAAR, "Het begin van het ZIP-bestand ontbreekt")
    _, _, vlaggen, methode, _, _, crc, ingepakt, uitgepakt, naamlengte, extra = _LOKAAL.unpack_from(octets)
    naam = octets[_LOKAAL.size : _LOKAAL.size + naamlengte]
    maten = (crc, ingepakt, uitgepakt)
    later = bool(kop.vlaggen & _VLAG_BESCHRIJVING) and maten == (0, 0, 0)
    gelijk = (vlaggen, methode, naam) == (kop.vlaggen, kop.methode, kop.naam)
    if not gelijk or not (later or maten == (kop.crc, kop.ingepakt, kop.uitgepakt)):
        raise ZipGeweigerd(Reden.VERBORGEN, "Het ZIP-bestand spreekt zichzelf tegen")
    return _LOKAAL.size + len(naam) + int(extra)


def _vul_aan(octets: bytes, kop: _Kop, data_einde: int, map_begin: int) -> None:
    """Between the data and the central directory only a data descriptor may stand, and only when announced."""
    rest = octets[data_einde:map_begin]
    maten = _BESCHRIJVING.pack(kop.crc, kop.ingepakt, kop.uitgepakt)
    toegestaan = (maten, b"PK\x07\x08" + maten) if kop.vlaggen & _VLAG_BESCHRIJVING else (b"",)
    if data_einde > map_begin:
        raise ZipGeweigerd(Reden.ONLEESBAAR, "Het ZIP-bestand is afgekapt")
    if rest not in toegestaan:
        raise ZipGeweigerd(Reden.VERBORGEN, "Tussen de onderdelen van het ZIP-bestand staan andere gegevens")


def _pak_uit(octets: bytes, begin: int, kop: _Kop, grens: int, max_ratio: int) -> bytes:
    data = memoryview(octets)[begin : begin + kop.ingepakt]
    if kop.methode == _OPGESLAGEN:
        if kop.ingepakt > grens:
            raise ZipGeweigerd(Reden.GROOTTE, "Het bestand is te groot", kop.uitgepakt)
        return bytes(data)
    uitpakker = zlib.decompressobj(-15)
    try:
        inhoud = uitpakker.decompress(data, grens + 1)
    except zlib.error:
        raise ZipGeweigerd(Reden.ONLEESBAAR, "De inhoud van het ZIP-bestand is beschadigd") from None
    if len(inhoud) > grens:
        gelezen = len(data) - len(uitpakker.unconsumed_tail)
        if len(inhoud) > max_ratio * max(gelezen, 1):
            raise ZipGeweigerd(Reden.BOM, "Het ZIP-bestand is een ZIP-bom", kop.uitgepakt)
        raise ZipGeweigerd(Reden.GROOTTE, "Het bestand is te groot", kop.uitgepakt)
    if not uitpakker.eof:
        raise ZipGeweigerd(Reden.ONLEESBAAR, "Het ZIP-bestand is afgekapt")
    if uitpakker.unused_data:
        raise ZipGeweigerd(Reden.VERBORGEN, "Achter het ingepakte bestand staan andere gegevens")
    return inhoud


def _naam(kop: _Kop) -> str:
    """The entry's name: UTF-8 where flagged or where it is such, otherwise code page 437 as the format says."""
    try:
        return kop.naam.decode()
    except UnicodeDecodeError:
        if kop.vlaggen & _VLAG_UTF8:
            raise ZipGeweigerd(Reden.ONLEESBAAR, "De bestandsnaam in het ZIP-bestand is onleesbaar") from None
        return kop.naam.decode("cp437")
