"""Child process of `saxon`: run the stylesheets of an official bundle over dossiers, with nothing within reach.

Runs by itself (`python -I saxon_kindproces.py BYTES SECONDS STYLESHEET…`). Compiles the stylesheets, which takes
files, and then gives everything up: no URI of any kind for Saxon, no environment, and from the operating system no
new file or socket (a limit of zero open files) and no more memory than BYTES. An endless stylesheet is ended by
whoever started this.

Frames both ways: eight octets of length (big-endian), then the content. A request is one octet (which stylesheet) and
the dossier; an answer is `+` and the report, or `-` and why not (texts of Saxon, which may quote a dossier). The first
answer, unasked, tells whether the stylesheets compiled.
"""

from __future__ import annotations

import os
import resource
import sys
from typing import Any, BinaryIO

_EIGENSCHAP = "http://saxon.sf.net/feature/"


def main() -> None:
    """Answer requests until there are none."""
    uit = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not end up between the frames
    geheugen, seconden, stijlbladen = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (geheugen, geheugen))
    _gun(seconden)
    try:
        from saxonche import PySaxonApiError, PySaxonProcessor
    except ImportError:
        _schrijf(uit, b"-saxonche")
        return
    processor = PySaxonProcessor(license=False)
    try:
        programmas = _vertaal(processor, stijlbladen)
    except PySaxonApiError as fout:
        _schrijf(uit, b"-" + str(fout).encode("utf-8", "replace")[:2_000])
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    _schrijf(uit, b"+")
    while (vraag := _lees(sys.stdin.buffer)) is not None:
        _gun(seconden)
        try:
            antwoord = b"+" + _toets(processor, programmas[vraag[0]], vraag[1:])
        except PySaxonApiError as fout:
            antwoord = b"-" + str(fout).encode("utf-8", "replace")[:2_000]
        _schrijf(uit, antwoord)


def _gun(seconden: int) -> None:
    """Allow so much more processor time: an endless stylesheet ends even when nobody is left to end it."""
    gebruik = resource.getrusage(resource.RUSAGE_SELF)
    grens = int(gebruik.ru_utime + gebruik.ru_stime) + seconden
    hardst = resource.getrlimit(resource.RLIMIT_CPU)[1]  # one that is there already cannot be raised
    resource.setrlimit(resource.RLIMIT_CPU, (grens if hardst < 0 else min(grens, hardst), hardst))


def _vertaal(processor: Any, stijlbladen: list[str]) -> list[Any]:
    """Compile; files are within reach only until this is done."""
    processor.set_configuration_property(_EIGENSCHAP + "allow-external-functions", "false")
    processor.set_configuration_property(_EIGENSCHAP + "allowedProtocols", "file")
    xslt = processor.new_xslt30_processor()
    programmas = [xslt.compile_stylesheet(stylesheet_file=stijlblad) for stijlblad in stijlbladen]
    processor.set_configuration_property(_EIGENSCHAP + "allowedProtocols", "")
    _toets(processor, programmas[0], b"<leeg/>", warm=True)
    return programmas


def _toets(processor: Any, programma: Any, dossier: bytes, *, warm: bool = False) -> bytes:
    """Give the report. A dossier comes here only after the one parser of the gateway has taken it."""
    from saxonche import PySaxonApiError

    try:
        uitkomst = programma.transform_to_string(xdm_node=processor.parse_xml(xml_text=dossier.decode()))
    except PySaxonApiError:
        if warm:  # run once for what Saxon loads late; a document that is no dossier may well be an error
            return b""
        raise
    return (uitkomst or "").encode()


def _lees(bron: BinaryIO) -> bytes | None:
    kop = bron.read(8)
    return bron.read(int.from_bytes(kop, "big")) if len(kop) == 8 else None


def _schrijf(doel: BinaryIO, inhoud: bytes) -> None:
    doel.write(len(inhoud).to_bytes(8, "big") + inhoud)
    doel.flush()


if __name__ == "__main__":
    main()
