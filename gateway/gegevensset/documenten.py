"""Add the documents of a push to a dossier: oki-doc first, then the attachments, as the sender gave them.

A document becomes a `document` in `overigdocumentlijst`: its file name, what it is (`oki-doc` or `bijlage`), and the
Base64 of a ZIP of one file that is the same for the same file (interfaces.md, "How a dossier behaves", Documents).
No category is edited and no document dropped: where the dossier forbids attachments, rule OS.cat16 says so afterwards.
"""

from __future__ import annotations

import binascii
import unicodedata
from collections.abc import Sequence
from typing import Final

from lxml import etree

from gateway.domain.beoordeling import Bevinding, Document, Ernst, Rapport
from gateway.domain.fouten import DossierGeweigerd
from gateway.gegevensset import pdf_controle, zip_enkel
from gateway.gegevensset.bestandssoort import Soort, extensie, herken, onveilige_naam
from gateway.gegevensset.bijlagen import BijlageGrenzen, in_mb
from gateway.gegevensset.documentblok import PakketMetDocumenten
from gateway.gegevensset.pdf_controle import Oordeel

STANDAARD_OKI_DOC: Final = "oki-doc.pdf"
"""File name of an oki-doc that came without one."""

_MAX_NAAM: Final = 150
_GRENZEN: Final = BijlageGrenzen()


class DocumentGeweigerd(DossierGeweigerd):
    """A document beside the dossier cannot be taken; nothing in the sentence or the finding tells its name or content.

    `rapport` holds the one finding (a `BIJL.` rule, weight `fout`, on the whole dossier), so that it can be answered
    and counted like any other refused dossier.
    """

    def __init__(self, regel: str, melding: str, wat_nu: str) -> None:
        bevinding = Bevinding(f"BIJL.{regel}", Ernst.FOUT, "/dossier[1]", None, f"{melding} {wat_nu}")
        super().__init__("DocumentGeweigerd", melding, wat_nu, Rapport(None, None, (bevinding,)))


def voeg_toe(
    dossier: etree._Element,
    documenten: Sequence[Document],
    pakket: PakketMetDocumenten,
    grenzen: BijlageGrenzen = _GRENZEN,
) -> None:
    """Append the documents to the dossier, in place; nothing is changed when one of them is refused.

    The list is made at its place in the order of the pack when it is not there. A dossier without the element that
    must hold it (`leerling`) is left as it is: the XSD refuses it. Raises `DocumentGeweigerd`.
    """
    geordend = sorted(documenten, key=lambda document: document.soort != "oki-doc")
    if sum(document.soort == "oki-doc" for document in geordend) > 1:
        raise DocumentGeweigerd(
            "aantal", "Er is meer dan één oki-doc meegestuurd.", "Stuur één oki-doc; de rest als bijlage."
        )
    klaar = [(_naam(document), document) for document in geordend]
    _eis_totaal(geordend, grenzen)
    for _, document in klaar:
        _eis_grootte(document, grenzen)
        if document.soort == "oki-doc":
            _eis_veilige_pdf(document.inhoud, grenzen)
    lijst = _lijst(dossier, pakket) if klaar else None
    if lijst is not None:
        for naam, document in klaar:
            _maak_document(lijst, pakket, naam, document)


def _naam(document: Document) -> str:
    """The file name as it goes into the dossier: composed (NFC), safe, of a kind that may be sent."""
    naam = unicodedata.normalize("NFC", document.bestandsnaam)
    if document.soort == "oki-doc":
        naam = naam or STANDAARD_OKI_DOC
    wat_nu = "Geef het bestand een gewone naam met extensie, zonder pad, en stuur het opnieuw."
    if not naam.strip():
        raise DocumentGeweigerd("pad", "Een bijlage heeft geen bestandsnaam.", wat_nu)
    if len(naam) > _MAX_NAAM:
        raise DocumentGeweigerd("pad", f"Een bestandsnaam is langer dan {_MAX_NAAM} tekens.", wat_nu)
    if naam != naam.strip() or onveilige_naam(naam) or not _past_in_xml(naam):
        raise DocumentGeweigerd("pad", "Een bestandsnaam bevat een pad, stuurtekens of onzichtbare tekens.", wat_nu)
    if document.soort == "oki-doc" and extensie(naam) != "pdf":
        raise DocumentGeweigerd("soort", "De bestandsnaam van het oki-doc eindigt niet op .pdf.", wat_nu)
    return naam


