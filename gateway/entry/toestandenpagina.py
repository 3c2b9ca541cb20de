"""Draw the state machines into `docs/toestanden.md`: `python -m gateway.entry.toestandenpagina docs/toestanden.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from gateway.domain.ophaling import OVERGANGEN, Fase
from gateway.domain.toestanden import MACHINES, Overgang, Toestandsmachine

_OPHALING_UITLEG = {
    Fase.WACHT: "Aangenomen; er is nog niets gevraagd.",
    Fase.SESSIE: "Ons punt mag vragen; het Traffic Center wordt om een sessie gevraagd.",
    Fase.VRAGEN: "De aanleverpunten van de sessie worden op volgorde gevraagd.",
    Fase.VALIDEREN: "Er kwam een dossier; het is vijandig tot onze eigen controle het goedkeurt.",
    Fase.AFMELDEN: "Alle aanleverpunten zijn gevraagd; de sessie wordt met het beste resultaat afgemeld.",
    Fase.GEREED: "Afgemeld, wat het resultaat ook was.",
    Fase.MISLUKT: "Er kwam geen sessie.",
}

OPHALING = Toestandsmachine(
    "ophaling",
    "Ophaling: sessie, kant van het doel",
    {fase.value: tekst for fase, tekst in _OPHALING_UITLEG.items()},
    (
        Overgang(None, "opdracht", Fase.WACHT.value),
        *(Overgang(van.value, "", naar.value) for van in Fase for naar in Fase if naar in OVERGANGEN[van]),
    ),
)


def maak_pagina() -> str:
    """Make the page: for each machine a drawing (Mermaid) and what its states mean."""
    return "\n".join(_regels())


def _regels() -> Iterator[str]:
    yield from (
        "# Toestanden",
        "",
        "Gemaakt uit `gateway/domain/toestanden.py` en `gateway/domain/ophaling.py`; niet met de hand wijzigen:",
        "`python -m gateway.entry.toestandenpagina docs/toestanden.md`. De code vraagt deze tabellen voordat zij een",
        "stap zet, en de toestandsmachines van de tests houden wat er echt gebeurt ertegenaan.",
        "",
    )
    for machine in (*MACHINES, OPHALING):
        yield from _machine(machine)


def _machine(machine: Toestandsmachine) -> Iterator[str]:
    yield from (f"## {machine.titel}", "", "```mermaid", "stateDiagram-v2")
    for stap in machine.overgangen:
        van = "[*]" if stap.van is None else _id(stap.van)
        yield f"    {van} --> {_id(stap.naar)}" + (f": {stap.door}" if stap.door else "")
    for einde in machine.uitleg:
        if einde in machine.einden():
            yield f"    {_id(einde)} --> [*]"
    yield from ("```", "", "| Toestand | Betekenis |", "|---|---|")
    for toestand, uitleg in machine.uitleg.items():
        yield f"| {toestand} | {uitleg} |"
    yield ""


def _id(toestand: str) -> str:
    """A name that Mermaid takes: a hyphen is an operator there."""
    return toestand.replace("-", "_")


def main() -> None:
    """Write the page to the file that is named."""
    Path(sys.argv[1]).write_text(maak_pagina(), "utf-8")


if __name__ == "__main__":
    main()
