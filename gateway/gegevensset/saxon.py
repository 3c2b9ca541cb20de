"""Judge dossiers by the stylesheets of an official bundle, with Saxon in a child process of its own.

Saxon is a Java library in native code: it cannot be interrupted in this process and its memory cannot be bounded, so it
runs beside it under limits, one dossier at a time. The child lives as long as its owner; one that hangs, crashes or
grows too large is ended, the dossier gets a finding `REGELS` (never a pass), and the next dossier gets a new child.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lxml import etree

from gateway.domain.beoordeling import Bevinding, Ernst, Regelmodus
from gateway.gegevensset.pakket import Pakket
from gateway.gegevensset.regelmotor import Verzameling
from gateway.xmlio import OnleesbareXml, Padwijzer, lees, lokale_naam

REGEL: Final = "REGELS"
"""Rule id of the finding that the rules could not be judged."""

_KINDPROCES: Final = Path(__file__).with_name("saxon_kindproces.py")
_MEESTE_OCTETTEN: Final = 64 * 1024 * 1024


class SaxonFout(Exception):
    """The stylesheets gave no report. `melding` is Dutch; `uitleg` are Saxon's words, for whoever installs a bundle."""

    def __init__(self, melding: str, uitleg: str = "") -> None:
        super().__init__(melding)
        self.melding = melding
        self.uitleg = uitleg


@dataclass(frozen=True, slots=True)
class Saxongrenzen:
    """What the child may use: seconds for one dossier (and for compiling), octets of memory."""

    seconden: float = 20.0
    geheugen: int = 1_000_000_000


class Saxonproces:
    """One child with compiled stylesheets; started at the first question. Safe to share between threads."""

    def __init__(self, stijlbladen: Sequence[Path], grenzen: Saxongrenzen | None = None) -> None:
        self._stijlbladen = tuple(stijlbladen)
        self._grenzen = grenzen or Saxongrenzen()
        self._slot = threading.Lock()
        self._kind: subprocess.Popen[bytes] | None = None
        self._einde: weakref.finalize[..., Saxonproces] | None = None

    def vraag(self, nummer: int, dossier: bytes) -> bytes:
        """Run stylesheet `nummer` over a dossier and give its report. Raises `SaxonFout`."""
        with self._slot:
            kind = self._kind or self._start()
            antwoord = self._wissel(kind, bytes((nummer,)) + dossier)
        if antwoord[:1] != b"+":
            raise SaxonFout("de stylesheets breken af op dit dossier", antwoord[1:].decode("utf-8", "replace"))
        return antwoord[1:]

    def controleer(self) -> None:
        """Compile the stylesheets, if that has not been done. Raises `SaxonFout`."""
        with self._slot:
            if self._kind is None:
                self._start()

    def sluit(self) -> None:
        """End the child."""
        with self._slot:
            self._stop()

    def _start(self) -> subprocess.Popen[bytes]:
        grenzen = (self._grenzen.geheugen, 2 * round(self._grenzen.seconden) + 10)
        opdracht = [sys.executable, "-I", str(_KINDPROCES), *map(str, grenzen), *map(str, self._stijlbladen)]
        kind = subprocess.Popen(  # noqa: S603 - fixed command; what is hostile goes in by stdin
            opdracht, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, close_fds=True
        )
        self._kind, self._einde = kind, weakref.finalize(self, _beeindig, kind)
        antwoord = self._wissel(kind, None)
        if antwoord != b"+":
            self._stop()
            if antwoord == b"-saxonche":
                raise SaxonFout("de uitbreiding saxon is niet geïnstalleerd (pip install 'oso-gateway[saxon]')")
            raise SaxonFout("de stylesheets zijn niet te vertalen", antwoord[1:].decode("utf-8", "replace"))
        return kind

    def _stop(self) -> None:
        if self._einde is not None:
            self._einde()
        self._kind = self._einde = None

    def _wissel(self, kind: subprocess.Popen[bytes], vraag: bytes | None) -> bytes:
        """Ask and wait for the answer; a child that takes too long is killed, which ends the wait."""
        te_laat = threading.Event()

        def grijp_in() -> None:
            te_laat.set()
            kind.kill()

        wekker = threading.Timer(self._grenzen.seconden, grijp_in)
        wekker.daemon = True
        wekker.start()
        try:
            antwoord = _heen_en_weer(kind, vraag)
        finally:
            wekker.cancel()
        if antwoord is None:
            self._stop()
            if te_laat.is_set():
                raise SaxonFout(f"de stylesheets zijn na {self._grenzen.seconden:g} seconden nog niet klaar")
            raise SaxonFout("Saxon is gestopt, waarschijnlijk door te veel geheugen")
        return antwoord


