"""No result code in program text: the table of the message pack and `gateway.domain.resultaat` are all that name them.

The simulators are other parties: they say codes of their own, and the demonstration checks what such a party heard.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.domain.resultaat import Resultaat

WORTEL = Path(__file__).resolve().parents[3]
LEZER = WORTEL / "gateway/domain/resultaat.py"
ANDERE_PARTIJEN = [
    WORTEL / pad for pad in ("gateway/simulators", "gateway/entry/demo", "gateway/entry/cli/simulatoren.py")
]
# The REST interface has a code of its own that happens to be spelled alike: why a pupil could not be set ready.
NAAMGENOOT = (WORTEL / "gateway/domain/dossier.py", "LeerlingOnbekend")

_WOORD = re.compile(rf"\b(?:{'|'.join(sorted(code.value for code in Resultaat))})\b")
_NAMEN = frozenset(een.name for een in Resultaat)
"""Names of codes; those of roles are other names of the same members, and not among them."""


def programma() -> list[Path]:
    """Everything that runs with a school: the gateway without the other parties, and its adapters."""
    bestanden = [*(WORTEL / "gateway").rglob("*.py"), *(WORTEL / "adapters").rglob("*.py")]
    return [
        pad for pad in bestanden if pad != LEZER and not any(pad.is_relative_to(ander) for ander in ANDERE_PARTIJEN)
    ]


def genoemd(tekst: str) -> Iterator[str]:
    """Codes that a program text names: as a word anywhere (comments included), or as a member of the enumeration."""
    yield from _WOORD.findall(tekst)
    for knoop in ast.walk(ast.parse(tekst)):
        if not isinstance(knoop, ast.Attribute | ast.Subscript) or ast.unparse(knoop.value) != "Resultaat":
            continue
        if isinstance(knoop, ast.Subscript) or knoop.attr in _NAMEN:
            yield ast.unparse(knoop)


def test_geen_programma_noemt_een_code() -> None:
    bestanden = programma()
    assert len(bestanden) > 200
    gevonden = {
        (pad.relative_to(WORTEL).as_posix(), code)
        for pad in bestanden
        for code in genoemd(pad.read_text("utf-8"))
        if (pad, code) != NAAMGENOOT
    }
    assert gevonden == set()


@pytest.mark.parametrize(
    "tekst",
    [
        'if antwoord == "SessieVerlopen": pass',
        "# bij SessieVerlopen gaat het zo",
        "if antwoord is Resultaat.SESSIE_VERLOPEN: pass",
        'Resultaat["SESSIE_VERLOPEN"]',
    ],
)
def test_de_speurder_vindt_ze(tekst: str) -> None:
    assert list(genoemd(tekst))


def test_een_rol_is_geen_code() -> None:
    assert list(genoemd("if antwoord is Resultaat.GELUKT: pass")) == []
    rollen = Resultaat.__members__.keys() - _NAMEN
    assert {Resultaat[rol] for rol in rollen} <= set(Resultaat)
    assert len({Resultaat[rol] for rol in rollen}) == len(rollen)
