"""A sweep: a surge stepped over a long past at the end of every bin, as live, hour by hour where it can be."""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any, Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from alerts.detection.hourly import HALF_HOUR, Flags, Hourly, Numbers, Past, Said
from alerts.detection.series import Series
from alerts.detection.surge import RARE, TOGETHER, Sums

NEAR = 7200
"""Seconds behind a gap until it no longer matters in how many steps days are judged."""
MOST = 60
"""Bins summed up in one go."""
TOLD = 1440
"""Bins between two words on the progress."""
AHEAD = 7 * 1440
"""Bins whose days are judged ahead."""
MONTH = 30 * 86_400

__all__ = ["Past", "Said", "Sweep"]


class Hush(Protocol):
    """Tells of how many bins from a place on, `room` at most, all or none are learned, and which; in order."""

    def __call__(self, rate: Callable[[float], float], place: int, room: int) -> tuple[int, bool]: ...


class Sweep(Hourly):
    """Says of a past what `learn` and `step` say bin by bin: bit for bit, but for the rounding of sums.

    What is usual changes only when a lesson ends; until then, an hour at most, all bins are judged and learned in one
    go. Bins of which something is not plain (the first hours, behind a gap) are judged and learned by turns.
    """

    def sweep(self, past: Past, told: Callable[[float], None] | None = None, hush: Hush | None = None) -> Said:
        """Return what is said of bins; `hush` takes out what is not learned, which can depend on what is usual."""
        self._begin(past)
        self._hush = hush
        self._forgets = False
        self._ahead_first, self._ahead = 0, np.zeros(0, np.bool_)
        ends = range(past.first, self._start(len(past.counts)) + MONTH, MONTH)
        self._even = all(map(self.baseline.even, ends))
        self._begin_anew()
        place, end, days = 1 - past.lag, len(past.counts) - past.lag + 1, 0
        while place < end:
            size, learns = self._size(place, end)
            if not (learns and self._together(place, place + size)):
                self._by_turns(place, place + size, learns=learns)
            place += size
            if told and place // TOLD > days:
                days = place // TOLD
                told(place / end)
        return self.said

    def _begin_anew(self) -> None:
        """Judge the days in the steps of the plain way for now: behind a gap it matters which bins come together."""
        self._near = max(NEAR // self._span, TOGETHER) if self._even else len(self._past.counts) + 1
        self._scout: Series | None = None

    def _unusual_day(self, place: int) -> bool:
        if self._scout is None or place >= self._ahead_first + len(self._ahead):
            self._look_ahead(place)
        return bool(self._ahead[place - self._ahead_first])

    def _look_ahead(self, place: int) -> None:
        """Tell of the next bins, were there no gap, which are part of a day so unusual that it is no lesson."""
        begin = self._ahead_first + len(self._ahead)
        if self._scout is None:
            self._judge_days()
            self._scout, begin = deepcopy(self._days), self._judged_upto
        end = min(max(begin, place) + AHEAD, len(self._past.counts))
        judged = self._scout.judge(self._starts(begin, end), self._past.counts[begin:end])
        self._ahead_first, self._ahead = begin, judged.risk >= RARE

    def _learns(self, place: int) -> bool:
        return 0 <= place < len(self._past.counts) - self._past.lag and bool(self._past.taught[place])

    def _size(self, place: int, end: int) -> tuple[int, bool]:
        """Return how many bins from here on are learned from the same belief, or not at all, and which."""
        past = self._past
        if not 0 <= place < len(past.counts) - past.lag:
            return 1, False
        room = min(MOST, end - 1 - place)
        if self._learns(place):
            room = min(room, self.baseline.room(self._start(place), self._span))
            room = room if self._start(place) == self._next else 1
        step = place + past.lag - 1
        room = min(room, _alike(past.asked[step : step + room]))
        if self._hush:
            size, learns = self._hush(self.baseline.rate, place, room)
            past.taught[place : place + size] = learns
            return size, learns
        return _alike(past.taught[place : place + room]), bool(past.taught[place])

    def _by_turns(self, begin: int, end: int, *, learns: bool) -> None:
        """Judge and learn by turns, the one that was due before the first bin is learned to begin with."""
        past, lag = self._past, self._past.lag
        steps = range(max(begin + lag - 1, 0), end + lag - 1)
        sums = self._sums_of(steps)
        doubts = self._doubts([*map(self._start, steps), *map(self._start, range(begin, end))])
        lessons = self._windows_before(begin, end) if learns else []
        for place in range(begin, end):
            step = place + lag - 1
            if step >= 0 and past.asked[step]:
                self._say(step, sums[step - steps.start], doubts)
            if learns:
                self._learn(place, *lessons[place - begin], doubts[self._start(place) // HALF_HOUR])
            elif place >= 0:
                self._learned_upto = place + 1

    def _doubts(self, starts: Sequence[int]) -> dict[int, float]:
        """Return the doubt by half hour: no clock changes within one."""
        return {half: self.baseline.doubt(half * HALF_HOUR) for half in {start // HALF_HOUR for start in starts}}

    def _sums_of(self, steps: range) -> list[Any]:
        """Return by step of its windows what was counted and what was usual, with the largest bin and without."""
        asked = np.flatnonzero(self._past.asked[steps.start : steps.stop]) + steps.start
        if not len(asked):
            return []
        self._foresee(int(asked[0]), int(asked[-1]) + self._longest)
        sums = self._sums(steps.start, len(steps))
        found: list[Any] = np.stack(sums).transpose(2, 1, 0).tolist()
        return found

    def _rated(self, starts: Sequence[int]) -> Iterator[tuple[float, float]]:
        """Yield the rate of bins and that of their season."""
        level, hour = 1.0, -1
        for start in starts:
            at = start + self._span / 2
            if start // 3600 != hour:
                level, hour = self.baseline.level(at), start // 3600
            season = self.baseline.season(at)
            yield season * level, season

    def _windows_before(self, begin: int, end: int) -> list[tuple[float, float, float, Sums]]:
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
        self._counts, self._rates = self._counts[-self._pad :], self._rates[-self._pad :]
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

    def _say(self, step: int, sums: Any, doubts: dict[int, float]) -> None:
        doubt = doubts[self._start(step) // HALF_HOUR]
        judged = [
            self._weigh(bins, actual, expected, rest, normal, doubt)
            for bins, (actual, expected, rest, normal) in zip(self._windows, sums, strict=True)
        ]
        best = self._conclude(judged, lambda: self._rarity_of(step))
        said = best.risk, best.actual, best.expected, self.rare, self.alarm
        for column, one in zip(self.said, said, strict=True):
            column[step] = one

    def _rarity_of(self, step: int) -> float:
        self._waiting = 0
        places = range(max(step - self._pad, 0), step + 1)
        counts = {self._start(place): float(self._past.counts[place]) for place in places}
        return self._rarity(self._start(step) + self._span - 1.0, counts)

    def _learn(self, place: int, count: float, rate: float, season: float, windows: Sums, doubt: float) -> None:
        self._learned_upto = place + 1
        self._waiting += 1
        if self._forgets:
            self._begin_anew()
        storm = self._storm(place)
        self._teach_bin(self._start(place), count, rate, season, windows, doubt, storm=storm)
        if self._forgets:
            self._usual[:], self._forgets = np.nan, False
        self._near -= 1

    def _storm(self, place: int) -> bool:
        if self._waiting < TOGETHER:
            return self.rare >= RARE
        self._waiting = 0
        return self._judge_days()[-1] >= RARE if self._near > 0 else self._unusual_day(place)


def _alike(flags: Flags) -> int:
    """Return how many flags from the first on are alike."""
    other = int((flags != flags[0]).argmax())
    return other or len(flags)
