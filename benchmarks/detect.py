"""How well and how fast one series is judged: synthetic brands, and storms of published shapes put into them.

Nothing here is real: `emberwatch detect` is judged on real series by scoring its files, see docs/detection.md. A storm
counts as found when the risk reaches the threshold within a day of its first mention; the threshold is the one that
spends the budget on the same brands without storms ("power"), or the detector's own ("own").
"""

import time
import tracemalloc
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alerts.detection.budget import REFRACTORY, Alarms
from alerts.detection.series import Judged, Series
from alerts.detection.storms import SHAPES, ordinary, storm
from benchmarks.report import Report, Row

Numbers = NDArray[np.float64]
START = 1_793_577_600
"""Monday 2026-11-02, midnight UTC."""
SPAN, DAYS, WARM = 300, 55, 14
DAY = 86_400 // SPAN
MEANS = (0.3, 1.0, 5.0, 20.0, 100.0)
"""Mentions per minute of the brands."""
BURSTS = (0.1, 0.3, 0.6, 1.0, 0.3)
"""Their small bursts a day."""
SIZES = (8.0, 32.0)
UNUSUAL = 0.5
"""No threshold is looked for below this risk."""
REPEATS = {True: 1, False: 6}
ROUNDS = {True: 1, False: 5}


@dataclass(frozen=True, slots=True)
class Storm:
    """What was said of one storm."""

    brand: int
    size: float
    risk: Numbers
    """Of each bin, from the first mention on."""
    own: bool
    """Whether the detector raised an alarm by itself."""


def measure(*, quick: bool) -> Report:
    """Return speed and weight of a series, and what share of storms is found at one false alarm a month."""
    brands = [ordinary(SPAN, DAYS, np.random.default_rng(7 + n), mean, BURSTS[n]) for n, mean in enumerate(MEANS)]
    calm = [Series(SPAN).judge(_starts(len(counts)), counts) for counts in brands]
    storms = list(_storms(brands, REPEATS[quick]))
    rows = [*_speed(brands[2], ROUNDS[quick]), *_power(calm, storms)]
    notes = (f"{len(storms)} storms in {len(brands)} synthetic brands of {DAYS} days, seeded; no real series.",)
    return Report("detect", "Judging one series", tuple(rows), notes)


def _speed(counts: Numbers, rounds: int) -> Iterator[Row]:
    starts = _starts(len(counts))
    seconds = []
    for _ in range(rounds):
        begun = time.process_time()
        Series(SPAN).judge(starts, counts)
        seconds.append(time.process_time() - begun)
    yield Row("bins of a file judged", len(counts) / min(seconds), "1/s of one core", must=50_000, aim=200_000)
    begun = time.process_time()
    single, bins = Series(SPAN), 2_000
    for place in range(bins):
        single.judge(starts[place : place + 1], counts[place : place + 1])
    yield Row("bins judged one by one", bins / (time.process_time() - begun), "1/s of one core")
    yield Row("weight of a series", _weight(starts, counts) / 1024, "KiB", must=25, aim=10, lower_is_better=True)


def _weight(starts: NDArray[np.int64], counts: Numbers, number: int = 4) -> float:
    """Return the bytes a series keeps after weeks."""
    tracemalloc.start()
    try:
        kept = [Series(SPAN) for _ in range(number)]
        for one in kept:
            one.judge(starts, counts)
        return tracemalloc.get_traced_memory()[0] / number
    finally:
        tracemalloc.stop()


def _storms(brands: Sequence[Numbers], repeats: int) -> Iterator[Storm]:
    """Yield what is said of a storm of every shape and size in every brand, one at a time."""
    for brand, counts in enumerate(brands):
        chance = np.random.default_rng(brand)
        starts = _starts(len(counts))
        series, place = Series(SPAN), 0
        kinds = [(shape, size) for shape in SHAPES for size in SIZES] * repeats
        onsets = np.sort(chance.integers(WARM * DAY, len(counts) - 2 * DAY, len(kinds)))
        chance.shuffle(kinds)
        for onset, (shape, size) in zip(onsets.tolist(), kinds, strict=True):
            series.judge(starts[place:onset], counts[place:onset])
            place = onset
            grown = storm(shape, float(size), float(np.median(counts)) * 12, SPAN, DAY, chance)
            stormy = counts[onset : onset + DAY].copy()
            stormy[: len(grown)] += grown
            said = deepcopy(series).judge(starts[onset : onset + DAY], stormy)
            yield Storm(brand, float(size), said.risk, bool(_raised(said, starts[onset : onset + DAY])))


def _power(calm: Sequence[Judged], storms: Sequence[Storm]) -> Iterator[Row]:
    months = sum(len(one.risk) - WARM * DAY for one in calm) / (30 * DAY)
    limit = _spend([one.risk[WARM * DAY :] for one in calm], months)
    bounds = {8.0: (0.4, 0.6), 32.0: (0.8, 0.92)}
    for size in SIZES:
        delays = [(one.brand, _delay(one.risk, limit)) for one in storms if one.size == size]
        found = np.isfinite([delay for _, delay in delays])
        must, aim = bounds[size]
        yield Row(f"x{size:.0f} found", float(found.mean()), "share", must=must, aim=aim)
        own = [one.own for one in storms if one.size == size]
        yield Row(f"x{size:.0f} raised by the detector itself", float(np.mean(own)), "share")
    middle = float(np.median([delay for _, delay in delays]))
    yield Row("x32 median delay", middle, "min", must=60, aim=40, lower_is_better=True)
    worst = min(np.mean([np.isfinite(delay) for who, delay in delays if who == brand]) for brand in range(len(calm)))
    yield Row("x32 found in the worst brand", float(worst), "share", must=0.5, aim=0.8)
    starts = _starts(len(calm[0].risk))
    alarms = sum(sum(place >= WARM * DAY for place in _raised(one, starts)) for one in calm)
    yield Row("false alarms of the detector itself, a brand and month", alarms / months, "", lower_is_better=True)


def _starts(bins: int) -> NDArray[np.int64]:
    return START + SPAN * np.arange(bins, dtype=np.int64)


def _raised(judged: Judged, starts: NDArray[np.int64]) -> list[int]:
    """Return the bins in which the detector raises at a budget of 1."""
    alarms = Alarms(1.0)
    said = zip(starts.tolist(), judged.risk.tolist(), judged.often.tolist(), strict=True)
    return [place for place, one in enumerate(said) if alarms.raised(*one)]


def _spend(risks: Sequence[Numbers], months: float) -> float:
    """Return the smallest threshold that brings no more than one false alarm a brand and month."""
    steps = np.unique(np.round(np.concatenate([risk[risk > UNUSUAL] for risk in risks]), 3))
    return float(next((step for step in steps if sum(_episodes(risk, step) for risk in risks) <= months), steps[-1]))


def _episodes(risk: Numbers, limit: float) -> int:
    """Return how many alarms rise at a threshold, none within half a day of another."""
    number, quiet = 0, -1
    for place in np.flatnonzero(risk >= limit).tolist():
        if place >= quiet:
            number, quiet = number + 1, place + REFRACTORY // SPAN
    return number


def _delay(risk: Numbers, limit: float) -> float:
    """Return the minutes until a threshold is reached, infinite if it never is."""
    reached = np.flatnonzero(risk >= limit)
    return (float(reached[0]) + 1) * SPAN / 60 if len(reached) else float("inf")
