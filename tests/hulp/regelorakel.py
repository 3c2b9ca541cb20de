"""The official rule table as a judge, slow and straightforward.

Its rows, and one XPath for each condition, written from the words of the table and not from the pack.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

NS = "http://www.edustandaard.nl/oso_gegevensset/2019/dossier"
PROFIELEN = {
    "PO-PO": ("overstapdossier", "POPO"),
    "PO-VO": ("overstapdossier", "POVO"),
    "VO-VO": ("overstapdossier", "VOVO"),
    "BB": ("overdrachtbinnenbrin", None),
    "PO-SWV": ("swv-dossier", "POSWV"),
    "VO-SWV": ("swv-dossier", "VOSWV"),
}
DOCUMENT = "/dossier[1]"
L = "/dossier/huidigeschool/leerling"
WAAR = "[normalize-space()='true' or normalize-space()='1']"
GEEN_WAAR = "[not({0}" + WAAR + ")]"

Wortel = etree._Element


def _school(prefix: str) -> dict[str, str]:
    return {
        f"{prefix}.SL01 (school)": "/dossier/huidigeschool[not(adreslijst/adres)]",
        f"{prefix}.SL02": "/dossier/huidigeschool[not(communicatielijst/communicatie)]",
        f"{prefix}.LL01": f"{L}[not(voornaam)]",
        f"{prefix}.LL02": f"{L}[not(geboortedatum)]",
        f"{prefix}.LL03": f"{L}[geboortemaand]",
        f"{prefix}.LL04": f"{L}[not(adresgeheim)]",
        f"{prefix}.LL05": f"{L}[not(adresgeheim{WAAR})][not(adreslijst/adres)][not(adresbuitenland)]",
        f"{prefix}.LL06": f"{L}[adresgeheim{WAAR}][adreslijst/adres]",
        f"{prefix}.LL07": f"{L}[postcode4adres]",
        f"{prefix}.LL08 / {prefix}.OV04 (tel)": f"//communicatie[geheim{WAAR}][soort='telefoon'][nummer!='9999999999']",
        f"{prefix}.LL08 / {prefix}.OV04 (mail)": (
            f"//communicatie[geheim{WAAR}][soort='e-mail'][nummer!='geheim@geheim.geheim']"
        ),
        f"{prefix}.LL09": f"{L}[adresgeheim{WAAR}][adresbuitenland]",
        f"{prefix}.LL10": f"{L}[geboorteplaats]",
        f"{prefix}.LL11": f"{L}[nationaliteit]",
        f"{prefix}.SL01 (loopbaan)": f"{L}[not(schoolloopbaanlijst/schoolloopbaan)]",
        f"{prefix}.OV01": f"{L}[verzorgersaansprakelijk{WAAR}][not(verzorger)]",
    }


SCORE = "//toetsscore[not(aantalopgaven|aantalgoed|aantalfout|aantalgelezen|tijd|vaardigheidsscore)]"
RESULTAAT = "//resultaat[not(toetsscore|referentiescore|document)]"
CIJFER = f"{L}/cijferlijstlijst//score[not(waarde|kwalificatie)]"
GEHEIM_ADRES = f"{L}/verzorger[adresgeheim{WAAR}][adreslijst/adres]"

XPATHS: dict[str, str] = {
    "codelijst.33": ("/dossier[not(metadata/deeldossier[.='LAS' or .='LVS' or .='LASLVS' or .='TIB'])]"),
    "OG.01.min": "//communicatie[soort='e-mail'][string-length(nummer) < 4]",
    "OG.01.max": "//communicatie[soort='e-mail'][string-length(nummer) > 256]",
    "OG.01.at": "//communicatie[soort='e-mail'][not(contains(nummer, '@'))]",
    "OG.02": "/dossier/metadata/standaardversie[.!='2019.1']",
    "OG.03": "//lwoo_einddatum[not(contains(., '-07-31'))]",
    "OG.04.a": "//verzorger[overlijdensdatum][not(overleden)]",
    "OG.04.b": f"//verzorger[overlijdensdatum][not(overleden{WAAR})]",
    "OG.05.roepnaam": "//huisarts[roepnaam]",
    "OG.05.geslacht": "//huisarts[geslacht]",
    "OG.05.adresgeheim": f"//huisarts[adresgeheim{WAAR}]",
    "OVa.MD01 / OVb.MD01": "/dossier/metadata[not(deeldossier='LAS' or deeldossier='LASLVS')]",
    "OVa.MD02 / OVb.MD02": "/dossier/metadata[not(validatieversie='2019.1.1')]",
    "OVa.OS03 / OVb.OS01": (
        "/dossier/metadata[not(../overdrachtsoort='overstapdossier' or ../overdrachtsoort='overdrachtbinnenbrin')]"
    ),
    "OVa.MD03": "/dossier/metadata[not(categorie_uitlevering)]",
    "OVb.MD03": "/dossier/metadata[not(categorie_uitlevering)]",
    "OVa.OS01": "/dossier/metadata[not(overstap)]",
    "OVa.OS02": "/dossier/metadata[not(overstap='POPO' or overstap='POVO' or overstap='VOVO')]",
    "OVa.IZ01": "/dossier[not(inzage)]",
    "OVa.IZ02": f"/dossier/inzage[not(inzage{WAAR})]",
    "OVa.IZ03": f"/dossier/inzage[inzage{WAAR}][not(inzagedatum)]",
    "OVa.IZ04": f"/dossier/inzage[inzage{WAAR}][not(akkoord)]",
    "OVa.IZ05": "/dossier/inzage[not(toestemming)]",
    **_school("OVa"),
    "OVa.LL12": f"{L}[not(bsn)][not(onderwijsnummer)]",
    "OVa.LL13": f"{L}[not(leerlingid)]",
    "OVa.LL14": f"{L}[not(datuminschrijving)]",
    "OVa.LL15": f"{L}[not(verzorgersaansprakelijk)]",
    "OVa.AI01": f"{L}[not(verzorgersaansprakelijk{WAAR})][not(aansprakelijkeinstelling)]",
    "OVa.VV01": f"{L}[voorschools]",
    "OVa.VV02": f"{L}[vroegschools]",
    "OVa.OA01": f"{L}[not(overstapadvies)]",
    "OVb.LL01": f"{L}[geboortemaand]",
    "OVb.LL02": f"{L}[adresgeheim{WAAR}][adreslijst/adres]",
    "OVb.LL03": f"{L}[postcode4adres]",
    "OVb.LL04 / OVb.OV02 (tel)": f"//communicatie[geheim{WAAR}][soort='telefoon'][nummer!='9999999999']",
    "OVb.LL04 / OVb.OV02 (mail)": f"//communicatie[geheim{WAAR}][soort='e-mail'][nummer!='geheim@geheim.geheim']",
    "OVb.LL05": f"{L}[adresgeheim{WAAR}][adresbuitenland]",
    "OVb.LL?? (geboorteplaats)": f"{L}[geboorteplaats]",
    "OVb.LL?? (nationaliteit)": f"{L}[nationaliteit]",
    "OVa.OV03": GEHEIM_ADRES,
    "OVb.OV01": GEHEIM_ADRES,
    "OVa.OA02": f"{L}/overstapadvies[not(advies)][not(/dossier/huidigeschool/soort='SO')]",
    "OVa.OA03": f"{L}/overstapadvies[not(contactnodig)]",
    "OVa.OA04": f"{L}/overstapadvies[contactnodig{WAAR}][not(contactpersoon)]",
    "OVa.OA05": f"{L}/overstapadvies[contactnodig{WAAR}][not(contacttelefoon)]",
    "OVa.EB02": f"{L}/eindtoets_basisonderwijs[deelgenomen{WAAR}][not(eindtoetsresultaat)]",
    "OVa.EB03.a": f"{L}/eindtoets_basisonderwijs[deelgenomen[not(self::*{WAAR})]][not(eindtoetsresultaat/toetssoort)]",
    "OVa.EB04": f"{L}/eindtoets_basisonderwijs[deelgenomen{WAAR}][not(eindtoetsresultaat/toets_advies)]",
    "OVa.TR05": RESULTAAT,
    "OVa.TR06": SCORE,
    "OVa.CL01": CIJFER,
    "PaO.MD01": "/dossier/metadata[not(deeldossier='LAS' or deeldossier='LASLVS')]",
    "PaO.MD02": "/dossier/metadata[not(validatieversie='2019.1.1')]",
    "PaO.MD03": "/dossier/metadata[not(categorie_uitlevering)]",
    "PaO.SO01": "/dossier/metadata[not(overstap)]",
    "PaO.SO02": "/dossier/metadata[not(overstap='POSWV' or overstap='VOSWV')]",
    "PaO.SO03": "/dossier/metadata[not(../overdrachtsoort='swv-dossier')]",
    **_school("PaO"),
    "PaO.LL12": f"{L}[bsn or onderwijsnummer]",
    "PaO.VV01": f"{L}[vanpeuterspeelzaal]",
    "PaO.VV02": f"{L}[naampeuterspeelzaal]",
    "PaO.VV03": f"{L}[voorschools]",
    "PaO.VV04": f"{L}[vroegschools]",
    "PaO.EB01": f"{L}[eindtoets_basisonderwijs]",
    "PaO.VM01": f"{L}[bevorderd]",
    "PaO.VM02": f"{L}[examenresultaat]",
    "PaO.VM03": f"{L}[resultaatvakkenvo]",
    "PaO.VM04": f"{L}[certificaat]",
    "PaO.VM05": f"{L}[competenties]",
    "PaO.VM06": f"{L}[stage]",
    "PaO.VM07": f"{L}[overigvombo]",
    "PaO.OV03": GEHEIM_ADRES,
    "PaO.OV05": f"{L}/verzorger[banknummer]",
    "PaO.TR01": RESULTAAT,
    "PaO.TR02": SCORE,
    "PaO.CL01": CIJFER,
}

ZONDER_VOORWAARDE = {
    "OVa.MD01 / OVb.MD01", "OVa.MD02 / OVb.MD02", "OVa.OS03 / OVb.OS01", "PaO.MD01", "PaO.SO03",
}  # fmt: skip
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def _is_adres(tekst: str) -> bool:
    """OG.01.form by hand: the text ends in a local part, @, and labels without hyphen at their ends."""
    voor, apenstaart, domein = tekst.rpartition("@")
    if not apenstaart or not voor or voor[-1] not in LETTERS + "!#$%*+=?^_`{|}~.-":
        return False
    return all(
        label and set(label) <= set(LETTERS + "-") and "-" not in (label[0], label[-1]) for label in domein.split(".")
    )


def _pad(element: Wortel) -> str:
    boven = element.getparent()
    naam = etree.QName(element).localname
    if boven is None:
        return f"/{naam}[1]"
    gelijk = [kind for kind in boven if etree.QName(kind).localname == naam]
    return f"{_pad(boven)}/{naam}[{gelijk.index(element) + 1}]"


def _met_voorvoegsel(xpath: str) -> str:
    """Put every element name of an XPath in the namespace, leaving functions, operators and texts alone."""
    delen, woord, tekst = [], "", False
    for teken in xpath + " ":
        if teken == "'":
            tekst = not tekst
        if not tekst and (teken.isalnum() or teken in "_-" or (teken == ":" and woord)):
            woord += teken
            continue
        if woord:
            functie = teken == "(" or woord in ("or", "and", "not") or "::" in woord or woord[0].isdigit()
            delen.append(woord if functie or tekst else f"o:{woord}")
            woord = ""
        delen.append(teken)
        if tekst:
            continue
    return "".join(delen).strip()


@dataclass
class Orakel:
    """The rule table, read row by row."""

    rijen: list[dict[str, str]]
    codes: dict[str, list[str]]
    xpaths: dict[str, etree.XPath] = field(default_factory=dict)
    _geldende: dict[tuple[str, str | None], Sequence[Mapping[str, str]]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        ruimte = {"o": NS}
        for rij in self.rijen:
            regel = rij["rule_id"]
            if regel.startswith("codelijst.") and regel != "codelijst.33":
                paden = rij["subject_path"].replace("cat_* (all 16)", "*").split(" ; ")
                xpath = " | ".join("/".join(f"o:{s}" if s and s != "*" else s for s in pad.split("/")) for pad in paden)
            elif regel in XPATHS:
                xpath = _met_voorvoegsel(XPATHS[regel])
            else:
                continue
            self.xpaths[regel] = etree.XPath(xpath, namespaces=ruimte)

    def geldt(self, rij: Mapping[str, str], soort: str, overstap: str | None) -> bool:
        regel, bundel = rij["rule_id"], "PaO" if soort == "swv-dossier" else "OV"
        if rij["bundle"] == "basis":
            return True
        if rij["bundle"] != bundel:
            return False
        if regel in ZONDER_VOORWAARDE:
            return True
        if regel == "OVa.TR04":
            return overstap == "POVO"
        eigen = [naam for naam, (deze, _) in PROFIELEN.items() if deze == soort]
        met_kruis = [naam for naam in eigen if rij[naam] == "x"]
        if regel in ("OVa.VV01", "OVa.VV02"):
            return soort == "overstapdossier" and overstap != "POPO"
        return bool(met_kruis) and (met_kruis == eigen or overstap in [PROFIELEN[naam][1] for naam in met_kruis])

    def oordeel(self, wortel: Wortel) -> Counter[tuple[str, str]]:
        soort = wortel.findtext(f"{{{NS}}}overdrachtsoort") or ""
        overstap = wortel.findtext(f"{{{NS}}}metadata/{{{NS}}}overstap")
        return Counter(
            (rij["rule_id"], plaats) for rij in self.geldende(soort, overstap) for plaats in self._rij(rij, wortel)
        )

    def geldende(self, soort: str, overstap: str | None) -> Sequence[Mapping[str, str]]:
        """The rows that apply to dossiers of this kind."""
        if (soort, overstap) not in self._geldende:
            self._geldende[soort, overstap] = [rij for rij in self.rijen if self.geldt(rij, soort, overstap)]
        return self._geldende[soort, overstap]

    def _rij(self, rij: Mapping[str, str], wortel: Wortel) -> Iterator[str]:
        regel = rij["rule_id"]
        if regel.startswith("OS.cat"):
            yield from self._categorie(rij, wortel)
        elif regel == "OG.01.form":
            for blok in wortel.iter(f"{{{NS}}}communicatie"):
                if blok.findtext(f"{{{NS}}}soort") == "e-mail" and not _is_adres(
                    blok.findtext(f"{{{NS}}}nummer") or ""
                ):
                    yield _pad(blok)
        elif regel == "OVa.TR04":
            yield from self._oude_toetsen(wortel)
        elif regel.startswith("codelijst.") and regel != "codelijst.33":
            codes = self.codes[str(int(regel.removeprefix("codelijst.")))]
            yield from (_pad(veld) for veld in self.xpaths[regel](wortel) if "".join(veld.itertext()) not in codes)
        else:
            yield from map(_pad, self.xpaths[regel](wortel))

    def _categorie(self, rij: Mapping[str, str], wortel: Wortel) -> Iterator[str]:
        veld, _, rest = rij["finding_when"].partition(" is ")
        waarde = rest.partition(" ")[0]
        blok = wortel.find(f"{{{NS}}}metadata/{{{NS}}}categorie_uitlevering/{{{NS}}}{veld}")
        if blok is None or (blok.text or "") != waarde:
            return
        namen = rij["subject_path"].split(" ; ")
        if waarde != "VERPLICHT":
            namen = [naam for naam in namen if not naam.endswith("toelichting_onderwijsbehoeften")]
        er = [
            naam
            for naam in namen
            if wortel.xpath("/".join(f"o:{s}" if s else "" for s in naam.split("/")), namespaces={"o": NS})
        ]
        yield from [DOCUMENT] * ((0 if er else 1) if waarde == "VERPLICHT" else len(er))

    def _oude_toetsen(self, wortel: Wortel) -> Iterator[str]:
        peil = (wortel.findtext(f"{{{NS}}}metadata/{{{NS}}}datum") or "")[:10]
        grens = f"{int(peil[:4]) - (3 if peil[5:] < '08-01' else 2)}-08-01"
        for toets in wortel.iter(f"{{{NS}}}toets"):
            datum = toets.findtext(f"{{{NS}}}afname/{{{NS}}}afnamedatum")
            if datum is not None and datum[:10] < grens:
                yield _pad(toets)
