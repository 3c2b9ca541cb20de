"""Did calls stay within a rate? By their moments alone, whatever the speed of the machine."""

from __future__ import annotations

from collections.abc import Sequence


def te_veel(momenten: Sequence[float], tempo: float, ineens: float, onderweg: float) -> tuple[int, float, float] | None:
    """Find a window with more calls than the rate allows: how many in how many seconds, and how far above the rate.

    `tempo` is in calls a second, `ineens` the size of the bucket in seconds of it. `onderweg` calls may have been let
    go before a window and have come in it. One pass: of the windows that end at a call, the one most above the rate
    begins where the rate was last caught up.
    """
    stand, vorige, eerste, sinds = 0.0, None, 0.0, 0
    for nr, moment in enumerate(sorted(momenten)):
        stand = 0.0 if vorige is None else max(0.0, stand - (moment - vorige) * tempo)
        if stand == 0.0:
            eerste, sinds = moment, nr
        stand += 1.0
        vorige = moment
        if stand > max(1.0, tempo * ineens) + onderweg + 0.001:
            return nr - sinds + 1, moment - eerste, stand
    return None
