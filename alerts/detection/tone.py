"""The tone of a scope: what share of mentions is negative and positive, and how much that swings by itself."""

from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

FORGET = 7 * 86_400.0
"""Seconds after which an hour counts 1/e."""
HOUR = 3600
BELIEF = 30.0
"""Mentions' worth of belief in the tone of a brand nobody has heard of: a fifth negative, a fifth positive."""
STEADINESS = 24.0
"""Hours' worth of belief in how much the tone of an hour swings."""
SWING = 0.02
"""Correlation of mentions of one hour that is believed at first; 0: each is said for itself."""


class Tone:
    """Learns net sentiment, as the mean of -1, 0 and +1 by mention, hour by hour."""

    def __init__(self) -> None:
        self._negative = self._positive = BELIEF / 5
        self._all = BELIEF
        self._swing, self._hours = SWING * STEADINESS, STEADINESS
        self._hour = 0
        self._now = [0, 0, 0]
        self.basis = 0.0
        """Seconds taught so far."""

    def teach(self, start: int, count: int, negative: int, positive: int) -> None:
        """Take in one minute."""
        hour = start // HOUR
        if hour != self._hour:
            self._close(hour)
        for place, number in enumerate((count, negative, positive)):
            self._now[place] += number
        self.basis += 60.0

    @property
    def negative(self) -> float:
        """Return the share of negative mentions that is usual."""
        return self._negative / self._all

    @property
    def net(self) -> float:
        """Return the usual net sentiment, -1 to 1."""
        return (self._positive - self._negative) / self._all

    def spread(self, count: int) -> float:
        """Return the standard deviation of the sum over `count` mentions: beta-binomial, with the swing of hours.

        The less is known of what is usual, the larger it is.
        """
        swing = (count - 1) * self._swing / self._hours
        return sqrt(count * self._one() * (1.0 + swing + count / self._all))

    def drops(self, count: Numbers, negative: Numbers, positive: Numbers) -> Numbers:
        """Return `drop` of many, none of which is of no mention."""
        swing = (count - 1.0) * (self._swing / self._hours)
        spread = np.sqrt(count * self._one() * (1.0 + swing + count / self._all))
        found: Numbers = (count * self.net - (positive - negative)) / spread
        return found

    def drop(self, count: int, negative: int, positive: int) -> float:
        """Return by how many standard deviations the sentiment of some mentions is worse than usual."""
        return (count * self.net - (positive - negative)) / self.spread(count) if count else 0.0

    def _one(self) -> float:
        """Return the variance of one mention."""
        return max((self._negative + self._positive) / self._all - self.net**2, 0.05)

    def _close(self, hour: int) -> None:
        """Learn the hour that is over; what is far out teaches only as much as three standard deviations."""
        count, negative, positive = self._now
        if count > 1:
            off = min(abs(self.drop(count, negative, positive)), 3.0) * self.spread(count)
            swing = (off * off / (count * self._one()) - 1.0) / (count - 1)
            self._swing += min(max(swing, -0.05), 0.3)
            self._hours += 1.0
        fade = exp(-HOUR * max(hour - self._hour, 1) / FORGET) if self._hour else 1.0
        self._all = (self._all - BELIEF) * fade + BELIEF + count
        self._negative = (self._negative - BELIEF / 5) * fade + BELIEF / 5 + negative
        self._positive = (self._positive - BELIEF / 5) * fade + BELIEF / 5 + positive
        self._swing = max(self._swing * 0.995, 0.001 * self._hours)
        self._hours *= 0.995
        self._hour, self._now = hour, [0, 0, 0]
