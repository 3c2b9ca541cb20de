"""Read the archive of an official bundle: a ZIP of schemas, stylesheets and examples that nobody vouches for.

Everything is read into memory under limits and nothing is written: names, links, encryption, sizes and ratio are looked
at before and while inflating. What a bundle has no use for (documents, spreadsheets) is counted but not kept.
"""

from __future__ import annotations

import io
import stat
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

BEWAARD: Final = (".xsd", ".xsl", ".xslt", ".xml")
"""Endings of the files that are kept."""

_NIET_IN_NAAM: Final = frozenset('\\:*?"<>|')
_LANGSTE_PAD: Final = 240
_SOFTWARE_UNIX: Final = 3
_VERSLEUTELD: Final = 0x1 | 0x40 | 0x2000
_METHODEN: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class BundelGeweigerd(ValueError):
    """A bundle is not installed; the message is a Dutch sentence for the operator: what is wrong and what to do."""


class BundelOnleesbaar(BundelGeweigerd):
    """What was given is no ZIP file at all."""


@dataclass(frozen=True, slots=True)
class Archiefgrenzen:
    """How much an archive may be. Sizes in octets; `verhouding`: inflated octets for each octet in the archive."""

    archief: int = 50_000_000
    bestanden: int = 2_000
    per_bestand: int = 20_000_000
    totaal: int = 150_000_000
    verhouding: int = 200


def lees_archief(octets: bytes, grenzen: Archiefgrenzen | None = None) -> dict[str, bytes]:
    """Give the files of the archive that matter, by path inside it. Raises `BundelGeweigerd`.

    One folder around everything, as a download of a repository has, is taken off.
    """
    grenzen = grenzen or Archiefgrenzen()
    if len(octets) > grenzen.archief:
        raise BundelGeweigerd(f"Het archief is groter dan {grenzen.archief} bytes. Controleer of dit de bundel is.")
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archief:
            return _zonder_omhulling(_lees_alles(archief, grenzen))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as fout:
        if isinstance(fout, BundelGeweigerd):
            raise
        raise BundelOnleesbaar("Het archief is geen leesbaar ZIP-bestand. Download de bundel opnieuw.") from None


def _lees_alles(archief: zipfile.ZipFile, grenzen: Archiefgrenzen) -> dict[str, bytes]:
    ingangen = archief.infolist()
    if len(ingangen) > grenzen.bestanden:
        raise BundelGeweigerd(f"Het archief heeft meer dan {grenzen.bestanden} bestanden. Dit is geen gewone bundel.")
    if sum(ingang.file_size for ingang in ingangen) > grenzen.totaal:
        raise BundelGeweigerd(f"Het archief is uitgepakt groter dan {grenzen.totaal} bytes. Dit is geen gewone bundel.")
    gevonden: dict[str, bytes] = {}
    gezien: set[str] = set()
    for ingang in ingangen:
        pad = _eis_pad(ingang)
        gelijk = pad.casefold()
        if gelijk in gezien:
            raise BundelGeweigerd(
                "In het archief staat een bestand twee keer onder dezelfde naam. Vraag een heel archief."
            )
        gezien.add(gelijk)
        _eis_ingang(ingang, grenzen)
        if not ingang.is_dir() and PurePosixPath(pad).suffix.lower() in BEWAARD:
            gevonden[pad] = _pak_uit(archief, ingang, grenzen)
    return gevonden


def _eis_pad(ingang: zipfile.ZipInfo) -> str:
    """The path, composed, if it stays inside and any file system takes it."""
    naam = unicodedata.normalize("NFC", ingang.orig_filename)
    pad = naam.removesuffix("/")
    stappen = pad.split("/")
    slecht = (
        len(pad) > _LANGSTE_PAD
        or any(stap in ("", ".", "..") or stap != stap.strip() or stap.endswith(".") for stap in stappen)
        or any(teken in _NIET_IN_NAAM or not teken.isprintable() for teken in pad)
    )
    if slecht:
        raise BundelGeweigerd(
            "In het archief staat een bestand met een onveilig pad. Gebruik alleen de officiële bundel."
        )
    return pad


def _eis_ingang(ingang: zipfile.ZipInfo, grenzen: Archiefgrenzen) -> None:
    if ingang.flag_bits & _VERSLEUTELD:
        raise BundelGeweigerd("Het archief is met een wachtwoord beveiligd. Gebruik de openbare bundel.")
    soort = stat.S_IFMT(ingang.external_attr >> 16) if ingang.create_system == _SOFTWARE_UNIX else 0
    if soort not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise BundelGeweigerd(
            "In het archief staat een verwijzing (link) of apparaat. Gebruik alleen de officiële bundel."
        )
    if ingang.compress_type not in _METHODEN:
        raise BundelGeweigerd("Het archief is ingepakt op een manier die niet kan. Maak er een gewoon ZIP-bestand van.")
    if ingang.file_size > grenzen.per_bestand:
        raise BundelGeweigerd(f"In het archief staat een bestand van meer dan {grenzen.per_bestand} bytes.")
    if ingang.file_size > grenzen.verhouding * max(ingang.compress_size, 1_000):
        raise BundelGeweigerd("In het archief staat een ZIP-bom. Gebruik alleen de officiële bundel.")


def _pak_uit(archief: zipfile.ZipFile, ingang: zipfile.ZipInfo, grenzen: Archiefgrenzen) -> bytes:
    """Inflate one file; never more than its header says, which was checked, whatever the data do."""
    with archief.open(ingang) as bron:
        inhoud = bron.read(min(ingang.file_size, grenzen.per_bestand) + 1)
    if len(inhoud) != ingang.file_size:
        raise BundelGeweigerd("Een bestand in het archief is beschadigd. Download de bundel opnieuw.")
    return inhoud


def _zonder_omhulling(bestanden: dict[str, bytes]) -> dict[str, bytes]:
    eerste = {pad.partition("/")[0] for pad in bestanden}
    if len(eerste) == 1 and all("/" in pad for pad in bestanden) and not eerste & {"OV", "PaO"}:
        return _zonder_omhulling({pad.partition("/")[2]: inhoud for pad, inhoud in bestanden.items()})
    return bestanden
