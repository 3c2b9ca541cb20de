"""Child process of `bundel_installeren`: check one pack, by `python -I bundel_proef.py FOLDER`; JSON on stdout.

A schema or stylesheet from a bundle may be made to never end compiling or to use all memory; here that ends this
process and nothing else. Sentences are Dutch and hold nothing of the examples but rule ids and paths.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.gegevensset.pakket import Pakket

_GEHEUGEN = 2_000_000_000
_SECONDEN = 240
_MEESTE_MELDINGEN = 20


def main() -> None:
    """Check the pack and write the outcome."""
    resource.setrlimit(resource.RLIMIT_DATA, (_GEHEUGEN, _GEHEUGEN))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDEN, _SECONDEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path.insert(0, str(Path(__file__).parents[2]))
    sys.stdout.write(json.dumps(_controleer(Path(sys.argv[1])), ensure_ascii=True))


def _controleer(map_: Path) -> dict[str, Any]:
    from gateway.gegevensset.model import OngeldigPakket
    from gateway.gegevensset.pakket import lees_pakket

    uitkomst: dict[str, Any] = {
        "versie": map_.name, "soort": "pakket", "goed": False, "voorbeelden": 0, "meldingen": [], "aandacht": [],
    }  # fmt: skip
    try:
        pakket = lees_pakket(map_)
    except OngeldigPakket as fout:
        return {**uitkomst, "meldingen": [_zin(str(fout))]}
    uitkomst["versie"] = pakket.versie
    meldingen = _stijlbladen(pakket) if pakket.stijlbladen else []
    if pakket.stijlbladen:
        uitkomst["soort"], uitkomst["aandacht"] = "bundel", _aandacht(pakket)
    if not meldingen:
        uitkomst["voorbeelden"], meldingen = _voorbeelden(pakket)
    return {**uitkomst, "goed": not meldingen, "meldingen": meldingen}


def _stijlbladen(pakket: Pakket) -> list[str]:
    from gateway.gegevensset.saxon import SaxonFout, Saxonmotor

    motor = Saxonmotor(pakket)
    try:
        motor.proces.controleer()
    except SaxonFout as fout:
        return [_zin(f"{fout.melding[:1].upper()}{fout.melding[1:]}{': ' + fout.uitleg if fout.uitleg else ''}")]
    finally:
        motor.proces.sluit()
    return []


def _voorbeelden(pakket: Pakket) -> tuple[int, list[str]]:
    """Each example must be geldig by XSD and rules; what its attachments hold is not about the pack."""
    from gateway.domain.beoordeling import Ernst
    from gateway.gegevensset.pakket import Pakketten
    from gateway.gegevensset.toetser import Toetser

    toetser = Toetser(Pakketten([pakket]))
    bestanden = sorted((pakket.map / "voorbeelden").glob("*.xml"))
    meldingen = []
    for bestand in bestanden:
        rapport = toetser.rapporteer(bestand.read_bytes()).rapport
        fouten = [b for b in rapport.bevindingen if b.ernst is Ernst.FOUT and not b.regel.startswith("BIJL.")]
        meldingen += [f"{bestand.name}: {b.regel} bij {b.pad}: {b.melding}" for b in fouten]
    if meldingen:
        meldingen = ["Een eigen voorbeeld van dit pakket is niet geldig.", *meldingen[:_MEESTE_MELDINGEN]]
    return len(bestanden), meldingen


def _aandacht(pakket: Pakket) -> list[str]:
    from gateway.gegevensset.bundel import ontbrekende_plaatsen

    zinnen = [
        f"{plek} wijst een plaats aan die deze gegevensset niet heeft; pas pakket.toml aan."
        for plek in ontbrekende_plaatsen(pakket.plaatsen, pakket.documenten, pakket.model)
    ]
    if not pakket.model_volledig:
        zinnen.append(
            "De XSD zegt meer dan de gateway kan uitleggen; afkeuringen door de XSD worden korter toegelicht."
        )
    if not any((pakket.map / "voorbeelden").glob("*.xml")):
        zinnen.append("De bundel heeft geen voorbeelden; er is niets mee getoetst.")
    return zinnen


def _zin(tekst: str) -> str:
    return " ".join(tekst.split())[:1_000]


if __name__ == "__main__":
    main()
