"""What is usual: a rate that follows the hour of the week and learns from the first minute on."""

from array import array
from datetime import UTC, datetime
from functools import lru_cache
from math import exp
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

HOUR = 3600
HALF_HOUR = 1800
HOURS = 168
CELLS = HOURS + 24 + 1
"""Hours of the week, hours of the day, and all together."""
FORGET = 21 * 86_400.0
"""Seconds after which a season's minute counts 1/e."""
FORGET_LEVEL = 36_000.0
"""Seconds after which the level of the last hours counts 1/e of what it did."""
FIRST_RATE = 0.1
"""Mentions per minute believed of a brand nobody has heard of, as if seen for `FIRST_MINUTES` or as long as it is."""
FIRST_MINUTES = 2.0
DAY_WEIGHT = 20.0
WEEK_WEIGHT = 120.0
"""Minutes' worth of belief that an hour of the day is like any other, an hour of the week like its hour of the day."""
UNSEEN_MINUTES = 20.0
"""Minutes of an hour of the day after which half of the doubt in it is gone."""
LEVEL_WEIGHT = 60.0
LEVEL_RANGE = (1 / 3, 3.0)
RESCALE = 1e6
LONGEST = 600.0
"""Times `FORGET` after which all is forgotten anyhow; more than a number can hold."""
LESSONS = 10
"""What was taught is worth so many lessons: each is as long as a tenth of all before, a whole hour at most."""


