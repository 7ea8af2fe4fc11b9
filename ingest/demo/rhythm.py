"""How much is said when: the day's rhythm, the week's, and small harmless bumps."""

from datetime import datetime
from functools import lru_cache
from math import pi, sin
from zoneinfo import ZoneInfo

import msgspec

from ingest.demo.chance import chance

ZONE = ZoneInfo("Europe/Berlin")
# fmt: off
WORKDAY = (.34, .22, .15, .12, .13, .22, .50, .98, 1.28, 1.05, .94, 1.02,
           1.34, 1.16, .98, .98, 1.10, 1.30, 1.58, 1.88, 1.72, 1.42, 1.00, .60)
WEEKEND = (.46, .32, .21, .15, .13, .15, .26, .46, .74, 1.00, 1.16, 1.18,
           1.24, 1.12, 1.04, 1.08, 1.14, 1.22, 1.36, 1.54, 1.46, 1.24, .94, .66)
# fmt: on
MEAN = (5 * sum(WORKDAY) + 2 * sum(WEEKEND)) / (7 * 24)
SATURDAY = 5
DAY_NOISE, BLOCK_NOISE, MINUTE_NOISE = 0.05, 0.07, 0.10
BLOCK = 15
"""Minutes over which talk is a little busier or quieter than usual."""


class Bump(msgspec.Struct, frozen=True):
    """Some minutes in which one topic brings a share of extra talk, at most `height` of what is usual."""

    topic: str
    first: int
    minutes: int
    height: float
    place: str | None = None

    def share(self, minute: int) -> float:
        """Return the extra talk of a minute as a share of the usual; 0 outside."""
        if not self.first <= minute < self.first + self.minutes:
            return 0.0
        return self.height * sin(pi * (minute - self.first + 0.5) / self.minutes)


class Rhythm:
    """What share of the average rate is said in a minute; minutes count from the epoch."""

    def __init__(self, seed: int, places: tuple[str, ...]) -> None:
        self._seed = seed
        self._places = places
        self._bumps = lru_cache(maxsize=64)(self._bumps_of)
        self._noise = lru_cache(maxsize=256)(self._noise_of)

    def usual(self, minute: int) -> float:
        """Return the expected level: 1 is the average hour of the week."""
        moment = datetime.fromtimestamp(minute * 60, ZONE)
        table = WEEKEND if moment.weekday() >= SATURDAY else WORKDAY
        part = moment.minute / 60
        return ((1 - part) * table[moment.hour] + part * table[(moment.hour + 1) % 24]) / MEAN

    def level(self, minute: int) -> float:
        """Return the level this very minute has, without bumps: busy and quiet days, quarters of an hour, minutes."""
        own = chance(self._seed, "level", minute).gammavariate(MINUTE_NOISE**-2, MINUTE_NOISE**2)
        busy = self._noise("day", minute // 1440, DAY_NOISE) * self._noise("block", minute // BLOCK, BLOCK_NOISE)
        return self.usual(minute) * own * busy

    def bump(self, minute: int) -> tuple[Bump, float] | None:
        """Return the largest bump of a minute with its extra share, or None."""
        found = [(bump, bump.share(minute)) for bump in self._bumps(minute // 1440)]
        return max((pair for pair in found if pair[1] > 0), key=lambda pair: pair[1], default=None)

    def _noise_of(self, name: str, number: int, spread: float) -> float:
        return chance(self._seed, name, number).lognormvariate(0, spread)

    def _bumps_of(self, day: int) -> tuple[Bump, ...]:
        rng = chance(self._seed, "bumps", day)
        bumps = []
        if rng.random() < 0.3:  # noqa: PLR2004 - a town is without power about twice a week
            start = day * 1440 + rng.randrange(6 * 60, 20 * 60)
            bumps.append(Bump("outage", start, rng.randrange(40, 80), rng.uniform(0.2, 0.4), rng.choice(self._places)))
        if datetime.fromtimestamp(day * 86400, ZONE).weekday() == SATURDAY and rng.random() < 0.7:  # noqa: PLR2004 - most Saturdays
            bumps.append(Bump("football", day * 1440 + 14 * 60 + 20, 150, rng.uniform(0.2, 0.4)))
        return tuple(bumps)
