"""The first day of one series: a flood is told of, and teaches nothing, before anything is known of a week. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alerts.detection.beginning import BEFORE, LEAST, RISK, TIMES, WINDOW

Numbers = NDArray[np.float64]
DAY = 86_400
MINUTE = 60
LONGEST = 6 * 3600
"""Seconds after which a flood is the new normal."""
STEEP = 4.0
"""Times the fullest of the windows just before that it must be, too: a brand that wakes up is none."""
WINDOWS = 3
"""Windows without a flood before the first that may be one."""


class Floods:
    """Follows a series through its first day, by the minute: what is far above the pace before, at once, is a flood.

    The rule of the live detectors (`alerts.detection.beginning`) for counts alone, at steps of five minutes at most; a
    minute is judged once it is over. Causal: the same for bins one by one or all at once.
    """

    def __init__(self, span: int) -> None:
        self._bins = max(-(-MINUTE // span), 1)
        self._window = WINDOW // (self._bins * span)
        self._began: int | None = None
        self._counted = 0.0
        self._filled = 0
        self._sums: list[float] = []
        self._lasting = 0
        """Minutes since the flood began, 0 where there is none."""
        self._pace = 0.0

    def follow(self, starts: NDArray[np.int64], counts: Numbers) -> tuple[Numbers, Numbers]:
        """Return what bins may teach, in a flood the pace before it, and the least risk of each; oldest first."""
        least = np.zeros(len(counts))
        if self._began is None:
            self._began = int(starts[0])
        day = int(np.searchsorted(starts, self._began + DAY))
        if not day:
            self._sums = []
        if self._window < 2 or not day:  # noqa: PLR2004 - one bin alone is never a flood
            return counts, least
        taught = counts.copy()
        place = 0
        while place < day:
            end = min(place + self._bins - self._filled, day)
            if self._lasting:
                taught[place:end], least[place:end] = self._pace, RISK
            self._counted += float(counts[place:end].sum())
            self._filled += end - place
            if self._filled == self._bins:
                self._close()
                if self._lasting:
                    taught[end - 1], least[end - 1] = self._pace, RISK
            place = end
        return taught, least

    def _close(self) -> None:
        """Take in a minute that is over, and tell whether there is a flood at its end."""
        window, most = self._window, (BEFORE + WINDOW) * self._window // WINDOW
        self._sums = [*self._sums[-most + 1 :], self._counted]
        self._counted, self._filled = 0.0, 0
        lately = self._sums[-window:]
        actual = sum(lately) - max(lately)
        if self._lasting:
            over = actual < TIMES / 2 * self._pace * window * self._bins or self._lasting >= LONGEST * window // WINDOW
            self._lasting = 0 if over else self._lasting + 1
            return
        before = _windows(self._sums[:-window], window)
        if len(before) < WINDOWS:
            return
        usual = sorted(before)[len(before) // 4] + 1.0
        if actual >= max(LEAST, TIMES * usual) and actual >= STEEP * max(before[:WINDOWS]):
            self._lasting, self._pace = window, usual / (window * self._bins)


def _windows(sums: Sequence[float], size: int) -> list[float]:
    """Return the sums of windows that do not overlap, the last first."""
    return [sum(sums[last - size : last]) for last in range(len(sums), size - 1, -size)]
