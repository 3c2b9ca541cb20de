"""Hostile documents, by name: each is made of a good one, so that only the poison is wrong with it.

`XML` gives what to do with the octets of a good XML document that ends in a closing tag; the cases in `GROOT` are tens
of megabytes. Nothing here is of the gateway.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable

Vergif = Callable[[bytes], bytes]

MIB = 1024 * 1024


def _los(octets: bytes) -> bytes:
    """Take the XML declaration off."""
    return octets[octets.index(b"?>") + 2 :].lstrip() if octets.startswith(b"<?xml") else octets


def _voor(proloog: bytes) -> Vergif:
    return lambda goed: proloog + _los(goed)


def _in(fragment: bytes | Callable[[], bytes]) -> Vergif:
    """Put a fragment before the last closing tag."""

    def maak(goed: bytes) -> bytes:
        plek = goed.rstrip().rindex(b"</")
        stuk = fragment if isinstance(fragment, bytes) else fragment()
        return goed[:plek] + stuk + goed[plek:]

    return maak


def _met(proloog: bytes, fragment: bytes) -> Vergif:
    return lambda goed: proloog + _in(fragment)(_los(goed))


def _als(maak: Callable[[str], bytes]) -> Vergif:
    return lambda goed: maak(_los(goed).decode())


def _wortelnaam(goed: bytes) -> bytes:
    los = _los(goed)
    return los[1 : min(los.index(teken) for teken in (b" ", b">") if teken in los)]


def _lachers() -> bytes:
    regels = [b'<!ENTITY a0 "hahaha">']
    regels += [b'<!ENTITY a%d "%s">' % (nr, b"&a%d;" % (nr - 1) * 10) for nr in range(1, 10)]
    return b"<!DOCTYPE x [" + b"".join(regels) + b"]>"


def _diep(aantal: int) -> Callable[[], bytes]:
    return lambda: b"<d>" * aantal + b"</d>" * aantal


XML: dict[str, Vergif] = {
    # --- DOCTYPE and entities
    "billion laughs": _met(_lachers(), b"<x>&a9;</x>"),
    "kwadratisch": _met(b'<!DOCTYPE x [<!ENTITY a "' + b"A" * 100_000 + b'">]>', b"<x>" + b"&a;" * 20_000 + b"</x>"),
    "extern bestand": _met(b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', b"<x>&a;</x>"),
    "extern adres": _met(b'<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/x">]>', b"<x>&a;</x>"),
    "externe dtd": _voor(b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "parameterentiteit": _voor(b'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>'),
    "lege doctype": _voor(b"<!DOCTYPE dossier>"),
    "doctype na commentaar": _voor(b"<!-- x --><?x y?>\n<!DOCTYPE dossier [ ]>"),
    "doctype na declaratie": _voor(b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE dossier>'),
    "doctype in utf-16": _als(lambda tekst: ("<!DOCTYPE dossier>" + tekst).encode("utf-16")),
    "doctype in de wortel": _in(b"<!DOCTYPE dossier>"),
    "doctype kleine letters": _voor(b"<!doctype dossier>"),
    "attribuutstandaard": _voor(b'<!DOCTYPE dossier [<!ATTLIST dossier a CDATA "b">]>'),
    "entiteit in attribuut": _met(b'<!DOCTYPE x [<!ENTITY a "b">]>', b'<x a="&a;"/>'),
    "onbekende entiteit": _in(b"<x>&onbekend;</x>"),
    "onbekende entiteit in attribuut": _in(b'<x a="&onbekend;"/>'),
    # --- processing instructions, XInclude, schema hints
    "stijlblad": _voor(b'<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/x.xsl"?>'),
    "verwerkingsinstructie": _in(b"<?x y?>"),
    "xinclude": _in(b'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'),
    "schemalocatie": _in(
        b'<x xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:x http://127.0.0.1:9/x.xsd"/>'
    ),
    # --- coding
    "xml 1.1": _voor(b'<?xml version="1.1"?>'),
    "xml 2.0": _voor(b'<?xml version="2.0"?>'),
    "latin-1": _voor(b'<?xml version="1.0" encoding="ISO-8859-1"?>'),
    "utf-7": _voor(b'<?xml version="1.0" encoding="UTF-7"?>'),
    "utf-16 gelogen": _voor(b'<?xml version="1.0" encoding="UTF-16"?>'),
    "utf-16 zonder bom": _als(lambda tekst: tekst.encode("utf-16-le")),
    "utf-32": _als(lambda tekst: tekst.encode("utf-32")),
    "ebcdic": _als(lambda tekst: tekst.encode("cp037", "replace")),
    "halve utf-16": _als(lambda tekst: tekst.encode("utf-16")[:-1]),
    "los surrogaat utf-16": _als(lambda tekst: b"\xff\xfe" + tekst.encode("utf-16-le") + b"\x00\xd8"),
    "overlang utf-8": _in(b"<x>\xc0\xaf</x>"),
    "surrogaat utf-8": _in(b"<x>\xed\xa0\x80</x>"),
    "octet ff": _in(b"<x>\xff</x>"),
    "nul": _in(b"<x>\x00</x>"),
    "nul vooraf": _voor(b"\x00"),
    "stuurteken": _in(b"<x>\x01</x>"),
    "u+fffe": _in("<x>\ufffe</x>".encode()),
    "verwijzing naar nul": _in(b"<x>&#0;</x>"),
    "verwijzing naar stuurteken": _in(b"<x>&#x1;</x>"),
    "verwijzing naar surrogaat": _in(b"<x>&#xD800;</x>"),
    "verwijzing te groot": _in(b"<x>&#x110000;</x>"),
    "verwijzing heel groot": _in(b"<x>&#" + b"9" * 100_000 + b";</x>"),
    # --- amounts
    "diepte 101": _in(_diep(101)),
    "diepte 5000": _in(_diep(5_000)),
    "diepte 400000 open": _in(b"<d>" * 400_000),
    "elementen 200001": _in(lambda: b"<a/>" * 200_001),
    "elementen 2 miljoen": _in(lambda: b"<a/>" * 2_000_000),
    "commentaren 300000": _in(lambda: b"<!---->" * 300_000),
    "attributen 51": _in(b"<x " + b" ".join(b'a%d=""' % nr for nr in range(51)) + b"/>"),
    "attributen 50000": _in(lambda: b"<x " + b" ".join(b'a%d="b"' % nr for nr in range(50_000)) + b"/>"),
    "attribuut dubbel": _in(b'<x a="1" a="2"/>'),
    "naamruimten op een element": _in(
        lambda: b"<x " + b" ".join(b'xmlns:n%d="urn:%d"' % (nr, nr) for nr in range(20_000)) + b"/>"
    ),
    "naamruimten verspreid": _in(lambda: b"".join(b'<x xmlns="urn:%d"/>' % nr for nr in range(60_000))),
    "namen 100000": _in(lambda: b"".join(b"<n%d/>" % nr for nr in range(100_000))),
    "naam van 1 MB": _in(b"<" + b"n" * 1_000_000 + b"/>"),
    "dubbele punten": _in(b"<" + b"a:" * 50_000 + b"a/>"),
    "attribuut van 12 MB": _in(lambda: b'<x a="' + b"v" * 12_000_000 + b'"/>'),
    "tekst van 12 MB": _in(lambda: b"<x>" + b"v" * 12_000_000 + b"</x>"),
    "verwijzingen": _in(lambda: b"<x>" + b"&#65;" * 2_500_000 + b"</x>"),
    "cdata aaneen": _in(lambda: b"<x>" + b"<![CDATA[v]]>" * 300_000 + b"</x>"),
    # --- broken
    "afgekapt": lambda goed: goed[: len(goed) // 2],
    "twee wortels": lambda goed: goed + _los(goed),
    "rommel erachter": lambda goed: goed + b"rommel",
    "open haken": _in(b"<" * 1_000_000),
    "open commentaar": _in(b"<!--" * 250_000),
    "open cdata": _in(b"<![CDATA[" * 100_000),
    "open instructie": _in(b"<?" * 500_000),
    "open attribuut": _in(b'<x a="' + b"'>" * 300_000),
    "verkeerde sluiting": _in(b"<a><b></a></b>"),
    "onbekend voorvoegsel": _in(b"<onbekend:x/>"),
    "cdata-einde in tekst": _in(b"<x>]]></x>"),
    "voorvoegsel xml": _in(b'<x xmlns:xml="urn:x"/>'),
    # --- no XML
    "leeg": lambda _goed: b"",
    "spaties": lambda _goed: b" " * 1_000_000,
    "json": lambda _goed: b'{"dossier": true}',
    "html": lambda _goed: b"<!DOCTYPE html><html><body>dag</body></html>",
    "gzip": lambda goed: gzip.compress(goed),
    "zip": lambda goed: zip_van(("dossier.xml", goed)),
    "willekeurig": lambda _goed: zlib.compress(b"x" * 1000) * 1000,
}

GROOT: dict[str, Vergif] = {
    "elementen 15 miljoen": _in(lambda: b"<a/>" * 15_000_000),
    "tekst van 60 MB": _in(lambda: b"<x>" + b"v" * 60_000_000 + b"</x>"),
    "commentaar van 60 MB": _in(lambda: b"<!--" + b"v" * 60_000_000 + b"-->"),
    "witruimte van 60 MB": _in(b" " * 60_000_000),
    "open haken 60 MB": _in(lambda: b"<" * 60_000_000),
    "verwijzingen 60 MB": _in(lambda: b"<x>" + b"&#65;" * 12_000_000 + b"</x>"),
    "attributen 60 MB": _in(lambda: b"<x " + b'a=""  ' * 10_000_000 + b"/>"),
    "nullen 64 MiB": lambda _goed: bytes(64 * MIB),
    "utf-16 van 60 MB": _als(lambda tekst: (tekst + " " * 30_000_000).encode("utf-16")),
    "teksten van 60 MB": _in(lambda: (b"<x>" + b"v" * 9_000_000 + b"</x>") * 6),
}


def zip_van(*delen: tuple[str, bytes], versleuteld: bool = False) -> bytes:
    """Make a ZIP; `versleuteld` sets the flag of encryption."""
    doel = io.BytesIO()
    with zipfile.ZipFile(doel, "w", zipfile.ZIP_DEFLATED) as archief:
        for naam, inhoud in delen:
            archief.writestr(naam, inhoud)
    octets = bytearray(doel.getvalue())
    if versleuteld:
        for kenmerk, plek in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            octets[octets.index(kenmerk) + plek] |= 1
    return bytes(octets)


def zipbom(naam: str = "bom.txt", grootte: int = 400_000_000) -> bytes:
    """Make a ZIP of one entry that inflates a thousandfold, without holding it in memory."""
    doel = io.BytesIO()
    with (
        zipfile.ZipFile(doel, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archief,
        archief.open(naam, "w", force_zip64=True) as deel,
    ):
        stuk = bytes(1_000_000)
        for _ in range(grootte // len(stuk)):
            deel.write(stuk)
    return doel.getvalue()


def pdf_met(sleutel: bytes) -> bytes:
    """Make a small PDF whose catalog has something extra."""
    return (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + sleutel + b" >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
    )


def pdfbom(lagen: int = 1) -> bytes:
    """Make a PDF with a stream that inflates to gigabytes when filters are followed."""
    inhoud = bytes(200_000_000)
    for _ in range(lagen):
        inhoud = zlib.compress(inhoud, 9)
    inhoud = zlib.compress(inhoud, 9)
    filters = b"/FlateDecode " * (lagen + 1)
    return (
        b"%%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
        b"3 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Length %d /Filter [%s] >>\nstream\n"
        % (len(inhoud), filters)
        + inhoud
        + b"\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
    )
