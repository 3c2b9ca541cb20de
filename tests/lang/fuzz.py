"""Fuzz what reads hostile octets: `python tests/lang/fuzz.py TARGET [SECONDS]` (atheris; `make test-lang` runs all).

Targets: `xml` (the parser and all of the judgement behind it), `zip` (attachments), `archief` (bundles), `json`
(dossiers in JSON). What a target raises beyond its own errors, takes longer than ten seconds over, or answers
differently from a second reader is a find: the octets are left in a file `crash-…` in the working directory. The seeds
in `corpus/` are ours; what a run learns goes to a temporary folder.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gateway"]):
    from gateway.gegevensset import Pakketten, Toetser, zip_enkel
    from gateway.gegevensset.bundel_archief import BundelGeweigerd, lees_archief
    from gateway.gegevensset.json_dossier import JsonOngeldig, JsonOnleesbaar, naar_xml
    from gateway.xmlio import OnleesbareXml, lees

_CORPUS = Path(__file__).with_name("corpus")
_PAKKETTEN = Pakketten.laad()
_TOETSER = Toetser(_PAKKETTEN)


def fuzz_xml(octets: bytes) -> None:
    """The parser refuses with its own error; the judgement never raises, and keeps only what can be read again."""
    try:
        lees(octets)
    except OnleesbareXml as fout:
        if not fout.melding.endswith("."):
            raise AssertionError("a refusal is a sentence") from None
    oordeel = _TOETSER.rapporteer(octets)
    if not oordeel.rapport.geldig and not oordeel.rapport.bevindingen:
        raise AssertionError("a refusal has a reason")
    if oordeel.rapport.geldig:
        bewaard = _TOETSER.beoordeel(octets).octets
        if bewaard is None or _TOETSER.beoordeel(bewaard).octets != bewaard:
            raise AssertionError("what is kept does not read as itself")


def fuzz_zip(octets: bytes) -> None:
    """What we take from a ZIP is what another reader takes from it."""
    try:
        ingang = zip_enkel.lees(octets, grens=100_000, max_ratio=100)
    except zip_enkel.ZipGeweigerd:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as ander:
            inhouden = [ander.read(info) for info in ander.infolist()]
    except (zipfile.BadZipFile, NotImplementedError):  # a reader that refuses sees no other file
        return
    if inhouden != [ingang.inhoud]:
        raise AssertionError("two readers see two files")


def fuzz_archief(octets: bytes) -> None:
    """An archive is refused with its own error, or gives safe paths."""
    try:
        bestanden = lees_archief(octets)
    except BundelGeweigerd:
        return
    if any(pad.startswith("/") or ".." in pad.split("/") or "\\" in pad for pad in bestanden):
        raise AssertionError("a path leads out")


def fuzz_json(octets: bytes) -> None:
    """JSON is refused with its own errors, or becomes XML that the parser takes."""
    try:
        xml = naar_xml(octets, _PAKKETTEN)
    except (JsonOngeldig, JsonOnleesbaar):
        return
    lees(xml)
    _TOETSER.rapporteer(xml)


DOELEN: Mapping[str, Callable[[bytes], None]] = {
    "xml": fuzz_xml,
    "zip": fuzz_zip,
    "archief": fuzz_archief,
    "json": fuzz_json,
}


def main() -> None:
    """Fuzz one target for a number of seconds, 600 unless told otherwise."""
    doel = sys.argv[1]
    seconden = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("OSO_FUZZ_SECONDEN", "600")
    with tempfile.TemporaryDirectory(prefix="oso-fuzz-") as geleerd:
        opties = [
            f"-max_total_time={seconden}", "-timeout=10", "-rss_limit_mb=2048", "-max_len=60000",
            "-print_final_stats=1",
        ]  # fmt: skip
        atheris.Setup([sys.argv[0], *opties, geleerd, str(_CORPUS / doel)], DOELEN[doel])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