def _heen_en_weer(kind: subprocess.Popen[bytes], vraag: bytes | None) -> bytes | None:
    """One exchange; None when the child ended."""
    if kind.stdin is None or kind.stdout is None:  # pragma: no cover - pipes were asked for
        return None
    try:
        if vraag is not None:
            kind.stdin.write(len(vraag).to_bytes(8, "big") + vraag)
            kind.stdin.flush()
        kop = kind.stdout.read(8)
        lengte = int.from_bytes(kop, "big")
        if len(kop) < 8 or lengte > _MEESTE_OCTETTEN:
            return None
        antwoord = kind.stdout.read(lengte)
    except OSError:
        return None
    return antwoord if len(antwoord) == lengte else None


def _beeindig(kind: subprocess.Popen[bytes]) -> None:
    kind.kill()
    kind.wait()
    for pijp in (kind.stdin, kind.stdout):
        if pijp is not None:
            try:
                pijp.close()
            except OSError:  # a request that the child never took is still in the buffer
                continue


class Saxonmotor:
    """Judges dossiers of a bundle pack; asked in the same way as a `Regelmotor`."""

    def __init__(self, pakket: Pakket, grenzen: Saxongrenzen | None = None) -> None:
        self.pakket = pakket
        self._nummers: dict[str, list[int]] = {}
        bladen: list[Path] = []
        for bundel, paden in pakket.stijlbladen.items():
            self._nummers[bundel] = list(range(len(bladen), len(bladen) + len(paden)))
            bladen += paden
        self.proces = Saxonproces(bladen, grenzen)

    def toets(
        self,
        wortel: etree._Element,
        modus: Regelmodus = Regelmodus.GEPUBLICEERD,
        hoogstens: int = 1_000,
        bundel: str | None = None,
    ) -> Verzameling:
        """Findings of the stylesheets for the overdrachtsoort of this dossier, in document order.

        The stylesheets are what was published, so `modus` makes no difference. A bundle that has none for this
        overdrachtsoort gives a finding `REGELS`.
        """
        uit = Verzameling(hoogstens)
        welke = bundel or self.pakket.bundel(wortel.findtext(self.pakket.plek("overdrachtsoort")))
        try:
            gevonden = self._vraag(welke, etree.tostring(wortel, encoding="UTF-8"))
        except SaxonFout as fout:
            uit.bevindingen.append(_niet_getoetst(wortel, fout))
            return uit
        _verzamel(wortel, gevonden, self.pakket.woordenschat, uit)
        return uit

    def _vraag(self, bundel: str, dossier: bytes) -> list[tuple[str, _Melding]]:
        nummers = self._nummers.get(bundel)
        if not nummers:
            raise SaxonFout(f"de bundel heeft geen stylesheet {bundel} voor deze overdrachtsoort")
        return [(bundel, melding) for nummer in nummers for melding in _meldingen(self.proces.vraag(nummer, dossier))]


def _niet_getoetst(wortel: etree._Element, fout: SaxonFout) -> Bevinding:
    melding = f"De bedrijfsregels zijn niet getoetst: {fout.melding}. Laat de beheerder dit nakijken."
    return Bevinding(REGEL, Ernst.FOUT, f"/{lokale_naam(wortel)}[1]", None, melding)


@dataclass(frozen=True, slots=True)
class _Melding:
    soort: str
    locatie: str
    tekst: str


