"""The chart of a backtest: mentions by step, and between which numbers they usually are at that hour of the week."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from alerts.rules.columns import Numbers
from app.domain.backtest import Bin

MINUTE, HOUR, DAY = 60, 3600, 86_400
STEPS = ((2 * DAY, 5 * MINUTE), (15 * DAY, HOUR), (60 * DAY, 3 * HOUR), (130 * DAY, 6 * HOUR))
LOW, HIGH = 10, 90
"""Percentiles of the band."""
ENOUGH = 3
"""Weeks below which no band is drawn."""


def step_of(span: float) -> int:
    """Return the seconds a step of the chart covers, so that there are 600 at most."""
    return next((step for most, step in STEPS if span <= most), max(DAY, int(span / 600 // DAY + 1) * DAY))


def drawn(counts: Numbers, start: int, step: int, zone: str) -> tuple[Bin, ...]:
    """Return the bins of counts by minute from `start` on; the band is that of the same hours of all weeks."""
    minutes = step // MINUTE
    padded = np.concatenate((counts, np.zeros(-len(counts) % minutes, np.int64)))
    sums = padded.reshape(-1, minutes).sum(axis=1)
    starts = [start + step * place for place in range(len(sums))]
    low, high = _band(sums, _places(starts, step, zone))
    return tuple(
        Bin(at, int(count), None if np.isnan(least) else float(least), None if np.isnan(most) else float(most))
        for at, count, least, most in zip(starts, sums, low, high, strict=True)
    )


def _places(starts: Sequence[int], step: int, zone: str) -> list[int]:
    """Return the hour of the week of each step, or its day of the week if it covers one."""
    local = [datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)) for at in starts]
    hours = max(step // HOUR, 1)
    return [one.weekday() * 24 + (one.hour // hours * hours if step < DAY else 0) for one in local]


def _band(sums: Numbers, places: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    found = np.array(places)
    low, high = np.full(len(sums), np.nan), np.full(len(sums), np.nan)
    for place in set(places):
        mine = found == place
        if mine.sum() >= ENOUGH:
            low[mine], high[mine] = np.percentile(sums[mine], [LOW, HIGH])
    return low, high
