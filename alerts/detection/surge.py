"""A surge: more in the last minutes than is usual, judged over windows of several lengths."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from operator import attrgetter

import msgspec
import numpy as np

from alerts.detection.baseline import Baseline
from alerts.detection.budget import threshold
from alerts.detection.deviation import Pareto, Spread, stabilised, usual_count
from alerts.detection.series import Series
from app.domain.incident import Signal
from app.domain.tally import MinuteTally
from app.domain.usual import UsualMinute

START = attrgetter("start")
WINDOWS = (3, 5, 15, 60)
"""Lengths in bins; the shortest is what raises a steep storm within three minutes."""
CALM_WINDOW = 15
"""The hour keeps an alarm up only while the quarter of an hour is unusual, too."""
STORM = 360
"""Bins of alarm that teach nothing beyond the usual; what lasts longer is a new normal."""
RARE = threshold(1.0)
"""Risk of a day in thirty: what reaches it raises, and is no lesson in how high the short windows go."""
TOGETHER = 60
"""Bins learned that are judged by the day's core in one go."""
BAND = 1.96
"""Half the usual band in standard deviations: 95 of 100 ordinary minutes lie within."""


Sums = list[tuple[int, float, float]]
"""Of windows: length in bins, what was counted and what was usual, both without the bin that holds the most."""


class Limits(msgspec.Struct, frozen=True):
    """When a surge is an alarm."""

    risk: float = 6.0
    """-log10 of the tail probability that raises; half of it ends."""
    ratio: float = 2.0
    """The least multiple of the usual."""
    least: float = 12.0
    """The least number of mentions beyond the usual."""
    floor: float = 6.0
    """Against blindness on bursty series: a deviation this large and beyond all ever learned raises anyhow …"""
    floor_ratio: float = 4.0
    """… if it is this multiple of the usual."""


class Judged(msgspec.Struct, frozen=True):
    """One window at one instant."""

    window: int
    actual: float
    expected: float
    spread: float
    risk: float
    raising: bool


