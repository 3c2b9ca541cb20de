"""Validation: the gate and the rules against the floor, against xmlschema, on two cores, and its memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.meten import Rij, Uitkomst, ms, om_en_om
from bench.ondergrens import Ondergrens
from gateway.gegevensset import Pakketten, Toetser
from gateway.gegevensset.regelmotor import Regelmotor
from gateway.simulators.dossiers import maak_dossier, maak_dossiers
from gateway.simulators.proefpersonen import proef_pgn
from gateway.xmlio import lees

GROOTTE = 173_000
KEREN = 200
STUKS = 1_000
VEEL = 10_000


def meet() -> list[Uitkomst]:
    """Measure all rows of validation that `bench.push` does not."""
    return [*_poort(), *_map()]


def _poort() -> list[Uitkomst]:
    import xmlschema

    pakketten = Pakketten.laad()
    pakket = next(iter(pakketten))
    grens = Ondergrens(pakket.map / "dossier.xsd")
    motor = Regelmotor(pakket)
    toetser = Toetser(pakketten)
    traag = xmlschema.XMLSchema(str(pakket.map / "dossier.xsd"))
    dossier = maak_dossier(proef_pgn(3), zaad=3, omvang=GROOTTE)

    def poort(_beurt: int) -> None:
        boom = lees(dossier)
        if not pakket.schema.validate(boom) or motor.toets(boom).bevindingen:
            raise AssertionError("the dossier of the benchmark is not valid")

    vloer, eigen, heel, ander = om_en_om(
        KEREN,
        (
            lambda _: grens.doe(dossier),
            poort,
            lambda _: toetser.rapporteer(dossier),
            lambda _: traag.is_valid(dossier.decode()),
        ),
    )
    return [
        Rij("ontleden, XSD en regels", eigen / vloer, 0.8, toelichting=f"{ms(eigen)}; ondergrens {ms(vloer)}"),
        Rij("rapport met bijlagen", heel / vloer, 3.0, toelichting=f"{ms(heel)}; ondergrens {ms(vloer)}"),
        Rij(
            "ontleden, XSD en regels: zoveel maal sneller dan xmlschema",
            ander / eigen,
            30.0,
            minstens=True,
            toelichting=f"{ms(ander)} tegen {ms(eigen)}; de officiële stylesheets zijn er niet en tellen niet mee",
        ),
    ]


def _map() -> list[Uitkomst]:
    with tempfile.TemporaryDirectory(prefix="oso-bench-") as tekst:
        map_ = Path(tekst)
        for nr, dossier in enumerate(maak_dossiers(proef_pgn(nr) for nr in range(VEEL))):
            doel = map_ / ("klein" if nr < STUKS else "rest")
            doel.mkdir(exist_ok=True)
            (doel / f"{nr}.xml").write_bytes(dossier)
        een = min(_valideer(map_ / "klein", 1)[0] for _ in range(2))
        twee, klein = min(_valideer(map_ / "klein", 2) for _ in range(2))
        _, groot = _valideer(map_, 2)
    return [
        Rij(
            f"validate van {STUKS} dossiers: twee kernen tegen één",
            een / twee,
            1.7,
            minstens=True,
            toelichting=f"{een:.2f} s en {twee:.2f} s, start van het programma meegeteld",
        ),
        Rij(
            f"validate: geheugen bij {VEEL} dossiers tegen dat bij {STUKS}",
            groot / klein,
            1.15,
            toelichting=f"{groot:.0f} MB en {klein:.0f} MB",
        ),
    ]


def _valideer(map_: Path, kernen: int) -> tuple[float, float]:
    """Seconds and peak memory (MB of the largest process) of one run of the command line."""
    opdracht = [sys.executable, "-m", "gateway", "validate", str(map_), "--kernen", str(kernen), "--json-regels"]
    begin = time.perf_counter()
    proces = subprocess.Popen(opdracht, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, gebruik = os.wait4(proces.pid, 0)
    duur = time.perf_counter() - begin
    proces.returncode = os.waitstatus_to_exitcode(status)
    if proces.returncode != 0:
        raise RuntimeError(f"validate ended with {proces.returncode}")
    return duur, gebruik.ru_maxrss / 1024