def _past_in_xml(naam: str) -> bool:
    return not any(teken in "\ufffe\uffff" or "\ud800" <= teken <= "\udfff" for teken in naam)


def _eis_grootte(document: Document, grenzen: BijlageGrenzen) -> None:
    """Stop before the work of packing what would be refused anyway."""
    if len(document.inhoud) > grenzen.per_bijlage:
        raise DocumentGeweigerd(
            "grootte",
            f"Een document is {in_mb(len(document.inhoud))}; het maximum is {in_mb(grenzen.per_bijlage)} per bijlage.",
            "Verklein het bestand, bijvoorbeeld door afbeeldingen te verkleinen, en stuur het opnieuw.",
        )


def _eis_totaal(documenten: Sequence[Document], grenzen: BijlageGrenzen) -> None:
    """What is already in the dossier is counted by the attachment checks afterwards."""
    if sum(len(document.inhoud) for document in documenten) > grenzen.per_dossier:
        raise DocumentGeweigerd(
            "totaal",
            f"De documenten zijn samen groter dan {in_mb(grenzen.per_dossier)}.",
            "Verklein de bestanden of laat er weg.",
        )


def _eis_veilige_pdf(inhoud: bytes, grenzen: BijlageGrenzen) -> None:
    if herken(inhoud, max_ratio=grenzen.max_ratio).soort is not Soort.PDF:
        raise DocumentGeweigerd(
            "type", "Het oki-doc is geen PDF.", "Maak het oki-doc opnieuw als PDF en stuur het opnieuw."
        )
    oordeel = pdf_controle.snel(inhoud) or pdf_controle.grondig([inhoud], seconden=grenzen.pdf_seconden)[0]
    if oordeel is Oordeel.WACHTWOORD:
        raise DocumentGeweigerd(
            "versleuteld",
            "Het oki-doc is met een wachtwoord beveiligd.",
            "Haal de beveiliging eraf en stuur het opnieuw.",
        )
    if oordeel not in (Oordeel.VEILIG, Oordeel.BESCHADIGD):
        raise DocumentGeweigerd(
            "pdf",
            "Het oki-doc bevat scripts, ingesloten bestanden of opdrachten, of kan daarop niet worden gecontroleerd.",
            "Maak een gewone PDF, bijvoorbeeld met Afdrukken naar PDF, en stuur die.",
        )


def _lijst(dossier: etree._Element, pakket: PakketMetDocumenten) -> etree._Element | None:
    """The list to add to, made at its place in the order of the pack; None when what must hold it is not there."""
    *boven, naam = pakket.documenten.lijst.split("/")
    ruimte = f"{{{pakket.naamruimte}}}"
    ouder = dossier.find("/".join(ruimte + stap for stap in boven))
    if ouder is None:
        return None
    lijst = ouder.find(ruimte + naam)
    if lijst is None:
        lijst = etree.Element(ruimte + naam)
        volgorde = pakket.volgorde("/".join(("/" + etree.QName(dossier).localname, *boven)))
        later = frozenset(ruimte + volgende for volgende in volgorde[volgorde.index(naam) + 1 :])
        plek = next((nummer for nummer, kind in enumerate(ouder) if kind.tag in later), len(ouder))
        ouder.insert(plek, lijst)
    return lijst


def _maak_document(lijst: etree._Element, pakket: PakketMetDocumenten, naam: str, document: Document) -> None:
    namen, ruimte = pakket.documenten, f"{{{pakket.naamruimte}}}"
    element = etree.SubElement(lijst, ruimte + namen.blok)
    etree.SubElement(element, ruimte + namen.bestandsnaam).text = naam
    etree.SubElement(element, ruimte + namen.omschrijving).text = document.soort
    ingepakt = zip_enkel.schrijf(naam, document.inhoud)
    etree.SubElement(element, ruimte + namen.bestandsinhoud).text = binascii.b2a_base64(
        ingepakt, newline=False
    ).decode()
