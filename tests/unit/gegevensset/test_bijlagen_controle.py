"""The attachment checks on a whole dossier: every rule fires where it must, and on nothing else."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gateway.domain.beoordeling import Bevinding, BijlageGegevens, Ernst
from gateway.gegevensset.bijlagen import REGELS, BijlageGrenzen, controleer, in_mb, ontcijfer
from gateway.gegevensset.documentblok import Documentblok
from gateway.gegevensset.virusscan import Uitslag
from gateway.gegevensset.zip_enkel import schrijf

RUIMTE = "urn:toets"
BLOK = Documentblok("stuk", "heet", "over", "vol", "kop/stukken", ("pdf", "txt", "docx", "png", "odt"))
TEKST = b"Een verslag van niemand."


@dataclass(frozen=True)
class ToetsPakket:
    """The part of a pack that these modules ask for, with made-up names to show that nothing is hard-coded."""

    naamruimte: str = RUIMTE
    documenten: Documentblok = BLOK

    def volgorde(self, pad: str) -> Sequence[str]:
        return ("eerst", "stukken", "laatst") if pad == "/dossier/kop" else ()


@dataclass
class VasteScanner:
    """A scanner that always gives the same answer and counts what it saw."""

    uitslag: Uitslag
    gezien: list[int] = field(default_factory=list)

    def bekijk(self, inhoud: bytes) -> Uitslag:
        self.gezien.append(len(inhoud))
        return self.uitslag


def _dossier(*stukken: tuple[str, bytes | str]) -> etree._Element:
    """A dossier of attachments: name, and the ZIP (octets) or the text that stands as Base64."""
    dossier = etree.Element(f"{{{RUIMTE}}}dossier", nsmap={None: RUIMTE})
    for naam, inhoud in stukken:
        stuk = etree.SubElement(dossier, f"{{{RUIMTE}}}stuk")
        etree.SubElement(stuk, f"{{{RUIMTE}}}heet").text = naam
        tekst = inhoud if isinstance(inhoud, str) else base64.b64encode(inhoud).decode()
        etree.SubElement(stuk, f"{{{RUIMTE}}}vol").text = tekst
    return dossier


def _controleer(
    dossier: etree._Element, grenzen: BijlageGrenzen | None = None
) -> tuple[list[Bevinding], tuple[BijlageGegevens, ...]]:
    return controleer(dossier, ToetsPakket(), grenzen or BijlageGrenzen(pdf_seconden=20))


def _regels(*stukken: tuple[str, bytes | str], grenzen: BijlageGrenzen | None = None) -> list[tuple[str, str]]:
    bevindingen, _ = _controleer(_dossier(*stukken), grenzen)
    return [(bevinding.regel, bevinding.ernst.value) for bevinding in bevindingen]


def _zip(*delen: tuple[str, bytes]) -> bytes:
    doel = io.BytesIO()
    with zipfile.ZipFile(doel, "w", zipfile.ZIP_DEFLATED) as archief:
        for naam, inhoud in delen:
            archief.writestr(naam, inhoud)
    return doel.getvalue()


def _pdf(gevaarlijk: bool = False, **opties: pikepdf.Encryption) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    if gevaarlijk:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1"))
    doel = io.BytesIO()
    pdf.save(doel, encryption=opties.get("encryption"))
    return doel.getvalue()


def test_goede_bijlagen_geven_niets() -> None:
    docx = _zip(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<d/>"))
    stukken = [("a.txt", TEKST), ("b.pdf", _pdf()), ("Ć één.docx", docx), ("D.PNG", b"\x89PNG\r\n\x1a\n")]
    bevindingen, gegevens = _controleer(_dossier(*((naam, schrijf(naam, inhoud)) for naam, inhoud in stukken)))
    assert bevindingen == []
    assert [(g.bestandsnaam, g.grootte) for g in gegevens] == [(naam, len(inhoud)) for naam, inhoud in stukken]
    assert [g.pad for g in gegevens] == [f"/dossier[1]/stuk[{nummer}]" for nummer in (1, 2, 3, 4)]


def test_witruimte_in_base64_mag() -> None:
    tekst = base64.encodebytes(schrijf("a.txt", TEKST)).decode().replace("\n", "\r\n   \t")
    assert _regels(("a.txt", tekst)) == []


GEVALLEN: list[tuple[str, str, str, bytes | str]] = [
    ("base64", "waarschuwing", "a.txt", "@@@"),
    ("base64", "waarschuwing", "a.txt", "é" * 8),
    ("base64", "waarschuwing", "a.txt", "AAAA=AAA"),
    ("zip", "waarschuwing", "a.txt", b"geen zip"),
    ("zip", "waarschuwing", "a.txt", ""),
    ("zip", "waarschuwing", "a.txt", schrijf("a.txt", TEKST)[:60]),
    ("onleesbaar", "waarschuwing", "a.pdf", schrijf("a.pdf", b"%PDF-1.4 zonder iets")),
    ("onleesbaar", "waarschuwing", "a.txt", schrijf("a.txt", b"")),
    ("naam", "waarschuwing", "a.txt", schrijf("b.txt", TEKST)),
    ("naam", "waarschuwing", "a.pdf", schrijf("b.txt", TEKST)),
    ("inhoud", "fout", "a.txt", _zip(("a.txt", TEKST), ("b.txt", TEKST))),
    ("inhoud", "fout", "a.txt", _zip()),
    ("pad", "fout", "a.txt", schrijf("../a.txt", TEKST)),
    ("pad", "fout", "a.txt", schrijf("map\\a.txt", TEKST)),
    ("soort", "fout", "a.txt", schrijf("a.exe", b"MZ")),
    ("type", "fout", "a.pdf", schrijf("a.pdf", TEKST)),
    ("type", "fout", "a.png", schrijf("a.png", b"MZ\x90\0\x03\0\0\0")),
    ("type", "fout", "a.txt", schrijf("a.txt", b"\0\1\2")),
    ("verborgen", "fout", "a.txt", b"MZ" + schrijf("a.txt", TEKST)),
    ("genest", "fout", "a.txt", schrijf("a.txt", _zip(("b.txt", TEKST)))),
    ("genest", "fout", "a.docx", schrijf("a.docx", _zip(("b.txt", TEKST)))),
    ("macro", "fout", "a.docx", schrijf("a.docx", _zip(("[Content_Types].xml", b"vbaProject"), ("word/d", b"")))),
    ("versleuteld", "fout", "a.pdf", schrijf("a.pdf", _pdf(encryption=pikepdf.Encryption(owner="a", user="b")))),
    ("pdf", "fout", "a.pdf", schrijf("a.pdf", _pdf(gevaarlijk=True))),
    ("bom", "fout", "a.txt", _zip(("a.txt", bytes(15_000_000)))),
]


@pytest.mark.parametrize(("regel", "ernst", "naam", "inhoud"), GEVALLEN)
def test_een_regel_per_gebrek(regel: str, ernst: str, naam: str, inhoud: bytes | str) -> None:
    bevindingen, gegevens = _controleer(_dossier((naam, inhoud)))
    assert [(b.regel, b.ernst.value, b.pad) for b in bevindingen] == [
        (f"BIJL.{regel}", ernst, "/dossier[1]/stuk[1]/vol[1]")
    ]
    assert len(gegevens) == 1


@pytest.mark.parametrize(("naam", "regel"), [("../a.txt", "pad"), ("a.rtf", "soort"), ("zonder", "soort")])
def test_bezwaar_tegen_bestandsnaam_staat_bij_bestandsnaam(naam: str, regel: str) -> None:
    bevindingen, _ = _controleer(_dossier((naam, schrijf("a.txt", TEKST))))
    assert [(b.regel, b.pad) for b in bevindingen] == [
        (f"BIJL.{regel}", "/dossier[1]/stuk[1]/heet[1]"),
        ("BIJL.naam", "/dossier[1]/stuk[1]/vol[1]"),
    ]
    assert bevindingen[0].toegestaan == (("pdf", "txt", "docx", "png", "odt") if regel == "soort" else ())


def test_meldingen_noemen_geen_waarde() -> None:
    bevindingen, _ = _controleer(_dossier(("Verslag van Pietje.rtf", "@@@")))
    assert bevindingen
    assert "Pietje" not in "".join(b.melding for b in bevindingen)


def test_onleesbaar_kan_fout_zijn() -> None:
    streng = BijlageGrenzen(onleesbaar=Ernst.FOUT)
    assert _regels(("a.txt", "@@@"), grenzen=streng) == [("BIJL.base64", "fout")]
    assert _regels(("a.txt", schrijf("b.txt", TEKST)), grenzen=streng) == [("BIJL.naam", "waarschuwing")]


def test_grootte_per_bijlage() -> None:
    ruis = hashlib.shake_128(b"").digest(1_001).hex().encode()
    grenzen = BijlageGrenzen(per_bijlage=2_000)
    assert _regels(("a.txt", schrijf("a.txt", ruis[:2_000])), grenzen=grenzen) == []
    bevindingen, gegevens = _controleer(_dossier(("a.txt", schrijf("a.txt", ruis[:2_001]))), grenzen)
    assert [b.regel for b in bevindingen] == ["BIJL.grootte"]
    assert "2 kB" in bevindingen[0].melding
    assert gegevens[0].grootte == 2_001


def test_grootte_van_het_dossier() -> None:
    grenzen = BijlageGrenzen(per_bijlage=2_000, per_dossier=3_000)
    stuk = ("a.txt", schrijf("a.txt", b"a" * 1_500))
    assert _regels(stuk, stuk, grenzen=grenzen) == []
    bevindingen, gegevens = _controleer(_dossier(stuk, stuk, stuk, stuk), grenzen)
    assert [(b.regel, b.pad) for b in bevindingen] == [("BIJL.totaal", "/dossier[1]")]
    assert [g.grootte for g in gegevens] == [1_500, 1_500, 1_500, None]


def test_aantal_bijlagen() -> None:
    stuk = ("a.txt", schrijf("a.txt", TEKST))
    bevindingen, gegevens = _controleer(_dossier(*[stuk] * 4), BijlageGrenzen(max_aantal=3))
    assert [b.regel for b in bevindingen] == ["BIJL.aantal"]
    assert len(gegevens) == 3


def test_volgorde_is_die_van_het_dossier() -> None:
    erg = ("a.pdf", schrijf("a.pdf", _pdf(gevaarlijk=True)))
    stuk = ("b.txt", "@@@")
    assert _regels(stuk, erg, stuk) == [
        ("BIJL.base64", "waarschuwing"),
        ("BIJL.pdf", "fout"),
        ("BIJL.base64", "waarschuwing"),
    ]


@pytest.mark.parametrize("uitslag", Uitslag)
def test_virusscanner(uitslag: Uitslag) -> None:
    scanner = VasteScanner(uitslag)
    dossier = _dossier(("a.txt", schrijf("a.txt", TEKST)), ("b.txt", "@@@"))
    bevindingen, _ = controleer(dossier, ToetsPakket(), BijlageGrenzen(), scanner)
    virus = [] if uitslag is Uitslag.SCHOON else ["BIJL.virus"]
    assert [b.regel for b in bevindingen] == [*virus, "BIJL.base64"]
    assert scanner.gezien == [len(TEKST)]


def test_blok_zonder_velden() -> None:
    dossier = etree.Element(f"{{{RUIMTE}}}dossier")
    etree.SubElement(dossier, f"{{{RUIMTE}}}stuk")
    bevindingen, _ = _controleer(dossier)
    assert [(b.regel, b.pad) for b in bevindingen] == [
        ("BIJL.pad", "/dossier[1]/stuk[1]"),
        ("BIJL.zip", "/dossier[1]/stuk[1]"),
    ]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40), st.binary(max_size=200))
def test_niets_gooit(naam: str, inhoud: bytes) -> None:
    for stuk in (inhoud, schrijf(naam or "a", inhoud), b"PK\x03\x04" + inhoud):
        for bevinding in _controleer(_dossier((naam, stuk)))[0]:
            assert bevinding.regel.removeprefix("BIJL.") in REGELS


def test_elke_regel_is_getoetst_en_zegt_wat_te_doen() -> None:
    elders = {"grootte", "totaal", "aantal", "virus"}
    assert {geval[0] for geval in GEVALLEN} | elders == set(REGELS)
    for naam, regel in REGELS.items():
        assert regel.regel == f"BIJL.{naam}"
        assert regel.melding.count(".") >= 2


def test_ontcijfer_en_in_mb() -> None:
    assert ontcijfer(" QUJD\n") == b"ABC"
    assert ontcijfer("QUJ") is None
    assert [in_mb(g) for g in (56, 1_499, 27_054, 5_000_000, 4_230_000)] == [
        "56 bytes",
        "1 kB",
        "27 kB",
        "5 MB",
        "4,2 MB",
    ]
