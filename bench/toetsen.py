"""Validation: the gate and the rules against the floor, against xmlschema and Saxon, on two cores, and its memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from lxml import etree

from bench.meten import Rij, Uitkomst, ms, om_en_om
from bench.ondergrens import Ondergrens
from bench.stijlblad import maak_stijlblad
from gateway.gegevensset import Pakketten, Toetser
from gateway.gegevensset.pakket import Pakket
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
    saxon = _Saxon(pakket, dossier)
    _eis_gelijk(motor, saxon, dossier)

    def poort(_beurt: int) -> None:
        boom = lees(dossier)
        if not pakket.schema.validate(boom) or motor.toets(boom).bevindingen:
            raise AssertionError("the dossier of the benchmark is not valid")

    vloer, eigen, heel, ander, stijlblad = om_en_om(
        KEREN,
        (
            lambda _: grens.doe(dossier),
            poort,
            lambda _: toetser.rapporteer(dossier),
            lambda _: traag.is_valid(dossier.decode()),
            lambda _: saxon.toets(dossier),
        ),
    )
    samen = ander + stijlblad
    return [
        Rij("ontleden, XSD en regels", eigen / vloer, 0.8, toelichting=f"{ms(eigen)}; ondergrens {ms(vloer)}"),
        Rij("rapport met bijlagen", heel / vloer, 3.0, toelichting=f"{ms(heel)}; ondergrens {ms(vloer)}"),
        Rij(
            "ontleden, XSD en regels: zoveel maal sneller dan xmlschema",
            ander / eigen,
            30.0,
            minstens=True,
            toelichting=f"{ms(ander)} tegen {ms(eigen)}; alleen de XSD, zonder enige regel",
        ),
        Rij(
            "ontleden, XSD en regels: zoveel maal sneller dan xmlschema met stylesheets onder Saxon",
            samen / eigen,
            30.0,
            minstens=True,
            toelichting=f"{ms(ander)} + {ms(stijlblad)} tegen {ms(eigen)}; eigen stylesheets met "
            f"{saxon.stijlblad.regels} van de {saxon.stijlblad.van} regels van dit profiel: "
            "de officiële zijn niet openbaar bij de hand",
        ),
    ]


class _Saxon:
    """The rules as a stylesheet, compiled once; a dossier is parsed by Saxon itself, as it comes."""

    def __init__(self, pakket: Pakket, dossier: bytes) -> None:
        import saxonche

        wortel = lees(dossier)
        self.stijlblad = maak_stijlblad(
            pakket, wortel.findtext(pakket.plek("overdrachtsoort")), wortel.findtext(pakket.plek("overstap"))
        )
        self._processor = saxonche.PySaxonProcessor(license=False)
        self._klaar = self._processor.new_xslt30_processor().compile_stylesheet(stylesheet_text=self.stijlblad.tekst)

    def toets(self, dossier: bytes) -> str:
        """The report as XML."""
        knoop = self._processor.parse_xml(xml_text=dossier.decode())
        return str(self._klaar.transform_to_string(xdm_node=knoop))


def _eis_gelijk(motor: Regelmotor, saxon: _Saxon, dossier: bytes) -> None:
    """Only what finds the same may be compared: in this dossier nothing, in one with nonsense the same rules."""
    leeg = lees(dossier)
    for element in leeg.iter("{*}soort", "{*}nummer", "{*}relatietotkind", "{*}deeldossier"):
        element.text = "?"
    for octets in (dossier, etree.tostring(leeg)):
        eigen = Counter(bevinding.regel for bevinding in motor.toets(lees(octets)).bevindingen)
        ander = Counter(fout.get("regel") for fout in lees(saxon.toets(octets).encode()).iter("fout"))
        if eigen != ander or bool(eigen) is (octets is dossier):
            raise AssertionError("the stylesheet and the rule engine do not find the same")


def _map() -> list[Uitkomst]:
    with tempfile.TemporaryDirectory(prefix="oso-bench-") as tekst:
        map_ = Path(tekst)
        for nr, dossier in enumerate(maak_dossiers(proef_pgn(nr) for nr in range(VEEL))):
            doel = map_ / ("klein" if nr < STUKS else "rest")
            doel.mkdir(exist_ok=True)
            (doel / f"{nr}.xml").write_bytes(dossier)
        (map_ / "een").mkdir()
        shutil.copy(map_ / "klein" / "0.xml", map_ / "een")
        start, een = (min(_valideer(map_ / naam, 1)[0] for _ in range(3)) for naam in ("een", "klein"))
        twee, klein = min(_valideer(map_ / "klein", 2) for _ in range(3))
        _, groot = _valideer(map_, 2)
    return [
        Rij(
            f"validate van {STUKS} dossiers: twee kernen tegen één, start van het programma meegeteld",
            een / twee,
            1.7,
            minstens=True,
            toelichting=f"{een:.2f} s en {twee:.2f} s",
        ),
        Rij(
            f"validate van {STUKS} dossiers: twee kernen tegen één, na de start",
            (een - start) / (twee - start),
            1.7,
            minstens=True,
            toelichting=f"de start, gemeten met één dossier: {start:.2f} s",
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
