"""Judge a dossier: parser, pack, XSD, rules, attachments, in the order in which the official validation goes.

The verdict of the XSD is libxml2's, here as in the official validation. The one known place where it departs from the
standard is kept on purpose: blanks around an xs:date are refused, as every chain partner with libxml2 refuses them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from gateway.domain.beoordeling import (
    Beoordeling,
    Bevinding,
    Document,
    Ernst,
    GeenXml,
    Rapport,
    Regelmodus,
)
from gateway.domain.fouten import DossierGeweigerd
from gateway.gegevensset import deur
from gateway.gegevensset.bijlagen import BijlageGrenzen, controleer
from gateway.gegevensset.bundel_uitleg import leg_bundel_uit
from gateway.gegevensset.documenten import voeg_toe
from gateway.gegevensset.kop import lees_kop, octets_en_vergelijking
from gateway.gegevensset.pakket import Pakketten
from gateway.gegevensset.regelmotor import Regelmotor
from gateway.gegevensset.saxon import Saxonmotor
from gateway.gegevensset.uitleg import leg_uit
from gateway.gegevensset.virusscan import Virusscanner
from gateway.xmlio import Grenzen, OnleesbareXml, lees, lokale_naam

REGEL_MEER = "MEER"
"""Rule id of the last finding of a report that left others out."""


@dataclass(frozen=True, slots=True)
class Toetsinstellingen:
    """How the gateway judges. `hoogstens`: findings in one report; a report that leaves some out says so."""

    grenzen: Grenzen = field(default_factory=Grenzen)
    bijlagen: BijlageGrenzen = field(default_factory=BijlageGrenzen)
    regels: Regelmodus = Regelmodus.GEPUBLICEERD
    hoogstens: int = 500


class Toetser:
    """Judges dossiers with the installed packs. Safe to share between threads."""

    def __init__(
        self,
        pakketten: Pakketten,
        instellingen: Toetsinstellingen | None = None,
        virusscanner: Virusscanner | None = None,
    ) -> None:
        self._pakketten = pakketten
        self._instellingen = instellingen or Toetsinstellingen()
        self._virusscanner = virusscanner
        self._motoren = {
            pakket.versie: Saxonmotor(pakket) if pakket.stijlbladen else Regelmotor(pakket) for pakket in pakketten
        }

    @property
    def pakketten(self) -> Pakketten:
        """The packs that this judges with."""
        return self._pakketten

    def beoordeel(
        self,
        octets: bytes,
        *,
        regels: Regelmodus | None = None,
        pakket: str | None = None,
        documenten: Sequence[Document] = (),
    ) -> Beoordeling:
        """Judge one dossier with the documents added to it; whatever is wrong with it is a finding.

        `pakket` demands one version. Raises `GeenXml` when the body is not XML at all, `OnbekendPakket` when that
        version is not installed, and nothing else.
        """
        return self._geef(octets, regels, pakket, documenten, bewaren=True)

    def rapporteer(self, octets: bytes, *, regels: Regelmodus | None = None, pakket: str | None = None) -> Beoordeling:
        """As `beoordeel`, for files and reports: octets that are not XML at all give a finding `XML` too.

        Leaves out what only a dossier that is kept needs: `octets` and `vergelijking` are None.
        """
        try:
            return self._geef(octets, regels, pakket, (), bewaren=False)
        except GeenXml as geen:
            return Beoordeling(geen.rapport)

    def _geef(
        self,
        octets: bytes,
        regels: Regelmodus | None,
        versie: str | None,
        documenten: Sequence[Document],
        *,
        bewaren: bool,
    ) -> Beoordeling:
        gekozen = self._pakketten.met_versie(versie) if versie is not None else None
        try:
            wortel = lees(octets, self._instellingen.grenzen)
        except OnleesbareXml as reden:
            rapport = Rapport(versie, None, (deur.onleesbaar(reden),))
            if reden.reden.geen_xml:
                raise GeenXml(rapport) from None
            return Beoordeling(rapport)
        gevonden = deur.herken(wortel, self._pakketten if gekozen is None else Pakketten([gekozen]))
        if isinstance(gevonden, Bevinding):
            return Beoordeling(Rapport(versie, None, (gevonden,)))
        oordeel = _Oordeel(self._instellingen, self._virusscanner, self._motoren[gevonden.versie], wortel)
        return oordeel.geef(octets, documenten, regels or self._instellingen.regels, bewaren=bewaren)


class _Oordeel:
    """One dossier on its way through the steps."""

    def __init__(
        self,
        instellingen: Toetsinstellingen,
        virusscanner: Virusscanner | None,
        motor: Regelmotor | Saxonmotor,
        wortel: etree._Element,
    ) -> None:
        self._instellingen = instellingen
        self._virusscanner = virusscanner
        self._motor = motor
        self._pakket = motor.pakket
        self._wortel = wortel

    def geef(self, octets: bytes, documenten: Sequence[Document], regels: Regelmodus, *, bewaren: bool) -> Beoordeling:
        """Go through the steps; each stops the next when it found what makes the next meaningless."""
        if bezwaren := deur.bezwaren(self._wortel, octets):
            return Beoordeling(self._rapport(bezwaren))
        try:
            if documenten:
                voeg_toe(self._wortel, documenten, self._pakket, self._instellingen.bijlagen)
        except DossierGeweigerd as geweigerd:
            return Beoordeling(self._rapport(geweigerd.rapport.bevindingen))
        if not self._pakket.schema.validate(self._wortel):
            uitleg = leg_uit if not self._pakket.stijlbladen else leg_bundel_uit
            gevonden, volledig = uitleg(self._wortel, self._pakket, self._instellingen.hoogstens)
            return Beoordeling(self._rapport(gevonden, 0 if volledig else 1, fout_weggelaten=True))
        beoordeling = self._inhoud(octets, regels)
        return self._met_octets(beoordeling) if bewaren and beoordeling.rapport.geldig else beoordeling

    def _inhoud(self, octets: bytes, regels: Regelmodus) -> Beoordeling:
        wortel, pakket = self._wortel, self._pakket
        tekst = deur.tekstbezwaren(wortel, octets)
        uitkomst = self._motor.toets(wortel, regels, self._instellingen.hoogstens)
        gevonden, bijlagen = controleer(wortel, pakket, self._instellingen.bijlagen, self._virusscanner)
        rapport = self._rapport(
            _op_volgorde(wortel, uitkomst.bevindingen, tekst, gevonden), uitkomst.weggelaten, uitkomst.fout_weggelaten
        )
        return Beoordeling(rapport, kop=lees_kop(wortel, pakket), bijlagen=bijlagen)

    def _met_octets(self, beoordeling: Beoordeling) -> Beoordeling:
        try:
            octets, vergelijking = octets_en_vergelijking(self._wortel, self._pakket)
        except etree.C14NError:
            return Beoordeling(self._rapport([deur.relatieve_naamruimte()]))
        return replace(beoordeling, octets=octets, vergelijking=vergelijking)

    def _rapport(self, gevonden: Iterable[Bevinding], weggelaten: int = 0, fout_weggelaten: bool = False) -> Rapport:
        hoogstens = self._instellingen.hoogstens
        alle = list(gevonden)
        fout_weggelaten = fout_weggelaten or any(bevinding.ernst is Ernst.FOUT for bevinding in alle[hoogstens:])
        weggelaten += len(alle[hoogstens:])
        del alle[hoogstens:]
        if weggelaten:
            ernst = Ernst.FOUT if fout_weggelaten else Ernst.WAARSCHUWING
            melding = (
                f"Er zijn meer dan {hoogstens} bevindingen; de rest staat hier niet. Los deze op en toets opnieuw."
            )
            alle.append(Bevinding(REGEL_MEER, ernst, deur.DOCUMENT, None, melding))
        profiel = self._pakket.profiel(
            self._wortel.findtext(self._pakket.plek("overdrachtsoort")),
            self._wortel.findtext(self._pakket.plek("overstap")),
        )
        return Rapport(self._pakket.versie, profiel, tuple(alle), weggelaten)


def _op_volgorde(wortel: etree._Element, *lijsten: list[Bevinding]) -> list[Bevinding]:
    """Merge findings of several checks in document order; each list is in that order already."""
    gevuld = [lijst for lijst in lijsten if lijst]
    if len(gevuld) < 2:
        return gevuld[0] if gevuld else []
    alle = [bevinding for lijst in gevuld for bevinding in lijst]
    rang = _rangen(wortel, {bevinding.pad for bevinding in alle})
    return sorted(alle, key=lambda bevinding: rang.get(bevinding.pad, 0))


def _rangen(wortel: etree._Element, paden: set[str]) -> dict[str, int]:
    """The order of these paths in the document, looking only where they lead."""
    nodig = {"/".join(stappen[:n]) for stappen in (pad.split("/") for pad in paden) for n in range(2, len(stappen) + 1)}
    rang: dict[str, int] = {}

    def loop(element: etree._Element, plaats: str) -> None:
        rang[plaats] = len(rang)
        aantal: dict[str, int] = {}
        for kind in element:
            naam = lokale_naam(kind)
            aantal[naam] = nummer = aantal.get(naam, 0) + 1
            onder = f"{plaats}/{naam}[{nummer}]"
            if onder in nodig:
                loop(kind, onder)

    loop(wortel, f"/{lokale_naam(wortel)}[1]")
    return rang
