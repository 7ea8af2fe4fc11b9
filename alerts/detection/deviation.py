"""How far a count is from what is usual, and how unlikely that is."""

from collections import Counter
from collections.abc import Callable, Sequence
from math import asinh, erfc, log, log10, sinh, sqrt

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
STEP = 0.1
"""Width of a histogram bin of deviations."""
TAIL_SHARE = 0.02
ENOUGH = 30
"""Deviations above the 98 % quantile before a tail is fitted to them."""
HALVE = 60_000
HEAVIEST = 0.5
WEEK = 10_000
"""Deviations after which those that would raise an alarm are storms, no lessons."""
SURE = 3.0
"""Deviation up to which none would raise an alarm."""
FITTED = 60
"""Deviations taken in after which a tail is fitted anew: an hour of minutes."""


def stabilised(count: float, expected: float, spread: float) -> float:
    """Return the deviation of a negative binomial count in standard deviations.

    `spread` is the over-dispersion: variance = mean + spread x mean². Variance-stabilising transform of Anscombe
    (1948): z = (2/√φ)[asinh √(φ(x+3/8)) - asinh √(φ(λ+3/8))].
    """
    if spread < 1e-6:  # noqa: PLR2004 - the Poisson limit of the formula
        return 2.0 * (sqrt(count + 0.375) - sqrt(expected + 0.375))
    return 2.0 / sqrt(spread) * (asinh(sqrt(spread * (count + 0.375))) - asinh(sqrt(spread * (expected + 0.375))))


def usual_count(expected: float, spread: float, deviation: float) -> float:
    """Return the count that lies `deviation` standard deviations from `expected`: the inverse of `stabilised`."""
    if spread < 1e-6:  # noqa: PLR2004 - the Poisson limit of the formula
        return max(max(sqrt(expected + 0.375) + deviation / 2.0, 0.0) ** 2 - 0.375, 0.0)
    root = asinh(sqrt(spread * (expected + 0.375))) + deviation * sqrt(spread) / 2.0
    return max(sinh(max(root, 0.0)) ** 2 / spread - 0.375, 0.0)


def normal_risk(deviation: float) -> float:
    """Return -log10 of the normal tail probability."""
    if deviation > 35.0:  # noqa: PLR2004 - erfc underflows; the leading term is exact to 0.1 % there
        return deviation * deviation / (2.0 * log(10.0)) + log10(deviation * sqrt(6.2831853))
    return -log10(erfc(deviation / sqrt(2.0)) / 2.0)


class Spread:
    """Running over-dispersion of windows of one length: squared error beyond Poisson, relative to the squared mean."""

    def __init__(self, memory: float) -> None:
        self._memory = memory
        self._beyond = 0.0
        self._squares = 0.0
        self._seen = 0.0
        self._value: float | None = None

    def teach(self, count: float, expected: float) -> None:
        """Take in one window; a count far out teaches only as much as three standard deviations."""
        error = count - expected
        if error > 3.0 * sqrt(expected):  # three standard deviations are more than that: most counts are within
            error = min(count, usual_count(expected, self.value(), 3.0)) - expected
        keep = 1.0 - 1.0 / self._memory
        self._beyond = self._beyond * keep + error * error - expected
        self._squares = self._squares * keep + expected * expected
        self._seen = self._seen * keep + 1.0
        self._value = None

    @property
    def state(self) -> tuple[float, float, float, float]:
        """Return its memory, and what `become` takes over."""
        return self._memory, self._beyond, self._squares, self._seen

    def become(self, beyond: float, squares: float, seen: float) -> None:
        """Take over what lessons made of it."""
        self._beyond, self._squares, self._seen, self._value = beyond, squares, seen, None

    def value(self) -> float:
        """Return the over-dispersion; 0.2 is believed of a series nobody has seen, for the weight of a few hours."""
        if not self._seen:
            return 0.2
        if self._value is None:
            belief = 200.0 * self._squares / self._seen
            measured = (self._beyond + 0.2 * belief) / (self._squares + belief + 1e-9)
            self._value = min(max(measured, 0.005), 4.0)
        return self._value