class Baseline:
    """The expected rate: level x hour-of-week rate, gamma-Poisson, shrunk to the hour of the day and then to the mean.

    Learns in lessons: each bin while little is known, then by the hour; between two lessons nothing changes, so bins
    judged one by one and by the thousand are judged alike. The caller clips what it teaches, so that a storm does not
    become usual. Rates are mentions per minute; hours are local in `zone`, interpolated between their middles.
    """

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._counted, self._minutes = array("d", bytes(8 * CELLS)), array("d", bytes(8 * CELLS))
        self._level = [0.0, 0.0]
        self._level_at = 0.0
        self._cells: dict[int, float] = {}
        self._origin = 0.0
        self._scale = 1.0
        self._learned = 0
        self._pending = [0.0, 0.0]
        self._pending_seconds = 0
        self._pending_hour = 0

    @property
    def basis(self) -> float:
        """Return the seconds taught so far."""
        return float(self._learned + self._pending_seconds)

    def teach(self, start: float, count: float, minutes: float = 1.0) -> None:
        """Take in that `count` mentions fell into `minutes` from `start` on."""
        self.take(start, count, minutes, self.season(start + 30.0 * minutes) * minutes)

    def take(self, start: float, count: float, minutes: float, seasonal: float) -> None:
        """Take in bins of one hour, no more than `room` allows, of which the season expects `seasonal`."""
        hour = int(start // HOUR)
        if self._pending_seconds and hour != self._pending_hour:
            self._close()
        if not self.basis:
            self._origin = self._level_at = start
        self._pending_hour = hour
        self._pending[0] += count
        self._pending[1] += seasonal
        self._pending_seconds += round(60 * minutes)
        if LESSONS * self._pending_seconds >= self._learned or (start + 60 * minutes) // HOUR != hour:
            self._close()

    def room(self, start: int, span: int) -> int:
        """Return how many bins of `span` seconds from `start` on are judged alike: until the lesson or hour ends."""
        held = self._pending_seconds if start // HOUR == self._pending_hour else 0
        until_hour = -(-(HOUR - start % HOUR) // span)
        until_lesson = -(-(self._learned - LESSONS * held) // (LESSONS * span))
        return max(min(until_hour, until_lesson), 1)

    def grown(self) -> bool:
        """Tell whether a lesson is a whole hour by now."""
        return self._learned >= LESSONS * HOUR

    def rate(self, at: float) -> float:
        """Return the mentions per minute to be expected at an instant."""
        return self.season(at) * self.level(at)

    def season(self, at: float) -> float:
        """Return the mentions per minute this hour of the week usually has, whatever the level of the last hours."""
        middle = at - HOUR / 2
        share = (middle % HOUR) / HOUR
        return (1.0 - share) * self._cell(self._hour(middle)) + share * self._cell(self._hour(middle + HOUR))

    def seasons(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return `season` of instants within one hour."""
        hour = float(at[0] // HOUR * HOUR)
        rates = [self._cell(self._hour(hour + shift * HOUR)) for shift in (-1, 0, 1)]
        found: NDArray[np.float64] = np.interp(at, [hour + shift * HOUR for shift in (-0.5, 0.5, 1.5)], rates)
        return found

    def rates(self, at: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return `rate` and `season` of instants, oldest first, in a zone whose hours are `even`."""
        first, last = int(at[0] // HOUR), int(at[-1] // HOUR)
        hours = range(first - 1, last + 2)
        cells = [self._cell(self._hour(hour * HOUR)) for hour in hours]
        season = np.interp(at, [(hour + 0.5) * HOUR for hour in hours], cells)
        levels = [self.level(hour * HOUR) for hour in range(first, last + 1)]
        return season * (levels[0] if first == last else np.array(levels)[(at // HOUR).astype(int) - first]), season

    def level(self, at: float | None = None) -> float:
        """Return how the hours before `at` compare with their season; 1 means as usual."""
        counted, expected = self._level
        if at is not None and at // HOUR * HOUR > self._level_at:
            fade = exp((self._level_at - at // HOUR * HOUR) / FORGET_LEVEL)
            counted, expected = counted * fade, expected * fade
        mean = self.mean() * LEVEL_WEIGHT
        low, high = LEVEL_RANGE
        return min(max((mean + counted) / (mean + expected), low), high)

    def doubt(self, at: float) -> float:
        """Return the relative variance of `rate` that comes from too little history; near 0 after weeks."""
        return 1.0 / (0.05 + self._learned / 1200.0) + 0.25 * self.unseen(at)

    def unseen(self, at: float) -> float:
        """Return how little is known of this hour of the day: 1 before the first day has passed it, then ever less."""
        seen = self._minutes[HOURS + self._hour(at) % 24] / self._scale
        return UNSEEN_MINUTES / (UNSEEN_MINUTES + seen)

    def even(self, at: float) -> bool:
        """Tell whether hours of the zone begin when those of UTC do."""
        half = int(at // HOUR) * 2
        return hour_of_week(half, self._zone) == hour_of_week(half + 1, self._zone)

    def mean(self) -> float:
        """Return the mentions per minute of all that was taught, whatever the hour."""
        count, minutes = self._counted[-1] / self._scale, self._minutes[-1] / self._scale
        belief = min(FIRST_MINUTES, minutes) or FIRST_MINUTES
        return (FIRST_RATE * belief + count) / (belief + minutes)

    def _close(self) -> None:
        count, seasonal = self._pending
        minutes = self._pending_seconds / 60
        start = self._pending_hour * HOUR
        self._teach_level(start, count, seasonal)
        self._scale = exp(min((start - self._origin) / FORGET, LONGEST))
        if self._scale > RESCALE:
            self._rescale(start)
        hour = self._hour(start)
        for cell in (hour, HOURS + hour % 24, CELLS - 1):
            self._counted[cell] += count * self._scale
            self._minutes[cell] += minutes * self._scale
        self._cells.clear()
        self._learned += self._pending_seconds
        self._pending, self._pending_seconds = [0.0, 0.0], 0

    def _cell(self, hour: int) -> float:
        found = self._cells.get(hour)
        if found is None:
            found = self._cells[hour] = self._shrunk(hour)
        return found

    def _shrunk(self, hour: int) -> float:
        mean = self.mean()
        thin = 20.0 / mean
        day = self._believed(HOURS + hour % 24, mean, DAY_WEIGHT + thin)
        return self._believed(hour, day, WEEK_WEIGHT + 5.0 * thin)

    def _believed(self, cell: int, usual: float, weight: float) -> float:
        """Return the mean of a cell's gamma-Poisson rate, with `usual` believed for `weight` minutes."""
        counted, minutes = self._counted[cell] / self._scale, self._minutes[cell] / self._scale
        return (usual * weight + counted) / (weight + minutes)

    def _teach_level(self, start: float, count: float, seasonal: float) -> None:
        end = start + HOUR
        fade = exp(-max(end - self._level_at, 0.0) / FORGET_LEVEL)
        self._level_at = max(end, self._level_at)
        told = min(self._learned / 86_400.0, 1.0)
        self._level = [self._level[0] * fade + count * told, self._level[1] * fade + seasonal * told]

    def _rescale(self, start: float) -> None:
        for cells in (self._counted, self._minutes):
            cells[:] = array("d", (one / self._scale for one in cells))
        self._origin, self._scale = start, 1.0

    def _hour(self, at: float) -> int:
        return hour_of_week(int(at // HALF_HOUR), self._zone)


@lru_cache(maxsize=16 * HOURS)
def hour_of_week(half: int, zone: str) -> int:
    """Return the local hour of the week, Monday's first is 0, of a half hour since 1970; series share it."""
    local = datetime.fromtimestamp(half * HALF_HOUR, UTC).astimezone(ZoneInfo(zone))
    return local.weekday() * 24 + local.hour
