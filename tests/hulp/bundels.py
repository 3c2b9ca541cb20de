"""Official bundles made up for tests: a small gegevensset of our own, and archives good and bad."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

RUIMTE = "http://www.edustandaard.nl/oso_gegevensset/2031/dossier"
MELDINGEN = "http://www.edustandaard.nl/oso_gegevensset/2031/schemas/Meldingen"

XSD = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{RUIMTE}" targetNamespace="{RUIMTE}"
    elementFormDefault="qualified">
  <xs:include schemaLocation="typen.xsd"/>
  <xs:element name="dossier" type="dossierType"/>
  <xs:complexType name="dossierType"><xs:sequence>
    <xs:element name="metadata"><xs:complexType><xs:sequence>
      <xs:element name="datum" type="xs:date"/>
      <xs:element name="standaardversie" type="tekst"/>
      <xs:element name="categorie_uitlevering" minOccurs="0">
        <xs:complexType><xs:sequence/></xs:complexType></xs:element>
      <xs:element name="overstap" type="tekst" minOccurs="0"/>
    </xs:sequence></xs:complexType></xs:element>
    <xs:element name="overdrachtsoort" type="tekst"/>
    <xs:element name="inzage" minOccurs="0"><xs:complexType><xs:sequence>
      <xs:element name="inzage" type="xs:boolean" minOccurs="0"/>
      <xs:element name="akkoord" type="tekst" minOccurs="0"/>
      <xs:element name="toestemming" type="tekst" minOccurs="0"/>
    </xs:sequence></xs:complexType></xs:element>
    <xs:element name="huidigeschool"><xs:complexType><xs:sequence>
      <xs:element name="brincode" type="brin"/>
      <xs:element name="vestigingscode" type="tekst"/>
      <xs:element name="leerling" maxOccurs="2"><xs:complexType><xs:sequence>
        <xs:element name="voornaam" type="tekst" minOccurs="0" maxOccurs="unbounded"/>
        <xs:element name="achternaam" type="tekst"/>
        <xs:choice minOccurs="0">
          <xs:element name="onderwijsnummer" type="tekst"/>
          <xs:element name="bsn" type="tekst"/>
        </xs:choice>
        <xs:element name="overigdocumentlijst" minOccurs="0"><xs:complexType><xs:sequence>
          <xs:element name="document" maxOccurs="unbounded"><xs:complexType><xs:sequence>
            <xs:element name="bestandsnaam" type="tekst"/>
            <xs:element name="omschrijving" type="tekst" minOccurs="0"/>
            <xs:element name="bestandsinhoud" type="tekst"/>
          </xs:sequence></xs:complexType></xs:element>
        </xs:sequence></xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType>
</xs:schema>"""

TYPEN = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{RUIMTE}" targetNamespace="{RUIMTE}">
  <xs:simpleType name="tekst"><xs:restriction base="xs:string">
    <xs:minLength value="1"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="brin"><xs:restriction base="xs:string">
    <xs:pattern value="[0-9][0-9][A-Z][A-Z]"/></xs:restriction></xs:simpleType>
</xs:schema>"""

PAD = """<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:m="{meldingen}">
  <xsl:output method="xml" encoding="UTF-8"/>
  <xsl:template name="melding">
    <xsl:param name="tekst"/>
    <m:melding>
      <m:type>Fout</m:type>
      <m:locatie>
        <xsl:for-each select="ancestor-or-self::*">
          <xsl:text>/</xsl:text><xsl:value-of select="local-name()"/>
          <xsl:variable name="naam" select="local-name()"/>
          <xsl:text>[</xsl:text>
          <xsl:value-of select="1 + count(preceding-sibling::*[local-name() = $naam])"/><xsl:text>]</xsl:text>
        </xsl:for-each>
      </m:locatie>
      <m:tekst><xsl:value-of select="$tekst"/></m:tekst>
    </m:melding>
  </xsl:template>
</xsl:stylesheet>"""

REGELS = """<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:m="{meldingen}"
    xmlns:d="{ruimte}">
  <xsl:include href="../common/melding.xsl"/>
  <xsl:template match="/"><m:meldingen><xsl:apply-templates select="//d:leerling"/>
    <xsl:if test="/d:dossier/d:overdrachtsoort != '{soort}'"><m:melding><m:type>Fout</m:type>
      <m:locatie>/[1]</m:locatie><m:tekst>Verkeerde overdrachtsoort</m:tekst></m:melding></xsl:if>
  </m:meldingen></xsl:template>
  <xsl:template match="d:leerling[not(d:voornaam)]">
    <xsl:call-template name="melding">
      <xsl:with-param name="tekst" select="concat('De voornaam van ', d:achternaam, ' ontbreekt (OVa.LL99)')"/>
    </xsl:call-template>
  </xsl:template>
  <xsl:template match="*"/>
</xsl:stylesheet>"""

KWAAD = """<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:d="{ruimte}"
    xmlns:m="{meldingen}" {extra}>
  <xsl:template match="/"><m:meldingen>{inhoud}</m:meldingen></xsl:template>
  {buiten}
</xsl:stylesheet>"""


def dossier(*, soort: str = "overstapdossier", leerling: str = "<voornaam>Pim</voornaam>", brin: str = "00YY") -> bytes:
    """A dossier of the made-up gegevensset."""
    return (
        f'<dossier xmlns="{RUIMTE}"><metadata><datum>2031-01-31</datum><standaardversie>2031.1</standaardversie>'
        f"<overstap>POVO</overstap></metadata><overdrachtsoort>{soort}</overdrachtsoort><inzage><inzage>true</inzage>"
        f"</inzage><huidigeschool><brincode>{brin}</brincode><vestigingscode>00</vestigingscode>\n<leerling>{leerling}"
        "<achternaam>Zeldzaamnaam</achternaam><bsn>999999990</bsn></leerling></huidigeschool></dossier>"
    ).encode()


def stijlblad(sjabloon: str, **waarden: str) -> str:
    """A stylesheet with the namespaces filled in."""
    return sjabloon.format(**{"ruimte": RUIMTE, "meldingen": MELDINGEN, "soort": "overstapdossier", **waarden})


def kwaad(inhoud: str, extra: str = "", buiten: str = "") -> str:
    """A stylesheet that does something else than judging."""
    return stijlblad(KWAAD, inhoud=inhoud, extra=extra, buiten=buiten)


def bestanden() -> dict[str, bytes]:
    """The files of a good bundle, by path."""
    teksten = {
        "common/OSO_gegevensset.xsd": XSD,
        "common/typen.xsd": TYPEN,
        "common/melding.xsl": stijlblad(PAD),
        "OV/validatie.xsl": stijlblad(REGELS),
        "PaO/validatie.xsl": stijlblad(REGELS, soort="swv-dossier"),
        "README.md": "Een bundel",
    }
    voorbeelden = {"OV/examples/goed.xml": dossier(), "PaO/examples/goed.xml": dossier(soort="swv-dossier")}
    return {**{pad: tekst.encode() for pad, tekst in teksten.items()}, **voorbeelden}


def archief(inhoud: Mapping[str, bytes], onder: str = "oso-gegevensset-2031.1/") -> bytes:
    """A ZIP of these files."""
    doel = io.BytesIO()
    with zipfile.ZipFile(doel, "w", zipfile.ZIP_DEFLATED) as zip_:
        for pad, octets in inhoud.items():
            zip_.writestr(onder + pad, octets)
    return doel.getvalue()
