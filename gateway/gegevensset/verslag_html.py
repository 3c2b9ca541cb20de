"""The report on one or more dossiers as a page for a school secretary: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree
from lxml.html import builder as h

from gateway.domain.beoordeling import Bevinding, Ernst
from gateway.gegevensset.bijlagen import in_mb
from gateway.gegevensset.pakket import Pakket, Pakketten
from gateway.gegevensset.verslag import REGELPAGINA, Verslagregel, oordeel, uitleg_bij, vat_samen
from gateway.gegevensset.weergave_pagina import met_klasse, pagina, tabel, tekst
from gateway.gegevensset.weergave_waarden import Woorden, lees_woorden


def als_html(regels: Iterable[Verslagregel], pakketten: Pakketten, regelpagina: str = REGELPAGINA) -> str:
    """Make one page of all reports, with a summary by rule where there is more than one file."""
    alle = list(regels)
    geldig = sum(regel.rapport.geldig for regel in alle)
    onder = (
        f"{len(alle)} dossiers getoetst, {geldig} geldig"
        if len(alle) != 1
        else f"Het dossier is {oordeel(alle[0].rapport)}"
    )
    woorden = {pakket.versie: lees_woorden(pakket) for pakket in pakketten}
    inhoud = _samenvatting(alle) if len(alle) > 1 else []
    for nummer, regel in enumerate(alle, 1):
        inhoud.append(_verslag(nummer, regel, woorden.get(regel.rapport.pakket or ""), regelpagina))
    voet = "Een fout moet eerst worden opgelost. Een waarschuwing houdt het dossier niet tegen, maar vraagt aandacht."
    return pagina("Verslag van de controle", onder, inhoud, voet, inhoudsopgave=len(alle) > 1)


def _samenvatting(regels: list[Verslagregel]) -> list[etree._Element]:
    rijen = [
        (rij.regel, _ernst(rij.ernst), str(rij.aantal), str(rij.dossiers))
        for rij in vat_samen(regel.rapport for regel in regels)
    ]
    if not rijen:
        return []
    deel = etree.Element("section")
    deel.append(h.H2("Samenvatting per regel", id="samenvatting"))
    deel.append(tabel("", ("Regel", "Ernst", "Aantal", "Dossiers"), rijen))
    return [deel]


def _verslag(nummer: int, regel: Verslagregel, woorden: Woorden | None, regelpagina: str) -> etree._Element:
    rapport = regel.rapport
    deel = etree.Element("section")
    deel.append(h.H2(tekst(regel.bestand), id=f"dossier-{nummer}"))
    wat = (
        f"gegevensset {rapport.pakket}, profiel {rapport.profiel or 'onbekend'}"
        if rapport.pakket
        else "onbekende versie"
    )
    soort = "goed" if rapport.geldig else "fout"
    deel.append(met_klasse(h.P(h.STRONG(oordeel(rapport).capitalize()), f" · {wat}"), f"melding {soort}"))
    deel.extend(_bevinding(bevinding, woorden, regelpagina) for bevinding in rapport.bevindingen)
    deel.extend(_bijlagen(regel))
    return deel


def _bevinding(bevinding: Bevinding, woorden: Woorden | None, regelpagina: str) -> etree._Element:
    uitleg = h.A(bevinding.regel, href=uitleg_bij(bevinding.regel, regelpagina))
    kop = h.P(_ernst(bevinding.ernst), " · ", uitleg)
    plek = h.P(h.CODE(tekst(bevinding.pad)))
    if bevinding.regelnummer:
        plek.append(h.SPAN(f" (regel {bevinding.regelnummer})"))
    blok = h.DIV(kop, h.P(h.STRONG(tekst(bevinding.melding))), met_klasse(plek, "zacht"))
    verwacht = _verwacht(bevinding, woorden.pakket if woorden is not None else None)
    if verwacht:
        blok.append(h.P(f"In dit veld hoort {verwacht}."))
    if bevinding.toegestaan:
        blok.append(h.P("Toegestaan: ", ", ".join(_met_betekenis(bevinding, woorden))))
    return met_klasse(blok, f"bevinding {bevinding.ernst.value}")


def _verwacht(bevinding: Bevinding, pakket: Pakket | None) -> str:
    """The class of value of the field in words, where the finding itself does not say what would be right."""
    if bevinding.toegestaan or bevinding.regel == "XSD":
        return ""
    onderdeel = pakket.onderdeel(zonder_indexen(bevinding.pad)) if pakket is not None else None
    return onderdeel.type.verwacht if onderdeel is not None and onderdeel.type is not None else ""


def _met_betekenis(bevinding: Bevinding, woorden: Woorden | None) -> Iterator[str]:
    lijst = woorden.lijsten.get(zonder_indexen(bevinding.pad)) if woorden is not None else None
    for code in bevinding.toegestaan:
        betekenis = lijst.betekenis.get(code) if lijst is not None else None
        yield f"{code} ({betekenis})" if betekenis else code


def zonder_indexen(pad: str) -> str:
    """An indexed path as the table of elements writes it."""
    return "/".join(stap.partition("[")[0] for stap in pad.split("/"))


def _ernst(ernst: Ernst) -> etree._Element:
    return met_klasse(h.SPAN(ernst.value.capitalize()), f"merk {ernst.value}")


def _bijlagen(regel: Verslagregel) -> list[etree._Element]:
    bijlagen = regel.beoordeling.bijlagen
    if not bijlagen:
        return []
    rijen = [
        (tekst(bijlage.bestandsnaam), "onleesbaar" if bijlage.grootte is None else in_mb(bijlage.grootte))
        for bijlage in bijlagen
    ]
    totaal = in_mb(sum(bijlage.grootte or 0 for bijlage in bijlagen))
    return [tabel(f"Bijlagen: {len(bijlagen)}, samen {totaal}", ("Bestand", "Grootte"), rijen)]
