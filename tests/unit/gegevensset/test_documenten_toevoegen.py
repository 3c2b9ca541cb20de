"""Documents beside a dossier: their place, order, names and deterministic octets; what is refused changes nothing."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
import pytest
from lxml import etree

from gateway.domain.beoordeling import Document
from gateway.gegevensset.bijlagen import BijlageGrenzen, controleer
from gateway.gegevensset.documentblok import Documentblok
from gateway.gegevensset.documenten import DocumentGeweigerd, voeg_toe
from gateway.gegevensset.zip_enkel import lees, schrijf

RUIMTE = "urn:toets"
BLOK = Documentblok("stuk", "heet", "over", "vol", "kop/stukken", ("pdf", "txt"))
GRENZEN = BijlageGrenzen(pdf_seconden=20)


@dataclass(frozen=True)
class ToetsPakket:
    """A pack with made-up names."""

    naamruimte: str = RUIMTE
    documenten: Documentblok = BLOK

    def volgorde(self, pad: str) -> Sequence[str]:
        return {"/dossier/kop": ("eerst", "stukken", "later", "laatst")}[pad]


def _pdf(javascript: bool = False, **opties: Any) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    if javascript:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1"))
    doel = io.BytesIO()
    pdf.save(doel, **opties)
    return doel.getvalue()


PDF = _pdf()
OKI = Document("oki-doc", "", PDF)


def _boom(*kinderen: str) -> etree._Element:
    dossier = etree.Element(f"{{{RUIMTE}}}dossier", nsmap={None: RUIMTE})
    kop = etree.SubElement(dossier, f"{{{RUIMTE}}}kop")
    for kind in kinderen:
        etree.SubElement(kop, f"{{{RUIMTE}}}{kind}")
    return dossier


def _namen(element: etree._Element) -> list[str]:
    return [etree.QName(kind).localname for kind in element]


def _stukken(dossier: etree._Element) -> list[tuple[str, str | None, bytes]]:
    rijen = []
    for stuk in dossier.iter(f"{{{RUIMTE}}}stuk"):
        naam, over, vol = (kind.text for kind in stuk)
        ingang = lees(base64.b64decode(vol or ""), grens=10_000_000, max_ratio=100)
        assert ingang.naam == naam
        rijen.append((naam, over, ingang.inhoud))
    return rijen


def test_oki_doc_eerst_dan_de_bijlagen_in_hun_volgorde() -> None:
    dossier = _boom()
    voeg_toe(
        dossier,
        [Document("bijlage", "b.txt", b"B"), Document("bijlage", "a.txt", b"A"), OKI],
        ToetsPakket(),
        GRENZEN,
    )
    assert _stukken(dossier) == [
        ("oki-doc.pdf", "oki-doc", PDF),
        ("b.txt", "bijlage", b"B"),
        ("a.txt", "bijlage", b"A"),
    ]
    assert controleer(dossier, ToetsPakket(), GRENZEN)[0] == []


@pytest.mark.parametrize(
    ("ervoor", "erna"),
    [
        ((), ("stukken",)),
        (("eerst",), ("eerst", "stukken")),
        (("eerst", "eerst", "laatst"), ("eerst", "eerst", "stukken", "laatst")),
        (("later", "laatst"), ("stukken", "later", "laatst")),
    ],
)
def test_lijst_komt_op_haar_plaats(ervoor: tuple[str, ...], erna: tuple[str, ...]) -> None:
    dossier = _boom(*ervoor)
    voeg_toe(dossier, [OKI], ToetsPakket(), GRENZEN)
    assert tuple(_namen(dossier[0])) == erna


def test_bestaande_lijst_wordt_aangevuld() -> None:
    dossier = _boom("eerst", "stukken", "laatst")
    voeg_toe(dossier, [OKI], ToetsPakket(), GRENZEN)
    voeg_toe(dossier, [Document("bijlage", "a.txt", b"A")], ToetsPakket(), GRENZEN)
    assert _namen(dossier[0]) == ["eerst", "stukken", "laatst"]
    assert [naam for naam, _, _ in _stukken(dossier)] == ["oki-doc.pdf", "a.txt"]


def test_gelijke_bestanden_geven_gelijke_octets() -> None:
    bomen = [_boom(), _boom()]
    for boom in bomen:
        voeg_toe(boom, [Document("bijlage", "één.txt", b"x" * 500), OKI], ToetsPakket(), GRENZEN)
    assert etree.tostring(bomen[0], method="c14n") == etree.tostring(bomen[1], method="c14n")


def test_zonder_documenten_of_zonder_plaats_verandert_niets() -> None:
    dossier = _boom("eerst")
    voeg_toe(dossier, [], ToetsPakket(), GRENZEN)
    assert _namen(dossier[0]) == ["eerst"]
    leeg = etree.Element(f"{{{RUIMTE}}}dossier")
    voeg_toe(leeg, [OKI], ToetsPakket(), GRENZEN)
    assert len(leeg) == 0


def test_naam_wordt_samengesteld_geschreven() -> None:
    dossier = _boom()
    voeg_toe(dossier, [Document("bijlage", "e\u0301e\u0301n.txt", b"A")], ToetsPakket(), GRENZEN)
    assert [naam for naam, _, _ in _stukken(dossier)] == ["één.txt"]


GEWEIGERD = [
    ("aantal", [OKI, OKI]),
    ("pad", [Document("bijlage", "", b"A")]),
    ("pad", [Document("bijlage", "   ", b"A")]),
    ("pad", [Document("bijlage", "../a.txt", b"A")]),
    ("pad", [Document("bijlage", "map\\a.txt", b"A")]),
    ("pad", [Document("bijlage", " a.txt", b"A")]),
    ("pad", [Document("bijlage", "a\0.txt", b"A")]),
    ("pad", [Document("bijlage", "a\ufffe.txt", b"A")]),
    ("pad", [Document("bijlage", "a\udc80.txt", b"A")]),
    ("pad", [Document("bijlage", "a" * 150 + ".txt", b"A")]),
    ("soort", [Document("oki-doc", "oki.txt", PDF)]),
    ("type", [Document("oki-doc", "oki.pdf", b"geen pdf")]),
    ("type", [Document("oki-doc", "oki.pdf", b"")]),
    ("pdf", [Document("oki-doc", "oki.pdf", _pdf(javascript=True))]),
    ("pdf", [Document("oki-doc", "oki.pdf", b"%PDF-1.5 stream rommel")]),
    ("versleuteld", [Document("oki-doc", "o.pdf", _pdf(encryption=pikepdf.Encryption(owner="a", user="b")))]),
    ("grootte", [Document("bijlage", "a.txt", bytes(5_000_001))]),
    ("totaal", [Document("bijlage", "a.txt", bytes(5_000_000))] * 4 + [Document("bijlage", "a.txt", b"x")]),
]


@pytest.mark.parametrize(("regel", "documenten"), GEWEIGERD)
def test_geweigerd_en_niets_veranderd(regel: str, documenten: list[Document]) -> None:
    dossier = _boom("eerst")
    voor = etree.tostring(dossier)
    with pytest.raises(DocumentGeweigerd) as geweigerd:
        voeg_toe(dossier, [Document("bijlage", "goed.txt", b"A"), *documenten], ToetsPakket(), GRENZEN)
    assert etree.tostring(dossier) == voor
    (bevinding,) = geweigerd.value.rapport.bevindingen
    assert (bevinding.regel, bevinding.pad) == (f"BIJL.{regel}", "/dossier[1]")
    assert not geweigerd.value.rapport.geldig
    assert geweigerd.value.code == "DocumentGeweigerd"
    assert geweigerd.value.wat_nu.endswith(".")


def test_precies_op_de_grens_mag() -> None:
    dossier = _boom()
    voeg_toe(dossier, [Document("bijlage", "a.txt", b"a" * 5_000_000)], ToetsPakket(), GRENZEN)
    bevindingen, (bijlage,) = controleer(dossier, ToetsPakket(), GRENZEN)
    assert bevindingen == []
    assert bijlage.grootte == 5_000_000


def test_zip_in_het_dossier_is_die_van_zip_enkel() -> None:
    dossier = _boom()
    voeg_toe(dossier, [OKI], ToetsPakket(), GRENZEN)
    tekst = next(dossier.iter(f"{{{RUIMTE}}}vol")).text
    assert base64.b64decode(tekst or "") == schrijf("oki-doc.pdf", PDF)
