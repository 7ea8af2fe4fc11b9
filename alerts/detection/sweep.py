"""A sweep: a surge stepped over a long past at the end of every bin, as live, with its sums made hour by hour."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from alerts.detection.surge import RARE, TOGETHER, Judged, Sums, Surge

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
HALF_HOUR = 1800
NEAR = 7200
"""Seconds behind a gap until it no longer matters in how many steps days are judged."""
MOST = 60
"""Bins summed up in one go."""


class Said(NamedTuple):
    """What a surge said at the end of a bin."""

    best: Judged
    alarm: bool
    rare: float


class Past(NamedTuple):
    """Bins one after the other: their counts, which are learned, at the end of which somebody asks."""

    first: int
    counts: Numbers
    taught: Flags
    asked: Flags
    lag: int
    """A bin is judged when the one so many bins before it has been learned."""


class Sweep(Surge):
    """Says of a past what `learn` and `step` say bin by bin: bit for bit, but for the rounding of sums by day.

    What is usual changes only when a lesson ends; until then, an hour at most, all windows are summed up in one go.
    """

    def sweep(self, past: Past) -> Iterator[list[Said | None]]:
        """Yield what is said of bins, some at a time, oldest first; None where nobody asks."""
        self._past = past
        self._longest = self._windows[-1]
        self._waiting, self._forgets = len(self._unjudged), False
        self._begin_anew()
        self._counted = np.concatenate([np.zeros(self._longest - 1), past.counts])
        before = range(past.first - self._span * (self._longest - 1), past.first, self._span)
        self._usual = np.full(len(self._counted), np.nan)
        self._usual[: len(before)] = [self._bars.get(start, np.nan) for start in before]
        place, end = 1 - past.lag, len(past.counts) - past.lag + 1
        while place < end:
            size = self._size(place, end)
            yield self._block(place, place + size, learns=self._learns(place))
            place += size

    def _begin_anew(self) -> None:
        """Judge the days in the steps of the plain way for now: behind a gap it matters which bins come together."""
        even = self.baseline.even(self._past.first)
        self._near = max(NEAR // self._span, TOGETHER) if even else len(self._past.counts) + 1

    def _look_ahead(self, place: int) -> None:
        """Tell of all bins up to the next gap which are part of a day so unusual that it is no lesson."""
        past, days = self._past, deepcopy(self._days)
        days.judge(*_apart(self._unjudged))
        end = place
        while self._learns(end):
            end += 1
        starts = past.first + self._span * np.arange(place, end)
        self._ahead = place, days.judge(starts, past.counts[place:end]).risk >= RARE

    def _start(self, place: int) -> int:
        return self._past.first + self._span * place

    def _learns(self, place: int) -> bool:
        return 0 <= place < len(self._past.counts) - self._past.lag and bool(self._past.taught[place])

    def _size(self, place: int, end: int) -> int:
        """Return how many bins from here on are learned from the same belief, or not at all."""
        learns = self._learns(place)
        room = MOST
        if learns:
            room = self.baseline.room(self._start(place), self._span) if self._start(place) == self._next else 1
        size = 1
        while size < min(room, MOST, end - place) and self._learns(place + size) == learns:
            size += 1
        return size

    def _block(self, begin: int, end: int, *, learns: bool) -> list[Said | None]:
        """Judge and learn by turns, the one that was due before the first bin is learned to begin with."""
        past, lag = self._past, self._past.lag
        steps = range(max(begin + lag - 1, 0), end + lag - 1)
        sums = self._sums(steps)
        doubts = self._doubts([*map(self._start, steps), *map(self._start, range(begin, end))])
        lessons = self._lessons(begin, end) if learns else []
        said: list[Said | None] = []
        for place in range(begin, end):
            step = place + lag - 1
            if step >= 0:
                asked = past.asked[step]
                said.append(self._say(step, sums[step - steps.start], doubts) if asked else None)
            if learns:
                self._learn(place, *lessons[place - begin], doubts[self._start(place) // HALF_HOUR])
        return said

    def _doubts(self, starts: Sequence[int]) -> dict[int, float]:
        """Return the doubt by half hour: no clock changes within one."""
        return {half: self.baseline.doubt(half * HALF_HOUR) for half in {start // HALF_HOUR for start in starts}}

    def _sums(self, steps: range) -> list[Any]:
        """Return by step of its windows what was counted and what was usual, with the largest bin and without."""
        asked = np.flatnonzero(self._past.asked[steps.start : steps.stop]) + steps.start
        if not len(asked):
            return []
        self._foresee(int(asked[0]), int(asked[-1]) + self._longest)
        rows = slice(steps.start, steps.stop)
        taken = sliding_window_view(self._counted, self._longest)[rows, ::-1]
        usual = sliding_window_view(self._usual, self._longest)[rows, ::-1].copy()
        usual[:, 0] *= (self._span - 1.0) / self._span
        counted, expected = taken.cumsum(axis=1), usual.cumsum(axis=1)
        row = np.arange(len(steps))
        found = []
        for bins in self._windows:
            largest = taken[:, :bins].argmax(axis=1)
            actual, normal = counted[:, bins - 1], expected[:, bins - 1]
            parts = actual, normal, actual - taken[row, largest], normal - usual[row, largest]
            found.append(list(zip(*(part.tolist() for part in parts), strict=True)))
        return list(zip(*found, strict=True))

    def _foresee(self, begin: int, end: int) -> None:
        """Note what is usual for bins that came up, as it is believed now; what was said first stays."""
        missing = np.flatnonzero(np.isnan(self._usual[begin:end])) + begin
        starts = (missing - (self._longest - 1)) * self._span + self._past.first
        rates = [rate for rate, _ in self._rated(starts.tolist())]
        self._usual[missing] = np.array(rates) * self._span / 60

    def _rated(self, starts: Sequence[int]) -> Iterator[tuple[float, float]]:
        """Yield the rate of bins and that of their season."""
        level, hour = 1.0, -1
        for start in starts:
            at = start + self._span / 2
            if start // 3600 != hour:
                level, hour = self.baseline.level(at), start // 3600
            season = self.baseline.season(at)
            yield season * level, season

    def _lessons(self, begin: int, end: int) -> list[tuple[float, float, float, Sums]]:
        """Return of bins their count, rate and season, and the windows that end with them, for `_teach_bin`."""
        if self._start(begin) != self._next:
            self._counts.clear()
            self._rates.clear()
            self._bars.clear()
            self._forgets = True
        minutes = self._span / 60
        counts = self._past.counts[begin:end].tolist()
        rated = [
            (rate * minutes, season * minutes) for rate, season in self._rated([*map(self._start, range(begin, end))])
        ]
        known = len(self._counts)
        self._counts += counts
        self._rates += [rate for rate, _ in rated]
        windows = self._windows_of(np.array(self._counts), np.array(self._rates), known)
        keep = self._longest - 1
        self._counts, self._rates = self._counts[-keep:], self._rates[-keep:]
        return [(count, *pair, sums) for count, pair, sums in zip(counts, rated, windows, strict=True)]

    def _windows_of(self, counts: Numbers, rates: Numbers, known: int) -> list[Sums]:
        """Return of each bin from `known` on the windows that end with it and are full."""
        found: list[Sums] = [[] for _ in range(len(counts) - known)]
        for bins in self._windows:
            first = max(known, bins - 1)
            if first >= len(counts):
                break
            taken = sliding_window_view(counts, bins)[first - bins + 1 :]
            usual = sliding_window_view(rates, bins)[first - bins + 1 :]
            row, largest = np.arange(len(taken)), taken.argmax(axis=1)
            rest = taken.cumsum(axis=1)[:, -1] - taken[row, largest]
            normal = usual.cumsum(axis=1)[:, -1] - usual[row, largest]
            for sums, one, other in zip(found[first - known :], rest.tolist(), normal.tolist(), strict=True):
                sums.append((bins, one, other))
        return found

    def _say(self, step: int, sums: Any, doubts: dict[int, float]) -> Said:
        start = self._start(step)
        doubt = doubts[start // HALF_HOUR]
        judged = [
            self._weigh(bins, actual, expected, rest, normal, doubt)
            for bins, (actual, expected, rest, normal) in zip(self._windows, sums, strict=True)
        ]
        best = self._conclude(judged, lambda: self._rarity_of(step))
        return Said(best, self.alarm, self.rare)

    def _rarity_of(self, step: int) -> float:
        self._waiting = 0
        places = range(max(step - self._longest + 1, 0), step + 1)
        counts = {self._start(place): float(self._past.counts[place]) for place in places}
        return self._rarity(self._start(step) + self._span - 1.0, counts)

    def _learn(self, place: int, count: float, rate: float, season: float, windows: Sums, doubt: float) -> None:
        self._unjudged.append((self._start(place), count))
        self._waiting += 1
        if self._forgets:
            self._begin_anew()
        storm = self._storm(place)
        self._teach_bin(self._start(place), count, rate, season, windows, doubt, storm=storm)
        if self._forgets:
            self._usual[:], self._forgets = np.nan, False
        self._near -= 1
        if not self._near:
            self._look_ahead(place + 1)

    def _storm(self, place: int) -> bool:
        if self._waiting < TOGETHER:
            return self.rare >= RARE
        self._waiting = 0
        if self._near > 0:
            return self._judge_days()[-1] >= RARE
        first, ahead = self._ahead
        return bool(ahead[place - first])


def _apart(waiting: Sequence[tuple[int, float]]) -> tuple[NDArray[np.int64], Numbers]:
    return np.array([start for start, _ in waiting], np.int64), np.array([count for _, count in waiting], float)
