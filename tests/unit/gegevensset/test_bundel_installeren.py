"""Installing an official bundle: what comes out of a good one, and that a bad one leaves nothing behind."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from gateway.domain.beoordeling import Ernst
from gateway.gegevensset import OngeldigPakket, Pakketten, Toetser
from gateway.gegevensset.bundel_archief import Archiefgrenzen, BundelGeweigerd, BundelOnleesbaar, lees_archief
from gateway.gegevensset.bundel_installeren import beproef, installeer
from gateway.gegevensset.verslag import Verslagregel
from gateway.gegevensset.verslag_tekst import als_tekst
from gateway.gegevensset.weergave import maak_pagina
from tests.hulp.bundels import RUIMTE, archief, bestanden, dossier, kwaad

pytest.importorskip("saxonche", reason="de extra [saxon] is niet geïnstalleerd")

PRODUCT = Pakketten.laad()
DAAR = "/dossier[1]/huidigeschool[1]/leerling[1]"


def _installeer(tmp_path: Path, anders: dict[str, bytes | None] | None = None, naam: str = "bundel.zip") -> Path:
    """Install the made-up bundle with some files changed (None: left out); gives the folder of packs."""
    inhoud = {**bestanden(), **(anders or {})}
    zip_ = tmp_path / naam
    zip_.write_bytes(archief({pad: octets for pad, octets in inhoud.items() if octets is not None}))
    installeer(zip_, tmp_path / "schemas", PRODUCT)
    return tmp_path / "schemas" / "gegevensset"


@pytest.fixture(scope="module")
def geinstalleerd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of packs with the good bundle in it."""
    return _installeer(tmp_path_factory.mktemp("bundel"))


@pytest.fixture(scope="module")
def toetser(geinstalleerd: Path) -> Toetser:
    """A validator that knows the bundle."""
    return Toetser(Pakketten.laad([geinstalleerd]))


def test_goede_bundel_is_een_pakket_als_een_ander(toetser: Toetser) -> None:
    assert "2031.1" in toetser.pakketten.versies
    beoordeling = toetser.beoordeel(dossier())
    assert beoordeling.rapport.geldig
    assert beoordeling.rapport.pakket == "2031.1"
    assert beoordeling.rapport.profiel == "PO-VO"
    assert beoordeling.octets is not None
    assert beoordeling.kop is not None
    assert beoordeling.kop.pgn is not None
    assert beoordeling.kop.inzage_gegeven


def test_bevinding_van_het_stylesheet_heeft_pad_regel_en_geen_waarde(toetser: Toetser) -> None:
    [bevinding] = toetser.rapporteer(dossier(leerling="")).rapport.bevindingen
    assert bevinding.pad == DAAR
    assert bevinding.regelnummer == 2
    assert bevinding.regel == "OVa.LL99"
    assert bevinding.ernst is Ernst.FOUT
    assert bevinding.melding == "De voornaam van … ontbreekt (OVa.LL99)"


def test_de_overdrachtsoort_kiest_het_stylesheet(toetser: Toetser) -> None:
    assert toetser.rapporteer(dossier(soort="swv-dossier")).rapport.geldig
    [bevinding] = toetser.rapporteer(dossier(soort="overdrachtbinnenbrin")).rapport.bevindingen
    assert (bevinding.regel, bevinding.pad) == ("OV", "/dossier[1]")


def test_xsd_bevindingen_zijn_in_ons_nederlands(toetser: Toetser) -> None:
    gevonden = toetser.rapporteer(dossier(brin="0YY0", leerling="<onzin/>")).rapport.bevindingen
    assert [(b.regel, b.pad.rpartition("/")[2]) for b in gevonden] == [("XSD", "brincode[1]"), ("XSD", "onzin[1]")]
    assert "Verwijder het" in gevonden[1].melding


def test_verslag_en_leesbare_pagina_kunnen_een_bundel_aan(toetser: Toetser) -> None:
    beoordeling = toetser.rapporteer(dossier(leerling=""))
    assert "OVa.LL99" in als_tekst([Verslagregel("a.xml", beoordeling)])
    assert "Zeldzaamnaam" in maak_pagina(dossier(), toetser)


