"""How much memory does the push of a large dossier take? In a process of its own: `python -m bench.geheugen`."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

from bench.meten import Overgeslagen, Rij, Uitkomst

BIJLAGEN = 4
GROOTTE = 4_990_000
"""Just under 5 MB, so that with the small ones of the dossier they stay within the 20 MB of a dossier."""
_NAAM = "push van een dossier met vier bijlagen van 5 MB: piek boven rust, tegen het dossier"


def meet() -> list[Uitkomst]:
    """Push one such dossier and compare the peak with the size of what is sent."""
    if not Path("/proc/self/clear_refs").exists():
        return [Overgeslagen(_NAAM, "het geheugen van een proces is alleen op Linux zo te meten")]
    klaar = subprocess.run([sys.executable, "-m", "bench.geheugen"], check=True, capture_output=True, text=True)
    gemeten = json.loads(klaar.stdout)
    tekst = f"{gemeten['erbij'] / 1e6:.0f} MB boven rust ({gemeten['rust'] / 1e6:.0f} MB); het dossier is "
    return [
        Rij(_NAAM, gemeten["erbij"] / gemeten["dossier"], 8.0, toelichting=f"{tekst}{gemeten['dossier'] / 1e6:.0f} MB")
    ]


def main() -> None:
    """Push a small dossier, look at the memory, push the large one, look at the peak; JSON to stdout."""
    from bench.push import bench_wereld
    from gateway.domain.logboek import Opdrachtgever
    from gateway.domain.waarden import ElkNummer
    from gateway.simulators.dossiers import maak_dossier
    from gateway.simulators.proefpersonen import proef_pgn
    from gateway.usecases.aanleveren import Aanlevering, lever_aan

    with bench_wereld() as (map_, wereld):
        # Made in another process: making it takes more memory than pushing it.
        bestand = map_ / "groot.xml"
        subprocess.run([sys.executable, "-m", "bench.geheugen", str(bestand)], check=True)
        wie = Opdrachtgever("bench")
        for nr in range(3):
            klein = maak_dossier(proef_pgn(nr), zaad=nr, omvang=173_000)
            lever_aan(wereld, ElkNummer(str(nr + 1)), Aanlevering(klein), wie)
        rust = _status("VmRSS")
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts anew
        dossier = bestand.read_bytes()
        uitkomst = lever_aan(wereld, ElkNummer("9"), Aanlevering(dossier), wie)
        if len(uitkomst.beoordeling.bijlagen) < BIJLAGEN or not uitkomst.nieuw:
            raise RuntimeError("the large dossier was not taken")
        print(json.dumps({"rust": rust, "erbij": _status("VmHWM") - rust, "dossier": len(dossier)}))


def maak(doel: Path) -> None:
    """Write the large dossier: random octets that pass for pictures, so that packing makes them no smaller."""
    from gateway.domain.beoordeling import Document
    from gateway.gegevensset import Pakketten, Toetser
    from gateway.simulators.dossiers import maak_dossier
    from gateway.simulators.proefpersonen import proef_pgn

    toeval = random.Random(5)  # noqa: S311 - filling, no secret
    kop = b"\x89PNG\r\n\x1a\n"
    documenten = [
        Document("bijlage", f"plaat{nr}.png", kop + toeval.randbytes(GROOTTE - len(kop))) for nr in range(BIJLAGEN)
    ]
    kaal = maak_dossier(proef_pgn(9), zaad=9)
    beoordeling = Toetser(Pakketten.laad()).beoordeel(kaal, documenten=documenten)
    if beoordeling.octets is None:
        raise RuntimeError(f"not valid: {[bevinding.regel for bevinding in beoordeling.rapport.bevindingen]}")
    doel.write_bytes(beoordeling.octets)


def _status(veld: str) -> int:
    regels = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(regel.split()[1]) * 1024 for regel in regels if regel.startswith(f"{veld}:"))


if __name__ == "__main__":
    main() if len(sys.argv) == 1 else maak(Path(sys.argv[1]))