def _meldingen(rapport: bytes) -> list[_Melding]:
    """Read a report: `meldingen` with a `melding` (type, locatie, tekst) for each finding. Raises `SaxonFout`."""
    try:
        wortel = lees(rapport)
    except OnleesbareXml:
        raise SaxonFout("het verslag van de stylesheets is geen XML") from None
    if lokale_naam(wortel).lower() != "meldingen":
        raise SaxonFout("het verslag van de stylesheets begint niet met meldingen")
    return [
        _Melding(*(_deel(melding, naam) for naam in ("type", "locatie", "tekst")))
        for melding in wortel.iter("{*}melding")
    ]


def _deel(melding: etree._Element, naam: str) -> str:
    kind = melding.find("{*}" + naam)
    return (" ".join("".join(map(str, kind.itertext())).split()) if kind is not None else melding.get(naam)) or ""


def _verzamel(
    wortel: etree._Element, gevonden: Sequence[tuple[str, _Melding]], woordenschat: frozenset[str], uit: Verzameling
) -> None:
    volgorde = {element: nummer for nummer, element in enumerate(wortel.iter())} if gevonden else {}
    geplaatst = [(bundel, melding, _zoek(wortel, melding.locatie)) for bundel, melding in gevonden]
    geplaatst.sort(key=lambda rij: volgorde[rij[2]])
    wijzer = Padwijzer()
    for bundel, melding, element in geplaatst:
        ernst = Ernst.WAARSCHUWING if melding.soort.lower().startswith(("waarschuwing", "warning")) else Ernst.FOUT
        if len(uit.bevindingen) >= uit.hoogstens:
            uit.weggelaten += 1
            uit.fout_weggelaten = uit.fout_weggelaten or ernst is Ernst.FOUT
            continue
        regel = _regel_id(melding.tekst) or bundel
        tekst = zonder_waarden(melding.tekst, woordenschat) or "De stylesheets keuren dit af zonder uitleg."
        uit.bevindingen.append(Bevinding(regel, ernst, wijzer.pad(element), element.sourceline, tekst))


_STAP: Final = re.compile(r"(?:[\w.-]+:|\*:)?([\w.-]+)(?:\[([0-9]{1,6})\])?")


def _zoek(wortel: etree._Element, locatie: str) -> etree._Element:
    """The element at a path of local names with indexes; the root when the path leads nowhere (`/[1]`)."""
    stappen = [_STAP.fullmatch(stap) for stap in locatie.strip().strip("/").split("/") if not stap.startswith("@")]
    if not stappen or stappen[0] is None or stappen[0][1] != lokale_naam(wortel):
        return wortel
    element = wortel
    for stap in stappen[1:]:
        if stap is None:
            return element
        broers = list(element.iterchildren("{*}" + stap[1]))
        nummer = int(stap[2] or 1)
        if not 1 <= nummer <= len(broers):
            return element
        element = broers[nummer - 1]
    return element


_REGEL_ID: Final = re.compile(r"\b(?:codelijst\.[0-9]{2}|[A-Z][A-Za-z]{1,4}\.[A-Za-z]{2,3}[0-9]{2})\b")


def _regel_id(tekst: str) -> str | None:
    gevonden = _REGEL_ID.search(tekst)
    return gevonden[0] if gevonden else None


_WOORD: Final = re.compile(r"\w+")


def zonder_waarden(tekst: str, woordenschat: frozenset[str]) -> str:
    """The sentence of a stylesheet less every word that neither the stylesheets nor the XSD hold.

    What the bundle itself does not say comes from the dossier, and a finding never holds a value of a person.
    """
    kaal = _WOORD.sub(lambda woord: woord[0] if woord[0].casefold() in woordenschat else "…", tekst)
    return re.sub(r"…(?:[\s.,:;@/'\"-]*…)+", "…", kaal)[:1_000]


def woorden_in(teksten: Iterable[str]) -> frozenset[str]:
    """All words in these texts, folded: the vocabulary of a bundle."""
    return frozenset(woord.casefold() for tekst in teksten for woord in _WOORD.findall(tekst))
