"""Write the page that explains every rule, from the pack itself: `python -m gateway.gegevensset.regelpagina FILE`.

One entry a rule, each with the anchor that reports link to; the committed `docs/regels.md` is what this writes.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from gateway.domain.beoordeling import Ernst
from gateway.gegevensset.bijlagen import REGELS, BijlageGrenzen, in_mb
from gateway.gegevensset.pakket import MANIFEST, Pakket, Pakketten
from gateway.gegevensset.regels import Regel, Regelstatus, anker

_ALGEMEEN: Final = (
    (
        "XML",
        Ernst.FOUT,
        "Het bestand is geen XML die de gateway aanneemt: niet welgevormd, te groot, met een DOCTYPE, met commentaar, "
        "verwerkingsinstructies of xsi-attributen, of van een versie die niet is geïnstalleerd. De melding zegt wat "
        "er is. Hierin is de gateway strenger dan de officiële validatie: commentaar en verwerkingsinstructies in een "
        "dossier worden geweigerd, omdat systemen verschillend lezen wat er dan staat.",
    ),
    (
        "XSD",
        Ernst.FOUT,
        "De opbouw van het dossier volgt de XSD van de gegevensset niet: een element ontbreekt, staat op de verkeerde "
        "plaats, hoort er niet, of heeft een waarde van een andere soort. De bedrijfsregels worden dan niet getoetst. "
        "Spaties rond een datum worden geweigerd, zoals de software van de meeste ketenpartners dat doet.",
    ),
    (
        "TEKST.NFC",
        Ernst.WAARSCHUWING,
        "De tekst is niet in Unicode-vorm NFC: letters met een accent bestaan uit losse delen. De gateway verandert "
        "niets aan de tekst. Laat het bronsysteem hele letters leveren.",
    ),
    (
        "MEER",
        Ernst.FOUT,
        "Er zijn meer bevindingen dan het verslag toont. Los eerst op wat er staat en toets opnieuw. De ernst is die "
        "van de zwaarste bevinding die niet is getoond.",
    ),
)
_GROEPEN: Final = (
    ("Codelijsten", "codelijst."),
    ("Algemene regels", "OG."),
    ("Selectief uitleveren", "OS."),
    ("Overstap (PO-PO, PO-VO, VO-VO)", "OVa."),
    ("Overdracht binnen het BRIN", "OVb."),
    ("Samenwerkingsverband (PO-SWV, VO-SWV)", "PaO."),
)
_UITZONDERING: Final = {"vervallen": "vervallen", "werkeloos": "kan nooit optreden", "xsd": "zit in de XSD"}


def maak_regelpagina(pakket: Pakket) -> str:
    """The page in Markdown."""
    regels = [*_inleiding(pakket), *_algemeen(), *_bijlagen()]
    for titel, begin in _GROEPEN:
        regels += [f"## {titel}", "", *_groep(pakket, [r for r in pakket.regels if r.id.startswith(begin)])]
    overig = [r for r in pakket.regels if not r.id.startswith(tuple(begin for _, begin in _GROEPEN))]
    if overig:
        regels += ["## Overige regels", "", *_groep(pakket, overig)]
    return "\n".join([*regels, *_uitzonderingen(pakket)]).rstrip() + "\n"


def _inleiding(pakket: Pakket) -> Iterable[str]:
    onbereikbaar = sum(regel.status is Regelstatus.ONBEREIKBAAR for regel in pakket.regels)
    yield from (
        f"# Regels van gegevensset {pakket.versie}",
        "",
        "Deze pagina is gemaakt uit het pakket (`python -m gateway.gegevensset.regelpagina docs/regels.md`); wijzig "
        "haar niet met de hand.",
        "",
        f"Het pakket heeft {len(pakket.regels)} bedrijfsregels. Een *fout* maakt het dossier ongeldig, een "
        f"*waarschuwing* niet. {onbereikbaar} regels zijn afgesproken, maar de gepubliceerde validatie komt er nooit "
        "aan toe: in modus `gepubliceerd` zijn die een waarschuwing, in modus `afgesproken` een fout.",
        "",
    )


def _kop(regel: str) -> Iterator[str]:
    yield f'### <a id="{anker(regel)}"></a>{regel}'
    yield ""


def _algemeen() -> Iterator[str]:
    yield from ("## Lezen en opbouw", "")
    for regel, ernst, uitleg in _ALGEMEEN:
        yield from _kop(regel)
        yield from (uitleg, "", f"- Ernst: {ernst}", "")


def _bijlagen() -> Iterator[str]:
    grenzen = BijlageGrenzen()
    yield from (
        "## Bijlagen",
        "",
        "Een bijlage is Base64 van een ZIP met precies één bestand. Zonder andere instelling mag een bestand "
        f"{in_mb(grenzen.per_bijlage)} zijn en alles samen {in_mb(grenzen.per_dossier)}, gemeten over de "
        "bestanden zelf.",
        "",
    )
    for regel in REGELS.values():
        yield from _kop(regel.regel)
        instelbaar = " (instelbaar)" if regel.onleesbaar else ""
        yield from (regel.melding, "", f"- Ernst: {regel.ernst}{instelbaar}", "")


def _groep(pakket: Pakket, regels: Sequence[Regel]) -> Iterator[str]:
    for regel in regels:
        yield from _kop(regel.id)
        yield from (regel.melding.replace("{element}", "een element ervan"), "")
        yield f"- Ernst: {_ernst(regel)}"
        yield f"- Profielen: {', '.join(_profielen(pakket, regel))}"
        yield f"- Plaats: {', '.join(f'`{pad}`' for pad in regel.bij)}"
        yield from _codes(pakket, regel)
        yield ""


def _ernst(regel: Regel) -> str:
    if regel.status is Regelstatus.ONBEREIKBAAR:
        return "waarschuwing in modus `gepubliceerd`, fout in modus `afgesproken`"
    return Ernst.FOUT.value


def _profielen(pakket: Pakket, regel: Regel) -> list[str]:
    return [
        profiel.naam
        for profiel in pakket.profielen
        if regel.geldt(
            pakket.bundel(profiel.overdrachtsoort), profiel.overdrachtsoort, next(iter(profiel.overstap), None)
        )
    ]


def _codes(pakket: Pakket, regel: Regel) -> Iterator[str]:
    for conditie in regel.als:
        if conditie.soort == "niet_in_lijst":
            lijst = pakket.codelijsten[conditie["lijst"]]
            codes = (
                f"`{code}` ({lijst.betekenis[code]})" if code in lijst.betekenis else f"`{code}`"
                for code in lijst.codes
            )
            yield f"- Codelijst {int(lijst.nummer)}, {lijst.naam}: {', '.join(codes)}"


def _uitzonderingen(pakket: Pakket) -> Iterator[str]:
    """Rules of the agreement that the pack does not have, each with the reason."""
    manifest = tomllib.loads((pakket.map / MANIFEST).read_text("utf-8"))
    bestand = manifest["bestanden"].get("uitzonderingen")
    if bestand is None:
        return
    yield from ("## Regels die niet worden getoetst", "", "| Regel | Waarom | |", "|---|---|---|")
    for rij in tomllib.loads((pakket.map / bestand).read_text("utf-8"))["uitzondering"]:
        for regel in rij["regels"]:
            yield f"| {regel} | {rij['reden']} | {_UITZONDERING.get(rij['soort'], rij['soort'])} |"


def main() -> None:
    """Write the page of the newest installed pack to the file that is named."""
    pakketten = Pakketten.laad()
    pagina = maak_regelpagina(pakketten.met_versie(pakketten.versies[-1]))
    Path(sys.argv[1]).write_text(pagina, "utf-8")


if __name__ == "__main__":
    main()
