"""A bundle around the official XSD: installed, it judges as that XSD does, and its table is the one of our pack."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.gegevensset import Pakketten, Toetser
from gateway.gegevensset.bundel_installeren import installeer
from gateway.gegevensset.model import Onderdeel
from tests.hulp.bundels import PAD, archief

pytest.importorskip("saxonche", reason="de extra [saxon] is niet geïnstalleerd")
pytestmark = pytest.mark.conformance

RUIMTE = "http://www.edustandaard.nl/oso_gegevensset/2019/dossier"
MELDINGEN = "http://www.edustandaard.nl/oso_gegevensset/2019/schemas/Meldingen"
REGELS = """<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:m="{meldingen}"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xpath-default-namespace="{ruimte}">
  <xsl:import href="../common/melding.xsl"/>
  <xsl:variable name="codes" select="('D', 'J', 'V', 'W', 'Z')"/>
  <xsl:template match="/"><m:meldingen>
    <xsl:apply-templates select="//leerling | //communicatie"/>
  </m:meldingen></xsl:template>
  <xsl:template match="leerling">
    <xsl:if test="not(adresgeheim) or (xs:boolean(adresgeheim) and adreslijst)"><xsl:call-template name="melding">
      <xsl:with-param name="tekst" select="'Het geheim van het adres klopt niet'"/></xsl:call-template></xsl:if>
  </xsl:template>
  <xsl:template match="communicatie[not(nummer)]"/>
</xsl:stylesheet>"""


def _plat(onderdeel: Onderdeel) -> list[tuple[object, ...]]:
    return [
        (
            een.pad, een.min, een.max,
            een.groep and (een.groep.soort, een.groep.min, een.groep.max),
            een.type and (een.type.basis, een.type.patroon, een.type.min_lengte, een.type.max_lengte,
                          een.type.min_waarde, een.type.max_waarde),
            tuple(attribuut.pad for attribuut in een.attributen),
        )
        for een in onderdeel.alle()
    ]  # fmt: skip


@pytest.fixture(scope="module")
def officieel(tabellen: Path) -> Path:
    """Folder with the official XSD and examples."""
    return tabellen / "official" / "2019.1"


@pytest.fixture(scope="module")
def bundel(officieel: Path, tmp_path_factory: pytest.TempPathFactory) -> Pakketten:
    """The packs with the bundle installed under the version of our own pack, which it then replaces."""
    map_ = tmp_path_factory.mktemp("officieel")
    regels = REGELS.format(meldingen=MELDINGEN, ruimte=RUIMTE)
    inhoud = {
        "common/OSO_gegevensset.xsd": (officieel / "OSO_gegevensset.xsd").read_bytes(),
        "common/melding.xsl": PAD.format(meldingen=MELDINGEN).encode(),
        "OV/OV.xsl": regels.encode(),
        "PaO/PaO.xsl": regels.encode(),
    }
    for voorbeeld in (officieel / "examples").glob("*.xml"):
        inhoud[f"{'PaO' if '_PaO_' in voorbeeld.name else 'OV'}/examples/{voorbeeld.name}"] = voorbeeld.read_bytes()
    (map_ / "oso.zip").write_bytes(archief(inhoud))
    proef = installeer(map_ / "oso.zip", map_ / "schemas", Pakketten.laad())
    assert (proef.versie, proef.voorbeelden, proef.aandacht) == ("2019.1", 4, ())
    return Pakketten.laad([map_ / "schemas" / "gegevensset"])


def test_tabel_uit_de_officiele_xsd_is_die_van_ons_pakket(bundel: Pakketten) -> None:
    afgeleid, eigen = bundel.met_versie("2019.1"), Pakketten.laad().met_versie("2019.1")
    assert afgeleid.stijlbladen
    assert afgeleid.model_volledig
    assert _plat(afgeleid.model) == _plat(eigen.model)


def test_voorbeelden_zijn_geldig_en_een_fout_krijgt_zijn_plaats(bundel: Pakketten, officieel: Path) -> None:
    toetser = Toetser(bundel)
    for voorbeeld in sorted((officieel / "examples").glob("*.xml")):
        octets = voorbeeld.read_bytes()
        assert toetser.rapporteer(octets).rapport.geldig, voorbeeld.name
        zonder = octets.replace(b"<adresgeheim>false</adresgeheim>", b"", 1)
        gevonden = [b for b in toetser.rapporteer(zonder).rapport.bevindingen if not b.regel.startswith("BIJL.")]
        assert [b.pad for b in gevonden] == ["/dossier[1]/huidigeschool[1]/leerling[1]"]


def test_xsd_afkeuring_is_die_van_ons_pakket(bundel: Pakketten, officieel: Path) -> None:
    octets = (officieel / "examples" / "Voorbeelddossier_OV_POVO_opt_out.xml").read_bytes()
    fout = octets.replace(b"<overdrachtsoort>", b"<onzin/><overdrachtsoort>").replace(b"<brincode>", b"<brincode>x", 1)
    met_bundel, met_pakket = (
        Toetser(bundel).rapporteer(fout).rapport,
        Toetser(Pakketten.laad()).rapporteer(fout).rapport,
    )
    assert [b.pad for b in met_bundel.bevindingen] == [b.pad for b in met_pakket.bevindingen]
    assert {b.regel for b in met_bundel.bevindingen} == {"XSD"}
