"""Tuning of the process for many threads that each do a little with dossiers of some hundred kilobytes."""

from __future__ import annotations

import contextlib
import ctypes
import sys

_WISSEL = 0.0005
"""Seconds after which a thread that computes lets another go on. Python's own 5 ms is longer than a whole pull, and
the event loop would wait that long for each use case that runs beside it."""

# glibc's mallopt (malloc.h): by default memory of a dossier goes back to the kernel after every pull and is asked for
# again at the next, which costs more than reading the dossier from the store.
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_MALLOC = ((_M_TRIM_THRESHOLD, 64 << 20), (_M_TOP_PAD, 16 << 20), (_M_MMAP_THRESHOLD, 16 << 20))


def stel_proces_af() -> None:
    """Do it, once, at the start of a service; on a C library without `mallopt` only the first part."""
    sys.setswitchinterval(_WISSEL)
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for knop, waarde in _MALLOC:
            mallopt(knop, waarde)
