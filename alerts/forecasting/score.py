"""The score of forecasts: whether their intervals held what came, and how narrow they were."""

from collections.abc import Iterable, Sequence
from math import log
from typing import NamedTuple

import numpy as np

from alerts.forecasting.library import AHEAD, HOUR, SPAN
from alerts.forecasting.peak import hours
from app.domain.forecast import Forecast

OUTSIDE = 10.0
"""What a missing interval costs by how far it misses: 2 / 0.2 for one of 80 %."""
ONE = 1 / 60
"""Mentions per minute added before logarithms: one in the hour."""


class Peak(NamedTuple):
    """What came: the middle of the fullest hour, and mentions per minute in it."""

    at: float
    height: float


class Held(NamedTuple):
    """A forecast against what came; None where it was refused."""

    lead: int
    """Seconds from the alarm, or from the onset where nobody knows of an alarm."""
    said: Forecast
    came: Peak
    time: bool | None
    height: bool | None

    @property
    def ahead(self) -> bool:
        """Tell whether the peak hour was not over when it was made: else it is no forecast."""
        return self.came.at + SPAN * HOUR / 2 >= self.said.at


class Score(NamedTuple):
    """How some forecasts did, of those made before the peak was over."""

    made: int
    refused: int
    time: float | None
    """Share of the intervals that held the time …"""
    height: float | None
    """… and the height."""
    hours: float | None
    """Length of the interval of the time in the middle …"""
    times: float | None
    """… and how many times the low bound the high one is."""
    time_loss: float | None
    """Interval score of the time in hours, smaller is better …"""
    height_loss: float | None
    """… and of the logarithm of the height."""


def peak(counts: Sequence[float], end: float, at: float) -> Peak:
    """Return the peak of bins from the onset to `end`, of those that lie no further than a day from `at`."""
    bins = np.asarray(counts, float)
    first = end - SPAN * len(bins)
    known = bins[: max(round((at - first) / SPAN) + AHEAD, 1)]
    full = hours(known)
    top = int(full.argmax())
    return Peak(first + SPAN * (top + 1) - SPAN * HOUR / 2, float(full[top]) / 60)


def held(said: Forecast, came: Peak, lead: int = 0) -> Held:
    """Return a forecast against what came."""
    if said.peak_from is None or said.peak_to is None or said.low is None or said.high is None:
        return Held(lead, said, came, None, None)
    slack = 1e-3
    time = said.peak_from - 1 <= came.at <= said.peak_to + 1
    return Held(lead, said, came, time, said.low - slack <= came.height <= said.high + slack)


def score(some: Iterable[Held]) -> Score:
    """Return how forecasts did that were made before the peak was over."""
    judged = [one for one in some if one.ahead]
    said = [one for one in judged if one.time is not None]
    if not said:
        return Score(len(judged), len(judged), None, None, None, None, None, None)
    spans = [_span(one) for one in said]
    sizes = [_size(one) for one in said]
    return Score(
        len(judged),
        len(judged) - len(said),
        float(np.mean([one.time for one in said])),
        float(np.mean([one.height for one in said])),
        float(np.median([to - of for of, to, _ in spans])),
        float(np.exp(np.median([to - of for of, to, _ in sizes]))),
        float(np.mean([loss(*one) for one in spans])),
        float(np.mean([loss(*one) for one in sizes])),
    )


def loss(low: float, high: float, came: float) -> float:
    """Return the interval score of an interval of 80 % (Gneiting & Raftery, JASA 2007, eq. 43)."""
    return high - low + OUTSIDE * (max(low - came, 0.0) + max(came - high, 0.0))


def _span(one: Held) -> tuple[float, float, float]:
    return (one.said.peak_from or 0.0) / 3600, (one.said.peak_to or 0.0) / 3600, one.came.at / 3600


def _size(one: Held) -> tuple[float, float, float]:
    return log((one.said.low or 0.0) + ONE), log((one.said.high or 0.0) + ONE), log(one.came.height + ONE)
