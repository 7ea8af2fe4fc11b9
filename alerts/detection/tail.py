"""How often a day as unusual as this comes: the days seen so far, drawn towards those of all brands."""

from bisect import bisect_left, insort

import numpy as np
from numpy.typing import NDArray

DAYS = 60
"""Days remembered."""
TYPICAL = (0.2, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0, 4.0)
"""Highest deviations of ten days of brands as brands are; they count `BELIEF` times."""
BELIEF = 2
QUANTILE = 0.9
DRAWN = 0.7
"""Share of a brand's own scale in what divides its deviations, on the scale of logarithms; the rest is all brands'."""
LEAST = 0.05
"""Deviations below this are all the same: nothing."""
HEAVY = 2.2
ONE = 0.61
"""Shape and scale of the law of the days' highest deviations, divided by `Tail.scale`; of all brands."""
UNUSUAL = 1.0
"""Risk of one day in ten: those are counted to see whether a series keeps to the law."""
BELIEVED = 3.0
"""Unusual days' worth of belief that it does: a month."""


class Tail:
    """Keeps the days' highest deviations of one series, and says what makes a deviation comparable between series.

    The scale is the 90 % quantile of the days, to the power 0.7: most of it its own, the rest that of brands in
    general, so that no bursty past makes blind and no calm week makes nervous.
    """

    def __init__(self) -> None:
        self._days: list[float] = []
        self._sorted = sorted(TYPICAL * BELIEF)
        self.scale = self._scaled()
        """What deviations are divided by."""
        self._unusual: list[bool] = []

    @property
    def often(self) -> float:
        """Return how often unusual days came against what the law says; gamma-Poisson, 1 for a new series."""
        return float((BELIEVED + sum(self._unusual)) / (BELIEVED + 10.0**-UNUSUAL * len(self._unusual)))

    def learn(self, highest: float) -> None:
        """Take in the highest deviation of a day that is over."""
        kept = max(highest, LEAST)
        self._unusual = [*self._unusual[1 - DAYS :], kept / self.scale >= deviation(UNUSUAL)]
        self._days.append(kept)
        insort(self._sorted, kept)
        if len(self._days) > DAYS:
            del self._sorted[bisect_left(self._sorted, self._days.pop(0))]
        self.scale = self._scaled()

    def _scaled(self) -> float:
        place = QUANTILE * (len(self._sorted) - 1)
        low = int(place)
        higher = self._sorted[min(low + 1, len(self._sorted) - 1)]
        quantile = self._sorted[low] + (place - low) * (higher - self._sorted[low])
        return float(quantile**DRAWN)


def risks(relative: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return -log10 of the share of days whose highest deviation over `Tail.scale` reaches these.

    Maxima of days follow the Fréchet law P(X ≤ x) = exp(-(x/0.61)^-2.2), the limit for heavy tails (Gnedenko 1943;
    Embrechts, Klüppelberg & Mikosch 1997, section 3.3); taking whole days needs no word on how bins hang together.
    A risk of 1.48 comes once in thirty days.
    """
    reached = np.maximum(relative, LEAST) / ONE
    found: NDArray[np.float64] = np.maximum(-np.log10(-np.expm1(-(reached**-HEAVY))), 0.0)
    return found


def deviation(risk: float) -> float:
    """Return the deviation over `Tail.scale` that has a risk: the inverse of `risks`."""
    share = min(10.0**-risk, 1.0 - 1e-12)
    return float(ONE * (-np.log1p(-share)) ** (-1.0 / HEAVY))
