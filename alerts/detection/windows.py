"""Windows over the last bins: what is in them, and how far that is from what is usual."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

MINUTES = (20, 60, 120)
"""Lengths of the windows; the shortest sees a steep storm first, the longest a small one that stays."""
FEWEST = 2
"""Bins a window has at least: one bin alone is never a storm."""
TIMES_SECOND = 4.0
"""The largest bin of a window counts no more than this many times the second largest: a lone spike is nothing."""
AVERAGING = 0.7
"""How relative fluctuations shrink with the length of the window; independent ones would with 1/2, bursts are short."""
QUIETEST = 0.1
"""Mentions per minute a brand is taken to have on average, at least."""
QUIETEST_HOUR = 0.02
"""The same of its quietest hour."""


@cache
def lengths(span: float) -> tuple[int, ...]:
    """Return the lengths of the windows in bins of `span` seconds, the shortest first."""
    return tuple(sorted({max(round(60 * minutes / span), FEWEST) for minutes in MINUTES}))


def deviations(
    counts: Numbers, expected: Numbers, mean: Numbers, doubt: Numbers, span: float, share: float = 1.0
) -> Numbers:
    """Return by how many of its fluctuations each bin's windows exceed what is usual: the most of all windows.

    All of one length, bins without a gap; `mean` is the long-run expectation of a bin, `doubt` the relative variance
    of `expected`. Quasi-Poisson (Wedderburn 1974): the variance grows with the rate λ, by a factor that grows with the
    mean m, as fluctuations do (Taylor's law; Eisler, Bartos & Kertész 2008): σ² = λ + s²·m·λ + doubt·λ², where
    s = (60 min / window)^0.7. Of the last bin of each window `share` is over.
    """
    most = np.full(len(counts), -np.inf)
    for bins in lengths(span):
        sums = _sums(expected, bins) - (1.0 - share) * expected
        most = np.maximum(most, _deviation(tempered(counts, bins), sums, mean, doubt, bins, span))
    return most


def latest(counts: Numbers, expected: Numbers, mean: float, doubt: float, span: float) -> float:
    """Return the last of `deviations`, with the mean and the doubt of the last bin, without those before it."""
    counted, usual = (np.concatenate([[0.0], np.cumsum(one)]) for one in (counts, expected))
    most = -np.inf
    for bins in lengths(span):
        begin = max(len(counts) - bins, 0)
        largest = [0.0, 0.0, *counts[begin:].tolist()]
        largest.sort()
        taken = counted[-1] - counted[begin] - max(largest[-1] - TIMES_SECOND * largest[-2], 0.0)
        most = max(most, float(_deviation(taken, usual[-1] - usual[begin], mean, doubt, bins, span)))
    return most


def _deviation(taken: Any, expected: Any, mean: Any, doubt: Any, bins: int, span: float) -> Any:
    """Return by how many of its fluctuations a window exceeds what is usual; of one window or of many."""
    minutes = span / 60
    usual = np.maximum(expected, QUIETEST_HOUR * minutes * bins)
    average = np.maximum(mean, QUIETEST * minutes) * bins
    relative = (60 / (bins * minutes)) ** AVERAGING
    sigma = np.sqrt(usual * (1.0 + relative * relative * average + doubt * usual))
    return (taken - usual) / sigma


def tempered(counts: Numbers, bins: int) -> Numbers:
    """Return the sums of the last `bins` bins in which the largest counts at most four times the second largest."""
    first, second = _two_largest(counts, bins)
    return _sums(counts, bins) - np.maximum(first - TIMES_SECOND * second, 0.0)


def _sums(values: Numbers, bins: int) -> Numbers:
    total = np.concatenate([[0.0], np.cumsum(values)])
    found = total[1:].copy()
    found[bins:] -= total[1:-bins]
    return found


def _two_largest(values: Numbers, bins: int) -> tuple[Numbers, Numbers]:
    """Return the two largest of the last `bins` values, from blocks of 1, 2, 4 … that do not overlap."""
    block = values, np.zeros_like(values)
    found: tuple[Numbers, Numbers] | None = None
    size, taken = 1, 0
    while True:
        if bins & size:
            part = _later(block[0], taken), _later(block[1], taken)
            found = part if found is None else _merged(found, part)
            taken += size
        if taken == bins:
            return found or block
        block = _merged(block, (_later(block[0], size), _later(block[1], size)))
        size *= 2


def _merged(one: tuple[Numbers, Numbers], other: tuple[Numbers, Numbers]) -> tuple[Numbers, Numbers]:
    largest = np.maximum(one[0], other[0])
    second = np.maximum(np.minimum(one[0], other[0]), np.maximum(one[1], other[1]))
    return largest, second


def _later(values: Numbers, bins: int) -> Numbers:
    """Return the values moved `bins` later, nothing before the first."""
    if not bins:
        return values
    moved = np.zeros_like(values)
    moved[bins:] = values[:-bins]
    return moved
