"""What is usual for a source: how much it brings at an hour of the week, and for how long its silence is credible."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from statistics import median
from zoneinfo import ZoneInfo

import msgspec

HOUR, DAY, WEEK = 3600, 86_400, 7 * 86_400
WEEKS = 8
"""Weeks of history that are looked at."""

DAYS = 21 * DAY
"""Seconds of history from which an hour of the day is known, where the hour of the week is not yet."""

LEAST = 3
"""Hours of one kind below which nothing is said of what is usual."""

WHOLE = 1800
"""Seconds a source has to have listened in an hour for that to count."""

FALSE_ALARMS = 1.0
"""How many false alarms a year a source may raise by being quiet, if it brings what it brought before."""

YEAR = 8766.0
"""Hours."""

SHORTEST = 600
LONGEST = DAY


class Hour(msgspec.Struct, frozen=True, array_like=True):
    """What a source brought in the hour from `start` on, while it listened for `heard` seconds of it."""

    start: int
    items: int
    heard: int


class Habit:
    """What past hours say of an instant. Pure: hours and instants come in, answers go out; None: too little is known.

    `usual` is the median of the rates in this hour of the week, of the hour of the day where there are fewer than three
    of those. `patience` takes the lowest of the same rates, divides it by how much hours scatter (the index of
    dispersion: bursts of so many items count as one), and asks how long a Poisson process of that pace would have to be
    silent for it to happen `FALSE_ALARMS` times a year.
    """

    def __init__(self, hours: Iterable[Hour], zone: str, now: float) -> None:
        self._zone = ZoneInfo(zone)
        whole = [one for one in hours if one.heard >= WHOLE and now - WEEKS * WEEK <= one.start <= now - HOUR]
        self._by_week: dict[tuple[int, int], list[float]] = defaultdict(list)
        self._by_day: dict[int, list[float]] = defaultdict(list)
        for one in whole:
            rate, (day, hour) = one.items * HOUR / one.heard, self._hour(one.start)
            self._by_week[day, hour].append(rate)
            if one.start >= now - DAYS:
                self._by_day[hour].append(rate)
        self._scatter = max(1.0, _dispersion(self._by_week.values()) or _dispersion(self._by_day.values()))
        paces = [pace for day in range(7) for hour in range(24) if (pace := self._pace(self._alike(day, hour)))]
        gaps = YEAR * (sum(paces) / len(paces)) if paces else 0.0
        self._doubt = math.log(max(gaps / FALSE_ALARMS, math.e))

    def usual(self, at: float) -> float | None:
        """Return the items per hour that are usual at an instant."""
        alike = self._alike(*self._hour(at))
        return median(alike) if alike else None

    def patience(self, at: float) -> float | None:
        """Return the seconds of silence up to an instant that are not credible any more; None beyond a day."""
        silent, doubt = 0.0, 0.0
        while silent < LONGEST:
            moment = at - silent
            alike = self._alike(*self._hour(moment - 1e-3))
            step = moment % HOUR or HOUR
            pace = self._pace(alike) / HOUR
            if not alike:
                return None
            if pace and doubt + pace * step >= self._doubt:
                return max(SHORTEST, silent + (self._doubt - doubt) / pace)
            silent, doubt = silent + step, doubt + pace * step
        return None

    def _hour(self, at: float) -> tuple[int, int]:
        local = datetime.fromtimestamp(at, UTC).astimezone(self._zone)
        return local.weekday(), local.hour

    def _alike(self, day: int, hour: int) -> Sequence[float]:
        found: Sequence[float] = self._by_week.get((day, hour), ())
        if len(found) < LEAST:
            found = self._by_day.get(hour, ())
        return found if len(found) >= LEAST else ()

    def _pace(self, alike: Sequence[float]) -> float:
        """Return how many bursts an hour came at the least in hours of this kind."""
        return min(alike, default=0.0) / self._scatter


def _dispersion(groups: Iterable[Sequence[float]]) -> float:
    """Return the pooled variance of hours of the same kind over their mean; 0 where no kind has enough of them."""
    spread, level = 0.0, 0.0
    for group in groups:
        if len(group) >= LEAST:
            mean = sum(group) / len(group)
            spread += sum((one - mean) ** 2 for one in group)
            level += mean * (len(group) - 1)
    return spread / level if level else 0.0
