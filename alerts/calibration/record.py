"""The record of a scope: the highest risk of each hour it was judged, and what bars a budget comes to by it. Pure."""

from collections.abc import Iterable, Sequence
from math import log1p

import msgspec

from alerts.watching.combining import LOWEST, believed
from app.domain.incident import Severity
from app.domain.threshold import SEVERITIES, Budget

HOUR = 3600
KEPT = 60 * 24
"""Hours a record reaches back."""
APART = 12 * HOUR
"""Seconds within which high hours are one alarm: so long an incident keeps others from being opened."""
BELIEF = 20.0
"""Days' worth of belief that a brand is like any other."""
MOST = 3.5
"""Risk that is always enough: what comes once in ten years is not to be calibrated away."""
STORM = 3.5
"""Risk from which an hour nobody judged is taken for a storm, not for a false alarm."""
MONTH = 30.0
Span = tuple[float, float]
"""From one instant to another."""


class Record(msgspec.Struct):
    """Hour → highest risk; hours in which nothing was unusual are only counted."""

    first: int = 0
    """The first hour judged."""
    last: int = 0
    judged: int = 0
    """How many hours were judged."""
    high: dict[int, float] = {}

    def note(self, at: float, risk: float) -> None:
        """Take in what was said at an instant; time goes forward."""
        if int(at) // HOUR > self.last:
            self.pass_by(at)
        self.put(at, risk)

    def pass_by(self, at: float) -> None:
        """Take in that the hour of an instant was judged; once each."""
        hour = int(at) // HOUR
        self.judged = min(self.judged + 1, KEPT)
        self.first, self.last = min(self.first or hour, hour), max(self.last, hour)
        if self.high and min(self.high) < self.last - KEPT:
            self.high = {one: risk for one, risk in self.high.items() if one >= self.last - KEPT}

    def put(self, at: float, risk: float) -> None:
        """Keep the risk of an instant if it is the highest of its hour."""
        hour = int(at) // HOUR
        if risk >= LOWEST and risk > self.high.get(hour, 0.0):
            self.high[hour] = round(risk, 2)

    def adopt(self, kept: "Record") -> None:
        """Take over a record that was kept: hours judged live are told by it, what lies before by this one."""
        before = {hour: risk for hour, risk in self.high.items() if hour < kept.first}
        earlier = max(kept.first - self.first, 0) if self.first and kept.first else self.judged
        self.judged = min(kept.judged + min(earlier, self.judged), KEPT)
        self.first, self.last = min(self.first or kept.first, kept.first or self.first), max(self.last, kept.last)
        self.high = before | kept.high

    @property
    def days(self) -> float:
        """Return the days judged."""
        return self.judged / 24

    def episodes(self, real: Sequence[Span] = (), noise: Sequence[Span] = ()) -> list[float]:
        """Return the risk of each false alarm there would have been at any bar, the highest first.

        High hours within twelve of each other are one. What was said to be real is none, and neither is what is so rare
        that it must have been a storm, unless it was said to be noise.
        """
        taken: list[int] = []
        found = []
        for hour, risk in sorted(self.high.items(), key=lambda one: -one[1]):
            if any(abs(hour - other) * HOUR < APART for other in taken):
                continue
            taken.append(hour)
            if not _within(hour, real) and (risk < STORM or _within(hour, noise)):
                found.append(risk)
        return found


def _within(hour: int, spans: Iterable[Span]) -> bool:
    return any(start - HOUR < hour * HOUR < end + HOUR for start, end in spans)


def bar(budget: float, episodes: Sequence[float], days: float) -> float:
    """Return the least risk that is reached no more often in thirty days than the budget allows.

    The rate at a risk u is a mean of what is believed of any brand, -30 ln(1 - 10^-u), weighing as much as twenty days,
    and of what was seen: gamma-Poisson, as the baseline.
    """
    low, high = LOWEST, max(MOST, believed(budget))
    for _ in range(30):
        middle = (low + high) / 2
        seen = sum(risk >= middle for risk in episodes)
        monthly = MONTH * (BELIEF * -log1p(-(10**-middle)) + seen) / (BELIEF + days)
        low, high = (middle, high) if monthly > budget else (low, middle)
    return min(high, MOST)


def bars(
    budget: Budget, record: Record, real: Sequence[Span] = (), noise: Sequence[Span] = ()
) -> dict[Severity, float]:
    """Return the bar of each severity; a heavier one is never lower."""
    episodes = record.episodes(real, noise)
    found: dict[Severity, float] = {}
    least = LOWEST
    for severity in SEVERITIES:
        least = found[severity] = max(bar(budget[severity], episodes, record.days), least)
    return found


def first_bars(budget: Budget) -> dict[Severity, float]:
    """Return the bars of a brand without a past."""
    return {severity: believed(budget[severity]) for severity in SEVERITIES}
