"""Child process of `pdf_controle`: read PDFs from stdin with a real reader, answer one word a file on stdout.

Runs by itself (`python -I pdf_kindproces.py SECONDEN`) under limits on memory and processor time, sees no setting and
no secret of the gateway, and may be killed at any moment. Input: eight octets of length (big-endian) and the file, for
each file. Answers: `veilig`, `gevaarlijk`, `wachtwoord`, `onleesbaar`.
"""

from __future__ import annotations

import io
import math
import resource
import signal
import sys
from collections.abc import Iterator
from typing import Any

_GEHEUGEN = 1_000_000_000
_SLEUTELS = frozenset(("/JS", "/EF", "/EmbeddedFiles", "/XFA"))
_WAARDEN = frozenset(("/JavaScript", "/Launch", "/EmbeddedFile", "/RichMedia"))
_MAX_DELEN = 1_000_000


def main() -> None:
    """Judge each file on stdin until there is none."""
    seconden = float(sys.argv[1])
    heel = math.ceil(seconden) + 1
    resource.setrlimit(resource.RLIMIT_AS, (_GEHEUGEN, _GEHEUGEN))
    resource.setrlimit(resource.RLIMIT_CPU, (heel, heel))
    signal.setitimer(signal.ITIMER_PROF, seconden)  # to the millisecond, where the limit above knows whole seconds only
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while kop := sys.stdin.buffer.read(8):
        bestand = sys.stdin.buffer.read(int.from_bytes(kop, "big"))
        sys.stdout.write(beoordeel(bestand) + "\n")
        sys.stdout.flush()


def beoordeel(bestand: bytes) -> str:
    """Open one PDF, without a password, and look at every object in it."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(bestand), suppress_warnings=True) as pdf:
            return "gevaarlijk" if any(map(_is_gevaarlijk, _delen(pdf))) else "veilig"
    except pikepdf.PasswordError:
        return "wachtwoord"
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, MemoryError, RecursionError, _TeVeel):
        return "onleesbaar"


class _TeVeel(Exception):
    """More parts than any ordinary document has."""


def _delen(pdf: Any) -> Iterator[Any]:
    """Every dictionary and stream dictionary of the file, those inside others too."""
    import pikepdf

    stapel: list[Any] = [pdf.trailer, *pdf.objects]
    aantal = 0
    while stapel:
        deel = stapel.pop()
        aantal += 1
        if aantal > _MAX_DELEN:
            raise _TeVeel
        if isinstance(deel, pikepdf.Array):
            stapel.extend(kind for kind in deel if isinstance(kind, pikepdf.Object) and not kind.is_indirect)
        elif isinstance(deel, (pikepdf.Dictionary, pikepdf.Stream)):
            yield deel
            waarden = (waarde for _, waarde in deel.items())
            stapel.extend(kind for kind in waarden if isinstance(kind, pikepdf.Object) and not kind.is_indirect)


def _is_gevaarlijk(deel: Any) -> bool:
    if not _SLEUTELS.isdisjoint(deel.keys()):
        return True
    return any(str(deel.get(sleutel, "")) in _WAARDEN for sleutel in ("/S", "/Type", "/Subtype"))


if __name__ == "__main__":
    main()