class Pareto:
    """The upper tail of the deviations seen so far, as a generalised Pareto above their 98 % quantile.

    Siffer et al., "Anomaly detection in streams with extreme value theory" (KDD 2017); fitted by probability-weighted
    moments (Hosking & Wallis 1987) on a histogram. Storms are kept out.
    """

    def __init__(self) -> None:
        self._bins: Counter[int] = Counter()
        self._total = 0
        self._stale = 0
        self._fit: tuple[float, float, float] | None = None
        self.highest = 0.0

    def teach(self, deviation: float, limit: float) -> None:
        """Take in one deviation; after the first week none whose risk reaches `limit`."""
        if deviation > SURE and self._total > WEEK and self.risk(deviation) >= limit:
            return
        self.highest = max(self.highest, deviation)
        place = int(deviation // STEP)
        self._bins[place] += 1
        self._total += 1
        self._stale += 1
        if self._total > HALVE:
            self._bins = Counter({place: number // 2 for place, number in self._bins.items() if number > 1})
            self._total = sum(self._bins.values())

    def risk(self, deviation: float) -> float:
        """Return -log10 of the probability to see this deviation or more; of the normal tail until there is a fit."""
        if self._stale >= FITTED or self._fit is None:
            self._fit, self._stale = self._fitted(), 0
        if self._fit is None:
            return normal_risk(deviation)
        start, shape, scale = self._fit
        if deviation <= start:
            return min(normal_risk(deviation), -log10(TAIL_SHARE))
        excess = (deviation - start) / scale
        decay = log(1.0 + shape * excess) / shape if shape > 1e-6 else excess  # noqa: PLR2004 - the exponential limit
        return -log10(TAIL_SHARE) + decay / log(10.0)

    @property
    def weathered(self) -> bool:
        """Tell whether what would raise an alarm is a storm, no lesson."""
        return self._total > WEEK

    def follows(self, size: int, deviations: Numbers | None = None) -> bool:
        """Tell whether so many lessons can be told ahead: nothing is halved, and what is skipped and fitted is plain.

        Where nothing is judged between them, the lessons have to be known.
        """
        if self._fit is None or self._total + size > HALVE or self._total <= WEEK < self._total + size:
            return False
        return deviations is None or self._stale + size < FITTED or not (deviations > SURE).any()

    def follow(
        self,
        steps: Sequence[int],
        kept: Flags,
        fits: Numbers,
        skips: Callable[[int], bool],
        far: Sequence[int],
        *,
        judged: bool,
    ) -> None:
        """Take in lessons by their step of the histogram, and note the fit in force before each, a column each.

        Those that are not `kept` are left out, and of those `far` out what `skips` says.
        """
        size, place = len(steps), 0
        whole = not far and bool(kept.all())
        while place < size:
            if judged and self._stale >= FITTED:
                self._fit, self._stale = self._fitted(), 0
            end = min(place + FITTED - self._stale, size) if judged else size
            for one in far:
                if place <= one < end and kept[one] and skips(one):
                    kept[one] = False
            fits[:, place:end] = np.array(self._fit)[:, None]
            taken = steps[place:end] if whole else [steps[one] for one in range(place, end) if kept[one]]
            self._bins.update(taken)
            self._total += len(taken)
            self._stale += len(taken)
            place = end

    def _fitted(self) -> tuple[float, float, float] | None:
        wanted = self._total * TAIL_SHARE
        if wanted < ENOUGH:
            return None
        number = total = weights = 0
        for place in sorted(self._bins, reverse=True):
            many = self._bins[place]
            rank = many * (2 * number + many - 1)
            total += place * many
            weights += place * rank
            number += many
            if number >= wanted:
                break
        start = place * STEP
        mean = (total / number - place + 0.5) * STEP
        weighted = (
            weights / (number * max(number - 1, 1)) + 0.5 - place
        ) * STEP  # ranks sum up to number * (number - 1)
        bend = mean - weighted
        shape = min(max(2.0 - mean / bend, 0.0), HEAVIEST) if bend > 0 else 0.0
        return start, shape, max(mean * (1.0 - shape), STEP / 2.0)