def test_controle_houdt_en_een_gewijzigd_bestand_valt_op(tmp_path: Path) -> None:
    map_ = _installeer(tmp_path) / "2031.1"
    assert beproef(map_).goed
    stijlblad = map_ / "bundel" / "OV" / "validatie.xsl"
    stijlblad.write_text(kwaad("<a/>"), "utf-8")
    proef = beproef(map_)
    assert not proef.goed
    assert "gewijzigd" in proef.meldingen[0]
    with pytest.raises(OngeldigPakket, match="gewijzigd"):
        Pakketten.laad([map_.parent])


def test_opnieuw_installeren_vervangt(tmp_path: Path) -> None:
    map_ = _installeer(tmp_path)
    (map_ / "2031.1" / "van-vroeger.txt").write_text("oud", "utf-8")
    assert not (_installeer(tmp_path) / "2031.1" / "van-vroeger.txt").exists()
    assert [kind.name for kind in (tmp_path / "schemas").iterdir()] == ["gegevensset"]


def test_versie_uit_naam_van_het_archief_en_met_de_hand(tmp_path: Path) -> None:
    zonder = {pad: octets.replace(b"2031.1", b"onbekend") for pad, octets in bestanden().items() if "examples" in pad}
    inhoud = archief({**bestanden(), **zonder}, onder="")
    for naam, gevraagd, verwacht in (
        ("oso_2030.2.zip", None, "2030.2"),
        ("x.zip", None, "2031.1"),
        ("x.zip", "2032.1", "2032.1"),
    ):
        (tmp_path / naam).write_bytes(inhoud)
        assert installeer(tmp_path / naam, tmp_path / "s", PRODUCT, versie=gevraagd).versie == verwacht
    with pytest.raises(BundelGeweigerd, match="versie"):
        installeer(tmp_path / "x.zip", tmp_path / "s", PRODUCT, versie="../../weg")


def _niets_over(tmp_path: Path) -> bool:
    schemas = tmp_path / "schemas"
    return not schemas.exists() or not [pad for pad in schemas.rglob("*") if pad.is_file()]


