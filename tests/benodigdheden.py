#!/usr/bin/env python3
"""Install what the tests need beside Python packages (Debian packages, npm packages); silent where it is there.

`make test` and `make bench` call this. Something more is needed? Add a row to `DINGEN`. On a machine where nothing may
be installed it says what is missing: the tests that need it are then skipped with that reason. Under `CI=true` a
missing tool is a failure (exit code 1), unless its row says that it may be missing. Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_BASIS = Path(__file__).resolve().parents[1]
NODE_MAP = _BASIS / "interop" / "node"

# Debian starts a service as soon as it is installed; a policy-rc.d that says 101 prevents that, systemd or not.
_APT = """
set -e
beleid=/usr/sbin/policy-rc.d
if [ ! -e "$beleid" ]; then
  trap 'rm -f "$beleid"' EXIT INT TERM
  printf '#!/bin/sh\\nexit 101\\n' > "$beleid"
  chmod 755 "$beleid"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o DPkg::Lock::Timeout=300 update
apt-get -qq -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
"""


def _programma(naam: str) -> Callable[[], bool]:
    # Debian has servers in sbin, which is not on everybody's PATH.
    return lambda: zoek(naam) is not None


def zoek(naam: str) -> str | None:
    """Find a program, also where Debian puts servers; None when it is not there."""
    return shutil.which(naam) or shutil.which(naam, path="/usr/sbin:/usr/local/sbin:/sbin")


def _bestand(patroon: str) -> Callable[[], bool]:
    return lambda: any(Path("/").glob(patroon))


@dataclass(frozen=True, slots=True)
class Ding:
    """Something that tests need: how to see whether it is there, and the Debian packages that bring it."""

    naam: str
    is_er: Callable[[], bool]
    pakketten: tuple[str, ...]
    bench: bool = False
    """Only for `make bench`."""
    mag_ontbreken: bool = False
    """Cannot be had everywhere: missing is no failure, not even in CI."""


DINGEN: tuple[Ding, ...] = (
    Ding("xmlsec1", _programma("xmlsec1"), ("xmlsec1",)),
    Ding("openssl", _programma("openssl"), ("openssl",)),
    Ding("curl", _programma("curl"), ("curl",)),
    Ding("nginx", _programma("nginx"), ("nginx",)),
    Ding("haproxy", _programma("haproxy"), ("haproxy",)),
    Ding("libfaketime", _bestand("usr/lib/*/faketime/libfaketimeMT.so.1"), ("libfaketime",), mag_ontbreken=True),
    Ding("postgresql", _bestand("usr/lib/postgresql/*/bin/postgres"), ("postgresql",)),
    Ding("node", _programma("node"), ("nodejs",)),
    Ding("npm", _programma("npm"), ("npm",)),
    Ding("php", _programma("php"), ("php-cli",)),
    Ding("php-soap", _bestand("usr/lib/php/*/soap.so"), ("php-soap",)),
    Ding("php-fpm", _bestand("usr/sbin/php-fpm*"), ("php-fpm",), bench=True),
    Ding("php-curl", _bestand("usr/lib/php/*/curl.so"), ("php-curl",)),
    Ding("php-xml", _bestand("usr/lib/php/*/dom.so"), ("php-xml",)),
    Ding("javac", _programma("javac"), ("default-jdk-headless",)),
    Ding("mcs", _programma("mcs"), ("mono-mcs",), mag_ontbreken=True),
    Ding(
        "mono-http",
        _bestand("usr/lib/mono/4.5/System.Net.Http.dll"),
        ("libmono-system-net-http4.0-cil",),
        mag_ontbreken=True,
    ),
)


def main(argumenten: Sequence[str]) -> int:
    """Install what is missing; give the exit code."""
    nodig = [ding for ding in DINGEN if "--bench" in argumenten or not ding.bench]
    ontbreekt = _ontbrekend(nodig)
    if ontbreekt:
        _installeer(ontbreekt)
        ontbreekt = _ontbrekend(nodig)
    klachten = [f"{ding.naam} (Debian: {' '.join(ding.pakketten)})" for ding in ontbreekt if not ding.mag_ontbreken]
    if not node_pakketten_zijn_er():
        klachten += _npm()
    for ding in ontbreekt:
        if ding.mag_ontbreken:
            _meld(f"{ding.naam} is hier niet te krijgen; de test die het gebruikt, wordt overgeslagen.")
    if not klachten:
        return 0
    in_ci = bool(os.environ.get("CI"))
    gevolg = "In CI is dat een fout." if in_ci else "De tests die dit nodig hebben, worden overgeslagen."
    _meld(f"Dit ontbreekt: {'; '.join(klachten)}. {gevolg}")
    return 1 if in_ci else 0


def _ontbrekend(dingen: Sequence[Ding]) -> list[Ding]:
    return [ding for ding in dingen if not ding.is_er()]


def _installeer(dingen: Sequence[Ding]) -> None:
    pakketten = sorted({pakket for ding in dingen for pakket in ding.pakketten})
    if shutil.which("apt-get") is None:
        _meld("Dit is geen Debian: installeer zelf wat hieronder staat.")
        return
    voor = _als_root()
    if voor is None:
        _meld("Installeren mag hier niet: geen root, en geen sudo zonder wachtwoord.")
        return
    _meld(f"Voor de tests wordt geïnstalleerd: {' '.join(pakketten)}")
    opdracht = [*voor, "sh", "-c", _APT, "apt"]
    if _draai([*opdracht, *pakketten]):
        return
    for pakket in pakketten:  # one package that does not exist here must not keep out the others
        _draai([*opdracht, pakket])


def _als_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def _slotbestand_hash() -> str:
    return hashlib.sha256((NODE_MAP / "package-lock.json").read_bytes()).hexdigest()


def node_pakketten_zijn_er() -> bool:
    """Tell whether the npm packages of the lock file as it is now are installed."""
    try:
        return (NODE_MAP / "node_modules" / ".oso-slot").read_text() == _slotbestand_hash()
    except OSError:
        return False


def _npm() -> list[str]:
    if zoek("npm") is None:
        return ["npm-pakketten van interop/node (npm ontbreekt)"]
    _meld("Voor de tests wordt geïnstalleerd: de npm-pakketten van interop/node")
    opdracht = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if not _draai(opdracht, NODE_MAP):
        return ["npm-pakketten van interop/node (npm ci mislukte)"]
    (NODE_MAP / "node_modules" / ".oso-slot").write_text(_slotbestand_hash())
    return []


def _draai(opdracht: Sequence[str], map_: Path | None = None) -> bool:
    """Run an installer; what it says is only of interest when it fails."""
    uit = subprocess.run(opdracht, cwd=map_, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if uit.returncode != 0:
        _meld((uit.stderr or uit.stdout).strip()[-2_000:])
    return uit.returncode == 0


def _meld(tekst: str) -> None:
    sys.stderr.write(f"benodigdheden: {tekst}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
