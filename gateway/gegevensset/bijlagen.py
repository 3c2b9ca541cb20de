"""Attachment checks (`BIJL.*`): is every `document` of a dossier what it says, safe, and within the sizes agreed?

An attachment is Base64 of a ZIP of one file. What cannot be read is a `waarschuwing` unless configured otherwise (the
official examples hold such attachments); what is dangerous, hidden, of a kind that is not allowed, or too large is a
`fout`. Every step checks size before work: one file is in memory at a time, inflating stops at the limit, and after
the limit of the whole dossier nothing more is unpacked. Sources: security.md "Every XML door", issue B item 5.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from gateway.domain.beoordeling import Bevinding, BijlageGegevens, Ernst
from gateway.gegevensset import pdf_controle, zip_enkel
from gateway.gegevensset.bestandssoort import (
    EXTENSIES,
    Soort,
    extensie,
    gelijke_naam,
    herken,
    onveilige_naam,
)
from gateway.gegevensset.documentblok import Documentblok, PakketMetDocumenten
from gateway.gegevensset.pdf_controle import Oordeel
from gateway.gegevensset.virusscan import Uitslag, Virusscanner
from gateway.xmlio import lokale_naam


@dataclass(frozen=True, slots=True)
class BijlageGrenzen:
    """How large attachments may be, in bytes of the file itself (before ZIP and Base64), and how strict we are.

    `max_ratio`: a file over its size limit that came out this many times larger than it went in is a bomb.
    `onleesbaar`: weight of what cannot be read. `pdf_seconden`: processor time for all PDFs of one dossier that
    need a real reader. `max_aantal`: attachments in one dossier.
    """

    per_bijlage: int = 5_000_000
    per_dossier: int = 20_000_000
    max_ratio: int = 100
    max_aantal: int = 1_000
    onleesbaar: Ernst = Ernst.WAARSCHUWING
    pdf_seconden: float = 1.5


@dataclass(frozen=True, slots=True)
class BijlageRegel:
    """One `BIJL.` rule: what is wrong in general (for the rule page) and the sentence of a finding."""

    regel: str
    ernst: Ernst
    melding: str
    onleesbaar: bool = False


def _fout(naam: str, melding: str) -> BijlageRegel:
    return BijlageRegel(f"BIJL.{naam}", Ernst.FOUT, melding)


def _waarschuwing(naam: str, melding: str, *, onleesbaar: bool = True) -> BijlageRegel:
    return BijlageRegel(f"BIJL.{naam}", Ernst.WAARSCHUWING, melding, onleesbaar)


_OPNIEUW: Final = "Voeg het oorspronkelijke bestand opnieuw toe."
REGELS: Final[dict[str, BijlageRegel]] = {
    regel.regel.removeprefix("BIJL."): regel
    for regel in (
        _waarschuwing("base64", f"De inhoud van de bijlage is geen Base64 en kan niet worden gelezen. {_OPNIEUW}"),
        _waarschuwing("zip", f"De bijlage is geen volledig, leesbaar ZIP-bestand. {_OPNIEUW}"),
        _waarschuwing("onleesbaar", f"Het bestand in de bijlage is beschadigd of leeg. {_OPNIEUW}"),
        _waarschuwing(
            "naam",
            "Het bestand in de bijlage heeft een andere naam dan in bestandsnaam staat. Maak de namen gelijk en "
            "controleer of het juiste bestand is toegevoegd.",
            onleesbaar=False,
        ),
        _fout("inhoud", "Het ZIP-bestand van de bijlage bevat niet precies één bestand. Verstuur elk bestand apart."),
        _fout("pad", "De bestandsnaam bevat een pad of onzichtbare tekens. Geef alleen de naam van het bestand."),
        _fout("soort", "Dit soort bestand is als bijlage niet toegestaan. Sla het op als PDF en voeg het opnieuw toe."),
        _fout(
            "type",
            "De inhoud van het bestand is niet wat de bestandsnaam zegt. Voeg het juiste bestand toe, met de extensie "
            "die erbij hoort.",
        ),
        _fout("grootte", "De bijlage is groter dan is toegestaan. Verklein het bestand of laat het weg."),
        _fout("totaal", "De bijlagen van dit dossier zijn samen groter dan is toegestaan. Verklein ze of laat er weg."),
        _fout("aantal", "Het dossier heeft meer bijlagen dan is toegestaan. Voeg bijlagen samen of laat er weg."),
        _fout("versleuteld", "De bijlage is met een wachtwoord beveiligd. Haal de beveiliging eraf."),
        _fout("bom", "De bijlage wordt bij het uitpakken buitensporig groot (ZIP-bom). Laat de bijlage weg."),
        _fout("genest", "In de bijlage zit nog een archief of programma. Voeg de bestanden los toe."),
        _fout("macro", "Het document bevat macro's. Sla het op zonder macro's of als PDF."),
        _fout(
            "pdf",
            "De PDF bevat JavaScript, ingesloten bestanden of opdrachten, of kan daarop niet worden gecontroleerd. "
            "Maak een gewone PDF, bijvoorbeeld met Afdrukken naar PDF.",
        ),
        _fout("verborgen", f"De bijlage spreekt zichzelf tegen of bevat verborgen gegevens. {_OPNIEUW}"),
        _fout("virus", "De virusscanner keurt de bijlage af, of kon haar niet bekijken. Laat de bijlage nakijken."),
    )
}
"""Every attachment rule by the part of its id after `BIJL.`."""


def controleer(
    dossier: etree._Element,
    pakket: PakketMetDocumenten,
    grenzen: BijlageGrenzen,
    scanner: Virusscanner | None = None,
) -> tuple[list[Bevinding], tuple[BijlageGegevens, ...]]:
    """Check every `document` of a dossier, in document order.

    Returns the findings and one row for each attachment. Never raises on what the dossier holds; bounded in memory
    (one file of `per_bijlage`, and those few PDFs that need a real reader) and in time.
    """
    namen = pakket.documenten
    ronde = _Ronde(grenzen, namen, scanner)
    paden = _Paden()
    ruimte = f"{{{pakket.naamruimte}}}"
    for nummer, element in enumerate(dossier.iter(ruimte + namen.blok)):
        if nummer >= grenzen.max_aantal:
            ronde.meld_dossier(dossier, "aantal")
            break
        ronde.bekijk(_Bijlage(nummer, element, ruimte, namen, paden))
    return ronde.afgerond(dossier), tuple(ronde.gegevens)


class _Paden:
    """Indexed paths of elements; those above are remembered, because attachments stand together.

    Unlike `xmlio.Padwijzer` this counts only the siblings of the same name, in libxml2: many attachments under one
    parent would make that slow, but their number is limited.
    """

    def __init__(self) -> None:
        self._bekend: dict[etree._Element, str] = {}

    def van(self, element: etree._Element) -> str:
        ouder = element.getparent()
        boven = "" if ouder is None else self._bekend.get(ouder) or self._bekend.setdefault(ouder, self.van(ouder))
        nummer = 1 + sum(1 for _ in element.itersiblings(str(element.tag), preceding=True))
        return f"{boven}/{lokale_naam(element)}[{nummer}]"


class _Bijlage:
    """One `document` element, its parts and its place."""

    __slots__ = ("bestandsnaam", "element", "inhoud", "naam", "nummer", "pad")

    def __init__(self, nummer: int, element: etree._Element, ruimte: str, namen: Documentblok, paden: _Paden) -> None:
        self.nummer = nummer
        self.element = element
        self.naam = element.find(ruimte + namen.bestandsnaam)
        self.inhoud = element.find(ruimte + namen.bestandsinhoud)
        self.pad = paden.van(element)
        self.bestandsnaam: str = (self.naam.text or "") if self.naam is not None else ""

    def base64(self) -> str:
        """Each call makes the text anew; it may be large, so it is not kept."""
        return (self.inhoud.text or "") if self.inhoud is not None else ""


@dataclass(slots=True)
class _Ronde:
    """One pass over the attachments of one dossier: what is found, what is used of the budget, what waits."""

    grenzen: BijlageGrenzen
    namen: Documentblok
    scanner: Virusscanner | None
    gegevens: list[BijlageGegevens] = field(default_factory=list)
    gebruikt: int = 0
    _bevindingen: list[tuple[int, Bevinding]] = field(default_factory=list)
    _pdfs: list[tuple[_Bijlage, bytes]] = field(default_factory=list)

    def bekijk(self, bijlage: _Bijlage) -> None:
        grootte, base64 = None, bijlage.base64()
        self._bekijk_naam(bijlage, bijlage.bestandsnaam, bij_naam=True)
        if self.gebruikt <= self.grenzen.per_dossier:  # beyond it the dossier is refused anyway: no more work
            grootte = self._bekijk_inhoud(bijlage, base64)
            self.gebruikt += grootte or 0
        self.gegevens.append(BijlageGegevens(bijlage.bestandsnaam, grootte, len(base64), bijlage.pad))

    def afgerond(self, dossier: etree._Element) -> list[Bevinding]:
        """The findings in document order, those on the whole dossier first."""
        oordelen = pdf_controle.grondig([inhoud for _, inhoud in self._pdfs], seconden=self.grenzen.pdf_seconden)
        for (bijlage, _), oordeel in zip(self._pdfs, oordelen, strict=True):
            self._meld_pdf(bijlage, oordeel)
        if self.gebruikt > self.grenzen.per_dossier:
            self.meld_dossier(dossier, "totaal")
        return [bevinding for _, bevinding in sorted(self._bevindingen, key=lambda paar: paar[0])]

    def meld_dossier(self, dossier: etree._Element, naam: str) -> None:
        self._bevindingen.append((-1, self._bevinding(naam, _Paden().van(dossier), dossier)))

    def _meld(self, bijlage: _Bijlage, naam: str, *, bij_naam: bool = False) -> None:
        """Report on the content of the attachment, or on its `bestandsnaam`."""
        element = bijlage.naam if bij_naam else bijlage.inhoud
        stap = self.namen.bestandsnaam if bij_naam else self.namen.bestandsinhoud
        plek = bijlage.pad if element is None else f"{bijlage.pad}/{stap}[1]"
        bevinding = self._bevinding(naam, plek, bijlage.element if element is None else element)
        self._bevindingen.append((bijlage.nummer, bevinding))

    def _bevinding(self, naam: str, plek: str, element: etree._Element) -> Bevinding:
        regel = REGELS[naam]
        ernst = self.grenzen.onleesbaar if regel.onleesbaar else regel.ernst
        toegestaan = tuple(self.namen.toegestaan) if naam == "soort" else ()
        melding = regel.melding + self._maximum(naam)
        return Bevinding(regel.regel, ernst, plek, element.sourceline, melding, toegestaan)

    def _maximum(self, naam: str) -> str:
        grenzen = self.grenzen
        maxima = {
            "grootte": f" Het maximum is {in_mb(grenzen.per_bijlage)} per bijlage.",
            "totaal": f" Het maximum is {in_mb(grenzen.per_dossier)} per dossier.",
            "aantal": f" Het maximum is {grenzen.max_aantal} bijlagen.",
        }
        return maxima.get(naam, "")

    def _bekijk_naam(self, bijlage: _Bijlage, naam: str, *, bij_naam: bool) -> bool:
        if onveilige_naam(naam):
            self._meld(bijlage, "pad", bij_naam=bij_naam)
            return False
        if extensie(naam) not in self.namen.toegestaan:
            self._meld(bijlage, "soort", bij_naam=bij_naam)
            return False
        return True

    def _bekijk_inhoud(self, bijlage: _Bijlage, base64: str) -> int | None:
        """Unpack and judge; the size of the file, None where it is not known."""
        octets = ontcijfer(base64)
        if octets is None:
            self._meld(bijlage, "base64")
            return None
        grenzen = self.grenzen
        try:
            ingang = zip_enkel.lees(octets, grens=grenzen.per_bijlage, max_ratio=grenzen.max_ratio)
        except zip_enkel.ZipGeweigerd as geweigerd:
            self._meld(bijlage, geweigerd.reden.value)
            return geweigerd.grootte
        gelijk = gelijke_naam(ingang.naam, bijlage.bestandsnaam)
        goed = True
        if not gelijk:
            goed = self._bekijk_naam(bijlage, ingang.naam, bij_naam=False)
            if goed:
                self._meld(bijlage, "naam")
        if goed:
            self._bekijk_bestand(bijlage, extensie(ingang.naam), ingang.inhoud)
        return len(ingang.inhoud)

    def _bekijk_bestand(self, bijlage: _Bijlage, einde: str, inhoud: bytes) -> None:
        herkend = herken(inhoud, max_ratio=self.grenzen.max_ratio)
        if herkend.gevaar is not None:
            self._meld(bijlage, herkend.gevaar.value)
        elif not inhoud:
            self._meld(bijlage, "onleesbaar")
        elif einde in EXTENSIES and herkend.soort not in EXTENSIES[einde]:
            self._meld(bijlage, "type")
        if herkend.soort is Soort.PDF:
            oordeel = pdf_controle.snel(inhoud)
            if oordeel is None:
                self._pdfs.append((bijlage, inhoud))
            else:
                self._meld_pdf(bijlage, oordeel)
        if self.scanner is not None and self.scanner.bekijk(inhoud) is not Uitslag.SCHOON:
            self._meld(bijlage, "virus")

    def _meld_pdf(self, bijlage: _Bijlage, oordeel: Oordeel) -> None:
        if oordeel is Oordeel.BESCHADIGD:
            self._meld(bijlage, "onleesbaar")
        elif oordeel is Oordeel.WACHTWOORD:
            self._meld(bijlage, "versleuteld")
        elif oordeel is not Oordeel.VEILIG:
            self._meld(bijlage, "pdf")


def ontcijfer(tekst: str) -> bytes | None:
    """Octets of a Base64 text; white space inside is allowed, anything else that does not belong gives None."""
    if not tekst.isascii():
        return None
    try:
        return binascii.a2b_base64(tekst, strict_mode=True)
    except binascii.Error:
        pass
    try:
        return binascii.a2b_base64(tekst.encode("ascii").translate(None, b" \t\r\n"), strict_mode=True)
    except binascii.Error:
        return None


def in_mb(grootte: int) -> str:
    """A size for people, 1 MB = 1 000 000 bytes, with a Dutch decimal comma: `4,2 MB`, `27 kB`, `56 bytes`."""
    if grootte >= 1_000_000:
        return f"{grootte / 1_000_000:.1f}".removesuffix(".0").replace(".", ",") + " MB"
    return f"{round(grootte / 1_000)} kB" if grootte >= 1_000 else f"{grootte} bytes"