@pytest.mark.parametrize(
    ("anders", "waarom"),
    [
        ({"common/OSO_gegevensset.xsd": None}, "geen XSD"),
        ({"common/typen.xsd": None}, "niet in de bundel"),
        ({"OV/validatie.xsl": None}, "stylesheet in de map OV"),
        ({"common/melding.xsl": None}, "niet in de bundel"),
        ({"OV/validatie.xsl": b"<a"}, "niet te gebruiken"),
        ({"OV/validatie.xsl": b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>"}, "DOCTYPE"),
        ({"common/OSO_gegevensset.xsd": b"<!DOCTYPE a [<!ENTITY a 'x'>]><a>&a;</a>"}, "DOCTYPE"),
        ({"OV/examples/goed.xml": dossier(leerling="")}, "voorbeeld"),
        ({"OV/examples/goed.xml": dossier(brin="fout")}, "voorbeeld"),
        ({"OV/validatie.xsl": kwaad('<xsl:value-of select="concat("/>').encode()}, "functie|vertalen"),
        ({"OV/validatie.xsl": kwaad('<xsl:value-of select="true() +"/>').encode()}, "niet te vertalen"),
        ({"OV/validatie.xsl": kwaad("").replace("m:meldingen", "m:iets").encode()}, "voorbeeld"),
    ],
)
def test_slechte_bundel_laat_niets_achter(tmp_path: Path, anders: dict[str, bytes | None], waarom: str) -> None:
    with pytest.raises(BundelGeweigerd, match=waarom):
        _installeer(tmp_path, anders)
    assert _niets_over(tmp_path)


@pytest.mark.parametrize(
    "verboden",
    [
        "<xsl:copy-of select=\"document('file:///etc/passwd')\"/>",
        "<xsl:copy-of select=\"doc ('file:///etc/passwd')\"/>",
        "<xsl:copy-of select=\"doc(: stil :)('x')\"/>",
        "<xsl:copy-of select=\"if (doc-available('x')) then 1 else 2\"/>",
        "<xsl:value-of select=\"unparsed-text('file:///etc/passwd')\"/>",
        '<xsl:value-of select="fn:unparsed-text(\'x\')" xmlns:fn="http://www.w3.org/2005/xpath-functions"/>',
        "<xsl:value-of select=\"Q{http://www.w3.org/2005/xpath-functions}doc('x')\"/>",
        "<xsl:value-of select=\"for $f in doc#1 return $f('x')\"/>",
        "<xsl:value-of select=\"'x' => doc()\"/>",
        "<xsl:value-of select=\"function-lookup(xs:QName('fn:doc'), 1)('x')\"/>",
        "<xsl:value-of select=\"parse-xml('x')\"/>",
        '<xsl:value-of select="collection()"/>',
        "<xsl:value-of select=\"environment-variable('HOME')\"/>",
        "<xsl:value-of select=\"system-property('java.version')\"/>",
        '<xsl:value-of select="saxon:evaluate(\'1\')" xmlns:saxon="http://saxon.sf.net/"/>',
        '<xsl:value-of select="java:exit(1)" xmlns:java="java:java.lang.System"/>',
        "<uit naam=\"{doc('x')}\"/>",
        "<uit naam=\"{{gewoon}}{concat('}', doc('x'))}\"/>",
        "<uit xsl:use-when=\"doc('x')\"/>",
        "<uit xsl:expand-text=\"yes\">{doc('x')}</uit>",
        '<uit xml:base="file:///etc/"/>',
        '<xsl:result-document href="file:///tmp/x"><a/></xsl:result-document>',
        "<xsl:evaluate xpath=\"'doc(1)'\"/>",
        '<xsl:source-document href="file:///etc/passwd"/>',
        "<xsl:value-of _select=\"doc('x')\"/>",
    ],
)
def test_stylesheet_dat_buiten_het_dossier_kijkt_wordt_geweigerd(tmp_path: Path, verboden: str) -> None:
    with pytest.raises(BundelGeweigerd, match="niet toegestaan"):
        _installeer(tmp_path, {"PaO/validatie.xsl": kwaad(verboden).encode()})
    assert _niets_over(tmp_path)


@pytest.mark.parametrize(
    ("extra", "buiten"),
    [
        ('extension-element-prefixes="m"', ""),
        ('expand-text="yes"', ""),
        ('xml:base="file:///etc/"', ""),
        ("", '<xsl:output parameter-document="file:///etc/passwd"/>'),
        ("", '<xsl:import-schema namespace="urn:x"/>'),
        ("", '<xsl:key name="k" match="*" use="doc(\'x\')"/>'),
        ("", '<xsl:param name="p" static="yes" select="1"/>'),
    ],
)
def test_stylesheet_met_uitbreiding_wordt_geweigerd(tmp_path: Path, extra: str, buiten: str) -> None:
    with pytest.raises(BundelGeweigerd, match="niet toegestaan"):
        _installeer(tmp_path, {"PaO/validatie.xsl": kwaad("", extra, buiten).encode()})


@pytest.mark.parametrize(
    "href", ["../../../etc/x.xsl", "/etc/x.xsl", "file:///etc/x.xsl", "http://x/x.xsl", "", "weg.xsl"]
)
@pytest.mark.parametrize("hoe", ["include", "import"])
def test_verwijzing_buiten_de_bundel_wordt_geweigerd(tmp_path: Path, hoe: str, href: str) -> None:
    blad = kwaad("").replace("<xsl:template", f'<xsl:{hoe} href="{href}"/><xsl:template', 1)
    with pytest.raises(BundelGeweigerd, match="niet in de bundel"):
        _installeer(tmp_path, {"OV/validatie.xsl": blad.encode()})


@pytest.mark.parametrize(
    ("weg", "nieuw"),
    [
        ('<xs:include schemaLocation="typen.xsd"/>', '<xs:include schemaLocation="http://x/typen.xsd"/>'),
        ('<xs:include schemaLocation="typen.xsd"/>', '<xs:include schemaLocation="../../typen.xsd"/>'),
        ('<xs:include schemaLocation="typen.xsd"/>', '<xs:import namespace="urn:x" schemaLocation="file:///etc/x"/>'),
        ('maxOccurs="2"', 'maxOccurs="999999999"'),
        ('maxOccurs="2"', 'maxOccurs="-1"'),
    ],
)
def test_xsd_die_naar_buiten_wijst_of_te_groot_is(tmp_path: Path, weg: str, nieuw: str) -> None:
    xsd = bestanden()["common/OSO_gegevensset.xsd"].decode()
    assert weg in xsd
    with pytest.raises(BundelGeweigerd, match="XSD"):
        _installeer(tmp_path, {"common/OSO_gegevensset.xsd": xsd.replace(weg, nieuw).encode()})
    assert _niets_over(tmp_path)


def test_xsd_met_meer_dan_de_tabel_kan_wordt_ook_uitgelegd(tmp_path: Path) -> None:
    xsd = bestanden()["common/OSO_gegevensset.xsd"].decode()
    naam = '<xs:element name="achternaam"'
    ruimer = xsd.replace(naam, f'<xs:any namespace="##other" minOccurs="0"/>{naam}')
    map_ = _installeer(tmp_path, {"common/OSO_gegevensset.xsd": ruimer.encode()})
    assert "korter toegelicht" in " ".join(beproef(map_ / "2031.1").aandacht)
    toetser = Toetser(Pakketten.laad([map_]))
    [brin, onzin] = toetser.rapporteer(dossier(brin="geheim", leerling="<onzin/>")).rapport.bevindingen
    assert (brin.pad.rpartition("/")[2], onzin.pad.rpartition("/")[2]) == ("brincode[1]", "onzin[1]")
    assert "geheim" not in brin.melding
    assert "hoort hier niet" in onzin.melding


def _zip(*ingangen: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    doel = io.BytesIO()
    with zipfile.ZipFile(doel, "w", zipfile.ZIP_DEFLATED) as zip_:
        for naam, octets in ingangen:
            zip_.writestr(naam, octets, zipfile.ZIP_DEFLATED)
    return doel.getvalue()


@pytest.mark.parametrize(
    "naam",
    ["../weg.xsd", "/etc/weg.xsd", "a/../../weg.xsd", "C:\\weg.xsd", "a\\weg.xsd", "a//weg.xsd", "a/./weg.xsd",
     "a/\nweg.xsd", "a\u202eweg.xsd", "x" * 300 + ".xsd", "a/weg.xsd.", " weg.xsd", "con:weg.xsd"],
)  # fmt: skip
def test_archief_met_onveilig_pad(naam: str) -> None:
    with pytest.raises(BundelGeweigerd, match="onveilig pad"):
        lees_archief(_zip((naam, b"<a/>")))


def test_archief_met_verwijzing() -> None:
    link = zipfile.ZipInfo("common/link.xsd")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(BundelGeweigerd, match="verwijzing"):
        lees_archief(_zip((link, b"/etc/passwd")))


def test_archief_dat_versleuteld_is() -> None:
    octets = bytearray(_zip(("a.xsd", b"<a/>")))
    for merk, plek in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        octets[octets.index(merk) + plek] |= 1
    with pytest.raises(BundelGeweigerd, match="wachtwoord"):
        lees_archief(bytes(octets))


def test_archief_dat_een_bom_is() -> None:
    with pytest.raises(BundelGeweigerd, match="bom"):
        lees_archief(_zip(("a.xsd", b"\0" * 15_000_000)))


@pytest.mark.parametrize(
    ("grenzen", "waarom"),
    [
        (Archiefgrenzen(bestanden=1), "meer dan 1 bestanden"),
        (Archiefgrenzen(totaal=10), "uitgepakt groter"),
        (Archiefgrenzen(per_bestand=3), "meer dan 3 bytes"),
        (Archiefgrenzen(archief=20), "groter dan 20 bytes"),
    ],
)
def test_archief_dat_te_groot_is(grenzen: Archiefgrenzen, waarom: str) -> None:
    with pytest.raises(BundelGeweigerd, match=waarom):
        lees_archief(_zip(("a.xsd", b"<aaaaaaa/>"), ("b.xsd", b"<b/>")), grenzen)


def test_archief_met_dezelfde_naam_in_andere_letters() -> None:
    with pytest.raises(BundelGeweigerd, match="twee keer"):
        lees_archief(_zip(("A.xsd", b"<a/>"), ("a.XSD", b"<b/>")))


@pytest.mark.parametrize("octets", [b"", b"PK", b"<a/>", archief(bestanden())[:-30]])
def test_geen_archief(octets: bytes) -> None:
    with pytest.raises(BundelOnleesbaar):
        lees_archief(octets)


def test_de_maat_die_het_archief_noemt_is_niet_waar() -> None:
    octets = bytearray(_zip(("a.xsd", b"<a>" + b"x" * 5_000 + b"</a>")))
    plek = octets.index(b"PK\x01\x02") + 24
    octets[plek : plek + 4] = (10).to_bytes(4, "little")
    with pytest.raises(BundelGeweigerd):
        lees_archief(bytes(octets))


def test_naamruimte_staat_in_het_manifest(geinstalleerd: Path) -> None:
    manifest = (geinstalleerd / "2031.1" / "pakket.toml").read_text("utf-8")
    assert RUIMTE in manifest
    assert "[plaatsen]" in manifest