class Surge:
    """The core of a detector: one measure of one brand in bins of `span` seconds; pure and causal.

    A window is judged without its largest bin, so that a burst confined to one minute never raises. What is taught is
    clipped at three standard deviations, so that a storm does not become usual.
    """

    name = "surge"
    limits = Limits()
    measure: Callable[[MinuteTally], float] = staticmethod(attrgetter("count"))
    """What this detector counts of a minute."""

    def __init__(self, brand: str, zone: str, *, span: int = 60) -> None:
        self._brand = brand
        self._span = span
        self.baseline = Baseline(zone)
        self._windows = tuple(sorted({max(bins * 60 // span, 3) for bins in WINDOWS}))
        self._spread = {bins: Spread(21 * 86_400 / span) for bins in (1, *self._windows)}
        self._tail = {bins: Pareto() for bins in self._windows}
        self._counts: list[float] = []
        self._rates: list[float] = []
        self._bars: dict[int, float] = {}
        self._next = 0
        self._stormy = 0
        self._days = Series(span, zone)
        self._unjudged: list[tuple[int, float]] = []
        self.rare = 0.0
        """-log10 of the share of days as unusual as now over 20 minutes to two hours, as `detect` says it."""
        self.alarm = False

    def learn(self, history: Iterable[MinuteTally]) -> None:
        """Take in past minutes, oldest first, gaps meaning zero; minutes already learned are skipped.

        A gap between two calls means nothing: nobody was listening.
        """
        starts: list[int] = []
        counts: list[float] = []
        upto = self._next
        for minute in history:
            if minute.start < upto:
                continue
            missed = range(upto, minute.start, self._span) if starts else ()
            starts += [*missed, minute.start]
            counts += [0.0 for _ in missed] + [self.measure(minute)]
            upto = minute.start + self._span
        if len(starts) > 1:
            self._bars.clear()
        self._unjudged += zip(starts, counts, strict=True)
        storms = [self.rare >= RARE] * len(starts)
        if len(self._unjudged) >= TOGETHER:
            storms = [risk >= RARE for risk in self._judge_days()][-len(starts) :]
        for start, count, storm in zip(starts, counts, storms, strict=True):
            self._teach(start, count, storm=storm)

    def _judge_days(self) -> list[float]:
        """Judge what was learned since this was done last: in one go, for that is a hundred times quicker."""
        waiting, self._unjudged = self._unjudged, []
        starts = np.array([start for start, _ in waiting], np.int64)
        judged = self._days.judge(starts, np.array([count for _, count in waiting], float))
        return [float(risk) for risk in judged.risk]

    def step(self, at: float, recent: Sequence[MinuteTally]) -> Signal:
        """Judge the instant `at` from the complete and current minutes of the last hour, oldest first."""
        counts: dict[int, float] = dict(zip(map(START, recent), map(self.measure, recent), strict=True))
        current = int(at) // self._span * self._span
        starts = range(current, current - self._span * self._windows[-1], -self._span)
        taken = list(map(counts.get, starts, repeat(0.0)))
        usual = self._expected(starts)
        usual[0] *= max(at - current, 1.0) / self._span
        doubt = self.baseline.doubt(at)
        judged = [self._judge(taken[:bins], usual[:bins], doubt) for bins in self._windows]
        return self._signal(at, self._conclude(judged, lambda: self._rarity(at, counts)))

    def _conclude(self, judged: Sequence[Judged], rarity: Callable[[], float]) -> Judged:
        """Tell from what the windows say whether there is an alarm, and return what the most unusual one says."""
        half, calm = self.limits.risk / 2, CALM_WINDOW * 60 // self._span
        best, raising, unusual, plenty = judged[0], False, False, False
        for one in judged:
            if one.raising > best.raising or (one.raising == best.raising and one.risk > best.risk):
                best = one
            raising = raising or one.raising
            unusual = unusual or (one.window <= calm and (one.raising or one.risk >= half))
            plenty = plenty or self._plenty(one)
        self.rare = rarity() if plenty else 0.0
        self.alarm = unusual and (self.alarm or raising or self.rare >= RARE)
        return best

    def _rarity(self, at: float, counts: Mapping[int, float]) -> float:
        """Return how rare a day as unusual as the last two hours is, from what was learned and what came since."""
        self._judge_days()
        begin, current = self._days.ahead, int(at) // self._span * self._span
        if begin is None or not 0 <= current - begin < self._span * self._windows[-1]:
            return 0.0
        starts = range(begin, current + 1, self._span)
        return self._days.look(
            starts, [counts.get(start, 0.0) for start in starts], max(at - current, 1.0) / self._span
        )

    def _plenty(self, one: Judged) -> bool:
        """Tell whether a window has enough to speak of: a rare day of a quiet brand may be a handful of mentions."""
        limits = self.limits
        return one.actual - one.expected >= limits.least and one.actual >= limits.ratio * one.expected

    def usual(self, start: int, bins: int) -> list[UsualMinute]:
        """Return the usual band of `bins` minutes from `start` on; nothing while nothing is known."""
        if not self.baseline.basis:
            return []
        return [self._band(start + self._span * number) for number in range(bins)]

    def _band(self, start: int) -> UsualMinute:
        minutes = self._span / 60
        expected = self.baseline.rate(start + self._span / 2) * minutes
        spread = self._spread[1].value() + self.baseline.doubt(start)
        low, high = (usual_count(expected, spread, side * BAND) / minutes for side in (-1, 1))
        return UsualMinute(start, low, expected / minutes, high)

    def _expected(self, starts: range) -> list[float]:
        """Return what is usual for bins, each as it was believed when the bin first came up: a storm lifts no bar."""
        if len(self._bars) > 4 * len(starts):
            self._bars = {start: self._bars[start] for start in starts if start in self._bars}
        for start in set(starts) - self._bars.keys():
            self._bars[start] = self.baseline.rate(start + self._span / 2) * self._span / 60
        return list(map(self._bars.__getitem__, starts))

    def _judge(self, taken: list[float], usual: list[float], doubt: float) -> Judged:
        return self._weigh(len(taken), sum(taken), sum(usual), *without_largest(taken, usual), doubt)

    def _weigh(self, bins: int, actual: float, expected: float, rest: float, normal: float, doubt: float) -> Judged:
        """Judge a window by its sums, with its largest bin and without."""
        spread = self._spread[bins].value() + doubt
        deviation = stabilised(rest, normal, spread)
        risk = self._tail[bins].risk(deviation)
        return Judged(bins, actual, expected, spread, risk, self._raises(bins, rest, normal, deviation, risk))

    def _raises(self, bins: int, count: float, expected: float, deviation: float, risk: float) -> bool:
        limits = self.limits
        if count - expected < limits.least or count < limits.ratio * expected:
            return False
        beyond = max(limits.floor, self._tail[bins].highest + 0.5)
        return risk >= limits.risk or (deviation >= beyond and count >= limits.floor_ratio * expected)

    def _signal(self, at: float, best: Judged) -> Signal:
        covered = (best.window - 1) * self._span + max(int(at) % self._span, 1)
        return Signal(
            detector=self.name,
            brand=self._brand,
            at=at,
            alarm=self.alarm,
            actual=best.actual,
            expected=best.expected,
            low=usual_count(best.expected, best.spread, -BAND),
            high=usual_count(best.expected, best.spread, BAND),
            risk=best.risk,
            window=covered,
            basis=self.baseline.basis,
        )

    def _teach(self, start: int, count: float, *, storm: bool = False) -> None:
        if start != self._next:
            self._counts.clear()
            self._rates.clear()
            self._bars.clear()
        minutes = self._span / 60
        rate = self.baseline.rate(start + self._span / 2) * minutes
        self._counts.append(count)
        self._rates.append(rate)
        if len(self._counts) > 2 * self._windows[-1]:
            del self._counts[: self._windows[-1]], self._rates[: self._windows[-1]]
        season = self.baseline.season(start + 30.0 * minutes) * minutes
        self._teach_bin(start, count, rate, season, self._full(), self.baseline.doubt(start), storm=storm)

    def _full(self) -> Sums:
        """Return the windows that end with the last bin taught, without their largest bin."""
        return [
            (bins, *without_largest(self._counts[-bins:], self._rates[-bins:]))
            for bins in self._windows
            if len(self._counts) >= bins
        ]

    def _teach_bin(
        self, start: int, count: float, rate: float, season: float, windows: Sums, doubt: float, *, storm: bool
    ) -> None:
        """Teach a bin, and the windows that end with it."""
        for bins, rest, normal in windows:
            spread = self._spread[bins]
            if not storm:
                self._tail[bins].teach(stabilised(rest, normal, spread.value() + doubt), self.limits.risk)
            spread.teach(rest, normal)
        spread = self._spread[1]
        self._stormy = self._stormy + 1 if self.alarm else 0
        if 0 < self._stormy <= STORM:
            most = rate
        else:
            most = count if count <= rate else usual_count(rate, spread.value() + doubt, 3.0)
            spread.teach(count, rate)
        self.baseline.take(start, min(count, most), self._span / 60, season)
        self._next = start + self._span


def without_largest(taken: list[float], usual: list[float]) -> tuple[float, float]:
    """Return the sums of both without the bin that holds the most."""
    largest = taken.index(max(taken))
    return sum(taken) - taken[largest], sum(usual) - usual[largest]
