"""Write the sample dossiers of the product: `python -m gateway.simulators.voorbeelden_maken MAP`.

Each has an invented pupil; the files in `schemas/gegevensset/2019.1/voorbeelden` are what this writes, to the octet.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from gateway.simulators.dossiers import Profiel, maak_dossier
from gateway.simulators.proefpersonen import ONDERWIJSNUMMER, PUPIL_POPO, PUPIL_ZONDER_INZAGE, School, proef_pgn

VO_SCHOOL = School("Het Verzonnen College", "00YY", "00", "HAVO/VWO")


def voorbeelden() -> Mapping[str, bytes]:
    """The sample dossiers by file name."""
    return {
        "povo.xml": maak_dossier(proef_pgn(1), zaad=1, omvang=60_000),
        "povo-klein.xml": maak_dossier(proef_pgn(2), zaad=2),
        "povo-groot.xml": maak_dossier(proef_pgn(3), zaad=3, omvang=178_000),
        "povo-onderwijsnummer.xml": maak_dossier(ONDERWIJSNUMMER, zaad=38, omvang=30_000),
        "povo-zonder-bijlagen.xml": maak_dossier(proef_pgn(4), zaad=4, bijlagen=False),
        "popo.xml": maak_dossier(PUPIL_POPO, profiel=Profiel.PO_PO, zaad=5, omvang=40_000),
        "vovo.xml": maak_dossier(proef_pgn(6), profiel=Profiel.VO_VO, zaad=6, omvang=120_000),
        "bb-inzage-nee.xml": maak_dossier(PUPIL_ZONDER_INZAGE, profiel=Profiel.BB, zaad=7, inzage=False),
        "bb-zonder-inzage.xml": maak_dossier(proef_pgn(8), profiel=Profiel.BB, zaad=8, inzage=None),
        "po-swv.xml": maak_dossier(None, profiel=Profiel.PO_SWV, zaad=9, omvang=30_000),
        "vo-swv.xml": maak_dossier(None, profiel=Profiel.VO_SWV, zaad=10, school=VO_SCHOOL),
    }


def main() -> None:
    """Write all samples to the folder that is named."""
    doel = Path(sys.argv[1])
    doel.mkdir(parents=True, exist_ok=True)
    for naam, octets in voorbeelden().items():
        (doel / naam).write_bytes(octets)


if __name__ == "__main__":
    main()
