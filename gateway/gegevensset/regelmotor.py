"""The rule engine: rules of a pack compiled once, judged in one walk over the tree of a dossier.

For each mix of bundle, overdrachtsoort and overstap the rules that apply are laid out by element name; the walk looks
each element up once. A dossier that comes here has passed the XSD, so a field has text only and a block stands where
the table says. Values are read as the official stylesheets do: the text as it is, booleans as xs:boolean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from gateway.domain.beoordeling import Bevinding, Ernst, Regelmodus
from gateway.gegevensset.condities import GelezenWortel, Test, Vertaler, Wortelvelden
from gateway.gegevensset.model import OngeldigPakket
from gateway.gegevensset.pakket import Pakket
from gateway.gegevensset.regels import Regel, Regelstatus
from gateway.xmlio import Padwijzer, lokale_naam


@dataclass(frozen=True, slots=True)
class _Klaar:
    """A rule ready to run: `paden` are the places it is for, None when its element name stands nowhere else."""

    regel: Regel
    ernst: Ernst
    toegestaan: tuple[str, ...]
    paden: frozenset[str] | None

    def bevinding(self, element: etree._Element, wijzer: Padwijzer, naam: str = "") -> Bevinding:
        return Bevinding(
            self.regel.id,
            self.ernst,
            wijzer.pad(element),
            element.sourceline,
            self.regel.melding.replace("{element}", naam),
            self.toegestaan,
        )

    def hoort_bij(self, element: etree._Element) -> bool:
        return self.paden is None or _kaal_pad(element) in self.paden


def _kaal_pad(element: etree._Element) -> str:
    namen = [lokale_naam(element), *(lokale_naam(ouder) for ouder in element.iterancestors())]
    return "/" + "/".join(reversed(namen))


@dataclass(slots=True)
class Verzameling:
    """Findings in document order, at most `hoogstens`; of the rest how many, and whether a `fout` is among them."""

    hoogstens: int
    bevindingen: list[Bevinding] = field(default_factory=list)
    weggelaten: int = 0
    fout_weggelaten: bool = False
    _wijzer: Padwijzer = field(default_factory=Padwijzer)

    def voeg_toe(self, klaar: _Klaar, element: etree._Element, naam: str = "") -> None:
        if len(self.bevindingen) < self.hoogstens:
            self.bevindingen.append(klaar.bevinding(element, self._wijzer, naam))
        else:
            self.weggelaten += 1
            self.fout_weggelaten = self.fout_weggelaten or klaar.ernst is Ernst.FOUT


_Groep = tuple[Test, list[tuple[_Klaar, list[Test]]]]
_Codes = frozenset[str | None]
_GEEN_CODES: _Codes = frozenset()


@dataclass(slots=True)
class _Stap:
    """What to do at elements of one name: `groepen` are the rules, those together that share their first condition.

    The rest are short cuts that prove, for most elements, that no rule can find anything. `codes_onder`: by tag of
    the parent, the texts that are good. `een_van`: a child with one of these names is enough. `verplicht`, `verboden`:
    with all of the first and none of the second among the children, only the rules in `overig` are left.
    """

    codes_onder: Mapping[str, _Codes | None] | None
    een_van: frozenset[str] | None
    verplicht: frozenset[str]
    verboden: frozenset[str]
    overig: list[_Groep]
    groepen: list[_Groep]

    def bekijk(self, element: etree._Element, wortel: Wortelvelden, uit: Verzameling) -> None:
        """Find what is wrong with one element."""
        if self.codes_onder is not None:
            ouder = element.getparent()
            codes = _GEEN_CODES if ouder is None else self.codes_onder.get(str(ouder.tag), _GEEN_CODES)
            if codes is None or element.text in codes:
                return
        elif self.een_van is not None:
            for kind in element:
                if kind.tag in self.een_van:
                    return
        velden = {kind.tag: kind for kind in element}
        vol = self.verplicht <= velden.keys() and self.verboden.isdisjoint(velden)
        for eerste, regels in self.overig if vol else self.groepen:
            if not eerste(element, velden, wortel):
                continue
            for klaar, tests in regels:
                for test in tests:
                    if not test(element, velden, wortel):
                        break
                else:
                    if klaar.hoort_bij(element):
                        uit.voeg_toe(klaar, element)


@dataclass(frozen=True, slots=True)
class _CategorieRegel:
    klaar: _Klaar
    moet: bool
    elementen: tuple[tuple[str, str], ...]
    """Of each element: the path of its parent for `find` ("" for the root) and its own tag."""


@dataclass(frozen=True, slots=True)
class _Programma:
    """The rules for one mix of bundle, overdrachtsoort and overstap, laid out for the walk.

    `codes`: of the elements in `stappen` of which rules ask nothing but a code, the texts that are good.
    """

    stappen: Mapping[str, _Stap]
    codes: Mapping[str, _Codes]
    categorieen: str
    categorieregels: Mapping[object, Mapping[str, list[_CategorieRegel]]]

    def draai(self, wortel: etree._Element, velden: Wortelvelden, hoogstens: int) -> Verzameling:
        uit = Verzameling(hoogstens)
        self._categorieen(wortel, uit)
        stappen, alle_codes = self.stappen, self.codes
        # libxml2 does the picking: twice as fast as looking at each in Python (without names it would pick all)
        for element in wortel.iter(*stappen) if stappen else ():
            naam: str = element.tag  # type: ignore[assignment]  # picked by name, so the tag is text
            codes = alle_codes.get(naam)
            if codes is None or element.text not in codes:
                stappen[naam].bekijk(element, velden, uit)
        return uit

    def _categorieen(self, wortel: etree._Element, uit: Verzameling) -> None:
        blok = wortel.find(self.categorieen)
        if blok is None:
            return
        namen: dict[str, frozenset[object]] = {}

        def staat_er(ouder: str, tag: str) -> bool:
            if ouder not in namen:
                gevonden = wortel.findall(ouder) if ouder else [wortel]
                namen[ouder] = frozenset([kind.tag for blok in gevonden for kind in blok])
            return tag in namen[ouder]

        regels = self.categorieregels
        for veld in blok:
            per_waarde = regels.get(veld.tag)
            for regel in per_waarde.get(veld.text or "", ()) if per_waarde else ():
                for ouder, tag in regel.elementen:
                    if staat_er(ouder, tag):
                        if regel.moet:
                            break
                        uit.voeg_toe(regel.klaar, wortel, tag.rpartition("}")[2])
                else:
                    if regel.moet:
                        uit.voeg_toe(regel.klaar, wortel)


class Regelmotor:
    """Judges dossiers of one pack by its business rules."""

    def __init__(self, pakket: Pakket) -> None:
        self.pakket = pakket
        self._vertaler = Vertaler(pakket)
        self._paden: dict[str, set[str]] = {}
        for onderdeel in pakket.model.alle():
            self._paden.setdefault(onderdeel.naam, set()).add(onderdeel.pad)
        self._plek_soort, self._plek_overstap = pakket.plek("overdrachtsoort"), pakket.plek("overstap")
        self._overstappen = {o for regel in pakket.regels for o in (*regel.overstap, *regel.overstap_niet)}
        self._soorten = {o for regel in pakket.regels for o in regel.overdrachtsoort}
        self._eis_vertaalbaar()
        self._programmas: dict[tuple[str, str | None, str | None, Regelmodus], _Programma] = {}

    def toets(
        self,
        wortel: etree._Element,
        modus: Regelmodus = Regelmodus.GEPUBLICEERD,
        hoogstens: int = 1_000,
        bundel: str | None = None,
    ) -> Verzameling:
        """Findings of all rules that apply: those on the whole document first, then in document order.

        The dossier must have passed the XSD. `bundel` forces a bundle of rules; normally the overdrachtsoort decides.
        """
        velden = GelezenWortel(wortel)
        soort, overstap = velden[self._plek_soort], velden[self._plek_overstap]
        sleutel = (
            bundel or self.pakket.bundel(soort),
            soort if soort in self._soorten else None,
            overstap if overstap in self._overstappen else None,
            modus,
        )
        programma = self._programmas.get(sleutel)
        if programma is None:
            programma = self._programmas[sleutel] = self._maak(*sleutel)
        return programma.draai(wortel, velden, hoogstens)

    def _eis_vertaalbaar(self) -> None:
        """Find a rule that names what is not there now, not at the first dossier. Raises `OngeldigPakket`."""
        for regel in self.pakket.regels:
            try:
                if regel.als[0].soort.startswith("categorie_"):
                    self._categorieregel(regel, Regelmodus.GEPUBLICEERD)
                else:
                    for conditie in regel.als:
                        self._vertaler.test(conditie)
            except (LookupError, TypeError, ValueError, re.error) as fout:
                raise OngeldigPakket(f"Regel {regel.id} van versie {self.pakket.versie} klopt niet: {fout}") from fout

    def _maak(self, bundel: str, soort: str | None, overstap: str | None, modus: Regelmodus) -> _Programma:
        regels = [regel for regel in self.pakket.regels if regel.geldt(bundel, soort, overstap)]
        per_naam: dict[str, list[Regel]] = {}
        categorieregels: dict[object, dict[str, list[_CategorieRegel]]] = {}
        for regel in regels:
            if regel.als[0].soort.startswith("categorie_"):
                veld, waarde, klaar = self._categorieregel(regel, modus)
                categorieregels.setdefault(veld, {}).setdefault(waarde, []).append(klaar)
            else:
                for naam in sorted({plaats.rpartition("/")[2] for plaats in regel.bij}):
                    per_naam.setdefault(naam, []).append(regel)
        stappen = {self.pakket.zoekpad(naam): self._stap(naam, lijst, modus) for naam, lijst in per_naam.items()}
        codes = {}
        for tag, stap in stappen.items():
            if stap.codes_onder and len(set(stap.codes_onder.values())) == 1:
                [goed] = set(stap.codes_onder.values())
                if goed is not None:
                    codes[tag] = goed
        return _Programma(stappen, codes, self.pakket.plek("categorieen"), categorieregels)

    def _klaar(self, regel: Regel, naam: str, modus: Regelmodus) -> _Klaar:
        zacht = regel.status is Regelstatus.ONBEREIKBAAR and modus is Regelmodus.GEPUBLICEERD
        plaatsen = frozenset(plaats for plaats in regel.bij if plaats.rpartition("/")[2] == naam)
        lijsten = [conditie["lijst"] for conditie in regel.als if conditie.soort == "niet_in_lijst"]
        return _Klaar(
            regel,
            Ernst.WAARSCHUWING if zacht else Ernst.FOUT,
            self.pakket.codelijsten[lijsten[0]].codes if lijsten else (),
            None if plaatsen >= self._paden[naam] else plaatsen,
        )

    def _stap(self, naam: str, regels: list[Regel], modus: Regelmodus) -> _Stap:
        groepen: dict[str, _Groep] = {}
        overig: list[_Groep] = []
        verplicht: set[str] = set()
        verboden: set[str] = set()
        for regel in regels:
            eerste, *rest = regel.als
            groep = groepen.get(repr(eerste))
            if groep is None:
                groep = groepen[repr(eerste)] = (self._vertaler.test(eerste), [])
                namen = self._vertaler.namen(eerste)
                if namen is not None and eerste.soort == "aanwezig":
                    verboden |= namen
                elif namen is not None and len(namen) == 1:
                    verplicht |= namen
                else:
                    overig.append(groep)
            groep[1].append((self._klaar(regel, naam, modus), [self._vertaler.test(conditie) for conditie in rest]))
        return _Stap(
            codes_onder=self._codes_onder(naam, regels),
            een_van=self._een_van(regels),
            verplicht=frozenset(verplicht),
            verboden=frozenset(verboden),
            overig=overig,
            groepen=list(groepen.values()),
        )

    def _codes_onder(self, naam: str, regels: list[Regel]) -> dict[str, _Codes | None] | None:
        """By tag of the parent: the texts that no rule can object to (None: any text), if all rules look at a code."""
        if any(len(r.als) > 1 or r.als[0].soort != "niet_in_lijst" or r.als[0]["veld"] != "." for r in regels):
            return None
        per_ouder: dict[str, _Codes | None] = {}
        for plaats in self._paden[naam]:
            lijsten = [regel.als[0]["lijst"] for regel in regels if plaats in regel.bij]
            goed = self._alle_codes(lijsten)
            tag = self.pakket.zoekpad(plaats.split("/")[-2])
            bestaand = per_ouder.setdefault(tag, goed)
            if bestaand is None or goed is None:
                per_ouder[tag] = goed if bestaand is None else bestaand
            else:
                per_ouder[tag] = bestaand & goed
        return per_ouder

    def _alle_codes(self, lijsten: list[str]) -> _Codes | None:
        if not lijsten:
            return None
        return frozenset.intersection(*(frozenset(self.pakket.codelijsten[lijst].codes) for lijst in lijsten))

    def _een_van(self, regels: list[Regel]) -> frozenset[str] | None:
        """Names of children of which one is enough, when that is all that these rules ask."""
        if len(regels) > 1 or len(regels[0].als) > 1 or regels[0].als[0].soort != "afwezig":
            return None
        return self._vertaler.namen(regels[0].als[0])

    def _categorieregel(self, regel: Regel, modus: Regelmodus) -> tuple[str, str, _CategorieRegel]:
        conditie = regel.als[0]
        moet = conditie.soort == "categorie_leeg"
        veld: str = conditie.waarde if moet else conditie["veld"]
        categorie = self.pakket.categorieen[veld]
        elementen = tuple(
            (self.pakket.zoekpad(ouder) if ouder else "", self.pakket.zoekpad(naam))
            for ouder, _, naam in (element.rpartition("/") for element in categorie.elementen)
            if moet or f"{ouder}/{naam}".removeprefix("/") not in categorie.niet_gemeld
        )
        klaar = _CategorieRegel(self._klaar(regel, self.pakket.wortel, modus), moet, elementen)
        return self.pakket.zoekpad(veld), "VERPLICHT" if moet else conditie["waarde"], klaar
