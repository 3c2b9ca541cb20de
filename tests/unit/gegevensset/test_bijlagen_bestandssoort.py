"""Kinds of files by content, and the dangers that a table of contents shows."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.gegevensset.bestandssoort import Gevaar, Herkenning, Soort, extensie, gelijke_naam, herken, onveilige_naam

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def _utf16(tekst: str) -> bytes:
    return tekst.encode("utf-16-le")


def _office(**delen: bytes | str) -> bytes:
    doel = io.BytesIO()
    with zipfile.ZipFile(doel, "w", zipfile.ZIP_DEFLATED) as archief:
        for naam, inhoud in delen.items():
            archief.writestr(naam, inhoud)
    return doel.getvalue()


def _docx(**meer: bytes | str) -> bytes:
    return _office(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"}, **meer)


def _odf(soort: str, **meer: bytes | str) -> bytes:
    return _office(mimetype="application/vnd.oasis.opendocument." + soort, **meer)


def _soort(inhoud: bytes) -> Herkenning:
    return herken(inhoud, max_ratio=100)


@pytest.mark.parametrize(
    ("inhoud", "soort"),
    [
        (b"%PDF-1.7\n", Soort.PDF),
        (b"\xef\xbb\xbf\n%PDF-1.4", Soort.PDF),
        (b"\x89PNG\r\n\x1a\n....", Soort.PNG),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", Soort.JPG),
        (OLE + _utf16("WordDocument"), Soort.DOC),
        (OLE + _utf16("Workbook"), Soort.XLS),
        (OLE + _utf16("Book\0"), Soort.XLS),
        (OLE + _utf16("PowerPoint Document"), Soort.PPT),
        (_docx(), Soort.DOCX),
        (_office(**{"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "x"}), Soort.XLSX),
        (_office(**{"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "x"}), Soort.PPTX),
        (_odf("text"), Soort.ODT),
        (_odf("spreadsheet"), Soort.ODS),
        (_odf("presentation"), Soort.ODP),
        (b"gewone tekst\r\n\tmet een tab", Soort.TXT),
        ("tekst met één é".encode("latin-1"), Soort.TXT),
        ("tekst met ǽ".encode("utf-16"), Soort.TXT),
        (b"", Soort.TXT),
        (b"tekst met een nul\0", Soort.ONBEKEND),
        (b"\xff\xfea", Soort.ONBEKEND),
        (OLE, Soort.ONBEKEND),
        (b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0", Soort.PROGRAMMA),
        (b"MZ\x90\0\x03", Soort.PROGRAMMA),
        (b"MZ is ook gewone tekst", Soort.TXT),
        (b"\x7fELF\x02", Soort.PROGRAMMA),
        (b"#!/bin/sh\nrm", Soort.PROGRAMMA),
    ],
)
def test_soort(inhoud: bytes, soort: Soort) -> None:
    assert _soort(inhoud) == Herkenning(soort)


@pytest.mark.parametrize(
    "inhoud",
    [
        _office(**{"a.txt": "tekst"}),
        _office(mimetype="application/zip"),
        _office(**{"[Content_Types].xml": "<Types/>"}),
        b"PK\x03\x04" + bytes(40),
        b"Rar!\x1a\x07\x01\0",
        b"7z\xbc\xaf\x27\x1c",
        b"\x1f\x8b\x08",
        b"BZh91AY&SY",
        b"\xfd7zXZ\0",
        bytes(257) + b"ustar\x0000",
    ],
)
def test_archief_in_een_bijlage_is_genest(inhoud: bytes) -> None:
    assert _soort(inhoud) == Herkenning(Soort.ARCHIEF, Gevaar.GENEST)


@pytest.mark.parametrize(
    ("inhoud", "gevaar"),
    [
        (_docx(**{"word/vbaProject.bin": b"x"}), Gevaar.MACRO),
        (_docx(**{"word/VBAPROJECT.BIN": b"x"}), Gevaar.MACRO),
        (OLE + _utf16("WordDocument") + _utf16("_VBA_PROJECT"), Gevaar.MACRO),
        (_odf("text", **{"Basic/Standard/Module1.xml": "x"}), Gevaar.MACRO),
        (_odf("text", **{"Scripts/python/a.py": "x"}), Gevaar.MACRO),
        (_odf("text", **{"META-INF/manifest.xml": "<manifest:encryption-data/>"}), Gevaar.VERSLEUTELD),
        (OLE + _utf16("EncryptedPackage"), Gevaar.VERSLEUTELD),
        (_docx(**{"word/embeddings/bijlage.zip": b"PK"}), Gevaar.GENEST),
        (_docx(**{"word/embeddings/run.exe": b"MZ"}), Gevaar.GENEST),
        (_docx(**{"../../etc/passwd": b"x"}), Gevaar.PAD),
        (_docx(**{"word/media/groot.bin": bytes(20_000_000)}), Gevaar.BOM),
    ],
)
def test_gevaar_in_een_document(inhoud: bytes, gevaar: Gevaar) -> None:
    assert _soort(inhoud).gevaar is gevaar


@pytest.mark.parametrize(
    "soorten",
    [
        b'<Types ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>',
        '<Types ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'.encode("utf-16"),
        b'<Types ContentType="application/vnd.ms-word.document.m&#97;croEnabled.main+xml"/>',
        b'<Override PartName="/word/x.bin" ContentType="application/vnd.ms-office.vbaProject"/>',
    ],
)
def test_macro_staat_in_de_opgave_van_soorten(soorten: bytes) -> None:
    inhoud = _office(**{"[Content_Types].xml": soorten, "word/document.xml": b"x"})
    assert _soort(inhoud) == Herkenning(Soort.DOCX, Gevaar.MACRO)


def test_twee_delen_met_dezelfde_naam_zijn_verborgen() -> None:
    doel = io.BytesIO(_docx())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(doel, "a") as archief:
        archief.writestr("word/document.xml", "anders")
    assert _soort(doel.getvalue()).gevaar is Gevaar.VERBORGEN


def test_versleuteld_deel() -> None:
    inhoud = bytearray(_docx())
    for begin in (b"PK\x03\x04", b"PK\x01\x02"):
        plek = inhoud.rindex(begin)
        inhoud[plek + (6 if begin == b"PK\x03\x04" else 8)] |= 1
    assert _soort(bytes(inhoud)).gevaar is Gevaar.VERSLEUTELD


def test_te_veel_delen() -> None:
    assert _soort(b"PK\x03\x04" + b"PK\x01\x02" * 6_000).gevaar is Gevaar.BOM


@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), OLE, b"MZ"]))
def test_herkennen_gooit_nooit(ruis: bytes, begin: bytes) -> None:
    assert isinstance(herken(begin + ruis, max_ratio=100), Herkenning)
    assert isinstance(herken(ruis + begin, max_ratio=100), Herkenning)


@given(st.integers(0, 2_000), st.integers(0, 255))
def test_een_veranderd_document_gooit_nooit(plek: int, waarde: int) -> None:
    inhoud = bytearray(_docx(**{"META-INF/manifest.xml": "x" * 50}))
    inhoud[plek % len(inhoud)] = waarde
    assert isinstance(_soort(bytes(inhoud)), Herkenning)


@pytest.mark.parametrize(
    "naam",
    ["a/b.pdf", "a\\b.pdf", "..", ".", "", "  ", "C:x.pdf", "a\0b.pdf", "a\nb.pdf", "a\u202efdp.exe", "a\u2028b"],
)
def test_onveilige_namen(naam: str) -> None:
    assert onveilige_naam(naam)


@pytest.mark.parametrize(
    "naam", ["a.pdf", "Verslag 1e helft (2018).txt", "één..twee.pdf", "ŝtrange ğ.docx", ".pdf", "x"]
)
def test_gewone_namen(naam: str) -> None:
    assert not onveilige_naam(naam)


def test_extensie_en_gelijke_naam() -> None:
    assert [extensie(naam) for naam in ("a.PDF", "a.b.txt", "zonder", "punt.")] == ["pdf", "txt", "", ""]
    assert gelijke_naam("e\u0301\u0301n.pdf", "\xe9\u0301n.pdf")
    assert not gelijke_naam("a.pdf", "A.pdf")
