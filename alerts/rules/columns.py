"""The minutes of a brand as columns of numbers, which conditions are judged on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from app.domain.condition import Figure
from app.domain.figures import FIGURES
from app.domain.tally import MinuteTally

MICRO = 1_000_000
"""What is usual is kept in millionths of a mention: whole numbers sum up alike, wherever a sum begins."""
UNKNOWN = -1
Numbers = NDArray[np.int64]
Levels = NDArray[np.float64]
Measure = Callable[[MinuteTally], int]


class Columns:
    """`size` minutes, one after the other: counts by measure, what was usual by figure, risks by series."""

    def __init__(
        self,
        size: int,
        counts: Mapping[str, Numbers],
        usual: Mapping[str, Numbers] | None = None,
        risks: Mapping[str, Levels] | None = None,
    ) -> None:
        self.size = size
        self._counts = counts
        self._usual = usual or {}
        self._risks = risks or {}
        self._sums: dict[tuple[str, int], Numbers] = {}

    def total(self, measure: str, window: int) -> Numbers:
        """Return at the end of each minute the sum of a measure over the `window` minutes up to it."""
        key = measure, window
        if key not in self._sums:
            self._sums[key] = summed(self._counts[measure], window)
        return self._sums[key]

    def usual(self, measure: str, window: int) -> Levels:
        """Return at the end of each minute what was usual for such a sum; NaN where that was not known."""
        noted = self._usual[measure]
        unknown = summed((noted == UNKNOWN).astype(np.int64), window)
        return np.where(unknown == 0, summed(noted, window) / MICRO, np.nan)

    def risk(self, series: str) -> Levels:
        """Return at the end of each minute how unlikely a series was, as -log10 of the tail probability."""
        return self._risks[series]


def summed(numbers: Numbers, window: int) -> Numbers:
    """Return the sums over the last `window` numbers at each place; fewer at the beginning."""
    sums = np.concatenate((np.zeros(1, np.int64), np.cumsum(numbers, dtype=np.int64)))
    ends = np.arange(1, len(numbers) + 1)
    return np.asarray(sums[ends] - sums[np.maximum(ends - window, 0)], np.int64)


def names(figure: Figure) -> tuple[str, ...]:
    """Return the measures of a figure: those of one channel begin with `c.`."""
    return (f"c.{figure.channel}",) if figure.channel else FIGURES[figure.name].measures


def measure(name: str) -> Measure:
    """Return how to read a measure of a minute: `i.complaint`, `c.bluesky`, or a field of it."""
    kind, _, key = name.partition(".")
    if kind == "i":
        return lambda minute: minute.intents.get(key, 0)
    if kind == "c":
        return lambda minute: minute.channels.get(key, 0)
    return attrgetter(name)


def column(name: str, said: Mapping[int, MinuteTally], starts: Sequence[int]) -> Numbers:
    """Return a measure of minutes, 0 for those in which nothing was said."""
    read = measure(name)
    found: Iterable[int] = (read(said[start]) if start in said else 0 for start in starts)
    return np.fromiter(found, np.int64, len(starts))
