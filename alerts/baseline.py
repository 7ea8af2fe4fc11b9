"""What is usual: a rate that follows the hour of the week and learns from the first minute on."""

from datetime import UTC, datetime
from math import exp
from zoneinfo import ZoneInfo

HOURS = 168
FORGET = 21 * 86_400.0
"""Seconds after which a season's minute counts 1/e."""
FORGET_LEVEL = 86_400.0
"""Seconds after which the level of the last days counts 1/e of what it did."""
FIRST_RATE = 0.1
"""Mentions per minute believed of a brand nobody has heard of, for the weight of `FIRST_MINUTES`."""
FIRST_MINUTES = 10.0
DAY_WEIGHT = 20.0
WEEK_WEIGHT = 120.0
"""Minutes' worth of belief that an hour of the day is like any other, an hour of the week like its hour of the day."""
LEVEL_WEIGHT = 240.0
LEVEL_RANGE = (1 / 3, 3.0)
RESCALE = 1e6


class Baseline:
    """The expected rate: level x hour-of-week rate, gamma-Poisson, shrunk to the hour of the day and then to the mean.

    The caller clips what it teaches, so that a storm does not become usual. Rates are mentions per minute; hours are
    local in `zone`; between the middles of two hours the rate is interpolated.
    """

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._hours: dict[int, int] = {}
        self._week = [[0.0, 0.0] for _ in range(HOURS)]
        self._day = [[0.0, 0.0] for _ in range(24)]
        self._all = [0.0, 0.0]
        self._level = [0.0, 0.0]
        self._level_at = 0.0
        self._cells: dict[int, float] = {}
        self._origin = 0.0
        self._scale = 1.0
        self.basis = 0.0
        """Seconds taught so far."""

    def teach(self, start: float, count: float, minutes: float = 1.0) -> None:
        """Take in that `count` mentions fell into `minutes` from `start` on."""
        if not self.basis:
            self._origin = self._level_at = start
        seasonal = self.season(start + 30.0 * minutes) * minutes
        self._teach_level(start, count, seasonal)
        self._scale = exp((start - self._origin) / FORGET)
        if self._scale > RESCALE:
            self._rescale(start)
        hour = self._hour(start)
        for cell in (self._week[hour], self._day[hour % 24], self._all):
            cell[0] += count * self._scale
            cell[1] += minutes * self._scale
        self._cells.clear()
        self.basis += 60.0 * minutes

    def rate(self, at: float) -> float:
        """Return the mentions per minute to be expected at an instant."""
        return self.season(at) * self.level()

    def season(self, at: float) -> float:
        """Return the mentions per minute this hour of the week usually has, whatever the level of the last days."""
        middle = at - 1800.0
        share = (middle % 3600.0) / 3600.0
        return (1.0 - share) * self._cell(self._hour(middle)) + share * self._cell(self._hour(middle + 3600.0))

    def level(self) -> float:
        """Return how the last day compares with its season; 1 means as usual."""
        counted, expected = self._level
        mean = self._mean() * LEVEL_WEIGHT
        low, high = LEVEL_RANGE
        return min(max((mean + counted) / (mean + expected), low), high)

    def doubt(self, at: float) -> float:
        """Return the relative variance of `rate` that comes from too little history; near 0 after weeks."""
        hour = self._hour(at)
        unseen = DAY_WEIGHT / (DAY_WEIGHT + self._day[hour % 24][1] / self._scale)
        return 1.0 / (0.05 + self.basis / 1200.0) + 0.25 * unseen

    def _mean(self) -> float:
        count, minutes = self._all
        return (FIRST_RATE * FIRST_MINUTES + count / self._scale) / (FIRST_MINUTES + minutes / self._scale)

    def _cell(self, hour: int) -> float:
        found = self._cells.get(hour)
        if found is None:
            found = self._cells[hour] = self._shrunk(hour)
        return found

    def _shrunk(self, hour: int) -> float:
        mean, scale = self._mean(), self._scale
        thin = 20.0 / mean
        weight = DAY_WEIGHT + thin
        count, minutes = self._day[hour % 24]
        day = (mean * weight + count / scale) / (weight + minutes / scale)
        weight = WEEK_WEIGHT + 5.0 * thin
        count, minutes = self._week[hour]
        return (day * weight + count / scale) / (weight + minutes / scale)

    def _teach_level(self, start: float, count: float, seasonal: float) -> None:
        fade = exp(-max(start - self._level_at, 0.0) / FORGET_LEVEL)
        self._level_at = max(start, self._level_at)
        told = min(self.basis / FORGET_LEVEL, 1.0)
        self._level = [self._level[0] * fade + count * told, self._level[1] * fade + seasonal * told]

    def _rescale(self, start: float) -> None:
        for cell in (*self._week, *self._day, self._all):
            cell[0] /= self._scale
            cell[1] /= self._scale
        self._origin, self._scale = start, 1.0

    def _hour(self, at: float) -> int:
        half = int(at // 1800.0)
        hour = self._hours.get(half)
        if hour is None:
            local = datetime.fromtimestamp(half * 1800, UTC).astimezone(self._zone)
            hour = self._hours[half] = local.weekday() * 24 + local.hour
            if len(self._hours) > 4 * HOURS:
                del self._hours[next(iter(self._hours))]
        return hour
