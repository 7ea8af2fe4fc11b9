"""What a budget costs one series: storms put into its own history, and when each would have been found."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alerts.budget import threshold
from alerts.series import Series
from alerts.storms import SHAPES, storm

Numbers = NDArray[np.float64]
DAY = 86_400
SIZES = (8.0, 32.0)
"""Storms whose peak hour brings so many ordinary hours."""
WITHIN = DAY
"""Seconds within which a storm must be found."""
WARM_UP = 3 * DAY
"""Seconds of history before the first storm that is put into it."""
GENEROUS = 30.0
"""The budget that delays are compared with: one false alarm a day."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a budget costs with storms of one size."""

    size: float
    missed: float
    """Share of the storms not found within a day."""
    delay: float | None
    """Median minutes from the first mention to the alarm; None if half of the storms are missed."""
    later: float | None
    """Median minutes by which storms found are found later than at one false alarm a day; None if none is found."""


@dataclass(frozen=True, slots=True)
class Price:
    """One budget of one series: the threshold now, false alarms it would have brought, and its costs."""

    per_month: float
    threshold: float
    """Risk from which it raises, as of the end of the history."""
    days: float
    """Days of history behind the figures."""
    costs: tuple[Cost, ...]
    """By size, the smallest first; empty where the history is too short to say."""


def prices(
    starts: NDArray[np.int64],
    counts: Numbers,
    span: int,
    zone: str = "UTC",
    *,
    budgets: Sequence[float] = (1.0,),
    known: Sequence[tuple[float, float]] = (),
    tries: int = 24,
    seed: int = 1,
) -> tuple[Price, ...]:
    """Return the price of each budget on a history in bins of `span` seconds, oldest first; same seed, same price.

    `known` are real storms as (start, end) in epoch seconds: they are left out, so they make no threshold higher; what
    was judged noise stays in. Into the rest `tries` storms of published shapes are put, one at a time.
    """
    ordinary = np.ones(len(starts), bool)
    for begin, end in known:
        ordinary &= (starts < begin) | (starts >= end)
    starts, counts = starts[ordinary], counts[ordinary]
    series, runs = Series(span, zone), _Runs(budgets)
    place = 0
    for onset in _onsets(starts, tries, seed):
        series.judge(starts[place:onset], counts[place:onset])
        place = onset
        runs.add(series, starts[onset:], counts[onset:], _hour(counts[:onset], span), seed + onset)
    series.judge(starts[place:], counts[place:])
    days = len(starts) * span / DAY
    return tuple(
        Price(budget, threshold(budget, series.tail.often), days, runs.costs(number))
        for number, budget in enumerate(budgets)
    )


def _onsets(starts: NDArray[np.int64], tries: int, seed: int) -> list[int]:
    """Return the bins in which storms begin: anywhere after the warm-up that leaves a day, oldest first."""
    if not len(starts):
        return []
    first = int(np.searchsorted(starts, starts[0] + WARM_UP))
    last = int(np.searchsorted(starts, starts[-1] - WITHIN))
    if last <= first:
        return []
    return sorted(np.random.default_rng(seed).integers(first, last, tries).tolist())


def _hour(counts: Numbers, span: int) -> float:
    """Return the mentions of an ordinary hour: the median bin's."""
    return float(np.median(counts)) * 3600 / span


class _Runs:
    """Delays of storms at each budget, in minutes; infinite where missed."""

    def __init__(self, budgets: Sequence[float]) -> None:
        self._budgets = (*budgets, GENEROUS)
        self._delays: dict[float, list[list[float]]] = {size: [] for size in SIZES}
        self._number = 0

    def add(self, series: Series, starts: NDArray[np.int64], counts: Numbers, hour: float, seed: int) -> None:
        """Put storms of each size and of the next shape at the beginning of what follows."""
        shape = list(SHAPES)[self._number % len(SHAPES)]
        self._number += 1
        ahead = int(np.searchsorted(starts, starts[0] + WITHIN))
        for size in SIZES:
            grown = storm(shape, size, hour, series.span, ahead, np.random.default_rng(seed))
            stormy = counts[:ahead].copy()
            stormy[: len(grown)] += grown[:ahead]
            judged = deepcopy(series).judge(starts[:ahead], stormy)
            self._delays[size].append(list(self._found(judged.risk, judged.often, series.span)))

    def costs(self, budget: int) -> tuple[Cost, ...]:
        """Return what a budget costs, by size."""
        return tuple(_cost(size, np.array(delays), budget) for size, delays in self._delays.items() if delays)

    def _found(self, risk: Numbers, often: Numbers, span: int) -> Iterator[float]:
        for budget in self._budgets:
            reached = np.flatnonzero(risk >= threshold(budget, float(often[0])))
            yield (reached[0] + 1) * span / 60 if len(reached) else np.inf


def _cost(size: float, delays: Numbers, budget: int) -> Cost:
    mine, generous = delays[:, budget], delays[:, -1]
    found = np.isfinite(mine)
    middle = float(np.median(mine))
    later = float(np.median(mine[found] - generous[found])) if found.any() else None
    return Cost(size, 1.0 - float(found.mean()), middle if np.isfinite(middle) else None, later)
