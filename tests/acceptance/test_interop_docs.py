"""docs/interop.md keeps pace: every result, every fault, every client, every file that it names."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.berichten.fout import Foutcode
from gateway.domain.resultaat import Resultaat

BASIS = Path(__file__).parents[2]
TEKST = (BASIS / "docs" / "interop.md").read_text()
CLIENTS = ("las", "Las", "kern", "Kern")


def test_elk_resultaat_en_elke_foutcode_staat_erin() -> None:
    codes = {resultaat.value for resultaat in Resultaat} | {code.value for code in Foutcode}
    assert {code for code in codes if f"`{code}`" not in TEKST} == set()


def test_elke_client_en_elk_bestand_bestaat() -> None:
    for pad in re.findall(r"\]\((\.\./[^)#]+)", TEKST):
        assert (BASIS / "docs" / pad).exists(), pad
    for pad in re.findall(r"(?:interop|tests)/[\w/]+\.(?:py|mjs|php|java|sh|cs)", TEKST):
        assert (BASIS / pad).exists(), pad
    clients = {pad.relative_to(BASIS).as_posix() for pad in (BASIS / "interop").glob("*/*.*") if pad.stem in CLIENTS}
    assert clients == {client for client in clients if client in TEKST}
