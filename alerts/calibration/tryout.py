"""Trying storms out on a brand: how late each budget would see them, and which not at all."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from statistics import median
from typing import NamedTuple
from zlib import crc32

import numpy as np

from alerts.detection.storms import SHAPES, storm
from alerts.detection.surge import Surge
from alerts.detector import Detector, Hearing
from app.domain.incident import Signal
from app.domain.tally import MinuteTally
from app.domain.threshold import Price

HOUR, WEEK = 3600, 168
SIZES = (8.0, 32.0)
"""Times an ordinary hour that the fullest hour of a storm brings."""
LONG = 360
"""Minutes after which a storm that was not seen is missed."""
NEGATIVE, USUALLY = 0.5, 0.2
"""Share of a storm's mentions that are negative, and of others."""
VOICES = 0.9
"""Authors a mention."""
TIMES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Multiples of a budget whose price is told."""
Together = Callable[[Sequence[Signal]], float]
"""Returns the risk of what all detectors say."""


class Course(NamedTuple):
    """The highest risk so far by minute of one storm."""

    risks: tuple[float, ...]

    def delay(self, bar: float) -> float | None:
        """Return the seconds until a bar is reached; None if it never is."""
        return next((60.0 * (minute + 1) for minute, risk in enumerate(self.risks) if risk >= bar), None)


class Tryout:
    """The detectors of one scope, on copies, so that nothing of a try is remembered."""

    def __init__(self, scope: str, detectors: Sequence[Detector], volume: Surge, enough: float) -> None:
        """Follow each storm until its risk is `enough`; those of one scope are always the same."""
        self._detectors = [one for one in detectors if not isinstance(one, Hearing)]
        self._volume, self._enough = volume, enough
        self._seed = crc32(scope.encode())

    def courses(self, at: float, risk: Together) -> list[Course]:
        """Return the course of a storm of each shape and size that begins now."""
        begin = int(at) // 60 * 60
        hourly = 60 * median(self._volume.baseline.season(begin + hour * HOUR) for hour in range(0, WEEK, 3))
        found = []
        for shape in sorted(SHAPES):
            for size in SIZES:
                chance = np.random.default_rng(self._seed)
                more = storm(shape, size, hourly, 60, LONG, chance)
                found.append(self._course(begin, [float(one) for one in more], risk))
        return found

    def _course(self, begin: int, more: Sequence[float], risk: Together) -> Course:
        detectors = deepcopy(self._detectors)
        minutes = [self._minute(start, 0.0) for start in range(begin - HOUR, begin, 60)]
        found, highest = list[float](), 0.0
        for number, extra in enumerate(more):
            minutes.append(self._minute(begin + 60 * number, extra))
            at = begin + 60 * number + 59.0
            highest = max(highest, risk([one.step(at, minutes[-61:]) for one in detectors]))
            found.append(highest)
            if highest >= self._enough:
                break
        return Course(tuple(found))

    def _minute(self, start: int, more: float) -> MinuteTally:
        usual = self._volume.baseline.rate(start + 30.0)
        count = round(usual + more)
        negative = min(round(USUALLY * usual + NEGATIVE * more), count)
        authors = round(VOICES * count)
        return MinuteTally(start, count, negative=negative, neutral=count - negative, authors=authors)


def prices(bars: Mapping[float, float], courses: Sequence[Course]) -> tuple[Price, ...]:
    """Return what budgets cost, the smallest first; `bars` says what risk each needs."""
    found = []
    for one in sorted(bars):
        delays = [delay for course in courses if (delay := course.delay(bars[one])) is not None]
        share = len(delays) / len(courses) if courses else 0.0
        found.append(Price(round(one, 4), round(bars[one], 3), share, median(delays) if delays else None))
    return tuple(found)
