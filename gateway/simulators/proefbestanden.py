"""Small real files for made-up attachments: the same octets every time, on every machine.

Nothing is compressed, because libraries compress differently; the files are still what their names say.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import Final

_PNG_OVERHEAD: Final = 80
_BREEDTE: Final = 256


def tekstbestand(regels: Sequence[str]) -> bytes:
    """A plain text file in UTF-8 with the line ends of Windows."""
    return "".join(f"{regel}\r\n" for regel in regels).encode()


def pdf(regels: Sequence[str]) -> bytes:
    """A one-page PDF 1.4 with these lines in Helvetica (Latin-1)."""
    inhoud = b"BT /F1 12 Tf 14 TL 72 770 Td " + b" ".join(b"(" + _pdf_tekst(regel) + b") Tj T*" for regel in regels)
    inhoud += b" ET"
    objecten = (
        b"<< /Type /Catalog /Pages 2 0 R /Lang (nl-NL) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(inhoud), inhoud),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    uit = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    plekken = []
    for nummer, lichaam in enumerate(objecten, 1):
        plekken.append(len(uit))
        uit += b"%d 0 obj\n%b\nendobj\n" % (nummer, lichaam)
    begin = len(uit)
    uit += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objecten) + 1)
    uit += b"".join(b"%010d 00000 n \n" % plek for plek in plekken)
    uit += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objecten) + 1, begin)
    return bytes(uit)


def _pdf_tekst(regel: str) -> bytes:
    kaal = regel.encode("cp1252", "replace")
    return kaal.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def png(grootte: int, zaad: int) -> bytes:
    """A grey picture of noise of about `grootte` bytes that cannot be made smaller; equal for an equal `zaad`."""
    hoogte = max(1, (grootte - _PNG_OVERHEAD) // (_BREEDTE + 1))
    ruis = hashlib.shake_128(b"proefbestand %d" % zaad).digest(hoogte * _BREEDTE)
    rijen = b"".join(b"\0" + ruis[begin : begin + _BREEDTE] for begin in range(0, len(ruis), _BREEDTE))
    kop = struct.pack(">IIBBBBB", _BREEDTE, hoogte, 8, 0, 0, 0, 0)
    delen = ((b"IHDR", kop), (b"IDAT", zlib.compress(rijen, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_deel(soort, data) for soort, data in delen)


def _png_deel(soort: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + soort + data + struct.pack(">I", zlib.crc32(soort + data))


def docx(alineas: Sequence[str]) -> bytes:
    """A Word document of a few paragraphs; the text must not need escaping."""
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    ct = "http://schemas.openxmlformats.org/package/2006/content-types"
    rel = "http://schemas.openxmlformats.org/package/2006/relationships"
    doel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    hoofd = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    lichaam = "".join(f"<w:p><w:r><w:t>{alinea}</w:t></w:r></w:p>" for alinea in alineas)
    kop = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return _zip(
        {
            "[Content_Types].xml": f'{kop}<Types xmlns="{ct}"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{hoofd}"/></Types>',
            "_rels/.rels": f'{kop}<Relationships xmlns="{rel}"><Relationship Id="rId1" Type="{doel}" '
            'Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'{kop}<w:document xmlns:w="{w}"><w:body>{lichaam}</w:body></w:document>',
        }
    )


def ingepakt(naam: str, inhoud: bytes) -> bytes:
    """A ZIP of this one file, as an attachment travels."""
    return _zip({naam: inhoud})


def _zip(delen: dict[str, str | bytes] | dict[str, str] | dict[str, bytes]) -> bytes:
    doel = io.BytesIO()
    with zipfile.ZipFile(doel, "w", zipfile.ZIP_STORED) as archief:
        for naam, inhoud in delen.items():
            deel = zipfile.ZipInfo(naam)  # without a date: 1980-01-01
            deel.create_system = 3
            deel.external_attr = 0o100644 << 16
            archief.writestr(deel, inhoud)
    return doel.getvalue()
