"""What a file really is, read from its content, and which kinds a dossier may carry.

The twelve kinds come from the note on `bestandsnaam` in the gegevensset; ODF is read as its three office kinds. The
office kinds of today are ZIP files themselves: they are told apart by what their own table of contents lists, which
also shows macros, programs and archives inside. A table of contents is read here, never unpacked, except for the few
small parts that must be looked into (bounded).
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Soort(StrEnum):
    """Kind of file, by content. `ARCHIEF`, `PROGRAMMA` and `ONBEKEND` are never allowed."""

    PDF = "PDF"
    JPG = "JPG"
    PNG = "PNG"
    DOC = "DOC"
    XLS = "XLS"
    PPT = "PPT"
    DOCX = "DOCX"
    XLSX = "XLSX"
    PPTX = "PPTX"
    ODT = "ODT"
    ODS = "ODS"
    ODP = "ODP"
    TXT = "TXT"
    ARCHIEF = "archief"
    PROGRAMMA = "programma"
    ONBEKEND = "onbekend"


class Gevaar(StrEnum):
    """What makes a file unfit whatever its kind; the value is the second half of the `BIJL.` rule."""

    MACRO = "macro"
    VERSLEUTELD = "versleuteld"
    GENEST = "genest"
    PAD = "pad"
    BOM = "bom"
    VERBORGEN = "verborgen"


@dataclass(frozen=True, slots=True)
class Herkenning:
    """Kind of a file and, where there is one, the danger in it."""

    soort: Soort
    gevaar: Gevaar | None = None


EXTENSIES: Final[dict[str, frozenset[Soort]]] = {
    "pdf": frozenset({Soort.PDF}),
    "jpg": frozenset({Soort.JPG}),
    "jpeg": frozenset({Soort.JPG}),
    "png": frozenset({Soort.PNG}),
    "doc": frozenset({Soort.DOC}),
    "docx": frozenset({Soort.DOCX}),
    "odf": frozenset({Soort.ODT, Soort.ODS, Soort.ODP}),
    "odt": frozenset({Soort.ODT}),
    "ods": frozenset({Soort.ODS}),
    "odp": frozenset({Soort.ODP}),
    "xls": frozenset({Soort.XLS}),
    "xlsx": frozenset({Soort.XLSX}),
    "txt": frozenset({Soort.TXT}),
    "ppt": frozenset({Soort.PPT}),
    "pptx": frozenset({Soort.PPTX}),
}
"""Endings of a file name that are known, lower case without the dot, with the kinds that may be behind each."""

_ARCHIEVEN: Final = (
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b",
    *(b"BZh%d1AY&SY" % niveau for niveau in range(1, 10)),
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
    b"MSCF\x00\x00\x00\x00",
    b"LZIP\x01",
    b"\x60\xea",
)
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PROGRAMMAS: Final = (
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\x4c\x00\x00\x00\x01\x14\x02\x00",
    b"dex\n",
    b"\x00asm",
)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_SOORTEN: Final = (
    ("WordDocument".encode("utf-16-le"), Soort.DOC),
    ("Workbook".encode("utf-16-le"), Soort.XLS),
    ("B\0o\0o\0k\0\0\0".encode("latin-1"), Soort.XLS),
    ("PowerPoint Document".encode("utf-16-le"), Soort.PPT),
)
_OLE_VERSLEUTELD: Final = "EncryptedPackage".encode("utf-16-le")
_OLE_MACRO: Final = "_VBA_PROJECT".encode("utf-16-le")
_ODF: Final = {
    b"application/vnd.oasis.opendocument.text": Soort.ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": Soort.ODS,
    b"application/vnd.oasis.opendocument.presentation": Soort.ODP,
}
_OOXML_MAPPEN: Final = (("word/", Soort.DOCX), ("xl/", Soort.XLSX), ("ppt/", Soort.PPTX))
_MACRO_DELEN: Final = ("vbaproject.bin", "vbadata.xml", "vbaprojectsignature.bin")
_MACRO_MERKEN: Final = (b"macroenabled", b"vbaproject", b"&#")  # no office program writes a character reference here
_GENEST: Final = re.compile(
    r"\.(?:zip|rar|7z|gz|tgz|bz2|xz|tar|cab|iso|jar|exe|dll|com|scr|msi|bat|cmd|ps1|vbs|js|hta|lnk)\Z"
)
_MAX_DELEN: Final = 5_000
_MAX_DEEL: Final = 1_000_000
_MAX_UITGEPAKT: Final = 200_000_000


def extensie(naam: str) -> str:
    """The ending of a file name, lower case without the dot; empty when there is none."""
    _, punt, einde = naam.rpartition(".")
    return einde.lower() if punt else ""


def onveilige_naam(naam: str) -> bool:
    """True for a file name that leads somewhere else, or that shows itself other than it is.

    A path (either slash, a drive letter, a name of dots alone), control characters and invisible marks of direction.
    """
    if "/" in naam or "\\" in naam or not naam.strip(". ") or naam[1:2] == ":":
        return True
    return not naam.isprintable() and any(unicodedata.category(teken) in _ONZICHTBAAR for teken in naam)


def gelijke_naam(een: str, ander: str) -> bool:
    """True for two names that people read as the same: equal, or equal once composed (NFC)."""
    return een == ander or unicodedata.normalize("NFC", een) == unicodedata.normalize("NFC", ander)


_ONZICHTBAAR: Final = frozenset(("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"))


def herken(inhoud: bytes, *, max_ratio: int) -> Herkenning:
    """Tell what `inhoud` is. Never raises; what it cannot place is `ONBEKEND`."""
    if inhoud.startswith(b"\x89PNG\r\n\x1a\n"):
        return Herkenning(Soort.PNG)
    if inhoud.startswith(b"\xff\xd8\xff"):
        return Herkenning(Soort.JPG)
    if inhoud.startswith(_ZIP):
        return _herken_zip(inhoud, max_ratio)
    if inhoud.startswith(_OLE):
        return _herken_ole(inhoud)
    if inhoud.startswith(_ARCHIEVEN) or inhoud[257:262] == b"ustar":
        return Herkenning(Soort.ARCHIEF, Gevaar.GENEST)
    if inhoud.startswith(_PROGRAMMAS) or _is_windows_programma(inhoud):
        return Herkenning(Soort.PROGRAMMA)
    if b"%PDF-" in inhoud[:1024]:
        return Herkenning(Soort.PDF)
    return Herkenning(Soort.TXT if _is_tekst(inhoud) else Soort.ONBEKEND)


def _is_windows_programma(inhoud: bytes) -> bool:
    if not inhoud.startswith(b"MZ"):
        return False
    plek = int.from_bytes(inhoud[0x3C:0x40], "little")
    return inhoud[plek : plek + 2] in (b"PE", b"NE", b"LE", b"LX") or not _is_tekst(inhoud)


def _is_tekst(inhoud: bytes) -> bool:
    """Plain text: UTF-16 with a byte order mark, or no control characters beyond the usual white space."""
    if inhoud.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            inhoud.decode("utf-16")
        except UnicodeDecodeError:
            return False
        return True
    return not inhoud.translate(None, _TEKST_TEKENS)


_TEKST_TEKENS: Final = bytes((9, 10, 12, 13, 26, 27, *range(32, 256)))


def _herken_ole(inhoud: bytes) -> Herkenning:
    if _OLE_VERSLEUTELD in inhoud:
        return Herkenning(Soort.ONBEKEND, Gevaar.VERSLEUTELD)
    soort = next((soort for merk, soort in _OLE_SOORTEN if merk in inhoud), Soort.ONBEKEND)
    return Herkenning(soort, Gevaar.MACRO if _OLE_MACRO in inhoud else None)


def _herken_zip(inhoud: bytes, max_ratio: int) -> Herkenning:
    """Office file or nested archive. A ZIP whose table of contents cannot be read is a nested archive."""
    if inhoud.count(b"PK\x01\x02") > _MAX_DELEN:  # before zipfile makes an object of each
        return Herkenning(Soort.ARCHIEF, Gevaar.BOM)
    try:
        with zipfile.ZipFile(io.BytesIO(inhoud)) as archief:
            delen = archief.infolist()
            namen = {deel.filename: deel for deel in delen}
            soort = _office_soort(archief, namen)
            if soort is Soort.ARCHIEF:
                return Herkenning(soort, Gevaar.GENEST)
            return Herkenning(soort, _gevaar_in_delen(archief, namen, len(delen), len(inhoud), max_ratio))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, ValueError, OSError, EOFError, RuntimeError):
        # RuntimeError is what zipfile raises for an encrypted part that has to be read
        return Herkenning(Soort.ARCHIEF, Gevaar.GENEST)


def _office_soort(archief: zipfile.ZipFile, namen: dict[str, zipfile.ZipInfo]) -> Soort:
    if "[Content_Types].xml" in namen:
        return next((soort for map_, soort in _OOXML_MAPPEN if any(n.startswith(map_) for n in namen)), Soort.ARCHIEF)
    if "mimetype" in namen:
        return _ODF.get(_lees_deel(archief, namen["mimetype"]).strip(), Soort.ARCHIEF)
    return Soort.ARCHIEF


def _lees_deel(archief: zipfile.ZipFile, deel: zipfile.ZipInfo) -> bytes:
    """Content of a small part; one that is large, or packed in another way than office programs do, is refused."""
    if deel.file_size > _MAX_DEEL or deel.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile
    with archief.open(deel) as bron:
        return bron.read(_MAX_DEEL)


def _gevaar_in_delen(
    archief: zipfile.ZipFile, namen: dict[str, zipfile.ZipInfo], aantal: int, grootte: int, max_ratio: int
) -> Gevaar | None:
    if any(deel.flag_bits & 0x1 for deel in namen.values()):
        return Gevaar.VERSLEUTELD
    uitgepakt = sum(deel.file_size for deel in namen.values())
    if uitgepakt > _MAX_UITGEPAKT or (uitgepakt > _MAX_DEEL and uitgepakt > max_ratio * grootte):
        return Gevaar.BOM
    if aantal != len(namen):
        return Gevaar.VERBORGEN
    klein = [naam.lower().replace("\\", "/") for naam in namen]
    if any(naam.startswith("/") or ".." in naam.split("/") for naam in klein):
        return Gevaar.PAD
    if any(naam.endswith(_MACRO_DELEN) or naam.startswith(("basic/", "scripts/")) for naam in klein):
        return Gevaar.MACRO
    if any(_GENEST.search(naam) for naam in klein):
        return Gevaar.GENEST
    return _gevaar_in_opgave(archief, namen)


def _gevaar_in_opgave(archief: zipfile.ZipFile, namen: dict[str, zipfile.ZipInfo]) -> Gevaar | None:
    """Look into the parts that declare what the others are: macro kinds (OOXML), encryption (ODF)."""
    if "[Content_Types].xml" in namen:
        soorten = _lees_deel(archief, namen["[Content_Types].xml"]).replace(b"\x00", b"").lower()
        if any(merk in soorten for merk in _MACRO_MERKEN):
            return Gevaar.MACRO
    opgave = namen.get("META-INF/manifest.xml")
    if opgave is not None and b"encryption-data" in _lees_deel(archief, opgave):
        return Gevaar.VERSLEUTELD
    return None
